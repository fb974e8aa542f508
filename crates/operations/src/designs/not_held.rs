//! What the product's tables cannot hold, gathered as it is met and named by kind.

use std::collections::{BTreeMap, BTreeSet};

use landfall_odm::QName;
use serde::{Deserialize, Serialize};

/// How many places are named; all are counted.
const NAMED: usize = 5;

/// How many names of one vendor are named.
const NAMES: usize = 30;

/// Something of a file that an instance will not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotHeld {
    /// What it is, and what is done instead.
    pub what: String,
    /// How often.
    pub count: u64,
    /// The first places where it stands: OIDs.
    pub at: Vec<String>,
}

/// Gathers what cannot be held.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    kinds: BTreeMap<String, Places>,
    /// By `attributes` or `elements`, and by namespace.
    foreign: BTreeMap<&'static str, BTreeMap<String, Foreign>>,
}

#[derive(Debug, Default)]
struct Places {
    count: u64,
    first: Vec<String>,
}

impl Places {
    fn add(&mut self, at: &str) {
        self.count += 1;
        if self.first.len() < NAMED && !self.first.iter().any(|place| place == at) {
            self.first.push(at.to_owned());
        }
    }
}

/// What there is of a vendor.
#[derive(Debug, Default)]
struct Foreign {
    places: Places,
    names: BTreeSet<String>,
    /// Whether there are names beyond those.
    more: bool,
}

impl Gathered {
    /// Notes one more of a kind.
    pub(super) fn note(&mut self, what: impl Into<String>, at: &str) {
        self.kinds.entry(what.into()).or_default().add(at);
    }

    /// Notes one more element or attribute that ODM does not have.
    pub(super) fn foreign(&mut self, kind: &'static str, name: &QName, at: &str) {
        let of_kind = self.foreign.entry(kind).or_default();
        let found = of_kind.entry(name.namespace.to_string()).or_default();
        found.places.add(at);
        if !found.names.contains(name.local.as_str()) {
            if found.names.len() < NAMES {
                found.names.insert(name.local.to_string());
            } else {
                found.more = true;
            }
        }
    }

    /// Returns everything, sorted by what it is.
    pub(super) fn finish(self) -> Vec<NotHeld> {
        let mut list: Vec<NotHeld> = self
            .kinds
            .into_iter()
            .map(|(what, places)| NotHeld { what, count: places.count, at: places.first })
            .collect();
        for (kind, namespaces) in self.foreign {
            for (namespace, found) in namespaces {
                let owner = match namespace.as_str() {
                    "" => "no namespace".to_owned(),
                    uri => format!("`{uri}`"),
                };
                let names: Vec<String> =
                    found.names.iter().map(|name| format!("`{name}`")).collect();
                let more = if found.more { " and others" } else { "" };
                list.push(NotHeld {
                    what: format!("{kind} of {owner} ({}{more}): left out", names.join(", ")),
                    count: found.places.count,
                    at: found.places.first,
                });
            }
        }
        list.sort_by(|one, other| one.what.cmp(&other.what));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_stands_once_with_its_first_places_and_a_vendor_with_its_names() {
        let mut gathered = Gathered::default();
        for at in ["F.1", "F.1", "F.2", "F.3", "F.4", "F.5", "F.6"] {
            gathered.note("FormDef/Alias: left out", at);
        }
        for (local, at) in [("widget", "I.2"), ("colour", "I.1"), ("widget", "I.3")] {
            let name = QName { namespace: "urn:v".into(), local: local.into() };
            gathered.foreign("attributes", &name, at);
        }
        let none = QName { namespace: "".into(), local: "foo".into() };
        gathered.foreign("elements", &none, "I.1");
        let list = gathered.finish();
        let said: Vec<(&str, u64, String)> =
            list.iter().map(|one| (one.what.as_str(), one.count, one.at.join(" "))).collect();
        assert_eq!(
            said,
            [
                ("FormDef/Alias: left out", 7, "F.1 F.2 F.3 F.4 F.5".to_owned()),
                (
                    "attributes of `urn:v` (`colour`, `widget`): left out",
                    3,
                    "I.2 I.1 I.3".to_owned()
                ),
                ("elements of no namespace (`foo`): left out", 1, "I.1".to_owned()),
            ]
        );
    }
}
