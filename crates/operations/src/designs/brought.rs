//! Brought: a design in the structure of ODM 1.3.2, which is that of the tables.

use std::collections::BTreeSet;

use landfall_odm::{EcoString, Element, Key, Odm, Tag, Version};

use super::{
    NotHeld,
    language::{self, spoken},
    losses::grouped,
};

/// A design in the structure of the tables.
pub(crate) struct Brought {
    /// The design.
    pub(super) odm: Odm,
    /// What was lost on the way, of a design of ODM 2.0.
    pub(crate) converted: Vec<NotHeld>,
    /// The codings of a design of ODM 2.0, which became aliases: system and code.
    codings: BTreeSet<(EcoString, EcoString)>,
}

impl Brought {
    /// Brings a design into the structure of 1.3.2, and names what is lost by it.
    pub(crate) fn of(design: Odm) -> Self {
        if !design.version.is_2() {
            return Self { odm: design, converted: Vec::new(), codings: BTreeSet::new() };
        }
        let converted = landfall_odm::convert(&design, Version::V1_3_2);
        let main = spoken([&design.root]).main;
        // The tables say once in which language a version is, and so need no language of its description.
        let told = |what: &str| {
            let language =
                what.strip_prefix("the language `").and_then(|rest| rest.split('`').next());
            language.zip(main.as_deref()).is_some_and(|(one, other)| language::same(one, other))
        };
        let losses = converted.lost.iter().filter(|loss| !told(&loss.what));
        let converted_losses = grouped(losses);
        Self { odm: converted.design, converted: converted_losses, codings: codings(&design.root) }
    }

    /// Tells whether an alias was a coding.
    pub(super) fn is_coding(&self, context: &str, name: &str) -> bool {
        !self.codings.is_empty() && self.codings.contains(&(context.into(), name.into()))
    }
}

fn codings(root: &Element) -> BTreeSet<(EcoString, EcoString)> {
    let mut found = BTreeSet::new();
    let mut stack = vec![root];
    while let Some(element) = stack.pop() {
        if element.is(Tag::Coding)
            && let (Some(system), Some(code)) = (element.get(Key::System), element.get(Key::Code))
        {
            found.insert((system.into(), code.into()));
        }
        stack.extend(element.elements());
    }
    found
}
