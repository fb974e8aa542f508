use landfall_core::{time::Timestamp, vendor};

use crate::{Caller, Installation, Result};

impl Installation {
    /// Moves the demonstration clock forward.
    ///
    /// # Errors
    /// In a directory on the system clock, and when the time is not later.
    pub fn clock_move(&mut self, caller: &Caller, to: Timestamp) -> Result<()> {
        let person = self.acting(caller)?;
        self.vendor_command(&vendor::Command::MoveClock { to }, &person, caller.reason.as_deref())
    }
}
