//! 1.3.2 to 2.0 and back: what is carried, what is lost and named.

use landfall_odm::{
    Element, Fate, Keep, Key, Loss, Odm, Tag, Version, convert, write, write_keeping,
};

use crate::{
    fixture::{EVERYTHING, reading, with},
    xmllint::{shared, validates},
};

fn metadata(design: &Odm) -> &Element {
    design.studies().next().unwrap().child(Tag::MetaDataVersion).unwrap()
}

fn defined<'a>(design: &'a Odm, tag: Tag, oid: &str) -> &'a Element {
    let found = metadata(design).children(tag).find(|child| child.oid() == Some(oid));
    found.unwrap_or_else(|| panic!("no {tag} `{oid}`"))
}

fn lines(losses: &[Loss]) -> Vec<String> {
    losses.iter().map(|loss| format!("{}: {} {}", loss.place, loss.what, loss.fate)).collect()
}

/// Converts there and back; returns what was lost on the way there, on the way back, and the design.
fn there_and_back(design: &Odm) -> (Vec<String>, Vec<String>, Odm) {
    let there = convert(design, Version::V2_0);
    let back = convert(&there.design, Version::V1_3_2);
    (lines(&there.lost), lines(&back.lost), back.design)
}

#[test]
fn the_writer_writes_what_the_fixture_has() {
    let written = write(&reading(EVERYTHING), Version::V1_3_2);
    let text = String::from_utf8(written.bytes).unwrap();
    assert_eq!(reading(&text), reading(EVERYTHING));
    // Attributes stand in another order in the fixture, lines do not.
    assert_eq!(text.lines().count(), EVERYTHING.lines().count());
}

#[test]
fn everything_comes_back_from_2_0() {
    let design = reading(EVERYTHING);
    let (there, back, came) = there_and_back(&design);
    assert_eq!(there, Vec::<String>::new());
    assert_eq!(back, Vec::<String>::new());
    let text = |design: &Odm| String::from_utf8(write(design, Version::V1_3_2).bytes).unwrap();
    assert_eq!(text(&came), text(&design));
    assert!(came == design);
}

#[test]
fn everything_validates_in_both_versions() {
    let Some(odm) = shared() else { return };
    for version in [Version::V1_3_2, Version::V2_0] {
        let written = write_keeping(&reading(EVERYTHING), version, Keep::Schema);
        validates(&odm, version, &written.bytes, "everything");
        assert_eq!(lines(&written.lost), Vec::<String>::new());
        // What was converted can also be read.
        reading(std::str::from_utf8(&written.bytes).unwrap());
    }
}

#[test]
fn in_2_0_things_stand_where_2_0_has_them() {
    let there = convert(&reading(EVERYTHING), Version::V2_0).design;
    let study = there.studies().next().unwrap();
    assert_eq!(study.get(Key::StudyName), Some("Back pain & more"));
    let form = defined(&there, Tag::ItemGroupDef, "F.1");
    assert_eq!((form.get(Key::Type), form.get(Key::Repeating)), (Some("Form"), Some("Simple")));
    let event = defined(&there, Tag::StudyEventDef, "SE.1");
    let forms: Vec<_> =
        event.children(Tag::ItemGroupRef).map(|one| one.get(Key::ItemGroupOid).unwrap()).collect();
    assert_eq!(forms, ["F.1", "F.2"]);
    let weight = defined(&there, Tag::ItemGroupDef, "IG.1").child(Tag::ItemRef).unwrap();
    assert_eq!(weight.get(Key::UnitsItemOid), Some("I.1.UNIT"));
    let unit = defined(&there, Tag::ItemDef, "I.1.UNIT").child(Tag::CodeListRef).unwrap();
    let list = defined(&there, Tag::CodeList, unit.get(Key::CodeListOid).unwrap());
    let values: Vec<_> =
        list.children(Tag::CodeListItem).map(|one| one.get(Key::CodedValue).unwrap()).collect();
    assert_eq!(values, ["kg", "lb"]);
    let check = defined(&there, Tag::ItemDef, "I.1").children(Tag::RangeCheck).nth(1).unwrap();
    let code = check.child(Tag::FormalExpression).unwrap().child(Tag::Code).unwrap();
    assert_eq!(code.text(), "weight < 500");
    let group = metadata(&there).child(Tag::StudyEventGroupDef).unwrap();
    assert_eq!(group.children(Tag::StudyEventRef).count(), 2);
}

#[test]
fn what_2_0_has_no_place_for_is_named_and_nothing_else_is_lost() {
    let archived = with(
        "<Alias Context=\"short\" Name=\"VS\"/>",
        "<ArchiveLayout OID=\"AL.1\" PdfFileName=\"vs.pdf\" PresentationOID=\"PR.1\"/><Alias Context=\"short\" Name=\"VS\"/>",
    );
    let (there, back, came) = there_and_back(&archived);
    assert_eq!(there, ["ArchiveLayout `AL.1`: ArchiveLayout `vs.pdf` lost"]);
    assert_eq!(back, Vec::<String>::new());
    assert!(came == reading(EVERYTHING));

    let presented = with(
        "      <ConditionDef OID=\"COND.1\"",
        "      <Presentation OID=\"PR.1\" xml:lang=\"en\">big letters</Presentation><ConditionDef OID=\"COND.1\"",
    );
    let (there, back, came) = there_and_back(&presented);
    assert_eq!(there, ["Presentation `PR.1`: Presentation `PR.1` lost"]);
    assert_eq!(back, Vec::<String>::new());
    assert!(came == reading(EVERYTHING));
}

#[test]
fn numbers_below_1_are_raised_and_named() {
    let design = with(
        "<ItemGroupRef ItemGroupOID=\"IG.1\" OrderNumber=\"1\"",
        "<ItemGroupRef ItemGroupOID=\"IG.1\" OrderNumber=\"0\"",
    );
    let (there, back, came) = there_and_back(&design);
    assert_eq!(there, ["FormDef `F.1`: the `OrderNumber`s of its children changed"]);
    assert_eq!(back, Vec::<String>::new());
    let form = defined(&came, Tag::FormDef, "F.1");
    let numbers: Vec<_> =
        form.children(Tag::ItemGroupRef).map(|one| one.get(Key::OrderNumber).unwrap()).collect();
    assert_eq!(numbers, ["1", "3"]);
}

/// The fixture, with a form that has the OID of a group.
fn sharing() -> Odm {
    let mut design = reading(EVERYTHING);
    let rename = |element: &mut Element| {
        for (key, tag) in [(Key::Oid, Tag::FormDef), (Key::FormOid, Tag::FormRef)] {
            if element.is(tag) && element.get(key) == Some("F.2") {
                element.set(key, "IG.2");
            }
        }
    };
    for study in design.root.elements_mut() {
        for version in study.elements_mut() {
            for child in version.elements_mut() {
                rename(child);
                child.elements_mut().for_each(rename);
            }
        }
    }
    design
}

#[test]
fn a_form_with_the_oid_of_a_group_comes_back_with_it() {
    let design = sharing();
    let there = convert(&design, Version::V2_0);
    assert_eq!(lines(&there.lost), Vec::<String>::new());
    assert_eq!(defined(&there.design, Tag::ItemGroupDef, "IG.2").get(Key::Type), Some("Form"));
    let group = defined(&there.design, Tag::ItemGroupDef, "IG.2.ItemGroupDef");
    assert_eq!(group.get(Key::Type), Some("Section"));
    assert!(convert(&there.design, Version::V1_3_2).design == design);
}

#[test]
fn a_form_with_the_oid_of_a_group_is_written_for_the_schema_and_read_back_the_same() {
    let design = sharing();
    for keep in [Keep::Vendors, Keep::Schema] {
        let written = write_keeping(&design, Version::V1_3_2, keep);
        assert_eq!(lines(&written.lost), Vec::<String>::new());
        assert_eq!(lines(&written.notes), ["ItemGroupDef `IG.2`: the OID set aside"]);
        let text = String::from_utf8(written.bytes).unwrap();
        assert!(text.contains("<FormDef OID=\"IG.2\""), "{text}");
        assert!(text.contains("<ItemGroupDef OID=\"IG.2.ItemGroupDef\""), "{text}");
        assert!(text.contains("<Alias Name=\"IG.2\" Context=\"ODM-1.3.2:OID\"/>"), "{text}");
        assert!(reading(&text) == design);
        if let Some(odm) = shared() {
            validates(&odm, Version::V1_3_2, text.as_bytes(), "a shared OID");
        }
    }
    // As it is, it is written as it is.
    let whole = String::from_utf8(write(&design, Version::V1_3_2).bytes).unwrap();
    assert!(whole.contains("<ItemGroupDef OID=\"IG.2\""), "{whole}");
    let invalid = convert(&design, Version::V1_3_2);
    assert_eq!(lines(&invalid.notes), ["ItemGroupDef `IG.2`: the OID not valid"]);
    // What comes from 2.0 with the OIDs taken back is parted again.
    let two = convert(&design, Version::V2_0).design;
    let down = write_keeping(&two, Version::V1_3_2, Keep::Schema);
    assert!(reading(std::str::from_utf8(&down.bytes).unwrap()) == design);
    if let Some(odm) = shared() {
        validates(&odm, Version::V1_3_2, &down.bytes, "a shared OID out of 2.0");
    }
}

#[test]
fn vendors_own_is_kept_unless_the_schema_is_to_take_the_file() {
    let design = with(
        "<StudyEventDef OID=\"SE.2\"",
        "<StudyEventDef xmlns:v=\"urn:vendor\" v:colour=\"red\" OID=\"SE.2\"",
    );
    for version in [Version::V1_3_2, Version::V2_0] {
        for keep in [Keep::Everything, Keep::Vendors] {
            let written = write_keeping(&design, version, keep);
            assert_eq!(lines(&written.lost), Vec::<String>::new());
            assert!(String::from_utf8(written.bytes).unwrap().contains("v:colour=\"red\""));
        }
        let written = write_keeping(&design, version, Keep::Schema);
        assert_eq!(
            lines(&written.lost),
            ["StudyEventDef `SE.2`: attribute `colour` = `red` lost"],
            "{version}"
        );
    }
}

const NESTED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v2.0" FileType="Snapshot" FileOID="F" CreationDateTime="2026-11-23T09:00:00Z" ODMVersion="2.0">
  <Study OID="S" StudyName="N" ProtocolName="P">
    <MetaDataVersion OID="MDV" Name="M">
      <StudyEventDef OID="SE" Name="Visit" Repeating="No" Type="Scheduled">
        <ItemGroupRef ItemGroupOID="F" Mandatory="Yes"/>
        <ItemGroupRef ItemGroupOID="G.ALONE" Mandatory="Yes"/>
      </StudyEventDef>
      <ItemGroupDef OID="F" Name="Form" Repeating="No" Type="Form">
        <ItemRef ItemOID="I.1" Mandatory="Yes"/>
        <ItemGroupRef ItemGroupOID="G.OUTER" OrderNumber="2" Mandatory="No" CollectionExceptionConditionOID="C"/>
      </ItemGroupDef>
      <ItemGroupDef OID="G.OUTER" Name="Outer" Repeating="No" Type="Section">
        <ItemGroupRef ItemGroupOID="G.INNER" Mandatory="Yes"/>
      </ItemGroupDef>
      <ItemGroupDef OID="G.INNER" Name="Inner" Repeating="Static" Type="Concept">
        <ItemRef ItemOID="I.2" Mandatory="Yes" UnitsItemOID="I.U" Core="HR"/>
        <ItemRef ItemOID="I.U" Mandatory="Yes"/>
      </ItemGroupDef>
      <ItemGroupDef OID="G.ALONE" Name="Alone" Repeating="No" Type="Section">
        <ItemRef ItemOID="I.1" Mandatory="Yes"/>
      </ItemGroupDef>
      <ItemDef OID="I.1" Name="One" DataType="decimal">
        <Prompt>
          <TranslatedText xml:lang="en" Type="text/plain">One?</TranslatedText>
        </Prompt>
        <Coding Code="C1" System="http://ncicb.nci.nih.gov" SystemName="NCI"/>
      </ItemDef>
      <ItemDef OID="I.2" Name="Two" DataType="float"/>
      <ItemDef OID="I.U" Name="Unit" DataType="text">
        <CodeListRef CodeListOID="CL.U"/>
      </ItemDef>
      <CodeList OID="CL.U" Name="Units" DataType="text">
        <CodeListItem CodedValue="mg"/>
      </CodeList>
      <ConditionDef OID="C" Name="Not">
        <Description>
          <TranslatedText xml:lang="en" Type="text/plain">Never</TranslatedText>
        </Description>
        <MethodSignature/>
      </ConditionDef>
    </MetaDataVersion>
  </Study>
</ODM>
"#;

#[test]
fn nested_groups_of_2_0_stand_side_by_side_in_1_3_2() {
    let design = reading(NESTED);
    let down = convert(&design, Version::V1_3_2);
    let refs = |form: &Element| -> Vec<String> {
        form.children(Tag::ItemGroupRef)
            .map(|one| one.get(Key::ItemGroupOid).unwrap().to_owned())
            .collect()
    };
    assert_eq!(refs(defined(&down.design, Tag::FormDef, "F")), ["F.ITEMS", "G.INNER"]);
    assert_eq!(refs(defined(&down.design, Tag::FormDef, "G.ALONE.FORM")), ["G.ALONE"]);
    let inner = defined(&down.design, Tag::FormDef, "F")
        .children(Tag::ItemGroupRef)
        .find(|one| one.get(Key::ItemGroupOid) == Some("G.INNER"))
        .unwrap();
    assert_eq!(inner.get(Key::Mandatory), Some("No"));
    assert_eq!(inner.get(Key::CollectionExceptionConditionOid), Some("C"));
    let unit = defined(&down.design, Tag::ItemDef, "I.2").child(Tag::MeasurementUnitRef).unwrap();
    assert_eq!(unit.get(Key::MeasurementUnitOid), Some("MU.CL.U.mg"));
    let lost = lines(&down.lost);
    for expected in [
        "ItemRef `I.2` in ItemGroupDef `G.INNER`: attribute `Core` = `HR` lost",
        "ItemDef `I.1`: Prompt `One?` lost",
        "ItemGroupDef `F`: the items in it changed",
        "ItemGroupDef `F`: the groups in groups changed",
        "ItemGroupDef `G.OUTER`: the groups in it changed",
        "StudyEventDef `SE`: the group `G.ALONE` in it changed",
    ] {
        assert!(lost.iter().any(|line| line.contains(expected)), "{expected}: {lost:#?}");
    }
    let aside: Vec<_> = down.notes.iter().filter(|note| note.fate == Fate::Aside).collect();
    assert!(aside.iter().any(|note| note.place == "ItemDef `I.1`"), "{aside:#?}");
    if let Some(odm) = shared() {
        let written = write_keeping(&design, Version::V1_3_2, Keep::Schema);
        validates(&odm, Version::V1_3_2, &written.bytes, "nested");
    }
}

#[test]
fn what_was_set_aside_from_2_0_comes_back_to_it() {
    let down = convert(&reading(NESTED), Version::V1_3_2).design;
    let up = convert(&down, Version::V2_0).design;
    assert_eq!(defined(&up, Tag::ItemDef, "I.1").get(Key::DataType), Some("decimal"));
    let inner = defined(&up, Tag::ItemGroupDef, "G.INNER");
    assert_eq!(inner.get(Key::Repeating), Some("Static"));
    assert_eq!(inner.get(Key::Type), Some("Concept"));
}

#[test]
fn what_the_schema_asks_for_is_added_and_named() {
    let mut design = reading(EVERYTHING);
    for key in [Key::FileOid, Key::CreationDateTime] {
        design.root.remove(key);
    }
    let written = write_keeping(&design, Version::V1_3_2, Keep::Schema);
    let added: Vec<_> = written.notes.iter().filter(|note| note.fate == Fate::Added).collect();
    assert_eq!(added.len(), 2, "{added:#?}");
    if let Some(odm) = shared() {
        validates(&odm, Version::V1_3_2, &written.bytes, "without header");
    }
}
