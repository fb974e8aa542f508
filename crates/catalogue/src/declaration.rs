//! The files as they are written, and their conversion into the model.
//!
//! Words (`class`, `type`, `travels`, ..) are read as texts first, so that a wrong one is refused with the file,
//! the table and the column instead of a position in a file.

use std::fmt;

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    class::Class,
    error::{Error, Place, Problem, listed},
    keys::{IntegrationKey, KnownKey, ValueType},
    model::{Column, Filter, Kind, Module, PersonPath, RuleSource, Subject, Table, Travels},
};

/// `catalogue.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) product: String,
    pub(crate) release: String,
    pub(crate) build: String,
    pub(crate) modules: Vec<String>,
    #[serde(default)]
    pub(crate) integration_keys: Vec<IntegrationKey>,
    #[serde(default)]
    pub(crate) known_keys: Vec<KnownKeyDeclaration>,
}

/// One entry of `known_keys`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownKeyDeclaration {
    key: String,
    category: String,
    label: String,
    #[serde(rename = "type")]
    value_type: Option<String>,
    #[serde(default)]
    values: Vec<String>,
    default: Option<String>,
}

/// `<module>.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModuleDeclaration {
    name: String,
    title: String,
    #[serde(default, rename = "table")]
    tables: Vec<TableDeclaration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableDeclaration {
    name: String,
    title: String,
    travels: Option<String>,
    source: Option<String>,
    #[serde(default)]
    why: String,
    filter: Option<FilterDeclaration>,
    #[serde(default)]
    natural_key: Vec<String>,
    person: Option<Vec<String>>,
    #[serde(default)]
    unique: Vec<Vec<String>>,
    #[serde(default)]
    indexes: Vec<Vec<String>>,
    #[serde(default)]
    columns: Vec<ColumnDeclaration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterDeclaration {
    column: String,
    #[serde(default)]
    keep: Vec<String>,
    reason: String,
    #[serde(default)]
    integration: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnDeclaration {
    name: String,
    label: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    values: Vec<String>,
    references: Option<String>,
    class: Option<String>,
    subject: Option<String>,
    max_length: Option<u32>,
    default: Option<String>,
}

/// Reads one file; an error names the line.
pub(crate) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| Error::Syntax {
        file: file.to_owned(),
        line: error.span().map_or(1, |span| {
            1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
        }),
        message: error.message().to_owned(),
    })
}

impl KnownKeyDeclaration {
    /// Converts the declaration; `file` is the header's name.
    pub(crate) fn convert(self, file: &str) -> Result<KnownKey, Error> {
        let value_type = word("type", self.value_type.as_deref(), &ValueType::ALL, ValueType::name)
            .map_err(|_| {
                let why = "expected `type` to be `text`, `integer`, `boolean` or `choice`";
                Error::refused(Place::file(file), Problem::KnownKey { key: self.key.clone(), why })
            })?;
        Ok(KnownKey {
            key: self.key,
            category: self.category,
            label: self.label,
            value_type,
            values: self.values,
            default: self.default,
        })
    }
}

impl ModuleDeclaration {
    /// Converts the declaration into a module and its tables, in the order of the file.
    pub(crate) fn convert(self, module: &str, file: &str) -> Result<(Module, Vec<Table>), Error> {
        if self.name != module {
            let problem =
                Problem::ModuleName { expected: module.to_owned(), found: self.name.clone() };
            return Err(Error::refused(Place::file(file), problem));
        }
        if self.title.trim().is_empty() {
            return Err(Error::refused(Place::file(file), Problem::Empty { key: "title" }));
        }
        let module = Module { name: self.name, title: self.title };
        let mut tables = Vec::with_capacity(self.tables.len());
        for table in self.tables {
            tables.push(table.convert(&module, file)?);
        }
        Ok((module, tables))
    }
}

impl TableDeclaration {
    fn convert(self, module: &Module, file: &str) -> Result<Table, Error> {
        let refuse = |problem| Error::refused(Place::table(file, &self.name), problem);
        for (key, text) in [("title", &self.title), ("why", &self.why)] {
            if text.trim().is_empty() {
                return Err(refuse(Problem::Empty { key }));
            }
        }
        let travels = word("travels", self.travels.as_deref(), &Travels::ALL, Travels::name)
            .map_err(refuse)?;
        let source = word("source", self.source.as_deref(), &RuleSource::ALL, RuleSource::name)
            .map_err(refuse)?;
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            columns.push(column.convert(file, &self.name)?);
        }
        // A natural key that stood twice would know two rows, so it is unique without being listed again.
        let mut unique = self.unique;
        unique.retain(|set| set.is_empty() || *set != self.natural_key);
        if !self.natural_key.is_empty() {
            unique.insert(0, self.natural_key.clone());
        }
        Ok(Table {
            title: format!("{} > {}", module.title, self.title),
            name: self.name,
            module: module.name.clone(),
            travels,
            filter: self.filter.map(|filter| Filter {
                column: filter.column,
                keep: filter.keep,
                reason: filter.reason,
                integration: filter.integration,
            }),
            natural_key: self.natural_key,
            person: self.person.map(PersonPath),
            unique,
            indexes: self.indexes,
            columns,
            source,
            why: self.why,
        })
    }
}

impl ColumnDeclaration {
    fn convert(self, file: &str, table: &str) -> Result<Column, Error> {
        let refuse = |problem| Error::refused(Place::column(file, table, &self.name), problem);
        let kind = word("type", self.kind.as_deref(), &Kind::ALL, Kind::name).map_err(refuse)?;
        let class =
            word("class", self.class.as_deref(), &Class::ALL, Class::name).map_err(refuse)?;
        let subject = match self.subject.as_deref() {
            None => Subject::None,
            found => word("subject", found, &Subject::ALL, Subject::name).map_err(refuse)?,
        };
        Ok(Column {
            label: self.label.unwrap_or_else(|| label_of(&self.name)),
            name: self.name,
            kind,
            required: self.required,
            values: self.values,
            references: self.references,
            class,
            subject,
            max_length: self.max_length,
            default: self.default,
        })
    }
}

/// Finds the word among those that are allowed.
fn word<T: Copy + fmt::Display>(
    key: &'static str,
    found: Option<&str>,
    allowed: &[T],
    name: fn(T) -> &'static str,
) -> Result<T, Problem> {
    let Some(found) = found else {
        return Err(Problem::WordMissing { key, expected: listed(allowed) });
    };
    allowed.iter().copied().find(|word| name(*word) == found).ok_or_else(|| Problem::WordUnknown {
        key,
        expected: listed(allowed),
        found: found.to_owned(),
    })
}

/// Makes the label that a user sees out of a name: `volunteer_file_id` becomes `Volunteer file`.
fn label_of(name: &str) -> String {
    let words = name.strip_suffix("_id").unwrap_or(name).replace('_', " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_made_out_of_the_name() {
        assert_eq!(label_of("first_name"), "First name");
        assert_eq!(label_of("volunteer_file_id"), "Volunteer file");
        assert_eq!(label_of("id"), "Id");
        assert_eq!(label_of(""), "");
    }

    #[test]
    fn a_syntax_error_names_the_line() {
        let error = read::<ModuleDeclaration>("x.toml", "name = \"x\"\ntitle = \"X\"\nsize = 1\n")
            .unwrap_err();
        assert!(error.to_string().starts_with("catalogue file `x.toml`, line 3: "), "{error}");
        assert!(error.to_string().contains("size"), "{error}");
    }
}
