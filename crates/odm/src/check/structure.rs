//! Whether each element holds what CDISC's schema lets it hold.

use super::values::{self, Verdict};
use crate::{
    finding::{Code, Findings},
    model::{Content, EcoString, Element, Name, Node, Position, QName, Version},
    names::{Key, Tag},
    schema::{self, Occurs, Use},
};

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Goes through a tree; mends values, order and attributes that have one meaning only.
pub(super) fn check(version: Version, root: &mut Element, findings: &mut Findings) {
    Check { version, findings }.element(root);
}

struct Check<'f> {
    version: Version,
    findings: &'f mut Findings,
}

impl Check<'_> {
    fn element(&mut self, element: &mut Element) {
        // What is not ODM's is kept as it is, and so is what stands inside of it.
        let Some(tag) = element.tag() else { return };
        let Some(rules) = schema::element(self.version, tag) else { return };
        self.attributes(tag, rules, element);
        self.children(tag, rules, element);
        for child in element.elements_mut() {
            self.element(child);
        }
    }

    fn attributes(&mut self, tag: Tag, rules: &'static schema::Element, element: &mut Element) {
        let at = element.at;
        for attribute in &mut element.attributes {
            match &attribute.name {
                Name::Odm(key) => match rules.attribute(*key) {
                    None => self.unknown_attribute(tag, key.as_str(), at),
                    Some(rule) => self.value(tag, rule, &mut attribute.value, at),
                },
                Name::Other(name) if name.namespace.is_empty() => {
                    self.unknown_attribute(tag, &name.local, at);
                }
                Name::Other(name) => self.vendor(name, "attribute", tag, at),
            }
        }
        for rule in rules.attributes {
            if rule.need == Use::Required && element.get(rule.key).is_none() {
                self.missing(tag, rule.key, element);
            }
        }
    }

    fn value(&mut self, tag: Tag, rule: &schema::Attribute, value: &mut EcoString, at: Position) {
        let key = rule.key;
        match values::judge(rule.kind, value) {
            Verdict::Good => {}
            Verdict::Mend(mended) => {
                self.findings.group(Code::Mended, at, &format!("{tag}/{key}/{value}"), || {
                    format!("`{key}` of `{tag}` is `{value}`; it was read as `{mended}`")
                });
                *value = mended.into();
            }
            Verdict::Odd(expected) => {
                self.findings.group(Code::Form, at, &format!("{tag}/{key}"), || {
                    format!(
                        "expected `{key}` of `{tag}` to be {expected}, found `{}`; it was kept",
                        values::shown(value)
                    )
                })
            }
            Verdict::Wrong(expected) => self.findings.add(
                Code::Value,
                at,
                format!(
                    "expected `{key}` of `{tag}` to be {expected}, found `{}`; correct it",
                    values::shown(value)
                ),
            ),
        }
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
            format!("`{tag}` has no attribute `{name}` in ODM {version}; it was kept")
        });
    }

    fn vendor(&mut self, name: &QName, what: &str, tag: Tag, at: Position) {
        if matches!(name.namespace.as_str(), INSTANCE | XML | XHTML) {
            return;
        }
        self.findings.group(Code::Vendor, at, &name.namespace, || {
            format!(
                "found elements or attributes of the namespace `{}`, the first the {what} `{}` of `{tag}`; they were kept and are written back",
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
        if let Some((twice, at)) = second {
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
                    || format!("expected `{child}` in `{tag}`, found none; it was read without"),
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

    fn unknown_element(&mut self, tag: Tag, child: &Element) {
        let name = match &child.name {
            Name::Odm(tag) => tag.as_str(),
            Name::Other(name) => name.local.as_str(),
        };
        let version = self.version;
        self.findings.group(Code::UnknownElement, child.at, &format!("{tag}/{name}"), || {
            format!("`{tag}` holds no `{name}` in ODM {version}; it was kept where it is")
        });
    }
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
