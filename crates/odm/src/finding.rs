//! What the reader found in a file: each with code, place and what to do.

use std::{collections::HashMap, fmt};

use crate::model::Position;

/// Whether a file with such a finding gives a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file gives no design.
    Error,
    /// It does; the finding says what was done.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

macro_rules! codes {
    ($($(#[$meta:meta])+ $Code:ident = $text:literal $severity:ident,)+) => {
        /// A kind of finding; `docs/odm-findings.md` has a section on each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$meta])+ $Code,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$Code,)+];

            /// The code as it is shown: `ODM-001`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Code => $text,)+
                }
            }

            /// Whether it refuses the file.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$Code => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    /// The file could not be read to its end.
    Unreadable = "ODM-001" Error,
    /// Not well-formed XML.
    Malformed = "ODM-002" Error,
    /// The encoding is not known, or the bytes are not in it.
    Encoding = "ODM-003" Error,
    /// A document type declaration.
    Doctype = "ODM-004" Error,
    /// A reference to an entity that XML does not define.
    Entity = "ODM-005" Error,
    /// A limit is exceeded.
    Limit = "ODM-006" Error,
    /// Not an ODM file.
    NotOdm = "ODM-010" Error,
    /// A version that is not read, or that contradicts the namespace.
    Version = "ODM-011" Error,
    /// A Define-XML file.
    DefineXml = "ODM-012" Error,
    /// A Dataset-XML file.
    DatasetXml = "ODM-013" Error,
    /// Nothing that a design could be made of.
    NoMetadata = "ODM-014" Error,
    /// A required attribute is missing.
    Required = "ODM-020" Error,
    /// A value that the attribute cannot have.
    Value = "ODM-021" Error,
    /// An element stands more often than it may.
    TooMany = "ODM-022" Error,
    /// An OID defines two things.
    DuplicateOid = "ODM-023" Error,
    /// A reference to what is not there.
    Dangling = "ODM-024" Error,
    /// Item groups hold each other.
    Cycle = "ODM-025" Error,
    /// Elements in no namespace, read as ODM.
    NoNamespace = "ODM-040" Warning,
    /// No `ODMVersion`, read by the namespace.
    NoVersion = "ODM-041" Warning,
    /// Several studies.
    SeveralStudies = "ODM-042" Warning,
    /// Only a part of an ODM file, completed.
    Fragment = "ODM-043" Warning,
    /// Data of subjects, users or sites, left out.
    LeftOut = "ODM-044" Warning,
    /// A vendor's own elements or attributes, kept.
    Vendor = "ODM-045" Warning,
    /// An element that the version does not have, or not there, kept.
    UnknownElement = "ODM-046" Warning,
    /// An attribute that the element does not have, kept.
    UnknownAttribute = "ODM-047" Warning,
    /// Elements in another order, put into the order of the schema.
    Order = "ODM-048" Warning,
    /// Text where only elements stand, kept.
    StrayText = "ODM-049" Warning,
    /// A required attribute was missing and was filled in.
    FilledIn = "ODM-050" Warning,
    /// A value was mended in case or blanks.
    Mended = "ODM-051" Warning,
    /// A required element is missing.
    MissingElement = "ODM-052" Warning,
    /// A value that does not have the form of its type, kept.
    Form = "ODM-053" Warning,
    /// The file's own identity is incomplete.
    Header = "ODM-054" Warning,
    /// A reference to a code list or unit that is not there, kept.
    MissingList = "ODM-055" Warning,
    /// Another reference to what is not there, kept.
    MissingOther = "ODM-056" Warning,
    /// Definitions are in another file.
    Elsewhere = "ODM-057" Warning,
    /// No protocol.
    NoProtocol = "ODM-058" Warning,
    /// A form in no event.
    UnusedForm = "ODM-059" Warning,
    /// The same reference or order number twice in one place.
    Repeated = "ODM-060" Warning,
    /// Two texts in one language.
    Language = "ODM-061" Warning,
    /// A coded value twice in a code list.
    CodedValueTwice = "ODM-062" Warning,
    /// Data types of item and code list do not agree.
    ListType = "ODM-063" Warning,
    /// A coded value is longer than the item.
    ListLength = "ODM-064" Warning,
    /// A value is not of the data type.
    ValueType = "ODM-065" Warning,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind it is of.
    pub code: Code,
    /// Where it was found first.
    pub at: Position,
    /// What was expected, what was found, what was done or is to be done.
    pub message: String,
    /// How many of the same were found; at least 1.
    pub times: u64,
}

impl Finding {
    /// Whether it refuses the file.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}: {}", self.at, self.severity(), self.code, self.message)?;
        if self.times > 1 {
            write!(f, " (found {} times, here first)", self.times)?;
        }
        Ok(())
    }
}

/// The findings of a file while it is read.
#[derive(Debug)]
pub(crate) struct Findings {
    list: Vec<Finding>,
    grouped: HashMap<(Code, String), usize>,
    most: usize,
    /// Codes of what came after the limit, with their number.
    beyond: HashMap<Code, u64>,
    errors: bool,
}

impl Findings {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            list: Vec::new(),
            grouped: HashMap::new(),
            most: most.max(1),
            beyond: HashMap::new(),
            errors: false,
        }
    }

    /// Adds a finding of its own.
    pub(crate) fn add(&mut self, code: Code, at: Position, message: impl Into<String>) {
        self.errors |= code.severity() == Severity::Error;
        if self.list.len() < self.most {
            self.list.push(Finding { code, at, message: message.into(), times: 1 });
        } else {
            *self.beyond.entry(code).or_default() += 1;
        }
    }

    /// Adds a finding, or counts it when the same was found about the same `subject` before.
    pub(crate) fn group(
        &mut self,
        code: Code,
        at: Position,
        subject: &str,
        message: impl FnOnce() -> String,
    ) {
        let key = (code, subject.to_owned());
        if let Some(finding) = self.grouped.get(&key).and_then(|index| self.list.get_mut(*index)) {
            finding.times += 1;
        } else if self.list.len() < self.most {
            self.grouped.insert(key, self.list.len());
            self.add(code, at, message());
        } else {
            self.add(code, at, String::new());
        }
    }

    /// Whether the file is refused.
    pub(crate) const fn refuse(&self) -> bool {
        self.errors
    }

    /// The findings in the order of the file; what came after the limit is told in number.
    pub(crate) fn into_list(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| (finding.at, finding.severity()));
        let mut beyond: Vec<_> = self.beyond.into_iter().collect();
        beyond.sort_unstable();
        for (code, times) in beyond {
            let message = format!(
                "found {times} more of this kind after the {} that are listed; correct those and read the file again",
                self.most
            );
            self.list.push(Finding { code, at: Position::default(), message, times });
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Position = Position { line: 3, column: 7 };

    #[test]
    fn every_code_is_documented_and_used_once() {
        let page = include_str!("../../../docs/odm-findings.md");
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands for two things");
            let heading = format!("\n## {code}: ");
            let section = page.split(&heading).nth(1).unwrap_or_else(|| panic!("{code}"));
            let section = section.split("\n## ").next().unwrap();
            let severity = format!("{}. ", code.severity());
            assert!(section.to_lowercase().contains(&severity), "{code} is a {severity}");
        }
        let sections = page.lines().filter(|line| line.starts_with("## ODM-")).count();
        assert_eq!(sections, Code::ALL.len(), "a section without a code");
    }

    #[test]
    fn the_same_is_counted_and_what_is_too_much_is_told_in_number() {
        let mut findings = Findings::new(2);
        for _ in 0..5 {
            findings.group(Code::Vendor, AT, "urn:v", || "kept".to_owned());
        }
        findings.add(Code::Order, AT, "moved");
        assert!(!findings.refuse());
        findings.add(Code::Dangling, AT, "missing");
        findings.add(Code::Dangling, AT, "missing");
        assert!(findings.refuse());
        let list = findings.into_list();
        assert_eq!(list[0].to_string(), "3:7: warning ODM-045: kept (found 5 times, here first)");
        assert_eq!(list[2].code, Code::Dangling);
        assert_eq!(list[2].times, 2);
    }
}
