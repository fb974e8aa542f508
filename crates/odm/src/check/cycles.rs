//! Whether an item group holds itself, directly or through others.

use std::collections::HashMap;

use crate::{
    finding::{Code, Findings},
    model::Element,
    names::{Key, Tag},
};

/// How far the search has come with a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

/// Checks the groups of a version; each cycle is found once.
pub(super) fn check(version: &Element, findings: &mut Findings) {
    let groups: HashMap<&str, &Element> = version
        .children(Tag::ItemGroupDef)
        .filter(|group| group.child(Tag::ItemGroupRef).is_some())
        .filter_map(|group| Some((group.oid()?, group)))
        .collect();
    let mut states: HashMap<&str, State> = HashMap::new();
    for start in version.children(Tag::ItemGroupDef).filter_map(Element::oid) {
        let Some(group) = groups.get(start).filter(|_| !states.contains_key(start)) else {
            continue;
        };
        states.insert(start, State::Open);
        let mut path = vec![(start, group.children(Tag::ItemGroupRef))];
        while let Some((oid, rest)) = path.last_mut() {
            let oid = *oid;
            let Some(reference) = rest.next() else {
                states.insert(oid, State::Done);
                path.pop();
                continue;
            };
            let Some(next) = reference.get(Key::ItemGroupOid) else { continue };
            match (states.get(next), groups.get(next)) {
                (Some(State::Open), _) => findings.add(
                    Code::Cycle,
                    reference.at,
                    format!(
                        "expected item groups that end, found that `{next}` holds itself through `{oid}`; take this reference out"
                    ),
                ),
                (None, Some(group)) => {
                    states.insert(next, State::Open);
                    path.push((next, group.children(Tag::ItemGroupRef)));
                }
                (Some(State::Done), _) | (None, None) => {}
            }
        }
    }
}
