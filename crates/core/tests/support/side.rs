//! Side roads: what the straight way does not show, as moves that begin where each says.

use landfall_core::{
    customer::{Command, DocumentKind, decide::DesignChange},
    environment::{Kind, Role},
    plan::{Content, Purpose},
    signature::Meaning,
};

use super::{
    commands::{
        accept, approve_change, approve_deviation, ask_change, ask_design, certify, choose, close,
        complete_build, complete_iteration, destroy_early, destroyed, dump, extract, extract_as,
        fail_build, final_dump, freeze_plan, freeze_report, hold, import, make_change,
        materials_destroyed, open_deviation, promote, promoted, publish, reject_change, reject_val,
        request, request_as, resolve_deviation, sign, sign_iteration, start_build, start_iteration,
        validate, withdraw,
    },
    facts::{composition, configuration, configuration_alone},
    people::{
        Move, REASON,
        Who::{CustomerQuality, CustomerReviewer, Engineer, Quality, SecondEngineer},
    },
    road::{PROD_IQ, made, plan_signed, report_signed},
};

/// The number of the first difference report.
pub(crate) const DIFFERENCE: &str = "ACME-DF-001";

/// Requests, plans, builds and reports a qualified environment, with every signature.
fn qualified(request: Command, name: &str, iq: &str) -> Vec<Move> {
    let mut moves = planned(request, name, iq);
    moves.extend([
        Engineer.does(start_build(name)),
        Engineer.does(complete_build(name)),
        Engineer.does(freeze_report(name, 0)),
    ]);
    moves.extend(report_signed(iq, &format!("{name} report")));
    moves
}

/// Requests and plans a qualified environment, with every signature that its build needs.
fn planned(request: Command, name: &str, iq: &str) -> Vec<Move> {
    let mut moves = vec![Engineer.does(request), Engineer.does(freeze_plan(name))];
    moves.extend(plan_signed(iq, &format!("{name} plan")));
    moves
}

/// Makes a formal VAL that the customer accepts and validates.
pub(crate) fn validated(content: Content, name: &str, iq: &str) -> Vec<Move> {
    let mut moves = qualified(request_as(Kind::Val, Purpose::Formal, content), name, iq);
    moves.push(CustomerQuality.does(accept(name)));
    moves.push(CustomerQuality.does(validate(name)));
    moves
}

/// Makes PROD, up to its approved report.
pub(crate) fn prod(content: Content, iq: &str) -> Vec<Move> {
    qualified(request(Kind::Prod, content), "prod", iq)
}

/// From an approved PROD to PROD live.
pub(crate) fn final_check() -> Vec<Move> {
    vec![
        SecondEngineer.does(Command::ReviewProd),
        Engineer.does(Command::ProvideIq),
        CustomerReviewer.does(Command::SignFinalQc),
        CustomerQuality.does(Command::SignFinalQc),
    ]
}

/// Customer quality declares that there is no source database.
pub(crate) fn declared() -> Move {
    CustomerQuality.does(Command::DeclareNoMigration).because("all records were kept on paper")
}

/// From a Sandbox in use: the customer without a source database gets a validated VAL, `val-1`.
pub(crate) fn val_without_migration() -> Vec<Move> {
    let mut moves = vec![
        CustomerQuality.does(choose(Kind::Val, "sandbox")),
        Engineer.does(extract(Kind::Val, "sandbox")),
    ];
    moves.extend(validated(configuration_alone("sandbox"), "val-1", "ACME-IQ-001"));
    moves
}

/// From a Sandbox in use to PROD live, for a customer without a source database.
pub(crate) fn without_migration() -> Vec<Move> {
    [vec![declared()], val_without_migration(), prod_without_migration()].concat()
}

/// From a validated `val-1` to PROD live, for a customer without a source database.
pub(crate) fn prod_without_migration() -> Vec<Move> {
    let mut moves = vec![
        CustomerQuality.does(choose(Kind::Prod, "val-1")),
        Engineer.does(extract(Kind::Prod, "val-1")),
    ];
    moves.extend(prod(configuration_alone("val-1"), "ACME-IQ-002"));
    moves.extend(final_check());
    moves
}

/// Both sign an iteration off.
pub(crate) fn signed_off(number: u32) -> Vec<Move> {
    vec![
        CustomerReviewer.does(sign_iteration(number)),
        CustomerQuality.does(sign_iteration(number)),
    ]
}

/// Both withdraw a sign-off.
pub(crate) fn withdrawn(number: u32) -> Vec<Move> {
    vec![
        CustomerReviewer.does(withdraw(number)).because(REASON),
        CustomerQuality.does(withdraw(number)).because(REASON),
    ]
}

/// A run on a dump that comes with it, published.
pub(crate) fn published_anew(number: u32, name: &str) -> Vec<Move> {
    vec![
        CustomerReviewer.does(dump(name)),
        Engineer.does(start_iteration(name, "spec")),
        Engineer.does(complete_iteration(number)),
        Engineer.does(publish(number)),
    ]
}

/// From the final run: the sign-off of iteration 1 is withdrawn, another output is signed off and validated in `val-3`.
pub(crate) fn validated_anew() -> Vec<Move> {
    let mut moves = withdrawn(1);
    moves.extend(published_anew(3, "second dump"));
    moves.extend(signed_off(3));
    moves.extend(validated(composition("sandbox", 3), "val-3", "ACME-IQ-002"));
    moves
}

/// From a validated `val-3` of iteration 3: another final dump and another final run, iteration 4.
pub(crate) fn run_anew() -> Vec<Move> {
    vec![
        CustomerReviewer.does(final_dump("second final dump")),
        CustomerQuality.does(choose(Kind::Prod, "val-3")),
        Engineer.does(extract(Kind::Prod, "val-3")),
        Engineer.does(start_iteration("second final dump", "spec")),
        Engineer.does(complete_iteration(4)),
    ]
}

/// From an approved report of `val-2`: the customer rejects it, and validates another.
pub(crate) fn second_val() -> Vec<Move> {
    let mut moves = vec![CustomerQuality.does(reject_val("val-2")).because(REASON)];
    moves.extend(validated(composition("sandbox", 1), "val-3", "ACME-IQ-002"));
    moves
}

/// What was built is closed and destroyed before it is due.
pub(crate) fn given_up(name: &str) -> Vec<Move> {
    vec![
        Engineer.does(close(name)).because(REASON),
        Quality.does(destroy_early(name)).because(REASON),
        Quality.does(destroyed(name)),
    ]
}

/// From PROD built and not live: it is given up and built again.
pub(crate) fn prod_again() -> Vec<Move> {
    let mut moves = given_up("prod");
    moves.extend(prod(composition("val-2", 2), "ACME-IQ-003"));
    moves.extend(final_check());
    moves
}

/// From the final check: the customer rejects it, and PROD is reviewed again.
pub(crate) fn checked_again() -> Vec<Move> {
    let mut moves = vec![CustomerQuality.does(Command::RejectFinalQc).because(REASON)];
    moves.extend(final_check());
    moves
}

/// From the agreement on PROD's source: what is extracted is no longer what was validated, up to PROD's signed plan.
pub(crate) fn differing_prod() -> Vec<Move> {
    let mut moves = vec![
        Engineer.does(extract_as(Kind::Prod, "val-2", configuration("val-2, changed"))),
        Engineer.does(start_iteration("final dump", "spec")),
        Engineer.does(complete_iteration(2)),
    ];
    let request = request(Kind::Prod, composition("val-2, changed", 2));
    moves.extend(planned(request, "prod", PROD_IQ));
    moves
}

/// The difference between the validated configuration and PROD's is reported.
pub(crate) fn difference_reported() -> Move {
    Engineer.does(certify(DocumentKind::DifferenceReport, "prod"))
}

/// Customer quality signs the difference.
pub(crate) fn difference_signed() -> Move {
    let shown = "prod difference-report";
    CustomerQuality.does(sign(DIFFERENCE, Meaning::CustomerApproval, shown))
}

/// From `val-2` being built: its build fails, the deviation is resolved, the run is repeated, quality closes it.
pub(crate) fn failed_and_mended() -> Vec<Move> {
    vec![
        Engineer.does(fail_build("val-2")),
        Engineer.does(resolve_deviation(1)),
        Engineer.does(start_build("val-2")),
        Engineer.does(complete_build("val-2")),
        Quality.does(approve_deviation(1)),
    ]
}

/// While `val-2` is being qualified: somebody opens a deviation by hand, and it is closed.
pub(crate) fn noticed() -> Vec<Move> {
    vec![
        SecondEngineer.does(open_deviation("val-2")),
        Engineer.does(resolve_deviation(1)),
        Quality.does(approve_deviation(1)),
    ]
}

/// From PROD live: one change is made, another is rejected.
pub(crate) fn changed() -> Vec<Move> {
    vec![
        Engineer.does(ask_change("prod", Role::Main, "site")).because(REASON),
        CustomerReviewer.does(ask_change("prod", Role::Main, "lab_test")).because(REASON),
        Quality.does(approve_change(1)),
        Engineer.does(make_change(1)),
        Quality.does(reject_change(2)).because(REASON),
    ]
}

/// From PROD live: a design is imported into Main, and its push to Test is rejected.
pub(crate) fn designed() -> Vec<Move> {
    let push = ask_design("prod", Role::Test, DesignChange::Push);
    vec![
        Engineer.does(ask_design("prod", Role::Main, import())).because(REASON),
        CustomerReviewer.does(push).because(REASON),
        Quality.does(approve_change(1)),
        Engineer.does(make_change(1)),
        Quality.does(reject_change(2)).because(REASON),
    ]
}

/// From the contract on: prePROD is made.
pub(crate) fn preprod() -> Vec<Move> {
    made(request(Kind::Preprod, Content::Empty), "preprod")
}

/// From a Sandbox in use: its configuration is promoted to prePROD.
pub(crate) fn promotion() -> Vec<Move> {
    let mut moves = preprod();
    moves.push(Engineer.does(promote("sandbox", "preprod")));
    moves.push(Engineer.does(promoted("preprod")));
    moves
}

/// What is due outside environments is destroyed by an operation of that number.
pub(crate) fn materials_gone(operation: u32) -> Vec<Move> {
    vec![
        Engineer.does(Command::StartMaterialsDestruction),
        Engineer.does(materials_destroyed(operation)),
    ]
}

/// The vendor becomes the owner of Community Dev, and makes it.
pub(crate) fn community_dev() -> Vec<Move> {
    let mut moves = vec![Engineer.does(Command::EstablishVendor)];
    moves.extend(made(request(Kind::CommunityDev, Content::DemoSet), "community-dev"));
    moves
}

/// The side roads that may be taken from anywhere: where one does not begin there, its moves are refused.
pub(crate) fn all() -> Vec<Vec<Move>> {
    vec![
        without_migration(),
        withdrawn(1),
        [withdrawn(1), signed_off(1)].concat(),
        [validated_anew(), run_anew(), prod(composition("val-3", 4), "ACME-IQ-003")].concat(),
        second_val(),
        given_up("val-1"),
        given_up("prod"),
        prod_again(),
        checked_again(),
        differing_prod(),
        vec![difference_reported(), difference_signed(), Engineer.does(start_build("prod"))],
        failed_and_mended(),
        noticed(),
        changed(),
        designed(),
        promotion(),
        materials_gone(5),
        vec![Quality.does(hold("sandbox")).because(REASON)],
    ]
}
