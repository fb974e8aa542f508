//! From tags and text to the tree of the model.

mod attributes;

use memchr::memmem::Finder;

use self::attributes::preserves;
use super::{
    fragment,
    markup::{self, Attributes},
    namespaces::{Namespaces, Uri},
    recognise::{self, Kind, Root},
};
use crate::{
    finding::{Code, Findings},
    input::Fault,
    limits::Limits,
    model::{Attribute, Content, EcoString, Element, Name, Node, Odm, Position, QName, Version},
    names::{Key, Tag},
    schema,
};

const SIGNATURES: &str = "http://www.w3.org/2000/09/xmldsig#";

/// An element whose end was not met yet.
#[derive(Debug)]
struct Open {
    name: Name<Tag>,
    attributes: Vec<Attribute>,
    at: Position,
    /// Where its children begin among the nodes.
    first: usize,
    /// Whether white space is kept.
    preserve: bool,
    /// How many namespaces were bound outside of it.
    bound: usize,
}

/// The tree as far as the file was read.
pub(super) struct Tree<'l> {
    pub(super) findings: &'l mut Findings,
    limits: &'l Limits,
    namespaces: Namespaces,
    /// Finds `xmlns`; kept because every tag is searched.
    declaration: Finder<'static>,
    kind: Option<Kind>,
    odm: Option<Uri>,
    open: Vec<Open>,
    /// Children of the open elements, of the outermost first.
    nodes: Vec<Node>,
    /// Text since the last tag.
    text: String,
    /// Attributes of the tag at hand, reused.
    attributes: Vec<Attribute>,
    /// Of each element open inside of one that is left out, the namespaces bound outside of it.
    skipped: Vec<usize>,
    data: bool,
    /// Whether there is anything of Define-XML.
    define: bool,
    kept: u64,
    definitions: u64,
    done: Option<Element>,
}

impl<'l> Tree<'l> {
    pub(super) fn new(limits: &'l Limits, findings: &'l mut Findings) -> Self {
        Self {
            findings,
            limits,
            namespaces: Namespaces::new(limits.namespaces),
            declaration: Finder::new("xmlns"),
            kind: None,
            odm: None,
            open: Vec::new(),
            nodes: Vec::new(),
            text: String::new(),
            attributes: Vec::new(),
            skipped: Vec::new(),
            data: false,
            define: false,
            kept: 0,
            definitions: 0,
            done: None,
        }
    }

    /// A start tag: its name, and what follows the name.
    pub(super) fn start(&mut self, name: &str, rest: &str, at: Position) -> Result<(), Fault> {
        if self.done.is_some() {
            return Err(Fault::new(
                Code::Malformed,
                format!("expected the end of the file, found `{name}` after the outermost element"),
            ));
        }
        if self.open.len() + self.skipped.len() >= self.limits.depth {
            return Err(Fault::new(
                Code::Limit,
                format!(
                    "expected at most {} elements inside each other, found more",
                    self.limits.depth
                ),
            ));
        }
        let (prefix, local) = markup::split(name)?;
        let bound = self.namespaces.depth();
        self.declare(rest)?;
        let uri = self.namespaces.of_element(prefix)?;
        if !self.skipped.is_empty() || self.is_left_out(uri, local, at) {
            self.check_attributes(rest)?;
            if self.skipped.is_empty() {
                self.flush();
            }
            self.skipped.push(bound);
            return Ok(());
        }
        self.flush();
        let name = self.element_name(uri, local, at);
        let of_odm = matches!(name, Name::Odm(_)) || self.kind.is_none();
        self.read_attributes(rest, of_odm, self.rules(&name), at)?;
        if self.kind.is_none() {
            self.begin(uri, local, at)?;
        }
        let name = if self.open.is_empty() { self.element_name(uri, local, at) } else { name };
        let attributes: Vec<_> = self.attributes.drain(..).collect();
        self.count(&attributes)?;
        let preserve = match self.rules(&name) {
            Some(rules) => rules.text,
            None => {
                self.open.last().is_some_and(|open| open.preserve)
                    || attributes.iter().any(preserves)
            }
        };
        self.open.push(Open { name, attributes, at, first: self.nodes.len(), preserve, bound });
        Ok(())
    }

    /// The end of the element that was opened last; the XML reader has seen that the names agree.
    pub(super) fn end(&mut self) {
        if let Some(bound) = self.skipped.pop() {
            self.namespaces.leave(bound);
            return;
        }
        self.flush();
        let Some(open) = self.open.pop() else { return };
        self.namespaces.leave(open.bound);
        let content = self.content(&open);
        let Open { name, attributes, at, .. } = open;
        let element = Element { name, attributes, content, at };
        if self.open.is_empty() {
            self.done = Some(element);
        } else {
            self.nodes.push(Node::Element(element));
        }
    }

    /// Text as it stands in the file, references left out.
    pub(super) fn text(&mut self, piece: &str) -> Result<(), Fault> {
        if memchr::memchr(b']', piece.as_bytes()).is_some() && piece.contains("]]>") {
            return Err(Fault::new(
                Code::Malformed,
                "expected `]]&gt;` in a text, found `]]>`; is the beginning of a CDATA section missing?",
            ));
        }
        if self.open.is_empty() {
            return if piece.trim_ascii().is_empty() {
                Ok(())
            } else {
                Err(markup::outside(self.done.is_some()))
            };
        }
        self.append(piece)
    }

    /// The text of a CDATA section.
    pub(super) fn literal(&mut self, piece: &str) -> Result<(), Fault> {
        if self.open.is_empty() {
            return Err(markup::outside(self.done.is_some()));
        }
        self.append(piece)
    }

    /// A reference in a text, without `&` and `;`.
    pub(super) fn reference(&mut self, reference: &str) -> Result<(), Fault> {
        let character = markup::resolve(reference)?;
        if self.open.is_empty() {
            return Err(markup::outside(self.done.is_some()));
        }
        if self.skipped.is_empty() {
            self.text.push(character);
        }
        self.limit_text()
    }

    /// The end of the file.
    pub(super) fn finish(self, at: Position) -> Result<Odm, Fault> {
        if let Some(open) = self.open.last() {
            let name = match &open.name {
                Name::Odm(tag) => tag.as_str(),
                Name::Other(name) => name.local.as_str(),
            };
            return Err(Fault::new(
                Code::Malformed,
                format!(
                    "expected the end of `{name}` that begins at {}, found the end of the file: it is cut off; ask for it again",
                    open.at
                ),
            ));
        }
        let (Some(root), Some(kind)) = (self.done, self.kind) else {
            let found = if at == super::BEGIN {
                "the file is empty"
            } else {
                "found none until the end of the file"
            };
            return Err(Fault::new(
                Code::Malformed,
                format!("expected the element `ODM`, {found}; ask for it again"),
            ));
        };
        let root = fragment::complete(root, kind.tag, kind.version);
        let has = |study: &Element| study.child(Tag::MetaDataVersion).is_some();
        if !root.children(Tag::Study).any(has) {
            let error = recognise::error_of(&root.attributes);
            let found = match (&error, self.data, root.child(Tag::Study).is_some()) {
                (Some(error), ..) => format!("an error, `{error}`: ask for the file again"),
                (None, true, _) => "data only: export the design with it, or alone".to_owned(),
                (None, false, true) => {
                    "a study without one: is it a list of studies? export the design".to_owned()
                }
                (None, false, false) => "no study at all: is it the right file?".to_owned(),
            };
            self.findings.add(
                Code::NoMetadata,
                root.at,
                format!("expected a `Study` with a `MetaDataVersion`, found {found}"),
            );
        }
        // A part of Define-XML without its mark: what it has in common with ODM is no design.
        if self.define && !kind.version.is_2() && !collects(&root) {
            let Fault { code, message } = recognise::define(kind.version.namespace());
            self.findings.add(code, root.at, message);
        }
        let prefixes = self.namespaces.into_prefixes(kind.version.namespace());
        Ok(Odm { version: kind.version, root, prefixes })
    }

    fn declare(&mut self, rest: &str) -> Result<(), Fault> {
        if self.declaration.find(rest.as_bytes()).is_none() {
            return Ok(());
        }
        for raw in Attributes::new(rest) {
            let raw = raw?;
            if let Some(prefix) = raw.declares() {
                self.namespaces.declare(prefix, &markup::value(raw.value)?)?;
            }
        }
        Ok(())
    }

    fn version(&self) -> Version {
        self.kind.as_ref().map_or(Version::V1_3_2, |kind| kind.version)
    }

    fn begin(&mut self, uri: Uri, local: &str, at: Position) -> Result<(), Fault> {
        let namespace = self.namespaces.text(uri);
        let root = Root { local, namespace, attributes: &self.attributes, at };
        let declared: Vec<&str> = self.namespaces.declared().collect();
        let kind = recognise::recognise(&root, declared.iter().copied(), self.findings)?;
        self.odm = Some(uri);
        self.kind = Some(kind);
        Ok(())
    }

    fn is_odm(&mut self, uri: Uri, local: &str, at: Position) -> bool {
        if self.odm == Some(uri) {
            return true;
        }
        let Some(kind) = &self.kind else { return false };
        let version = kind.version;
        if kind.no_namespace && self.namespaces.text(uri) == version.namespace() {
            return true;
        }
        if uri == Uri::NONE && Tag::find(local).is_some() {
            self.findings.group(Code::NoNamespace, at, "", || {
                format!(
                    "expected elements of the namespace `{}`, found elements in none; they were read as of it",
                    version.namespace()
                )
            });
            return true;
        }
        false
    }

    fn element_name(&mut self, uri: Uri, local: &str, at: Position) -> Name<Tag> {
        let odm = self.is_odm(uri, local, at);
        if odm && let Some(tag) = self.find_tag(local) {
            return Name::Odm(tag);
        }
        let namespace =
            if odm { self.version().namespace().into() } else { self.namespaces.text(uri).clone() };
        self.define |= recognise::is_define(&namespace);
        Name::Other(Box::new(QName { namespace, local: local.into() }))
    }

    /// Looks among the children that the parent may have first, because there it nearly always is.
    fn find_tag(&self, local: &str) -> Option<Tag> {
        self.open
            .last()
            .and_then(|open| self.rules(&open.name))
            .and_then(|rules| rules.children.iter().find(|child| child.tag.as_str() == local))
            .map(|child| child.tag)
            .or_else(|| Tag::find(local))
    }

    fn rules(&self, name: &Name<Tag>) -> Option<&'static schema::Element> {
        match name {
            Name::Odm(tag) => schema::element(self.version(), *tag),
            Name::Other(_) => None,
        }
    }

    fn is_left_out(&mut self, uri: Uri, local: &str, at: Position) -> bool {
        let what = match local {
            "ClinicalData" | "ReferenceData" | "Association" => "data",
            "AdminData" => "users, sites and locations",
            "Signature" if self.namespaces.text(uri) == SIGNATURES => "a signature of the file",
            _ => return false,
        };
        let odm = self.odm == Some(uri)
            || self.kind.as_ref().is_some_and(|kind| {
                kind.no_namespace && self.namespaces.text(uri) == kind.version.namespace()
            })
            || (self.kind.is_some() && uri == Uri::NONE);
        if self.kind.is_none() || (local != "Signature" && !odm) {
            return false;
        }
        self.data |= what == "data";
        self.findings.group(Code::LeftOut, at, local, || {
            format!("found `{local}`: {what}, which is no part of a study design, was left out")
        });
        true
    }

    fn count(&mut self, attributes: &[Attribute]) -> Result<(), Fault> {
        self.kept += 1 + attributes.len() as u64;
        let defines = attributes.iter().any(|attribute| attribute.name == Name::Odm(Key::Oid));
        self.definitions += u64::from(defines);
        for (found, most, what) in [
            (self.kept, self.limits.nodes, "elements and attributes"),
            (self.definitions, self.limits.definitions, "definitions"),
        ] {
            if found > most {
                return Err(Fault::new(
                    Code::Limit,
                    format!("expected at most {most} {what}, found more; is it a study design?"),
                ));
            }
        }
        Ok(())
    }

    fn append(&mut self, piece: &str) -> Result<(), Fault> {
        if self.skipped.is_empty() {
            markup::append(&mut self.text, piece);
        }
        self.limit_text()
    }

    fn limit_text(&self) -> Result<(), Fault> {
        if self.text.len() <= self.limits.text {
            return Ok(());
        }
        Err(Fault::new(
            Code::Limit,
            format!("expected at most {} bytes in one text, found more", self.limits.text),
        ))
    }

    /// Makes a node of the text since the last tag.
    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let keep = self.open.last().is_some_and(|open| {
            // In an element that ODM does not know, white space may yet prove to be between words.
            open.preserve || matches!(open.name, Name::Other(_)) || !markup::is_blank(&self.text)
        });
        if keep {
            self.nodes.push(Node::Text(EcoString::from(self.text.as_str())));
        }
        self.text.clear();
        if self.text.capacity() > 1 << 16 {
            self.text = String::new();
        }
    }

    fn content(&mut self, open: &Open) -> Content {
        let (mut elements, mut texts, mut words) = (0_usize, 0_usize, false);
        for node in self.nodes.iter().skip(open.first) {
            match node {
                Node::Element(_) => elements += 1,
                Node::Text(text) => {
                    texts += 1;
                    words |= !markup::is_blank(text);
                }
            }
        }
        if texts > 0 && (words || open.preserve) {
            if let Name::Odm(tag) = open.name
                && !open.preserve
            {
                self.findings.group(Code::StrayText, open.at, tag.as_str(), || {
                    format!("expected elements in `{tag}`, found text; it was kept in the design")
                });
            }
            let mut nodes = self.nodes.drain(open.first..);
            return match (elements, nodes.len(), nodes.next()) {
                (0, 1, Some(Node::Text(text))) => Content::Text(text),
                (_, _, first) => Content::Mixed(first.into_iter().chain(nodes).collect()),
            };
        }
        if elements == 0 {
            self.nodes.truncate(open.first);
            return Content::Empty;
        }
        let mut list = Vec::with_capacity(elements);
        list.extend(self.nodes.drain(open.first..).filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        }));
        Content::Elements(list)
    }
}

/// Whether a design has an event or a form.
fn collects(root: &Element) -> bool {
    root.children(Tag::Study)
        .flat_map(|study| study.children(Tag::MetaDataVersion))
        .flat_map(Element::elements)
        .any(|def| def.is(Tag::StudyEventDef) || def.is(Tag::FormDef))
}
