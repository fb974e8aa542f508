//! A checked spec: what a run does, row by row. Check and run make it by the same code, so they cannot disagree.

use std::mem;

use landfall_catalogue::{Column, Table};

use crate::{
    report::{Checked, Conversion},
    rule::{Rule, sql},
    source::Format,
    spec::model::Then,
};

/// A spec that fits its catalogue and its dump.
pub(crate) struct Plan<'c> {
    pub(crate) sources: Vec<SourcePlan>,
    /// In the order in which they run: a section stands after those it refers to.
    pub(crate) sections: Vec<SectionPlan<'c>>,
    pub(crate) checked: Checked,
}

impl Plan<'_> {
    pub(crate) fn summary(self) -> Checked {
        self.checked
    }
}

/// A source whose header was read.
pub(crate) struct SourcePlan {
    pub(crate) name: String,
    pub(crate) file: String,
    /// How large the file is, as far as it is known: who reads the larger ones first is done earlier.
    pub(crate) bytes: u64,
    pub(crate) columns: Vec<String>,
    /// Whether the columns' names are names, and may be shown: not what stands where a header line is missing.
    pub(crate) has_header: bool,
    /// Texts that stand for no value.
    pub(crate) null: Vec<String>,
    pub(crate) index: Vec<String>,
    pub(crate) format: Box<dyn Format>,
}

/// One section: rows of a source become rows of a table.
pub(crate) struct SectionPlan<'c> {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) table: &'c Table,
    /// The columns that the package carries, in its order; the first is `id`.
    pub(crate) columns: Vec<&'c Column>,
    /// SQL expressions over the staged source; fields and keys name them by position.
    pub(crate) inputs: Vec<String>,
    pub(crate) key: Key,
    pub(crate) distinct: bool,
    pub(crate) filter: Option<RowFilter>,
    pub(crate) duplicates: Option<DuplicateRule>,
    pub(crate) fields: Vec<FieldPlan<'c>>,
    /// Catalogue defaults of columns that no field fills: cell and text.
    pub(crate) defaults: Vec<(usize, String)>,
    /// What the catalogue lets travel: cell, texts that pass, name of what does not.
    pub(crate) travel: Option<Travel>,
    /// How each target field is filled, for people.
    pub(crate) conversion: Vec<Conversion>,
}

impl SectionPlan<'_> {
    /// Returns the tables whose rows its fields find by the keys of their source rows.
    pub(crate) fn refers_to(&self) -> Vec<String> {
        let tables = self.fields.iter().filter_map(|field| match &field.destination {
            Destination::Row { table, .. } => Some(table.clone()),
            Destination::Natural { .. }
            | Destination::Configuration { .. }
            | Destination::Value => None,
        });
        tables.collect()
    }

    /// Takes the rules of the fields, in their order: they belong to the thread that applies them.
    pub(crate) fn take_rules(&mut self) -> Vec<Rule> {
        let taken = || Rule::Sql(sql::Sql);
        self.fields.iter_mut().map(|field| mem::replace(&mut field.rule, taken())).collect()
    }
}

/// What identifies a source row.
pub(crate) enum Key {
    /// The texts of these inputs.
    Columns(Vec<usize>),
    /// The whole row, and how many equal rows stand before it.
    WholeRow(Vec<usize>),
}

/// A condition on the source row.
pub(crate) struct RowFilter {
    pub(crate) condition: String,
    pub(crate) reason: String,
}

/// When two rows are one, and what becomes of the later.
pub(crate) struct DuplicateRule {
    /// The cells that are compared.
    pub(crate) by: Vec<usize>,
    pub(crate) names: Vec<String>,
    pub(crate) then: Then,
}

/// Rows of the target that travel.
pub(crate) struct Travel {
    pub(crate) cell: usize,
    pub(crate) column: String,
    pub(crate) keep: Vec<String>,
    pub(crate) reason: String,
}

/// One target column and how it is filled.
pub(crate) struct FieldPlan<'c> {
    pub(crate) column: &'c Column,
    pub(crate) cell: usize,
    pub(crate) rule_name: &'static str,
    pub(crate) rule: Rule,
    pub(crate) inputs: Vec<usize>,
    pub(crate) otherwise: Fallback,
    pub(crate) when_empty: Option<String>,
    pub(crate) destination: Destination,
}

/// What becomes of a text that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fallback {
    Reject,
    Empty,
    Keep,
    Value(String),
}

/// What a text means in the target column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A value of the column's type.
    Value,
    /// The key of a source row that the section wrote to the table.
    Row { table: String, section: String },
    /// What a row that this run wrote holds in the columns `by`.
    Natural { table: String, by: Vec<String> },
    /// The natural key of a row of the configuration: one text, or several as a JSON array.
    Configuration { several: bool },
}
