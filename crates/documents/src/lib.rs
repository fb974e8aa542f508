//! Documents: canonical facts rendered to PDF/A by Typst.
//!
//! The record is the facts; a PDF is a rendition of the facts and of the signatures on them. The same facts, frame and
//! signatures give the same bytes. One folder holds one kind of document: the struct of its facts, a sample of them
//! (`sample.json`) and its template. To add a kind, add its folder and a variant of [`Kind`].

mod characters;
mod error;
mod fit;
mod frame;
mod kind;
mod render;
mod signature;
mod world;

pub mod configuration_report;
pub mod destruction_certificate;
pub mod difference_report;
pub mod facts;
pub mod go_live_record;
pub mod iq;
pub mod masking_certificate;
pub mod materials_certificate;
pub mod qc_report;
pub mod sample;

pub use error::Error;
pub use frame::{Frame, Status};
pub use kind::{Kind, UnknownKind};
pub use render::render;
pub use signature::{Block, Required, Signature};
