//! A study design of any size: what examples define, over and over under fresh OIDs, in one version of one study.
//!
//! The text stays as the examples have it, with its white space, languages and comments; only OIDs get an ending. Left
//! out are their own events, in whose place each copy has one with all its forms, and references to code lists that an
//! example does not have. So every reference of the file is resolved, and the examples say what else is to be found.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
};

use quick_xml::{Reader, events::Event};

use crate::Outcome;

/// Where a definition stands in the file.
const INDENT: &str = "\n\t\t\t";

/// What is repeated in a version of ODM, in the order of its schema.
struct Shape {
    /// The kinds of definitions before the events.
    before: &'static [&'static str],
    /// Those after them.
    after: &'static [&'static str],
    /// What the events begin with, around the references to them.
    protocol: (&'static str, &'static str),
    /// How an event refers to a form.
    form: (&'static str, &'static str),
}

const V1_3_2: Shape = Shape {
    before: &[],
    after: &[
        "FormDef",
        "ItemGroupDef",
        "ItemDef",
        "CodeList",
        "ImputationMethod",
        "Presentation",
        "ConditionDef",
        "MethodDef",
    ],
    protocol: ("<Protocol>", "</Protocol>"),
    form: ("FormRef", "FormOID"),
};

const V2_0: Shape = Shape {
    before: &["ValueListDef", "WhereClauseDef"],
    after: &["ItemGroupDef", "ItemDef", "CodeList", "ConditionDef", "MethodDef", "CommentDef"],
    protocol: (
        "<Protocol><StudyEventGroupRef StudyEventGroupOID=\"EVENTS\" Mandatory=\"Yes\"/></Protocol>
\t\t\t<StudyEventGroupDef OID=\"EVENTS\" Name=\"All visits\">",
        "</StudyEventGroupDef>",
    ),
    form: ("ItemGroupRef", "ItemGroupOID"),
};

impl Shape {
    fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.before.iter().chain(self.after).copied()
    }
}

/// What an example defines.
struct Example {
    /// The text up to the tag `MetaDataVersion` and with it: the header of the file, the study, its units.
    head: String,
    definitions: Vec<Definition>,
}

struct Definition {
    kind: String,
    /// The text, cut behind every OID that the example defines.
    cuts: Vec<String>,
    /// The OID, when it is a form.
    form: Option<String>,
}

/// Writes a file of about so many bytes; the first example gives its head.
pub(crate) fn make(version: &str, bytes: usize, path: &Path, examples: &[&str]) -> Outcome<String> {
    let shape = match version {
        "1.3.2" => V1_3_2,
        "2.0" => V2_0,
        _ => return Err(format!("expected the version 1.3.2 or 2.0, found `{version}`").into()),
    };
    let mut read = Vec::new();
    for example in examples {
        read.push(Example::read(Path::new(example), &shape)?);
    }
    let first = read.first().ok_or("expected an example to make the file of, found none")?;
    let head = first.head.as_str();
    let mut texts: Vec<(&str, String)> = shape.kinds().map(|kind| (kind, String::new())).collect();
    let (mut references, mut events) = (String::new(), String::new());
    let (mut copies, mut items) = (0_u64, 0_u64);
    let mut size = head.len();
    for (number, example) in (1_u64..).zip(read.iter().cycle()) {
        if size >= bytes {
            break;
        }
        let ending = format!(".{number}");
        for (kind, text) in &mut texts {
            let before = text.len();
            for definition in example.definitions.iter().filter(|one| one.kind == *kind) {
                text.push_str(INDENT);
                text.push_str(&definition.cuts.join(&ending));
                items += u64::from(definition.kind == "ItemDef");
            }
            size += text.len() - before;
        }
        let event = example.event(&shape, number);
        let reference = format!(
            "{INDENT}\t<StudyEventRef StudyEventOID=\"EVENT.{number}\" OrderNumber=\"{number}\" Mandatory=\"Yes\"/>"
        );
        size += event.len() + reference.len();
        events.push_str(&event);
        references.push_str(&reference);
        copies += 1;
    }
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(head.as_bytes())?;
    let (before, after) = texts.split_at(shape.before.len());
    for (_, text) in before {
        file.write_all(text.as_bytes())?;
    }
    let (open, close) = shape.protocol;
    write!(file, "{INDENT}{open}{references}{INDENT}{close}{events}")?;
    for (_, text) in after {
        file.write_all(text.as_bytes())?;
    }
    file.write_all(b"\n\t\t</MetaDataVersion>\n\t</Study>\n</ODM>\n")?;
    file.flush()?;
    let bytes = fs::metadata(path)?.len();
    Ok(format!("{{\"bytes\":{bytes},\"copies\":{copies},\"items\":{items}}}"))
}

impl Example {
    fn read(path: &Path, shape: &Shape) -> Outcome<Self> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("the example `{}`: {error}", path.display()))?;
        let (head, found) = slices(&text, shape)?;
        if head.is_empty() || found.is_empty() {
            return Err(format!(
                "expected a `MetaDataVersion` with definitions in the example `{}`, found none",
                path.display()
            )
            .into());
        }
        let known: HashSet<&str> = found
            .iter()
            .flat_map(|(_, text)| oids(text))
            .filter(|oid| oid.defines)
            .map(|oid| oid.value)
            .collect();
        let definitions = found
            .iter()
            .map(|(kind, text)| {
                let text = without_missing_lists(text, &known);
                Definition {
                    kind: kind.clone(),
                    cuts: cuts(&text, &known),
                    form: form(kind, &text).map(str::to_owned),
                }
            })
            .collect();
        Ok(Self { head: head.to_owned(), definitions })
    }

    /// Returns the event of a copy, which holds every form of it.
    fn event(&self, shape: &Shape, number: u64) -> String {
        let (element, attribute) = shape.form;
        let forms = self.definitions.iter().filter_map(|definition| definition.form.as_deref());
        let mut text = format!(
            "{INDENT}<StudyEventDef OID=\"EVENT.{number}\" Name=\"Visit {number}\" Repeating=\"No\" Type=\"Scheduled\">"
        );
        for (order, form) in (1_u64..).zip(forms) {
            text.push_str(&format!(
                "{INDENT}\t<{element} {attribute}=\"{form}.{number}\" OrderNumber=\"{order}\" Mandatory=\"Yes\"/>"
            ));
        }
        text.push_str(INDENT);
        text.push_str("</StudyEventDef>");
        text
    }
}

/// Returns the text up to the end of the tag `MetaDataVersion`, and the definitions with their kinds.
fn slices<'a>(text: &'a str, shape: &Shape) -> Outcome<(&'a str, Vec<(String, &'a str)>)> {
    let mut reader = Reader::from_str(text);
    let mut head = "";
    let mut found = Vec::new();
    let mut open: Option<(String, usize)> = None;
    loop {
        let begin = usize::try_from(reader.buffer_position())?;
        let event = reader.read_event()?;
        let end = usize::try_from(reader.buffer_position())?;
        match event {
            Event::Start(tag) => {
                let name = tag.name().into_inner();
                if name == "MetaDataVersion" {
                    head = text.get(..end).unwrap_or_default();
                } else if open.is_none() && shape.kinds().any(|kind| kind == name) {
                    open = Some((name.to_owned(), begin));
                }
            }
            Event::Empty(tag) => {
                let name = tag.name().into_inner();
                if open.is_none() && shape.kinds().any(|kind| kind == name) {
                    found.push((name.to_owned(), text.get(begin..end).unwrap_or_default()));
                }
            }
            Event::End(tag) => {
                let ends = |(name, _): &mut (String, usize)| *name == tag.name().into_inner();
                if let Some((name, from)) = open.take_if(ends) {
                    found.push((name, text.get(from..end).unwrap_or_default()));
                }
            }
            Event::Eof => return Ok((head, found)),
            _ => {}
        }
    }
}

/// An OID in a text: of an attribute, or of a formula.
struct Oid<'a> {
    value: &'a str,
    /// Where the value ends.
    end: usize,
    /// Whether the attribute is `OID` itself.
    defines: bool,
}

fn oids(text: &str) -> Vec<Oid<'_>> {
    const NAME: &str = "OID=";
    text.match_indices(NAME)
        .filter_map(|(at, _)| {
            let begin = at + NAME.len();
            let quote = text.get(begin..)?.chars().next().filter(|found| "\"'".contains(*found))?;
            let value = text.get(begin + 1..)?.split(quote).next()?;
            Some(Oid {
                value,
                end: begin + 1 + value.len(),
                defines: text.get(..at)?.ends_with(char::is_whitespace),
            })
        })
        .collect()
}

fn cuts(text: &str, known: &HashSet<&str>) -> Vec<String> {
    let mut cuts = Vec::new();
    let mut from = 0;
    for oid in oids(text).iter().filter(|oid| known.contains(oid.value)) {
        cuts.push(text.get(from..oid.end).unwrap_or_default().to_owned());
        from = oid.end;
    }
    cuts.push(text.get(from..).unwrap_or_default().to_owned());
    cuts
}

/// Leaves out references to code lists that the example does not have.
fn without_missing_lists(text: &str, known: &HashSet<&str>) -> String {
    const OPEN: &str = "<CodeListRef ";
    const CLOSE: &str = "/>";
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(OPEN) {
        let Some((reference, behind)) = behind.split_once(CLOSE) else { break };
        kept.push_str(before);
        if oids(reference).iter().all(|oid| known.contains(oid.value)) {
            kept.extend([OPEN, reference, CLOSE]);
        }
        rest = behind;
    }
    kept.push_str(rest);
    kept
}

/// Returns the OID of a form: `FormDef`, or in 2.0 an item group of that type.
fn form<'a>(kind: &str, text: &'a str) -> Option<&'a str> {
    let tag = text.split('>').next()?;
    let is_form = match kind {
        "FormDef" => true,
        "ItemGroupDef" => tag.contains("Type=\"Form\""),
        _ => false,
    };
    if !is_form {
        return None;
    }
    oids(tag).into_iter().find(|oid| oid.defines).map(|oid| oid.value)
}
