//! Rest: what a file says of a study and no column takes. Everything is gone through once and held against what the mapping
//! takes of each element; what is left is named.

use landfall_odm::{Content, Element, Key, Name, Node, Odm, Tag};

use super::{describe::OF_XML, fits::shown, import::Mapping, parts, scope::Scope};

/// How the context of an alias begins under which a conversion set aside what only ODM 2.0 has.
const ASIDE: &str = "ODM-2.0:";

/// The attributes that are the header of a file, and say nothing of a design.
const HEADER: [Key; 13] = [
    Key::Id,
    Key::FileType,
    Key::FileOid,
    Key::CreationDateTime,
    Key::OdmVersion,
    Key::Description,
    Key::Granularity,
    Key::Archival,
    Key::PriorFileOid,
    Key::AsOfDateTime,
    Key::Originator,
    Key::SourceSystem,
    Key::SourceSystemVersion,
];

/// What the mapping takes of an element: its attributes and children, and whether its text.
struct Taken {
    keys: &'static [Key],
    tags: &'static [Tag],
    text: bool,
}

const fn taken(keys: &'static [Key], tags: &'static [Tag]) -> Taken {
    Taken { keys, tags, text: false }
}

const fn text(keys: &'static [Key]) -> Taken {
    Taken { keys, tags: &[], text: true }
}

/// Elements that hold a text in several languages.
const TEXTS: [Tag; 5] =
    [Tag::Description, Tag::Question, Tag::Symbol, Tag::Decode, Tag::ErrorMessage];

/// Says what the mapping takes of an element; none of those that it does not take.
fn taken_of(tag: Tag) -> Option<Taken> {
    Some(match tag {
        Tag::Odm => taken(&HEADER, &[Tag::Study]),
        Tag::Study => {
            taken(&[Key::Oid], &[Tag::GlobalVariables, Tag::BasicDefinitions, Tag::MetaDataVersion])
        }
        Tag::GlobalVariables => {
            taken(&[], &[Tag::StudyName, Tag::StudyDescription, Tag::ProtocolName])
        }
        Tag::StudyName | Tag::StudyDescription | Tag::ProtocolName | Tag::CheckValue => text(&[]),
        Tag::BasicDefinitions => taken(&[], &[Tag::MeasurementUnit]),
        Tag::MeasurementUnit => taken(&[Key::Oid, Key::Name], &[Tag::Symbol, Tag::Alias]),
        Tag::MetaDataVersion => taken(
            &[Key::Oid, Key::Name, Key::Description],
            &[
                Tag::Description,
                Tag::Include,
                Tag::Protocol,
                Tag::StudyEventDef,
                Tag::FormDef,
                Tag::ItemGroupDef,
                Tag::ItemDef,
                Tag::CodeList,
                Tag::ConditionDef,
                Tag::MethodDef,
            ],
        ),
        Tag::FormalExpression => text(&[Key::Context]),
        Tag::TranslatedText => text(&[Key::Lang]),
        tag if TEXTS.contains(&tag) => taken(&[], &[Tag::TranslatedText]),
        tag => return taken_of_groups(tag).or_else(|| taken_of_items(tag)),
    })
}

/// The same of events, forms and item groups.
fn taken_of_groups(tag: Tag) -> Option<Taken> {
    Some(match tag {
        Tag::Include => taken(&[Key::StudyOid, Key::MetaDataVersionOid], &[]),
        Tag::Protocol => taken(&[], &[Tag::StudyEventRef]),
        Tag::StudyEventRef => taken(&[Key::StudyEventOid, Key::OrderNumber, Key::Mandatory], &[]),
        Tag::StudyEventDef => taken(
            &[Key::Oid, Key::Name, Key::Repeating, Key::Type, Key::Category],
            &[Tag::Description, Tag::FormRef],
        ),
        Tag::FormRef => taken(
            &[Key::FormOid, Key::OrderNumber, Key::Mandatory, Key::CollectionExceptionConditionOid],
            &[],
        ),
        Tag::FormDef => {
            taken(&[Key::Oid, Key::Name, Key::Repeating], &[Tag::Description, Tag::ItemGroupRef])
        }
        Tag::ItemGroupRef => taken(
            &[
                Key::ItemGroupOid,
                Key::OrderNumber,
                Key::Mandatory,
                Key::CollectionExceptionConditionOid,
            ],
            &[],
        ),
        Tag::ItemGroupDef => taken(
            &[
                Key::Oid,
                Key::Name,
                Key::Repeating,
                Key::IsReferenceData,
                Key::SasDatasetName,
                Key::Domain,
                Key::Purpose,
                Key::Comment,
            ],
            &[Tag::Description, Tag::ItemRef],
        ),
        Tag::ItemRef => taken(
            &[
                Key::ItemOid,
                Key::OrderNumber,
                Key::Mandatory,
                Key::CollectionExceptionConditionOid,
                Key::KeySequence,
                Key::MethodOid,
                Key::Role,
            ],
            &[],
        ),
        _ => return None,
    })
}

/// The same of items and what they use.
fn taken_of_items(tag: Tag) -> Option<Taken> {
    Some(match tag {
        Tag::ItemDef => taken(
            &[
                Key::Oid,
                Key::Name,
                Key::DataType,
                Key::Length,
                Key::SignificantDigits,
                Key::SasFieldName,
                Key::SdsVarName,
                Key::Origin,
                Key::Comment,
            ],
            &[
                Tag::Description,
                Tag::Question,
                Tag::MeasurementUnitRef,
                Tag::RangeCheck,
                Tag::CodeListRef,
                Tag::Alias,
            ],
        ),
        Tag::MeasurementUnitRef => taken(&[Key::MeasurementUnitOid], &[]),
        Tag::RangeCheck => taken(
            &[Key::Comparator, Key::SoftHard],
            &[Tag::CheckValue, Tag::MeasurementUnitRef, Tag::ErrorMessage],
        ),
        Tag::CodeListRef => taken(&[Key::CodeListOid], &[]),
        Tag::Alias => taken(&[Key::Context, Key::Name], &[]),
        Tag::CodeList => taken(
            &[Key::Oid, Key::Name, Key::DataType, Key::SasFormatName],
            &[Tag::Description, Tag::CodeListItem, Tag::EnumeratedItem, Tag::ExternalCodeList],
        ),
        Tag::CodeListItem | Tag::EnumeratedItem => {
            taken(&[Key::CodedValue, Key::Rank, Key::OrderNumber], &[Tag::Decode])
        }
        Tag::ExternalCodeList => taken(&[Key::Dictionary, Key::Version], &[]),
        Tag::ConditionDef => {
            taken(&[Key::Oid, Key::Name], &[Tag::Description, Tag::FormalExpression])
        }
        Tag::MethodDef => {
            taken(&[Key::Oid, Key::Name, Key::Type], &[Tag::Description, Tag::FormalExpression])
        }
        _ => return None,
    })
}

impl Mapping<'_> {
    /// Names what no column takes of the file itself, the study and the version with what it includes.
    pub(super) fn name_the_rest(&mut self, odm: &Odm, scope: &Scope<'_>) {
        self.own(&odm.root, Tag::Odm.as_str());
        for child in odm.root.elements().filter(|child| !child.is(Tag::Study)) {
            self.child(child, Tag::Odm, Tag::Odm.as_str());
        }
        let name = scope.study.oid().unwrap_or_default();
        self.own(scope.study, name);
        for child in scope.study.elements().filter(|child| !child.is(Tag::MetaDataVersion)) {
            self.child(child, Tag::Study, name);
        }
        let basics = scope.others.iter().flat_map(|study| study.children(Tag::BasicDefinitions));
        for child in basics {
            self.child(child, Tag::Study, name);
        }
        let name = scope.version.oid().unwrap_or_default();
        self.own(scope.version, name);
        for child in &scope.elements {
            self.child(child, Tag::MetaDataVersion, name);
        }
    }

    /// Names what is left of an element that the mapping takes, and of all in it.
    fn rest(&mut self, element: &Element, around: &str) {
        let coded;
        let name = match element.tag() {
            Some(Tag::CodeListItem | Tag::EnumeratedItem) => {
                coded = format!("{around}/{}", element.get(Key::CodedValue).unwrap_or_default());
                coded.as_str()
            }
            _ => element.oid().filter(|oid| !oid.is_empty()).unwrap_or(around),
        };
        self.own(element, name);
        if let Some(tag) = element.tag() {
            for child in element.elements() {
                self.child(child, tag, name);
            }
        }
    }

    /// Names what is left of an element's own: attributes and text.
    fn own(&mut self, element: &Element, name: &str) {
        let Some(tag) = element.tag() else { return };
        let Some(taken) = taken_of(tag) else { return };
        for attribute in &element.attributes {
            match &attribute.name {
                Name::Odm(key) if taken.keys.contains(key) => {}
                Name::Odm(key) => self.lost.note(format!("{tag}/@{key}: left out"), name),
                // Where a schema is, and what is a name of XML itself.
                Name::Other(other) if OF_XML.contains(&other.namespace.as_str()) => {}
                Name::Other(other) => self.lost.foreign("attributes", other, name),
            }
        }
        // What is said in no language is taken without one.
        let bare = TEXTS.contains(&tag) && element.child(Tag::TranslatedText).is_none();
        if !taken.text && !bare && has_text(element) {
            self.lost.note(format!("text in {tag}: left out"), name);
        }
    }

    /// Names a child that is not taken; goes on with one that is.
    fn child(&mut self, child: &Element, of: Tag, name: &str) {
        let inner = match &child.name {
            Name::Odm(inner) => *inner,
            Name::Other(_) if of == Tag::TranslatedText => {
                self.lost.note("markup in a text: left out, its words are kept", name);
                return;
            }
            Name::Other(other) => {
                self.lost.foreign("elements", other, name);
                return;
            }
        };
        let held = taken_of(of).is_some_and(|taken| taken.tags.contains(&inner));
        match inner {
            // A check that is not held was named as a whole.
            Tag::RangeCheck if held && !parts::is_held(child) => {}
            _ if held => self.rest(child, name),
            Tag::Alias => self.alias(child, of, name),
            _ => {
                let name = child.oid().filter(|oid| !oid.is_empty()).unwrap_or(name);
                self.lost.note(format!("{of}/{inner}: left out"), name);
            }
        }
    }

    /// Names an alias by what it holds: what a conversion set aside stands in no file as an alias.
    pub(super) fn alias(&mut self, alias: &Element, of: Tag, name: &str) {
        let (context, value) = (alias.get(Key::Context), alias.get(Key::Name).unwrap_or_default());
        let context = context.unwrap_or_default();
        let what = if let Some(key) = context.strip_prefix(ASIDE) {
            format!("{of}/@{key} of ODM 2.0: left out")
        } else if self.is_coding(context, value) {
            format!("{of}/Coding of ODM 2.0: left out")
        } else {
            format!("{of}/Alias: left out")
        };
        self.lost.note(what, &format!("{name}: `{}`", shown(value)));
    }
}

/// Whether an element holds text itself.
fn has_text(element: &Element) -> bool {
    let says = |text: &str| !text.trim().is_empty();
    match &element.content {
        Content::Text(text) => says(text),
        Content::Mixed(nodes) => nodes.iter().any(|node| match node {
            Node::Text(text) => says(text),
            Node::Element(_) => false,
        }),
        Content::Empty | Content::Elements(_) => false,
    }
}
