//! Every check of a catalogue refuses a file that breaks it, and the message names file, table and column.

use landfall_catalogue::{Catalogue, Error};

const HEADER: &str = r#"
product = "clinical"
release = "1.0"
build = "1.0.0+1"
modules = ["people"]
integration_keys = [ { pattern = "sso.*", why = "belongs to one instance" } ]
known_keys = [ { key = "session.minutes", category = "Security", label = "Minutes", type = "integer", default = "20" } ]
"#;

const PEOPLE: &str = r#"
name = "people"
title = "People"

[[table]]
name = "site"
title = "Sites"
travels = "configuration"
source = "seed"
why = "Sites pass."
filter = { column = "archived", keep = ["0"], reason = "archived site" }
natural_key = ["name"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "name", type = "text", required = true, class = "none", max_length = 10 },
  { name = "archived", type = "boolean", required = true, class = "none", default = "0" },
]

[[table]]
name = "account"
title = "Accounts"
travels = "never"
source = "landfall"
why = "Accounts belong to one instance."
unique = [["login"]]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "login", type = "text", class = "external-id", subject = "staff" },
  { name = "token", type = "text", class = "secret" },
]

[[table]]
name = "volunteer"
title = "Volunteers"
travels = "migration"
source = "seed"
why = "All volunteers pass."
person = ["id"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "first_name", type = "text", required = true, class = "first-name", subject = "volunteer" },
  { name = "birth_date", type = "date", class = "birth-date", subject = "volunteer" },
  { name = "site_id", type = "integer", class = "key", references = "site" },
  { name = "status", type = "text", required = true, class = "none", values = ["active", "archived"], default = "active" },
]

[[table]]
name = "visit"
title = "Visits"
travels = "migration"
source = "seed"
why = "Visits pass with the volunteer."
person = ["volunteer_id"]
indexes = [["seen_on"]]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "volunteer_id", type = "integer", required = true, class = "key", references = "volunteer" },
  { name = "seen_on", type = "date", class = "care-date", subject = "volunteer" },
  { name = "note", type = "text", class = "free-text", subject = "volunteer" },
]

[[table]]
name = "visit_page"
title = "Visits > Pages"
travels = "migration"
source = "seed"
why = "Pages pass with the visit."
person = ["visit_id", "volunteer_id"]
columns = [
  { name = "id", type = "integer", required = true, class = "key" },
  { name = "visit_id", type = "integer", required = true, class = "key", references = "visit" },
  { name = "body", type = "text", class = "free-text", subject = "volunteer" },
]
"#;

/// What is replaced, by what, the table and the column that the message must name, and what it must say.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

const WORDS: &[Case] = &[
    (
        r#"name = "note", type = "text", class = "free-text","#,
        r#"name = "note", type = "text","#,
        "visit",
        "note",
        "`class` is missing: expected one of `none`, `key`, `first-name`",
    ),
    (
        r#"name = "note", type = "text", class = "free-text""#,
        r#"name = "note", type = "text", class = "remark""#,
        "visit",
        "note",
        "found `remark`",
    ),
    (
        r#"name = "note", type = "text","#,
        r#"name = "note","#,
        "visit",
        "note",
        "`type` is missing: expected one of `integer`",
    ),
    (
        r#"name = "seen_on", type = "date""#,
        r#"name = "seen_on", type = "day""#,
        "visit",
        "seen_on",
        "found `day`",
    ),
    (
        r#"class = "first-name", subject = "volunteer""#,
        r#"class = "first-name", subject = "patient""#,
        "volunteer",
        "first_name",
        "`subject`: expected one of `none`, `volunteer`, `staff`, `organisation`, found `patient`",
    ),
    (
        "name = \"visit\"\ntitle = \"Visits\"\ntravels = \"migration\"\n",
        "name = \"visit\"\ntitle = \"Visits\"\n",
        "visit",
        "",
        "`travels` is missing",
    ),
    (
        r#"travels = "never""#,
        r#"travels = "sometimes""#,
        "account",
        "",
        "expected one of `configuration`, `migration`, `never`, found `sometimes`",
    ),
    (
        r#"source = "landfall""#,
        r#"source = "hearsay""#,
        "account",
        "",
        "expected one of `seed`, `documentation`, `landfall`, found `hearsay`",
    ),
    (r#"why = "Sites pass.""#, r#"why = " ""#, "site", "", "`why` is empty"),
    (r#"title = "Accounts""#, r#"title = """#, "account", "", "`title` is empty"),
];

const NAMES: &[Case] = &[
    (
        r#"name = "seen_on", type"#,
        r#"name = "Seen on", type"#,
        "visit",
        "Seen on",
        "expected a name of lower-case letters",
    ),
    (
        r#"name = "account""#,
        r#"name = "landfall_account""#,
        "landfall_account",
        "",
        "begins with `landfall_`",
    ),
    (
        r#"name = "visit_page""#,
        r#"name = "sqlite_page""#,
        "sqlite_page",
        "",
        "begins with `sqlite_`",
    ),
    (r#"name = "account""#, r#"name = "site""#, "site", "", "table `site` is declared twice"),
    (
        r#"name = "seen_on", type"#,
        r#"name = "volunteer_id", type"#,
        "visit",
        "volunteer_id",
        "column `volunteer_id` is declared twice",
    ),
    (
        r#"unique = [["login"]]"#,
        r#"unique = [["logon"]]"#,
        "account",
        "",
        "`unique` names column `logon`",
    ),
    (r#"unique = [["login"]]"#, r#"unique = [[]]"#, "account", "", "`unique` holds an empty list"),
    (
        r#"unique = [["login"]]"#,
        r#"unique = [["login"], ["login"]]"#,
        "account",
        "",
        "unique `login` is declared twice",
    ),
    (
        r#"indexes = [["seen_on"]]"#,
        r#"indexes = [["seen_at"]]"#,
        "visit",
        "",
        "`indexes` names column `seen_at`",
    ),
];

const COLUMNS: &[Case] = &[
    (
        "{ name = \"id\", type = \"integer\", required = true, class = \"key\" },\n  { name = \"login\"",
        "{ name = \"login\"",
        "account",
        "",
        "expected the first column to be `id`",
    ),
    (
        r#"class = "first-name", subject = "volunteer""#,
        r#"class = "first-name""#,
        "volunteer",
        "first_name",
        "class `first-name` needs a subject",
    ),
    (
        r#"class = "none", max_length = 10"#,
        r#"class = "none", subject = "staff""#,
        "site",
        "name",
        "speaks of nobody",
    ),
    (
        r#"name = "seen_on", type = "date""#,
        r#"name = "seen_on", type = "text""#,
        "visit",
        "seen_on",
        "class `care-date` does not go with type `text`",
    ),
    (
        r#"class = "secret""#,
        r#"required = true, class = "secret""#,
        "account",
        "token",
        "never enters a package",
    ),
    (
        r#"default = "active""#,
        r#"default = "gone""#,
        "volunteer",
        "status",
        "`default`: `gone` is not one of the column's `values`: `active`, `archived`",
    ),
    (
        r#"class = "none", default = "0""#,
        r#"class = "none", default = "no""#,
        "site",
        "archived",
        "`no` is not the canonical text of a value of type `boolean`",
    ),
    (
        r#"name = "birth_date", type = "date""#,
        r#"name = "birth_date", type = "date", values = ["x"]"#,
        "volunteer",
        "birth_date",
        "`values` is for text columns",
    ),
    (
        r#"name = "birth_date", type = "date""#,
        r#"name = "birth_date", type = "date", max_length = 10"#,
        "volunteer",
        "birth_date",
        "`max_length` is for text columns",
    ),
    (
        r#"max_length = 10"#,
        r#"max_length = 3, default = "Leeds""#,
        "site",
        "name",
        "longer than `max_length` 3",
    ),
    (
        r#"["active", "archived"]"#,
        r#"["active", " archived"]"#,
        "volunteer",
        "status",
        "blanks around it",
    ),
    (
        r#"["active", "archived"]"#,
        r#"["active", "active"]"#,
        "volunteer",
        "status",
        "value `active` is declared twice",
    ),
];

const REFERENCES: &[Case] = &[
    (
        r#"references = "site""#,
        r#"references = "clinic""#,
        "volunteer",
        "site_id",
        "names table `clinic`, which no module declares",
    ),
    (
        r#"class = "key", references = "site""#,
        r#"class = "key""#,
        "volunteer",
        "site_id",
        "class `key` is for `id` and for references",
    ),
    (
        r#"name = "site_id", type = "integer""#,
        r#"name = "site_id", type = "text""#,
        "volunteer",
        "site_id",
        "a reference holds an id",
    ),
    (
        r#"class = "key", references = "site""#,
        r#"required = true, class = "key", references = "account""#,
        "volunteer",
        "site_id",
        "refers to `account`, which never travels",
    ),
    (
        r#"{ name = "note","#,
        "{ name = \"page_id\", type = \"integer\", class = \"key\", references = \"visit_page\" },\n  { name = \"note\",",
        "visit",
        "",
        "circle through `visit`, `visit_page`",
    ),
];

const NATURAL_KEYS: &[Case] = &[
    (
        "natural_key = [\"name\"]\n",
        "",
        "site",
        "",
        "`natural_key` is missing: the table travels as `configuration`",
    ),
    (
        r#"natural_key = ["name"]"#,
        r#"natural_key = ["title"]"#,
        "site",
        "",
        "`natural_key` names column `title`",
    ),
    (
        r#"natural_key = ["name"]"#,
        r#"natural_key = ["name", "name"]"#,
        "site",
        "",
        "natural key column `name` is declared twice",
    ),
    (
        r#"name = "name", type = "text", required = true"#,
        r#"name = "name", type = "text""#,
        "site",
        "name",
        "it is not required",
    ),
    (
        r#"class = "none", max_length = 10"#,
        r#"class = "first-name", subject = "volunteer""#,
        "site",
        "name",
        "it speaks of a volunteer",
    ),
    (
        r#"{ name = "archived","#,
        "{ name = \"visit_id\", type = \"integer\", class = \"key\", references = \"visit\" },\n  { name = \"archived\",",
        "visit",
        "",
        "`natural_key` is missing: `site`.`visit_id` refers to it from another package",
    ),
];

const FILTERS: &[Case] = &[
    (
        r#"column = "archived", keep"#,
        r#"column = "closed", keep"#,
        "site",
        "",
        "`filter` names column `closed`",
    ),
    (r#"keep = ["0"]"#, "keep = []", "site", "archived", "`keep` is empty"),
    (
        r#"keep = ["0"]"#,
        r#"keep = ["no"]"#,
        "site",
        "archived",
        "`filter`: `no` is not the canonical text of a value of type `boolean`",
    ),
    (r#"reason = "archived site""#, r#"reason = """#, "site", "archived", "`reason` is empty"),
    (
        r#"keep = ["0"], reason"#,
        "integration = true, reason",
        "site",
        "archived",
        "needs a required text column",
    ),
    (
        r#"column = "archived", keep = ["0"], reason"#,
        r#"column = "name", keep = ["x"], integration = true, reason"#,
        "site",
        "name",
        "remove `keep`",
    ),
    (
        r#"travels = "never""#,
        "travels = \"never\"\nfilter = { column = \"login\", keep = [\"x\"], reason = \"other account\" }",
        "account",
        "login",
        "never travels",
    ),
];

const PERSONS: &[Case] = &[
    ("person = [\"volunteer_id\"]\n", "", "visit", "seen_on", "the table has no person path"),
    (
        r#"person = ["volunteer_id"]"#,
        r#"person = ["person_id"]"#,
        "visit",
        "",
        "table `visit` has no column `person_id`",
    ),
    (
        r#"person = ["volunteer_id"]"#,
        r#"person = ["seen_on"]"#,
        "visit",
        "",
        "`visit`.`seen_on` is not a reference",
    ),
    (
        r#"person = ["id"]"#,
        r#"person = ["site_id"]"#,
        "volunteer",
        "",
        "expected `person = [\"id\"]`",
    ),
    (
        r#"person = ["visit_id", "volunteer_id"]"#,
        r#"person = ["visit_id"]"#,
        "visit_page",
        "",
        "it ends in table `visit`",
    ),
    (
        r#"person = ["visit_id", "volunteer_id"]"#,
        r#"person = ["visit_id", "volunteer_id", "site_id"]"#,
        "visit_page",
        "",
        "it goes on with `site_id`",
    ),
    (
        r#"name = "volunteer_id", type = "integer", required = true"#,
        r#"name = "volunteer_id", type = "integer""#,
        "visit",
        "",
        "`visit`.`volunteer_id` is not required",
    ),
    (
        r#"class = "care-date", subject = "volunteer""#,
        r#"class = "none""#,
        "visit",
        "seen_on",
        "may not have class `none`, which passes unmasked",
    ),
    (
        r#"name = "note", type = "text", class = "free-text", subject = "volunteer""#,
        r#"name = "note", type = "text", class = "none""#,
        "visit",
        "note",
        "or list its `values`",
    ),
    (
        r#"{ name = "archived","#,
        "{ name = \"keeper\", type = \"text\", class = \"first-name\", subject = \"volunteer\" },\n  { name = \"archived\",",
        "site",
        "keeper",
        "may not hold anything about volunteers",
    ),
];

fn message(header: &str, modules: &[(&str, &str)]) -> String {
    match Catalogue::parse(header, modules) {
        Ok(_) => "no refusal".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn refuses(cases: &[Case]) {
    for (from, to, table, column, says) in cases {
        assert_eq!(PEOPLE.matches(from).count(), 1, "a case replaces one text: {from}");
        let text = PEOPLE.replace(from, to);
        let mut place = format!("catalogue file `people.toml`, table `{table}`");
        if !column.is_empty() {
            place.push_str(&format!(", column `{column}`"));
        }
        place.push_str(": ");
        let message = message(HEADER, &[("people.toml", text.as_str())]);
        assert!(message.starts_with(&place), "expected `{place}`, found: {message}");
        assert!(message.contains(says), "expected `{says}`, found: {message}");
    }
}

#[test]
fn the_unchanged_file_loads() {
    let catalogue = Catalogue::parse(HEADER, &[("people.toml", PEOPLE)]).unwrap();
    assert_eq!(catalogue.tables().len(), 5);
    let (volunteer, visit) =
        (catalogue.table("volunteer").unwrap(), catalogue.table("visit").unwrap());
    assert_eq!(volunteer.title, "People > Volunteers");
    assert!(volunteer.cross_reference(&catalogue, volunteer.column("site_id").unwrap()));
    assert!(!visit.cross_reference(&catalogue, visit.column("volunteer_id").unwrap()));
    assert!(!visit.cross_reference(&catalogue, visit.column("note").unwrap()));
    let names = |table: &str| -> Vec<String> {
        let table = catalogue.table(table).unwrap();
        table.primary_columns().iter().map(|column| column.name.clone()).collect()
    };
    assert_eq!(names("site"), ["name"]);
    assert_eq!(names("visit"), ["id"]);
    assert_eq!(catalogue.table("site").unwrap().unique, [["name"]]);
}

#[test]
fn wrong_words_are_refused() {
    refuses(WORDS);
}

#[test]
fn wrong_names_are_refused() {
    refuses(NAMES);
}

#[test]
fn columns_that_do_not_hold_together_are_refused() {
    refuses(COLUMNS);
}

#[test]
fn references_that_lead_nowhere_are_refused() {
    refuses(REFERENCES);
}

#[test]
fn rows_that_nobody_could_name_are_refused() {
    refuses(NATURAL_KEYS);
}

#[test]
fn filters_that_decide_nothing_are_refused() {
    refuses(FILTERS);
}

#[test]
fn volunteers_that_no_mask_would_reach_are_refused() {
    refuses(PERSONS);
}

#[test]
fn a_key_that_would_contain_itself_is_refused() {
    let parent = r#"{ name = "parent_id", type = "integer", required = true, class = "key", references = "site" },
  { name = "archived","#;
    let text = PEOPLE
        .replace(r#"natural_key = ["name"]"#, r#"natural_key = ["parent_id", "name"]"#)
        .replace(r#"{ name = "archived","#, parent);
    let message = message(HEADER, &[("people.toml", text.as_str())]);
    assert!(message.contains("table `site`, column `parent_id`"), "{message}");
    assert!(message.contains("whose key would contain itself"), "{message}");
}

#[test]
fn an_unknown_key_of_a_file_is_refused_with_its_line() {
    let text = PEOPLE.replace(r#"{ name = "note","#, r#"{ name = "note", colour = "red","#);
    let line = 1 + text.lines().position(|line| line.contains("colour")).unwrap();
    let message = message(HEADER, &[("people.toml", text.as_str())]);
    let start = format!("catalogue file `people.toml`, line {line}: ");
    assert!(message.starts_with(&start) && message.contains("colour"), "{message}");
}

#[test]
fn a_header_that_does_not_hold_together_is_refused() {
    let cases = [
        (r#"release = "1.0""#, r#"release = "one""#, "a release such as `24.1`"),
        (r#"build = "1.0.0+1""#, r#"build = """#, "`build` is empty"),
        (
            r#"["people"]"#,
            r#"["people", "places"]"#,
            "module `places` is listed in `modules` and has no file",
        ),
        (r#"["people"]"#, r#"["people", "people"]"#, "module `people` is declared twice"),
        (r#"["people"]"#, r#"["../people"]"#, "belongs to no module"),
        (r#""sso.*""#, r#""sso*""#, "expected a setting key"),
        (r#""sso.*""#, r#""session.*""#, "covered by the integration pattern `session.*`"),
        (r#"why = "belongs to one instance""#, r#"why = """#, "`why` is empty"),
        (r#"key = "session.minutes""#, r#"key = "Session""#, "found `Session`"),
        (
            r#"type = "integer""#,
            r#"type = "number""#,
            "setting key `session.minutes`: expected `type`",
        ),
        (r#"type = "integer""#, r#"type = "choice""#, "type `choice` needs `values`"),
        (r#"default = "20""#, r#"default = "soon""#, "`default` is not a value"),
        (r#"default = "20""#, r#"default = "20", values = ["20"]"#, "for type `choice` only"),
        (r#"label = "Minutes""#, r#"label = """#, "may not be empty"),
    ];
    for (from, to, says) in cases {
        assert_eq!(HEADER.matches(from).count(), 1, "a case replaces one text: {from}");
        let message = message(&HEADER.replace(from, to), &[("people.toml", PEOPLE)]);
        assert!(message.starts_with("catalogue file `"), "{message}");
        assert!(message.contains(says), "expected `{says}`, found: {message}");
    }
}

#[test]
fn files_and_modules_have_the_same_names() {
    let renamed = PEOPLE.replace(r#"name = "people""#, r#"name = "persons""#);
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[], "module `people` is listed in `modules` and has no file"),
        (&[("people.toml", renamed.as_str())], "expected `name = \"people\"`"),
        (
            &[("people.toml", PEOPLE), ("more.toml", PEOPLE)],
            "`more.toml`: the file belongs to no module",
        ),
        (&[("people.toml", PEOPLE), ("people.toml", PEOPLE)], "module `people` is declared twice"),
    ];
    for (modules, says) in cases {
        let message = message(HEADER, modules);
        assert!(message.contains(says), "expected `{says}`, found: {message}");
    }
}

#[test]
fn a_table_that_the_policy_does_not_list_may_not_travel() {
    let catalogue = Catalogue::parse(HEADER, &[("people.toml", PEOPLE)]).unwrap();
    let list =
        |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let migration = list(&["volunteer", "visit", "visit_page"]);
    assert!(catalogue.check_travel(&list(&["site"]), &migration).is_ok());
    let denied = [
        (list(&[]), migration.clone(), "site", "configuration"),
        (list(&["site"]), list(&["volunteer", "visit_page"]), "visit", "migration"),
        // A list for one package says nothing about the other.
        (
            migration.clone(),
            list(&["site", "volunteer", "visit", "visit_page"]),
            "site",
            "configuration",
        ),
    ];
    for (configuration, migration, table, travels) in denied {
        let error: Error = catalogue.check_travel(&configuration, &migration).unwrap_err();
        let place = &error.refusal().unwrap().place;
        assert_eq!((place.file.as_str(), place.table.as_deref()), ("people.toml", Some(table)));
        let says = format!("travels as `{travels}` and the policy does not list it");
        assert!(error.to_string().contains(&says), "{error}");
    }
}
