//! Databases, inheritance, bytes and ignored columns: exactly, by dumps that are as short as they can be.

use super::*;
use crate::source::sql_text::read_out::{self, rows};

fn dump(options: &str, bytes: &[u8]) -> PgDump {
    PgDump::new(&read_out::source("pg-dump", options), Input::Held(bytes.into()))
}

fn is_error(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` in: {text}");
    }
}

#[test]
fn tables_of_two_databases_are_two_tables() {
    let text = b"\\connect live\nCREATE TABLE public.town (name text, code text);\n\
        COPY public.town (name, code) FROM stdin;\nHull\tHU\n\\.\n\
        \\connect -reuse-previous=on \"dbname='test'\"\nCREATE TABLE public.town (code text, name text);\n\
        INSERT INTO public.town VALUES ('T', 'Test');\n";
    let error = rows(&dump("", text)).unwrap_err();
    is_error(&error, &["`live.public.town` and `test.public.town`", "`table`"]);
    for (table, row) in [("live.public.town", "Hull|HU"), ("test.public.town", "T|Test")] {
        let found = rows(&dump(&format!("table = \"{table}\""), text)).unwrap();
        assert_eq!(found, [Ok(row.to_owned())]);
    }
}

#[test]
fn the_check_sees_tables_of_the_same_name_without_reading_rows() {
    let text = b"CREATE TABLE a.town (x text);\nCREATE TABLE b.town (x text);\n\
        COPY a.town (x) FROM stdin;\n1\n\\.\n";
    let error = dump("", text).columns().unwrap_err().to_string();
    is_error(&error, &["line 2", "`a.town` and `b.town`"]);
    assert_eq!(dump("table = \"b.town\"", text).columns().unwrap(), ["x"]);
}

#[test]
fn rows_of_tables_that_inherit_are_not_forgotten() {
    let create = "CREATE TABLE public.town (name text, code text);\n";
    let child = "CREATE TABLE public.town_2009 (CONSTRAINT c CHECK ((name <> ''::text)) NO INHERIT)\nINHERITS (public.other, public.town);\n";
    let alter = "CREATE TABLE public.town_2009 (name text, code text);\nALTER TABLE ONLY public.town_2009 INHERIT public.town;\n";
    let none = "CREATE TABLE public.town_2009 (name text) INHERITS (public.towns);\n\
        ALTER TABLE public.town_2009 ADD CONSTRAINT c CHECK (true) NO INHERIT;\n";
    let block = "COPY public.town (name, code) FROM stdin;\nYork\tY\n\\.\n";
    for child in [child, alter] {
        let text = format!("{create}{child}{block}");
        let found = dump("", text.as_bytes());
        let errors = [found.columns().unwrap_err().to_string(), rows(&found).unwrap_err()];
        for error in &errors {
            is_error(error, &["line 3", "`public.town_2009`", "`table = \"ONLY town\"`"]);
        }
        let found = rows(&dump("table = \"ONLY public.town\"", text.as_bytes())).unwrap();
        assert_eq!(found, [Ok("York|Y".to_owned())]);
    }
    let text = format!("{create}{none}{block}");
    assert_eq!(rows(&dump("", text.as_bytes())).unwrap(), [Ok("York|Y".to_owned())]);
}

#[test]
fn bytea_is_read_in_both_its_forms_also_behind_a_domain() {
    let text = "CREATE DOMAIN public.raw AS bytea NOT NULL;\nCREATE DOMAIN public.cooked public.raw;\n\
        CREATE TABLE public.town (name text, code bytea, more public.cooked, many bytea[]);\n\
        COPY public.town (name, code, more, many) FROM stdin;\n\
        Hull\t\\\\001ab\\\\\\\\\t\\\\x61AB\t{x}\n\
        York\tab\\\\9\t\\N\t\\N\n\
        Ely\t\\\\x6\t\\N\t\\N\n\
        \\.\n\
        INSERT INTO public.town VALUES ('Bath', '\\001ab', 'c', NULL);\n";
    let found = rows(&dump("", text.as_bytes())).unwrap();
    assert_eq!(found[0].as_deref(), Ok("Hull|0161625c|61ab|{x}"));
    for row in &found[1..3] {
        is_error(row.as_ref().unwrap_err(), &["column `code`", "`bytea`"]);
    }
    assert_eq!(found[3].as_deref(), Ok("Bath|016162|63|~"));
    assert_eq!(found.len(), 4);
}

#[test]
fn a_default_that_the_spec_ignores_is_no_fault() {
    let text = b"INSERT INTO public.town VALUES ('Hull', DEFAULT), ('York', now());\n";
    let found = dump("ignored = { column_2 = \"computed\" }", text);
    assert_eq!(found.columns().unwrap(), ["column_1", "column_2"]);
    assert_eq!(rows(&found).unwrap(), [Ok("Hull|~".to_owned()), Ok("York|~".to_owned())]);
    let found = rows(&dump("", text)).unwrap();
    is_error(found[0].as_ref().unwrap_err(), &["column `column_2` is `DEFAULT`"]);
    is_error(found[1].as_ref().unwrap_err(), &["value 2 is an expression"]);
}

#[test]
fn a_dump_of_mysql_is_refused() {
    for (text, parts) in [
        (
            &b"-- MySQL dump 10.13\nINSERT INTO town VALUES (1);\n"[..],
            &["line 1", "expected a dump of PostgreSQL", "found one of MySQL"][..],
        ),
        (b"\nINSERT INTO `town` VALUES (1);\n", &["line 2", "backticks", "`format`"]),
    ] {
        is_error(&dump("", text).columns().unwrap_err().to_string(), parts);
    }
}
