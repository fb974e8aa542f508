//! The parts of a workbook: where its sheets are, its shared texts, its formats and its calendar.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
};

use calamine::Dimensions;
use quick_xml::events::Event;
use zip::{ZipArchive, read::ZipFile};

use super::{
    guard::{MOST_HELD, MOST_STYLES, Source, plain},
    merged,
    sheet::{Cells, Values},
    strings::Strings,
    styles::{self, Format},
    xml::{Fault, Xml, attributes, value_of},
};

/// The most bytes of a list of parts or sheets: 16 MiB.
const MOST_LISTED: u64 = 16 << 20;

/// The most sheets; a workbook of people has a few.
const MOST_SHEETS: usize = 10_000;

/// How much of a part is unpacked at once.
const CHUNK: usize = 1 << 16;

/// A sheet of cells; charts are none.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Its part.
    path: String,
}

/// A workbook that is open.
pub(super) struct Workbook<'a> {
    parts: Parts<'a>,
    sheets: Vec<Sheet>,
    strings: Strings,
    formats: Vec<Format>,
    since_1904: bool,
}

impl<'a> Workbook<'a> {
    pub(super) fn open(bytes: Source<'a>) -> Result<Self, Fault> {
        let mut parts = Parts::open(bytes)?;
        let Some(package) = parts.relations("_rels/.rels")? else {
            return Err(Fault::Wrong("no list of its parts (`_rels/.rels`)"));
        };
        let main = package.iter().rfind(|relation| relation.is("officeDocument"));
        let main = main.ok_or(Fault::Wrong("no workbook among its parts"))?;
        let main = main.target.strip_prefix('/').unwrap_or(&main.target);
        let (folder, name) = main.rsplit_once('/').map_or(("", main), |(folder, name)| {
            (main.get(..=folder.len()).unwrap_or_default(), name)
        });
        let Some(relations) = parts.relations(&format!("{folder}_rels/{name}.rels"))? else {
            return Err(Fault::Wrong("no list of the workbook's parts"));
        };
        let of_kind = |parts: &Parts<'_>, kind: &str, usual: &str| {
            let named = relations.iter().find(|relation| relation.is(kind));
            let named = named.map(|relation| relation.within(folder));
            named.filter(|name| parts.has(name)).unwrap_or_else(|| format!("{folder}{usual}"))
        };
        let styles = of_kind(&parts, "styles", "styles.xml");
        let strings = of_kind(&parts, "sharedStrings", "sharedStrings.xml");
        let (sheets, since_1904) = match parts.part(main, MOST_LISTED)? {
            Some(xml) => read_workbook(xml, folder, &relations)?,
            None => return Err(Fault::Wrong("no workbook among its parts")),
        };
        let formats = match parts.part(&styles, MOST_STYLES)? {
            Some(xml) => styles::read(xml)?,
            None => Vec::new(),
        };
        let strings = match parts.part(&strings, MOST_HELD)? {
            Some(xml) => Strings::read(xml)?,
            None => Strings::default(),
        };
        Ok(Self { parts, sheets, strings, formats, since_1904 })
    }

    pub(super) fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// Reads the cells of a sheet.
    pub(super) fn cells(&mut self, sheet: &Sheet) -> Result<Cells<'_, impl BufRead>, Fault> {
        let Some(xml) = self.parts.part(&sheet.path, u64::MAX)? else {
            return Err(Fault::Wrong("no part with its cells"));
        };
        let values =
            Values { strings: &self.strings, formats: &self.formats, since_1904: self.since_1904 };
        Ok(Cells::new(xml, values))
    }

    /// Reads the merged cells of a sheet, by their first row.
    pub(super) fn merged(&mut self, sheet: &Sheet) -> Result<Vec<Dimensions>, Fault> {
        match self.parts.part(&sheet.path, u64::MAX)? {
            Some(xml) => merged::read(xml),
            None => Err(Fault::Wrong("no part with its cells")),
        }
    }
}

/// A part that is read.
type Part<'p, 'a> = Xml<BufReader<ZipFile<'p, Source<'a>>>>;

/// The parts by their names, in which case does not count.
struct Parts<'a> {
    archive: ZipArchive<Source<'a>>,
    places: HashMap<String, usize>,
}

impl<'a> Parts<'a> {
    fn open(bytes: Source<'a>) -> Result<Self, Fault> {
        let archive = ZipArchive::new(bytes).map_err(|error| Fault::unreadable(&error))?;
        let name = |index: usize| Some((plain(&archive.name_for_index(index)?.ok()?), index));
        let places = (0..archive.len()).filter_map(name).collect();
        Ok(Self { archive, places })
    }

    fn has(&self, name: &str) -> bool {
        self.places.contains_key(&plain(name))
    }

    /// Opens a part that has at most so many bytes; none where there is no such part.
    fn part(&mut self, name: &str, most: u64) -> Result<Option<Part<'_, 'a>>, Fault> {
        let Some(index) = self.places.get(&plain(name)).copied() else { return Ok(None) };
        let file = self.archive.by_index(index).map_err(|error| Fault::unreadable(&error))?;
        Ok(Some(Xml::new(BufReader::with_capacity(CHUNK, file), most)))
    }

    fn relations(&mut self, name: &str) -> Result<Option<Vec<Relation>>, Fault> {
        let Some(mut xml) = self.part(name, MOST_LISTED)? else { return Ok(None) };
        let mut relations = Vec::new();
        let mut buffer = Vec::new();
        loop {
            match xml.event(&mut buffer)? {
                Event::Start(tag) | Event::Empty(tag)
                    if tag.local_name().as_ref() == "Relationship" =>
                {
                    let mut relation = Relation::default();
                    attributes(&tag, |name, value| match name {
                        "Id" => relation.id = value_of(value),
                        "Type" => relation.kind = value_of(value),
                        "Target" => relation.target = value_of(value),
                        _ => {}
                    })?;
                    relations.push(relation);
                }
                Event::Eof => return Ok(Some(relations)),
                _ => {}
            }
        }
    }
}

/// What one part says of another.
#[derive(Debug, Default)]
struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Relation {
    fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }

    /// Returns the name of the part, which stands in the folder unless it says otherwise.
    fn within(&self, folder: &str) -> String {
        let path = match self.target.strip_prefix('/') {
            Some(path) => path.to_owned(),
            None => format!("{folder}{}", self.target),
        };
        let mut steps: Vec<&str> = Vec::new();
        for step in path.split('/') {
            match step {
                "." => {}
                ".." => {
                    steps.pop();
                }
                _ => steps.push(step),
            }
        }
        steps.join("/")
    }
}

/// Reads the sheets in the order of their tabs, and whether days are counted from 1904.
fn read_workbook<R: BufRead>(
    mut xml: Xml<R>,
    folder: &str,
    relations: &[Relation],
) -> Result<(Vec<Sheet>, bool), Fault> {
    let parts: HashMap<&str, &Relation> =
        relations.iter().map(|relation| (relation.id.as_str(), relation)).collect();
    let (mut sheets, mut since_1904) = (Vec::new(), false);
    let mut buffer = Vec::new();
    loop {
        match xml.event(&mut buffer)? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "sheet" => {
                    let (mut name, mut id, mut hidden) = (String::new(), String::new(), false);
                    attributes(&tag, |key, value| match key.rsplit(':').next() {
                        Some("name") => name = value_of(value),
                        Some("id") => id = value_of(value),
                        Some("state") => hidden = value != "visible",
                        _ => {}
                    })?;
                    let part = parts.get(id.as_str());
                    let part = part.ok_or(Fault::Wrong("a sheet without a part of its own"))?;
                    if sheets.len() >= MOST_SHEETS {
                        return Err(Fault::Wrong("more than 10,000 sheets"));
                    }
                    if part.is("worksheet") {
                        sheets.push(Sheet { name, hidden, path: part.within(folder) });
                    }
                }
                "workbookPr" => attributes(&tag, |key, value| {
                    if key == "date1904" {
                        since_1904 = matches!(value, "1" | "true");
                    }
                })?,
                _ => {}
            },
            Event::Eof => return Ok((sheets, since_1904)),
            _ => {}
        }
    }
}
