//! Finds the source rows of the chosen volunteers, and says what became of each.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use landfall_catalogue::{Column, Table};
use rusqlite::{Connection, Row, types::Value};

use super::{Became, Files, Reason, path};
use crate::{
    error::Error,
    keys::{self, KeyDigest},
    plan::{Destination, Fallback, FieldPlan, SectionPlan},
    quote,
    rejects::{Kept, RowPlace},
    rule::Outcome,
    run::{identity, select, text, trimmed},
    staging::{STRIDE, line_of},
};

/// What is known of the chosen volunteers so far; the sections are searched in the order of the run.
pub(super) struct Finding<'a> {
    /// The table of the volunteers.
    table: &'a Table,
    /// The column of their external id.
    key: &'a Column,
    /// The chosen, by external id.
    chosen: HashMap<&'a str, usize>,
    /// Whose rows the keys of source rows are.
    owners: HashMap<KeyDigest, BTreeSet<usize>>,
    /// Whose rows the rows of the package are, by table and id.
    ids: BTreeMap<String, BTreeMap<i64, usize>>,
}

/// A source row of a chosen volunteer.
pub(super) struct Found {
    /// Whose it is: a duplicate belongs to both.
    pub(super) owners: BTreeSet<usize>,
    /// Its place in the staged source.
    pub(super) place: i64,
    pub(super) line: u64,
    /// What the section selects of it.
    pub(super) inputs: Vec<Option<String>>,
    pub(super) became: Became,
    /// The row of the product.
    pub(super) id: Option<i64>,
    /// Why it is not in the product, or what was replaced.
    pub(super) reasons: Vec<Reason>,
}

/// A row that is found and not yet judged.
struct Candidate {
    owners: BTreeSet<usize>,
    place: i64,
    line: u64,
    key: String,
    whole_row: bool,
    passes: bool,
    digest: KeyDigest,
    /// The row of the package, and whether the source row was merged into it.
    own: Option<(i64, bool)>,
    inputs: Vec<Option<String>>,
}

/// How a row of a section says whose it is.
enum Whose {
    /// By the external id that a field yields.
    Id(usize),
    /// By the key of a row of another section.
    Row(usize, String),
    /// By nothing that can be read from the source alone.
    Unsaid,
}

impl<'a> Finding<'a> {
    pub(super) fn new(table: &'a Table, key: &'a Column, chosen: &'a [String]) -> Self {
        Self {
            table,
            key,
            chosen: chosen.iter().enumerate().map(|(index, id)| (id.as_str(), index)).collect(),
            owners: HashMap::new(),
            ids: BTreeMap::new(),
        }
    }

    /// Returns the rows of a section that belong to chosen volunteers, in the order of the source.
    pub(super) fn rows(
        &mut self,
        section: &mut SectionPlan<'_>,
        files: &Files<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<Found>, Error> {
        self.learn(section.table, files.package)?;
        let candidates = self.search(section, files, progress)?;
        judge(section, candidates, files)
    }

    /// Learns which rows of a table of the package are the chosen volunteers'.
    fn learn(&mut self, table: &Table, package: &Connection) -> Result<(), Error> {
        if self.ids.contains_key(&table.name) {
            return Ok(());
        }
        let failed = || Error::database(format!("read table `{}` of the package", table.name));
        let own = table.name == self.table.name;
        let column = if own { Some(self.key.name.as_str()) } else { leads(table) };
        let mut known = BTreeMap::new();
        if let Some(column) = column {
            let parent = parent(table).and_then(|parent| self.ids.get(parent));
            let mut select = package
                .prepare(&format!("SELECT id, {} FROM {}", quote(column), quote(&table.name)))
                .map_err(failed())?;
            let mut rows = select.query([]).map_err(failed())?;
            while let Some(row) = rows.next().map_err(failed())? {
                let owner = match row.get::<_, Value>(1).map_err(failed())? {
                    Value::Text(text) if own => self.chosen.get(text.as_str()),
                    Value::Integer(id) if !own => parent.and_then(|parent| parent.get(&id)),
                    _ => None,
                };
                if let Some(owner) = owner {
                    known.insert(row.get(0).map_err(failed())?, *owner);
                }
            }
        }
        self.ids.insert(table.name.clone(), known);
        Ok(())
    }

    fn search(
        &mut self,
        section: &mut SectionPlan<'_>,
        files: &Files<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Vec<Candidate>, Error> {
        let table = section.table.name.as_str();
        let failed = || Error::database(format!("read the rows of table `{table}` again"));
        let none = BTreeMap::new();
        let ids = self.ids.get(table).unwrap_or(&none);
        let own_keys = files.keys.keys_of(table, &ids.keys().copied().collect())?;
        let whose = self.whose(section);
        let mut select = files.staging.prepare(&select(section)).map_err(failed())?;
        let mut rows = select.raw_query();
        let mut occurrences = HashMap::new();
        let mut found = Vec::new();
        let mut read = 0_u64;
        while let Some(row) = rows.next().map_err(failed())? {
            read += 1;
            if read.is_multiple_of(STRIDE) {
                progress(read);
            }
            let passes = row.get::<_, bool>(1).map_err(failed())?;
            // A row that is left out counts for nothing, also where equal rows are told apart by their number.
            let mut count = |digest| {
                if !passes {
                    return Ok(1);
                }
                let before: &mut i64 = occurrences.entry(digest).or_insert(0);
                *before += 1;
                Ok(*before)
            };
            let identity = identity(section, row, &mut count)?;
            let own =
                own_keys.get(&identity.digest).copied().filter(|_| passes || !identity.whole_row);
            let mut owners: BTreeSet<usize> = BTreeSet::new();
            owners.extend(own.and_then(|(id, _)| ids.get(&id)));
            match &whose {
                Whose::Id(field) => {
                    if let Some(field) = section.fields.get_mut(*field)
                        && let [Some(text)] = texts(field, row)?.as_slice()
                    {
                        owners.extend(self.chosen.get(text.as_str()));
                    }
                }
                Whose::Row(field, of) => {
                    if let Some(field) = section.fields.get_mut(*field) {
                        let texts = texts(field, row)?;
                        let key = keys::digest(of, texts.iter().map(Option::as_deref));
                        owners.extend(self.owners.get(&key).into_iter().flatten());
                    }
                }
                Whose::Unsaid => {}
            }
            if owners.is_empty() {
                continue;
            }
            if !identity.whole_row {
                self.owners.entry(identity.digest).or_default().extend(&owners);
            }
            let place = row.get::<_, i64>(0).map_err(failed())?;
            let inputs = (0..section.inputs.len())
                .map(|input| Ok(text(row, input)?.map(Cow::into_owned)))
                .collect::<Result<_, Error>>()?;
            found.push(Candidate {
                owners,
                place,
                line: line_of(place),
                key: identity.text(),
                whole_row: identity.whole_row,
                passes,
                digest: identity.digest,
                own,
                inputs,
            });
        }
        progress(read);
        Ok(found)
    }

    fn whose(&self, section: &SectionPlan<'_>) -> Whose {
        let by = |name: &str| section.fields.iter().position(|field| field.column.name == name);
        if section.table.name == self.table.name {
            return by(&self.key.name).map_or(Whose::Unsaid, Whose::Id);
        }
        let Some(place) = leads(section.table).and_then(by) else { return Whose::Unsaid };
        match section.fields.get(place).map(|field| &field.destination) {
            Some(Destination::Row { section, .. }) => Whose::Row(place, section.clone()),
            Some(Destination::Natural { table, by })
                if *table == self.table.name && *by == [self.key.name.as_str()] =>
            {
                Whose::Id(place)
            }
            Some(
                Destination::Natural { .. }
                | Destination::Configuration { .. }
                | Destination::Value,
            )
            | None => Whose::Unsaid,
        }
    }
}

/// Returns the column that leads from a row of history towards its volunteer.
fn leads(table: &Table) -> Option<&str> {
    path(table).first().map(String::as_str)
}

/// Returns the table to which that column refers.
fn parent(table: &Table) -> Option<&String> {
    table.column(leads(table)?)?.references.as_ref()
}

/// Returns the texts that a field yields, before they become a value or a row of the product.
fn texts(field: &mut FieldPlan<'_>, row: &Row<'_>) -> Result<Vec<Option<String>>, Error> {
    if field.inputs.len() > 1 {
        return field
            .inputs
            .iter()
            .map(|input| Ok(trimmed(row, *input)?.map(Cow::into_owned)))
            .collect();
    }
    let input = match field.inputs.first() {
        None => None,
        Some(input) => text(row, *input)?,
    };
    let made = match field.rule.apply(input.as_deref()) {
        Outcome::Value(text) => Some(text.into_owned()),
        Outcome::Empty => None,
        Outcome::Wrong(_) => match &field.otherwise {
            Fallback::Keep => input.as_deref().map(|text| text.trim().to_owned()),
            Fallback::Value(value) => Some(value.clone()),
            Fallback::Reject | Fallback::Empty => None,
        },
    };
    Ok(vec![made.or_else(|| field.when_empty.clone())])
}

/// Says what became of the rows, by what the run kept of them.
fn judge(
    section: &SectionPlan<'_>,
    candidates: Vec<Candidate>,
    files: &Files<'_>,
) -> Result<Vec<Found>, Error> {
    let places: HashSet<RowPlace> =
        candidates.iter().map(|row| (row.line, row.key.clone())).collect();
    let faults = files.rejects.rejected(&section.name, &places)?;
    let replaced = files.rejects.replaced(&section.name, &places)?;
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for row in candidates {
        let place = (row.line, row.key.clone());
        let faults = faults.get(&place).map_or(&[][..], Vec::as_slice);
        let again = seen.contains(&row.digest);
        let (became, id, reasons) = became(section, &row, faults, again);
        let reasons = match became {
            Became::Written => reasons_of(replaced.get(&place).map_or(&[][..], Vec::as_slice)),
            Became::Merged | Became::Rejected | Became::Filtered => reasons,
        };
        if id.is_some() {
            seen.insert(row.digest);
        }
        found.push(Found {
            owners: row.owners,
            place: row.place,
            line: row.line,
            inputs: row.inputs,
            became,
            id,
            reasons,
        });
    }
    Ok(found)
}

fn became(
    section: &SectionPlan<'_>,
    row: &Candidate,
    faults: &[Kept],
    again: bool,
) -> (Became, Option<i64>, Vec<Reason>) {
    let left_out = |rule: &str, reason: &str| {
        let reason =
            Reason { field: String::new(), rule: rule.to_owned(), reason: reason.to_owned() };
        (Became::Filtered, None, vec![reason])
    };
    if !row.passes {
        let reason = section.filter.as_ref().map_or("", |filter| filter.reason.as_str());
        return left_out("filter", reason);
    }
    // A fault `key` of the same place is that of a row which repeats this one on its line.
    let repeated = faults.iter().all(|fault| fault.field.is_empty() && fault.rule == "key");
    match row.own {
        Some((id, merged)) if !again && (row.whole_row || repeated) => {
            if !merged {
                return (Became::Written, Some(id), Vec::new());
            }
            let reason = Reason {
                field: String::new(),
                rule: "duplicate".to_owned(),
                reason: format!(
                    "equal to an earlier row in {}",
                    section.duplicates.as_ref().map_or_else(
                        || "all that is compared".to_owned(),
                        |rule| crate::error::listed(&rule.names)
                    )
                ),
            };
            (Became::Merged, Some(id), vec![reason])
        }
        Some(_) if again && section.distinct => left_out("distinct", "same key as an earlier row"),
        Some(_) | None => (Became::Rejected, None, reasons_of(faults)),
    }
}

fn reasons_of(kept: &[Kept]) -> Vec<Reason> {
    kept.iter()
        .map(|one| Reason {
            field: one.field.clone(),
            rule: one.rule.clone(),
            reason: one.reason.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_lead_to_a_volunteer_are_those_of_the_catalogue() {
        let catalogue = landfall_catalogue::Catalogue::embedded(&"24.1".parse().unwrap()).unwrap();
        let (table, key) = super::super::volunteers(&catalogue).unwrap();
        assert_eq!((table.name.as_str(), key.name.as_str()), ("volunteer", "external_id"));
        let history = catalogue.table("volunteer_condition").unwrap();
        assert_eq!(leads(history), Some("volunteer_id"));
        assert_eq!(parent(history).map(String::as_str), Some("volunteer"));
        assert_eq!(leads(catalogue.table("medical_condition").unwrap()), None);
    }
}
