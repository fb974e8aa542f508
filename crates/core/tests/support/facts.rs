//! Facts that stand for what a real run would find: packages, instances and counts with made digests.

use landfall_core::{
    customer::{InstanceFacts, SectionCounts},
    digest::Digest,
    environment::{Kind, Role},
    ids::{CustomerId, Label},
    plan::{Content, PackageFacts, PackageKind, ReleaseFacts, TableFacts},
};

pub(crate) fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

pub(crate) fn customer_id() -> CustomerId {
    "acme".parse().unwrap()
}

pub(crate) fn label(name: &str) -> Label {
    name.parse().unwrap()
}

pub(crate) fn release() -> ReleaseFacts {
    ReleaseFacts {
        product: "clinical".to_owned(),
        release: "24.1".parse().unwrap(),
        build: "24.1.0+7".to_owned(),
        catalogue: digest("catalogue"),
        never_travelling: vec!["form".to_owned(), "user".to_owned()],
        masked_columns: 24,
    }
}

/// The configuration of an environment. That of a VAL is the Sandbox's, from which the tests compose every VAL.
pub(crate) fn configuration(of: &str) -> PackageFacts {
    let is_val = of.parse::<Label>().is_ok_and(|label| label.kind() == Kind::Val);
    let of = if is_val { "sandbox" } else { of };
    package(PackageKind::Configuration, of, &["role", "site"])
}

/// The output of an iteration.
pub(crate) fn migration(number: u32) -> PackageFacts {
    package(PackageKind::Migration, &format!("iteration {number}"), &["study", "volunteer"])
}

fn package(kind: PackageKind, source: &str, tables: &[&str]) -> PackageFacts {
    let tables = tables
        .iter()
        .zip(1..)
        .map(|(name, rows)| TableFacts {
            name: (*name).to_owned(),
            rows,
            digest: digest(&format!("{source} {name}")),
            unmasked: digest(&format!("{source} {name}, unmasked columns")),
        })
        .collect();
    PackageFacts {
        kind,
        digest: digest(&format!("{} of {source}", kind.as_str())),
        source: source.to_owned(),
        tables,
    }
}

/// The configuration of an environment plus the output of an iteration.
pub(crate) fn composition(of: &str, iteration: u32) -> Content {
    Content::Composition { configuration: configuration(of), migration: Some(migration(iteration)) }
}

/// The configuration of an environment, for a customer without a source database.
pub(crate) fn configuration_alone(of: &str) -> Content {
    Content::Composition { configuration: configuration(of), migration: None }
}

/// The instances that the requirement gives an environment of the kind.
pub(crate) fn instances(label: Label) -> Vec<InstanceFacts> {
    let roles: &[Role] = match label.kind() {
        Kind::Sandbox | Kind::Val | Kind::Prod => &[Role::Main, Role::Test],
        Kind::Demo | Kind::Migration | Kind::Preprod | Kind::CommunityDev => &[Role::Main],
    };
    roles
        .iter()
        .map(|role| InstanceFacts {
            role: *role,
            location: format!("instances/acme/{label}/{role}.sqlite"),
            fingerprint: digest(&format!("{label} {role}")),
        })
        .collect()
}

pub(crate) fn sections() -> Vec<SectionCounts> {
    vec![SectionCounts {
        section: "subjects".to_owned(),
        target: "volunteer".to_owned(),
        read: 10,
        written: 7,
        rejected: 1,
        filtered: 2,
    }]
}
