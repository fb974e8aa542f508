use landfall_core::{
    customer::{self, Command, Next},
    ids::CustomerId,
};

use crate::{Caller, Installation, Result};

impl Installation {
    /// Adds a prospect.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn customer_add(&mut self, caller: &Caller, id: &CustomerId, name: &str) -> Result<()> {
        let person = self.acting(caller)?;
        let command = Command::AddProspect { id: id.clone(), name: name.to_owned() };
        self.command(id, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Records the signed contract.
    ///
    /// # Errors
    /// When there is no such customer, or a rule says no.
    pub fn customer_contract(
        &mut self,
        caller: &Caller,
        id: &CustomerId,
        reference: &str,
    ) -> Result<()> {
        let person = self.acting(caller)?;
        self.customer(id)?;
        let command = Command::SignContract { reference: reference.to_owned() };
        self.command(id, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Declares, with the signature of customer quality and a reason, that there is no source database to migrate.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn customer_declare_no_migration(
        &mut self,
        caller: &Caller,
        id: &CustomerId,
    ) -> Result<()> {
        let person = self.signing(caller)?;
        self.command(id, &Command::DeclareNoMigration, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Returns what comes next for a customer, and whose turn it is.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn next(&self, id: &CustomerId) -> Result<Vec<Next>> {
        Ok(customer::next(&self.customer(id)?, self.now()?))
    }
}
