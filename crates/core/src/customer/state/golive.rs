//! Where configuration comes from, what was taken, and the go-live steps.

use serde::{Deserialize, Serialize};

use crate::{environment::Kind, ids::Label, plan::PackageFacts, signature::Signature};

/// The configuration source agreed with the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The environment.
    pub label: Label,
    /// The position at which that environment was requested: the agreement is on none of the same name that follows.
    pub position: u64,
    /// The signature of customer quality.
    pub signature: Signature,
}

/// Configuration that was extracted from its agreed source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extraction {
    /// The environment it comes from.
    pub label: Label,
    /// For which kind: VAL or PROD.
    pub target: Kind,
    /// The package.
    pub package: PackageFacts,
    /// The position at which that environment was requested.
    pub position: u64,
    /// The position at which it was extracted.
    pub taken: u64,
}

/// The go-live steps, in order, as the requirement lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GoLiveStep {
    /// Customer: provides the final source dump and related files.
    FinalDump,
    /// Vendor: extracts the configuration from the source agreed with the customer.
    ExtractConfiguration,
    /// Vendor: runs the migration program to produce the new instance.
    RunMigration,
    /// Vendor: populates, configures and reviews the final PROD Main instance.
    ReviewProd,
    /// Vendor: provides the formal IQ documentation.
    ProvideIq,
    /// Customer: performs the final quality check.
    FinalQc,
}

impl GoLiveStep {
    /// The six steps in order.
    pub const ALL: [Self; 6] = [
        Self::FinalDump,
        Self::ExtractConfiguration,
        Self::RunMigration,
        Self::ReviewProd,
        Self::ProvideIq,
        Self::FinalQc,
    ];

    /// Returns the step's number, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).map_or(0, |index| index + 1)
    }

    /// Returns who owns it and what is done.
    #[must_use]
    pub fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::FinalDump => ("customer", "provide the final source dump and related files"),
            Self::ExtractConfiguration => {
                ("vendor", "extract the configuration from the agreed source")
            }
            Self::RunMigration => ("vendor", "run the migration program on the final dump"),
            Self::ReviewProd => ("vendor", "populate, configure and review PROD Main"),
            Self::ProvideIq => ("vendor", "provide the formal IQ documentation"),
            Self::FinalQc => ("customer", "perform the final quality check"),
        }
    }
}

/// Configuration that was taken from one environment into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promotion {
    /// From where.
    pub from: Label,
    /// To where.
    pub to: Label,
    /// The position at which the environment that it goes to was requested.
    pub position: u64,
    /// The configuration.
    pub package: PackageFacts,
    /// What it does to the rows.
    pub counts: PromotionCounts,
    /// Whether it is done.
    pub done: bool,
}

/// What a promotion does to the rows of its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotionCounts {
    /// Rows that are new there.
    pub added: u64,
    /// Rows that become others.
    pub changed: u64,
    /// Rows that only the destination has.
    pub kept: u64,
}
