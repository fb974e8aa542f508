//! Cases of documents and their signatures.

use landfall_core::{
    customer::{Command, DocumentKind, Subject},
    environment::Kind,
    plan::Content,
    refusal,
    signature::Meaning,
};

use super::{Case, case};
use crate::support::{
    commands::{
        accept, certify, certify_materials, complete_build, freeze_plan, freeze_report, reject,
        report_iteration, request, sign, start_build, start_iteration, stop_build,
    },
    facts::{composition, digest, label},
    people::{
        REASON,
        Who::{
            self, CustomerQuality, CustomerReviewer, Engineer, Quality, SecondEngineer,
            ThirdEngineer,
        },
    },
    road::{PROD_IQ, Stage, VAL_IQ},
    side,
};

pub(super) fn qualification() -> Vec<Case> {
    use refusal::{CHECK_FAILED, IQ_KIND, IQ_REPORT_UNSIGNED, IQ_UNSIGNED, WRONG_STATE};
    let build = || Engineer.does(start_build("val-2"));
    let accepted = || CustomerQuality.does(accept("val-2"));
    let masking = |name: &str| Engineer.does(certify(DocumentKind::MaskingCertificate, name));
    let gone = |name: &str| Engineer.does(certify(DocumentKind::DestructionCertificate, name));
    let plan_rejected = || SecondEngineer.does(reject(VAL_IQ, "val-2 plan")).because(REASON);
    let report_rejected = || Quality.does(reject(VAL_IQ, "val-2 report")).because(REASON);
    let approval = || Quality.does(sign(VAL_IQ, Meaning::ReportApproval, "val-2 report"));
    let failed = || Engineer.does(freeze_report("val-2", 2));
    let planned = |name: &str| Engineer.does(freeze_plan(name));
    vec![
        case(IQ_KIND, Stage::DemoInUse, planned("demo"), "Demo gets none"),
        case(IQ_KIND, Stage::SandboxInUse, planned("sandbox"), "Sandbox gets none"),
        case(IQ_KIND, Stage::MigrationInUse, planned("migration-1"), "Migration gets none"),
        case(IQ_KIND, Stage::InformalValInUse, planned("val-1"), "an informal VAL gets none"),
        case(IQ_KIND, Stage::Contracted, planned("preprod"), "prePROD gets none")
            .after([Engineer.does(request(Kind::Preprod, Content::Empty))]),
        case(IQ_UNSIGNED, Stage::ValRequested, build(), "author, technical-review, plan-approval"),
        case(IQ_UNSIGNED, Stage::ValPlanned, build(), "technical-review, plan-approval")
            .after([Engineer.does(sign(VAL_IQ, Meaning::Author, "val-2 plan"))]),
        case(IQ_UNSIGNED, Stage::ValPlanned, build(), "was rejected").after([plan_rejected()]),
        case(IQ_REPORT_UNSIGNED, Stage::ValBuilt, accepted(), "is not approved"),
        case(IQ_REPORT_UNSIGNED, Stage::ValReported, accepted(), "is not approved"),
        case(IQ_REPORT_UNSIGNED, Stage::ValReported, accepted(), "is not approved")
            .after([report_rejected()]),
        case(
            IQ_REPORT_UNSIGNED,
            Stage::ProdReported,
            Engineer.does(Command::ProvideIq),
            "the IQ of PROD is not approved yet",
        ),
        case(CHECK_FAILED, Stage::ValBuilt, approval(), "2 failed checks").after([failed()]),
        case(WRONG_STATE, Stage::ValPlanned, planned("val-2"), "be documented"),
        case(
            WRONG_STATE,
            Stage::ValPlanSigned,
            Engineer.does(freeze_report("val-2", 0)),
            "be documented",
        ),
        case(WRONG_STATE, Stage::SandboxInUse, masking("sandbox"), "certified as masked"),
        case(WRONG_STATE, Stage::ValBuilding, masking("val-2"), "certified as masked"),
        case(WRONG_STATE, Stage::DueClosed, gone("sandbox"), "certified as destroyed"),
    ]
}

pub(super) fn reports() -> Vec<Case> {
    use refusal::{DOCUMENT_UNKNOWN, IQ_KIND, ITERATION_UNKNOWN, MATERIALS, WRONG_STATE};
    let made = |kind: DocumentKind, name: &str| Engineer.does(certify(kind, name));
    let of_iteration = |kind: DocumentKind, number: u32| {
        Engineer.does(Command::FreezeDocument {
            kind,
            about: Subject::Iteration(number),
            is_plan: false,
            facts: digest("facts"),
            failed_checks: 0,
            head: digest("head"),
        })
    };
    let about_materials = Engineer.does(Command::FreezeDocument {
        kind: DocumentKind::GoLiveRecord,
        about: Subject::Materials(14),
        is_plan: false,
        facts: digest("facts"),
        failed_checks: 0,
        head: digest("head"),
    });
    let again = || Engineer.does(start_iteration("dump", "spec"));
    let report = DocumentKind::ConfigurationReport;
    vec![
        case(ITERATION_UNKNOWN, Stage::Contracted, Engineer.does(report_iteration(1)), "has run"),
        case(ITERATION_UNKNOWN, Stage::FindingOpen, Engineer.does(report_iteration(2)), "has run")
            .after([again()]),
        case(
            ITERATION_UNKNOWN,
            Stage::FindingOpen,
            of_iteration(DocumentKind::MaskingCertificate, 1),
            "no iteration 1 that has run",
        ),
        case(
            DOCUMENT_UNKNOWN,
            Stage::SandboxInUse,
            made(DocumentKind::QcReport, "sandbox"),
            "a qc-report is not about an environment",
        ),
        case(
            DOCUMENT_UNKNOWN,
            Stage::SandboxInUse,
            made(DocumentKind::MaterialsCertificate, "sandbox"),
            "a materials-certificate is not about an environment",
        ),
        case(MATERIALS, Stage::DueDestroyed, Engineer.does(certify_materials(14)), "operation 14"),
        case(MATERIALS, Stage::MaterialsDestroyed, about_materials, "operation 14"),
        // A configuration report tells of an instance that is there.
        case(WRONG_STATE, Stage::ValBuilding, made(report, "val-2"), "found it building"),
        case(WRONG_STATE, Stage::DueDestroyed, made(report, "sandbox"), "found it destroyed"),
        // The go-live record tells of a PROD that went live.
        case(
            WRONG_STATE,
            Stage::QcReviewed,
            made(DocumentKind::GoLiveRecord, "prod"),
            "be recorded as live",
        ),
        case(
            WRONG_STATE,
            Stage::Live,
            made(DocumentKind::GoLiveRecord, "val-2"),
            "be recorded as live",
        ),
        case(
            IQ_KIND,
            Stage::InformalValInUse,
            Engineer.does(Command::FreezeDocument {
                kind: DocumentKind::Iq,
                about: Subject::Environment(label("val-1")),
                is_plan: false,
                facts: digest("val-1 report"),
                failed_checks: 0,
                head: digest("head"),
            }),
            "an informal VAL gets none",
        ),
    ]
}

pub(super) fn signatures() -> Vec<Case> {
    use refusal::{
        ALREADY_REJECTED, DOCUMENT_UNKNOWN, NOT_INDEPENDENT, OTHER_CONTENT, REASON_MISSING,
        SIGNATURE_NOT_ASKED, SIGNED_TWICE,
    };
    let plan = |who: Who, meaning: Meaning| who.does(sign(VAL_IQ, meaning, "val-2 plan"));
    let report = |who: Who, meaning: Meaning| who.does(sign(VAL_IQ, meaning, "val-2 report"));
    let review = || plan(SecondEngineer, Meaning::TechnicalReview);
    let rejects = |who: Who| who.does(reject(VAL_IQ, "val-2 plan")).because(REASON);
    let executes = || Engineer.does(sign(PROD_IQ, Meaning::Execution, "prod report"));
    let rejects_prod = || Quality.does(reject(PROD_IQ, "prod report")).because(REASON);
    let certificate = sign("ACME-MC-001", Meaning::ReportApproval, "val-2 masking-certificate");
    let unknown = || sign("ACME-IQ-009", Meaning::Author, "val-2 plan");
    let other = || sign(VAL_IQ, Meaning::Author, "val-2 report");
    vec![
        case(DOCUMENT_UNKNOWN, Stage::ValPlanned, Engineer.does(unknown()), "`ACME-IQ-009`"),
        case(
            DOCUMENT_UNKNOWN,
            Stage::ValPlanned,
            Engineer.does(reject("ACME-IQ-009", "val-2 plan")).because(REASON),
            "`ACME-IQ-009`",
        ),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ValPlanned,
            plan(Quality, Meaning::TechnicalReview),
            "as technical-review by a vendor quality",
        ),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ValPlanned,
            plan(Engineer, Meaning::Execution),
            "not signed as execution",
        ),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ValReported,
            report(Engineer, Meaning::Author),
            "not signed as author",
        ),
        case(SIGNATURE_NOT_ASKED, Stage::ValBuilt, Quality.does(certificate), "it states facts"),
        case(
            SIGNATURE_NOT_ASKED,
            Stage::ValPlanned,
            rejects(ThirdEngineer),
            "awaits no signature of a vendor engineer",
        )
        .after([plan(Engineer, Meaning::Author), review()]),
        case(SIGNED_TWICE, Stage::ValPlanned, review(), "already as technical-review")
            .after([review()]),
        case(
            SIGNED_TWICE,
            Stage::ValPlanned,
            plan(ThirdEngineer, Meaning::TechnicalReview),
            "`nadia-roy` signed this record already",
        )
        .after([review()]),
        case(
            SIGNED_TWICE,
            Stage::ValPlanned,
            plan(Engineer, Meaning::TechnicalReview),
            "already as author",
        )
        .after([plan(Engineer, Meaning::Author)]),
        case(
            SIGNED_TWICE,
            Stage::QcReviewed,
            CustomerReviewer.does(Command::SignFinalQc),
            "already as customer-review",
        ),
        case(
            NOT_INDEPENDENT,
            Stage::ValPlanned,
            plan(Engineer, Meaning::TechnicalReview),
            "has another part in this qualification",
        ),
        case(
            NOT_INDEPENDENT,
            Stage::ValPlanned,
            plan(SecondEngineer, Meaning::Author),
            "only `erik-dahl` signs as author",
        ),
        case(
            NOT_INDEPENDENT,
            Stage::ValPlanSigned,
            SecondEngineer.does(start_build("val-2")),
            "reviewed the plan",
        ),
        case(
            NOT_INDEPENDENT,
            Stage::ValReported,
            report(SecondEngineer, Meaning::Execution),
            "only `erik-dahl` signs as execution",
        ),
        case(
            NOT_INDEPENDENT,
            Stage::ValReported,
            report(Engineer, Meaning::ExecutionReview),
            "has another part in this qualification",
        ),
        // Who carried out a plan that another wrote does not review it either.
        case(
            NOT_INDEPENDENT,
            Stage::ValPlanSigned,
            report(ThirdEngineer, Meaning::ExecutionReview),
            "has another part in this qualification",
        )
        .after([
            ThirdEngineer.does(start_build("val-2")),
            ThirdEngineer.does(complete_build("val-2")),
            ThirdEngineer.does(freeze_report("val-2", 0)),
        ]),
        // Nor does who began to carry it out and did not finish.
        case(
            NOT_INDEPENDENT,
            Stage::ValPlanSigned,
            report(ThirdEngineer, Meaning::ExecutionReview),
            "has another part in this qualification",
        )
        .after([
            ThirdEngineer.does(start_build("val-2")),
            ThirdEngineer.does(stop_build("val-2")),
            Engineer.does(start_build("val-2")),
            Engineer.does(complete_build("val-2")),
            Engineer.does(freeze_report("val-2", 0)),
        ]),
        case(OTHER_CONTENT, Stage::ValPlanned, Engineer.does(other()), "the signature was given"),
        case(
            OTHER_CONTENT,
            Stage::ValReported,
            plan(Engineer, Meaning::Execution),
            "the signature was given",
        ),
        case(
            OTHER_CONTENT,
            Stage::ValPlanned,
            Engineer.does(reject(VAL_IQ, "val-2 report")).because(REASON),
            "the rejection was given",
        ),
        case(
            ALREADY_REJECTED,
            Stage::ValPlanned,
            plan(Engineer, Meaning::Author),
            "is not signed any more",
        )
        .after([rejects(SecondEngineer)]),
        case(ALREADY_REJECTED, Stage::ValPlanned, rejects(Quality), "is rejected or fully signed")
            .after([rejects(SecondEngineer)]),
        case(ALREADY_REJECTED, Stage::ValPlanSigned, rejects(Quality), "fully signed already"),
        // The IQ of a PROD that was given up is neither signed nor rejected, whether another PROD follows or not.
        case(ALREADY_REJECTED, Stage::ProdReported, executes(), "was given up")
            .along(side::given_up("prod")),
        case(ALREADY_REJECTED, Stage::ProdReported, rejects_prod(), "was given up")
            .along(side::given_up("prod")),
        case(ALREADY_REJECTED, Stage::ProdReported, executes(), "was given up")
            .along(side::given_up("prod"))
            .along(side::prod(composition("val-2", 2), "ACME-IQ-003")),
        // Who rejects is bound as who signs: once, and not what they made.
        case(SIGNED_TWICE, Stage::ValPlanned, rejects(Engineer), "already as author")
            .after([plan(Engineer, Meaning::Author)]),
        case(
            NOT_INDEPENDENT,
            Stage::ValPlanSigned,
            Engineer.does(reject(VAL_IQ, "val-2 report")).because(REASON),
            "has another part in this qualification",
        )
        .after([
            ThirdEngineer.does(start_build("val-2")),
            ThirdEngineer.does(complete_build("val-2")),
            ThirdEngineer.does(freeze_report("val-2", 0)),
        ]),
        case(
            REASON_MISSING,
            Stage::ValPlanned,
            Quality.does(reject(VAL_IQ, "val-2 plan")),
            "rejecting a document needs a reason",
        ),
    ]
}
