//! What the tests share.

use landfall_odm::{Code, Finding, Limits, Read, Refused, read};

/// A small design of ODM 1.3.2 in which nothing is to be said.
pub(crate) const GOOD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="Snapshot"
     FileOID="F" CreationDateTime="2026-11-23T09:00:00Z">
 <Study OID="S">
  <GlobalVariables>
   <StudyName>Pain</StudyName><StudyDescription>Of the back</StudyDescription>
   <ProtocolName>P-1</ProtocolName>
  </GlobalVariables>
  <BasicDefinitions>
   <MeasurementUnit OID="U.KG" Name="kg"><Symbol><TranslatedText>kg</TranslatedText></Symbol></MeasurementUnit>
  </BasicDefinitions>
  <MetaDataVersion OID="V" Name="1">
   <Protocol><StudyEventRef StudyEventOID="E.1" OrderNumber="1" Mandatory="Yes"/></Protocol>
   <StudyEventDef OID="E.1" Name="Visit" Repeating="No" Type="Scheduled">
    <FormRef FormOID="F.1" Mandatory="Yes"/>
   </StudyEventDef>
   <FormDef OID="F.1" Name="Form" Repeating="No"><ItemGroupRef ItemGroupOID="G.1" Mandatory="Yes"/></FormDef>
   <ItemGroupDef OID="G.1" Name="Group" Repeating="No">
    <ItemRef ItemOID="I.1" Mandatory="Yes"/><ItemRef ItemOID="I.2" Mandatory="No"/>
   </ItemGroupDef>
   <ItemDef OID="I.1" Name="Weight" DataType="float" Length="5">
    <Question><TranslatedText xml:lang="en">Weight</TranslatedText></Question>
    <MeasurementUnitRef MeasurementUnitOID="U.KG"/>
   </ItemDef>
   <ItemDef OID="I.2" Name="Pain" DataType="integer" Length="1"><CodeListRef CodeListOID="C.1"/></ItemDef>
   <CodeList OID="C.1" Name="Pain" DataType="integer">
    <CodeListItem CodedValue="0"><Decode><TranslatedText xml:lang="en">none</TranslatedText></Decode></CodeListItem>
    <CodeListItem CodedValue="1"><Decode><TranslatedText xml:lang="en">some</TranslatedText></Decode></CodeListItem>
   </CodeList>
  </MetaDataVersion>
 </Study>
</ODM>
"#;

/// [`GOOD`] with one place changed.
pub(crate) fn changed(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` must stand once");
    GOOD.replace(from, to)
}

pub(crate) fn reading(bytes: &[u8]) -> Result<Read, Refused> {
    read(bytes, &Limits::default())
}

/// The design of a file that is accepted, with the codes of its warnings.
pub(crate) fn accepted(text: &str) -> (Read, Vec<Code>) {
    let read = reading(text.as_bytes()).unwrap_or_else(|refused| panic!("{refused}"));
    let codes = codes(&read.findings);
    (read, codes)
}

/// The findings of a file that is refused.
pub(crate) fn refused(bytes: &[u8]) -> Vec<Finding> {
    match reading(bytes) {
        Ok(read) => panic!("expected a refusal, found a design and {:?}", codes(&read.findings)),
        Err(refused) => refused.findings,
    }
}

pub(crate) fn codes(findings: &[Finding]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}
