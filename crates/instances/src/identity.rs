//! What an instance says about itself.

use landfall_catalogue::Catalogue;
use landfall_core::{environment::Role, ids::Release};
use serde::{Deserialize, Serialize};

/// The identity that is written into a new instance. It holds no time and nothing random, so that a build can be
/// repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Whose environment it is: `acme`.
    pub customer: String,
    /// The environment's name among its customer's: `val-1`.
    pub environment: String,
    /// The environment's kind: `val`.
    pub kind: String,
    /// Main or Test.
    pub role: Role,
    /// The name that users see.
    pub name: String,
    /// The product's release.
    pub release: Release,
    /// The product's build stamp.
    pub build: String,
    /// The address at which users reach it.
    pub address: String,
}

impl Identity {
    /// Returns the rows of `landfall_instance`.
    pub(crate) fn rows(&self, catalogue: &Catalogue) -> Vec<(&'static str, String)> {
        vec![
            ("address", self.address.clone()),
            ("build", self.build.clone()),
            ("catalogue", catalogue.digest().to_string()),
            ("customer", self.customer.clone()),
            ("environment", self.environment.clone()),
            ("kind", self.kind.clone()),
            ("name", self.name.clone()),
            ("product", catalogue.product().to_owned()),
            ("release", self.release.to_string()),
            ("role", self.role.to_string()),
        ]
    }
}
