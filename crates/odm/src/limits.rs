//! What a file may ask for at most. A file beyond a limit is refused before it takes what it asks for.

/// The limits of reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file, in its own encoding.
    pub bytes: u64,
    /// Elements inside each other.
    pub depth: usize,
    /// Bytes, in UTF-8, of one text, one tag with its attributes or one comment.
    pub text: usize,
    /// Elements and attributes that are kept.
    pub nodes: u64,
    /// Attributes of one element.
    pub attributes: usize,
    /// Namespaces of the file, and declarations of them that are in force at one place.
    pub namespaces: usize,
    /// Elements that define something: those with an `OID`.
    pub definitions: u64,
    /// Findings that are kept, and the first of each kind besides; those after them are counted only.
    pub findings: usize,
}

impl Default for Limits {
    /// Far above any study: the largest designs known have some ten thousand definitions.
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            depth: 100,
            text: 16 << 20,
            nodes: 12_000_000,
            attributes: 256,
            namespaces: 256,
            definitions: 1_000_000,
            findings: 1000,
        }
    }
}
