//! The names of CDISC ODM: every element and attribute of study metadata, of 1.3.2 and 2.0 together.

macro_rules! names {
    ($(#[$meta:meta])* $kind:literal, pub enum $Name:ident { $($Variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $Name {
            $(#[doc = concat!("The ", $kind, " `", $text, "`.")] $Variant,)+
        }

        impl $Name {
            /// Every name, in the order of the enum.
            pub const ALL: &[Self] = &[$(Self::$Variant,)+];

            /// The name as it stands in a file.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Variant => $text,)+
                }
            }

            /// Finds a name; spelling and case must agree.
            #[must_use]
            pub fn find(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$Variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

names! {
    /// An element of ODM study metadata.
    ///
    /// The order of the enum says nothing; the order of elements in a file is in [`crate::schema`].
    "element",
    pub enum Tag {
        Odm = "ODM",
        Study = "Study",
        GlobalVariables = "GlobalVariables",
        StudyName = "StudyName",
        StudyDescription = "StudyDescription",
        ProtocolName = "ProtocolName",
        BasicDefinitions = "BasicDefinitions",
        MeasurementUnit = "MeasurementUnit",
        Symbol = "Symbol",
        MetaDataVersion = "MetaDataVersion",
        Include = "Include",
        Protocol = "Protocol",
        StudyEventRef = "StudyEventRef",
        StudyEventDef = "StudyEventDef",
        FormRef = "FormRef",
        FormDef = "FormDef",
        ItemGroupRef = "ItemGroupRef",
        ItemGroupDef = "ItemGroupDef",
        ItemRef = "ItemRef",
        ItemDef = "ItemDef",
        Description = "Description",
        TranslatedText = "TranslatedText",
        Question = "Question",
        ExternalQuestion = "ExternalQuestion",
        MeasurementUnitRef = "MeasurementUnitRef",
        RangeCheck = "RangeCheck",
        CheckValue = "CheckValue",
        ErrorMessage = "ErrorMessage",
        CodeListRef = "CodeListRef",
        Role = "Role",
        Alias = "Alias",
        CodeList = "CodeList",
        CodeListItem = "CodeListItem",
        Decode = "Decode",
        EnumeratedItem = "EnumeratedItem",
        ExternalCodeList = "ExternalCodeList",
        ImputationMethod = "ImputationMethod",
        Presentation = "Presentation",
        ArchiveLayout = "ArchiveLayout",
        ConditionDef = "ConditionDef",
        MethodDef = "MethodDef",
        FormalExpression = "FormalExpression",
        Standards = "Standards",
        AnnotatedCrf = "AnnotatedCRF",
        SupplementalDoc = "SupplementalDoc",
        ValueListDef = "ValueListDef",
        WhereClauseDef = "WhereClauseDef",
        WorkflowDef = "WorkflowDef",
        StudyEventGroupDef = "StudyEventGroupDef",
        CommentDef = "CommentDef",
        Leaf = "Leaf",
        Standard = "Standard",
        DocumentRef = "DocumentRef",
        StudySummary = "StudySummary",
        StudyStructure = "StudyStructure",
        TrialPhase = "TrialPhase",
        StudyTimings = "StudyTimings",
        StudyIndications = "StudyIndications",
        StudyInterventions = "StudyInterventions",
        StudyObjectives = "StudyObjectives",
        StudyEndPoints = "StudyEndPoints",
        StudyTargetPopulation = "StudyTargetPopulation",
        StudyEstimands = "StudyEstimands",
        InclusionExclusionCriteria = "InclusionExclusionCriteria",
        StudyEventGroupRef = "StudyEventGroupRef",
        WorkflowRef = "WorkflowRef",
        WorkflowStart = "WorkflowStart",
        Transition = "Transition",
        Branching = "Branching",
        WorkflowEnd = "WorkflowEnd",
        Coding = "Coding",
        Class = "Class",
        Origin = "Origin",
        Definition = "Definition",
        Prompt = "Prompt",
        CrfCompletionInstructions = "CRFCompletionInstructions",
        ImplementationNotes = "ImplementationNotes",
        CdiscNotes = "CDISCNotes",
        ValueListRef = "ValueListRef",
        MethodSignature = "MethodSignature",
        Title = "Title",
        PdfPageRef = "PDFPageRef",
        WhereClauseRef = "WhereClauseRef",
        StudyParameter = "StudyParameter",
        Arm = "Arm",
        Epoch = "Epoch",
        StudyTiming = "StudyTiming",
        StudyIndication = "StudyIndication",
        StudyIntervention = "StudyIntervention",
        StudyObjective = "StudyObjective",
        StudyEndPoint = "StudyEndPoint",
        StudyEstimand = "StudyEstimand",
        InclusionCriteria = "InclusionCriteria",
        ExclusionCriteria = "ExclusionCriteria",
        TargetTransition = "TargetTransition",
        DefaultTransition = "DefaultTransition",
        SubClass = "SubClass",
        SourceItems = "SourceItems",
        Parameter = "Parameter",
        ReturnValue = "ReturnValue",
        Code = "Code",
        ExternalCodeLib = "ExternalCodeLib",
        ParameterValue = "ParameterValue",
        AbsoluteTimingConstraint = "AbsoluteTimingConstraint",
        RelativeTimingConstraint = "RelativeTimingConstraint",
        TransitionTimingConstraint = "TransitionTimingConstraint",
        DurationTimingConstraint = "DurationTimingConstraint",
        StudyEndPointRef = "StudyEndPointRef",
        StudyTargetPopulationRef = "StudyTargetPopulationRef",
        StudyInterventionRef = "StudyInterventionRef",
        IntercurrentEvent = "IntercurrentEvent",
        SummaryMeasure = "SummaryMeasure",
        Criterion = "Criterion",
        SourceItem = "SourceItem",
        Resource = "Resource",
        Selection = "Selection",
    }
}

names! {
    /// An attribute of ODM study metadata.
    ///
    /// The order of the enum is the order in which an [`crate::Element`] holds its attributes and a
    /// writer writes them.
    "attribute",
    pub enum Key {
        Lang = "xml:lang",
        Oid = "OID",
        Name = "Name",
        Id = "ID",
        FileType = "FileType",
        FileOid = "FileOID",
        CreationDateTime = "CreationDateTime",
        OdmVersion = "ODMVersion",
        Description = "Description",
        Granularity = "Granularity",
        Archival = "Archival",
        PriorFileOid = "PriorFileOID",
        AsOfDateTime = "AsOfDateTime",
        Originator = "Originator",
        SourceSystem = "SourceSystem",
        SourceSystemVersion = "SourceSystemVersion",
        StudyOid = "StudyOID",
        MetaDataVersionOid = "MetaDataVersionOID",
        Repeating = "Repeating",
        Type = "Type",
        Category = "Category",
        IsReferenceData = "IsReferenceData",
        SasDatasetName = "SASDatasetName",
        Domain = "Domain",
        Origin = "Origin",
        Role = "Role",
        Purpose = "Purpose",
        Comment = "Comment",
        DataType = "DataType",
        Length = "Length",
        SignificantDigits = "SignificantDigits",
        SasFieldName = "SASFieldName",
        SdsVarName = "SDSVarName",
        SasFormatName = "SASFormatName",
        Context = "Context",
        StudyEventOid = "StudyEventOID",
        OrderNumber = "OrderNumber",
        Mandatory = "Mandatory",
        CollectionExceptionConditionOid = "CollectionExceptionConditionOID",
        FormOid = "FormOID",
        ItemGroupOid = "ItemGroupOID",
        PdfFileName = "PdfFileName",
        PresentationOid = "PresentationOID",
        ItemOid = "ItemOID",
        KeySequence = "KeySequence",
        MethodOid = "MethodOID",
        ImputationMethodOid = "ImputationMethodOID",
        RoleCodeListOid = "RoleCodeListOID",
        Dictionary = "Dictionary",
        Version = "Version",
        Code = "Code",
        MeasurementUnitOid = "MeasurementUnitOID",
        Comparator = "Comparator",
        SoftHard = "SoftHard",
        CodeListOid = "CodeListOID",
        CodedValue = "CodedValue",
        Rank = "Rank",
        Href = "href",
        Ref = "ref",
        StudyName = "StudyName",
        ProtocolName = "ProtocolName",
        VersionId = "VersionID",
        VersionName = "VersionName",
        Status = "Status",
        CommentOid = "CommentOID",
        ArmOid = "ArmOID",
        EpochOid = "EpochOID",
        RepeatingLimit = "RepeatingLimit",
        Structure = "Structure",
        ArchiveLocationId = "ArchiveLocationID",
        DatasetName = "DatasetName",
        StandardOid = "StandardOID",
        IsNonStandard = "IsNonStandard",
        HasNoData = "HasNoData",
        DisplayFormat = "DisplayFormat",
        VariableSet = "VariableSet",
        PublishingSet = "PublishingSet",
        LeafId = "LeafID",
        UnitsItemOid = "UnitsItemOID",
        Repeat = "Repeat",
        Other = "Other",
        Core = "Core",
        PreSpecifiedValue = "PreSpecifiedValue",
        Value = "Value",
        StudyEventGroupOid = "StudyEventGroupOID",
        WorkflowOid = "WorkflowOID",
        StartOid = "StartOID",
        SourceOid = "SourceOID",
        TargetOid = "TargetOID",
        StartConditionOid = "StartConditionOID",
        EndConditionOid = "EndConditionOID",
        EndOid = "EndOID",
        System = "System",
        SystemName = "SystemName",
        SystemVersion = "SystemVersion",
        Label = "Label",
        Source = "Source",
        ValueListOid = "ValueListOID",
        ExtendedValue = "ExtendedValue",
        PageRefs = "PageRefs",
        FirstPage = "FirstPage",
        LastPage = "LastPage",
        Title = "Title",
        WhereClauseOid = "WhereClauseOID",
        Term = "Term",
        ShortName = "ShortName",
        SequenceNumber = "SequenceNumber",
        Level = "Level",
        TargetTransitionOid = "TargetTransitionOID",
        ConditionOid = "ConditionOID",
        ParentClass = "ParentClass",
        Definition = "Definition",
        Library = "Library",
        Method = "Method",
        TimepointTarget = "TimepointTarget",
        TimepointPreWindow = "TimepointPreWindow",
        TimepointPostWindow = "TimepointPostWindow",
        PredecessorOid = "PredecessorOID",
        SuccessorOid = "SuccessorOID",
        TimepointRelativeTarget = "TimepointRelativeTarget",
        TransitionOid = "TransitionOID",
        StructuralElementOid = "StructuralElementOID",
        DurationTarget = "DurationTarget",
        DurationPreWindow = "DurationPreWindow",
        DurationPostWindow = "DurationPostWindow",
        StudyEndPointOid = "StudyEndPointOID",
        StudyTargetPopulationOid = "StudyTargetPopulationOID",
        StudyInterventionOid = "StudyInterventionOID",
        SourceLeafId = "leafID",
        Attribute = "Attribute",
        Path = "Path",
        XlinkHref = "xlink:href",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again() {
        for tag in Tag::ALL {
            assert_eq!(Tag::find(tag.as_str()), Some(*tag));
        }
        for key in Key::ALL {
            assert_eq!(Key::find(key.as_str()), Some(*key));
        }
        assert_eq!(Tag::find("itemDef"), None);
    }
}
