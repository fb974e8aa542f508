//! A tree as XML: UTF-8, two spaces of indentation, every prefix declared on the root.

use std::collections::BTreeMap;

use super::report::{Fate, Notes, Place};
use crate::{
    model::{Content, EcoString, Element, Name, Node, Odm, Prefix, Version},
    names::Key,
    schema,
};

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Writes the design in the version that it has.
pub(super) fn bytes(odm: &Odm, notes: &mut Notes) -> Vec<u8> {
    let mut prefixes = Prefixes::new(odm);
    prefixes.collect(&odm.root);
    let mut writer =
        Writer { out: DECLARATION.to_vec(), version: odm.version, prefixes, replaced: 0 };
    writer.element(&odm.root, &Scope { default: "", depth: 0, inline: false, root: true });
    writer.out.push(b'\n');
    if writer.replaced > 0 {
        notes.add(
            Fate::Changed,
            &Place::top(&odm.root),
            format!("{} characters", writer.replaced),
            "XML has no place for control characters; U+FFFD stands for each",
        );
    }
    writer.out
}

/// The prefixes of a file, each for one namespace.
struct Prefixes {
    odm: &'static str,
    listed: Vec<Prefix>,
    by_namespace: BTreeMap<EcoString, EcoString>,
    made: usize,
}

impl Prefixes {
    fn new(odm: &Odm) -> Self {
        let mut prefixes = Self {
            odm: odm.version.namespace(),
            listed: Vec::new(),
            by_namespace: BTreeMap::new(),
            made: 0,
        };
        for prefix in &odm.prefixes {
            let usable = is_name(&prefix.prefix)
                && !prefix.prefix.to_lowercase().starts_with("xml")
                && !["", XML, XMLNS, prefixes.odm].contains(&prefix.namespace.as_str());
            if usable {
                prefixes.list(prefix.clone());
            }
        }
        prefixes
    }

    fn list(&mut self, prefix: Prefix) {
        let known = self.by_namespace.contains_key(&prefix.namespace)
            || self.listed.iter().any(|listed| listed.prefix == prefix.prefix);
        if !known {
            self.by_namespace.insert(prefix.namespace.clone(), prefix.prefix.clone());
            self.listed.push(prefix);
        }
    }

    fn need(&mut self, namespace: &str, wish: Option<&str>) {
        if namespace.is_empty() || namespace == XML || self.by_namespace.contains_key(namespace) {
            return;
        }
        let taken = |name: &str| self.listed.iter().any(|listed| listed.prefix == name);
        let prefix = if let Some(wish) = wish.filter(|wish| !taken(wish)) {
            EcoString::from(wish)
        } else {
            let mut number = self.made + 1;
            while taken(&format!("ns{number}")) {
                number += 1;
            }
            self.made = number;
            format!("ns{number}").into()
        };
        self.list(Prefix { prefix, namespace: namespace.into() });
    }

    /// Makes sure that every namespace in the tree has a prefix.
    fn collect(&mut self, element: &Element) {
        if let Name::Other(name) = &element.name
            && name.namespace != self.odm
        {
            self.need(&name.namespace, None);
        }
        for attribute in &element.attributes {
            match &attribute.name {
                Name::Odm(Key::XlinkHref) => self.need(XLINK, Some("xlink")),
                Name::Odm(_) => {}
                Name::Other(name) => self.need(&name.namespace, None),
            }
        }
        for child in element.elements() {
            self.collect(child);
        }
    }

    fn of(&self, namespace: &str) -> &str {
        if namespace == XML {
            return "xml";
        }
        self.by_namespace.get(namespace).map_or("", EcoString::as_str)
    }
}

/// What an element inherits from the ones around it.
struct Scope<'a> {
    /// The namespace of names without prefix.
    default: &'a str,
    depth: usize,
    /// Whether white space would be content.
    inline: bool,
    root: bool,
}

struct Writer {
    out: Vec<u8>,
    version: Version,
    prefixes: Prefixes,
    replaced: usize,
}

impl Writer {
    fn element(&mut self, element: &Element, scope: &Scope<'_>) {
        let odm = self.prefixes.odm;
        let (name, default) = match &element.name {
            Name::Odm(tag) => (EcoString::from(tag.as_str()), odm),
            Name::Other(name) if name.namespace == odm => (name.local.clone(), odm),
            Name::Other(name) if name.namespace.is_empty() => (name.local.clone(), ""),
            Name::Other(name) => {
                let prefix = self.prefixes.of(&name.namespace);
                (format!("{prefix}:{}", name.local).into(), scope.default)
            }
        };
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        if default != scope.default || scope.root {
            self.attribute("xmlns", default);
        }
        if scope.root {
            for prefix in std::mem::take(&mut self.prefixes.listed) {
                self.attribute(&format!("xmlns:{}", prefix.prefix), &prefix.namespace);
            }
        }
        for attribute in &element.attributes {
            match &attribute.name {
                Name::Odm(Key::XlinkHref) => {
                    let name = format!("{}:href", self.prefixes.of(XLINK));
                    self.attribute(&name, &attribute.value);
                }
                Name::Odm(key) => self.attribute(key.as_str(), &attribute.value),
                Name::Other(name) if name.namespace.is_empty() => {
                    self.attribute(&name.local, &attribute.value);
                }
                Name::Other(name) => {
                    let name = format!("{}:{}", self.prefixes.of(&name.namespace), name.local);
                    self.attribute(&name, &attribute.value);
                }
            }
        }
        let holds_text = element
            .tag()
            .and_then(|tag| schema::element(self.version, tag))
            .is_some_and(|rules| rules.text);
        let preserves = element.attributes.iter().any(|attribute| match &attribute.name {
            Name::Odm(_) => false,
            Name::Other(name) => name.namespace == XML && name.local == "space",
        });
        let inline =
            scope.inline || holds_text || preserves || matches!(element.content, Content::Mixed(_));
        let inner = Scope { default, depth: scope.depth + 1, inline, root: false };
        if matches!(element.content, Content::Empty) {
            self.out.extend_from_slice(b"/>");
            return;
        }
        self.out.push(b'>');
        self.content(&element.content, &inner);
        if matches!(element.content, Content::Elements(_)) && !inline {
            self.line(scope.depth);
        }
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
    }

    fn content(&mut self, content: &Content, scope: &Scope<'_>) {
        match content {
            Content::Empty => {}
            Content::Text(text) => self.text(text),
            Content::Elements(elements) => {
                for element in elements {
                    if !scope.inline {
                        self.line(scope.depth);
                    }
                    self.element(element, scope);
                }
            }
            Content::Mixed(nodes) => {
                for node in nodes {
                    match node {
                        Node::Text(text) => self.text(text),
                        Node::Element(element) => self.element(element, scope),
                    }
                }
            }
        }
    }

    fn line(&mut self, depth: usize) {
        self.out.push(b'\n');
        for _ in 0..depth {
            self.out.extend_from_slice(b"  ");
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"=\"");
        self.escaped(value, true);
        self.out.push(b'"');
    }

    fn text(&mut self, text: &str) {
        self.escaped(text, false);
    }

    /// A reader turns CR into LF, and any white space of an attribute into spaces, unless it is
    /// written as a reference.
    fn escaped(&mut self, text: &str, in_attribute: bool) {
        let mut plain = 0;
        for (index, found) in text.char_indices() {
            let instead = match found {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '\r' => "&#13;",
                '"' if in_attribute => "&quot;",
                '\t' if in_attribute => "&#9;",
                '\n' if in_attribute => "&#10;",
                '\t' | '\n' => continue,
                found if found < ' ' || matches!(found, '\u{fffe}' | '\u{ffff}') => {
                    self.replaced += 1;
                    "\u{fffd}"
                }
                _ => continue,
            };
            self.out.extend_from_slice(text.get(plain..index).unwrap_or_default().as_bytes());
            self.out.extend_from_slice(instead.as_bytes());
            plain = index + found.len_utf8();
        }
        self.out.extend_from_slice(text.get(plain..).unwrap_or_default().as_bytes());
    }
}

/// Whether a text can be a prefix. Narrower than XML: what is refused gets another prefix.
fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Attribute, QName},
        names::Tag,
    };

    fn written(root: Element, prefixes: Vec<Prefix>) -> String {
        let odm = Odm { version: Version::V1_3_2, root, prefixes };
        String::from_utf8(bytes(&odm, &mut Notes::default())).unwrap()
    }

    fn other<T>(namespace: &str, local: &str) -> Name<T> {
        Name::Other(Box::new(QName { namespace: namespace.into(), local: local.into() }))
    }

    #[test]
    fn white_space_that_a_reader_would_change_is_written_as_a_reference() {
        let root = Element::new(Tag::Odm).with(Key::Description, "a\tb\nc\r\"<&>");
        let text = written(root, Vec::new());
        assert!(text.contains("Description=\"a&#9;b&#10;c&#13;&quot;&lt;&amp;&gt;\""), "{text}");
    }

    #[test]
    fn text_stands_without_indentation_and_elements_with() {
        let text = Element::new(Tag::TranslatedText).saying(" a\r\n]]> ");
        let study = Element::new(Tag::Study).holding(Element::new(Tag::Question).holding(text));
        let found = written(Element::new(Tag::Odm).holding(study), Vec::new());
        assert_eq!(
            found,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\">\n\
             \x20 <Study>\n\
             \x20   <Question>\n\
             \x20     <TranslatedText> a&#13;\n]]&gt; </TranslatedText>\n\
             \x20   </Question>\n\
             \x20 </Study>\n\
             </ODM>\n"
        );
    }

    #[test]
    fn prefixes_are_declared_once_and_made_where_there_is_none() {
        let mut vendors = Element::new(Tag::Study);
        vendors.name = other("http://b.example", "Grid");
        vendors.attributes =
            vec![Attribute { name: other("http://a.example", "x"), value: "1".into() }];
        let mut nowhere = Element::new(Tag::Study);
        nowhere.name = other("", "Plain");
        nowhere.push(Element::new(Tag::Alias));
        let root = Element::new(Tag::Odm).holding(vendors).holding(nowhere);
        let listed = vec![Prefix { prefix: "ns1".into(), namespace: "http://a.example".into() }];
        let text = written(root, listed);
        assert!(
            text.contains("xmlns:ns1=\"http://a.example\" xmlns:ns2=\"http://b.example\">"),
            "{text}"
        );
        assert!(text.contains("<ns2:Grid ns1:x=\"1\"/>"), "{text}");
        assert!(text.contains("<Plain xmlns=\"\">"), "{text}");
        assert!(text.contains("<Alias xmlns=\"http://www.cdisc.org/ns/odm/v1.3\"/>"), "{text}");
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced_and_noted() {
        let root = Element::new(Tag::Odm).with(Key::Originator, "a\u{1}b");
        let odm = Odm { version: Version::V2_0, root, prefixes: Vec::new() };
        let mut notes = Notes::default();
        let text = String::from_utf8(bytes(&odm, &mut notes)).unwrap();
        assert!(text.contains("a\u{fffd}b"), "{text}");
        assert_eq!(notes.losses.len(), 1);
    }
}
