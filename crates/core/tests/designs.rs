//! Study designs: who imports, pushes and exports them, where, and what it needs.

use landfall_core::{
    customer::{
        Command,
        decide::{DesignChange, Permit, may_change_design, may_export_design},
    },
    environment::{Kind, Role},
    ids::Label,
    policy::{Designs, Instances, Policy, RuleSource},
    refusal::{self, Code},
};
use proptest::{prelude::*, sample::select};

#[cfg(test)]
#[expect(dead_code, reason = "the other suites use the rest of it")]
mod support;

use support::{
    World,
    commands::import,
    facts::label,
    people::{
        REASON,
        Who::{
            self, CustomerQuality, CustomerReviewer, Engineer, OutsideReviewer, Outsider, Quality,
            Sales,
        },
    },
    road::Stage,
    side,
};

/// Who may change a design where: the stage, the environment, the instance, the change, who, the reason, and the permit
/// or the code that it is refused with.
type Change =
    (Stage, &'static str, Role, DesignChange, Who, Option<&'static str>, Result<Permit, Code>);

fn changes() -> Vec<Change> {
    use DesignChange::Push;
    use refusal::{
        AUTHORITY, DESIGN_PLACE, OTHER_CUSTOMER, REASON_MISSING, UNKNOWN_ENVIRONMENT, WRONG_STATE,
    };
    let (main, test) = (Role::Main, Role::Test);
    let free = Ok(Permit { approval: false, preserved: true });
    let approved = Ok(Permit { approval: true, preserved: true });
    let why = Some(REASON);
    vec![
        (Stage::SandboxInUse, "sandbox", main, import(), Engineer, None, free),
        (Stage::SandboxInUse, "sandbox", main, import(), CustomerReviewer, None, free),
        (Stage::SandboxInUse, "sandbox", test, Push, Engineer, None, free),
        (Stage::SandboxInUse, "sandbox", test, Push, CustomerReviewer, None, free),
        (Stage::SandboxInUse, "sandbox", main, import(), Sales, None, Err(AUTHORITY)),
        (Stage::SandboxInUse, "sandbox", main, import(), Quality, None, Err(AUTHORITY)),
        (Stage::SandboxInUse, "sandbox", main, import(), CustomerQuality, None, Err(AUTHORITY)),
        (
            Stage::SandboxInUse,
            "sandbox",
            main,
            import(),
            OutsideReviewer,
            None,
            Err(OTHER_CUSTOMER),
        ),
        (Stage::SandboxInUse, "sandbox", test, import(), Engineer, None, Err(DESIGN_PLACE)),
        (Stage::SandboxInUse, "sandbox", main, Push, Engineer, None, Err(DESIGN_PLACE)),
        (Stage::SandboxInUse, "prod", main, import(), Engineer, why, Err(UNKNOWN_ENVIRONMENT)),
        (Stage::DemoInUse, "demo", main, import(), Engineer, None, Err(DESIGN_PLACE)),
        (Stage::InformalValInUse, "val-1", main, import(), Engineer, why, Err(DESIGN_PLACE)),
        (Stage::InformalValInUse, "val-1", test, Push, Engineer, why, Err(DESIGN_PLACE)),
        (Stage::ProdApproved, "prod", main, import(), Engineer, why, Err(WRONG_STATE)),
        (Stage::Live, "prod", main, import(), Engineer, why, approved),
        (Stage::Live, "prod", test, Push, CustomerReviewer, why, approved),
        (Stage::Live, "prod", main, import(), Engineer, None, Err(REASON_MISSING)),
        (Stage::Live, "prod", main, import(), Engineer, Some("  x "), Err(REASON_MISSING)),
        (Stage::Live, "prod", test, Push, Engineer, None, Err(REASON_MISSING)),
    ]
}

#[test]
fn designs_are_changed_by_whom_and_where_the_policy_says() {
    for (stage, name, role, change, who, reason, expected) in changes() {
        let world = World::at(stage);
        let (person, policy) = (who.person(), &world.policy);
        let found =
            may_change_design(world.state(), label(name), role, &change, &person, reason, policy);
        let context = format!("{who:?}, {change:?} of {name}/{role} at {stage:?}, {reason:?}");
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
fn the_preprod_asks_for_a_reason_and_has_nothing_to_push_to() {
    let mut world = World::at(Stage::Contracted);
    world.all(&side::preprod());
    let ask = |role: Role, change: &DesignChange, reason: Option<&str>| {
        let (person, policy) = (Engineer.person(), &world.policy);
        may_change_design(world.state(), label("preprod"), role, change, &person, reason, policy)
    };
    let import = import();
    assert_eq!(ask(Role::Main, &import, None).unwrap_err().code, refusal::REASON_MISSING.code);
    let permit = Permit { approval: false, preserved: true };
    assert_eq!(ask(Role::Main, &import, Some(REASON)), Ok(permit));
    let push = ask(Role::Test, &DesignChange::Push, Some(REASON)).unwrap_err();
    assert_eq!(push.code, refusal::DESIGN_PLACE.code);
}

#[test]
fn a_design_leaves_by_export_only_where_the_policy_says() {
    let ask = |stage: Stage, name: &str, who: Who| {
        let world = World::at(stage);
        may_export_design(world.state(), label(name), &who.person(), &world.policy)
            .map_err(|refusal| refusal.code)
    };
    let refused = |code: Code| Err(code.code.to_owned());
    for who in [Engineer, CustomerReviewer, CustomerQuality] {
        assert_eq!(ask(Stage::SandboxInUse, "sandbox", who), Ok(()), "{who:?}");
    }
    assert_eq!(ask(Stage::Live, "prod", Engineer), Ok(()));
    assert_eq!(ask(Stage::DemoInUse, "demo", Engineer), refused(refusal::DESIGN_PLACE));
    assert_eq!(ask(Stage::Live, "prod", Sales), refused(refusal::AUTHORITY));
    assert_eq!(ask(Stage::Live, "prod", Outsider), refused(refusal::OTHER_CUSTOMER));
}

#[test]
fn a_policy_that_says_nothing_of_designs_lets_none_in_or_out() {
    let mut world = World::at(Stage::SandboxInUse);
    world.policy.designs = None;
    let (person, policy) = (Engineer.person(), &world.policy);
    let sandbox = label("sandbox");
    for (role, change) in [(Role::Main, import()), (Role::Test, DesignChange::Push)] {
        let found = may_change_design(world.state(), sandbox, role, &change, &person, None, policy);
        let refusal = found.unwrap_err();
        assert_eq!(refusal.code, refusal::DESIGN_PLACE.code);
        assert!(refusal.hint.contains("landfall policy adopt"), "{}", refusal.hint);
    }
    assert!(may_export_design(world.state(), sandbox, &person, policy).is_err());
}

#[test]
fn a_request_says_what_was_asked_for_and_is_made_once() {
    let mut world = World::at(Stage::Live);
    world.all(&side::designed());
    let changes = &world.state().changes;
    assert_eq!(changes.len(), 2);
    assert_eq!((changes[0].table.as_str(), changes[0].verb.as_str()), ("study_design", "imported"));
    assert_eq!((changes[0].role, changes[0].applied), (Role::Main, true));
    assert_eq!((changes[1].role, changes[1].verb.as_str()), (Role::Test, "pushed"));
    assert!(!changes[1].applied);
    let again = Engineer.does(Command::CompleteChange { number: 1 });
    assert!(world.attempt(&again).is_err());
}

fn changing() -> impl Strategy<Value = DesignChange> {
    let import =
        (any::<bool>(), 0_u32..3, any::<bool>()).prop_map(|(taken, conflicts, accepted)| {
            DesignChange::Import {
                oid: "MDV.1".to_owned(),
                taken_by: taken.then(|| "LF-101".to_owned()),
                conflicts,
                accepted,
            }
        });
    prop_oneof![3 => import, 1 => Just(DesignChange::Push)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever a policy lists, whoever asks, for whatever: what is permitted is listed, goes to the right instance,
    /// changes no meaning unseen, and in a qualified environment waits for vendor quality.
    #[test]
    fn nothing_is_permitted_that_a_rule_forbids(
        stage in select(vec![Stage::DemoInUse, Stage::SandboxInUse, Stage::InformalValInUse, Stage::Live]),
        name in select(vec!["demo", "sandbox", "val-1", "val-2", "prod"]),
        role in select(vec![Role::Main, Role::Test]),
        who in select(Who::ALL.to_vec()),
        reason in select(vec![None, Some(""), Some(REASON)]),
        import in prop::collection::vec(select(Kind::ALL.to_vec()), 0..4),
        push in prop::collection::vec(select(Kind::ALL.to_vec()), 0..4),
        change in changing(),
    ) {
        let mut world = World::at(stage);
        world.policy.designs = Some(Designs {
            source: RuleSource::Landfall,
            import: import.clone(),
            export: Vec::new(),
            push: push.clone(),
            why: "a test".to_owned(),
        });
        let (label, person) = (label(name), who.person());
        let policy = &world.policy;
        let found =
            may_change_design(world.state(), label, role, &change, &person, reason, policy);
        let Ok(permit) = found else { return Ok(()) };
        prop_assert!(matches!(who, Engineer | Who::SecondEngineer | Who::ThirdEngineer
            | CustomerReviewer | Who::SecondCustomerReviewer));
        let kind = label.kind();
        match &change {
            DesignChange::Import { taken_by, conflicts, accepted, .. } => {
                prop_assert!(import.contains(&kind));
                prop_assert_eq!(role, Role::Main);
                prop_assert_eq!(taken_by, &None);
                prop_assert!(*conflicts == 0 || *accepted);
            }
            DesignChange::Push => {
                prop_assert!(push.contains(&kind));
                prop_assert_eq!(role, Role::Test);
                prop_assert_eq!(policy.rules(kind).instances, Instances::Pair);
            }
        }
        let qualified = environment_is_qualified(&world, label);
        prop_assert_eq!(permit.approval, qualified && kind != Kind::Demo && kind != Kind::Sandbox);
        prop_assert!(!qualified || reason == Some(REASON));
    }

    /// What a policy of the file lists is what is read of it.
    #[test]
    fn the_lists_of_a_policy_are_those_of_its_text(kind in select(Kind::ALL.to_vec())) {
        let policy = Policy::embedded().unwrap();
        let designs = policy.designs.unwrap();
        let listed = matches!(kind, Kind::Sandbox | Kind::Preprod | Kind::Prod);
        prop_assert_eq!(designs.import.contains(&kind), listed);
        prop_assert_eq!(designs.push.contains(&kind), matches!(kind, Kind::Sandbox | Kind::Prod));
    }
}

fn environment_is_qualified(world: &World, label: Label) -> bool {
    world.state().environment(label).is_some_and(|found| found.plan.qualified)
}
