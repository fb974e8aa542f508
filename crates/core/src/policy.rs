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
    /// The rules of each kind.
    pub environment: BTreeMap<Kind, Rules>,
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
    /// Why the rules are so.
    pub why: String,
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
}

impl Policy {
    /// Returns the policy built into the binary.
    ///
    /// # Errors
    /// Never for a binary that passed its tests.
    pub fn embedded() -> Result<Self, Error> {
        Self::parse(include_str!("../policy.toml"))
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
            if kind == Kind::Val && !rules.masked {
                return contradiction("leaves volunteer PHI unmasked in VAL");
            }
            if !rules.due_when.is_empty() && rules.destroy_within_days.is_none() {
                return contradiction(
                    "must give `destroy_within_days` where it names what makes it due",
                );
            }
        }
        Ok(policy)
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

    #[test]
    fn a_policy_that_leaves_val_unmasked_is_refused() {
        let text = include_str!("../policy.toml").replacen("masked = true", "masked = false", 1);
        assert!(Policy::parse(&text).unwrap_err().to_string().contains("unmasked in VAL"));
    }

    #[test]
    fn a_policy_that_destroys_prod_is_refused() {
        let text = include_str!("../policy.toml").replace(
            "due_when = []\nwhy = \"The customer's",
            "due_when = [\"prod-is-live\"]\nwhy = \"The customer's",
        );
        assert!(Policy::parse(&text).unwrap_err().to_string().contains("PROD is never destroyed"));
    }
}
