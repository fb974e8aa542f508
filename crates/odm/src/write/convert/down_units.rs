//! Units of 2.0 as units of 1.3.2: those that came from there, and those of 2.0's own.

use std::collections::{HashMap, HashSet};

use super::{MADE_FOR, OLD};
use crate::{
    model::{EcoString, Element},
    names::{Key, Tag},
    write::{
        fit::described,
        report::{Fate, Notes, Place},
        tree::{aliased, plain, rename, take_alias, take_if},
    },
};

/// The units of a study, in the order in which they were met.
#[derive(Default)]
pub(super) struct Units {
    order: Vec<Element>,
    at: HashMap<EcoString, usize>,
}

impl Units {
    pub(super) fn into_elements(self) -> Vec<Element> {
        self.order
    }

    /// Several versions of a study define the same units; the first definition stands.
    fn add(&mut self, unit: Element, place: &Place<'_>, notes: &mut Notes) {
        let Some(oid) = unit.oid().map(EcoString::from) else {
            self.order.push(unit);
            return;
        };
        match self.at.get(&oid).and_then(|index| self.order.get(*index)) {
            None => {
                self.at.insert(oid, self.order.len());
                self.order.push(unit);
            }
            Some(known) if *known == unit => {}
            Some(_) => {
                let why = "the study defines the unit otherwise too, and 1.3.2 has one for all";
                notes.add(Fate::Lost, &place.in_it(&unit), described(&unit), why);
            }
        }
    }
}

/// The items that say in which unit another is, and the units of their code lists.
#[derive(Default)]
struct UnitsItems {
    list_of: HashMap<EcoString, EcoString>,
    units_of_list: HashMap<EcoString, Vec<EcoString>>,
}

impl UnitsItems {
    fn units(&self, units_item: &str) -> &[EcoString] {
        self.list_of
            .get(units_item)
            .and_then(|list| self.units_of_list.get(list))
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

/// Turns lists and items of units into `MeasurementUnit` and `MeasurementUnitRef`.
pub(super) fn take_back(
    version: &mut Element,
    units: &mut Units,
    place: &Place<'_>,
    notes: &mut Notes,
) {
    for list in take_if(version, |child| made_for(child, Tag::CodeList, Tag::BasicDefinitions)) {
        for value in list.children(Tag::CodeListItem) {
            units.add(unit(value.clone()), place, notes);
        }
    }
    let made = take_made(version);
    let pairs = pairs(version);
    let wanted: HashSet<&EcoString> =
        pairs.values().flatten().filter(|oid| !made.list_of.contains_key(*oid)).collect();
    let native = native(version, &wanted, units, place, notes);
    for child in version.elements_mut() {
        if child.is(Tag::ItemGroupDef) {
            take_if(child, |reference| {
                reference.is(Tag::ItemRef)
                    && reference.get(Key::ItemOid).is_some_and(|oid| made.list_of.contains_key(oid))
            });
            for reference in child.elements_mut() {
                let known = reference.get(Key::UnitsItemOid).is_some_and(|oid| {
                    made.list_of.contains_key(oid) || native.list_of.contains_key(oid)
                });
                if known {
                    reference.remove(Key::UnitsItemOid);
                }
            }
        }
        let units_items = child.oid().and_then(|oid| pairs.get(oid));
        if let Some(units_items) = units_items.filter(|_| child.is(Tag::ItemDef)) {
            let mut seen = HashSet::new();
            for units_item in units_items {
                for oid in made.units(units_item).iter().chain(native.units(units_item)) {
                    if seen.insert(oid) {
                        let reference = Element::new(Tag::MeasurementUnitRef);
                        child.push(reference.with(Key::MeasurementUnitOid, oid.clone()));
                    }
                }
            }
        }
    }
}

/// Which items have units, by the references to them or by what was noted at the item.
fn pairs(version: &mut Element) -> HashMap<EcoString, Vec<EcoString>> {
    let mut seen = HashSet::new();
    let mut pairs: HashMap<EcoString, Vec<EcoString>> = HashMap::new();
    let mut add = |item: &str, units_item: &str| {
        let (item, units_item) = (EcoString::from(item), EcoString::from(units_item));
        if seen.insert((item.clone(), units_item.clone())) {
            pairs.entry(item).or_default().push(units_item);
        }
    };
    for item in version.elements_mut().filter(|child| child.is(Tag::ItemDef)) {
        let found = take_alias(item, &format!("{OLD}{}", Key::UnitsItemOid));
        if let (Some(oid), Some(units_item)) = (item.oid(), found) {
            add(oid, &units_item);
        }
    }
    for group in version.children(Tag::ItemGroupDef) {
        for reference in group.children(Tag::ItemRef) {
            let pair = reference.get(Key::ItemOid).zip(reference.get(Key::UnitsItemOid));
            if let Some((item, units_item)) = pair {
                add(item, units_item);
            }
        }
    }
    pairs
}

fn made_for(element: &Element, tag: Tag, what: Tag) -> bool {
    element.is(tag) && aliased(element, MADE_FOR) == Some(what.as_str())
}

/// Takes out the items that were made for units, and their lists.
fn take_made(version: &mut Element) -> UnitsItems {
    let context = format!("{OLD}{}", Key::MeasurementUnitOid);
    let units_of_list =
        take_if(version, |child| made_for(child, Tag::CodeList, Tag::MeasurementUnitRef))
            .into_iter()
            .filter_map(|list| {
                let units = list
                    .children(Tag::CodeListItem)
                    .filter_map(|value| aliased(value, &context).map(EcoString::from))
                    .collect();
                Some((list.oid()?.into(), units))
            })
            .collect();
    let list_of = take_if(version, |child| made_for(child, Tag::ItemDef, Tag::MeasurementUnitRef))
        .into_iter()
        .filter_map(|item| {
            let list = item.child(Tag::CodeListRef)?.get(Key::CodeListOid)?;
            Some((item.oid()?.into(), list.into()))
        })
        .collect();
    UnitsItems { list_of, units_of_list }
}

/// A value of the list of units as the unit that it was.
fn unit(mut value: Element) -> Element {
    let oid = take_alias(&mut value, &format!("{OLD}{}", Key::MeasurementUnitOid));
    let name = take_alias(&mut value, &format!("{OLD}{}", Key::Name));
    let coded = value.remove(Key::CodedValue);
    rename(&mut value, Tag::MeasurementUnit);
    for decode in value.elements_mut().filter(|child| child.is(Tag::Decode)) {
        rename(decode, Tag::Symbol);
    }
    if let Some(oid) = oid {
        value.set(Key::Oid, oid);
    }
    if let Some(name) = name.or(coded) {
        value.set(Key::Name, name);
    }
    value
}

/// Units of 2.0's own: the values of the code list of an item that another item names for its unit.
fn native(
    version: &Element,
    wanted: &HashSet<&EcoString>,
    units: &mut Units,
    place: &Place<'_>,
    notes: &mut Notes,
) -> UnitsItems {
    let mut found = UnitsItems::default();
    if wanted.is_empty() {
        return found;
    }
    let lists: HashMap<&str, &Element> =
        version.children(Tag::CodeList).filter_map(|list| Some((list.oid()?, list))).collect();
    for item in version.children(Tag::ItemDef) {
        let Some(oid) = item.oid().map(EcoString::from).filter(|oid| wanted.contains(oid)) else {
            continue;
        };
        let list = item
            .child(Tag::CodeListRef)
            .and_then(|reference| lists.get_key_value(reference.get(Key::CodeListOid)?));
        let Some((list_oid, list)) = list else { continue };
        let refs = || values_as_units(list_oid, list, units, place, notes);
        found.units_of_list.entry((*list_oid).into()).or_insert_with(refs);
        found.list_of.insert(oid, (*list_oid).into());
    }
    found
}

fn values_as_units(
    list_oid: &str,
    list: &Element,
    units: &mut Units,
    place: &Place<'_>,
    notes: &mut Notes,
) -> Vec<EcoString> {
    let mut refs = Vec::new();
    for value in list.children(Tag::CodeListItem) {
        let Some(coded) = value.get(Key::CodedValue) else { continue };
        let oid = EcoString::from(format!("MU.{list_oid}.{coded}"));
        let mut symbol = match value.child(Tag::Decode) {
            Some(decode) => decode.clone(),
            None => plain(Tag::Symbol, coded, false),
        };
        rename(&mut symbol, Tag::Symbol);
        let unit = Element::new(Tag::MeasurementUnit)
            .with(Key::Oid, oid.clone())
            .with(Key::Name, coded)
            .holding(symbol);
        units.add(unit, place, notes);
        refs.push(oid);
    }
    refs
}
