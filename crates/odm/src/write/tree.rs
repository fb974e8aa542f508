//! Cuts and grafts on the tree of a design.

use crate::{
    model::{Attribute, Content, EcoString, Element, Name, Node},
    names::{Key, Tag},
};

/// Takes out the child elements that are asked for, in order.
pub(super) fn take_if(
    element: &mut Element,
    mut wanted: impl FnMut(&Element) -> bool,
) -> Vec<Element> {
    let mut taken = Vec::new();
    element.content = match std::mem::take(&mut element.content) {
        Content::Elements(elements) => {
            let mut kept = Vec::with_capacity(elements.len());
            for child in elements {
                if wanted(&child) { taken.push(child) } else { kept.push(child) }
            }
            of_elements(kept)
        }
        Content::Mixed(nodes) => {
            let mut kept = Vec::with_capacity(nodes.len());
            for node in nodes.into_vec() {
                match node {
                    Node::Element(child) if wanted(&child) => taken.push(child),
                    Node::Element(_) | Node::Text(_) => kept.push(node),
                }
            }
            of_nodes(kept)
        }
        content @ (Content::Empty | Content::Text(_)) => content,
    };
    taken
}

/// Takes out the child elements of one name, in order.
pub(super) fn take(element: &mut Element, tag: Tag) -> Vec<Element> {
    take_if(element, |child| child.is(tag))
}

/// Takes out every child element; text stays.
pub(super) fn take_all(element: &mut Element) -> Vec<Element> {
    take_if(element, |_| true)
}

/// Adds children at the end.
pub(super) fn push_all(element: &mut Element, children: impl IntoIterator<Item = Element>) {
    for child in children {
        element.push(child);
    }
}

/// A list of elements as content.
pub(super) fn of_elements(elements: Vec<Element>) -> Content {
    if elements.is_empty() { Content::Empty } else { Content::Elements(elements) }
}

/// Nodes as content: mixed only where there is text and an element.
pub(super) fn of_nodes(nodes: Vec<Node>) -> Content {
    let texts = nodes.iter().filter(|node| matches!(node, Node::Text(_))).count();
    if texts == 0 {
        return of_elements(
            nodes
                .into_iter()
                .filter_map(|node| match node {
                    Node::Element(element) => Some(element),
                    Node::Text(_) => None,
                })
                .collect(),
        );
    }
    if texts < nodes.len() {
        return Content::Mixed(nodes.into());
    }
    let mut all = EcoString::new();
    for node in &nodes {
        if let Node::Text(text) = node {
            all.push_str(text);
        }
    }
    if all.is_empty() { Content::Empty } else { Content::Text(all) }
}

/// Gives the element another name of ODM.
pub(super) fn rename(element: &mut Element, tag: Tag) {
    element.name = Name::Odm(tag);
}

/// Gives an attribute another name; nothing happens where it is not there.
pub(super) fn rename_attribute(element: &mut Element, from: Key, to: Key) {
    if let Some(value) = element.remove(from) {
        element.set(to, value);
    }
}

/// Takes out the attributes that are asked for, in order.
pub(super) fn take_attributes(
    element: &mut Element,
    mut wanted: impl FnMut(&Attribute) -> bool,
) -> Vec<Attribute> {
    let (taken, kept) = std::mem::take(&mut element.attributes)
        .into_iter()
        .partition(|attribute| wanted(attribute));
    element.attributes = kept;
    taken
}

/// A `TranslatedText` without language in an element of that name: `Description`, `Decode`.
pub(super) fn plain(tag: Tag, text: impl Into<EcoString>, typed: bool) -> Element {
    let translated = Element::new(Tag::TranslatedText).saying(text);
    let translated = if typed { translated.with(Key::Type, "text/plain") } else { translated };
    Element::new(tag).holding(translated)
}

/// An alias.
pub(super) fn alias(context: impl Into<EcoString>, name: impl Into<EcoString>) -> Element {
    Element::new(Tag::Alias).with(Key::Context, context).with(Key::Name, name)
}

/// The name of the first alias with that context.
pub(super) fn aliased<'a>(element: &'a Element, context: &str) -> Option<&'a str> {
    element
        .children(Tag::Alias)
        .find(|alias| alias.get(Key::Context) == Some(context))
        .and_then(|alias| alias.get(Key::Name))
}

/// Takes out the alias with that context and returns its name.
pub(super) fn take_alias(element: &mut Element, context: &str) -> Option<EcoString> {
    take_if(element, |child| child.is(Tag::Alias) && child.get(Key::Context) == Some(context))
        .into_iter()
        .next()
        .and_then(|mut alias| alias.remove(Key::Name))
}

/// Calls a function with every element of ODM in the tree, parents first.
pub(super) fn each(element: &mut Element, change: &mut impl FnMut(&mut Element)) {
    if element.tag().is_some() {
        change(element);
        for child in element.elements_mut() {
            each(child, change);
        }
    }
}
