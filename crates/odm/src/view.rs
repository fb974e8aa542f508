//! A design in the same words for every version of ODM: its studies, events, forms, items.

use crate::{
    model::{EcoString, Element, Odm, Version},
    names::{Key, Tag},
};

/// A study of a file.
#[derive(Debug, Clone, Copy)]
pub struct Study<'a> {
    version: Version,
    element: &'a Element,
}

/// A version of a study's design: a `MetaDataVersion`.
#[derive(Debug, Clone, Copy)]
pub struct Design<'a> {
    study: Study<'a>,
    element: &'a Element,
}

/// Every study of a file, in its order.
pub fn studies(odm: &Odm) -> impl Iterator<Item = Study<'_>> {
    odm.studies().map(|element| Study { version: odm.version, element })
}

/// A text of an element in the first of the languages that it has, else in the first at all.
///
/// `of` is the element around the `TranslatedText`: a description, a question, a decode. A language
/// is asked for as `de` and finds `de` and `de-AT`.
#[must_use]
pub fn text(element: &Element, of: Tag, languages: &[&str]) -> Option<EcoString> {
    let around = element.child(of)?;
    let speaks = |found: Option<&str>, asked: &str| {
        found.is_some_and(|found| {
            let primary = found.split('-').next().unwrap_or(found);
            found.eq_ignore_ascii_case(asked) || primary.eq_ignore_ascii_case(asked)
        })
    };
    languages
        .iter()
        .copied()
        .find_map(|asked| around.translations().find(|text| speaks(text.language, asked)))
        .or_else(|| around.translations().next())
        .map(|translation| translation.text)
}

fn held(element: &Element, around: Tag, of: Tag) -> Option<EcoString> {
    element.child(around)?.child(of).map(Element::text).filter(|text| !text.is_empty())
}

impl<'a> Study<'a> {
    /// The element `Study`.
    #[must_use]
    pub const fn element(&self) -> &'a Element {
        self.element
    }

    /// The OID.
    #[must_use]
    pub fn oid(&self) -> &'a str {
        self.element.oid().unwrap_or_default()
    }

    /// The name of the study.
    #[must_use]
    pub fn name(&self) -> Option<EcoString> {
        if self.version.is_2() {
            self.element.get(Key::StudyName).map(EcoString::from)
        } else {
            held(self.element, Tag::GlobalVariables, Tag::StudyName)
        }
    }

    /// The name by which the sponsor calls the protocol.
    #[must_use]
    pub fn protocol_name(&self) -> Option<EcoString> {
        if self.version.is_2() {
            self.element.get(Key::ProtocolName).map(EcoString::from)
        } else {
            held(self.element, Tag::GlobalVariables, Tag::ProtocolName)
        }
    }

    /// What the study is about.
    #[must_use]
    pub fn description(&self) -> Option<EcoString> {
        if self.version.is_2() {
            text(self.element, Tag::Description, &["en"])
        } else {
            held(self.element, Tag::GlobalVariables, Tag::StudyDescription)
        }
    }

    /// The versions of the study's design, in the order of the file.
    pub fn designs(&self) -> impl Iterator<Item = Design<'a>> + use<'a> {
        let study = *self;
        self.element.children(Tag::MetaDataVersion).map(move |element| Design { study, element })
    }

    /// The units of measurement; ODM 2.0 has items instead.
    pub fn units(&self) -> impl Iterator<Item = &'a Element> + use<'a> {
        self.element
            .children(Tag::BasicDefinitions)
            .flat_map(|around| around.children(Tag::MeasurementUnit))
    }
}

impl<'a> Design<'a> {
    /// The element `MetaDataVersion`.
    #[must_use]
    pub const fn element(&self) -> &'a Element {
        self.element
    }

    /// The study that it is a design of.
    #[must_use]
    pub const fn study(&self) -> Study<'a> {
        self.study
    }

    /// The OID.
    #[must_use]
    pub fn oid(&self) -> &'a str {
        self.element.oid().unwrap_or_default()
    }

    /// The name of the version.
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.element.get(Key::Name)
    }

    /// What the version is about.
    #[must_use]
    pub fn description(&self) -> Option<EcoString> {
        match self.element.get(Key::Description) {
            Some(description) => Some(description.into()),
            None => text(self.element, Tag::Description, &["en"]),
        }
    }

    /// The definitions of one kind, as the file names it.
    pub fn definitions(&self, tag: Tag) -> impl Iterator<Item = &'a Element> + use<'a> {
        self.element.children(tag)
    }

    /// The events.
    pub fn events(&self) -> impl Iterator<Item = &'a Element> + use<'a> {
        self.definitions(Tag::StudyEventDef)
    }

    /// The forms: `FormDef`, or in 2.0 the item groups of the type `Form`.
    pub fn forms(&self) -> impl Iterator<Item = &'a Element> + use<'a> {
        let version = self.study.version;
        self.element.elements().filter(move |element| is_form(version, element))
    }

    /// The item groups that are no forms.
    pub fn item_groups(&self) -> impl Iterator<Item = &'a Element> + use<'a> {
        let version = self.study.version;
        self.definitions(Tag::ItemGroupDef).filter(move |element| !is_form(version, element))
    }

    /// The items.
    pub fn items(&self) -> impl Iterator<Item = &'a Element> + use<'a> {
        self.definitions(Tag::ItemDef)
    }

    /// The code lists.
    pub fn code_lists(&self) -> impl Iterator<Item = &'a Element> + use<'a> {
        self.definitions(Tag::CodeList)
    }

    /// The conditions.
    pub fn conditions(&self) -> impl Iterator<Item = &'a Element> + use<'a> {
        self.definitions(Tag::ConditionDef)
    }

    /// The methods.
    pub fn methods(&self) -> impl Iterator<Item = &'a Element> + use<'a> {
        self.definitions(Tag::MethodDef)
    }
}

fn is_form(version: Version, element: &Element) -> bool {
    if version.is_2() {
        element.is(Tag::ItemGroupDef) && element.get(Key::Type) == Some("Form")
    } else {
        element.is(Tag::FormDef)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn odm(version: Version, study: Element) -> Odm {
        Odm { version, root: Element::new(Tag::Odm).holding(study), prefixes: vec![] }
    }

    #[test]
    fn both_versions_answer_alike() {
        let one = Element::new(Tag::Study)
            .with(Key::Oid, "S.1")
            .holding(
                Element::new(Tag::GlobalVariables)
                    .holding(Element::new(Tag::StudyName).saying("Pain"))
                    .holding(Element::new(Tag::ProtocolName).saying("P-1")),
            )
            .holding(
                Element::new(Tag::MetaDataVersion)
                    .with(Key::Oid, "V.1")
                    .holding(Element::new(Tag::FormDef).with(Key::Oid, "F.1"))
                    .holding(Element::new(Tag::ItemGroupDef).with(Key::Oid, "G.1")),
            );
        let group = |oid: &str, kind: &str| {
            Element::new(Tag::ItemGroupDef).with(Key::Oid, oid).with(Key::Type, kind)
        };
        let two = Element::new(Tag::Study)
            .with(Key::Oid, "S.1")
            .with(Key::StudyName, "Pain")
            .with(Key::ProtocolName, "P-1")
            .holding(
                Element::new(Tag::MetaDataVersion)
                    .with(Key::Oid, "V.1")
                    .holding(group("F.1", "Form"))
                    .holding(group("G.1", "Section")),
            );
        for odm in [odm(Version::V1_3_2, one), odm(Version::V2_0, two)] {
            let study = studies(&odm).next().unwrap();
            assert_eq!(study.oid(), "S.1");
            assert_eq!(study.name().as_deref(), Some("Pain"));
            assert_eq!(study.protocol_name().as_deref(), Some("P-1"));
            let design = study.designs().next().unwrap();
            let oids = |elements: Vec<&Element>| {
                elements.iter().filter_map(|element| element.oid()).collect::<Vec<_>>().join(" ")
            };
            assert_eq!(oids(design.forms().collect()), "F.1");
            assert_eq!(oids(design.item_groups().collect()), "G.1");
        }
    }

    #[test]
    fn a_language_is_chosen() {
        let mut question = Element::new(Tag::Question);
        for (language, text) in [("en", "Age"), ("de-AT", "Alter")] {
            let text = Element::new(Tag::TranslatedText).with(Key::Lang, language).saying(text);
            question.push(text);
        }
        let item = Element::new(Tag::ItemDef).holding(question);
        let asked = |languages: &[&str]| text(&item, Tag::Question, languages).unwrap();
        assert_eq!(asked(&["de"]), "Alter");
        assert_eq!(asked(&["fr", "en"]), "Age");
        assert_eq!(asked(&["fr"]), "Age");
    }
}
