//! Cases of configuration that goes from Sandbox to prePROD, and of PROD's that is not the validated one.

use landfall_core::{
    customer::{Command, DocumentKind, PromotionCounts},
    environment::Kind,
    plan::Content,
    refusal,
};

use super::{Case, Column, case};
use crate::support::{
    commands::{certify, close, promote, promoted, reject, request, start_build},
    facts::{label, migration},
    people::{
        REASON,
        Who::{CustomerQuality, Engineer, Quality},
    },
    road::Stage,
    side::{self, DIFFERENCE, difference_reported, differing_prod},
};

pub(super) fn promotions() -> Vec<Case> {
    use refusal::{AUTHORITY, PROMOTION, UNKNOWN_ENVIRONMENT, WRONG_STATE};
    let promotes = |from: &str, to: &str| Engineer.does(promote(from, to));
    let of_volunteers = Engineer.does(Command::StartPromotion {
        from: label("sandbox"),
        to: label("preprod"),
        package: migration(1),
        counts: PromotionCounts { added: 7, changed: 0, kept: 0 },
    });
    let at = Stage::InformalValInUse;
    vec![
        case(PROMOTION, at, promotes("preprod", "sandbox"), "from `preprod` to `sandbox`")
            .along(side::preprod()),
        case(PROMOTION, at, promotes("sandbox", "val-1"), "from `sandbox` to `val-1`"),
        case(PROMOTION, Stage::Live, promotes("sandbox", "prod"), "from `sandbox` to `prod`"),
        case(PROMOTION, at, promotes("migration-1", "preprod"), "from `migration-1`")
            .along(side::preprod())
            .shows(Kind::Preprod, Column::Content),
        case(PROMOTION, at, of_volunteers, "from `sandbox` to `preprod`")
            .along(side::preprod())
            .shows(Kind::Preprod, Column::Masked),
        case(PROMOTION, at, promotes("sandbox", "preprod"), "is going on")
            .along(side::preprod())
            .after([promotes("sandbox", "preprod")]),
        case(PROMOTION, at, Engineer.does(promoted("preprod")), "no promotion to `preprod`")
            .along(side::preprod()),
        case(PROMOTION, at, Engineer.does(promoted("preprod")), "no promotion to `preprod`")
            .along(side::promotion()),
        // What was begun is finished in the environment that it was begun for, while that is in use.
        case(WRONG_STATE, at, Engineer.does(promoted("preprod")), "found it closed")
            .along(side::preprod())
            .after([
                promotes("sandbox", "preprod"),
                Engineer.does(close("preprod")).because(REASON),
            ]),
        case(PROMOTION, at, Engineer.does(promoted("preprod")), "no promotion to `preprod`")
            .along(side::preprod())
            .after([promotes("sandbox", "preprod")])
            .along(side::given_up("preprod"))
            .along(side::preprod()),
        case(UNKNOWN_ENVIRONMENT, at, promotes("sandbox", "preprod"), "no environment `preprod`"),
        case(WRONG_STATE, at, promotes("sandbox", "preprod"), "part of a promotion")
            .after([Engineer.does(request(Kind::Preprod, Content::Empty))]),
        case(AUTHORITY, at, Quality.does(promote("sandbox", "preprod")), "vendor engineer")
            .along(side::preprod()),
    ]
}

pub(super) fn differences() -> Vec<Case> {
    use refusal::{ALREADY_REJECTED, DIFFERENCE_UNSIGNED, REASON_MISSING};
    let builds = || Engineer.does(start_build("prod"));
    let reports = |name: &str| Engineer.does(certify(DocumentKind::DifferenceReport, name));
    let shown = "prod difference-report";
    let rejects = || CustomerQuality.does(reject(DIFFERENCE, shown)).because(REASON);
    let at = Stage::ProdSourceChosen;
    vec![
        case(DIFFERENCE_UNSIGNED, at, builds(), "nobody signed the difference")
            .along(differing_prod()),
        case(DIFFERENCE_UNSIGNED, at, builds(), "differs from")
            .along(differing_prod())
            .after([difference_reported()]),
        case(DIFFERENCE_UNSIGNED, at, builds(), "of the validated `val-2`")
            .along(differing_prod())
            .after([difference_reported(), rejects()]),
        // The report is made once, of PROD, and only where there is a difference.
        case(DIFFERENCE_UNSIGNED, at, reports("prod"), "no difference report")
            .along(differing_prod())
            .after([difference_reported()]),
        case(DIFFERENCE_UNSIGNED, Stage::ProdPlanSigned, reports("prod"), "`acme/prod` now"),
        case(DIFFERENCE_UNSIGNED, Stage::ProdBuilt, reports("prod"), "`acme/prod` now"),
        case(DIFFERENCE_UNSIGNED, at, reports("val-2"), "`acme/val-2` now"),
        case(ALREADY_REJECTED, at, side::difference_signed(), "is not signed any more")
            .along(differing_prod())
            .after([difference_reported(), rejects()]),
        case(ALREADY_REJECTED, at, rejects(), "fully signed already")
            .along(differing_prod())
            .after([difference_reported(), side::difference_signed()]),
        case(
            REASON_MISSING,
            at,
            CustomerQuality.does(reject(DIFFERENCE, shown)),
            "rejecting a document",
        )
        .along(differing_prod())
        .after([difference_reported()]),
    ]
}
