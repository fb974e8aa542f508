//! Items, item groups, forms and study events, and which of them hold which.

use std::collections::BTreeSet;

use landfall_instances::design::{Cell, Row};
use landfall_odm::{Element, Key, Tag};

use super::{
    import::{Mapping, flag, ordered, put},
    words::{self, COMPARATORS, EVENT_KINDS, ITEM_TYPES, NEARLY, ORIGINS, STRICTNESS},
};

pub(super) fn items(mapping: &mut Mapping, version: &Element) {
    for item in version.children(Tag::ItemDef) {
        let oid = item.oid().unwrap_or_default();
        let mut row = mapping.named(item);
        let data_type = item.get(Key::DataType).unwrap_or("text");
        let own = words::ours(ITEM_TYPES, data_type).unwrap_or_else(|| {
            let own = words::ours(NEARLY, data_type).unwrap_or("text");
            mapping.lost.note(format!("item of type `{data_type}`: kept as {own}"), oid);
            own
        });
        put(&mut row, "data_type", Some(own));
        put(&mut row, "length", item.get(Key::Length));
        put(&mut row, "significant_digits", item.get(Key::SignificantDigits));
        put(&mut row, "sas_field_name", item.get(Key::SasFieldName));
        put(&mut row, "sdtm_variable", item.get(Key::SdsVarName));
        if let Some(origin) = item.get(Key::Origin) {
            match words::ours(ORIGINS, origin.trim()) {
                Some(own) => put(&mut row, "origin", Some(own)),
                None => mapping.lost.note(format!("origin `{origin}`: left out"), oid),
            }
        }
        let question = mapping.said(item, Tag::Question, oid);
        put(&mut row, "question", question.as_deref());
        describe(mapping, item, oid, &mut row, "item");
        let list = item.child(Tag::CodeListRef).and_then(|list| list.get(Key::CodeListOid));
        mapping.refer(&mut row, "code_list_id", "code_list", list, oid);
        mapping.without_column(item, oid, &[], &[Tag::ExternalQuestion, Tag::Role]);
        let place = mapping.add("item", oid, row);
        units(mapping, item, oid, place);
        checks(mapping, item, oid, place);
        aliases(mapping, item, oid, place);
    }
}

fn units(mapping: &mut Mapping, item: &Element, oid: &str, place: usize) {
    let mut seen = BTreeSet::new();
    for unit in item.children(Tag::MeasurementUnitRef) {
        let mut row = of(place, "item_id", seen.len() + 1);
        let unit = unit.get(Key::MeasurementUnitOid);
        mapping.refer(&mut row, "measurement_unit_id", "measurement_unit", unit, oid);
        if row.contains_key("measurement_unit_id") && seen.insert(unit) {
            mapping.content.push("item_measurement_unit", row);
        }
    }
}

fn checks(mapping: &mut Mapping, item: &Element, oid: &str, place: usize) {
    let mut position = 0;
    for check in item.children(Tag::RangeCheck) {
        let comparator = check.get(Key::Comparator).map(str::trim);
        let values: Vec<String> =
            check.children(Tag::CheckValue).map(|value| value.text().trim().to_owned()).collect();
        let known = comparator.filter(|comparator| COMPARATORS.contains(comparator));
        let (Some(comparator), Some(value)) = (known, check_value(&values)) else {
            mapping.lost.note("range check by an expression or without values: left out", oid);
            continue;
        };
        position += 1;
        let mut row = of(place, "item_id", position);
        put(&mut row, "comparator", Some(comparator));
        row.insert("check_value".to_owned(), Cell::Value(value));
        let strictness = check.get(Key::SoftHard).and_then(|word| words::ours(STRICTNESS, word));
        put(&mut row, "strictness", strictness);
        let unit =
            check.child(Tag::MeasurementUnitRef).and_then(|unit| unit.get(Key::MeasurementUnitOid));
        mapping.refer(&mut row, "measurement_unit_id", "measurement_unit", unit, oid);
        let message = mapping.said(check, Tag::ErrorMessage, oid);
        let message = message.map(|text| mapping.cut("range check", "message", 1000, text, oid));
        put(&mut row, "message", message.as_deref());
        mapping.without_column(check, oid, &[], &[Tag::FormalExpression]);
        mapping.unknown(check, oid);
        mapping.content.push("item_range_check", row);
    }
}

/// Writes the values of a check as one text: several as a JSON list.
fn check_value(values: &[String]) -> Option<String> {
    match values {
        [] => None,
        [single] if !single.starts_with('[') => Some(single.clone()),
        several => serde_json::to_string(several).ok(),
    }
}

fn aliases(mapping: &mut Mapping, item: &Element, oid: &str, place: usize) {
    let mut seen = BTreeSet::new();
    for alias in item.children(Tag::Alias) {
        let context = alias.get(Key::Context).unwrap_or_default().trim();
        let name = alias.get(Key::Name).unwrap_or_default().trim();
        if context.is_empty() || name.is_empty() || !seen.insert(context) {
            mapping.lost.note("another alias in the same context, or an empty one: left out", oid);
            continue;
        }
        let mut row = Row::new();
        row.insert("item_id".to_owned(), Cell::Row(place));
        put(&mut row, "context", Some(context));
        put(&mut row, "alias", Some(name));
        mapping.content.push("item_alias", row);
    }
}

pub(super) fn groups(mapping: &mut Mapping, version: &Element) {
    for group in version.children(Tag::ItemGroupDef) {
        let oid = group.oid().unwrap_or_default();
        let mut row = mapping.named(group);
        put(&mut row, "repeating", flag(group.get(Key::Repeating)));
        put(&mut row, "reference_data", flag(group.get(Key::IsReferenceData)));
        put(&mut row, "sas_dataset_name", group.get(Key::SasDatasetName));
        put(&mut row, "purpose", group.get(Key::Purpose));
        let domain = group.get(Key::Domain).filter(|domain| {
            let fits = domain.chars().count() <= 8;
            if !fits {
                mapping.lost.note("domain of more than 8 characters: left out", oid);
            }
            fits
        });
        put(&mut row, "sdtm_domain", domain);
        describe(mapping, group, oid, &mut row, "item group");
        mapping.without_column(group, oid, &[Key::Origin, Key::Role], &[Tag::Alias]);
        let place = mapping.add("item_group", oid, row);
        let held = Held {
            of: "item_group_id",
            refers: "item_id",
            table: "item",
            within: "item_group_item",
        };
        for (one, mut row) in held.rows(mapping, group, place, (Tag::ItemRef, Key::ItemOid)) {
            put(&mut row, "key_sequence", one.get(Key::KeySequence));
            put(&mut row, "role", one.get(Key::Role));
            mapping.refer(&mut row, "method_id", "method", one.get(Key::MethodOid), oid);
            mapping.without_column(
                one,
                oid,
                &[Key::ImputationMethodOid, Key::RoleCodeListOid],
                &[],
            );
            mapping.content.push(held.within, row);
        }
    }
}

pub(super) fn forms(mapping: &mut Mapping, version: &Element) {
    for form in version.children(Tag::FormDef) {
        let oid = form.oid().unwrap_or_default();
        let mut row = mapping.named(form);
        put(&mut row, "repeating", flag(form.get(Key::Repeating)));
        describe(mapping, form, oid, &mut row, "form");
        mapping.without_column(form, oid, &[], &[Tag::ArchiveLayout, Tag::Alias]);
        let place = mapping.add("form", oid, row);
        let held = Held {
            of: "form_id",
            refers: "item_group_id",
            table: "item_group",
            within: "form_item_group",
        };
        for (_, row) in held.rows(mapping, form, place, (Tag::ItemGroupRef, Key::ItemGroupOid)) {
            mapping.content.push(held.within, row);
        }
    }
}

pub(super) fn events(mapping: &mut Mapping, version: &Element) {
    let planned = version.child(Tag::Protocol).map(|protocol| protocol_order(mapping, protocol));
    let planned = planned.unwrap_or_default();
    let mut events: Vec<&Element> = version.children(Tag::StudyEventDef).collect();
    // Those that the protocol lists come first, in its order; the others follow as the file has them.
    let rank = |event: &Element| {
        planned.iter().position(|oid| Some(oid.as_str()) == event.oid()).unwrap_or(planned.len())
    };
    events.sort_by_key(|event| rank(event));
    for (index, event) in events.into_iter().enumerate() {
        let oid = event.oid().unwrap_or_default();
        let mut row = mapping.named(event);
        let kind = event.get(Key::Type).unwrap_or("Scheduled");
        let own = words::ours(EVENT_KINDS, kind).unwrap_or_else(|| {
            mapping.lost.note(format!("study event of type `{kind}`: kept as scheduled"), oid);
            "scheduled"
        });
        put(&mut row, "kind", Some(own));
        put(&mut row, "repeating", flag(event.get(Key::Repeating)));
        put(&mut row, "category", event.get(Key::Category));
        put(&mut row, "position", Some(&(index + 1).to_string()));
        describe(mapping, event, oid, &mut row, "study event");
        if !planned.is_empty() && !planned.iter().any(|planned| planned == oid) {
            mapping
                .lost
                .note("study event that the protocol does not list: put after the others", oid);
        }
        mapping.without_column(event, oid, &[], &[Tag::Alias]);
        let place = mapping.add("study_event", oid, row);
        let held = Held {
            of: "study_event_id",
            refers: "form_id",
            table: "form",
            within: "study_event_form",
        };
        for (_, row) in held.rows(mapping, event, place, (Tag::FormRef, Key::FormOid)) {
            mapping.content.push(held.within, row);
        }
    }
}

/// Returns the OIDs of the events in the protocol's order.
fn protocol_order(mapping: &mut Mapping, protocol: &Element) -> Vec<String> {
    mapping.without_column(protocol, "Protocol", &[], &[Tag::Description, Tag::Alias]);
    mapping.unknown(protocol, "Protocol");
    let mut order = Vec::new();
    for (_, one) in ordered(protocol, Tag::StudyEventRef) {
        let oid = one.get(Key::StudyEventOid).unwrap_or_default();
        if one.get(Key::Mandatory).is_some_and(|word| word.eq_ignore_ascii_case("no")) {
            mapping.lost.note("study event that is not mandatory: that is left out", oid);
        }
        mapping.without_column(one, oid, &[Key::CollectionExceptionConditionOid], &[]);
        order.push(oid.to_owned());
    }
    order
}

/// Sets the description, else the comment.
fn describe(mapping: &mut Mapping, element: &Element, oid: &str, row: &mut Row, what: &str) {
    let said = mapping.said(element, Tag::Description, oid);
    let comment = element.get(Key::Comment);
    if said.is_some() && comment.is_some() {
        mapping.lost.note(format!("comment beside a description ({what}): left out"), oid);
    }
    let text = said.or_else(|| comment.map(str::to_owned));
    let text = text.map(|text| mapping.cut(what, "description", 2000, text, oid));
    put(row, "description", text.as_deref());
}

/// Begins a row that belongs to another, at a position.
fn of(place: usize, column: &str, position: usize) -> Row {
    let mut row = Row::new();
    row.insert(column.to_owned(), Cell::Row(place));
    put(&mut row, "position", Some(&position.to_string()));
    row
}

/// A table of what holds what.
#[derive(Clone, Copy)]
struct Held {
    /// The column of what holds.
    of: &'static str,
    /// The column of what is held.
    refers: &'static str,
    /// The table of what is held.
    table: &'static str,
    /// The table itself.
    within: &'static str,
}

impl Held {
    /// Makes the rows of what an element holds. A reference to what the file does not define, or a second one to the same,
    /// has no place in the table and is named.
    fn rows<'e>(
        self,
        mapping: &mut Mapping,
        element: &'e Element,
        place: usize,
        (tag, key): (Tag, Key),
    ) -> Vec<(&'e Element, Row)> {
        let oid = element.oid().unwrap_or_default();
        let mut seen = BTreeSet::new();
        let mut rows = Vec::new();
        for (_, one) in ordered(element, tag) {
            let target = one.get(key).unwrap_or_default();
            let at = format!("{oid} -> {target}");
            let Some(found) = mapping.place(self.table, target) else {
                let what = self.table.replace('_', " ");
                mapping.lost.note(
                    format!("{tag} to what the file does not define ({what}): left out"),
                    &at,
                );
                continue;
            };
            if !seen.insert(found) {
                mapping.lost.note(format!("another {tag} to the same: left out"), &at);
                continue;
            }
            let mut row = of(place, self.of, seen.len());
            row.insert(self.refers.to_owned(), Cell::Row(found));
            put(&mut row, "mandatory", flag(one.get(Key::Mandatory)));
            let condition = one.get(Key::CollectionExceptionConditionOid);
            mapping.refer(&mut row, "condition_id", "condition", condition, &at);
            mapping.unknown(one, &at);
            rows.push((one, row));
        }
        rows
    }
}
