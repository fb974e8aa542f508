//! The attributes of a tag: which are ODM's, which a vendor's.

use super::Tree;
use crate::{
    finding::Code,
    input::Fault,
    model::{Attribute, Name, Position, QName},
    names::Key,
    read::{
        markup::{self, Attributes},
        namespaces::{Uri, XLINK, XML},
        recognise::{self, Kind},
    },
    schema,
};

impl Tree<'_> {
    /// What XML asks of the attributes of an element that is left out.
    pub(super) fn check_attributes(&self, rest: &str) -> Result<(), Fault> {
        for (count, raw) in Attributes::new(rest).enumerate() {
            let raw = raw?;
            if count >= self.limits.attributes {
                return Err(self.too_many_attributes());
            }
            if memchr::memchr(b'&', raw.value.as_bytes()).is_some() {
                markup::value(raw.value)?;
            }
        }
        Ok(())
    }

    fn too_many_attributes(&self) -> Fault {
        Fault::new(
            Code::Limit,
            format!(
                "expected at most {} attributes in an element, found more",
                self.limits.attributes
            ),
        )
    }

    /// Reads the attributes into the list that is reused, sorted.
    pub(super) fn read_attributes(
        &mut self,
        rest: &str,
        of_odm: bool,
        rules: Option<&'static schema::Element>,
        at: Position,
    ) -> Result<(), Fault> {
        self.attributes.clear();
        let mut prefixed = false;
        for raw in Attributes::new(rest) {
            let raw = raw?;
            if raw.declares().is_some() {
                continue;
            }
            if self.attributes.len() >= self.limits.attributes {
                return Err(self.too_many_attributes());
            }
            let uri = match raw.prefix {
                None => Uri::NONE,
                Some(prefix) => self.namespaces.of_prefix(prefix)?,
            };
            let known = match (raw.prefix, raw.local) {
                (None, local) if of_odm => rules
                    .and_then(|rules| {
                        rules.attributes.iter().find(|attribute| attribute.key.as_str() == local)
                    })
                    .map(|attribute| attribute.key)
                    .or_else(|| Key::find(local)),
                (Some(_), "lang") if uri == Uri::XML => Some(Key::Lang),
                (Some(_), "href") if of_odm && self.namespaces.text(uri) == XLINK => {
                    Some(Key::XlinkHref)
                }
                (Some(_), _) => {
                    prefixed |= of_odm
                        && is_namespace_of_odm(self.kind.as_ref(), self.namespaces.text(uri));
                    None
                }
                (None, _) => None,
            };
            let name = match known {
                Some(key) => Name::Odm(key),
                None => {
                    let namespace = self.namespaces.text(uri).clone();
                    if recognise::marks_define(&namespace, raw.local) {
                        return Err(recognise::define(self.version().namespace()));
                    }
                    self.define |= recognise::is_define(&namespace);
                    Name::Other(Box::new(QName { namespace, local: raw.local.into() }))
                }
            };
            self.attributes.push(Attribute { name, value: markup::value(raw.value)? });
        }
        if prefixed {
            self.take_prefixed(at);
        }
        if !self.attributes.is_sorted_by(|left, right| left.name < right.name) {
            self.attributes.sort_unstable_by(|left, right| left.name.cmp(&right.name));
            let twice = self.attributes.windows(2).find_map(|pair| match pair {
                [left, right] if left.name == right.name => Some(&left.name),
                _ => None,
            });
            if let Some(name) = twice {
                let name = match name {
                    Name::Odm(key) => key.as_str(),
                    Name::Other(name) => name.local.as_str(),
                };
                return Err(Fault::new(
                    Code::Malformed,
                    format!("expected each attribute once, found `{name}` twice"),
                ));
            }
        }
        Ok(())
    }

    /// Reads attributes with a prefix of ODM as those of ODM, which stand without. One that stands
    /// without as well is left, to be found unknown.
    fn take_prefixed(&mut self, at: Position) {
        let mut there: Vec<Key> = Vec::new();
        for attribute in &self.attributes {
            if let Name::Odm(key) = attribute.name {
                there.push(key);
            }
        }
        let kind = self.kind.as_ref();
        for attribute in &mut self.attributes {
            let Name::Other(name) = &attribute.name else { continue };
            if !is_namespace_of_odm(kind, &name.namespace) {
                continue;
            }
            let Some(key) = Key::find(&name.local).filter(|key| !there.contains(key)) else {
                continue;
            };
            there.push(key);
            attribute.name = Name::Odm(key);
            self.findings.group(Code::Prefixed, at, "", || {
                format!(
                    "expected attributes of ODM without prefix, found `{key}` with one; they were read as attributes of ODM"
                )
            });
        }
    }
}

/// Whether a namespace is that of the file's elements, or can be while that is not known.
fn is_namespace_of_odm(kind: Option<&Kind>, namespace: &str) -> bool {
    match kind {
        None => recognise::is_read(namespace),
        Some(kind) => namespace == kind.version.namespace(),
    }
}

/// Whether an attribute says that white space is kept.
pub(super) fn preserves(attribute: &Attribute) -> bool {
    match &attribute.name {
        Name::Odm(_) => false,
        Name::Other(name) => {
            name.local == "space" && name.namespace == XML && attribute.value == "preserve"
        }
    }
}
