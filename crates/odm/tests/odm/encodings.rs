//! One design in every encoding: the same model, the same places; and files that lie.

use landfall_odm::{Code, Limits, examine};

use crate::world::{changed, reading, refused};

fn text(declaration: &str) -> String {
    changed("Of the back", "Des Rückens, für Größen")
        .replace("encoding=\"UTF-8\"", declaration)
        .replace("UnitOID=\"U.KG\"", "UnitOID=\"Ü\"")
        .replace("<Question>", "<Question><!-- äöü --><v:ä xmlns:v=\"urn:ß\"/>")
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect()
}

fn wide(text: &str, big: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn every_encoding_gives_the_same_design_and_the_same_places() {
    let expected = reading(text("encoding=\"UTF-8\"").as_bytes()).unwrap();
    assert_eq!(expected.findings.len(), 2, "{:?}", expected.findings);
    let mut with_mark = b"\xef\xbb\xbf".to_vec();
    with_mark.extend_from_slice(text("").as_bytes());
    for (name, bytes) in [
        ("no declaration", text("").into_bytes()),
        ("UTF-8 with mark", with_mark),
        ("ISO-8859-1", latin(&text("encoding='ISO-8859-1'"))),
        ("windows-1252", latin(&text("encoding='windows-1252'"))),
        ("UTF-16LE", wide(&text("encoding='UTF-16'"), false)),
        ("UTF-16BE", wide(&text("encoding='UTF-16'"), true)),
        ("UTF-16 undeclared", wide(&text(""), true)),
    ] {
        let read = reading(&bytes).unwrap_or_else(|refused| panic!("{name}: {refused}"));
        assert_eq!(read.design, expected.design, "{name}");
        assert_eq!(read.findings, expected.findings, "{name}");
    }
}

#[test]
fn a_file_that_lies_is_refused() {
    for (name, bytes) in [
        ("Latin-1 as UTF-8", latin(&text("encoding='UTF-8'"))),
        ("UTF-8 as Latin-1", text("encoding='ISO-8859-1'").into_bytes()),
        ("UTF-8 as UTF-16", text("encoding='UTF-16'").into_bytes()),
        ("UTF-16 as UTF-8", wide(&text("encoding='UTF-8'"), false)),
        ("unknown", text("encoding='klingon'").into_bytes()),
    ] {
        let findings = refused(&bytes);
        assert!(findings.iter().any(|finding| finding.code == Code::Encoding), "{name}");
    }
    let findings = refused(&latin(&text("encoding='UTF-8'")));
    let at = findings[0].at;
    assert_eq!((at.line, at.column), (6, 54), "the first byte that is not UTF-8");
}

#[test]
fn a_file_with_errors_is_still_described() {
    let lost = changed("ItemRef ItemOID=\"I.2\"", "ItemRef ItemOID=\"I.9\"");
    let examined = examine(lost.as_bytes(), &Limits::default());
    assert!(examined.refused);
    assert_eq!(examined.encoding.as_deref(), Some("UTF-8"));
    assert_eq!(examined.design.unwrap().studies().count(), 1);
    assert!(examined.findings.iter().any(|finding| finding.code == Code::Dangling));

    let cut = examine(&lost.as_bytes()[..300], &Limits::default());
    assert!(cut.refused && cut.design.is_none());
    assert_eq!(cut.encoding.as_deref(), Some("UTF-8"));
    let archive = examine(&b"PK\x03\x04"[..], &Limits::default());
    assert!(archive.refused && archive.encoding.is_none());
}
