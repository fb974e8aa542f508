//! What is checked of a design, beyond that it is well-formed: one file per question.

mod cycles;
mod lists;
mod protocol;
mod references;
mod repeats;
mod structure;
mod values;

pub(crate) use values::{is_day, is_decimal, is_language};

use crate::{
    finding::{Code, Findings},
    model::{Element, Odm},
    names::{Key, Tag},
    write::take_back_oids,
};

/// How messages call a part of a file: not at all where the file has one study with one version.
#[derive(Debug, Clone, Copy)]
struct Parts {
    studies: bool,
    versions: bool,
}

impl Parts {
    fn of(design: &Odm) -> Self {
        let has_several = |study: &Element| study.children(Tag::MetaDataVersion).nth(1).is_some();
        Self {
            studies: design.studies().nth(1).is_some(),
            versions: design.studies().any(has_several),
        }
    }

    fn study(self, study: &str) -> Option<String> {
        self.studies.then(|| format!("in the study `{study}`"))
    }

    fn version(self, study: &str, version: &str) -> Option<String> {
        if self.studies {
            Some(format!("in the version `{version}` of the study `{study}`"))
        } else {
            self.versions.then(|| format!("in the version `{version}`"))
        }
    }
}

/// Checks a design and mends what has one meaning only, with a finding on each.
pub(crate) fn check(design: &mut Odm, findings: &mut Findings) {
    let parts = Parts::of(design);
    structure::check(design.version, parts, &mut design.root, findings);
    if !design.version.is_2() {
        take_back_oids(&mut design.root);
    }
    let design = &*design;
    several(design, findings);
    references::check(design, parts, findings);
    for study in design.studies() {
        let study_oid = study.oid().unwrap_or_default();
        for part in study.elements() {
            if part.is(Tag::MetaDataVersion) {
                findings.within(parts.version(study_oid, part.oid().unwrap_or_default()));
                lists::check(part, findings);
                protocol::check(design.version, part, findings);
            } else {
                findings.within(parts.study(study_oid));
            }
            repeats::check(part, findings);
        }
    }
    findings.within(None);
}

fn several(design: &Odm, findings: &mut Findings) {
    let count = design.studies().count();
    if let Some(second) = design.studies().nth(1) {
        let oids: Vec<_> = design
            .studies()
            .take(10)
            .map(|study| study.get(Key::Oid).unwrap_or_default())
            .collect();
        findings.add(
            Code::SeveralStudies,
            second.at,
            format!(
                "expected one study, found {count}: `{}`; all were read; name the one that is meant",
                oids.join("`, `")
            ),
        );
    }
}
