//! Cases of changes that need an approval.

use landfall_core::{environment::Role, refusal};

use super::{Case, case};
use crate::support::{
    commands::{approve_change, ask_change, close, make_change, reject_change},
    people::{
        Move, REASON,
        Who::{self, CustomerReviewer, Engineer, OutsideReviewer, Quality, Sales},
    },
    road::Stage,
    side,
};

/// A change of a table of PROD Main, asked for with a reason.
fn asked() -> Move {
    asks("prod", Role::Main, "site")
}

fn asks(name: &str, role: Role, table: &str) -> Move {
    Engineer.does(ask_change(name, role, table)).because(REASON)
}

pub(super) fn changes() -> Vec<Case> {
    use refusal::{
        AUTHORITY, CHANGE_STATE, CHANGE_UNKNOWN, OTHER_CUSTOMER, READ_ONLY_IN_TEST, REASON_MISSING,
        UNKNOWN_ENVIRONMENT, WRONG_STATE,
    };
    let approves = |number: u32| Quality.does(approve_change(number));
    let rejects = |number: u32| Quality.does(reject_change(number)).because(REASON);
    let makes = |number: u32| Engineer.does(make_change(number));
    let by = |who: Who| who.does(ask_change("prod", Role::Main, "site")).because(REASON);
    let at = Stage::Live;
    vec![
        case(CHANGE_UNKNOWN, at, approves(1), "has no change 1"),
        case(CHANGE_UNKNOWN, at, rejects(2), "has no change 2").after([asked()]),
        case(CHANGE_UNKNOWN, at, makes(2), "has no change 2").after([asked()]),
        // What needs no approval is changed, not asked for.
        case(CHANGE_STATE, Stage::SandboxInUse, asks("sandbox", Role::Main, "site"), "no approval"),
        case(
            CHANGE_STATE,
            Stage::InformalValInUse,
            asks("val-1", Role::Main, "site"),
            "`acme/val-1`",
        ),
        case(CHANGE_STATE, Stage::SandboxInUse, asks("preprod", Role::Main, "site"), "no approval")
            .along(side::preprod()),
        // Decided once, then made once.
        case(CHANGE_STATE, at, makes(1), "ACME-ECR-001 is not one that waits").after([asked()]),
        case(CHANGE_STATE, at, approves(1), "was approved by Quinn Adair")
            .after([asked(), approves(1)]),
        case(CHANGE_STATE, at, rejects(1), "was approved by Quinn Adair").after([
            asked(),
            approves(1),
            makes(1),
        ]),
        // What was approved and cannot be made is rejected, with a reason, and is not made any more.
        case(CHANGE_STATE, at, makes(1), "is not one that waits").after([
            asked(),
            approves(1),
            rejects(1),
        ]),
        case(REASON_MISSING, at, Quality.does(reject_change(1)), "rejecting a change")
            .after([asked(), approves(1)]),
        case(WRONG_STATE, at, makes(1), "expected it in use, found it closed").after([
            asks("val-2", Role::Main, "site"),
            approves(1),
            Engineer.does(close("val-2")),
        ]),
        case(CHANGE_STATE, at, approves(1), "was rejected by Quinn Adair")
            .after([asked(), rejects(1)]),
        case(CHANGE_STATE, at, makes(1), "is not one that waits").after([asked(), rejects(1)]),
        case(CHANGE_STATE, at, makes(1), "is not one that waits").after([
            asked(),
            approves(1),
            makes(1),
        ]),
        // Main governs roles and sites of Test.
        case(READ_ONLY_IN_TEST, at, asks("prod", Role::Test, "role"), "Main governs it"),
        case(READ_ONLY_IN_TEST, at, asks("prod", Role::Test, "role_action"), "`role_action`"),
        case(READ_ONLY_IN_TEST, at, asks("prod", Role::Test, "site"), "`site`"),
        case(READ_ONLY_IN_TEST, at, asks("val-2", Role::Test, "site"), "`acme/val-2/test`"),
        case(READ_ONLY_IN_TEST, at, asks("sandbox", Role::Test, "role"), "`acme/sandbox/test`"),
        case(
            REASON_MISSING,
            at,
            Engineer.does(ask_change("prod", Role::Main, "site")),
            "a change of `acme/prod` needs a reason",
        ),
        case(REASON_MISSING, at, Quality.does(reject_change(1)), "rejecting a change")
            .after([asked()]),
        case(UNKNOWN_ENVIRONMENT, at, asks("val-9", Role::Main, "site"), "`val-9`"),
        case(WRONG_STATE, Stage::ProdApproved, asked(), "it is not in use"),
        case(WRONG_STATE, Stage::DueClosed, asks("val-2", Role::Main, "site"), "it is not in use"),
        case(WRONG_STATE, at, approves(1), "expected it in use, found it closed")
            .after([asks("val-2", Role::Main, "site"), Engineer.does(close("val-2"))]),
        case(AUTHORITY, at, by(Sales), "expected: vendor engineer, customer reviewer"),
        case(AUTHORITY, at, by(Quality), "expected: vendor engineer, customer reviewer"),
        case(AUTHORITY, at, CustomerReviewer.does(approve_change(1)), "expected: vendor quality")
            .after([asked()]),
        case(OTHER_CUSTOMER, at, by(OutsideReviewer), "belongs to customer `globex`"),
    ]
}
