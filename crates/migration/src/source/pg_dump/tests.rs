use super::*;
use proptest::prelude::*;

type Rows = Vec<(u64, Result<Vec<Option<String>>, String>)>;

fn dump(table: &str, bytes: &[u8]) -> PgDump {
    let source: model::Source = toml::from_str(&format!(
        "name = \"people\"\nfile = \"people.sql\"\nformat = \"pg-dump\"\ntable = \"{table}\""
    ))
    .unwrap();
    PgDump::new(&source, Input::Held(bytes.into()))
}

fn rows(dump: &PgDump) -> Rows {
    let mut rows = Vec::new();
    dump.read(&mut |row| {
        let cells = row.content.map_err(|defect| defect.reason).map(|record| {
            (0..record.len()).map(|index| record.get(index).map(str::to_owned)).collect()
        });
        rows.push((row.line, cells));
        Ok(())
    })
    .unwrap();
    rows
}

fn texts(cells: &[&str]) -> Result<Vec<Option<String>>, String> {
    Ok(cells.iter().map(|cell| (*cell != "~").then(|| (*cell).to_owned())).collect())
}

const HEAD: &str = "--\n-- it's a dump\n--\n\\restrict abc\nSET client_encoding = 'UTF8';\n\
    SELECT pg_catalog.set_config('search_path', '', false);\n/* a /* b; */ ' */\n\
    CREATE FUNCTION public.f() RETURNS void AS $_$ INSERT INTO public.people VALUES (9); $_$ LANGUAGE sql;\n\
    CREATE TABLE public.people (\n id integer DEFAULT nextval('x'::regclass) NOT NULL,\n \"Last, Name\" character varying(10),\n\
    photo bytea, full_name text GENERATED ALWAYS AS (lower(('a;)'::text))) STORED,\n CONSTRAINT c CHECK ((id > 0))\n);\n\
    CREATE TABLE public.other (a text);\nCOPY public.other (a) FROM stdin;\nINSERT INTO public.people VALUES (7);\nit's\n\\.\n";

#[test]
fn copy_blocks_are_read_with_their_escapes() {
    let text = format!(
        "{HEAD}COPY public.people (id, \"Last, Name\", photo) FROM stdin;\n1\tO'Neil\\t\\n\\\\x\t\\\\xDEAD\n\
         2\t\\N\t\\N\n3\t\\303\\251\\x41\t\n4\tshort\n\\.\n\nALTER TABLE x;\n"
    );
    let dump = dump("people", text.as_bytes());
    assert_eq!(dump.columns().unwrap(), ["id", "Last, Name", "photo"]);
    let found = rows(&dump);
    assert_eq!(found[0].1, texts(&["1", "O'Neil\t\n\\x", "dead"]));
    assert_eq!(found[1].1, texts(&["2", "~", "~"]));
    assert_eq!(found[2].1, texts(&["3", "éA", ""]));
    let reason = found[3].1.clone().unwrap_err();
    assert!(reason.contains("expected 3 values, found 2"), "{reason}");
    assert_eq!(found[1].0, found[0].0 + 1);
    assert_eq!(found.len(), 4);
}

#[test]
fn inserts_are_read_with_every_kind_of_string() {
    let text = format!(
        "{HEAD}INSERT INTO public.people VALUES (1, 'a''b\\n', '\\x00ff', DEFAULT), -- (9)\n\
         (2, E'a\\'\\n\\x41', NULL, DEFAULT), (3, $q$it's $1 (;)$q$, NULL, DEFAULT);\n\
         INSERT INTO public.people (\"Last, Name\", id) OVERRIDING SYSTEM VALUE VALUES ('x'::text, -4.5), (now(), 5), ('y', 6);\n"
    );
    let found = rows(&dump("public.people", text.as_bytes()));
    let cells: Vec<_> = found.iter().map(|(_, row)| row.clone()).collect();
    assert_eq!(cells[0], texts(&["1", "a'b\\n", "00ff"]));
    assert_eq!(cells[1], texts(&["2", "a'\nA", "~"]));
    assert_eq!(cells[2], texts(&["3", "it's $1 (;)", "~"]));
    assert_eq!(cells[3], texts(&["-4.5", "x", "~"]));
    assert!(cells[4].clone().unwrap_err().contains("value 1 is an expression"));
    assert_eq!(cells[5], texts(&["6", "y", "~"]));
    assert_eq!(found[1].0, found[2].0);
}

#[test]
fn a_dump_that_is_cut_off_gives_the_rows_before() {
    for (tail, place) in [("2\tBe", "in the middle of the row"), ("", "between two rows")] {
        let text = format!("{HEAD}COPY public.people (id, photo) FROM stdin;\n1\t\\N\n{tail}");
        let found = rows(&dump("people", text.as_bytes()));
        assert_eq!(found[0].1, texts(&["1", "~", "~"]));
        let reason = found[1].1.clone().unwrap_err();
        assert!(reason.contains("`people.sql`, line") && reason.contains(place), "{reason}");
        assert_eq!(found.len(), 2);
    }
    let found = rows(&dump("t", b"INSERT INTO t (a, b) VALUES (1, 'x'),\n(2, 'Jo"));
    assert_eq!(found[0].1, texts(&["1", "x"]));
    assert_eq!(found[1].0, 2);
    assert!(found[1].1.is_err() && found.len() == 2);
}

#[test]
fn a_charset_that_lies_is_named() {
    for (charset, bytes) in [("UTF8", &b"\xe9"[..]), ("LATIN1", "é".as_bytes())] {
        let mut text = format!("SET client_encoding = '{charset}';\nCOPY t (a) FROM stdin;\nx\n");
        text = text.replace('x', "ok\n");
        let mut bytes_of = text.trim_end().as_bytes().to_vec();
        bytes_of.push(b'\n');
        bytes_of.extend_from_slice(bytes);
        bytes_of.extend_from_slice(b"\n\\.\n");
        let found = rows(&dump("t", &bytes_of));
        assert_eq!(found[0].1, texts(&["ok"]));
        let reason = found[1].1.clone().unwrap_err();
        assert!(reason.contains("line 1 of the dump") && reason.contains(charset), "{reason}");
    }
}

#[test]
fn what_cannot_be_chosen_is_named() {
    let two = b"CREATE TABLE a.t (x int);\nCREATE TABLE b.t (x int);\n";
    let error = dump("t", two).read(&mut |_| Ok(())).unwrap_err().to_string();
    assert!(error.contains("`a.t` and `b.t`"), "{error}");
    let error = dump("u", two).columns().unwrap_err().to_string();
    assert!(error.contains("`u`, found `a.t`, `b.t`"), "{error}");
    let error = dump("t", b"PGDMP\x01").columns().unwrap_err().to_string();
    assert!(error.contains("custom format"), "{error}");
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        cells in proptest::collection::vec(
            proptest::collection::vec(proptest::option::of("[a-zé'\\\\\t\n\r;(),$\"-]{0,8}"), 2), 1..12)
    ) {
        let mut copy = "COPY t (a, b) FROM stdin;\n".to_owned();
        let mut insert = "SET standard_conforming_strings = on;\n".to_owned();
        for row in &cells {
            let texts: Vec<String> = row.iter().map(|cell| match cell {
                None => "\\N".to_owned(),
                Some(text) => text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r"),
            }).collect();
            copy.push_str(&texts.join("\t"));
            copy.push('\n');
            let texts: Vec<String> = row.iter().map(|cell| match cell {
                None => "NULL".to_owned(),
                Some(text) => format!("'{}'", text.replace('\'', "''")),
            }).collect();
            insert.push_str(&format!("INSERT INTO t (a, b) VALUES ({});\n", texts.join(", ")));
        }
        copy.push_str("\\.\n");
        for text in [copy, insert] {
            let found: Vec<_> = rows(&dump("t", text.as_bytes())).into_iter().map(|(_, row)| row.unwrap()).collect();
            prop_assert_eq!(&found, &cells);
        }
    }
}
