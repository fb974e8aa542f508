//! Cases of requesting, building, accepting and lending environments.

use landfall_core::{
    customer::Command,
    environment::Kind,
    plan::{Content, Purpose, ReleaseFacts},
    refusal,
};

use super::{Case, case};
use crate::support::{
    commands::{
        accept, choose, close, complete_build, dump, expire, extract, extract_as, final_dump, lend,
        reject_val, request, request_as, request_migration, sign_contract, start_build,
        start_iteration, stop_build, validate,
    },
    facts::{
        composition, configuration_alone, customer_id, digest, instances, label, migration, release,
    },
    people::{
        REASON,
        Who::{CustomerQuality, CustomerReviewer, Engineer, Sales, SecondEngineer},
    },
    road::{Stage, made},
    side,
};

pub(super) fn opening() -> Vec<Case> {
    use refusal::{ALREADY_THERE, FORMALITY, NOT_YET};
    let sandbox = || Engineer.does(request(Kind::Sandbox, Content::Empty));
    let formal = || request_as(Kind::Val, Purpose::Formal, composition("sandbox", 1));
    let informal = || request_as(Kind::Val, Purpose::Informal, composition("sandbox", 1));
    let prod = || Engineer.does(request(Kind::Prod, composition("val-2", 2)));
    let choice = || CustomerQuality.does(choose(Kind::Val, "sandbox"));
    let bare_val = request(Kind::Val, composition("sandbox", 1));
    vec![
        case(NOT_YET, Stage::Prospect, sandbox(), "`contract-is-signed`"),
        case(NOT_YET, Stage::Prospect, CustomerReviewer.does(dump("dump")), "after the contract"),
        case(
            NOT_YET,
            Stage::Contracted,
            Engineer.does(request_migration(1)),
            "`iteration-is-published`",
        ),
        case(NOT_YET, Stage::SandboxInUse, Engineer.does(informal()), "no iteration")
            .after([choice()]),
        case(NOT_YET, Stage::IterationPublished, Engineer.does(formal()), "is not signed off")
            .after([choice()]),
        // A withdrawn sign-off takes with it what was built on it: a formal VAL, PROD, the final dump.
        case(NOT_YET, Stage::ValAccepted, Engineer.does(formal()), "is not signed off")
            .along(side::withdrawn(1)),
        case(NOT_YET, Stage::FinalRunDone, prod(), "`validation-is-completed`")
            .along(side::withdrawn(1)),
        case(NOT_YET, Stage::FinalRunDone, prod(), "`final-dump-is-received`")
            .along(side::validated_anew()),
        case(NOT_YET, Stage::FinalRunDone, prod(), "`final-migration-is-run`")
            .along(side::validated_anew())
            .after([CustomerReviewer.does(final_dump("second final dump"))]),
        // An agreement on an environment ends with it; the next one of its name is another.
        case(NOT_YET, Stage::Extracted, Engineer.does(formal()), "`source-is-chosen`")
            .along(side::given_up("sandbox"))
            .along(made(request(Kind::Sandbox, Content::Empty), "sandbox")),
        // What the next final dump replaces is not run yet.
        case(NOT_YET, Stage::FinalRunDone, prod(), "`final-migration-is-run`")
            .after([CustomerReviewer.does(final_dump("second final dump"))]),
        case(NOT_YET, Stage::Validated, prod(), "`final-dump-is-received`"),
        case(NOT_YET, Stage::ProdExtracted, prod(), "`final-migration-is-run`"),
        case(NOT_YET, Stage::ProdExtracted, prod(), "`final-migration-is-run`")
            .after([Engineer.does(start_iteration("final dump", "spec"))]),
        case(ALREADY_THERE, Stage::SandboxInUse, sandbox(), "has `sandbox` already (in-use)"),
        case(ALREADY_THERE, Stage::ProdRequested, prod(), "has `prod` already (requested)"),
        case(FORMALITY, Stage::Extracted, Engineer.does(bare_val), "says neither"),
        case(
            FORMALITY,
            Stage::Contracted,
            Engineer.does(request_as(Kind::Sandbox, Purpose::Formal, Content::Empty)),
            "only VAL",
        ),
    ]
}

pub(super) fn content() -> Vec<Case> {
    use refusal::{CONTENT, PACKAGES, UNKNOWN_ENVIRONMENT};
    let clone_of = |name: &str| {
        let content = Content::Clone { of: label(name) };
        Engineer.does(request(Kind::Sandbox, content))
    };
    let iteration = |number: u32, of: u32| {
        let content = Content::Iteration { number, migration: migration(of) };
        Engineer.does(request(Kind::Migration, content))
    };
    let formal = |content: Content| Engineer.does(request_as(Kind::Val, Purpose::Formal, content));
    let of_another_catalogue = |kind: Kind, purpose: Option<Purpose>, content: Content| {
        let release = ReleaseFacts { catalogue: digest("another catalogue"), ..release() };
        Engineer.does(Command::RequestEnvironment { kind, purpose, content, release })
    };
    let swapped =
        Content::Composition { configuration: migration(1), migration: Some(migration(1)) };
    let vendor_demo = |kind: Kind, owner: &str, name: &str| {
        let owner = owner.parse().unwrap_or_else(|_| customer_id());
        Engineer.does(request(kind, Content::VendorDemo { owner, of: label(name) }))
    };
    vec![
        case(
            CONTENT,
            Stage::Prospect,
            vendor_demo(Kind::Demo, "globex", "demo"),
            "expected a Demo of the vendor, found `globex/demo`",
        ),
        case(
            CONTENT,
            Stage::Prospect,
            vendor_demo(Kind::Demo, "vendor", "community-dev"),
            "expected a Demo of the vendor",
        ),
        case(
            CONTENT,
            Stage::Contracted,
            vendor_demo(Kind::Sandbox, "vendor", "demo"),
            "the policy does not allow it for Sandbox",
        ),
        case(CONTENT, Stage::Prospect, clone_of("demo"), "expected the Demo with its content")
            .after([
                Engineer.does(request(Kind::Demo, Content::DemoSet)),
                Sales.does(sign_contract()),
            ]),
        case(CONTENT, Stage::IterationPublished, iteration(2, 1), "the latest published"),
        case(CONTENT, Stage::IterationPublished, iteration(1, 2), "the latest published"),
        case(
            CONTENT,
            Stage::Extracted,
            formal(Content::Clone { of: label("sandbox") }),
            "the policy does not allow it for VAL",
        ),
        case(UNKNOWN_ENVIRONMENT, Stage::Prospect, clone_of("demo"), "has no environment `demo`")
            .after([Sales.does(sign_contract())]),
        case(
            UNKNOWN_ENVIRONMENT,
            Stage::Live,
            Engineer.does(start_build("val-9")),
            "has no environment `val-9`",
        ),
        case(PACKAGES, Stage::Extracted, formal(composition("preprod", 1)), "are others"),
        case(PACKAGES, Stage::Extracted, formal(composition("sandbox", 2)), "are others"),
        // A customer without a source database has configuration alone, and no output of anything.
        case(PACKAGES, Stage::SandboxInUse, formal(composition("sandbox", 1)), "are others").after(
            [
                side::declared(),
                CustomerQuality.does(choose(Kind::Val, "sandbox")),
                Engineer.does(extract(Kind::Val, "sandbox")),
            ],
        ),
        case(PACKAGES, Stage::SandboxInUse, formal(configuration_alone("preprod")), "are others")
            .after([
                side::declared(),
                CustomerQuality.does(choose(Kind::Val, "sandbox")),
                Engineer.does(extract(Kind::Val, "sandbox")),
            ]),
        // After a withdrawal the old output is not the one that is signed off.
        case(PACKAGES, Stage::FinalRunDone, formal(composition("sandbox", 1)), "are others")
            .along(side::validated_anew()),
        case(PACKAGES, Stage::Extracted, formal(swapped), "are others"),
        case(PACKAGES, Stage::SourceChosen, formal(composition("sandbox", 1)), "are others"),
        // A release with another catalogue than the migration was made for cannot take its output.
        case(
            PACKAGES,
            Stage::IterationPublished,
            of_another_catalogue(
                Kind::Migration,
                None,
                Content::Iteration { number: 1, migration: migration(1) },
            ),
            "iteration 1 was made for catalogue",
        ),
        case(
            PACKAGES,
            Stage::Extracted,
            of_another_catalogue(Kind::Val, Some(Purpose::Formal), composition("sandbox", 1)),
            "iteration 1 was made for catalogue",
        ),
        case(
            PACKAGES,
            Stage::FinalRunDone,
            of_another_catalogue(Kind::Prod, None, composition("val-2", 2)),
            "iteration 2 was made for catalogue",
        ),
        // What was extracted before another agreement on PROD's source is not used any more.
        case(
            PACKAGES,
            Stage::FinalRunDone,
            Engineer.does(request(Kind::Prod, composition("val-2", 2))),
            "are others",
        )
        .after([CustomerQuality.does(choose(Kind::Prod, "val-2")).because(REASON)]),
        // PROD gets the output of the final run, not the one that was reviewed.
        case(
            PACKAGES,
            Stage::FinalRunDone,
            Engineer.does(request(Kind::Prod, composition("val-2", 1))),
            "are others",
        ),
        case(
            PACKAGES,
            Stage::SourceChosen,
            Engineer.does(extract_as(Kind::Val, "sandbox", migration(1))),
            "expected a configuration package",
        ),
    ]
}

pub(super) fn building() -> Vec<Case> {
    use refusal::{INSTANCES, WRONG_STATE};
    let sandbox = || Engineer.does(request(Kind::Sandbox, Content::Empty));
    let built_with = |roles: &[usize]| {
        let both = instances(label("sandbox"));
        let instances = roles.iter().map(|index| both[*index].clone()).collect();
        Engineer.does(Command::CompleteBuild { label: label("sandbox"), instances })
    };
    vec![
        case(WRONG_STATE, Stage::DemoInUse, Engineer.does(start_build("demo")), "found it in-use"),
        // Who continues a build carries it out as well.
        case(
            refusal::NOT_INDEPENDENT,
            Stage::ValBuilding,
            SecondEngineer.does(start_build("val-2")),
            "reviewed the plan",
        ),
        // A formal VAL is built and accepted with the output that is signed off now.
        case(
            refusal::OUTPUT_CHANGED,
            Stage::ValPlanSigned,
            Engineer.does(start_build("val-2")),
            "is not planned with",
        )
        .along(side::withdrawn(1)),
        case(
            refusal::OUTPUT_CHANGED,
            Stage::ValApproved,
            CustomerQuality.does(accept("val-2")),
            "was not built from",
        )
        .along(side::withdrawn(1)),
        case(WRONG_STATE, Stage::DemoInUse, Engineer.does(complete_build("demo")), "be completed"),
        case(WRONG_STATE, Stage::Contracted, Engineer.does(stop_build("sandbox")), "requested")
            .after([sandbox()]),
        case(INSTANCES, Stage::Contracted, built_with(&[0]), "other instances than its plan")
            .after([sandbox(), Engineer.does(start_build("sandbox"))]),
        case(INSTANCES, Stage::Contracted, built_with(&[1, 0]), "other instances than its plan")
            .after([sandbox(), Engineer.does(start_build("sandbox"))]),
        case(
            WRONG_STATE,
            Stage::SandboxInUse,
            CustomerQuality.does(accept("sandbox")),
            "is not accepted by itself",
        ),
        case(WRONG_STATE, Stage::ValPlanned, CustomerQuality.does(accept("val-2")), "requested"),
        case(WRONG_STATE, Stage::ValAccepted, CustomerQuality.does(accept("val-2")), "in-use"),
        case(WRONG_STATE, Stage::InformalValInUse, CustomerQuality.does(accept("val-1")), "in-use")
            .after([CustomerQuality.does(accept("val-1"))]),
    ]
}

pub(super) fn accepting() -> Vec<Case> {
    use refusal::{OUTPUT_CHANGED, REASON_MISSING, REJECTED, WRONG_STATE};
    let rejects = |name: &str| CustomerQuality.does(reject_val(name)).because(REASON);
    let accepts = |name: &str| CustomerQuality.does(accept(name));
    let validates = |name: &str| CustomerQuality.does(validate(name));
    vec![
        // What was rejected is neither accepted nor validated, nor rejected again.
        case(REJECTED, Stage::ValApproved, accepts("val-2"), "was rejected by Claire Moreau")
            .after([rejects("val-2")]),
        case(REJECTED, Stage::InformalValInUse, accepts("val-1"), "was rejected by Claire Moreau")
            .after([rejects("val-1")]),
        case(REJECTED, Stage::ValAccepted, validates("val-2"), "was rejected by Claire Moreau")
            .after([rejects("val-2")]),
        case(REJECTED, Stage::ValAccepted, rejects("val-2"), "was rejected by Claire Moreau")
            .after([rejects("val-2")]),
        case(WRONG_STATE, Stage::SandboxInUse, rejects("sandbox"), "it is not a VAL"),
        case(WRONG_STATE, Stage::ProdApproved, rejects("prod"), "it is not a VAL"),
        case(WRONG_STATE, Stage::Validated, rejects("val-2"), "validation is completed in it"),
        case(WRONG_STATE, Stage::ValPlanned, rejects("val-2"), "expected it built or in use"),
        case(WRONG_STATE, Stage::ValAccepted, rejects("val-2"), "found it closed")
            .after([Engineer.does(close("val-2")).because(REASON)]),
        case(
            REASON_MISSING,
            Stage::ValApproved,
            CustomerQuality.does(reject_val("val-2")),
            "rejecting a VAL needs a reason",
        ),
        // Validation rests on the output that is signed off now.
        case(OUTPUT_CHANGED, Stage::ValAccepted, validates("val-2"), "was not built from")
            .along(side::withdrawn(1)),
        case(OUTPUT_CHANGED, Stage::Validated, validates("val-2"), "was not built from")
            .along(side::withdrawn(1)),
        case(OUTPUT_CHANGED, Stage::Validated, validates("val-2"), "was not built from")
            .along(side::withdrawn(1))
            .along(side::published_anew(2, "second dump"))
            .along(side::signed_off(2)),
    ]
}

pub(super) fn demos() -> Vec<Case> {
    use refusal::{NOT_DEMO, WRONG_STATE};
    let closed = || Engineer.does(close("demo")).because(REASON);
    vec![
        case(NOT_DEMO, Stage::SandboxInUse, Sales.does(lend("sandbox", 3)), "is not a Demo"),
        case(NOT_DEMO, Stage::SandboxInUse, Sales.does(expire("sandbox")), "is not a Demo"),
        case(NOT_DEMO, Stage::DemoInUse, Sales.does(lend("demo", 0)), "1 to 30 days"),
        case(NOT_DEMO, Stage::DemoInUse, Sales.does(lend("demo", 31)), "found 31"),
        case(WRONG_STATE, Stage::DemoLent, Sales.does(expire("demo")), "closed").after([closed()]),
        case(WRONG_STATE, Stage::DemoLent, Sales.does(lend("demo", 3)), "closed").after([closed()]),
    ]
}
