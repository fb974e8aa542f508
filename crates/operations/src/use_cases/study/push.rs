//! Push: Test gets Main's design, and loses the study's data.

use landfall_core::{
    customer::decide::DesignChange, environment::Role, ids::Address, person::Person,
};
use landfall_instances::design::{
    self, Content, Erased, ListedVersion, Shape, TableDifference, compare,
};
use serde::Serialize;

use super::{
    super::{environment::environment, record::Proposal},
    DesignOutcome, DesignProposal, Target, find_study, find_version,
    import::with_any_reason,
    totals,
};
use crate::{Caller, Error, Installation, Result};

/// What a push does, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignPush {
    /// The environment.
    pub address: Address,
    /// The protocol code of the study.
    pub study: String,
    /// The version of Main that Test gets.
    pub version: ListedVersion,
    /// The versions of Test that are replaced.
    pub replaced: Vec<ListedVersion>,
    /// How many rows of the design Test gets that its last version lacks.
    pub added: u64,
    /// How many are changed.
    pub changed: u64,
    /// How many are not there any more.
    pub removed: u64,
    /// Every table of the design, in load order.
    pub tables: Vec<TableDifference>,
    /// The rows about people that are erased in Test, by table.
    pub erased: Vec<Erased>,
    /// What the design refers to and Test lacks; those references are left empty.
    pub loose: Vec<String>,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: DesignOutcome,
}

impl DesignPush {
    /// Returns how many rows about people are erased.
    #[must_use]
    pub fn erased_rows(&self) -> u64 {
        self.erased.iter().map(|one| one.rows).sum()
    }
}

impl Installation {
    /// Pushes a version of a study's design from Main to Test of the same pair: it replaces every version there, and the
    /// study's data in Test is erased. Without `agreed` nothing is done, and the result says what would be; given back as
    /// `agreed`, it is what somebody said yes to, and nothing else is done.
    ///
    /// # Errors
    /// When a rule says no, Main has no such study or version, or what would be done is not what was agreed to.
    pub fn study_push(
        &mut self,
        caller: &Caller,
        address: &Address,
        study: &str,
        revision: Option<i64>,
        agreed: Option<&DesignPush>,
    ) -> Result<DesignPush> {
        let person = self.acting(caller)?;
        let state = self.customer(&address.customer)?;
        // An address with an instance says where it goes to.
        let role = address.role.unwrap_or(Role::Test);
        let asking = with_any_reason(caller, agreed.is_none());
        self.permit_design(&asking, &person, &state, (address.label, role), &DesignChange::Push)?;
        self.while_held(&address.customer, address.label, |held| {
            held.settle_held(&address.customer, address.label)?;
            held.push_held(caller, address, &person, (study, revision), agreed)
        })
    }

    fn push_held(
        &mut self,
        caller: &Caller,
        address: &Address,
        person: &Person,
        (study, revision): (&str, Option<i64>),
        agreed: Option<&DesignPush>,
    ) -> Result<DesignPush> {
        let (customer, label) = (&address.customer, address.label);
        let state = self.customer(customer)?;
        let environment = environment(&state, label)?;
        let catalogue = self.catalogue(&environment.plan.release.release)?;
        let at = |role: Role| Address { customer: customer.clone(), label, role: Some(role) };
        let main = self.instance_path(&at(Role::Main))?;
        let path = self.instance_path(&at(Role::Test))?;
        let place = format!("{customer}/{label}/main");
        let listed = find_study(&main, catalogue, study, &place)?;
        let version = find_version(&listed, revision, &place)?;
        let content = design::read(&main, catalogue, version.id)?;
        let there = design::study(&path, catalogue, study)?;
        let replaced = there.map(|there| there.versions).unwrap_or_default();
        let old = match replaced.last() {
            Some(last) => design::read(&path, catalogue, last.id)?,
            None => Content::default(),
        };
        let tables = compare(&Shape::of(catalogue)?, &old, &content);
        let (added, changed, removed) = totals(&tables);
        let proposal = DesignProposal::Push { study: study.to_owned(), content };
        let qualified = environment.plan.qualified;
        let written =
            proposal.rehearse(&Target { path: &path, main: &main, catalogue, qualified })?;
        let mut push = DesignPush {
            address: address.clone(),
            study: study.to_owned(),
            version,
            replaced,
            added,
            changed,
            removed,
            tables,
            erased: written.erased,
            loose: written.loose,
            outcome: DesignOutcome::Previewed,
        };
        match agreed {
            None => return Ok(push),
            Some(agreed) if *agreed == push => {}
            Some(_) => {
                return Err(Error::Input {
                    message: format!(
                        "what a push of study `{study}` to `{customer}/{label}/test` does is no longer what was shown: Main or Test was changed since; nothing was done"
                    ),
                    hint: "run the command again and read its warning".to_owned(),
                });
            }
        }
        let proposal = Proposal::Design(Box::new(proposal));
        let made = self.change_design(
            caller,
            address,
            person,
            Role::Test,
            &DesignChange::Push,
            &proposal,
        )?;
        push.outcome = made.into();
        Ok(push)
    }
}
