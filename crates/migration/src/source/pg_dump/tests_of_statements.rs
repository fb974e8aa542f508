//! Which statements are read, and what is said where one is missing, in part or as a whole.

use super::*;
use crate::source::sql_text::read_out::{self, lines};

fn dump(table: &str, bytes: &[u8]) -> PgDump {
    let source = read_out::source("pg-dump", &format!("table = \"{table}\""));
    PgDump::new(&source, Input::Held(bytes.into()))
}

const TOWN: &str = "CREATE TABLE public.town (name text, code text);\n\
    COPY public.town (name, code) FROM stdin;\nHull\tHU\n\\.\n";

#[test]
fn a_dump_that_is_cut_off_anywhere_says_so() {
    for tail in [
        "COPY public.to",
        "COPY public.town (na",
        "COPY public.other (a) FROM stdin;\n1\n",
        "INSERT INTO public.per",
        "INSERT INTO public.town VAL",
        "CREATE TABLE public.other (a",
        "CREATE FUNCTION f() RETURNS void AS $x$ begin;",
        "SELECT 'a;",
        "/* a /* b */",
        "WARNING",
    ] {
        let found = lines(&dump("town", format!("{TOWN}{tail}").as_bytes())).unwrap();
        assert_eq!(found[0], (3, Ok("Hull|HU".to_owned())), "{tail}");
        let reason = found[1].1.clone().unwrap_err();
        assert!(reason.contains("line 5: the dump is cut off"), "{tail}: {reason}");
        assert_eq!((found[1].0, found.len()), (5, 2), "{tail}");
    }
    let other = "COPY public.other (a) FROM stdin;\n1\n\\.";
    for tail in ["", "-- a", "\\unrestrict a", ";;", "WARNING: don't", other] {
        let found = lines(&dump("town", format!("{TOWN}{tail}").as_bytes())).unwrap();
        assert_eq!(found, [(3, Ok("Hull|HU".to_owned()))], "{tail}");
    }
}

#[test]
fn a_dump_without_its_last_comment_is_cut_off() {
    let head = "--\n-- PostgreSQL database dump\n--\n";
    let found = lines(&dump("town", format!("{head}{TOWN}").as_bytes())).unwrap();
    let reason = found[1].1.clone().unwrap_err();
    assert!(reason.contains("line 8: the dump is cut off between two statements"), "{reason}");
    let whole = format!("{head}{TOWN}--\n-- PostgreSQL database dump complete\n--\n");
    assert_eq!(lines(&dump("town", whole.as_bytes())).unwrap().len(), 1);
}

#[test]
fn a_damaged_statement_is_named() {
    let head = "CREATE TABLE town (name text, code text);\n";
    let insert = "INSERT INTO town VALUES ('Hull', 'HU');\n";
    for damaged in
        ["INSERT INTA town VALUES ('York', 'Y');", "INSERT INTO to,n VALUES ('York', 'Y');"]
    {
        let found = lines(&dump("town", format!("{head}{damaged}\n{insert}").as_bytes())).unwrap();
        assert_eq!(found.len(), 2, "{damaged}");
        assert!(
            found[0].1.as_ref().unwrap_err().contains("line 2: expected a statement"),
            "{damaged}"
        );
        assert_eq!(found[1], (3, Ok("Hull|HU".to_owned())));
    }
    let marked = format!(
        "-- PostgreSQL database dump\n{head}XNSERT INTO town VALUES ('York', 'Y');\n{insert}-- PostgreSQL database dump complete\n"
    );
    let found = lines(&dump("town", marked.as_bytes())).unwrap();
    assert!(found[0].1.as_ref().unwrap_err().contains("line 3: expected a statement"));
    assert_eq!(found.len(), 2);
}

#[test]
fn messages_do_not_hide_rows() {
    let text = "pg_dump: last built-in OID is 16383\nWARNING: don't\nCREATE TABLE public.town (name text);\n\
        NOTICE:  it's\nCOPY public.town (name) FROM stdin;\nHull\n\\.\n";
    let found = lines(&dump("town", text.as_bytes())).unwrap();
    assert_eq!(found, [(6, Ok("Hull".to_owned()))]);
}

#[test]
fn names_are_read_in_the_charset_of_the_dump() {
    let text =
        b"SET client_encoding = 'LATIN1';\nCREATE TABLE public.town (\"gr\xf6\xdfe\" text);\n\
        COPY public.town (\"gr\xf6\xdfe\") FROM stdin;\nK\xf6ln\n\\.\n";
    let dump = dump("town", text);
    assert_eq!(dump.columns().unwrap(), ["größe"]);
    assert_eq!(lines(&dump).unwrap(), [(4, Ok("Köln".to_owned()))]);
}

#[test]
fn what_changes_rows_is_named_and_a_view_has_none() {
    let text = format!("TRUNCATE public.town;\n{TOWN}UPDATE ONLY public.town SET code = 'ZZ';\n");
    let found = lines(&dump("town", text.as_bytes())).unwrap();
    let reason = found[1].1.clone().unwrap_err();
    assert!(reason.contains("line 6: ") && reason.contains("`UPDATE`"), "{reason}");
    assert_eq!(found.len(), 2);
    for view in ["CREATE VIEW", "CREATE OR REPLACE VIEW", "CREATE MATERIALIZED VIEW"] {
        let text = format!("{view} public.town AS\n SELECT 1 AS name;\n");
        let error = dump("town", text.as_bytes()).columns().unwrap_err().to_string();
        assert!(error.contains("`town` is a view"), "{error}");
    }
}
