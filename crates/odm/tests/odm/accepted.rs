//! Files that a careful person would accept: each with its warning, which says what was done.

use landfall_odm::{Code, Content, EcoString, Element, Key, Tag, Version, view};

use crate::world::{GOOD, accepted, changed, refused};

fn version(odm: &landfall_odm::Odm) -> &Element {
    odm.studies().next().unwrap().child(Tag::MetaDataVersion).unwrap()
}

/// One place changed, the warnings that follow.
#[test]
fn each_leniency_has_its_warning() {
    for (from, to, expected) in [
        ("CodeListOID=\"C.1\"", "CodeListOID=\"C.9\"", &[Code::MissingList][..]),
        ("UnitOID=\"U.KG\"", "UnitOID=\"U.LB\"", &[Code::MissingList][..]),
        ("<Protocol>", "<v:P xmlns:v=\"urn:v\"/><Protocol>", &[Code::Vendor][..]),
        ("<Protocol>", "<Strange/><Protocol>", &[Code::UnknownElement][..]),
        ("<Protocol>", "<Protocol Strange=\"1\">", &[Code::UnknownAttribute][..]),
        ("<Protocol>", "<Protocol>stray", &[Code::StrayText][..]),
        ("<FormRef FormOID=\"F.1\" Mandatory=\"Yes\"/>", "", &[Code::UnusedForm][..]),
        (" ODMVersion=\"1.3.2\"", "", &[Code::NoVersion][..]),
        (" FileType=\"Snapshot\"", "", &[Code::Header][..]),
        ("2026-11-23T09:00:00Z", "23.11.2026", &[Code::Form][..]),
        ("Type=\"Scheduled\"", "Type=\"scheduled \"", &[Code::Mended][..]),
        (" Name=\"Visit\"", "", &[Code::FilledIn][..]),
        ("<StudyDescription>Of the back</StudyDescription>", "", &[Code::MissingElement][..]),
        ("<ItemRef ItemOID=\"I.2\"", "<ItemRef ItemOID=\"I.1\"", &[Code::Repeated][..]),
        ("CodedValue=\"1\"", "CodedValue=\"0\"", &[Code::CodedValueTwice][..]),
        ("CodedValue=\"1\"", "CodedValue=\"10\"", &[Code::ListLength][..]),
        ("CodedValue=\"1\"", "CodedValue=\"x\"", &[Code::ValueType][..]),
        (
            "Name=\"Pain\" DataType=\"integer\">",
            "Name=\"Pain\" DataType=\"text\">",
            &[Code::ListType][..],
        ),
        (
            "</Question>",
            "<TranslatedText xml:lang=\"en\">Mass</TranslatedText></Question>",
            &[Code::Language][..],
        ),
        (
            "</Study>",
            "</Study><AdminData/><ClinicalData><x y='1'>&amp;</x></ClinicalData>",
            &[Code::LeftOut, Code::LeftOut][..],
        ),
        (
            "<Protocol>",
            "<Include StudyOID=\"S\" MetaDataVersionOID=\"V.0\"/><Protocol>",
            &[Code::Elsewhere][..],
        ),
        ("Length=\"5\"", "Length=\"0\"", &[Code::Mended][..]),
        ("Length=\"5\"", "Length=\"\"", &[Code::Mended][..]),
        ("Length=\"5\"", "Length=\"5.0\"", &[Code::Mended][..]),
        ("Length=\"5\"", "Length=\"5\" SignificantDigits=\"6\"", &[Code::Digits][..]),
        ("Mandatory=\"No\"/>", "Mandatory=\"false\"/>", &[Code::Mended][..]),
        (
            "Mandatory=\"No\"/>",
            "Mandatory=\"No\" CollectionExceptionConditionOID=\"\"/>",
            &[Code::Mended][..],
        ),
        ("ItemRef ItemOID=\"I.2\"", "ItemRef ItemOID=\"I.2 \"", &[Code::Mended][..]),
        ("FileType=\"Snapshot\"", "FileType=\"Export\"", &[Code::Form][..]),
        ("FileOID=\"F\"", "FileOID=\"\"", &[Code::Header][..]),
        (
            "<StudyEventDef OID",
            "<StudyEventDef xmlns:o=\"http://www.cdisc.org/ns/odm/v1.3\" o:OID",
            &[Code::Prefixed][..],
        ),
        (
            "<StudyEventDef OID",
            "<StudyEventDef xmlns:o=\"http://www.cdisc.org/ns/odm/v1.3\" o:OID=\"E.2\" OID",
            &[Code::UnknownAttribute][..],
        ),
        (
            "<Protocol>",
            "<Protocol xmlns:o=\"http://www.cdisc.org/ns/odm/v1.3\" o:ignored=\"1\">",
            &[Code::UnknownAttribute][..],
        ),
        (
            "</Question>",
            "</Question><Question><TranslatedText xml:lang=\"de\">Gewicht</TranslatedText></Question>",
            &[Code::Repeated][..],
        ),
        (
            "<CodeListRef CodeListOID=\"C.1\"/>",
            "<CodeListRef CodeListOID=\"C.1\"/><CodeListRef CodeListOID=\"C.1\"/>",
            &[Code::Repeated][..],
        ),
        (
            "<MeasurementUnitRef MeasurementUnitOID=\"U.KG\"/>",
            "<MeasurementUnitRef MeasurementUnitOID=\"U.KG\"/><RangeCheck Comparator=\"LT\" SoftHard=\"Soft\"><CheckValue>heavy</CheckValue></RangeCheck>",
            &[Code::ValueType][..],
        ),
    ] {
        let (_, codes) = accepted(&changed(from, to));
        assert_eq!(codes, expected, "{to}");
    }
}

#[test]
fn without_protocol_the_events_are_there() {
    let start = GOOD.find("   <Protocol>").unwrap();
    let end = GOOD.find("   <StudyEventDef").unwrap();
    let text = format!("{}{}", GOOD.get(..start).unwrap(), GOOD.get(end..).unwrap());
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::NoProtocol]);
    assert_eq!(
        view::studies(&read.design).next().unwrap().designs().next().unwrap().events().count(),
        1
    );
}

#[test]
fn several_studies_are_all_read() {
    let start = GOOD.find("<Study ").unwrap();
    let end = GOOD.find("</ODM>").unwrap();
    let second = GOOD.get(start..end).unwrap().replace("OID=\"S\"", "OID=\"S.2\"");
    let (read, codes) = accepted(&changed("</ODM>", &format!("{second}</ODM>")));
    assert_eq!(codes, [Code::SeveralStudies]);
    assert_eq!(read.design.studies().count(), 2);
    assert!(read.findings[0].message.contains("`S`, `S.2`"), "{}", read.findings[0]);
}

#[test]
fn a_missing_list_says_what_was_done_and_where() {
    let (read, _) = accepted(&changed("CodeListOID=\"C.1\"", "CodeListOID=\"C.9\""));
    let finding = &read.findings[0];
    assert_eq!((finding.at.line, finding.at.column), (25, 65));
    assert!(finding.message.contains("`C.9`") && finding.message.contains("kept"), "{finding}");
}

#[test]
fn elements_in_no_namespace_under_a_prefix_are_read() {
    let prefixed = changed("<ODM xmlns=", "<ODM xmlns:odm=");
    let (read, codes) = accepted(&prefixed);
    assert_eq!(codes, [Code::NoNamespace]);
    assert_eq!(read.design, accepted(GOOD).0.design);
    let root_only = changed("<ODM xmlns=", "<o:ODM xmlns:o=").replace("</ODM>", "</o:ODM>");
    let (read, codes) = accepted(&root_only);
    assert_eq!(codes, [Code::NoNamespace]);
    assert_eq!(read.design, accepted(GOOD).0.design);
    let none = changed(" xmlns=\"http://www.cdisc.org/ns/odm/v1.3\"", "");
    let (read, codes) = accepted(&none);
    assert_eq!(codes, [Code::NoNamespace]);
    assert_eq!(read.design, accepted(GOOD).0.design);
}

#[test]
fn prefixes_say_nothing() {
    let mut text = GOOD.replace("</", "</o:").replace("xmlns=", "xmlns:o=");
    for name in GOOD.split('<').filter(|part| part.starts_with(|c: char| c.is_ascii_alphabetic())) {
        let name = name.split([' ', '>', '/', '\n']).next().unwrap();
        text = text.replace(&format!("<{name} "), &format!("<o:{name} "));
        text = text.replace(&format!("<{name}>"), &format!("<o:{name}>"));
    }
    let (read, codes) = accepted(&text);
    assert_eq!(codes, []);
    assert_eq!(read.design, accepted(GOOD).0.design);
}

#[test]
fn elements_in_another_order_are_put_in_order() {
    let protocol = "<Protocol><StudyEventRef StudyEventOID=\"E.1\" OrderNumber=\"1\" Mandatory=\"Yes\"/></Protocol>";
    let text = changed(protocol, "").replace("</CodeList>", &format!("</CodeList>{protocol}"));
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::Order]);
    assert_eq!(read.design, accepted(GOOD).0.design);
}

#[test]
fn fragments_are_completed() {
    for (tag, version, namespace) in [
        ("Study", Version::V1_3_2, "http://www.cdisc.org/ns/odm/v1.3"),
        ("MetaDataVersion", Version::V1_3_2, "http://www.cdisc.org/ns/odm/v1.3"),
    ] {
        let start = GOOD.find(&format!("<{tag} ")).unwrap();
        let close = format!("</{tag}>");
        let end = GOOD.find(&close).unwrap() + close.len();
        let text = GOOD
            .get(start..end)
            .unwrap()
            .replacen(' ', &format!(" xmlns=\"{namespace}\" "), 1)
            .replace("<MeasurementUnitRef MeasurementUnitOID=\"U.KG\"/>", "");
        let (read, codes) = accepted(&text);
        assert_eq!(codes, [Code::Fragment], "{tag}");
        assert_eq!(read.design.version, version);
        assert_eq!(super::accepted::version(&read.design).oid(), Some("V"));
    }
}

#[test]
fn what_is_filled_in_and_mended_is_in_the_design() {
    let text = changed(" Name=\"Visit\"", "").replace("Type=\"Scheduled\"", "Type=\"SCHEDULED\"");
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::Mended, Code::FilledIn]);
    let event = version(&read.design).child(Tag::StudyEventDef).unwrap();
    assert_eq!(event.get(Key::Name), Some("E.1"));
    assert_eq!(event.get(Key::Type), Some("Scheduled"));
}

#[test]
fn the_same_warning_is_told_once_and_counted() {
    let text = GOOD
        .replace("<ItemRef ", "<ItemRef v:a=\"1\" ")
        .replace("<ODM ", "<ODM xmlns:v=\"urn:v\" ");
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::Vendor]);
    assert_eq!(read.findings[0].times, 2);
    assert_eq!(read.design.prefixes.len(), 1);
    assert_eq!(read.design.prefixes[0].prefix, "v");
}

#[test]
fn signatures_are_left_out_with_their_namespace() {
    let (read, codes) = accepted(&changed(
        "</Study>",
        "</Study><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:Object>x</ds:Object></ds:Signature>",
    ));
    assert_eq!(codes, [Code::LeftOut]);
    assert_eq!(read.design.root.elements().count(), 1);
}

#[test]
fn a_stray_text_is_kept() {
    let (read, _) = accepted(&changed("<Protocol>", "<Protocol>stray"));
    let protocol = version(&read.design).child(Tag::Protocol).unwrap();
    assert!(matches!(&protocol.content, Content::Mixed(_)));
    assert_eq!(protocol.text(), EcoString::from("stray"));
}

#[test]
fn a_list_of_a_type_that_only_items_have_is_read_as_text() {
    let text = GOOD
        .replace("Name=\"Pain\" DataType=\"integer\"", "Name=\"Pain\" DataType=\"boolean\"")
        .replace(" Length=\"1\"", "");
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::Mended], "item and list agree");
    assert_eq!(
        read.findings[0].message,
        "`DataType` of `CodeList` is `boolean`, which ODM 1.3.2 does not have there; it was read as `text`; its values were kept as they are"
    );
    let version = version(&read.design);
    assert_eq!(version.child(Tag::CodeList).unwrap().get(Key::DataType), Some("text"));
    let item = version.children(Tag::ItemDef).nth(1).unwrap();
    assert_eq!(item.get(Key::DataType), Some("boolean"));
}

#[test]
fn two_lists_of_such_a_type_are_told_once() {
    let list = "<CodeList OID=\"C.2\" Name=\"More\" DataType=\"partialDate\"><EnumeratedItem CodedValue=\"2026\"/></CodeList>";
    let both = format!("{list}{}", list.replace("C.2", "C.3"));
    let (read, codes) = accepted(&changed("</CodeList>", &format!("</CodeList>{both}")));
    assert_eq!((codes.as_slice(), read.findings[0].times), (&[Code::Mended][..], 2));
}

#[test]
fn kinds_may_share_an_oid_with_one_warning() {
    let text = GOOD.replace("\"G.1\"", "\"F.1\"").replace("\"C.1\"", "\"I.2\"");
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::SharedOid]);
    let finding = &read.findings[0];
    assert_eq!((finding.at.line, finding.at.column, finding.times), (18, 4, 2));
    assert!(finding.message.contains("found `F.1` of `ItemGroupDef` again"), "{finding}");
}

#[test]
fn an_oid_that_was_set_aside_is_taken_back() {
    let text = GOOD.replace("\"G.1\"", "\"F.1.ItemGroupDef\"").replace(
        "</ItemGroupDef>",
        "<Alias Context=\"ODM-1.3.2:OID\" Name=\"F.1\"/></ItemGroupDef>",
    );
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::SharedOid]);
    assert_eq!(read.design, accepted(&GOOD.replace("\"G.1\"", "\"F.1\"")).0.design);
}

#[test]
fn a_part_of_a_file_that_has_several_is_named() {
    let second = "</MetaDataVersion><MetaDataVersion OID=\"W\" Name=\"2\"/>";
    let (read, codes) = accepted(&changed("</MetaDataVersion>", second));
    assert_eq!(codes, [Code::NoProtocol]);
    let message = &read.findings[0].message;
    assert!(message.starts_with("in the version `W`: expected a `Protocol`"), "{message}");

    let study = "</Study><Study OID=\"T\"><GlobalVariables/><MetaDataVersion OID=\"W\" Name=\"2\"><Protocol/></MetaDataVersion></Study>";
    let (read, codes) = accepted(&changed("</Study>", study));
    assert_eq!(codes[0], Code::SeveralStudies);
    for missing in read.findings.iter().filter(|finding| finding.code == Code::MissingElement) {
        assert!(missing.message.starts_with("in the study `T`: "), "{missing}");
    }
    assert_eq!(codes.len(), 4, "{codes:?}");
}

#[test]
fn a_vendor_is_found_once_at_its_first_place() {
    let text = changed("<Protocol>", "<Protocol><v:late/>")
        .replace("<StudyName>", "<StudyName v:early=\"1\">")
        .replace("<ODM ", "<ODM xmlns:v=\"urn:v\" ");
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::Vendor]);
    let finding = &read.findings[0];
    assert_eq!((finding.at.line, finding.times), (6, 2));
    assert!(finding.message.contains("such as the attribute `early` of `StudyName`"), "{finding}");
}

#[test]
fn a_workflow_is_read_also_where_its_conditions_are_missing() {
    let text = r#"<MetaDataVersion xmlns="http://www.cdisc.org/ns/odm/v2.0" OID="V" Name="1"><Protocol/>
 <WorkflowDef OID="W" Name="w"><WorkflowStart StartOID="E"/>
  <Transition OID="T" Name="t" SourceOID="E" TargetOID="E" StartConditionOID="C.1" EndConditionOID="C.2"/>
  <Branching OID="B" Name="b"><TargetTransition TargetTransitionOID="T" ConditionOID="C.3"/></Branching>
  <WorkflowEnd EndOID="E"/></WorkflowDef>
 <StudyEventDef OID="E" Name="e" Repeating="No" Type="Scheduled"/>
</MetaDataVersion>"#;
    let (read, codes) = accepted(text);
    assert_eq!(
        codes,
        [
            Code::Fragment,
            Code::MissingOther,
            Code::MissingOther,
            Code::MissingElement,
            Code::MissingOther,
        ]
    );
    let message = &read.findings[4].message;
    assert!(message.contains("`C.3`") && message.ends_with("kept in the design"), "{message}");
    // Outside of it a condition decides what is collected.
    let outside = text.replace(
        "Type=\"Scheduled\"/>",
        "Type=\"Scheduled\"><ItemGroupRef ItemGroupOID=\"G\" Mandatory=\"Yes\" CollectionExceptionConditionOID=\"C.4\"/></StudyEventDef><ItemGroupDef OID=\"G\" Name=\"g\" Repeating=\"No\" Type=\"Section\"/>",
    );
    let errors = refused(outside.as_bytes());
    assert!(errors.iter().any(|one| one.code == Code::Dangling && one.message.contains("C.4")));
}

#[test]
fn a_missing_decode_and_a_date_that_is_none_say_what_was_done() {
    let decode = "<Decode><TranslatedText xml:lang=\"en\">some</TranslatedText></Decode>";
    let (read, codes) = accepted(&changed(decode, ""));
    assert_eq!(codes, [Code::MissingElement]);
    assert_eq!(
        read.findings[0].message,
        "expected `Decode` in `CodeListItem`, found none; the coded value stands for it"
    );
    let check = "<MeasurementUnitRef MeasurementUnitOID=\"U.KG\"/><RangeCheck Comparator=\"LT\" SoftHard=\"Soft\"><CheckValue>CHECK</CheckValue></RangeCheck>";
    let dated = changed("<MeasurementUnitRef MeasurementUnitOID=\"U.KG\"/>", check)
        .replace("DataType=\"float\"", "DataType=\"date\"");
    assert_eq!(accepted(&dated.replace("CHECK", "2026-11-23")).1, []);
    assert_eq!(accepted(&dated.replace("CHECK", "notadate")).1, [Code::ValueType]);
}

#[test]
fn blanks_around_oids_are_nothing() {
    let text = GOOD
        .replace("OID=\"I.1\" Name", "OID=\" I.1\" Name")
        .replace("\"I.2\" Mand", "\"I.2 \" Mand");
    let (read, codes) = accepted(&text);
    assert_eq!(codes, [Code::Mended, Code::Mended]);
    assert_eq!(
        read.findings[1].message,
        "`OID` of `ItemDef` is ` I.1`, with blanks around it; it was read as `I.1`"
    );
    assert_eq!(read.design, accepted(GOOD).0.design);
}
