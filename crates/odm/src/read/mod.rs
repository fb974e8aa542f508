//! Reading a file: recognised, made a tree, checked.

mod fragment;
mod markup;
mod namespaces;
mod recognise;
mod tree;

use std::{fmt, io::BufRead};

use quick_xml::{
    errors::{Error, IllFormedError},
    events::Event,
};

use self::tree::Tree;
use crate::{
    check,
    finding::{Code, Finding, Findings, Severity},
    input::{Fault, Input},
    limits::Limits,
    model::{Odm, Position},
};

/// Where a file begins.
const BEGIN: Position = Position { line: 1, column: 1 };

/// A design and what was found in its file: warnings only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The design.
    pub design: Odm,
    /// What a person should know of the file, in its order.
    pub findings: Vec<Finding>,
}

/// A file that gives no design, and why: at least one finding is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors =
            || self.findings.iter().filter(|finding| finding.severity() == Severity::Error);
        write!(f, "the file is not a study design that can be read: {} errors", errors().count())?;
        match errors().next() {
            None => Ok(()),
            Some(first) => write!(f, ", the first at {first}"),
        }
    }
}

impl std::error::Error for Refused {}

/// A file that was looked at: what it is, as far as that can be told, and everything that was found
/// in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The encoding, by the name that the file gives it or else by its own; none where it cannot be
    /// told.
    pub encoding: Option<String>,
    /// The tree, also of a file with errors where it could be read to its end; then it is there to
    /// be described and for nothing else.
    pub design: Option<Odm>,
    /// Whether the file gives no design, because at least one finding is an error.
    pub refused: bool,
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
}

/// Reads the study design of an ODM file.
///
/// The file is read once, from its beginning to its end, and never held as a whole. Data of
/// subjects, users, sites and signatures is passed over. No other file is opened: a document type
/// declaration refuses the file, and entities are not resolved.
///
/// # Errors
/// When the file is not well-formed, is not ODM 1.3, 1.3.1, 1.3.2 or 2.0, exceeds a limit, or says
/// something that no design can say; [`Refused`] tells everything that was found.
pub fn read(reader: impl BufRead, limits: &Limits) -> Result<Read, Refused> {
    let Examined { design, refused, findings, .. } = examine(reader, limits);
    match design {
        Some(design) if !refused => Ok(Read { design, findings }),
        Some(_) | None => Err(Refused { findings }),
    }
}

/// Looks at an ODM file: reads it as [`read`] does, and also says what a file with errors is.
#[must_use]
pub fn examine(reader: impl BufRead, limits: &Limits) -> Examined {
    let mut findings = Findings::new(limits.findings);
    let (encoding, parsed) = match Input::open(reader, limits) {
        Ok(input) => (Some(input.encoding().to_owned()), parse(input, limits, &mut findings)),
        Err(fault) => (None, Err((BEGIN, fault))),
    };
    let design = match parsed {
        Ok(mut design) => {
            check::check(&mut design, &mut findings);
            Some(design)
        }
        Err((at, fault)) => {
            findings.add(fault.code, at, fault.message);
            None
        }
    };
    let refused = findings.refuse();
    Examined { encoding, design, refused, findings: findings.into_list() }
}

fn parse<R: BufRead>(
    input: Input<R>,
    limits: &Limits,
    findings: &mut Findings,
) -> Result<Odm, (Position, Fault)> {
    let mut tree = Tree::new(limits, findings);
    let mut xml = quick_xml::Reader::from_reader(input);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let input = xml.get_mut();
        input.begin_event();
        let at = input.position();
        let event = match xml.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => return Err(fault(&error, xml.get_mut(), at)),
        };
        if let Some(fault) = xml.get_mut().too_long() {
            return Err((at, fault));
        }
        let done = match event {
            Event::Start(tag) => tree.start(tag.name().as_ref(), tag.attributes_raw(), at),
            Event::Empty(tag) => {
                let done = tree.start(tag.name().as_ref(), tag.attributes_raw(), at);
                if done.is_ok() {
                    tree.end();
                }
                done
            }
            Event::End(_) => {
                tree.end();
                Ok(())
            }
            Event::Text(text) => tree.text(&text),
            Event::CData(text) => tree.literal(&text),
            Event::GeneralRef(reference) => tree.reference(&reference),
            Event::Decl(_) if at == BEGIN => Ok(()),
            Event::Decl(_) => Err(Fault::new(
                Code::Malformed,
                "expected the XML declaration at the very beginning of the file, found it here; take out what stands before it",
            )),
            Event::Comment(_) | Event::PI(_) => Ok(()),
            Event::DocType(text) => Err(Fault::new(Code::Doctype, doctype(&text))),
            Event::Eof => {
                let input = xml.get_mut();
                let doubt = input.doubt().map_or(Ok(()), |fault| Err((BEGIN, fault)));
                return doubt.and_then(|()| tree.finish(at).map_err(|fault| (at, fault)));
            }
        };
        done.map_err(|fault| (at, fault))?;
    }
}

/// What is to be done about a document type declaration, by the name of the outermost element.
fn doctype(text: &str) -> &'static str {
    let name = text.trim_ascii_start();
    let end = name.find(|c: char| c.is_ascii_whitespace() || matches!(c, '[' | '>'));
    let name = end.and_then(|end| name.get(..end)).unwrap_or(name);
    if name.eq_ignore_ascii_case("html") {
        "expected a study design in ODM, found a web page; was a page saved in place of the export, such as one to sign in?"
    } else if name.rsplit(':').next() == Some("ODM") {
        "expected no document type declaration, found one of ODM; ODM 1.0 to 1.2 begins so and is not read: have it exported as 1.3.2; any other could name other files and entities, so take it out"
    } else {
        "expected no document type declaration, found one; it could name other files and entities, so take it out"
    }
}

/// What the XML reader stumbled over, in our words.
fn fault<R: BufRead>(error: &Error, input: &Input<R>, at: Position) -> (Position, Fault) {
    if let Some(fault) = input.fault() {
        let place = if fault.code == Code::Limit { at } else { input.position() };
        return (place, fault.clone());
    }
    let message = match error {
        Error::Io(error) => format!("cannot be read: {error}"),
        Error::Syntax(error) => format!("{error}; is the file cut off?"),
        Error::IllFormed(IllFormedError::UnclosedReference) => {
            "expected `&amp;`, found `&` that begins no reference".to_owned()
        }
        Error::IllFormed(error) => error.to_string(),
        Error::InvalidAttr(_) | Error::Encoding(_) | Error::Escape(_) | Error::Namespace(_) => {
            error.to_string()
        }
    };
    (at, Fault::new(Code::Malformed, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_type_tells_what_the_file_is() {
        assert!(doctype("html").contains("a web page"));
        assert!(doctype(" HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"").contains("a web page"));
        for old in ["ODM SYSTEM \"odm1-1-0.dtd\"", "ODM[<!ENTITY a \"b\">]", "ODM"] {
            assert!(doctype(old).contains("ODM 1.0 to 1.2"), "{old}");
        }
        assert!(!doctype("ODMX").contains("ODM 1.0 to 1.2"));
    }
}
