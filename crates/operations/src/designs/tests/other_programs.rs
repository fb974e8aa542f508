//! What other programs write: what is taken of it, how, and what is named.

use super::*;

/// A file with studies in it.
fn file(studies: &str) -> String {
    format!(
        r#"<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:v="urn:vendor" ODMVersion="1.3.2"
 FileType="Snapshot" FileOID="F" CreationDateTime="2026-01-05T09:00:00Z">
{studies}
</ODM>"#
    )
}

/// A study with versions in it.
fn study_with(versions: &str) -> String {
    format!(
        r#"<Study OID="P-1"><GlobalVariables><StudyName>One</StudyName><StudyDescription>d</StudyDescription>
<ProtocolName>P-1</ProtocolName></GlobalVariables>
{versions}
</Study>"#
    )
}

/// A file with one version that holds this.
fn version(held: &str) -> String {
    file(&study_with(&format!(
        "<MetaDataVersion OID=\"V\" Name=\"1\"><Protocol/>\n{held}\n</MetaDataVersion>"
    )))
}

fn read(text: &str) -> Odm {
    match landfall_odm::read(text.as_bytes(), &Limits::default()) {
        Ok(read) => read.design,
        Err(refused) => panic!("{refused}"),
    }
}

/// What is named: what, how often, where.
fn named(list: &[NotHeld]) -> Vec<String> {
    list.iter().map(|one| format!("{} [{}] {}", one.what, one.count, one.at.join(" "))).collect()
}

fn cell<'r>(row: &'r Row, column: &str) -> Option<&'r str> {
    match row.get(column) {
        Some(Cell::Value(text)) => Some(text),
        _ => None,
    }
}

/// A column of every row of a table.
fn column<'f>(found: &'f Mapped, table: &str, column: &str) -> Vec<Option<&'f str>> {
    found.content.rows(table).iter().map(|row| cell(row, column)).collect()
}

/// The line of a text on which something begins.
fn line_of(text: &str, part: &str) -> u32 {
    let before = text.split(part).next().unwrap();
    u32::try_from(before.matches('\n').count()).unwrap() + 1
}

#[test]
fn everything_that_no_column_takes_is_named() {
    let study = r#"<Study OID="S.1" v:a="1"><GlobalVariables><StudyName>One</StudyName><StudyDescription/>
<ProtocolName>P-1</ProtocolName><v:Repeats><v:Inner/></v:Repeats></GlobalVariables>
<MetaDataVersion OID="V" Name="1">stray
<Protocol><StudyEventRef StudyEventOID="SE" Mandatory="Yes" v:b="1"/></Protocol>
<StudyEventDef OID="SE" Name="E" Repeating="No" Type="Scheduled"><Alias Context="x" Name="y"/></StudyEventDef>
<ItemGroupDef OID="G" Name="g" Repeating="No"><ItemRef ItemOID="I" Mandatory="No" DataType="text">
<Description><TranslatedText xml:lang="en">d</TranslatedText></Description></ItemRef></ItemGroupDef>
<ItemDef OID="I" Name="i" DataType="text" Domain="DM" foo="1"><Question><TranslatedText xml:lang="en">When <b
 xmlns="http://www.w3.org/1999/xhtml">exactly</b>?</TranslatedText></Question><bar/></ItemDef>
<Presentation OID="PR">p</Presentation></MetaDataVersion></Study>"#;
    let found = mapped(&read(&file(study)));
    assert_eq!(
        named(&found.not_held),
        [
            "ItemDef/@Domain: left out [1] I",
            "ItemRef/@DataType: left out [1] G",
            "ItemRef/Description: left out [1] G",
            "MetaDataVersion/Presentation: left out [1] PR",
            "OID of the study: left out, an export has the protocol code in its place [1] S.1",
            "StudyEventDef/Alias: left out [1] SE: `y`",
            "attributes of `urn:vendor` (`a`, `b`): left out [2] S.1 V",
            "attributes of no namespace (`foo`): left out [1] I",
            "elements of `http://www.cdisc.org/ns/odm/v1.3` (`bar`): left out [1] I",
            "elements of `urn:vendor` (`Repeats`): left out [1] S.1",
            "markup in a text: left out, its words are kept [1] I",
            "text in MetaDataVersion: left out [1] V",
            "that a study event is mandatory: left out, an export says that it is not [1] SE",
        ]
    );
    assert_eq!(column(&found, "item", "question"), [Some("When exactly?")]);
    assert_eq!(found.study.title, None);
}

#[test]
fn what_a_conversion_set_aside_is_named_for_what_it_is() {
    let text = r#"<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" ODMVersion="2.0" FileType="Snapshot" FileOID="B"
 CreationDateTime="2026-01-05T09:00:00Z"><Study OID="N" StudyName="N" ProtocolName="N"><MetaDataVersion OID="V" Name="m">
<StudyEventDef OID="SE" Name="V" Repeating="No" Type="Scheduled"><ItemGroupRef ItemGroupOID="F" Mandatory="Yes"/>
</StudyEventDef><ItemGroupDef OID="F" Name="Form" Repeating="No" Type="Form"><ItemGroupRef ItemGroupOID="G"
 Mandatory="Yes"/></ItemGroupDef><ItemGroupDef OID="G" Name="Sub" Repeating="Static" RepeatingLimit="2" Type="Section">
<ItemRef ItemOID="I" Mandatory="No"/><Coding Code="C1" System="urn:c"/><Alias Context="own" Name="mine"/></ItemGroupDef>
<ItemDef OID="I" Name="i" DataType="text" Length="3"/></MetaDataVersion></Study></ODM>"#;
    let found = mapped(&read(text));
    let aside: Vec<String> =
        named(&found.not_held).into_iter().filter(|one| one.starts_with("ItemGroupDef/")).collect();
    assert_eq!(
        aside,
        [
            "ItemGroupDef/@Repeating of ODM 2.0: left out [1] G: `Static`",
            "ItemGroupDef/@RepeatingLimit of ODM 2.0: left out [1] G: `2`",
            "ItemGroupDef/Alias: left out [1] G: `mine`",
            "ItemGroupDef/Coding of ODM 2.0: left out [1] G: `C1`",
        ]
    );
}

#[test]
fn a_free_text_that_is_too_long_is_cut_and_named_and_anything_else_stops() {
    let (name, question, code, context) =
        ("n".repeat(201), "ä".repeat(2001), "c".repeat(203), "x".repeat(250));
    let text = version(&format!(
        r#"<ItemDef OID="I" Name="{name}" DataType="text"><Question><TranslatedText xml:lang="de">{question}</TranslatedText>
</Question>
<CodeListRef CodeListOID="CL"/>
<Alias Context="{context}" Name="a"/></ItemDef>
<CodeList OID="CL" Name="list" DataType="text">
<CodeListItem CodedValue="{code}"><Decode><TranslatedText xml:lang="de">d</TranslatedText></Decode></CodeListItem>
</CodeList>"#
    ));
    let found = mapped(&read(&text));
    assert_eq!(
        named(&found.not_held),
        [
            "`Name` (item) of more than 200 characters: cut to that [1] I with 201",
            "`Question` (item) of more than 2000 characters: cut to that [1] I with 2001",
            "alias of an item with a context of more than 200 or a name of more than 200 characters: left out [1] I with 250 and 1",
        ]
    );
    assert_eq!(column(&found, "item", "name"), [Some(&name[..200])]);
    assert_eq!(cell(&found.content.rows("item")[0], "question").unwrap().chars().count(), 2000);
    let said: Vec<(u32, &str)> =
        found.misfits.iter().map(|one| (one.line, one.message.as_str())).collect();
    let shown = format!("`CL/{}…`", &code[..57]);
    assert_eq!(
        said,
        [(
            line_of(&text, "<CodeListItem"),
            format!(
                "{shown}: expected at most 200 characters in `Coded value` of table `code_list_item`, found 203"
            )
            .as_str()
        )]
    );
}

#[test]
fn a_protocol_code_is_never_cut() {
    let long = "P".repeat(101);
    let text = version("").replace("<ProtocolName>P-1", &format!("<ProtocolName>{long}"));
    let design = read(&text);
    let found = mapped(&design);
    assert_eq!(found.misfits.len(), 1, "{:?}", found.misfits);
    assert!(found.misfits[0].message.contains("expected at most 100 characters"));
    let named = Choice { code: Some("LF-7"), oid: Some("MDV.7"), ..Choice::default() };
    let found = taken(&design, &named).unwrap();
    assert_eq!((found.misfits.len(), found.study.protocol_code.as_str()), (0, "LF-7"));
    assert_eq!(found.content.value("oid"), Some("MDV.7"));
}

const INCLUDED: &str = r#"<MetaDataVersion OID="V1" Name="1"><Protocol/>
<ItemDef OID="I.1" Name="one" DataType="text"/><ItemDef OID="I.2" Name="old" DataType="text"/></MetaDataVersion>"#;

#[test]
fn an_included_version_is_taken_and_own_definitions_replace_its() {
    let own = r#"<MetaDataVersion OID="V2" Name="2"><Include StudyOID="P-1" MetaDataVersionOID="V1"/><Protocol/>
<ItemGroupDef OID="G" Name="g" Repeating="No"><ItemRef ItemOID="I.1" Mandatory="No"/>
<ItemRef ItemOID="I.2" Mandatory="No"/></ItemGroupDef><ItemDef OID="I.2" Name="new" DataType="text"/></MetaDataVersion>"#;
    let design = read(&file(&study_with(&format!("{INCLUDED}\n{own}"))));
    let found = mapped(&design);
    assert_eq!(found.content.value("oid"), Some("V2"));
    assert_eq!(column(&found, "item", "name"), [Some("one"), Some("new")]);
    assert_eq!(found.content.rows("item_group_item").len(), 2);
    assert_eq!((&found.not_held[..], &found.misfits[..]), (&[][..], &[][..]));
    let said = "version `V2` includes `V1` of study `P-1`: the definitions there are taken with it, but for 1 that it defines itself";
    assert!(found.chosen.iter().any(|one| one == said), "{:?}", found.chosen);
    // The included one is as it was.
    let first = Choice { version: Some("V1"), ..Choice::default() };
    let found = taken(&design, &first).unwrap();
    assert_eq!(column(&found, "item", "name"), [Some("one"), Some("old")]);
}

#[test]
fn versions_that_include_each_other_come_to_an_end() {
    let include = |oid: &str, other: &str| {
        format!(
            r#"<MetaDataVersion OID="{oid}" Name="{oid}"><Include StudyOID="P-1" MetaDataVersionOID="{other}"/><Protocol/>
<ItemDef OID="I.{oid}" Name="{oid}" DataType="text"/></MetaDataVersion>"#
        )
    };
    let text = file(&study_with(&format!("{}{}", include("A", "B"), include("B", "A"))));
    let found = mapped(&read(&text));
    assert_eq!(column(&found, "item", "oid"), [Some("I.A"), Some("I.B")]);
}

#[test]
fn a_version_that_needs_another_file_is_stopped_and_one_that_does_not_is_taken() {
    let include = r#"<Include StudyOID="S.9" MetaDataVersionOID="V.9"/><Protocol/>"#;
    let group = r#"<ItemGroupDef OID="G" Name="g" Repeating="No">
<ItemRef ItemOID="I.9" Mandatory="No"/></ItemGroupDef>"#;
    let text = version(group).replace("<Protocol/>", include);
    let found = mapped(&read(&text));
    assert_eq!(found.misfits.len(), 1, "{:?}", found.misfits);
    assert_eq!(found.misfits[0].line, line_of(&text, "<ItemRef"));
    assert!(found.misfits[0].message.starts_with("`G`: refers to the item `I.9`"));
    let found = mapped(&read(&version("").replace("<Protocol/>", include)));
    assert_eq!(found.misfits, []);
    assert_eq!(found.not_held.len(), 1, "{:?}", found.not_held);
    assert_eq!(found.not_held[0].at, ["V.9"]);
}

/// Items with questions.
fn asked(questions: &[&str]) -> String {
    let items = questions.iter().enumerate().map(|(number, texts)| {
        format!("<ItemDef OID=\"I.{number}\" Name=\"i\" DataType=\"integer\"><Question>{texts}</Question></ItemDef>\n")
    });
    version(&items.collect::<String>())
}

#[test]
fn no_language_is_claimed_where_none_was_said() {
    let catalogue = catalogue();
    let shape = Shape::of(&catalogue).unwrap();
    let text = asked(&["<TranslatedText>Größe\n\n  in cm</TranslatedText>"]);
    let mut found = mapped(&read(&text));
    assert_eq!(found.content.value("default_language"), Some("und"));
    assert!(found.chosen[0].starts_with("no text says its language"), "{:?}", found.chosen);
    found.content.complete(&shape).unwrap();
    let (design, _) = odm(&study(), &found.content, &identity());
    let written = landfall_odm::write(&design, Version::V1_3_2);
    let written = String::from_utf8(written.bytes).unwrap();
    assert!(!written.contains("xml:lang"), "{written}");
    let mut again = mapped(&read(&written));
    again.content.complete(&shape).unwrap();
    same(&shape, &found.content, &again.content);
    assert_eq!(column(&again, "item", "question"), [Some("Größe\n\nin cm")]);
}

#[test]
fn languages_are_compared_without_case_and_by_what_they_are_variants_of() {
    let found = mapped(&read(&asked(&[
        r#"<TranslatedText xml:lang="de">Eins</TranslatedText>"#,
        r#"<TranslatedText xml:lang="en">Two</TranslatedText><TranslatedText xml:lang="DE">Zwei</TranslatedText>"#,
        r#"<TranslatedText xml:lang="en">Three</TranslatedText><TranslatedText>Drei</TranslatedText>"#,
        r#"<TranslatedText xml:lang="de-CH">Vier</TranslatedText>"#,
        r#"<TranslatedText xml:lang="de">A</TranslatedText><TranslatedText xml:lang="de">B</TranslatedText>"#,
    ])));
    assert_eq!(found.content.value("default_language"), Some("de"));
    assert_eq!(
        column(&found, "item", "question"),
        [Some("Eins"), Some("Zwei"), Some("Drei"), Some("Vier"), Some("A")]
    );
    assert_eq!(
        named(&found.not_held),
        [
            "another text in the same language (de): left out [1] I.4",
            "texts in another language (en): left out [2] I.1 I.2",
            "texts only in another language (de-CH): taken as `de` [1] I.3",
        ]
    );
    assert_eq!(found.chosen, ["1 of 8 texts do not say their language: they are taken as `de`"]);
}

#[test]
fn what_has_no_order_number_comes_after_what_has_one() {
    let protocol = r#"<Protocol><StudyEventRef StudyEventOID="B" OrderNumber="2" Mandatory="No"/>
<StudyEventRef StudyEventOID="A" Mandatory="No"/><StudyEventRef StudyEventOID="C" OrderNumber="1" Mandatory="No"/></Protocol>"#;
    let events: String = ["A", "B", "C"]
        .map(|oid| {
            format!(r#"<StudyEventDef OID="{oid}" Name="{oid}" Repeating="No" Type="Scheduled"/>"#)
        })
        .concat();
    let found = mapped(&read(&version(&events).replace("<Protocol/>", protocol)));
    assert_eq!(column(&found, "study_event", "oid"), [Some("C"), Some("B"), Some("A")]);
    let said =
        "StudyEventRef without an order number beside others with one: put after them [1] Protocol";
    assert_eq!(named(&found.not_held), [said]);
}

#[test]
fn what_is_kept_as_something_else_is_named() {
    let found = mapped(&read(&version(
        r#"<ItemDef OID="I.1" Name="i" DataType="integer" Comment="why" Origin="CRF"/>
<ItemDef OID="I.2" Name="i" DataType="integer" Origin="Collected"/>"#,
    )));
    assert_eq!(
        named(&found.not_held),
        [
            "comment without a description (item): kept as the description [1] I.1",
            "origin `CRF`: kept as collected, exported as `Collected` [1] I.1",
        ]
    );
    assert_eq!(column(&found, "item", "description"), [Some("why"), None]);
}
