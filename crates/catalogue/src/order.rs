//! The load order: a table stands after every table it refers to.

use std::collections::BTreeSet;

use crate::{
    error::{Error, Place, Problem, listed},
    model::Table,
};

/// Sorts tables into load order; among those that could come next, the one declared first does.
///
/// References of a table to itself are allowed. Every reference must name a table of the list.
///
/// # Errors
/// A refusal naming the tables when references run in a circle.
pub(crate) fn load_order(tables: Vec<Table>) -> Result<Vec<Table>, Error> {
    let mut waiting = tables;
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    let mut placed: BTreeSet<String> = BTreeSet::new();
    while !waiting.is_empty() {
        let next = waiting.iter().position(|table| {
            table.references().all(|(_, target)| target == table.name || placed.contains(target))
        });
        match next {
            Some(index) => {
                let table = waiting.remove(index);
                placed.insert(table.name.clone());
                ordered.push(table);
            }
            None => return Err(circle(&waiting)),
        }
    }
    Ok(ordered)
}

/// Names the circle among tables of which each waits for another: walk along the references until one repeats.
fn circle(waiting: &[Table]) -> Error {
    let mut walked: Vec<&Table> = Vec::new();
    let mut current = waiting.first();
    while let Some(table) = current {
        if let Some(start) = walked.iter().position(|seen| seen.name == table.name) {
            walked.drain(..start);
            break;
        }
        walked.push(table);
        current = table
            .references()
            .filter(|(_, target)| *target != table.name)
            .find_map(|(_, target)| waiting.iter().find(|other| other.name == target));
    }
    let place = walked.first().map_or_else(
        || Place::file("catalogue.toml"),
        |table| Place::table(&table.file(), &table.name),
    );
    let tables = listed(walked.iter().map(|table| &table.name));
    Error::refused(place, Problem::Cycle { tables })
}
