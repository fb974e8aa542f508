//! Whether each element holds what CDISC's schema lets it hold.

use super::{
    Parts,
    values::{self, Verdict},
};
use crate::{
    finding::{Code, Findings},
    model::{Content, EcoString, Element, Name, Node, Position, QName, Version},
    names::{Key, Tag},
    schema::{self, Occurs, Type, Use},
};

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Goes through a tree; mends values, order and attributes that have one meaning only.
pub(super) fn check(version: Version, parts: Parts, root: &mut Element, findings: &mut Findings) {
    Check { version, parts, study: EcoString::new(), findings }.element(root);
}

struct Check<'f> {
    version: Version,
    parts: Parts,
    /// The OID of the study that is looked at.
    study: EcoString,
    findings: &'f mut Findings,
}

impl Check<'_> {
    fn element(&mut self, element: &mut Element) {
        // What is not ODM's is kept as it is, and so is what stands inside of it.
        let Some(tag) = element.tag() else { return };
        let Some(rules) = schema::element(self.version, tag) else { return };
        let oid = element.oid().unwrap_or_default();
        match tag {
            Tag::Study => {
                self.study = oid.into();
                self.findings.within(self.parts.study(oid));
            }
            Tag::MetaDataVersion => {
                self.findings.within(self.parts.version(&self.study, oid));
            }
            _ => {}
        }
        self.attributes(tag, rules, element);
        self.children(tag, rules, element);
        for child in element.elements_mut() {
            self.element(child);
        }
        match tag {
            Tag::Study => self.findings.within(None),
            Tag::MetaDataVersion => self.findings.within(self.parts.study(&self.study)),
            _ => {}
        }
    }

    fn attributes(&mut self, tag: Tag, rules: &'static schema::Element, element: &mut Element) {
        let at = element.at;
        element.attributes.retain_mut(|attribute| match &attribute.name {
            Name::Odm(key) => match rules.attribute(*key) {
                Some(rule) => self.value(tag, rule, &mut attribute.value, at),
                None => {
                    self.unknown_attribute(tag, key.as_str(), at);
                    true
                }
            },
            Name::Other(name) if self.is_ours(name) => {
                self.unknown_attribute(tag, &name.local, at);
                true
            }
            Name::Other(name) => {
                self.vendor(name, "attribute", tag, at);
                true
            }
        });
        for rule in rules.attributes {
            if rule.need == Use::Required && element.get(rule.key).is_none() {
                self.missing(tag, rule.key, element);
            }
        }
    }

    /// Whether a name that ODM does not have stands where only ODM has names.
    fn is_ours(&self, name: &QName) -> bool {
        name.namespace.is_empty() || name.namespace == self.version.namespace()
    }

    /// Whether the attribute stays.
    fn value(
        &mut self,
        tag: Tag,
        rule: &schema::Attribute,
        value: &mut EcoString,
        at: Position,
    ) -> bool {
        let key = rule.key;
        let version = self.version;
        if rule.kind != Type::Text && value.trim().is_empty() {
            // Of a required one it is then found that it is missing.
            if rule.need == Use::Optional {
                self.findings.group(Code::Mended, at, &format!("{tag}/{key}/"), || {
                    format!("`{key}` of `{tag}` is empty; it was read as if it were not there")
                });
            }
            return false;
        }
        match values::judge(version, tag, rule, value) {
            Verdict::Good => {}
            Verdict::Mend(mended) => {
                let found = values::shown(value);
                // One finding for blanks around OIDs, however many OIDs there are.
                let blanks = matches!(rule.kind, Type::Oid | Type::Reference);
                let subject = if blanks { "" } else { found.as_str() };
                self.findings.group(Code::Mended, at, &format!("{tag}/{key}/={subject}"), || {
                    let why = if blanks {
                        "with blanks around it".to_owned()
                    } else {
                        format!("which ODM {version} does not have there")
                    };
                    let list = tag == Tag::CodeList && key == Key::DataType;
                    let values = if list { "; its values were kept as they are" } else { "" };
                    format!(
                        "`{key}` of `{tag}` is `{found}`, {why}; it was read as `{mended}`{values}"
                    )
                });
                *value = mended;
            }
            Verdict::Drop => {
                self.findings.group(Code::Mended, at, &format!("{tag}/{key}/{value}"), || {
                    format!(
                        "`{key}` of `{tag}` is `{value}`, which can only say that there is none; it was read as if it were not there"
                    )
                });
                return false;
            }
            Verdict::Odd(expected) => {
                self.findings.group(Code::Form, at, &format!("{tag}/{key}"), || {
                    format!(
                        "expected `{key}` of `{tag}` to be {expected}, found `{}`; it was kept in the design",
                        values::shown(value)
                    )
                });
            }
            Verdict::Wrong(expected) => {
                let found = values::shown(value);
                self.findings.group(Code::Value, at, &format!("{tag}/{key}/{found}"), || {
                    format!(
                        "expected `{key}` of `{tag}` to be {expected}, found `{found}`; correct it"
                    )
                });
            }
        }
        true
    }

    fn missing(&mut self, tag: Tag, key: Key, element: &mut Element) {
        let at = element.at;
        if tag == Tag::Odm {
            // A fragment has no header of its own.
            if !element.attributes.is_empty() {
                self.findings.group(Code::Header, at, key.as_str(), || {
                    format!("expected `{key}` of the file, found none; the design does not need it")
                });
            }
            return;
        }
        match values::fill(tag, key, element) {
            Some(value) => {
                self.findings.group(Code::FilledIn, at, &format!("{tag}/{key}"), || {
                    format!("expected `{key}` of `{tag}`, found none; `{value}` was filled in")
                });
                element.set(key, value);
            }
            None if values::describes(tag) => {
                self.findings.group(Code::MissingElement, at, &format!("{tag}/@{key}"), || {
                    format!("expected `{key}` of `{tag}`, found none; it was read without")
                });
            }
            None => {
                let which = element.oid().map(|oid| format!(" `{oid}`")).unwrap_or_default();
                self.findings.add(
                    Code::Required,
                    at,
                    format!("expected `{key}` of `{tag}`{which}, found none; add it"),
                );
            }
        }
    }

    fn unknown_attribute(&mut self, tag: Tag, name: &str, at: Position) {
        let version = self.version;
        self.findings.group(Code::UnknownAttribute, at, &format!("{tag}/{name}"), || {
            format!("`{tag}` has no attribute `{name}` in ODM {version}; it was kept in the design")
        });
    }

    fn vendor(&mut self, name: &QName, what: &str, tag: Tag, at: Position) {
        if matches!(name.namespace.as_str(), INSTANCE | XML | XHTML) {
            return;
        }
        self.findings.group(Code::Vendor, at, &name.namespace, || {
            format!(
                "found elements or attributes of the namespace `{}`, such as the {what} `{}` of `{tag}`; they were kept in the design",
                name.namespace, name.local
            )
        });
    }

    fn children(&mut self, tag: Tag, rules: &'static schema::Element, element: &mut Element) {
        let mut counts = [0_u32; 24];
        let mut second = None;
        let mut highest = 0;
        let mut moved = None;
        for child in element.elements() {
            let known = match &child.name {
                Name::Odm(known) => rules.children.iter().position(|rule| rule.tag == *known),
                Name::Other(name) if name.namespace == self.version.namespace() => None,
                Name::Other(name) => {
                    self.vendor(name, "element", tag, child.at);
                    continue;
                }
            };
            let Some((index, rule)) =
                known.and_then(|index| Some((index, rules.children.get(index)?)))
            else {
                self.unknown_element(tag, child);
                continue;
            };
            if let Some(count) = counts.get_mut(index) {
                *count += 1;
                if *count == 2 && matches!(rule.occurs, Occurs::One | Occurs::AtMostOne) {
                    second = second.or(Some((rule.tag, child.at)));
                }
            }
            if rule.rank < highest {
                moved = moved.or(Some((rule.tag, child.at)));
            }
            highest = highest.max(rule.rank);
        }
        if let Some(second) = second
            && let Some((twice, at)) = self.put_together(tag, rules, element, second)
        {
            self.findings.add(
                Code::TooMany,
                at,
                format!("expected one `{twice}` in `{tag}`, found a second; take one out or put them together"),
            );
        }
        for (rule, count) in rules.children.iter().zip(counts) {
            if count == 0 && matches!(rule.occurs, Occurs::One | Occurs::AtLeastOne) {
                let child = rule.tag;
                self.findings.group(
                    Code::MissingElement,
                    element.at,
                    &format!("{tag}/{child}"),
                    || {
                        let done = match child {
                            Tag::Decode => "the coded value stands for it",
                            _ => "it was read without",
                        };
                        format!("expected `{child}` in `{tag}`, found none; {done}")
                    },
                );
            }
        }
        if let Some((first, at)) = moved {
            self.findings.group(Code::Order, at, tag.as_str(), || {
                format!(
                    "expected the elements of `{tag}` in the order of the schema, found `{first}` too late; they were put in order"
                )
            });
            order(rules, element);
        }
    }

    /// Puts together what stands twice where it may stand once and says the same, or says it in other
    /// languages. Returns the first that says something else; `second` is the first that stands twice.
    fn put_together(
        &mut self,
        tag: Tag,
        rules: &schema::Element,
        element: &mut Element,
        second: (Tag, Position),
    ) -> Option<(Tag, Position)> {
        let single = |child: &Element| {
            let rule = child.tag().and_then(|known| rules.child(known))?;
            matches!(rule.occurs, Occurs::One | Occurs::AtMostOne).then_some(rule.tag)
        };
        let mut contradiction = None;
        let mut firsts: Vec<(Tag, usize)> = Vec::new();
        // With text between them it is not clear what belongs to what.
        let Content::Elements(children) = &mut element.content else { return Some(second) };
        let mut kept: Vec<Element> = Vec::with_capacity(children.len());
        for child in std::mem::take(children) {
            let Some(known) = single(&child) else {
                kept.push(child);
                continue;
            };
            let first = firsts.iter().find(|(first, _)| *first == known).map(|(_, index)| *index);
            let Some(first) = first.and_then(|index| kept.get_mut(index)) else {
                firsts.push((known, kept.len()));
                kept.push(child);
                continue;
            };
            let done = if *first == child {
                "both say the same, and one was taken"
            } else if are_other_languages(first, &child) {
                for text in child.elements() {
                    first.push(text.clone());
                }
                "it is in other languages, and they were put together"
            } else {
                contradiction = contradiction.or(Some((known, child.at)));
                kept.push(child);
                continue;
            };
            self.findings.group(Code::Repeated, child.at, &format!("{tag}/{known}/{done}"), || {
                format!("expected one `{known}` in `{tag}`, found a second; {done}")
            });
        }
        *children = kept;
        contradiction
    }

    fn unknown_element(&mut self, tag: Tag, child: &Element) {
        let name = match &child.name {
            Name::Odm(tag) => tag.as_str(),
            Name::Other(name) => name.local.as_str(),
        };
        let version = self.version;
        self.findings.group(Code::UnknownElement, child.at, &format!("{tag}/{name}"), || {
            format!("`{tag}` holds no `{name}` in ODM {version}; it was kept in the design")
        });
    }
}

/// Whether both hold nothing but texts, in languages that the other does not have.
fn are_other_languages(one: &Element, other: &Element) -> bool {
    // More than there are of any design; every text is compared with every other.
    const LANGUAGES: usize = 64;
    let only_texts = |element: &Element| {
        element.attributes.is_empty()
            && element.elements().nth(LANGUAGES).is_none()
            && element.child(Tag::TranslatedText).is_some()
            && matches!(&element.content, Content::Elements(texts)
                if texts.iter().all(|text| text.is(Tag::TranslatedText)))
    };
    let speaks = |element: &Element, language: Option<&str>| {
        element.translations().any(|text| match (text.language, language) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        })
    };
    only_texts(one)
        && only_texts(other)
        && !other.translations().any(|text| speaks(one, text.language))
}

/// Sorts the children that ODM knows, among the places that they have.
fn order(rules: &schema::Element, element: &mut Element) {
    let rank =
        |element: &Element| element.tag().and_then(|tag| rules.child(tag)).map(|child| child.rank);
    match &mut element.content {
        Content::Empty | Content::Text(_) => {}
        Content::Elements(elements) => {
            let places: Vec<usize> = elements
                .iter()
                .enumerate()
                .filter_map(|(place, element)| rank(element).map(|_| place))
                .collect();
            if places.len() == elements.len() {
                elements.sort_by_key(rank);
                return;
            }
            let mut known: Vec<Element> = Vec::with_capacity(places.len());
            for place in &places {
                if let Some(element) = elements.get_mut(*place) {
                    known.push(std::mem::replace(element, Element::new(Tag::Odm)));
                }
            }
            known.sort_by_key(rank);
            for (place, element) in places.into_iter().zip(known) {
                if let Some(slot) = elements.get_mut(place) {
                    *slot = element;
                }
            }
        }
        Content::Mixed(nodes) => nodes.sort_by_key(|node| match node {
            Node::Text(_) => None,
            Node::Element(element) => rank(element),
        }),
    }
}
