//! Whether facts are complete: what a template reads must be there, and what is there must be shown.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    Error, Frame, Kind, configuration_report, destruction_certificate, difference_report,
    go_live_record, iq, masking_certificate, materials_certificate, qc_report, sample,
};

/// Returns the facts as the kind's template reads them, every optional field present.
pub(crate) fn fit(kind: Kind, frame: &Frame, facts: &Value) -> Result<Value, Error> {
    let fitted = match kind {
        Kind::Iq => through::<iq::Facts>(kind, facts)?,
        Kind::MaskingCertificate => through::<masking_certificate::Facts>(kind, facts)?,
        Kind::DestructionCertificate => through::<destruction_certificate::Facts>(kind, facts)?,
        Kind::ConfigurationReport => through::<configuration_report::Facts>(kind, facts)?,
        Kind::QcReport => through::<qc_report::Facts>(kind, facts)?,
        Kind::GoLiveRecord => through::<go_live_record::Facts>(kind, facts)?,
        Kind::DifferenceReport => through::<difference_report::Facts>(kind, facts)?,
        Kind::MaterialsCertificate => through::<materials_certificate::Facts>(kind, facts)?,
    };
    let number = fitted.get("number").and_then(Value::as_str).unwrap_or_default();
    if number != frame.number {
        return Err(Error::OtherDocument {
            expected: frame.number.clone(),
            found: number.to_owned(),
        });
    }
    Ok(fitted)
}

/// Reads the facts as the struct of their kind and writes them again.
fn through<T: DeserializeOwned + Serialize>(kind: Kind, facts: &Value) -> Result<Value, Error> {
    let wrong = |error: &serde_json::Error| Error::Facts {
        kind,
        place: place::<T>(facts, &sample::facts(kind)),
        problem: problem(&error.to_string()),
    };
    let typed: T = serde_json::from_value(facts.clone()).map_err(|error| wrong(&error))?;
    serde_json::to_value(typed).map_err(|error| wrong(&error))
}

/// Says what was wrong without the value that was: facts are no place for personal data, but an error must not rely on it.
fn problem(message: &str) -> String {
    const NAMES_A_FIELD: [&str; 3] = ["missing field", "unknown field", "duplicate field"];
    if NAMES_A_FIELD.iter().any(|start| message.starts_with(start)) {
        return message.to_owned();
    }
    let expected = if message.starts_with("expected ") {
        message.split(", found").next()
    } else {
        message.rsplit_once(", expected ").map(|(_, expected)| expected)
    };
    match expected {
        Some(expected) => format!("expected {}", expected.trim_start_matches("expected ")),
        None => "a value of another type".to_owned(),
    }
}

/// Finds the section that does not fit: the one without which, exchanged for the sample's, the facts would.
fn place<T: DeserializeOwned>(facts: &Value, sample: &Value) -> String {
    let (Value::Object(facts), Value::Object(sample)) = (facts, sample) else {
        return "the facts as a whole".to_owned();
    };
    for (name, section) in facts {
        let Some(right) = sample.get(name) else {
            continue;
        };
        if !fits_with::<T>(facts, name, right.clone()) {
            continue;
        }
        let Value::Array(entries) = section else {
            return format!("`{name}`");
        };
        let wrong = entries
            .iter()
            .position(|entry| !fits_with::<T>(facts, name, Value::Array(vec![entry.clone()])));
        return match wrong {
            Some(index) => format!("entry {} of `{name}`", index + 1),
            None => format!("`{name}`"),
        };
    }
    "the facts as a whole".to_owned()
}

/// Tells whether the facts would fit if one section were another.
fn fits_with<T: DeserializeOwned>(facts: &Map<String, Value>, name: &str, section: Value) -> bool {
    let mut tried = facts.clone();
    tried.insert(name.to_owned(), section);
    serde_json::from_value::<T>(Value::Object(tried)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(facts: &Value) -> String {
        through::<iq::Facts>(Kind::Iq, facts).unwrap_err().to_string()
    }

    #[test]
    fn a_missing_field_is_named_with_its_place() {
        let mut facts = sample::facts(Kind::Iq);
        facts["installation"][2].as_object_mut().unwrap().remove("planned");
        let text = error_of(&facts);
        assert!(text.contains("missing field `planned`"), "{text}");
        assert!(text.contains("entry 3 of `installation`"), "{text}");

        let mut facts = sample::facts(Kind::Iq);
        facts.as_object_mut().unwrap().remove("tests");
        assert!(error_of(&facts).contains("missing field `tests`"));
    }

    #[test]
    fn a_field_that_no_template_shows_is_refused() {
        let mut facts = sample::facts(Kind::Iq);
        facts["system"]["colour"] = Value::from("red");
        let text = error_of(&facts);
        assert!(text.contains("unknown field `colour`") && text.contains("in `system`"), "{text}");
    }

    #[test]
    fn a_wrong_value_is_not_repeated() {
        for (section, wrong) in [("plan_digest", "Jane, found, expected Doe"), ("tests", "Jane")] {
            let mut facts = sample::facts(Kind::Iq);
            facts[section] = Value::from(wrong);
            let text = error_of(&facts);
            assert!(!text.contains("Jane") && !text.contains("Doe"), "{text}");
            assert!(text.contains(&format!("`{section}`")), "{text}");
            assert!(text.contains("expected"), "{text}");
        }
    }
}
