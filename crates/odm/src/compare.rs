//! What differs between two designs: which definitions came, went and changed, and in what.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
};

use crate::{
    model::{Content, EcoString, Element, Name, Node, Odm, Version},
    names::{Key, Tag},
    write::{convert, label_of},
};

/// What happened to a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Only the second design has it.
    Added,
    /// Only the first design has it.
    Removed,
    /// Both have it, and it differs in these.
    Changed(Vec<Detail>),
}

/// One thing in which two definitions differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Where: `@Length`, `Question/TranslatedText[en]`, `ItemRef[I.AGE]/@Mandatory`,
    /// `order of ItemRef`.
    pub what: String,
    /// What the first design says; none when it says nothing.
    pub before: Option<EcoString>,
    /// What the second design says; none when it says nothing.
    pub after: Option<EcoString>,
}

/// A difference between two designs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The kind of what differs: `ItemDef`, `FormDef`; of a vendor's own definition none is told.
    pub kind: Tag,
    /// Its OID. Of a study or version that has another OID now: the new one.
    pub oid: EcoString,
    /// Its name in the second design, or in the first when it went.
    pub name: Option<EcoString>,
    /// The OID of the version of the study that it stands in; none of what stands in the study.
    pub version: Option<EcoString>,
    /// What happened to it.
    pub difference: Difference,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, details) = match &self.difference {
            Difference::Added => ("added", &[][..]),
            Difference::Removed => ("removed", &[][..]),
            Difference::Changed(details) => ("changed", details.as_slice()),
        };
        write!(f, "{} `{}` {word}", self.kind, self.oid)?;
        for (index, detail) in details.iter().enumerate() {
            write!(f, "{} {}", if index == 0 { ":" } else { "," }, detail.what)?;
        }
        Ok(())
    }
}

/// Compares two designs by kind and OID; the file's own attributes are left out of it.
///
/// Where one is of 1.3 and the other of 2.0, the one of 1.3 is converted first. A study, or a version
/// of a study, that stands alone on both sides is compared with the other whatever their OIDs are.
#[must_use]
pub fn compare(first: &Odm, second: &Odm) -> Vec<Change> {
    let (first, second) = (alike(first, second), alike(second, first));
    let mut changes = Vec::new();
    for (one, other) in paired(first.root.children(Tag::Study), second.root.children(Tag::Study)) {
        definition(one, other, None, &mut changes);
        let (one_inner, other_inner) = (inner(one, Tag::Study), inner(other, Tag::Study));
        definitions(&one_inner, &other_inner, None, &mut changes);
        for (one, other) in paired(versions(one), versions(other)) {
            definition(one, other, None, &mut changes);
            let oid = other.or(one).and_then(Element::oid).map(EcoString::from);
            let one = inner(one, Tag::MetaDataVersion);
            let other = inner(other, Tag::MetaDataVersion);
            definitions(&one, &other, oid.as_ref(), &mut changes);
        }
    }
    changes
}

fn versions(study: Option<&Element>) -> impl Iterator<Item = &Element> {
    study.into_iter().flat_map(|study| study.children(Tag::MetaDataVersion))
}

/// The design in the words of 2.0 when only the other is of 2.0.
fn alike<'a>(design: &'a Odm, other: &Odm) -> Cow<'a, Odm> {
    if other.version.is_2() && !design.version.is_2() {
        Cow::Owned(convert(design, Version::V2_0).design)
    } else {
        Cow::Borrowed(design)
    }
}

/// Pairs by OID; what is left alone on both sides makes a pair.
fn paired<'a>(
    first: impl Iterator<Item = &'a Element>,
    second: impl Iterator<Item = &'a Element>,
) -> Vec<(Option<&'a Element>, Option<&'a Element>)> {
    // An OID that stands twice names its first, its second.
    let numbered = |elements: Vec<&'a Element>| {
        let mut times: HashMap<&str, usize> = HashMap::new();
        let mut numbered: Vec<(Option<(&'a str, usize)>, &'a Element)> = Vec::new();
        for element in elements {
            let key = element.oid().map(|oid| {
                let time = times.entry(oid).or_default();
                *time += 1;
                (oid, *time)
            });
            numbered.push((key, element));
        }
        numbered
    };
    let second = numbered(second.collect());
    let mut by_oid: HashMap<(&str, usize), &Element> =
        second.iter().filter_map(|(key, element)| Some(((*key)?, *element))).collect();
    let mut pairs: Vec<(Option<&Element>, Option<&Element>)> = Vec::new();
    for (key, element) in numbered(first.collect()) {
        let same = key.and_then(|key| by_oid.remove(&key));
        pairs.push((Some(element), same));
    }
    let alone = pairs.iter().filter(|(_, other)| other.is_none()).count();
    let left: Vec<&Element> = second
        .into_iter()
        .filter(|(key, _)| key.is_none_or(|key| by_oid.contains_key(&key)))
        .map(|(_, element)| element)
        .collect();
    if alone == 1
        && let [only] = left.as_slice()
    {
        if let Some((_, other)) = pairs.iter_mut().find(|(_, other)| other.is_none()) {
            *other = Some(*only);
        }
    } else {
        pairs.extend(left.into_iter().map(|element| (None, Some(element))));
    }
    pairs
}

/// A kind, an OID, and the how manieth of that kind with that OID.
type Defined<'a> = (Tag, &'a str, usize);

/// What is defined in a study or a version of one: by kind and OID, in order.
#[derive(Default)]
struct Inner<'a> {
    order: Vec<(Defined<'a>, &'a Element)>,
    found: HashMap<Defined<'a>, &'a Element>,
    times: HashMap<(Tag, &'a str), usize>,
}

fn inner(element: Option<&Element>, tag: Tag) -> Inner<'_> {
    let mut all = Inner::default();
    for child in element.into_iter().flat_map(Element::elements) {
        // The versions of a study are compared one by one, not as a part of it.
        if tag != Tag::Study || !child.is(Tag::MetaDataVersion) {
            gather(child, &mut all);
        }
    }
    all
}

fn gather<'a>(element: &'a Element, all: &mut Inner<'a>) {
    let Some(tag) = element.tag() else { return };
    if let Some(oid) = element.oid() {
        let time = all.times.entry((tag, oid)).or_default();
        *time += 1;
        let key = (tag, oid, *time);
        all.found.insert(key, element);
        all.order.push((key, element));
    }
    for child in element.elements() {
        gather(child, all);
    }
}

fn definitions(
    first: &Inner<'_>,
    second: &Inner<'_>,
    version: Option<&EcoString>,
    changes: &mut Vec<Change>,
) {
    let start = changes.len();
    for (key, element) in &second.order {
        definition(first.found.get(key).copied(), Some(*element), version, changes);
    }
    for (key, element) in &first.order {
        if !second.found.contains_key(key) {
            definition(Some(*element), None, version, changes);
        }
    }
    if let Some(new) = changes.get_mut(start..) {
        new.sort_by_key(|change| rank(change.kind));
    }
}

/// Kinds in the order in which a person thinks of them: from events to items, then the rest.
fn rank(kind: Tag) -> usize {
    const ORDER: [Tag; 9] = [
        Tag::StudyEventGroupDef,
        Tag::StudyEventDef,
        Tag::FormDef,
        Tag::ItemGroupDef,
        Tag::ItemDef,
        Tag::CodeList,
        Tag::MeasurementUnit,
        Tag::ConditionDef,
        Tag::MethodDef,
    ];
    ORDER.iter().position(|tag| *tag == kind).unwrap_or(ORDER.len() + kind as usize)
}

fn definition(
    first: Option<&Element>,
    second: Option<&Element>,
    version: Option<&EcoString>,
    changes: &mut Vec<Change>,
) {
    let difference = match (first, second) {
        (None, None) => return,
        (None, Some(_)) => Difference::Added,
        (Some(_), None) => Difference::Removed,
        (Some(one), Some(other)) if one == other => return,
        (Some(one), Some(other)) => {
            let details = details(one, other);
            if details.is_empty() {
                return;
            }
            Difference::Changed(details)
        }
    };
    let Some(element) = second.or(first) else { return };
    let Some(kind) = element.tag() else { return };
    changes.push(Change {
        kind,
        oid: element.oid().unwrap_or_default().into(),
        name: element.get(Key::Name).or(element.get(Key::StudyName)).map(EcoString::from),
        version: version.cloned(),
        difference,
    });
}

/// What an element says, by where it says it.
type Said = BTreeMap<String, EcoString>;

fn details(first: &Element, second: &Element) -> Vec<Detail> {
    let (mut before, mut after) = (Said::new(), Said::new());
    say(first, "", &mut before);
    say(second, "", &mut after);
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut details: Vec<Detail> = places
        .into_iter()
        .filter(|what| before.get(*what) != after.get(*what))
        .map(|what| Detail {
            what: what.clone(),
            before: before.get(what).cloned(),
            after: after.get(what).cloned(),
        })
        .collect();
    details.extend(orders(first, second));
    details
}

fn say(element: &Element, path: &str, said: &mut Said) {
    let at = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
    };
    for attribute in &element.attributes {
        let name = match &attribute.name {
            Name::Odm(key) => format!("@{key}"),
            Name::Other(name) => format!("@{{{}}}{}", name.namespace, name.local),
        };
        said.insert(at(&name), attribute.value.clone());
    }
    let text = own_text(element);
    if !text.is_empty() {
        said.insert(at("text()"), text);
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    for child in element.elements().filter(|child| !defines(child)) {
        let name = step(child);
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        let name = if *count == 1 { name } else { format!("{name}#{count}") };
        let path = at(&name);
        let before = said.len();
        say(child, &path, said);
        if said.len() == before {
            said.insert(path, EcoString::new());
        }
    }
}

/// Text that an element holds itself. White space between elements says nothing.
fn own_text(element: &Element) -> EcoString {
    match &element.content {
        Content::Empty | Content::Elements(_) => EcoString::new(),
        Content::Text(text) => text.clone(),
        Content::Mixed(nodes) => {
            let mut all = EcoString::new();
            for node in nodes {
                if let Node::Text(text) = node {
                    all.push_str(text);
                }
            }
            all
        }
    }
}

/// Definitions in definitions are compared for themselves.
fn defines(element: &Element) -> bool {
    element.tag().is_some() && element.oid().is_some()
}

/// An element in a path: its name, and what tells it from its like.
fn step(element: &Element) -> String {
    let name = match &element.name {
        Name::Odm(tag) => tag.as_str().to_owned(),
        Name::Other(name) => format!("{{{}}}{}", name.namespace, name.local),
    };
    match label_of(element) {
        Some(label) => format!("{name}[{label}]"),
        None => name,
    }
}

/// Lists of references and values whose order differs though they hold the same.
fn orders(first: &Element, second: &Element) -> Vec<Detail> {
    let lists = |element: &Element| {
        let mut lists: BTreeMap<&'static str, Vec<EcoString>> = BTreeMap::new();
        for child in element.elements().filter(|child| !defines(child)) {
            if let (Some(tag), Some(label)) = (child.tag(), label_of(child)) {
                lists.entry(tag.as_str()).or_default().push(label);
            }
        }
        lists
    };
    let (before, after) = (lists(first), lists(second));
    let mut details = Vec::new();
    for (name, one) in &before {
        let Some(other) = after.get(name) else { continue };
        let in_both: HashSet<&EcoString> = {
            let known: HashSet<&EcoString> = other.iter().collect();
            one.iter().filter(|label| known.contains(label)).collect()
        };
        let common = |list: &[EcoString]| -> Vec<EcoString> {
            list.iter().filter(|label| in_both.contains(label)).cloned().collect()
        };
        let (one, other) = (common(one), common(other));
        if one != other {
            details.push(Detail {
                what: format!("order of {name}"),
                before: Some(one.join(", ").into()),
                after: Some(other.join(", ").into()),
            });
        }
    }
    details
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(oid: &str, length: &str) -> Element {
        Element::new(Tag::ItemDef).with(Key::Oid, oid).with(Key::Length, length)
    }

    fn group(items: &[&str]) -> Element {
        let mut group = Element::new(Tag::ItemGroupDef).with(Key::Oid, "IG");
        for item in items {
            group.push(Element::new(Tag::ItemRef).with(Key::ItemOid, *item));
        }
        group
    }

    fn design(version: &str, children: Vec<Element>) -> Odm {
        let mut metadata = Element::new(Tag::MetaDataVersion).with(Key::Oid, version);
        for child in children {
            metadata.push(child);
        }
        let study = Element::new(Tag::Study).with(Key::Oid, "S").holding(metadata);
        Odm {
            version: Version::V1_3_2,
            root: Element::new(Tag::Odm).holding(study),
            prefixes: Vec::new(),
        }
    }

    fn lines(changes: &[Change]) -> Vec<String> {
        changes.iter().map(Change::to_string).collect()
    }

    #[test]
    fn what_is_the_same_does_not_differ() {
        let one = design("MDV.1", vec![group(&["I.1"]), item("I.1", "3")]);
        assert_eq!(compare(&one, &one), []);
    }

    #[test]
    fn an_oid_that_stands_twice_is_compared_one_by_one() {
        let twice = design("MDV.1", vec![item("I.1", "3"), item("I.1", "4")]);
        assert_eq!(compare(&twice, &twice), []);
        let other = design("MDV.1", vec![item("I.1", "3"), item("I.1", "5")]);
        assert_eq!(lines(&compare(&twice, &other)), ["ItemDef `I.1` changed: @Length"]);
    }

    #[test]
    fn came_went_and_changed_are_told_by_kind_and_oid() {
        let one = design("MDV.1", vec![group(&["I.1", "I.2"]), item("I.1", "3"), item("I.2", "1")]);
        let two = design("MDV.1", vec![group(&["I.1", "I.3"]), item("I.1", "4"), item("I.3", "1")]);
        assert_eq!(
            lines(&compare(&one, &two)),
            [
                "ItemGroupDef `IG` changed: ItemRef[I.2]/@ItemOID, ItemRef[I.3]/@ItemOID",
                "ItemDef `I.1` changed: @Length",
                "ItemDef `I.3` added",
                "ItemDef `I.2` removed",
            ]
        );
    }

    #[test]
    fn a_new_version_is_compared_with_the_old_one() {
        let one = design("MDV.1", vec![item("I.1", "3")]);
        let two = design("MDV.2", vec![item("I.1", "3")]);
        assert_eq!(lines(&compare(&one, &two)), ["MetaDataVersion `MDV.2` changed: @OID"]);
    }

    #[test]
    fn another_order_is_a_difference() {
        let one = design("MDV.1", vec![group(&["I.1", "I.2"])]);
        let two = design("MDV.1", vec![group(&["I.2", "I.1"])]);
        let changes = compare(&one, &two);
        assert_eq!(lines(&changes), ["ItemGroupDef `IG` changed: order of ItemRef"]);
        let Difference::Changed(details) = &changes[0].difference else { panic!("{changes:?}") };
        assert_eq!(details[0].before.as_deref(), Some("I.1, I.2"));
        assert_eq!(details[0].after.as_deref(), Some("I.2, I.1"));
    }
}
