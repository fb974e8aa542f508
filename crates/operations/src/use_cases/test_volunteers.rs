use std::path::Path;

use landfall_core::{
    customer::{Customer, Iteration, MaterialKind},
    ids::CustomerId,
    person::{Person, Role},
    refusal,
};
use landfall_migration::{Reviewed, Spec, TestVolunteer, test_volunteers_workbook};

use super::{iterations::ran, migration::report};
use crate::{Caller, Installation, Reporter, Result, error::Error, files};

/// What the step of a command that shows test volunteers is called.
const TITLE: &str = "set the source beside the output";

/// Who looks at test volunteers: those who review and those who mend. What they see are persons.
const MAY_SEE: &[Role] = &[Role::VendorEngineer, Role::CustomerReviewer, Role::CustomerQuality];

/// Which test volunteers are shown, and where.
#[derive(Debug, Clone, Copy)]
pub struct AskedVolunteers<'a> {
    /// Their external ids; where there are none, those that the spec names.
    pub ids: &'a [String],
    /// A new workbook to write them to.
    pub workbook: Option<&'a Path>,
}

impl AskedVolunteers<'_> {
    /// Refuses what cannot be shown, before anything is done for it.
    pub(super) fn check(&self, spec: &Spec) -> Result<()> {
        spec.chosen_test_volunteers(self.ids)?;
        self.workbook.map_or(Ok(()), files::is_new)
    }
}

/// Shows test volunteers as a step of a command, and writes the workbook where one was asked for.
pub(super) fn show(
    reviewed: &Reviewed<'_>,
    asked: &AskedVolunteers<'_>,
    step: usize,
    reporter: &mut dyn Reporter,
) -> Result<Vec<TestVolunteer>> {
    reporter.step(step, TITLE);
    let shown =
        landfall_migration::test_volunteers(reviewed, asked.ids, &mut |p| report(reporter, &p))?;
    if let Some(file) = asked.workbook {
        files::write(file, &test_volunteers_workbook(&shown)?, false)?;
    }
    let note = match shown.len() {
        1 => "1 test volunteer".to_owned(),
        number => format!("{number} test volunteers"),
    };
    reporter.step_done(step, TITLE, &note);
    Ok(shown)
}

impl Installation {
    /// Shows the test volunteers of an iteration: what the source says of them beside what the product gets, their
    /// history included, and of those who are not in the product why. What is returned holds personal values and is
    /// for the customer's people and vendor engineers; the ledger gets nothing of it.
    ///
    /// # Errors
    /// When the role says no, there is no such iteration, it made no package, what it was made of was destroyed or
    /// changed, there are no test volunteers or too many, or the workbook exists.
    pub fn migration_compare_volunteers(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        number: u32,
        asked: &AskedVolunteers<'_>,
        reporter: &mut dyn Reporter,
    ) -> Result<Vec<TestVolunteer>> {
        let person = self.acting(caller)?;
        let state = self.customer(customer)?;
        self.may_see_volunteers(customer, &person)?;
        let iteration = ran(&state, number)?;
        if let Some(gone) = gone(&state, iteration) {
            return Err(gone);
        }
        let Some(package) = &iteration.package else {
            return Err(Error::Broken(format!("iteration {number} has no package")));
        };
        let (spec, dump) = self.made_of(customer, iteration)?;
        asked.check(&spec)?;
        let package = self.packages.open(&package.digest)?;
        let catalogue = self
            .catalogues
            .values()
            .find(|known| known.digest() == iteration.catalogue)
            .ok_or_else(|| Error::NotFound {
                what: format!(
                    "the catalogue of iteration {number}, {}, is not known any more",
                    iteration.catalogue
                ),
                hint: "`landfall catalogue list` shows the releases there are".to_owned(),
            })?;
        let private = self.paths.iteration(customer, number);
        let (keys, rejected) = (private.join("keys.sqlite"), private.join("rejected.sqlite"));
        let work = self.paths.root().join("work");
        files::folder(&work)?;
        let reviewed = Reviewed {
            spec: &spec,
            catalogue,
            dump: &dump,
            package: package.path(),
            keys: &keys,
            rejected: &rejected,
            work: &work,
        };
        reporter.operation(&format!("test volunteers of {customer}, iteration {number}"), 1);
        show(&reviewed, asked, 1, reporter)
    }

    /// Refuses to show persons to those who neither review nor mend what was migrated.
    fn may_see_volunteers(&mut self, customer: &CustomerId, person: &Person) -> Result<()> {
        let refusal = match &person.customer {
            Some(own) if own != customer => refusal::OTHER_CUSTOMER.because(
                format!(
                    "`{}` belongs to customer `{own}` and sees nothing of `{customer}`",
                    person.id
                ),
                "let one of that customer's own people do it",
            ),
            Some(_) | None if MAY_SEE.contains(&person.role) => return Ok(()),
            Some(_) | None => {
                let who: Vec<_> = MAY_SEE.iter().map(|role| role.title()).collect();
                refusal::AUTHORITY.because(
                    format!(
                        "`{}` ({}) may not see test volunteers, who are persons; expected: {}",
                        person.id,
                        person.role.title(),
                        who.join(", ")
                    ),
                    "`landfall person list` shows who has which role; choose the session with `--as PERSON`",
                )
            }
        };
        Err(self.refused(customer, person, "compare-volunteers", refusal))
    }
}

/// Says what an iteration was made of, or made, that is not there any more; none where all of it is there.
fn gone(state: &Customer, iteration: &Iteration) -> Option<Error> {
    let number = iteration.number.to_string();
    let package = iteration.package.as_ref().map(|package| package.digest.to_string());
    let needed = [
        (MaterialKind::Dump, iteration.dump.to_string(), "the dump"),
        (MaterialKind::Package, package.unwrap_or_default(), "the package"),
        (MaterialKind::Rejects, number.clone(), "the rejected rows"),
        (MaterialKind::KeyMap, number, "the map of source keys"),
    ];
    needed.into_iter().find_map(|(kind, name, what)| {
        let material =
            state.materials.iter().find(|known| known.kind == kind && known.name == name)?;
        let when = match (material.destroyed, material.operation) {
            (Some(time), _) => format!("was destroyed on {}", time.human()),
            (None, Some(_)) => "is being destroyed".to_owned(),
            (None, None) => return None,
        };
        Some(Error::NotFound {
            what: format!(
                "iteration {} of `{}` cannot be shown beside its source: {what} of it {when}",
                iteration.number, state.id
            ),
            hint: format!(
                "the QC report of the iteration keeps the counts: `landfall document list {}`",
                state.id
            ),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persons_are_shown_to_those_who_review_or_mend_and_to_nobody_else() {
        let others: Vec<_> = Role::ALL.into_iter().filter(|role| !MAY_SEE.contains(role)).collect();
        assert_eq!(others, [Role::VendorSales, Role::VendorQuality]);
    }
}
