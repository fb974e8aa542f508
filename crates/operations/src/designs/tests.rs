//! What a file says as rows, and rows as a file: the same, but for what is named.

use landfall_catalogue::Catalogue;
use landfall_instances::design::{Cell, Content, Row, Shape, Study, compare};
use landfall_odm::{Attribute, Element, Keep, Key, Limits, Name, Odm, QName, Tag, Version};

use super::{
    Brought, Choice, Identity, NotHeld, export::UNKNOWN_IF_MANDATORY, import::Mapped, map, odm,
};
use crate::Result;

mod other_programs;

fn catalogue() -> Catalogue {
    Catalogue::embedded(&Catalogue::embedded_releases().pop().unwrap()).unwrap()
}

fn study() -> Study {
    Study {
        protocol_code: "LF-101".to_owned(),
        name: "Landfall one".to_owned(),
        title: Some("A first study".to_owned()),
    }
}

fn identity() -> Identity {
    Identity {
        instance: "acme/sandbox/main".to_owned(),
        kind: "Sandbox".to_owned(),
        product: "clinical".to_owned(),
        release: "24.1 (24.1.0+5217)".to_owned(),
        time: "2026-03-02T09:00:00Z".to_owned(),
        head: "0".repeat(64),
    }
}

/// A row from columns and texts; `@3` is the row at place 3.
fn row(cells: &[(&str, &str)]) -> Row {
    cells
        .iter()
        .map(|(column, text)| {
            let cell = match text.strip_prefix('@').and_then(|place| place.parse().ok()) {
                Some(place) => Cell::Row(place),
                None => Cell::Value((*text).to_owned()),
            };
            ((*column).to_owned(), cell)
        })
        .collect()
}

/// A design with one of everything that ODM has a place for.
fn whole(shape: &Shape<'_>) -> Content {
    let mut content = Content::default();
    for (column, text) in [
        ("oid", "MDV.1"),
        ("name", "Version one"),
        ("description", "The first"),
        ("default_language", "en"),
    ] {
        content.set(column, text);
    }
    let rows: &[(&str, &[(&str, &str)])] = &[
        (
            "measurement_unit",
            &[("oid", "MU.CM"), ("name", "cm"), ("symbol", "cm"), ("ucum_code", "cm")],
        ),
        (
            "code_list",
            &[
                ("oid", "CL.SEX"),
                ("name", "Sex"),
                ("sas_format_name", "$SEX"),
                ("description", "A list"),
            ],
        ),
        ("code_list", &[("oid", "CL.YN"), ("name", "Yes or no")]),
        (
            "code_list",
            &[
                ("oid", "CL.DICT"),
                ("name", "Terms"),
                ("external_dictionary", "MedDRA"),
                ("external_version", "27.0"),
            ],
        ),
        (
            "condition",
            &[
                ("oid", "C.1"),
                ("name", "Men"),
                ("description", "Only for men"),
                ("language", "javascript"),
                ("expression", "sex == 'M'"),
            ],
        ),
        (
            "condition",
            &[
                ("oid", "C.2"),
                ("name", "Words"),
                ("description", "As said"),
                ("language", "text"),
                ("expression", "As said"),
            ],
        ),
        (
            "method",
            &[
                ("oid", "M.1"),
                ("name", "BMI"),
                ("kind", "computation"),
                ("description", "Body mass"),
                ("language", "javascript"),
                ("expression", "w / h ^ 2"),
            ],
        ),
        (
            "item",
            &[
                ("oid", "I.SEX"),
                ("name", "Sex"),
                ("data_type", "text"),
                ("length", "1"),
                ("question", "What is your sex?"),
                ("sdtm_variable", "SEX"),
                ("origin", "collected"),
                ("code_list_id", "@0"),
            ],
        ),
        (
            "item",
            &[
                ("oid", "I.HEIGHT"),
                ("name", "Height"),
                ("data_type", "decimal"),
                ("length", "5"),
                ("significant_digits", "1"),
                ("sas_field_name", "HEIGHT"),
                ("description", "Standing"),
            ],
        ),
        ("item", &[("oid", "I.WHEN"), ("name", "When"), ("data_type", "partial date-time")]),
        (
            "item_group",
            &[
                ("oid", "IG.DM"),
                ("name", "Demographics"),
                ("sdtm_domain", "DM"),
                ("purpose", "Tabulation"),
                ("sas_dataset_name", "DM"),
            ],
        ),
        (
            "item_group",
            &[
                ("oid", "IG.VS"),
                ("name", "Vital signs"),
                ("repeating", "1"),
                ("reference_data", "1"),
            ],
        ),
        ("form", &[("oid", "F.ALL"), ("name", "All"), ("description", "Everything")]),
        (
            "study_event",
            &[
                ("oid", "SE.1"),
                ("name", "Screening"),
                ("kind", "scheduled"),
                ("category", "Screening"),
                ("position", "1"),
            ],
        ),
        (
            "study_event",
            &[
                ("oid", "SE.2"),
                ("name", "Unplanned"),
                ("kind", "unscheduled"),
                ("repeating", "1"),
                ("position", "2"),
            ],
        ),
    ];
    for (table, cells) in rows {
        let mut row = row(cells);
        row.insert("study_design_id".to_owned(), Cell::Row(0));
        content.push(table, row);
    }
    let rows: &[(&str, &[(&str, &str)])] = &[
        (
            "code_list_item",
            &[
                ("code_list_id", "@0"),
                ("coded_value", "F"),
                ("decode", "Female"),
                ("rank", "1"),
                ("position", "1"),
            ],
        ),
        (
            "code_list_item",
            &[
                ("code_list_id", "@0"),
                ("coded_value", "M"),
                ("decode", "Male"),
                ("rank", "2"),
                ("position", "2"),
            ],
        ),
        (
            "code_list_item",
            &[("code_list_id", "@1"), ("coded_value", "Y"), ("decode", "Y"), ("position", "1")],
        ),
        (
            "item_measurement_unit",
            &[("item_id", "@1"), ("measurement_unit_id", "@0"), ("position", "1")],
        ),
        (
            "item_range_check",
            &[
                ("item_id", "@1"),
                ("comparator", "GE"),
                ("check_value", "50"),
                ("strictness", "hard"),
                ("measurement_unit_id", "@0"),
                ("message", "Too small"),
                ("position", "1"),
            ],
        ),
        (
            "item_range_check",
            &[
                ("item_id", "@0"),
                ("comparator", "IN"),
                ("check_value", r#"["F","M"]"#),
                ("strictness", "soft"),
                ("position", "1"),
            ],
        ),
        ("item_alias", &[("item_id", "@0"), ("context", "SDTM"), ("alias", "DM.SEX")]),
        (
            "item_group_item",
            &[
                ("item_group_id", "@0"),
                ("item_id", "@0"),
                ("position", "1"),
                ("mandatory", "1"),
                ("key_sequence", "1"),
                ("role", "Identifier"),
            ],
        ),
        (
            "item_group_item",
            &[
                ("item_group_id", "@1"),
                ("item_id", "@1"),
                ("position", "1"),
                ("condition_id", "@0"),
                ("method_id", "@0"),
            ],
        ),
        ("item_group_item", &[("item_group_id", "@1"), ("item_id", "@2"), ("position", "2")]),
        (
            "form_item_group",
            &[("form_id", "@0"), ("item_group_id", "@0"), ("position", "1"), ("mandatory", "1")],
        ),
        (
            "form_item_group",
            &[
                ("form_id", "@0"),
                ("item_group_id", "@1"),
                ("position", "2"),
                ("condition_id", "@1"),
            ],
        ),
        (
            "study_event_form",
            &[("study_event_id", "@0"), ("form_id", "@0"), ("position", "1"), ("mandatory", "1")],
        ),
    ];
    for (table, cells) in rows {
        content.push(table, row(cells));
    }
    content.complete(shape).unwrap();
    content
}

fn taken(design: &Odm, choice: &Choice<'_>) -> Result<Mapped> {
    let catalogue = catalogue();
    let shape = Shape::of(&catalogue).unwrap();
    map(&Brought::of(design.clone()), choice, &shape)
}

fn mapped(design: &Odm) -> Mapped {
    taken(design, &Choice::default()).unwrap()
}

/// What is named, without how often and where.
fn kinds(list: &[NotHeld]) -> Vec<&str> {
    list.iter().map(|one| one.what.as_str()).collect()
}

/// Expects two versions to say the same.
fn same(shape: &Shape<'_>, first: &Content, second: &Content) {
    for table in compare(shape, first, second) {
        assert!(
            table.added.is_empty() && table.removed.is_empty() && table.changed.is_empty(),
            "{table:#?}"
        );
    }
}

#[test]
fn rows_become_a_file_and_the_same_rows_again() {
    let catalogue = catalogue();
    let shape = Shape::of(&catalogue).unwrap();
    let content = whole(&shape);
    let (design, lost) = odm(&study(), &content, &identity());
    assert_eq!(kinds(&lost), [UNKNOWN_IF_MANDATORY]);
    assert_eq!(lost[0].at, ["SE.1", "SE.2"]);
    let mut again = mapped(&design);
    assert_eq!(again.study, study());
    assert_eq!((&again.not_held[..], &again.chosen[..]), (&[][..], &[][..]));
    assert_eq!(again.misfits, []);
    again.content.complete(&shape).unwrap();
    same(&shape, &content, &again.content);
}

#[test]
fn what_is_written_is_read_back_without_a_finding() {
    let catalogue = catalogue();
    let shape = Shape::of(&catalogue).unwrap();
    let content = whole(&shape);
    let (design, _) = odm(&study(), &content, &identity());
    let written = landfall_odm::write_keeping(&design, Version::V1_3_2, Keep::Schema);
    assert_eq!(written.lost, [], "the schema takes all that is written");
    let read = landfall_odm::read(written.bytes.as_slice(), &Limits::default()).unwrap();
    assert_eq!(read.findings, []);
    let mut again = mapped(&read.design);
    again.content.complete(&shape).unwrap();
    same(&shape, &content, &again.content);
    let text = String::from_utf8(written.bytes).unwrap();
    for part in ["acme/sandbox/main", "24.1 (24.1.0+5217)", "Granularity=\"Metadata\""] {
        assert!(text.contains(part), "the file says where it comes from: {part}");
    }
}

#[test]
fn an_enumerated_value_is_its_own_decode() {
    let catalogue = catalogue();
    let shape = Shape::of(&catalogue).unwrap();
    let (design, _) = odm(&study(), &whole(&shape), &identity());
    let version = design.studies().next().unwrap().child(Tag::MetaDataVersion).unwrap();
    let lists: Vec<&Element> = version.children(Tag::CodeList).collect();
    assert!(lists[0].child(Tag::CodeListItem).is_some());
    assert!(lists[1].child(Tag::EnumeratedItem).is_some());
    let external = lists[2].child(Tag::ExternalCodeList).unwrap();
    assert_eq!(external.get(Key::Dictionary), Some("MedDRA"));
}

#[test]
fn what_a_file_has_no_place_for_is_named() {
    let catalogue = catalogue();
    let shape = Shape::of(&catalogue).unwrap();
    let mut content = whole(&shape);
    let cohort = [("study_design_id", "@0"), ("name", "Cohort 1")];
    content.push("cohort", row(&cohort));
    let items = content.tables.get_mut("item").unwrap();
    items[0].insert("help_text".to_owned(), Cell::Value("Ask kindly".to_owned()));
    items[0].insert("sdtm_variable".to_owned(), Cell::Value("FAR_TOO_LONG".to_owned()));
    items[1].insert("lab_test_id".to_owned(), Cell::Outside("HB".to_owned()));
    let (_, lost) = odm(&study(), &content, &identity());
    let named = |part: &str| lost.iter().any(|one| one.what.contains(part) && one.count == 1);
    for part in ["cohorts", "help text (item)", "SDSVarName", "lab test (item)"] {
        assert!(named(part), "{part}: {lost:?}");
    }
}

/// A design by another producer: several languages, a vendor's own, references to nothing.
fn foreign() -> Odm {
    let text = |language: &str, text: &str| {
        Element::new(Tag::TranslatedText).with(Key::Lang, language).saying(text)
    };
    let question = Element::new(Tag::Question)
        .holding(text("fr", "Quel est votre sexe ?"))
        .holding(text("en", "What is\n   your sex?"));
    let mut item = Element::new(Tag::ItemDef)
        .with(Key::Oid, "I.SEX")
        .with(Key::Name, "Sex")
        .with(Key::DataType, "URI")
        .holding(question)
        .holding(Element::new(Tag::CodeListRef).with(Key::CodeListOid, "CL.NONE"));
    let vendor = QName { namespace: "urn:vendor".into(), local: "Colour".into() };
    item.attributes.push(Attribute { name: Name::Other(Box::new(vendor)), value: "red".into() });
    let reference =
        |oid: &str| Element::new(Tag::ItemRef).with(Key::ItemOid, oid).with(Key::Mandatory, "No");
    let group = Element::new(Tag::ItemGroupDef)
        .with(Key::Oid, "IG.DM")
        .with(Key::Name, "Demographics")
        .with(Key::Repeating, "No")
        .holding(reference("I.SEX"))
        .holding(reference("I.SEX"))
        .holding(reference("I.GONE"));
    let globals = Element::new(Tag::GlobalVariables)
        .holding(Element::new(Tag::StudyName).saying("Name"))
        .holding(Element::new(Tag::ProtocolName).saying(" P-1 "));
    let version = |oid: &str| Element::new(Tag::MetaDataVersion).with(Key::Oid, oid);
    let whole = Element::new(Tag::Study)
        .with(Key::Oid, "S.1")
        .holding(globals)
        .holding(version("MDV.OLD"))
        .holding(version("MDV.NEW").holding(group).holding(item));
    let other = Element::new(Tag::Study).with(Key::Oid, "S.2").holding(version("MDV.X"));
    Odm {
        version: Version::V1_3_2,
        root: Element::new(Tag::Odm).holding(whole).holding(other),
        prefixes: Vec::new(),
    }
}

#[test]
fn what_the_tables_cannot_hold_is_named_and_the_rest_is_taken() {
    let catalogue = catalogue();
    let shape = Shape::of(&catalogue).unwrap();
    let mut found = mapped(&foreign());
    found.content.complete(&shape).unwrap();
    assert_eq!(found.study.protocol_code, "P-1");
    let item = &found.content.rows("item")[0];
    assert_eq!(item.get("question"), Some(&Cell::Value("What is\nyour sex?".to_owned())));
    assert_eq!(item.get("data_type"), Some(&Cell::Value("text".to_owned())));
    assert_eq!(item.get("code_list_id"), None);
    assert_eq!(found.content.rows("item_group_item").len(), 1);
    for part in [
        "texts in another language (fr)",
        "item of type `URI`: kept as text",
        "attributes of `urn:vendor`",
        "reference to what the file does not define (code list)",
        "ItemRef to what the file does not define (item)",
        "another ItemRef to the same",
    ] {
        assert!(
            found.not_held.iter().any(|one| one.what.contains(part)),
            "{part}: {:?}",
            found.not_held
        );
    }
}

#[test]
fn of_several_studies_and_versions_one_is_chosen_and_said() {
    let design = foreign();
    let found = mapped(&design);
    assert_eq!(found.content.value("oid"), Some("MDV.NEW"), "the last version of the first study");
    assert_eq!(found.chosen.len(), 2, "{:?}", found.chosen);
    let named = Choice { study: Some("S.1"), version: Some("MDV.OLD"), ..Choice::default() };
    let found = taken(&design, &named).unwrap();
    assert_eq!(found.content.value("oid"), Some("MDV.OLD"));
    assert!(found.chosen.is_empty(), "{:?}", found.chosen);
    for (study, version) in [(Some("S.9"), None), (Some("S.1"), Some("MDV.X"))] {
        let named = Choice { study, version, ..Choice::default() };
        let error = taken(&design, &named).unwrap_err();
        assert!(error.hint().is_some(), "{error}");
    }
}
