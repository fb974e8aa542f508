//! Test volunteers: for a few chosen people, what the source says beside what the product gets, so that a person can
//! review it. What comes out holds personal values: it is for those who may see the source.
//!
//! Nothing is transformed again. The sources are staged as the run staged them, rows are found by the identity map, by
//! the external id that their fields yield and by the references of their children, and what became of each is read from
//! the package and from the store of rejected rows.

mod find;
mod show;
mod workbook;

use std::{collections::BTreeMap, fs, path::Path};

use landfall_catalogue::{Catalogue, Class, Column, Table, Travels};
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use crate::{
    error::{Error, Problems},
    keys::Keys,
    plan::Plan,
    rejects::Store,
    rule,
    run::{Phase, Progress},
    spec::{Spec, check},
    staging::Staging,
};
use find::Finding;

pub use workbook::test_volunteers_workbook;

/// The most test volunteers of a spec, and the most that are shown at once.
pub const MOST_TEST_VOLUNTEERS: usize = 50;

/// A run whose result is reviewed: what it was made of, and what it made.
#[derive(Debug, Clone, Copy)]
pub struct Reviewed<'a> {
    /// The spec of the run.
    pub spec: &'a Spec,
    /// The catalogue of the spec's release.
    pub catalogue: &'a Catalogue,
    /// The folder with the source files of the run.
    pub dump: &'a Path,
    /// The package that the run made.
    pub package: &'a Path,
    /// The identity map of the run.
    pub keys: &'a Path,
    /// The store of rejected rows of the run.
    pub rejected: &'a Path,
    /// A folder on a disk that may hold the source. The file that is made in it loses its name before anything is
    /// written, so nothing remains of it whatever happens.
    pub work: &'a Path,
}

/// What became of a source row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// A row of the product.
    Written,
    /// Part of the row that an earlier one became, as a duplicate of it.
    Merged,
    /// Nothing, because a rule said no.
    Rejected,
    /// Nothing, because the spec leaves it out.
    Filtered,
}

impl Became {
    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Merged => "merged",
            Self::Rejected => "rejected",
            Self::Filtered => "filtered",
        }
    }
}

/// What became of a test volunteer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolunteerState {
    /// A volunteer of the product.
    Written,
    /// Part of another volunteer, as a duplicate.
    Merged,
    /// Nothing, because a rule said no.
    Rejected,
    /// Nothing, because the spec leaves the row out.
    Filtered,
    /// No row of the dump yields this external id.
    NotInDump,
}

impl VolunteerState {
    /// Returns the words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Merged => "merged",
            Self::Rejected => "rejected",
            Self::Filtered => "filtered",
            Self::NotInDump => "not in the dump",
        }
    }
}

/// Why a row or a value is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The target column; empty where the whole row is meant.
    pub field: String,
    /// The rule that said no; `filter`, `distinct` and `duplicate` where the spec leaves a row out.
    pub rule: String,
    /// What was expected, or why the row was left out.
    pub reason: String,
}

/// A test volunteer: what the source says beside what the product gets. Holds personal values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestVolunteer {
    /// The external id by which the volunteer was chosen.
    pub external_id: String,
    /// What became of the volunteer.
    pub state: VolunteerState,
    /// The row's id in the product; none where there is none.
    pub id: Option<i64>,
    /// Why the volunteer is not in the product.
    pub reasons: Vec<Reason>,
    /// The source rows, those of the volunteer and then those of the history.
    pub rows: Vec<ShownRow>,
}

/// A source row beside the row that it became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownRow {
    /// The section of the spec.
    pub section: String,
    /// The source.
    pub source: String,
    /// The line of the source file, or the number of the row in a database.
    pub line: u64,
    /// The target table.
    pub table: String,
    /// The target table as a user sees it.
    pub title: String,
    /// What became of the row.
    pub became: Became,
    /// The id of the row in the product.
    pub id: Option<i64>,
    /// Why it is not in the product, or not a row of its own.
    pub reasons: Vec<Reason>,
    /// One entry per target column that the section fills.
    pub fields: Vec<ShownField>,
    /// The columns of the source row that fill nothing here.
    pub unused: Vec<UnusedText>,
}

/// A target column: what was read, the rule, and what came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownField {
    /// The source columns, with the texts of the row.
    pub source: Vec<SourceText>,
    /// What the expression made of them before the rule saw it, where there is an expression.
    pub computed: Option<String>,
    /// The rule; `catalogue default` where no field fills the column.
    pub rule: String,
    /// What the rule does here: formats, map, expression, value.
    pub detail: String,
    /// The target column.
    pub column: String,
    /// The target column as a user sees it.
    pub label: String,
    /// The value in the product; none where it is empty, or the row is not there.
    pub value: Option<String>,
    /// How the row is known that the value refers to.
    pub refers_to: Option<String>,
    /// What the rule did not accept.
    pub reasons: Vec<Reason>,
}

/// A source column and its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceText {
    /// The column; `source.column` where it is one of another source.
    pub column: String,
    /// The text, as it was read; none where there is none, and for a column of another source that an expression reads.
    pub text: Option<String>,
}

/// A source column that fills nothing, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnusedText {
    /// The column.
    pub column: String,
    /// The text.
    pub text: Option<String>,
    /// The reason that the spec gives, or what else the column is used for.
    pub reason: String,
}

/// The files of a run, opened to be read.
struct Files<'f> {
    staging: &'f Connection,
    package: &'f Connection,
    keys: &'f Keys,
    rejects: &'f Store,
}

impl Spec {
    /// Returns the test volunteers that are shown: those asked for, or else those that the spec names; each once.
    ///
    /// # Errors
    /// [`Error::TestVolunteers`] when there are none, or more than [`MOST_TEST_VOLUNTEERS`].
    pub fn chosen_test_volunteers(&self, asked: &[String]) -> Result<Vec<String>, Error> {
        let from = if asked.is_empty() { self.test_volunteers() } else { asked };
        let mut chosen: Vec<String> = Vec::new();
        for id in from.iter().map(|id| id.trim()).filter(|id| !id.is_empty()) {
            if !chosen.iter().any(|known| known == id) {
                chosen.push(id.to_owned());
            }
        }
        if chosen.is_empty() {
            return Err(Error::TestVolunteers(
                "expected test volunteers, found none; list their external ids as `test_volunteers` in the spec, or name them with `--volunteer`"
                    .to_owned(),
            ));
        }
        check_number(&chosen).map_err(Error::TestVolunteers)?;
        Ok(chosen)
    }
}

/// Refuses more test volunteers than people can review.
pub(crate) fn check_number(ids: &[String]) -> Result<(), String> {
    if ids.len() <= MOST_TEST_VOLUNTEERS {
        return Ok(());
    }
    Err(format!(
        "expected at most {MOST_TEST_VOLUNTEERS} `test_volunteers`, found {}; keep a representative set of about 20",
        ids.len()
    ))
}

/// Returns the table of the volunteers and the column of their external id.
pub(crate) fn volunteers(catalogue: &Catalogue) -> Option<(&Table, &Column)> {
    catalogue
        .tables()
        .iter()
        .filter(|table| table.travels == Travels::Migration && path(table) == ["id"])
        .find_map(|table| {
            let key = table.columns.iter().find(|column| column.class == Class::ExternalId)?;
            Some((table, key))
        })
}

/// Returns the columns that lead from a row to its volunteer; none where the table speaks of no volunteer.
fn path(table: &Table) -> &[String] {
    table.person.as_ref().map_or(&[][..], |path| path.0.as_slice())
}

/// Shows test volunteers: those of the spec, or those asked for by their external ids. `progress` is told how far it is.
///
/// # Errors
/// [`Error::TestVolunteers`] when there are none or too many; [`Error::Problems`] and [`Error::Source`] when the dump
/// cannot be read as it was in the run; the others when a file of the run is not one, or the machine fails.
pub fn test_volunteers(
    reviewed: &Reviewed<'_>,
    asked: &[String],
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<TestVolunteer>, Error> {
    let chosen = reviewed.spec.chosen_test_volunteers(asked)?;
    let plan = check::plan(reviewed.spec, reviewed.catalogue, reviewed.dump)
        .map_err(|problems| Error::Problems(Problems(problems)))?;
    let Some((table, key)) = volunteers(reviewed.catalogue) else {
        return Err(Error::TestVolunteers(format!(
            "expected a release with a table of volunteers that have an external id, found none in `{}`",
            reviewed.catalogue.release()
        )));
    };
    let keys = Keys::open(reviewed.keys)?;
    let rejects = Store::open(reviewed.rejected)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let package = Connection::open_with_flags(reviewed.package, flags)
        .map_err(Error::database("open the package"))?;
    let (staging, mut unreadable) = stage(reviewed.work, &plan, progress)?;
    rule::lookup::index(reviewed.spec.model(), &staging)?;
    let files =
        Files { staging: staging.connection(), package: &package, keys: &keys, rejects: &rejects };
    let Plan { sources, mut sections, checked } = plan;
    let mut finding = Finding::new(table, key, &chosen);
    let mut shown: Vec<TestVolunteer> = chosen.iter().map(|id| unknown(id)).collect();
    let mut missed = 0;
    let total = sections.len();
    for (done, section) in sections.iter_mut().enumerate() {
        if path(section.table).is_empty() {
            continue;
        }
        let is_volunteer = section.table.name == table.name;
        if is_volunteer {
            missed += unreadable.remove(&section.source).unwrap_or_default();
        }
        let name = section.name.clone();
        let found = finding.rows(section, &files, &mut |rows| {
            progress(Progress {
                phase: Phase::Transforming,
                name: name.clone(),
                rows,
                done,
                total,
            });
        })?;
        let source = sources.iter().find(|source| source.name == section.source);
        let place = show::Place {
            catalogue: reviewed.catalogue,
            section: &*section,
            source,
            checked: &checked,
            model: reviewed.spec.model(),
        };
        for (owners, row) in show::rows(&place, &found, &files)? {
            for owner in owners {
                let Some(volunteer) = shown.get_mut(owner) else { continue };
                take(volunteer, row.clone(), is_volunteer);
            }
        }
    }
    for volunteer in &mut shown {
        explain(volunteer, missed);
    }
    Ok(shown)
}

/// Stages every source in a file without a name: whatever happens to this process, nothing of it can be found
/// afterwards. Returns how many rows of each source could not be read, too.
fn stage(
    work: &Path,
    plan: &Plan<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Staging, BTreeMap<String, usize>), Error> {
    fs::create_dir_all(work).map_err(|error| Error::file("make the folder", work, error))?;
    let file = work.join(format!("test-volunteers-{}.sqlite", std::process::id()));
    let (staging, broken) = Staging::load_nameless(&file, &plan.sources, progress)?;
    let unreadable = broken.into_iter().map(|(source, rows)| (source, rows.len())).collect();
    Ok((staging, unreadable))
}

fn unknown(id: &str) -> TestVolunteer {
    TestVolunteer {
        external_id: id.to_owned(),
        state: VolunteerState::NotInDump,
        id: None,
        reasons: Vec::new(),
        rows: Vec::new(),
    }
}

/// Adds a row; one that is the volunteer's own decides what became of the volunteer, the best of several first.
fn take(volunteer: &mut TestVolunteer, row: ShownRow, own: bool) {
    if own {
        let (rank, state) = match row.became {
            Became::Written => (4, VolunteerState::Written),
            Became::Merged => (3, VolunteerState::Merged),
            Became::Rejected => (2, VolunteerState::Rejected),
            Became::Filtered => (1, VolunteerState::Filtered),
        };
        let known = match volunteer.state {
            VolunteerState::Written => 4,
            VolunteerState::Merged => 3,
            VolunteerState::Rejected => 2,
            VolunteerState::Filtered => 1,
            VolunteerState::NotInDump => 0,
        };
        if rank > known {
            volunteer.state = state;
            volunteer.id = row.id;
            volunteer.reasons.clone_from(&row.reasons);
            volunteer
                .reasons
                .extend(row.fields.iter().flat_map(|field| field.reasons.iter().cloned()));
        }
    }
    volunteer.rows.push(row);
}

/// Says why a volunteer is not in the product. Of one who is, what the rules replaced stands at the fields.
fn explain(volunteer: &mut TestVolunteer, missed: usize) {
    match volunteer.state {
        VolunteerState::Written => volunteer.reasons.clear(),
        VolunteerState::Merged | VolunteerState::Rejected | VolunteerState::Filtered => {}
        VolunteerState::NotInDump => {
            let mut reason =
                "expected a row of the dump that yields this external id, found none".to_owned();
            if missed > 0 {
                reason.push_str(&format!(
                    "; it may be one of {missed} that could not be read; the list of the rejected rows names their lines"
                ));
            }
            volunteer.reasons = vec![Reason { field: String::new(), rule: String::new(), reason }];
        }
    }
}
