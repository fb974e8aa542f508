//! `lookup`: a value of another source, found by key; or a row of the product, found by its natural key.
//!
//! The first is a sub-select that SQLite computes while the rows are read, over an index made for it after staging. Its
//! answer begins with a sign: `v` a value (perhaps empty), `n` no row, `m` several rows that disagree; NULL: no key.

use std::borrow::Cow;

use super::{Options, Outcome, trimmed};
use crate::{error::Error, quote, spec::model::Model, staging::Staging};

pub(super) const OPTIONS: Options = Options {
    known: &["source", "expression", "in", "by", "take", "otherwise", "when_empty", "of"],
    otherwise: &["reject", "empty", "value"],
};

/// Everything that Rust counts as white space, as an SQL text: keys are compared without it, here as elsewhere.
const SPACES: &str = "'\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}'";

/// What a field looks up: `None` for a row of the product, whose key is the text itself.
#[derive(Debug)]
pub(crate) enum Lookup {
    Source { none: String, several: String },
    Row,
}

impl Lookup {
    /// Makes the rule that reads what [`select`] answers.
    pub(crate) fn of_source(source: &str) -> Self {
        Self::Source {
            none: format!("expected a key of source `{source}`, found another"),
            several: format!(
                "expected one value in source `{source}` for the key, found several that differ"
            ),
        }
    }

    pub(super) fn apply<'a>(&'a self, input: Option<&'a str>) -> Outcome<'a> {
        match self {
            Self::Row => Outcome::of(trimmed(input)),
            Self::Source { none, several } => {
                let Some(answer) = input else { return Outcome::Empty };
                match answer.strip_prefix('v') {
                    Some("") => Outcome::Empty,
                    Some(value) => Outcome::Value(Cow::Borrowed(value)),
                    None if answer == "m" => Outcome::Wrong(several),
                    None => Outcome::Wrong(none),
                }
            }
        }
    }
}

fn plain(sql: &str) -> String {
    format!("coalesce(trim({sql}, {SPACES}), '')")
}

/// Returns the SQL expression that looks up: `keys` are expressions over the section's source, one for each of `by`.
pub(crate) fn select(keys: &[String], within: &str, by: &[String], take: &str) -> String {
    let keys: Vec<String> = keys.iter().map(|key| plain(&format!("({key}\n)"))).collect();
    let empty: Vec<String> = keys.iter().map(|key| format!("{key} = ''")).collect();
    // The keys stand in a sub-select of their own, where their names mean columns of the section's source alone.
    let asked: Vec<String> =
        (1..).zip(&keys).map(|(number, key)| format!("{key} AS landfall_key_{number}")).collect();
    let equal: Vec<String> = (1..)
        .zip(by)
        .map(|(number, column)| {
            format!(
                "{} = landfall_asked.landfall_key_{number}",
                plain(&format!("landfall_lookup.{}", quote(column)))
            )
        })
        .collect();
    let value = plain(&format!("landfall_lookup.{}", quote(take)));
    format!(
        "(CASE WHEN {} THEN NULL ELSE (SELECT CASE WHEN count(*) = 0 THEN 'n' \
         WHEN min({value}) = max({value}) THEN 'v' || min({value}) ELSE 'm' END \
         FROM (SELECT {}) AS landfall_asked CROSS JOIN {} AS landfall_lookup ON {}) END)",
        empty.join(" AND "),
        asked.join(", "),
        quote(within),
        equal.join(" AND ")
    )
}

/// Makes the indexes by which the lookups of a spec find their rows, each once.
pub(crate) fn index(model: &Model, staging: &Staging) -> Result<(), Error> {
    let mut made: Vec<(&str, Vec<String>)> = Vec::new();
    for field in model.section.iter().flat_map(|section| &section.field) {
        let (Some(within), Some(by)) = (&field.within, &field.by) else { continue };
        let wanted = (within.as_str(), by.to_vec());
        if made.contains(&wanted) {
            continue;
        }
        let columns: Vec<String> = wanted.1.iter().map(|column| plain(&quote(column))).collect();
        staging
            .connection()
            .execute_batch(&format!(
                "CREATE INDEX {}.{} ON {} ({});",
                staging.schema(within),
                quote(&format!("landfall_lookup {}", made.len())),
                quote(within),
                columns.join(", ")
            ))
            .map_err(Error::database(format!("index the source `{within}` for lookups")))?;
        made.push(wanted);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    fn staged() -> Connection {
        let staging = Connection::open_in_memory().unwrap();
        staging
            .execute_batch(
                "CREATE TABLE people (No TEXT, Ward TEXT); CREATE TABLE wards (No TEXT, Name TEXT);
                 INSERT INTO wards VALUES (' A ', 'Leeds'), ('B', 'York'), ('B', 'Hull'), ('C', NULL), ('D', 'x'), ('D', ' x');",
            )
            .unwrap();
        staging
    }

    fn looked_up(staging: &Connection, ward: Option<&str>) -> Option<String> {
        staging.execute("DELETE FROM people", []).unwrap();
        staging.execute("INSERT INTO people VALUES ('1', ?1)", [ward]).unwrap();
        let by = ["No".to_owned()];
        let sql = select(&["\"Ward\"".to_owned()], "wards", &by, "Name");
        staging.query_row(&format!("SELECT {sql} FROM people"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_value_is_found_by_its_key_whatever_white_space_stands_around_it() {
        let staging = staged();
        let mut rule = Lookup::of_source("wards");
        for (ward, expected) in [
            (Some("A\u{a0}"), Outcome::Value("Leeds".into())),
            (Some("C"), Outcome::Empty),
            (Some("D"), Outcome::Value("x".into())),
            (Some(" "), Outcome::Empty),
            (None, Outcome::Empty),
            (Some("a"), Outcome::Wrong("expected a key of source `wards`, found another")),
            (
                Some("B"),
                Outcome::Wrong(
                    "expected one value in source `wards` for the key, found several that differ",
                ),
            ),
        ] {
            let answer = looked_up(&staging, ward);
            assert_eq!(rule.apply(answer.as_deref()), expected, "{ward:?}");
        }
        rule = Lookup::Row;
        assert_eq!(rule.apply(Some(" v ")), Outcome::Value("v".into()));
    }

    #[test]
    fn a_lookup_uses_its_index_and_names_of_the_own_source_first() {
        let staging = staged();
        let by = ["No".to_owned()];
        // `No` is a column of both: it must mean that of `people`.
        let sql = select(&["No".to_owned()], "wards", &by, "Name");
        staging
            .execute_batch(&format!(
                "CREATE INDEX i ON wards ({}); INSERT INTO people VALUES ('A', NULL);",
                plain("\"No\"")
            ))
            .unwrap();
        let found: String =
            staging.query_row(&format!("SELECT {sql} FROM people"), [], |row| row.get(0)).unwrap();
        assert_eq!(found, "vLeeds");
        let mut plan =
            staging.prepare(&format!("EXPLAIN QUERY PLAN SELECT {sql} FROM people")).unwrap();
        let steps: Vec<String> =
            plan.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(steps.iter().any(|step| step.contains("USING INDEX i")), "{steps:?}");
    }
}
