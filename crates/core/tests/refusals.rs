//! Every refusal of the core: where a customer stands, what is asked, and the code that it is refused with.

use landfall_core::{
    customer::{
        Command, Event,
        decide::{Permit, may_change_records},
    },
    environment::{Kind, Role},
    refusal::{self, Code},
    signature::Record,
    vendor::{self, ClockKind},
};

#[cfg(test)]
mod cases;
#[cfg(test)]
#[expect(dead_code, reason = "the other suites use the rest of it")]
mod support;

use cases::{
    Column,
    vendor::{adding, customers, staffed_with},
};
use support::{
    World,
    facts::label,
    people::{
        REASON,
        Who::{
            self, CustomerQuality, CustomerReviewer, Engineer, OutsideReviewer, Outsider, Quality,
            Sales,
        },
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
    for command in [
        Command::GoLive,
        Command::MarkDue { label: label("sandbox"), rule: rule.clone() },
        Command::MarkMaterialsDue { rule },
    ] {
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

/// What the requirement's table says that no command can ask against, and why.
const NOT_ASKED: &[(Kind, Column, &str)] = &[
    (Kind::Migration, Column::Masked, "the customer reviews the real output"),
    (Kind::Val, Column::Masked, "no request leaves it away, and a policy that does is not read"),
    (Kind::Prod, Column::Masked, "PROD holds the volunteers as they are"),
];

#[test]
fn every_rule_of_the_requirements_table_has_a_case() {
    let shown: Vec<_> = cases::all().iter().filter_map(|case| case.rule).collect();
    for kind in Kind::ALL {
        for column in Column::ALL {
            let excused = NOT_ASKED.iter().any(|(k, c, _)| (*k, *c) == (kind, column));
            assert_eq!(shown.contains(&(kind, column)), !excused, "{kind}, {column:?}");
        }
    }
}

#[test]
fn every_row_of_the_signature_table_has_a_case() {
    let shown: Vec<_> = cases::all().iter().filter_map(|case| case.record).collect();
    // Rules are adopted in the vendor's own stream.
    let adoption = cases::vendor::all().iter().any(|case| {
        case.code == refusal::AUTHORITY
            && matches!(case.command, vendor::Command::AdoptPolicy { .. })
    });
    for record in Record::ALL {
        let found = shown.contains(&record) || (record == Record::Rules && adoption);
        assert!(found, "{}", record.title());
    }
}

/// Who may change records where: the stage, the environment, the instance, the table, who, the reason, and the permit
/// or the code that it is refused with.
type Change =
    (Stage, &'static str, Role, &'static str, Who, Option<&'static str>, Result<Permit, Code>);

fn changes_of_records() -> Vec<Change> {
    use refusal::{
        AUTHORITY, OTHER_CUSTOMER, READ_ONLY_IN_TEST, REASON_MISSING, UNKNOWN_ENVIRONMENT,
        WRONG_STATE,
    };
    let (main, test) = (Role::Main, Role::Test);
    let free = Ok(Permit { approval: false, preserved: true });
    let lost = Ok(Permit { approval: false, preserved: false });
    let approved = Ok(Permit { approval: true, preserved: true });
    let why = Some(REASON);
    vec![
        // Who: in the Sandbox, where a change needs nothing.
        (Stage::Live, "sandbox", main, "site", Engineer, None, free),
        (Stage::Live, "sandbox", main, "site", CustomerReviewer, None, free),
        (Stage::Live, "sandbox", main, "site", Sales, None, Err(AUTHORITY)),
        (Stage::Live, "sandbox", main, "site", Quality, None, Err(AUTHORITY)),
        (Stage::Live, "sandbox", main, "site", CustomerQuality, None, Err(AUTHORITY)),
        (Stage::Live, "sandbox", main, "site", OutsideReviewer, None, Err(OTHER_CUSTOMER)),
        (Stage::Live, "sandbox", main, "site", Outsider, None, Err(AUTHORITY)),
        // Who: in PROD, where it needs everything.
        (Stage::Live, "prod", main, "site", Engineer, why, approved),
        (Stage::Live, "prod", main, "site", CustomerReviewer, why, approved),
        (Stage::Live, "prod", main, "site", Sales, why, Err(AUTHORITY)),
        (Stage::Live, "prod", main, "site", Quality, why, Err(AUTHORITY)),
        (Stage::Live, "prod", main, "site", CustomerQuality, why, Err(AUTHORITY)),
        (Stage::Live, "prod", main, "site", OutsideReviewer, why, Err(OTHER_CUSTOMER)),
        // Where, and whether a reason is needed.
        (Stage::DemoInUse, "demo", main, "site", Engineer, None, free),
        (Stage::MigrationInUse, "migration-1", main, "volunteer", CustomerReviewer, None, lost),
        (Stage::InformalValInUse, "val-1", main, "site", Engineer, None, Err(REASON_MISSING)),
        (Stage::InformalValInUse, "val-1", main, "site", Engineer, why, free),
        (Stage::ValAccepted, "val-2", main, "site", Engineer, None, Err(REASON_MISSING)),
        (Stage::ValAccepted, "val-2", main, "site", Engineer, why, approved),
        (Stage::Live, "prod", main, "site", Engineer, None, Err(REASON_MISSING)),
        (Stage::Live, "prod", main, "site", Engineer, Some(" no "), Err(REASON_MISSING)),
        // Only what is in use is changed.
        (Stage::ValApproved, "val-2", main, "site", Engineer, why, Err(WRONG_STATE)),
        (Stage::ProdApproved, "prod", main, "site", Engineer, why, Err(WRONG_STATE)),
        (Stage::DueClosed, "sandbox", main, "site", Engineer, why, Err(WRONG_STATE)),
        (Stage::DueDestroyed, "sandbox", main, "site", Engineer, why, Err(WRONG_STATE)),
        (Stage::Live, "preprod", main, "site", Engineer, why, Err(UNKNOWN_ENVIRONMENT)),
        // Main governs roles and sites of Test, and nothing else.
        (Stage::SandboxInUse, "sandbox", test, "role", Engineer, None, Err(READ_ONLY_IN_TEST)),
        (
            Stage::SandboxInUse,
            "sandbox",
            test,
            "role_action",
            Engineer,
            why,
            Err(READ_ONLY_IN_TEST),
        ),
        (
            Stage::SandboxInUse,
            "sandbox",
            test,
            "site",
            CustomerReviewer,
            why,
            Err(READ_ONLY_IN_TEST),
        ),
        (Stage::SandboxInUse, "sandbox", test, "lab_test", Engineer, None, free),
        (Stage::SandboxInUse, "sandbox", main, "role", Engineer, None, free),
        (Stage::Live, "prod", test, "site", Engineer, why, Err(READ_ONLY_IN_TEST)),
        (Stage::Live, "prod", test, "lab_test", Engineer, why, approved),
    ]
}

#[test]
fn records_are_changed_by_whom_and_where_the_policy_says() {
    for (stage, name, role, table, who, reason, expected) in changes_of_records() {
        let world = World::at(stage);
        let (person, policy) = (who.person(), &world.policy);
        let found =
            may_change_records(world.state(), label(name), role, table, &person, reason, policy);
        let context = format!("{who:?}, `{table}` of {name}/{role} at {stage:?}, {reason:?}");
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{context}"),
            (Err(refusal), Err(code)) => {
                assert_eq!(refusal.code, code.code, "{context}: {refusal}");
                assert!(!refusal.hint.is_empty(), "{context}");
            }
            (found, expected) => panic!("{context}: expected {expected:?}, found {found:?}"),
        }
    }
}

#[test]
fn the_preprod_asks_for_a_reason_and_for_no_approval() {
    let mut world = World::at(Stage::Contracted);
    world.all(&support::side::preprod());
    let ask = |reason: Option<&str>| {
        let (person, policy) = (Engineer.person(), &world.policy);
        let label = label("preprod");
        may_change_records(world.state(), label, Role::Main, "site", &person, reason, policy)
    };
    assert_eq!(ask(None).unwrap_err().code, refusal::REASON_MISSING.code);
    assert_eq!(ask(Some(REASON)), Ok(Permit { approval: false, preserved: true }));
}

#[test]
fn everybodys_reviewers_may_enter_community_dev() {
    let world = World::of_the_vendor();
    for who in [Engineer, CustomerReviewer, OutsideReviewer] {
        let (person, policy) = (who.person(), &world.policy);
        let label = label("community-dev");
        let found =
            may_change_records(world.state(), label, Role::Main, "site", &person, None, policy);
        assert_eq!(found, Ok(Permit { approval: false, preserved: true }), "{who:?}");
    }
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
