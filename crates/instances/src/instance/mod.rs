//! Instances: running copies of the product, one SQLite file each.
//!
//! A new instance is built aside: [`create()`], then [`load()`] or [`clone()`], then [`finish()`]. Until it is finished
//! it has no journal and no indexes, is of no use to anybody, and is thrown away after a crash.

mod carry;
mod clone;
mod create;
mod drop;
mod finish;
mod identity;
mod load;
mod stub;

pub use clone::{CloneReport, CloneRules, clone};
pub use create::create;
pub use drop::drop;
pub use finish::finish;
pub(crate) use finish::is_finished;
pub(crate) use identity::check;
pub use identity::identity;
pub use load::{LoadOptions, LoadReport, Progress, RowsLoaded, load};
