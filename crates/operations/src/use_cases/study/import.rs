//! Import: a file becomes a version of a study's design in Main.

use std::path::Path;

use landfall_core::{
    customer::{Command, decide::DesignChange},
    digest::Digest,
    environment::Role,
    ids::Address,
    person::Person,
};
use landfall_instances::design::{
    self, Conflict, Content, Listed, ListedVersion, Shape, Study, TableDifference, compare,
    conflicts,
};
use serde::Serialize;

use super::{
    super::{
        environment::environment,
        record::{Note, Proposal},
    },
    DesignOutcome, DesignProposal, FindingLine, Target,
    file::{self, OfFile},
    totals,
};
use crate::{
    Caller, Installation, Result,
    designs::{Choice, NotHeld},
    use_cases::record::Changed,
};

/// What is taken out of a file, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// The protocol code of the study that gets the version; the file's where none is given.
    pub study: Option<String>,
    /// The OID of the study in the file, where it has several.
    pub from_study: Option<String>,
    /// The OID of the version in the file, where it has several.
    pub from_version: Option<String>,
    /// The OID that the version shall have; the file's where none is given.
    pub version_oid: Option<String>,
    /// Whether OIDs may mean something else than in the version before.
    pub accept_conflicts: bool,
}

/// What an import does, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignImport {
    /// The instance.
    pub address: Address,
    /// The digest of the file.
    pub file: Digest,
    /// The study, as the file describes it.
    pub study: Study,
    /// Whether the instance has no such study yet.
    pub new_study: bool,
    /// The version before, with which the file is compared.
    pub before: Option<ListedVersion>,
    /// The OID of the version.
    pub oid: String,
    /// The number of the version.
    pub revision: i64,
    /// The study whose version has that OID already, with another content.
    pub taken_by: Option<String>,
    /// The OIDs that mean something else in the version before.
    pub conflicts: Vec<Conflict>,
    /// How many rows are added, against the version before.
    pub added: u64,
    /// How many are changed.
    pub changed: u64,
    /// How many are not there any more.
    pub removed: u64,
    /// Every table of the design, in load order.
    pub tables: Vec<TableDifference>,
    /// What was found in the file.
    pub findings: Vec<FindingLine>,
    /// What was chosen where the file has several.
    pub chosen: Vec<String>,
    /// What was lost by bringing the file into the structure of ODM 1.3.2.
    pub converted: Vec<NotHeld>,
    /// What the tables cannot hold.
    pub not_held: Vec<NotHeld>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: DesignOutcome,
}

impl Installation {
    /// Imports the design of a study from an ODM file into Main: a new study, or a new version of one. No version that
    /// is there is changed. With `preview` nothing is done, and the result says what would be, OID conflicts included.
    ///
    /// # Errors
    /// When a rule says no, the file gives no design, or its rows do not fit the tables.
    pub fn study_import(
        &mut self,
        caller: &Caller,
        address: &Address,
        file: &Path,
        options: &ImportOptions,
        preview: bool,
    ) -> Result<DesignImport> {
        let person = self.acting(caller)?;
        let state = self.customer(&address.customer)?;
        let place = (address.label, address.role.unwrap_or(Role::Main));
        // Whoever may not import is told so before a file is read.
        let plain = DesignChange::Import {
            oid: String::new(),
            taken_by: None,
            conflicts: 0,
            accepted: false,
        };
        self.permit_design(&with_any_reason(caller, preview), &person, &state, place, &plain)?;
        let choice = Choice {
            study: options.from_study.as_deref(),
            version: options.from_version.as_deref(),
            code: options.study.as_deref(),
            oid: options.version_oid.as_deref(),
        };
        let release = &environment(&state, address.label)?.plan.release.release;
        let found = file::read(file, &choice, &Shape::of(self.catalogue(release)?)?)?;
        self.while_held(&address.customer, address.label, |held| {
            held.settle_held(&address.customer, address.label)?;
            held.import_held(caller, address, &person, found, options, preview)
        })
    }

    fn import_held(
        &mut self,
        caller: &Caller,
        address: &Address,
        person: &Person,
        found: OfFile,
        options: &ImportOptions,
        preview: bool,
    ) -> Result<DesignImport> {
        let state = self.customer(&address.customer)?;
        let label = address.label;
        let (path, main) = (self.instance_path(address)?, self.instance_path(address)?);
        let environment = environment(&state, label)?;
        let catalogue = self.catalogue(&environment.plan.release.release)?;
        let target =
            Target { path: &path, main: &main, catalogue, qualified: environment.plan.qualified };
        let OfFile { digest, study, mut content, findings, chosen, converted, not_held } = found;
        let shape = Shape::of(catalogue)?;
        content.complete(&shape)?;
        let all = design::list(&path, catalogue)?;
        let before = before(&path, &target, &all, &study)?;
        let empty = Content::default();
        let old = before.as_ref().map_or(&empty, |(_, old)| old);
        let tables = compare(&shape, old, &content);
        let conflicts = conflicts(&shape, old, &content);
        let (added, changed, removed) = totals(&tables);
        let oid = content.value("oid").unwrap_or_default().to_owned();
        let same = before.is_some() && added + changed + removed == 0;
        // A name of one's own asks for a version, even of the same content.
        let unchanged = same && options.version_oid.is_none();
        let taken_by = taken_by(&all, &oid);
        let taken_by = if unchanged { None } else { taken_by };
        let mut import = DesignImport {
            address: address.clone(),
            file: digest,
            new_study: !all.iter().any(|one| one.study.protocol_code == study.protocol_code),
            revision: before.as_ref().map_or(1, |(version, _)| version.revision.saturating_add(1)),
            before: before.map(|(version, _)| version),
            study: study.clone(),
            taken_by: taken_by.clone(),
            added,
            changed,
            removed,
            tables,
            findings,
            chosen,
            converted,
            not_held,
            outcome: DesignOutcome::Previewed,
            oid: oid.clone(),
            conflicts,
        };
        if preview {
            return Ok(import);
        }
        if unchanged {
            import.outcome = DesignOutcome::Unchanged;
            return Ok(import);
        }
        let change = DesignChange::Import {
            oid,
            taken_by,
            conflicts: u32::try_from(import.conflicts.len()).unwrap_or(u32::MAX),
            accepted: options.accept_conflicts,
        };
        let proposal =
            Proposal::Design(Box::new(DesignProposal::Import { file: digest, study, content }));
        let role = address.role.unwrap_or(Role::Main);
        import.outcome =
            self.change_design(caller, address, person, role, &change, &proposal)?.into();
        Ok(import)
    }

    /// Makes a change of a design, or asks for it where it needs an approval; for whoever holds the environment.
    pub(super) fn change_design(
        &mut self,
        caller: &Caller,
        address: &Address,
        person: &Person,
        role: Role,
        change: &DesignChange,
        proposal: &Proposal,
    ) -> Result<Changed> {
        let (customer, label) = (&address.customer, address.label);
        let state = self.customer(customer)?;
        let permit = self.permit_design(caller, person, &state, (label, role), change)?;
        let path = self.paths.instance(customer, label, role);
        let main = self.paths.instance(customer, label, Role::Main);
        let environment = environment(&state, label)?;
        let catalogue = self.catalogue(&environment.plan.release.release)?;
        let qualified = environment.plan.qualified;
        let target = Target { path: &path, main: &main, catalogue, qualified };
        if permit.approval {
            // What cannot be made is not asked for.
            proposal.rehearse(&target)?;
            let change = change.clone();
            return self.request_change(customer, person, caller, proposal, |content| {
                Command::RequestDesignChange { label, role, change, content }
            });
        }
        let note = Note {
            verb: proposal.verb().to_owned(),
            table: proposal.table().to_owned(),
            person: person.id.clone(),
            reason: caller.reason.clone(),
            change_request: None,
        };
        let recorded = proposal.make(&target, &note)?;
        self.settle_held(customer, label)?;
        Ok(Changed::Made { id: recorded.id, warning: None })
    }
}

/// A preview needs no reason: nothing is done.
pub(super) fn with_any_reason(caller: &Caller, preview: bool) -> Caller {
    let mut caller = caller.clone();
    if preview && caller.reason.is_none() {
        caller.reason = Some("a preview".to_owned());
    }
    caller
}

/// Returns the last version of the study, and what it holds.
fn before(
    path: &Path,
    target: &Target<'_>,
    all: &[Listed],
    study: &Study,
) -> Result<Option<(ListedVersion, Content)>> {
    let listed = all.iter().find(|one| one.study.protocol_code == study.protocol_code);
    let Some(version) = listed.and_then(|listed| listed.versions.last()) else { return Ok(None) };
    Ok(Some((version.clone(), design::read(path, target.catalogue, version.id)?)))
}

/// Returns the study whose version has an OID.
fn taken_by(all: &[Listed], oid: &str) -> Option<String> {
    all.iter()
        .find(|one| one.versions.iter().any(|version| version.oid == oid))
        .map(|one| one.study.protocol_code.clone())
}
