use landfall_core::{
    customer::{Command, Deviation, Event},
    ids::{Address, CustomerId},
};

use crate::{Caller, Installation, Result, error::Error};

impl Installation {
    /// Opens a deviation of an environment that is being qualified; returns its number.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn deviation_open(
        &mut self,
        caller: &Caller,
        address: &Address,
        description: &str,
    ) -> Result<String> {
        let person = self.acting(caller)?;
        let customer = &address.customer;
        let description = description.to_owned();
        let command = Command::OpenDeviation { label: address.label, description };
        let events = self.command(customer, &command, &person, caller.reason.as_deref())?;
        let number = events.iter().find_map(|event| match event {
            Event::DeviationOpened { number, .. } => Some(*number),
            _ => None,
        });
        let state = self.customer(customer)?;
        number
            .and_then(|number| state.deviations.iter().find(|known| known.number == number))
            .map(|deviation| deviation.name(customer))
            .ok_or_else(|| Error::Broken("the deviation has no number".to_owned()))
    }

    /// States impact, cause and fix of a deviation.
    ///
    /// # Errors
    /// When a rule says no.
    pub fn deviation_resolve(
        &mut self,
        caller: &Caller,
        number: &str,
        impact: &str,
        cause: &str,
        fix: &str,
    ) -> Result<()> {
        let person = self.acting(caller)?;
        let (customer, deviation) = self.find_deviation(number)?;
        let command = Command::ResolveDeviation {
            number: deviation.number,
            impact: impact.to_owned(),
            cause: cause.to_owned(),
            fix: fix.to_owned(),
        };
        self.command(&customer, &command, &person, caller.reason.as_deref())?;
        Ok(())
    }

    /// Closes a deviation with the signature of vendor quality. With the last one the report of the IQ is made; returns
    /// the numbers of the documents that were.
    ///
    /// # Errors
    /// When a rule or the password says no.
    pub fn deviation_approve(
        &mut self,
        caller: &Caller,
        number: &str,
        condition: Option<&str>,
    ) -> Result<Vec<String>> {
        let person = self.signing(caller)?;
        let (customer, deviation) = self.find_deviation(number)?;
        let command = Command::ApproveDeviation {
            number: deviation.number,
            condition: condition.map(str::to_owned),
        };
        self.authorise(&customer, &person, &command)?;
        // A crash may have come after the signature and before the report.
        if deviation.is_open() || condition.is_some() {
            self.command(&customer, &command, &person, caller.reason.as_deref())?;
        }
        self.complete_documents(&customer, deviation.label, &person)
    }

    /// Finds a deviation by its number, which begins with the customer's identity.
    fn find_deviation(&self, number: &str) -> Result<(CustomerId, Deviation)> {
        for customer in self.customers()? {
            let state = self.customer(&customer)?;
            if let Some(deviation) =
                state.deviations.iter().find(|known| known.name(&customer) == number)
            {
                return Ok((customer, deviation.clone()));
            }
        }
        Err(Error::NotFound {
            what: format!(
                "there is no deviation `{}`",
                number.chars().take(60).collect::<String>()
            ),
            hint: "`landfall deviation list CUSTOMER` shows them".to_owned(),
        })
    }
}
