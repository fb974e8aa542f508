//! Scope: the study and the version of a file that are meant, with the versions that it includes.

use std::{collections::HashMap, hash::Hash};

use landfall_odm::{Element, Key, Odm, Tag};

use crate::{Result, error::Error};

/// Which study and version of a file is meant where it has several, and what they are to be called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice<'a> {
    /// The OID of the study in the file.
    pub(crate) study: Option<&'a str>,
    /// The OID of the version in the file.
    pub(crate) version: Option<&'a str>,
    /// The protocol code that is taken in place of the file's.
    pub(crate) code: Option<&'a str>,
    /// The OID that the version gets in place of the file's.
    pub(crate) oid: Option<&'a str>,
}

/// A version of a design with what it includes.
pub(super) struct Scope<'o> {
    /// The study.
    pub(super) study: &'o Element,
    /// The version itself.
    pub(super) version: &'o Element,
    /// The studies of the included versions, when they are others.
    pub(super) others: Vec<&'o Element>,
    /// What the version holds and includes. A definition stands in place of an included one of its kind and OID.
    pub(super) elements: Vec<&'o Element>,
    /// The units of the studies.
    pub(super) units: Vec<&'o Element>,
    /// The references of the protocols to events. One stands in place of an included one to the same event.
    pub(super) planned: Vec<&'o Element>,
    /// What names a version that is not in the file.
    pub(super) elsewhere: Option<&'o Element>,
}

impl<'o> Scope<'o> {
    /// Chooses study and version, and follows what the version includes; says so where there was a choice.
    pub(super) fn of(odm: &'o Odm, choice: &Choice<'_>, chosen: &mut Vec<String>) -> Result<Self> {
        let (study, version) = choose(odm, choice, chosen)?;
        let mut chain = vec![(study, version)];
        let mut elsewhere = None;
        let mut at = version;
        while let Some(include) = at.child(Tag::Include) {
            let Some((of, next)) = find(odm, include) else {
                elsewhere = Some(include);
                break;
            };
            // Versions that include each other end here.
            if chain.iter().any(|&(_, known)| std::ptr::eq(known, next)) {
                break;
            }
            chain.push((of, next));
            at = next;
        }
        let included = chain.get(1..).unwrap_or_default();
        let mut others: Vec<&Element> = Vec::new();
        for &(of, _) in included {
            let known = std::ptr::eq(of, study) || others.iter().any(|&one| std::ptr::eq(one, of));
            if !known {
                others.push(of);
            }
        }
        let layers = chain.iter().rev().map(|&(_, version)| version.elements().collect::<Vec<_>>());
        let (elements, replaced) =
            merged(layers, |element: &'o Element| element.tag().zip(element.oid()));
        let layers = chain.iter().rev().map(|&(_, version)| {
            let protocols = version.children(Tag::Protocol);
            protocols.flat_map(|one| one.children(Tag::StudyEventRef)).collect::<Vec<_>>()
        });
        let (planned, _) =
            merged(layers, |reference: &'o Element| reference.get(Key::StudyEventOid));
        let layers =
            others.iter().rev().chain([&study]).map(|&study| units_of(study).collect::<Vec<_>>());
        let (units, _) = merged(layers, |unit: &'o Element| unit.oid());
        if !included.is_empty() {
            let names: Vec<String> = included
                .iter()
                .map(|&(of, version)| {
                    let name = |element: &Element| element.oid().unwrap_or_default().to_owned();
                    format!("`{}` of study `{}`", name(version), name(of))
                })
                .collect();
            let instead = match replaced {
                0 => String::new(),
                count => format!(", but for {count} that it defines itself"),
            };
            chosen.push(format!(
                "version `{}` includes {}: the definitions there are taken with it{instead}",
                version.oid().unwrap_or_default(),
                names.join(", ")
            ));
        }
        Ok(Self { study, version, others, elements, units, planned, elsewhere })
    }

    /// Yields the definitions of a kind.
    pub(super) fn children(&self, tag: Tag) -> impl Iterator<Item = &'o Element> {
        self.elements.iter().copied().filter(move |element| element.is(tag))
    }
}

fn units_of(study: &Element) -> impl Iterator<Item = &Element> {
    study.children(Tag::BasicDefinitions).flat_map(|basics| basics.children(Tag::MeasurementUnit))
}

/// Finds the version that is included, with its study.
fn find<'o>(odm: &'o Odm, include: &Element) -> Option<(&'o Element, &'o Element)> {
    let (study, version) = (include.get(Key::StudyOid)?, include.get(Key::MetaDataVersionOid)?);
    let study = odm.studies().find(|one| one.oid() == Some(study))?;
    let version = study.children(Tag::MetaDataVersion).find(|one| one.oid() == Some(version))?;
    Some((study, version))
}

/// Puts layers over each other, the lowest first: what has the key of something below takes its place. Returns how often
/// that was so.
fn merged<'o, K: Eq + Hash>(
    layers: impl Iterator<Item = Vec<&'o Element>>,
    key: impl Fn(&'o Element) -> Option<K>,
) -> (Vec<&'o Element>, u64) {
    let mut all: Vec<&Element> = Vec::new();
    let mut below: HashMap<K, usize> = HashMap::new();
    let mut replaced = 0;
    for layer in layers {
        let mut added = Vec::new();
        for element in layer {
            let place = key(element).and_then(|key| below.get(&key).copied());
            if let Some(old) = place.and_then(|place| all.get_mut(place)) {
                *old = element;
                replaced += 1;
            } else {
                added.extend(key(element).map(|key| (key, all.len())));
                all.push(element);
            }
        }
        for (key, place) in added {
            below.entry(key).or_insert(place);
        }
    }
    (all, replaced)
}

/// Chooses study and version: those that were named, else the first study that has a version, and its last version.
fn choose<'o>(
    odm: &'o Odm,
    choice: &Choice<'_>,
    chosen: &mut Vec<String>,
) -> Result<(&'o Element, &'o Element)> {
    let none = |what: String, hint: &str| Error::Input { message: what, hint: hint.to_owned() };
    let named =
        |element: &&Element, oid: Option<&str>| oid.is_none_or(|oid| element.oid() == Some(oid));
    let studies: Vec<&Element> = odm
        .studies()
        .filter(|study| study.child(Tag::MetaDataVersion).is_some())
        .filter(|study| named(study, choice.study))
        .collect();
    let Some(study) = studies.first() else {
        return Err(match choice.study {
            Some(oid) => none(
                format!(
                    "expected a study `{oid}` with a version of its design in the file, found none"
                ),
                "name one that the file has with `--from-study OID`",
            ),
            None => none(
                "expected a study with a version of its design (MetaDataVersion), found none"
                    .to_owned(),
                "import a file with study metadata",
            ),
        });
    };
    if studies.len() > 1 {
        chosen.push(format!(
            "the file has {} studies with a design: `{}` is taken; `--from-study OID` takes another",
            studies.len(),
            study.oid().unwrap_or_default()
        ));
    }
    let all = study.children(Tag::MetaDataVersion).count();
    let version = study
        .children(Tag::MetaDataVersion)
        .filter(|version| named(version, choice.version))
        .last()
        .ok_or_else(|| {
            none(
                format!(
                    "expected a version `{}` of study `{}`, found none",
                    choice.version.unwrap_or_default(),
                    study.oid().unwrap_or_default()
                ),
                "name one that the file has with `--from-version OID`",
            )
        })?;
    if all > 1 && choice.version.is_none() {
        chosen.push(format!(
            "the study has {all} versions in the file: the last, `{}`, is taken; `--from-version OID` takes another",
            version.oid().unwrap_or_default()
        ));
    }
    Ok((study, version))
}
