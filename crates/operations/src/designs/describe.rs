//! Description: what an ODM file says of itself and holds, in counts.

use std::collections::BTreeMap;

use landfall_instances::design::Study;
use landfall_odm::{
    Element, Key, Name, Odm, Tag,
    view::{self, Design},
};
use serde::Serialize;

use super::{Misfit, NotHeld};

/// Namespaces that are no vendor's: those of XML itself, and that of text with markup.
pub(super) const OF_XML: [&str; 3] = [
    "http://www.w3.org/2001/XMLSchema-instance",
    "http://www.w3.org/XML/1998/namespace",
    "http://www.w3.org/1999/xhtml",
];

/// What a file says of itself, and in which languages and with whose extensions it says what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OdmFacts {
    /// The version of ODM as which it was read.
    pub version: String,
    /// Its type: `Snapshot`, `Transactional`.
    pub file_type: Option<String>,
    /// Its OID.
    pub file_oid: Option<String>,
    /// When it was made, as it says.
    pub created: Option<String>,
    /// Who made it, as it says.
    pub originator: Option<String>,
    /// The program that made it.
    pub source_system: Option<String>,
    /// The version of that program.
    pub source_system_version: Option<String>,
    /// The languages of its texts, that of most texts first.
    pub languages: Vec<OdmLanguage>,
    /// Extensions of vendors, by namespace.
    pub vendors: Vec<OdmVendor>,
}

/// How many texts there are in a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OdmLanguage {
    /// As `xml:lang` says; none where the texts do not say.
    pub language: Option<String>,
    /// How many.
    pub texts: u64,
}

/// How much there is of a vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OdmVendor {
    /// The namespace.
    pub namespace: String,
    /// The prefix that the file declares for it.
    pub prefix: Option<String>,
    /// How many elements.
    pub elements: u64,
    /// How many attributes.
    pub attributes: u64,
}

/// A study of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OdmStudy {
    /// Its OID.
    pub oid: String,
    /// Its name.
    pub name: Option<String>,
    /// The name of its protocol.
    pub protocol_name: Option<String>,
    /// The versions of its design, in the order of the file.
    pub versions: Vec<OdmDesign>,
}

/// A version of a study's design in a file: how much of what it defines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OdmDesign {
    /// Its OID.
    pub oid: String,
    /// Its name.
    pub name: Option<String>,
    /// Study events.
    pub events: u64,
    /// Forms; of ODM 2.0 item groups of the type `Form`.
    pub forms: u64,
    /// Item groups that are no forms.
    pub item_groups: u64,
    /// Items.
    pub items: u64,
    /// Code lists.
    pub code_lists: u64,
    /// Units of measurement of the study; ODM 2.0 has items for them.
    pub units: u64,
    /// Conditions.
    pub conditions: u64,
    /// Methods.
    pub methods: u64,
    /// What an import would make of it; none of a file that is refused.
    pub import: Option<ImportOutlook>,
}

/// What an import would make of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportOutlook {
    /// Whether it is the one that an import takes where no other is named.
    pub taken: bool,
    /// The study as an instance would know it.
    pub study: Study,
    /// How many rows it would be.
    pub rows: u64,
    /// What was chosen, and how what the file leaves open was taken, in sentences.
    pub chosen: Vec<String>,
    /// What the tables cannot hold.
    pub not_held: Vec<NotHeld>,
    /// Why an import would be stopped: values that fit no column, references that lead out of the file.
    pub stopped: Vec<Misfit>,
}

/// Describes a file.
pub(crate) fn describe(odm: &Odm) -> OdmFacts {
    let said = |key: Key| {
        odm.root.get(key).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let (languages, vendors) = spoken(odm);
    OdmFacts {
        version: odm.version.as_str().to_owned(),
        file_type: said(Key::FileType),
        file_oid: said(Key::FileOid),
        created: said(Key::CreationDateTime),
        originator: said(Key::Originator),
        source_system: said(Key::SourceSystem),
        source_system_version: said(Key::SourceSystemVersion),
        languages,
        vendors,
    }
}

/// Counts what each study of a file holds.
pub(crate) fn studies(odm: &Odm) -> Vec<OdmStudy> {
    view::studies(odm)
        .map(|study| {
            let units = study.units().count() as u64;
            OdmStudy {
                oid: study.oid().to_owned(),
                name: study.name().map(String::from),
                protocol_name: study.protocol_name().map(String::from),
                versions: study.designs().map(|design| counted(&design, units)).collect(),
            }
        })
        .collect()
}

fn counted(design: &Design<'_>, units: u64) -> OdmDesign {
    OdmDesign {
        oid: design.oid().to_owned(),
        name: design.name().map(str::to_owned),
        events: design.events().count() as u64,
        forms: design.forms().count() as u64,
        item_groups: design.item_groups().count() as u64,
        items: design.items().count() as u64,
        code_lists: design.code_lists().count() as u64,
        units,
        conditions: design.conditions().count() as u64,
        methods: design.methods().count() as u64,
        import: None,
    }
}

/// Goes through the whole tree for languages and extensions.
fn spoken(odm: &Odm) -> (Vec<OdmLanguage>, Vec<OdmVendor>) {
    let mut languages: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    let mut vendors: BTreeMap<&str, OdmVendor> = BTreeMap::new();
    let foreign = |namespace: &str| {
        !namespace.is_empty()
            && namespace != odm.version.namespace()
            && !OF_XML.contains(&namespace)
    };
    let mut stack: Vec<&Element> = vec![&odm.root];
    while let Some(element) = stack.pop() {
        if element.is(Tag::TranslatedText) {
            *languages.entry(element.get(Key::Lang)).or_default() += 1;
        }
        if let Name::Other(name) = &element.name
            && foreign(&name.namespace)
        {
            vendors.entry(name.namespace.as_str()).or_default().elements += 1;
        }
        for attribute in &element.attributes {
            if let Name::Other(name) = &attribute.name
                && foreign(&name.namespace)
            {
                vendors.entry(name.namespace.as_str()).or_default().attributes += 1;
            }
        }
        stack.extend(element.elements());
    }
    let mut languages: Vec<OdmLanguage> = languages
        .into_iter()
        .map(|(language, texts)| OdmLanguage { language: language.map(str::to_owned), texts })
        .collect();
    languages.sort_by_key(|one| std::cmp::Reverse(one.texts));
    let vendors = vendors
        .into_iter()
        .map(|(namespace, counts)| {
            let known = odm.prefixes.iter().find(|prefix| prefix.namespace == namespace);
            OdmVendor {
                namespace: namespace.to_owned(),
                prefix: known.map(|known| known.prefix.to_string()),
                ..counts
            }
        })
        .collect();
    (languages, vendors)
}

#[cfg(test)]
mod tests {
    use landfall_odm::{Limits, read};

    use super::*;

    const FILE: &str = r#"<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:v="urn:vendor" ODMVersion="1.3.2"
 FileType="Snapshot" FileOID="F" CreationDateTime="2026-01-05T09:00:00Z" SourceSystem=" Builder " v:mark="1">
<Study OID="S"><GlobalVariables><StudyName>One</StudyName><StudyDescription/><ProtocolName>P-1</ProtocolName>
</GlobalVariables><BasicDefinitions><MeasurementUnit OID="U" Name="kg"><Symbol>
<TranslatedText xml:lang="de">kg</TranslatedText></Symbol></MeasurementUnit></BasicDefinitions>
<MetaDataVersion OID="V" Name="1">
<ItemDef OID="I" Name="I" DataType="text" Length="1"><Question><TranslatedText xml:lang="en">a</TranslatedText>
<TranslatedText xml:lang="de">b</TranslatedText></Question><v:layout wide="yes" v:deep="no"/></ItemDef>
</MetaDataVersion></Study></ODM>"#;

    #[test]
    fn a_file_is_described_in_counts() {
        let design = read(FILE.as_bytes(), &Limits::default()).unwrap().design;
        let facts = describe(&design);
        assert_eq!((facts.version.as_str(), facts.file_oid.as_deref()), ("1.3.2", Some("F")));
        assert_eq!(facts.source_system.as_deref(), Some("Builder"));
        let languages: Vec<_> =
            facts.languages.iter().map(|one| (one.language.as_deref(), one.texts)).collect();
        assert_eq!(languages, [(Some("de"), 2), (Some("en"), 1)]);
        let vendor = OdmVendor {
            namespace: "urn:vendor".to_owned(),
            prefix: Some("v".to_owned()),
            elements: 1,
            attributes: 2,
        };
        assert_eq!(facts.vendors, [vendor]);
        let studies = studies(&design);
        assert_eq!(studies[0].protocol_name.as_deref(), Some("P-1"));
        let version = &studies[0].versions[0];
        assert_eq!((version.items, version.units, version.forms), (1, 1, 0));
    }
}
