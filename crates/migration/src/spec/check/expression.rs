//! Checks SQL expressions: SQLite itself says what they read, before any row is there.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use rusqlite::{
    Connection,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
};

use crate::{error::Error, plan::SourcePlan, quote, source::LINE};

/// The functions an expression may call: those whose value depends on their arguments alone. Clock, chance and the
/// state of the connection would make two runs differ.
const FUNCTIONS: &[&str] = &[
    "abs",
    "avg",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "format",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "if",
    "instr",
    "length",
    "like",
    "lower",
    "ltrim",
    "max",
    "min",
    "nullif",
    "octet_length",
    "printf",
    "quote",
    "replace",
    "round",
    "rtrim",
    "sign",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "trim",
    "typeof",
    "unhex",
    "unicode",
    "upper",
];

/// A column of a source, as an expression reads it.
pub(super) type Reads = BTreeSet<(String, String)>;

/// Checks expressions against empty tables with the columns of the sources.
pub(super) struct Expressions {
    connection: Connection,
    watch: Arc<Mutex<Watch>>,
}

#[derive(Default)]
struct Watch {
    sources: BTreeSet<String>,
    reads: Reads,
    refused: Option<String>,
}

impl Expressions {
    pub(super) fn over(sources: &[SourcePlan]) -> Result<Self, Error> {
        let failed = || Error::database("prepare the check of SQL expressions");
        let connection = Connection::open_in_memory().map_err(failed())?;
        // A misspelt column in double quotes must be an error, not a text.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).map_err(failed())?;
        for source in sources {
            connection.execute_batch(&crate::staging::create_table(source)).map_err(
                Error::database(format!("stage the columns of source `{}`", source.name)),
            )?;
        }
        let watch = Arc::new(Mutex::new(Watch {
            sources: sources.iter().map(|source| source.name.clone()).collect(),
            ..Watch::default()
        }));
        let watched = Arc::clone(&watch);
        connection
            .authorizer(Some(move |context: AuthContext<'_>| judge(&context.action, &watched)))
            .map_err(failed())?;
        Ok(Self { connection, watch })
    }

    /// Returns the source columns that an expression over the rows of a source reads, or says what is wrong with it.
    pub(super) fn check(&self, source: &str, expression: &str) -> Result<Reads, String> {
        if let Ok(mut watch) = self.watch.lock() {
            watch.reads.clear();
            watch.refused = None;
        }
        // The line break ends a remark at the end of the expression.
        let sql = format!("SELECT ({expression}\n) FROM {}", quote(source));
        let mut statement = self.connection.prepare(&sql).map_err(|error| self.explain(&error))?;
        if statement.parameter_count() > 0 {
            return Err("expected an SQL expression without `?` and `:name`".to_owned());
        }
        if statement.column_count() != 1 {
            return Err("expected one SQL expression, found several".to_owned());
        }
        // An expression over single rows yields nothing for an empty table; an aggregate yields a row.
        match statement.raw_query().next() {
            Ok(None) => {}
            Ok(Some(_)) => {
                return Err(
                    "expected an SQL expression with a value for each row, found an aggregate over all rows"
                        .to_owned(),
                );
            }
            Err(error) => return Err(self.explain(&error)),
        }
        let mut reads = self.watch.lock().map(|watch| watch.reads.clone()).unwrap_or_default();
        reads.retain(|(_, column)| !column.is_empty() && column != LINE);
        Ok(reads)
    }

    fn explain(&self, error: &rusqlite::Error) -> String {
        let refused = self.watch.lock().ok().and_then(|watch| watch.refused.clone());
        match refused {
            Some(what) => format!(
                "expected an SQL expression over the columns of the sources with functions whose value depends on their arguments alone, found {what}"
            ),
            None => {
                let text = error.to_string();
                let message = text.split(" in SELECT").next().unwrap_or_default().to_owned();
                format!(
                    "expected an SQL expression over the columns of the source, found: {message}"
                )
            }
        }
    }
}

fn judge(action: &AuthAction<'_>, watch: &Mutex<Watch>) -> Authorization {
    let Ok(mut watch) = watch.lock() else { return Authorization::Deny };
    let refused = match action {
        AuthAction::Select => return Authorization::Allow,
        AuthAction::Read { table_name, column_name } if watch.sources.contains(*table_name) => {
            watch.reads.insert(((*table_name).to_owned(), (*column_name).to_owned()));
            return Authorization::Allow;
        }
        AuthAction::Function { function_name }
            if FUNCTIONS.contains(&function_name.to_ascii_lowercase().as_str()) =>
        {
            return Authorization::Allow;
        }
        AuthAction::Read { table_name, .. } => format!("a table `{table_name}`"),
        AuthAction::Function { function_name } => format!("the function `{function_name}`"),
        _ => "something else".to_owned(),
    };
    watch.refused.get_or_insert(refused);
    Authorization::Deny
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Format, Row};

    struct Empty;

    impl Format for Empty {
        fn columns(&self) -> Result<Vec<String>, Error> {
            Ok(vec![])
        }

        fn read(&self, _: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
            Ok(())
        }
    }

    fn expressions() -> Expressions {
        let source = |name: &str, columns: &[&str]| SourcePlan {
            name: name.to_owned(),
            file: format!("{name}.csv"),
            bytes: 0,
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            has_header: true,
            null: vec![],
            index: vec![],
            format: Box::new(Empty),
        };
        Expressions::over(&[
            source("patients", &["Id", "CITY", "Birth Date"]),
            source("phones", &["PATIENT", "NUMBER"]),
        ])
        .unwrap()
    }

    #[test]
    fn sqlite_says_which_columns_an_expression_reads() {
        let expressions = expressions();
        let reads = expressions
            .check("patients", "trim(city || ' ' || substr(\"Birth Date\", 1, 4)) -- remark")
            .unwrap();
        let expected: Reads = [("patients", "CITY"), ("patients", "Birth Date")]
            .map(|(source, column)| (source.to_owned(), column.to_owned()))
            .into();
        assert_eq!(reads, expected);
        let reads = expressions
            .check("patients", "(SELECT min(NUMBER) FROM phones WHERE PATIENT = patients.Id)")
            .unwrap();
        assert_eq!(reads.len(), 3);
    }

    #[test]
    fn anything_but_a_repeatable_expression_is_refused() {
        let expressions = expressions();
        for (expression, part) in [
            ("TOWN", "no such column: TOWN"),
            ("\"TOWN\"", "no such column"),
            ("random()", "the function `random`"),
            ("date('now')", "the function `date`"),
            ("CURRENT_TIMESTAMP", "current_timestamp"),
            ("max(CITY)", "aggregate"),
            ("CITY), (Id", "several"),
            ("(SELECT name FROM sqlite_schema)", "a table `sqlite"),
            ("?1", "without `?`"),
            ("CITY); DROP TABLE patients; --", ""),
            ("", "syntax error"),
        ] {
            let error = expressions.check("patients", expression).unwrap_err();
            assert!(error.to_lowercase().contains(&part.to_lowercase()), "{expression}: {error}");
        }
    }
}
