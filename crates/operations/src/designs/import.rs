//! Import: one version of a design out of an ODM file, as rows.

use std::collections::BTreeMap;

use landfall_catalogue::Catalogue;
use landfall_instances::design::{Cell, Content, Row, Shape, Study};
use landfall_odm::{Element, Key, Tag};

use super::{
    Choice, Misfit, NotHeld,
    brought::Brought,
    fits::{At, Misfits},
    language::{self, UNDETERMINED, akin, same, spoken},
    lists,
    not_held::Gathered,
    parts,
    scope::Scope,
    text::{one_line, plain},
};
use crate::Result;

/// What was found in a file.
#[derive(Debug, Clone)]
pub(crate) struct Mapped {
    /// What the file says of the study.
    pub(crate) study: Study,
    /// The version.
    pub(crate) content: Content,
    /// What was chosen where the file has several or says nothing, in sentences.
    pub(crate) chosen: Vec<String>,
    /// What the tables cannot hold.
    pub(crate) not_held: Vec<NotHeld>,
    /// Why an import cannot take it; empty where it can.
    pub(crate) misfits: Vec<Misfit>,
}

/// What is at hand while a version is mapped.
pub(super) struct Mapping<'m> {
    design: &'m Brought,
    pub(super) catalogue: &'m Catalogue,
    pub(super) content: Content,
    pub(super) lost: Gathered,
    pub(super) misfits: Misfits,
    /// The language of which texts are taken; none where no text names one.
    language: Option<String>,
    /// Whether definitions may be in another file.
    elsewhere: bool,
    /// The place of each row by table and OID.
    places: BTreeMap<(&'static str, String), usize>,
}

/// Maps a version of a design for the tables of a release.
pub(crate) fn map(design: &Brought, choice: &Choice<'_>, shape: &Shape<'_>) -> Result<Mapped> {
    let mut chosen = Vec::new();
    let scope = Scope::of(&design.odm, choice, &mut chosen)?;
    let spoken = spoken(scope.elements.iter().chain(&scope.units).copied());
    let mut mapping = Mapping {
        design,
        catalogue: shape.catalogue(),
        content: Content::default(),
        lost: Gathered::default(),
        misfits: Misfits::default(),
        language: spoken.main,
        elsewhere: scope.elsewhere.is_some(),
        places: BTreeMap::new(),
    };
    if spoken.texts > 0 && mapping.language.is_none() {
        chosen.push(format!(
            "no text says its language: it is kept as `{UNDETERMINED}` (undetermined), and an export claims none"
        ));
    } else if let Some(main) = mapping.language.as_ref().filter(|_| spoken.unsaid > 0) {
        chosen.push(format!(
            "{} of {} texts do not say their language: they are taken as `{main}`",
            spoken.unsaid, spoken.texts
        ));
    }
    mapping.version(scope.version, choice, spoken.texts > 0);
    lists::units(&mut mapping, &scope);
    lists::code_lists(&mut mapping, &scope);
    lists::conditions(&mut mapping, &scope);
    lists::methods(&mut mapping, &scope);
    parts::items(&mut mapping, &scope);
    parts::groups(&mut mapping, &scope);
    parts::forms(&mut mapping, &scope);
    parts::events(&mut mapping, &scope);
    mapping.name_the_rest(&design.odm, &scope);
    let study = mapping.study(scope.study, choice);
    let misfits = mapping.misfits.finish();
    // Where a reference needs it, that was said already.
    if let Some(include) = scope.elsewhere.filter(|_| misfits.is_empty()) {
        let what = "Include of a version that the file does not have, of which nothing is referred to: left out";
        mapping.lost.note(what, include.get(Key::MetaDataVersionOid).unwrap_or("Include"));
    }
    let not_held = mapping.lost.finish();
    Ok(Mapped { study, content: mapping.content, chosen, not_held, misfits })
}

impl Mapping<'_> {
    /// Returns what the file says of the study itself. The code is the protocol's name, else the study's, else its OID.
    fn study(&mut self, study: &Element, choice: &Choice<'_>) -> Study {
        let globals = study.child(Tag::GlobalVariables);
        let text = |tag: Tag| globals.and_then(|globals| globals.child(tag)).map(Element::text);
        let line = |tag: Tag| text(tag).map(|text| one_line(&text)).filter(|text| !text.is_empty());
        let oid = study.oid().unwrap_or_default();
        let at = At::of(study, oid);
        let name = line(Tag::StudyName);
        let code = match (choice.code, line(Tag::ProtocolName)) {
            (Some(code), _) => code.to_owned(),
            (None, Some(protocol)) => protocol,
            (None, None) => name.clone().unwrap_or_else(|| oid.to_owned()),
        };
        if code != oid {
            let what = "OID of the study: left out, an export has the protocol code in its place";
            self.lost.note(what, oid);
        }
        let title =
            text(Tag::StudyDescription).map(|text| plain(&text)).filter(|text| !text.is_empty());
        Study {
            name: self.fit_study("name", name.unwrap_or_else(|| code.clone()), at),
            title: title.map(|title| self.fit_study("title", title, at)),
            // Two studies may well begin alike, so a code is never cut.
            protocol_code: self.fit_study("protocol_code", code, at),
        }
    }

    fn version(&mut self, version: &Element, choice: &Choice<'_>, says: bool) {
        let oid = version.oid().unwrap_or_default();
        let name = version.get(Key::Name).filter(|name| !name.is_empty()).unwrap_or(oid);
        let mut row = Row::new();
        put(&mut row, "oid", Some(choice.oid.unwrap_or(oid)));
        put(&mut row, "name", Some(name));
        if says {
            let language = self.language.as_deref().unwrap_or(UNDETERMINED);
            put(&mut row, "default_language", Some(language));
        }
        let description = version.get(Key::Description).map(str::to_owned);
        let said = description.or_else(|| self.said(version, Tag::Description, oid));
        put(&mut row, "description", said.as_deref());
        self.fit_row("study_design", &mut row, At::of(version, oid));
        for (column, cell) in row {
            if let Cell::Value(text) = cell {
                self.content.set(&column, text);
            }
        }
    }

    /// Begins a row that belongs to the version itself and has an OID.
    pub(super) fn named(element: &Element) -> Row {
        let oid = element.oid().unwrap_or_default();
        let name = element.get(Key::Name).filter(|name| !name.trim().is_empty()).unwrap_or(oid);
        let mut row = Row::new();
        row.insert("study_design_id".to_owned(), Cell::Row(0));
        put(&mut row, "oid", Some(oid));
        put(&mut row, "name", Some(name));
        row
    }

    /// Adds a row that others refer to by OID.
    pub(super) fn add(&mut self, table: &'static str, element: &Element, row: Row) -> usize {
        let oid = element.oid().unwrap_or_default();
        let place = self.push(table, row, At::of(element, oid));
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
        at: At<'_>,
    ) {
        let Some(oid) = oid.filter(|oid| !oid.is_empty()) else { return };
        if let Some(place) = self.place(table, oid) {
            row.insert(column.to_owned(), Cell::Row(place));
        } else if !self.leads_elsewhere(table, oid, at) {
            let what = format!(
                "reference to what the file does not define ({}): left empty",
                table.replace('_', " ")
            );
            self.lost.note(what, &format!("{} -> {oid}", at.name));
        }
    }

    /// Tells whether what the file does not define may be in another file; then an import cannot go on without it.
    pub(super) fn leads_elsewhere(&mut self, table: &str, oid: &str, at: At<'_>) -> bool {
        if self.elsewhere {
            let message = format!(
                "`{}`: refers to the {} `{oid}`, which is in none of the versions that the file has, and it includes one that it does not have; export the design in one file",
                at.name,
                table.replace('_', " ")
            );
            self.misfits.add(at.position, message);
        }
        self.elsewhere
    }

    /// Tells whether an alias was a coding of ODM 2.0.
    pub(super) fn is_coding(&self, context: &str, name: &str) -> bool {
        self.design.is_coding(context, name)
    }

    /// Returns a text in the language of the version, else in a variant of it, else in none, else the first there is;
    /// others are named.
    pub(super) fn said(&mut self, element: &Element, tag: Tag, at: &str) -> Option<String> {
        let holder = element.child(tag)?;
        let all: Vec<_> = holder.translations().collect();
        if all.is_empty() {
            return Some(plain(&holder.text())).filter(|text| !text.is_empty());
        }
        let main = self.language.clone();
        let find = |fits: fn(&str, &str) -> bool| {
            all.iter().position(|one| {
                language::said(one.language).zip(main.as_deref()).is_some_and(|(a, b)| fits(a, b))
            })
        };
        let own = find(same)
            .or_else(|| find(akin))
            .or_else(|| all.iter().position(|one| language::said(one.language).is_none()))
            .unwrap_or(0);
        let chosen = all.get(own)?;
        let of_chosen = language::said(chosen.language);
        for (_, one) in all.iter().enumerate().filter(|(index, _)| *index != own) {
            self.lost.note(
                match (language::said(one.language), of_chosen) {
                    (Some(one), Some(chosen)) if same(one, chosen) => {
                        format!("another text in the same language ({one}): left out")
                    }
                    (None, None) => "another text without a language: left out".to_owned(),
                    (None, Some(_)) => {
                        "text without a language beside one with it: left out".to_owned()
                    }
                    (Some(one), _) => format!("texts in another language ({one}): left out"),
                },
                at,
            );
        }
        if let (Some(language), Some(main)) = (of_chosen, main.as_deref())
            && !same(language, main)
        {
            self.lost.note(
                format!("texts only in another language ({language}): taken as `{main}`"),
                at,
            );
        }
        Some(plain(&chosen.text)).filter(|text| !text.is_empty())
    }

    /// Returns elements in the order that their `OrderNumber` gives them, each with its position from 1. Those without a
    /// number come last, as the file has them.
    pub(super) fn ordered<'e>(
        &mut self,
        all: impl IntoIterator<Item = &'e Element>,
        at: &str,
    ) -> Vec<(usize, &'e Element)> {
        let number = |one: &Element| {
            one.get(Key::OrderNumber).and_then(|text| text.trim().parse::<i64>().ok())
        };
        let mut all: Vec<&Element> = all.into_iter().collect();
        let without = all.iter().filter(|one| number(one).is_none()).count();
        if without < all.len() {
            all.sort_by_key(|one| number(one).map_or((true, 0), |number| (false, number)));
            for one in all.iter().filter(|one| number(one).is_none()) {
                let tag = one.tag().map_or("element", Tag::as_str);
                let what =
                    format!("{tag} without an order number beside others with one: put after them");
                self.lost.note(what, at);
            }
        }
        all.into_iter().enumerate().map(|(index, one)| (index + 1, one)).collect()
    }
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
