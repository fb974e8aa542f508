//! Makes a tree one that CDISC's schema takes: leaves out, sorts, adds what is missing. All of it is
//! noted.

use super::{
    Keep,
    report::{Fate, Notes, Place, attribute_text, label_of, name_of},
    tree, unique, value,
};
use crate::{
    model::{Content, Element, Name, Odm, Version},
    names::{Key, Tag},
    schema::{self, Occurs, Use},
};

const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Sorts the children of every element as the schema has them, and no more.
pub(super) fn sort(odm: &mut Odm) {
    let version = odm.version;
    tree::each(&mut odm.root, &mut |element| sort_children(element, version));
}

/// Makes the design one that the schema takes.
pub(super) fn fit(odm: &mut Odm, keep: Keep, notes: &mut Notes) {
    sort(odm);
    let place = Place::top(&odm.root);
    let mut fitting = Fitting { version: odm.version, keep, notes };
    fitting.element(&mut odm.root, &place);
}

/// Vendors' elements keep their place behind the element that they stand behind.
fn sort_children(element: &mut Element, version: Version) {
    let Some(rules) = element.tag().and_then(|tag| schema::element(version, tag)) else { return };
    let Content::Elements(children) = &mut element.content else { return };
    let mut last = 0;
    let mut ranked: Vec<(u8, Element)> = std::mem::take(children)
        .into_iter()
        .map(|child| {
            let known = child.tag().and_then(|tag| rules.child(tag));
            last = known.map_or(last, |rule| rule.rank);
            (last, child)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    children.extend(ranked.into_iter().map(|(_, child)| child));
}

struct Fitting<'a> {
    version: Version,
    keep: Keep,
    notes: &'a mut Notes,
}

impl Fitting<'_> {
    fn element(&mut self, element: &mut Element, place: &Place<'_>) {
        let Some(tag) = element.tag() else { return };
        let Some(rules) = schema::element(self.version, tag) else { return };
        self.attributes(element, tag, rules, place);
        self.text(element, rules, place);
        self.children(element, tag, rules, place);
        self.choices(element, tag, place);
        unique::children(element, tag, self.version, place, self.notes);
        self.missing(element, tag, rules, place);
        for child in element.elements_mut() {
            let inner = place.in_it(child);
            self.element(child, &inner);
        }
    }

    fn attributes(
        &mut self,
        element: &mut Element,
        tag: Tag,
        rules: &schema::Element,
        place: &Place<'_>,
    ) {
        let refused = tree::take_attributes(element, |attribute| match &attribute.name {
            Name::Odm(key) => {
                rules.attribute(*key).is_none_or(|rule| !value::fits(tag, rule, &attribute.value))
            }
            Name::Other(name) => !self.keeps(&name.namespace),
        });
        for attribute in refused {
            let (what, known) = match &attribute.name {
                Name::Odm(key) => {
                    (attribute_text(key.as_str(), &attribute.value), rules.attribute(*key))
                }
                Name::Other(name) => (attribute_text(&name.local, &attribute.value), None),
            };
            let why = match (known, &attribute.name) {
                (Some(_), _) => "the schema does not take this value".to_owned(),
                (None, Name::Odm(_)) => self.no_place(tag),
                (None, Name::Other(name)) => self.foreign(&name.namespace),
            };
            self.notes.add(Fate::Lost, place, what, why);
        }
        for rule in rules.attributes {
            if rule.need == Use::Required && element.get(rule.key).is_none() {
                let value = value::stand_in(element, tag, rule);
                self.notes.add(
                    Fate::Added,
                    place,
                    attribute_text(rule.key.as_str(), &value),
                    "the schema asks for it and there was none that it takes",
                );
                element.set(rule.key, value);
            }
        }
    }

    fn text(&mut self, element: &mut Element, rules: &schema::Element, place: &Place<'_>) {
        let has_text = matches!(element.content, Content::Text(_) | Content::Mixed(_));
        if rules.text || !has_text {
            return;
        }
        let children = tree::take_all(element);
        let text = element.text();
        if !text.trim().is_empty() {
            let what = format!("text `{}`", text.trim());
            self.notes.add(Fate::Lost, place, what, "the element holds no text");
        }
        element.content = tree::of_elements(children);
    }

    fn children(
        &mut self,
        element: &mut Element,
        tag: Tag,
        rules: &schema::Element,
        place: &Place<'_>,
    ) {
        // Markup goes, its words stay.
        let words = (tag == Tag::TranslatedText).then(|| element.text());
        let mut seen: Vec<Tag> = Vec::new();
        let mut markup = 0;
        let refused = tree::take_if(element, |child| match &child.name {
            Name::Odm(name) => match rules.child(*name).map(|rule| rule.occurs) {
                None => true,
                Some(Occurs::One | Occurs::AtMostOne) if seen.contains(name) => true,
                Some(Occurs::One | Occurs::AtMostOne) => {
                    seen.push(*name);
                    false
                }
                Some(Occurs::AtLeastOne | Occurs::Any) => false,
            },
            Name::Other(name) => {
                let div = self.version.is_2()
                    && tag == Tag::TranslatedText
                    && name.namespace == XHTML
                    && name.local == "div";
                markup += usize::from(div);
                !(self.keeps(&name.namespace) || (div && markup == 1))
            }
        });
        if let Some(words) = words.filter(|_| !refused.is_empty()) {
            let text = if words.is_empty() { Content::Empty } else { Content::Text(words) };
            element.content = text;
        }
        for child in refused {
            let (what, why) = match &child.name {
                Name::Odm(name) if rules.child(*name).is_some() => {
                    (format!("another {name}"), format!("`{tag}` holds one at most"))
                }
                Name::Odm(_) => (described(&child), self.no_place(tag)),
                Name::Other(name) => (described(&child), self.foreign(&name.namespace)),
            };
            self.notes.add(Fate::Lost, &place.in_it(&child), what, why);
        }
    }

    /// Where the schema wants one of several kinds.
    fn choices(&mut self, element: &mut Element, tag: Tag, place: &Place<'_>) {
        match tag {
            Tag::CodeList if !self.version.is_2() => self.code_list(element, place),
            Tag::RangeCheck if has(element, Tag::CheckValue) => {
                for lost in [Tag::FormalExpression, Tag::MethodSignature] {
                    for child in tree::take(element, lost) {
                        let why = "a RangeCheck holds values or expressions, not both";
                        self.notes.add(Fate::Lost, &place.in_it(&child), described(&child), why);
                    }
                }
            }
            Tag::RangeCheck if !has(element, Tag::FormalExpression) => {
                for child in tree::take(element, Tag::MethodSignature) {
                    let why = "a MethodSignature stands with an expression, and there is none";
                    self.notes.add(Fate::Lost, &place.in_it(&child), described(&child), why);
                }
                element.push(Element::new(Tag::CheckValue));
                sort_children(element, self.version);
                let why = "a RangeCheck holds a value or an expression";
                self.notes.add(Fate::Added, place, "an empty CheckValue", why);
            }
            Tag::FormalExpression
                if self.version.is_2()
                    && !has(element, Tag::Code)
                    && !has(element, Tag::ExternalCodeLib) =>
            {
                element.push(Element::new(Tag::Code));
                let why = "a FormalExpression holds code";
                self.notes.add(Fate::Added, place, "an empty Code", why);
            }
            Tag::StudyName | Tag::ProtocolName if element.text().is_empty() => {
                element.content = Content::Text("unknown".into());
                self.notes.add(Fate::Added, place, "text `unknown`", "it may not be empty");
            }
            _ => {}
        }
    }

    /// A list of 1.3.2 has decodes everywhere or nowhere, or stands outside of the file.
    fn code_list(&mut self, list: &mut Element, place: &Place<'_>) {
        let decoded = list.child(Tag::CodeListItem).is_some();
        let bare = list.child(Tag::EnumeratedItem).is_some();
        if !decoded && !bare && list.child(Tag::ExternalCodeList).is_none() {
            list.push(Element::new(Tag::ExternalCodeList));
            sort_children(list, self.version);
            let why = "a CodeList of 1.3.2 holds values or names a dictionary";
            self.notes.add(Fate::Added, place, "an empty ExternalCodeList", why);
        }
        if decoded && bare {
            for item in list.elements_mut().filter(|item| item.is(Tag::EnumeratedItem)) {
                tree::rename(item, Tag::CodeListItem);
                let text = item.get(Key::CodedValue).unwrap_or_default().to_owned();
                item.push(tree::plain(Tag::Decode, text, false));
                sort_children(item, self.version);
                let why = "some values of the list have a decode, and then all have one";
                self.notes.add(Fate::Added, &place.in_it(item), "a Decode", why);
            }
        }
        if decoded || bare {
            for child in tree::take(list, Tag::ExternalCodeList) {
                let why = "a CodeList of 1.3.2 holds values or names a dictionary, not both";
                self.notes.add(Fate::Lost, &place.in_it(&child), described(&child), why);
            }
        }
    }

    fn missing(
        &mut self,
        element: &mut Element,
        tag: Tag,
        rules: &schema::Element,
        place: &Place<'_>,
    ) {
        let mut added = false;
        for rule in rules.children {
            let needed = matches!(rule.occurs, Occurs::One | Occurs::AtLeastOne);
            if !needed || element.child(rule.tag).is_some() {
                continue;
            }
            let mut child = Element::new(rule.tag);
            match (tag, rule.tag) {
                (Tag::Study, Tag::MetaDataVersion) => {
                    child.set(Key::Oid, "MDV.1");
                }
                (Tag::GlobalVariables, Tag::StudyName | Tag::ProtocolName) => {
                    child = child.saying("unknown");
                }
                (Tag::CodeListItem, Tag::Decode) => {
                    let text = element.get(Key::CodedValue).unwrap_or_default().to_owned();
                    child.push(Element::new(Tag::TranslatedText).saying(text));
                }
                (Tag::MeasurementUnit, Tag::Symbol) => {
                    let text = element.get(Key::Name).unwrap_or_default().to_owned();
                    child.push(Element::new(Tag::TranslatedText).saying(text));
                }
                _ => {}
            }
            // The reader of the report has no use for the nothing that 2.0 asks for.
            if rule.tag != Tag::MethodSignature {
                let what = format!("`{}`", rule.tag);
                self.notes.add(Fate::Added, place, what, format!("`{tag}` holds one"));
            }
            element.push(child);
            added = true;
        }
        if added {
            sort_children(element, self.version);
        }
    }

    fn keeps(&self, namespace: &str) -> bool {
        self.keep != Keep::Schema && !namespace.is_empty() && namespace != self.version.namespace()
    }

    fn no_place(&self, tag: Tag) -> String {
        format!("ODM {} has no place for it in `{tag}`", self.version)
    }

    fn foreign(&self, namespace: &str) -> String {
        if namespace.is_empty() || namespace == self.version.namespace() {
            format!("ODM {} does not know it", self.version)
        } else {
            format!("it is a vendor's own (`{namespace}`), which CDISC's schema refuses")
        }
    }
}

fn has(element: &Element, tag: Tag) -> bool {
    element.child(tag).is_some()
}

/// An element as a person reads it, with its text when that is short.
pub(super) fn described(element: &Element) -> String {
    const SHOWN: usize = 60;
    let name = name_of(element);
    if let Some(label) = label_of(element) {
        return format!("{name} `{label}`");
    }
    let text = element.text();
    match text.trim() {
        "" => name.into(),
        text if text.chars().count() <= SHOWN => format!("{name} `{text}`"),
        text => format!("{name} `{}…`", text.chars().take(SHOWN).collect::<String>()),
    }
}
