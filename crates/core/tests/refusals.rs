//! Every refusal of the core: where a customer stands, what is asked, and the code that it is refused with.

use landfall_core::{
    customer::{Command, Event, decide::may_change_records},
    person::{Person, Role},
    refusal::{self, Code},
    vendor::{self, ClockKind},
};

#[cfg(test)]
mod cases;
#[cfg(test)]
#[expect(dead_code, reason = "the other suites use the rest of it")]
mod support;

use cases::vendor::{adding, customers, staffed_with};
use support::{
    World,
    facts::label,
    people::{
        Who::{self, Quality},
        automation,
    },
    road::{Stage, moves},
    without_version,
};

/// Codes that this crate cannot produce, and why. A code leaves this list when a rule produces it.
const WITHOUT_A_CASE: &[(Code, &str)] = &[];

#[test]
fn every_case_is_refused_with_its_code_and_changes_nothing() {
    for case in cases::all() {
        let mut world = World::at(case.at);
        for step in &case.before {
            world.done(step);
        }
        let name = case.step.command.name();
        let context = format!("{} at {:?} ({})", name, case.at, case.code.code);
        let before = without_version(world.customer.as_ref());
        let refusal = match world.attempt(&case.step) {
            Ok(events) => panic!("{context}: expected a refusal, found {events:?}"),
            Err(refusal) => refusal,
        };
        assert_eq!(refusal.code, case.code.code, "{context}: {refusal}");
        assert!(refusal.rule.starts_with(case.code.rule), "{context}: {}", refusal.rule);
        let spoken = format!("{} {}", refusal.rule, refusal.message);
        assert!(spoken.contains(case.says), "{context}: expected `{}` in: {spoken}", case.says);
        assert!(!refusal.hint.is_empty(), "{context}: a refusal says what to do instead");
        assert_eq!(without_version(world.customer.as_ref()), before, "{context}");
        if world.customer.is_some() {
            let recorded = Event::CommandRejected { command: name.to_owned(), refusal };
            assert_eq!(world.history.last().map(|(event, _)| event), Some(&recorded), "{context}");
        }
    }
}

#[test]
fn nobody_is_not_a_person() {
    for (stage, before) in Stage::ALL.into_iter().skip(1).zip(Stage::ALL) {
        let step = automation(moves(stage)[0].command.clone());
        let refusal = World::at(before).attempt(&step).unwrap_err();
        assert_eq!(refusal.code, refusal::AUTHORITY.code, "{}: {refusal}", step.command.name());
    }
}

#[test]
fn nobody_types_a_consequence() {
    let rule = "prod-is-live".to_owned();
    for command in [Command::GoLive, Command::MarkDue { label: label("sandbox"), rule }] {
        for who in Who::ALL {
            let outcome = World::at(Stage::QcReviewed).attempt(&who.does(command.clone()));
            assert_eq!(outcome.unwrap_err().code, refusal::AUTHORITY.code, "{who:?}");
        }
    }
}

#[test]
fn every_case_of_the_vendor_is_refused_with_its_code() {
    let now = World::empty().now;
    for case in cases::vendor::all() {
        let by = case.by.map(Who::person);
        let name = case.command.name();
        let refusal = vendor::decide(&case.vendor, &case.command, by.as_ref(), now, &customers())
            .unwrap_err();
        assert_eq!(refusal.code, case.code.code, "{name}: {refusal}");
        assert_eq!(refusal.rule, case.code.rule, "{name}");
        assert!(refusal.message.contains(case.says), "{name}: {}", refusal.message);
        assert!(!refusal.hint.is_empty(), "{name}: a refusal says what to do instead");
    }
}

#[test]
fn the_identity_of_automation_is_taken_from_the_start() {
    let command = adding(|person| person.id = "landfall".parse().unwrap());
    let staffed = staffed_with(ClockKind::System, &[Quality]);
    let quality = Quality.person();
    let now = World::empty().now;
    let refusal =
        vendor::decide(&staffed, &command, Some(&quality), now, &customers()).unwrap_err();
    assert_eq!(refusal.code, refusal::PERSON_EXISTS.code);
}

#[test]
fn every_code_has_a_case_or_a_reason_to_have_none() {
    let mut shown: Vec<&str> = cases::all().iter().map(|case| case.code.code).collect();
    shown.extend(cases::vendor::all().iter().map(|case| case.code.code));
    let excused = |code: &Code| WITHOUT_A_CASE.iter().any(|(other, _)| other == code);
    let missing: Vec<_> = refusal::ALL
        .iter()
        .filter(|code| !shown.contains(&code.code) && !excused(code))
        .map(|code| format!("{} ({})", code.code, code.rule))
        .collect();
    assert!(missing.is_empty(), "no case produces {missing:#?}");
    for (code, why) in WITHOUT_A_CASE {
        assert!(!shown.contains(&code.code), "{} has a case, though {why}", code.code);
    }
}

#[test]
fn records_are_changed_where_nothing_is_qualified_by_those_who_may() {
    use Who::{CustomerQuality, CustomerReviewer, Engineer, Outsider, Sales};
    let world = World::at(Stage::ValAccepted);
    let refused = |who: Who, name: &str| {
        may_change_records(world.state(), label(name), &who.person()).err().map(|no| no.code)
    };
    let no = |code: Code| Some(code.code.to_owned());
    assert_eq!(refused(Engineer, "sandbox"), None);
    assert_eq!(refused(CustomerReviewer, "sandbox"), None);
    for who in [Sales, Quality, CustomerQuality] {
        assert_eq!(refused(who, "sandbox"), no(refusal::AUTHORITY), "{who:?}");
    }
    let stranger = Person { role: Role::CustomerReviewer, ..Outsider.person() };
    let foreign = may_change_records(world.state(), label("sandbox"), &stranger).unwrap_err();
    assert_eq!(foreign.code, refusal::OTHER_CUSTOMER.code);
    assert_eq!(refused(Engineer, "val-1"), None, "an informal VAL is not qualified");
    assert_eq!(refused(Engineer, "val-2"), no(refusal::WRONG_STATE), "a formal VAL is");
    assert_eq!(refused(Engineer, "prod"), no(refusal::UNKNOWN_ENVIRONMENT));
    let requested = World::at(Stage::ValRequested);
    let early = may_change_records(requested.state(), label("val-2"), &Engineer.person());
    assert_eq!(early.unwrap_err().code, refusal::WRONG_STATE.code);
}
