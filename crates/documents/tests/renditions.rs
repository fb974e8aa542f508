//! Every kind renders, the same input gives the same bytes, and what does not belong together is refused.

use landfall_core::digest::Digest;
use landfall_documents::{Error, Kind, render, sample};

/// Whether the bytes hold the text somewhere; metadata is written uncompressed.
fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn every_kind_renders_its_sample_as_pdf_a() {
    for kind in Kind::ALL {
        let sample = sample::of(kind);
        let bytes = render(kind, &sample.frame, &sample.facts, &sample.signatures).unwrap();
        assert!(bytes.starts_with(b"%PDF-1."), "{kind}");
        assert!(holds(&bytes, "<pdfaid:part>2</pdfaid:part>"), "{kind}");
        assert!(holds(&bytes, "<pdfaid:conformance>A</pdfaid:conformance>"), "{kind}");
        assert!(holds(&bytes, &sample.frame.number), "{kind}");
        let day = sample.frame.issued.date().to_string();
        assert!(holds(&bytes, &day), "{kind}: {day}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for kind in Kind::ALL {
        let sample = sample::of(kind);
        let first = render(kind, &sample.frame, &sample.facts, &sample.signatures).unwrap();
        let second = render(kind, &sample.frame, &sample.facts, &sample.signatures).unwrap();
        assert!(first == second, "{kind}");
    }
}

#[test]
fn another_signature_is_another_rendition() {
    let sample = sample::of(Kind::Iq);
    let before = render(Kind::Iq, &sample.frame, &sample.facts, &sample.signatures).unwrap();
    let after = render(Kind::Iq, &sample.frame, &sample.facts, &sample.signatures[..3]).unwrap();
    assert!(before != after);
}

#[test]
fn facts_without_a_field_are_refused_by_the_fields_name() {
    for kind in Kind::ALL {
        let mut sample = sample::of(kind);
        sample.facts.as_object_mut().unwrap().remove("ledger");
        sample.frame.facts_digest = Digest::of_canonical(&sample.facts).unwrap();
        let error = render(kind, &sample.frame, &sample.facts, &sample.signatures).unwrap_err();
        assert!(matches!(error, Error::Facts { .. }), "{error}");
        assert!(error.to_string().contains("missing field `ledger`"), "{error}");
    }
}

#[test]
fn facts_of_another_record_are_refused() {
    let mut sample = sample::of(Kind::Iq);
    sample.facts["purpose"] = "changed after it was signed".into();
    let error = render(Kind::Iq, &sample.frame, &sample.facts, &sample.signatures).unwrap_err();
    assert!(matches!(error, Error::OtherFacts { .. }), "{error}");

    let mut sample = sample::of(Kind::Iq);
    sample.frame.number = "IQ-OTHER-001".to_owned();
    let error = render(Kind::Iq, &sample.frame, &sample.facts, &sample.signatures).unwrap_err();
    assert!(matches!(error, Error::OtherDocument { .. }), "{error}");
}
