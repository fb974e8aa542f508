//! What CDISC's schemas say: which element holds which attributes and children, in which order.
//!
//! The tables were made from `ODM1-3-2-foundation.xsd` and `ODM-*.xsd` of 2.0. ODM 1.3 and 1.3.1 are
//! read by the table of 1.3.2, which only added to them. Data of subjects, users and sites is not in
//! the tables: it is no part of a design.

mod v1_3;
mod v2_0;

use crate::{
    model::Version,
    names::{Key, Tag},
};

/// Whether an attribute must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It must.
    Required,
    /// It may.
    Optional,
}

/// How often a child stands in its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// Once.
    One,
    /// Once or not at all.
    AtMostOne,
    /// Once or more.
    AtLeastOne,
    /// As often as one likes.
    Any,
}

/// The type of an attribute's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    Text,
    /// The OID that defines something; not empty.
    Oid,
    /// The OID of something else; not empty.
    Reference,
    /// `Yes` or `No`.
    YesOrNo,
    /// `Yes` or no attribute.
    YesOnly,
    /// A whole number.
    Integer,
    /// A whole number from 1.
    Positive,
    /// A whole number from 0.
    NonNegative,
    /// A number without exponent.
    Decimal,
    /// Date and time of XML Schema.
    DateTime,
    /// A name of SAS: a letter or `_`, then letters, digits or `_`.
    SasName,
    /// A format of SAS.
    SasFormat,
    /// A language tag: `en`, `de-CH`.
    Language,
    /// One of a list of words.
    OneOf(&'static [&'static str]),
}

/// An attribute of an element.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// Which one.
    pub key: Key,
    /// Whether it must be there.
    pub need: Use,
    /// What its value may be.
    pub kind: Type,
}

/// A child of an element.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    /// Its place among the children: children of the same rank may stand in any order.
    pub rank: u8,
    /// Which one.
    pub tag: Tag,
    /// How often.
    pub occurs: Occurs,
}

/// The rules of an element.
#[derive(Debug)]
pub struct Element {
    /// Whether it holds text.
    pub text: bool,
    /// Its attributes, sorted by key.
    pub attributes: &'static [Attribute],
    /// Its children, by rank.
    pub children: &'static [Child],
}

impl Element {
    /// The rules of an attribute, none when the element does not have it.
    #[must_use]
    pub fn attribute(&self, key: Key) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.key == key)
    }

    /// The rules of a child, none when the element does not have it.
    #[must_use]
    pub fn child(&self, tag: Tag) -> Option<&'static Child> {
        self.children.iter().find(|child| child.tag == tag)
    }
}

/// The rules of an element in a version, none when the version does not have it.
#[must_use]
pub fn element(version: Version, tag: Tag) -> Option<&'static Element> {
    match version {
        Version::V1_3 | Version::V1_3_1 | Version::V1_3_2 => v1_3::element(tag),
        Version::V2_0 => v2_0::element(tag),
    }
}

/// A row of the tables: `text` if the element holds text, its attributes (`!` required, `?`
/// optional) and its children with their rank (`!` one, `?` at most one, `+` at least one, `*` any).
macro_rules! rules {
    (@text) => { false };
    (@text text) => { true };
    (@need !) => { $crate::schema::Use::Required };
    (@need ?) => { $crate::schema::Use::Optional };
    (@occurs !) => { $crate::schema::Occurs::One };
    (@occurs ?) => { $crate::schema::Occurs::AtMostOne };
    (@occurs +) => { $crate::schema::Occurs::AtLeastOne };
    (@occurs *) => { $crate::schema::Occurs::Any };
    (
        $($text:ident)?
        [$($key:ident $need:tt $kind:ident $(($values:ident))?),* $(,)?]
        [$($rank:literal $tag:ident $occurs:tt),* $(,)?]
    ) => {
        &$crate::schema::Element {
            text: $crate::schema::rules!(@text $($text)?),
            attributes: &[$($crate::schema::Attribute {
                key: $crate::names::Key::$key,
                need: $crate::schema::rules!(@need $need),
                kind: $crate::schema::Type::$kind $(($values))?,
            }),*],
            children: &[$($crate::schema::Child {
                rank: $rank,
                tag: $crate::names::Tag::$tag,
                occurs: $crate::schema::rules!(@occurs $occurs),
            }),*],
        }
    };
}
use rules;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_hold_together() {
        for version in [Version::V1_3_2, Version::V2_0] {
            for tag in Tag::ALL {
                let Some(rules) = element(version, *tag) else { continue };
                assert!(rules.attributes.is_sorted_by_key(|attribute| attribute.key), "{tag}");
                assert!(rules.children.is_sorted_by_key(|child| child.rank), "{tag}");
                for child in rules.children {
                    assert!(element(version, child.tag).is_some(), "{} in {tag}", child.tag);
                }
            }
        }
    }

    #[test]
    fn the_versions_differ_where_they_should() {
        assert!(element(Version::V1_3_2, Tag::FormDef).is_some());
        assert!(element(Version::V2_0, Tag::FormDef).is_none());
        let group = |version| element(version, Tag::ItemGroupDef).unwrap();
        assert!(group(Version::V1_3).child(Tag::ItemGroupRef).is_none());
        let refs: Vec<_> = [Tag::ItemGroupRef, Tag::ItemRef]
            .map(|tag| group(Version::V2_0).child(tag).unwrap().rank)
            .into();
        assert_eq!(refs[0], refs[1], "groups and items stand in any order");
    }
}
