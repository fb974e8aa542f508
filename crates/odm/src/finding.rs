//! What the reader found in a file: each with code, place and what to do.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

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
    /// No `ODMVersion`, or one of a variant, read by the namespace.
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
    /// A value that is not allowed and can only mean one that is, read as that.
    Mended = "ODM-051" Warning,
    /// A required element is missing, or an attribute on which no form depends.
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
    /// Definitions of several kinds share an OID.
    SharedOid = "ODM-066" Warning,
    /// More digits behind the point than digits.
    Digits = "ODM-067" Warning,
    /// Attributes of ODM that stand with a prefix, read as ODM's own.
    Prefixed = "ODM-068" Warning,
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
    /// Where it was found first; line 0 of what is told in number only.
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
        // What is told in number stands nowhere.
        if self.at.line == 0 {
            return write!(f, "{} {}: {}", self.severity(), self.code, self.message);
        }
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
    /// The codes that are listed.
    listed: HashSet<Code>,
    /// Codes of what came after the limit, with their number.
    beyond: HashMap<Code, u64>,
    errors: bool,
    /// The part of the file that is looked at, where it has several.
    within: Option<String>,
}

impl Findings {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            list: Vec::new(),
            grouped: HashMap::new(),
            most: most.max(1),
            listed: HashSet::new(),
            beyond: HashMap::new(),
            errors: false,
            within: None,
        }
    }

    /// What is found from here on is in this part of the file, and its message says so.
    pub(crate) fn within(&mut self, part: Option<String>) {
        self.within = part;
    }

    /// Adds a finding of its own.
    pub(crate) fn add(&mut self, code: Code, at: Position, message: impl Into<String>) {
        self.errors |= code.severity() == Severity::Error;
        if self.has_room(code) {
            let message = self.placed(code, message.into());
            self.listed.insert(code);
            self.list.push(Finding { code, at, message, times: 1 });
        } else {
            *self.beyond.entry(code).or_default() += 1;
        }
    }

    /// Adds a finding, or counts it when the same was found about the same `subject` before; told is
    /// the first place of the file, in whatever order they are found.
    pub(crate) fn group(
        &mut self,
        code: Code,
        at: Position,
        subject: &str,
        message: impl FnOnce() -> String,
    ) {
        let key = (code, self.placed(code, subject.to_owned()));
        let Some(index) = self.grouped.get(&key).copied() else {
            if self.has_room(code) {
                self.grouped.insert(key, self.list.len());
                self.add(code, at, message());
            } else {
                self.add(code, at, String::new());
            }
            return;
        };
        let earlier = self.list.get(index).is_some_and(|finding| at < finding.at);
        let message = earlier.then(|| self.placed(code, message()));
        if let Some(finding) = self.list.get_mut(index) {
            finding.times += 1;
            if let Some(message) = message {
                finding.at = at;
                finding.message = message;
            }
        }
    }

    /// The first of each kind is listed, however many there are of others.
    fn has_room(&self, code: Code) -> bool {
        self.list.len() < self.most || !self.listed.contains(&code)
    }

    /// Puts before a text in which part of the file it is. A vendor is found once in the file.
    fn placed(&self, code: Code, text: String) -> String {
        match &self.within {
            Some(part) if code != Code::Vendor => format!("{part}: {text}"),
            Some(_) | None => text,
        }
    }

    /// Whether the file is refused.
    pub(crate) const fn refuse(&self) -> bool {
        self.errors
    }

    /// The findings in the order of the file; what came after the limit is told in number.
    pub(crate) fn into_list(mut self) -> Vec<Finding> {
        self.list.sort_by_key(|finding| (finding.at, finding.severity()));
        let listed = self.list.len();
        let mut beyond: Vec<_> = self.beyond.into_iter().collect();
        beyond.sort_unstable();
        for (code, times) in beyond {
            let message = format!(
                "found {times} more of this kind after the {listed} that are listed; correct those and read the file again"
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
        for _ in 0..3 {
            findings.add(Code::Dangling, AT, "missing");
        }
        assert!(findings.refuse());
        let list = findings.into_list();
        let told: Vec<String> = list.iter().map(Finding::to_string).collect();
        assert_eq!(
            told,
            [
                // The first of its kind, though two others are listed already.
                "3:7: error ODM-024: missing",
                "3:7: warning ODM-045: kept (found 5 times, here first)",
                "3:7: warning ODM-048: moved",
                "error ODM-024: found 2 more of this kind after the 3 that are listed; correct those and read the file again",
            ]
        );
        assert_eq!((list[3].at, list[3].times), (Position::default(), 2));
    }

    #[test]
    fn the_first_place_is_told_whenever_it_is_found() {
        let mut findings = Findings::new(10);
        for (line, what) in [(5, "fifth"), (2, "second"), (9, "ninth")] {
            let at = Position { line, column: 1 };
            findings.group(Code::Vendor, at, "urn:v", || what.to_owned());
        }
        let list = findings.into_list();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].to_string(), "2:1: warning ODM-045: second (found 3 times, here first)");
    }

    #[test]
    fn a_part_of_the_file_is_named_but_for_vendors() {
        let mut findings = Findings::new(10);
        for part in ["in the version `A`", "in the version `B`"] {
            findings.within(Some(part.to_owned()));
            findings.group(Code::Order, AT, "FormDef", || "moved".to_owned());
            findings.group(Code::Vendor, AT, "urn:v", || "kept".to_owned());
        }
        findings.within(None);
        findings.add(Code::Order, AT, "moved");
        let told: Vec<String> =
            findings.into_list().iter().map(|finding| finding.message.clone()).collect();
        assert_eq!(
            told,
            ["in the version `A`: moved", "kept", "in the version `B`: moved", "moved"]
        );
    }
}
