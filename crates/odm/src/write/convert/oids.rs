//! OIDs that are free, and OIDs that definitions of several kinds share.
//!
//! Files of 1.3.2 give a code list the OID of its item, or a form that of its group. 2.0 takes an OID
//! once: there the later definition has another, and the first one is set aside.

use std::collections::{HashMap, HashSet};

use super::OLD;
use crate::{
    model::{EcoString, Element, Name},
    names::{Key, Tag},
    write::{
        report::{Fate, Notes, Place},
        tree::{alias, each, take_alias},
    },
};

/// The OIDs that are taken.
pub(super) struct Oids {
    taken: HashSet<EcoString>,
    /// The number that was tried last behind a wish.
    last: HashMap<EcoString, u64>,
}

impl Oids {
    pub(super) fn of(version: &Element) -> Self {
        let mut taken = HashSet::new();
        gather(version, &mut taken);
        Self { taken, last: HashMap::new() }
    }

    /// The wished OID, or with a number behind it.
    pub(super) fn fresh(&mut self, wish: &str) -> EcoString {
        let mut oid = EcoString::from(wish);
        let last = self.last.entry(oid.clone()).or_insert(1);
        while !self.taken.insert(oid.clone()) {
            *last += 1;
            oid = format!("{wish}.{last}").into();
        }
        oid
    }
}

fn gather(element: &Element, all: &mut HashSet<EcoString>) {
    if element.tag().is_none() {
        return;
    }
    all.extend(element.oid().map(EcoString::from));
    for child in element.elements() {
        gather(child, all);
    }
}

/// The OIDs that definitions of a kind had, with those that they have now.
type Renamed = HashMap<(Tag, EcoString), EcoString>;

/// What a reference of 1.3.2 refers to.
fn target(key: Key) -> Option<Tag> {
    Some(match key {
        Key::StudyEventOid => Tag::StudyEventDef,
        Key::FormOid => Tag::FormDef,
        Key::ItemGroupOid => Tag::ItemGroupDef,
        Key::ItemOid => Tag::ItemDef,
        Key::CodeListOid | Key::RoleCodeListOid => Tag::CodeList,
        Key::MethodOid => Tag::MethodDef,
        Key::ImputationMethodOid => Tag::ImputationMethod,
        Key::CollectionExceptionConditionOid => Tag::ConditionDef,
        _ => return None,
    })
}

/// Gives each definition of a version of 1.3.2 an OID of its own.
pub(super) fn part(version: &mut Element, oids: &mut Oids, place: &Place<'_>, notes: &mut Notes) {
    let mut seen = HashSet::new();
    let mut renamed = Renamed::new();
    for def in version.elements_mut() {
        let (Some(tag), Some(oid)) = (def.tag(), def.oid().map(EcoString::from)) else { continue };
        // Presentations do not go to 2.0.
        if tag == Tag::Presentation || seen.insert(oid.clone()) {
            continue;
        }
        let fresh = oids.fresh(&format!("{oid}.{tag}"));
        let why =
            format!("2.0 takes an OID once, and another definition has it; here it is `{fresh}`");
        notes.add(Fate::Aside, &place.in_it(def), "the OID", why);
        def.push(alias(format!("{OLD}{}", Key::Oid), oid.clone()));
        def.set(Key::Oid, fresh.clone());
        renamed.insert((tag, oid), fresh);
    }
    refer(version, &renamed);
}

/// Gives each definition of a version that is of 1.3.2 again the OID that it had.
pub(super) fn join(version: &mut Element) {
    let mut renamed = Renamed::new();
    for def in version.elements_mut() {
        let (Some(tag), Some(oid)) = (def.tag(), def.oid().map(EcoString::from)) else { continue };
        if let Some(first) = take_alias(def, &format!("{OLD}{}", Key::Oid)) {
            def.set(Key::Oid, first.clone());
            renamed.insert((tag, oid), first);
        }
    }
    refer(version, &renamed);
}

fn refer(version: &mut Element, renamed: &Renamed) {
    if renamed.is_empty() {
        return;
    }
    each(version, &mut |element| {
        for attribute in &mut element.attributes {
            if let Name::Odm(key) = attribute.name
                && let Some(tag) = target(key)
                && let Some(oid) = renamed.get(&(tag, attribute.value.clone()))
            {
                attribute.value = oid.clone();
            }
        }
    });
}
