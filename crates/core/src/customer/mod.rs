//! The life of one customer: prospect, contracted, live. Its rules span its environments, so it is the
//! boundary within which commands are decided.

mod command;
pub mod decide;
mod event;
mod evolve;
mod next;
mod react;
mod state;

pub use command::Command;
pub use decide::{Context, decide};
pub use event::{BuildFailure, Event, InstanceFacts, SectionCounts};
pub use evolve::{Stamp, evolve};
pub use next::{Next, next};
pub use react::react;
pub use state::{
    ChangeRequest, Customer, Deviation, Document, DocumentKind, Due, Dump, DumpPurpose,
    Environment, Extraction, FailedTest, Finding, GoLiveStep, Iteration, IterationState, Material,
    MaterialKind, MaterialName, Promotion, PromotionCounts, Resolution, Source, Spec, State,
    Status, Subject,
};
