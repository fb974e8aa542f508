//! What is asked for, kept until it is approved and made; and what the ledger is told of it.

use landfall_core::{digest::Digest, ids::PersonId};
use landfall_instances::{
    design::{
        self, Addition, Content, Erased, Keep, Replacement, Shape, Study, TableWritten, Written,
    },
    record::Recorded,
};
use serde::{Deserialize, Serialize};

use super::{super::record::Note, Target};
use crate::Result;

/// A change of a design, whole: what is approved is what is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub(in crate::use_cases) enum DesignProposal {
    /// A version out of a file.
    Import {
        /// The digest of the file.
        file: Digest,
        study: Study,
        content: Content,
    },
    /// A version of Main's, for Test.
    Push { study: String, content: Content },
}

impl DesignProposal {
    pub(in crate::use_cases) fn verb(&self) -> &'static str {
        match self {
            Self::Import { .. } => "imported",
            Self::Push { .. } => "pushed",
        }
    }

    /// Returns what a list of changes shows as the record.
    pub(in crate::use_cases) fn key(&self) -> String {
        match self {
            Self::Import { study, .. } => format!("study {}", study.protocol_code),
            Self::Push { study, .. } => format!("study {study}"),
        }
    }

    /// Returns what a list of changes shows of the values: enough to know it by.
    pub(in crate::use_cases) fn values(&self) -> Vec<(String, String)> {
        let content = self.content();
        let mut values: Vec<(String, String)> = ["oid", "name", "revision"]
            .into_iter()
            .filter_map(|column| Some((column.to_owned(), content.value(column)?.to_owned())))
            .collect();
        if let Self::Import { file, .. } = self {
            values.push(("file".to_owned(), file.to_string()));
        }
        values.push(("rows".to_owned(), content.size().to_string()));
        values
    }

    fn content(&self) -> &Content {
        match self {
            Self::Import { content, .. } | Self::Push { content, .. } => content,
        }
    }

    /// Makes the change, with a note for the ledger.
    pub(in crate::use_cases) fn make(&self, target: &Target<'_>, note: &Note) -> Result<Recorded> {
        let content = self.content().digest(&Shape::of(target.catalogue)?)?;
        let write = |written: &Written| {
            serde_json::to_string(&DesignNote {
                design: self.verb().to_owned(),
                person: note.person.clone(),
                reason: note.reason.clone(),
                change_request: note.change_request,
                file: match self {
                    Self::Import { file, .. } => Some(*file),
                    Self::Push { .. } => None,
                },
                content,
                written: written.clone(),
            })
        };
        let written = self.write(target, Keep::Noted { note: &write, states: target.qualified })?;
        Ok(Recorded { id: written.version_id, changes: Vec::new() })
    }

    /// Checks that the change could be made now, and says what it would do.
    pub(in crate::use_cases) fn rehearse(&self, target: &Target<'_>) -> Result<Written> {
        self.write(target, Keep::Rehearsed)
    }

    fn write(&self, target: &Target<'_>, keep: Keep<'_>) -> Result<Written> {
        let (path, catalogue) = (target.path, target.catalogue);
        Ok(match self {
            Self::Import { study, content, .. } => {
                design::add(path, catalogue, &Addition { study, content }, keep)?
            }
            Self::Push { study, content } => {
                let replacement = Replacement { source: target.main, study, content };
                design::replace(path, catalogue, &replacement, keep)?
            }
        })
    }
}

/// What is kept beside a change of a design until the ledger holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::use_cases) struct DesignNote {
    /// What was done: imported, pushed.
    pub(in crate::use_cases) design: String,
    pub(in crate::use_cases) person: PersonId,
    pub(in crate::use_cases) reason: Option<String>,
    #[serde(default)]
    change_request: Option<u32>,
    /// The digest of the file, of an import.
    file: Option<Digest>,
    /// The digest of the version's rows.
    content: Digest,
    written: Written,
}

/// What the ledger keeps of designs. A change has the columns of a record's change as well, so that whoever reads changes
/// finds it.
#[derive(Debug, Serialize)]
#[serde(
    tag = "kind",
    content = "body",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
pub(in crate::use_cases) enum DesignEvent {
    /// A version was imported or pushed.
    DesignChanged {
        /// Where: `acme/prod/main`.
        instance: String,
        /// Counts the changes of that instance.
        change: i64,
        /// What was done: imported, pushed.
        verb: String,
        /// The table of versions.
        table: &'static str,
        /// The version's id.
        id: i64,
        /// No column of an older version was changed.
        columns: [(); 0],
        /// The number of the change request that was approved, where the environment asks for one.
        #[serde(skip_serializing_if = "Option::is_none")]
        change_request: Option<u32>,
        /// The protocol code.
        study: String,
        /// Whether the study is new in the instance.
        new_study: bool,
        /// The version's OID.
        oid: String,
        /// The version's number.
        revision: i64,
        /// The digest of the file, of an import.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<Digest>,
        /// The digest of the version's rows.
        content: Digest,
        /// What was done to each table; what it held before and after, where the environment is qualified.
        tables: Vec<TableWritten>,
        /// How many rows about people were erased, by table.
        erased: Vec<Erased>,
        /// What the version refers to and the instance lacks.
        loose: Vec<String>,
    },
    /// A version left as a file.
    DesignExported {
        /// From where.
        instance: String,
        /// The protocol code.
        study: String,
        /// The version's OID.
        oid: String,
        /// The version's number.
        revision: i64,
        /// The version of ODM.
        format: String,
        /// The digest of the file.
        file: Digest,
        /// The digest of the version's rows.
        content: Digest,
    },
}

impl DesignEvent {
    /// Returns the event of a change that was noted in an instance.
    pub(in crate::use_cases) fn of(instance: &str, change: i64, note: DesignNote) -> Self {
        let written = note.written;
        Self::DesignChanged {
            instance: instance.to_owned(),
            change,
            verb: note.design,
            table: design::DESIGN,
            id: written.version_id,
            columns: [],
            change_request: note.change_request,
            study: written.study,
            new_study: written.new_study,
            oid: written.oid,
            revision: written.revision,
            file: note.file,
            content: note.content,
            tables: written.tables,
            erased: written.erased,
            loose: written.loose,
        }
    }
}
