//! The migration program: a spec and a source dump become a migration package, with every row accounted for.
//!
//! [`Spec::load`] reads a spec folder, [`Spec::check`] fits it to a catalogue and a dump without reading rows, and
//! [`run()`] stages the sources, transforms them and writes the package. `docs/migration-spec.md` describes specs.

mod compare;
mod dump;
mod error;
mod keys;
mod known;
mod plan;
mod reconcile;
mod rejects;
mod report;
mod rule;
mod run;
mod source;
mod spec;
mod staging;
mod test_volunteers;
mod workbook;

pub use compare::{ChangedField, ChangedTable, Compared, RowIds, VolunteerChanges, compare};
pub use dump::{DumpFacts, DumpFile, dump_digest};
pub use error::{Error, Problem, Problems};
pub use rejects::{Rejected, rejected_rows};
pub use report::{Checked, Conversion, Fault, Filtered, SectionCount, SourceCoverage, Total};
pub use run::{Outcome, Phase, Progress, Run, run};
pub use spec::Spec;
pub use test_volunteers::{
    Became, MOST_TEST_VOLUNTEERS, Reason, Reviewed, ShownField, ShownRow, SourceText,
    TestVolunteer, UnusedText, VolunteerState, test_volunteers, test_volunteers_workbook,
};

/// Writes a name as an SQL identifier.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
