//! A plain SQL dump as `pg_dump` writes it: tables, then `COPY` blocks, then keys and indexes.
//!
//! The studies are `INSERT`s, as with `pg_dump --column-inserts`. A row with a value too few or too many is written as
//! it is, as somebody's editor leaves it.

use std::path::Path;

use super::{Form, Writer, bytes::Output};
use crate::sample::{
    Error,
    table::{Kind, Table, is_number},
};

const HEAD: &str = "\
--
-- PostgreSQL database dump
--

-- Dumped from database version 13.14
-- Dumped by pg_dump version 13.14

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

";

const TAIL: &str = "\
--
-- PostgreSQL database dump complete
--

";

/// The dump that is being written.
pub(super) struct PgDump(Output);

impl PgDump {
    /// Begins the dump: its head and the tables, which stand before all rows.
    pub(super) fn create(folder: &Path, form: Form) -> Result<Self, Error> {
        let mut output = Output::create(folder, form, Table::People)?;
        output.text(HEAD)?;
        for table in Table::ALL {
            output.text(&create_table(table))?;
        }
        Ok(Self(output))
    }
}

/// Writes the comment that stands before each part.
fn title(table: Table, kind: &str) -> String {
    let data = if kind == "TABLE DATA" { "Data for " } else { "" };
    let name = match kind {
        "CONSTRAINT" => format!("{name} {name}_pkey", name = table.name()),
        "INDEX" => format!("{}_person", table.name()),
        _ => table.name().to_owned(),
    };
    format!("--\n-- {data}Name: {name}; Type: {kind}; Schema: public; Owner: legacy\n--\n\n")
}

fn create_table(table: Table) -> String {
    let lines: Vec<String> = table
        .columns()
        .iter()
        .map(|column| {
            let kind = match table.kind(column) {
                Kind::Text => "character varying(255)",
                Kind::Measure => "character varying(20)",
                Kind::Long => "text",
                Kind::Number => "integer",
                Kind::Day => "date",
            };
            let null = if table.may_be_null(column) { "" } else { " NOT NULL" };
            format!("    {} {kind}{null}", quoted(column))
        })
        .collect();
    let name = table.name();
    format!(
        "{}CREATE TABLE public.{name} (\n{}\n);\n\n\nALTER TABLE public.{name} OWNER TO legacy;\n\n",
        title(table, "TABLE"),
        lines.join(",\n")
    )
}

/// Names in capitals keep them only in quotes.
fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn columns(table: Table) -> String {
    table.columns().iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

/// Tells whether a cell is NULL.
fn is_null(table: Table, place: usize, cell: &str) -> bool {
    cell.is_empty() && table.columns().get(place).is_some_and(|column| table.may_be_null(column))
}

/// Writes a row of a `COPY` block.
fn copied(table: Table, cells: &[String]) -> String {
    let mut line = String::new();
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            line.push('\t');
        }
        if is_null(table, place, cell) {
            line.push_str("\\N");
            continue;
        }
        for letter in cell.chars() {
            match letter {
                '\\' => line.push_str("\\\\"),
                '\t' => line.push_str("\\t"),
                '\n' => line.push_str("\\n"),
                '\r' => line.push_str("\\r"),
                other => line.push(other),
            }
        }
    }
    line.push('\n');
    line
}

/// Writes a row as an `INSERT`.
fn inserted(table: Table, cells: &[String]) -> String {
    let values: Vec<String> = cells
        .iter()
        .enumerate()
        .map(|(place, cell)| {
            let kind = table.columns().get(place).map(|column| table.kind(column));
            if is_null(table, place, cell) {
                "NULL".to_owned()
            } else if kind == Some(Kind::Number) && is_number(cell) {
                cell.clone()
            } else {
                format!("'{}'", cell.replace('\'', "''"))
            }
        })
        .collect();
    format!(
        "INSERT INTO public.{} ({}) VALUES ({});\n",
        table.name(),
        columns(table),
        values.join(", ")
    )
}

impl Writer for PgDump {
    fn begin(&mut self, table: Table) -> Result<(), Error> {
        self.0.text(&title(table, "TABLE DATA"))?;
        if table == Table::Trials {
            return Ok(());
        }
        self.0.text(&format!("COPY public.{} ({}) FROM stdin;\n", table.name(), columns(table)))
    }

    fn row(&mut self, table: Table, cells: &[String]) -> Result<(), Error> {
        let text =
            if table == Table::Trials { inserted(table, cells) } else { copied(table, cells) };
        self.0.text(&text)
    }

    fn end(&mut self, table: Table) -> Result<(), Error> {
        self.0.text(if table == Table::Trials { "\n\n" } else { "\\.\n\n\n" })
    }

    fn finish(self: Box<Self>) -> Result<(), Error> {
        let mut output = self.0;
        for table in Table::ALL {
            let (name, key) = (table.name(), quoted(table.key()));
            output.text(&title(table, "CONSTRAINT"))?;
            output.text(&format!(
                "ALTER TABLE ONLY public.{name}\n    ADD CONSTRAINT {name}_pkey PRIMARY KEY ({key});\n\n\n"
            ))?;
        }
        for table in Table::ALL {
            let name = table.name();
            if let Table::Child(_) = table {
                output.text(&title(table, "INDEX"))?;
                output.text(&format!(
                    "CREATE INDEX {name}_person ON public.{name} USING btree (\"PERSON_NO\");\n\n\n"
                ))?;
            }
        }
        output.text(TAIL)?;
        output.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_copy_block_would_misread_is_escaped() {
        let cells = ["T-1", "a\tb\\c\nd", "", "it's \"so\"", ""].map(str::to_owned);
        assert_eq!(copied(Table::People, &cells), "T-1\ta\\tb\\\\c\\nd\t\\N\tit's \"so\"\t\n");
    }

    #[test]
    fn an_insert_has_numbers_dates_and_texts() {
        let cells = [
            "A-1",
            "Men's doses",
            "",
            "I",
            "x",
            "DB",
            "Closed",
            "2020-01-05",
            "",
            "8",
            "30",
            "900",
        ]
        .map(str::to_owned);
        let line = inserted(Table::Trials, &cells);
        assert!(line.starts_with("INSERT INTO public.trials (\"CODE\", \"TITLE\", "), "{line}");
        assert!(
            line.ends_with("('A-1', 'Men''s doses', NULL, 'I', 'x', 'DB', 'Closed', '2020-01-05', NULL, 8, 30, 900);\n"),
            "{line}"
        );
    }

    #[test]
    fn a_table_has_its_types() {
        let text = create_table(Table::Trials);
        for line in [
            "CREATE TABLE public.trials (\n    \"CODE\" character varying(255) NOT NULL,\n",
            "    \"STARTED\" date,\n",
            "    \"FEE\" integer\n);\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
