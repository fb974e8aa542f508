//! What bad input gets: a message with what was expected, found and what to do, and nothing half-written.

use rusqlite::Connection;
use rust_xlsxwriter::Workbook;

use crate::world::{HISTORY, PATIENTS, SPEC, World, catalogue, counts, rejected, rows, section};

const ADA: &str = "a,Ada,Nowak,1980-02-29,F,0113 496 0000\n";
const BEN: &str = "b,Ben,Okoro,1981-03-01,M,\n";

#[track_caller]
fn says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is missing in: {message}");
    }
}

#[test]
fn source_files_that_cannot_be_read_to_their_end_are_named() {
    let cases: [(&[u8], &[&str]); 7] = [
        (b"", &["patients.csv", "is empty"]),
        (b"I\0d\0", &["patients.csv", "bytes of value 0", "utf-16le"]),
        (b"PK\x03\x04\0\0", &["patients.csv", "zip archive"]),
        (
            b"Id,First,Last,Born,Sex,First\n",
            &["patients.csv", "the same name in columns 2 and 6", "header line"],
        ),
        (b"Id,First,Last,,Sex,Phone\n", &["patients.csv", "column 4"]),
        (b"Id,First,Last,Born,Sex,Phone\na,\"Ada,x\nb,c", &["patients.csv", "line 2", "closed"]),
        (b"Id,First,Last,Born,Sex,Phone\na,A,B,1980-01-01,F,\nb,Be", &["line 3", "cut off"]),
    ];
    for (content, parts) in cases {
        let world = World::with("", "");
        world.dump_file("patients.csv", content);
        says(&world.error(), parts);
    }
    let world = World::with("", "");
    std::fs::remove_file(world.dump().join("patients.csv")).unwrap();
    says(&world.error(), &["patients.csv", "found none", "put it there"]);
    std::fs::create_dir(world.dump().join("patients.csv")).unwrap();
    says(&world.error(), &["patients.csv", "found a folder"]);
}

#[test]
fn broken_rows_are_rejected_and_good_rows_load() {
    let world = World::with("", "a,Asthma\n");
    let mut content = format!("{PATIENTS}{ADA}b,Ben\n").into_bytes();
    content.extend_from_slice(b"c,Jos\xe9,Diaz,1980-01-01,M,\n\"d\"x,Eve,Ek,1980-01-01,F,\n");
    content.extend_from_slice(BEN.as_bytes());
    world.dump_file("patients.csv", content);
    let outcome = world.run().unwrap();
    assert_eq!(counts(&outcome, "Volunteers"), [5, 2, 3, 0]);
    let faults: Vec<_> =
        rejected(&outcome).into_iter().map(|fault| (fault.line, fault.rule)).collect();
    let expected = [(3, "shape"), (4, "encoding"), (5, "shape")];
    assert_eq!(faults, expected.map(|(line, rule)| (line, rule.to_owned())));
    assert_eq!(counts(&outcome, "History"), [1, 1, 0, 0]);
}

#[test]
fn a_row_with_several_faults_names_each_and_counts_once() {
    let world = World::with(
        &format!("{ADA}x,,Ek,31/02/1980,?,12\n{ADA}"),
        "a,Asthma\nx,Asthma\nnobody,Asthma\na,\n",
    );
    let outcome = world.run().unwrap();
    assert_eq!(counts(&outcome, "Volunteers"), [3, 1, 2, 0]);
    assert_eq!(counts(&outcome, "Conditions"), [4, 1, 1, 2]);
    assert_eq!(counts(&outcome, "History"), [4, 2, 2, 0]);
    let faults: Vec<_> = rejected(&outcome)
        .into_iter()
        .map(|fault| (fault.section, fault.line, fault.source_key, fault.field, fault.rule))
        .collect();
    for expected in [
        ("Volunteers", 3, "x", "first_name", "required"),
        ("Volunteers", 3, "x", "birth_date", "date"),
        ("Volunteers", 3, "x", "sex", "map"),
        ("Volunteers", 3, "x", "mobile_phone", "phone"),
        ("Volunteers", 4, "a", "", "key"),
        ("Conditions", 5, "", "", "key"),
        ("History", 3, "", "volunteer_id", "reference"),
        ("History", 4, "", "volunteer_id", "reference"),
    ] {
        let (section, line, key, field, rule) = expected;
        let expected =
            (section.to_owned(), line, key.to_owned(), field.to_owned(), rule.to_owned());
        assert!(faults.contains(&expected), "{expected:?} is missing in {faults:?}");
    }
    assert_eq!(faults.len(), 8);
    let text = serde_json::to_string(&outcome.sections).unwrap();
    assert!(!text.contains("Nowak") && !text.contains("31/02"), "values in the counts: {text}");
}

#[test]
fn rows_equal_where_they_must_differ_are_rejected() {
    let world = World::with(&format!("{ADA}{BEN}"), "");
    world.change_spec(
        "target = \"external_id\"\nrule = \"copy\"\nsource = \"Id\"",
        "target = \"external_id\"\nrule = \"sql\"\nexpression = \"substr(Id, 2) || 'same'\"",
    );
    let outcome = world.run().unwrap();
    assert_eq!(counts(&outcome, "Volunteers"), [2, 1, 1, 0]);
    assert_eq!(rejected(&outcome)[0].rule, "unique");
    assert_eq!(rejected(&outcome)[0].field, "external_id");
}

#[test]
fn specs_that_do_not_fit_are_named_by_file_section_and_field() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("release = \"24.1\"", "release = \"23.9\"", &["spec.toml", "`24.1`", "`23.9`"]),
        ("product = \"clinical\"", "product = \"other\"", &["`clinical`", "`other`"]),
        (
            "source = \"First\"",
            "source = \"Forename\"",
            &["`Volunteers`", "`first_name`", "`patients.csv`", "`Forename`"],
        ),
        ("map = \"sex\"", "map = \"gender\"", &["`sex`", "found `gender`"]),
        ("file = \"history.csv\"", "file = \"missing.csv\"", &["missing.csv", "found none"]),
        (
            "file = \"history.csv\"",
            "file = \"../history.csv\"",
            &["inside the folder", "../history.csv"],
        ),
        ("target = \"first_name\"", "target = \"last_name\"", &["`last_name`", "found two"]),
        (
            "target = \"first_name\"",
            "target = \"forename\"",
            &["a column of `volunteer`", "`forename`"],
        ),
        ("target = \"first_name\"", "target = \"id\"", &["other than `id`"]),
        ("target = \"volunteer\"", "target = \"site\"", &["travels with the configuration"]),
        ("target = \"volunteer\"", "target = \"user\"", &["travels never"]),
        ("target = \"volunteer\"", "target = \"people\"", &["that migration may fill", "`people`"]),
        ("source = \"patients\"", "source = \"persons\"", &["[[source]]", "`persons`"]),
        ("key = [\"Id\"]", "key = [\"ID\"]", &["key:", "`ID`"]),
        ("key = [\"Id\"]", "", &["expected section `Volunteers` to have a `key`"]),
        ("rule = \"phone\"", "rule = \"telephone\"", &["line", "telephone"]),
        ("region = \"GB\"", "regoin = \"GB\"", &["regoin"]),
        ("region = \"GB\"", "region = \"England\"", &["two letters", "`England`"]),
        ("region = \"GB\"", "formats = [\"yyyy\"]", &["rule `phone` has no option `formats`"]),
        (
            "region = \"GB\"",
            "region = \"GB\"\notherwise = \"keep\"",
            &["`otherwise`", "found `keep`"],
        ),
        ("value = \"-\"", "value = \"\"", &["expected a `value`"]),
        ("target = \"mobile_phone\"", "target = \"birth_date\"", &["found two"]),
        (
            "target = \"mobile_phone\"",
            "target = \"registered_on\"",
            &["rule `phone` yields a text"],
        ),
        (
            "formats = [\"yyyy-mm-dd\", \"dd/mm/yyyy\"]",
            "formats = [\"yyyy-qq-dd\"]",
            &["date format", "`yyyy-qq-dd`"],
        ),
        (
            "rule = \"copy\"\nsource = \"Last\"",
            "rule = \"ignore\"\nnote = \"x\"",
            &["`last_name` is required"],
        ),
        (
            "rule = \"copy\"\nsource = \"Last\"",
            "rule = \"sql\"\nexpression = \"LAST2\"",
            &["no such column: LAST2"],
        ),
        (
            "rule = \"copy\"\nsource = \"Last\"",
            "rule = \"sql\"\nexpression = \"Last || random()\"",
            &["function `random`"],
        ),
        (
            "name = \"Conditions\"\ntarget = \"medical_condition\"",
            "name = \"Conditions\"\ntarget = \"medication\"",
            &["expected a section that writes `medical_condition`"],
        ),
        ("name = \"History\"", "name = \"Volunteers\"", &["every section name once"]),
        ("distinct = true", "distinct = true\nfilter = \"Condition <> ''\"", &["filter_reason"]),
    ];
    for (from, to, parts) in cases {
        let world = World::with(ADA, "a,Asthma\n");
        world.change_spec(from, to);
        says(&world.error(), parts);
    }
}

#[test]
fn a_required_column_without_a_field_and_a_column_nobody_uses_are_named() {
    let world = World::with(ADA, "");
    world.change_spec(
        "[[section.field]]\ntarget = \"last_name\"\nrule = \"copy\"\nsource = \"Last\"\n",
        "",
    );
    says(&world.error(), &["field for `last_name`", "found neither for `Last`"]);
    world.spec_file("spec.toml", SPEC);
    world.change_spec(
        "file = \"history.csv\"",
        "file = \"history.csv\"\nignored = { Condition = \"x\", Gone = \"y\" }",
    );
    says(&world.error(), &["`Condition` to be used or ignored, found both", "found `Gone`"]);
}

#[test]
fn coverage_may_be_a_note_and_files_nobody_mentions_are_notes() {
    let world = World::with("", "");
    world.dump_file("patients.csv", "Id,First,Last,Born,Sex,Phone,Extra\n");
    world.dump_file("forgotten.csv", "x\n");
    world.dump_file("Ada Nowak/Nowak 1.TXT", "x\n");
    world.dump_file("Ada Nowak/Nowak 2.txt", "x\n");
    world.dump_file("Ben/letter.Okoro", "x\n");
    says(&world.error(), &["found neither for `Extra`"]);
    world.change_spec("name = \"Test\"", "name = \"Test\"\ncoverage = \"warn\"");
    let checked = world.spec().unwrap().check(&catalogue(), &world.dump()).unwrap();
    assert_eq!(checked.sources[0].unmentioned, ["Extra"]);
    let notes = checked.notes.join("\n");
    says(
        &notes,
        &[
            "`Extra`",
            "4 of the 6 files of the dump are neither sources nor among `ignored_files`",
            "1 (.csv) at the top, 2 (.txt) in 1 folder, 1 (other endings) in 1 folder",
        ],
    );
    for personal in ["forgotten", "Nowak", "Ben", "Okoro"] {
        assert!(!notes.contains(personal), "the name of a file in: {notes}");
    }
    assert_eq!(checked.conversion.len(), 10);
}

#[test]
fn sheets_that_no_source_reads_are_notes() {
    let world = World::with("", "");
    let mut book = Workbook::new();
    for (name, text, hidden) in [
        ("People", "Id", false),
        ("Nowak", "Ada", false),
        ("Okoro", "Ben", true),
        ("New", "", false),
    ] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap().set_hidden(hidden);
        if !text.is_empty() {
            sheet.write_string(0, 0, text).unwrap();
        }
    }
    world.dump_file("people.xlsx", book.save_to_buffer().unwrap());
    world.change_spec(
        "[[section]]\nname = \"Volunteers\"",
        "[[source]]\nname = \"people\"\nfile = \"people.xlsx#People\"\nformat = \"excel\"\n\
         ignored = { Id = \"not needed\" }\n\n[[section]]\nname = \"Volunteers\"",
    );
    let checked = world.spec().unwrap().check(&catalogue(), &world.dump()).unwrap();
    let notes = checked.notes.join("\n");
    says(&notes, &["2 sheets of `people.xlsx` on which something stands", "1 of them hidden"]);
    for personal in ["Nowak", "Okoro", "Ada", "Ben"] {
        assert!(!notes.contains(personal), "what stands in the workbook in: {notes}");
    }
}

#[test]
fn what_stands_where_the_header_is_missing_is_not_shown() {
    let world = World::with("", "");
    // As near to `First`, `Last` and `Born` as names can be.
    world.dump_file("patients.csv", "17,Firth,Lasty,1980-02-29,Borg,Sax\n");
    let error = world.error();
    says(&error, &["found `First`", "for 6 of its 6 columns (does the file begin"]);
    world.change_spec("name = \"Test\"", "name = \"Test\"\ncoverage = \"warn\"");
    let warned = world.error();
    for personal in ["Firth", "Lasty", "Borg", "Sax", "1980"] {
        assert!(!error.contains(personal) && !warned.contains(personal), "{error}\n{warned}");
    }
    // A source that no field reads.
    world.dump_file("patients.csv", PATIENTS);
    world.dump_file("letters.csv", "Nowak,Ada\n");
    world.change_spec(
        "[[section]]\nname = \"Volunteers\"",
        "[[source]]\nname = \"letters\"\nfile = \"letters.csv\"\nformat = \"csv\"\n\n\
         [[section]]\nname = \"Volunteers\"",
    );
    let checked = world.spec().unwrap().check(&catalogue(), &world.dump()).unwrap();
    assert_eq!(checked.sources[2].unmentioned, ["column 1", "column 2"]);
    // A map without its header.
    world.spec_file("maps/sex.csv", "Nowak,Female\nOkoro,Male\n");
    let error = world.error();
    says(&error, &["maps/sex.csv", "`source,target`", "found 2 columns of other names"]);
    assert!(!error.contains("Nowak"), "{error}");
}

#[test]
fn a_name_like_the_one_that_is_expected_is_shown_where_there_is_a_header() {
    let world = World::with(ADA, "");
    world.change_spec("source = \"First\"", "source = \"Frist\"");
    says(&world.error(), &["found `Frist`; there is `First`"]);
    world.dump_file("patients.csv", "Id,First,Last,Born,Sex,Telephone\n");
    says(
        &world.error(),
        &["found `Phone`; none of its 6 columns", "neither for `First`, `Telephone`"],
    );
}

#[test]
fn a_map_whose_target_the_column_does_not_allow_is_a_problem_of_the_spec() {
    let world = World::with(ADA, "");
    world.spec_file("maps/sex.csv", "source,target\nF,Woman\n");
    says(&world.error(), &["maps/sex.csv", "`Woman`", "`Female`"]);
}

#[test]
fn a_study_that_would_not_travel_is_refused() {
    let study = |status: &str| {
        let world = World::with("", "a,Asthma\n");
        world.change_spec(
            "[[section]]\nname = \"Conditions\"",
            &format!(
                "[[section]]\nname = \"Studies\"\ntarget = \"study\"\nsource = \"history\"\nkey = [\"Condition\"]\n\
                 distinct = true\n[[section.field]]\ntarget = \"name\"\nrule = \"copy\"\nsource = \"Condition\"\n\
                 [[section.field]]\ntarget = \"protocol_code\"\nrule = \"copy\"\nsource = \"Condition\"\n{status}\n\
                 [[section]]\nname = \"Conditions\""
            ),
        );
        world
    };
    says(&study("").error(), &["`Studies`", "`status` to come out as `archived`", "`design`"]);
    let field = |rule: &str| format!("[[section.field]]\ntarget = \"status\"\n{rule}\n");
    says(
        &study(&field("rule = \"default\"\nvalue = \"active\"")).error(),
        &["`status` to come out as `archived`", "`active`"],
    );
    let outcome = study(&field("rule = \"sql\"\nexpression = \"'active'\"")).run().unwrap();
    assert_eq!(section(&outcome, "Studies").rejected_by[0].rule, "travel");
    assert_eq!(counts(&outcome, "Studies"), [1, 0, 1, 0]);
}

#[test]
fn a_sqlite_source_is_read_as_a_file_would_be() {
    let world = World::with(ADA, "");
    std::fs::remove_file(world.dump().join("history.csv")).unwrap();
    Connection::open(world.dump().join("legacy.db"))
        .unwrap()
        .execute_batch(
            "CREATE TABLE h(Patient TEXT, Condition TEXT, Size REAL);
             INSERT INTO h VALUES ('a', 'Asthma', 1.5), ('a', 'Gout', 2);",
        )
        .unwrap();
    world.change_spec(
        "file = \"history.csv\"\nformat = \"csv\"",
        "file = \"legacy.db\"\nformat = \"sqlite\"\ntable = \"h\"\nignored = { Size = \"not needed\" }",
    );
    let outcome = world.run_in("first", None).unwrap();
    assert_eq!(counts(&outcome, "History"), [2, 2, 0, 0]);
    assert_eq!(rows(&outcome, "medical_condition").len(), 2);
    world.change_spec("table = \"h\"", "table = \"g\"");
    says(&world.error(), &["legacy.db", "the table `g`", "`h`"]);
}

#[test]
fn a_header_without_rows_is_no_error() {
    let world = World::with("", "");
    world.dump_file("history.csv", HISTORY);
    let outcome = world.run().unwrap();
    assert_eq!(outcome.total.read, 0);
    assert!(outcome.package_file.exists());
}
