//! Traces: what a source value would look like if it stood in a cell of the instance. The source is turned into
//! traces, each cell is turned into the traces it could hold, and a survivor is a trace that both have.

use landfall_catalogue::Class;
use landfall_core::digest::Digest;

use super::{
    hash::{self, Rolling},
    rules::Rule,
};

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

/// What the filter keeps of a text, from its hash.
#[inline]
pub(super) fn text_key(text: Rolling) -> u64 {
    hash::mix(text.hash ^ 0x243f_6a88_85a3_08d3)
}

/// What the filter keeps of a first and last name with a space between the words.
#[inline]
pub(super) fn name_key(name: Rolling) -> u64 {
    hash::mix(name.hash ^ 0x1319_8a2e_0370_7344)
}

/// What the filter keeps of a date or town of a person.
#[inline]
pub(super) fn person_key(kind: Kind, person: i64, text: Rolling) -> u64 {
    let person = hash::mix(person.cast_unsigned() ^ 0xa409_3822_299f_31d0);
    hash::mix(text.hash ^ person.rotate_left(kind as u32))
}

/// What the filter keeps of a file.
pub(super) fn file_key(bytes: &[u8]) -> u64 {
    hash::mix(hash::of_bytes(bytes) ^ 0x082e_fa98_ec4e_6c89)
}

/// A trace, written only where the filter did not let a cell pass: then both sides are compared exactly.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trace<'t> {
    kind: Kind,
    class: u8,
    person: Option<i64>,
    content: &'t [u8],
}

impl<'t> Trace<'t> {
    /// A trace of a text, or of a file by its bytes.
    pub(super) fn text(kind: Kind, content: &'t [u8]) -> Self {
        Self { kind, class: 0, person: None, content }
    }

    /// A trace in columns of a class.
    pub(super) fn own(class: Class, content: &'t [u8]) -> Self {
        Self { kind: Kind::Own, class: class as u8, person: None, content }
    }

    /// A trace in the rows of a person.
    pub(super) fn person(kind: Kind, person: i64, content: &'t [u8]) -> Self {
        Self { kind, class: 0, person: Some(person), content }
    }

    /// Writes the trace; what was in the buffer goes.
    pub(super) fn write(&self, into: &mut Vec<u8>) {
        into.clear();
        into.push(self.kind as u8);
        into.push(self.class);
        if let Some(person) = self.person {
            into.extend_from_slice(&person.to_le_bytes());
        }
        if self.content.len() > LONG || self.kind == Kind::File {
            into.extend_from_slice(Digest::of(self.content).as_bytes());
        } else {
            into.extend_from_slice(self.content);
        }
    }
}

/// Returns the kind of trace by which a text of a class is looked for outside of columns of its class.
pub(super) fn kind_anywhere(class: Class) -> Kind {
    if matches!(class, Class::FreeText | Class::FileName) { Kind::Whole } else { Kind::Value }
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
