//! Places (table and column) by number, so that a hit is two small numbers.

use std::collections::HashMap;

/// Every table and column that a scan meets.
#[derive(Debug, Default)]
pub(super) struct Places {
    names: Vec<(String, String)>,
    numbers: HashMap<(String, String), usize>,
}

impl Places {
    /// Returns the number of a place, giving it one when it is new.
    pub(super) fn number(&mut self, table: &str, column: &str) -> usize {
        let name = (table.to_owned(), column.to_owned());
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = self.names.len();
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// Returns the number of a place that was met.
    pub(super) fn find(&self, table: &str, column: &str) -> Option<usize> {
        self.numbers.get(&(table.to_owned(), column.to_owned())).copied()
    }

    /// Returns table and column of a number.
    pub(super) fn name(&self, number: usize) -> (&str, &str) {
        self.names.get(number).map_or(("", ""), |(table, column)| (table.as_str(), column.as_str()))
    }
}

/// Counts by place.
#[derive(Debug, Default)]
pub(super) struct Counts(Vec<u64>);

impl Counts {
    /// Counts one.
    pub(super) fn add(&mut self, place: usize) {
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        if let Some(count) = self.0.get_mut(place) {
            *count += 1;
        }
    }

    /// Adds the counts of another thread.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count += more;
        }
    }

    /// Returns the count of a place.
    pub(super) fn of(&self, place: usize) -> u64 {
        self.0.get(place).copied().unwrap_or_default()
    }
}
