//! The straight way: from a prospect to PROD live, and to the end of what falls due.

use landfall_core::{
    customer::{Command, DocumentKind},
    environment::Kind,
    plan::{Content, Purpose},
    signature::Meaning,
};

use super::{
    commands::{
        accept, add_finding, add_prospect, certify, certify_materials, choose, close,
        complete_build, complete_iteration, destroy, destroyed, dump, extract, final_dump,
        freeze_plan, freeze_report, lend, materials_destroyed, publish, record_spec, request,
        request_as, request_migration, resolve_finding, sign, sign_contract, sign_iteration,
        start_build, start_iteration, validate,
    },
    facts::{composition, label},
    people::{
        Move,
        Who::{CustomerQuality, CustomerReviewer, Engineer, Quality, Sales, SecondEngineer},
    },
};

/// How far the customer has come. Each stage is reached by the moves of all stages up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Nothing,
    Prospect,
    DemoInUse,
    DemoLent,
    Contracted,
    SandboxInUse,
    IterationPublished,
    MigrationInUse,
    FindingOpen,
    SignedOff,
    SourceChosen,
    Extracted,
    InformalValInUse,
    ValRequested,
    ValPlanned,
    ValPlanSigned,
    ValBuilding,
    ValBuilt,
    ValReported,
    ValApproved,
    ValAccepted,
    Validated,
    FinalDumpReceived,
    ProdSourceChosen,
    ProdExtracted,
    FinalRunDone,
    ProdRequested,
    ProdPlanned,
    ProdPlanSigned,
    ProdBuilding,
    ProdBuilt,
    ProdReported,
    ProdApproved,
    ProdReviewed,
    IqProvided,
    QcReviewed,
    Live,
    DueClosed,
    DueDestroyed,
    MaterialsDestroyed,
}

impl Stage {
    pub(crate) const ALL: [Self; 40] = [
        Self::Nothing,
        Self::Prospect,
        Self::DemoInUse,
        Self::DemoLent,
        Self::Contracted,
        Self::SandboxInUse,
        Self::IterationPublished,
        Self::MigrationInUse,
        Self::FindingOpen,
        Self::SignedOff,
        Self::SourceChosen,
        Self::Extracted,
        Self::InformalValInUse,
        Self::ValRequested,
        Self::ValPlanned,
        Self::ValPlanSigned,
        Self::ValBuilding,
        Self::ValBuilt,
        Self::ValReported,
        Self::ValApproved,
        Self::ValAccepted,
        Self::Validated,
        Self::FinalDumpReceived,
        Self::ProdSourceChosen,
        Self::ProdExtracted,
        Self::FinalRunDone,
        Self::ProdRequested,
        Self::ProdPlanned,
        Self::ProdPlanSigned,
        Self::ProdBuilding,
        Self::ProdBuilt,
        Self::ProdReported,
        Self::ProdApproved,
        Self::ProdReviewed,
        Self::IqProvided,
        Self::QcReviewed,
        Self::Live,
        Self::DueClosed,
        Self::DueDestroyed,
        Self::MaterialsDestroyed,
    ];
}

/// What is due after go-live, in the order in which the tests end it: the formal VAL last.
pub(crate) const DUE: [&str; 5] = ["demo", "sandbox", "migration-1", "val-1", "val-2"];

/// The number of the IQ of the formal VAL `val-2`.
pub(crate) const VAL_IQ: &str = "ACME-IQ-001";

/// The number of the IQ of PROD.
pub(crate) const PROD_IQ: &str = "ACME-IQ-002";

/// The operation that destroys the customer's dumps, packages and the like at the end of the straight way.
pub(crate) const MATERIALS: u32 = 14;

/// The moves that lead from the stage before to this one.
pub(crate) fn moves(stage: Stage) -> Vec<Move> {
    match stage {
        Stage::Nothing => Vec::new(),
        Stage::Prospect => vec![Sales.does(add_prospect("Acme Clinical Research"))],
        Stage::DemoInUse => made(request(Kind::Demo, Content::DemoSet), "demo"),
        Stage::DemoLent => vec![Sales.does(lend("demo", 14))],
        Stage::Contracted => vec![Sales.does(sign_contract())],
        Stage::SandboxInUse => {
            made(request(Kind::Sandbox, Content::Clone { of: label("demo") }), "sandbox")
        }
        Stage::IterationPublished => vec![
            CustomerReviewer.does(dump("dump")),
            Engineer.does(record_spec("draft spec")),
            Engineer.does(record_spec("spec")),
            Engineer.does(start_iteration("dump", "spec")),
            Engineer.does(complete_iteration(1)),
            Engineer.does(publish(1)),
        ],
        Stage::MigrationInUse => made(request_migration(1), "migration-1"),
        Stage::FindingOpen => vec![CustomerReviewer.does(add_finding(1))],
        Stage::SignedOff => vec![
            Engineer.does(resolve_finding(1, 1)),
            CustomerReviewer.does(sign_iteration(1)),
            CustomerQuality.does(sign_iteration(1)),
        ],
        Stage::SourceChosen => vec![CustomerQuality.does(choose(Kind::Val, "sandbox"))],
        Stage::Extracted => vec![Engineer.does(extract(Kind::Val, "sandbox"))],
        Stage::InformalValInUse => {
            made(request_as(Kind::Val, Purpose::Informal, composition("sandbox", 1)), "val-1")
        }
        Stage::ValRequested => {
            vec![Engineer.does(request_as(Kind::Val, Purpose::Formal, composition("sandbox", 1)))]
        }
        Stage::ValPlanned => vec![Engineer.does(freeze_plan("val-2"))],
        Stage::ValPlanSigned => plan_signed(VAL_IQ, "val-2 plan"),
        Stage::ValBuilding => vec![Engineer.does(start_build("val-2"))],
        Stage::ValBuilt => vec![
            Engineer.does(complete_build("val-2")),
            Engineer.does(certify(DocumentKind::MaskingCertificate, "val-2")),
        ],
        Stage::ValReported => vec![Engineer.does(freeze_report("val-2", 0))],
        Stage::ValApproved => report_signed(VAL_IQ, "val-2 report"),
        Stage::ValAccepted => vec![CustomerQuality.does(accept("val-2"))],
        Stage::Validated => vec![CustomerQuality.does(validate("val-2"))],
        Stage::FinalDumpReceived => vec![CustomerReviewer.does(final_dump("final dump"))],
        Stage::ProdSourceChosen => vec![CustomerQuality.does(choose(Kind::Prod, "val-2"))],
        Stage::ProdExtracted => vec![Engineer.does(extract(Kind::Prod, "val-2"))],
        Stage::FinalRunDone => vec![
            Engineer.does(start_iteration("final dump", "spec")),
            Engineer.does(complete_iteration(2)),
        ],
        Stage::ProdRequested => {
            vec![Engineer.does(request(Kind::Prod, composition("val-2", 2)))]
        }
        Stage::ProdPlanned => vec![Engineer.does(freeze_plan("prod"))],
        Stage::ProdPlanSigned => plan_signed(PROD_IQ, "prod plan"),
        Stage::ProdBuilding => vec![Engineer.does(start_build("prod"))],
        Stage::ProdBuilt => vec![Engineer.does(complete_build("prod"))],
        Stage::ProdReported => vec![Engineer.does(freeze_report("prod", 0))],
        Stage::ProdApproved => report_signed(PROD_IQ, "prod report"),
        Stage::ProdReviewed => vec![SecondEngineer.does(Command::ReviewProd)],
        Stage::IqProvided => vec![Engineer.does(Command::ProvideIq)],
        Stage::QcReviewed => vec![CustomerReviewer.does(Command::SignFinalQc)],
        Stage::Live => vec![CustomerQuality.does(Command::SignFinalQc)],
        Stage::DueClosed => DUE.into_iter().map(|name| Engineer.does(close(name))).collect(),
        Stage::DueDestroyed => DUE
            .into_iter()
            .flat_map(|name| {
                [
                    Engineer.does(destroy(name)),
                    Engineer.does(destroyed(name)),
                    Engineer.does(certify(DocumentKind::DestructionCertificate, name)),
                ]
            })
            .collect(),
        Stage::MaterialsDestroyed => vec![
            Engineer.does(Command::StartMaterialsDestruction),
            Engineer.does(materials_destroyed(MATERIALS)),
            Engineer.does(certify_materials(MATERIALS)),
        ],
    }
}

/// Requests and builds an environment that is not qualified.
pub(crate) fn made(request: Command, name: &str) -> Vec<Move> {
    vec![
        Engineer.does(request),
        Engineer.does(start_build(name)),
        Engineer.does(complete_build(name)),
    ]
}

pub(crate) fn plan_signed(number: &str, shown: &str) -> Vec<Move> {
    vec![
        Engineer.does(sign(number, Meaning::Author, shown)),
        SecondEngineer.does(sign(number, Meaning::TechnicalReview, shown)),
        Quality.does(sign(number, Meaning::PlanApproval, shown)),
    ]
}

pub(crate) fn report_signed(number: &str, shown: &str) -> Vec<Move> {
    vec![
        Engineer.does(sign(number, Meaning::Execution, shown)),
        SecondEngineer.does(sign(number, Meaning::ExecutionReview, shown)),
        Quality.does(sign(number, Meaning::ReportApproval, shown)),
    ]
}
