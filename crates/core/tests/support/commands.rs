//! Every command, by the few words that tell one use of it from another.

use landfall_core::{
    customer::{
        BuildFailure, Command, DocumentKind, DumpPurpose, FailedTest, PromotionCounts, Subject,
        decide::DesignChange,
    },
    environment::{Kind, Role},
    plan::{Content, PackageFacts, Purpose},
    signature::Meaning,
    time::Timestamp,
};

use super::facts::{
    configuration, customer_id, digest, instances, label, migration, release, sections,
};

pub(crate) fn add_prospect(name: &str) -> Command {
    Command::AddProspect { id: customer_id(), name: name.to_owned() }
}

pub(crate) fn sign_contract() -> Command {
    Command::SignContract { reference: "C-2026-01".to_owned() }
}

pub(crate) fn request(kind: Kind, content: Content) -> Command {
    Command::RequestEnvironment { kind, purpose: None, content, release: release() }
}

pub(crate) fn request_as(kind: Kind, purpose: Purpose, content: Content) -> Command {
    Command::RequestEnvironment { kind, purpose: Some(purpose), content, release: release() }
}

/// A request for the environment that presents an iteration.
pub(crate) fn request_migration(number: u32) -> Command {
    request(Kind::Migration, Content::Iteration { number, migration: migration(number) })
}

pub(crate) fn start_build(name: &str) -> Command {
    Command::StartBuild { label: label(name) }
}

pub(crate) fn complete_build(name: &str) -> Command {
    Command::CompleteBuild { label: label(name), instances: instances(label(name)) }
}

/// The machine broke.
pub(crate) fn stop_build(name: &str) -> Command {
    let failure = BuildFailure::Errored { message: "the disk is full".to_owned() };
    Command::StopBuild { label: label(name), failure, tests: Vec::new() }
}

/// A check said no.
pub(crate) fn fail_build(name: &str) -> Command {
    let failure = BuildFailure::Failed { checks: 1, first: "M-004".to_owned() };
    Command::StopBuild { label: label(name), failure, tests: vec![failed_test()] }
}

pub(crate) fn failed_test() -> FailedTest {
    FailedTest {
        id: "M-004".to_owned(),
        expected: "2 rows".to_owned(),
        actual: "1 rows".to_owned(),
    }
}

pub(crate) fn accept(name: &str) -> Command {
    Command::AcceptEnvironment { label: label(name) }
}

pub(crate) fn reject_val(name: &str) -> Command {
    Command::RejectEnvironment { label: label(name) }
}

pub(crate) fn reset(name: &str) -> Command {
    Command::ResetEnvironment { label: label(name), release: release() }
}

pub(crate) fn lend(name: &str, days: u32) -> Command {
    Command::LendDemo { label: label(name), days }
}

pub(crate) fn expire(name: &str) -> Command {
    Command::ExpireDemo { label: label(name) }
}

pub(crate) fn dump(name: &str) -> Command {
    let purpose = DumpPurpose::Iteration;
    Command::RegisterDump { digest: digest(name), purpose, files: 3, bytes: 4096 }
}

pub(crate) fn final_dump(name: &str) -> Command {
    Command::RegisterDump {
        digest: digest(name),
        purpose: DumpPurpose::Final,
        files: 3,
        bytes: 5120,
    }
}

pub(crate) fn record_spec(name: &str) -> Command {
    Command::RecordSpec { digest: digest(name), catalogue: release().catalogue }
}

pub(crate) fn start_iteration(dump: &str, spec: &str) -> Command {
    Command::StartIteration { dump: digest(dump), spec: digest(spec) }
}

pub(crate) fn complete_iteration(number: u32) -> Command {
    Command::CompleteIteration { number, package: migration(number), sections: sections() }
}

pub(crate) fn stop_iteration(number: u32) -> Command {
    let failure = BuildFailure::Errored { message: "the disk is full".to_owned() };
    Command::StopIteration { number, failure }
}

pub(crate) fn publish(number: u32) -> Command {
    Command::PublishIteration { number }
}

pub(crate) fn add_finding(number: u32) -> Command {
    Command::AddFinding { number, text: digest("finding") }
}

pub(crate) fn resolve_finding(number: u32, finding: u32) -> Command {
    Command::ResolveFinding { number, finding, text: digest("resolution") }
}

pub(crate) fn sign_iteration(number: u32) -> Command {
    Command::SignIteration { number }
}

pub(crate) fn withdraw(number: u32) -> Command {
    Command::WithdrawSignOff { number }
}

pub(crate) fn choose(target: Kind, name: &str) -> Command {
    Command::ChooseSource { target, label: label(name) }
}

pub(crate) fn extract(target: Kind, name: &str) -> Command {
    extract_as(target, name, configuration(name))
}

pub(crate) fn extract_as(target: Kind, name: &str, package: PackageFacts) -> Command {
    Command::RecordExtraction {
        target,
        label: label(name),
        package,
        left_out: vec![("site".to_owned(), "archived site".to_owned(), 1)],
    }
}

/// Freezes the plan of an IQ; its facts are named `NAME plan`.
pub(crate) fn freeze_plan(name: &str) -> Command {
    freeze(DocumentKind::Iq, environment(name), true, &format!("{name} plan"), 0)
}

/// Freezes the report of an IQ; its facts are named `NAME report`.
pub(crate) fn freeze_report(name: &str, failed_checks: u32) -> Command {
    freeze(DocumentKind::Iq, environment(name), false, &format!("{name} report"), failed_checks)
}

/// Freezes another document about an environment; its facts are named `NAME KIND`.
pub(crate) fn certify(kind: DocumentKind, name: &str) -> Command {
    freeze(kind, environment(name), false, &format!("{name} {}", kind.as_str()), 0)
}

pub(crate) fn report_iteration(number: u32) -> Command {
    let about = Subject::Iteration(number);
    freeze(DocumentKind::QcReport, about, false, &about.to_string(), 0)
}

pub(crate) fn certify_materials(operation: u32) -> Command {
    let about = Subject::Materials(operation);
    freeze(DocumentKind::MaterialsCertificate, about, false, &about.to_string(), 0)
}

fn environment(name: &str) -> Subject {
    Subject::Environment(label(name))
}

fn freeze(
    kind: DocumentKind,
    about: Subject,
    is_plan: bool,
    facts: &str,
    failed_checks: u32,
) -> Command {
    Command::FreezeDocument {
        kind,
        about,
        is_plan,
        facts: digest(facts),
        failed_checks,
        head: digest("head of the ledger"),
    }
}

pub(crate) fn sign(number: &str, meaning: Meaning, shown: &str) -> Command {
    Command::SignDocument { number: number.to_owned(), meaning, shown: digest(shown) }
}

pub(crate) fn reject(number: &str, shown: &str) -> Command {
    Command::RejectDocument { number: number.to_owned(), shown: digest(shown) }
}

pub(crate) fn validate(name: &str) -> Command {
    Command::CompleteValidation { label: label(name) }
}

pub(crate) fn hold(name: &str) -> Command {
    Command::HoldEnvironment { label: label(name) }
}

pub(crate) fn lift(name: &str) -> Command {
    Command::ReleaseEnvironment { label: label(name) }
}

pub(crate) fn close(name: &str) -> Command {
    Command::CloseEnvironment { label: label(name) }
}

pub(crate) fn destroy(name: &str) -> Command {
    Command::StartDestruction { label: label(name), early: false }
}

pub(crate) fn destroy_early(name: &str) -> Command {
    Command::StartDestruction { label: label(name), early: true }
}

pub(crate) fn destroyed(name: &str) -> Command {
    let at = Timestamp::from_seconds(1_790_000_000);
    Command::CompleteDestruction { label: label(name), at }
}

pub(crate) fn materials_destroyed(operation: u32) -> Command {
    Command::CompleteMaterialsDestruction { operation }
}

pub(crate) fn open_deviation(name: &str) -> Command {
    let description = "the machine was restarted during the build".to_owned();
    Command::OpenDeviation { label: label(name), description }
}

pub(crate) fn resolve_deviation(number: u32) -> Command {
    Command::ResolveDeviation {
        number,
        impact: "one site was missing".to_owned(),
        cause: "the package was read while it was written".to_owned(),
        fix: "the package was extracted again".to_owned(),
    }
}

pub(crate) fn approve_deviation(number: u32) -> Command {
    Command::ApproveDeviation { number, condition: None }
}

pub(crate) fn approve_deviation_under(number: u32, condition: &str) -> Command {
    Command::ApproveDeviation { number, condition: Some(condition.to_owned()) }
}

pub(crate) fn ask_change(name: &str, role: Role, table: &str) -> Command {
    Command::RequestChange {
        label: label(name),
        role,
        table: table.to_owned(),
        verb: "set".to_owned(),
        content: digest("what shall be written"),
    }
}

/// Asks for the import of a design whose OIDs are new, or for the push of one.
pub(crate) fn ask_design(name: &str, role: Role, change: DesignChange) -> Command {
    let content = digest("the design that shall be there");
    Command::RequestDesignChange { label: label(name), role, change, content }
}

/// The import of a version with OIDs that mean what they meant.
pub(crate) fn import() -> DesignChange {
    DesignChange::Import { oid: "MDV.2".to_owned(), taken_by: None, conflicts: 0, accepted: false }
}

pub(crate) fn approve_change(number: u32) -> Command {
    Command::ApproveChange { number }
}

pub(crate) fn reject_change(number: u32) -> Command {
    Command::RejectChange { number }
}

pub(crate) fn make_change(number: u32) -> Command {
    Command::CompleteChange { number }
}

/// Begins to take the configuration of one environment into another.
pub(crate) fn promote(from: &str, to: &str) -> Command {
    Command::StartPromotion {
        from: label(from),
        to: label(to),
        package: configuration(from),
        counts: PromotionCounts { added: 2, changed: 1, kept: 3 },
    }
}

pub(crate) fn promoted(to: &str) -> Command {
    Command::CompletePromotion { to: label(to) }
}
