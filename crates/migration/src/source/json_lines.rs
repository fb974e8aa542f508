//! JSON Lines: one JSON object on each line.
//!
//! Nested objects become columns with points (`address.city`). Lists have no column: a row that has one is rejected,
//! unless the spec ignores the column. Numbers are taken as they are written, `null` is no value.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    io::{self, BufRead, ErrorKind, Read},
};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    Defect, Format, Input, LINE, LONGEST_ROW, MOST_COLUMNS, Record, Row,
    decode::{self, Text},
};
use crate::{error::Error, spec::model};

/// The most names of one object: those of columns, and of lists that nobody reads.
const MOST_MEMBERS: usize = 2 * MOST_COLUMNS;

/// The longest name of a column, in bytes, with the names of the objects around it.
const LONGEST_NAME: usize = 1000;

/// How deep objects may stand in one another.
const DEEPEST: usize = 16;

/// A file of JSON objects, one on each line.
pub(crate) struct JsonLines {
    file: String,
    input: Input,
    encoding: Option<model::Encoding>,
    /// Columns in which lists are no fault, because nobody reads them.
    ignored: BTreeSet<String>,
}

/// Who is told of every line: its number and its text.
type VisitLine<'v> = dyn FnMut(u64, Result<&str, Defect>) -> Result<(), Error> + 'v;

impl JsonLines {
    pub(crate) fn new(source: &model::Source, input: Input) -> Self {
        Self {
            file: source.file.clone(),
            input,
            encoding: source.encoding,
            ignored: source.ignored.keys().cloned().collect(),
        }
    }

    /// Hands over every line that is not blank, in order.
    fn lines(&self, visit: &mut VisitLine<'_>) -> Result<(), Error> {
        let Text { mut bytes, encoding } = decode::open(&self.file, &self.input, self.encoding)?;
        let mut raw = Vec::new();
        let mut line = 0;
        loop {
            line += 1;
            let (read, longer) = match take_line(&mut bytes, &mut raw) {
                Ok(found) => found,
                // A packed file that is cut off; an unpacked one is cut off in the middle of its last line.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    let reason =
                        format!("the file ends here: {error}; the rows before it are read");
                    return visit(line, Err(Defect::shape(reason)));
                }
                Err(error) => {
                    return Err(self.wrong(Some(line), format!("cannot be read: {error}")));
                }
            };
            if read == 0 {
                return Ok(());
            }
            if longer {
                let reason = format!(
                    "expected a line of at most {LONGEST_ROW} bytes, found a longer one; have the file exported as JSON Lines, one object on each line"
                );
                visit(line, Err(Defect::shape(reason)))?;
                continue;
            }
            match std::str::from_utf8(&raw) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => visit(line, Ok(text.trim()))?,
                Err(error) => {
                    let place = error.valid_up_to();
                    let byte = raw.get(place).copied().unwrap_or_default();
                    let place = format!("as byte {} of the line", place + 1);
                    visit(line, Err(Text::defect(encoding, byte, &place)))?;
                }
            }
        }
    }

    fn wrong(&self, line: Option<u64>, what: impl Into<String>) -> Error {
        Error::Source { file: self.file.clone(), line, what: what.into() }
    }

    /// Checks the names as [`super::check_columns`] does, in the words of a file without a header.
    fn check(&self, columns: &[String]) -> Result<(), Error> {
        if columns.len() > MOST_COLUMNS {
            return Err(self.wrong(
                None,
                format!(
                    "expected at most {MOST_COLUMNS} names in all objects, found {}; are values used as names?",
                    columns.len()
                ),
            ));
        }
        let mut names = HashMap::new();
        for (index, name) in columns.iter().enumerate() {
            if name.trim().is_empty() {
                return Err(self.wrong(
                    None,
                    format!("expected a name for every value, found an empty one (number {} in the order of the file); have it named", index + 1),
                ));
            }
            if name.eq_ignore_ascii_case(LINE) {
                return Err(self.wrong(None, format!("the name `{LINE}` is reserved; rename it")));
            }
            if let Some(before) = names.insert(name.to_ascii_lowercase(), index) {
                return Err(self.wrong(
                    None,
                    format!(
                        "expected names that differ in more than case, found the names {} and {} (in the order of the file) alike; rename one of them",
                        before + 1,
                        index + 1
                    ),
                ));
            }
        }
        Ok(())
    }
}

/// Takes the next line: how many bytes of it are kept, none at the end of the file, and whether it is longer.
fn take_line(bytes: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<(usize, bool)> {
    line.clear();
    let kept = bytes.by_ref().take(LONGEST_ROW as u64 + 1).read_until(b'\n', line)?;
    let longer = kept > LONGEST_ROW && line.last() != Some(&b'\n');
    if longer {
        bytes.skip_until(b'\n')?;
    }
    Ok((kept, longer))
}

impl Format for JsonLines {
    /// Reads the whole file, because every object may have names of its own; in the order in which they first appear.
    fn columns(&self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        // By name: its place, and whether it ever had a value.
        let mut known: HashMap<String, (usize, bool)> = HashMap::new();
        let mut objects: u64 = 0;
        let mut list = false;
        let mut fault: Option<(u64, String)> = None;
        self.lines(&mut |line, text| {
            let found = text.and_then(|text| {
                list |= objects == 0 && text.starts_with('[');
                flattened(text, &mut |name, value| {
                    let valued = !matches!(value, Value::Null);
                    if let Some((_, has_value)) = known.get_mut(name) {
                        *has_value |= valued;
                    } else if names.len() <= MOST_COLUMNS {
                        known.insert(name.to_owned(), (names.len(), valued));
                        names.push(name.to_owned());
                    }
                    Ok(())
                })
            });
            match found {
                Ok(()) => objects += 1,
                Err(defect) => {
                    fault.get_or_insert((line, defect.reason));
                }
            }
            Ok(())
        })?;
        if objects == 0 {
            let found = match fault {
                _ if list => "a JSON list; have it exported as JSON Lines, without the brackets and commas around the objects".to_owned(),
                Some((line, reason)) => format!(
                    "none (line {line}: {reason}); have it exported with nothing else on a line, or correct `format`"
                ),
                None => "none; correct `format` or ask for the file again".to_owned(),
            };
            return Err(
                self.wrong(None, format!("expected one JSON object on each line, found {found}"))
            );
        }
        // `null` where other rows have an object is no column of its own.
        let parents: BTreeSet<&str> = names
            .iter()
            .flat_map(|name| name.match_indices('.').filter_map(|(at, _)| name.get(..at)))
            .collect();
        let columns: Vec<String> = names
            .iter()
            .filter(|name| {
                let valued = known.get(*name).is_some_and(|(_, valued)| *valued);
                valued || !parents.contains(name.as_str())
            })
            .cloned()
            .collect();
        self.check(&columns)?;
        Ok(columns)
    }

    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        let columns = self.columns()?;
        let places: HashMap<&str, usize> =
            columns.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let mut cells: Vec<Option<String>> = vec![None; columns.len()];
        let mut taken = vec![false; columns.len()];
        let mut record = Record::default();
        self.lines(&mut |line, text| {
            cells.fill(None);
            taken.fill(false);
            let content = text.and_then(|text| {
                flattened(text, &mut |name, value| {
                    // A name without a place is the `null` of an object.
                    let Some(place) = places.get(name).copied() else { return Ok(()) };
                    if let Some(taken) = taken.get_mut(place)
                        && std::mem::replace(taken, true)
                    {
                        return Err(Defect::shape(
                            "expected every name once in an object, found one twice",
                        ));
                    }
                    let text = match value {
                        Value::Null => None,
                        Value::Text(text) if text.contains('\0') => {
                            return Err(Defect::encoding(
                                "holds a NUL character; have the file exported again",
                            ));
                        }
                        Value::Text(text) => Some(text),
                        Value::List if self.ignored.contains(name) => None,
                        Value::List => {
                            return Err(Defect::shape(format!(
                                "expected a text, a number, a truth value or an object in column {}, found a list; have it exported as rows of a file of its own, or ignore the column",
                                place + 1
                            )));
                        }
                    };
                    if let Some(cell) = cells.get_mut(place) {
                        *cell = text;
                    }
                    Ok(())
                })
            });
            record.clear();
            for cell in &cells {
                record.push(cell.as_deref());
            }
            visit(Row { line, content: content.map(|()| &record) })
        })
    }
}

/// A value that is no object.
enum Value {
    Null,
    Text(String),
    List,
}

/// The members of an object, in their order.
struct Members<'a> {
    first: Vec<(String, &'a RawValue)>,
    /// Whether there are more than [`MOST_MEMBERS`].
    more: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut first = Vec::new();
                while first.len() < MOST_MEMBERS {
                    let Some(member) = map.next_entry::<String, &'de RawValue>()? else {
                        return Ok(Members { first, more: false });
                    };
                    first.push(member);
                }
                let mut more = false;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    more = true;
                }
                Ok(Members { first, more })
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Hands over the values of an object, those of objects inside it by names with points.
fn flattened(
    text: &str,
    visit: &mut dyn FnMut(&str, Value) -> Result<(), Defect>,
) -> Result<(), Defect> {
    let found = match text.as_bytes().first() {
        Some(b'{') => return object(text, &mut String::new(), 1, visit),
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b'0'..=b'9' | b'-') => "a number",
        _ if matches!(text, "true" | "false") => "a truth value",
        _ if text == "null" => "null",
        _ => "text that is no JSON",
    };
    Err(Defect::shape(format!("expected a JSON object, found {found}")))
}

fn object(
    text: &str,
    name: &mut String,
    depth: usize,
    visit: &mut dyn FnMut(&str, Value) -> Result<(), Defect>,
) -> Result<(), Defect> {
    if depth > DEEPEST {
        return Err(Defect::shape(format!("expected objects at most {DEEPEST} deep, found more")));
    }
    // What serde_json says may repeat a value.
    let Members { first, more } = serde_json::from_str(text).map_err(|error| {
        let where_to = if error.is_eof() {
            "its end is missing: the line was cut off or broken in two".to_owned()
        } else {
            format!("what stands at column {} is no JSON", error.column())
        };
        Defect::shape(format!("expected a whole JSON object, found one of which {where_to}"))
    })?;
    if more {
        return Err(Defect::shape(format!(
            "expected at most {MOST_MEMBERS} names in an object, found more; are values used as names?"
        )));
    }
    let length = name.len();
    for (member, value) in first {
        if length > 0 {
            name.push('.');
        }
        name.push_str(&member);
        if name.len() > LONGEST_NAME {
            return Err(Defect::shape(format!(
                "expected names of at most {LONGEST_NAME} bytes, found a longer one; are values used as names?"
            )));
        }
        let raw = value.get();
        match raw.as_bytes().first() {
            Some(b'{') => object(raw, name, depth + 1, visit)?,
            Some(b'[') if raw.bytes().filter(|byte| !byte.is_ascii_whitespace()).count() == 2 => {
                visit(name, Value::Null)?;
            }
            Some(b'[') => visit(name, Value::List)?,
            Some(b'"') => {
                let text = serde_json::from_str(raw).map_err(|_| {
                    Defect::encoding(
                        "holds an escape that is half a character; have it exported again",
                    )
                })?;
                visit(name, Value::Text(text))?;
            }
            _ if raw == "null" => visit(name, Value::Null)?,
            _ => visit(name, Value::Text(raw.to_owned()))?,
        }
        name.truncate(length);
    }
    Ok(())
}
