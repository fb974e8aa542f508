//! Shape: which tables hold a study's design, and which hold data of people that hang on it.

use landfall_catalogue::{Catalogue, Column, Table};

use crate::record::Error;

/// The table of studies.
pub const STUDY: &str = "study";

/// The table of the versions of designs.
pub const DESIGN: &str = "study_design";

/// The column by which a version belongs to a study.
pub(super) const STUDY_COLUMN: &str = "study_id";

/// The tables of a design, and of what hangs on a study, as a catalogue declares them.
#[derive(Debug)]
pub struct Shape<'a> {
    catalogue: &'a Catalogue,
    study: &'a Table,
    parts: Vec<Part<'a>>,
    data: Vec<&'a Table>,
}

/// A table of a design, and the column that leads to the row to which one of its rows belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) table: &'a Table,
    /// None for `study_design` itself.
    pub(super) owner: Option<(&'a Column, &'a str)>,
}

impl<'a> Shape<'a> {
    /// Finds the tables in a catalogue.
    ///
    /// # Errors
    /// [`Error::UnknownTable`] when the catalogue knows no studies or no designs of them.
    pub fn of(catalogue: &'a Catalogue) -> Result<Self, Error> {
        let known = |name: &str| {
            catalogue.table(name).ok_or_else(|| Error::UnknownTable { table: name.to_owned() })
        };
        let study = known(STUDY)?;
        let mut parts = vec![Part { table: known(DESIGN)?, owner: None }];
        // Tables stand in load order: what a table refers to was seen before it.
        for table in catalogue.tables() {
            let owner = table
                .references()
                .find(|(column, target)| column.required && holds(&parts, target));
            if let Some(owner) = owner.filter(|_| !holds(&parts, &table.name)) {
                parts.push(Part { table, owner: Some(owner) });
            }
        }
        let mut data: Vec<&Table> = Vec::new();
        for table in catalogue.tables().iter().filter(|table| table.person.is_some()) {
            let hangs = table.references().any(|(_, target)| {
                target == STUDY
                    || holds(&parts, target)
                    || data.iter().any(|other| other.name == target)
            });
            if hangs && !holds(&parts, &table.name) {
                data.push(table);
            }
        }
        Ok(Self { catalogue, study, parts, data })
    }

    /// Returns the catalogue.
    #[must_use]
    pub fn catalogue(&self) -> &'a Catalogue {
        self.catalogue
    }

    /// Yields the tables of a design in load order, `study_design` first.
    pub fn tables(&self) -> impl Iterator<Item = &'a Table> {
        self.parts.iter().map(|part| part.table)
    }

    /// Yields the tables about people whose rows hang on a study or its design, in load order.
    pub fn data(&self) -> impl Iterator<Item = &'a Table> {
        self.data.iter().copied()
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'a>> {
        self.parts.iter().copied()
    }

    pub(super) fn study(&self) -> &'a Table {
        self.study
    }

    /// Tells whether a table is a part of a design.
    #[must_use]
    pub fn holds(&self, table: &str) -> bool {
        holds(&self.parts, table)
    }

    /// Yields the columns of a part that are content: neither the row's id, nor what `study_design` belongs to.
    pub(super) fn columns(&self, part: Part<'a>) -> impl Iterator<Item = &'a Column> {
        part.table.columns.iter().filter(move |column| {
            column.name != "id" && (part.owner.is_some() || column.references.is_none())
        })
    }
}

fn holds(parts: &[Part<'_>], table: &str) -> bool {
    parts.iter().any(|part| part.table.name == table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_those_that_hang_on_a_design() {
        for release in Catalogue::embedded_releases() {
            let catalogue = Catalogue::embedded(&release).unwrap();
            let shape = Shape::of(&catalogue).unwrap();
            let names: Vec<&str> = shape.tables().map(|table| table.name.as_str()).collect();
            assert_eq!(names.first(), Some(&DESIGN));
            for part in ["epoch", "code_list_item", "item_range_check", "activity", "item_alias"] {
                assert!(names.contains(&part), "{release}: {part}");
            }
            // An import never touches roles, sites, labs or devices, nor what else a study has.
            for table in catalogue.tables() {
                let is_part = names.contains(&table.name.as_str());
                assert_eq!(
                    is_part,
                    table.module == "study_design" && table.name != "study_library"
                );
            }
            let data: Vec<&str> = shape.data().map(|table| table.name.as_str()).collect();
            assert_eq!(data, ["appointment", "study_participation"], "{release}");
        }
    }
}
