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

    fn deviation(number: &str) -> Value {
        serde_json::json!({
            "number": number, "found_in": "operation 7, build of VAL 1",
            "opened": "2026-03-02T11:40:00Z", "opened_by": "Landfall",
            "tests": [{"id": "M-003", "expected": "14 tables equal", "actual": "13 tables equal"}],
            "description": "a table was short", "impact": "none on data", "cause": "disk full",
            "fix": "space freed", "fixed_by": "Anna Berg (engineer)",
            "fixed": "2026-03-02T11:52:00Z", "retest": "operation 9: every test passed",
            "closure": "closed by vendor quality", "approver": "Ruth Adeyemi (quality)",
            "approved": "2026-03-02T12:30:00Z", "meaning": "I approve this closure.",
            "condition": null,
        })
    }

    #[test]
    fn deviations_and_differences_are_shown_and_none_is_said() {
        let mut sample = sample::of(Kind::Iq);
        assert!(contains(&pages_of(&sample), "Deviations None."));
        let digest = Digest::of(b"x").to_string();
        sample.facts["deviations"] = Value::from(vec![deviation("ACME-DEV-001")]);
        sample.facts["comparison"] = serde_json::json!({
            "validated": "IQ-ACME-VAL-1-001",
            "equal": [{"name": "Plan", "digest": digest}],
            "different": [{
                "name": "Migration package", "validated": digest, "here": digest,
                "reason": "the final dump is newer",
            }],
        });
        let pages = pages_of(&sample);
        for text in [
            "ACME-DEV-001 CLOSED Opened 2026-03-02 11:40:00 UTC, by Landfall",
            "M-003 14 tables equal 13 tables equal",
            "a table was short",
            "disk full",
            "by Anna Berg (engineer), 2026-03-02 11:52:00 UTC",
            "operation 9: every test passed",
            "Ruth Adeyemi (quality) 2026-03-02 12:30:00 UTC I approve this closure.",
            "the final dump is newer",
            digest.as_str(),
        ] {
            assert!(contains(&pages, text), "{text}");
        }
    }

    #[test]
    fn the_conclusion_counts_the_deviations_that_were_closed_and_lists_the_conditions() {
        let mut sample = sample::of(Kind::Iq);
        let closed = |pages: &[String]| contains(pages, "deviations closed");
        assert!(!closed(&pages_of(&sample)));

        let mut second = deviation("ACME-DEV-002");
        sample.facts["deviations"] = Value::from(vec![deviation("ACME-DEV-001"), second.clone()]);
        assert!(contains(&pages_of(&sample), "Accepted, 2 deviations closed"));

        let condition = "the disk is doubled before PROD is built";
        second["condition"] = Value::from(condition);
        sample.facts["deviations"][1] = second;
        sample.facts["conclusion"]["outcome"] = Value::from("accepted-with-conditions");
        sample.facts["conclusion"]["conditions"] =
            Value::from(vec![format!("ACME-DEV-002: {condition}")]);
        let pages = pages_of(&sample);
        assert!(contains(&pages, "Accepted with conditions") && !closed(&pages));
        assert!(contains(&pages, &format!("Condition: {condition}")));
        assert!(contains(&pages, &format!("1. ACME-DEV-002: {condition}")));

        sample.facts["deviations"][0]["approved"] = Value::Null;
        assert!(contains(&pages_of(&sample), "DEVIATIONS 1 open of 2"));
    }

    /// Removes every entry of a list that mentions a migration or an iteration; rewrites other texts that do.
    fn without_migration(value: &mut Value) {
        let mentions = |text: &str| text.contains("igration") || text.contains("teration");
        match value {
            Value::Array(entries) => {
                entries.retain(|entry| !mentions(&entry.to_string()));
                entries.iter_mut().for_each(without_migration);
            }
            Value::Object(fields) => fields.values_mut().for_each(without_migration),
            Value::String(text) if mentions(text.as_str()) => "other words".clone_into(text),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    #[test]
    fn an_iq_without_a_migration_package_mentions_no_migration() {
        let mut sample = sample::of(Kind::Iq);
        without_migration(&mut sample.facts);
        assert_eq!(sample.facts["packages"].as_array().unwrap().len(), 1);
        let pages = pages_of(&sample).concat().to_lowercase();
        assert!(!pages.contains("migration") && !pages.contains("iteration"));
    }

    /// Fills a table of the sample report with that many records.
    fn grow(sample: &mut sample::Sample, name: &str, rows: usize) {
        let tables = sample.facts["modules"][0]["tables"].as_array_mut().unwrap();
        let table = tables.iter_mut().find(|table| table["name"] == name).unwrap();
        let record = table["rows"][0].clone();
        let copies = (0..rows).map(|number| {
            let mut record = record.clone();
            let key = format!("{name}-{number:03}-key");
            record["key"] = Value::from(key.as_str());
            record["values"][0] = Value::from(key);
            record
        });
        table["rows"] = copies.collect();
    }

    #[test]
    fn a_configuration_report_shows_every_record_of_long_tables() {
        let mut sample = sample::of(Kind::ConfigurationReport);
        grow(&mut sample, "role_action", 2001);
        let summed = pages_of(&sample).concat();
        assert_eq!(summed.matches("role_action-").count(), 0);
        let letters: String = summed.split_whitespace().collect();
        assert!(letters.contains("2,001recordsarenotprinted"), "{letters}");
        grow(&mut sample, "role_action", 500);
        grow(&mut sample, "site", 60);
        let pages = pages_of(&sample);
        let text = pages.concat();
        assert_eq!(text.matches("role_action-").count(), 500);
        // A record of a wide table is headed by its key.
        assert_eq!(text.matches("site-").count(), 2 * 60);
        // The header of the table stands on every page that it fills.
        let filled = pages.iter().filter(|page| page.contains("role_action-")).count();
        assert!(filled > 5, "{filled}");
        let headed = |page: &&String| page.contains("role_action-") && page.contains("Maychange");
        assert_eq!(pages.iter().filter(headed).count(), filled);
    }

    #[test]
    fn a_configuration_report_marks_what_stays_and_numbers_the_lines_of_scripts() {
        let mut sample = sample::of(Kind::ConfigurationReport);
        sample.facts["scripts"][0]["text"] = Value::from("#panic()\n  *x* ".repeat(30));
        let pages = pages_of(&sample);
        assert!(contains(&pages, "Old Hall STAYS archived site"));
        assert!(contains(&pages, "integration-specific"));
        assert!(contains(&pages, "Template see script 1"));
        assert!(contains(&pages, "1 #panic() 2 *x* #panic() 3 *x* #panic()"));
        assert!(contains(&pages, "Without a record: EDC devices."));
    }

    #[test]
    fn a_qc_report_whose_counts_do_not_add_up_says_so() {
        let mut sample = sample::of(Kind::QcReport);
        let pages = pages_of(&sample);
        assert!(contains(&pages, "RECONCILIATION Adds up"));
        assert!(contains(&pages, "subjects.csv: lines 311, 613, 1,190, 1,500, 1,912"));
        assert!(contains(&pages, "Reason: the list of outcomes lacked a code"));
        assert!(contains(&pages, "Comparison with iteration 1"));
        sample.facts["sections"][1]["written"] = Value::from(1);
        sample.facts["before"] = Value::Null;
        sample.facts["sign_off"] = Value::from(Vec::<Value>::new());
        sample.facts["awaited"] = Value::from(vec!["customer quality"]);
        sample.facts["rejected"][0]["rows"] = Value::from(140);
        let pages = pages_of(&sample);
        assert!(contains(&pages, "RECONCILIATION Does not add up"));
        assert!(contains(&pages, "the first 14 of 140"));
        assert!(contains(&pages, "This is the first iteration with an output."));
        assert!(contains(&pages, "The output is not signed off. Awaited: customer quality."));
    }

    #[test]
    fn a_go_live_record_gives_the_reason_of_a_step_that_is_not_applicable() {
        let mut sample = sample::of(Kind::GoLiveRecord);
        assert!(contains(&pages_of(&sample), "STEPS 6 done of 6"));
        for index in [0, 2] {
            let step = &mut sample.facts["steps"][index];
            step["state"] = Value::from("not-applicable");
            step["reason"] = Value::from("there is no source database");
            step["evidence"] = Value::from(Vec::<Value>::new());
        }
        sample.facts["live"] = Value::Null;
        let pages = pages_of(&sample);
        assert!(contains(&pages, "STEPS 4 done of 6, 2 not applicable"));
        assert!(contains(&pages, "OUTCOME Not live"));
        let reasons = pages.concat().matches("Reasonthereisnosourcedatabase").count();
        assert_eq!(reasons, 2);
        assert!(contains(&pages, "NOT APPLICABLE"));
    }

    #[test]
    fn a_difference_report_awaits_its_signature_and_shows_lines_with_their_signs() {
        let mut sample = sample::of(Kind::DifferenceReport);
        assert!(contains(&pages_of(&sample), "Signed 1 of 1"));
        sample.signatures.clear();
        sample.frame.status = Status::Draft;
        let pages = pages_of(&sample);
        assert!(contains(&pages, "Signed 0 of 1") && contains(&pages, "customer quality AWAITED"));
        assert!(contains(&pages, "5 - WHERE given_at >= date('now', '-1 day')"));
        assert!(contains(&pages, "5 + WHERE given_at >= date('now')"));
        assert_eq!(pages.concat().matches("equallinesleftout").count(), 2);
        assert!(contains(&pages, "volunteer.maximum_age Value 75 80"));
    }

    #[test]
    fn materials_that_are_still_there_make_the_destruction_incomplete() {
        let mut sample = sample::of(Kind::MaterialsCertificate);
        assert!(contains(&pages_of(&sample), "OUTCOME Destroyed"));
        sample.facts["materials"][3]["absent"] = Value::from(false);
        let pages = pages_of(&sample);
        assert!(contains(&pages, "OUTCOME Incomplete") && contains(&pages, "PRESENT"));
    }

    #[test]
    fn markup_in_the_facts_of_any_kind_is_shown_as_it_is() {
        let hostile = "#panic() *x* _y_ $a^2$ \\ <a> @x [b] `c` #{1+1} = - + ~ //";
        for kind in Kind::ALL {
            let mut sample = sample::of(kind);
            sample.facts["summary"] = Value::from(hostile);
            sample.facts["timeline"][0]["what"] = Value::from(hostile);
            let pages = pages_of(&sample);
            assert_eq!(pages.concat().matches(&squeezed(hostile)).count(), 2, "{kind}");
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
