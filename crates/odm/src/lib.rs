//! Study designs as CDISC ODM: read with findings, checked, written, compared.
//!
//! [`read`] makes an [`Odm`] of a file and says what it found; a file with an error gives no design.
//! Nothing here touches the network or opens another file, and a file cannot make it use more memory
//! than the [`Limits`] let it.

mod check;
mod compare;
mod finding;
mod input;
pub mod limits;
pub mod model;
pub mod names;
mod read;
pub mod schema;
pub mod view;
mod write;

pub use compare::{Change, Detail, Difference, compare};
pub use finding::{Code, Finding, Severity};
pub use limits::Limits;
pub use model::{
    Attribute, Content, EcoString, Element, Name, Node, Odm, Position, Prefix, QName, Translation,
    Version,
};
pub use names::{Key, Tag};
pub use read::{Examined, Read, Refused, examine, read};
pub use write::{Converted, Fate, Keep, Loss, Written, convert, write, write_keeping};
