//! Files that are no text, told by their first bytes.

/// What a file is and what to do about it, by the bytes with which it begins.
const KINDS: [(&[u8], &str); 9] = [
    (
        b"PGDMP\x01",
        "a dump in pg_dump's custom format; make it plain with `pg_restore --file=plain.sql` and name that file",
    ),
    (
        b"toc.dat\0",
        "a dump in pg_dump's tar format; make it plain with `pg_restore --file=plain.sql` and name that file",
    ),
    (
        b"PK\x03\x04",
        "a workbook (`format = \"excel\"`) or a zip archive, which must be unpacked; correct `format` or unpack it",
    ),
    (b"SQLite format 3\0", "a SQLite database; state `format = \"sqlite\"`"),
    (b"\xfd7zXZ\0", "a file packed with xz; unpack it, or have it packed with gzip or zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it and name the file that was in it"),
    (b"Rar!\x1a\x07", "a rar archive; unpack it and name the file that was in it"),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a document of old Office; save a workbook as `.xlsx` and state `format = \"excel\"`",
    ),
    (b"%PDF-", "a PDF document; have the table itself exported"),
];

/// Says what a file is that is no text; none where it may be one.
pub(super) fn of(head: &[u8]) -> Option<&'static str> {
    let known = KINDS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what);
    if known.is_some() {
        return known;
    }
    // The six bytes behind the digit begin every block.
    if head.starts_with(b"BZh") && head.get(4..10) == Some(&b"1AY&SY"[..]) {
        return Some("a file packed with bzip2; unpack it, or have it packed with gzip or zstd");
    }
    if matches!(head.get(257..263), Some(b"ustar\0" | b"ustar ")) {
        return Some("a tar archive; unpack it and name the file that was in it");
    }
    if matches!(head.get(4..19), Some(b"Standard Jet DB" | b"Standard ACE DB")) {
        return Some("an Access database; have its tables exported as CSV");
    }
    None
}

/// Says what a text with bytes of value 0 is where they are no accident: UTF-16 has them at every second place. Where they
/// are few, they are a fault of their rows.
pub(super) fn with_zeros(head: &[u8]) -> Option<String> {
    let first = head.iter().position(|byte| *byte == 0)?;
    let third = head.len().div_ceil(6);
    let many =
        |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count() >= third;
    let guess = match (many(0), many(1)) {
        (false, false) => return None,
        (false, true) => {
            "probably UTF-16 without a byte order mark; state `encoding = \"utf-16le\"`"
        }
        (true, false) => {
            "probably UTF-16 without a byte order mark; state `encoding = \"utf-16be\"`"
        }
        (true, true) => "neither UTF-8 nor UTF-16; have it exported as UTF-8, or correct `format`",
    };
    Some(format!(
        "expected a text file, found bytes of value 0, the first at byte {}: {guess}",
        first + 1
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_told_by_its_first_bytes() {
        let mut tar = vec![b'x'; 300];
        tar[257..263].copy_from_slice(b"ustar\0");
        for (head, part) in [
            (&b"PGDMP\x01\x0e"[..], "pg_restore"),
            (b"toc.dat\0\0\0", "tar format"),
            (b"PK\x03\x04", "zip"),
            (b"SQLite format 3\0", "`format = \"sqlite\"`"),
            (b"\xfd7zXZ\0\0", "xz"),
            (b"7z\xbc\xaf\x27\x1c", "7z"),
            (b"BZh91AY&SY\0", "bzip2"),
            (b"\0\x01\0\0Standard Jet DB\0", "Access"),
            (&tar[..], "a tar archive"),
        ] {
            assert!(of(head).is_some_and(|what| what.contains(part)), "{part}");
        }
        for head in [&b"PGDMP,b\n"[..], b"BZh9,b\n", b"PK,b\n", b"", b"a,b\n1,\0\n"] {
            assert_eq!(of(head), None);
        }
    }

    #[test]
    fn few_zeros_are_no_utf_16() {
        for (head, part) in [
            (&b"a\0,\0b\0\n\0"[..], Some("utf-16le")),
            (b"\0a\0,\0b\0\n", Some("utf-16be")),
            (b"a\0\0\0,\0\0\0", Some("neither")),
            (b"name,code\nYo\0rk,2\nHull,3\n", None),
            (b"name,code\n", None),
        ] {
            let found = with_zeros(head);
            assert_eq!(found.is_some(), part.is_some(), "{found:?}");
            assert!(found.unwrap_or_default().contains(part.unwrap_or_default()));
        }
    }
}
