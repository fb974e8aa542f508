//! The comments with which the databases' own programs begin a dump and end it: where the last one is missing, the
//! dump is cut off.

use std::mem;

/// How much of a comment is looked at.
pub(super) const MOST: usize = 64;

/// Which of these comments were seen.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Whether a dump is open.
    dump: bool,
    /// Whether a dump of `pg_dumpall` is open, in which there are others.
    cluster: bool,
    /// The line on which a dump begins before the one in front of it ends.
    broken: Option<u64>,
    pub(super) seen: bool,
}

impl Marks {
    /// Looks at the first bytes of a comment.
    pub(super) fn comment(&mut self, text: &[u8], line: u64) {
        let text = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if let Some(rest) = text.strip_prefix(b"-- PostgreSQL database ") {
            let (open, rest) = match rest.strip_prefix(b"cluster ") {
                Some(rest) => (&mut self.cluster, rest),
                None => (&mut self.dump, rest),
            };
            if rest.starts_with(b"dump complete") {
                *open = false;
            } else if rest.starts_with(b"dump") && mem::replace(open, true) {
                self.broken.get_or_insert(line);
            }
            self.seen = true;
        } else if let Some(version) =
            text.strip_prefix(b"-- MySQL dump ").or_else(|| text.strip_prefix(b"-- MariaDB dump "))
        {
            if says_its_end(version) && mem::replace(&mut self.dump, true) {
                self.broken.get_or_insert(line);
            }
            self.seen = true;
        } else if text.starts_with(b"-- Dump completed") || is_old(text) {
            self.dump = false;
        }
    }

    /// Tells whether the last dump has ended.
    pub(super) fn is_behind(&self) -> bool {
        self.seen && !self.dump && !self.cluster
    }

    /// Returns the line on which a dump lacks its end, the last line of the file being known.
    pub(super) fn cut(&self, last: u64) -> Option<u64> {
        self.broken.or((self.dump || self.cluster).then_some(last))
    }
}

/// Tells whether this version of `mysqldump` writes a last comment: the later ones of MySQL 5.0 and all behind them.
fn says_its_end(version: &[u8]) -> bool {
    version.strip_prefix(b"10.").is_some_and(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest.get(..digits)
            .is_some_and(|minor| minor.len() > 2 || (minor.len() == 2 && minor >= &b"11"[..]))
    })
}

/// Tells whether this comment is from a `pg_dump` before version 8, which writes no last comment.
fn is_old(text: &[u8]) -> bool {
    let named = [&b"-- TOC entry "[..], b"-- Data for TOC entry "];
    named.iter().any(|start| text.starts_with(start))
        && text.windows(6).any(|part| part == b" (OID ")
}
