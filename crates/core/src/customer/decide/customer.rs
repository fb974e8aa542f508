use super::super::{Customer, Event, Status};
use crate::{
    ids::CustomerId,
    refusal::{self, Refusal},
};

pub(super) fn add_prospect(
    state: Option<&Customer>,
    id: &CustomerId,
    name: &str,
) -> Result<Vec<Event>, Refusal> {
    if state.is_some() {
        return Err(refusal::CUSTOMER_EXISTS.because(
            format!("customer `{id}` exists already"),
            format!("`landfall customer show {id}` shows it"),
        ));
    }
    let length = name.trim().chars().count();
    if !(2..=80).contains(&length) || name.chars().any(char::is_control) {
        return Err(refusal::PERSON_NAME.because(
            format!("a customer's printed name has 2 to 80 characters, found {length}"),
            "give the name as it shall stand on documents with `--name`",
        ));
    }
    Ok(vec![Event::ProspectAdded { id: id.clone(), name: name.trim().to_owned() }])
}

pub(super) fn sign_contract(customer: &Customer, reference: &str) -> Result<Vec<Event>, Refusal> {
    match customer.status {
        Status::Prospect => Ok(vec![Event::ContractSigned { reference: reference.to_owned() }]),
        Status::Contracted | Status::Live => Err(refusal::CONTRACT_TWICE.because(
            format!("the contract of `{}` is signed already", customer.id),
            format!("`landfall customer show {}` shows when", customer.id),
        )),
    }
}
