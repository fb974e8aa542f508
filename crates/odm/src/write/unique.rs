//! What CDISC's schemas want to be the only one of its kind.

use std::collections::{HashMap, HashSet};

use super::{
    fit::described,
    report::{Fate, Notes, Place, attribute_text},
    tree,
};
use crate::{
    model::{EcoString, Element, Odm, Version},
    names::{Key, Tag},
};

/// Children of an element that may not share a value, and what happens to the later one.
struct Rule {
    parent: Tag,
    children: &'static [Tag],
    key: Key,
    /// Whether the whole child goes; otherwise only the attribute.
    whole: bool,
    only: Option<Major>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Major {
    One,
    Two,
}

const fn whole(parent: Tag, children: &'static [Tag], key: Key) -> Rule {
    Rule { parent, children, key, whole: true, only: None }
}

const fn number(parent: Tag, children: &'static [Tag], key: Key, only: Option<Major>) -> Rule {
    Rule { parent, children, key, whole: false, only }
}

const ITEMS: &[Tag] = &[Tag::CodeListItem, Tag::EnumeratedItem];
const RULES: &[Rule] = &[
    whole(Tag::CodeList, ITEMS, Key::CodedValue),
    number(Tag::CodeList, ITEMS, Key::OrderNumber, None),
    whole(Tag::FormDef, &[Tag::ItemGroupRef], Key::ItemGroupOid),
    number(Tag::FormDef, &[Tag::ItemGroupRef], Key::OrderNumber, None),
    whole(Tag::FormDef, &[Tag::ArchiveLayout], Key::Oid),
    whole(Tag::ItemGroupDef, &[Tag::ItemRef], Key::ItemOid),
    number(Tag::ItemGroupDef, &[Tag::ItemRef], Key::OrderNumber, None),
    number(Tag::ItemGroupDef, &[Tag::ItemRef], Key::KeySequence, None),
    whole(Tag::ValueListDef, &[Tag::ItemRef], Key::ItemOid),
    number(Tag::ValueListDef, &[Tag::ItemRef], Key::OrderNumber, None),
    whole(Tag::Protocol, &[Tag::StudyEventRef], Key::StudyEventOid),
    number(Tag::Protocol, &[Tag::StudyEventRef], Key::OrderNumber, Some(Major::One)),
    whole(Tag::StudyEventDef, &[Tag::FormRef], Key::FormOid),
    number(Tag::StudyEventDef, &[Tag::FormRef], Key::OrderNumber, Some(Major::One)),
    whole(Tag::StudyEventDef, &[Tag::ItemGroupRef], Key::ItemGroupOid),
    number(Tag::StudyEventDef, &[Tag::ItemGroupRef], Key::OrderNumber, Some(Major::Two)),
    whole(Tag::AnnotatedCrf, &[Tag::DocumentRef], Key::LeafId),
    whole(Tag::SupplementalDoc, &[Tag::DocumentRef], Key::LeafId),
];

/// Takes out of an element what repeats what may not be repeated.
pub(super) fn children(
    element: &mut Element,
    tag: Tag,
    version: Version,
    place: &Place<'_>,
    notes: &mut Notes,
) {
    let major = if version.is_2() { Major::Two } else { Major::One };
    for rule in RULES.iter().filter(|rule| rule.parent == tag) {
        if rule.only.is_none_or(|only| only == major) {
            apply(element, rule, place, notes);
        }
    }
    if element.child(Tag::Alias).is_some() {
        let mut seen = HashSet::new();
        let twice = tree::take_if(element, |child| {
            child.is(Tag::Alias)
                && child.get(Key::Context).is_some_and(|text| !seen.insert(EcoString::from(text)))
        });
        for child in twice {
            let what = format!("alias `{}`", child.get(Key::Name).unwrap_or_default());
            let why = "the schema takes one alias of a context";
            notes.add(Fate::Lost, &place.in_it(&child), what, why);
        }
    }
    if element.child(Tag::TranslatedText).is_some() {
        let mut seen = HashSet::new();
        let twice = tree::take_if(element, |child| {
            child.is(Tag::TranslatedText)
                && child.get(Key::Lang).is_some_and(|language| {
                    let kind = if version.is_2() { child.get(Key::Type) } else { None };
                    !seen.insert((EcoString::from(language), kind.map(EcoString::from)))
                })
        });
        for child in twice {
            let what = format!("another text `{}`", child.text());
            notes.add(Fate::Lost, &place.in_it(&child), what, "a language has one text");
        }
    }
}

fn apply(element: &mut Element, rule: &Rule, place: &Place<'_>, notes: &mut Notes) {
    let mut seen = HashSet::new();
    let mut repeats = |child: &Element| {
        child.tag().is_some_and(|tag| rule.children.contains(&tag))
            && child.get(rule.key).is_some_and(|value| !seen.insert(same(value, rule.whole)))
    };
    if rule.whole {
        for child in tree::take_if(element, repeats) {
            let why = format!("`{}` takes each `{}` once", rule.parent, rule.key);
            notes.add(Fate::Lost, &place.in_it(&child), described(&child), why);
        }
        return;
    }
    for child in element.elements_mut() {
        if repeats(child)
            && let Some(value) = child.remove(rule.key)
        {
            let what = attribute_text(rule.key.as_str(), &value);
            let why = format!("another child of the {} has the same", rule.parent);
            notes.add(Fate::Lost, &place.in_it(child), what, why);
        }
    }
}

/// Numbers are the same however they are written.
fn same(value: &str, text: bool) -> EcoString {
    if text {
        return value.into();
    }
    match value.trim().parse::<i64>() {
        Ok(number) => number.to_string().into(),
        Err(_) => value.trim().into(),
    }
}

/// Notes definitions that share an OID, which the schemas refuse: presentations in several languages,
/// and what a conversion leaves to the writer.
pub(super) fn definitions(odm: &Odm, notes: &mut Notes) {
    let top = Place::top(&odm.root);
    for study in odm.studies() {
        let in_study = top.in_it(study);
        for version in study.children(Tag::MetaDataVersion) {
            let in_version = in_study.in_it(version);
            let mut seen: HashMap<&str, Tag> = HashMap::new();
            for child in version.elements() {
                let (Some(oid), Some(tag)) = (child.oid(), child.tag()) else { continue };
                if let Some(other) = seen.insert(oid, tag) {
                    let why = format!(
                        "`{other}` has the same OID; CDISC's schema takes an OID once among all definitions"
                    );
                    notes.add(Fate::Invalid, &in_version.in_it(child), "the OID", why);
                }
            }
        }
    }
}
