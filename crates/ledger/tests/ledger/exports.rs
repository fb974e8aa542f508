//! Exports that were changed on their way: what is wrong is found and named.

use landfall_core::digest::Digest;
use landfall_ledger::{Problem, Verification, verify_export};

use crate::support::Sample;

fn verify(export: &[u8]) -> Verification {
    verify_export(export, None).unwrap()
}

fn first(export: &[u8]) -> Option<u64> {
    verify(export).first_bad_entry()
}

/// Returns the lines of an export, each with its newline.
fn lines(export: &[u8]) -> Vec<&[u8]> {
    export.split_inclusive(|byte| *byte == b'\n').collect()
}

#[test]
fn an_export_is_its_lines_and_its_trailer() {
    let sample = Sample::new(&["a", "b"]);
    let export = sample.export();
    let head = sample.ledger().head().unwrap();
    let text = std::str::from_utf8(&export).unwrap();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(Digest::of(lines[1].as_bytes()), head.hash);
    assert_eq!(lines[2], format!("{{\"count\":2,\"head\":\"{}\"}}", head.hash));
    assert_eq!(lines[3], "");
    let verification = verify(&export);
    assert!(verification.is_intact(), "{verification:?}");
    assert_eq!((verification.entries, verification.head), (2, head.hash));
}

#[test]
fn the_export_of_an_empty_ledger_is_intact() {
    let export = Sample::new(&[]).export();
    assert_eq!(export, format!("{{\"count\":0,\"head\":\"{}\"}}\n", "0".repeat(64)).into_bytes());
    assert!(verify(&export).is_intact());
    let other = String::from_utf8(export).unwrap().replacen("00", "10", 1);
    assert!(!verify(other.as_bytes()).is_intact());
}

#[test]
fn any_changed_byte_is_found_and_its_line_is_named() {
    let sample = Sample::new(&["a", "b", "a", "a"]);
    let export = sample.export();
    let count = lines(&export).len() as u64 - 1;
    let mut line = 1;
    for place in 0..export.len() {
        let byte = export[place];
        for other in [byte ^ 0x01, byte ^ 0x20, byte ^ 0x80, b'\n', b'0', b'9'] {
            if other == byte {
                continue;
            }
            let mut changed = export.clone();
            changed[place] = other;
            let problems = verify(&changed).problems;
            let named = problems.first();
            let context = || format!("byte {place} of line {line} to {other}: {problems:?}");
            assert!(named.is_some(), "{}", context());
            let sequence = named.and_then(Problem::sequence);
            if line > count {
                // The trailer, and the last entry where the changed byte leaves a well-formed trailer.
                let in_doubt = matches!(named, Some(Problem::HeadMismatch { .. }));
                assert!(
                    sequence.is_none() || (in_doubt && sequence == Some(count)),
                    "{}",
                    context()
                );
            } else if byte == b'\n' {
                // Two lines became one.
                assert!(sequence == Some(line) || sequence == Some(line + 1), "{}", context());
            } else {
                assert_eq!(sequence, Some(line), "{}", context());
            }
        }
        if byte == b'\n' {
            line += 1;
        }
    }
}

#[test]
fn an_export_that_is_cut_off_anywhere_is_found() {
    let export = Sample::new(&["a", "b", "a"]).export();
    for length in 0..export.len() {
        assert!(!verify(&export[..length]).is_intact(), "{length}");
    }
    let empty = verify(b"").problems;
    assert!(matches!(empty[..], [Problem::Trailer { line: 1, .. }]), "{empty:?}");
    // Whole lines that are missing at the end, the trailer included.
    let whole: usize = lines(&export)[..2].iter().map(|line| line.len()).sum();
    let problems = verify(&export[..whole]).problems;
    assert!(matches!(problems[..], [Problem::Trailer { line: 3, .. }]), "{problems:?}");
}

#[test]
fn lines_taken_out_are_missing_and_lines_put_in_are_bad() {
    let export = Sample::new(&["a", "b", "a", "b", "a"]).export();
    let lines = lines(&export);
    for index in 0..5 {
        let sequence = index as u64 + 1;
        let mut fewer = lines.clone();
        fewer.remove(index);
        let problems = verify(&fewer.concat()).problems;
        assert_eq!(problems, [Problem::Missing { sequence, last: sequence }]);

        let mut more = lines.clone();
        more.insert(index, lines[index]);
        let problems = verify(&more.concat()).problems;
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].sequence(), Some(sequence), "{problems:?}");

        let mut junk = lines.clone();
        junk.insert(index, b"\n");
        assert!(!verify(&junk.concat()).is_intact(), "{index}");
    }
    let mut fewer = lines.clone();
    fewer.drain(1..3);
    let problems = verify(&fewer.concat()).problems;
    assert_eq!(problems, [Problem::Missing { sequence: 2, last: 3 }]);

    let mut exchanged = lines.clone();
    exchanged.swap(1, 3);
    assert_eq!(first(&exchanged.concat()), Some(2));
}

#[test]
fn text_after_the_trailer_and_other_line_ends_are_found() {
    let export = Sample::new(&["a", "b"]).export();
    for more in [&b"\n"[..], b"x", b" \n", export.as_slice()] {
        let problems = verify(&[export.as_slice(), more].concat()).problems;
        assert!(matches!(problems[..], [Problem::Trailer { line: 4, .. }]), "{problems:?}");
    }
    let text = String::from_utf8(export).unwrap();
    assert_eq!(first(text.replace('\n', "\r\n").as_bytes()), Some(1));
    assert!(!verify(text.replace(",\"head\"", ", \"head\"").as_bytes()).is_intact());
    assert!(!verify(text.replace("\"count\":2", "\"count\":02").as_bytes()).is_intact());
}

#[test]
fn a_trailer_that_counts_wrongly_is_named_and_not_an_entry() {
    let text = String::from_utf8(Sample::new(&["a", "b"]).export()).unwrap();
    for count in ["1", "3", "90", "18446744073709551615"] {
        let problems =
            verify(text.replace("\"count\":2", &format!("\"count\":{count}")).as_bytes()).problems;
        assert!(matches!(problems[..], [Problem::Trailer { line: 3, .. }]), "{problems:?}");
    }
}

#[test]
fn a_head_known_from_elsewhere_must_be_in_the_chain() {
    let sample = Sample::new(&["a", "b", "a"]);
    let export = sample.export();
    for line in &lines(&export)[..3] {
        let head = Digest::of(line.strip_suffix(b"\n").unwrap());
        assert!(verify_export(export.as_slice(), Some(&head)).unwrap().is_intact());
    }
    let head = Digest::of(b"another chain");
    let problems = verify_export(export.as_slice(), Some(&head)).unwrap().problems;
    assert_eq!(problems, [Problem::HeadAbsent { head }]);
    assert_eq!(problems[0].to_string(), format!("the chain does not contain the head `{head}`"));
}

#[test]
fn a_head_known_from_elsewhere_tells_whether_the_last_entry_or_the_trailer_was_changed() {
    let sample = Sample::new(&["a", "b"]);
    let head = sample.ledger().head().unwrap().hash;
    let text = String::from_utf8(sample.export()).unwrap();

    let entry = text.replace("\"index\":1", "\"index\":7");
    let doubt = verify(entry.as_bytes()).problems;
    assert!(matches!(doubt[..], [Problem::HeadMismatch { sequence: 2, .. }]), "{doubt:?}");
    let told = verify_export(entry.as_bytes(), Some(&head)).unwrap().problems;
    assert!(matches!(told[..], [Problem::BadEntry { sequence: 2, .. }]), "{told:?}");

    let trailer = text.replace(&head.to_string(), &Digest::of(b"other").to_string());
    let doubt = verify(trailer.as_bytes()).problems;
    assert!(matches!(doubt[..], [Problem::HeadMismatch { sequence: 2, .. }]), "{doubt:?}");
    let told = verify_export(trailer.as_bytes(), Some(&head)).unwrap().problems;
    assert!(matches!(told[..], [Problem::Trailer { line: 3, .. }]), "{told:?}");
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    // 40 MB of one byte, from a reader that holds none of them.
    let reader = std::io::BufReader::new(std::io::Read::take(std::io::repeat(b'x'), 40 << 20));
    let problems = verify_export(reader, None).unwrap().problems;
    assert!(!problems.is_empty());
}
