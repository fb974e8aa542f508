//! Forms and groups of 1.3.2 from the nested groups of 2.0.
//!
//! In 1.3.2 an event holds forms, a form holds groups, a group holds items. Groups in groups are set
//! side by side in the form, in the order in which a person meets them; the items that stand in a
//! form get a group, a group that stands in an event gets a form.

use std::collections::{HashMap, HashSet};

use super::oids::Oids;
use crate::{
    model::{EcoString, Element},
    names::{Key, Tag},
    write::{
        report::{Fate, Notes, Place},
        tree::{push_all, rename, rename_attribute, take, take_if},
    },
};

/// Groups in groups that are followed; a chain without end must not use up the stack.
const DEEPEST: usize = 200;

/// A group as other groups see it.
struct Group {
    form: bool,
    refs: Vec<Element>,
    items: bool,
    /// Of a form with items: the group that was made for them.
    items_group: Option<EcoString>,
}

impl Group {
    fn nested(&self) -> bool {
        !self.refs.is_empty()
    }
}

/// The groups of a version, by OID.
struct Groups(HashMap<EcoString, Group>);

pub(super) fn flatten(version: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    let mut oids = Oids::of(version);
    let groups = Groups::of(version, &mut oids);
    let mut made = Vec::new();
    for def in version.elements_mut().filter(|child| child.is(Tag::ItemGroupDef)) {
        let inner = place.in_it(def);
        if def.get(Key::Type) == Some("Form") {
            made.extend(form(def, &groups, &inner, notes));
        } else if !take(def, Tag::ItemGroupRef).is_empty() {
            let why = "1.3.2 has no groups in groups; they stand beside it in its forms";
            notes.add(Fate::Changed, &inner, "the groups in it", why);
        }
    }
    let mut forms: HashMap<EcoString, EcoString> = HashMap::new();
    for event in version.elements_mut().filter(|child| child.is(Tag::StudyEventDef)) {
        let inner = place.in_it(event);
        for reference in event.elements_mut().filter(|child| child.is(Tag::ItemGroupRef)) {
            let Some(oid) = reference.get(Key::ItemGroupOid).map(EcoString::from) else { continue };
            let target = groups.0.get(&oid);
            let name = if target.is_some_and(|group| !group.form) {
                let around = forms.entry(oid.clone()).or_insert_with(|| {
                    let fresh = oids.fresh(&format!("{oid}.FORM"));
                    made.push(form_around(&fresh, &oid, &groups, &inner, notes));
                    fresh
                });
                around.clone()
            } else {
                oid
            };
            rename(reference, Tag::FormRef);
            reference.set(Key::ItemGroupOid, name);
            rename_attribute(reference, Key::ItemGroupOid, Key::FormOid);
        }
    }
    name_forms(&mut made, version);
    push_all(version, made);
}

/// Gives a form that was made around a group the name of the group.
fn name_forms(made: &mut [Element], version: &Element) {
    let names: HashMap<&str, &str> = version
        .children(Tag::ItemGroupDef)
        .filter_map(|group| group.oid().zip(group.get(Key::Name)))
        .collect();
    for form in made.iter_mut().filter(|def| def.is(Tag::FormDef)) {
        let name = form.get(Key::Name).and_then(|oid| names.get(oid)).copied();
        if let Some(name) = name {
            form.set(Key::Name, name);
        }
    }
}

/// Makes the group a form. Returns the group that was made for the items that stand in it.
fn form(
    def: &mut Element,
    groups: &Groups,
    place: &Place<'_>,
    notes: &mut Notes,
) -> Option<Element> {
    rename(def, Tag::FormDef);
    def.remove(Key::Type);
    let oid = EcoString::from(def.oid().unwrap_or_default());
    let name = EcoString::from(def.get(Key::Name).unwrap_or_default());
    let entries = take_if(def, |child| child.is(Tag::ItemGroupRef) || child.is(Tag::ItemRef));
    let items_group = groups.0.get(&oid).and_then(|group| group.items_group.clone());
    let mut found = Found::default();
    found.met.insert(oid);
    let mut items = Vec::new();
    for entry in entries {
        if entry.is(Tag::ItemGroupRef) {
            groups.expand(&entry, 0, &mut found, place, notes);
            continue;
        }
        if items.is_empty()
            && let Some(group) = &items_group
        {
            found.nested = true;
            found.refs.push(reference(group));
        }
        items.push(entry);
    }
    let (refs, nested) = found.in_order();
    push_all(def, refs);
    if nested {
        let why = "in 1.3.2 groups stand side by side in a form; their order numbers went, the order stayed";
        notes.add(Fate::Changed, place, "the groups in groups", why);
    }
    let group = items_group.filter(|_| !items.is_empty())?;
    notes.add(
        Fate::Changed,
        place,
        "the items in it",
        format!("in 1.3.2 a form holds no items; they stand in the group `{group}`"),
    );
    let mut made = Element::new(Tag::ItemGroupDef)
        .with(Key::Oid, group)
        .with(Key::Name, name)
        .with(Key::Repeating, "No");
    push_all(&mut made, items);
    Some(made)
}

fn reference(group: &EcoString) -> Element {
    Element::new(Tag::ItemGroupRef)
        .with(Key::ItemGroupOid, group.clone())
        .with(Key::Mandatory, "Yes")
}

/// A form for a group that stands in an event. Its name is the OID of the group until all groups can
/// be asked for theirs.
fn form_around(
    oid: &EcoString,
    group: &EcoString,
    groups: &Groups,
    place: &Place<'_>,
    notes: &mut Notes,
) -> Element {
    let mut found = Found::default();
    groups.expand(&reference(group), 0, &mut found, place, notes);
    let why = format!("in 1.3.2 an event holds forms; the form `{oid}` was made around the group");
    notes.add(Fate::Changed, place, format!("the group `{group}` in it"), why);
    let mut form = Element::new(Tag::FormDef)
        .with(Key::Oid, oid.clone())
        .with(Key::Name, group.clone())
        .with(Key::Repeating, "No");
    push_all(&mut form, found.in_order().0);
    form
}

/// The groups of a form as they are met.
#[derive(Default)]
struct Found {
    refs: Vec<Element>,
    nested: bool,
    /// The groups that hold groups and were opened already: a form takes each once.
    met: HashSet<EcoString>,
}

impl Found {
    /// The references, and whether any stood in another group: then no order numbers are kept.
    fn in_order(mut self) -> (Vec<Element>, bool) {
        if self.nested {
            for reference in &mut self.refs {
                reference.remove(Key::OrderNumber);
            }
        }
        (self.refs, self.nested)
    }
}

impl Groups {
    fn of(version: &Element, oids: &mut Oids) -> Self {
        let mut groups = HashMap::new();
        for def in version.children(Tag::ItemGroupDef) {
            let Some(oid) = def.oid() else { continue };
            let form = def.get(Key::Type) == Some("Form");
            let items = def.child(Tag::ItemRef).is_some();
            let items_group = (form && items).then(|| oids.fresh(&format!("{oid}.ITEMS")));
            let refs = def.children(Tag::ItemGroupRef).cloned().collect();
            groups.insert(EcoString::from(oid), Group { form, refs, items, items_group });
        }
        Self(groups)
    }

    /// Adds the group that is referred to, and those in it.
    fn expand(
        &self,
        entry: &Element,
        depth: usize,
        found: &mut Found,
        place: &Place<'_>,
        notes: &mut Notes,
    ) {
        let oid = EcoString::from(entry.get(Key::ItemGroupOid).unwrap_or_default());
        let Some(group) = self.0.get(&oid) else {
            found.refs.push(entry.clone());
            return;
        };
        if !group.form && !group.nested() {
            found.refs.push(entry.clone());
            return;
        }
        found.nested = true;
        if depth > DEEPEST || !found.met.insert(oid) {
            let why = "the form has the group already, or the groups are nested beyond measure";
            notes.add(Fate::Lost, &place.in_it(entry), "the groups in it, once more", why);
            return;
        }
        if group.items || !group.nested() {
            let mut own = entry.clone();
            if let Some(items) = &group.items_group {
                own.set(Key::ItemGroupOid, items.clone());
            }
            // A form without anything in it leaves nothing in another form.
            if !group.form || group.items {
                found.refs.push(own);
            }
        }
        for nested in &group.refs {
            let mut nested = nested.clone();
            inherit(entry, &mut nested, place, notes);
            self.expand(&nested, depth + 1, found, place, notes);
        }
    }
}

/// What held for the outer group holds for those in it.
pub(super) fn inherit(outer: &Element, inner: &mut Element, place: &Place<'_>, notes: &mut Notes) {
    if outer.get(Key::Mandatory) == Some("No") {
        inner.set(Key::Mandatory, "No");
    }
    let key = Key::CollectionExceptionConditionOid;
    let Some(condition) = outer.get(key) else { return };
    match inner.get(key) {
        None => inner.set(key, condition),
        Some(own) if own == condition => {}
        Some(_) => {
            let why = "what is inside has a condition of its own, and 1.3.2 has room for one";
            notes.add(Fate::Lost, &place.in_it(inner), format!("condition `{condition}`"), why);
        }
    }
}
