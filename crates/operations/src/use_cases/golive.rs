use landfall_core::{customer::Command, ids::CustomerId};

use crate::{Caller, Installation, Result};

impl Installation {
    /// Go-live step 4: records the review of PROD Main, by an engineer other than its builder.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn golive_review(&mut self, caller: &Caller, customer: &CustomerId) -> Result<()> {
        let person = self.acting(caller)?;
        self.command(customer, &Command::ReviewProd, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Go-live step 5: provides the approved IQ to the customer.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn golive_provide(&mut self, caller: &Caller, customer: &CustomerId) -> Result<()> {
        let person = self.acting(caller)?;
        self.command(customer, &Command::ProvideIq, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Go-live step 6: signs the final quality check. With the second signature PROD is live.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn golive_qc(&mut self, caller: &Caller, customer: &CustomerId) -> Result<()> {
        let person = self.signing(caller)?;
        self.command(customer, &Command::SignFinalQc, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Rejects the final quality check, with signature and reason: PROD is reviewed again, or given up.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn golive_reject(&mut self, caller: &Caller, customer: &CustomerId) -> Result<()> {
        let person = self.signing(caller)?;
        self.command(customer, &Command::RejectFinalQc, &person, caller.reason.as_deref())?;
        Ok(())
    }
}
