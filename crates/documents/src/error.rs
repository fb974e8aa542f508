//! Why a document could not be rendered.

use landfall_core::{canonical::NotCanonical, digest::Digest};

use crate::Kind;

/// A document that could not be rendered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The facts lack a field, hold one too many, or one of another type; no value is named.
    #[error("the facts do not fit a document of kind `{kind}`: {problem}, in {place}")]
    Facts {
        /// The kind of document.
        kind: Kind,
        /// Which section, and which of its entries.
        place: String,
        /// What was expected, or which field is missing or unknown.
        problem: String,
    },
    /// The frame names a digest that is not the digest of the facts.
    #[error(
        "expected facts with the digest `{expected}`, found facts with the digest `{found}`: render the facts that the record names"
    )]
    OtherFacts {
        /// The digest in the frame.
        expected: Digest,
        /// The digest of the facts given.
        found: Digest,
    },
    /// The facts belong to a document of another number.
    #[error("expected the facts of document `{expected}`, found the facts of document `{found}`")]
    OtherDocument {
        /// The number in the frame.
        expected: String,
        /// The number in the facts.
        found: String,
    },
    /// A value has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// The time of issue cannot be written into a PDF.
    #[error(
        "expected a time of issue between the years 0 and 9999, found one that a PDF cannot hold"
    )]
    Time,
    /// The template and the facts could not be set as pages, or the pages not written as PDF/A.
    #[error("a document of kind `{kind}` could not be set: {message} (at {place})")]
    Template {
        /// The kind of document.
        kind: Kind,
        /// The template file and line, where known.
        place: String,
        /// What the typesetter said.
        message: String,
    },
    /// The facts could not be written as a workbook.
    #[error("the workbook could not be written: {message}")]
    Workbook {
        /// What the writer said.
        message: String,
    },
}
