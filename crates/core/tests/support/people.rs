//! The people of the tests, and what they ask for.

use landfall_core::{
    customer::Command,
    person::{Person, Role},
};

/// A reason, where it does not matter which.
pub(crate) const REASON: &str = "the sponsor asked for it";

/// Who acts: the vendor's people, the customer's people, and two of another customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Sales,
    Engineer,
    SecondEngineer,
    ThirdEngineer,
    Quality,
    SecondQuality,
    CustomerReviewer,
    SecondCustomerReviewer,
    CustomerQuality,
    SecondCustomerQuality,
    Outsider,
    OutsideReviewer,
}

impl Who {
    pub(crate) const ALL: [Self; 12] = [
        Self::Sales,
        Self::Engineer,
        Self::SecondEngineer,
        Self::ThirdEngineer,
        Self::Quality,
        Self::SecondQuality,
        Self::CustomerReviewer,
        Self::SecondCustomerReviewer,
        Self::CustomerQuality,
        Self::SecondCustomerQuality,
        Self::Outsider,
        Self::OutsideReviewer,
    ];

    pub(crate) fn person(self) -> Person {
        let (id, name, role, customer) = match self {
            Self::Sales => ("sofia-lund", "Sofia Lund", Role::VendorSales, None),
            Self::Engineer => ("erik-dahl", "Erik Dahl", Role::VendorEngineer, None),
            Self::SecondEngineer => ("nadia-roy", "Nadia Roy", Role::VendorEngineer, None),
            Self::ThirdEngineer => ("tomas-vega", "Tomas Vega", Role::VendorEngineer, None),
            Self::Quality => ("quinn-adair", "Quinn Adair", Role::VendorQuality, None),
            Self::SecondQuality => ("mara-stein", "Mara Stein", Role::VendorQuality, None),
            Self::CustomerReviewer => {
                ("rosa-blum", "Rosa Blum", Role::CustomerReviewer, Some("acme"))
            }
            Self::SecondCustomerReviewer => {
                ("ivan-petrov", "Ivan Petrov", Role::CustomerReviewer, Some("acme"))
            }
            Self::CustomerQuality => {
                ("claire-moreau", "Claire Moreau", Role::CustomerQuality, Some("acme"))
            }
            Self::SecondCustomerQuality => {
                ("david-okoro", "David Okoro", Role::CustomerQuality, Some("acme"))
            }
            Self::Outsider => ("gina-hart", "Gina Hart", Role::CustomerQuality, Some("globex")),
            Self::OutsideReviewer => {
                ("hugo-lang", "Hugo Lang", Role::CustomerReviewer, Some("globex"))
            }
        };
        Person {
            id: id.parse().unwrap(),
            name: name.to_owned(),
            role,
            customer: customer.map(|customer| customer.parse().unwrap()),
        }
    }

    pub(crate) fn does(self, command: Command) -> Move {
        Move { who: Some(self), reason: None, command }
    }
}

/// One command, with who gives it (none: Landfall, for a consequence) and the reason given.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub(crate) who: Option<Who>,
    pub(crate) reason: Option<&'static str>,
    pub(crate) command: Command,
}

impl Move {
    pub(crate) fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

/// A command that nobody gives: a consequence.
pub(crate) fn automation(command: Command) -> Move {
    Move { who: None, reason: None, command }
}
