//! That every crate uses only the crates above it.

use std::process::Command;

use crate::terminal::say;

/// The crates from the top of the picture in ARCHITECTURE.md to its bottom, each with those that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("landfall-core", &[]),
    ("landfall-catalogue", &["landfall-core"]),
    ("landfall-ledger", &["landfall-core"]),
    ("landfall-instances", &["landfall-core", "landfall-catalogue"]),
    ("landfall-masking", &["landfall-core", "landfall-catalogue", "landfall-instances"]),
    ("landfall-migration", &["landfall-core", "landfall-catalogue", "landfall-instances"]),
    ("landfall-documents", &["landfall-core"]),
    ("landfall-odm", &[]),
    (
        "landfall-operations",
        &[
            "landfall-core",
            "landfall-catalogue",
            "landfall-ledger",
            "landfall-instances",
            "landfall-masking",
            "landfall-migration",
            "landfall-documents",
            "landfall-odm",
        ],
    ),
    ("landfall-demo", &["landfall-core", "landfall-operations"]),
    (
        "landfall-cli",
        &[
            "landfall-core",
            "landfall-catalogue",
            "landfall-ledger",
            "landfall-operations",
            "landfall-demo",
        ],
    ),
    ("xtask", &[]),
];

/// External crates that do I/O, which the pure core may not use.
const IMPURE: &[&str] = &["tokio", "rusqlite", "reqwest", "getrandom", "rand", "tempfile"];

pub(crate) fn check() -> Result<(), String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .output()
        .map_err(|error| format!("layers: `cargo metadata` cannot be started: {error}"))?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("layers: `cargo metadata` gave no JSON: {error}"))?;
    let mut problems = Vec::new();
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
            problems.push(format!(
                "`{name}` stands in no layer: add it to xtask/src/layers.rs and to ARCHITECTURE.md"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().map_or(&[][..], Vec::as_slice) {
            let used = dependency["name"].as_str().unwrap_or_default();
            // What tests use does not reach the product.
            if dependency["kind"].as_str() == Some("dev") {
                continue;
            }
            if used.starts_with("landfall-") && !allowed.contains(&used) {
                problems.push(format!("`{name}` uses `{used}`, which it may not"));
            }
            if name == "landfall-core" && IMPURE.contains(&used) {
                problems.push(format!("the pure core uses `{used}`, which does I/O"));
            }
        }
    }
    if problems.is_empty() {
        say(&format!("layers: {} crates use only what they may", packages.len()));
        Ok(())
    } else {
        Err(format!("layers: {}", problems.join("\nlayers: ")))
    }
}
