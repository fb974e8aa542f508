//! Whether code lists, limits and items agree about data types and lengths.

use std::collections::{HashMap, HashSet};

use super::values::{is_date, is_date_time, is_decimal, is_integer, is_time, number, shown};
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
        digits(item, findings);
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

/// A number has no more digits behind the point than digits.
fn digits(item: &Element, findings: &mut Findings) {
    let said = |key: Key| item.get(key).and_then(number);
    if let (Some(length), Some(behind)) = (said(Key::Length), said(Key::SignificantDigits))
        && behind > length
    {
        let oid = item.oid().unwrap_or_default();
        findings.add(
            Code::Digits,
            item.at,
            format!(
                "expected at most {length} digits behind the point for the item `{oid}`, as its `Length` is {length}, found `SignificantDigits` {behind}; both were kept in the design"
            ),
        );
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
                    "expected each coded value once in the code list `{oid}`, found `{}` again; both were kept in the design, where the first counts",
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

/// Whether a value can be of a data type; texts and partial dates are not judged.
fn fits(data_type: &str, value: &str) -> bool {
    match data_type {
        "integer" => is_integer(value),
        "float" | "decimal" | "double" => is_decimal(value) || value.trim().parse::<f64>().is_ok(),
        "date" => is_date(value),
        "time" => is_time(value),
        "datetime" => is_date_time(value),
        "boolean" => matches!(value.trim(), "true" | "false" | "1" | "0"),
        _ => true,
    }
}

fn wrong_type(what: &str, value: &str, data_type: &str, at: Position, findings: &mut Findings) {
    findings.group(Code::ValueType, at, &format!("{what}/{data_type}"), || {
        format!(
            "expected a `{what}` of the data type {data_type}, found `{}`; it was kept in the design",
            shown(value)
        )
    });
}

fn against_list(item: &Element, data_type: &str, list: &List<'_>, findings: &mut Findings) {
    let broken = |data_type: &str| matches!(data_type, "float" | "decimal" | "double");
    let agree = match data_type {
        "integer" => list.data_type == "integer",
        "date" | "time" | "datetime" => matches!(list.data_type, "text" | "string"),
        _ if broken(data_type) => broken(list.data_type) || list.data_type == "integer",
        _ => true,
    };
    let oid = item.oid().unwrap_or_default();
    if !agree {
        // A list cannot be of dates: it is of text.
        let wanted =
            if matches!(data_type, "date" | "time" | "datetime") { "text" } else { data_type };
        findings.add(
            Code::ListType,
            item.at,
            format!(
                "expected a code list of the data type {wanted} for the item `{oid}` of {data_type}, found one of {}; both were kept in the design",
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
                "expected coded values of at most {most} characters for the item `{oid}`, found `{}`, {} characters; both were kept in the design",
                shown(list.longest),
                list.length
            ),
        );
    }
}
