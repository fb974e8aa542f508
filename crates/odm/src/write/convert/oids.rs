//! OIDs that are free, and OIDs that definitions of several kinds share.
//!
//! Programs give a code list the OID of its item, or a form that of its group. CDISC's schemas take an
//! OID once: in what is written the later definition has another, and the first one is set aside.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::OLD;
use crate::{
    model::{Content, EcoString, Element, Name, Version},
    names::{Key, Tag},
    schema,
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
    pub(super) fn of(element: &Element) -> Self {
        let mut taken = HashSet::new();
        gather(element, &mut taken);
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

/// A definition's kind and OID.
type Named = (Tag, EcoString);

/// Definitions, with the OIDs that they get.
type Renamed = HashMap<Named, EcoString>;

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

fn context() -> String {
    format!("{OLD}{}", Key::Oid)
}

fn named(def: &Element) -> Option<Named> {
    Some((def.tag()?, def.oid()?.into()))
}

/// What the versions of all studies define.
fn definitions(root: &mut Element) -> impl Iterator<Item = &mut Element> {
    root.elements_mut()
        .filter(|study| study.is(Tag::Study))
        .flat_map(Element::elements_mut)
        .filter(|version| version.is(Tag::MetaDataVersion))
        .flat_map(Element::elements_mut)
}

/// Whether what is taken back stands in an alias of the definition, which 1.3.2 has for some only.
/// Imputation methods become methods of 2.0, which have aliases.
fn holds_alias(tag: Tag, target: Version) -> bool {
    (target.is_2() && tag == Tag::ImputationMethod)
        || schema::element(Version::V1_3_2, tag)
            .is_some_and(|rules| rules.child(Tag::Alias).is_some())
}

/// Gives each definition of a design of 1.3.2 an OID of its own in its version, to be written as the
/// target. A version may include another, so what gets another OID gets it in all of them.
pub(in crate::write) fn part(root: &mut Element, target: Version, notes: &mut Notes) {
    let renamed = shared(root, target);
    if renamed.is_empty() {
        return;
    }
    let top = Place::top(root);
    for study in root.elements_mut().filter(|child| child.is(Tag::Study)) {
        let in_study = top.in_it(study);
        for version in study.elements_mut().filter(|child| child.is(Tag::MetaDataVersion)) {
            let in_version = in_study.in_it(version);
            for def in version.elements_mut() {
                let Some(name) = named(def) else { continue };
                let Some(fresh) = renamed.get(&name) else { continue };
                let (tag, oid) = name;
                let place = in_version.in_it(def);
                if holds_alias(tag, target) {
                    let why = format!(
                        "CDISC's schema takes an OID once, and another definition has it; here it is `{fresh}`, and the first one stands in an alias"
                    );
                    notes.add(Fate::Aside, &place, "the OID", why);
                    if let Some(other) = take_alias(def, &context()) {
                        let what = format!("alias `{other}`");
                        let why = "the OID that the definition had stands in its place";
                        notes.add(Fate::Lost, &place, what, why);
                    }
                    def.push(alias(context(), oid));
                } else {
                    let why = format!(
                        "CDISC's schema takes an OID once, and another definition has it; here it is `{fresh}`"
                    );
                    notes.add(Fate::Changed, &place, "the OID", why);
                }
                def.set(Key::Oid, fresh.clone());
            }
        }
    }
    refer(root, &renamed);
}

/// The definitions whose OID one of another kind has in their version, with others that are free. Two
/// of a kind are refused when they are read; of presentations they are two languages.
fn shared(root: &Element, target: Version) -> Renamed {
    let mut renamed = Renamed::new();
    let mut oids = None;
    for version in root.children(Tag::Study).flat_map(|study| study.children(Tag::MetaDataVersion))
    {
        let mut defs: Vec<(Tag, &str)> = version
            .elements()
            .filter_map(|def| Some((def.tag()?, def.oid()?)))
            // These do not go to 2.0.
            .filter(|(tag, _)| !(target.is_2() && *tag == Tag::Presentation))
            .collect();
        // What can hold no alias keeps its OID, before all others what layouts refer to.
        defs.sort_by_key(|(tag, _)| (holds_alias(*tag, target), *tag != Tag::Presentation));
        let mut holders: HashMap<&str, Tag> = HashMap::new();
        for (tag, oid) in defs {
            if *holders.entry(oid).or_insert(tag) == tag {
                continue;
            }
            let oids = oids.get_or_insert_with(|| Oids::of(root));
            renamed.entry((tag, oid.into())).or_insert_with(|| oids.fresh(&format!("{oid}.{tag}")));
        }
    }
    renamed
}

/// Gives each definition of a design of 1.3.2 again the OID that it had before it was written, where
/// no other of its kind has that.
pub(crate) fn join(root: &mut Element) {
    let context = context();
    if !definitions(root).any(|def| set_aside(def, &context).is_some()) {
        return;
    }
    let mut held: HashSet<Named> = HashSet::new();
    // None where two versions do not agree.
    let mut wishes: HashMap<Named, Option<EcoString>> = HashMap::new();
    let mut order = Vec::new();
    for def in definitions(root) {
        let Some(name) = named(def) else { continue };
        let first = set_aside(def, &context);
        held.insert(name.clone());
        match wishes.entry(name) {
            Entry::Vacant(free) => {
                if first.is_some() {
                    order.push(free.key().clone());
                }
                free.insert(first);
            }
            Entry::Occupied(mut wish) => {
                if *wish.get() != first {
                    wish.insert(None);
                }
            }
        }
    }
    let renamed = free_ones(order, &wishes, held);
    if renamed.is_empty() {
        return;
    }
    for def in definitions(root) {
        if let Some(name) = named(def)
            && let Some(first) = renamed.get(&name)
        {
            take_alias(def, &context);
            def.set(Key::Oid, first.clone());
        }
    }
    refer(root, &renamed);
}

/// The OID that was set aside, where the alias says nothing else, is the only one and names an OID.
fn set_aside(def: &Element, context: &str) -> Option<EcoString> {
    let mut aliases =
        def.children(Tag::Alias).filter(|alias| alias.get(Key::Context) == Some(context));
    let alias = aliases.next()?;
    let alone =
        aliases.next().is_none() && alias.attributes.len() == 2 && alias.content == Content::Empty;
    let first = alias.get(Key::Name)?;
    (alone && !first.is_empty() && first.trim() == first).then(|| first.into())
}

/// The wishes that can be fulfilled. One that has to wait is fulfilled when the OID becomes free, so
/// that nothing is left to be done a second time.
fn free_ones(
    order: Vec<Named>,
    wishes: &HashMap<Named, Option<EcoString>>,
    mut held: HashSet<Named>,
) -> Renamed {
    let mut renamed = Renamed::new();
    let mut waiting: HashMap<Named, Vec<Named>> = HashMap::new();
    let mut next = order;
    next.reverse();
    while let Some(name) = next.pop() {
        let Some(Some(first)) = wishes.get(&name) else { continue };
        let wished = (name.0, first.clone());
        if held.contains(&wished) {
            waiting.entry(wished).or_default().push(name);
            continue;
        }
        held.insert(wished);
        held.remove(&name);
        renamed.insert(name.clone(), first.clone());
        next.extend(waiting.remove(&name).into_iter().flatten().rev());
    }
    renamed
}

fn refer(root: &mut Element, renamed: &Renamed) {
    each(root, &mut |element| {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn design(versions: Vec<Vec<Element>>) -> Element {
        let mut study = Element::new(Tag::Study).with(Key::Oid, "S");
        for (index, defs) in versions.into_iter().enumerate() {
            let oid = format!("V.{index}");
            let mut version = Element::new(Tag::MetaDataVersion).with(Key::Oid, oid);
            for def in defs {
                version.push(def);
            }
            study.push(version);
        }
        Element::new(Tag::Odm).holding(study)
    }

    fn def(tag: Tag, oid: &str) -> Element {
        Element::new(tag).with(Key::Oid, oid)
    }

    fn oids(root: &mut Element) -> Vec<String> {
        definitions(root).map(|def| def.oid().unwrap().to_owned()).collect()
    }

    #[test]
    fn what_can_hold_an_alias_gets_another_oid_and_has_it_back() {
        let event = def(Tag::StudyEventDef, "A")
            .holding(Element::new(Tag::FormRef).with(Key::FormOid, "A"));
        let form = def(Tag::FormDef, "A")
            .holding(Element::new(Tag::ItemGroupRef).with(Key::ItemGroupOid, "A"));
        let first = vec![
            event,
            form,
            def(Tag::ItemGroupDef, "A"),
            def(Tag::ItemDef, "A.FormDef"),
            def(Tag::ImputationMethod, "A"),
        ];
        // It includes the first, and has no form of its own.
        let second = vec![
            def(Tag::StudyEventDef, "B")
                .holding(Element::new(Tag::FormRef).with(Key::FormOid, "A")),
        ];
        let design = design(vec![first, second]);
        let mut parted = design.clone();
        let mut notes = Notes::default();
        part(&mut parted, Version::V1_3_2, &mut notes);
        assert_eq!(
            oids(&mut parted),
            ["A.StudyEventDef", "A.FormDef.2", "A.ItemGroupDef", "A.FormDef", "A", "B"]
        );
        let referred: Vec<_> = definitions(&mut parted)
            .filter_map(|def| def.child(Tag::FormRef)?.get(Key::FormOid).map(str::to_owned))
            .collect();
        assert_eq!(referred, ["A.FormDef.2", "A.FormDef.2"]);
        let fates: Vec<Fate> = notes.losses.iter().map(|loss| loss.fate).collect();
        assert_eq!(fates, [Fate::Aside; 3]);
        join(&mut parted);
        assert_eq!(parted, design);
    }

    #[test]
    fn what_can_hold_none_is_changed_only_where_two_such_share_an_oid() {
        let mut design = design(vec![vec![
            def(Tag::ImputationMethod, "P"),
            def(Tag::Presentation, "P"),
            def(Tag::Presentation, "P"),
        ]]);
        let mut notes = Notes::default();
        part(&mut design, Version::V1_3_2, &mut notes);
        assert_eq!(oids(&mut design), ["P.ImputationMethod", "P", "P"]);
        assert_eq!(notes.losses[0].fate, Fate::Changed);
        assert_eq!(notes.losses.len(), 1);
    }

    #[test]
    fn an_oid_is_taken_back_where_it_is_free_and_a_second_time_changes_nothing() {
        let aside =
            |oid: &str, first: &str| def(Tag::ItemDef, oid).holding(alias(context(), first));
        let mut design = design(vec![vec![
            // Waits for the second, which moves.
            aside("X", "Y"),
            aside("Y", "Z"),
            // Wait for each other.
            aside("M", "N"),
            aside("N", "M"),
            // Is held by one that stays.
            aside("K", "HELD"),
            def(Tag::ItemDef, "HELD"),
            // Says more than an OID.
            aside("L", "FREE").holding(alias(context(), "ELSE")),
        ]]);
        join(&mut design);
        assert_eq!(oids(&mut design), ["Y", "Z", "M", "N", "K", "HELD", "L"]);
        let once = design.clone();
        join(&mut design);
        assert_eq!(design, once);
    }
}
