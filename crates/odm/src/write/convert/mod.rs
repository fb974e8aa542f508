//! A design of 1.3.2 as one of 2.0 and back.
//!
//! What both versions have under different names is renamed. What only one has is set aside where
//! there can be an alias: an `Alias` whose context begins with `ODM-1.3.2:` or `ODM-2.0:` holds what
//! the target has no place for, and the way back takes it up again. What can be neither is left for
//! [`super::fit`], which leaves it out and notes it.
//!
//! | 1.3.2 | 2.0 |
//! |---|---|
//! | `ODM/@Description`, `MetaDataVersion/@Description` | `Description` |
//! | `ODM/@Archival` | `ODM/@Context` = `Archive` |
//! | `GlobalVariables` | `Study/@StudyName`, `@ProtocolName`, `Description` |
//! | `MeasurementUnit` | a value of a code list; one list has all, in order |
//! | `MeasurementUnitRef` | `ItemRef/@UnitsItemOID` to an item of its own with the list of its units |
//! | `Protocol/StudyEventRef` | a `StudyEventGroupDef` that the protocol names |
//! | `FormDef`, `FormRef` | `ItemGroupDef` of type `Form`, `ItemGroupRef` |
//! | `ItemGroupDef` | `ItemGroupDef` of type `Section` |
//! | `@Repeating` = `Yes` of form and group | `Simple` |
//! | `@SASDatasetName` | `@DatasetName` |
//! | `@Comment` | `CommentDef`, `@CommentOID` |
//! | `ExternalQuestion`, `ExternalCodeList` | `Coding` |
//! | `EnumeratedItem` | `CodeListItem` without `Decode` |
//! | `CodeList/@DataType` = `float` | `decimal` |
//! | `ImputationMethod`, `@ImputationMethodOID` | `MethodDef` of type `Imputation`, `@MethodOID` |
//! | text of `FormalExpression` | `FormalExpression/Code` |
//! | an OID that kinds share | another for the later one, also where 1.3.2 is written |
//! | other attributes, `Role` | an alias |

mod down;
mod down_forms;
mod down_protocol;
mod down_units;
mod oids;
mod up;
mod up_units;

pub(crate) use oids::join as take_back_oids;
pub(super) use oids::part as part_oids;

use super::{
    fit::described,
    report::{Fate, Notes, Place, attribute_text},
    tree::{alias, aliased, take_attributes, take_if},
};
use crate::{
    model::{EcoString, Element, Name, Odm, Version},
    names::{Key, Tag},
    schema,
};

/// How the context of an alias begins that holds what only 1.3.2 has.
const OLD: &str = "ODM-1.3.2:";
/// How the context of an alias begins that holds what only 2.0 has.
const NEW: &str = "ODM-2.0:";
/// The context of an alias that names the element of 1.3.2 for which something was made.
const MADE_FOR: &str = "ODM-1.3.2:Element";
/// The system of a coding that was an `ExternalQuestion`.
const EXTERNAL_QUESTION: &str = "odm-1.3.2:ExternalQuestion";
/// The system of a coding that was an `ExternalCodeList`.
const EXTERNAL_CODE_LIST: &str = "odm-1.3.2:ExternalCodeList";
/// The name of the group that holds the events of a protocol of 1.3.2.
const EVENTS_OF_PROTOCOL: &str = "Study events of the protocol";

/// Returns the design in the version; 1.3 and 1.3.1 become 1.3.2.
pub(super) fn to(odm: &Odm, version: Version, notes: &mut Notes) -> Odm {
    let mut design = odm.clone();
    design.version = if version.is_2() { Version::V2_0 } else { Version::V1_3_2 };
    match (odm.version.is_2(), version.is_2()) {
        (false, true) => up::odm(&mut design.root, notes),
        (true, false) => down::odm(&mut design.root, notes),
        (false, false) | (true, true) => {}
    }
    let (from, into) = (odm.version.namespace(), design.version.namespace());
    if from != into {
        move_namespace(&mut design.root, from, into);
    }
    if odm.version != design.version {
        design.root.set(Key::OdmVersion, design.version.as_str());
    }
    design
}

/// What stood in ODM's namespace unknown stands in it unknown.
fn move_namespace(element: &mut Element, from: &str, into: &str) {
    if let Name::Other(name) = &mut element.name
        && name.namespace == from
    {
        name.namespace = into.into();
    }
    let mut moved = false;
    for attribute in &mut element.attributes {
        if let Name::Other(name) = &mut attribute.name
            && name.namespace == from
        {
            name.namespace = into.into();
            moved = true;
        }
    }
    if moved {
        element.attributes.sort_by(|one, other| one.name.cmp(&other.name));
    }
    for child in element.elements_mut() {
        move_namespace(child, from, into);
    }
}

fn context(prefix: &str, key: Key) -> String {
    format!("{prefix}{key}")
}

/// Sets aside every attribute that the target has no place for, in the whole tree, and takes up what
/// was set aside on the way here.
fn set_aside(element: &mut Element, target: Version, place: &Place<'_>, notes: &mut Notes) {
    let Some(tag) = element.tag() else { return };
    if let Some(rules) = schema::element(target, tag)
        && rules.child(Tag::Alias).is_some()
    {
        let (own, other) = if target.is_2() { (OLD, NEW) } else { (NEW, OLD) };
        let homeless = take_attributes(element, |attribute| match attribute.name {
            Name::Odm(key) => rules.attribute(key).is_none(),
            Name::Other(_) => false,
        });
        for attribute in homeless {
            let Name::Odm(key) = attribute.name else { continue };
            keep_aside(element, own, key, attribute.value, place, notes);
        }
        take_up(element, rules, other);
    }
    for child in element.elements_mut() {
        let inner = place.in_it(child);
        set_aside(child, target, &inner, notes);
    }
}

/// Puts the value under an alias. Where there is one of that context the attribute is left to be
/// lost, which [`super::fit`] notes.
fn keep_aside(
    element: &mut Element,
    own: &str,
    key: Key,
    value: EcoString,
    place: &Place<'_>,
    notes: &mut Notes,
) {
    let context = context(own, key);
    if aliased(element, &context).is_some() {
        element.set(key, value);
        return;
    }
    let why = format!("it stands in an alias of context `{context}`");
    notes.add(Fate::Aside, place, attribute_text(key.as_str(), &value), why);
    element.push(alias(context, value));
}

/// Gives an attribute the value that the target has for it; the one before is set aside unless the
/// target's own value was.
fn exchange(
    element: &mut Element,
    key: Key,
    (own, other): (&str, &str),
    value: Option<&str>,
    place: &Place<'_>,
    notes: &mut Notes,
) {
    let Some(before) = element.remove(key) else { return };
    if aliased(element, &context(other, key)).is_none() {
        keep_aside(element, own, key, before, place, notes);
        element.remove(key);
    }
    if let Some(value) = value {
        element.set(key, value);
    }
}

fn take_up(element: &mut Element, rules: &schema::Element, prefix: &str) {
    let key_of = |child: &Element| {
        let key = Key::find(child.get(Key::Context)?.strip_prefix(prefix)?)?;
        // References go with an OID: `oids` takes it up.
        if key == Key::Oid {
            return None;
        }
        rules.attribute(key).map(|rule| rule.key)
    };
    for mut found in take_if(element, |child| child.is(Tag::Alias) && key_of(child).is_some()) {
        if let Some(key) = key_of(&found)
            && let Some(value) = found.remove(Key::Name)
        {
            element.set(key, value);
        }
    }
}

/// Notes what goes with an element that goes: vendors' attributes and children.
fn dissolve(element: &Element, handled: &[Key], place: &Place<'_>, notes: &mut Notes) {
    let place = place.in_it(element);
    for attribute in &element.attributes {
        let name = match &attribute.name {
            Name::Odm(key) if handled.contains(key) => continue,
            Name::Odm(key) => key.as_str(),
            Name::Other(name) => name.local.as_str(),
        };
        let why = "the element that had it has another shape in the other version";
        notes.add(Fate::Lost, &place, attribute_text(name, &attribute.value), why);
    }
    // Of these the callers look at every child.
    if element.is(Tag::GlobalVariables) || element.is(Tag::BasicDefinitions) {
        return;
    }
    for child in element.elements() {
        let why = "the element that held it has another shape in the other version";
        notes.add(Fate::Lost, &place.in_it(child), described(child), why);
    }
}

/// Whether CDISC's schema takes the text as a URI; narrower than that.
fn is_uri(text: &str) -> bool {
    let letters = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/?&=+,;:@!$'()*#".contains(&byte));
    let before_slash = text.split(['/', '?', '#']).next().unwrap_or_default();
    let scheme = before_slash.split_once(':').is_none_or(|(scheme, _)| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    });
    // What follows `//` may be a host with a port, and a port is a number.
    let port = text.split_once("//").is_none_or(|(_, rest)| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.contains([':', '@'])
    });
    letters && scheme && port && text.matches('#').count() <= 1
}
