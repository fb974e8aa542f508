//! Cases of people who may not, and of customers that are not there or there already.

use landfall_core::{customer::Command, environment::Kind, refusal};

use super::{Case, case};
use crate::support::{
    commands::{add_prospect, choose, final_dump, sign_contract},
    people::Who::{Engineer, Outsider, Quality, Sales},
    road::Stage,
};

pub(super) fn people_and_customers() -> Vec<Case> {
    use refusal::{
        AUTHORITY, CONTRACT_TWICE, CUSTOMER_EXISTS, CUSTOMER_UNKNOWN, OTHER_CUSTOMER, PERSON_NAME,
    };
    let again = || add_prospect("Acme Clinical Research");
    vec![
        case(AUTHORITY, Stage::Prospect, Engineer.does(sign_contract()), "expected: vendor sales"),
        case(AUTHORITY, Stage::Contracted, Engineer.does(final_dump("dump")), "customer reviewer"),
        case(AUTHORITY, Stage::QcReviewed, Quality.does(Command::GoLive), "it is a consequence"),
        case(
            OTHER_CUSTOMER,
            Stage::SignedOff,
            Outsider.does(choose(Kind::Val, "sandbox")),
            "belongs to customer `globex`",
        ),
        case(CUSTOMER_UNKNOWN, Stage::Nothing, Sales.does(sign_contract()), "no such customer"),
        case(CUSTOMER_EXISTS, Stage::Prospect, Sales.does(again()), "exists already"),
        case(CONTRACT_TWICE, Stage::Contracted, Sales.does(sign_contract()), "signed already"),
        case(PERSON_NAME, Stage::Nothing, Sales.does(add_prospect(" A ")), "found 1"),
        case(PERSON_NAME, Stage::Nothing, Sales.does(add_prospect("Ac\tme")), "position 3"),
        case(
            PERSON_NAME,
            Stage::Nothing,
            Sales.does(add_prospect("abc\u{202e}dcba")),
            "control character at position 4",
        ),
    ]
}
