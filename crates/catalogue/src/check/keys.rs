//! Do the two lists of setting keys have the right form, and is every key in one of them only?

use std::collections::BTreeSet;

use crate::{
    catalogue::HEADER_FILE,
    error::{Error, Place, Problem},
    keys::{IntegrationKey, KnownKey, ValueType, is_key, is_pattern},
};

pub(crate) fn check(integration: &[IntegrationKey], known: &[KnownKey]) -> Result<(), Error> {
    check_lists(integration, known)
        .map_err(|problem| Error::refused(Place::file(HEADER_FILE), problem))
}

fn check_lists(integration: &[IntegrationKey], known: &[KnownKey]) -> Result<(), Problem> {
    let mut seen = BTreeSet::new();
    for entry in integration {
        if !is_pattern(&entry.pattern) {
            return Err(Problem::NotAKey { found: entry.pattern.clone() });
        }
        if entry.why.trim().is_empty() {
            return Err(Problem::Empty { key: "why" });
        }
        if !seen.insert(entry.pattern.as_str()) {
            return Err(Problem::Duplicate {
                what: "integration key",
                name: entry.pattern.clone(),
            });
        }
    }
    for entry in known {
        if !is_key(&entry.key) {
            return Err(Problem::NotAKey { found: entry.key.clone() });
        }
        if !seen.insert(entry.key.as_str()) {
            return Err(Problem::Duplicate { what: "setting key", name: entry.key.clone() });
        }
        if let Some(pattern) = integration.iter().find(|pattern| pattern.matches(&entry.key)) {
            return Err(Problem::KeyInBothLists {
                key: entry.key.clone(),
                pattern: pattern.pattern.clone(),
            });
        }
        check_known(entry).map_err(|why| Problem::KnownKey { key: entry.key.clone(), why })?;
    }
    Ok(())
}

fn check_known(entry: &KnownKey) -> Result<(), &'static str> {
    if entry.category.trim().is_empty() || entry.label.trim().is_empty() {
        return Err("`category` and `label` may not be empty");
    }
    let is_choice = entry.value_type == ValueType::Choice;
    if is_choice && entry.values.is_empty() {
        return Err("type `choice` needs `values`");
    }
    if !is_choice && !entry.values.is_empty() {
        return Err("`values` are for type `choice` only");
    }
    match &entry.default {
        Some(default) if !entry.accepts(default) => {
            Err("`default` is not a value of the key's type")
        }
        _ => Ok(()),
    }
}
