#!/usr/bin/env bash
# A study is designed in the Sandbox, rehearsed in its Test, and reaches PROD as a CDISC ODM file and in no other way: no
# package carries it, and no role, site, lab or device changes by it.
. "$(dirname "$0")/common.sh"
begin study-design
to_contract
study=LF-101

# ---- a design as another program may have written it

# design OID [LENGTH]: a version of a design as ODM 1.3.2; the comment on how the volunteer feels has that length.
design() {
  cat <<XML
<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot" FileOID="F.LF-101" ODMVersion="1.3.2"
     CreationDateTime="2026-01-05T09:00:00Z" SourceSystem="A study builder" SourceSystemVersion="7">
  <Study OID="S.LF-101">
    <GlobalVariables>
      <StudyName>Landfall one</StudyName>
      <StudyDescription>A first study in healthy volunteers</StudyDescription>
      <ProtocolName>$study</ProtocolName>
    </GlobalVariables>
    <BasicDefinitions>
      <MeasurementUnit OID="MU.MMHG" Name="mmHg">
        <Symbol><TranslatedText xml:lang="en">mmHg</TranslatedText></Symbol>
      </MeasurementUnit>
    </BasicDefinitions>
    <MetaDataVersion OID="$1" Name="Version $1">
      <Protocol><StudyEventRef StudyEventOID="SE.SCREEN" OrderNumber="1" Mandatory="Yes"/></Protocol>
      <StudyEventDef OID="SE.SCREEN" Name="Screening" Repeating="No" Type="Scheduled">
        <FormRef FormOID="F.VS" OrderNumber="1" Mandatory="Yes"/>
      </StudyEventDef>
      <FormDef OID="F.VS" Name="Vital signs" Repeating="No">
        <ItemGroupRef ItemGroupOID="IG.VS" OrderNumber="1" Mandatory="Yes"/>
      </FormDef>
      <ItemGroupDef OID="IG.VS" Name="Vital signs" Repeating="No">
        <ItemRef ItemOID="I.SYSBP" OrderNumber="1" Mandatory="Yes"/>
        <ItemRef ItemOID="I.ARM" OrderNumber="2" Mandatory="No"/>
        <ItemRef ItemOID="I.NOTE" OrderNumber="3" Mandatory="No"/>
      </ItemGroupDef>
      <ItemDef OID="I.SYSBP" Name="Systolic blood pressure" DataType="integer" Length="3">
        <Question><TranslatedText xml:lang="en">Systolic blood pressure</TranslatedText></Question>
        <MeasurementUnitRef MeasurementUnitOID="MU.MMHG"/>
      </ItemDef>
      <ItemDef OID="I.ARM" Name="Arm" DataType="text" Length="1">
        <Question><TranslatedText xml:lang="en">Which arm?</TranslatedText></Question>
        <CodeListRef CodeListOID="CL.SIDE"/>
      </ItemDef>
      <ItemDef OID="I.NOTE" Name="Note" DataType="text" Length="${2:-100}">
        <Question><TranslatedText xml:lang="en">How does the volunteer feel?</TranslatedText></Question>
      </ItemDef>
      <CodeList OID="CL.SIDE" Name="Side" DataType="text">
        <CodeListItem CodedValue="L"><Decode><TranslatedText xml:lang="en">Left</TranslatedText></Decode></CodeListItem>
        <CodeListItem CodedValue="R"><Decode><TranslatedText xml:lang="en">Right</TranslatedText></Decode></CodeListItem>
      </CodeList>
    </MetaDataVersion>
  </Study>
</ODM>
XML
}

# ---- what a design must leave as it is, and what it must be

# around ADDRESS: how many roles, sites, labs and devices there are, and what hangs on them.
around() {
  local table
  for table in role role_action site lab_interface lab_test lab_panel device_category device edc_device; do
    echo "$table $(rows "$1" "$table")"
  done
}

# versions ADDRESS: how many versions the study's design has there.
versions() {
  ask "SELECT coalesce(sum(json_array_length(value, '\$.versions')), 0) FROM it, json_each(it.doc)
       WHERE json_extract(value, '\$.protocol_code') = '$study'" study list "$1"
}

# well_formed FILE [SCHEMA]: the file is XML and validates against CDISC's schema, as far as both can be asked here.
schemas=${LANDFALL_SHARED:-$root/../shared}/data/odm/schema
well_formed() {
  if ! command -v xmllint >/dev/null; then
    echo "NOT RUN: xmllint is not installed, so nothing else looked at ${1##*/}" >&2
  elif [ -z "${2:-}" ] || [ ! -r "$schemas/$2" ]; then
    xmllint --nonet --noout "$1" || fail "${1##*/} is no XML"
    echo "NOT RUN: there is no schema of CDISC at $schemas; xmllint saw that ${1##*/} is XML" >&2
  else
    xmllint --nonet --noout --schema "$schemas/$2" "$1" || fail "${1##*/} does not validate against $2"
  fi
}

phase "a file from elsewhere is looked at: no data directory, nobody signed in"
design MDV.1 >"$work/first.xml"
design MDV.2 200 >"$work/second.xml"
sed 's/ItemRef ItemOID="I.NOTE"/ItemRef ItemOID="I.GONE"/' "$work/first.xml" >"$work/broken.xml"
elsewhere() { (unset LANDFALL_DATA && cd "$work" && landfall "$@"); }
elsewhere study check first.xml
is 1 '$.importable' study check "$work/first.xml"
expect_failed elsewhere study check broken.xml
grep -q ODM-024 "$work/failed" || fail "the check does not name the reference that leads nowhere"

phase "it is written as the other version of ODM"
elsewhere study convert first.xml --odm 2.0 first-2.0.xml --strict
well_formed "$work/first-2.0.xml" 2.0/ODM.xsd
elsewhere study convert first-2.0.xml --odm 1.3.2 back.xml --strict
well_formed "$work/back.xml" 1.3.2/ODM1-3-2.xsd

phase "imported into the Sandbox"
before=$(around acme/sandbox)
expect_failed by erik-lund study import acme/sandbox "$work/broken.xml"
by erik-lund study import acme/sandbox "$work/first.xml" --preview
equal "versions after a preview, and after a file with an error" 0 "$(versions acme/sandbox)"
expect_refused AUT-001 by olive-hart study import acme/sandbox "$work/first.xml"
expect_refused STU-001 by erik-lund study import acme/sandbox/test "$work/first.xml"
by erik-lund study import acme/sandbox "$work/first.xml" >/dev/null
equal "versions after the import" 1 "$(versions acme/sandbox)"
equal "roles, sites, labs and devices of the Sandbox" "$before" "$(around acme/sandbox)"

phase "pushed to Test, where somebody takes part"
before=$(around acme/sandbox/test)
by erik-lund --yes study push acme/sandbox "$study" >/dev/null
equal "versions in Test" 1 "$(versions acme/sandbox/test)"
volunteer=$(by erik-lund record add acme/sandbox/test volunteer \
  first_name=Ada middle_name=- last_name=Made-Up birth_date=1990-01-01)
by erik-lund record add acme/sandbox/test study_participation "volunteer_id=$volunteer" "study=$study" >/dev/null

phase "a second version, and what a push of it erases"
by erik-lund study import acme/sandbox "$work/second.xml" >/dev/null
is 2 '$.version.revision' study show acme/sandbox "$study"
landfall study diff acme/sandbox "$study"
taking_part=$(rows acme/sandbox/test study_participation)
status=0
by erik-lund study push acme/sandbox "$study" >"$work/asked" 2>&1 </dev/null || status=$?
equal "the exit code of a push that nobody said yes to" 2 "$status"
grep -q "1 row of the study's data there will be erased for ever" "$work/asked" || fail "the push does not say what it erases"
equal "who takes part in Test before a yes" "$taking_part" "$(rows acme/sandbox/test study_participation)"
by erik-lund --yes study push acme/sandbox "$study" >/dev/null
equal "who takes part in Test after the push" $((taking_part - 1)) "$(rows acme/sandbox/test study_participation)"
is MDV.2 '$.version.oid' study show acme/sandbox/test "$study"
equal "versions in Main, which keeps every one" 2 "$(versions acme/sandbox)"
equal "roles, sites, labs and devices of Test" "$before" "$(around acme/sandbox/test)"

phase "exported"
digest=$(value '$.export.file' --as erik-lund study export acme/sandbox "$study" "$work/carried.xml")
grep -q "acme/sandbox/main" "$work/carried.xml" || fail "the file does not say where it comes from"
well_formed "$work/carried.xml" 1.3.2/ODM1-3-2.xsd
by erik-lund study export acme/sandbox "$study" "$work/carried-2.0.xml" --odm 2.0 >/dev/null
well_formed "$work/carried-2.0.xml" 2.0/ODM.xsd

to_live

phase "the Sandbox is gone, and no package brought the design to PROD"
destroy acme/sandbox
# packed TABLE: how many of PROD's packages have rows of that table.
packed() {
  ask "SELECT count(*) FROM it, json_each(it.doc, '\$.packages') package, json_each(package.value, '\$.tables')
       WHERE json_extract(json_each.value, '\$.name') = '$1' AND json_extract(json_each.value, '\$.rows') > 0" \
    environment show acme/prod
}
equal "packages of PROD with roles" 1 "$(packed role)"
for table in study_library study_design study_event form item code_list; do
  equal "packages of PROD with rows of $table" 0 "$(packed "$table")"
done
equal "versions in PROD" 0 "$(versions acme/prod)"

phase "the file is imported into PROD: a request, approved by vendor quality"
before=$(around acme/prod)
import=(study import acme/prod "$work/carried.xml")
expect_refused REA-001 by erik-lund "${import[@]}"
why="designed and rehearsed in the Sandbox"
change=$(value '$.import.number' --as erik-lund "${import[@]}" --reason "$why")
says "$change" landfall record changes acme
equal "versions in PROD while the change waits" 0 "$(versions acme/prod)"
expect_refused AUT-001 by carl-quist record approve "$change"
by quentin-abara record approve "$change"
equal "versions in PROD" 1 "$(versions acme/prod)"
equal "roles, sites, labs and devices of PROD" "$before" "$(around acme/prod)"

phase "PROD has what the file says, and a recheck finds no drift"
is 1 '$.equal' study diff acme/prod "$study" --with-file "$work/carried.xml"
is 1 '$.equal' study diff acme/prod "$study" --with-file "$work/carried-2.0.xml"
is 0 '$.drifted' --as quentin-abara document recheck acme/prod

phase "Test of PROD follows by a push, which is a request as well"
before=$(around acme/prod/test)
change=$(value '$.push.number' --as erik-lund --yes study push acme/prod "$study" --reason "rehearse the visits in Test")
equal "versions in Test of PROD while the change waits" 0 "$(versions acme/prod/test)"
by quentin-abara record approve "$change"
equal "versions in Test of PROD" 1 "$(versions acme/prod/test)"
equal "roles, sites, labs and devices of Test of PROD" "$before" "$(around acme/prod/test)"
is 0 '$.drifted' --as quentin-abara document recheck acme/prod

phase "the ledger tells of both ends"
for text in "imported version 1" "imported version 2" "pushed version 2" "exported version 2"; do
  says "$text" landfall ledger story acme/sandbox
done
for text in "imported version 1" "pushed version 1" "$why"; do says "$text" landfall ledger story acme/prod; done
# The digest of the file is in the entry of the export and in that of the import.
for label in sandbox prod; do
  [ "$(mentions "$digest" ledger show --stream "records/acme/$label")" -gt 0 ] ||
    fail "the entries of $label do not name the file that was carried"
done
finish
