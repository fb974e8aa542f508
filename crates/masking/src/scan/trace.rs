//! Traces: what a source value would look like if it stood in a cell of the instance. The source is turned into
//! traces, each cell is turned into the traces it could hold, and a survivor is a trace that both have.

use landfall_catalogue::Class;
use landfall_core::digest::Digest;

use super::rules::Rule;

/// Texts longer than this are compared by their digest.
const LONG: usize = 128;

/// The kind of a trace; its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value of a unique class: whole or as a run of words, anywhere.
    Value,
    /// A text that is looked for as a whole cell, anywhere.
    Whole,
    /// A file, anywhere.
    File,
    /// A first and last name, with a space between the words, anywhere.
    Name,
    /// A value in a column of its own class.
    Own,
    /// A date of a person, in that person's rows.
    Date,
    /// A town of a person, in that person's rows.
    City,
}

/// Writes traces into one buffer.
#[derive(Debug, Default)]
pub(super) struct Trace(Vec<u8>);

impl Trace {
    /// A trace of a text.
    pub(super) fn text(&mut self, kind: Kind, text: &str) -> &[u8] {
        self.begin(kind, 0);
        self.content(text.as_bytes());
        &self.0
    }

    /// A trace in columns of a class.
    pub(super) fn own(&mut self, class: Class, text: &[u8]) -> &[u8] {
        self.begin(Kind::Own, class as u8);
        self.content(text);
        &self.0
    }

    /// A trace of a file.
    pub(super) fn file(&mut self, bytes: &[u8]) -> &[u8] {
        self.begin(Kind::File, 0);
        self.0.extend_from_slice(Digest::of(bytes).as_bytes());
        &self.0
    }

    /// A trace in the rows of a person.
    pub(super) fn person(&mut self, kind: Kind, person: i64, text: &str) -> &[u8] {
        self.begin(kind, 0);
        self.0.extend_from_slice(&person.to_le_bytes());
        self.content(text.as_bytes());
        &self.0
    }

    /// Returns the trace that was written last.
    pub(super) fn last(&self) -> &[u8] {
        &self.0
    }

    fn begin(&mut self, kind: Kind, class: u8) {
        self.0.clear();
        self.0.push(kind as u8);
        self.0.push(class);
    }

    fn content(&mut self, bytes: &[u8]) {
        if bytes.len() > LONG {
            self.0.extend_from_slice(Digest::of(bytes).as_bytes());
        } else {
            self.0.extend_from_slice(bytes);
        }
    }
}

/// Returns the rule that a trace belongs to, from its first two bytes.
pub(super) fn rule(head: &[u8]) -> Rule {
    match head {
        [kind, class, ..] if *kind == Kind::Own as u8 => Class::ALL
            .into_iter()
            .find(|one| *one as u8 == *class)
            .and_then(Rule::of)
            .unwrap_or(Rule::Unique),
        [kind, ..] if *kind == Kind::Name as u8 => Rule::Name,
        [kind, ..] if *kind == Kind::Date as u8 || *kind == Kind::City as u8 => Rule::Own,
        _ => Rule::Unique,
    }
}
