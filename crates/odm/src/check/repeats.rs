//! Whether something stands twice where the schema lets it stand once: references and order numbers
//! of one parent, languages of one text.

use std::collections::HashSet;

use crate::{
    finding::{Code, Findings},
    model::{Element, Name},
    names::{Key, Tag},
};

/// Checks an element and everything in it.
pub(super) fn check(element: &Element, findings: &mut Findings) {
    let Some(tag) = element.tag() else { return };
    match tag {
        Tag::Protocol
        | Tag::StudyEventGroupDef
        | Tag::StudyEventDef
        | Tag::FormDef
        | Tag::ItemGroupDef
        | Tag::ValueListDef => references(tag, element, findings),
        _ => languages(tag, element, findings),
    }
    for child in element.elements() {
        check(child, findings);
    }
}

fn references(tag: Tag, parent: &Element, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for reference in parent.elements() {
        let Some(kind) = reference.tag() else { continue };
        let key = match kind {
            Tag::StudyEventGroupRef => Key::StudyEventGroupOid,
            Tag::StudyEventRef => Key::StudyEventOid,
            Tag::FormRef => Key::FormOid,
            Tag::ItemGroupRef => Key::ItemGroupOid,
            Tag::ItemRef => Key::ItemOid,
            _ => continue,
        };
        for key in [key, Key::OrderNumber] {
            let Some(value) = reference.get(key) else { continue };
            if !seen.insert((kind, key, value)) {
                findings.group(Code::Repeated, reference.at, &format!("{tag}/{key}"), || {
                    let oid = parent.oid().map(|oid| format!(" `{oid}`")).unwrap_or_default();
                    format!(
                        "expected each `{key}` once in `{tag}`{oid}, found `{value}` again; both references were kept in the design, in this order"
                    )
                });
            }
        }
    }
}

fn languages(tag: Tag, parent: &Element, findings: &mut Findings) {
    let mut texts = parent.children(Tag::TranslatedText);
    if texts.nth(1).is_none() {
        return;
    }
    let mut seen = HashSet::new();
    for text in parent.children(Tag::TranslatedText) {
        let language = text.get(Key::Lang);
        // `de` and `DE` are one language.
        let folded = language.map(str::to_ascii_lowercase);
        let kind = text.attributes.iter().find(|attribute| attribute.name == Name::Odm(Key::Type));
        if !seen.insert((folded, kind.map(|kind| kind.value.as_str()))) {
            findings.group(Code::Language, text.at, tag.as_str(), || {
                format!(
                    "expected one text for each language in `{tag}`, found a second for `{}`; both were kept in the design, where the first counts",
                    language.unwrap_or("no language")
                )
            });
        }
    }
}
