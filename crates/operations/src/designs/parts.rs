//! Items, item groups, forms and study events, and which of them hold which.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use landfall_instances::design::{Cell, Row};
use landfall_odm::{Element, Key, Tag};

use super::{
    fits::At,
    import::{Mapping, flag, put},
    scope::Scope,
    words::{self, COMPARATORS, EVENT_KINDS, ITEM_TYPES, NEARLY, ORIGINS, STRICTNESS},
};

pub(super) fn items(mapping: &mut Mapping<'_>, scope: &Scope<'_>) {
    for item in scope.children(Tag::ItemDef) {
        let oid = item.oid().unwrap_or_default();
        let mut row = Mapping::named(item);
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
                Some(own) => {
                    put(&mut row, "origin", Some(own));
                    let back = words::theirs(ORIGINS, own).unwrap_or(own);
                    if !back.eq_ignore_ascii_case(origin.trim()) {
                        let what =
                            format!("origin `{origin}`: kept as {own}, exported as `{back}`");
                        mapping.lost.note(what, oid);
                    }
                }
                None => mapping.lost.note(format!("origin `{origin}`: left out"), oid),
            }
        }
        let question = mapping.said(item, Tag::Question, oid);
        put(&mut row, "question", question.as_deref());
        describe(mapping, item, oid, &mut row, "item");
        let list = item.child(Tag::CodeListRef).and_then(|list| list.get(Key::CodeListOid));
        mapping.refer(&mut row, "code_list_id", "code_list", list, At::of(item, oid));
        let place = mapping.add("item", item, row);
        units(mapping, item, oid, place);
        checks(mapping, item, oid, place);
        aliases(mapping, item, oid, place);
    }
}

fn units(mapping: &mut Mapping<'_>, item: &Element, oid: &str, place: usize) {
    let mut seen = BTreeSet::new();
    for unit in item.children(Tag::MeasurementUnitRef) {
        let at = At::of(unit, oid);
        let mut row = of(place, "item_id", seen.len() + 1);
        let unit = unit.get(Key::MeasurementUnitOid);
        mapping.refer(&mut row, "measurement_unit_id", "measurement_unit", unit, at);
        if !row.contains_key("measurement_unit_id") {
            continue;
        }
        if seen.insert(unit) {
            mapping.push("item_measurement_unit", row, at);
        } else {
            mapping.lost.note("another MeasurementUnitRef to the same: left out", oid);
        }
    }
}

/// Tells whether a check has values and a comparator, and so a place in the tables.
pub(super) fn is_held(check: &Element) -> bool {
    check.child(Tag::CheckValue).is_some() && comparator(check).is_some()
}

fn comparator(check: &Element) -> Option<&str> {
    check.get(Key::Comparator).map(str::trim).filter(|word| COMPARATORS.contains(word))
}

fn checks(mapping: &mut Mapping<'_>, item: &Element, oid: &str, place: usize) {
    let mut position = 0;
    for check in item.children(Tag::RangeCheck) {
        let values: Vec<String> =
            check.children(Tag::CheckValue).map(|value| value.text().trim().to_owned()).collect();
        let (Some(comparator), Some(value)) = (comparator(check), check_value(&values)) else {
            mapping.lost.note("range check by an expression or without values: left out", oid);
            continue;
        };
        position += 1;
        let at = At::of(check, oid);
        let mut row = of(place, "item_id", position);
        put(&mut row, "comparator", Some(comparator));
        row.insert("check_value".to_owned(), Cell::Value(value));
        let strictness = check.get(Key::SoftHard).and_then(|word| words::ours(STRICTNESS, word));
        put(&mut row, "strictness", strictness);
        let unit =
            check.child(Tag::MeasurementUnitRef).and_then(|unit| unit.get(Key::MeasurementUnitOid));
        mapping.refer(&mut row, "measurement_unit_id", "measurement_unit", unit, at);
        let message = mapping.said(check, Tag::ErrorMessage, oid);
        put(&mut row, "message", message.as_deref());
        mapping.push("item_range_check", row, at);
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

fn aliases(mapping: &mut Mapping<'_>, item: &Element, oid: &str, place: usize) {
    let mut seen = BTreeSet::new();
    let columns = mapping.catalogue.table("item_alias");
    let most = |column: &str| {
        columns
            .and_then(|table| table.column(column)?.max_length)
            .map_or(usize::MAX, |most| most as usize)
    };
    let (most_context, most_name) = (most("context"), most("alias"));
    for alias in item.children(Tag::Alias) {
        let context = alias.get(Key::Context).unwrap_or_default().trim();
        let name = alias.get(Key::Name).unwrap_or_default().trim();
        if context.is_empty() || name.is_empty() || !seen.insert(context) {
            mapping.lost.note("another alias in the same context, or an empty one: left out", oid);
            continue;
        }
        // Some programs keep instructions there. Cut, an alias would be the name of something else.
        let (of_context, of_name) = (context.chars().count(), name.chars().count());
        if of_context > most_context || of_name > most_name {
            let what = format!(
                "alias of an item with a context of more than {most_context} or a name of more than {most_name} characters: left out"
            );
            mapping.lost.note(what, &format!("{oid} with {of_context} and {of_name}"));
            continue;
        }
        let mut row = Row::new();
        row.insert("item_id".to_owned(), Cell::Row(place));
        put(&mut row, "context", Some(context));
        put(&mut row, "alias", Some(name));
        mapping.push("item_alias", row, At::of(alias, oid));
    }
}

pub(super) fn groups(mapping: &mut Mapping<'_>, scope: &Scope<'_>) {
    for group in scope.children(Tag::ItemGroupDef) {
        let oid = group.oid().unwrap_or_default();
        let mut row = Mapping::named(group);
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
        let place = mapping.add("item_group", group, row);
        let held = Held {
            of: "item_group_id",
            refers: "item_id",
            table: "item",
            within: "item_group_item",
        };
        for (one, mut row) in held.rows(mapping, group, place, (Tag::ItemRef, Key::ItemOid)) {
            put(&mut row, "key_sequence", one.get(Key::KeySequence));
            put(&mut row, "role", one.get(Key::Role));
            let at = At::of(one, oid);
            mapping.refer(&mut row, "method_id", "method", one.get(Key::MethodOid), at);
            mapping.push(held.within, row, at);
        }
    }
}

pub(super) fn forms(mapping: &mut Mapping<'_>, scope: &Scope<'_>) {
    for form in scope.children(Tag::FormDef) {
        let oid = form.oid().unwrap_or_default();
        let mut row = Mapping::named(form);
        put(&mut row, "repeating", flag(form.get(Key::Repeating)));
        describe(mapping, form, oid, &mut row, "form");
        let place = mapping.add("form", form, row);
        let held = Held {
            of: "form_id",
            refers: "item_group_id",
            table: "item_group",
            within: "form_item_group",
        };
        for (one, row) in held.rows(mapping, form, place, (Tag::ItemGroupRef, Key::ItemGroupOid)) {
            mapping.push(held.within, row, At::of(one, oid));
        }
    }
}

pub(super) fn events(mapping: &mut Mapping<'_>, scope: &Scope<'_>) {
    let mut events: Vec<&Element> = scope.children(Tag::StudyEventDef).collect();
    let planned = protocol_order(mapping, scope, &events);
    // Those that the protocol lists come first, in its order; the others follow as the file has them.
    let rank = |event: &Element| {
        event.oid().and_then(|oid| planned.get(oid).copied()).unwrap_or(planned.len())
    };
    events.sort_by_key(|event| rank(event));
    for (index, event) in events.into_iter().enumerate() {
        let oid = event.oid().unwrap_or_default();
        let mut row = Mapping::named(event);
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
        if !planned.is_empty() && !planned.contains_key(oid) {
            mapping
                .lost
                .note("study event that the protocol does not list: put after the others", oid);
        }
        let place = mapping.add("study_event", event, row);
        let held = Held {
            of: "study_event_id",
            refers: "form_id",
            table: "form",
            within: "study_event_form",
        };
        for (one, row) in held.rows(mapping, event, place, (Tag::FormRef, Key::FormOid)) {
            mapping.push(held.within, row, At::of(one, oid));
        }
    }
}

/// Returns the places of the events in the protocol's order, by OID.
fn protocol_order<'o>(
    mapping: &mut Mapping<'_>,
    scope: &Scope<'o>,
    events: &[&Element],
) -> BTreeMap<&'o str, usize> {
    let known: BTreeSet<&str> = events.iter().filter_map(|event| event.oid()).collect();
    let mut order = BTreeMap::new();
    for (_, one) in mapping.ordered(scope.planned.iter().copied(), "Protocol") {
        let oid = one.get(Key::StudyEventOid).unwrap_or_default();
        if !known.contains(oid) {
            let at = At::of(one, "Protocol");
            if !mapping.leads_elsewhere("study_event", oid, at) {
                let what = "StudyEventRef to what the file does not define (study event): left out";
                mapping.lost.note(what, &format!("Protocol -> {oid}"));
            }
            continue;
        }
        if one.get(Key::Mandatory).is_some_and(|word| word.eq_ignore_ascii_case("yes")) {
            let what = "that a study event is mandatory: left out, an export says that it is not";
            mapping.lost.note(what, oid);
        }
        let next = order.len();
        match order.entry(oid) {
            Entry::Vacant(free) => {
                free.insert(next);
            }
            Entry::Occupied(_) => {
                mapping.lost.note("another StudyEventRef to the same: left out", oid);
            }
        }
    }
    order
}

/// Sets the description, else the comment.
fn describe(mapping: &mut Mapping<'_>, element: &Element, oid: &str, row: &mut Row, what: &str) {
    let said = mapping.said(element, Tag::Description, oid);
    let comment = element.get(Key::Comment).filter(|text| !text.trim().is_empty());
    if comment.is_some() {
        let what = if said.is_some() {
            format!("comment beside a description ({what}): left out")
        } else {
            format!("comment without a description ({what}): kept as the description")
        };
        mapping.lost.note(what, oid);
    }
    put(row, "description", said.as_deref().or(comment));
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
        mapping: &mut Mapping<'_>,
        element: &'e Element,
        place: usize,
        (tag, key): (Tag, Key),
    ) -> Vec<(&'e Element, Row)> {
        let oid = element.oid().unwrap_or_default();
        let mut seen = BTreeSet::new();
        let mut rows = Vec::new();
        for (_, one) in mapping.ordered(element.children(tag), oid) {
            let target = one.get(key).unwrap_or_default();
            let at = format!("{oid} -> {target}");
            let Some(found) = mapping.place(self.table, target) else {
                if !mapping.leads_elsewhere(self.table, target, At::of(one, oid)) {
                    let what = self.table.replace('_', " ");
                    let what = format!("{tag} to what the file does not define ({what}): left out");
                    mapping.lost.note(what, &at);
                }
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
            mapping.refer(&mut row, "condition_id", "condition", condition, At::of(one, &at));
            rows.push((one, row));
        }
        rows
    }
}
