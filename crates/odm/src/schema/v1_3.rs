//! What CDISC's schema of ODM 1.3.2 says of each element of study metadata.

use super::{Element, rules};
use crate::names::Tag;

const FILE_TYPE: &[&str] = &["Snapshot", "Transactional"];
const GRANULARITY: &[&str] = &[
    "All",
    "Metadata",
    "AdminData",
    "ReferenceData",
    "AllClinicalData",
    "SingleSite",
    "SingleSubject",
];
const EVENT_TYPE: &[&str] = &["Scheduled", "Unscheduled", "Common"];
const DATA_TYPE: &[&str] = &[
    "integer",
    "float",
    "date",
    "datetime",
    "time",
    "text",
    "string",
    "double",
    "URI",
    "boolean",
    "hexBinary",
    "base64Binary",
    "hexFloat",
    "base64Float",
    "partialDate",
    "partialTime",
    "partialDatetime",
    "durationDatetime",
    "intervalDatetime",
    "incompleteDatetime",
    "incompleteDate",
    "incompleteTime",
];
const COMPARATOR: &[&str] = &["LT", "LE", "GT", "GE", "EQ", "NE", "IN", "NOTIN"];
const SOFT_OR_HARD: &[&str] = &["Soft", "Hard"];
const CODE_LIST_DATA_TYPE: &[&str] = &["integer", "float", "text", "string"];
const METHOD_TYPE: &[&str] = &["Computation", "Imputation", "Transpose", "Other"];

/// The rules of an element, none when ODM 1.3.2 does not have it.
pub(super) const fn element(tag: Tag) -> Option<&'static Element> {
    Some(match tag {
        Tag::Odm => rules!(
            [
                Id ? Text, FileType ! OneOf(FILE_TYPE), FileOid ! Oid,
                CreationDateTime ! DateTime, OdmVersion ? Text, Description ? Text,
                Granularity ? OneOf(GRANULARITY), Archival ? YesOnly, PriorFileOid ? Reference,
                AsOfDateTime ? DateTime, Originator ? Text, SourceSystem ? Text,
                SourceSystemVersion ? Text,
            ]
            [1 Study *]
        ),
        Tag::Study => rules!(
            [Oid ! Oid]
            [1 GlobalVariables !, 2 BasicDefinitions ?, 3 MetaDataVersion *]
        ),
        Tag::GlobalVariables => rules!(
            []
            [1 StudyName !, 2 StudyDescription !, 3 ProtocolName !]
        ),
        Tag::StudyName => rules!(text [] []),
        Tag::StudyDescription => rules!(text [] []),
        Tag::ProtocolName => rules!(text [] []),
        Tag::BasicDefinitions => rules!([] [1 MeasurementUnit *]),
        Tag::MeasurementUnit => rules!([Oid ! Oid, Name ! Text] [1 Symbol !, 2 Alias *]),
        Tag::Symbol => rules!([] [1 TranslatedText +]),
        Tag::MetaDataVersion => rules!(
            [Oid ! Oid, Name ! Text, Description ? Text]
            [
                1 Include ?, 2 Protocol ?, 3 StudyEventDef *, 4 FormDef *, 5 ItemGroupDef *,
                6 ItemDef *, 7 CodeList *, 8 ImputationMethod *, 9 Presentation *,
                10 ConditionDef *, 11 MethodDef *,
            ]
        ),
        Tag::Include => rules!([StudyOid ! Reference, MetaDataVersionOid ! Reference] []),
        Tag::Protocol => rules!([] [1 Description ?, 2 StudyEventRef *, 3 Alias *]),
        Tag::StudyEventRef => rules!(
            [
                StudyEventOid ! Reference, OrderNumber ? Integer, Mandatory ! YesOrNo,
                CollectionExceptionConditionOid ? Reference,
            ]
            []
        ),
        Tag::StudyEventDef => rules!(
            [
                Oid ! Oid, Name ! Text, Repeating ! YesOrNo, Type ! OneOf(EVENT_TYPE),
                Category ? Text,
            ]
            [1 Description ?, 2 FormRef *, 3 Alias *]
        ),
        Tag::FormRef => rules!(
            [
                OrderNumber ? Integer, Mandatory ! YesOrNo,
                CollectionExceptionConditionOid ? Reference, FormOid ! Reference,
            ]
            []
        ),
        Tag::FormDef => rules!(
            [Oid ! Oid, Name ! Text, Repeating ! YesOrNo]
            [1 Description ?, 2 ItemGroupRef *, 3 ArchiveLayout *, 4 Alias *]
        ),
        Tag::ItemGroupRef => rules!(
            [
                OrderNumber ? Integer, Mandatory ! YesOrNo,
                CollectionExceptionConditionOid ? Reference, ItemGroupOid ! Reference,
            ]
            []
        ),
        Tag::ItemGroupDef => rules!(
            [
                Oid ! Oid, Name ! Text, Repeating ! YesOrNo, IsReferenceData ? YesOrNo,
                SasDatasetName ? SasName, Domain ? Text, Origin ? Text, Role ? Text,
                Purpose ? Text, Comment ? Text,
            ]
            [1 Description ?, 2 ItemRef *, 3 Alias *]
        ),
        Tag::ItemRef => rules!(
            [
                Role ? Text, OrderNumber ? Integer, Mandatory ! YesOrNo,
                CollectionExceptionConditionOid ? Reference, ItemOid ! Reference,
                KeySequence ? Integer, MethodOid ? Reference, ImputationMethodOid ? Reference,
                RoleCodeListOid ? Reference,
            ]
            []
        ),
        Tag::ItemDef => rules!(
            [
                Oid ! Oid, Name ! Text, Origin ? Text, Comment ? Text,
                DataType ! OneOf(DATA_TYPE), Length ? Positive, SignificantDigits ? NonNegative,
                SasFieldName ? SasName, SdsVarName ? SasName,
            ]
            [
                1 Description ?, 2 Question ?, 3 ExternalQuestion ?, 4 MeasurementUnitRef *,
                5 RangeCheck *, 6 CodeListRef ?, 7 Role *, 8 Alias *,
            ]
        ),
        Tag::Description => rules!([] [1 TranslatedText +]),
        Tag::TranslatedText => rules!(text [Lang ? Language] []),
        Tag::Question => rules!([] [1 TranslatedText +]),
        Tag::ExternalQuestion => rules!([Dictionary ? Text, Version ? Text, Code ? Text] []),
        Tag::MeasurementUnitRef => rules!([MeasurementUnitOid ! Reference] []),
        Tag::RangeCheck => rules!(
            [Comparator ? OneOf(COMPARATOR), SoftHard ! OneOf(SOFT_OR_HARD)]
            [1 CheckValue *, 1 FormalExpression *, 2 MeasurementUnitRef ?, 3 ErrorMessage ?]
        ),
        Tag::CheckValue => rules!(text [] []),
        Tag::ErrorMessage => rules!([] [1 TranslatedText +]),
        Tag::CodeListRef => rules!([CodeListOid ! Reference] []),
        Tag::Role => rules!(text [] []),
        Tag::Alias => rules!([Name ! Text, Context ! Text] []),
        Tag::CodeList => rules!(
            [
                Oid ! Oid, Name ! Text, DataType ! OneOf(CODE_LIST_DATA_TYPE),
                SasFormatName ? SasFormat,
            ]
            [
                1 Description ?, 2 CodeListItem *, 2 ExternalCodeList ?, 2 EnumeratedItem *,
                3 Alias *,
            ]
        ),
        Tag::CodeListItem => rules!(
            [OrderNumber ? Integer, CodedValue ! Text, Rank ? Decimal]
            [1 Decode !, 2 Alias *]
        ),
        Tag::Decode => rules!([] [1 TranslatedText +]),
        Tag::EnumeratedItem => rules!(
            [OrderNumber ? Integer, CodedValue ! Text, Rank ? Decimal]
            [1 Alias *]
        ),
        Tag::ExternalCodeList => rules!(
            [Dictionary ? Text, Version ? Text, Href ? Text, Ref ? Text]
            []
        ),
        Tag::ImputationMethod => rules!(text [Oid ! Oid] []),
        Tag::Presentation => rules!(text [Lang ? Language, Oid ! Oid] []),
        Tag::ArchiveLayout => rules!(
            [Oid ! Oid, PdfFileName ! Text, PresentationOid ? Reference]
            []
        ),
        Tag::ConditionDef => rules!(
            [Oid ! Oid, Name ! Text]
            [1 Description !, 2 FormalExpression *, 3 Alias *]
        ),
        Tag::MethodDef => rules!(
            [Oid ! Oid, Name ! Text, Type ? OneOf(METHOD_TYPE)]
            [1 Description !, 2 FormalExpression *, 3 Alias *]
        ),
        Tag::FormalExpression => rules!(text [Context ? Text] []),
        _ => return None,
    })
}
