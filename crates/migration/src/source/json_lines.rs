//! JSON Lines: one JSON object on each line.
//!
//! Nested objects become columns with points (`address.city`). Lists have no column: a row that has one is rejected,
//! unless the spec ignores the column. Numbers are taken as they are written, `null` is no value.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    io::{BufRead, Read},
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    Defect, Format, Input, LINE, MOST_COLUMNS, Record, Row,
    decode::{self, Text},
};
use crate::{error::Error, spec::model};

/// The longest line that is read; a longer one is no row of a table, and would fill the memory.
const LONGEST_LINE: u64 = 64 << 20;

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
            raw.clear();
            line += 1;
            let read = bytes
                .by_ref()
                .take(LONGEST_LINE)
                .read_until(b'\n', &mut raw)
                .map_err(|error| self.wrong(Some(line), format!("cannot be read: {error}")))?;
            if read == 0 {
                return Ok(());
            }
            let ended = raw.last() == Some(&b'\n');
            if !ended && read as u64 >= LONGEST_LINE {
                return Err(self.wrong(
                    Some(line),
                    format!("expected a line of at most {LONGEST_LINE} bytes, found a longer one; have the file exported as JSON Lines, one object on each line"),
                ));
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

impl Format for JsonLines {
    /// Reads the whole file, because every object may have names of its own; in the order in which they first appear.
    fn columns(&self) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        // By name: its place, and whether it ever had a value.
        let mut known: HashMap<String, (usize, bool)> = HashMap::new();
        let mut objects: u64 = 0;
        let mut list = false;
        self.lines(&mut |_, text| {
            let Ok(text) = text else { return Ok(()) };
            list |= objects == 0 && text.starts_with('[');
            let found = flattened(text, &mut |name, value| {
                let valued = !matches!(value, Value::Null);
                if let Some((_, has_value)) = known.get_mut(name) {
                    *has_value |= valued;
                } else if names.len() <= MOST_COLUMNS {
                    known.insert(name.to_owned(), (names.len(), valued));
                    names.push(name.to_owned());
                }
                Ok(())
            });
            objects += u64::from(found.is_ok());
            Ok(())
        })?;
        if objects == 0 {
            let found = if list {
                "a JSON list; have it exported as JSON Lines, without the brackets and commas around the objects"
            } else {
                "none; correct `format` or ask for the file again"
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
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Object).map(Members)
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
    let Members(members) = serde_json::from_str(text).map_err(|error| {
        let where_to = if error.is_eof() {
            "its end is missing: the line was cut off or broken in two".to_owned()
        } else {
            format!("what stands at column {} is no JSON", error.column())
        };
        Defect::shape(format!("expected a whole JSON object, found one of which {where_to}"))
    })?;
    let length = name.len();
    for (member, value) in members {
        if length > 0 {
            name.push('.');
        }
        name.push_str(&member);
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

#[cfg(test)]
mod tests {
    use super::*;

    type Cells = Vec<Option<String>>;

    fn source(text: &[u8], ignored: &[&str]) -> JsonLines {
        JsonLines {
            file: "people.jsonl".to_owned(),
            input: Input::Held(text.into()),
            encoding: None,
            ignored: ignored.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn rows(source: &JsonLines) -> Vec<(u64, Result<Cells, Defect>)> {
        let mut rows = Vec::new();
        source
            .read(&mut |row| {
                let cells = row.content.map(|record| {
                    (0..record.len()).map(|index| record.get(index).map(str::to_owned)).collect()
                });
                rows.push((row.line, cells));
                Ok(())
            })
            .unwrap();
        rows
    }

    fn cells(cells: &[Option<&str>]) -> Result<Cells, Defect> {
        Ok(cells.iter().map(|cell| cell.map(str::to_owned)).collect())
    }

    #[test]
    fn values_are_as_they_are_written_and_nested_ones_have_points() {
        let json = source(
            "{\"No\":7,\"Amount\":5.00,\"Big\":12345678901234567890.10,\"Smokes\":true,\"Name\":\"Jos\\u00e9\"}\n\n\
             {\"No\":8,\"Address\":{\"Town\":\"Hull\",\"Geo\":{\"x\":1e3}},\"Name\":null}\r\n\
             {\"Address\":null,\"No\":9}"
                .as_bytes(),
            &[],
        );
        assert_eq!(
            json.columns().unwrap(),
            ["No", "Amount", "Big", "Smokes", "Name", "Address.Town", "Address.Geo.x"]
        );
        assert_eq!(
            rows(&json),
            vec![
                (
                    1,
                    cells(&[
                        Some("7"),
                        Some("5.00"),
                        Some("12345678901234567890.10"),
                        Some("true"),
                        Some("José"),
                        None,
                        None
                    ])
                ),
                (3, cells(&[Some("8"), None, None, None, None, Some("Hull"), Some("1e3")])),
                (4, cells(&[Some("9"), None, None, None, None, None, None])),
            ]
        );
    }

    #[test]
    fn a_line_that_is_no_object_is_a_defect_and_the_file_goes_on() {
        let text = b"{\"a\":\"Nowak\"}\n[1,\"Nowak\"]\n\"Nowak\"\n12\nNowak\n{\"a\":\"Nowak\n{\"a\":\"Nowak\" \"b\"}\n\
            {\"a\":\"\xff\"}\n{\"a\":[\"Nowak\"]}\n{\"a\":1,\"a\":2}\n{\"a\":\"\\ud800\"}\n{\"a\":\"\\u0000\"}\n{\"a\":[ ]}\n";
        let found = rows(&source(text, &[]));
        let expected = [
            (2, "shape", "found a list"),
            (3, "shape", "found a text"),
            (4, "shape", "found a number"),
            (5, "shape", "no JSON"),
            (6, "shape", "found one of which"),
            (7, "shape", "column"),
            (8, "encoding", "byte 7 of the line"),
            (9, "shape", "column 1, found a list"),
            (10, "shape", "found one twice"),
            (11, "encoding", "half a character"),
            (12, "encoding", "NUL"),
        ];
        assert_eq!(found.len(), expected.len() + 2);
        assert_eq!(found.last(), Some(&(13, cells(&[None]))));
        for ((line, content), (expected, rule, part)) in found.iter().skip(1).zip(expected) {
            let defect = content.as_ref().unwrap_err();
            assert_eq!((*line, defect.rule), (expected, rule));
            assert!(defect.reason.contains(part), "{defect:?}");
            assert!(!defect.reason.contains("Nowak"), "{defect:?}");
        }
        assert_eq!(rows(&source(text, &["a"])).iter().filter(|(_, row)| row.is_ok()).count(), 3);
    }

    #[test]
    fn a_file_without_objects_and_names_alike_are_named() {
        for (text, part) in [
            (&b"[{\"a\":1},\n{\"a\":2}]"[..], "a JSON list"),
            (b"a,b\n1,2\n", "one JSON object"),
            (b"{\"a\":1,\"A\":2}", "differ in more than case"),
            (b"{\"\":1}", "empty one"),
            (b"{\"landfall_line\":1}", "reserved"),
        ] {
            let error = source(text, &[]).columns().unwrap_err().to_string();
            assert!(error.contains("people.jsonl") && error.contains(part), "{error}");
        }
    }
}
