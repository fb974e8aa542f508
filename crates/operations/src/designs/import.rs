//! Import: one version of a design out of an ODM file, as rows.

use std::collections::BTreeMap;

use landfall_instances::design::{Cell, Content, Row, Study};
use landfall_odm::{Element, Key, Name, Odm, Tag};

use super::{NotHeld, lists, not_held::Gathered, parts};
use crate::{Result, error::Error};

/// The longest protocol code.
const LONGEST_CODE: usize = 100;

/// Which study and version of a file is meant, where it has several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice<'a> {
    /// The OID of the study in the file.
    pub(crate) study: Option<&'a str>,
    /// The OID of the version in the file.
    pub(crate) version: Option<&'a str>,
}

/// What was found in a file.
#[derive(Debug, Clone)]
pub(crate) struct Mapped {
    /// What the file says of the study.
    pub(crate) study: Study,
    /// The version.
    pub(crate) content: Content,
    /// What was chosen where the file has several, in sentences.
    pub(crate) chosen: Vec<String>,
    /// What the tables cannot hold.
    pub(crate) not_held: Vec<NotHeld>,
}

/// What is at hand while a version is mapped.
pub(super) struct Mapping {
    pub(super) content: Content,
    pub(super) lost: Gathered,
    /// The language of which texts are taken.
    pub(super) language: String,
    /// The place of each row by table and OID.
    places: BTreeMap<(&'static str, String), usize>,
}

/// Maps a version of a design in ODM 1.3.x.
pub(crate) fn map(odm: &Odm, choice: &Choice<'_>) -> Result<Mapped> {
    let mut chosen = Vec::new();
    let (study, version) = choose(odm, choice, &mut chosen)?;
    let mut mapping = Mapping {
        content: Content::default(),
        lost: Gathered::default(),
        language: main_language(version),
        places: BTreeMap::new(),
    };
    mapping.version(version);
    if let Some(basics) = study.child(Tag::BasicDefinitions) {
        lists::units(&mut mapping, basics);
    }
    lists::code_lists(&mut mapping, version);
    lists::conditions(&mut mapping, version);
    lists::methods(&mut mapping, version);
    parts::items(&mut mapping, version);
    parts::groups(&mut mapping, version);
    parts::forms(&mut mapping, version);
    parts::events(&mut mapping, version);
    for tag in [Tag::ImputationMethod, Tag::Presentation, Tag::Include] {
        for element in version.children(tag) {
            let at = element.oid().or_else(|| element.get(Key::MetaDataVersionOid));
            mapping.lost.note(format!("{tag}: left out"), at.unwrap_or("MetaDataVersion"));
        }
    }
    mapping.unknown(study, "Study");
    Ok(Mapped {
        study: study_of(study, &mut mapping),
        content: mapping.content,
        chosen,
        not_held: mapping.lost.finish(),
    })
}

/// Chooses study and version: those that were named, else the first study that has a version, and its last version.
fn choose<'o>(
    odm: &'o Odm,
    choice: &Choice<'_>,
    chosen: &mut Vec<String>,
) -> Result<(&'o Element, &'o Element)> {
    let none = |what: String, hint: &str| Error::Input { message: what, hint: hint.to_owned() };
    let named =
        |element: &&Element, oid: Option<&str>| oid.is_none_or(|oid| element.oid() == Some(oid));
    let studies: Vec<&Element> = odm
        .studies()
        .filter(|study| study.child(Tag::MetaDataVersion).is_some())
        .filter(|study| named(study, choice.study))
        .collect();
    let Some(study) = studies.first() else {
        return Err(match choice.study {
            Some(oid) => none(
                format!(
                    "expected a study `{oid}` with a version of its design in the file, found none"
                ),
                "name one that the file has with `--from-study OID`",
            ),
            None => none(
                "expected a study with a version of its design (MetaDataVersion), found none"
                    .to_owned(),
                "import a file with study metadata",
            ),
        });
    };
    if studies.len() > 1 {
        chosen.push(format!(
            "the file has {} studies with a design: `{}` is taken; `--from-study OID` takes another",
            studies.len(),
            study.oid().unwrap_or_default()
        ));
    }
    let all = study.children(Tag::MetaDataVersion).count();
    let version = study
        .children(Tag::MetaDataVersion)
        .filter(|version| named(version, choice.version))
        .last()
        .ok_or_else(|| {
            none(
                format!(
                    "expected a version `{}` of study `{}`, found none",
                    choice.version.unwrap_or_default(),
                    study.oid().unwrap_or_default()
                ),
                "name one that the file has with `--from-version OID`",
            )
        })?;
    if all > 1 && choice.version.is_none() {
        chosen.push(format!(
            "the study has {all} versions in the file: the last, `{}`, is taken; `--from-version OID` takes another",
            version.oid().unwrap_or_default()
        ));
    }
    Ok((study, version))
}

/// Returns what the file says of the study itself. The code is the protocol's name, else the study's, else its OID.
fn study_of(study: &Element, mapping: &mut Mapping) -> Study {
    let globals = study.child(Tag::GlobalVariables);
    let text = |tag: Tag| {
        let found =
            globals.and_then(|globals| globals.child(tag)).map(|found| plain(&found.text()));
        found.filter(|text| !text.is_empty())
    };
    let (name, protocol) = (text(Tag::StudyName), text(Tag::ProtocolName));
    let oid = study.oid().unwrap_or_default();
    let whole = protocol.or_else(|| name.clone()).unwrap_or_else(|| oid.to_owned());
    let code: String = whole.chars().take(LONGEST_CODE).collect();
    if code != whole {
        mapping.lost.note("protocol name of more than 100 characters: cut", oid);
    }
    Study {
        name: mapping.cut("study", "name", 300, name.unwrap_or_else(|| code.clone()), oid),
        title: text(Tag::StudyDescription)
            .map(|title| mapping.cut("study", "description", 1000, title, oid)),
        protocol_code: code,
    }
}

/// Returns the language in which most texts of a version are; `en` where none says its language.
fn main_language(version: &Element) -> String {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut stack = vec![version];
    while let Some(element) = stack.pop() {
        if element.is(Tag::TranslatedText)
            && let Some(language) = element.get(Key::Lang).filter(|language| !language.is_empty())
        {
            *counts.entry(language).or_default() += 1;
        }
        stack.extend(element.elements());
    }
    let most = counts.values().max().copied().unwrap_or_default();
    // Of several with as many texts English comes first, then the alphabet.
    let fits = |language: &&str| counts.get(*language) == Some(&most);
    let english =
        counts.keys().copied().find(|language| language.starts_with("en") && fits(language));
    english.or_else(|| counts.keys().copied().find(fits)).unwrap_or("en").to_owned()
}

/// Returns a text as one line: white space of a file's layout is none of it.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Mapping {
    fn version(&mut self, version: &Element) {
        let oid = version.oid().unwrap_or_default();
        let name = version.get(Key::Name).filter(|name| !name.is_empty()).unwrap_or(oid);
        self.content.set("oid", oid);
        self.content.set("name", name);
        let language = self.language.clone();
        self.content.set("default_language", language);
        let description = version.get(Key::Description).map(str::to_owned);
        let said = description.or_else(|| self.said(version, Tag::Description, oid));
        if let Some(text) = said.filter(|text| !text.is_empty()) {
            let text = self.cut("version", "description", 2000, text, oid);
            self.content.set("description", text);
        }
        self.unknown(version, oid);
    }

    /// Begins a row that belongs to the version itself and has an OID.
    pub(super) fn named(&mut self, element: &Element) -> Row {
        let oid = element.oid().unwrap_or_default();
        let name = element.get(Key::Name).filter(|name| !name.trim().is_empty()).unwrap_or(oid);
        let mut row = Row::new();
        row.insert("study_design_id".to_owned(), Cell::Row(0));
        put(&mut row, "oid", Some(oid));
        put(&mut row, "name", Some(name));
        self.unknown(element, oid);
        row
    }

    /// Adds a row that others refer to by OID.
    pub(super) fn add(&mut self, table: &'static str, oid: &str, row: Row) -> usize {
        let place = self.content.push(table, row);
        self.places.entry((table, oid.to_owned())).or_insert(place);
        place
    }

    /// Returns the place of the row with an OID.
    pub(super) fn place(&self, table: &'static str, oid: &str) -> Option<usize> {
        self.places.get(&(table, oid.to_owned())).copied()
    }

    /// Sets a reference to a row by its OID; one that leads nowhere is left empty and named.
    pub(super) fn refer(
        &mut self,
        row: &mut Row,
        column: &str,
        table: &'static str,
        oid: Option<&str>,
        at: &str,
    ) {
        let Some(oid) = oid.filter(|oid| !oid.is_empty()) else { return };
        match self.place(table, oid) {
            Some(place) => {
                row.insert(column.to_owned(), Cell::Row(place));
            }
            None => self.lost.note(
                format!(
                    "reference to what the file does not define ({}): left empty",
                    words(table)
                ),
                &format!("{at} -> {oid}"),
            ),
        }
    }

    /// Returns a text in the language of the version, else the first there is; others are named.
    pub(super) fn said(&mut self, element: &Element, tag: Tag, at: &str) -> Option<String> {
        let holder = element.child(tag)?;
        self.unknown(holder, at);
        let all: Vec<_> = holder.translations().collect();
        if all.is_empty() {
            return Some(plain(&holder.text())).filter(|text| !text.is_empty());
        }
        let own = all.iter().position(|one| one.language == Some(self.language.as_str()));
        let own = own.or_else(|| all.iter().position(|one| one.language.is_none())).unwrap_or(0);
        for (_, one) in all.iter().enumerate().filter(|(index, _)| *index != own) {
            let language = one.language.unwrap_or("no language");
            self.lost.note(format!("texts in another language ({language}): left out"), at);
        }
        let chosen = all.get(own)?;
        if let Some(language) = chosen.language.filter(|language| *language != self.language) {
            self.lost.note(
                format!(
                    "texts only in another language ({language}): taken without their language"
                ),
                at,
            );
        }
        Some(plain(&chosen.text)).filter(|text| !text.is_empty())
    }

    /// Shortens a text that only describes, and names it.
    pub(super) fn cut(
        &mut self,
        what: &str,
        column: &str,
        most: usize,
        text: String,
        at: &str,
    ) -> String {
        if text.chars().count() <= most {
            return text;
        }
        self.lost.note(format!("{what} {column} of more than {most} characters: cut"), at);
        text.chars().take(most).collect()
    }

    /// Names what vendors added to an element.
    pub(super) fn unknown(&mut self, element: &Element, at: &str) {
        for attribute in &element.attributes {
            if let Name::Other(name) = &attribute.name {
                self.lost.note(format!("attributes of `{}`: left out", owner(&name.namespace)), at);
            }
        }
        for child in element.elements() {
            if let Name::Other(name) = &child.name {
                self.lost.note(format!("elements of `{}`: left out", owner(&name.namespace)), at);
            }
        }
    }

    /// Names attributes and elements of ODM that the tables have no column for.
    pub(super) fn without_column(
        &mut self,
        element: &Element,
        at: &str,
        keys: &[Key],
        tags: &[Tag],
    ) {
        let of = element.tag().map_or("element", Tag::as_str);
        for key in keys.iter().filter(|key| element.get(**key).is_some()) {
            self.lost.note(format!("{of}/@{key}: left out"), at);
        }
        for tag in tags {
            for _ in element.children(*tag) {
                self.lost.note(format!("{of}/{tag}: left out"), at);
            }
        }
    }
}

fn owner(namespace: &str) -> &str {
    if namespace.is_empty() { "no namespace" } else { namespace }
}

fn words(table: &str) -> String {
    table.replace('_', " ")
}

/// Puts a value into a row, unless there is none.
pub(super) fn put(row: &mut Row, column: &str, value: Option<&str>) {
    if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
        row.insert(column.to_owned(), Cell::Value(value.to_owned()));
    }
}

/// Returns `1` for `Yes`.
pub(super) fn flag(value: Option<&str>) -> Option<&'static str> {
    value.map(|value| if value.eq_ignore_ascii_case("yes") { "1" } else { "0" })
}

/// Returns children of one name in the order that their `OrderNumber` gives them, else that of the file, each with its
/// position from 1.
pub(super) fn ordered(element: &Element, tag: Tag) -> Vec<(usize, &Element)> {
    let number =
        |one: &Element| one.get(Key::OrderNumber).and_then(|text| text.trim().parse::<i64>().ok());
    let mut all: Vec<&Element> = element.children(tag).collect();
    if all.iter().all(|one| number(one).is_some()) {
        all.sort_by_key(|one| number(one));
    }
    all.into_iter().enumerate().map(|(index, one)| (index + 1, one)).collect()
}
