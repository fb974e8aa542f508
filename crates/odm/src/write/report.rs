//! What a writer or a conversion did besides writing: what was lost, set aside, added.

use std::fmt;

use crate::{
    model::{EcoString, Element, Name, Position},
    names::Key,
};

/// What became of a piece of a design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is not in what was written.
    Lost,
    /// It says something else than before; what it said cannot be had back.
    Changed,
    /// It is kept under an `Alias`, from which Landfall takes it back; other programs see an alias.
    Aside,
    /// It was not in the design and was added, because the schema asks for it.
    Added,
    /// It is as it was, and CDISC's schema refuses it.
    Invalid,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost",
            Self::Changed => "changed",
            Self::Aside => "set aside",
            Self::Added => "added",
            Self::Invalid => "not valid",
        })
    }
}

/// A piece of a design that is not in what was written, or is there in another way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loss {
    /// What became of it.
    pub fate: Fate,
    /// Where it stood: ``ItemRef `I.AGE` in ItemGroupDef `IG.DM` ``.
    pub place: String,
    /// What it is: ``attribute `Core` = `HR` ``.
    pub what: String,
    /// Why, and what was done instead.
    pub why: String,
    /// Where it stood in the file that was read; line 0 when it was not read.
    pub at: Position,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}: {}", self.place, self.what, self.fate, self.why)
    }
}

/// Everything that was noted, in the order in which it was met.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) losses: Vec<Loss>,
}

impl Notes {
    pub(super) fn add(
        &mut self,
        fate: Fate,
        place: &Place<'_>,
        what: impl Into<String>,
        why: impl Into<String>,
    ) {
        self.losses.push(Loss {
            fate,
            place: place.to_string(),
            what: what.into(),
            why: why.into(),
            at: place.at,
        });
    }

    /// What is not as it was, and what only stands elsewhere or is new.
    pub(super) fn split(self) -> (Vec<Loss>, Vec<Loss>) {
        self.losses.into_iter().partition(|loss| matches!(loss.fate, Fate::Lost | Fate::Changed))
    }
}

/// Where one is in the tree.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    up: Option<&'a Place<'a>>,
    name: EcoString,
    label: Option<EcoString>,
    defines: bool,
    at: Position,
}

impl<'a> Place<'a> {
    pub(super) fn top(element: &Element) -> Self {
        Self {
            up: None,
            name: name_of(element),
            label: label_of(element),
            defines: element.oid().is_some(),
            at: element.at,
        }
    }

    pub(super) fn in_it(&'a self, element: &Element) -> Self {
        Self { up: Some(self), ..Self::top(element) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(label) = &self.label {
            write!(f, " `{label}`")?;
        }
        let mut up = self.up;
        while let Some(place) = up.filter(|_| !self.defines) {
            if let Some(label) = place.label.as_ref().filter(|_| place.defines) {
                return write!(f, " in {} `{label}`", place.name);
            }
            up = place.up;
        }
        Ok(())
    }
}

/// The name of an element as a person reads it.
pub(super) fn name_of(element: &Element) -> EcoString {
    match &element.name {
        Name::Odm(tag) => tag.as_str().into(),
        Name::Other(name) => name.local.clone(),
    }
}

/// What tells an element from others of its name: its OID, what it refers to, its coded value.
pub(crate) fn label_of(element: &Element) -> Option<EcoString> {
    const KEYS: [Key; 20] = [
        Key::Oid,
        Key::ItemOid,
        Key::ItemGroupOid,
        Key::FormOid,
        Key::StudyEventOid,
        Key::StudyEventGroupOid,
        Key::CodeListOid,
        Key::MeasurementUnitOid,
        Key::CodedValue,
        Key::WorkflowOid,
        Key::ValueListOid,
        Key::WhereClauseOid,
        Key::StudyEndPointOid,
        Key::TargetTransitionOid,
        Key::Id,
        Key::LeafId,
        Key::Context,
        Key::System,
        Key::Lang,
        Key::Name,
    ];
    KEYS.into_iter().find_map(|key| element.get(key)).map(EcoString::from)
}

/// An attribute as a person reads it.
pub(super) fn attribute_text(name: &str, value: &str) -> String {
    const SHOWN: usize = 60;
    if value.chars().count() > SHOWN {
        let start: String = value.chars().take(SHOWN).collect();
        format!("attribute `{name}` = `{start}…`")
    } else {
        format!("attribute `{name}` = `{value}`")
    }
}
