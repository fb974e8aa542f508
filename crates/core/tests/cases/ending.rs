//! Cases of holds, closing and destruction.

use landfall_core::{environment::Kind, plan::Content, refusal};

use super::{Case, REASON, case};
use crate::support::{
    commands::{close, destroy, destroy_early, destroyed, hold, lift, request, start_build},
    facts::label,
    people::Who::{Engineer, Quality},
    road::Stage,
};

pub(super) fn ending() -> Vec<Case> {
    use refusal::{
        HELD, NEEDED, NOT_CLOSED, NOT_DUE, NOT_HELD, PROD_STAYS, REASON_MISSING, WRONG_STATE,
    };
    let holds = |name: &str| Quality.does(hold(name)).because(REASON);
    let lifts = |name: &str| Quality.does(lift(name)).because(REASON);
    let closes = |name: &str| Engineer.does(close(name)).because(REASON);
    let destroys = |name: &str| Engineer.does(destroy(name));
    let destroys_early = |name: &str| Quality.does(destroy_early(name)).because(REASON);
    let sandbox = |content: Content| Engineer.does(request(Kind::Sandbox, content));
    let cloned = || sandbox(Content::Clone { of: label("demo") });
    let at = Stage::SandboxInUse;
    vec![
        case(HELD, at, holds("sandbox"), "is held already").after([holds("sandbox")]),
        case(HELD, Stage::DueClosed, destroys("demo"), "under a hold").after([holds("demo")]),
        case(HELD, at, destroys_early("sandbox"), "under a hold")
            .after([holds("sandbox"), closes("sandbox")]),
        case(NOT_HELD, at, lifts("sandbox"), "is not held"),
        case(NOT_HELD, at, lifts("sandbox"), "is not held")
            .after([holds("sandbox"), lifts("sandbox")]),
        case(REASON_MISSING, at, Quality.does(hold("sandbox")), "a hold needs a reason"),
        case(REASON_MISSING, at, Quality.does(hold("sandbox")).because("   "), "a hold"),
        case(REASON_MISSING, at, Quality.does(lift("sandbox")), "lifting a hold")
            .after([holds("sandbox")]),
        case(REASON_MISSING, at, Engineer.does(close("sandbox")), "closing an environment"),
        case(REASON_MISSING, at, Quality.does(destroy_early("sandbox")), "before it is due")
            .after([closes("sandbox")]),
        case(NOT_DUE, at, destroys("sandbox"), "is not due for destruction")
            .after([closes("sandbox")]),
        case(PROD_STAYS, Stage::ProdBuilt, closes("prod"), "PROD of `acme` is never closed"),
        case(PROD_STAYS, Stage::Live, closes("prod"), "PROD of `acme` is never closed"),
        case(PROD_STAYS, Stage::Live, destroys("prod"), "is never closed or destroyed"),
        case(PROD_STAYS, Stage::Live, destroys_early("prod"), "is never closed or destroyed"),
        case(NOT_CLOSED, Stage::Live, destroys("sandbox"), "expected it closed, found it in-use"),
        case(NOT_CLOSED, Stage::DueClosed, destroys("sandbox"), "found it destroying")
            .after([destroys("sandbox")]),
        case(NEEDED, Stage::Contracted, destroys_early("demo"), "`sandbox` is being made")
            .after([closes("demo"), cloned()]),
        case(NEEDED, Stage::Contracted, destroys_early("demo"), "`sandbox` is being made").after([
            closes("demo"),
            cloned(),
            Engineer.does(start_build("sandbox")),
        ]),
        case(WRONG_STATE, Stage::Contracted, holds("sandbox"), "found it requested")
            .after([sandbox(Content::Empty)]),
        case(WRONG_STATE, Stage::ValBuilding, closes("val-2"), "found it building"),
        case(WRONG_STATE, Stage::DueClosed, holds("demo"), "found it destroying")
            .after([destroys("demo")]),
        case(WRONG_STATE, Stage::DueClosed, closes("demo"), "found it closed"),
        case(WRONG_STATE, Stage::DueClosed, Engineer.does(destroyed("demo")), "found it closed"),
    ]
}
