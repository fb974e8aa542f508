use super::super::{Customer, Event, Status};
use crate::{
    ids::CustomerId,
    person::name_fault,
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
    if is_vendor(id) {
        return Err(refusal::RESERVED.because(
            format!("`{id}` is the vendor's own identity, under which Community Dev stands"),
            "choose another identity for the customer",
        ));
    }
    if let Some(fault) = name_fault("a customer's printed name", name) {
        return Err(refusal::PERSON_NAME
            .because(fault, "give the name as it shall stand on documents with `--name`"));
    }
    Ok(vec![Event::ProspectAdded { id: id.clone(), name: name.trim().to_owned() }])
}

pub(super) fn sign_contract(customer: &Customer, reference: &str) -> Result<Vec<Event>, Refusal> {
    match customer.status {
        Status::Prospect => Ok(vec![Event::ContractSigned { reference: reference.to_owned() }]),
        Status::Vendor => Err(refusal::RESERVED.because(
            "the vendor signs no contract with itself",
            "name a customer: `landfall customer list` shows them",
        )),
        Status::Contracted | Status::Live => Err(refusal::CONTRACT_TWICE.because(
            format!("the contract of `{}` is signed already", customer.id),
            format!("`landfall customer show {}` shows when", customer.id),
        )),
    }
}

/// The identity under which the vendor owns environments: Community Dev.
pub const VENDOR: &str = "vendor";

/// Tells whether the identity is the vendor's own.
#[must_use]
pub fn is_vendor(id: &CustomerId) -> bool {
    id.as_str() == VENDOR
}

pub(super) fn establish_vendor(state: Option<&Customer>) -> Result<Vec<Event>, Refusal> {
    if state.is_some() {
        return Ok(Vec::new());
    }
    let id = VENDOR.parse().map_err(|_| {
        refusal::RESERVED
            .because("the vendor has no identity", "report this with the command's output")
    })?;
    Ok(vec![Event::VendorEstablished { id }])
}
