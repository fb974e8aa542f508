//! Cases of study designs: where they are imported and pushed, and that no OID changes its meaning unseen.

use landfall_core::{customer::decide::DesignChange, environment::Role, refusal};

use super::{Case, case};
use crate::support::{
    commands::{approve_change, ask_design, close, import, make_change, reject_change},
    people::{
        Move, REASON,
        Who::{self, CustomerReviewer, Engineer, OutsideReviewer, Quality, Sales},
    },
    road::Stage,
    side,
};

fn imports(name: &str) -> Move {
    Engineer.does(ask_design(name, Role::Main, import())).because(REASON)
}

fn pushes(name: &str) -> Move {
    Engineer.does(ask_design(name, Role::Test, DesignChange::Push)).because(REASON)
}

/// An import into PROD Main of a version that has an OID of another, or OIDs that mean something else.
fn conflicting(taken_by: Option<&str>, conflicts: u32, accepted: bool) -> Move {
    let taken_by = taken_by.map(str::to_owned);
    let change = DesignChange::Import { oid: "MDV.1".to_owned(), taken_by, conflicts, accepted };
    Engineer.does(ask_design("prod", Role::Main, change)).because(REASON)
}

pub(super) fn designs() -> Vec<Case> {
    use refusal::{
        AUTHORITY, CHANGE_STATE, DESIGN_OID, DESIGN_PLACE, OTHER_CUSTOMER, REASON_MISSING,
        UNKNOWN_ENVIRONMENT, WRONG_STATE,
    };
    let at = Stage::Live;
    let by = |who: Who| who.does(ask_design("prod", Role::Main, import())).because(REASON);
    let to = |role: Role, change: DesignChange| {
        Engineer.does(ask_design("prod", role, change)).because(REASON)
    };
    vec![
        // Where: into Main of Sandbox, prePROD and PROD, from Main to Test of Sandbox and PROD.
        case(DESIGN_PLACE, at, imports("val-2"), "`sandbox`, `preprod`, `prod`"),
        case(DESIGN_PLACE, Stage::DemoInUse, imports("demo"), "not imported into `acme/demo/main`"),
        case(DESIGN_PLACE, at, to(Role::Test, import()), "Test follows Main"),
        case(DESIGN_PLACE, at, to(Role::Main, DesignChange::Push), "from Main to Test"),
        case(DESIGN_PLACE, at, pushes("val-2"), "not pushed within `acme/val-2/test`"),
        case(DESIGN_PLACE, Stage::SandboxInUse, pushes("preprod"), "not pushed within")
            .along(side::preprod()),
        // What an OID means stays.
        case(DESIGN_OID, at, conflicting(Some("LF-101"), 0, false), "of study `LF-101`"),
        case(DESIGN_OID, at, conflicting(Some("LF-101"), 0, true), "is not overwritten"),
        case(DESIGN_OID, at, conflicting(None, 1, false), "1 OID of the file means something else"),
        case(DESIGN_OID, at, conflicting(None, 7, false), "7 OIDs of the file mean"),
        // How: without an approval it is done, not asked for.
        case(CHANGE_STATE, Stage::SandboxInUse, imports("sandbox"), "no approval"),
        case(CHANGE_STATE, Stage::SandboxInUse, pushes("sandbox"), "no approval"),
        case(CHANGE_STATE, Stage::SandboxInUse, imports("preprod"), "no approval")
            .along(side::preprod()),
        case(CHANGE_STATE, at, Quality.does(approve_change(1)), "was approved by Quinn Adair")
            .after([imports("prod"), Quality.does(approve_change(1))]),
        case(CHANGE_STATE, at, Engineer.does(make_change(1)), "is not one that waits")
            .after([pushes("prod"), Quality.does(reject_change(1)).because(REASON)]),
        case(
            REASON_MISSING,
            at,
            Engineer.does(ask_design("prod", Role::Main, import())),
            "a change of `acme/prod` needs a reason",
        ),
        case(
            REASON_MISSING,
            at,
            Engineer.does(ask_design("prod", Role::Test, DesignChange::Push)),
            "a change of `acme/prod` needs a reason",
        ),
        case(UNKNOWN_ENVIRONMENT, at, imports("preprod"), "no environment `preprod`"),
        case(WRONG_STATE, at, imports("sandbox"), "cannot be changed: it is not in use")
            .after([Engineer.does(close("sandbox"))]),
        // Who.
        case(AUTHORITY, at, by(Sales), "expected: vendor engineer, customer reviewer"),
        case(AUTHORITY, at, by(Quality), "expected: vendor engineer, customer reviewer"),
        case(OTHER_CUSTOMER, at, by(OutsideReviewer), "may not act for `acme`"),
        case(AUTHORITY, at, CustomerReviewer.does(approve_change(1)), "expected: vendor quality")
            .after([imports("prod")]),
    ]
}
