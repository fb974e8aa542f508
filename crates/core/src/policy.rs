//! The lifecycle rules as data: one table per kind of environment, what may pass, how quasi-identifiers are treated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    environment::{Kind, Role},
};

/// The rules of one installation. Its digest is cited by every package and every IQ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The policy's name.
    pub name: String,
    /// Counts the revisions of that name.
    pub version: u32,
    /// What may travel between environments.
    pub passage: Passage,
    /// How quasi-identifiers are treated, by class, beside the key `source`.
    pub masking: BTreeMap<String, String>,
    /// Which records are changed how.
    pub records: Records,
    /// Where study designs are imported, exported and pushed; nowhere in a policy that does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designs: Option<Designs>,
    /// What outlives environments: dumps, packages, rejected rows, key maps.
    pub outlives: Outlives,
    /// The rules of each kind.
    pub environment: BTreeMap<Kind, Rules>,
}

/// Rules of records that hold for every kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// Where the rules come from.
    pub source: RuleSource,
    /// Tables that Main governs: they are not changed in Test.
    pub read_only_in_test: Vec<String>,
    /// Why the rules are so.
    pub why: String,
}

/// Rules of study designs: the kinds of environments in which each thing is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Designs {
    /// Where the rules come from.
    pub source: RuleSource,
    /// Into whose Main a file is imported.
    pub import: Vec<Kind>,
    /// From where a file is exported.
    pub export: Vec<Kind>,
    /// Where Main's design is pushed to Test.
    pub push: Vec<Kind>,
    /// Why the rules are so.
    pub why: String,
}

/// Rules of what holds a customer's data outside its environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlives {
    /// Where the rules come from.
    pub source: RuleSource,
    /// How many days after falling due it must be destroyed.
    pub destroy_within_days: u32,
    /// Why the rules are so.
    pub why: String,
}

/// What a change of a record needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// Nothing: it is recorded.
    Free,
    /// A reason.
    Reason,
    /// A reason, and the approval of vendor quality where the environment is qualified.
    Approval,
}

/// The allow-list of what travels: table names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Where the list comes from.
    pub source: RuleSource,
    /// Tables that may travel as configuration.
    pub configuration: Vec<String>,
    /// Tables that may travel as migration output.
    pub migration: Vec<String>,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleSource {
    /// The requirement itself.
    Seed,
    /// Other public documentation of the product.
    Documentation,
    /// Landfall's own choice, where both are silent.
    Landfall,
}

/// The rules of one kind of environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Where the rules come from.
    pub source: RuleSource,
    /// Whether the environment has one instance or two.
    pub instances: Instances,
    /// Whether a customer may have several; they are numbered from 1.
    pub repeats: bool,
    /// What must be true before it may be requested.
    pub opens_when: Vec<Condition>,
    /// Where its content may come from.
    pub content: Vec<ContentKind>,
    /// Whether volunteer PHI is masked before the first byte is written.
    pub masked: bool,
    /// Whether it is qualified by an IQ.
    pub qualified: Qualified,
    /// How long it may live, in days, where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_days: Option<u32>,
    /// What makes it due for destruction; any of them.
    pub due_when: Vec<Condition>,
    /// How many days after falling due it must be destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destroy_within_days: Option<u32>,
    /// What a change of a record needs.
    pub records: Control,
    /// Whether changes of records stay: in what is made anew from packages they do not.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub records_preserved: bool,
    /// Why the rules are so.
    pub why: String,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

/// How many instances an environment has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instances {
    /// Main only.
    Single,
    /// Main and Test.
    Pair,
}

impl Instances {
    /// Returns the roles, Main first.
    #[must_use]
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Single => &[Role::Main],
            Self::Pair => &[Role::Main, Role::Test],
        }
    }
}

/// Something that is true or not of a customer; the core knows how to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// The customer has not signed the contract yet.
    CustomerIsProspect,
    /// The contract is signed.
    ContractIsSigned,
    /// At least one iteration of the migration is published to the customer.
    IterationIsPublished,
    /// Customer quality has agreed on the source of the configuration.
    SourceIsChosen,
    /// A formal VAL: the signed-off iteration; an informal VAL: any published one.
    MigrationOutputIsReady,
    /// Customer reviewer and customer quality have signed an iteration.
    MigrationIsSignedOff,
    /// Customer quality has signed that validation is completed.
    ValidationIsCompleted,
    /// The customer has provided the final source dump.
    FinalDumpIsReceived,
    /// The migration program has run on the final dump.
    FinalMigrationIsRun,
    /// PROD is live.
    ProdIsLive,
    /// Validation is completed and PROD is live.
    ValidationIsCompletedAndProdIsLive,
    /// PROD is not live yet: onboarding is going on.
    ProdIsNotLive,
    /// The environment has lived as long as it may.
    LifetimeIsOver,
    /// The vendor itself owns it.
    OwnerIsVendor,
}

impl Condition {
    /// Returns the rule's name, as refusals and certificates cite it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CustomerIsProspect => "customer-is-prospect",
            Self::ContractIsSigned => "contract-is-signed",
            Self::IterationIsPublished => "iteration-is-published",
            Self::SourceIsChosen => "source-is-chosen",
            Self::MigrationOutputIsReady => "migration-output-is-ready",
            Self::MigrationIsSignedOff => "migration-is-signed-off",
            Self::ValidationIsCompleted => "validation-is-completed",
            Self::FinalDumpIsReceived => "final-dump-is-received",
            Self::FinalMigrationIsRun => "final-migration-is-run",
            Self::ProdIsLive => "prod-is-live",
            Self::ValidationIsCompletedAndProdIsLive => "validation-is-completed-and-prod-is-live",
            Self::ProdIsNotLive => "prod-is-not-live",
            Self::LifetimeIsOver => "lifetime-is-over",
            Self::OwnerIsVendor => "owner-is-vendor",
        }
    }
}

/// Where the content of an environment may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContentKind {
    /// Nothing but the product's own defaults.
    Empty,
    /// The vendor's branded demonstration set.
    DemoSet,
    /// A clone of the customer's Demo.
    CloneOfDemo,
    /// A clone of a Demo that the vendor itself owns.
    CloneOfVendorDemo,
    /// The output of one iteration of the migration.
    Iteration,
    /// A configuration package plus a migration package.
    Composition,
}

/// Whether an environment of the kind is qualified by an IQ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Qualified {
    /// Never: a request for an IQ is rejected.
    Never,
    /// Formal ones are, informal ones never.
    Formal,
    /// Always.
    Always,
}

/// A policy that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not the TOML that was expected.
    #[error("the policy cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// A kind has no table.
    #[error("the policy has no table `[environment.{0}]`; every kind needs one")]
    MissingKind(Kind),
    /// A value contradicts another.
    #[error("the policy's table `[environment.{kind}]` {problem}")]
    Contradiction {
        /// The table.
        kind: Kind,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The rules of study designs contradict those of a kind.
    #[error("the policy's table `[designs]` must not name `{kind}` in `{list}`: {problem}")]
    Designs {
        /// The kind.
        kind: Kind,
        /// The list.
        list: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// What outlives environments would be overdue as soon as it is due.
    #[error(
        "the policy's table `[outlives]` must give `destroy_within_days` of 1 or more, found 0"
    )]
    NoTime,
}

impl Policy {
    /// Returns the policy built into the binary.
    ///
    /// # Errors
    /// Never for a binary that passed its tests.
    pub fn embedded() -> Result<Self, Error> {
        Self::parse(Self::embedded_text())
    }

    /// Returns the text of the policy that is built into the binary, as a directory begins with it.
    #[must_use]
    pub fn embedded_text() -> &'static str {
        include_str!("../policy.toml")
    }

    /// Reads a policy and checks that it holds together.
    ///
    /// # Errors
    /// When the text is not TOML of the right shape, a kind is missing, or values contradict each other.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let policy: Self = toml::from_str(text)?;
        for kind in Kind::ALL {
            let rules = policy.environment.get(&kind).ok_or(Error::MissingKind(kind))?;
            let contradiction = |problem| Err(Error::Contradiction { kind, problem });
            if rules.due_when.contains(&Condition::LifetimeIsOver) != rules.lifetime_days.is_some()
            {
                return contradiction(
                    "must give `lifetime_days` exactly when `lifetime-is-over` makes it due",
                );
            }
            if kind == Kind::Prod && !rules.due_when.is_empty() {
                return contradiction(
                    "makes PROD due for destruction; PROD is never destroyed by policy",
                );
            }
            if kind == Kind::Prod && rules.records != Control::Approval {
                return contradiction("lets records of PROD change without approval");
            }
            if kind == Kind::Prod && rules.qualified != Qualified::Always {
                return contradiction("leaves PROD without an IQ; it must be `always` qualified");
            }
            if kind == Kind::Prod && rules.masked {
                return contradiction("masks the volunteers of PROD");
            }
            if kind == Kind::Val && rules.qualified == Qualified::Never {
                return contradiction("leaves a formal VAL without an IQ");
            }
            if kind == Kind::Val && !rules.masked {
                return contradiction("leaves volunteer PHI unmasked in VAL");
            }
            if !rules.due_when.is_empty() && rules.destroy_within_days.is_none() {
                return contradiction(
                    "must give `destroy_within_days` where it names what makes it due",
                );
            }
        }
        if policy.outlives.destroy_within_days == 0 {
            return Err(Error::NoTime);
        }
        policy.check_designs()?;
        Ok(policy)
    }

    /// Checks that no study design gets where none may be, and that what is pushed has a Test.
    fn check_designs(&self) -> Result<(), Error> {
        let Some(designs) = &self.designs else { return Ok(()) };
        for kind in &designs.import {
            let wrong = |problem| Err(Error::Designs { kind: *kind, list: "import", problem });
            if *kind == Kind::CommunityDev {
                return wrong("everybody sees it, and it holds sample data only");
            }
            if !self.rules(*kind).records_preserved {
                return wrong("it is made anew, and what is changed in it is not preserved");
            }
        }
        for kind in &designs.push {
            if self.rules(*kind).instances != Instances::Pair {
                let problem = "it has no Test; a design is pushed from Main to Test of a pair";
                return Err(Error::Designs { kind: *kind, list: "push", problem });
            }
        }
        Ok(())
    }

    /// Returns the rules of a kind.
    ///
    /// # Panics
    /// Never: [`Policy::parse`] refuses a policy that lacks a kind.
    #[must_use]
    pub fn rules(&self, kind: Kind) -> &Rules {
        &self.environment[&kind]
    }

    /// Returns the SHA-256 of the policy's canonical form.
    #[must_use]
    pub fn digest(&self) -> Digest {
        // A policy is texts, whole numbers and lists: it always has a canonical form.
        Digest::of_canonical(self).unwrap_or(Digest::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_policy_holds_the_values_of_the_seed() {
        let policy = Policy::embedded().unwrap();
        assert_eq!(policy.rules(Kind::Sandbox).instances, Instances::Pair);
        assert_eq!(policy.rules(Kind::Migration).instances, Instances::Single);
        assert_eq!(policy.rules(Kind::Val).qualified, Qualified::Formal);
        assert_eq!(policy.rules(Kind::Prod).qualified, Qualified::Always);
        assert_eq!(policy.rules(Kind::Demo).qualified, Qualified::Never);
        assert!(policy.rules(Kind::Val).masked);
        assert!(!policy.rules(Kind::Prod).masked);
        for study in ["study", "user", "volunteer", "form", "item"] {
            assert!(!policy.passage.configuration.iter().any(|table| table == study), "{study}");
        }
    }

    /// The embedded policy with one passage changed, which must stand in it.
    fn changed(from: &str, to: &str) -> Result<Policy, Error> {
        let text = Policy::embedded_text();
        assert!(text.contains(from), "`{from}` is not in the policy");
        Policy::parse(&text.replacen(from, to, 1))
    }

    fn problem(from: &str, to: &str) -> String {
        changed(from, to).unwrap_err().to_string()
    }

    #[test]
    fn a_policy_that_leaves_val_unmasked_is_refused() {
        assert!(problem("masked = true", "masked = false").contains("unmasked in VAL"));
    }

    #[test]
    fn a_policy_that_leaves_prod_or_a_formal_val_without_an_iq_is_refused() {
        for qualified in ["never", "formal"] {
            let found = problem("qualified = \"always\"", &format!("qualified = \"{qualified}\""));
            assert!(found.contains("leaves PROD without an IQ"), "{found}");
        }
        let never = problem("qualified = \"formal\"", "qualified = \"never\"");
        assert!(never.contains("leaves a formal VAL without an IQ"), "{never}");
        let masked = "masked = false\nqualified = \"always\"";
        let found = problem(masked, "masked = true\nqualified = \"always\"");
        assert!(found.contains("masks the volunteers of PROD"), "{found}");
    }

    #[test]
    fn a_policy_that_destroys_prod_is_refused() {
        let prod = "due_when = []\nrecords = \"approval\"";
        let due = "due_when = [\"prod-is-live\"]\nrecords = \"approval\"";
        assert!(problem(prod, due).contains("PROD is never destroyed"));
    }

    #[test]
    fn a_policy_that_frees_the_records_of_prod_is_refused() {
        for control in ["free", "reason"] {
            let to = format!("due_when = []\nrecords = \"{control}\"");
            let found = problem("due_when = []\nrecords = \"approval\"", &to);
            assert!(found.contains("records of PROD change without approval"), "{found}");
        }
        let sandbox = changed("records = \"free\"", "records = \"approval\"").unwrap();
        assert_eq!(sandbox.rules(Kind::Demo).records, Control::Approval, "more is asked, not less");
    }

    #[test]
    fn a_policy_of_before_study_designs_keeps_its_digest_and_lets_no_design_in() {
        let text = Policy::embedded_text();
        let (before, rest) = text.split_once("[designs]").unwrap();
        let (_, after) = rest.split_once("\n\n").unwrap();
        let old = Policy::parse(&format!("{before}\n{after}")).unwrap();
        assert_eq!(old.designs, None);
        assert_ne!(old.digest(), Policy::embedded().unwrap().digest());
        assert!(!serde_json::to_string(&old).unwrap().contains("designs"));
    }

    #[test]
    fn a_policy_that_lets_designs_where_none_may_be_is_refused() {
        let import = r#"import = ["sandbox", "preprod", "prod"]"#;
        let shared = problem(import, r#"import = ["community-dev"]"#);
        assert!(shared.contains("must not name `community-dev` in `import`"), "{shared}");
        let anew = problem(import, r#"import = ["sandbox", "migration"]"#);
        assert!(anew.contains("is not preserved"), "{anew}");
        let single = problem(r#"push = ["sandbox", "prod"]"#, r#"push = ["preprod"]"#);
        assert!(single.contains("must not name `preprod` in `push`: it has no Test"), "{single}");
    }

    #[test]
    fn a_policy_that_does_not_say_what_a_change_needs_is_not_read() {
        let gone = problem("records = \"free\"\n", "");
        assert!(gone.contains("missing field `records`"), "{gone}");
        let unknown = problem("records = \"free\"", "records = \"sometimes\"");
        assert!(unknown.contains("unknown variant `sometimes`"), "{unknown}");
        let elsewhere = problem("records = \"free\"", "records = \"free\"\nrecord = \"free\"");
        assert!(elsewhere.contains("unknown field `record`"), "{elsewhere}");
    }

    #[test]
    fn a_policy_gives_time_to_destroy_what_outlives_environments() {
        let days = "destroy_within_days = 14\nwhy = \"Dumps";
        let none = problem(days, "destroy_within_days = 0\nwhy = \"Dumps");
        assert!(none.contains("`[outlives]`"), "{none}");
        let gone = problem(days, "why = \"Dumps");
        assert!(gone.contains("missing field `destroy_within_days`"), "{gone}");
    }
}
