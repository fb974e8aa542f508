//! The independent residual scan: proves that no source value survived in a masked instance.
//!
//! It reads the unmasked package and the finished instance, knows the catalogue, and knows nothing of the masks: its
//! way to read a cell, its filter, its list of rules by class and its way to a row's person are its own. Before each
//! scan the same code is run on a scratch pair in which one value per personal column survives; unless it reports
//! exactly those, there is no result. `docs/masking.md` says the rules in words; so does [`Rule::statement`].

#[cfg(test)]
mod agree;
mod common;
mod error;
mod filter;
mod hash;
mod hits;
#[cfg(test)]
mod identity;
mod look;
mod normalise;
mod parts;
mod place;
mod plant;
mod read;
mod repeat;
mod report;
pub mod rules;
mod source;
mod target;
mod trace;

use std::path::Path;

use landfall_catalogue::{Catalogue, Class, Column, Subject};

pub use error::Error;
pub use report::{ColumnResult, PlantedReport, Report, RuleStatement, Spot, Survivor};
pub use rules::Rule;

use self::{
    filter::{Code, Filter},
    hash::Rolling,
    hits::Hits,
    normalise::Words,
    parts::Told,
    place::{Counts, Places},
    source::{Plain, Source, Take},
    target::{Extent, Target},
    trace::{Kind, Trace},
};

/// More threads would wait for the same memory.
const MOST_THREADS: usize = 4;
/// Traces that are gathered before they are added to the filter.
const TOGETHER: usize = 64;

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
    let threads =
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_THREADS);
    let tables = read::present(catalogue, &read::open(files.package)?)?;
    progress(Progress { phase: Phase::Planted, table: String::new(), done: 0, total: 1 });
    let planted = plant::check(catalogue, &tables, files.scratch, threads)?;
    let sides = Sides {
        package: files.package,
        configuration: files.configuration,
        instance: files.instance,
    };
    let compared = compare(sides, catalogue, threads, progress)?;
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

/// The files that are compared.
#[derive(Debug, Clone, Copy)]
struct Sides<'a> {
    package: &'a Path,
    configuration: Option<&'a Path>,
    instance: &'a Path,
}

/// Compares an instance with the package: a filter over the traces of the source, one pass over the instance, and,
/// where the filter did not let cells pass, one more pass over the source to confirm them. Each pass is made by several
/// threads, with connections of their own; what is found does not depend on who reads what.
fn compare(
    sides: Sides<'_>,
    catalogue: &Catalogue,
    threads: usize,
    progress: &mut dyn FnMut(Progress),
) -> Result<Compared, Error> {
    let mut places = Places::default();
    let needed = read::present(catalogue, &read::open(sides.package)?)?;
    let source = Source::open(sides.package, catalogue, &mut places, threads)?;
    let target =
        Target::open(sides.instance, sides.configuration, catalogue, &needed, &mut places)?;
    let filter = Filter::sized(source.estimate());
    let mut told = Told::new(Phase::Source, source.tables(), progress);
    let (counts, gathered) =
        source.read(threads, &|| Gather { filter: &filter, waiting: Vec::new() }, &mut told)?;
    for mut rest in gathered {
        rest.add();
    }
    let hits = Hits::new()?;
    let mut told = Told::new(Phase::Instance, target.tables(), progress);
    let extent = target.read(&filter, &hits, threads, &mut told)?;
    drop(filter);
    if let Some(suspects) = hits.filter()? {
        let mut told = Told::new(Phase::Confirm, source.tables(), progress);
        let make = || Confirm { suspects: &suspects, hits: &hits, buffer: Vec::new() };
        source.read(threads, &make, &mut told)?;
    }
    let (survivors, coincidences) = hits.confirmed(&places)?;
    Ok(Compared { survivors, coincidences, extent, source: counts, places })
}

/// Adds the traces of the source to the filter.
struct Gather<'f> {
    filter: &'f Filter,
    waiting: Vec<(u64, Code)>,
}

impl Gather<'_> {
    fn take(&mut self, key: u64, code: Code) {
        self.waiting.push((key, code));
        if self.waiting.len() >= TOGETHER {
            self.add();
        }
    }

    fn add(&mut self) {
        self.filter.add_all(&self.waiting);
        self.waiting.clear();
    }
}

impl Take for Gather<'_> {
    fn text(
        &mut self,
        class: Class,
        anywhere: bool,
        text: Plain<'_>,
        _: usize,
    ) -> Result<(), Error> {
        self.take(trace::text_key(text.rolling), Code::of(class, anywhere));
        Ok(())
    }

    fn person(&mut self, kind: Kind, person: i64, text: Plain<'_>, _: usize) -> Result<(), Error> {
        self.take(trace::person_key(kind, person, text.rolling), Code::BOUND);
        Ok(())
    }

    fn file(&mut self, bytes: &[u8], _: usize) -> Result<(), Error> {
        self.take(trace::file_key(bytes), Code::BOUND);
        Ok(())
    }

    fn name(&mut self, parts: &[&Words], _: usize) -> Result<(), Error> {
        if let Some(first) = parts.first() {
            self.filter.add_start(trace::name_key(first.measure(0, 1).rolling));
        }
        self.take(trace::name_key(spaced(parts)), Code::BOUND);
        Ok(())
    }
}

/// Confirms suspects by the traces of the source, byte by byte.
struct Confirm<'f> {
    suspects: &'f Filter,
    hits: &'f Hits,
    buffer: Vec<u8>,
}

impl Confirm<'_> {
    fn passes(&self, key: u64) -> bool {
        self.suspects.ask(key).none()
    }

    fn confirm(&mut self, trace: Trace<'_>, place: usize) -> Result<(), Error> {
        trace.write(&mut self.buffer);
        self.hits.confirm(&self.buffer, place)
    }
}

impl Take for Confirm<'_> {
    fn text(
        &mut self,
        class: Class,
        anywhere: bool,
        text: Plain<'_>,
        place: usize,
    ) -> Result<(), Error> {
        if self.passes(trace::text_key(text.rolling)) {
            return Ok(());
        }
        self.confirm(Trace::own(class, text.content), place)?;
        if anywhere {
            self.confirm(Trace::text(trace::kind_anywhere(class), text.content), place)?;
        }
        Ok(())
    }

    fn person(
        &mut self,
        kind: Kind,
        person: i64,
        text: Plain<'_>,
        place: usize,
    ) -> Result<(), Error> {
        if self.passes(trace::person_key(kind, person, text.rolling)) {
            return Ok(());
        }
        self.confirm(Trace::person(kind, person, text.content), place)
    }

    fn file(&mut self, bytes: &[u8], place: usize) -> Result<(), Error> {
        if self.passes(trace::file_key(bytes)) {
            return Ok(());
        }
        self.confirm(Trace::text(Kind::File, bytes), place)
    }

    fn name(&mut self, parts: &[&Words], place: usize) -> Result<(), Error> {
        let rolling = spaced(parts);
        if self.passes(trace::name_key(rolling)) {
            return Ok(());
        }
        let mut name = Vec::with_capacity(rolling.bytes);
        for words in parts {
            words.spaced(0, words.count(), &mut name);
        }
        self.confirm(Trace::text(Kind::Name, &name), place)
    }
}

/// The hash of names with one space between the words.
fn spaced(parts: &[&Words]) -> Rolling {
    let mut rolling = Rolling::default();
    for words in parts {
        words.spaced_hash(0, words.count(), &mut rolling);
    }
    rolling
}
