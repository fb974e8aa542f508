//! Whatever may be asked: the commands of the straight way, of the side roads, and what ends, holds or spoils them.

use landfall_core::{
    customer::{
        BuildFailure, Command, DocumentKind,
        decide::{AUTHORITY, DesignChange},
    },
    environment::{Kind, Role},
    plan::{Content, Purpose},
    signature::Meaning,
};

use super::{
    commands::{
        accept, approve_change, approve_deviation, ask_change, ask_design, certify,
        certify_materials, choose, close, complete_build, destroy, destroy_early, destroyed,
        expire, extract, fail_build, freeze_plan, freeze_report, hold, import, lend, lift,
        make_change, materials_destroyed, open_deviation, promote, promoted, publish, reject,
        reject_change, reject_val, report_iteration, request, request_as, reset, resolve_deviation,
        sign, sign_iteration, start_build, stop_iteration, validate, withdraw,
    },
    facts::{composition, configuration_alone, label},
    people::Who,
    road::{PROD_IQ, Stage, VAL_IQ, moves},
    side,
};

/// The commands that are tried in whatever order.
pub(crate) fn commands() -> Vec<Command> {
    let mut list: Vec<Command> = Stage::ALL
        .into_iter()
        .flat_map(moves)
        .chain(side::all().concat())
        .map(|step| step.command)
        .collect();
    for name in ["demo", "sandbox", "migration-1", "preprod", "val-1", "val-2", "val-3", "prod"] {
        list.extend(of_environment(name));
    }
    list.extend(of_documents());
    list.extend(of_numbers());
    for purpose in [Purpose::Formal, Purpose::Informal] {
        list.push(request_as(Kind::Val, purpose, configuration_alone("sandbox")));
    }
    list.extend([
        request(Kind::Demo, Content::Empty),
        request(Kind::Sandbox, Content::Empty),
        request(Kind::Preprod, Content::Empty),
        request(Kind::CommunityDev, Content::DemoSet),
        request(Kind::Prod, configuration_alone("preprod")),
        promote("preprod", "sandbox"),
        promoted("sandbox"),
        Command::EstablishVendor,
        Command::GoLive,
        Command::MarkDue { label: label("sandbox"), rule: "prod-is-live".to_owned() },
        Command::MarkMaterialsDue { rule: "prod-is-live".to_owned() },
    ]);
    list
}

fn of_environment(name: &str) -> Vec<Command> {
    let mut list = vec![
        start_build(name),
        complete_build(name),
        fail_build(name),
        Command::StopBuild {
            label: label(name),
            failure: BuildFailure::Aborted,
            tests: Vec::new(),
        },
        accept(name),
        reject_val(name),
        reset(name),
        lend(name, 20),
        expire(name),
        hold(name),
        lift(name),
        close(name),
        destroy(name),
        destroy_early(name),
        destroyed(name),
        freeze_plan(name),
        freeze_report(name, 0),
        freeze_report(name, 1),
        open_deviation(name),
        ask_change(name, Role::Main, "role"),
        ask_change(name, Role::Test, "role"),
        ask_design(name, Role::Main, import()),
        ask_design(name, Role::Test, DesignChange::Push),
        validate(name),
        choose(Kind::Val, name),
        choose(Kind::Prod, name),
        extract(Kind::Val, name),
        extract(Kind::Prod, name),
    ];
    list.extend(
        [
            DocumentKind::MaskingCertificate,
            DocumentKind::DestructionCertificate,
            DocumentKind::ConfigurationReport,
            DocumentKind::QcReport,
            DocumentKind::GoLiveRecord,
            DocumentKind::DifferenceReport,
            DocumentKind::MaterialsCertificate,
        ]
        .map(|kind| certify(kind, name)),
    );
    list
}

fn of_documents() -> Vec<Command> {
    let mut list = Vec::new();
    for (number, name) in [
        (VAL_IQ, "val-1"),
        (VAL_IQ, "val-2"),
        (PROD_IQ, "prod"),
        (PROD_IQ, "val-3"),
        ("ACME-IQ-003", "prod"),
    ] {
        for shown in [format!("{name} plan"), format!("{name} report")] {
            list.extend(Meaning::ALL.map(|meaning| sign(number, meaning, &shown)));
            list.push(reject(number, &shown));
        }
    }
    let shown = "prod difference-report";
    list.extend(Meaning::ALL.map(|meaning| sign(side::DIFFERENCE, meaning, shown)));
    list.push(reject(side::DIFFERENCE, shown));
    list
}

fn of_numbers() -> Vec<Command> {
    let mut list = Vec::new();
    for number in 1..=4 {
        list.extend([
            publish(number),
            sign_iteration(number),
            withdraw(number),
            stop_iteration(number),
            report_iteration(number),
            resolve_deviation(number),
            approve_deviation(number),
            approve_change(number),
            reject_change(number),
            make_change(number),
        ]);
        for purpose in [Purpose::Formal, Purpose::Informal] {
            list.push(request_as(Kind::Val, purpose, composition("sandbox", number)));
        }
        list.push(request(Kind::Prod, composition("preprod", number)));
        list.push(request(Kind::Prod, composition("val-2", number)));
    }
    for operation in 5..=14 {
        list.extend([materials_destroyed(operation), certify_materials(operation)]);
    }
    list
}

/// The people whose role may give a command; everybody, where nobody's may.
pub(crate) fn fitting(command: &Command) -> Vec<Who> {
    let may = |who: &Who| {
        AUTHORITY
            .iter()
            .any(|(name, _, roles)| *name == command.name() && roles.contains(&who.person().role))
    };
    let people: Vec<Who> = Who::ALL.into_iter().filter(may).collect();
    if people.is_empty() { Who::ALL.to_vec() } else { people }
}
