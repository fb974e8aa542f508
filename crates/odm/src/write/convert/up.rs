//! From 1.3.2 to 2.0.

use std::collections::{HashMap, HashSet};

use super::{
    EVENTS_OF_PROTOCOL, EXTERNAL_CODE_LIST, EXTERNAL_QUESTION, MADE_FOR, NEW, OLD, dissolve,
    exchange, is_uri,
    oids::{self, Oids},
    set_aside,
    up_units::{self, Unit},
};
use crate::{
    model::{Content, EcoString, Element, Version},
    names::{Key, Tag},
    write::{
        fit::described,
        report::{Fate, Notes, Place},
        tree::{alias, each, plain, push_all, rename, rename_attribute, take, take_all},
    },
};

pub(super) fn odm(root: &mut Element, notes: &mut Notes) {
    oids::part(root, Version::V2_0, notes);
    let place = Place::top(root);
    if let Some(text) = root.remove(Key::Description) {
        root.push(plain(Tag::Description, text, true));
    }
    if root.get(Key::Archival) == Some("Yes") {
        root.remove(Key::Archival);
        root.set(Key::Context, "Archive");
    }
    for child in root.elements_mut().filter(|child| child.is(Tag::Study)) {
        let inner = place.in_it(child);
        study(child, &inner, notes);
    }
    each(root, &mut |element| {
        if element.is(Tag::TranslatedText) && element.get(Key::Type).is_none() {
            element.set(Key::Type, "text/plain");
        }
    });
}

fn study(study: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    for globals in take(study, Tag::GlobalVariables) {
        dissolve(&globals, &[], place, notes);
        for child in globals.elements() {
            dissolve(child, &[], place, notes);
            let text = child.text();
            match child.tag() {
                Some(Tag::StudyName) => study.set(Key::StudyName, text),
                Some(Tag::ProtocolName) => study.set(Key::ProtocolName, text),
                Some(Tag::StudyDescription) if text.is_empty() => {}
                Some(Tag::StudyDescription) => study.push(plain(Tag::Description, text, true)),
                _ => {
                    let why = "2.0 has no GlobalVariables";
                    notes.add(Fate::Lost, &place.in_it(child), described(child), why);
                }
            }
        }
    }
    let units = up_units::gather(study, place, notes);
    let mut versions = 0_usize;
    for child in study.elements_mut().filter(|child| child.is(Tag::MetaDataVersion)) {
        let inner = place.in_it(child);
        version(child, &units, &inner, notes);
        versions += 1;
    }
    if versions == 0 && !units.is_empty() {
        let what = format!("{} units of measurement", units.len());
        let why = "2.0 has units in a MetaDataVersion, and there is none";
        notes.add(Fate::Lost, place, what, why);
    }
}

fn version(version: &mut Element, units: &[Unit], place: &Place<'_>, notes: &mut Notes) {
    if let Some(text) = version.remove(Key::Description) {
        version.push(plain(Tag::Description, text, true));
    }
    let mut oids = Oids::of(version);
    let imputations: HashSet<EcoString> = version
        .children(Tag::ImputationMethod)
        .filter_map(|method| method.oid().map(EcoString::from))
        .collect();
    let mut made = Vec::new();
    let units_items = up_units::make(version, units, &mut oids, &mut made, place, notes);
    let refs = Refs { imputations, units_items };
    for child in version.elements_mut() {
        let inner = place.in_it(child);
        match child.tag() {
            Some(Tag::Protocol) => protocol(child, &mut oids, &mut made, &inner, notes),
            Some(Tag::StudyEventDef) => event(child, &inner, notes),
            Some(Tag::FormDef) => form(child, &inner, notes),
            Some(Tag::ItemGroupDef) => {
                group(child, &refs, &inner, notes);
                comment(child, &mut oids, &mut made);
            }
            Some(Tag::ItemDef) => {
                item(child, &inner, notes);
                comment(child, &mut oids, &mut made);
            }
            Some(Tag::CodeList) => list(child, &inner, notes),
            Some(Tag::ConditionDef | Tag::MethodDef) => method(child, &inner, notes),
            Some(Tag::ImputationMethod) => imputation(child),
            _ => {}
        }
    }
    push_all(version, made);
    set_aside(version, Version::V2_0, place, notes);
}

/// What references of a version are turned by.
struct Refs {
    imputations: HashSet<EcoString>,
    /// Items, with the items of their units.
    units_items: HashMap<EcoString, EcoString>,
}

fn protocol(
    protocol: &mut Element,
    oids: &mut Oids,
    made: &mut Vec<Element>,
    place: &Place<'_>,
    notes: &mut Notes,
) {
    let events = take(protocol, Tag::StudyEventRef);
    if events.is_empty() {
        return;
    }
    let oid = oids.fresh("SEG.PROTOCOL");
    let mut group = Element::new(Tag::StudyEventGroupDef)
        .with(Key::Oid, oid.clone())
        .with(Key::Name, EVENTS_OF_PROTOCOL);
    push_all(&mut group, events);
    numbers(&mut group, place, notes);
    made.push(group);
    protocol.push(
        Element::new(Tag::StudyEventGroupRef)
            .with(Key::StudyEventGroupOid, oid)
            .with(Key::Mandatory, "Yes"),
    );
}

fn event(event: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    for reference in event.elements_mut().filter(|child| child.is(Tag::FormRef)) {
        rename(reference, Tag::ItemGroupRef);
        rename_attribute(reference, Key::FormOid, Key::ItemGroupOid);
    }
    numbers(event, place, notes);
}

fn form(form: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    for layout in take(form, Tag::ArchiveLayout) {
        let why = "2.0 has no layouts of forms for an archive";
        let file = layout.get(Key::PdfFileName).unwrap_or_default();
        notes.add(Fate::Lost, &place.in_it(&layout), format!("ArchiveLayout `{file}`"), why);
    }
    rename(form, Tag::ItemGroupDef);
    form.set(Key::Type, "Form");
    repeating(form);
    numbers(form, place, notes);
}

fn group(group: &mut Element, refs: &Refs, place: &Place<'_>, notes: &mut Notes) {
    if group.get(Key::Type).is_none() {
        group.set(Key::Type, "Section");
    }
    repeating(group);
    rename_attribute(group, Key::SasDatasetName, Key::DatasetName);
    for child in take_all(group) {
        if !child.is(Tag::ItemRef) {
            group.push(child);
            continue;
        }
        let mut reference = child;
        let imputed = reference
            .get(Key::ImputationMethodOid)
            .is_some_and(|oid| refs.imputations.contains(oid));
        if imputed && reference.get(Key::MethodOid).is_none() {
            rename_attribute(&mut reference, Key::ImputationMethodOid, Key::MethodOid);
        }
        let units = reference.get(Key::ItemOid).and_then(|oid| refs.units_items.get(oid));
        let Some(units) = units else {
            group.push(reference);
            continue;
        };
        reference.set(Key::UnitsItemOid, units.clone());
        group.push(reference);
        group.push(
            Element::new(Tag::ItemRef).with(Key::ItemOid, units.clone()).with(Key::Mandatory, "No"),
        );
    }
    numbers(group, place, notes);
}

fn repeating(group: &mut Element) {
    if group.get(Key::Repeating) == Some("Yes") {
        group.set(Key::Repeating, "Simple");
    }
}

fn item(item: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    for (index, role) in (1..).zip(take(item, Tag::Role)) {
        dissolve(&role, &[], place, notes);
        let context = format!("{OLD}{}:{index}", Tag::Role);
        let why = format!("it stands in an alias of context `{context}`");
        notes.add(Fate::Aside, place, described(&role), why);
        item.push(alias(context, role.text()));
    }
    let mut units = Vec::new();
    for (index, check) in (1..).zip(item.elements_mut().filter(|child| child.is(Tag::RangeCheck))) {
        for reference in take(check, Tag::MeasurementUnitRef) {
            dissolve(&reference, &[Key::MeasurementUnitOid], place, notes);
            let oid = reference.get(Key::MeasurementUnitOid).unwrap_or_default();
            let context = format!("{OLD}{}:{index}:{}", Tag::RangeCheck, Key::MeasurementUnitOid);
            let why = format!("it stands in an alias of context `{context}`");
            notes.add(Fate::Aside, &place.in_it(check), described(&reference), why);
            units.push(alias(context, oid));
        }
        expressions(check);
    }
    push_all(item, units);
    for mut coding in take(item, Tag::ExternalQuestion) {
        rename(&mut coding, Tag::Coding);
        rename_attribute(&mut coding, Key::Dictionary, Key::SystemName);
        rename_attribute(&mut coding, Key::Version, Key::SystemVersion);
        coding.set(Key::System, EXTERNAL_QUESTION);
        item.push(coding);
    }
}

/// Makes the comment of a definition a definition of its own.
fn comment(def: &mut Element, oids: &mut Oids, made: &mut Vec<Element>) {
    let Some(text) = def.remove(Key::Comment) else { return };
    let oid = oids.fresh(&format!("{}.COMMENT", def.oid().unwrap_or_default()));
    made.push(Element::new(Tag::CommentDef).with(Key::Oid, oid.clone()).holding(plain(
        Tag::Description,
        text,
        true,
    )));
    def.set(Key::CommentOid, oid);
}

fn list(list: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    if list.get(Key::DataType) == Some("float") {
        list.set(Key::DataType, "decimal");
    }
    for mut coding in take(list, Tag::ExternalCodeList) {
        rename(&mut coding, Tag::Coding);
        rename_attribute(&mut coding, Key::Dictionary, Key::SystemName);
        rename_attribute(&mut coding, Key::Version, Key::SystemVersion);
        coding.set(Key::System, EXTERNAL_CODE_LIST);
        for key in [Key::Href, Key::Ref] {
            if coding.get(key).is_some_and(|value| !is_uri(value))
                && let Some(value) = coding.remove(key)
            {
                let context = format!("{OLD}{}:{key}", Tag::ExternalCodeList);
                let why = format!("2.0 takes a URI; it stands in an alias of context `{context}`");
                notes.add(Fate::Aside, place, format!("`{key}` of the ExternalCodeList"), why);
                list.push(alias(context, value));
            }
        }
        list.push(coding);
    }
    for value in list.elements_mut().filter(|child| child.is(Tag::EnumeratedItem)) {
        rename(value, Tag::CodeListItem);
    }
    numbers(list, place, notes);
}

/// A condition or method.
fn method(method: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    if method.child(Tag::MethodSignature).is_none() {
        method.push(Element::new(Tag::MethodSignature));
    }
    if method.get(Key::Type) == Some("Other") {
        exchange(method, Key::Type, (OLD, NEW), None, place, notes);
    }
    expressions(method);
}

fn imputation(method: &mut Element) {
    let others = take_all(method);
    let text = method.text();
    method.content = Content::Empty;
    rename(method, Tag::MethodDef);
    let name = EcoString::from(method.oid().unwrap_or("unknown"));
    method.set(Key::Name, name);
    method.set(Key::Type, "Imputation");
    method.push(plain(Tag::Description, text, true));
    method.push(Element::new(Tag::MethodSignature));
    method.push(alias(MADE_FOR, Tag::ImputationMethod.as_str()));
    push_all(method, others);
}

/// Puts the text of every expression into a `Code`.
fn expressions(element: &mut Element) {
    for expression in element.elements_mut().filter(|child| child.is(Tag::FormalExpression)) {
        let there = expression.child(Tag::Code).or(expression.child(Tag::ExternalCodeLib));
        if there.is_some() {
            continue;
        }
        let others = take_all(expression);
        let code = Element::new(Tag::Code).saying(expression.text());
        expression.content = Content::Empty;
        expression.push(code);
        push_all(expression, others);
    }
}

/// 2.0 counts from 1: where a number is less, all of that parent are raised alike.
fn numbers(parent: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    for key in [Key::OrderNumber, Key::KeySequence] {
        let number = |child: &Element| child.get(key)?.trim().parse::<i64>().ok();
        let least = parent.elements().filter_map(number).min().unwrap_or(1);
        if least >= 1 {
            continue;
        }
        let raise = 1_i64.saturating_sub(least);
        for child in parent.elements_mut() {
            if let Some(value) = number(child) {
                child.set(key, value.saturating_add(raise).to_string());
            }
        }
        let why = format!("2.0 counts from 1; each was raised by {raise}, the order is the same");
        notes.add(Fate::Changed, place, format!("the `{key}`s of its children"), why);
    }
}
