//! Cases of validation and go-live.

use landfall_core::{customer::Command, environment::Kind, refusal};

use super::{Case, case};
use crate::support::{
    commands::{accept, choose, extract, extract_as, final_dump, start_iteration, validate},
    facts::configuration,
    people::{
        Who::{CustomerQuality, CustomerReviewer, Engineer, SecondEngineer},
        automation,
    },
    road::Stage,
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
            CustomerReviewer.does(final_dump("another final dump")),
            "step 1 is done already",
        ),
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
        case(WRONG_STATE, Stage::ProdBuilding, reviews(), "be reviewed"),
        case(WRONG_STATE, Stage::Live, reviews(), "found it in-use"),
    ]
}
