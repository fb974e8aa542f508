//! Test volunteers: what the source says beside what the product gets, and why somebody is not there.

use landfall_migration::{
    Became, Error, Outcome, Reviewed, ShownField, ShownRow, TestVolunteer, VolunteerState,
    test_volunteers, test_volunteers_workbook,
};

use crate::world::{World, catalogue};

const PATIENTS: &str = "a,Ada,Nowak,29/02/1980,F,0113 496 0000\n\
                        b,Ben,Okoro,31/02/1980,M,\n\
                        c,Cleo,Larsen,1982-03-01,F,\n";
const HISTORY: &str = "a,Asthma\nb,Gout\na,Gout\nc,Gout\na,Gout\n";

fn named(world: &World, ids: &[&str]) {
    let ids: Vec<String> = ids.iter().map(|id| format!("{id:?}")).collect();
    let ids = format!("name = \"Test\"\ntest_volunteers = [{}]\n", ids.join(", "));
    world.change_spec("name = \"Test\"\n", &ids);
}

fn review(world: &World, outcome: &Outcome, asked: &[&str]) -> Result<Vec<TestVolunteer>, Error> {
    let spec = world.spec()?;
    let asked: Vec<String> = asked.iter().map(|id| (*id).to_owned()).collect();
    let reviewed = Reviewed {
        spec: &spec,
        catalogue: &catalogue(),
        dump: &world.dump(),
        package: &outcome.package_file,
        keys: &outcome.keys_file,
        rejected: &outcome.rejected_file,
        work: outcome.package_file.parent().unwrap(),
    };
    test_volunteers(&reviewed, &asked, &mut |_| {})
}

fn field<'r>(row: &'r ShownRow, column: &str) -> &'r ShownField {
    row.fields.iter().find(|field| field.column == column).unwrap()
}

fn rows(volunteer: &TestVolunteer) -> Vec<(&str, u64, Became)> {
    volunteer.rows.iter().map(|row| (row.section.as_str(), row.line, row.became)).collect()
}

#[test]
fn a_source_row_stands_beside_the_row_it_became_with_its_children() {
    let world = World::with(PATIENTS, HISTORY);
    named(&world, &["a", "z", "b"]);
    let outcome = world.run().unwrap();
    let shown = review(&world, &outcome, &[]).unwrap();
    let ids: Vec<&str> = shown.iter().map(|one| one.external_id.as_str()).collect();
    assert_eq!(ids, ["a", "z", "b"]);

    let ada = &shown[0];
    assert_eq!((ada.state, ada.id), (VolunteerState::Written, Some(1)));
    assert!(ada.reasons.is_empty());
    assert_eq!(
        rows(ada),
        [
            ("Volunteers", 2, Became::Written),
            ("History", 2, Became::Written),
            ("History", 4, Became::Written),
            ("History", 6, Became::Written),
        ]
    );
    let born = field(&ada.rows[0], "birth_date");
    assert_eq!(born.source[0].column, "Born");
    assert_eq!(born.source[0].text.as_deref(), Some("29/02/1980"));
    assert_eq!((born.rule.as_str(), born.value.as_deref()), ("date", Some("1980-02-29")));
    assert_eq!(field(&ada.rows[0], "sex").value.as_deref(), Some("Female"));
    assert_eq!(field(&ada.rows[0], "mobile_phone").value.as_deref(), Some("+441134960000"));
    let ailment = field(&ada.rows[1], "medical_condition_id");
    assert_eq!(ailment.source[0].text.as_deref(), Some("Asthma"));
    assert_eq!(ailment.refers_to.as_deref(), Some("Asthma"));
    assert_eq!(field(&ada.rows[1], "volunteer_id").refers_to.as_deref(), Some("a"));
    let status = field(&ada.rows[0], "status");
    assert_eq!(
        (status.rule.as_str(), status.value.as_deref()),
        ("catalogue default", Some("active"))
    );

    let nobody = &shown[1];
    assert_eq!((nobody.state, nobody.id), (VolunteerState::NotInDump, None));
    assert!(nobody.rows.is_empty());
    assert!(nobody.reasons[0].reason.contains("found none"), "{:?}", nobody.reasons);

    let ben = &shown[2];
    assert_eq!((ben.state, ben.id), (VolunteerState::Rejected, None));
    assert_eq!(
        (ben.reasons[0].field.as_str(), ben.reasons[0].rule.as_str()),
        ("birth_date", "date")
    );
    assert_eq!(rows(ben), [("Volunteers", 3, Became::Rejected), ("History", 3, Became::Rejected)]);
    assert_eq!(field(&ben.rows[0], "birth_date").reasons[0].rule, "date");
    assert_eq!(field(&ben.rows[0], "birth_date").value, None);
    assert_eq!(field(&ben.rows[1], "volunteer_id").reasons[0].rule, "reference");
}

#[test]
fn a_duplicate_is_shown_with_the_row_it_became_part_of() {
    let world = World::with("a,Ada,Nowak,1980-02-29,F,\nd,ADA,Nowak,1980-02-29,F,\n", "d,Asthma\n");
    world.change_spec(
        "key = [\"Id\"]",
        "key = [\"Id\"]\nduplicates = { by = [\"first_name\", \"last_name\"], then = \"merge\" }",
    );
    let outcome = world.run().unwrap();
    let shown = review(&world, &outcome, &["d", "a", " d "]).unwrap();
    assert_eq!(shown.len(), 2, "each once");
    assert_eq!((shown[0].state, shown[0].id), (VolunteerState::Merged, Some(1)));
    assert!(shown[0].reasons[0].reason.contains("`first_name`, `last_name`"));
    assert_eq!(
        rows(&shown[0]),
        [("Volunteers", 3, Became::Merged), ("History", 2, Became::Written)]
    );
    assert_eq!((shown[1].state, shown[1].id), (VolunteerState::Written, Some(1)));
    assert_eq!(
        rows(&shown[1]),
        [
            ("Volunteers", 2, Became::Written),
            ("Volunteers", 3, Became::Merged),
            ("History", 2, Became::Written),
        ]
    );
}

#[test]
fn a_row_that_the_spec_leaves_out_says_why_and_a_repeated_key_is_a_rejection() {
    let world = World::with(&format!("{PATIENTS}a,Ann,Reed,1970-01-01,F,\n"), "b,Gout\n");
    world.change_spec(
        "key = [\"Id\"]",
        "key = [\"Id\"]\nfilter = \"First <> 'Ben'\"\nfilter_reason = \"has left\"",
    );
    let outcome = world.run().unwrap();
    let shown = review(&world, &outcome, &["b", "a"]).unwrap();
    assert_eq!(shown[0].state, VolunteerState::Filtered);
    assert_eq!(shown[0].reasons[0].reason, "has left");
    assert_eq!(
        rows(&shown[0]),
        [("Volunteers", 3, Became::Filtered), ("History", 2, Became::Rejected)]
    );
    assert_eq!(shown[1].state, VolunteerState::Written);
    assert_eq!(
        rows(&shown[1]),
        [("Volunteers", 2, Became::Written), ("Volunteers", 5, Became::Rejected)]
    );
    assert_eq!(shown[1].rows[1].reasons[0].rule, "key");
}

#[test]
fn ids_of_the_base_iteration_do_not_make_rows_that_are_not_there() {
    let world = World::with(PATIENTS, "");
    let first = world.run_in("1", None).unwrap();
    world.dump_file(
        "patients.csv",
        "Id,First,Last,Born,Sex,Phone\nc,Cleo,Larsen,1982-03-01,F,\na,Ada,Nowak,soon,F,\n",
    );
    let second = world.run_in("2", Some(&first)).unwrap();
    let shown = review(&world, &second, &["a", "c"]).unwrap();
    assert_eq!((shown[0].state, shown[0].id), (VolunteerState::Rejected, None));
    assert_eq!((shown[1].state, shown[1].id), (VolunteerState::Written, Some(2)));
}

#[test]
fn a_list_that_nobody_can_review_is_refused_and_nobody_is_named() {
    let many: Vec<String> = (0..51).map(|number| format!("Q{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let world = World::with(PATIENTS, HISTORY);
    let outcome = world.run().unwrap();
    let none = review(&world, &outcome, &[]).unwrap_err().to_string();
    assert!(none.contains("expected test volunteers, found none"), "{none}");
    let asked = review(&world, &outcome, &many).unwrap_err().to_string();
    assert!(asked.contains("at most 50") && asked.contains("found 51"), "{asked}");

    let world = World::with(PATIENTS, HISTORY);
    named(&world, &many);
    let listed = world.error();
    assert!(listed.contains("at most 50") && !listed.contains("Q1"), "{listed}");
    let world = World::with(PATIENTS, HISTORY);
    named(&world, &["QQ", "", "QQ"]);
    let twice = world.error();
    assert!(twice.contains("found 1 that repeat") && twice.contains("found 1 without"), "{twice}");
    assert!(!twice.contains("QQ"), "{twice}");
    let world = World::with(PATIENTS, HISTORY);
    named(&world, &["QQ"]);
    world.change_spec(
        "target = \"external_id\"\nrule = \"copy\"\nsource = \"Id\"\n",
        "target = \"external_id\"\nrule = \"ignore\"\n",
    );
    let unknown = world.error();
    assert!(
        unknown.contains("a section with target `volunteer` that fills `external_id`"),
        "{unknown}"
    );
}

#[test]
fn nothing_of_the_source_remains_and_the_workbook_repeats() {
    let world = World::with(PATIENTS, HISTORY);
    let outcome = world.run().unwrap();
    let files = || {
        let folder = outcome.package_file.parent().unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    let shown = review(&world, &outcome, &["a", "b", "z"]).unwrap();
    assert_eq!(files(), before);
    let book = test_volunteers_workbook(&shown).unwrap();
    assert!(book.starts_with(b"PK"));
    assert_eq!(book, test_volunteers_workbook(&shown).unwrap());
}
