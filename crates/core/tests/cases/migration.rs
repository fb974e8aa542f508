//! Cases of the migration program and of the configuration's source.

use landfall_core::{customer::Command, environment::Kind, plan::Content, refusal};

use super::{Case, case};
use crate::support::{
    commands::{
        add_finding, choose, complete_iteration, dump, extract, final_dump, publish, record_spec,
        request, resolve_finding, sign_iteration, start_iteration, stop_iteration, withdraw,
    },
    facts::composition,
    people::{
        Move, REASON,
        Who::{self, CustomerQuality, CustomerReviewer, Engineer, Outsider},
    },
    road::{Stage, made},
    side,
};

pub(super) fn migrations() -> Vec<Case> {
    use refusal::{
        DUMP_FINAL, DUMP_UNKNOWN, FINAL_DIFFERS, FINDING_UNKNOWN, FINDINGS_OPEN, ITERATION_STATE,
        ITERATION_UNKNOWN, SIGNED_OFF_ALREADY, SIGNED_TWICE,
    };
    let run = || Engineer.does(start_iteration("dump", "spec"));
    let complete = |number: u32| Engineer.does(complete_iteration(number));
    let stops = |number: u32| Engineer.does(stop_iteration(number));
    let signs = |number: u32| CustomerReviewer.does(sign_iteration(number));
    let finds = |number: u32| CustomerReviewer.does(add_finding(number));
    let resolves = |finding: u32| Engineer.does(resolve_finding(1, finding));
    let published = |number: u32| Engineer.does(publish(number));
    let at = Stage::IterationPublished;
    vec![
        case(
            DUMP_FINAL,
            Stage::SignedOff,
            CustomerQuality.does(final_dump("x")),
            "after validation",
        ),
        case(DUMP_UNKNOWN, at, Engineer.does(start_iteration("other", "spec")), "not registered"),
        case(DUMP_UNKNOWN, at, Engineer.does(start_iteration("dump", "other")), "not registered"),
        case(ITERATION_UNKNOWN, at, published(9), "has no iteration 9"),
        case(ITERATION_UNKNOWN, at, Engineer.does(resolve_finding(9, 1)), "has no iteration 9"),
        case(ITERATION_STATE, at, run(), "iteration 2 is still running").after([run()]),
        case(ITERATION_STATE, at, published(1), "expected it run, found it published"),
        case(ITERATION_STATE, at, complete(1), "expected it running, found it published"),
        case(ITERATION_STATE, at, published(2), "found it running").after([run()]),
        case(ITERATION_STATE, at, stops(1), "expected it running, found it published"),
        case(ITERATION_STATE, at, complete(2), "found it stopped").after([run(), stops(2)]),
        case(ITERATION_STATE, at, signs(2), "found it run").after([run(), complete(2)]),
        case(ITERATION_STATE, at, finds(2), "found it run").after([run(), complete(2)]),
        case(ITERATION_STATE, at, signs(1), "not the latest published").after([
            run(),
            complete(2),
            published(2),
        ]),
        case(ITERATION_STATE, Stage::SignedOff, signs(1), "found it signed off"),
        case(ITERATION_STATE, Stage::FinalRunDone, published(2), "it is not published"),
        case(FINDING_UNKNOWN, Stage::FindingOpen, resolves(2), "no open finding 2"),
        case(FINDING_UNKNOWN, Stage::FindingOpen, resolves(1), "no open finding 1")
            .after([resolves(1)]),
        case(FINDINGS_OPEN, Stage::FindingOpen, signs(1), "finding 1 is open"),
        case(FINDINGS_OPEN, at, CustomerQuality.does(sign_iteration(1)), "finding 1 is open")
            .after([signs(1), finds(1)]),
        case(SIGNED_TWICE, at, signs(1), "already as customer-review").after([signs(1)]),
        case(
            SIGNED_TWICE,
            at,
            Who::SecondCustomerReviewer.does(sign_iteration(1)),
            "`rosa-blum` signed this record already",
        )
        .after([signs(1)]),
        case(
            FINAL_DIFFERS,
            Stage::ProdExtracted,
            Engineer.does(start_iteration("final dump", "draft spec")),
            "of signed iteration 1",
        ),
        case(SIGNED_OFF_ALREADY, Stage::SignedOff, run(), "another iteration"),
        case(SIGNED_OFF_ALREADY, Stage::SignedOff, Engineer.does(record_spec("x")), "another spec"),
        case(SIGNED_OFF_ALREADY, Stage::SignedOff, Engineer.does(dump("x")), "another dump"),
        case(SIGNED_OFF_ALREADY, Stage::Live, Engineer.does(dump("x")), "PROD is live"),
    ]
}

pub(super) fn no_migration() -> Vec<Case> {
    use refusal::{NO_MIGRATION, NOT_YET, OTHER_CUSTOMER, REASON_MISSING, SIGNED_OFF_ALREADY};
    let at = Stage::Contracted;
    let dumps = || CustomerReviewer.does(dump("dump"));
    vec![
        // Who declared that there is none has none; who provided a dump has one.
        case(NO_MIGRATION, at, dumps(), "has no source database").after([side::declared()]),
        case(NO_MIGRATION, at, Engineer.does(record_spec("spec")), "has no source database")
            .after([side::declared()]),
        case(NO_MIGRATION, at, side::declared(), "Claire Moreau declared on 2026-03-02")
            .after([side::declared()]),
        case(NO_MIGRATION, at, side::declared(), "has provided a source dump").after([dumps()]),
        case(NO_MIGRATION, Stage::Validated, side::declared(), "has provided a source dump"),
        case(NOT_YET, Stage::DemoLent, side::declared(), "after the contract"),
        case(SIGNED_OFF_ALREADY, Stage::Live, side::declared(), "PROD is live"),
        case(
            REASON_MISSING,
            at,
            CustomerQuality.does(Command::DeclareNoMigration),
            "the declaration that there is no source database",
        ),
        case(
            OTHER_CUSTOMER,
            at,
            Outsider.does(Command::DeclareNoMigration).because(REASON),
            "belongs to customer `globex`",
        ),
    ]
}

pub(super) fn withdrawals() -> Vec<Case> {
    use refusal::{
        DUMP_FINAL, ITERATION_STATE, ITERATION_UNKNOWN, REASON_MISSING, SIGNED_TWICE, WITHDRAWAL,
    };
    let by = |who: Who| who.does(withdraw(1)).because(REASON);
    let reviewer = || by(CustomerReviewer);
    let quality = || by(CustomerQuality);
    let at = Stage::SignedOff;
    vec![
        case(WITHDRAWAL, Stage::ProdRequested, reviewer(), "was requested from this sign-off"),
        case(WITHDRAWAL, Stage::QcReviewed, quality(), "was requested from this sign-off"),
        case(WITHDRAWAL, Stage::FinalRunDone, quality(), "was requested from this sign-off")
            .after([reviewer()])
            .along(side::prod(composition("val-2", 2), "ACME-IQ-002")),
        case(WITHDRAWAL, Stage::Live, reviewer(), "the sign-off stands"),
        case(REASON_MISSING, at, CustomerQuality.does(withdraw(1)), "the withdrawal of a sign-off"),
        case(ITERATION_UNKNOWN, at, CustomerQuality.does(withdraw(9)), "has no iteration 9"),
        case(ITERATION_STATE, Stage::FindingOpen, quality(), "expected it signed off"),
        case(ITERATION_STATE, at, quality(), "found it published").along(side::withdrawn(1)),
        case(ITERATION_STATE, Stage::FinalRunDone, by_number(2), "found it run"),
        case(ITERATION_STATE, Stage::ProdExtracted, quality(), "iteration 2 is still running")
            .after([Engineer.does(start_iteration("final dump", "spec"))]),
        case(SIGNED_TWICE, at, reviewer(), "already as withdrawal-review").after([reviewer()]),
        case(SIGNED_TWICE, at, by(Who::SecondCustomerReviewer), "`rosa-blum` signed this record")
            .after([reviewer()]),
        // The second time both sign again.
        case(SIGNED_TWICE, at, quality(), "already as withdrawal-approval")
            .along(side::withdrawn(1))
            .along(side::signed_off(1))
            .after([quality()]),
        // What was withdrawn is reviewed like any other: with its findings, and the latest only.
        case(refusal::FINDINGS_OPEN, at, CustomerQuality.does(sign_iteration(1)), "finding 2")
            .along(side::withdrawn(1))
            .after([CustomerReviewer.does(add_finding(1))]),
        case(ITERATION_STATE, at, CustomerQuality.does(sign_iteration(1)), "not the latest")
            .along(side::withdrawn(1))
            .along(side::published_anew(2, "second dump")),
        case(DUMP_FINAL, Stage::Validated, CustomerReviewer.does(final_dump("x")), "it is not")
            .along(side::withdrawn(1)),
    ]
}

fn by_number(number: u32) -> Move {
    CustomerQuality.does(withdraw(number)).because(REASON)
}

pub(super) fn configuration_sources() -> Vec<Case> {
    use refusal::{SOURCE_KIND, SOURCE_NOT_AGREED, WRONG_STATE};
    let chooses = |target: Kind, name: &str| CustomerQuality.does(choose(target, name));
    let extracts = |target: Kind, name: &str| Engineer.does(extract(target, name));
    vec![
        case(SOURCE_KIND, Stage::SignedOff, chooses(Kind::Val, "demo"), "cannot come from `demo`"),
        case(SOURCE_KIND, Stage::SignedOff, chooses(Kind::Sandbox, "demo"), "of Sandbox"),
        case(SOURCE_KIND, Stage::Validated, chooses(Kind::Prod, "sandbox"), "of PROD"),
        case(
            SOURCE_KIND,
            Stage::Validated,
            chooses(Kind::Prod, "val-1"),
            "is not the VAL in which",
        ),
        case(
            SOURCE_KIND,
            Stage::ValAccepted,
            chooses(Kind::Prod, "val-2"),
            "is not the VAL in which",
        ),
        case(WRONG_STATE, Stage::Contracted, chooses(Kind::Val, "sandbox"), "be chosen")
            .after([Engineer.does(request(Kind::Sandbox, Content::Empty))]),
        case(
            SOURCE_NOT_AGREED,
            Stage::SignedOff,
            extracts(Kind::Val, "sandbox"),
            "expected an agreement first",
        ),
        case(
            SOURCE_NOT_AGREED,
            Stage::SourceChosen,
            extracts(Kind::Val, "preprod"),
            "expected `sandbox`, found `preprod`",
        ),
        // An agreement is on an environment, not on its name.
        case(
            SOURCE_NOT_AGREED,
            Stage::Extracted,
            extracts(Kind::Val, "sandbox"),
            "expected an agreement first",
        )
        .along(side::given_up("sandbox"))
        .along(made(request(Kind::Sandbox, Content::Empty), "sandbox")),
        // An agreement on PROD's source ends with the sign-off that it followed.
        case(
            SOURCE_NOT_AGREED,
            Stage::FinalRunDone,
            extracts(Kind::Prod, "val-2"),
            "expected an agreement first",
        )
        .along(side::withdrawn(1)),
        case(
            SOURCE_KIND,
            Stage::FinalRunDone,
            chooses(Kind::Prod, "val-2"),
            "is not the VAL in which",
        )
        .along(side::validated_anew()),
        // The agreement for VAL is none for PROD.
        case(
            SOURCE_NOT_AGREED,
            Stage::FinalDumpReceived,
            extracts(Kind::Prod, "sandbox"),
            "expected an agreement first",
        ),
    ]
}
