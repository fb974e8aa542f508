//! From facts, frame and signatures to the bytes of a PDF.

use landfall_core::{digest::Digest, time::Timestamp};
use serde::Serialize;
use serde_json::Value;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{Error, Frame, Kind, Signature, characters, fit, world::DocumentWorld};

/// How many renditions a cached result of the typesetter outlives without being used.
const CACHE_AGE: usize = 4;

/// Renders a document: PDF/A-2a, its date the frame's time of issue. The same input gives the same bytes.
///
/// A document whose script cannot be tagged as PDF/A-2a asks for is written as PDF/A-2b.
///
/// # Errors
/// When the facts do not fit the kind, are not those that the frame's number and digest name, or cannot be set.
pub fn render(
    kind: Kind,
    frame: &Frame,
    facts: &Value,
    signatures: &[Signature],
) -> Result<Vec<u8>, Error> {
    let found = Digest::of_canonical(facts)?;
    if found != frame.facts_digest {
        return Err(Error::OtherFacts { expected: frame.facts_digest, found });
    }
    let fitted = fit::fit(kind, frame, facts)?;
    let world = world_of(kind, frame, fitted, signatures)?;
    let document = lay_out(kind, &world)?;
    let written = match write(kind, &world, &document, frame, PdfStandard::A_2a) {
        Ok(bytes) => Ok(bytes),
        Err(_) => write(kind, &world, &document, frame, PdfStandard::A_2b),
    };
    typst::comemo::evict(CACHE_AGE);
    written
}

/// Makes the world in which a template finds its three files of data.
fn world_of(
    kind: Kind,
    frame: &Frame,
    facts: Value,
    signatures: &[Signature],
) -> Result<DocumentWorld, Error> {
    let data = [
        ("/facts.json", characters::printable(facts).to_string()),
        ("/frame.json", text_of(kind, frame)?),
        ("/signatures.json", text_of(kind, signatures)?),
    ];
    DocumentWorld::new(kind, data)
}

/// Writes a value as JSON that holds printable texts only.
fn text_of<T: Serialize + ?Sized>(kind: Kind, value: &T) -> Result<String, Error> {
    match serde_json::to_value(value) {
        Ok(value) => Ok(characters::printable(value).to_string()),
        Err(error) => Err(Error::Template {
            kind,
            place: "the data of the template".to_owned(),
            message: error.to_string(),
        }),
    }
}

/// Sets the pages. A warning is an error: a page count that did not settle must not be printed.
fn lay_out(kind: Kind, world: &DocumentWorld) -> Result<PagedDocument, Error> {
    let compiled = typst::compile::<PagedDocument>(world);
    match compiled.output {
        Err(errors) => Err(world.complaint(kind, errors.iter())),
        Ok(_) if !compiled.warnings.is_empty() => {
            Err(world.complaint(kind, compiled.warnings.iter()))
        }
        Ok(document) => Ok(document),
    }
}

/// Writes the pages as PDF of a standard.
fn write(
    kind: Kind,
    world: &DocumentWorld,
    document: &PagedDocument,
    frame: &Frame,
    standard: PdfStandard,
) -> Result<Vec<u8>, Error> {
    let standards = PdfStandards::new(&[standard]).map_err(|error| Error::Template {
        kind,
        place: "the choice of the PDF standard".to_owned(),
        message: error.message().to_string(),
    })?;
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {}", frame.number, frame.facts_digest)),
        creator: Smart::Custom(Some("Landfall".to_owned())),
        timestamp: Some(pdf_time(frame.issued).ok_or(Error::Time)?),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|errors| world.complaint(kind, errors.iter()))
}

/// Returns the time as PDF metadata holds it; none outside the years 0 to 9999.
fn pdf_time(time: Timestamp) -> Option<typst_pdf::Timestamp> {
    let date = time.date();
    let second = time.as_seconds().rem_euclid(86_400);
    let year = i32::from(date.year());
    if !(0..=9999).contains(&year) {
        return None;
    }
    let datetime = Datetime::from_ymd_hms(
        year,
        u8::try_from(date.month()).ok()?,
        u8::try_from(date.day()).ok()?,
        u8::try_from(second / 3600).ok()?,
        u8::try_from(second % 3600 / 60).ok()?,
        u8::try_from(second % 60).ok()?,
    )?;
    Some(typst_pdf::Timestamp::new_utc(datetime))
}

#[cfg(test)]
mod tests {
    use typst::layout::{Frame as LayoutFrame, FrameItem};

    use super::*;
    use crate::{
        Block, Status,
        sample::{self, Sample},
    };

    /// The text of a page in the order it was set, without white space and places to break.
    fn squeezed(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}' && *c != '\u{a0}').collect()
    }

    fn collect(frame: &LayoutFrame, text: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => collect(&group.frame, text),
                FrameItem::Text(run) => text.push_str(&run.text),
                FrameItem::Shape(..)
                | FrameItem::Image(..)
                | FrameItem::Link(..)
                | FrameItem::Tag(_) => {}
            }
        }
    }

    fn pages_of(sample: &Sample) -> Vec<String> {
        let fitted = fit::fit(sample.kind, &sample.frame, &sample.facts).unwrap();
        let world = world_of(sample.kind, &sample.frame, fitted, &sample.signatures).unwrap();
        let document = lay_out(sample.kind, &world).unwrap();
        let page_text = |page: &typst_layout::Page| {
            let mut text = String::new();
            collect(&page.frame, &mut text);
            squeezed(&text)
        };
        document.pages().iter().map(page_text).collect()
    }

    fn contains(pages: &[String], text: &str) -> bool {
        pages.concat().contains(&squeezed(text))
    }

    #[test]
    fn every_page_carries_number_status_environment_and_its_count() {
        for kind in Kind::ALL {
            let sample = sample::of(kind);
            let pages = pages_of(&sample);
            assert!(!pages.is_empty());
            for (index, page) in pages.iter().enumerate() {
                assert!(page.contains(&sample.frame.number), "{kind} page {index}");
                assert!(page.contains(&sample.frame.status.as_str().to_uppercase()), "{kind}");
                assert!(page.contains(&squeezed(&sample.frame.environment)), "{kind}");
                let count = format!("Page{}of{}", index + 1, pages.len());
                assert!(page.contains(&count), "{kind}: {count}");
                assert!(page.contains(&sample.frame.ledger_head.short()), "{kind}");
                assert_eq!(page.contains("DEMONSTRATION:"), sample.frame.demonstration, "{kind}");
            }
            let last = pages.last().unwrap();
            assert!(last.contains(&sample.frame.ledger_head.to_string()), "{kind}");
            assert!(last.contains(&sample.frame.facts_digest.to_string()), "{kind}");
        }
    }

    #[test]
    fn the_mark_of_a_demonstration_is_absent_from_a_real_record() {
        let mut sample = sample::of(Kind::Iq);
        sample.frame.demonstration = false;
        assert!(!pages_of(&sample).concat().contains("DEMONSTRATION"));
    }

    #[test]
    fn markup_in_facts_is_shown_as_it_is() {
        let hostile = "#panic() *x* _y_ $a^2$ \\ <a> @x [b] `c` \"q\" -- ~ // /* #{1+1} = - + ...";
        let mut sample = sample::of(Kind::Iq);
        sample.facts["purpose"] = Value::from(hostile);
        sample.facts["tests"][0]["actual"] = Value::from(hostile.repeat(40));
        sample.facts["tests"][1]["expected"] = Value::from("W".repeat(3000));
        sample.facts["installation"][0]["planned"] = Value::from(hostile);
        sample.facts["references"][0]["name"] = Value::from(hostile);
        sample.facts["timeline"][0]["what"] =
            Value::from("日本 \u{202e} \u{e000} \u{0} مرحبا q\u{323}");
        sample.frame.title = hostile.to_owned();
        sample.signatures[0].name = hostile.to_owned();
        sample.frame.facts_digest = Digest::of_canonical(&sample.facts).unwrap();
        let pages = pages_of(&sample);
        assert!(contains(&pages, hostile));
        assert!(contains(&pages, "[U+65E5][U+672C] [U+202E] [U+E000] [U+0000]"));
        let bytes = render(sample.kind, &sample.frame, &sample.facts, &sample.signatures).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
    }

    #[test]
    fn a_plan_that_was_not_executed_says_so_and_shows_empty_lines() {
        let mut sample = sample::of(Kind::Iq);
        sample.facts["conclusion"] = Value::Null;
        sample.facts["plan_digest"] = Value::Null;
        for step in sample.facts["installation"].as_array_mut().unwrap() {
            step["executed"] = Value::Null;
        }
        for test in sample.facts["tests"].as_array_mut().unwrap() {
            test["result"] = Value::from("not-run");
            for field in ["actual", "evidence_digest", "executor", "time"] {
                test[field] = Value::Null;
            }
        }
        sample.signatures.clear();
        sample.frame.status = Status::Draft;
        let pages = pages_of(&sample);
        assert!(contains(&pages, "This document is the plan"));
        assert!(contains(&pages, "not yet executed"));
        assert!(contains(&pages, "NOT RUN"));
        assert!(contains(&pages, "AWAITED"));
        assert!(!contains(&pages, "SIGNED"));
    }

    #[test]
    fn a_signature_shows_name_time_and_meaning_and_whether_it_holds() {
        let mut sample = sample::of(Kind::Iq);
        let pages = pages_of(&sample);
        assert!(contains(&pages, "Tomás Ortiz"));
        assert!(contains(&pages, "2026-03-02 10:03:07 UTC"));
        assert!(contains(&pages, "I reviewed this plan; it is technically right."));
        assert!(!contains(&pages, "NOT VALID"));

        sample.signatures[1].valid = false;
        let awaited = pages.concat().matches("AWAITED").count();
        let pages = pages_of(&sample);
        assert!(contains(&pages, "NOT VALID"));
        assert_eq!(pages.concat().matches("AWAITED").count(), awaited + 1);

        sample.signatures[2].rejected = true;
        sample.signatures[2].reason = Some("the source is not the one agreed".to_owned());
        let pages = pages_of(&sample);
        assert!(contains(&pages, "REJECTED"));
        assert!(contains(&pages, "the source is not the one agreed"));
        assert_eq!(sample.signatures[2].block, Block::PreApproval);
    }

    #[test]
    fn deviations_and_differences_are_shown_and_none_is_said() {
        let mut sample = sample::of(Kind::Iq);
        assert!(contains(&pages_of(&sample), "Deviations None."));
        let digest = Digest::of(b"x").to_string();
        sample.facts["deviations"] = serde_json::json!([{
            "number": "D-01", "found_in": "T-03M", "description": "a table was short",
            "impact": "none on data", "cause": "disk full", "fix": "space freed",
            "retest": "T-03M passed", "closure": "closed", "approver": "Ruth Adeyemi",
        }]);
        sample.facts["comparison"] = serde_json::json!({
            "validated": "IQ-ACME-VAL-1-001",
            "equal": [{"name": "Plan", "digest": digest}],
            "different": [{
                "name": "Migration package", "validated": digest, "here": digest,
                "reason": "the final dump is newer",
            }],
        });
        let pages = pages_of(&sample);
        for text in ["a table was short", "disk full", "the final dump is newer", digest.as_str()] {
            assert!(contains(&pages, text), "{text}");
        }
    }

    #[test]
    fn a_masking_certificate_with_survivors_or_a_blind_scan_does_not_pass() {
        let mut sample = sample::of(Kind::MaskingCertificate);
        assert!(contains(&pages_of(&sample), "OUTCOME Pass"));
        sample.facts["scans"][0]["planted"]["reported"] = Value::from(1);
        assert!(contains(&pages_of(&sample), "OUTCOME Fail"));

        let mut sample = sample::of(Kind::MaskingCertificate);
        sample.facts["scans"][1]["survivors"] = Value::from(1);
        sample.facts["scans"][1]["found"] = serde_json::json!([{"clause": "b", "table": "volunteer", "column": "notes", "rows": 1}]);
        let pages = pages_of(&sample);
        assert!(contains(&pages, "OUTCOME Fail") && contains(&pages, "(b)volunteer notes"));

        let mut sample = sample::of(Kind::MaskingCertificate);
        sample.facts["scans"].as_array_mut().unwrap().pop();
        assert!(contains(&pages_of(&sample), "OUTCOME Not scanned"));
    }

    #[test]
    fn a_destruction_that_left_something_is_incomplete() {
        let mut sample = sample::of(Kind::DestructionCertificate);
        assert!(contains(&pages_of(&sample), "OUTCOME Destroyed"));
        sample.facts["removed"][0]["absent"] = Value::from(false);
        let pages = pages_of(&sample);
        assert!(contains(&pages, "OUTCOME Incomplete") && contains(&pages, "PRESENT"));
    }
}
