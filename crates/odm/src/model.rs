//! The shape of a study design: one tree for ODM 1.3, 1.3.1, 1.3.2 and 2.0.
//!
//! A design is kept as the elements of its file, each with the name that CDISC gave it, so that
//! nothing a producer wrote is lost: what ODM does not know is kept where it stood, by namespace URI
//! and local name. Which element may hold what, in which version, is data in [`crate::schema`];
//! [`crate::view`] answers in the same words for every version ("the forms of this design").
//!
//! Where the versions differ in what they call the same thing:
//!
//! | thing | 1.3.x | 2.0 |
//! |---|---|---|
//! | name of the study | `GlobalVariables/StudyName` | `Study/@StudyName` |
//! | protocol name | `GlobalVariables/ProtocolName` | `Study/@ProtocolName` |
//! | description of the study | `GlobalVariables/StudyDescription` | `Study/Description` |
//! | description of a version | `MetaDataVersion/@Description` | `MetaDataVersion/Description` |
//! | order of events | `Protocol/StudyEventRef` | `StudyEventGroupDef/StudyEventRef`, workflow |
//! | form | `FormDef`, `FormRef` | `ItemGroupDef` of type `Form`, `ItemGroupRef` |
//! | section | `ItemGroupDef` | `ItemGroupDef` of type `Section` or `Concept` |
//! | unit | `MeasurementUnit`, `MeasurementUnitRef` | an item of its own, `ItemRef/@UnitsItemOID` |
//! | value of a list without decode | `EnumeratedItem` | `CodeListItem` without `Decode` |
//! | expression | text of `FormalExpression` | `FormalExpression/Code` |
//!
//! What is always so in a model that the reader made, and what an editor of one keeps:
//! * attributes are sorted by [`Name`], each stands once ([`Element::set`] keeps that);
//! * children that ODM knows stand in the order of the version's schema; others stand between them
//!   where the file had them;
//! * white space between elements is not kept, but inside of mixed content;
//! * comments and processing instructions are not kept.

use std::fmt;

pub use ecow::EcoString;

use crate::names::{Key, Tag};

/// The namespace of ODM 1.3, 1.3.1 and 1.3.2.
pub const ODM_1_3: &str = "http://www.cdisc.org/ns/odm/v1.3";
/// The namespace of ODM 2.0.
pub const ODM_2_0: &str = "http://www.cdisc.org/ns/odm/v2.0";

/// A version of ODM that is read. Written are [`Version::V1_3_2`] and [`Version::V2_0`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// ODM 1.3.
    V1_3,
    /// ODM 1.3.1.
    V1_3_1,
    /// ODM 1.3.2.
    V1_3_2,
    /// ODM 2.0.
    V2_0,
}

impl Version {
    /// The value of `ODMVersion`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1_3 => "1.3",
            Self::V1_3_1 => "1.3.1",
            Self::V1_3_2 => "1.3.2",
            Self::V2_0 => "2.0",
        }
    }

    /// The URI of the version's elements.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::V1_3 | Self::V1_3_1 | Self::V1_3_2 => ODM_1_3,
            Self::V2_0 => ODM_2_0,
        }
    }

    /// Whether the version has the structure of 2.0.
    #[must_use]
    pub const fn is_2(self) -> bool {
        matches!(self, Self::V2_0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a file as a person counts it: lines from 1, columns from 1, in characters.
///
/// An element that was not read stands nowhere: line 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line; 0 when there is none.
    pub line: u32,
    /// The column, in characters; a tab counts as one.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A name that ODM does not have: a vendor's, or one that is unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QName {
    /// The namespace's URI; empty for none.
    ///
    /// An unknown element of the file's own ODM namespace has [`Version::namespace`] of the version
    /// that the file was read as.
    pub namespace: EcoString,
    /// The name without prefix.
    pub local: EcoString,
}

/// The name of an element (`Name<Tag>`) or an attribute (`Name<Key>`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name<T> {
    /// A name of ODM.
    Odm(T),
    /// Any other.
    Other(Box<QName>),
}

/// An attribute and its value.
///
/// `xml:lang` and the `xlink:href` of a leaf are names of ODM: [`Key::Lang`], [`Key::XlinkHref`].
/// Declarations of namespaces are no attributes here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// The name.
    pub name: Name<Key>,
    /// The value, references resolved.
    pub value: EcoString,
}

/// What stands between an element's start and end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Content {
    /// Nothing, or white space between the tags of an element that holds no text.
    #[default]
    Empty,
    /// Text only, references resolved; never empty.
    Text(EcoString),
    /// Elements only; never an empty list.
    Elements(Vec<Element>),
    /// Elements and text among each other, as in `TranslatedText` with XHTML, or in a vendor's own.
    Mixed(Box<[Node]>),
}

/// A piece of mixed content.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Node {
    /// Text, white space as in the file.
    Text(EcoString),
    /// An element.
    Element(Element),
}

/// An element of a design.
///
/// Two are equal when they say the same, wherever they stand in their files.
#[derive(Debug, Clone)]
pub struct Element {
    /// The name.
    pub name: Name<Tag>,
    /// The attributes, sorted by name.
    pub attributes: Vec<Attribute>,
    /// What it holds.
    pub content: Content,
    /// Where its start tag begins.
    pub at: Position,
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.attributes == other.attributes
            && self.content == other.content
    }
}

impl Eq for Element {}

impl std::hash::Hash for Element {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.attributes.hash(state);
        self.content.hash(state);
    }
}

/// A prefix and the namespace it stands for in the file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Prefix {
    /// The prefix; never empty.
    pub prefix: EcoString,
    /// The namespace's URI.
    pub namespace: EcoString,
}

/// A study design: everything of a file but data of subjects, users, sites and signatures.
#[derive(Debug, Clone)]
pub struct Odm {
    /// The version whose structure the tree has.
    pub version: Version,
    /// The element `ODM` with the file's own attributes; its children are `Study` elements, a
    /// `Description` (2.0) and what vendors added.
    ///
    /// Of a file that is only a `MetaDataVersion` or a `Study`, the elements around it were added.
    pub root: Element,
    /// Every prefix that the file declared for a namespace other than ODM's, once per namespace and
    /// once per prefix, in order. Outside of equality.
    ///
    /// A writer declares all of them on the root: values such as `xsi:type="v:Grid"` need them.
    pub prefixes: Vec<Prefix>,
}

impl PartialEq for Odm {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && self.root == other.root
    }
}

impl Eq for Odm {}

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation<'a> {
    /// `xml:lang`, none when the file does not say.
    pub language: Option<&'a str>,
    /// The text, markup removed.
    pub text: EcoString,
    /// Where it stands.
    pub at: Position,
}

impl Element {
    /// An element without attributes and content, that stands in no file.
    #[must_use]
    pub const fn new(tag: Tag) -> Self {
        Self {
            name: Name::Odm(tag),
            attributes: Vec::new(),
            content: Content::Empty,
            at: Position { line: 0, column: 0 },
        }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, key: Key, value: impl Into<EcoString>) -> Self {
        self.set(key, value);
        self
    }

    /// Adds a child at the end.
    #[must_use]
    pub fn holding(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    /// Replaces the content by a text.
    #[must_use]
    pub fn saying(mut self, text: impl Into<EcoString>) -> Self {
        let text = text.into();
        self.content = if text.is_empty() { Content::Empty } else { Content::Text(text) };
        self
    }

    /// The name, when it is one of ODM.
    #[must_use]
    pub const fn tag(&self) -> Option<Tag> {
        match &self.name {
            Name::Odm(tag) => Some(*tag),
            Name::Other(_) => None,
        }
    }

    /// Whether it is the element of ODM with that name.
    #[must_use]
    pub fn is(&self, tag: Tag) -> bool {
        self.tag() == Some(tag)
    }

    /// The value of an attribute of ODM.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == Name::Odm(key))
            .map(|attribute| attribute.value.as_str())
    }

    /// The value of `OID`.
    #[must_use]
    pub fn oid(&self) -> Option<&str> {
        self.get(Key::Oid)
    }

    /// Adds an attribute or replaces its value.
    pub fn set(&mut self, key: Key, value: impl Into<EcoString>) {
        let name = Name::Odm(key);
        match self.attributes.binary_search_by(|attribute| attribute.name.cmp(&name)) {
            Ok(index) => {
                if let Some(attribute) = self.attributes.get_mut(index) {
                    attribute.value = value.into();
                }
            }
            Err(index) => self.attributes.insert(index, Attribute { name, value: value.into() }),
        }
    }

    /// Takes an attribute away and returns its value.
    pub fn remove(&mut self, key: Key) -> Option<EcoString> {
        let name = Name::Odm(key);
        let index = self.attributes.iter().position(|attribute| attribute.name == name)?;
        Some(self.attributes.remove(index).value)
    }

    /// Adds a child at the end; a text that was there stays before it.
    pub fn push(&mut self, child: Self) {
        self.content = match std::mem::take(&mut self.content) {
            Content::Empty => Content::Elements(vec![child]),
            Content::Elements(mut elements) => {
                elements.push(child);
                Content::Elements(elements)
            }
            Content::Text(text) => Content::Mixed([Node::Text(text), Node::Element(child)].into()),
            Content::Mixed(nodes) => {
                Content::Mixed(nodes.into_vec().into_iter().chain([Node::Element(child)]).collect())
            }
        };
    }

    /// Every child element, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        let (elements, nodes): (&[Self], &[Node]) = match &self.content {
            Content::Empty | Content::Text(_) => (&[], &[]),
            Content::Elements(elements) => (elements, &[]),
            Content::Mixed(nodes) => (&[], nodes),
        };
        elements.iter().chain(nodes.iter().filter_map(|node| match node {
            Node::Text(_) => None,
            Node::Element(element) => Some(element),
        }))
    }

    /// Every child element, in order, to be changed.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        let (elements, nodes): (&mut [Self], &mut [Node]) = match &mut self.content {
            Content::Empty | Content::Text(_) => (&mut [], &mut []),
            Content::Elements(elements) => (elements, &mut []),
            Content::Mixed(nodes) => (&mut [], nodes),
        };
        elements.iter_mut().chain(nodes.iter_mut().filter_map(|node| match node {
            Node::Text(_) => None,
            Node::Element(element) => Some(element),
        }))
    }

    /// The child elements of one name.
    pub fn children(&self, tag: Tag) -> impl Iterator<Item = &Self> {
        self.elements().filter(move |element| element.is(tag))
    }

    /// The first child element of that name.
    #[must_use]
    pub fn child(&self, tag: Tag) -> Option<&Self> {
        self.elements().find(|element| element.is(tag))
    }

    /// The text that it holds itself and in its children, markup removed.
    #[must_use]
    pub fn text(&self) -> EcoString {
        match &self.content {
            Content::Empty => EcoString::new(),
            Content::Text(text) => text.clone(),
            Content::Elements(_) | Content::Mixed(_) => {
                let mut all = EcoString::new();
                self.append_text(&mut all);
                all
            }
        }
    }

    fn append_text(&self, all: &mut EcoString) {
        match &self.content {
            Content::Empty => {}
            Content::Text(text) => all.push_str(text),
            Content::Elements(elements) => {
                for element in elements {
                    element.append_text(all);
                }
            }
            Content::Mixed(nodes) => {
                for node in nodes {
                    match node {
                        Node::Text(text) => all.push_str(text),
                        Node::Element(element) => element.append_text(all),
                    }
                }
            }
        }
    }

    /// The `TranslatedText` children: the languages of a question, a decode, a description.
    pub fn translations(&self) -> impl Iterator<Item = Translation<'_>> {
        self.children(Tag::TranslatedText).map(|element| Translation {
            language: element.get(Key::Lang),
            text: element.text(),
            at: element.at,
        })
    }
}

impl Odm {
    /// The studies of the file; nearly always one.
    pub fn studies(&self) -> impl Iterator<Item = &Element> {
        self.root.children(Tag::Study)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_small() {
        assert!(size_of::<Element>() <= 72, "{}", size_of::<Element>());
        assert!(size_of::<Attribute>() <= 32, "{}", size_of::<Attribute>());
    }

    #[test]
    fn attributes_stay_sorted_and_single() {
        let mut item = Element::new(Tag::ItemDef).with(Key::Name, "Age").with(Key::Oid, "I.AGE");
        item.set(Key::Name, "Age in years");
        let names: Vec<_> = item.attributes.iter().map(|attribute| &attribute.name).collect();
        assert_eq!(names, [&Name::Odm(Key::Oid), &Name::Odm(Key::Name)]);
        assert_eq!(item.get(Key::Name), Some("Age in years"));
        assert_eq!(item.remove(Key::Name).as_deref(), Some("Age in years"));
        assert_eq!(item.get(Key::Name), None);
    }

    #[test]
    fn a_position_is_outside_of_equality() {
        let mut moved = Element::new(Tag::Question);
        moved.at = Position { line: 7, column: 3 };
        assert_eq!(moved, Element::new(Tag::Question));
    }

    #[test]
    fn text_goes_through_markup() {
        let mut text = Element::new(Tag::TranslatedText).with(Key::Lang, "en").saying("Are you ");
        text.push(Element::new(Tag::Code).saying("well"));
        let question = Element::new(Tag::Question).holding(text);
        let found: Vec<_> = question.translations().collect();
        assert_eq!(found[0].language, Some("en"));
        assert_eq!(found[0].text, "Are you well");
    }
}
