//! The events of a protocol of 1.3.2 from the groups of events of 2.0.

use std::collections::{HashMap, HashSet};

use super::{EVENTS_OF_PROTOCOL, down_forms::inherit};
use crate::{
    model::{EcoString, Element, Name},
    names::{Key, Tag},
    write::{
        fit::described,
        report::{Fate, Notes, Place},
        tree::{push_all, take, take_if},
    },
};

/// Groups in groups that are followed; a chain without end must not use up the stack.
const DEEPEST: usize = 200;

/// Puts the events of all groups that the protocol names into the protocol, in order. Groups that it
/// does not name are left, to be lost.
pub(super) fn flatten(version: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    let groups: HashMap<EcoString, Element> = version
        .children(Tag::StudyEventGroupDef)
        .filter_map(|group| Some((group.oid()?.into(), group.clone())))
        .collect();
    let mut walk = Walk { groups: &groups, met: HashSet::new(), events: Vec::new(), nested: false };
    for protocol in version.elements_mut().filter(|child| child.is(Tag::Protocol)) {
        let inner = place.in_it(protocol);
        let refs = take(protocol, Tag::StudyEventGroupRef);
        walk.nested |= refs.len() > 1;
        for reference in &refs {
            walk.group(reference, 0, &inner, notes);
        }
        let mut events = std::mem::take(&mut walk.events);
        if walk.nested && events.iter().any(|event| event.get(Key::OrderNumber).is_some()) {
            for event in &mut events {
                event.remove(Key::OrderNumber);
            }
            let why = "the events of several groups stand in one list; the order stayed";
            notes.add(Fate::Lost, &inner, "the order numbers of the events", why);
        }
        push_all(protocol, events);
    }
    let met = walk.met;
    let taken = take_if(version, |child| {
        child.is(Tag::StudyEventGroupDef) && child.oid().is_some_and(|oid| met.contains(oid))
    });
    for group in taken.iter().filter(|group| !came_from_protocol(group)) {
        let why = "1.3.2 has no groups of events; its events stand in the protocol";
        notes.add(Fate::Lost, &place.in_it(group), described(group), why);
    }
}

struct Walk<'a> {
    groups: &'a HashMap<EcoString, Element>,
    met: HashSet<EcoString>,
    events: Vec<Element>,
    nested: bool,
}

impl Walk<'_> {
    fn group(&mut self, reference: &Element, depth: usize, place: &Place<'_>, notes: &mut Notes) {
        let oid = EcoString::from(reference.get(Key::StudyEventGroupOid).unwrap_or_default());
        let known = self.groups.get(&oid).filter(|_| depth <= DEEPEST && !self.met.contains(&oid));
        let Some(group) = known else {
            let why = "the group is not defined, or nested beyond measure, or its events stand in the protocol already";
            notes.add(Fate::Lost, &place.in_it(reference), described(reference), why);
            return;
        };
        self.met.insert(oid);
        self.nested |= depth > 0;
        let plain = came_from_protocol(group);
        for child in group.elements() {
            let mut child = child.clone();
            if !plain {
                inherit(reference, &mut child, place, notes);
            }
            match child.tag() {
                Some(Tag::StudyEventRef) => self.events.push(child),
                Some(Tag::StudyEventGroupRef) => self.group(&child, depth + 1, place, notes),
                _ => {}
            }
        }
    }
}

/// Whether the group says no more than a protocol of 1.3.2 does.
fn came_from_protocol(group: &Element) -> bool {
    let only_named = group
        .attributes
        .iter()
        .all(|attribute| matches!(attribute.name, Name::Odm(Key::Oid | Key::Name)));
    only_named
        && group.get(Key::Name) == Some(EVENTS_OF_PROTOCOL)
        && group.elements().all(|child| child.is(Tag::StudyEventRef))
}
