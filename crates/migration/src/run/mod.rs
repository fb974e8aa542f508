//! One run: staged, transformed, reconciled, sealed. Same spec, maps, dump and base: same package.

mod cells;
mod evaluate;
mod prepare;
mod section;
mod tally;
mod target;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use landfall_catalogue::Catalogue;
use landfall_core::digest::Digest;
use landfall_instances::package::{Kind, Manifest, Writer};
use serde::Serialize;

use crate::{
    error::{Error, Problems},
    keys::Keys,
    known,
    plan::{Plan, SectionPlan},
    reconcile,
    rejects::Rejects,
    report::{Checked, SectionCount, Total},
    rule,
    spec::{Spec, check},
    staging::Staging,
};
use target::Targets;

pub(crate) use evaluate::{text, trimmed};
pub(crate) use prepare::{identity, select};

/// What a run is made of.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The spec.
    pub spec: &'a Spec,
    /// The catalogue of the spec's release.
    pub catalogue: &'a Catalogue,
    /// The folder with the source files.
    pub dump: &'a Path,
    /// The base iteration whose ids are kept: its package, and its identity map.
    pub base: Option<(Digest, &'a Path)>,
    /// The digest of the policy, for the manifest.
    pub policy: Digest,
    /// A folder of the run's own. What an interrupted run left in it is removed.
    pub work: &'a Path,
}

/// A run that is complete. Its files stand in the work folder; staging is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The migration package.
    pub package_file: PathBuf,
    /// The package's name.
    pub digest: Digest,
    /// The package's manifest.
    pub manifest: Manifest,
    /// The identity map, for iterations that take this one as their base.
    pub keys_file: PathBuf,
    /// The store of rejected rows; it holds source keys.
    pub rejected_file: PathBuf,
    /// What the spec does: the conversion logic and the coverage.
    pub checked: Checked,
    /// The counts, in the order of the run.
    pub sections: Vec<SectionCount>,
    /// The sums of the counts.
    pub total: Total,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// The source or section; empty while sealing.
    pub name: String,
    /// Rows of it so far.
    pub rows: u64,
    /// Sources or sections before it.
    pub done: usize,
    /// Sources or sections in all.
    pub total: usize,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Sources are read.
    Staging,
    /// Rows of sources become rows of the product.
    Transforming,
    /// Digests and manifest are written.
    Sealing,
}

/// Runs a migration.
///
/// # Errors
/// [`Error::Problems`] before anything is written; [`Error::Source`] when a source cannot be read to its end; the others
/// when the machine fails. After an error no file of the run remains.
pub fn run(run: &Run<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Outcome, Error> {
    let plan = check::plan(run.spec, run.catalogue, run.dump)
        .map_err(|problems| Error::Problems(Problems(problems)))?;
    fs::create_dir_all(run.work)
        .map_err(|error| Error::file("make the folder of the run", run.work, error))?;
    let files = Files::of(run.work);
    files.remove_all()?;
    let outcome = execute(run, plan, &files, progress);
    // Staging holds the source in the clear; it goes whatever happened.
    let removed = if outcome.is_ok() { files.remove_own() } else { files.remove_all() };
    let outcome = outcome?;
    removed?;
    Ok(outcome)
}

struct Files {
    /// The staged sources: a file for each thread that reads them.
    staging: [PathBuf; 2],
    /// What the run knows of written rows, and of rows without a key, beyond what it holds in memory.
    scratch: [PathBuf; 2],
    package: PathBuf,
    keys: PathBuf,
    rejected: PathBuf,
}

impl Files {
    fn of(work: &Path) -> Self {
        Self {
            staging: ["staging.sqlite", "staging-2.sqlite"].map(|name| work.join(name)),
            scratch: ["scratch.sqlite", "scratch-2.sqlite"].map(|name| work.join(name)),
            package: work.join("package.sqlite"),
            keys: work.join("keys.sqlite"),
            rejected: work.join("rejected.sqlite"),
        }
    }

    fn remove_all(&self) -> Result<(), Error> {
        self.remove_own()?;
        [&self.package, &self.keys, &self.rejected].into_iter().try_for_each(|file| remove(file))
    }

    /// Removes what nobody but the run needs.
    fn remove_own(&self) -> Result<(), Error> {
        self.staging.iter().chain(&self.scratch).try_for_each(|file| remove(file))
    }
}

pub(crate) fn remove(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::file("remove", file, error)),
    }
}

fn execute(
    run: &Run<'_>,
    plan: Plan<'_>,
    files: &Files,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, Error> {
    let Plan { sources, mut sections, checked } = plan;
    let (mut staging, broken) = Staging::load(&files.staging, &sources, progress)?;
    rule::lookup::index(run.spec.model(), &staging)?;
    let writer =
        Writer::create(&files.package, run.catalogue, Kind::Migration).map_err(Error::package)?;
    let mut keys = Keys::create(&files.keys, run.base.map(|(_, keys)| keys))?;
    let rejects = Rejects::create(&files.rejected)?;
    let [scratch, mut other_scratch] =
        [known::scratch(&files.scratch[0])?, known::scratch(&files.scratch[1])?];
    let mut targets = Targets::of(&sections, &keys, &scratch)?;
    let mut reading =
        section::Reading { staging: staging.connection_mut(), scratch: &mut other_scratch };
    let mut place = section::Place {
        package: writer.connection(),
        keys: &mut keys,
        targets: &mut targets,
        rejects: &rejects,
        scratch: &scratch,
    };
    let packing = || Error::database("write the rows of the package");
    place.package.execute_batch("BEGIN").map_err(packing())?;
    let mut counts = Vec::new();
    let total = sections.len();
    let written: Vec<&str> = sections.iter().map(|section| section.table.name.as_str()).collect();
    let referred: Vec<Vec<String>> = sections.iter().map(SectionPlan::refers_to).collect();
    for (done, section) in sections.iter_mut().enumerate() {
        let name = section.name.clone();
        let broken = broken.get(&section.source).map(Vec::as_slice).unwrap_or_default();
        let progress = &mut |rows| {
            progress(Progress {
                phase: Phase::Transforming,
                name: name.clone(),
                rows,
                done,
                total,
            });
        };
        counts.push(section::transform(section, &mut reading, &mut place, broken, progress)?);
        let table = written[done];
        let written_again = written[done + 1..].contains(&table);
        let referred_again =
            referred[done + 1..].iter().flatten().any(|referred| referred == table);
        place.keys.settle(table, written_again || referred_again)?;
        if !written_again {
            place.targets.settle(table);
        }
    }
    place.package.execute_batch("COMMIT").map_err(packing())?;
    progress(Progress { phase: Phase::Sealing, name: String::new(), rows: 0, done: total, total });
    reconcile::check(writer.connection(), &counts)?;
    drop(staging);
    keys.finish(&files.keys)?;
    rejects.finish(&files.rejected)?;
    let sealed =
        writer.finish(run.policy, run.base.map(|(package, _)| package)).map_err(Error::package)?;
    Ok(Outcome {
        package_file: files.package.clone(),
        digest: sealed.digest,
        manifest: sealed.manifest,
        keys_file: files.keys.clone(),
        rejected_file: files.rejected.clone(),
        checked,
        total: Total::of(&counts),
        sections: counts,
    })
}
