//! What an inspector asks for: what is due, what happened, what stood there on a given day, and a bundle to take along.
//!
//! Everything here reads. It is folded from the ledger, so it needs nobody's memory and nobody's word.

mod due;
mod export;
mod inspect;
mod story;

pub use due::{DueView, Standing};
pub use export::ExportSummary;
pub use inspect::{
    ChangeAt, ColumnAt, DeviationAt, DocumentAt, HoldAt, Inspection, LoanAt, Made, PackageAt,
    PlanAt, PositionAt, ReleaseAt, ReportAt, TestAt,
};
pub use story::{StoryLine, StoryOf};

use landfall_core::{entry::Entry, policy::Condition};

/// Returns who acted as people read it: printed name and role as they were then.
fn who(entry: &Entry) -> String {
    format!("{} ({})", entry.actor.name, role_words(&entry.actor.role))
}

/// Returns a role in people's words: `vendor-engineer` is `vendor engineer`.
fn role_words(role: &str) -> String {
    role.replace('-', " ")
}

/// Returns a condition of the policy as it follows `when`.
fn condition_words(condition: Condition) -> &'static str {
    match condition {
        Condition::CustomerIsProspect => "the customer has not signed the contract yet",
        Condition::ContractIsSigned => "the contract is signed",
        Condition::IterationIsPublished => "an iteration of the migration is published",
        Condition::SourceIsChosen => "the source of the configuration is agreed",
        Condition::MigrationOutputIsReady => "the output of the migration is ready",
        Condition::MigrationIsSignedOff => "the migration is signed off",
        Condition::ValidationIsCompleted => "validation is completed",
        Condition::FinalDumpIsReceived => "the final source dump is received",
        Condition::FinalMigrationIsRun => "the migration program has run on the final dump",
        Condition::ProdIsLive => "PROD is live",
        Condition::ValidationIsCompletedAndProdIsLive => "validation is completed and PROD is live",
        Condition::ProdIsNotLive => "PROD is not live",
        Condition::LifetimeIsOver => "its time is over",
        Condition::OwnerIsVendor => "the vendor itself owns it",
    }
}

/// Returns a rule that the ledger names in people's words; what is no condition of the policy is told as it is.
fn rule_words(rule: &str) -> String {
    serde_json::from_value::<Condition>(serde_json::Value::String(rule.to_owned()))
        .map_or_else(|_| rule.replace('-', " "), |condition| condition_words(condition).to_owned())
}

/// A customer's stream as tests tell it, without a data directory.
#[cfg(test)]
mod fixture {
    use landfall_core::{
        customer::{Customer, Event},
        digest::Digest,
        entry::{Actor, Entry},
        ids::{CustomerId, Label},
        plan::{Content, Purpose, ReleaseFacts, plan},
        policy::Policy,
        time::Timestamp,
    };

    use crate::installation::{fold_customer, write_event};

    pub(super) fn label(text: &str) -> Label {
        text.parse().unwrap()
    }

    pub(super) fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    pub(super) fn acme() -> CustomerId {
        "acme".parse().unwrap()
    }

    /// Asks for an environment of a release of the sample.
    pub(super) fn requested(
        name: &str,
        purpose: Option<Purpose>,
        content: Content,
        key: Option<&str>,
        expires: Option<&str>,
    ) -> Event {
        let release = ReleaseFacts {
            product: "clinical".to_owned(),
            release: "24.1".parse().unwrap(),
            build: "24.1.0+1".to_owned(),
            catalogue: Digest::of(b"a catalogue"),
            never_travelling: Vec::new(),
            masked_columns: 1,
        };
        let policy = Policy::embedded().unwrap();
        let key = key.map(str::to_owned);
        let plan = plan(&acme(), label(name), purpose, content, release, key, &policy);
        Event::EnvironmentRequested {
            plan_digest: plan.digest().unwrap(),
            plan: Box::new(plan),
            author: "erik-lund".parse().unwrap(),
            expires: expires.map(time),
        }
    }

    pub(super) fn demo(expires: &str) -> Event {
        requested("demo", None, Content::DemoSet, None, Some(expires))
    }

    /// What was told, entry by entry.
    pub(super) struct Told(Vec<Entry>);

    impl Told {
        /// Begins with the prospect Acme.
        pub(super) fn of_acme(at: &str) -> Self {
            let mut told = Self(Vec::new());
            told.add(at, &Event::ProspectAdded { id: acme(), name: "Acme".to_owned() });
            told
        }

        pub(super) fn add(&mut self, at: &str, event: &Event) {
            self.tell(at, event, None);
        }

        pub(super) fn add_because(&mut self, at: &str, event: &Event, reason: &str) {
            self.tell(at, event, Some(reason));
        }

        fn tell(&mut self, at: &str, event: &Event, reason: Option<&str>) {
            let actor = Actor {
                id: "erik-lund".to_owned(),
                name: "Erik Lund".to_owned(),
                role: "vendor-engineer".to_owned(),
            };
            let entry =
                write_event("customer/acme".to_owned(), "customer.", event, actor, reason).unwrap();
            let number = u64::try_from(self.0.len()).unwrap() + 1;
            self.0.push(Entry {
                sequence: number,
                stream: entry.stream,
                version: number,
                time: time(at),
                actor: entry.actor,
                on_behalf_of: entry.on_behalf_of,
                kind: entry.kind,
                kind_version: entry.kind_version,
                body: entry.body,
                reason: entry.reason,
                correlation: entry.correlation,
                previous: Digest::ZERO,
            });
        }

        pub(super) fn entries(&self) -> &[Entry] {
            &self.0
        }

        pub(super) fn state(&self) -> Customer {
            fold_customer(&self.0).unwrap().unwrap()
        }
    }
}
