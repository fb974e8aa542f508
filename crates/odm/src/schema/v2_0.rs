//! What CDISC's schema of ODM 2.0 says of each element of study metadata.

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
const CONTEXT: &[&str] = &["Archive", "Exchange", "Submission"];
const EVENT_TYPE: &[&str] = &["Scheduled", "Unscheduled", "Common"];
const ITEM_GROUP_REPEATING_TYPE: &[&str] = &["No", "Simple", "Dynamic", "Static"];
const DATA_TYPE: &[&str] = &[
    "integer",
    "decimal",
    "float",
    "double",
    "date",
    "datetime",
    "time",
    "text",
    "string",
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
const CODE_LIST_DATA_TYPE: &[&str] = &["integer", "decimal", "text", "string"];
const METHOD_TYPE: &[&str] = &["Computation", "Imputation", "Preload", "Transpose"];
const BRANCHING_TYPE: &[&str] = &["Exclusive", "Parallel"];
const ORIGIN_TYPE: &[&str] = &[
    "Assigned",
    "Collected",
    "Derived",
    "EHR",
    "Not Available",
    "Other",
    "Predecessor",
    "Protocol",
];
const ORIGIN_SOURCE: &[&str] = &["Investigator", "Sponsor", "Subject", "Vendor"];
const PDF_PAGE_TYPE: &[&str] = &["NamedDestination", "PhysicalRef"];
const STUDY_OBJECTIVE_LEVEL: &[&str] = &["Primary", "Secondary", "Exploratory"];
const STUDY_END_POINT_TYPE: &[&str] = &["Simple", "Humane", "Surrogate", "Composite"];
const STUDY_ESTIMAND_LEVEL: &[&str] = &["Primary", "Secondary", "Exploratory"];
const RELATIVE_TIMING_CONSTRAINT_TYPE: &[&str] =
    &["StartToStart", "StartToFinish", "FinishToStart", "FinishToFinish"];

/// The rules of an element, none when ODM 2.0 does not have it.
pub(super) const fn element(tag: Tag) -> Option<&'static Element> {
    Some(match tag {
        Tag::Odm => rules!(
            [
                FileType ! OneOf(FILE_TYPE), FileOid ! Oid, CreationDateTime ! DateTime,
                OdmVersion ? Text, Granularity ? OneOf(GRANULARITY), PriorFileOid ? Reference,
                AsOfDateTime ? DateTime, Originator ? Text, SourceSystem ? Text,
                SourceSystemVersion ? Text, Context ? OneOf(CONTEXT),
            ]
            [1 Description ?, 2 Study *]
        ),
        Tag::Study => rules!(
            [
                Oid ! Oid, StudyName ! Text, ProtocolName ! Text, VersionId ? Text,
                VersionName ? Text, Status ? Text,
            ]
            [1 Description ?, 2 MetaDataVersion +]
        ),
        Tag::MetaDataVersion => rules!(
            [Oid ! Oid, Name ! Text, CommentOid ? Reference]
            [
                1 Description ?, 2 Include ?, 3 Standards ?, 4 AnnotatedCrf ?,
                5 SupplementalDoc ?, 6 ValueListDef *, 7 WhereClauseDef *, 8 Protocol ?,
                9 WorkflowDef *, 10 StudyEventGroupDef *, 11 StudyEventDef *, 12 ItemGroupDef *,
                13 ItemDef *, 14 CodeList *, 15 ConditionDef *, 16 MethodDef *, 17 CommentDef *,
                18 Leaf *,
            ]
        ),
        Tag::Include => rules!(
            [StudyOid ! Reference, MetaDataVersionOid ! Reference, Href ? Text]
            []
        ),
        Tag::Protocol => rules!(
            []
            [
                1 Description ?, 2 StudySummary ?, 3 StudyStructure ?, 4 TrialPhase ?,
                5 StudyTimings ?, 6 StudyIndications ?, 7 StudyInterventions ?,
                8 StudyObjectives ?, 9 StudyEndPoints ?, 10 StudyTargetPopulation ?,
                11 StudyEstimands ?, 12 InclusionExclusionCriteria ?, 13 StudyEventGroupRef *,
                14 WorkflowRef ?, 15 Alias *,
            ]
        ),
        Tag::StudyEventRef => rules!(
            [
                StudyEventOid ! Reference, OrderNumber ? Positive, Mandatory ! YesOrNo,
                CollectionExceptionConditionOid ? Reference,
            ]
            []
        ),
        Tag::StudyEventDef => rules!(
            [
                Oid ! Oid, Name ! Text, Repeating ! YesOrNo, Type ! OneOf(EVENT_TYPE),
                Category ? Text, CommentOid ? Reference,
            ]
            [1 Description ?, 2 ItemGroupRef *, 3 WorkflowRef ?, 4 Coding *, 5 Alias *]
        ),
        Tag::ItemGroupRef => rules!(
            [
                OrderNumber ? Positive, Mandatory ! YesOrNo,
                CollectionExceptionConditionOid ? Reference, ItemGroupOid ! Reference,
                MethodOid ? Reference,
            ]
            []
        ),
        Tag::ItemGroupDef => rules!(
            [
                Oid ! Oid, Name ! Text, Repeating ! OneOf(ITEM_GROUP_REPEATING_TYPE),
                Type ! Text, IsReferenceData ? YesOrNo, Domain ? Text, Purpose ? Text,
                CommentOid ? Reference, RepeatingLimit ? Positive, Structure ? Text,
                ArchiveLocationId ? Reference, DatasetName ? Text, StandardOid ? Reference,
                IsNonStandard ? YesOnly, HasNoData ? YesOnly,
            ]
            [
                1 Description ?, 2 Class ?, 3 ItemGroupRef *, 3 ItemRef *, 4 Coding *,
                5 WorkflowRef ?, 6 Origin *, 7 Alias *, 8 Leaf ?,
            ]
        ),
        Tag::ItemRef => rules!(
            [
                Role ? Text, OrderNumber ? Positive, Mandatory ! YesOrNo,
                CollectionExceptionConditionOid ? Reference, ItemOid ! Reference,
                KeySequence ? Positive, MethodOid ? Reference, RoleCodeListOid ? Reference,
                IsNonStandard ? YesOnly, HasNoData ? YesOnly, UnitsItemOid ? Reference,
                Repeat ? YesOnly, Other ? YesOnly, Core ? Text, PreSpecifiedValue ? Text,
            ]
            [1 Origin *, 2 WhereClauseRef *]
        ),
        Tag::ItemDef => rules!(
            [
                Oid ! Oid, Name ! Text, DataType ! OneOf(DATA_TYPE), Length ? Positive,
                CommentOid ? Reference, DisplayFormat ? Text, VariableSet ? Text,
            ]
            [
                1 Description ?, 2 Definition ?, 3 Question ?, 4 Prompt ?,
                5 CrfCompletionInstructions ?, 6 ImplementationNotes ?, 7 CdiscNotes ?,
                8 RangeCheck *, 9 CodeListRef ?, 10 ValueListRef ?, 11 Coding *, 12 Alias *,
            ]
        ),
        Tag::Description => rules!([] [1 TranslatedText +]),
        Tag::TranslatedText => rules!(text [Lang ? Language, Type ! Text] []),
        Tag::Question => rules!([] [1 TranslatedText +]),
        Tag::RangeCheck => rules!(
            [ItemOid ? Reference, Comparator ? OneOf(COMPARATOR), SoftHard ? OneOf(SOFT_OR_HARD)]
            [1 CheckValue *, 1 MethodSignature ?, 1 FormalExpression *, 2 ErrorMessage ?]
        ),
        Tag::CheckValue => rules!(text [] []),
        Tag::ErrorMessage => rules!([] [1 TranslatedText +]),
        Tag::CodeListRef => rules!([CodeListOid ! Reference] []),
        Tag::Alias => rules!([Name ! Text, Context ! Text] []),
        Tag::CodeList => rules!(
            [
                Oid ! Oid, Name ! Text, DataType ! OneOf(CODE_LIST_DATA_TYPE),
                CommentOid ? Reference, StandardOid ? Reference, IsNonStandard ? YesOnly,
            ]
            [1 Description ?, 2 CodeListItem *, 3 Coding *, 4 Alias *]
        ),
        Tag::CodeListItem => rules!(
            [
                OrderNumber ? Positive, CodedValue ! Text, Rank ? Decimal,
                CommentOid ? Reference, Other ? YesOnly, ExtendedValue ? YesOnly,
            ]
            [1 Description ?, 2 Decode ?, 3 Coding *, 4 Alias *]
        ),
        Tag::Decode => rules!([] [1 TranslatedText +]),
        Tag::ConditionDef => rules!(
            [Oid ! Oid, Name ! Text, CommentOid ? Reference]
            [1 Description !, 2 MethodSignature !, 3 FormalExpression *, 4 Alias *]
        ),
        Tag::MethodDef => rules!(
            [Oid ! Oid, Name ! Text, Type ? OneOf(METHOD_TYPE), CommentOid ? Reference]
            [
                1 Description !, 2 MethodSignature !, 3 FormalExpression *, 4 Alias *,
                5 DocumentRef *,
            ]
        ),
        Tag::FormalExpression => rules!([Context ? Text] [1 Code ?, 1 ExternalCodeLib ?]),
        Tag::Standards => rules!([] [1 Standard +]),
        Tag::AnnotatedCrf => rules!([] [1 DocumentRef +]),
        Tag::SupplementalDoc => rules!([] [1 DocumentRef +]),
        Tag::ValueListDef => rules!([Oid ! Oid] [1 Description ?, 2 ItemRef +]),
        Tag::WhereClauseDef => rules!([Oid ! Oid, CommentOid ? Reference] [1 RangeCheck +]),
        Tag::WorkflowDef => rules!(
            [Oid ! Oid, Name ! Text]
            [1 Description ?, 2 WorkflowStart !, 3 Transition *, 3 Branching *, 4 WorkflowEnd +]
        ),
        Tag::StudyEventGroupDef => rules!(
            [
                Oid ! Oid, Name ! Text, CommentOid ? Reference, ArmOid ? Reference,
                EpochOid ? Reference,
            ]
            [
                1 Description ?, 2 StudyEventGroupRef *, 2 StudyEventRef *, 3 WorkflowRef ?,
                4 Coding *,
            ]
        ),
        Tag::CommentDef => rules!([Oid ! Oid] [1 Description !, 2 DocumentRef *]),
        Tag::Leaf => rules!([Id ! Text, XlinkHref ! Text] [1 Title !]),
        Tag::Standard => rules!(
            [
                Oid ! Oid, Name ! Text, Type ! Text, Version ! Text, Status ! Text,
                CommentOid ? Reference, PublishingSet ? Text,
            ]
            []
        ),
        Tag::DocumentRef => rules!([LeafId ! Reference] [1 PdfPageRef *]),
        Tag::StudySummary => rules!([] [1 StudyParameter +]),
        Tag::StudyStructure => rules!([] [1 Description ?, 2 Arm *, 3 Epoch *, 4 WorkflowRef ?]),
        Tag::TrialPhase => rules!([Value ! Text] [1 Description ?]),
        Tag::StudyTimings => rules!([] [1 StudyTiming +]),
        Tag::StudyIndications => rules!([] [1 StudyIndication +]),
        Tag::StudyInterventions => rules!([] [1 StudyIntervention +]),
        Tag::StudyObjectives => rules!([] [1 StudyObjective +]),
        Tag::StudyEndPoints => rules!([] [1 StudyEndPoint +]),
        Tag::StudyTargetPopulation => rules!(
            [Oid ! Oid, Name ! Text]
            [1 Description !, 2 Coding *, 3 FormalExpression *]
        ),
        Tag::StudyEstimands => rules!([] [1 StudyEstimand +]),
        Tag::InclusionExclusionCriteria => rules!(
            []
            [1 InclusionCriteria ?, 2 ExclusionCriteria ?]
        ),
        Tag::StudyEventGroupRef => rules!(
            [
                OrderNumber ? Positive, Mandatory ! YesOrNo,
                CollectionExceptionConditionOid ? Reference, StudyEventGroupOid ! Reference,
            ]
            [1 Description ?]
        ),
        Tag::WorkflowRef => rules!([WorkflowOid ! Reference] []),
        Tag::WorkflowStart => rules!([StartOid ! Reference] []),
        Tag::Transition => rules!(
            [
                Oid ! Oid, Name ! Text, SourceOid ! Reference, TargetOid ! Reference,
                StartConditionOid ? Reference, EndConditionOid ? Reference,
            ]
            []
        ),
        Tag::Branching => rules!(
            [Oid ! Oid, Name ! Text, Type ! OneOf(BRANCHING_TYPE)]
            [1 TargetTransition +, 2 DefaultTransition *]
        ),
        Tag::WorkflowEnd => rules!(text [EndOid ! Reference] []),
        Tag::Coding => rules!(
            [
                Code ? Text, Href ? Text, Ref ? Text, CommentOid ? Text, System ! Text,
                SystemName ? Text, SystemVersion ? Text, Label ? Text,
            ]
            []
        ),
        Tag::Class => rules!([Name ! Text] [1 SubClass *]),
        Tag::Origin => rules!(
            [Type ! OneOf(ORIGIN_TYPE), Source ? OneOf(ORIGIN_SOURCE)]
            [1 Description ?, 2 SourceItems ?, 3 Coding *, 4 DocumentRef *]
        ),
        Tag::Definition => rules!([] [1 TranslatedText +]),
        Tag::Prompt => rules!([] [1 TranslatedText +]),
        Tag::CrfCompletionInstructions => rules!([] [1 TranslatedText +]),
        Tag::ImplementationNotes => rules!([] [1 TranslatedText +]),
        Tag::CdiscNotes => rules!([] [1 TranslatedText +]),
        Tag::ValueListRef => rules!([ValueListOid ! Reference] []),
        Tag::MethodSignature => rules!([] [1 Parameter *, 2 ReturnValue *]),
        Tag::Title => rules!(text [] []),
        Tag::PdfPageRef => rules!(
            [
                Type ! OneOf(PDF_PAGE_TYPE), PageRefs ? Text, FirstPage ? Positive,
                LastPage ? Positive, Title ? Text,
            ]
            []
        ),
        Tag::WhereClauseRef => rules!([WhereClauseOid ! Reference] []),
        Tag::StudyParameter => rules!(
            [Oid ! Oid, Term ! Text, ShortName ? Text]
            [1 ParameterValue !, 2 Coding *]
        ),
        Tag::Arm => rules!([Oid ! Oid, Name ! Text] [1 Description ?, 2 WorkflowRef ?]),
        Tag::Epoch => rules!(
            [Oid ! Oid, Name ! Text, SequenceNumber ! Positive]
            [1 Description ?]
        ),
        Tag::StudyTiming => rules!(
            [Oid ! Oid, Name ! Text]
            [
                1 AbsoluteTimingConstraint *, 2 RelativeTimingConstraint *,
                3 TransitionTimingConstraint *, 4 DurationTimingConstraint *,
            ]
        ),
        Tag::StudyIndication => rules!([Oid ! Oid] [1 Description !, 2 Coding *]),
        Tag::StudyIntervention => rules!([Oid ! Oid] [1 Description !, 2 Coding *]),
        Tag::StudyObjective => rules!(
            [Oid ! Oid, Name ! Text, Level ? OneOf(STUDY_OBJECTIVE_LEVEL)]
            [1 Description ?, 2 StudyEndPointRef *]
        ),
        Tag::StudyEndPoint => rules!(
            [
                Oid ! Oid, Name ! Text, Type ? OneOf(STUDY_END_POINT_TYPE),
                Level ? OneOf(STUDY_ESTIMAND_LEVEL),
            ]
            [1 Description !, 2 FormalExpression *]
        ),
        Tag::StudyEstimand => rules!(
            [Oid ! Oid, Name ! Text, Level ? OneOf(STUDY_ESTIMAND_LEVEL)]
            [
                1 Description ?, 2 StudyTargetPopulationRef ?, 3 StudyInterventionRef ?,
                4 StudyEndPointRef ?, 5 IntercurrentEvent *, 6 SummaryMeasure ?,
            ]
        ),
        Tag::InclusionCriteria => rules!([] [1 Criterion +]),
        Tag::ExclusionCriteria => rules!([] [1 Criterion +]),
        Tag::TargetTransition => rules!(
            [TargetTransitionOid ! Reference, ConditionOid ? Reference]
            []
        ),
        Tag::DefaultTransition => rules!([TargetTransitionOid ! Reference] []),
        Tag::SubClass => rules!([Name ! Text, ParentClass ? Text] []),
        Tag::SourceItems => rules!([] [1 SourceItem +, 2 Coding *]),
        Tag::Parameter => rules!(
            [Name ! Text, DataType ! OneOf(DATA_TYPE), OrderNumber ? Positive, Definition ? Text]
            []
        ),
        Tag::ReturnValue => rules!(
            [Name ! Text, DataType ! OneOf(DATA_TYPE), OrderNumber ? Positive, Definition ? Text]
            []
        ),
        Tag::Code => rules!(text [] []),
        Tag::ExternalCodeLib => rules!(
            [Version ? Text, Href ? Text, Ref ? Text, Library ! Text, Method ? Text]
            []
        ),
        Tag::ParameterValue => rules!([Value ! Text] [1 Coding *]),
        Tag::AbsoluteTimingConstraint => rules!(
            [
                Oid ! Oid, Name ! Text, StudyEventOid ? Reference,
                StudyEventGroupOid ? Reference, TimepointTarget ! Text,
                TimepointPreWindow ? Text, TimepointPostWindow ? Text,
            ]
            [1 Description ?]
        ),
        Tag::RelativeTimingConstraint => rules!(
            [
                Oid ! Oid, Name ! Text, Type ? OneOf(RELATIVE_TIMING_CONSTRAINT_TYPE),
                TimepointPreWindow ? Text, TimepointPostWindow ? Text,
                PredecessorOid ? Reference, SuccessorOid ? Reference,
                TimepointRelativeTarget ! Text,
            ]
            [1 Description ?]
        ),
        Tag::TransitionTimingConstraint => rules!(
            [
                Oid ! Oid, Name ! Text, Type ? OneOf(RELATIVE_TIMING_CONSTRAINT_TYPE),
                MethodOid ? Reference, TimepointTarget ! Text, TimepointPreWindow ? Text,
                TimepointPostWindow ? Text, TransitionOid ! Reference,
            ]
            [1 Description ?]
        ),
        Tag::DurationTimingConstraint => rules!(
            [
                Oid ! Oid, Name ! Text, StructuralElementOid ! Reference, DurationTarget ! Text,
                DurationPreWindow ? Text, DurationPostWindow ? Text,
            ]
            [1 Description ?]
        ),
        Tag::StudyEndPointRef => rules!(
            [OrderNumber ? Positive, StudyEndPointOid ! Reference]
            []
        ),
        Tag::StudyTargetPopulationRef => rules!([StudyTargetPopulationOid ! Reference] []),
        Tag::StudyInterventionRef => rules!([StudyInterventionOid ! Reference] []),
        Tag::IntercurrentEvent => rules!([] [1 Description !]),
        Tag::SummaryMeasure => rules!([] [1 Description !]),
        Tag::Criterion => rules!(
            [Oid ! Oid, Name ! Text, ConditionOid ! Reference]
            [1 Description ?, 2 Coding *]
        ),
        Tag::SourceItem => rules!(
            [
                Name ? Text, StudyOid ? Reference, MetaDataVersionOid ? Reference,
                ItemGroupOid ? Reference, ItemOid ? Reference, SourceLeafId ? Reference,
            ]
            [1 Resource +, 2 Coding *]
        ),
        Tag::Resource => rules!(
            [Name ! Text, Type ! Text, Label ? Text, Attribute ? Text]
            [1 Selection *]
        ),
        Tag::Selection => rules!([Path ! Text] []),
        _ => return None,
    })
}
