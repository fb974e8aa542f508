//! What becomes of names, texts and white space.

use landfall_odm::{Attribute, Code, Content, Key, Name, Node, QName, Tag, Version};

use crate::world::{GOOD, accepted, changed};

fn item(text: &str) -> landfall_odm::Element {
    let (read, _) = accepted(text);
    let study = read.design.studies().next().unwrap();
    let version = study.child(Tag::MetaDataVersion).unwrap();
    version.child(Tag::ItemDef).unwrap().clone()
}

fn other<T>(namespace: &str, local: &str) -> Name<T> {
    Name::Other(Box::new(QName { namespace: namespace.into(), local: local.into() }))
}

#[test]
fn vendor_elements_and_attributes_stand_where_they_stood() {
    let text = changed(
        "<Question>",
        "<v:Grid xmlns:v=\"urn:v\" v:rows=\"3\" cols=\"2\">\n <v:Row>a &lt; <v:b>b</v:b> <v:c/></v:Row>\n</v:Grid><Question>",
    );
    let item = item(&text);
    let children: Vec<_> = item.elements().collect();
    let grid = children[0];
    assert_eq!(grid.name, other("urn:v", "Grid"));
    assert_eq!(
        grid.attributes,
        [
            Attribute { name: other("", "cols"), value: "2".into() },
            Attribute { name: other("urn:v", "rows"), value: "3".into() },
        ]
    );
    assert_eq!((grid.at.line, grid.at.column), (22, 5));
    let Content::Elements(rows) = &grid.content else { panic!("{:?}", grid.content) };
    let Content::Mixed(row) = &rows[0].content else { panic!("{:?}", rows[0].content) };
    assert_eq!(row.len(), 4, "{row:?}");
    assert!(matches!(&row[0], Node::Text(text) if text == "a < "));
    assert!(matches!(&row[2], Node::Text(text) if text == " "));
    assert!(children[1].is(Tag::Question));
}

#[test]
fn several_languages_are_kept_in_order() {
    let text = changed(
        "</Question>",
        "<TranslatedText xml:lang=\"de\">Gewicht</TranslatedText><TranslatedText>?</TranslatedText></Question>",
    );
    let item = item(&text);
    let question = item.child(Tag::Question).unwrap();
    let found: Vec<_> =
        question.translations().map(|text| (text.language, text.text.to_string())).collect();
    let expected = [(Some("en"), "Weight"), (Some("de"), "Gewicht"), (None, "?")];
    assert_eq!(found, expected.map(|(language, text)| (language, text.to_owned())));
}

#[test]
fn text_is_what_xml_says_it_is() {
    let text = changed(
        ">Weight</TranslatedText>",
        "> a\r\nb<!-- c -->&#32;&amp;<![CDATA[<d> & ]]>\u{e9} </TranslatedText>",
    );
    let item = item(&text);
    let question = item.child(Tag::Question).unwrap();
    assert_eq!(question.translations().next().unwrap().text, " a\nb &<d> & \u{e9} ");
}

#[test]
fn markup_in_a_text_of_2_0_is_kept() {
    let text = r#"<MetaDataVersion xmlns="http://www.cdisc.org/ns/odm/v2.0" OID="V" Name="1">
  <Description><TranslatedText Type="text/html" xml:lang="en">Take <div
    xmlns="http://www.w3.org/1999/xhtml"><b>two</b> <i>daily</i></div></TranslatedText></Description>
  <Protocol/>
</MetaDataVersion>"#;
    let (read, codes) = accepted(text);
    assert_eq!(codes, [Code::Fragment]);
    assert_eq!(read.design.version, Version::V2_0);
    let study = read.design.studies().next().unwrap();
    assert_eq!(study.get(Key::StudyName), Some("S.V"));
    let version = study.child(Tag::MetaDataVersion).unwrap();
    let text = version.child(Tag::Description).unwrap().child(Tag::TranslatedText).unwrap();
    assert_eq!(text.text(), "Take two daily");
    let Content::Mixed(nodes) = &text.content else { panic!("{:?}", text.content) };
    assert_eq!(nodes.len(), 2);
}

#[test]
fn white_space_between_elements_is_nothing() {
    let tight: String = GOOD.lines().map(str::trim_start).collect::<Vec<_>>().join(" ");
    assert_eq!(accepted(&tight).0.design, accepted(GOOD).0.design);
    let windows = GOOD.replace('\n', "\r\n");
    assert_eq!(accepted(&windows).0.design, accepted(GOOD).0.design);
}

#[test]
fn attributes_are_sorted_whatever_their_order() {
    let turned = changed("OID=\"I.2\" Name=\"Pain\"", "Name='Pain'\n\tOID = 'I.2'");
    assert_eq!(accepted(&turned).0.design, accepted(GOOD).0.design);
}
