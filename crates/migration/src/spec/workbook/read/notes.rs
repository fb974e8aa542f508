//! Finds the notes beside cells (Excel calls them notes and comments): a spec holds what stands in cells, so what a note
//! says would be lost.

use std::{collections::BTreeMap, fs::File, io::BufReader, path::Path};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use zip::ZipArchive;

/// The most elements of a kind that a part of a spec's workbook has.
const MOST: usize = 20_000;

/// The most cells that are named; more would tell nobody more.
const MOST_NOTES: usize = 200;

type Attributes = BTreeMap<String, String>;

/// A cell with a note.
pub(super) struct Note {
    pub(super) sheet: String,
    pub(super) cell: String,
}

/// Returns the cells that have a note, each once.
pub(super) fn find(path: &Path) -> Result<Vec<Note>, String> {
    let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let archive = ZipArchive::new(BufReader::new(file))
        .map_err(|_| "is damaged; save it again or ask for it again".to_owned())?;
    let parts = archive
        .file_names()
        .filter_map(Result::ok)
        .map(|name| (name.to_ascii_lowercase(), name.into_owned()))
        .collect();
    let mut package = Package { archive, parts };
    let mut notes: Vec<Note> = Vec::new();
    for (part, sheet) in package.sheets()? {
        for relation in package.relations(&part)? {
            let kind = relation.get("Type").map(String::as_str).unwrap_or_default();
            if !kind.ends_with("/comments") && !kind.ends_with("/threadedComment") {
                continue;
            }
            let part = target(&part, &relation);
            for note in package.elements(&part, &["comment", "threadedComment"])? {
                let cell = note.get("ref").filter(|cell| is_cell(cell));
                let cell = cell.map_or("A1", String::as_str);
                // Excel writes a thread of comments as a note as well.
                let is_known = notes.iter().any(|known| known.sheet == sheet && known.cell == cell);
                if !is_known && notes.len() < MOST_NOTES {
                    notes.push(Note { sheet: sheet.clone(), cell: cell.to_owned() });
                }
            }
        }
    }
    Ok(notes)
}

/// The parts of a workbook, and how they refer to each other.
struct Package {
    archive: ZipArchive<BufReader<File>>,
    /// The names of the parts, by their lower-case letters: in references case does not matter.
    parts: BTreeMap<String, String>,
}

impl Package {
    /// Returns the names of the sheets, by their parts.
    fn sheets(&mut self) -> Result<BTreeMap<String, String>, String> {
        let mut sheets = BTreeMap::new();
        for relation in self.relations("")? {
            if !relation.get("Type").is_some_and(|kind| kind.ends_with("/officeDocument")) {
                continue;
            }
            let book = target("", &relation);
            let mut parts = BTreeMap::new();
            for relation in self.relations(&book)? {
                if let Some(id) = relation.get("Id") {
                    parts.insert(id.clone(), target(&book, &relation));
                }
            }
            for sheet in self.elements(&book, &["sheet"])? {
                if let (Some(name), Some(id)) = (sheet.get("name"), sheet.get("id"))
                    && let Some(part) = parts.get(id)
                {
                    sheets.insert(part.clone(), name.clone());
                }
            }
        }
        Ok(sheets)
    }

    /// Returns what a part refers to; the empty name stands for the workbook as a whole.
    fn relations(&mut self, part: &str) -> Result<Vec<Attributes>, String> {
        let (folder, file) = part.split_at(part.rfind('/').map_or(0, |at| at + 1));
        self.elements(&format!("{folder}_rels/{file}.rels"), &["Relationship"])
    }

    /// Returns the attributes of the elements of those names; none where there is no such part.
    fn elements(&mut self, part: &str, wanted: &[&str]) -> Result<Vec<Attributes>, String> {
        let Some(name) = self.parts.get(&part.to_ascii_lowercase()) else {
            return Ok(Vec::new());
        };
        let unreadable = || format!("has a part `{part}` that cannot be read; save it again");
        let file = self.archive.by_name(name).map_err(|_| unreadable())?;
        let mut xml = Reader::from_reader(BufReader::new(file));
        let mut buffer = Vec::new();
        let mut elements = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer).map_err(|_| unreadable())? {
                Event::Start(tag) | Event::Empty(tag)
                    if wanted.contains(&tag.local_name().into_inner()) =>
                {
                    elements.push(attributes(&tag).ok_or_else(unreadable)?);
                }
                Event::Eof => return Ok(elements),
                _ => {}
            }
            if elements.len() > MOST {
                return Err(format!(
                    "has a part `{part}` with more than {MOST} entries; expected the workbook of a spec"
                ));
            }
        }
    }
}

/// Returns the attributes of a tag by their names without prefix; none where they are no XML.
fn attributes(tag: &BytesStart<'_>) -> Option<Attributes> {
    tag.attributes()
        .map(|attribute| {
            let attribute = attribute.ok()?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            Some((attribute.key.local_name().into_inner().to_owned(), value.into_owned()))
        })
        .collect()
}

/// Returns the part that a relation of `part` leads to.
fn target(part: &str, relation: &Attributes) -> String {
    let target = relation.get("Target").map(String::as_str).unwrap_or_default();
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut path: Vec<&str> = part.split('/').collect();
    path.pop();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            name => path.push(name),
        }
    }
    path.join("/")
}

/// Tells whether a text is the name of a cell, which is all that is shown of a note.
fn is_cell(text: &str) -> bool {
    text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_leads_to_a_part() {
        let to = |part: &str, to: &str| {
            target(part, &Attributes::from([("Target".to_owned(), to.to_owned())]))
        };
        assert_eq!(to("", "xl/workbook.xml"), "xl/workbook.xml");
        assert_eq!(to("xl/workbook.xml", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(to("xl/worksheets/sheet1.xml", "../comments1.xml"), "xl/comments1.xml");
        assert_eq!(to("xl/worksheets/sheet1.xml", "/xl/c/c1.xml"), "xl/c/c1.xml");
    }
}
