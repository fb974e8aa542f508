//! What a run knows of the rows it has written, per table: their ids, and what must not come twice.

use std::collections::{BTreeMap, HashMap, HashSet};

use landfall_catalogue::Column;
use landfall_core::digest::Hasher;
use landfall_instances::value::{Value, canonical_value};

use crate::{
    error::{Error, listed},
    keys::{self, IdSet, KeyDigest, Keys},
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

/// Rows by what they hold in some columns, for lookups; none where several rows hold the same.
struct Natural {
    by: Vec<String>,
    cells: Vec<usize>,
    columns: Vec<Column>,
    found: HashMap<KeyDigest, Option<i64>>,
}

struct Unique {
    cells: Vec<usize>,
    names: Vec<String>,
    seen: HashSet<KeyDigest>,
}

struct Duplicates {
    by: Vec<usize>,
    first: HashMap<KeyDigest, i64>,
}

impl Targets {
    /// Prepares every table that a section writes; new rows are numbered after the greatest id ever given.
    pub(super) fn of(sections: &[SectionPlan<'_>], keys: &Keys) -> Result<Self, Error> {
        let mut targets: BTreeMap<String, Target> = BTreeMap::new();
        for section in sections {
            let name = &section.table.name;
            if !targets.contains_key(name) {
                let next = keys.greatest(name)? + 1;
                targets.insert(name.clone(), Target::of(section, next));
            }
            if let Some(target) = targets.get_mut(name)
                && let Some(duplicates) = &section.duplicates
                && !target.duplicates.iter().any(|known| known.by == duplicates.by)
            {
                target
                    .duplicates
                    .push(Duplicates { by: duplicates.by.clone(), first: HashMap::new() });
            }
        }
        let mut targets = Self(targets);
        for field in sections.iter().flat_map(|section| &section.fields) {
            if let Destination::Natural { table, by } = &field.destination {
                targets.prepare(sections, table, by);
            }
        }
        Ok(targets)
    }

    /// Prepares a table for lookups by some of its columns.
    fn prepare(&mut self, sections: &[SectionPlan<'_>], table: &str, by: &[String]) {
        let Some(target) = self.0.get_mut(table) else { return };
        let Some(section) = sections.iter().find(|section| section.table.name == *table) else {
            return;
        };
        if target.naturals.iter().any(|known| known.by == by) {
            return;
        }
        let cell = |name: &String| section.columns.iter().position(|column| column.name == *name);
        let Some(cells) = by.iter().map(cell).collect::<Option<Vec<usize>>>() else { return };
        let columns =
            cells.iter().filter_map(|cell| section.columns.get(*cell)).copied().cloned().collect();
        target.naturals.push(Natural { by: by.to_vec(), cells, columns, found: HashMap::new() });
    }

    /// Returns the id of the only row that this run wrote with those texts in those columns.
    pub(super) fn natural(
        &self,
        table: &str,
        by: &[String],
        texts: &[Option<&str>],
    ) -> Option<i64> {
        let natural = self.0.get(table)?.naturals.iter().find(|known| known.by == by)?;
        let values = natural
            .columns
            .iter()
            .zip(texts)
            .map(|(column, text)| canonical_value(column, (*text)?).ok())
            .collect::<Option<Vec<Value>>>()?;
        let all: Vec<usize> = (0..values.len()).collect();
        *natural.found.get(&digest(&values, &all, Case::Kept)?)?
    }

    /// Tells whether this run wrote a row of that id.
    pub(super) fn wrote(&self, table: &str, id: i64) -> bool {
        self.0.get(table).is_some_and(|target| target.written.contains(id))
    }

    pub(super) fn target(&mut self, table: &str) -> Option<&mut Target> {
        self.0.get_mut(table)
    }
}

impl Target {
    fn of(section: &SectionPlan<'_>, next: i64) -> Self {
        let cell = |name: &String| section.columns.iter().position(|column| column.name == *name);
        let unique = section
            .table
            .unique
            .iter()
            .filter_map(|names| {
                let cells = names.iter().map(cell).collect::<Option<Vec<usize>>>()?;
                Some(Unique { cells, names: names.clone(), seen: HashSet::new() })
            })
            .collect();
        Self {
            next,
            written: IdSet::default(),
            unique,
            duplicates: Vec::new(),
            naturals: Vec::new(),
        }
    }

    /// Returns the id of the first row that equals this one in the compared cells, without regard to case. Rows with
    /// an empty cell are never equal: nobody knows.
    pub(super) fn duplicate(&self, by: &[usize], cells: &[Value]) -> Option<i64> {
        let known = self.duplicates.iter().find(|known| known.by == by)?;
        known.first.get(&digest(cells, by, Case::Folded)?).copied()
    }

    /// Returns the columns in which an earlier row equals this one although no two rows may.
    pub(super) fn clash(&self, cells: &[Value]) -> Option<(String, String)> {
        let unique = self.unique.iter().find(|unique| {
            digest(cells, &unique.cells, Case::Kept).is_some_and(|key| unique.seen.contains(&key))
        })?;
        let reason = format!(
            "expected every row to differ in {}, found an earlier row with the same",
            listed(&unique.names)
        );
        Some((unique.names.join("+"), reason))
    }

    /// Returns an id that no row ever had.
    pub(super) fn number(&mut self) -> i64 {
        let id = self.next;
        self.next += 1;
        id
    }

    /// Remembers a row that was written.
    pub(super) fn remember(&mut self, id: i64, cells: &[Value]) {
        self.written.insert(id);
        for unique in &mut self.unique {
            unique.seen.extend(digest(cells, &unique.cells, Case::Kept));
        }
        for natural in &mut self.naturals {
            if let Some(key) = digest(cells, &natural.cells, Case::Kept) {
                natural.found.entry(key).and_modify(|found| *found = None).or_insert(Some(id));
            }
        }
        for duplicates in &mut self.duplicates {
            if let Some(key) = digest(cells, &duplicates.by, Case::Folded) {
                duplicates.first.entry(key).or_insert(id);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Kept,
    Folded,
}

/// Returns the digest of some cells; none when one of them is empty.
fn digest(cells: &[Value], wanted: &[usize], case: Case) -> Option<KeyDigest> {
    let mut hasher = Hasher::new();
    for index in wanted {
        match cells.get(*index)? {
            Value::Null => return None,
            Value::Integer(number) => keys::add(&mut hasher, Some(&number.to_string())),
            Value::Real(number) => keys::add(&mut hasher, Some(&number.to_string())),
            Value::Text(text) if case == Case::Folded => {
                keys::add(&mut hasher, Some(&text.to_lowercase()));
            }
            Value::Text(text) => keys::add(&mut hasher, Some(text)),
            Value::Blob(bytes) => hasher.update(bytes),
        }
    }
    Some(keys::first_half(hasher))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn rows_are_one_without_regard_to_case_and_never_by_an_empty_cell() {
        let mut target = Target {
            next: 1,
            written: IdSet::default(),
            unique: vec![Unique {
                cells: vec![2],
                names: vec!["external_id".to_owned()],
                seen: HashSet::new(),
            }],
            duplicates: vec![Duplicates { by: vec![1], first: HashMap::new() }],
            naturals: vec![],
        };
        let row = [Value::Null, text("Ada"), text("x")];
        assert_eq!(target.duplicate(&[1], &row), None);
        assert_eq!(target.number(), 1);
        target.remember(1, &row);
        assert_eq!(target.duplicate(&[1], &[Value::Null, text("ADA"), text("y")]), Some(1));
        assert_eq!(target.duplicate(&[1], &[Value::Null, Value::Null, text("y")]), None);
        assert_eq!(target.clash(&row).unwrap().0, "external_id");
        assert_eq!(target.clash(&[Value::Null, text("Ada"), text("X")]), None);
        assert_eq!(target.clash(&[Value::Null, text("Ada"), Value::Null]), None);
        assert_eq!(target.number(), 2);
    }
}
