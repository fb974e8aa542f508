//! Files that a careful person would accept: each with its warning, which says what was done.

use landfall_odm::{Code, Content, EcoString, Element, Key, Tag, Version, view};

use crate::world::{GOOD, accepted, changed};

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
