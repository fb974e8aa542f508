//! Cases of validation and go-live.

use landfall_core::{customer::Command, environment::Kind, refusal};

use super::{Case, case};
use crate::support::{
    commands::{
        accept, choose, close, complete_build, destroy_early, extract, extract_as, final_dump,
        start_build, start_iteration, stop_build, validate,
    },
    facts::configuration,
    people::{
        REASON,
        Who::{
            CustomerQuality, CustomerReviewer, Engineer, Quality, SecondEngineer, ThirdEngineer,
        },
        automation,
    },
    road::Stage,
    side,
};

pub(super) fn going_live() -> Vec<Case> {
    use refusal::{GOLIVE_DONE, GOLIVE_ORDER, NOT_INDEPENDENT, VALIDATION, WRONG_STATE};
    let validates = |name: &str| CustomerQuality.does(validate(name));
    let reviews = || SecondEngineer.does(Command::ReviewProd);
    let provides = || Engineer.does(Command::ProvideIq);
    let checks = || CustomerQuality.does(Command::SignFinalQc);
    let goes_live = || automation(Command::GoLive);
    let final_run = || Engineer.does(start_iteration("final dump", "spec"));
    let extracts = || Engineer.does(extract(Kind::Prod, "val-2"));
    let agrees = || CustomerQuality.does(choose(Kind::Prod, "val-2"));
    vec![
        case(VALIDATION, Stage::InformalValInUse, validates("val-1"), "not an accepted formal VAL")
            .after([CustomerQuality.does(accept("val-1"))]),
        case(VALIDATION, Stage::ValApproved, validates("val-2"), "not an accepted formal VAL"),
        case(VALIDATION, Stage::Validated, validates("val-2"), "is completed already"),
        case(GOLIVE_ORDER, Stage::Validated, extracts(), "step 1 comes before step 2")
            .after([CustomerQuality.does(choose(Kind::Prod, "val-2"))]),
        case(GOLIVE_ORDER, Stage::ProdSourceChosen, final_run(), "step 2 comes before step 3"),
        case(GOLIVE_ORDER, Stage::ProdApproved, provides(), "step 4 comes before step 5"),
        case(GOLIVE_ORDER, Stage::ProdReviewed, checks(), "step 5 comes before step 6"),
        case(GOLIVE_ORDER, Stage::QcReviewed, goes_live(), "the final quality check is not signed"),
        case(
            GOLIVE_DONE,
            Stage::FinalDumpReceived,
            CustomerReviewer.does(final_dump("final dump")),
            "with this same dump",
        ),
        // What PROD is made of is done anew as long as no PROD stands on it, and nothing runs on it.
        case(
            GOLIVE_DONE,
            Stage::ProdRequested,
            CustomerReviewer.does(final_dump("another final dump")),
            "step 1 is done already, and `acme/prod` stands on it",
        ),
        case(
            GOLIVE_DONE,
            Stage::QcReviewed,
            CustomerReviewer.does(final_dump("another final dump")),
            "step 1 is done already",
        )
        .after([Engineer.does(close("prod")).because(REASON)]),
        case(GOLIVE_DONE, Stage::ProdRequested, agrees().because(REASON), "step 2 is done already"),
        case(GOLIVE_DONE, Stage::Live, agrees().because(REASON), "`acme/prod` stands on it"),
        case(refusal::REASON_MISSING, Stage::ProdExtracted, agrees(), "another agreement"),
        case(
            refusal::ITERATION_STATE,
            Stage::ProdExtracted,
            agrees().because(REASON),
            "iteration 2 is still running",
        )
        .after([final_run()]),
        case(
            refusal::ITERATION_STATE,
            Stage::ProdExtracted,
            CustomerReviewer.does(final_dump("another final dump")),
            "iteration 2 is still running",
        )
        .after([final_run()]),
        case(
            GOLIVE_DONE,
            Stage::ProdExtracted,
            Engineer.does(extract_as(Kind::Prod, "val-2", configuration("val-2, changed"))),
            "step 2 is done already",
        ),
        case(GOLIVE_DONE, Stage::FinalRunDone, final_run(), "step 3 is done already"),
        case(GOLIVE_DONE, Stage::ProdReviewed, reviews(), "step 4 is done already"),
        case(GOLIVE_DONE, Stage::IqProvided, provides(), "step 5 is done already"),
        case(GOLIVE_DONE, Stage::Live, checks(), "step 6 is done already"),
        case(GOLIVE_DONE, Stage::Live, goes_live(), "goes live, once"),
        case(
            NOT_INDEPENDENT,
            Stage::ProdApproved,
            Engineer.does(Command::ReviewProd),
            "built PROD does not review it",
        ),
        case(
            NOT_INDEPENDENT,
            Stage::ProdPlanSigned,
            ThirdEngineer.does(Command::ReviewProd),
            "nor does who began to",
        )
        .after([
            ThirdEngineer.does(start_build("prod")),
            ThirdEngineer.does(stop_build("prod")),
            Engineer.does(start_build("prod")),
            Engineer.does(complete_build("prod")),
        ]),
        case(WRONG_STATE, Stage::ProdBuilding, reviews(), "be reviewed"),
        case(WRONG_STATE, Stage::Live, reviews(), "found it in-use"),
    ]
}

pub(super) fn rejecting() -> Vec<Case> {
    use refusal::{
        AUTHORITY, DUMP_FINAL, DUMP_UNKNOWN, GOLIVE_DONE, GOLIVE_ORDER, REASON_MISSING, WRONG_STATE,
    };
    let rejects = || CustomerReviewer.does(Command::RejectFinalQc).because(REASON);
    let checks = || CustomerQuality.does(Command::SignFinalQc);
    let provides = || Engineer.does(Command::ProvideIq);
    let closes = || Engineer.does(close("prod")).because(REASON);
    let destroys = || Quality.does(destroy_early("prod")).because(REASON);
    let old_run = || Engineer.does(start_iteration("final dump", "spec"));
    vec![
        // The final check is rejected where it may be signed, with a reason, and by those who sign it.
        case(GOLIVE_ORDER, Stage::ProdReviewed, rejects(), "step 5 comes before step 6"),
        case(GOLIVE_DONE, Stage::Live, rejects(), "step 6 is done already"),
        case(
            REASON_MISSING,
            Stage::IqProvided,
            CustomerQuality.does(Command::RejectFinalQc),
            "rejecting the final quality check",
        ),
        case(
            AUTHORITY,
            Stage::IqProvided,
            Quality.does(Command::RejectFinalQc).because(REASON),
            "expected: customer reviewer, customer quality",
        ),
        // After it PROD is reviewed and provided again.
        case(GOLIVE_ORDER, Stage::QcReviewed, checks(), "step 4 comes before step 6")
            .after([rejects()]),
        case(GOLIVE_ORDER, Stage::QcReviewed, provides(), "step 4 comes before step 5")
            .after([rejects()]),
        // A PROD that is being given up does not go live.
        case(WRONG_STATE, Stage::QcReviewed, checks(), "found it closed").after([closes()]),
        case(WRONG_STATE, Stage::QcReviewed, rejects(), "found it closed").after([closes()]),
        case(WRONG_STATE, Stage::QcReviewed, checks(), "found it destroying")
            .after([closes(), destroys()]),
        case(WRONG_STATE, Stage::ProdReviewed, provides(), "found it closed").after([closes()]),
        case(GOLIVE_ORDER, Stage::QcReviewed, checks(), "step 4 comes before step 6")
            .along(side::given_up("prod")),
        // A withdrawn sign-off takes its final dump and its final run with it.
        case(
            DUMP_FINAL,
            Stage::FinalRunDone,
            CustomerReviewer.does(final_dump("second final dump")),
            "after validation",
        )
        .along(side::withdrawn(1)),
        case(DUMP_UNKNOWN, Stage::FinalDumpReceived, old_run(), "counts for the sign-off")
            .along(side::withdrawn(1)),
        // So does another final dump.
        case(DUMP_UNKNOWN, Stage::FinalRunDone, old_run(), "another dump replaces it")
            .after([CustomerReviewer.does(final_dump("second final dump"))]),
        case(DUMP_UNKNOWN, Stage::FinalRunDone, old_run(), "counts for the sign-off")
            .along(side::validated_anew())
            .after([
                CustomerReviewer.does(final_dump("second final dump")),
                CustomerQuality.does(choose(Kind::Prod, "val-3")),
                Engineer.does(extract(Kind::Prod, "val-3")),
            ]),
        // What does not apply is not done either.
        case(GOLIVE_DONE, Stage::Live, provides(), "step 5 is done already"),
        case(
            refusal::NO_MIGRATION,
            Stage::SandboxInUse,
            CustomerReviewer.does(final_dump("final dump")),
            "has no source database",
        )
        .after([side::declared()])
        .along(side::val_without_migration()),
    ]
}
