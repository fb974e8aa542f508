//! Who may do what: one table, role by command.

use super::super::Command;
use crate::{
    ids::CustomerId,
    person::{Person, Role},
    refusal::{self, Refusal},
};

use Role::{CustomerQuality, CustomerReviewer, VendorEngineer, VendorQuality, VendorSales};

/// The authority table: a command's name, what it is, and the roles that may give it. A command with no role is a
/// consequence, which only Landfall carries out.
pub const AUTHORITY: &[(&str, &str, &[Role])] = &[
    ("add-prospect", "add a prospect", &[VendorSales, VendorEngineer]),
    ("sign-contract", "record the signed contract", &[VendorSales]),
    ("request-environment", "request an environment", &[VendorEngineer]),
    ("start-build", "build an environment", &[VendorEngineer]),
    ("complete-build", "record what a build made", &[VendorEngineer]),
    ("stop-build", "record what stopped a build", &[VendorEngineer]),
    ("accept-environment", "accept a VAL", &[CustomerQuality]),
    ("lend-demo", "lend a Demo", &[VendorSales]),
    ("expire-demo", "end a Demo's loan", &[VendorSales, VendorEngineer]),
    (
        "register-dump",
        "register a source dump for an iteration",
        &[CustomerReviewer, CustomerQuality, VendorEngineer],
    ),
    ("register-final-dump", "provide the final source dump", &[CustomerReviewer, CustomerQuality]),
    ("record-spec", "record a migration spec", &[VendorEngineer]),
    ("start-iteration", "run the migration program", &[VendorEngineer]),
    ("complete-iteration", "record what a run made", &[VendorEngineer]),
    ("stop-iteration", "record what stopped a run", &[VendorEngineer]),
    ("publish-iteration", "publish an iteration", &[VendorEngineer]),
    ("add-finding", "add a finding", &[CustomerReviewer, CustomerQuality]),
    ("resolve-finding", "resolve a finding", &[VendorEngineer]),
    ("sign-iteration", "sign an iteration off", &[CustomerReviewer, CustomerQuality]),
    ("choose-source", "agree on the configuration source", &[CustomerQuality]),
    ("record-extraction", "extract configuration", &[VendorEngineer]),
    ("freeze-document", "freeze a document's facts", &[VendorEngineer, VendorQuality]),
    ("sign-document", "sign a document", &[VendorEngineer, VendorQuality, CustomerQuality]),
    ("reject-document", "reject a document", &[VendorEngineer, VendorQuality, CustomerQuality]),
    ("complete-validation", "complete validation", &[CustomerQuality]),
    ("review-prod", "review PROD Main", &[VendorEngineer]),
    ("provide-iq", "provide the IQ", &[VendorEngineer, VendorQuality]),
    ("sign-final-qc", "sign the final quality check", &[CustomerReviewer, CustomerQuality]),
    ("go-live", "go live", &[]),
    ("mark-due", "fall due", &[]),
    ("hold-environment", "hold an environment", &[VendorQuality, CustomerQuality]),
    ("release-environment", "lift a hold", &[VendorQuality, CustomerQuality]),
    ("close-environment", "close an environment", &[VendorEngineer]),
    ("start-destruction", "destroy an environment that is due", &[VendorEngineer]),
    ("start-early-destruction", "destroy an environment before it is due", &[VendorQuality]),
    ("complete-destruction", "record a destruction", &[VendorEngineer, VendorQuality]),
    ("change-record", "change records", &[VendorEngineer, CustomerReviewer]),
    ("request-change", "ask for a change of a record", &[VendorEngineer, CustomerReviewer]),
    ("change-design", "import or push a study design", &[VendorEngineer, CustomerReviewer]),
    (
        "request-design-change",
        "ask for the import or push of a study design",
        &[VendorEngineer, CustomerReviewer],
    ),
    (
        "export-design",
        "export a study design",
        &[VendorEngineer, CustomerReviewer, CustomerQuality],
    ),
    ("approve-change", "approve a change of a record", &[VendorQuality]),
    ("reject-change", "reject a change of a record", &[VendorQuality]),
    ("complete-change", "record that a change was made", &[VendorEngineer, VendorQuality]),
    ("declare-no-migration", "declare that there is no source database", &[CustomerQuality]),
    ("withdraw-sign-off", "withdraw a sign-off", &[CustomerReviewer, CustomerQuality]),
    ("reject-environment", "reject a VAL", &[CustomerQuality]),
    ("reject-final-qc", "reject the final quality check", &[CustomerReviewer, CustomerQuality]),
    (
        "open-deviation",
        "open a deviation",
        &[VendorEngineer, VendorQuality, CustomerReviewer, CustomerQuality],
    ),
    ("resolve-deviation", "resolve a deviation", &[VendorEngineer]),
    ("approve-deviation", "close a deviation", &[VendorQuality]),
    ("start-promotion", "promote configuration", &[VendorEngineer]),
    ("complete-promotion", "record a promotion", &[VendorEngineer]),
    ("mark-materials-due", "let dumps, packages and the like fall due", &[]),
    ("start-materials-destruction", "destroy what is due outside environments", &[VendorEngineer]),
    ("complete-materials-destruction", "record that it is gone", &[VendorEngineer]),
    ("establish-vendor", "make the vendor the owner of environments", &[VendorEngineer]),
    ("reset-environment", "make an environment of sample data anew", &[VendorEngineer]),
];

impl Command {
    /// Returns the command's name in the authority table and in the ledger.
    #[must_use]
    pub fn name(&self) -> &'static str {
        use super::super::state::DumpPurpose;
        match self {
            Self::AddProspect { .. } => "add-prospect",
            Self::SignContract { .. } => "sign-contract",
            Self::RequestEnvironment { .. } => "request-environment",
            Self::StartBuild { .. } => "start-build",
            Self::CompleteBuild { .. } => "complete-build",
            Self::StopBuild { .. } => "stop-build",
            Self::AcceptEnvironment { .. } => "accept-environment",
            Self::LendDemo { .. } => "lend-demo",
            Self::ExpireDemo { .. } => "expire-demo",
            Self::RegisterDump { purpose: DumpPurpose::Iteration, .. } => "register-dump",
            Self::RegisterDump { purpose: DumpPurpose::Final, .. } => "register-final-dump",
            Self::RecordSpec { .. } => "record-spec",
            Self::StartIteration { .. } => "start-iteration",
            Self::CompleteIteration { .. } => "complete-iteration",
            Self::StopIteration { .. } => "stop-iteration",
            Self::PublishIteration { .. } => "publish-iteration",
            Self::AddFinding { .. } => "add-finding",
            Self::ResolveFinding { .. } => "resolve-finding",
            Self::SignIteration { .. } => "sign-iteration",
            Self::ChooseSource { .. } => "choose-source",
            Self::RecordExtraction { .. } => "record-extraction",
            Self::FreezeDocument { .. } => "freeze-document",
            Self::SignDocument { .. } => "sign-document",
            Self::RejectDocument { .. } => "reject-document",
            Self::CompleteValidation { .. } => "complete-validation",
            Self::ReviewProd => "review-prod",
            Self::ProvideIq => "provide-iq",
            Self::SignFinalQc => "sign-final-qc",
            Self::GoLive => "go-live",
            Self::MarkDue { .. } => "mark-due",
            Self::HoldEnvironment { .. } => "hold-environment",
            Self::ReleaseEnvironment { .. } => "release-environment",
            Self::CloseEnvironment { .. } => "close-environment",
            Self::StartDestruction { early: false, .. } => "start-destruction",
            Self::StartDestruction { early: true, .. } => "start-early-destruction",
            Self::CompleteDestruction { .. } => "complete-destruction",
            Self::DeclareNoMigration => "declare-no-migration",
            Self::WithdrawSignOff { .. } => "withdraw-sign-off",
            Self::RejectEnvironment { .. } => "reject-environment",
            Self::RejectFinalQc => "reject-final-qc",
            Self::OpenDeviation { .. } => "open-deviation",
            Self::ResolveDeviation { .. } => "resolve-deviation",
            Self::ApproveDeviation { .. } => "approve-deviation",
            Self::RequestChange { .. } => "request-change",
            Self::RequestDesignChange { .. } => "request-design-change",
            Self::ApproveChange { .. } => "approve-change",
            Self::RejectChange { .. } => "reject-change",
            Self::CompleteChange { .. } => "complete-change",
            Self::StartPromotion { .. } => "start-promotion",
            Self::CompletePromotion { .. } => "complete-promotion",
            Self::MarkMaterialsDue { .. } => "mark-materials-due",
            Self::StartMaterialsDestruction => "start-materials-destruction",
            Self::CompleteMaterialsDestruction { .. } => "complete-materials-destruction",
            Self::EstablishVendor => "establish-vendor",
            Self::ResetEnvironment { .. } => "reset-environment",
        }
    }
}

/// Tells whether the person may give the command, and for this customer.
///
/// # Errors
/// A [`Refusal`] that names the roles which may.
pub fn authorised(
    customer: Option<&CustomerId>,
    command: &Command,
    person: Option<&Person>,
) -> Result<(), Refusal> {
    listed(customer, command.name(), person)
}

/// Tells whether the person may do what the authority table lists under that name, and for this customer.
pub(super) fn listed(
    customer: Option<&CustomerId>,
    name: &str,
    person: Option<&Person>,
) -> Result<(), Refusal> {
    let (title, roles) = AUTHORITY
        .iter()
        .find(|(entry, _, _)| *entry == name)
        .map_or((name, &[] as &[Role]), |(_, title, roles)| (*title, *roles));
    let Some(person) = person else {
        return if roles.is_empty() {
            Ok(())
        } else {
            Err(refusal::AUTHORITY.because(
                format!("only a person may {title}"),
                "sign in with `landfall person sign-in`",
            ))
        };
    };
    if !roles.contains(&person.role) {
        let who: Vec<_> = roles.iter().map(|role| role.title()).collect();
        let who =
            if who.is_empty() { "nobody; it is a consequence".to_owned() } else { who.join(", ") };
        return Err(refusal::AUTHORITY.because(
            format!("`{}` ({}) may not {title}; expected: {who}", person.id, person.role.title()),
            "`landfall person list` shows who has which role; choose the session with `--as PERSON`",
        ));
    }
    match (&person.customer, customer) {
        (Some(own), Some(other)) if own != other => Err(refusal::OTHER_CUSTOMER.because(
            format!("`{}` belongs to customer `{own}` and may not act for `{other}`", person.id),
            "let one of that customer's own people do it",
        )),
        (Some(_), Some(_) | None) | (None, Some(_) | None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_table_are_unique() {
        let mut names: Vec<_> = AUTHORITY.iter().map(|(name, _, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), AUTHORITY.len());
    }
}
