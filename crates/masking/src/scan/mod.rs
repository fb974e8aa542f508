//! The independent residual scan: proves that no source value survived in a masked instance.
//!
//! It reads the unmasked package and the finished instance, knows the catalogue, and knows nothing of the masks: its
//! way to read a cell, its filter, its list of rules by class and its way to a row's person are its own. Before each
//! scan the same code is run on a scratch pair in which one value per personal column survives; unless it reports
//! exactly those, there is no result. `docs/masking.md` says the rules in words; so does [`Rule::statement`].

mod error;
mod filter;
mod hits;
#[cfg(test)]
mod identity;
mod normalise;
mod place;
mod plant;
mod read;
mod report;
pub mod rules;
mod source;
mod target;
mod trace;

use std::path::Path;

use landfall_catalogue::{Catalogue, Column, Subject};
use rusqlite::Connection;

pub use error::Error;
pub use report::{ColumnResult, PlantedReport, Report, RuleStatement, Spot, Survivor};
pub use rules::Rule;

use self::{
    filter::Filter,
    hits::Hits,
    place::{Counts, Places},
    source::Source,
    target::{Extent, Target},
};

/// What a scan is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The check with planted values.
    Planted,
    /// Reading the source values into the filter.
    Source,
    /// Comparing the cells of the instance.
    Instance,
    /// Asking the source exactly about what the filter did not let pass.
    Confirm,
}

/// How far a scan is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// The table it begins with now.
    pub table: String,
    /// Tables of the phase that are done.
    pub done: usize,
    /// Tables of the phase.
    pub total: usize,
}

/// The files of a scan.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    /// The unmasked package with the volunteers that was loaded into the instance.
    pub package: &'a Path,
    /// The configuration package that was loaded into the instance: a cell that it held already did not come with the
    /// volunteers and is a coincidence, not a survivor. Without it every such cell is a survivor.
    pub configuration: Option<&'a Path>,
    /// The finished, masked instance.
    pub instance: &'a Path,
    /// A folder for the scratch files of the planted check; they are removed.
    pub scratch: &'a Path,
}

/// Runs the planted check and then the scan.
///
/// # Errors
/// [`Error::Blind`] when the planted check fails; else when a file cannot be read. Survivors are no error: the caller
/// looks at [`Report::survivors`] and stops the build when there are any.
pub fn scan(
    files: Files<'_>,
    catalogue: &Catalogue,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Error> {
    let package = read::open(files.package)?;
    let instance = read::open(files.instance)?;
    let configuration = files.configuration.map(read::open).transpose()?;
    let tables = read::present(catalogue, &package)?;
    progress(Progress { phase: Phase::Planted, table: String::new(), done: 0, total: 1 });
    let planted = plant::check(catalogue, &tables, files.scratch)?;
    let compared = compare(&package, configuration.as_ref(), &instance, catalogue, progress)?;
    Ok(Report {
        rules: Rule::ALL
            .into_iter()
            .map(|rule| RuleStatement { rule, statement: rule.statement().to_owned() })
            .collect(),
        columns: compared.columns(catalogue),
        tables_scanned: compared.extent.tables,
        cells_scanned: compared.extent.cells,
        survivors: compared.survivors,
        coincidences: compared.coincidences,
        planted,
    })
}

/// Tells whether a column holds personal values of volunteers, which the scan looks for.
fn about_a_volunteer(column: &Column) -> bool {
    column.subject == Subject::Volunteer && Rule::of(column.class).is_some()
}

/// What a comparison found.
struct Compared {
    survivors: Vec<Survivor>,
    coincidences: Vec<Survivor>,
    extent: Extent,
    source: Counts,
    places: Places,
}

impl Compared {
    /// Returns what was read of every personal column that has source values or could have.
    fn columns(&self, catalogue: &Catalogue) -> Vec<ColumnResult> {
        let mut places = Vec::new();
        for table in catalogue.tables() {
            for column in table.columns.iter().filter(|column| about_a_volunteer(column)) {
                let (Some(rule), Some(place)) =
                    (Rule::of(column.class), self.places.find(&table.name, &column.name))
                else {
                    continue;
                };
                places.push(ColumnResult {
                    table: table.name.clone(),
                    column: column.name.clone(),
                    class: column.class,
                    rule,
                    source_values: self.source.of(place),
                    values: self.extent.counts.of(place),
                });
            }
        }
        places
    }
}

/// Compares an instance with the package: a filter over the traces of the source, one pass over the instance, and,
/// where the filter did not let cells pass, one more pass over the source to confirm them.
fn compare(
    package: &Connection,
    configuration: Option<&Connection>,
    instance: &Connection,
    catalogue: &Catalogue,
    progress: &mut dyn FnMut(Progress),
) -> Result<Compared, Error> {
    let mut places = Places::default();
    let needed = read::present(catalogue, package)?;
    let source = Source::open(package, catalogue, &mut places)?;
    let target = Target::open(instance, configuration, catalogue, &needed, &mut places)?;
    let mut filter = Filter::sized(source.estimate()?);
    let counts = source.read(Phase::Source, progress, &mut |trace, _| {
        filter.add(trace);
        Ok(())
    })?;
    let hits = Hits::new()?;
    let extent = target.read(&filter, &hits, progress)?;
    if let Some(found) = hits.filter()? {
        source.read(Phase::Confirm, progress, &mut |trace, place| {
            if found.may_hold(trace) { hits.confirm(trace, place) } else { Ok(()) }
        })?;
    }
    let (survivors, coincidences) = hits.confirmed(&places)?;
    Ok(Compared { survivors, coincidences, extent, source: counts, places })
}
