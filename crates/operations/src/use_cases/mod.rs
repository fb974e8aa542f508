//! What people do, one file per noun; the command line calls these and nothing else.

mod adoption;
mod change;
mod clock;
mod comparison;
mod configuration;
mod customer;
mod deviation;
mod document;
pub(crate) mod environment;
mod golive;
mod history;
mod inspection;
mod iterations;
mod ledger;
mod making;
mod materials;
mod migration;
mod operation;
mod package;
mod person;
mod promotion;
mod recheck;
mod record;
mod study;
mod test_volunteers;

pub use change::ChangeView;
pub use comparison::{
    Comparison, DiffLine, FieldChange, LineChange, RowChange, RowName, SideFacts, TableDifference,
};
pub use configuration::Extraction;
pub use document::{DocumentCheck, DocumentView, SignatureView};
pub(crate) use environment::environment;
pub use environment::{Built, Destroyed, From, Request, Requested};
pub use history::{ColumnVersion, RecordVersion};
pub use inspection::{
    ChangeAt, ColumnAt, DeviationAt, DocumentAt, DueView, ExportSummary, HoldAt, Inspection,
    LoanAt, Made, PackageAt, PlanAt, PositionAt, ReleaseAt, ReportAt, Standing, StoryLine, StoryOf,
    TestAt,
};
pub use iterations::{
    FindingState, IterationComparison, IterationFacts, RowCounts, RulePair, SectionPair,
    SectionTrend, TrendLine,
};
pub use landfall_migration::{
    Became, ChangedField, ChangedTable, Reason, RowIds, ShownField, ShownRow, SourceText,
    TestVolunteer, UnusedText, VolunteerChanges, VolunteerState,
};
pub use ledger::LedgerReport;
pub(crate) use migration::has_dump;
pub use migration::{
    CheckReport, DumpView, FindingView, RejectedRow, TryReport, migration_check, migration_try,
    migration_workbook_read, migration_workbook_write,
};
pub use operation::{OperationView, StepView};
pub use package::PackageView;
pub use person::{PersonView, SessionView};
pub use promotion::{Action, Preview, TablePreview};
pub use recheck::{Drift, InstanceRecheck, Recheck, RecordedChange, TestAgain};
pub use record::Changed;
pub use study::{
    DesignCheck, DesignColumnDifference, DesignConversion, DesignDifference, DesignExport,
    DesignImport, DesignLine, DesignLoss, DesignOutcome, DesignPush, DesignRowDifference,
    DesignSide, DesignSource, DesignTableDifference, ErasedRows, FindingCode, FindingLine,
    FindingPlace, Format as DesignFormat, ImportOptions, ListedDesign, ListedStudy, OidConflict,
    StudyView, study_check, study_convert,
};
pub use test_volunteers::AskedVolunteers;
