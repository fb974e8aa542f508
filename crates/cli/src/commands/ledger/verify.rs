use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::PathBuf,
};

use clap::Args;
use landfall_core::digest::{Digest, Hasher};
use landfall_ledger::{Ledger, Problem, Verification, verify_export};
use serde_json::json;

use super::open;
use crate::{
    context::Context,
    output::{
        error::Failure,
        number::{counted, grouped},
    },
};

/// What `landfall ledger verify` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// An export to verify, without any data directory; the ledger of the data directory unless said.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// A head known from elsewhere, such as the one printed on a document, which the chain must contain: all of it, or
    /// its first 12 digits or more.
    #[arg(long, value_name = "HASH", value_parser = printed_head)]
    head: Option<String>,
}

/// The fewest digits by which a head is named: as many as the foot of a page prints.
const SHORTEST_HEAD: usize = 12;

/// Reads a head as it is copied from a page: blanks, also invisible ones, and the case of letters do not count.
fn printed_head(text: &str) -> Result<String, String> {
    let head: String = text
        .chars()
        .filter(|c| {
            !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
        })
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let is_hexadecimal = head.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if is_hexadecimal && (SHORTEST_HEAD..=64).contains(&head.len()) {
        Ok(head)
    } else {
        Err(format!(
            "expected {SHORTEST_HEAD} to 64 hexadecimal digits as a document prints them, found `{}`",
            text.chars().take(80).collect::<String>()
        ))
    }
}

/// Returns the head that begins so among the entries of an export, one a line; none where no entry has it. What is given
/// whole is not looked for here: the verification says most about it.
fn head_of_export(beginning: &str, mut lines: impl BufRead) -> io::Result<Option<Digest>> {
    if let Ok(whole) = beginning.parse() {
        return Ok(Some(whole));
    }
    let mut hasher = Hasher::new();
    loop {
        let piece = lines.fill_buf()?;
        if piece.is_empty() {
            return Ok(None);
        }
        let end = piece.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(piece.len());
        hasher.update(piece.get(..taken).unwrap_or_default());
        lines.consume(taken + usize::from(end.is_some()));
        if end.is_some() {
            let hash = std::mem::take(&mut hasher).finish();
            if hash.to_string().starts_with(beginning) {
                return Ok(Some(hash));
            }
        }
    }
}

/// Tells whether a file has a line that could be an entry: one that begins as an object does.
fn has_entry(mut lines: impl BufRead) -> io::Result<bool> {
    let mut begins = true;
    loop {
        let piece = lines.fill_buf()?;
        if piece.is_empty() {
            return Ok(false);
        }
        for byte in piece {
            if begins && *byte == b'{' {
                return Ok(true);
            }
            begins = *byte == b'\n';
        }
        let taken = piece.len();
        lines.consume(taken);
    }
}

/// Tells whether a ledger has had a head that begins so.
fn contains(ledger: &Ledger, beginning: &str) -> Result<bool, landfall_ledger::Error> {
    if let Ok(whole) = beginning.parse() {
        return Ok(ledger.contains_head(&whole)?.is_some());
    }
    let is_it = |hash: &Digest| hash.to_string().starts_with(beginning);
    let mut found = is_it(&ledger.head()?.hash);
    ledger.entries_each(0, None, &mut |entry| {
        found |= is_it(&entry.previous);
        Ok(())
    })?;
    Ok(found)
}

/// What was found, wherever it was looked for.
struct Found {
    place: String,
    entries: u64,
    head: Digest,
    first_bad_entry: Option<u64>,
    problems: Vec<String>,
    // Whether the head that was given is in the chain; none where none was given.
    head_found: Option<bool>,
    // How many heads printed on stored documents were looked for; none where there are no documents.
    printed: Option<u32>,
}

impl Found {
    fn new(place: String, verification: &Verification) -> Self {
        // A head that is not in the chain says nothing against the chain: it may be mistyped.
        let problems = verification
            .problems
            .iter()
            .filter(|problem| !matches!(problem, Problem::HeadAbsent { .. }))
            .map(ToString::to_string);
        Self {
            place,
            entries: verification.entries,
            head: verification.head,
            first_bad_entry: verification.first_bad_entry(),
            problems: problems.collect(),
            head_found: None,
            printed: None,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<(), Failure> {
    let found = match &arguments.file {
        Some(file) => {
            let open = || File::open(file).map_err(|error| Failure::file("read", file, &error));
            let has_entry = has_entry(BufReader::new(open()?))
                .map_err(|error| Failure::file("read", file, &error))?;
            if !has_entry {
                return Err(Failure::absent(
                    format!(
                        "`{}` is no export of a ledger: no line of it is an entry",
                        file.display()
                    ),
                    "name a file that `landfall ledger export FILE` wrote",
                ));
            }
            let whole = match arguments.head.as_deref() {
                Some(head) => head_of_export(head, BufReader::new(open()?))
                    .map_err(|error| Failure::file("read", file, &error))?,
                None => None,
            };
            let verification = verify_export(BufReader::new(open()?), whole.as_ref())?;
            let mut found = Found::new(file.display().to_string(), &verification);
            let is_absent = |problem: &Problem| matches!(problem, Problem::HeadAbsent { .. });
            found.head_found = arguments
                .head
                .as_ref()
                .map(|_| whole.is_some() && !verification.problems.iter().any(is_absent));
            found
        }
        None => of_directory(arguments.head.as_deref(), context)?,
    };
    say(&found, context);
    if found.problems.is_empty() {
        return match (&arguments.head, found.head_found) {
            (Some(head), Some(false)) => Err(head_absent(&found, head)),
            _ => Ok(()),
        };
    }
    let message = match found.first_bad_entry {
        Some(sequence) => {
            format!(
                "the ledger in `{}` is not intact; the first bad entry is {sequence}",
                found.place
            )
        }
        None => format!("the ledger in `{}` is not intact", found.place),
    };
    let mut details = found.problems;
    if let (Some(head), Some(false)) = (&arguments.head, found.head_found) {
        details.push(format!("the chain does not contain the head `{head}`"));
    }
    Err(Failure::failed(
        message,
        "keep this file as it is, compare it with another copy, and restore from the last copy that verifies",
        details,
    ))
}

/// Says that an intact chain lacks the head that was given.
fn head_absent(found: &Found, head: &str) -> Failure {
    Failure::failed(
        format!(
            "the chain in `{}` is intact ({}), and does not contain the head `{head}`",
            found.place,
            counted(found.entries, "entry", "entries")
        ),
        "compare the digits with the page first; if they are right, the page is of another data directory, or entries were taken from the end of this one",
        Vec::new(),
    )
}

/// Verifies the ledger of the data directory and, where it is intact, the heads printed on stored documents.
fn of_directory(head: Option<&str>, context: &Context) -> Result<Found, Failure> {
    let place = context.data().display().to_string();
    let ledger = open(context)?;
    let mut found = match context.look() {
        Ok(installation) => {
            let report = installation.ledger_verify()?;
            Found {
                place,
                entries: report.entries,
                head: report.head,
                first_bad_entry: report.first_bad_entry,
                problems: report.problems,
                head_found: None,
                printed: Some(report.heads_checked),
            }
        }
        Err(failure) => {
            let found = Found::new(place, &ledger.verify()?);
            if found.problems.is_empty() {
                // The ledger is sound: whatever keeps the directory from opening is something else.
                return Err(failure);
            }
            found
        }
    };
    if let Some(head) = head
        && found.problems.is_empty()
    {
        found.head_found = Some(contains(&ledger, head)?);
    }
    Ok(found)
}

fn say(found: &Found, context: &Context) {
    let output = context.output();
    if output.is_json() {
        output.value(&json!({
            "place": found.place,
            "intact": found.problems.is_empty(),
            "entries": found.entries,
            "head": found.head,
            "first_bad_entry": found.first_bad_entry,
            "problems": found.problems,
            "head_found": found.head_found,
            "printed_heads": found.printed,
        }));
        return;
    }
    if !found.problems.is_empty() || found.head_found == Some(false) {
        return;
    }
    output.line(&format!(
        "intact: {}, head {}",
        counted(found.entries, "entry", "entries"),
        found.head
    ));
    if let Some(printed) = found.printed {
        output.talk(&format!(
            "{} heads printed on stored documents are in the chain",
            grouped(u64::from(printed))
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_is_copied_from_a_page() {
        let whole = Digest::of(b"{}").to_string();
        let (first, rest) = whole.split_at(8);
        assert_eq!(printed_head(&format!(" {first}\u{200b}{rest}\n")).as_deref(), Ok(&*whole));
        assert_eq!(printed_head(&whole[..12].to_uppercase()).as_deref(), Ok(&whole[..12]));
        assert!(printed_head(&whole[..11]).is_err());
        assert!(printed_head("entry twelve").is_err());
    }

    #[test]
    fn a_file_without_an_object_is_no_export() {
        assert!(has_entry(&b"{\"a\":1}\n"[..]).unwrap());
        assert!(has_entry(&b"damaged\n{\"a\":1}\n"[..]).unwrap());
        assert!(!has_entry(&b"notes on {braces}\n"[..]).unwrap());
        assert!(!has_entry(&b""[..]).unwrap());
    }

    #[test]
    fn the_beginning_of_a_head_is_found_in_an_export() {
        let head = Digest::of(b"{\"b\":2}");
        let export = b"{\"a\":1}\n{\"b\":2}\n";
        assert_eq!(head_of_export(&head.short(), &export[..]).unwrap(), Some(head));
        assert_eq!(head_of_export("000000000000", &export[..]).unwrap(), None);
    }
}
