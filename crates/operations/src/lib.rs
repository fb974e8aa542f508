//! Use cases and the execution of plans: one file per step, resumed after a crash.
//!
//! [`Installation`] is one opened data directory; its methods are the use cases, which the command line, and whatever
//! else serves people, call. Rules are not here: they are in `landfall_core`.

pub mod checking;
mod commands;
mod credentials;
mod demo_set;
mod designs;
mod error;
mod facts;
mod fail_point;
mod files;
mod installation;
mod operation;
mod packages;
mod paths;
mod probe;
mod progress;
mod recovery;
mod rendition;
mod rules;
mod secrets;
mod steps;
mod story;
mod texts;
mod unfinished;
mod use_cases;

pub use commands::Caller;
pub use credentials::SESSION_SECONDS;
pub use designs::{
    ImportOutlook, Misfit, NotHeld, OdmDesign, OdmFacts, OdmLanguage, OdmStudy, OdmVendor,
};
pub use error::{Error, Result};
pub use installation::{Installation, NewPerson};
pub use progress::{Reporter, Silent};
pub use secrets::{Password, SHORTEST_PASSWORD};
pub use story::sentence;
pub use unfinished::discard_unfinished;
pub use use_cases::*;
