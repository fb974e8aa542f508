//! Checks a spec against its catalogue and its dump, and makes the plan of the run. Every problem is found at once.

mod coverage;
mod expression;
mod field;
mod reference;
mod section;
mod source;
mod test_volunteers;

use std::path::Path;

use landfall_catalogue::Catalogue;

use super::{Spec, load::SPEC, model};
use crate::{
    error::{Error, Problem},
    plan::{Plan, SectionPlan, SourcePlan},
    report::Checked,
};
use expression::Expressions;

/// Makes the plan, or names every problem.
pub(crate) fn plan<'c>(
    spec: &Spec,
    catalogue: &'c Catalogue,
    dump: &Path,
) -> Result<Plan<'c>, Vec<Problem>> {
    let model = spec.model();
    // A spec for another release would differ in every table: one problem says more than a hundred.
    if model.product != catalogue.product() || model.release != *catalogue.release() {
        return Err(vec![Problem::new(
            SPEC,
            format!(
                "expected a spec for `{}` release `{}`, found one for `{}` release `{}`; use the catalogue it was written for, or bring the spec up to date",
                catalogue.product(),
                catalogue.release(),
                model.product,
                model.release
            ),
        )]);
    }
    let mut problems = Vec::new();
    let sources = source::plan(spec, dump, &mut problems);
    let expressions = match Expressions::over(&sources) {
        Ok(expressions) => expressions,
        Err(error) => {
            problems.push(Problem::new(SPEC, error.to_string()));
            return Err(problems);
        }
    };
    let mut checking =
        Checking { spec, catalogue, sources: &sources, expressions: &expressions, problems };
    if model.section.is_empty() {
        checking.problem("expected at least one [[section]], found none".to_owned());
    }
    test_volunteers::check(&mut checking);
    let mut sections: Vec<SectionPlan<'c>> = Vec::new();
    for section in in_load_order(model, catalogue) {
        sections.extend(section::plan(&mut checking, section));
    }
    let (covered, mut notes) = coverage::check(&mut checking, dump);
    let problems = checking.problems;
    if !problems.is_empty() {
        return Err(problems);
    }
    notes.extend(unused_maps(spec));
    for source in &sources {
        let said = source.format.notes().into_iter();
        notes.extend(said.map(|note| format!("source `{}`: {note}", source.name)));
    }
    let checked = Checked {
        name: spec.name().to_owned(),
        product: spec.product().to_owned(),
        release: spec.release().clone(),
        spec: spec.digest(),
        maps: spec.maps_digest(),
        sources: covered,
        conversion: sections.iter().flat_map(|section| section.conversion.clone()).collect(),
        notes,
    };
    Ok(Plan { sources, sections, checked })
}

/// What the parts of the check share.
struct Checking<'a, 'c> {
    spec: &'a Spec,
    catalogue: &'c Catalogue,
    /// The sources that could be opened; those that could not are problems already.
    sources: &'a [SourcePlan],
    expressions: &'a Expressions,
    problems: Vec<Problem>,
}

impl Checking<'_, '_> {
    fn problem(&mut self, message: String) {
        self.problems.push(Problem::new(SPEC, message));
    }

    fn in_section(&mut self, section: &model::Section, message: String) {
        self.problems.push(Problem::new(SPEC, message).in_section(&section.name));
    }

    fn in_field(&mut self, section: &model::Section, field: &model::Field, message: String) {
        self.problems
            .push(Problem::new(SPEC, message).in_section(&section.name).in_field(&field.target));
    }
}

/// Returns the sections in the order of the run: by their table's place in the load order, then as written.
fn in_load_order<'m>(model: &'m model::Model, catalogue: &Catalogue) -> Vec<&'m model::Section> {
    let place = |section: &model::Section| {
        catalogue.tables().iter().position(|table| table.name == section.target)
    };
    let mut sections: Vec<&model::Section> = model.section.iter().collect();
    sections.sort_by_key(|section| place(section).unwrap_or(usize::MAX));
    sections
}

fn unused_maps(spec: &Spec) -> Vec<String> {
    let used: Vec<&str> = spec
        .model()
        .section
        .iter()
        .flat_map(|section| &section.field)
        .filter_map(|field| field.map.as_deref())
        .collect();
    spec.map_names()
        .filter(|name| !used.contains(name))
        .map(|name| format!("`maps/{name}.csv` is not used by any field"))
        .collect()
}

/// The message of an error about a source, with its file.
fn said(error: &Error) -> (String, String) {
    match error {
        Error::Source { file, line: Some(line), what } => {
            (file.clone(), format!("line {line}: {what}"))
        }
        Error::Source { file, line: None, what } => (file.clone(), what.clone()),
        other => (SPEC.to_owned(), other.to_string()),
    }
}
