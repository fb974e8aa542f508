//! Measurement units, code lists, conditions and methods: what items and references use.

use std::collections::BTreeSet;

use landfall_instances::design::{Cell, Row};
use landfall_odm::{Element, Key, Tag};

use super::{
    import::{Mapping, ordered, plain, put},
    words::{self, LIST_TYPES, METHOD_KINDS, WORDS},
};

/// The context under which a unit has its code of the Unified Code for Units of Measure.
pub(super) const UCUM: &str = "UCUM";

pub(super) fn units(mapping: &mut Mapping, basics: &Element) {
    for unit in basics.children(Tag::MeasurementUnit) {
        let oid = unit.oid().unwrap_or_default();
        let mut row = mapping.named(unit);
        let symbol = mapping.said(unit, Tag::Symbol, oid);
        let name = unit.get(Key::Name).unwrap_or(oid).to_owned();
        put(&mut row, "symbol", Some(symbol.as_deref().unwrap_or(&name)));
        for alias in unit.children(Tag::Alias) {
            if alias.get(Key::Context).is_some_and(|context| context.eq_ignore_ascii_case(UCUM))
                && !row.contains_key("ucum_code")
            {
                put(&mut row, "ucum_code", alias.get(Key::Name));
            } else {
                mapping.lost.note("MeasurementUnit/Alias: left out", oid);
            }
        }
        mapping.add("measurement_unit", oid, row);
    }
}

pub(super) fn code_lists(mapping: &mut Mapping, version: &Element) {
    for list in version.children(Tag::CodeList) {
        let oid = list.oid().unwrap_or_default();
        let mut row = mapping.named(list);
        let data_type = list.get(Key::DataType).unwrap_or("text");
        let own = words::ours(LIST_TYPES, data_type).unwrap_or_else(|| {
            if data_type != "string" {
                let what = format!("code list of type `{data_type}`: kept as text");
                mapping.lost.note(what, oid);
            }
            "text"
        });
        put(&mut row, "data_type", Some(own));
        put(&mut row, "sas_format_name", list.get(Key::SasFormatName));
        let description = mapping.said(list, Tag::Description, oid);
        let description =
            description.map(|text| mapping.cut("code list", "description", 2000, text, oid));
        put(&mut row, "description", description.as_deref());
        if let Some(external) = list.child(Tag::ExternalCodeList) {
            put(&mut row, "external_dictionary", external.get(Key::Dictionary));
            put(&mut row, "external_version", external.get(Key::Version));
            mapping.without_column(external, oid, &[Key::Href, Key::Ref], &[]);
        }
        mapping.without_column(list, oid, &[], &[Tag::Alias]);
        let place = mapping.add("code_list", oid, row);
        values(mapping, list, oid, place);
    }
}

fn values(mapping: &mut Mapping, list: &Element, oid: &str, place: usize) {
    let mut seen = BTreeSet::new();
    let coded = ordered(list, Tag::CodeListItem);
    let bare = ordered(list, Tag::EnumeratedItem);
    let after = coded.len();
    let all = coded.into_iter().chain(bare.into_iter().map(|(index, one)| (after + index, one)));
    for (position, value) in all {
        let code = value.get(Key::CodedValue).unwrap_or_default();
        let at = format!("{oid}/{code}");
        if !seen.insert(code.trim()) {
            mapping.lost.note("another value with the same code in a list: left out", &at);
            continue;
        }
        let mut row = Row::new();
        row.insert("code_list_id".to_owned(), Cell::Row(place));
        row.insert("coded_value".to_owned(), Cell::Value(code.trim().to_owned()));
        let decode = mapping.said(value, Tag::Decode, &at);
        let decode = decode.unwrap_or_else(|| code.trim().to_owned());
        row.insert("decode".to_owned(), Cell::Value(decode));
        put(&mut row, "rank", value.get(Key::Rank));
        put(&mut row, "position", Some(&position.to_string()));
        mapping.without_column(value, &at, &[], &[Tag::Description, Tag::Alias]);
        mapping.unknown(value, &at);
        mapping.content.push("code_list_item", row);
    }
}

pub(super) fn conditions(mapping: &mut Mapping, version: &Element) {
    for condition in version.children(Tag::ConditionDef) {
        let oid = condition.oid().unwrap_or_default();
        let mut row = mapping.named(condition);
        expression(mapping, condition, oid, &mut row);
        mapping.without_column(condition, oid, &[], &[Tag::Alias]);
        mapping.add("condition", oid, row);
    }
}

pub(super) fn methods(mapping: &mut Mapping, version: &Element) {
    for method in version.children(Tag::MethodDef) {
        let oid = method.oid().unwrap_or_default();
        let mut row = mapping.named(method);
        let kind = method.get(Key::Type).unwrap_or("Computation");
        let own = words::ours(METHOD_KINDS, kind).unwrap_or_else(|| {
            mapping.lost.note(format!("method of type `{kind}`: kept as other"), oid);
            "other"
        });
        put(&mut row, "kind", Some(own));
        expression(mapping, method, oid, &mut row);
        mapping.without_column(method, oid, &[], &[Tag::Alias]);
        mapping.add("method", oid, row);
    }
}

/// Takes the first expression; one that is only described is its description.
fn expression(mapping: &mut Mapping, element: &Element, oid: &str, row: &mut Row) {
    let described = mapping.said(element, Tag::Description, oid).unwrap_or_default();
    let description =
        mapping.cut("condition or method", "description", 2000, described.clone(), oid);
    put(row, "description", Some(&description));
    let mut all = element.children(Tag::FormalExpression);
    let (language, text) = match all.next() {
        Some(first) => {
            let text = first.text();
            // The lines of a program are its own.
            let language = first.get(Key::Context).map_or(WORDS, str::trim);
            (language.to_owned(), text.trim().to_owned())
        }
        None => (WORDS.to_owned(), plain(&described)),
    };
    let language: String = language.chars().take(50).collect();
    put(row, "language", Some(if language.is_empty() { WORDS } else { &language }));
    row.insert("expression".to_owned(), Cell::Value(text));
    for other in all {
        let context = other.get(Key::Context).unwrap_or("none").to_owned();
        mapping
            .lost
            .note(format!("the same expression in another language ({context}): left out"), oid);
    }
}
