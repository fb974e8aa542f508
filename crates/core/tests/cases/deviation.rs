//! Cases of deviations: what went wrong in making a qualified environment.

use landfall_core::{customer::Command, refusal, signature::Meaning};

use super::{Case, case};
use crate::support::{
    commands::{
        approve_deviation, approve_deviation_under, complete_build, fail_build, freeze_report,
        open_deviation, resolve_deviation, sign, start_build,
    },
    facts::label,
    people::Who::{CustomerReviewer, Engineer, Outsider, Quality, SecondQuality},
    road::{Stage, VAL_IQ},
    side,
};

pub(super) fn deviations() -> Vec<Case> {
    use refusal::{
        DEVIATION_OPEN, DEVIATION_STATE, DEVIATION_UNKNOWN, DOCUMENT_UNKNOWN, NOT_INDEPENDENT,
        OTHER_CUSTOMER,
    };
    let opens = |name: &str| Engineer.does(open_deviation(name));
    let opens_saying = |text: &str| {
        let description = text.to_owned();
        Engineer.does(Command::OpenDeviation { label: label("val-2"), description })
    };
    let resolves = |number: u32| Engineer.does(resolve_deviation(number));
    let states = |impact: &str, cause: &str, fix: &str| {
        Engineer.does(Command::ResolveDeviation {
            number: 1,
            impact: impact.to_owned(),
            cause: cause.to_owned(),
            fix: fix.to_owned(),
        })
    };
    let approves = |number: u32| Quality.does(approve_deviation(number));
    let fails = || Engineer.does(fail_build("val-2"));
    let builds = || Engineer.does(start_build("val-2"));
    let completes = || Engineer.does(complete_build("val-2"));
    let reports = || Engineer.does(freeze_report("val-2", 0));
    let at = Stage::ValBuilding;
    vec![
        case(DEVIATION_UNKNOWN, at, resolves(1), "has no deviation 1"),
        case(DEVIATION_UNKNOWN, at, approves(2), "has no deviation 2").after([fails()]),
        // A deviation belongs to a qualification that is going on.
        case(DEVIATION_STATE, Stage::SandboxInUse, opens("sandbox"), "is being qualified"),
        case(DEVIATION_STATE, Stage::InformalValInUse, opens("val-1"), "is being qualified"),
        case(DEVIATION_STATE, Stage::ValReported, opens("val-2"), "`acme/val-2` is not"),
        case(DEVIATION_STATE, Stage::ValAccepted, opens("val-2"), "`acme/val-2` is not"),
        case(DEVIATION_STATE, Stage::Live, opens("prod"), "`acme/prod` is not"),
        // It says something, and so do impact, cause, fix and condition.
        case(DEVIATION_STATE, at, opens_saying(" a "), "a deviation is a sentence"),
        case(DEVIATION_STATE, at, opens_saying("one\ntwo"), "a sentence of one line"),
        case(DEVIATION_STATE, at, states("", "a cause", "a fix"), "the impact").after([fails()]),
        case(DEVIATION_STATE, at, states("none", "  ", "a fix"), "the cause").after([fails()]),
        case(DEVIATION_STATE, at, states("none", "a cause", "-"), "the fix").after([fails()]),
        case(
            DEVIATION_STATE,
            Stage::ValBuilt,
            Quality.does(approve_deviation_under(1, "?")),
            "a condition is a sentence",
        )
        .after([opens("val-2"), resolves(1)]),
        // Resolved, tested again, closed: in this order, and closed once.
        case(DEVIATION_STATE, at, approves(1), "no impact, cause and fix").after([fails()]),
        case(DEVIATION_STATE, at, approves(1), "is not tested again").after([fails(), resolves(1)]),
        case(DEVIATION_STATE, at, approves(1), "is not tested again").after([
            fails(),
            resolves(1),
            builds(),
            fails(),
        ]),
        case(DEVIATION_STATE, at, approves(1), "was closed by Quinn Adair")
            .along(side::failed_and_mended()),
        case(DEVIATION_STATE, at, resolves(1), "ACME-DEV-001 is closed")
            .along(side::failed_and_mended()),
        // What passed again passed with what was stated then.
        case(DEVIATION_STATE, at, resolves(1), "was tested again by operation 7").after([
            fails(),
            resolves(1),
            builds(),
            completes(),
        ]),
        // It stands in the way of the next build and of the report.
        case(DEVIATION_OPEN, at, builds(), "cannot be built: deviation ACME-DEV-001")
            .after([fails()]),
        case(DEVIATION_OPEN, at, builds(), "cannot be built: deviation ACME-DEV-002").after([
            fails(),
            resolves(1),
            builds(),
            fails(),
        ]),
        case(DEVIATION_OPEN, Stage::ValPlanSigned, builds(), "cannot be built")
            .after([opens("val-2")]),
        case(DEVIATION_OPEN, at, reports(), "cannot be reported").after([
            fails(),
            resolves(1),
            builds(),
            completes(),
        ]),
        case(DEVIATION_OPEN, Stage::ValBuilt, reports(), "ACME-DEV-001 is open")
            .after([opens("val-2")]),
        case(DEVIATION_OPEN, Stage::ProdBuilt, Engineer.does(freeze_report("prod", 0)), "is open")
            .after([opens("prod"), resolves(1)]),
        // Who opened it does not close it.
        case(NOT_INDEPENDENT, Stage::ValBuilt, approves(1), "opened or resolved deviation")
            .after([Quality.does(open_deviation("val-2")), resolves(1)]),
        // A deviation is no document, and its closure no signature of one.
        case(
            DOCUMENT_UNKNOWN,
            at,
            SecondQuality.does(sign("ACME-DEV-001", Meaning::DeviationApproval, "val-2 report")),
            "`ACME-DEV-001`",
        )
        .after([fails()]),
        case(
            refusal::SIGNATURE_NOT_ASKED,
            Stage::ValReported,
            SecondQuality.does(sign(VAL_IQ, Meaning::DeviationApproval, "val-2 report")),
            "not signed as deviation-approval",
        ),
        case(
            OTHER_CUSTOMER,
            Stage::ValBuilt,
            Outsider.does(open_deviation("val-2")),
            "belongs to customer `globex`",
        ),
        case(
            refusal::AUTHORITY,
            at,
            CustomerReviewer.does(resolve_deviation(1)),
            "expected: vendor engineer",
        )
        .after([fails()]),
    ]
}
