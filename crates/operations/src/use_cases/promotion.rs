use landfall_core::{
    customer::{Command, Promotion, PromotionCounts},
    environment::Role,
    ids::{CustomerId, Label},
    person::Person,
};
pub use landfall_instances::promote::{Action, Preview, TablePreview};
use landfall_instances::{package, promote};

use super::environment::environment;
use crate::{Caller, Installation, Result, error::Error, files, packages::no_package};

impl Installation {
    /// Takes the configuration of one environment into another, by the allow-list of what passes, or continues after a
    /// crash. With `preview` nothing is changed and the preview says what would be.
    ///
    /// # Errors
    /// When a rule says no, or a row of the package does not fit.
    pub fn configuration_promote(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        from: Label,
        to: Label,
        preview: bool,
    ) -> Result<Preview> {
        let person = self.acting(caller)?;
        self.customer(customer)?;
        let nothing = PromotionCounts { added: 0, changed: 0, kept: 0 };
        let asked = Command::StartPromotion { from, to, package: no_package(), counts: nothing };
        self.authorise(customer, &person, &asked)?;
        self.while_held(customer, to, |held| {
            held.settle_held(customer, to)?;
            held.promote(caller, customer, &asked, preview, &person)
        })
    }

    /// Promotes, for whoever holds the destination.
    fn promote(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        asked: &Command,
        preview: bool,
        person: &Person,
    ) -> Result<Preview> {
        let Command::StartPromotion { from, to, .. } = asked else {
            return Err(Error::Broken("a promotion was expected".to_owned()));
        };
        let (from, to) = (*from, *to);
        let reason = caller.reason.as_deref();
        let state = self.customer(customer)?;
        let target = environment(&state, to)?;
        let release = target.plan.release.release.clone();
        let path = self.paths.instance(customer, to, Role::Main);
        let pending = state.promotion_to(to);
        let facts = match pending {
            Some(Promotion { package, .. }) => {
                // The destination may not be in use any more.
                self.rehearse(customer, &Command::CompletePromotion { to }, person, reason)?;
                package.clone()
            }
            None => {
                // What the rules refuse is not extracted.
                self.rehearse(customer, asked, person, reason)?;
                self.extract_for_promotion(customer, from)?
            }
        };
        let file = self.packages.path(&facts.digest);
        let catalogue = self.catalogue(&release)?;
        let shown = promote::preview(&file, &path, catalogue)?;
        if preview {
            return Ok(shown);
        }
        // Applied to a copy, which then takes the place of the instance: whole or not at all. What cannot be applied is
        // not begun.
        let aside = files::aside(&path);
        files::remove(&aside)?;
        files::copy(&path, &aside)?;
        if let Err(error) = promote::apply(&file, &aside, catalogue) {
            files::remove(&aside)?;
            return Err(error.into());
        }
        if pending.is_none() {
            let counts =
                PromotionCounts { added: shown.added, changed: shown.changed, kept: shown.kept };
            let command = Command::StartPromotion { from, to, package: facts, counts };
            if let Err(error) = self.command(customer, &command, person, reason) {
                files::remove(&aside)?;
                return Err(error);
            }
        }
        files::rename(&aside, &path)?;
        self.command(customer, &Command::CompletePromotion { to }, person, reason)?;
        Ok(shown)
    }

    /// Extracts the configuration of an environment for a promotion.
    fn extract_for_promotion(
        &mut self,
        customer: &CustomerId,
        from: Label,
    ) -> Result<landfall_core::plan::PackageFacts> {
        self.settle_records(customer, from)?;
        let state = self.customer(customer)?;
        let source = environment(&state, from)?;
        let catalogue = self.catalogue(&source.plan.release.release)?;
        let instance = self.paths.instance(customer, from, Role::Main);
        let lock = files::Lock::take(self.paths.extraction_lock(customer))?
            .ok_or_else(|| Error::Busy { customer: customer.to_string(), operation: 0 })?;
        let aside = self.paths.extraction(customer);
        files::remove(&aside)?;
        let extraction = package::Extraction {
            kind: package::Kind::Configuration,
            policy: self.policy.digest(),
            base: None,
        };
        package::extract(&instance, catalogue, &extraction, &aside)?;
        let digest = self.packages.put(&aside)?;
        let facts = self.package_facts(&digest, format!("{customer}/{from}"), catalogue)?;
        lock.release()?;
        Ok(facts)
    }
}
