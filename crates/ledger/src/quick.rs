//! Reads a line that is written as lines are written, in one pass over its bytes and without taking its facts apart.
//!
//! [`read`] accepts less than [`crate::line::inspect`] finds without fault, never more: whatever it does not fully
//! understand (names with letters beyond ASCII, large numbers, deep nesting) is left to the slower reader.

use std::str;

use landfall_core::{digest::Digest, time::Timestamp};

use crate::line::{LONGEST, LONGEST_NAME};

/// Facts nested deeper than this are left to the slower reader.
const DEPTH: u8 = 48;
/// Numbers with more digits than this may be above 2^53.
const DIGITS: usize = 15;

/// What a canonical line without fault says, borrowed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quick<'a> {
    pub(crate) sequence: u64,
    pub(crate) stream: &'a str,
    pub(crate) version: u64,
    pub(crate) time: Timestamp,
    /// The time as it is written.
    pub(crate) time_text: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) kind_version: u32,
    /// The facts, as the JSON that stands in the line.
    pub(crate) body: &'a str,
    pub(crate) previous: Digest,
}

/// Reads a line. `None` says nothing against it: the slower reader decides.
pub(crate) fn read(line: &[u8]) -> Option<Quick<'_>> {
    if line.len() > LONGEST {
        return None;
    }
    let text = str::from_utf8(line).ok()?;
    let mut reader = Reader { text, bytes: line, at: 0 };
    reader.literal(r#"{"actor":{"id":"#)?;
    reader.string()?;
    reader.literal(r#","name":"#)?;
    reader.string()?;
    reader.literal(r#","role":"#)?;
    reader.string()?;
    reader.literal(r#"},"body":"#)?;
    let from = reader.at;
    reader.value(DEPTH)?;
    let body = text.get(from..reader.at)?;
    reader.literal(r#","correlation":"#)?;
    reader.text_or_null()?;
    reader.literal(r#","kind":"#)?;
    let kind = reader.name()?;
    reader.literal(r#","kind_version":"#)?;
    let kind_version = u32::try_from(reader.number()?).ok().filter(|version| *version > 0)?;
    reader.literal(r#","on_behalf_of":"#)?;
    reader.text_or_null()?;
    reader.literal(r#","previous":"#)?;
    let previous = reader.string()?.parse().ok()?;
    reader.literal(r#","reason":"#)?;
    reader.text_or_null()?;
    reader.literal(r#","sequence":"#)?;
    let sequence = reader.number()?;
    reader.literal(r#","stream":"#)?;
    let stream = reader.name()?;
    reader.literal(r#","time":"#)?;
    let time_text = reader.string()?;
    let time = time(time_text)?;
    reader.literal(r#","version":"#)?;
    let version = reader.number()?;
    reader.literal("}")?;
    (reader.at == line.len()).then_some(Quick {
        sequence,
        stream,
        version,
        time,
        time_text,
        kind,
        kind_version,
        body,
        previous,
    })
}

/// A place in a line; every step either takes what is canonical there or gives up.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn literal(&mut self, literal: &str) -> Option<()> {
        if !self.rest().starts_with(literal.as_bytes()) {
            return None;
        }
        self.at += literal.len();
        Some(())
    }

    /// Takes a text; returns it as it is written between its quotes.
    fn string(&mut self) -> Option<&'a str> {
        self.literal("\"")?;
        let from = self.at;
        loop {
            self.at += plain(self.rest());
            match self.peek()? {
                b'"' => {
                    let text = self.text.get(from..self.at)?;
                    self.at += 1;
                    return Some(text);
                }
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// Takes an escape that canonical JSON uses: the short ones, and `\u00xx` for the other control characters.
    fn escape(&mut self) -> Option<()> {
        let length = match *self.rest() {
            [_, b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            // 8, 9, a, c and d have short escapes.
            [_, b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..]
            | [_, b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => 6,
            _ => return None,
        };
        self.at += length;
        Some(())
    }

    fn text_or_null(&mut self) -> Option<()> {
        match self.peek()? {
            b'n' => self.literal("null"),
            _ => {
                self.string()?;
                Some(())
            }
        }
    }

    /// Takes the name of a stream or kind: printed ASCII without escapes.
    fn name(&mut self) -> Option<&'a str> {
        let name = self.string()?;
        let fits = (1..=LONGEST_NAME).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        fits.then_some(name)
    }

    /// Takes a whole number that is surely not above 2^53.
    fn number(&mut self) -> Option<u64> {
        let rest = self.rest();
        let length = rest.iter().take(DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
        let digits = rest.get(..length)?;
        let first = digits.first()?;
        if length > DIGITS || (*first == b'0' && length > 1) {
            return None;
        }
        self.at += length;
        Some(digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    fn value(&mut self, depth: u8) -> Option<()> {
        match self.peek()? {
            b'"' => {
                self.string()?;
                Some(())
            }
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b'n' => self.literal("null"),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'-' => {
                self.at += 1;
                (self.number()? > 0).then_some(())
            }
            _ => {
                self.number()?;
                Some(())
            }
        }
    }

    /// Takes an object whose keys ascend, each once.
    fn object(&mut self, depth: u8) -> Option<()> {
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        let mut before: Option<&str> = None;
        loop {
            let key = self.string()?;
            // Of these alone the order of bytes is surely the order of UTF-16. A `$` begins the JSON reader's own keys.
            let is_plain = key.bytes().all(|byte| byte.is_ascii() && byte != b'\\');
            if !is_plain || key.starts_with('$') || before.is_some_and(|before| before >= key) {
                return None;
            }
            before = Some(key);
            self.literal(":")?;
            self.value(depth)?;
            let next = self.peek()?;
            self.at += 1;
            match next {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn array(&mut self, depth: u8) -> Option<()> {
        self.at += 1;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.value(depth)?;
            let next = self.peek()?;
            self.at += 1;
            match next {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }
}

/// Returns how many bytes stand before the first that ends a text or needs an escape.
fn plain(bytes: &[u8]) -> usize {
    let mut length = 0;
    for eight in bytes.chunks_exact(8) {
        match <[u8; 8]>::try_from(eight) {
            Ok(eight) if !may_be_special(u64::from_le_bytes(eight)) => length += 8,
            Ok(_) | Err(_) => break,
        }
    }
    let rest = bytes.get(length..).unwrap_or_default();
    length + rest.iter().take_while(|byte| !matches!(byte, 0..=0x1f | b'"' | b'\\')).count()
}

/// Tells whether one of eight bytes is a quote, a backslash or a control character; never says no where one is.
fn may_be_special(eight: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES << 7;
    let less = |word: u64, than: u64| word.wrapping_sub(ONES * than) & !word & TOPS;
    let quotes = eight ^ (ONES * u64::from(b'"'));
    let backslashes = eight ^ (ONES * u64::from(b'\\'));
    less(eight, 0x20) | less(quotes, 1) | less(backslashes, 1) != 0
}

/// Reads a time that is written as times are, `2026-03-02T09:00:00Z`, in a year of four digits.
fn time(text: &str) -> Option<Timestamp> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b'Z',
    ] = text.as_bytes()
    else {
        return None;
    };
    let two = |tens: &u8, ones: &u8| {
        (tens.is_ascii_digit() && ones.is_ascii_digit())
            .then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(m1, m2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(n1, n2)?, two(s1, s2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    let is_time = (1000..=9998).contains(&year)
        && (1..=days).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !is_time {
        return None;
    }
    // Years begin in March here, so that the leap day is their last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let whole = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    // From 0000-03-01 to 1970-01-01.
    let since = whole - 719_468;
    Some(Timestamp::from_seconds(((since * 24 + hour) * 60 + minute) * 60 + second))
}

#[cfg(test)]
mod tests {
    use landfall_core::entry::{Actor, Entry};
    use proptest::{collection::vec, prelude::*, sample::Index, test_runner::Config};
    use serde_json::{Value, json};

    use super::*;
    use crate::line;

    fn entry(body: Value) -> Entry {
        Entry {
            sequence: 7,
            stream: "customer/acme".to_owned(),
            version: 3,
            time: Timestamp::from_seconds(1_772_442_000),
            actor: Actor::landfall(),
            on_behalf_of: Some("erik".to_owned()),
            kind: "customer.noted".to_owned(),
            kind_version: 1,
            body,
            reason: Some("é \"\n\\\u{1}\u{1f}\u{7f}\u{10ffff}".to_owned()),
            correlation: None,
            previous: Digest::of(b"before"),
        }
    }

    /// Whatever is taken quickly has no fault and says the same.
    fn agree(line: &[u8]) -> bool {
        let Some(quick) = read(line) else { return false };
        let inspected = line::inspect(line);
        assert_eq!(inspected.fault, None, "{}", String::from_utf8_lossy(line));
        let entry = inspected.entry.unwrap();
        assert_eq!(quick.sequence, entry.sequence);
        assert_eq!(quick.stream, entry.stream);
        assert_eq!(quick.version, entry.version);
        assert_eq!(quick.time, entry.time);
        assert_eq!(quick.time_text, entry.time.to_string());
        assert_eq!(quick.kind, entry.kind);
        assert_eq!(quick.kind_version, entry.kind_version);
        assert_eq!(serde_json::from_str::<Value>(quick.body).unwrap(), entry.body);
        assert_eq!(quick.previous, entry.previous);
        true
    }

    #[test]
    fn usual_lines_are_taken_quickly() {
        for body in [
            json!({}),
            json!([]),
            json!(null),
            json!({"a": [1, -1, 0, true, false, null, {"b": {}, "c": []}], "a-b": "x", "b": ""}),
            json!({"text": "é \"\n\t\u{8}\u{c}\r\\/\u{b}\u{0} \u{10ffff}", "n": 999_999_999_999_999_u64}),
        ] {
            let line = line::write(&entry(body)).unwrap();
            assert!(agree(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_the_slower_reader() {
        let mut deep = json!(1);
        for _ in 0..DEPTH {
            deep = json!([deep]);
        }
        for body in [
            json!({"é": 1}),
            json!({"a\n": 1}),
            json!({"$a": 1}),
            json!(9_007_199_254_740_992_u64),
            json!([deep]),
        ] {
            let line = line::write(&entry(body)).unwrap();
            assert_eq!(read(line.as_bytes()), None, "{line}");
            assert_eq!(line::inspect(line.as_bytes()).fault, None, "{line}");
        }
    }

    #[test]
    fn times_are_read_as_the_calendar_has_them() {
        for seconds in (-30_000_000_000_i64..250_000_000_000).step_by(86_399 * 97) {
            let time = Timestamp::from_seconds(seconds);
            let text = time.to_string();
            if let Some(read) = super::time(&text) {
                assert_eq!(read, time, "{text}");
            }
            assert_eq!(super::time(&text).is_some(), (1000..=9998).contains(&time.date().year()));
        }
        for text in [
            "2026-02-29T09:00:00Z",
            "2100-02-29T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-00-01T09:00:00Z",
            "2026-01-00T09:00:00Z",
            "2026-04-31T09:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T23:60:00Z",
            "2026-01-01T23:59:60Z",
            "2026-01-01t23:59:59Z",
            "2026-01-01T23:59:59z",
            "+026-01-01T23:59:59Z",
            "2026-01-01T23:59:5Z",
            "",
        ] {
            assert_eq!(super::time(text), None, "{text}");
        }
        assert!(super::time("2024-02-29T00:00:00Z").is_some());
        assert!(super::time("2000-02-29T00:00:00Z").is_some());
    }

    #[test]
    fn other_spellings_are_not_taken() {
        let line = line::write(&entry(json!({"a": 1, "b": "x"}))).unwrap();
        assert!(agree(line.as_bytes()));
        for (from, to) in [
            (r#""a":1"#, r#""a": 1"#),
            (r#""a":1"#, r#""a":1.0"#),
            (r#""a":1"#, r#""a":1e0"#),
            (r#""a":1"#, r#""a":01"#),
            (r#""a":1"#, r#""a":-0"#),
            (r#""a":1"#, r#""a":+1"#),
            (r#""a":1"#, r#""a":1,"a":1"#),
            (r#""a":1"#, r#""c":1"#),
            (r#""a":1"#, r#""\u0061":1"#),
            (r#""b":"x""#, r#""b":"\u0078""#),
            (r#""b":"x""#, r#""b":"\/""#),
            (r#""b":"x""#, r#""b":"\u000a""#),
            (r#""b":"x""#, r#""b":"\u001F""#),
            (r#""b":"x""#, r#""b":"\ud800""#),
            (r#""b":"x""#, "\"b\":\"\n\""),
            (r#""b":"x""#, r#""b":"x","#),
            (r#""b":"x""#, r#""b":x"#),
            (r#""kind_version":1"#, r#""kind_version":0"#),
            (r#""correlation":null"#, r#""correlation":nul"#),
            ("customer/acme", "customer acme"),
            ("customer/acme", ""),
            (r#""sequence":7"#, r#""sequence":-7"#),
            ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00.0Z"),
            ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00+01:00"),
        ] {
            let other = line.replace(from, to);
            assert_ne!(other, line, "{from}");
            assert!(!agree(other.as_bytes()), "{other}");
            assert!(line::inspect(other.as_bytes()).fault.is_some(), "{other}");
        }
        for other in [format!("{line} "), format!(" {line}"), line.replace('\u{7f}', "\u{80}")] {
            agree(other.as_bytes());
        }
        let mut broken = line.into_bytes();
        let last = broken.iter().rposition(|byte| *byte > 0x7f).unwrap();
        broken[last] = 0xff;
        assert!(!agree(&broken));
    }

    fn bodies() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[ -~é\\u{0}-\\u{1f}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..5).prop_map(Value::from),
                vec(("[a-z\"\\\\$é-]{0,4}", inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

        #[test]
        fn both_readers_agree_about_changed_lines(
            body in bodies(),
            changes in vec((any::<Index>(), 0..4_u8, any::<u8>()), 0..40),
            common in vec(prop::sample::select(br#"{}[]",:\0129-.eEnu atf"#.to_vec()), 40),
        ) {
            let line = line::write(&entry(body)).unwrap().into_bytes();
            agree(&line);
            for ((place, change, byte), usual) in changes.into_iter().zip(common) {
                let mut changed = line.clone();
                let place = place.index(line.len());
                match change {
                    0 => changed[place] = byte,
                    1 => changed[place] = usual,
                    2 => changed.insert(place, usual),
                    _ => {
                        let _removed = changed.remove(place);
                    }
                }
                agree(&changed);
            }
        }
    }
}
