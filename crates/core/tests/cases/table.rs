//! Cases of the requirement's table of environments, row by row; where a rule has many sides, the others stand with
//! their subject.

use landfall_core::{
    customer::Command,
    environment::Kind,
    plan::{Content, Purpose},
    refusal,
};

use super::{Case, Column, case};
use crate::support::{
    commands::{
        close, destroy, dump, expire, extract, freeze_plan, lend, request, request_as,
        request_migration, sign_contract, start_build,
    },
    facts::{composition, configuration_alone, instances, label, migration},
    people::{
        Move, REASON,
        Who::{CustomerReviewer, Engineer, Sales},
    },
    road::Stage,
    side,
};

/// A build that reports the instances of an environment of another kind.
fn built_as(name: &str, other: &str) -> Move {
    let instances = instances(label(other));
    Engineer.does(Command::CompleteBuild { label: label(name), instances })
}

fn asks(kind: Kind, content: Content) -> Move {
    Engineer.does(request(kind, content))
}

fn builds(name: &str) -> Move {
    Engineer.does(start_build(name))
}

fn closes(name: &str) -> Move {
    Engineer.does(close(name)).because(REASON)
}

fn destroys(name: &str) -> Move {
    Engineer.does(destroy(name))
}

fn plans(name: &str) -> Move {
    Engineer.does(freeze_plan(name))
}

fn output(number: u32) -> Content {
    Content::Iteration { number, migration: migration(number) }
}

pub(super) fn kinds() -> Vec<Case> {
    let mut cases = demo();
    cases.extend(sandbox());
    cases.extend(migration_environment());
    cases.extend(preprod());
    cases.extend(val());
    cases.extend(prod());
    cases
}

fn demo() -> Vec<Case> {
    use refusal::{CONTENT, INSTANCES, IQ_KIND, NOT_DEMO, NOT_DUE, NOT_YET};
    let shown = |case: Case, column: Column| case.shows(Kind::Demo, column);
    let made = |content: Content| asks(Kind::Demo, content);
    let pair = || built_as("demo", "sandbox");
    vec![
        shown(
            case(INSTANCES, Stage::Prospect, pair(), "other instances than its plan")
                .after([made(Content::DemoSet), builds("demo")]),
            Column::Instances,
        ),
        shown(
            case(NOT_YET, Stage::Prospect, made(Content::DemoSet), "`customer-is-prospect`")
                .after([Sales.does(sign_contract())]),
            Column::Opens,
        ),
        shown(
            case(CONTENT, Stage::Prospect, made(Content::Empty), "does not allow it for Demo"),
            Column::Content,
        ),
        // No real people are in it.
        shown(
            case(CONTENT, Stage::Prospect, made(output(1)), "does not allow it for Demo"),
            Column::Masked,
        ),
        shown(case(IQ_KIND, Stage::DemoInUse, plans("demo"), "Demo gets none"), Column::Iq),
        shown(
            case(NOT_DUE, Stage::DemoInUse, Sales.does(expire("demo")), "the Demo's time ends"),
            Column::Ends,
        ),
        // A lent Demo ends when the loan does, and it is lent before the contract only.
        case(NOT_DUE, Stage::DemoLent, Sales.does(expire("demo")), "2026-03-16"),
        case(NOT_DEMO, Stage::Contracted, Sales.does(lend("demo", 3)), "before the contract"),
    ]
}

fn sandbox() -> Vec<Case> {
    use refusal::{CONTENT, INSTANCES, IQ_KIND, NOT_DUE, NOT_YET};
    let shown = |case: Case, column: Column| case.shows(Kind::Sandbox, column);
    let made = |content: Content| asks(Kind::Sandbox, content);
    let single = || built_as("sandbox", "demo");
    vec![
        shown(
            case(INSTANCES, Stage::Contracted, single(), "other instances than its plan")
                .after([made(Content::Empty), builds("sandbox")]),
            Column::Instances,
        ),
        shown(
            case(NOT_YET, Stage::DemoInUse, made(Content::Empty), "`contract-is-signed`"),
            Column::Opens,
        ),
        case(NOT_YET, Stage::DueDestroyed, made(Content::Empty), "`prod-is-not-live`"),
        shown(
            case(CONTENT, Stage::Contracted, made(Content::DemoSet), "not allow it for Sandbox"),
            Column::Content,
        ),
        // Volunteers of the migration do not enter.
        shown(
            case(CONTENT, Stage::Contracted, made(output(1)), "not allow it for Sandbox"),
            Column::Masked,
        ),
        shown(
            case(IQ_KIND, Stage::SandboxInUse, plans("sandbox"), "Sandbox gets none"),
            Column::Iq,
        ),
        shown(
            case(NOT_DUE, Stage::IqProvided, destroys("sandbox"), "is not due")
                .after([closes("sandbox")]),
            Column::Ends,
        ),
    ]
}

fn migration_environment() -> Vec<Case> {
    use refusal::{CONTENT, INSTANCES, IQ_KIND, NOT_DUE, NOT_YET};
    let shown = |case: Case, column: Column| case.shows(Kind::Migration, column);
    let made = |number: u32| Engineer.does(request_migration(number));
    let pair = || built_as("migration-1", "sandbox");
    vec![
        shown(
            case(INSTANCES, Stage::IterationPublished, pair(), "other instances than its plan")
                .after([made(1), builds("migration-1")]),
            Column::Instances,
        ),
        // Without a source database there is nothing to migrate, and no environment that shows it.
        shown(
            case(NOT_YET, Stage::Contracted, made(1), "`iteration-is-published`")
                .after([side::declared()]),
            Column::Opens,
        ),
        case(NOT_YET, Stage::DueDestroyed, made(1), "`prod-is-not-live`"),
        shown(
            case(CONTENT, Stage::IterationPublished, made(1), "the latest published")
                .along(side::published_anew(2, "second dump")),
            Column::Content,
        ),
        case(
            CONTENT,
            Stage::IterationPublished,
            asks(Kind::Migration, Content::Empty),
            "not allow it for Migration",
        ),
        case(CONTENT, Stage::SignedOff, made(1), "its review is over"),
        shown(
            case(IQ_KIND, Stage::MigrationInUse, plans("migration-1"), "Migration gets none"),
            Column::Iq,
        ),
        shown(
            case(NOT_DUE, Stage::MigrationInUse, destroys("migration-1"), "is not due")
                .after([closes("migration-1")]),
            Column::Ends,
        ),
    ]
}

fn preprod() -> Vec<Case> {
    use refusal::{CONTENT, INSTANCES, IQ_KIND, NOT_DUE, NOT_YET};
    let shown = |case: Case, column: Column| case.shows(Kind::Preprod, column);
    let made = || asks(Kind::Preprod, Content::Empty);
    let pair = || built_as("preprod", "sandbox");
    vec![
        shown(
            case(INSTANCES, Stage::Contracted, pair(), "other instances than its plan")
                .after([made(), builds("preprod")]),
            Column::Instances,
        ),
        shown(case(NOT_YET, Stage::Prospect, made(), "`contract-is-signed`"), Column::Opens),
        case(NOT_YET, Stage::Live, made(), "`prod-is-not-live`"),
        case(
            CONTENT,
            Stage::Contracted,
            asks(Kind::Preprod, Content::Clone { of: label("demo") }),
            "not allow it for prePROD",
        ),
        shown(
            case(IQ_KIND, Stage::Contracted, plans("preprod"), "prePROD gets none").after([made()]),
            Column::Iq,
        ),
        shown(
            case(NOT_DUE, Stage::Contracted, destroys("preprod"), "is not due")
                .along(side::preprod())
                .after([closes("preprod")]),
            Column::Ends,
        ),
    ]
}

fn val() -> Vec<Case> {
    use refusal::{INSTANCES, IQ_UNSIGNED, NOT_DUE, NOT_YET, PACKAGES};
    let shown = |case: Case, column: Column| case.shows(Kind::Val, column);
    let made =
        |purpose: Purpose, content: Content| Engineer.does(request_as(Kind::Val, purpose, content));
    let formal = |number: u32| made(Purpose::Formal, composition("sandbox", number));
    let single = || built_as("val-2", "demo");
    vec![
        shown(
            case(INSTANCES, Stage::ValBuilding, single(), "other instances than its plan"),
            Column::Instances,
        ),
        shown(case(NOT_YET, Stage::SignedOff, formal(1), "`source-is-chosen`"), Column::Opens),
        case(NOT_YET, Stage::DueDestroyed, formal(1), "`prod-is-not-live`"),
        // Configuration and migration output, both, from where the customer agreed.
        shown(
            case(
                PACKAGES,
                Stage::Extracted,
                made(Purpose::Formal, configuration_alone("sandbox")),
                "are others",
            ),
            Column::Content,
        ),
        case(
            PACKAGES,
            Stage::Extracted,
            made(Purpose::Informal, composition("preprod", 1)),
            "are others",
        ),
        shown(
            case(IQ_UNSIGNED, Stage::ValPlanned, builds("val-2"), "awaits the signatures"),
            Column::Iq,
        ),
        shown(
            case(NOT_DUE, Stage::IqProvided, destroys("val-2"), "is not due")
                .after([closes("val-2")]),
            Column::Ends,
        ),
        case(NOT_DUE, Stage::Validated, destroys("val-1"), "is not due").after([closes("val-1")]),
    ]
}

fn prod() -> Vec<Case> {
    use refusal::{INSTANCES, IQ_UNSIGNED, NOT_YET, PACKAGES, PROD_STAYS, SOURCE_NOT_AGREED};
    let shown = |case: Case, column: Column| case.shows(Kind::Prod, column);
    let made = |content: Content| asks(Kind::Prod, content);
    let single = || built_as("prod", "demo");
    vec![
        shown(
            case(INSTANCES, Stage::ProdBuilding, single(), "other instances than its plan"),
            Column::Instances,
        ),
        shown(
            case(
                NOT_YET,
                Stage::ValAccepted,
                made(composition("val-2", 1)),
                "`validation-is-completed`",
            ),
            Column::Opens,
        ),
        case(
            NOT_YET,
            Stage::SandboxInUse,
            made(configuration_alone("sandbox")),
            "`validation-is-completed`",
        )
        .after([side::declared()]),
        shown(
            case(PACKAGES, Stage::FinalRunDone, made(composition("preprod", 2)), "are others"),
            Column::Content,
        ),
        case(PACKAGES, Stage::FinalRunDone, made(configuration_alone("val-2")), "are others"),
        case(
            SOURCE_NOT_AGREED,
            Stage::ProdSourceChosen,
            Engineer.does(extract(Kind::Prod, "sandbox")),
            "expected `val-2`, found `sandbox`",
        ),
        shown(
            case(IQ_UNSIGNED, Stage::ProdPlanned, builds("prod"), "awaits the signatures"),
            Column::Iq,
        ),
        shown(
            case(PROD_STAYS, Stage::DueDestroyed, destroys("prod"), "is never closed or destroyed"),
            Column::Ends,
        ),
        case(
            refusal::SIGNED_OFF_ALREADY,
            Stage::Live,
            CustomerReviewer.does(dump("another dump")),
            "PROD is live",
        ),
    ]
}
