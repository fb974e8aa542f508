//! What a spec states, read from its own text: the same while the source dump is there and after it was destroyed.

use std::{collections::BTreeMap, fs, path::Path};

use landfall_catalogue::Catalogue;
use landfall_documents::qc_report as report;
use landfall_migration::Spec;
use serde::Deserialize;

use super::Counted;
use crate::{Result, error::Error, files};

/// The file that a spec begins with.
const SPEC: &str = "spec.toml";

/// The parts of `spec.toml` that a report shows; [`Spec::load`] has read and judged all of it before.
#[derive(Debug, Deserialize)]
struct Model {
    #[serde(default)]
    coverage: Option<String>,
    #[serde(default)]
    source: Vec<Source>,
    #[serde(default)]
    section: Vec<Section>,
}

#[derive(Debug, Deserialize)]
struct Source {
    name: String,
    file: String,
    #[serde(default)]
    ignored: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Section {
    name: String,
    target: String,
    source: String,
    #[serde(default)]
    field: Vec<Field>,
}

#[derive(Debug, Deserialize)]
struct Field {
    target: String,
    rule: String,
    source: Option<Names>,
    expression: Option<String>,
    file: Option<String>,
    value: Option<toml::Value>,
    map: Option<String>,
    formats: Option<Vec<String>>,
    region: Option<String>,
    status: Option<String>,
    note: Option<String>,
}

/// One name, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    fn to_vec(&self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name.clone()],
            Self::Several(names) => names.clone(),
        }
    }
}

/// What a spec states.
pub(super) struct Stated {
    /// Its name and the first digits of its digest.
    pub(super) name: String,
    pub(super) digest: String,
    /// The file of each source.
    pub(super) files: BTreeMap<String, String>,
    /// Source columns that are deliberately not used: file, column and reason.
    pub(super) ignored: Vec<(String, String, String)>,
    /// Whether a source column may be neither used nor ignored.
    pub(super) is_lenient: bool,
    sections: Vec<Section>,
    /// The SQL that stands in files of its own.
    expressions: BTreeMap<String, String>,
}

/// Reads what a spec that was loaded states.
pub(super) fn read(spec: &Spec) -> Result<Stated> {
    let path = spec.folder().join(SPEC);
    let text = fs::read_to_string(&path).map_err(files::failing("read", &path))?;
    let model: Model = toml::from_str(&text).map_err(|error| {
        Error::Broken(format!("`{}` cannot be read: {}", path.display(), error.message()))
    })?;
    let mut expressions = BTreeMap::new();
    for file in model
        .section
        .iter()
        .flat_map(|section| &section.field)
        .filter_map(|field| field.file.as_deref())
    {
        expressions.insert(file.to_owned(), sql(spec.folder(), file)?);
    }
    let ignored = |source: &Source| -> Vec<(String, String, String)> {
        source
            .ignored
            .iter()
            .map(|(column, reason)| (source.file.clone(), column.clone(), reason.clone()))
            .collect()
    };
    Ok(Stated {
        name: spec.name().to_owned(),
        digest: spec.digest().short(),
        files: model
            .source
            .iter()
            .map(|source| (source.name.clone(), source.file.clone()))
            .collect(),
        ignored: model.source.iter().flat_map(ignored).collect(),
        is_lenient: model.coverage.as_deref() == Some("warn"),
        sections: model.section,
        expressions,
    })
}

fn sql(folder: &Path, file: &str) -> Result<String> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).map_err(files::failing("read", &path))?;
    Ok(text.trim().to_owned())
}

impl Stated {
    /// Returns how each target column is filled, in the order in which the sections were run.
    pub(super) fn conversion(
        &self,
        counted: &[Counted],
        catalogue: Option<&Catalogue>,
    ) -> Vec<report::Conversion> {
        counted
            .iter()
            .filter_map(|one| self.sections.iter().find(|section| section.name == one.section))
            .flat_map(|section| {
                section.field.iter().map(move |field| self.line(section, field, catalogue))
            })
            .collect()
    }

    fn line(
        &self,
        section: &Section,
        field: &Field,
        catalogue: Option<&Catalogue>,
    ) -> report::Conversion {
        let table = catalogue.and_then(|catalogue| catalogue.table(&section.target));
        let column = table.and_then(|table| table.column(&field.target));
        let reads = !matches!(field.rule.as_str(), "default" | "ignore");
        let detail = Self::detail(field);
        report::Conversion {
            target_table: table.map_or_else(|| section.target.clone(), |table| table.title.clone()),
            target_column: column
                .map_or_else(|| field.target.clone(), |column| column.label.clone()),
            source_file: if reads {
                super::file_of(&self.files, &section.source)
            } else {
                String::new()
            },
            source_columns: field.source.as_ref().map(Names::to_vec).unwrap_or_default(),
            rule: if detail.is_empty() {
                field.rule.clone()
            } else {
                format!("{}, {detail}", field.rule)
            },
            code: field.expression.clone().or_else(|| {
                field.file.as_ref().and_then(|file| self.expressions.get(file).cloned())
            }),
            status: field.status.clone(),
            note: field.note.clone(),
        }
    }

    /// Says what a rule does in one field.
    fn detail(field: &Field) -> String {
        match field.rule.as_str() {
            "date" => field.formats.as_deref().unwrap_or_default().join(" or "),
            "map" => field.map.as_ref().map_or_else(String::new, |map| format!("maps/{map}.csv")),
            "phone" => field.region.clone().unwrap_or_default(),
            "default" => match &field.value {
                Some(toml::Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
                None => String::new(),
            },
            "sql" => field.file.clone().unwrap_or_default(),
            _ => String::new(),
        }
    }
}
