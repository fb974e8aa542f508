//! Files that give no design, each with the code and the place that say why.

use landfall_odm::{Code, Finding, Limits, Severity, read};

use crate::world::{GOOD, accepted, changed, refused};

/// The only error of a file.
fn error(bytes: &[u8]) -> Finding {
    let mut errors = refused(bytes);
    errors.retain(|finding| finding.severity() == Severity::Error);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

fn place(bytes: &[u8]) -> (Code, u32, u32) {
    let error = error(bytes);
    (error.code, error.at.line, error.at.column)
}

#[test]
fn the_good_one_is_good() {
    assert_eq!(accepted(GOOD).1, []);
}

#[test]
fn what_is_no_xml_is_refused_at_its_place() {
    for (from, to, line, column) in [
        ("<ItemRef ItemOID=\"I.2\" Mandatory=\"No\"/>", "<ItemRef ItemOID=\"I.2\">", 20, 4),
        ("Name=\"Visit\"", "Name=\"Visit", 14, 4),
        ("Name=\"Visit\"", "Name=\"Visit\"Type=\"Common\"", 14, 4),
        ("Name=\"Visit\"", "Name=\"a < b\"", 14, 4),
        ("Name=\"Visit\"", "OID=\"E.2\"", 14, 4),
        ("Name=\"Visit\"", "v:Name=\"Visit\"", 14, 4),
        (">Of the back<", ">Of & the back<", 6, 52),
        (">Of the back<", ">Of &#x1; the back<", 6, 52),
        (">Of the back<", ">]]><", 6, 49),
        ("</ODM>\n", "</ODM>\n<ODM/>", 33, 1),
        ("</ODM>\n", "</ODM>\nmore", 32, 7),
    ] {
        let text = changed(from, to);
        assert_eq!(place(text.as_bytes()), (Code::Malformed, line, column), "{to}");
    }
    let (cut, _) = GOOD.split_at(GOOD.find("<FormDef").unwrap());
    assert_eq!(place(cut.as_bytes()).0, Code::Malformed);
    assert_eq!(place(b"").0, Code::Malformed);
    assert_eq!(place(format!("\n{GOOD}").as_bytes()), (Code::Malformed, 2, 1));
    assert_eq!(place(b"OID,Name\nS,Pain\n").0, Code::Malformed);
}

#[test]
fn entities_and_document_types_are_refused() {
    let bomb = r#"<!DOCTYPE ODM [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>"#;
    let elsewhere = r#"<!DOCTYPE ODM SYSTEM "http://example.org/odm.dtd">"#;
    let file = r#"<!DOCTYPE ODM [<!ENTITY a SYSTEM "file:///etc/passwd">]>"#;
    for doctype in [bomb, elsewhere, file] {
        let text = changed("<ODM ", &format!("{doctype}<ODM "));
        assert_eq!(place(text.as_bytes()), (Code::Doctype, 2, 1));
    }
    let text = changed("Of the back", "&b;");
    assert_eq!(place(text.as_bytes()).0, Code::Entity);
    let text = changed("Name=\"Visit\"", "Name=\"&b;\"");
    assert_eq!(place(text.as_bytes()).0, Code::Entity);
}

#[test]
fn what_asks_for_too_much_is_refused() {
    let deep = changed("Of the back", &"<a>".repeat(10_000));
    assert_eq!(place(deep.as_bytes()).0, Code::Limit);
    let deep_data = changed("</Study>", &format!("</Study><ClinicalData>{}", "<a>".repeat(10_000)));
    assert_eq!(place(deep_data.as_bytes()).0, Code::Limit);
    let wide: String = (0..300).map(|number| format!(" a{number}=\"\"")).collect();
    let wide = changed("<Protocol>", &format!("<Protocol{wide}>"));
    assert_eq!(place(wide.as_bytes()).0, Code::Limit);
    let spaces: String = (0..300).map(|number| format!("<a xmlns=\"urn:{number}\"/>")).collect();
    let spaces = changed("<Protocol>", &format!("{spaces}<Protocol>"));
    assert_eq!(place(spaces.as_bytes()).0, Code::Limit);
    for limits in [
        Limits { bytes: 1000, ..Limits::default() },
        Limits { text: 100, ..Limits::default() },
        Limits { nodes: 20, ..Limits::default() },
        Limits { definitions: 5, ..Limits::default() },
        Limits { depth: 4, ..Limits::default() },
    ] {
        let findings = read(GOOD.as_bytes(), &limits).unwrap_err().findings;
        assert_eq!(findings.last().unwrap().code, Code::Limit, "{limits:?}");
    }
    // A file without end is not read to its end.
    let endless = std::io::BufReader::new(std::io::repeat(b' '));
    let findings = read(endless, &Limits { bytes: 1 << 20, ..Limits::default() });
    assert_eq!(findings.unwrap_err().findings.first().unwrap().code, Code::Limit);
}

#[test]
fn what_only_looks_like_odm_is_refused_by_name() {
    let namespace = "http://www.cdisc.org/ns/odm/v1.3";
    for (from, to, code) in [
        (namespace, "http://www.cdisc.org/ns/odm/v1.2", Code::Version),
        (namespace, "http://www.cdisc.org/ns/odm/v2.0", Code::Version),
        (namespace, "http://example.org/odm", Code::NotOdm),
        ("ODMVersion=\"1.3.2\"", "ODMVersion=\"2.0\"", Code::Version),
        ("ODMVersion=\"1.3.2\"", "ODMVersion=\"1.2.1\"", Code::Version),
        (
            "Name=\"1\">",
            "Name=\"1\" xmlns:def=\"http://www.cdisc.org/ns/def/v2.0\" def:DefineVersion=\"2.0.0\">",
            Code::DefineXml,
        ),
        (
            "ODMVersion=\"1.3.2\"",
            "ODMVersion=\"1.3.2\" xmlns:data=\"http://www.cdisc.org/ns/Dataset-XML/v1.0\" data:DatasetXMLVersion=\"1.0.0\"",
            Code::DatasetXml,
        ),
    ] {
        assert_eq!(place(changed(from, to).as_bytes()).0, code, "{to}");
    }
}

#[test]
fn data_without_metadata_is_refused() {
    let begin = GOOD.find("<Study ").unwrap();
    let end = GOOD.find("</ODM>").unwrap();
    let without = |between: &str| {
        format!("{}{between}{}", GOOD.get(..begin).unwrap(), GOOD.get(end..).unwrap())
    };
    let data = without(
        "<ClinicalData StudyOID=\"S\" MetaDataVersionOID=\"V\"><SubjectData SubjectKey=\"1\"/></ClinicalData>",
    );
    let found = error(data.as_bytes());
    assert_eq!(found.code, Code::NoMetadata);
    assert!(found.message.contains("data only"), "{found}");
    assert_eq!(error(without("").as_bytes()).code, Code::NoMetadata);
    assert_eq!(error(without("<Study OID=\"S\"/>").as_bytes()).code, Code::NoMetadata);
}

#[test]
fn a_design_that_contradicts_itself_is_refused() {
    for (from, to, code, line, column) in [
        ("OID=\"I.2\" Name", "OID=\"I.1\" Name", Code::DuplicateOid, 25, 4),
        ("<ItemRef ItemOID=\"I.2\"", "<ItemRef ItemOID=\"I.9\"", Code::Dangling, 19, 45),
        ("<FormRef FormOID=\"F.1\"", "<FormRef FormOID=\"F.9\"", Code::Dangling, 15, 5),
        ("Mandatory=\"No\"/>", "Mandatory=\"No\" MethodOID=\"M\"/>", Code::Dangling, 19, 45),
        ("Type=\"Scheduled\"", "Type=\"Weekly\"", Code::Value, 14, 4),
        ("DataType=\"float\"", "DataType=\"real\"", Code::Value, 21, 4),
        ("Length=\"5\"", "Length=\"-5\"", Code::Value, 21, 4),
        ("Length=\"5\"", "Length=\"99999999999999999999\"", Code::Value, 21, 4),
        ("DataType=\"float\"", "DataType=\" \"", Code::Required, 21, 4),
        (" DataType=\"float\"", "", Code::Required, 21, 4),
        ("ItemOID=\"I.2\" ", "", Code::Required, 19, 45),
        ("<FormDef OID", "<Protocol/><FormDef OID", Code::TooMany, 17, 4),
        (
            "</Question>",
            "</Question><Question><TranslatedText xml:lang=\"EN\">Mass</TranslatedText></Question>",
            Code::TooMany,
            22,
            79,
        ),
    ] {
        let mut errors = refused(changed(from, to).as_bytes());
        errors.retain(|finding| finding.severity() == Severity::Error);
        let found: Vec<_> = errors
            .iter()
            .map(|finding| (finding.code, finding.at.line, finding.at.column))
            .collect();
        assert!(found.contains(&(code, line, column)), "{to}: {found:?}");
    }
}

#[test]
fn what_is_no_design_is_called_what_it_is() {
    for (text, code, words) in [
        ("", Code::Malformed, "the file is empty"),
        (" \n", Code::Malformed, "found none until the end of the file"),
        ("{\"study\": 1}", Code::Malformed, "is it the right file?"),
        ("<!DOCTYPE html><html/>", Code::Doctype, "a web page"),
        ("<!DOCTYPE ODM SYSTEM \"ODM1-1-0.dtd\"><ODM/>", Code::Doctype, "ODM 1.0 to 1.2"),
        ("<ODM Description=\"x\"/>", Code::NotOdm, "ODM before 1.2"),
        (
            "<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\" xmlns:m=\"urn:m\" m:ErrorDescription=\"Incorrect login\"/>",
            Code::NoMetadata,
            "an error, `Incorrect login`",
        ),
        (
            "<MetaDataVersion xmlns=\"http://www.cdisc.org/ns/odm/v1.3\" xmlns:def=\"http://www.cdisc.org/ns/def/v2.1\" OID=\"M\" Name=\"m\"><ItemGroupDef OID=\"G\" Name=\"DM\" Repeating=\"No\" def:Structure=\"One record\"/></MetaDataVersion>",
            Code::DefineXml,
            "Define-XML, built on ODM 1.3:",
        ),
    ] {
        let found = error(text.as_bytes());
        assert_eq!(found.code, code, "{text}");
        assert!(found.message.contains(words), "{text}: {found}");
    }
}

#[test]
fn the_same_wrong_value_is_told_once() {
    let text = GOOD.replace("Mandatory=\"Yes\"", "Mandatory=\"perhaps\"");
    let mut errors = refused(text.as_bytes());
    errors.retain(|finding| finding.severity() == Severity::Error);
    let told: Vec<_> = errors.iter().map(|one| (one.code, one.at.line, one.times)).collect();
    // Of references to an event, a form, a group and an item.
    assert_eq!(told, [13, 15, 17, 19].map(|line| (Code::Value, line, 1)));
    let both = text.replace("Mandatory=\"No\"", "Mandatory=\"perhaps\"");
    let mut errors = refused(both.as_bytes());
    errors.retain(|finding| finding.severity() == Severity::Error);
    assert_eq!(errors.iter().map(|one| one.times).collect::<Vec<_>>(), [1, 1, 1, 2]);
}

#[test]
fn groups_that_hold_each_other_are_refused_once() {
    let text = changed(
        "<ItemRef ItemOID=\"I.1\" Mandatory=\"Yes\"/>",
        "<ItemGroupRef ItemGroupOID=\"G.1\" Mandatory=\"Yes\"/><ItemRef ItemOID=\"I.1\" Mandatory=\"Yes\"/>",
    );
    assert_eq!(place(text.as_bytes()), (Code::Cycle, 19, 5));
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_in_order() {
    let text = changed("Type=\"Scheduled\"", "Type=\"Weekly\"")
        .replace("DataType=\"float\"", "DataType=\"real\"")
        .replace("ItemOID=\"I.2\"", "ItemOID=\"I.9\"");
    let findings = refused(text.as_bytes());
    let lines: Vec<_> = findings.iter().map(|finding| finding.at.line).collect();
    assert!(lines.is_sorted(), "{lines:?}");
    let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::Value, Code::Dangling, Code::Value]);
}
