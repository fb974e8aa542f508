//! What a run knows of the rows it has written, per table: their ids, and what must not come twice.

use std::{collections::BTreeMap, io::Write as _};

use landfall_catalogue::Column;
use landfall_core::digest::Hasher;
use landfall_instances::value::canonical;
use rusqlite::{Connection, types::ValueRef};

use super::cells::Cells;
use crate::{
    error::{Error, listed},
    keys::{self, IdSet, KeyDigest, Keys},
    known::Known,
    plan::{Destination, SectionPlan},
};

/// The tables that a run writes.
pub(super) struct Targets(BTreeMap<String, Target>);

/// One table that a run writes.
pub(super) struct Target {
    next: i64,
    written: IdSet,
    unique: Vec<Unique>,
    duplicates: Vec<Duplicates>,
    naturals: Vec<Natural>,
}

/// Rows by what they hold in some columns, for lookups; [`SEVERAL`] where several rows hold the same.
struct Natural {
    by: Vec<String>,
    cells: Vec<usize>,
    columns: Vec<Column>,
    found: Known,
}

/// In place of an id: ids are counted from 1.
const SEVERAL: i64 = 0;

struct Unique {
    cells: Vec<usize>,
    names: Vec<String>,
    seen: Known,
}

struct Duplicates {
    by: Vec<usize>,
    first: Known,
}

impl Targets {
    /// Prepares every table that a section writes; new rows are numbered after the greatest id ever given.
    pub(super) fn of(
        sections: &[SectionPlan<'_>],
        keys: &Keys,
        scratch: &Connection,
    ) -> Result<Self, Error> {
        let mut targets: BTreeMap<String, Target> = BTreeMap::new();
        for section in sections {
            let name = &section.table.name;
            if !targets.contains_key(name) {
                let next = keys.greatest(name)? + 1;
                targets.insert(name.clone(), Target::of(section, next, scratch)?);
            }
            if let Some(target) = targets.get_mut(name)
                && let Some(duplicates) = &section.duplicates
                && !target.duplicates.iter().any(|known| known.by == duplicates.by)
            {
                target.duplicates.push(Duplicates {
                    by: duplicates.by.clone(),
                    first: Known::scratch(scratch)?,
                });
            }
        }
        let mut targets = Self(targets);
        for field in sections.iter().flat_map(|section| &section.fields) {
            if let Destination::Natural { table, by } = &field.destination {
                targets.prepare(sections, table, by, scratch)?;
            }
        }
        Ok(targets)
    }

    /// Prepares a table for lookups by some of its columns.
    fn prepare(
        &mut self,
        sections: &[SectionPlan<'_>],
        table: &str,
        by: &[String],
        scratch: &Connection,
    ) -> Result<(), Error> {
        let Some(target) = self.0.get_mut(table) else { return Ok(()) };
        let Some(section) = sections.iter().find(|section| section.table.name == *table) else {
            return Ok(());
        };
        if target.naturals.iter().any(|known| known.by == by) {
            return Ok(());
        }
        let cell = |name: &String| section.columns.iter().position(|column| column.name == *name);
        let Some(cells) = by.iter().map(cell).collect::<Option<Vec<usize>>>() else {
            return Ok(());
        };
        let columns =
            cells.iter().filter_map(|cell| section.columns.get(*cell)).copied().cloned().collect();
        let found = Known::scratch(scratch)?;
        target.naturals.push(Natural { by: by.to_vec(), cells, columns, found });
        Ok(())
    }

    /// Returns the id of the only row that this run wrote with those texts in those columns.
    pub(super) fn natural(
        &self,
        scratch: &Connection,
        table: &str,
        by: &[String],
        texts: &[Option<String>],
    ) -> Result<Option<i64>, Error> {
        let natural = self
            .0
            .get(table)
            .and_then(|target| target.naturals.iter().find(|known| known.by == by));
        let Some(natural) = natural else { return Ok(None) };
        let mut asked = Cells::default();
        asked.reset(natural.columns.len());
        for (index, (column, text)) in natural.columns.iter().zip(texts).enumerate() {
            if let Some(text) = text
                && let Ok(value) = canonical(column, text)
            {
                asked.set(index, &value);
            }
        }
        let all: Vec<usize> = (0..asked.len()).collect();
        let Some(key) = digest(&asked, &all, Case::Kept) else { return Ok(None) };
        Ok(natural.found.find(scratch, &key)?.filter(|id| *id != SEVERAL))
    }

    /// Tells whether this run wrote a row of that id.
    pub(super) fn wrote(&self, table: &str, id: i64) -> bool {
        self.0.get(table).is_some_and(|target| target.written.contains(id))
    }

    pub(super) fn target(&mut self, table: &str) -> Option<&mut Target> {
        self.0.get_mut(table)
    }

    /// Frees what only a section that writes the table needs, when no more does.
    pub(super) fn settle(&mut self, table: &str) {
        if let Some(target) = self.0.get_mut(table) {
            target.unique.iter_mut().for_each(|unique| unique.seen.forget());
            target.duplicates.iter_mut().for_each(|duplicates| duplicates.first.forget());
        }
    }
}

/// What identifies a row that is about to be written, computed once.
pub(super) struct Marks {
    unique: Vec<Option<KeyDigest>>,
    duplicates: Vec<Option<KeyDigest>>,
}

impl Target {
    fn of(section: &SectionPlan<'_>, next: i64, scratch: &Connection) -> Result<Self, Error> {
        let cell = |name: &String| section.columns.iter().position(|column| column.name == *name);
        let mut unique = Vec::new();
        for names in &section.table.unique {
            let Some(cells) = names.iter().map(cell).collect::<Option<Vec<usize>>>() else {
                continue;
            };
            unique.push(Unique { cells, names: names.clone(), seen: Known::scratch(scratch)? });
        }
        Ok(Self {
            next,
            written: IdSet::default(),
            unique,
            duplicates: Vec::new(),
            naturals: Vec::new(),
        })
    }

    /// Computes what must not come twice of a row.
    pub(super) fn marks(&self, cells: &Cells) -> Marks {
        Marks {
            unique: self
                .unique
                .iter()
                .map(|unique| digest(cells, &unique.cells, Case::Kept))
                .collect(),
            duplicates: self
                .duplicates
                .iter()
                .map(|duplicates| digest(cells, &duplicates.by, Case::Folded))
                .collect(),
        }
    }

    /// Returns the id of the first row that equals this one in the compared cells, without regard to case. Rows with
    /// an empty cell are never equal: nobody knows.
    pub(super) fn duplicate(
        &self,
        scratch: &Connection,
        by: &[usize],
        marks: &Marks,
    ) -> Result<Option<i64>, Error> {
        let known = self.duplicates.iter().zip(&marks.duplicates).find(|(known, _)| known.by == by);
        match known {
            Some((known, Some(key))) => known.first.find(scratch, key),
            Some((_, None)) | None => Ok(None),
        }
    }

    /// Returns the columns in which an earlier row equals this one although no two rows may.
    pub(super) fn clash(
        &self,
        scratch: &Connection,
        marks: &Marks,
    ) -> Result<Option<(String, String)>, Error> {
        for (unique, key) in self.unique.iter().zip(&marks.unique) {
            let Some(key) = key else { continue };
            if unique.seen.find(scratch, key)?.is_some() {
                let reason = format!(
                    "expected every row to differ in {}, found an earlier row with the same",
                    listed(&unique.names)
                );
                return Ok(Some((unique.names.join("+"), reason)));
            }
        }
        Ok(None)
    }

    /// Returns an id that no row ever had.
    pub(super) fn number(&mut self) -> i64 {
        let id = self.next;
        self.next += 1;
        id
    }

    /// Remembers a row that was written.
    pub(super) fn remember(
        &mut self,
        scratch: &Connection,
        id: i64,
        cells: &Cells,
        marks: &Marks,
    ) -> Result<(), Error> {
        self.written.insert(id);
        for (unique, key) in self.unique.iter_mut().zip(&marks.unique) {
            if let Some(key) = key {
                unique.seen.remember(scratch, *key, id)?;
            }
        }
        for natural in &mut self.naturals {
            if let Some(key) = digest(cells, &natural.cells, Case::Kept) {
                let known = natural.found.find(scratch, &key)?;
                natural.found.remember(scratch, key, known.map_or(id, |_| SEVERAL))?;
            }
        }
        for (duplicates, key) in self.duplicates.iter_mut().zip(&marks.duplicates) {
            if let Some(key) = key
                && duplicates.first.find(scratch, key)?.is_none()
            {
                duplicates.first.remember(scratch, *key, id)?;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Kept,
    Folded,
}

/// Returns the digest of some cells; none when one of them is empty.
fn digest(cells: &Cells, wanted: &[usize], case: Case) -> Option<KeyDigest> {
    let mut hasher = Hasher::new();
    let mut digits = [0_u8; 24];
    for index in wanted {
        match cells.get(*index) {
            ValueRef::Null => return None,
            ValueRef::Integer(number) => {
                let mut rest = digits.as_mut_slice();
                // 24 bytes hold every number.
                let _written = write!(rest, "{number}");
                let left = rest.len();
                let length = digits.len() - left;
                let text = std::str::from_utf8(digits.get(..length)?).ok()?;
                keys::add(&mut hasher, Some(text));
            }
            ValueRef::Real(number) => keys::add(&mut hasher, Some(&number.to_string())),
            ValueRef::Text(bytes) => {
                let text = std::str::from_utf8(bytes).ok()?;
                match case {
                    Case::Kept => keys::add(&mut hasher, Some(text)),
                    Case::Folded => keys::add(&mut hasher, Some(&text.to_lowercase())),
                }
            }
            ValueRef::Blob(bytes) => hasher.update(bytes),
        }
    }
    Some(keys::first_half(hasher))
}

#[cfg(test)]
mod tests {
    use landfall_instances::value::Canonical;

    use super::*;

    fn row(texts: &[Option<&'static str>]) -> Cells {
        let mut cells = Cells::default();
        cells.reset(texts.len());
        for (index, text) in texts.iter().enumerate() {
            if let Some(text) = *text {
                cells.set(index, &Canonical::Text(text.into()));
            }
        }
        cells
    }

    #[test]
    fn rows_are_one_without_regard_to_case_and_never_by_an_empty_cell() {
        let scratch = Connection::open_in_memory().unwrap();
        let known = || Known::scratch(&scratch).unwrap();
        let mut target = Target {
            next: 1,
            written: IdSet::default(),
            unique: vec![Unique {
                cells: vec![2],
                names: vec!["external_id".to_owned()],
                seen: known(),
            }],
            duplicates: vec![Duplicates { by: vec![1], first: known() }],
            naturals: vec![],
        };
        let ada = row(&[None, Some("Ada"), Some("x")]);
        let duplicate = |target: &Target, cells: &Cells| {
            target.duplicate(&scratch, &[1], &target.marks(cells)).unwrap()
        };
        let clash =
            |target: &Target, cells: &Cells| target.clash(&scratch, &target.marks(cells)).unwrap();
        assert_eq!(duplicate(&target, &ada), None);
        assert_eq!(target.number(), 1);
        let marks = target.marks(&ada);
        target.remember(&scratch, 1, &ada, &marks).unwrap();
        assert_eq!(duplicate(&target, &row(&[None, Some("ADA"), Some("y")])), Some(1));
        assert_eq!(duplicate(&target, &row(&[None, None, Some("y")])), None);
        assert_eq!(clash(&target, &ada).unwrap().0, "external_id");
        assert_eq!(clash(&target, &row(&[None, Some("Ada"), Some("X")])), None);
        assert_eq!(clash(&target, &row(&[None, Some("Ada"), None])), None);
        assert_eq!(target.number(), 2);
    }
}
