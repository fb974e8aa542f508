//! Records: typed changes of a finished instance, checked by the catalogue.
//!
//! A column may be named without its `_id` (`site` for `site_id`), and a reference may be given by the natural key of
//! the row it means (`site=Leeds`) or by its id. The empty text clears a column that may be empty.

mod add;
mod archive;
mod change;
mod error;
mod find;
mod list;
mod outbox;
mod set;
mod typed;

pub use add::{add, add_all, add_noted, add_rehearsed};
pub use archive::{archive, archive_noted, archive_rehearsed};
pub(crate) use change::text_of;
pub use change::{RecordChange, Recorded};
pub use error::Error;
pub(crate) use error::refused;
pub use find::id_of;
pub use list::{Row, for_each, list};
pub(crate) use outbox::note_change;
pub use outbox::{Pending, pending, settle};
pub use set::{set, set_noted, set_rehearsed};
pub use typed::RecordKey;
