//! Cases of holds, closing and destruction.

use landfall_core::{
    customer::Command,
    environment::Kind,
    plan::{Content, Purpose},
    refusal,
};

use super::{Case, case};
use crate::support::{
    commands::{
        close, complete_iteration, destroy, destroy_early, destroyed, hold, lift,
        materials_destroyed, publish, request, request_as, start_build, start_iteration,
    },
    facts::{composition, label},
    people::{
        REASON,
        Who::{CustomerQuality, CustomerReviewer, Engineer, Quality},
    },
    road::{MATERIALS, Stage},
    side,
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
        case(PROD_STAYS, Stage::Live, closes("prod"), "is live and is never closed"),
        case(PROD_STAYS, Stage::Live, closes("prod"), "is live and is never closed")
            .after([holds("prod")]),
        case(PROD_STAYS, Stage::Live, destroys("prod"), "is never closed or destroyed"),
        case(PROD_STAYS, Stage::Live, destroys_early("prod"), "is never closed or destroyed"),
        // One that is not live is given up in two steps, with a reason each, and not under a hold.
        case(REASON_MISSING, Stage::ProdBuilt, Engineer.does(close("prod")), "closing"),
        case(NOT_CLOSED, Stage::ProdApproved, destroys_early("prod"), "found it built"),
        case(NOT_DUE, Stage::ProdApproved, destroys("prod"), "is not due").after([closes("prod")]),
        case(
            REASON_MISSING,
            Stage::ProdApproved,
            Quality.does(destroy_early("prod")),
            "before it is due",
        )
        .after([closes("prod")]),
        case(HELD, Stage::ProdApproved, destroys_early("prod"), "under a hold")
            .after([holds("prod"), closes("prod")]),
        case(WRONG_STATE, Stage::ProdBuilding, closes("prod"), "found it building"),
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

pub(super) fn materials() -> Vec<Case> {
    use refusal::{AUTHORITY, DUMP_UNKNOWN, HELD, NEEDED};
    let begins = || Engineer.does(Command::StartMaterialsDestruction);
    let ends = |operation: u32| Engineer.does(materials_destroyed(operation));
    let holds = |name: &str| Quality.does(hold(name)).because(REASON);
    let informal =
        Engineer.does(request_as(Kind::Val, Purpose::Informal, composition("sandbox", 1)));
    let again = || Engineer.does(start_iteration("dump", "spec"));
    let checked = || {
        [CustomerReviewer.does(Command::SignFinalQc), CustomerQuality.does(Command::SignFinalQc)]
    };
    let falls_due = Command::MarkMaterialsDue { rule: "prod-is-live".to_owned() };
    vec![
        case(refusal::MATERIALS, Stage::FindingOpen, begins(), "nothing of `acme` is due"),
        case(refusal::MATERIALS, Stage::MaterialsDestroyed, begins(), "nothing of `acme` is due"),
        case(refusal::MATERIALS, Stage::SignedOff, begins(), "nothing of `acme` is due")
            .along(side::materials_gone(5)),
        // One destruction after the other.
        case(refusal::MATERIALS, Stage::SignedOff, begins(), "nothing of `acme` is due")
            .after([begins()]),
        case(refusal::MATERIALS, Stage::SignedOff, ends(5), "operation 5 destroys no dumps"),
        case(refusal::MATERIALS, Stage::MaterialsDestroyed, ends(MATERIALS), "operation 14"),
        // A hold on any environment keeps them, wherever it stands.
        case(HELD, Stage::SignedOff, begins(), "`acme/demo` is under a hold")
            .after([holds("demo")]),
        case(HELD, Stage::Live, begins(), "keeps the customer's dumps and packages")
            .after([holds("prod")]),
        // What is still to be made of them keeps them too.
        case(NEEDED, Stage::IqProvided, begins(), "`acme/val-3` is still to be built")
            .after([informal])
            .after(checked()),
        case(NEEDED, Stage::IterationPublished, begins(), "iteration 2 is still running")
            .after([again()])
            .along(side::signed_off(1)),
        // What is destroyed is not used any more, also after the sign-off was withdrawn.
        case(DUMP_UNKNOWN, Stage::SignedOff, again(), "was destroyed")
            .along(side::materials_gone(5))
            .along(side::withdrawn(1)),
        case(refusal::MATERIALS, Stage::IterationPublished, Engineer.does(publish(2)), "destroyed")
            .after([again(), Engineer.does(complete_iteration(2))])
            .along(side::signed_off(1))
            .along(side::materials_gone(5))
            .along(side::withdrawn(1)),
        case(
            AUTHORITY,
            Stage::SignedOff,
            Quality.does(Command::StartMaterialsDestruction),
            "expected: vendor engineer",
        ),
        case(AUTHORITY, Stage::Validated, Quality.does(falls_due), "it is a consequence"),
    ]
}
