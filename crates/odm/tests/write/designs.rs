//! Designs made of a tape of numbers, by the tables of the schemas: any shape, sound references.

use std::collections::HashMap;

use landfall_odm::{
    Attribute, Content, Element, Key, Name, Node, Odm, Prefix, QName, Tag, Version,
    schema::{self, Occurs, Type, Use},
};

const VENDOR: &str = "urn:vendor:odm";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const LANGUAGES: [&str; 4] = ["en", "de", "ko", "fr-CA"];
const TEXTS: [&str; 8] = [
    "a",
    "a b",
    " x ",
    "a\tb\nc",
    "<&>\"'",
    "Größe 밀리미터",
    "]]>",
    "carriage\rreturn\u{85}\u{2028}",
];

/// What a design may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Anything, vendors' own among it.
    Any,
    /// What CDISC's schema takes, without what 2.0 cannot carry.
    Carried,
}

/// A design of the version; a tape at its end gives noughts, which make the smallest design.
pub(crate) fn design(version: Version, flavour: Flavour, tape: &[u8]) -> Odm {
    let mut maker = Maker { version, flavour, tape, at: 0, count: 0 };
    let mut root = maker.element(Tag::Odm, 0);
    root.set(Key::OdmVersion, version.as_str());
    if flavour == Flavour::Carried {
        root.remove(Key::Id);
    }
    refer(&mut root, &mut maker);
    Odm { version, root, prefixes: vec![Prefix { prefix: "v".into(), namespace: VENDOR.into() }] }
}

struct Maker<'a> {
    version: Version,
    flavour: Flavour,
    tape: &'a [u8],
    at: usize,
    count: usize,
}

impl Maker<'_> {
    /// A number below the bound.
    fn draw(&mut self, bound: usize) -> usize {
        let drawn = self.tape.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(drawn) % bound
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    fn element(&mut self, tag: Tag, depth: usize) -> Element {
        let rules = schema::element(self.version, tag).unwrap();
        let mut element = Element::new(tag);
        for rule in rules.attributes {
            if rule.need == Use::Required || self.draw(3) == 1 {
                let value = self.value(tag, rule);
                element.set(rule.key, value);
            }
        }
        if element.get(Key::MethodOid).is_some() && self.flavour == Flavour::Carried {
            element.remove(Key::ImputationMethodOid);
        }
        if rules.text {
            self.text(&mut element);
        }
        let kinds = self.kinds(tag, rules);
        for rule in kinds {
            let often = match rule.occurs {
                Occurs::One => 1,
                Occurs::AtMostOne => self.draw(2),
                Occurs::AtLeastOne => 1 + self.draw(2),
                Occurs::Any if is_definition(rule.tag) => 1 + self.draw(2),
                Occurs::Any if depth > 8 => 0,
                Occurs::Any => self.draw(3),
            };
            for index in 0..often {
                let mut child = self.element(rule.tag, depth + 1);
                if rule.tag == Tag::TranslatedText {
                    child.remove(Key::Lang);
                    if index > 0 {
                        child.set(Key::Lang, LANGUAGES[index % LANGUAGES.len()]);
                    }
                }
                element.push(child);
            }
        }
        if self.flavour == Flavour::Any {
            self.sprinkle(&mut element);
        }
        element
    }

    /// The children that are made: where the schema wants one of several kinds, one.
    fn kinds(&mut self, tag: Tag, rules: &schema::Element) -> Vec<schema::Child> {
        let one_of: &[Tag] = match tag {
            Tag::RangeCheck => &[Tag::CheckValue, Tag::FormalExpression],
            Tag::FormalExpression => &[Tag::Code, Tag::ExternalCodeLib],
            Tag::CodeList if self.version.is_2() => &[],
            Tag::CodeList => &[Tag::CodeListItem, Tag::EnumeratedItem, Tag::ExternalCodeList],
            _ => &[],
        };
        let chosen = if one_of.is_empty() { 0 } else { self.draw(one_of.len()) };
        let carried = self.flavour == Flavour::Carried;
        rules
            .children
            .iter()
            .filter(|rule| {
                one_of.iter().position(|tag| *tag == rule.tag).is_none_or(|index| index == chosen)
            })
            .filter(|rule| !(carried && matches!(rule.tag, Tag::ArchiveLayout | Tag::Presentation)))
            .map(|rule| {
                let occurs = match rule.tag {
                    _ if one_of.contains(&rule.tag) && rule.occurs == Occurs::AtMostOne => {
                        Occurs::One
                    }
                    _ if one_of.contains(&rule.tag) => Occurs::AtLeastOne,
                    Tag::MetaDataVersion | Tag::Study | Tag::MeasurementUnit => Occurs::AtLeastOne,
                    _ => rule.occurs,
                };
                schema::Child { occurs, ..*rule }
            })
            .collect()
    }

    fn text(&mut self, element: &mut Element) {
        // The names of a study may not be empty.
        let named = element.is(Tag::StudyName) || element.is(Tag::ProtocolName);
        let drawn = self.draw(TEXTS.len() + 1);
        let text = TEXTS.get(drawn).copied().unwrap_or(if named { "a" } else { "" });
        let written = std::mem::replace(element, Element::new(Tag::Odm)).saying(text);
        *element = written;
    }

    fn value(&mut self, tag: Tag, rule: &schema::Attribute) -> String {
        match rule.kind {
            Type::Oid => format!("{tag}.{}", self.next()),
            Type::Text => match rule.key {
                Key::Id => format!("ID{}", self.next()),
                Key::Context | Key::CodedValue | Key::System => format!("urn:c:{}", self.next()),
                Key::Href | Key::XlinkHref => "http://example.org/a".to_owned(),
                Key::Type if tag == Tag::TranslatedText => "text/plain".to_owned(),
                Key::OdmVersion => self.version.to_string(),
                Key::PdfFileName => "a.pdf".to_owned(),
                _ => {
                    let drawn = self.draw(TEXTS.len());
                    TEXTS[drawn].to_owned()
                }
            },
            // Given a target when all is there.
            Type::Reference => String::from("?"),
            Type::YesOrNo => ["Yes", "No"][self.draw(2)].to_owned(),
            Type::YesOnly => "Yes".to_owned(),
            Type::Integer | Type::Positive => self.next().to_string(),
            Type::NonNegative => self.draw(9).to_string(),
            Type::Decimal => "1.50".to_owned(),
            Type::DateTime => "2026-11-23T09:00:00+01:00".to_owned(),
            Type::SasName => "SAS_1".to_owned(),
            Type::SasFormat => "$SAS1.".to_owned(),
            Type::Language => "en".to_owned(),
            Type::OneOf(words) => {
                let drawn = self.draw(words.len());
                words[drawn].to_owned()
            }
        }
    }

    /// Vendors' own, markup and unknown elements.
    fn sprinkle(&mut self, element: &mut Element) {
        match self.draw(24) {
            1 => {
                let name = Name::Other(Box::new(QName {
                    namespace: VENDOR.into(),
                    local: "colour".into(),
                }));
                element.attributes.push(Attribute { name, value: TEXTS[self.draw(8)].into() });
            }
            2 => element.push(other(VENDOR, "Grid", Content::Text(TEXTS[self.draw(8)].into()))),
            3 => {
                let inner = other("urn:other", "Cell", Content::Empty);
                let content = Content::Elements(vec![inner.clone(), inner]);
                element.push(other(VENDOR, "Grid", content));
            }
            4 if element.is(Tag::TranslatedText) => {
                element.push(other(XHTML, "div", Content::Text("bold".into())));
            }
            5 => element.push(other(self.version.namespace(), "Unknown", Content::Empty)),
            6 => {
                let nodes = [
                    Node::Text("a ".into()),
                    Node::Element(other("", "Plain", Content::Empty)),
                    Node::Text(" b".into()),
                ];
                element.push(other(VENDOR, "Mixed", Content::Mixed(nodes.into())));
            }
            _ => {}
        }
    }
}

fn other(namespace: &str, local: &str, content: Content) -> Element {
    let mut element = Element::new(Tag::Odm);
    element.name =
        Name::Other(Box::new(QName { namespace: namespace.into(), local: local.into() }));
    element.content = content;
    element
}

fn is_definition(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::StudyEventDef
            | Tag::FormDef
            | Tag::ItemGroupDef
            | Tag::ItemDef
            | Tag::CodeList
            | Tag::ConditionDef
            | Tag::MethodDef
            | Tag::WhereClauseDef
            | Tag::StudyEventGroupDef
    )
}

/// What a reference of that name refers to.
fn target(key: Key) -> Option<Tag> {
    Some(match key {
        Key::StudyEventOid => Tag::StudyEventDef,
        Key::StudyEventGroupOid => Tag::StudyEventGroupDef,
        Key::FormOid => Tag::FormDef,
        Key::ItemGroupOid => Tag::ItemGroupDef,
        Key::ItemOid | Key::UnitsItemOid => Tag::ItemDef,
        Key::CodeListOid | Key::RoleCodeListOid => Tag::CodeList,
        Key::MethodOid => Tag::MethodDef,
        Key::WhereClauseOid => Tag::WhereClauseDef,
        Key::MeasurementUnitOid => Tag::MeasurementUnit,
        Key::ImputationMethodOid => Tag::ImputationMethod,
        Key::CollectionExceptionConditionOid
        | Key::ConditionOid
        | Key::StartConditionOid
        | Key::EndConditionOid => Tag::ConditionDef,
        Key::CommentOid => Tag::CommentDef,
        _ => return None,
    })
}

/// Gives every reference a target in its own version of the study. A reference without one goes, and
/// so does one that its parent has already or that would make groups hold each other.
fn refer(root: &mut Element, maker: &mut Maker<'_>) {
    for study in root.elements_mut().filter(|child| child.is(Tag::Study)) {
        let mut of_study: HashMap<Tag, Vec<String>> = HashMap::new();
        for child in study.elements().filter(|child| !child.is(Tag::MetaDataVersion)) {
            gather(child, &mut of_study);
        }
        for version in study.elements_mut().filter(|child| child.is(Tag::MetaDataVersion)) {
            let mut known = of_study.clone();
            gather(version, &mut known);
            resolve(version, &known, maker);
        }
    }
}

fn gather(element: &Element, known: &mut HashMap<Tag, Vec<String>>) {
    if let (Some(tag), Some(oid)) = (element.tag(), element.oid()) {
        known.entry(tag).or_default().push(oid.to_owned());
    }
    for child in element.elements() {
        gather(child, known);
    }
}

fn resolve(element: &mut Element, known: &HashMap<Tag, Vec<String>>, maker: &mut Maker<'_>) {
    let own = element.tag().zip(element.oid().map(str::to_owned));
    let mut taken: Vec<(Key, String)> = Vec::new();
    let children: Vec<Element> = element.elements().cloned().collect();
    let mixed = matches!(element.content, Content::Mixed(_) | Content::Text(_));
    if mixed || children.is_empty() {
        return;
    }
    let mut kept = Vec::new();
    for mut child in children {
        if point(&mut child, own.as_ref(), &mut taken, known, maker) {
            resolve(&mut child, known, maker);
            kept.push(child);
        }
    }
    element.content = if kept.is_empty() { Content::Empty } else { Content::Elements(kept) };
}

/// Whether the element can stay.
fn point(
    child: &mut Element,
    parent: Option<&(Tag, String)>,
    taken: &mut Vec<(Key, String)>,
    known: &HashMap<Tag, Vec<String>>,
    maker: &mut Maker<'_>,
) -> bool {
    let Some(tag) = child.tag() else { return true };
    let Some(rules) = schema::element(maker.version, tag) else { return true };
    for rule in rules.attributes.iter().filter(|rule| rule.kind == Type::Reference) {
        if child.get(rule.key).is_none() {
            continue;
        }
        let Some(wanted) = target(rule.key) else {
            child.set(rule.key, "OID.ELSEWHERE");
            continue;
        };
        let all = known.get(&wanted).map(Vec::as_slice).unwrap_or_default();
        // Only groups that come later, so that none holds itself.
        let first = parent.filter(|(tag, _)| *tag == wanted).map_or(0, |(_, oid)| {
            all.iter().position(|one| one == oid).map_or(0, |index| index + 1)
        });
        let later = &all[first.min(all.len())..];
        let free: Vec<&String> = later
            .iter()
            .filter(|oid| {
                rule.need == Use::Optional
                    || !taken.iter().any(|(key, one)| *key == rule.key && one == *oid)
            })
            .collect();
        if free.is_empty() {
            if rule.need == Use::Required {
                return false;
            }
            child.remove(rule.key);
            continue;
        }
        let chosen = free[maker.draw(free.len())].clone();
        if rule.need == Use::Required {
            taken.push((rule.key, chosen.clone()));
        }
        child.set(rule.key, chosen);
    }
    true
}
