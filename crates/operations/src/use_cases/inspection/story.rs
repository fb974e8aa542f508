use std::collections::BTreeSet;

use landfall_core::{
    customer::{Customer, DocumentKind, Event, GoLiveStep, Subject},
    digest::Digest,
    entry::Entry,
    environment::Kind,
    ids::{CustomerId, Label, PersonId},
    operation,
    plan::{Content, Plan},
    time::Timestamp,
    vendor::Vendor,
};
use serde::Serialize;

use super::role_words;
use crate::{
    Installation, Result,
    installation::{customer_stream, read_event},
    story::sentence,
    use_cases::environment,
};

/// Whose story is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoryOf {
    /// A customer's, as its rules saw it: every outcome of every environment, without their single steps.
    Customer(CustomerId),
    /// An environment's, from what it was made from to its destruction.
    Environment(CustomerId, Label),
}

/// One sentence of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoryLine {
    /// The chapter it belongs to; lines of one chapter follow each other.
    pub chapter: String,
    /// The ledger entry that it tells.
    pub entry: u64,
    /// When it was recorded (UTC).
    pub time: Timestamp,
    /// The same as people read it, with the time zone.
    pub when: String,
    /// Who acted: the printed name as it was then.
    pub name: String,
    /// In which role, in people's words.
    pub role: String,
    /// What happened, as it follows the name.
    pub what: String,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// The person whose act this follows from, where Landfall acted by itself.
    pub on_behalf_of: Option<String>,
    /// Whether a rule said no.
    pub refused: bool,
}

impl StoryLine {
    /// Returns the line as one sentence: who, what, why.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut text = format!("{} ({}) {}", self.name, self.role, self.what);
        if let Some(person) = &self.on_behalf_of {
            text.push_str(&format!(", as a consequence of what {person} did"));
        }
        if let Some(reason) = &self.reason {
            text.push_str(&format!(", because: {reason}"));
        }
        text
    }
}

impl Installation {
    /// Tells the life of a customer or an environment, chapter by chapter, with the ledger entry of every sentence.
    ///
    /// # Errors
    /// When there is no such customer or environment, or the ledger cannot be read.
    pub fn story(&self, of: &StoryOf) -> Result<Vec<StoryLine>> {
        let vendor = self.vendor()?;
        match of {
            StoryOf::Customer(id) => {
                let state = self.customer(id)?;
                let entries = self.ledger.stream(&customer_stream(id))?;
                of_customer(&state, &entries, &vendor)
            }
            StoryOf::Environment(id, label) => {
                let state = self.customer(id)?;
                environment(&state, *label)?;
                let entries = self.ledger.stream(&customer_stream(id))?;
                let mut told = Life::of(&state, *label, &entries)?.told(&entries)?;
                for (number, destroys) in operations(&entries, *label)? {
                    for entry in self.ledger.stream(&operation::stream(id, number))? {
                        told.push((of_operation(destroys), entry));
                    }
                }
                for stream in self.ledger.streams()? {
                    if let Some(chapter) = own_stream(&stream, id, *label) {
                        let entries = self.ledger.stream(&stream)?;
                        told.extend(entries.into_iter().map(|entry| (chapter, entry)));
                    }
                }
                told.sort_by_key(|(chapter, entry)| (*chapter, entry.sequence));
                Ok(told
                    .iter()
                    .map(|(chapter, entry)| line(chapter.title().to_owned(), entry, &vendor))
                    .collect())
            }
        }
    }
}

fn line(chapter: String, entry: &Entry, vendor: &Vendor) -> StoryLine {
    let printed = |id: &String| {
        let known = id.parse::<PersonId>().ok().and_then(|id| vendor.people.get(&id));
        known.map_or_else(|| id.clone(), |person| person.name.clone())
    };
    StoryLine {
        chapter,
        entry: entry.sequence,
        time: entry.time,
        when: entry.time.human(),
        name: entry.actor.name.clone(),
        role: role_words(&entry.actor.role),
        what: sentence(entry),
        reason: entry.reason.clone(),
        on_behalf_of: entry.on_behalf_of.as_ref().map(printed),
        refused: entry.kind == "customer.command-rejected",
    }
}

/// The chapters of an environment's life, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Chapter {
    Origin,
    Requested,
    PlanSigned,
    Built,
    ReportSigned,
    Accepted,
    Used,
    Changed,
    Documents,
    Due,
    Closed,
    Destroyed,
}

impl Chapter {
    fn title(self) -> &'static str {
        match self {
            Self::Origin => "what it was made from",
            Self::Requested => "requested",
            Self::PlanSigned => "plan signed",
            Self::Built => "built and tested",
            Self::ReportSigned => "report signed",
            Self::Accepted => "accepted",
            Self::Used => "used",
            Self::Changed => "changed",
            Self::Documents => "documents",
            Self::Due => "due",
            Self::Closed => "closed",
            Self::Destroyed => "destroyed",
        }
    }
}

/// What is known of an environment beside its name, so that entries about it are recognised.
struct Life<'a> {
    state: &'a Customer,
    label: Label,
    /// The packages that it was made from, by every plan it ever had.
    packages: BTreeSet<Digest>,
    /// The environments that it was cloned from.
    clones: BTreeSet<Label>,
    /// Whether a plan of it takes no migration output.
    without_migration: bool,
    /// The entries that asked for it, and for others of its kind.
    requests: Vec<(u64, bool)>,
    /// What it is called in a refusal: its name, its documents, deviations and changes.
    names: Vec<String>,
}

impl<'a> Life<'a> {
    fn of(state: &'a Customer, label: Label, entries: &[Entry]) -> Result<Self> {
        let mut names = vec![label.to_string()];
        names.extend(
            state
                .documents
                .values()
                .filter(|document| document.label() == Some(label))
                .map(|document| document.number.clone()),
        );
        names.extend(
            state.deviations.iter().filter(|known| known.label == label).map(|d| d.name(&state.id)),
        );
        names.extend(
            state.changes.iter().filter(|known| known.label == label).map(|c| c.name(&state.id)),
        );
        let mut life = Self {
            state,
            label,
            packages: BTreeSet::new(),
            clones: BTreeSet::new(),
            without_migration: false,
            requests: Vec::new(),
            names,
        };
        for entry in entries {
            match read_event(entry, "customer.")? {
                Event::EnvironmentRequested { plan, .. } | Event::EnvironmentReset { plan, .. }
                    if plan.label.kind() == label.kind() =>
                {
                    life.requests.push((entry.sequence, plan.label == label));
                    if plan.label == label {
                        life.plan(&plan);
                    }
                }
                _ => {}
            }
        }
        Ok(life)
    }

    fn plan(&mut self, plan: &Plan) {
        self.packages.extend(plan.content.packages().iter().map(|package| package.digest));
        match &plan.content {
            Content::Clone { of } => {
                self.clones.insert(*of);
            }
            Content::Composition { migration, .. } => self.without_migration |= migration.is_none(),
            Content::Empty
            | Content::DemoSet
            | Content::VendorDemo { .. }
            | Content::Iteration { .. } => {}
        }
    }

    /// Returns the entries of the customer's stream that belong to the environment, each with its chapter.
    fn told(&self, entries: &[Entry]) -> Result<Vec<(Chapter, Entry)>> {
        let mut reported = BTreeSet::new();
        let mut moment = None;
        let mut told = Vec::new();
        for entry in entries {
            let event: Event = read_event(entry, "customer.")?;
            if let Event::DocumentFrozen { number, is_plan: false, .. } = &event {
                reported.insert(number.clone());
            }
            moment = self.moment(&event).or(moment);
            if let Some(chapter) = self.chapter(entry, &event, &reported, moment) {
                told.push((chapter, entry.clone()));
            }
        }
        Ok(told)
    }

    /// Returns the chapter that an event begins in the life of the environment.
    fn moment(&self, event: &Event) -> Option<Chapter> {
        let (label, chapter) = match event {
            Event::EnvironmentRequested { plan, .. } | Event::EnvironmentReset { plan, .. } => {
                (plan.label, Chapter::Requested)
            }
            Event::BuildStarted { label, .. } => (*label, Chapter::Built),
            Event::EnvironmentAccepted { label, .. } | Event::EnvironmentRejected { label, .. } => {
                (*label, Chapter::Accepted)
            }
            Event::EnvironmentOpened { label } | Event::WentLive { label } => {
                (*label, Chapter::Used)
            }
            Event::DemoExpired { label, .. } | Event::EnvironmentDue { label, .. } => {
                (*label, Chapter::Due)
            }
            Event::EnvironmentClosed { label } | Event::EnvironmentAbandoned { label, .. } => {
                (*label, Chapter::Closed)
            }
            Event::DestructionStarted { label, .. } | Event::EnvironmentDestroyed { label, .. } => {
                (*label, Chapter::Destroyed)
            }
            Event::DocumentFrozen { number, is_plan, .. } => {
                let document = self.state.documents.get(number)?;
                let chapter = if *is_plan { Chapter::PlanSigned } else { Chapter::ReportSigned };
                let is_iq = document.kind == DocumentKind::Iq;
                (document.label().filter(|_| is_iq)?, chapter)
            }
            _ => return None,
        };
        (label == self.label).then_some(chapter)
    }

    fn chapter(
        &self,
        entry: &Entry,
        event: &Event,
        reported: &BTreeSet<String>,
        moment: Option<Chapter>,
    ) -> Option<Chapter> {
        let own = |label: &Label, chapter: Chapter| (*label == self.label).then_some(chapter);
        let prod = |chapter: Chapter| (self.label.kind() == Kind::Prod).then_some(chapter);
        match event {
            Event::EnvironmentRequested { plan, .. } | Event::EnvironmentReset { plan, .. } => {
                own(&plan.label, Chapter::Requested)
            }
            Event::EnvironmentBuilt { label, .. } if self.clones.contains(label) => {
                self.before_request(entry).then_some(Chapter::Origin)
            }
            Event::BuildStarted { label, .. }
            | Event::EnvironmentBuilt { label, .. }
            | Event::BuildStopped { label, .. } => own(label, Chapter::Built),
            Event::DeviationOpened { label, .. } => own(label, Chapter::Built),
            Event::DeviationResolved { number, .. }
            | Event::DeviationRetested { number, .. }
            | Event::DeviationApproved { number, .. } => {
                let known = self.state.deviations.iter().find(|known| known.number == *number)?;
                own(&known.label, Chapter::Built)
            }
            Event::DocumentFrozen { number, .. }
            | Event::DocumentSigned { number, .. }
            | Event::DocumentRejected { number, .. } => self.document(number, reported, moment),
            Event::EnvironmentAccepted { label, .. } | Event::EnvironmentRejected { label, .. } => {
                own(label, Chapter::Accepted)
            }
            Event::GoLiveStepDone { step } | Event::GoLiveStepNotApplicable { step } => {
                prod(match step {
                    GoLiveStep::FinalDump
                    | GoLiveStep::ExtractConfiguration
                    | GoLiveStep::RunMigration => Chapter::Origin,
                    GoLiveStep::ReviewProd => Chapter::Built,
                    GoLiveStep::ProvideIq => Chapter::ReportSigned,
                    GoLiveStep::FinalQc => Chapter::Accepted,
                })
            }
            Event::FinalQcSigned { .. } | Event::FinalQcRejected { .. } => prod(Chapter::Accepted),
            Event::EnvironmentOpened { label }
            | Event::DemoLent { label, .. }
            | Event::WentLive { label } => own(label, Chapter::Used),
            Event::ValidationCompleted { label, .. } => {
                own(label, Chapter::Used).or(prod(Chapter::Origin))
            }
            Event::ChangeRequested { label, .. } => own(label, Chapter::Changed),
            Event::ChangeApproved { number, .. }
            | Event::ChangeRejected { number, .. }
            | Event::ChangeMade { number } => {
                let known = self.state.changes.iter().find(|known| known.number == *number)?;
                own(&known.label, Chapter::Changed)
            }
            Event::PromotionStarted { from, to, .. }
            | Event::ConfigurationPromoted { from, to, .. } => {
                own(to, Chapter::Changed).or(own(from, Chapter::Used))
            }
            Event::DemoExpired { label, .. }
            | Event::EnvironmentDue { label, .. }
            | Event::EnvironmentHeld { label }
            | Event::EnvironmentReleased { label } => own(label, Chapter::Due),
            Event::EnvironmentClosed { label } | Event::EnvironmentAbandoned { label, .. } => {
                own(label, Chapter::Closed)
            }
            Event::DestructionStarted { label, .. } | Event::EnvironmentDestroyed { label, .. } => {
                own(label, Chapter::Destroyed)
            }
            Event::SourceChosen { target, label, .. } => {
                self.made_with(entry, *target).or(own(label, Chapter::Used))
            }
            Event::ConfigurationExtracted { target, label, package, .. } => self
                .made_with(entry, *target)
                .filter(|_| self.packages.contains(&package.digest))
                .or(own(label, Chapter::Used)),
            Event::DumpRegistered { .. }
            | Event::SpecRecorded { .. }
            | Event::IterationStarted { .. }
            | Event::IterationRun { .. }
            | Event::IterationStopped { .. }
            | Event::IterationPublished { .. }
            | Event::FindingAdded { .. }
            | Event::FindingResolved { .. }
            | Event::IterationSigned { .. }
            | Event::WithdrawalSigned { .. } => self.migrates(event).then_some(Chapter::Origin),
            Event::NoMigrationDeclared { .. } => self.without_migration.then_some(Chapter::Origin),
            Event::CommandRejected { command, refusal } => {
                let about = self.mentioned(&refusal.message)
                    || self.asked_in_vain(entry, command, &refusal.message);
                about.then(|| moment.unwrap_or_else(|| before_request(command)))
            }
            Event::ProspectAdded { .. }
            | Event::ContractSigned { .. }
            | Event::VendorEstablished { .. }
            | Event::MaterialsDue { .. }
            | Event::MaterialsDestructionStarted { .. }
            | Event::MaterialsDestroyed { .. } => None,
        }
    }

    fn document(
        &self,
        number: &str,
        reported: &BTreeSet<String>,
        moment: Option<Chapter>,
    ) -> Option<Chapter> {
        let document = self.state.documents.get(number)?;
        match document.about {
            Subject::Environment(label) if label == self.label => {}
            Subject::Iteration(iteration) => {
                return self.takes(iteration).then_some(Chapter::Origin);
            }
            Subject::Environment(_) | Subject::Materials(_) => return None,
        }
        let in_use = match moment {
            Some(Chapter::Used | Chapter::Due | Chapter::Closed) => true,
            Some(
                Chapter::Origin
                | Chapter::Requested
                | Chapter::PlanSigned
                | Chapter::Built
                | Chapter::ReportSigned
                | Chapter::Accepted
                | Chapter::Changed
                | Chapter::Documents
                | Chapter::Destroyed,
            )
            | None => false,
        };
        Some(match document.kind {
            DocumentKind::MaskingCertificate
            | DocumentKind::ConfigurationReport
            | DocumentKind::QcReport
            | DocumentKind::GoLiveRecord
            | DocumentKind::DifferenceReport
                if in_use =>
            {
                Chapter::Documents
            }
            DocumentKind::Iq if reported.contains(number) => Chapter::ReportSigned,
            DocumentKind::Iq | DocumentKind::DifferenceReport => Chapter::PlanSigned,
            DocumentKind::MaskingCertificate
            | DocumentKind::ConfigurationReport
            | DocumentKind::QcReport => Chapter::Built,
            DocumentKind::GoLiveRecord => Chapter::Accepted,
            DocumentKind::DestructionCertificate | DocumentKind::MaterialsCertificate => {
                Chapter::Destroyed
            }
        })
    }

    fn before_request(&self, entry: &Entry) -> bool {
        self.requests.iter().any(|(request, own)| *own && entry.sequence < *request)
    }

    /// Tells whether what was agreed or extracted for a kind went into this environment of that kind: its own request is
    /// the next one.
    fn made_with(&self, entry: &Entry, target: Kind) -> Option<Chapter> {
        let next = self.requests.iter().find(|(request, _)| entry.sequence < *request);
        let own = target == self.label.kind() && next.is_some_and(|(_, own)| *own);
        // What was agreed holds until something else is agreed: it may be older than others of the kind.
        let agreed = target == self.label.kind()
            && entry.kind == "customer.source-chosen"
            && self.before_request(entry);
        (own || agreed).then_some(Chapter::Origin)
    }

    /// Tells whether the environment holds the output of an iteration.
    fn takes(&self, number: u32) -> bool {
        self.state.iterations.iter().any(|iteration| {
            iteration.number == number
                && iteration.package.as_ref().is_some_and(|p| self.packages.contains(&p.digest))
        })
    }

    /// Tells whether an event of the migration led to what the environment holds.
    fn migrates(&self, event: &Event) -> bool {
        let uses = |digest: &Digest| {
            self.state
                .iterations
                .iter()
                .any(|run| self.takes(run.number) && (run.dump == *digest || run.spec == *digest))
        };
        match event {
            Event::DumpRegistered { digest, .. } | Event::SpecRecorded { digest, .. } => {
                uses(digest)
            }
            Event::IterationStarted { number, .. }
            | Event::IterationRun { number, .. }
            | Event::IterationStopped { number, .. }
            | Event::IterationPublished { number }
            | Event::FindingAdded { iteration: number, .. }
            | Event::FindingResolved { iteration: number, .. }
            | Event::IterationSigned { number, .. }
            | Event::WithdrawalSigned { number, .. } => self.takes(*number),
            _ => false,
        }
    }

    /// Tells whether a refusal names the environment. A kind that stands once is also named by its title alone.
    fn mentioned(&self, message: &str) -> bool {
        self.names.iter().any(|name| says(message, name))
            || (self.label.number().is_none() && says(message, self.label.kind().title()))
    }

    /// Tells whether a refusal was an attempt to ask for this environment, before it got its name.
    fn asked_in_vain(&self, entry: &Entry, command: &str, message: &str) -> bool {
        let next = self.requests.iter().find(|(request, _)| entry.sequence < *request);
        command == "request-environment"
            && next.is_some_and(|(_, own)| *own)
            && says(message, self.label.kind().title())
    }
}

/// Tells whether a text holds a name as a word of its own: `val-1` is not in `val-12`.
fn says(text: &str, name: &str) -> bool {
    let inside = |character: Option<char>| {
        character.is_some_and(|character| character.is_alphanumeric() || character == '-')
    };
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
        !inside(before) && !inside(after)
    })
}

/// Returns the chapter of a command that was refused before the environment was requested; commands are named as in the
/// authority table.
fn before_request(command: &str) -> Chapter {
    if command == "request-environment" { Chapter::Requested } else { Chapter::Origin }
}

/// Returns the numbers of the operations on an environment, each with whether it destroys.
fn operations(entries: &[Entry], label: Label) -> Result<Vec<(u32, bool)>> {
    let mut list = Vec::new();
    for entry in entries {
        match read_event(entry, "customer.")? {
            Event::BuildStarted { label: own, operation, .. } if own == label => {
                list.push((operation, false));
            }
            Event::DestructionStarted { label: own, operation, .. } if own == label => {
                list.push((operation, true));
            }
            _ => {}
        }
    }
    Ok(list)
}

/// Returns the chapter of an operation's entries.
fn of_operation(destroys: bool) -> Chapter {
    if destroys { Chapter::Destroyed } else { Chapter::Built }
}

/// Returns the chapter of a stream that belongs to one environment: `records/acme/sandbox`.
fn own_stream(stream: &str, customer: &CustomerId, label: Label) -> Option<Chapter> {
    let mut parts = stream.split('/');
    let (noun, owner, name) = (parts.next()?, parts.next()?, parts.next()?);
    (owner == customer.as_str() && name == label.to_string()).then_some(if noun == "records" {
        Chapter::Changed
    } else {
        Chapter::Used
    })
}

/// Tells a customer's stream: a chapter for each environment, in the order in which they begin, and for what is no
/// environment's own. What was refused is told with the environment that it names, else with what happened before it.
fn of_customer(state: &Customer, entries: &[Entry], vendor: &Vendor) -> Result<Vec<StoryLine>> {
    let mut order: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    let mut moment = CUSTOMER.to_owned();
    for entry in entries {
        let event: Event = read_event(entry, "customer.")?;
        let chapter = match &event {
            Event::CommandRejected { refusal, .. } => {
                let named = order
                    .iter()
                    .rev()
                    .find(|known| known.contains('/') && says(&refusal.message, known));
                named.cloned().unwrap_or_else(|| moment.clone())
            }
            _ => customer_chapter(state, &event),
        };
        moment.clone_from(&chapter);
        if !order.contains(&chapter) {
            order.push(chapter.clone());
        }
        lines.push(line(chapter, entry, vendor));
    }
    lines.sort_by_key(|line| {
        let chapter = order.iter().position(|chapter| *chapter == line.chapter);
        (chapter, line.entry)
    });
    Ok(lines)
}

fn customer_chapter(state: &Customer, event: &Event) -> String {
    let of = |label: &Label| format!("{}/{label}", state.id);
    match event {
        Event::EnvironmentRequested { plan, .. } | Event::EnvironmentReset { plan, .. } => {
            of(&plan.label)
        }
        Event::BuildStarted { label, .. }
        | Event::EnvironmentBuilt { label, .. }
        | Event::BuildStopped { label, .. }
        | Event::EnvironmentOpened { label }
        | Event::EnvironmentAccepted { label, .. }
        | Event::EnvironmentRejected { label, .. }
        | Event::DemoLent { label, .. }
        | Event::DemoExpired { label, .. }
        | Event::ValidationCompleted { label, .. }
        | Event::EnvironmentDue { label, .. }
        | Event::EnvironmentHeld { label }
        | Event::EnvironmentReleased { label }
        | Event::EnvironmentClosed { label }
        | Event::EnvironmentAbandoned { label, .. }
        | Event::DestructionStarted { label, .. }
        | Event::EnvironmentDestroyed { label, .. }
        | Event::DeviationOpened { label, .. }
        | Event::ChangeRequested { label, .. } => of(label),
        Event::PromotionStarted { to, .. } | Event::ConfigurationPromoted { to, .. } => of(to),
        Event::DeviationResolved { number, .. }
        | Event::DeviationRetested { number, .. }
        | Event::DeviationApproved { number, .. } => {
            let known = state.deviations.iter().find(|known| known.number == *number);
            known.map_or_else(|| CUSTOMER.to_owned(), |known| of(&known.label))
        }
        Event::ChangeApproved { number, .. }
        | Event::ChangeRejected { number, .. }
        | Event::ChangeMade { number } => {
            let known = state.changes.iter().find(|known| known.number == *number);
            known.map_or_else(|| CUSTOMER.to_owned(), |known| of(&known.label))
        }
        Event::DocumentFrozen { number, .. }
        | Event::DocumentSigned { number, .. }
        | Event::DocumentRejected { number, .. } => {
            match state.documents.get(number).map(|document| document.about) {
                Some(Subject::Environment(label)) => of(&label),
                Some(Subject::Iteration(_)) => MIGRATION.to_owned(),
                Some(Subject::Materials(_)) => MATERIALS.to_owned(),
                None => CUSTOMER.to_owned(),
            }
        }
        Event::DumpRegistered { .. }
        | Event::SpecRecorded { .. }
        | Event::IterationStarted { .. }
        | Event::IterationRun { .. }
        | Event::IterationStopped { .. }
        | Event::IterationPublished { .. }
        | Event::FindingAdded { .. }
        | Event::FindingResolved { .. }
        | Event::IterationSigned { .. }
        | Event::WithdrawalSigned { .. }
        | Event::NoMigrationDeclared { .. } => MIGRATION.to_owned(),
        Event::SourceChosen { .. } | Event::ConfigurationExtracted { .. } => {
            "configuration".to_owned()
        }
        Event::GoLiveStepDone { .. }
        | Event::GoLiveStepNotApplicable { .. }
        | Event::FinalQcSigned { .. }
        | Event::FinalQcRejected { .. }
        | Event::WentLive { .. } => "go-live".to_owned(),
        Event::MaterialsDue { .. }
        | Event::MaterialsDestructionStarted { .. }
        | Event::MaterialsDestroyed { .. } => MATERIALS.to_owned(),
        Event::CommandRejected { .. }
        | Event::ProspectAdded { .. }
        | Event::ContractSigned { .. }
        | Event::VendorEstablished { .. } => CUSTOMER.to_owned(),
    }
}

const CUSTOMER: &str = "customer";
const MIGRATION: &str = "migration";
const MATERIALS: &str = "dumps and packages";

#[cfg(test)]
mod tests {
    use landfall_core::{
        plan::{PackageFacts, PackageKind, Purpose},
        refusal,
        vendor::{self, ClockKind},
    };

    use super::{
        super::fixture::{Told, demo, label, requested},
        *,
    };

    fn package(kind: PackageKind, content: &str, source: &str) -> PackageFacts {
        PackageFacts {
            kind,
            digest: Digest::of(content.as_bytes()),
            source: source.to_owned(),
            tables: Vec::new(),
        }
    }

    fn refused(command: &str, message: &str) -> Event {
        Event::CommandRejected {
            command: command.to_owned(),
            refusal: refusal::NOT_YET.because(message, "wait"),
        }
    }

    /// Two VALs of one configuration; the second is asked for in vain first.
    fn two_vals() -> Told {
        let configuration = package(PackageKind::Configuration, "configuration", "acme/sandbox");
        let migration = package(PackageKind::Migration, "output", "iteration 1");
        let mut told = Told::of_acme("2026-01-05T09:00:00Z");
        let at = "2026-02-02T09:00:00Z";
        told.add(at, &demo("2026-02-04T10:00:00Z"));
        let zero = Digest::ZERO;
        told.add(
            at,
            &Event::IterationStarted {
                number: 1,
                operation: 4,
                dump: zero,
                spec: zero,
                catalogue: zero,
                base: None,
                is_final: false,
            },
        );
        told.add(
            at,
            &Event::IterationRun { number: 1, package: migration.clone(), sections: Vec::new() },
        );
        for name in ["val-1", "val-2"] {
            told.add(
                at,
                &Event::ConfigurationExtracted {
                    label: label("sandbox"),
                    target: Kind::Val,
                    package: configuration.clone(),
                    left_out: Vec::new(),
                },
            );
            told.add(
                at,
                &refused("request-environment", "a formal VAL of `acme` cannot be requested"),
            );
            let content = Content::Composition {
                configuration: configuration.clone(),
                migration: Some(migration.clone()),
            };
            told.add(
                at,
                &requested(name, Some(Purpose::Formal), content, Some("validation-1"), None),
            );
        }
        told.add(at, &refused("start-build", "environment `acme/val-2` cannot be built"));
        told
    }

    fn chapters(told: &Told, name: &str) -> Vec<(&'static str, u64)> {
        let state = told.state();
        let life = Life::of(&state, label(name), told.entries()).unwrap();
        let mut list = life.told(told.entries()).unwrap();
        list.sort_by_key(|(chapter, entry)| (*chapter, entry.sequence));
        list.iter().map(|(chapter, entry)| (chapter.title(), entry.sequence)).collect()
    }

    #[test]
    fn an_environment_is_told_with_what_it_was_made_from_and_with_its_own_refusals() {
        let origin = Chapter::Origin.title();
        assert_eq!(
            chapters(&two_vals(), "val-1"),
            [(origin, 3), (origin, 4), (origin, 5), ("requested", 6), ("requested", 7)]
        );
        assert_eq!(
            chapters(&two_vals(), "val-2"),
            [
                (origin, 3),
                (origin, 4),
                (origin, 8),
                ("requested", 9),
                ("requested", 10),
                ("requested", 11)
            ]
        );
        assert_eq!(chapters(&two_vals(), "demo"), [("requested", 2)]);
    }

    #[test]
    fn a_customer_is_told_environment_by_environment() {
        let told = two_vals();
        let made = vendor::Event::DirectoryCreated {
            clock: ClockKind::System,
            landfall: "1.0.0".to_owned(),
        };
        let vendor = vendor::evolve(None, &made).unwrap();
        let lines = of_customer(&told.state(), told.entries(), &vendor).unwrap();
        assert_eq!(lines.len(), told.entries().len());
        let mut chapters: Vec<&str> = lines.iter().map(|line| line.chapter.as_str()).collect();
        chapters.dedup();
        assert_eq!(
            chapters,
            ["customer", "acme/demo", "migration", "configuration", "acme/val-1", "acme/val-2"]
        );
        let refused = lines.iter().filter(|line| line.refused).count();
        assert_eq!(refused, 3);
        assert_eq!(
            lines.first().unwrap().sentence(),
            "Erik Lund (vendor engineer) added the prospect Acme (acme)"
        );
    }

    #[test]
    fn a_refusal_is_told_in_the_chapter_of_its_moment() {
        let mut told = Told::of_acme("2026-01-05T09:00:00Z");
        let at = "2026-01-05T10:00:00Z";
        told.add(at, &demo("2026-02-04T10:00:00Z"));
        told.add(at, &Event::EnvironmentOpened { label: label("demo") });
        told.add(at, &refused("start-destruction", "environment `acme/demo` cannot be destroyed"));
        told.add(at, &Event::EnvironmentClosed { label: label("demo") });
        assert_eq!(
            chapters(&told, "demo"),
            [("requested", 2), ("used", 3), ("used", 4), ("closed", 5)]
        );
    }

    #[test]
    fn a_name_is_a_word_of_its_own() {
        assert!(says("`acme/val-1` cannot be built", "val-1"));
        assert!(!says("`acme/val-12` cannot be built", "val-1"));
        assert!(!says("prePROD of `acme`", "PROD"));
        assert!(says("PROD of `acme` stays", "PROD"));
    }

    #[test]
    fn streams_of_an_environment_are_its_own() {
        let acme = super::super::fixture::acme();
        let chapter = |stream: &str| own_stream(stream, &acme, label("val-1"));
        assert_eq!(chapter("records/acme/val-1"), Some(Chapter::Changed));
        assert_eq!(chapter("rechecks/acme/val-1"), Some(Chapter::Used));
        for other in ["records/acme/val-12", "records/nova/val-1", "operation/acme/1", "vendor"] {
            assert_eq!(chapter(other), None, "{other}");
        }
    }
}
