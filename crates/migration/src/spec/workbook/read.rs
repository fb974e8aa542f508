//! Reads a spec from a workbook. Everything wrong is named by sheet and cell, all at once.

mod files;
mod notes;
mod sheet;

use std::{collections::BTreeMap, path::Path};

use calamine::{Reader as _, Xlsx, XlsxError, open_workbook};
use landfall_catalogue::Catalogue;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use self::sheet::{Row, Sheet};
use super::{
    FIELDS, GENERAL, IGNORED_COLUMNS, IGNORED_FILES, LISTS, MAPS, SECTIONS, SOURCES, SQL, STATUSES,
    TEST_VOLUNTEERS, text,
};
use crate::{
    error::{Error, Problem, Problems, listed},
    source::guard_workbook,
    spec::{
        load::{SPEC, no_such},
        model::{Field, Model, Section, Source},
    },
};

type Book = Xlsx<std::io::BufReader<std::fs::File>>;

/// The largest workbook that is opened. A spec is a few hundred rows; what is larger is another file.
const LARGEST: u64 = 32 << 20;

/// Returns the files of the spec folder that the workbook stands for.
pub(super) fn read(path: &Path, catalogue: &Catalogue) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let unfit = |what: String| Error::Workbook { what: format!("`{}`: {what}", path.display()) };
    let facts =
        std::fs::metadata(path).map_err(|error| Error::file("read the workbook", path, error))?;
    if facts.len() > LARGEST {
        return Err(unfit(format!(
            "expected the workbook of a spec, of at most {} MB, found {} MB; name the spec's workbook",
            LARGEST >> 20,
            facts.len() >> 20
        )));
    }
    guard_workbook(path).map_err(|error| match error {
        Error::Source { what, .. } => {
            // What it advises behind that is meant for sources.
            let found = what.split("; ").next().unwrap_or_default();
            unfit(format!("{found}; name the spec's workbook, saved as `.xlsx` without a password"))
        }
        other => other,
    })?;
    // What the reader says may hold the text of a cell.
    let book: Book = open_workbook(path).map_err(|error: XlsxError| {
        let found = match error {
            XlsxError::Password => "one with a password",
            _ => "one that cannot be read",
        };
        unfit(format!("expected a workbook (`.xlsx`), found {found}; save it again in Excel"))
    })?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("workbook");
    let mut reading = Reading { file: name.to_owned(), book, held: 0, problems: Vec::new() };
    let files = reading.files(catalogue)?;
    for note in notes::find(path).map_err(unfit)? {
        reading.at(
            &note.sheet,
            &note.cell,
            "expected all that is said in cells, found a note beside this one; move what it says to a cell such as one of `comments`, and delete the note",
        );
    }
    if reading.problems.is_empty() {
        Ok(files)
    } else {
        Err(Error::Problems(Problems(reading.problems)))
    }
}

struct Reading {
    file: String,
    book: Book,
    /// The memory that the cells read so far take, about.
    held: usize,
    problems: Vec<Problem>,
}

impl Reading {
    fn files(&mut self, catalogue: &Catalogue) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let general = self.sheet(GENERAL.name, GENERAL.columns)?;
        let sources = self.sheet(SOURCES.name, SOURCES.columns)?;
        let columns = self.sheet(IGNORED_COLUMNS.name, IGNORED_COLUMNS.columns)?;
        let ignored = self.sheet(IGNORED_FILES.name, IGNORED_FILES.columns)?;
        let volunteers = self.sheet(TEST_VOLUNTEERS.name, TEST_VOLUNTEERS.columns)?;
        let sections = self.sheet(SECTIONS.name, SECTIONS.columns)?;
        let maps = self.sheet(MAPS.name, MAPS.columns)?;
        let sql = self.sheet(SQL.name, SQL.columns)?;
        let lists = self.sheet(LISTS.name, LISTS.columns)?;
        let mut spec = self.general(&general);
        let files = self.ignored_files(&ignored);
        if !files.is_empty() {
            spec.insert("ignored_files".to_owned(), Value::Table(files));
        }
        let volunteers = self.test_volunteers(&volunteers);
        if !volunteers.is_empty() {
            spec.insert("test_volunteers".to_owned(), Value::Array(volunteers));
        }
        self.check_head(&general, &spec);
        // Another release has other targets; that alone is said by the check of the spec.
        let same = spec.get("product").and_then(Value::as_str) == Some(catalogue.product())
            && spec.get("release").and_then(Value::as_str)
                == Some(catalogue.release().to_string().as_str());
        let catalogue = same.then_some(catalogue);
        let sources = self.sources(&sources, &columns);
        spec.insert("source".to_owned(), array(sources));
        let sections = self.sections(&sections, catalogue)?;
        spec.insert("section".to_owned(), array(sections));
        let mut files = BTreeMap::new();
        files.insert(SPEC.to_owned(), text::spec(spec).into_bytes());
        self.maps(&maps, &mut files);
        self.sql(&sql, &mut files);
        self.lists(&lists, &mut files);
        Ok(files)
    }

    fn general(&mut self, sheet: &Sheet<'_>) -> Table {
        let mut spec = Table::new();
        for row in &sheet.rows {
            let Some(key) = self.needed(sheet, row, 0) else { continue };
            if !["product", "release", "name", "coverage"].contains(&key) {
                self.wrong(
                    sheet,
                    row,
                    0,
                    &no_such("a key", key, ["product", "release", "name", "coverage"]),
                );
                continue;
            }
            let Some(value) = self.needed(sheet, row, 1) else { continue };
            if spec.insert(key.to_owned(), Value::String(value.to_owned())).is_some() {
                self.wrong(sheet, row, 0, "expected every key once, found it twice");
            }
        }
        spec
    }

    /// Names the keys that are missing, or whose value is none of those allowed.
    fn check_head(&mut self, sheet: &Sheet<'_>, spec: &Table) {
        for key in ["product", "release", "name"] {
            if sheet.found && !spec.contains_key(key) {
                self.at(sheet.name, "A2", &format!("expected a row `{key}`, found none; add it"));
                return;
            }
        }
        if sheet.found
            && let Err(error) = as_model::<Model>(spec)
        {
            self.at(sheet.name, "B2", &format!("expected the head of a spec, found: {error}"));
        }
    }

    fn ignored_files(&mut self, sheet: &Sheet<'_>) -> Table {
        let mut files = Table::new();
        for row in &sheet.rows {
            let Some(file) = self.needed(sheet, row, 0) else { continue };
            let Some(reason) = self.needed(sheet, row, 1) else { continue };
            if files.insert(file.to_owned(), Value::String(reason.to_owned())).is_some() {
                self.wrong(sheet, row, 0, "expected every file once, found it twice");
            }
        }
        files
    }

    fn test_volunteers(&mut self, sheet: &Sheet<'_>) -> Vec<Value> {
        let mut volunteers = Vec::new();
        for row in &sheet.rows {
            let Some(id) = self.needed(sheet, row, 0) else { continue };
            volunteers.push(Value::String(id.to_owned()));
        }
        volunteers
    }

    fn sources(&mut self, sheet: &Sheet<'_>, ignored: &Sheet<'_>) -> Vec<Table> {
        let mut sources: Vec<Table> = Vec::new();
        for row in &sheet.rows {
            let mut source = self.options(sheet, row, 3);
            for (column, key) in [(0, "name"), (1, "file"), (2, "format")] {
                if let Some(text) = self.needed(sheet, row, column) {
                    source.insert(key.to_owned(), Value::String(text.to_owned()));
                }
            }
            if let Err(error) = as_model::<Source>(&source) {
                self.wrong(sheet, row, 3, &format!("expected a source, found: {error}"));
            }
            sources.push(source);
        }
        for row in &ignored.rows {
            let Some(name) = self.needed(ignored, row, 0) else { continue };
            let Some(column) = self.needed(ignored, row, 1) else { continue };
            let Some(reason) = self.needed(ignored, row, 2) else { continue };
            let source = sources
                .iter_mut()
                .find(|source| source.get("name").and_then(Value::as_str) == Some(name));
            let Some(source) = source else {
                let message = format!("expected a source of the sheet `Sources`, found `{name}`");
                self.wrong(ignored, row, 0, &message);
                continue;
            };
            let entry =
                source.entry("ignored".to_owned()).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(entry) = entry else { continue };
            if entry.insert(column.to_owned(), Value::String(reason.to_owned())).is_some() {
                self.wrong(ignored, row, 1, "expected every column once, found it twice");
            }
        }
        sources
    }

    fn sections(
        &mut self,
        overview: &Sheet<'_>,
        catalogue: Option<&Catalogue>,
    ) -> Result<Vec<Table>, Error> {
        let mut sections = Vec::new();
        let mut tabs: Vec<String> = [
            &GENERAL,
            &SOURCES,
            &IGNORED_COLUMNS,
            &IGNORED_FILES,
            &TEST_VOLUNTEERS,
            &SECTIONS,
            &MAPS,
            &SQL,
            &LISTS,
        ]
        .into_iter()
        .map(|tab| tab.name.to_owned())
        .collect();
        for row in &overview.rows {
            let mut section = self.options(overview, row, 4);
            for (column, key) in [(1, "name"), (2, "target"), (3, "source")] {
                if let Some(text) = self.needed(overview, row, column) {
                    section.insert(key.to_owned(), Value::String(text.to_owned()));
                }
            }
            if let Err(error) = as_model::<Section>(&section) {
                self.wrong(overview, row, 4, &format!("expected a section, found: {error}"));
            }
            if let (Some(target), Some(catalogue)) = (row.text(2), catalogue)
                && catalogue.table(target).is_none()
            {
                let message = format!(
                    "expected a table of release `{}`, found `{target}`; `landfall catalogue show {}` lists them",
                    catalogue.release(),
                    catalogue.release()
                );
                self.wrong(overview, row, 2, &message);
            }
            let Some(tab) = self.needed(overview, row, 0) else { continue };
            if tabs.iter().any(|other| other == tab) {
                self.wrong(overview, row, 0, "expected a tab of its own for every section");
                continue;
            }
            tabs.push(tab.to_owned());
            let sheet = self.sheet(tab, FIELDS)?;
            let mut fields = Vec::new();
            for line in &sheet.rows {
                fields.extend(self.field(&sheet, line, row, catalogue));
            }
            section.insert("field".to_owned(), array(fields));
            sections.push(section);
        }
        for name in self.book.sheet_names() {
            if overview.found && !tabs.contains(&name) {
                self.at(
                    &name,
                    "A1",
                    "expected a sheet that `Sections` names in its column `tab`, found another; add it there or delete the sheet",
                );
            }
        }
        Ok(sections)
    }

    /// Reads a row of a section's tab; `of` is the section's row in the overview.
    fn field(
        &mut self,
        sheet: &Sheet<'_>,
        row: &Row,
        of: &Row,
        catalogue: Option<&Catalogue>,
    ) -> Option<Table> {
        for (column, of_column, what) in [(0, 3, "source"), (2, 2, "target table")] {
            let (found, expected) = (row.text(column), of.text(of_column));
            if let (Some(found), Some(expected)) = (found, expected)
                && found != expected
            {
                let message = format!(
                    "expected `{expected}`, the {what} of this section, found `{found}`; correct it, or move the row to another section's tab"
                );
                self.wrong(sheet, row, column, &message);
            }
        }
        let target = self.needed(sheet, row, 3)?;
        let known = catalogue.and_then(|catalogue| catalogue.table(of.text(2)?));
        if let Some(table) = known
            && table.column(target).is_none()
        {
            let message = no_such(
                &format!("a column of `{}`", table.name),
                target,
                table.columns.iter().map(|column| &column.name),
            );
            self.wrong(sheet, row, 3, &message);
        }
        let mut field = self.rules(sheet, row)?;
        field.insert("target".to_owned(), Value::String(target.to_owned()));
        if let Some(source) = row.text(1) {
            field.insert("source".to_owned(), self.names(sheet, row, source)?);
        }
        if let Some(status) = row.text(5) {
            if !STATUSES.contains(&status) {
                let message = format!("expected {}, found `{status}`", listed(STATUSES));
                self.wrong(sheet, row, 5, &message);
            }
            field.insert("status".to_owned(), Value::String(status.to_owned()));
        }
        if let Some(comments) = row.text(7) {
            field.insert("note".to_owned(), Value::String(comments.to_owned()));
        }
        if let Err(error) = as_model::<Field>(&field) {
            self.wrong(sheet, row, 6, &format!("expected a rule with its options, found: {error}"));
        }
        Some(field)
    }

    /// Reads `migrate` and `rules`: the name of a rule in the first line, its options below.
    fn rules(&mut self, sheet: &Sheet<'_>, row: &Row) -> Option<Table> {
        let migrate = match self.needed(sheet, row, 4)?.to_lowercase().as_str() {
            "y" | "yes" => true,
            "n" | "no" => false,
            other => {
                self.wrong(sheet, row, 4, &format!("expected `y` or `n`, found `{other}`"));
                return None;
            }
        };
        let rules = match (row.text(6), migrate) {
            (Some(rules), _) => rules,
            (None, false) => "ignore",
            (None, true) => {
                self.wrong(sheet, row, 6, "expected a rule such as `copy`, found none");
                return None;
            }
        };
        let (rule, options) = rules.split_once('\n').unwrap_or((rules, ""));
        let rule = rule.trim();
        if (rule == "ignore") == migrate {
            let expected = if migrate { "`n` in `migrate y/n` beside" } else { "`y` beside" };
            let message = format!(
                "expected {expected} rule `{rule}`, found `{}`; correct one of them",
                if migrate { "y" } else { "n" }
            );
            self.wrong(sheet, row, 4, &message);
        }
        let mut field = self.toml(sheet, row, 6, options)?;
        for key in ["target", "source", "rule", "status", "note"] {
            if field.contains_key(key) {
                let message = format!("expected options of the rule, found `{key}`; remove it");
                self.wrong(sheet, row, 6, &message);
                return None;
            }
        }
        field.insert("rule".to_owned(), Value::String(rule.to_owned()));
        Some(field)
    }

    /// Reads one column name, or several written as a list.
    fn names(&mut self, sheet: &Sheet<'_>, row: &Row, source: &str) -> Option<Value> {
        if !source.starts_with(['[', '"', '\'']) {
            return Some(Value::String(source.to_owned()));
        }
        self.toml(sheet, row, 1, &format!("source = {source}"))?.remove("source")
    }

    fn options(&mut self, sheet: &Sheet<'_>, row: &Row, column: usize) -> Table {
        let text = row.text(column).unwrap_or_default();
        self.toml(sheet, row, column, text).unwrap_or_default()
    }

    fn toml(&mut self, sheet: &Sheet<'_>, row: &Row, column: usize, text: &str) -> Option<Table> {
        match toml::from_str::<Table>(text) {
            Ok(table) => Some(table),
            Err(error) => {
                let message = format!(
                    "expected one option per line, `key = value` as in spec.toml, found: {}",
                    error.message()
                );
                self.wrong(sheet, row, column, &message);
                None
            }
        }
    }

    /// Returns the text of a cell that must not be empty.
    fn needed<'r>(&mut self, sheet: &Sheet<'_>, row: &'r Row, column: usize) -> Option<&'r str> {
        let text = row.text(column);
        if text.is_none() && !row.is_wrong(column) {
            self.wrong(sheet, row, column, "expected a text, found an empty cell");
        }
        text
    }

    fn wrong(&mut self, sheet: &Sheet<'_>, row: &Row, column: usize, message: &str) {
        self.at(sheet.name, &sheet.cell(row, column), message);
    }

    fn at(&mut self, sheet: &str, cell: &str, message: &str) {
        self.problems.push(Problem::new(
            self.file.clone(),
            format!("sheet `{sheet}`, cell {cell}: {message}"),
        ));
    }
}

fn array(tables: Vec<Table>) -> Value {
    Value::Array(tables.into_iter().map(Value::Table).collect())
}

/// Tells what keeps a table from being that part of a spec.
fn as_model<M: DeserializeOwned>(table: &Table) -> Result<M, String> {
    table.clone().try_into::<M>().map_err(|error| error.message().to_owned())
}
