//! Whether every OID is defined once, and every reference leads to what it refers to.

use std::collections::HashMap;

use super::{Parts, cycles};
use crate::{
    finding::{Code, Findings},
    model::{Element, Name, Odm, Position, Version},
    names::{Key, Tag},
};

/// Where the definitions of a version stand, by element and OID.
type Definitions<'a> = HashMap<(Tag, &'a str), Position>;

/// A `MetaDataVersion` and what it defines.
struct Scope<'a> {
    study: &'a str,
    version: &'a Element,
    /// How messages call it, where the file has several.
    part: Option<String>,
    definitions: Definitions<'a>,
}

/// Checks every version of every study.
pub(super) fn check(design: &Odm, parts: Parts, findings: &mut Findings) {
    let mut studies: HashMap<&str, Position> = HashMap::new();
    let mut scopes = Vec::new();
    for study in design.studies() {
        let oid = study.oid().unwrap_or_default();
        findings.within(None);
        once(&mut studies, oid, study, "the file", findings);
        findings.within(parts.study(oid));
        let mut units = Definitions::new();
        for unit in study.children(Tag::BasicDefinitions) {
            collect(unit, true, &mut units, findings);
        }
        let mut versions: HashMap<&str, Position> = HashMap::new();
        for version in study.children(Tag::MetaDataVersion) {
            let version_oid = version.oid().unwrap_or_default();
            findings.within(parts.study(oid));
            once(&mut versions, version_oid, version, "the study", findings);
            let part = parts.version(oid, version_oid);
            findings.within(part.clone());
            let mut definitions = units.clone();
            collect(version, true, &mut definitions, findings);
            across_kinds(design.version, version, findings);
            scopes.push(Scope { study: oid, version, part, definitions });
        }
    }
    for scope in &scopes {
        findings.within(scope.part.clone());
        let (included, elsewhere) = included(scope, &scopes);
        let mut lookup =
            Lookup { included: &included, elsewhere, found_elsewhere: 0, findings: &mut *findings };
        lookup.visit(scope.version);
        let count = lookup.found_elsewhere;
        if let Some(include) = scope.version.child(Tag::Include)
            && elsewhere
        {
            findings.add(
                Code::Elsewhere,
                include.at,
                format!(
                    "the design includes the version `{}` of the study `{}`, which is not in the file; {count} references could not be followed and were kept in the design: export the design in one file",
                    include.get(Key::MetaDataVersionOid).unwrap_or_default(),
                    include.get(Key::StudyOid).unwrap_or_default(),
                ),
            );
        }
        cycles::check(scope.version, findings);
    }
    findings.within(None);
}

fn once<'a>(
    known: &mut HashMap<&'a str, Position>,
    oid: &'a str,
    element: &Element,
    place: &str,
    findings: &mut Findings,
) {
    if oid.is_empty() {
        return;
    }
    match known.get(oid) {
        None => {
            known.insert(oid, element.at);
        }
        Some(first) => duplicate(element, oid, *first, place, findings),
    }
}

fn duplicate(element: &Element, oid: &str, first: Position, place: &str, findings: &mut Findings) {
    let tag = element.tag().map_or("element", Tag::as_str);
    findings.add(
        Code::DuplicateOid,
        element.at,
        format!(
            "expected each OID once in {place}, found `{oid}` of `{tag}` again; it is defined at {first}: give one of them another OID"
        ),
    );
}

/// The attribute that a definition is referred to by.
fn defines(element: &Element) -> Option<(Tag, &str)> {
    let tag = element.tag()?;
    let key = if tag == Tag::Leaf { Key::Id } else { Key::Oid };
    let oid = element.get(key).filter(|oid| !oid.trim().is_empty())?;
    Some((tag, oid))
}

fn collect<'a>(
    parent: &'a Element,
    top: bool,
    definitions: &mut Definitions<'a>,
    findings: &mut Findings,
) {
    for element in parent.elements() {
        if let Some((tag, oid)) = defines(element) {
            match definitions.get(&(tag, oid)) {
                None => {
                    definitions.insert((tag, oid), element.at);
                }
                // A presentation stands once for each language.
                Some(_) if tag == Tag::Presentation => {}
                Some(first) if top => duplicate(element, oid, *first, "its kind", findings),
                Some(first) => findings.add(
                    Code::Repeated,
                    element.at,
                    format!(
                        "expected each OID once, found `{oid}` of `{tag}` again; it is defined at {first}, both were kept in the design"
                    ),
                ),
            }
        }
        if matches!(element.name, Name::Odm(_)) {
            collect(element, false, definitions, findings);
        }
    }
}

/// Finds definitions of different kinds that share an OID. References of 1.3 say of which kind their
/// target is; those of 2.0 do not always.
fn across_kinds(odm: Version, version: &Element, findings: &mut Findings) {
    let mut known: HashMap<&str, (Tag, Position)> = HashMap::new();
    for element in version.elements() {
        let (Some(tag), Some(oid)) = (element.tag(), element.oid()) else { continue };
        match known.get(oid) {
            None => {
                known.insert(oid, (tag, element.at));
            }
            Some((other, _)) if *other == tag => {}
            Some((other, first)) if odm.is_2() => findings.add(
                Code::DuplicateOid,
                element.at,
                format!(
                    "expected each OID once in the version, found `{oid}` of `{tag}` again; `{other}` has it at {first}: give one of them another OID"
                ),
            ),
            Some((other, first)) => findings.group(Code::SharedOid, element.at, "", || {
                format!(
                    "expected each OID once in the version, found `{oid}` of `{tag}` again; `{other}` has it at {first}: references tell the kinds apart, so both were kept in the design"
                )
            }),
        }
    }
}

/// The definitions that a version can refer to, and whether some of them are in another file.
fn included<'s, 'a>(
    scope: &'s Scope<'a>,
    scopes: &'s [Scope<'a>],
) -> (Vec<&'s Definitions<'a>>, bool) {
    let mut all = vec![&scope.definitions];
    let mut at = scope;
    while let Some(include) = at.version.child(Tag::Include) {
        let study = include.get(Key::StudyOid).unwrap_or_default();
        let oid = include.get(Key::MetaDataVersionOid);
        let next = scopes.iter().find(|other| other.study == study && other.version.oid() == oid);
        match next {
            // Versions that include each other end here as well.
            Some(next) if all.len() <= scopes.len() => {
                all.push(&next.definitions);
                at = next;
            }
            Some(_) => return (all, false),
            None => return (all, true),
        }
    }
    (all, false)
}

/// Follows the references of a version.
struct Lookup<'s, 'a, 'f> {
    included: &'s [&'s Definitions<'a>],
    elsewhere: bool,
    found_elsewhere: u64,
    findings: &'f mut Findings,
}

impl Lookup<'_, '_, '_> {
    fn visit(&mut self, element: &Element) {
        if let Some(tag) = element.tag() {
            for attribute in &element.attributes {
                let Name::Odm(key) = attribute.name else { continue };
                if let Some((targets, code)) = target(tag, key) {
                    self.follow(element, tag, key, &attribute.value, targets, code);
                }
            }
            for child in element.elements() {
                self.visit(child);
            }
        }
    }

    fn follow(
        &mut self,
        element: &Element,
        tag: Tag,
        key: Key,
        oid: &str,
        targets: &[Tag],
        code: Code,
    ) {
        let is_there = self.included.iter().any(|definitions| {
            targets.iter().any(|target| definitions.contains_key(&(*target, oid)))
        });
        // An empty reference was found as a wrong value.
        if is_there || oid.trim().is_empty() {
            return;
        }
        if self.elsewhere {
            self.found_elsewhere += 1;
            return;
        }
        let what = match targets {
            [one] => format!("no `{one}`"),
            _ => "nothing".to_owned(),
        };
        let done = match code {
            Code::Dangling => "define it or take the reference out",
            Code::MissingList => {
                "the reference was kept in the design, and the list or unit is to be added"
            }
            _ => "the reference was kept in the design",
        };
        self.findings.group(code, element.at, &format!("{key}/{oid}"), || {
            format!("`{key}` of `{tag}` is `{oid}`, but {what} in the file has that OID; {done}")
        });
    }
}

/// Whatever a workflow leads through.
const STRUCTURE: &[Tag] = &[
    Tag::StudyEventDef,
    Tag::StudyEventGroupDef,
    Tag::ItemGroupDef,
    Tag::ItemDef,
    Tag::Branching,
    Tag::Transition,
    Tag::Arm,
    Tag::Epoch,
    Tag::WorkflowDef,
    Tag::StudyTiming,
    Tag::MethodDef,
];

/// What an attribute refers to, and what it is when that is missing: the structure of the design and
/// the rules of when and how something is collected must be there; a careful person can read on
/// without the rest, such as the conditions of a workflow, which leads through the study and not
/// through a form.
fn target(tag: Tag, key: Key) -> Option<(&'static [Tag], Code)> {
    // These refer to other files.
    if matches!(tag, Tag::SourceItem | Tag::Include) {
        return None;
    }
    let found: (&'static [Tag], Code) = match key {
        Key::StudyEventGroupOid => (&[Tag::StudyEventGroupDef], Code::Dangling),
        Key::StudyEventOid => (&[Tag::StudyEventDef], Code::Dangling),
        Key::FormOid => (&[Tag::FormDef], Code::Dangling),
        Key::ItemGroupOid => (&[Tag::ItemGroupDef], Code::Dangling),
        Key::ItemOid => (&[Tag::ItemDef], Code::Dangling),
        Key::StartConditionOid | Key::EndConditionOid => (&[Tag::ConditionDef], Code::MissingOther),
        Key::ConditionOid if tag == Tag::TargetTransition => {
            (&[Tag::ConditionDef], Code::MissingOther)
        }
        Key::CollectionExceptionConditionOid | Key::ConditionOid => {
            (&[Tag::ConditionDef], Code::Dangling)
        }
        Key::MethodOid => (&[Tag::MethodDef], Code::Dangling),
        Key::WhereClauseOid => (&[Tag::WhereClauseDef], Code::Dangling),
        Key::CodeListOid | Key::RoleCodeListOid => (&[Tag::CodeList], Code::MissingList),
        Key::MeasurementUnitOid => (&[Tag::MeasurementUnit], Code::MissingList),
        Key::UnitsItemOid => (&[Tag::ItemDef], Code::MissingList),
        Key::ValueListOid => (&[Tag::ValueListDef], Code::MissingList),
        Key::ImputationMethodOid => (&[Tag::ImputationMethod], Code::MissingOther),
        Key::PresentationOid => (&[Tag::Presentation], Code::MissingOther),
        Key::CommentOid => (&[Tag::CommentDef], Code::MissingOther),
        Key::StandardOid => (&[Tag::Standard], Code::MissingOther),
        Key::LeafId | Key::ArchiveLocationId => (&[Tag::Leaf], Code::MissingOther),
        Key::ArmOid => (&[Tag::Arm], Code::MissingOther),
        Key::EpochOid => (&[Tag::Epoch], Code::MissingOther),
        Key::WorkflowOid => (&[Tag::WorkflowDef], Code::MissingOther),
        Key::TransitionOid | Key::TargetTransitionOid => (&[Tag::Transition], Code::MissingOther),
        Key::StudyEndPointOid => (&[Tag::StudyEndPoint], Code::MissingOther),
        Key::StudyInterventionOid => (&[Tag::StudyIntervention], Code::MissingOther),
        Key::StudyTargetPopulationOid => (&[Tag::StudyTargetPopulation], Code::MissingOther),
        Key::StartOid
        | Key::EndOid
        | Key::SourceOid
        | Key::TargetOid
        | Key::PredecessorOid
        | Key::SuccessorOid
        | Key::StructuralElementOid => (STRUCTURE, Code::MissingOther),
        _ => return None,
    };
    Some(found)
}
