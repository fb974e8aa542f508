use landfall_core::{
    customer::{DumpPurpose, Event, MaterialKind, MaterialName, Stamp, evolve},
    digest::Digest,
    environment::Kind,
    ids::Label,
    plan::{self, Content, ReleaseFacts},
    policy::Policy,
    signature::{Meaning, Signature},
};

use super::*;

fn day(date: &str) -> Timestamp {
    format!("{date}T09:00:00Z").parse().unwrap()
}

fn requested(label: Label, purpose: Option<Purpose>, expires: Option<Timestamp>) -> Event {
    let release = ReleaseFacts {
        product: "clinical".to_owned(),
        release: "24.1".parse().unwrap(),
        build: "24.1.0".to_owned(),
        catalogue: Digest::ZERO,
        never_travelling: Vec::new(),
        masked_columns: 0,
    };
    let policy = Policy::embedded().unwrap();
    let plan = plan::plan(
        &"acme".parse().unwrap(),
        label,
        purpose,
        Content::Empty,
        release,
        None,
        &policy,
    );
    Event::EnvironmentRequested {
        plan: Box::new(plan),
        plan_digest: Digest::ZERO,
        author: "anna".parse().unwrap(),
        expires,
    }
}

fn built(label: Label) -> Event {
    Event::EnvironmentBuilt { label, operation: 1, instances: Vec::new() }
}

fn opened(label: Label) -> Event {
    Event::EnvironmentOpened { label }
}

fn due(label: Label) -> Event {
    Event::EnvironmentDue { label, rule: "prod-is-live".to_owned(), destroy_by: day("2026-05-04") }
}

fn destroyed(label: Label) -> Event {
    Event::EnvironmentDestroyed { label, operation: 2, key: None }
}

fn signature(time: Timestamp) -> Signature {
    Signature {
        person: "carla".parse().unwrap(),
        name: "Carla Quality".to_owned(),
        role: landfall_core::person::Role::CustomerQuality,
        meaning: Meaning::CustomerApproval,
        time,
        digest: Digest::ZERO,
    }
}

fn prospect() -> Event {
    Event::ProspectAdded { id: "acme".parse().unwrap(), name: "Acme Clinical Research".to_owned() }
}

fn fold(events: Vec<(Timestamp, Event)>) -> Customer {
    events
        .iter()
        .fold(None, |state, (time, event)| evolve(state, event, Stamp { time: *time }))
        .unwrap()
}

/// A customer that has just gone live: one Demo and one VAL gone, one VAL and the Sandbox due.
fn onboarded() -> Customer {
    let (demo, sandbox, prod) =
        (Label::single(Kind::Demo), Label::single(Kind::Sandbox), Label::single(Kind::Prod));
    let (val_1, val_2) = (Label::numbered(Kind::Val, 1), Label::numbered(Kind::Val, 2));
    let expired = Event::DemoExpired {
        label: demo,
        rule: "lifetime-is-over".to_owned(),
        destroy_by: day("2026-02-19"),
    };
    let started = Event::IterationStarted {
        number: 1,
        operation: 3,
        dump: Digest::ZERO,
        spec: Digest::ZERO,
        catalogue: Digest::ZERO,
        base: None,
        is_final: false,
    };
    let signed = Event::IterationSigned {
        number: 1,
        signature: signature(day("2026-02-27")),
        complete: true,
    };
    let validated =
        Event::ValidationCompleted { label: val_2, signature: signature(day("2026-03-23")) };
    fold(
        [
            ("2026-01-05", prospect()),
            ("2026-01-05", requested(demo, None, Some(day("2026-02-04")))),
            ("2026-01-06", built(demo)),
            ("2026-01-06", opened(demo)),
            ("2026-01-26", Event::ContractSigned { reference: "C-17".to_owned() }),
            ("2026-01-26", requested(sandbox, None, None)),
            ("2026-01-27", built(sandbox)),
            ("2026-01-27", opened(sandbox)),
            ("2026-02-05", expired),
            ("2026-02-16", destroyed(demo)),
            ("2026-02-20", started),
            ("2026-02-23", requested(val_1, Some(Purpose::Informal), None)),
            ("2026-02-24", built(val_1)),
            ("2026-02-24", opened(val_1)),
            ("2026-02-27", signed),
            ("2026-03-02", requested(val_2, Some(Purpose::Formal), None)),
            ("2026-03-09", built(val_2)),
            ("2026-03-12", opened(val_2)),
            ("2026-03-16", Event::EnvironmentClosed { label: val_1 }),
            ("2026-03-17", destroyed(val_1)),
            ("2026-03-23", validated),
            ("2026-04-06", requested(prod, None, None)),
            ("2026-04-13", built(prod)),
            ("2026-04-20", opened(prod)),
            ("2026-04-20", Event::WentLive { label: prod }),
            ("2026-04-20", due(sandbox)),
            ("2026-04-20", due(val_2)),
        ]
        .into_iter()
        .map(|(date, event)| (day(date), event))
        .collect(),
    )
}

/// A customer of whom everything happened within ten minutes.
fn quick() -> Customer {
    let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let demo = Label::single(Kind::Demo);
    let later = |seconds: i64| start.plus_seconds(seconds);
    fold(vec![
        (start, prospect()),
        (later(30), requested(demo, None, Some(later(30).plus_days(30)))),
        (later(90), built(demo)),
        (later(90), opened(demo)),
    ])
}

const AT_80: &[&str] = &[
    "Acme Clinical Research (acme)",
    "live since 2026-04-20; now 2026-04-22 09:00:00 UTC",
    "",
    "                             2026-01-05        2026-03-04          2026-05-04",
    "                             ├──────────────────────┼───────────────────────┤",
    "milestones      live                 C            S        V          L",
    "demo            destroyed    ████████████─────×",
    "sandbox         in use, due          ░██████████████████████████████████    !",
    "val-1 informal  destroyed                       ░████████×",
    "val-2 formal    in use, due                        ░░░▒█████████████████    !",
    "prod            in use                                           ░░░▒▒██",
    "                                                                   now ↑",
    "",
    "░ requested  ▒ built  █ in use  ─ closed  × destroyed  ! due  » later",
    "C contract  S migration signed off  V validation completed  L live",
];

const AT_200: &[&str] = &[
    "Acme Clinical Research (acme)",
    "live since 2026-04-20; now 2026-04-22 09:00:00 UTC",
    "",
    "                             2026-01-05   2026-01-18         2026-01-31        2026-02-13         2026-02-27        2026-03-11         2026-03-25        2026-04-07         2026-04-20     2026-05-04",
    "                             ├─────────────────┼──────────────────┼─────────────────┼──────────────────┼─────────────────┼──────────────────┼─────────────────┼──────────────────┼──────────────────┤",
    "milestones      live                                      C                                            S                                 V                                      L",
    "demo            destroyed    ░███████████████████████████████████████████───────────────×",
    "sandbox         in use, due                               ░░████████████████████████████████████████████████████████████████████████████████████████████████████████████████████████                !",
    "val-1 informal  destroyed                                                                         ░████████████████████████████──×",
    "val-2 formal    in use, due                                                                                 ░░░░░░░░░▒▒▒▒▒██████████████████████████████████████████████████████████                !",
    "prod            in use                                                                                                                                       ░░░░░░░░░░▒▒▒▒▒▒▒▒▒████",
    "                                                                                                                                                                               now ↑",
    "",
    "░ requested  ▒ built  █ in use  ─ closed  × destroyed  ! due  » later",
    "C contract  S migration signed off  V validation completed  L live",
];

const WITHIN_MINUTES: &[&str] = &[
    "Acme Clinical Research (acme)",
    "prospect since 2026-11-23; now 2026-11-23 10:10:00 UTC",
    "",
    "                      10:00:00      10:03:20          10:06:40       10:10:00",
    "                      ├─────────────────┼─────────────────┼─────────────────┤",
    "milestones  prospect",
    "demo        in use       ░░░░░███████████████████████████████████████████████ »!",
    "                                                                        now ↑",
    "",
    "░ requested  ▒ built  █ in use  ─ closed  × destroyed  ! due  » later",
];

#[test]
fn a_lifecycle_of_months_at_80_columns() {
    assert_eq!(draw(&onboarded(), day("2026-04-22"), 80, Colour::OFF), AT_80);
}

#[test]
fn a_lifecycle_of_months_at_200_columns() {
    assert_eq!(draw(&onboarded(), day("2026-04-22"), 200, Colour::OFF), AT_200);
}

#[test]
fn what_happened_within_minutes_has_an_axis_of_times() {
    let now = "2026-11-23T10:10:00Z".parse().unwrap();
    assert_eq!(draw(&quick(), now, 80, Colour::OFF), WITHIN_MINUTES);
}

#[test]
fn no_line_is_longer_than_the_width() {
    for width in [60, 80, 120, 200] {
        for line in draw(&onboarded(), day("2026-04-22"), width, Colour::OFF) {
            // The legend is as long as it is.
            assert!(line.chars().count() <= width.max(72), "{width}: {line}");
        }
    }
}

#[test]
fn a_customer_without_anything_is_drawn() {
    let customer = fold(vec![(day("2026-01-05"), prospect())]);
    let lines = draw(&customer, day("2026-01-05"), 80, Colour::OFF);
    assert_eq!(lines[0], "Acme Clinical Research (acme)");
    assert!(super::due(&customer, day("2026-01-05"), Colour::OFF).is_empty());
}

#[test]
fn what_is_due_says_by_when_why_and_whether_it_is_late() {
    let customer = onboarded();
    let sandbox = "acme/sandbox  by 2026-05-04 09:00:00 UTC (destroy: prod-is-live)";
    let val = "acme/val-2  by 2026-05-04 09:00:00 UTC (destroy: prod-is-live)";
    assert_eq!(super::due(&customer, day("2026-04-22"), Colour::OFF), [sandbox, val]);
    let late = super::due(&customer, day("2026-05-05"), Colour::OFF);
    assert_eq!(late, [format!("{sandbox}  overdue"), format!("{val}  overdue")]);
}

#[test]
fn what_outlives_environments_is_due_as_well() {
    let dump = MaterialName { kind: MaterialKind::Dump, name: Digest::ZERO.to_string() };
    let customer = fold(vec![
        (day("2026-01-05"), prospect()),
        (
            day("2026-02-02"),
            Event::DumpRegistered {
                digest: Digest::ZERO,
                purpose: DumpPurpose::Iteration,
                files: 1,
                bytes: 1,
            },
        ),
        (
            day("2026-02-27"),
            Event::MaterialsDue {
                materials: vec![dump],
                rule: "migration-is-signed-off".to_owned(),
                destroy_by: day("2026-03-13"),
            },
        ),
    ]);
    let line = "acme: source dump 000000000000  by 2026-03-13 09:00:00 UTC (destroy: migration-is-signed-off)";
    assert_eq!(super::due(&customer, day("2026-03-01"), Colour::OFF), [line]);
    let late = super::due(&customer, day("2026-03-14"), Colour::OFF);
    assert_eq!(late, [format!("{line}  overdue")]);
}
