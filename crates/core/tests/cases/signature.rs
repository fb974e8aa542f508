//! Cases of the signature table: each record is signed by the roles that it names, and by nobody else.

use landfall_core::{
    customer::Command,
    environment::{Kind, Role},
    refusal,
    signature::{Meaning, Record},
};

use super::{Case, case};
use crate::support::{
    commands::{
        accept, approve_change, approve_deviation, ask_change, choose, close, destroy_early,
        fail_build, resolve_deviation, sign, sign_iteration, validate, withdraw,
    },
    people::{
        REASON,
        Who::{self, CustomerQuality, CustomerReviewer, Engineer, Quality, SecondEngineer},
    },
    road::{PROD_IQ, Stage, VAL_IQ},
    side::{DIFFERENCE, difference_reported, differing_prod},
};

pub(super) fn records() -> Vec<Case> {
    use refusal::{AUTHORITY, SIGNATURE_NOT_ASKED};
    let both = "expected: customer reviewer, customer quality";
    let customer = "expected: customer quality";
    let vendor = "expected: vendor quality";
    let plan = |who: Who, meaning: Meaning| who.does(sign(VAL_IQ, meaning, "val-2 plan"));
    let report = |who: Who, meaning: Meaning| who.does(sign(PROD_IQ, meaning, "prod report"));
    let difference =
        |who: Who| who.does(sign(DIFFERENCE, Meaning::CustomerApproval, "prod difference-report"));
    vec![
        case(AUTHORITY, Stage::IterationPublished, Quality.does(sign_iteration(1)), both)
            .of(Record::IterationSignOff),
        case(AUTHORITY, Stage::SignedOff, Engineer.does(withdraw(1)).because(REASON), both)
            .of(Record::Withdrawal),
        case(
            AUTHORITY,
            Stage::Contracted,
            CustomerReviewer.does(Command::DeclareNoMigration).because(REASON),
            customer,
        )
        .of(Record::NoMigration),
        case(
            AUTHORITY,
            Stage::SignedOff,
            CustomerReviewer.does(choose(Kind::Val, "sandbox")),
            customer,
        )
        .of(Record::ConfigurationSource),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ValPlanned,
            plan(SecondEngineer, Meaning::PlanApproval),
            "as plan-approval by a vendor engineer",
        )
        .of(Record::IqPlan),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ValPlanned,
            plan(CustomerQuality, Meaning::PlanApproval),
            "as plan-approval by a customer quality",
        )
        .of(Record::IqPlan),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ProdReported,
            report(Quality, Meaning::Execution),
            "as execution by a vendor quality",
        )
        .of(Record::IqReport),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ProdReported,
            report(Quality, Meaning::ExecutionReview),
            "as execution-review by a vendor quality",
        )
        .of(Record::IqReport),
        case(AUTHORITY, Stage::ValBuilding, Engineer.does(approve_deviation(1)), vendor)
            .after([Engineer.does(fail_build("val-2")), Engineer.does(resolve_deviation(1))])
            .of(Record::Deviation),
        case(AUTHORITY, Stage::ValApproved, CustomerReviewer.does(accept("val-2")), customer)
            .of(Record::Acceptance),
        case(AUTHORITY, Stage::ValAccepted, CustomerReviewer.does(validate("val-2")), customer)
            .of(Record::Validation),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ProdSourceChosen,
            difference(Quality),
            "as customer-approval by a vendor quality",
        )
        .along(differing_prod())
        .after([difference_reported()])
        .of(Record::Difference),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ProdSourceChosen,
            difference(Engineer),
            "as customer-approval by a vendor engineer",
        )
        .along(differing_prod())
        .after([difference_reported()])
        .of(Record::Difference),
        case(AUTHORITY, Stage::IqProvided, Quality.does(Command::SignFinalQc), both)
            .of(Record::FinalQc),
        case(AUTHORITY, Stage::Live, Engineer.does(approve_change(1)), vendor)
            .after([CustomerReviewer.does(ask_change("prod", Role::Main, "site")).because(REASON)])
            .of(Record::Change),
        case(
            AUTHORITY,
            Stage::InformalValInUse,
            Engineer.does(destroy_early("val-1")).because(REASON),
            vendor,
        )
        .after([Engineer.does(close("val-1")).because(REASON)])
        .of(Record::EarlyDestruction),
    ]
}
