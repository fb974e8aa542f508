//! Whether the events stand in a protocol, and the forms in an event.

use std::collections::HashSet;

use crate::{
    finding::{Code, Findings},
    model::{Element, Version},
    names::{Key, Tag},
};

/// Checks a version.
pub(super) fn check(version: Version, design: &Element, findings: &mut Findings) {
    // What is included may hold protocol and events.
    if design.child(Tag::Include).is_some() {
        return;
    }
    if design.child(Tag::Protocol).is_none() {
        findings.add(
            Code::NoProtocol,
            design.at,
            "expected a `Protocol` that puts the events in order, found none; the events were taken in the order of their definitions",
        );
    }
    let used: HashSet<&str> = design
        .elements()
        .filter(|parent| parent.is(Tag::StudyEventDef) || parent.is(Tag::ItemGroupDef))
        .flat_map(Element::elements)
        .filter_map(|reference| match reference.tag() {
            Some(Tag::FormRef) => reference.get(Key::FormOid),
            Some(Tag::ItemGroupRef) if version.is_2() => reference.get(Key::ItemGroupOid),
            Some(_) | None => None,
        })
        .collect();
    let is_form = |element: &&Element| {
        if version.is_2() {
            element.is(Tag::ItemGroupDef) && element.get(Key::Type) == Some("Form")
        } else {
            element.is(Tag::FormDef)
        }
    };
    for form in design.elements().filter(is_form) {
        if let Some(oid) = form.oid()
            && !used.contains(oid)
        {
            findings.add(
                Code::UnusedForm,
                form.at,
                format!("expected the form `{oid}` in an event, found it in none; it was kept in the design"),
            );
        }
    }
}
