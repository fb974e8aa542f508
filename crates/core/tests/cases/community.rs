//! Cases of the vendor's Community Dev, in the vendor's own stream.

use landfall_core::{
    customer::Command,
    environment::{Kind, Role},
    plan::{Content, Purpose},
    refusal::{self, Code},
};

use super::{Case, Column, case};
use crate::support::{
    commands::{
        ask_change, choose, close, complete_build, destroy, dump, freeze_plan, hold, record_spec,
        request, request_as, reset, sign_contract, start_build, start_iteration,
    },
    facts::{composition, instances, label, migration},
    people::{
        Move, REASON,
        Who::{CustomerQuality, CustomerReviewer, Engineer, Quality, Sales},
    },
    road::Stage,
    side,
};

/// A case of the vendor with its Community Dev in use.
fn in_use(code: Code, step: Move, says: &'static str) -> Case {
    case(code, Stage::Nothing, step, says).along(side::community_dev())
}

/// A case of the vendor before it has any environment.
fn bare(code: Code, step: Move, says: &'static str) -> Case {
    case(code, Stage::Nothing, step, says).after([Engineer.does(Command::EstablishVendor)])
}

pub(super) fn community_dev() -> Vec<Case> {
    use refusal::{
        ALREADY_THERE, CHANGE_STATE, CONTENT, CUSTOMER_EXISTS, FORMALITY, HELD, INSTANCES, IQ_KIND,
        NOT_DUE, NOT_YET, REASON_MISSING, RESERVED, RESET, VENDOR_OWNED, WRONG_STATE,
    };
    let add_vendor = || {
        let name = "Vendor Clinical Research".to_owned();
        Sales.does(Command::AddProspect { id: "vendor".parse().unwrap(), name })
    };
    let community = |content: Content| Engineer.does(request(Kind::CommunityDev, content));
    let sample = || community(Content::DemoSet);
    let own_demo = || Content::VendorDemo { owner: "vendor".parse().unwrap(), of: label("demo") };
    let resets = |name: &str| Engineer.does(reset(name)).because(REASON);
    let pair = Engineer.does(Command::CompleteBuild {
        label: label("community-dev"),
        instances: instances(label("sandbox")),
    });
    let builds = || Engineer.does(start_build("community-dev"));
    let closes = || Engineer.does(close("community-dev")).because(REASON);
    vec![
        case(RESERVED, Stage::Nothing, add_vendor(), "the vendor's own identity"),
        bare(RESERVED, Sales.does(sign_contract()), "signs no contract with itself"),
        bare(CUSTOMER_EXISTS, add_vendor(), "`vendor` exists already"),
        bare(INSTANCES, pair, "other instances than its plan")
            .after([sample(), builds()])
            .shows(Kind::CommunityDev, Column::Instances),
        case(VENDOR_OWNED, Stage::Contracted, sample(), "not made for a customer")
            .shows(Kind::CommunityDev, Column::Opens),
        bare(
            FORMALITY,
            Engineer.does(request_as(Kind::CommunityDev, Purpose::Informal, Content::DemoSet)),
            "Community Dev is neither",
        ),
        bare(CONTENT, community(Content::Empty), "does not allow it for Community Dev"),
        bare(CONTENT, community(Content::Clone { of: label("demo") }), "does not allow it")
            .shows(Kind::CommunityDev, Column::Content),
        // No customer's data may enter.
        bare(
            CONTENT,
            community(Content::Iteration { number: 1, migration: migration(1) }),
            "does not allow it",
        )
        .shows(Kind::CommunityDev, Column::Masked),
        bare(CONTENT, community(composition("sandbox", 1)), "does not allow it"),
        bare(VENDOR_OWNED, Engineer.does(dump("dump")), "migrates nothing"),
        bare(VENDOR_OWNED, Engineer.does(record_spec("spec")), "migrates nothing"),
        bare(VENDOR_OWNED, Engineer.does(start_iteration("dump", "spec")), "migrates nothing"),
        // But for a Demo of its own the vendor has no other environments.
        bare(CONTENT, Engineer.does(request(Kind::Demo, own_demo())), "not a clone of itself"),
        bare(
            NOT_YET,
            Engineer.does(request(Kind::Sandbox, Content::Empty)),
            "`contract-is-signed`",
        ),
        bare(
            NOT_YET,
            Engineer.does(request(Kind::Preprod, Content::Empty)),
            "`contract-is-signed`",
        ),
        in_use(ALREADY_THERE, sample(), "has `community-dev` already (in-use)"),
        in_use(IQ_KIND, Engineer.does(freeze_plan("community-dev")), "Community Dev gets none")
            .shows(Kind::CommunityDev, Column::Iq),
        in_use(NOT_DUE, Engineer.does(destroy("community-dev")), "is not due")
            .after([closes()])
            .shows(Kind::CommunityDev, Column::Ends),
        in_use(
            CHANGE_STATE,
            Engineer.does(ask_change("community-dev", Role::Main, "site")),
            "need no approval",
        ),
        // A reset makes it anew: with a reason, while it is in use, and not under a hold.
        in_use(REASON_MISSING, Engineer.does(reset("community-dev")), "resetting an environment"),
        in_use(WRONG_STATE, resets("community-dev"), "be reset")
            .after([resets("community-dev"), builds()]),
        in_use(WRONG_STATE, resets("community-dev"), "found it closed").after([closes()]),
        in_use(HELD, resets("community-dev"), "under a hold")
            .after([Quality.does(hold("community-dev")).because(REASON)]),
        in_use(WRONG_STATE, Engineer.does(complete_build("community-dev")), "found it requested")
            .after([resets("community-dev")]),
        case(RESET, Stage::SandboxInUse, resets("sandbox"), "only Community Dev is"),
        case(RESET, Stage::Live, resets("prod"), "only Community Dev is"),
        // A customer's people decide nothing of it.
        in_use(
            refusal::OTHER_CUSTOMER,
            CustomerQuality.does(hold("community-dev")).because(REASON),
            "may not act for `vendor`",
        ),
        in_use(
            refusal::OTHER_CUSTOMER,
            CustomerQuality.does(choose(Kind::Val, "community-dev")),
            "may not act for `vendor`",
        ),
        in_use(
            refusal::AUTHORITY,
            CustomerReviewer.does(reset("community-dev")).because(REASON),
            "expected: vendor engineer",
        ),
        bare(
            refusal::OTHER_CUSTOMER,
            CustomerReviewer.does(dump("dump")),
            "may not act for `vendor`",
        ),
    ]
}
