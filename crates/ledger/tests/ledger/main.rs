//! The ledger as its callers and its adversaries see it.

#[cfg(test)]
mod appending;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod long;
#[cfg(test)]
mod page;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tampering;
