//! The namespaces that are in force at a place of the file.

use ecow::EcoString;

use crate::{finding::Code, input::Fault, model::Prefix};

pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
pub(super) const XLINK: &str = "http://www.w3.org/1999/xlink";

/// A namespace of the file: its place in the list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uri(u16);

impl Uri {
    /// No namespace.
    pub(super) const NONE: Self = Self(0);
    /// That of `xml:lang`.
    pub(super) const XML: Self = Self(1);
}

#[derive(Debug)]
struct Binding {
    prefix: EcoString,
    uri: Uri,
}

/// Every namespace of the file, and the bindings in force.
#[derive(Debug)]
pub(super) struct Namespaces {
    uris: Vec<EcoString>,
    bindings: Vec<Binding>,
    /// The namespace of an element without prefix; kept because nearly all are.
    default: Uri,
    prefixes: Vec<Prefix>,
    most: usize,
}

impl Namespaces {
    pub(super) fn new(most: usize) -> Self {
        Self {
            uris: vec![EcoString::new(), XML.into()],
            bindings: vec![Binding { prefix: "xml".into(), uri: Uri::XML }],
            default: Uri::NONE,
            prefixes: Vec::new(),
            most: most.clamp(8, usize::from(u16::MAX)),
        }
    }

    /// How many bindings are in force; [`Namespaces::leave`] goes back to it.
    pub(super) const fn depth(&self) -> usize {
        self.bindings.len()
    }

    pub(super) fn leave(&mut self, depth: usize) {
        if self.bindings.len() > depth {
            self.bindings.truncate(depth);
            self.default = self.find("").unwrap_or(Uri::NONE);
        }
    }

    /// Declares a prefix; the empty one for elements without.
    pub(super) fn declare(&mut self, prefix: &str, uri: &str) -> Result<(), Fault> {
        if uri.is_empty() && !prefix.is_empty() {
            return Err(Fault::new(
                Code::Malformed,
                format!("expected a namespace for the prefix `{prefix}`, found an empty one"),
            ));
        }
        let id = match self.uris.iter().position(|known| known == uri) {
            Some(index) => index,
            None => {
                self.uris.push(uri.into());
                self.uris.len() - 1
            }
        };
        let uri = Uri(u16::try_from(id).unwrap_or(u16::MAX));
        if id >= self.most || self.bindings.len() >= self.most {
            return Err(Fault::new(
                Code::Limit,
                format!("expected at most {} namespaces, found more", self.most),
            ));
        }
        self.bindings.push(Binding { prefix: prefix.into(), uri });
        if prefix.is_empty() {
            self.default = uri;
        } else if uri != Uri::XML
            && !self.prefixes.iter().any(|known| {
                known.prefix == prefix || known.namespace.as_str() == self.text(uri).as_str()
            })
        {
            let namespace = self.text(uri).clone();
            self.prefixes.push(Prefix { prefix: prefix.into(), namespace });
        }
        Ok(())
    }

    fn find(&self, prefix: &str) -> Option<Uri> {
        self.bindings
            .iter()
            .rev()
            .find(|binding| binding.prefix == prefix)
            .map(|binding| binding.uri)
    }

    /// The namespace of an element.
    pub(super) fn of_element(&self, prefix: Option<&str>) -> Result<Uri, Fault> {
        match prefix {
            None => Ok(self.default),
            Some(prefix) => self.of_prefix(prefix),
        }
    }

    /// The namespace that a prefix stands for.
    pub(super) fn of_prefix(&self, prefix: &str) -> Result<Uri, Fault> {
        self.find(prefix).ok_or_else(|| {
            Fault::new(
                Code::Malformed,
                format!("the prefix `{prefix}` is not declared; add `xmlns:{prefix}=\"...\"`"),
            )
        })
    }

    pub(super) fn text(&self, uri: Uri) -> &EcoString {
        const EMPTY: &EcoString = &EcoString::new();
        self.uris.get(usize::from(uri.0)).unwrap_or(EMPTY)
    }

    /// Every namespace that is declared so far, none and that of XML left out.
    pub(super) fn declared(&self) -> impl Iterator<Item = &str> {
        self.uris.iter().skip(2).map(EcoString::as_str)
    }

    /// The prefixes to be kept, without those of ODM.
    pub(super) fn into_prefixes(self, odm: &str) -> Vec<Prefix> {
        let mut prefixes = self.prefixes;
        prefixes.retain(|prefix| prefix.namespace != odm);
        prefixes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_declaration_counts() {
        let mut namespaces = Namespaces::new(100);
        namespaces.declare("", "urn:one").unwrap();
        namespaces.declare("v", "urn:vendor").unwrap();
        let depth = namespaces.depth();
        namespaces.declare("", "").unwrap();
        namespaces.declare("v", "urn:other").unwrap();
        let text = |namespaces: &Namespaces, prefix: Option<&str>| {
            namespaces.text(namespaces.of_element(prefix).unwrap()).clone()
        };
        assert_eq!(text(&namespaces, None), "");
        assert_eq!(text(&namespaces, Some("v")), "urn:other");
        namespaces.leave(depth);
        assert_eq!(text(&namespaces, None), "urn:one");
        assert_eq!(text(&namespaces, Some("v")), "urn:vendor");
        assert_eq!(text(&namespaces, Some("xml")), XML);
        assert!(namespaces.of_prefix("w").is_err());
        let prefixes = namespaces.into_prefixes("urn:one");
        assert_eq!(prefixes.len(), 1, "one namespace per prefix: {prefixes:?}");
    }

    #[test]
    fn there_is_a_limit() {
        let mut namespaces = Namespaces::new(10);
        let fault = (0..20)
            .find_map(|number| namespaces.declare("v", &format!("urn:{number}")).err())
            .unwrap();
        assert_eq!(fault.code, Code::Limit);
    }
}
