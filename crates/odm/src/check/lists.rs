//! Whether code lists, limits and items agree about data types and lengths.

use std::collections::{HashMap, HashSet};

use super::values::{is_decimal, is_integer, shown};
use crate::{
    finding::{Code, Findings},
    model::{Element, Position},
    names::{Key, Tag},
};

/// What items are compared with.
struct List<'a> {
    data_type: &'a str,
    /// The longest coded value.
    longest: &'a str,
    length: usize,
}

/// Checks the code lists of a version and the items that use them.
pub(super) fn check(version: &Element, findings: &mut Findings) {
    let mut lists = HashMap::new();
    for list in version.children(Tag::CodeList) {
        let facts = list_facts(list, findings);
        if let Some(oid) = list.oid() {
            lists.insert(oid, facts);
        }
    }
    for item in version.children(Tag::ItemDef) {
        let data_type = item.get(Key::DataType).unwrap_or_default();
        if let Some(list) = item
            .child(Tag::CodeListRef)
            .and_then(|reference| reference.get(Key::CodeListOid))
            .and_then(|oid| lists.get(oid))
        {
            against_list(item, data_type, list, findings);
        }
        for check in item.children(Tag::RangeCheck) {
            for value in check.children(Tag::CheckValue) {
                let text = value.text();
                if !fits(data_type, &text) {
                    wrong_type("CheckValue", &text, data_type, value.at, findings);
                }
            }
        }
    }
}

fn list_facts<'a>(list: &'a Element, findings: &mut Findings) -> List<'a> {
    let data_type = list.get(Key::DataType).unwrap_or_default();
    let mut facts = List { data_type, longest: "", length: 0 };
    let mut seen = HashSet::new();
    let oid = list.oid().unwrap_or_default();
    for item in list.elements() {
        if !item.is(Tag::CodeListItem) && !item.is(Tag::EnumeratedItem) {
            continue;
        }
        let Some(value) = item.get(Key::CodedValue) else { continue };
        if !seen.insert(value) {
            findings.group(Code::CodedValueTwice, item.at, oid, || {
                format!(
                    "expected each coded value once in the code list `{oid}`, found `{}` again; both were kept, the first counts",
                    shown(value)
                )
            });
        }
        if !fits(data_type, value) {
            wrong_type("CodedValue", value, data_type, item.at, findings);
        }
        let length = value.chars().count();
        if length > facts.length {
            facts.length = length;
            facts.longest = value;
        }
    }
    facts
}

/// Whether a value can be of a data type; types that are not numbers are not judged.
fn fits(data_type: &str, value: &str) -> bool {
    match data_type {
        "integer" => is_integer(value),
        "float" | "decimal" | "double" => is_decimal(value) || value.trim().parse::<f64>().is_ok(),
        _ => true,
    }
}

fn wrong_type(what: &str, value: &str, data_type: &str, at: Position, findings: &mut Findings) {
    findings.group(Code::ValueType, at, &format!("{what}/{data_type}"), || {
        format!(
            "expected a `{what}` of the data type {data_type}, found `{}`; it was kept",
            shown(value)
        )
    });
}

fn against_list(item: &Element, data_type: &str, list: &List<'_>, findings: &mut Findings) {
    let number = |data_type: &str| matches!(data_type, "float" | "decimal" | "double");
    let agree = match data_type {
        "integer" => list.data_type == "integer",
        _ if number(data_type) => number(list.data_type) || list.data_type == "integer",
        _ => true,
    };
    let oid = item.oid().unwrap_or_default();
    if !agree {
        findings.add(
            Code::ListType,
            item.at,
            format!(
                "expected a code list of the data type {data_type} for the item `{oid}`, found one of {}; both were kept",
                list.data_type
            ),
        );
    }
    let most = match data_type {
        "text" | "string" | "integer" => {
            item.get(Key::Length).and_then(|most| most.trim().parse().ok())
        }
        _ => None,
    };
    if let Some(most) = most.filter(|most: &usize| list.length > *most) {
        findings.add(
            Code::ListLength,
            item.at,
            format!(
                "expected coded values of at most {most} characters for the item `{oid}`, found `{}` of {}; it was kept",
                shown(list.longest),
                list.length
            ),
        );
    }
}
