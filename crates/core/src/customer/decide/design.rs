use super::{
    super::{Customer, Event},
    Context, Permit, authority, environment,
    record::{controlled, in_use, requested},
};
use crate::{
    digest::Digest,
    environment::{Kind, Role},
    ids::Label,
    person::Person,
    policy::Policy,
    refusal::{self, Refusal},
};

/// What shall be done with the design of a study, as far as a rule asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesignChange {
    /// A design out of a file becomes a version of the study's.
    Import {
        /// The OID that the version will have.
        oid: String,
        /// The study whose version has that OID already, with another content.
        taken_by: Option<String>,
        /// How many OIDs mean something else in the version before.
        conflicts: u32,
        /// Whether whoever imports has said that they may.
        accepted: bool,
    },
    /// Main's design replaces Test's, and the study's data in Test is erased.
    Push,
}

impl DesignChange {
    /// Returns what the ledger calls it, as the verb of a change.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Import { .. } => "imported",
            Self::Push => "pushed",
        }
    }
}

/// The table that a change of a design is said to be of: the rows of all others hang on its rows.
pub const DESIGN_TABLE: &str = "study_design";

/// Tells whether a person may change the design of a study now, and how. As changes of records, those of designs have a
/// stream of their own, so this is a question.
///
/// # Errors
/// The [`Refusal`] of the first rule that says no.
pub fn may_change_design(
    customer: &Customer,
    label: Label,
    role: Role,
    change: &DesignChange,
    person: &Person,
    reason: Option<&str>,
    policy: &Policy,
) -> Result<Permit, Refusal> {
    authority::listed(Some(&customer.id), "change-design", Some(person))?;
    let target = environment(customer, label)?;
    in_use(customer, target, "the study designs")?;
    let named = |list: fn(&crate::policy::Designs) -> &Vec<Kind>| {
        policy.designs.as_ref().map_or(&[][..], |designs| list(designs).as_slice())
    };
    let place = format!("`{}/{label}/{role}`", customer.id);
    match change {
        DesignChange::Import { oid, taken_by, conflicts, accepted } => {
            allowed("imported into", &place, label.kind(), named(|designs| &designs.import))?;
            if role != Role::Main {
                return Err(refusal::DESIGN_PLACE.because(
                    format!("a study design is not imported into {place}: Test follows Main"),
                    format!(
                        "import it into `{0}/{label}/main`, then `landfall study push {0}/{label} STUDY`",
                        customer.id
                    ),
                ));
            }
            distinct(oid, taken_by.as_deref(), *conflicts, *accepted)?;
        }
        DesignChange::Push => {
            allowed("pushed within", &place, label.kind(), named(|designs| &designs.push))?;
            if role != Role::Test || !target.plan.instances.contains(&Role::Test) {
                return Err(refusal::DESIGN_PLACE.because(
                    format!("a study design is not pushed to {place}: it goes from Main to Test of a pair"),
                    "name an environment that has Main and Test, without an instance",
                ));
            }
        }
    }
    controlled(customer, target, reason, policy)
}

/// Tells whether a person may take the design of a study out of an environment, as a file.
///
/// # Errors
/// The [`Refusal`] of the first rule that says no.
pub fn may_export_design(
    customer: &Customer,
    label: Label,
    person: &Person,
    policy: &Policy,
) -> Result<(), Refusal> {
    authority::listed(Some(&customer.id), "export-design", Some(person))?;
    let target = environment(customer, label)?;
    in_use(customer, target, "the study designs")?;
    let kinds = policy.designs.as_ref().map_or(&[][..], |designs| designs.export.as_slice());
    allowed("exported from", &format!("`{}/{label}`", customer.id), label.kind(), kinds)
}

/// Asks for a change of a design where changes need an approval.
pub(super) fn request(
    customer: &Customer,
    label: Label,
    role: Role,
    change: &DesignChange,
    content: Digest,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let person = context.person()?;
    let permit =
        may_change_design(customer, label, role, change, person, context.reason, context.policy)?;
    if !permit.approval {
        return Err(refusal::CHANGE_STATE.because(
            format!("changes of `{}/{label}` need no approval", customer.id),
            "change the design itself: `landfall study import` or `landfall study push`",
        ));
    }
    let (table, verb) = (DESIGN_TABLE, change.verb());
    Ok(vec![requested(customer, label, role, (table, verb, content), person, context.reason)])
}

fn allowed(what: &str, place: &str, kind: Kind, kinds: &[Kind]) -> Result<(), Refusal> {
    if kinds.contains(&kind) {
        return Ok(());
    }
    let names: Vec<_> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Err(refusal::DESIGN_PLACE.because(
        format!("a study design is not {what} {place}; the policy names the kinds {names}"),
        "`landfall policy show` shows the rules; vendor quality adopts others with `landfall policy adopt`",
    ))
}

/// Refuses a version whose OIDs mean something else already.
fn distinct(
    oid: &str,
    taken_by: Option<&str>,
    conflicts: u32,
    accepted: bool,
) -> Result<(), Refusal> {
    if let Some(study) = taken_by {
        return Err(refusal::DESIGN_OID.because(
            format!(
                "the OID `{oid}` is that of a version of study `{study}` with another content; it is not overwritten"
            ),
            "give the new version an OID of its own: `--version-oid OID`",
        ));
    }
    if conflicts > 0 && !accepted {
        let (count, verb) = if conflicts == 1 {
            ("1 OID".to_owned(), "means")
        } else {
            (format!("{conflicts} OIDs"), "mean")
        };
        return Err(refusal::DESIGN_OID.because(
            format!("{count} of the file {verb} something else in the version before"),
            "`--preview` names them; give them other OIDs in the file, or say `--accept-conflicts`",
        ));
    }
    Ok(())
}
