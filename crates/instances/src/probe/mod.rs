//! Probes: facts about a finished instance, for qualification. They know the catalogue and nothing of any plan.

mod content;
mod package_form;
mod readings;
mod schema;
mod settings;
mod soundness;

pub use content::{
    Loaded, RowCount, never_travelling_rows, packages_loaded, row_counts, stub_rows,
};
pub use package_form::{Choice, package_form_column_digests, package_form_digests};
pub use readings::{Kept, Reading, Readings};
pub use schema::schema_differences;
pub use settings::{
    IntegrationValue, Setting, SettingValue, USER_TABLE, Users, integration_values, settings, users,
};
pub(crate) use soundness::broken_references;
pub use soundness::{
    BrokenReferences, files_beside, foreign_key_violations, integrity, sqlite_version,
};

pub use crate::instance::identity;
