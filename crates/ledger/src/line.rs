//! The stored line of an entry: its canonical JSON, which is what the hash covers.

use landfall_core::{canonical, digest::Digest, entry::Entry};
use serde_json::Value;

/// The longest line in bytes; it bounds the memory of whoever verifies an export.
pub(crate) const LONGEST: usize = 16 << 20;

/// Integers up to 2^53 mean the same in every language that reads numbers as doubles.
const LARGEST_INTEGER: u64 = 1 << 53;
/// The longest name of a stream or kind in bytes.
pub(crate) const LONGEST_NAME: usize = 200;

/// A line as it was found: its hash always, the entry where it is one, and what is wrong with it.
pub(crate) struct Inspected {
    pub(crate) hash: Digest,
    pub(crate) entry: Option<Entry>,
    pub(crate) fault: Option<String>,
}

/// Writes the line of an entry, or says what of it cannot be recorded.
pub(crate) fn write(entry: &Entry) -> Result<String, String> {
    if let Some(what) = fault_of_names(entry).or_else(|| fault_of_body(&entry.body)) {
        return Err(what);
    }
    let line = canonical::to_string(entry)
        .map_err(|_| "expected facts that can be written as JSON, found others".to_owned())?;
    if line.len() > LONGEST {
        return Err(format!("expected at most `{LONGEST}` bytes, found `{}`", line.len()));
    }
    // What cannot be read back (a time outside the calendar, facts nested too deeply) must not be written.
    match serde_json::from_str::<Entry>(&line) {
        Ok(read) if read == *entry => Ok(line),
        Ok(_) | Err(_) => {
            Err("expected facts that are the same when read back, found others".to_owned())
        }
    }
}

/// Reads a line and checks everything that it says about itself.
pub(crate) fn inspect(line: &[u8]) -> Inspected {
    let hash = Digest::of(line);
    match serde_json::from_slice::<Entry>(line) {
        Err(error) => Inspected {
            hash,
            entry: None,
            // The reader's own words could quote the content, so only the place is named.
            fault: Some(format!(
                "its line is not an entry (expected one JSON object with exactly an entry's fields, found otherwise at byte `{}`)",
                error.column()
            )),
        },
        Ok(entry) => {
            let fault = if line.len() > LONGEST {
                Some("its line is too long".to_owned())
            } else if !canonical::to_vec(&entry).is_ok_and(|canonical| canonical == line) {
                Some("its line is not canonical JSON".to_owned())
            } else {
                fault_of_names(&entry).or_else(|| fault_of_body(&entry.body))
            };
            Inspected { hash, entry: Some(entry), fault }
        }
    }
}

fn fault_of_names(entry: &Entry) -> Option<String> {
    for (field, name) in [("stream", &entry.stream), ("kind", &entry.kind)] {
        let fits = !name.is_empty()
            && name.len() <= LONGEST_NAME
            && !name.contains(|c: char| c.is_whitespace() || c.is_control());
        if !fits {
            return Some(format!(
                "expected a `{field}` of 1 to {LONGEST_NAME} bytes without white space, found otherwise"
            ));
        }
    }
    (entry.kind_version == 0).then(|| "expected a `kind_version` from `1`, found `0`".to_owned())
}

fn fault_of_body(body: &Value) -> Option<String> {
    match body {
        Value::Null | Value::Bool(_) | Value::String(_) => None,
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            match size {
                Some(size) if size <= LARGEST_INTEGER => None,
                Some(_) => Some(
                    "expected integers up to 2^53, found a larger one: write it as a text".to_owned(),
                ),
                None => Some(
                    "expected whole numbers, found one with a fraction or an exponent: write it as a text"
                        .to_owned(),
                ),
            }
        }
        Value::Array(items) => items.iter().find_map(fault_of_body),
        Value::Object(fields) => fields.values().find_map(fault_of_body),
    }
}

#[cfg(test)]
mod tests {
    use landfall_core::{entry::Actor, time::Timestamp};
    use serde_json::json;

    use super::*;

    fn entry(body: Value) -> Entry {
        Entry {
            sequence: 1,
            stream: "customer/acme".to_owned(),
            version: 1,
            time: Timestamp::from_seconds(1_772_442_000),
            actor: Actor::landfall(),
            on_behalf_of: None,
            kind: "customer.prospect-added".to_owned(),
            kind_version: 1,
            body,
            reason: None,
            correlation: None,
            previous: Digest::ZERO,
        }
    }

    #[test]
    fn a_line_is_read_back_without_fault() {
        let body =
            json!({"b": [1, -1, 9_007_199_254_740_992_u64, null, true], "a": "é\u{1}\u{10ffff}"});
        let line = write(&entry(body.clone())).unwrap();
        let inspected = inspect(line.as_bytes());
        assert_eq!(inspected.fault, None);
        assert_eq!(inspected.entry, Some(entry(body)));
        assert_eq!(inspected.hash, Digest::of(line.as_bytes()));
    }

    #[test]
    fn numbers_that_languages_read_differently_are_refused() {
        for body in [
            json!(0.5),
            json!(1.0),
            json!({"a": [{"b": 9_007_199_254_740_993_u64}]}),
            json!([-9_007_199_254_740_993_i64]),
            json!(u64::MAX),
        ] {
            assert!(write(&entry(body)).is_err());
        }
    }

    #[test]
    fn what_cannot_be_read_back_is_refused() {
        let mut deep = json!(1);
        for _ in 0..200 {
            deep = json!([deep]);
        }
        assert!(write(&entry(deep)).is_err());
        let far = Entry { time: Timestamp::from_seconds(i64::MAX), ..entry(json!({})) };
        assert!(write(&far).is_err());
    }

    #[test]
    fn unnamed_streams_and_kinds_are_refused() {
        for name in ["", "two words", "a\nb", &"x".repeat(LONGEST_NAME + 1)] {
            let stream = Entry { stream: name.to_owned(), ..entry(json!({})) };
            assert!(write(&stream).unwrap_err().contains("`stream`"));
            let kind = Entry { kind: name.to_owned(), ..entry(json!({})) };
            assert!(write(&kind).unwrap_err().contains("`kind`"));
        }
        assert!(write(&Entry { kind_version: 0, ..entry(json!({})) }).is_err());
    }

    #[test]
    fn another_spelling_of_the_same_entry_is_a_fault() {
        let line = write(&entry(json!({"a": 1}))).unwrap();
        for other in [
            line.replace(r#""a":1"#, r#""a": 1"#),
            line.replace(r#""a":1"#, r#""a":1.0"#),
            line.replace(r#""a":1"#, r#""a":2,"a":1"#),
            line.replace(r#"{"actor""#, r#"{"extra":1,"actor""#),
            line.replace(r#""reason":null,"#, ""),
            format!("{line}\r"),
            String::new(),
        ] {
            assert_ne!(other, line);
            assert!(inspect(other.as_bytes()).fault.is_some(), "{other}");
        }
    }

    #[test]
    fn a_fault_never_quotes_the_content() {
        let line =
            write(&entry(json!({}))).unwrap().replace(r#""version":1"#, r#""version":"Jane""#);
        let fault = inspect(line.as_bytes()).fault.unwrap();
        assert!(!fault.contains("Jane"), "{fault}");
    }
}
