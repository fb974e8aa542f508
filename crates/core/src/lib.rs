//! The pure domain of Landfall: rules, streams, plans and ids, without I/O, clock or randomness.
//!
//! `decide(state, command, context)` gives events or a refusal, `evolve(state, event)` gives the next state, and
//! `react(state, event)` gives the commands that follow from an event.

pub mod canonical;
pub mod customer;
pub mod digest;
pub mod entry;
pub mod environment;
pub mod ids;
pub mod operation;
pub mod person;
pub mod plan;
pub mod policy;
pub mod refusal;
pub mod signature;
pub mod time;
pub mod vendor;
