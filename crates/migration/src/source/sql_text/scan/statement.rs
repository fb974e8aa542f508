//! Statements of a dump: where they begin and end, and the names of tables in them.

use super::{Dialect, Scanner, Token};
use crate::error::Error;

/// The most parts of a table's name; none has more.
const MOST_PARTS: usize = 4;

/// The words with which statements of a dump begin that give or take rows, or say how they are read.
const STATEMENTS: [&str; 14] = [
    "insert", "replace", "copy", "create", "alter", "drop", "set", "lock", "begin", "start", "use",
    "update", "delete", "truncate",
];

/// The other words with which a statement of a dump begins.
const OTHER_STATEMENTS: [&str; 30] = [
    "analyze",
    "call",
    "change",
    "close",
    "comment",
    "commit",
    "declare",
    "deallocate",
    "delimiter",
    "do",
    "end",
    "execute",
    "fetch",
    "flush",
    "grant",
    "handler",
    "import",
    "optimize",
    "prepare",
    "refresh",
    "reindex",
    "release",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "security",
    "select",
    "show",
    "unlock",
];

/// Tells whether a statement of a dump can begin with this piece.
pub(in crate::source) fn begins_statement(piece: &Token) -> bool {
    let mut known = STATEMENTS.iter().chain(&OTHER_STATEMENTS);
    *piece == Token::Symbol(b'(') || known.any(|word| piece.is(word))
}

impl Scanner<'_> {
    /// Takes the first piece of a statement. Until the statement has ended, the end of the file cuts it off.
    pub(in crate::source) fn first(&mut self) -> Result<Token, Error> {
        self.blank()?;
        if self.peek(0)?.is_none() {
            return Ok(Token::End);
        }
        self.begun = Some(self.line);
        let token = self.token()?;
        // What stands behind a whole dump and is no statement was written by a program; and a cut in the last words of a
        // transaction loses nothing.
        let closing = ["commit", "unlock"].iter().any(|word| token.is(word));
        if closing || (self.marks.is_behind() && !STATEMENTS.iter().any(|word| token.is(word))) {
            self.begun = None;
        }
        Ok(token)
    }

    /// Steps over a line that a program wrote among the statements, where its messages were caught in the dump.
    pub(in crate::source) fn message(&mut self, first: &Token) -> Result<bool, Error> {
        let alone = [
            "mysqldump",
            "pg_dump",
            "pg_dumpall",
            "pg_restore",
            "warning",
            "notice",
            "error",
            "detail",
            "context",
            "statement",
            "hint",
        ];
        let behind: &[u8] = if alone.iter().any(|word| first.is(word)) {
            b":"
        } else if first.is("mariadb") || first.is("mysql") {
            b"-dump:"
        } else if first.is("enter") {
            b" password:"
        } else {
            return Ok(false);
        };
        if !self.starts_with(behind)? {
            return Ok(false);
        }
        self.begun = None;
        self.skip_line()?;
        Ok(true)
    }

    /// Tells whether nothing but blanks is left.
    pub(in crate::source) fn at_end(&mut self) -> Result<bool, Error> {
        self.blank()?;
        Ok(self.peek(0)?.is_none())
    }

    /// Tells where a dump that was read to its end is cut off, and how that shows.
    pub(in crate::source) fn cut(&self) -> Option<(u64, &'static str)> {
        if let Some(line) = self.begun {
            return Some((line, "in the middle of the statement or comment that begins there"));
        }
        if self.torn {
            return Some((self.line, "in the middle of the packed file"));
        }
        let line = self.marks.cut(self.line)?;
        Some((
            line,
            "between two statements: the comment that ends it, `-- Dump completed` or `-- PostgreSQL database dump complete`, is missing",
        ))
    }

    /// Tells whether the dump begins as those of the databases' own programs do.
    pub(in crate::source) fn is_marked(&self) -> bool {
        self.marks.seen
    }

    /// Tells whether a dump of one of the databases' own programs is open: there, everything is a statement.
    pub(in crate::source) fn is_inside(&self) -> bool {
        self.marks.seen && !self.marks.is_behind()
    }

    /// Takes the rest of a statement with its delimiter; false when the file ends before it.
    pub(in crate::source) fn skip_statement(&mut self) -> Result<bool, Error> {
        // The body of a function of SQL: `BEGIN ATOMIC .. ; .. END`.
        let mut body = 0_usize;
        let mut begins = false;
        loop {
            if body == 0 && self.ends_statement()? {
                return Ok(true);
            }
            let token = self.token()?;
            if token == Token::End {
                self.too_long = false;
                return Ok(false);
            }
            if self.dialect == Dialect::Postgres {
                if begins && token.is("atomic") {
                    body = 1;
                } else if body > 0 && token.is("case") {
                    body += 1;
                } else if body > 0 && token.is("end") {
                    body -= 1;
                }
                begins = token.is("begin");
            }
            self.too_long = false;
        }
    }

    /// Takes the delimiter of a statement, if it is what comes next.
    pub(in crate::source) fn ends_statement(&mut self) -> Result<bool, Error> {
        self.blank()?;
        let delimiter = std::mem::take(&mut self.delimiter);
        let ends = self.starts_with(&delimiter);
        if matches!(ends, Ok(true)) {
            self.step(delimiter.len());
            self.begun = None;
        }
        self.delimiter = delimiter;
        ends
    }

    /// Takes the names of `schema.table`; empty when none stands here.
    pub(in crate::source) fn qualified(&mut self) -> Result<Vec<String>, Error> {
        let first = self.token()?;
        self.qualified_from(first)
    }

    fn qualified_from(&mut self, first: Token) -> Result<Vec<String>, Error> {
        let mut parts = Vec::new();
        let mut token = first;
        loop {
            match token {
                Token::Name(name) => parts.push(name),
                Token::Word(word) => parts.push(self.folded(word)),
                Token::Text | Token::Symbol(_) | Token::End => return Ok(Vec::new()),
            }
            self.blank()?;
            if self.peek(0)? != Some(b'.') {
                return Ok(parts);
            }
            if parts.len() == MOST_PARTS {
                return Ok(Vec::new());
            }
            self.step(1);
            token = self.token()?;
        }
    }

    /// Takes the names behind `CREATE TABLE`. A table may be called `if`, in quotes.
    pub(in crate::source) fn new_table(&mut self) -> Result<Vec<String>, Error> {
        let mut first = self.token()?;
        if first.is("if") {
            // `IF NOT EXISTS`
            self.token()?;
            self.token()?;
            first = self.token()?;
        }
        self.qualified_from(first)
    }

    /// Takes the names of a table behind some of these words, as `IGNORE INTO`; in quotes they are names themselves.
    pub(in crate::source) fn table_behind(&mut self, words: &[&str]) -> Result<Vec<String>, Error> {
        let mut first = self.token()?;
        while words.iter().any(|word| first.is(word)) {
            first = self.token()?;
        }
        self.qualified_from(first)
    }

    /// Returns a name without quotes as the database understands it.
    pub(in crate::source) fn folded(&self, word: String) -> String {
        match self.dialect {
            Dialect::Postgres => word.to_ascii_lowercase(),
            Dialect::Mysql => word,
        }
    }
}
