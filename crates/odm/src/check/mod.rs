//! What is checked of a design, beyond that it is well-formed: one file per question.

mod cycles;
mod lists;
mod protocol;
mod references;
mod repeats;
mod structure;
mod values;

use crate::{
    finding::{Code, Findings},
    model::Odm,
    names::{Key, Tag},
};

/// Checks a design and mends what has one meaning only, with a finding on each.
pub(crate) fn check(design: &mut Odm, findings: &mut Findings) {
    structure::check(design.version, &mut design.root, findings);
    let design = &*design;
    several(design, findings);
    references::check(design, findings);
    for study in design.studies() {
        for version in study.children(Tag::MetaDataVersion) {
            lists::check(version, findings);
            protocol::check(design.version, version, findings);
        }
        repeats::check(study, findings);
    }
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
                "expected one study, found {count}: `{}`; all were read, an import takes the one that is named, else the first with metadata",
                oids.join("`, `")
            ),
        );
    }
}
