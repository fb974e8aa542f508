//! Masks, the mask plan, the independent residual scan and the certificate's facts.
//!
//! A [`Plan`] says for every column of every table that leads to a volunteer what becomes of it; it is made from
//! the catalogue and the policy's choices and fails closed. [`Masking`] carries it out inside the load of a
//! package, before the first byte is written. [`scan::scan`] proves it afterwards with code of its own: the
//! modules [`masks`] and [`scan`] share neither code nor a list of types. [`certificate`] puts the two side by side.

mod bloom;
pub mod certificate;
mod forbidden;
mod key;
pub mod masks;
mod offset;
mod plan;
#[cfg(test)]
mod sample;
pub mod scan;
mod survey;
mod treatment;

pub use key::MaskKey;
pub use masks::Mask;
pub use plan::{Error as PlanError, Line, Method, Overrides, Plan, Treated};
pub use treatment::Masking;
