//! Measurement units, code lists, conditions and methods: what items and references use.

use std::collections::BTreeSet;

use landfall_instances::design::{Cell, Row};
use landfall_odm::{Element, Key, Tag};

use super::{
    fits::At,
    import::{Mapping, put},
    scope::Scope,
    text::one_line,
    words::{self, LIST_TYPES, METHOD_KINDS, WORDS},
};

/// The context under which a unit has its code of the Unified Code for Units of Measure.
pub(super) const UCUM: &str = "UCUM";

pub(super) fn units(mapping: &mut Mapping<'_>, scope: &Scope<'_>) {
    for unit in &scope.units {
        let oid = unit.oid().unwrap_or_default();
        let mut row = Mapping::named(unit);
        let symbol = mapping.said(unit, Tag::Symbol, oid).map(|symbol| one_line(&symbol));
        let name = unit.get(Key::Name).filter(|name| !name.trim().is_empty()).unwrap_or(oid);
        put(&mut row, "symbol", Some(symbol.as_deref().unwrap_or(name)));
        for alias in unit.children(Tag::Alias) {
            if alias.get(Key::Context).is_some_and(|context| context.eq_ignore_ascii_case(UCUM))
                && !row.contains_key("ucum_code")
            {
                put(&mut row, "ucum_code", alias.get(Key::Name));
            } else {
                mapping.alias(alias, Tag::MeasurementUnit, oid);
            }
        }
        mapping.add("measurement_unit", unit, row);
    }
}

pub(super) fn code_lists(mapping: &mut Mapping<'_>, scope: &Scope<'_>) {
    for list in scope.children(Tag::CodeList) {
        let oid = list.oid().unwrap_or_default();
        let mut row = Mapping::named(list);
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
        put(&mut row, "description", description.as_deref());
        if let Some(external) = list.child(Tag::ExternalCodeList) {
            put(&mut row, "external_dictionary", external.get(Key::Dictionary));
            put(&mut row, "external_version", external.get(Key::Version));
        }
        let place = mapping.add("code_list", list, row);
        values(mapping, list, oid, place);
    }
}

fn values(mapping: &mut Mapping<'_>, list: &Element, oid: &str, place: usize) {
    let mut seen = BTreeSet::new();
    let both = |one: &&Element| one.is(Tag::CodeListItem) || one.is(Tag::EnumeratedItem);
    let mut position = 0_u64;
    for (_, value) in mapping.ordered(list.elements().filter(both), oid) {
        let code = value.get(Key::CodedValue).unwrap_or_default();
        let at = format!("{oid}/{code}");
        if !seen.insert(code.trim()) {
            mapping.lost.note("another value with the same code in a list: left out", &at);
            continue;
        }
        if code.trim() != code {
            mapping.lost.note("blanks around a coded value: left out", &at);
        }
        position += 1;
        let mut row = Row::new();
        row.insert("code_list_id".to_owned(), Cell::Row(place));
        row.insert("coded_value".to_owned(), Cell::Value(code.trim().to_owned()));
        let decode = mapping.said(value, Tag::Decode, &at);
        if decode.is_none() && value.is(Tag::CodeListItem) {
            mapping.lost.note("CodeListItem that says nothing: its code is shown", &at);
        }
        let decode = decode.unwrap_or_else(|| code.trim().to_owned());
        row.insert("decode".to_owned(), Cell::Value(decode));
        put(&mut row, "rank", value.get(Key::Rank));
        put(&mut row, "position", Some(&position.to_string()));
        mapping.push("code_list_item", row, At::of(value, &at));
    }
}

pub(super) fn conditions(mapping: &mut Mapping<'_>, scope: &Scope<'_>) {
    for condition in scope.children(Tag::ConditionDef) {
        let oid = condition.oid().unwrap_or_default();
        let mut row = Mapping::named(condition);
        expression(mapping, condition, oid, &mut row);
        mapping.add("condition", condition, row);
    }
}

pub(super) fn methods(mapping: &mut Mapping<'_>, scope: &Scope<'_>) {
    for method in scope.children(Tag::MethodDef) {
        let oid = method.oid().unwrap_or_default();
        let mut row = Mapping::named(method);
        let kind = method.get(Key::Type).unwrap_or("Computation");
        let own = words::ours(METHOD_KINDS, kind).unwrap_or_else(|| {
            mapping.lost.note(format!("method of type `{kind}`: kept as other"), oid);
            "other"
        });
        put(&mut row, "kind", Some(own));
        expression(mapping, method, oid, &mut row);
        mapping.add("method", method, row);
    }
}

/// Takes the first expression; one that is only described is its description.
fn expression(mapping: &mut Mapping<'_>, element: &Element, oid: &str, row: &mut Row) {
    let described = mapping.said(element, Tag::Description, oid).unwrap_or_default();
    put(row, "description", Some(&described));
    let mut all = element.children(Tag::FormalExpression);
    let (language, text) = match all.next() {
        Some(first) => {
            // The lines of a program are its own.
            let language = first.get(Key::Context).map_or(WORDS, str::trim);
            (language.to_owned(), first.text().trim().to_owned())
        }
        None => (WORDS.to_owned(), described),
    };
    put(row, "language", Some(if language.is_empty() { WORDS } else { &language }));
    row.insert("expression".to_owned(), Cell::Value(text));
    for other in all {
        let context = other.get(Key::Context).unwrap_or("none").to_owned();
        mapping
            .lost
            .note(format!("the same expression in another language ({context}): left out"), oid);
    }
}
