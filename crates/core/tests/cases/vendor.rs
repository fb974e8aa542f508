//! Cases of the vendor's own stream: people and the clock.

use std::collections::BTreeMap;

use landfall_core::{
    ids::{CustomerId, Release},
    person::{Person, Role},
    refusal::{self, Code},
    vendor::{self, ClockKind, Vendor},
};

use crate::support::{
    World,
    facts::{customer_id, digest},
    people::Who::{self, Engineer, Outsider, Quality, Sales},
};

/// A vendor's people, what is asked by whom, and the code that it is refused with.
pub(crate) struct VendorCase {
    pub(crate) code: Code,
    pub(crate) vendor: Vendor,
    pub(crate) by: Option<Who>,
    pub(crate) command: vendor::Command,
    pub(crate) says: &'static str,
}

/// A vendor with the people given, each added before anything is asked.
pub(crate) fn staffed_with(clock: ClockKind, people: &[Who]) -> Vendor {
    let empty = Vendor {
        clock,
        policy: None,
        catalogues: BTreeMap::new(),
        people: BTreeMap::new(),
        version: 1,
    };
    people.iter().fold(empty, |vendor, who| {
        let event = vendor::Event::PersonAdded { person: who.person() };
        vendor::evolve(Some(vendor.clone()), &event).unwrap_or(vendor)
    })
}

pub(crate) fn customers() -> Vec<CustomerId> {
    vec![customer_id()]
}

pub(crate) fn adding(change: impl FnOnce(&mut Person)) -> vendor::Command {
    let mut person = Who::SecondQuality.person();
    change(&mut person);
    vendor::Command::AddPerson { person }
}

/// A vendor whose policy and catalogue are in force since the directory was made.
fn ruled() -> Vendor {
    let digest = digest("rules in force");
    let events = [
        vendor::Event::PolicyAdopted { digest, signature: None },
        vendor::Event::CatalogueAdopted { release: release(), digest, signature: None },
    ];
    let staffed = staffed_with(ClockKind::System, &[Quality, Engineer]);
    events.iter().fold(staffed, |vendor, event| {
        vendor::evolve(Some(vendor.clone()), event).unwrap_or(vendor)
    })
}

fn release() -> Release {
    "24.1".parse().unwrap()
}

pub(crate) fn all() -> Vec<VendorCase> {
    use refusal::{
        ADOPTION, AUTHORITY, CLOCK, FIRST_PERSON, PERSON_CUSTOMER, PERSON_EXISTS, PERSON_NAME,
    };
    let staffed = || staffed_with(ClockKind::Demonstration, &[Quality, Engineer]);
    let on_system_clock = staffed_with(ClockKind::System, &[Quality]);
    let empty = || staffed_with(ClockKind::System, &[]);
    let add = |who: Who| vendor::Command::AddPerson { person: who.person() };
    let unlock = |who: Who| vendor::Command::UnlockPerson { person: who.person().id };
    let now = World::empty().now;
    let move_to = |days: i64| vendor::Command::MoveClock { to: now.plus_days(days) };
    let case = |code: Code, vendor: Vendor, by: Option<Who>, command, says: &'static str| {
        VendorCase { code, vendor, by, command, says }
    };
    let policy = |name: &str| vendor::Command::AdoptPolicy { digest: digest(name) };
    let catalogue = |name: &str| vendor::Command::AdoptCatalogue {
        release: release(),
        digest: digest(name),
        standing: Vec::new(),
    };
    let long = "x".repeat(81);
    let quality = Some(Quality);
    vec![
        case(AUTHORITY, staffed(), Some(Engineer), add(Sales), "may add people"),
        case(AUTHORITY, staffed(), Some(Engineer), unlock(Quality), "may lift a lock-out"),
        case(AUTHORITY, staffed(), None, unlock(Quality), "may lift a lock-out"),
        case(AUTHORITY, staffed(), quality, unlock(Quality), "nobody lifts their own"),
        case(AUTHORITY, staffed(), quality, unlock(Sales), "there is no person `sofia-lund`"),
        case(FIRST_PERSON, empty(), None, add(Engineer), "of vendor quality"),
        case(FIRST_PERSON, staffed(), None, add(Who::SecondQuality), "is added by nobody"),
        case(PERSON_NAME, staffed(), quality, adding(|p| p.name = " A ".to_owned()), "found 1"),
        case(PERSON_NAME, staffed(), quality, adding(|p| p.name = long), "found 81"),
        case(
            PERSON_NAME,
            staffed(),
            quality,
            adding(|p| p.name = "Ma\nra".to_owned()),
            "position 3",
        ),
        case(PERSON_EXISTS, staffed(), quality, add(Engineer), "`erik-dahl` is taken"),
        case(
            PERSON_EXISTS,
            staffed(),
            quality,
            adding(|p| p.id = Engineer.person().id),
            "`erik-dahl` is taken",
        ),
        case(PERSON_CUSTOMER, staffed(), quality, add(Outsider), "there is no customer `globex`"),
        case(
            PERSON_CUSTOMER,
            staffed(),
            quality,
            adding(|p| p.customer = Some(customer_id())),
            "belongs to no customer",
        ),
        case(
            PERSON_CUSTOMER,
            staffed(),
            quality,
            adding(|p| p.role = Role::CustomerReviewer),
            "and none was given",
        ),
        case(ADOPTION, ruled(), quality, policy("rules in force"), "this policy is in force"),
        case(ADOPTION, ruled(), quality, catalogue("rules in force"), "this catalogue is in force"),
        case(AUTHORITY, ruled(), Some(Engineer), policy("new rules"), "only vendor quality"),
        case(AUTHORITY, ruled(), Some(Sales), catalogue("new rules"), "only vendor quality"),
        case(AUTHORITY, ruled(), None, policy("new rules"), "may adopt rules"),
        case(CLOCK, staffed(), quality, move_to(-1), "cannot go back"),
        case(CLOCK, staffed(), quality, move_to(0), "cannot go back"),
        case(CLOCK, on_system_clock, quality, move_to(1), "runs on the system clock"),
    ]
}
