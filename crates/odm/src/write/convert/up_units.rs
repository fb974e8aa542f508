//! Units of 1.3.2 as values of code lists and items of 2.0.

use std::collections::{HashMap, HashSet};

use super::{MADE_FOR, OLD, dissolve, oids::Oids};
use crate::{
    model::{EcoString, Element},
    names::{Key, Tag},
    write::{
        fit::described,
        report::{Fate, Notes, Place},
        tree::{alias, push_all, rename, take, take_all},
    },
};

/// A unit as a value of a code list.
pub(super) struct Unit {
    oid: EcoString,
    value: Element,
}

/// Takes the units out of the basic definitions of a study.
pub(super) fn gather(study: &mut Element, place: &Place<'_>, notes: &mut Notes) -> Vec<Unit> {
    let mut units = Vec::new();
    for mut basic in take(study, Tag::BasicDefinitions) {
        dissolve(&basic, &[], place, notes);
        let children = take_all(&mut basic);
        if children.is_empty() {
            let why = "2.0 has none, and it says nothing";
            notes.add(Fate::Lost, place, "the empty BasicDefinitions", why);
        }
        for child in children {
            if child.is(Tag::MeasurementUnit) {
                units.push(child);
            } else {
                let why = "2.0 has no BasicDefinitions";
                notes.add(Fate::Lost, &place.in_it(&child), described(&child), why);
            }
        }
    }
    let by_name = {
        let mut names = HashSet::new();
        units.iter().all(|unit| {
            unit.get(Key::Name).is_some_and(|name| !name.is_empty() && names.insert(name))
        })
    };
    units.into_iter().map(|unit| value(unit, by_name)).collect()
}

/// The name of a unit is its value where names tell units apart; else the OID is.
fn value(mut unit: Element, by_name: bool) -> Unit {
    let oid = unit.remove(Key::Oid).unwrap_or_default();
    let name = unit.remove(Key::Name).unwrap_or_default();
    rename(&mut unit, Tag::CodeListItem);
    for symbol in unit.elements_mut().filter(|child| child.is(Tag::Symbol)) {
        rename(symbol, Tag::Decode);
    }
    unit.push(alias(format!("{OLD}{}", Key::MeasurementUnitOid), oid.clone()));
    if by_name {
        unit.set(Key::CodedValue, name);
    } else {
        unit.set(Key::CodedValue, oid.clone());
        unit.push(alias(format!("{OLD}{}", Key::Name), name));
    }
    Unit { oid, value: unit }
}

/// Makes the list of all units, and for every item with units an item for its unit with the list of
/// those it may have. Returns which item has which.
pub(super) fn make(
    version: &mut Element,
    units: &[Unit],
    oids: &mut Oids,
    made: &mut Vec<Element>,
    place: &Place<'_>,
    notes: &mut Notes,
) -> HashMap<EcoString, EcoString> {
    if !units.is_empty() {
        let mut list = Element::new(Tag::CodeList)
            .with(Key::Oid, oids.fresh("CL.UNITS"))
            .with(Key::Name, "Units of measurement")
            .with(Key::DataType, "text")
            .holding(alias(MADE_FOR, Tag::BasicDefinitions.as_str()));
        push_all(&mut list, units.iter().map(|unit| unit.value.clone()));
        made.push(list);
    }
    let by_oid: HashMap<&str, &Element> =
        units.iter().map(|unit| (unit.oid.as_str(), &unit.value)).collect();
    let mut lists: HashMap<Vec<EcoString>, EcoString> = HashMap::new();
    let mut units_items = HashMap::new();
    for item in version.elements_mut().filter(|child| child.is(Tag::ItemDef)) {
        let inner = place.in_it(item);
        let refs = references(item, &inner, notes);
        if refs.is_empty() {
            continue;
        }
        let list = if let Some(oid) = lists.get(&refs) {
            oid.clone()
        } else {
            let oid = oids.fresh("CL.UNITS.1");
            made.push(list_of(&oid, &refs, &by_oid));
            lists.insert(refs, oid.clone());
            oid
        };
        let name = item.oid().unwrap_or_default();
        let oid = oids.fresh(&format!("{name}.UNIT"));
        let label = format!("Unit of {}", item.get(Key::Name).unwrap_or(name));
        if let Some(of) = item.oid() {
            units_items.insert(EcoString::from(of), oid.clone());
        }
        item.push(alias(format!("{OLD}{}", Key::UnitsItemOid), oid.clone()));
        made.push(
            Element::new(Tag::ItemDef)
                .with(Key::Oid, oid)
                .with(Key::Name, label)
                .with(Key::DataType, "text")
                .holding(Element::new(Tag::CodeListRef).with(Key::CodeListOid, list))
                .holding(alias(MADE_FOR, Tag::MeasurementUnitRef.as_str())),
        );
    }
    units_items
}

/// Takes the references to units out of an item, each once.
fn references(item: &mut Element, place: &Place<'_>, notes: &mut Notes) -> Vec<EcoString> {
    let mut refs: Vec<EcoString> = Vec::new();
    let mut seen = HashSet::new();
    for reference in take(item, Tag::MeasurementUnitRef) {
        dissolve(&reference, &[Key::MeasurementUnitOid], place, notes);
        match reference.get(Key::MeasurementUnitOid) {
            Some(oid) if seen.insert(EcoString::from(oid)) => refs.push(oid.into()),
            Some(_) | None => {
                let why = "it names no unit, or one that the item has already";
                notes.add(Fate::Lost, place, described(&reference), why);
            }
        }
    }
    refs
}

fn list_of(oid: &str, refs: &[EcoString], units: &HashMap<&str, &Element>) -> Element {
    let mut list = Element::new(Tag::CodeList)
        .with(Key::Oid, oid)
        .with(Key::Name, format!("Units: {}", refs.join(", ")))
        .with(Key::DataType, "text")
        .holding(alias(MADE_FOR, Tag::MeasurementUnitRef.as_str()));
    for reference in refs {
        let known = units.get(reference.as_str());
        list.push(known.map_or_else(|| unknown(reference), |value| (*value).clone()));
    }
    list
}

/// A unit that is referred to and defined nowhere in the file.
fn unknown(oid: &EcoString) -> Element {
    Element::new(Tag::CodeListItem)
        .with(Key::CodedValue, oid.clone())
        .holding(alias(format!("{OLD}{}", Key::MeasurementUnitOid), oid.clone()))
}
