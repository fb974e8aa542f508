//! Cases of requesting, building, accepting and lending environments.

use landfall_core::{
    customer::Command,
    environment::Kind,
    plan::{Content, Purpose},
    refusal,
};

use super::{Case, REASON, case};
use crate::support::{
    commands::{
        accept, choose, close, complete_build, dump, expire, extract_as, lend, request, request_as,
        request_migration, sign_contract, start_build, start_iteration, stop_build,
    },
    facts::{composition, configuration, instances, label, migration},
    people::Who::{CustomerQuality, CustomerReviewer, Engineer, Sales, ThirdEngineer},
    road::Stage,
};

pub(super) fn opening() -> Vec<Case> {
    use refusal::{ALREADY_THERE, FORMALITY, NOT_YET, VENDOR_OWNED};
    let demo = || Engineer.does(request(Kind::Demo, Content::DemoSet));
    let sandbox = || Engineer.does(request(Kind::Sandbox, Content::Empty));
    let formal = || request_as(Kind::Val, Purpose::Formal, composition("sandbox", 1));
    let informal = || request_as(Kind::Val, Purpose::Informal, composition("sandbox", 1));
    let prod = || Engineer.does(request(Kind::Prod, composition("val-2", 2)));
    let choice = || CustomerQuality.does(choose(Kind::Val, "sandbox"));
    let bare_val = request(Kind::Val, composition("sandbox", 1));
    vec![
        case(NOT_YET, Stage::Prospect, demo(), "`customer-is-prospect`")
            .after([Sales.does(sign_contract())]),
        case(NOT_YET, Stage::Prospect, sandbox(), "`contract-is-signed`"),
        case(NOT_YET, Stage::Prospect, CustomerReviewer.does(dump("dump")), "after the contract"),
        case(
            NOT_YET,
            Stage::Contracted,
            Engineer.does(request_migration(1)),
            "`iteration-is-published`",
        ),
        case(NOT_YET, Stage::SignedOff, Engineer.does(formal()), "`source-is-chosen`"),
        case(NOT_YET, Stage::SandboxInUse, Engineer.does(informal()), "no iteration")
            .after([choice()]),
        case(NOT_YET, Stage::IterationPublished, Engineer.does(formal()), "is not signed off")
            .after([choice()]),
        case(NOT_YET, Stage::ValAccepted, prod(), "`validation-is-completed`"),
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
        case(
            VENDOR_OWNED,
            Stage::Contracted,
            Engineer.does(request(Kind::CommunityDev, Content::DemoSet)),
            "not made for a customer",
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
    let configuration_alone =
        Content::Composition { configuration: configuration("sandbox"), migration: None };
    let swapped =
        Content::Composition { configuration: migration(1), migration: Some(migration(1)) };
    vec![
        case(
            CONTENT,
            Stage::Prospect,
            Engineer.does(request(Kind::Demo, Content::Empty)),
            "the policy does not allow it for Demo",
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
        case(PACKAGES, Stage::Extracted, formal(configuration_alone), "are others"),
        case(PACKAGES, Stage::Extracted, formal(swapped), "are others"),
        case(PACKAGES, Stage::SourceChosen, formal(composition("sandbox", 1)), "are others"),
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
        case(WRONG_STATE, Stage::ValBuilding, ThirdEngineer.does(start_build("val-2")), "building"),
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

pub(super) fn demos() -> Vec<Case> {
    use refusal::{NOT_DEMO, NOT_DUE, WRONG_STATE};
    let closed = || Engineer.does(close("demo")).because(REASON);
    vec![
        case(NOT_DEMO, Stage::SandboxInUse, Sales.does(lend("sandbox", 3)), "is not a Demo"),
        case(NOT_DEMO, Stage::SandboxInUse, Sales.does(expire("sandbox")), "is not a Demo"),
        case(NOT_DEMO, Stage::DemoInUse, Sales.does(lend("demo", 0)), "1 to 30 days"),
        case(NOT_DEMO, Stage::DemoInUse, Sales.does(lend("demo", 31)), "found 31"),
        case(NOT_DUE, Stage::DemoInUse, Sales.does(expire("demo")), "the Demo's time ends"),
        case(NOT_DUE, Stage::DemoLent, Engineer.does(expire("demo")), "2026-03-16"),
        case(WRONG_STATE, Stage::DemoLent, Sales.does(expire("demo")), "closed").after([closed()]),
        case(WRONG_STATE, Stage::DemoLent, Sales.does(lend("demo", 3)), "closed").after([closed()]),
    ]
}
