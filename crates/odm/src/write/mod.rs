//! Writing a design: as ODM 1.3.2 or 2.0, whole or as CDISC's schema takes it.
//!
//! * [`write`] writes a design as it is: what is read back is the same model. Where the other version
//!   is asked for, the design is converted first.
//! * [`write_keeping`] also leaves out what CDISC's schema refuses and adds what it asks for, and
//!   notes every such piece: [`Keep::Vendors`] leaves vendors' extensions in, with which the schema
//!   refuses the file though it is sound otherwise; [`Keep::Schema`] writes files that validate.
//!   Definitions of 1.3.2 that share an OID get one each; the first one stands in an alias, from which
//!   [`crate::read()`] takes it back.
//! * [`convert`] only converts.
//!
//! A file is UTF-8 with an XML declaration, indented by two spaces, one element per line but where
//! white space would be text; attributes in the order of [`crate::Key`], children in the order of
//! [`crate::schema`]. The same design always gives the same bytes.

mod convert;
mod fit;
mod report;
mod tree;
mod unique;
mod value;
mod xml;

pub(crate) use convert::take_back_oids;
pub(crate) use report::label_of;
pub use report::{Fate, Loss};

use crate::model::{Odm, Version};
use report::Notes;

/// How much of a design is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Everything, also what no schema takes. A conversion takes this as [`Keep::Vendors`].
    Everything,
    /// What CDISC's schema takes, and vendors' extensions in namespaces of their own.
    Vendors,
    /// What CDISC's schema takes.
    Schema,
}

/// A design in bytes, and what became of it on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// What the file does not say, or says in another way than the design did.
    pub lost: Vec<Loss>,
    /// What stands elsewhere in the file, was added, or makes the file one that does not validate.
    pub notes: Vec<Loss>,
}

/// A design in another version, and what became of it on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The design, as CDISC's schema takes it but for vendors' extensions.
    pub design: Odm,
    /// What it does not say, or says in another way than before.
    pub lost: Vec<Loss>,
    /// What stands elsewhere in it, was added, or does not validate.
    pub notes: Vec<Loss>,
}

/// Writes a design; 1.3 and 1.3.1 are written as 1.3.2.
#[must_use]
pub fn write(odm: &Odm, version: Version) -> Written {
    write_keeping(odm, version, Keep::Everything)
}

/// Writes as much of a design as is asked for; 1.3 and 1.3.1 are written as 1.3.2.
#[must_use]
pub fn write_keeping(odm: &Odm, version: Version, keep: Keep) -> Written {
    let mut notes = Notes::default();
    let mut design = prepared(odm, version, keep, &mut notes);
    // A design is written as it is, whatever the schema says, where everything is to be kept.
    if keep != Keep::Everything || odm.version.is_2() != version.is_2() {
        if !version.is_2() {
            convert::part_oids(&mut design.root, Version::V1_3_2, &mut notes);
        }
        unique::definitions(&design, &mut notes);
    }
    let bytes = xml::bytes(&design, &mut notes);
    let (lost, notes) = notes.split();
    Written { bytes, lost, notes }
}

/// Converts a design to another version, or makes it one that the schema of its version takes.
#[must_use]
pub fn convert(odm: &Odm, version: Version) -> Converted {
    let mut notes = Notes::default();
    let design = prepared(odm, version, Keep::Vendors, &mut notes);
    unique::definitions(&design, &mut notes);
    let (lost, notes) = notes.split();
    Converted { design, lost, notes }
}

fn prepared(odm: &Odm, version: Version, keep: Keep, notes: &mut Notes) -> Odm {
    let converts = odm.version.is_2() != version.is_2();
    let mut design = convert::to(odm, version, notes);
    match keep {
        Keep::Everything if !converts => fit::sort(&mut design),
        Keep::Everything | Keep::Vendors => fit::fit(&mut design, Keep::Vendors, notes),
        Keep::Schema => fit::fit(&mut design, Keep::Schema, notes),
    }
    design
}
