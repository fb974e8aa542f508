use landfall_core::{
    customer::Command,
    environment::{Kind, Role},
    ids::{CustomerId, Label},
    refusal,
};
use landfall_instances::package;

use super::PackageView;
use crate::{Caller, Installation, Reporter, Result, error::Error, files, packages::no_package};

/// What an extraction gives back.
pub type Extraction = PackageView;

impl Installation {
    /// Agrees, with the signature of customer quality, on the environment that the configuration comes from.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn configuration_choose(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        target: Kind,
        source: Label,
    ) -> Result<()> {
        let person = self.signing(caller)?;
        let command = Command::ChooseSource { target, label: source };
        self.command(customer, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Extracts the configuration from the agreed source's Main instance.
    ///
    /// # Errors
    /// When no source is agreed, or the source cannot be read.
    pub fn configuration_extract(
        &mut self,
        caller: &Caller,
        customer: &CustomerId,
        target: Kind,
        reporter: &mut dyn Reporter,
    ) -> Result<Extraction> {
        let person = self.acting(caller)?;
        let state = self.customer(customer)?;
        let asked = Command::RecordExtraction {
            target,
            label: Label::single(target),
            package: no_package(),
            left_out: Vec::new(),
        };
        self.authorise(customer, &person, &asked)?;
        let Some(source) = state.agreed(target) else {
            let refusal = refusal::SOURCE_NOT_AGREED.because(
                format!("no source is agreed for the configuration of {}", target.title()),
                format!("`landfall configuration choose {customer} --for {target} --source LABEL`, by customer quality"),
            );
            return Err(self.refused(customer, &person, "record-extraction", refusal));
        };
        let label = source.label;
        self.settle_records(customer, label)?;
        let environment = state
            .environment(label)
            .ok_or_else(|| Error::Broken(format!("the agreed source `{label}` does not exist")))?;
        let catalogue = self.catalogue(&environment.plan.release.release)?;
        let instance = self.paths.instance(customer, label, Role::Main);
        // One extraction for a customer at a time: what a killed one left aside is thrown away.
        let lock = files::Lock::take(self.paths.extraction_lock(customer))?
            .ok_or_else(|| Error::Busy { customer: customer.to_string(), operation: 0 })?;
        let aside = self.paths.extraction(customer);
        files::remove(&aside)?;
        reporter.note(&format!("extracting the configuration of {customer}/{label}/main"));
        let extraction = package::Extraction {
            kind: package::Kind::Configuration,
            policy: self.policy.digest(),
            base: None,
        };
        let extracted = package::extract(&instance, catalogue, &extraction, &aside)?;
        let digest = self.packages.put(&aside)?;
        let facts = self.package_facts(&digest, format!("{customer}/{label}"), catalogue)?;
        let left_out: Vec<_> = extracted
            .left_out
            .iter()
            .map(|left| (left.table.clone(), left.reason.clone(), left.rows))
            .collect();
        let view = PackageView {
            kind: facts.kind,
            digest,
            path: self.packages.path(&digest),
            source: facts.source.clone(),
            sources: vec![facts.source.clone()],
            loaded_into: Vec::new(),
            tables: facts.tables.iter().map(|table| (table.name.clone(), table.rows)).collect(),
            left_out: left_out.clone(),
        };
        let command = Command::RecordExtraction { target, label, package: facts, left_out };
        self.command(customer, &command, &person, caller.reason.as_deref())?;
        lock.release()?;
        Ok(view)
    }
}
