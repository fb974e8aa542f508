//! What columns hold, which are wanted, and in what charset: exactly, by dumps that are as short as they can be.

use super::*;
use crate::source::sql_text::read_out::{self, rows};

fn dump(options: &str, bytes: &[u8]) -> MysqlDump {
    MysqlDump::new(&read_out::source("mysql-dump", options), Input::Held(bytes.into()))
}

fn is_error(row: &Result<String, String>, parts: &[&str]) {
    let reason = row.as_ref().unwrap_err();
    for part in parts {
        assert!(reason.contains(part), "`{part}` in: {reason}");
    }
}

#[test]
fn a_list_may_name_columns_that_the_database_computes() {
    let create = "CREATE TABLE `town` (`name` varchar(40), `up` varchar(40) GENERATED ALWAYS AS (ucase(`name`)) VIRTUAL, `code` varchar(9)) WITH SYSTEM VERSIONING;\n";
    let with = |list: &str, row: &str| {
        dump("", format!("{create}INSERT INTO `town` ({list}) VALUES ({row});\n").as_bytes())
    };
    let found = with("`name`,`up`,`code`", "'Hull','HULL','HU'");
    assert_eq!(found.columns().unwrap(), ["name", "code"]);
    assert_eq!(rows(&found).unwrap(), [Ok("Hull|HU".to_owned())]);
    let error = rows(&with("`name`,`Nowak`", "'Hull','x'")).unwrap_err();
    assert!(error.contains("line 1 has") && error.contains("place 2"), "{error}");
    assert!(!error.contains("Nowak"), "{error}");
    let error = rows(&with("`name`,row_start,row_end", "'Hull','x','y'")).unwrap_err();
    assert!(error.contains("--dump-history"), "{error}");
}

#[test]
fn a_column_may_be_called_period() {
    let text = "CREATE TABLE town (name varchar(9), period int, PERIOD FOR SYSTEM_TIME (a, b));";
    assert_eq!(dump("", text.as_bytes()).columns().unwrap(), ["name", "period"]);
}

#[test]
fn a_second_create_table_is_refused_unless_nothing_depends_on_it() {
    let one = "CREATE TABLE `town` (`name` varchar(9), `code` varchar(9));\n";
    let other = "CREATE TABLE `town` (`code` varchar(9), `name` varchar(9));\n";
    let row = "INSERT INTO `town` VALUES ('Hull','HU');\n";
    let drop = "DROP TABLE IF EXISTS `town`;\n";
    for (text, part) in [
        (format!("{one}{row}{drop}{other}{row}"), "behind rows of the table"),
        (format!("{one}{row}{drop}{one}{row}"), "behind rows of the table"),
        (format!("{one}\n\n{other}{row}"), "with other columns"),
    ] {
        let error = rows(&dump("", text.as_bytes())).unwrap_err();
        assert!(error.contains(part) && error.contains("line 4"), "{error}");
        assert!(error.contains("in line 1"), "{error}");
    }
    let found = rows(&dump("", format!("{one}{drop}{one}{row}").as_bytes())).unwrap();
    assert_eq!(found, [Ok("Hull|HU".to_owned())]);
}

#[test]
fn digits_are_what_their_column_holds() {
    let text = [
        &b"CREATE TABLE `town` (`name` varchar(40), `no` int, `pic` blob, `flag` bit(12));\n\
           INSERT INTO `town` VALUES (0x48756C6C,0x10,0x00ff,0x0fff),(_utf8mb4 0x596F726B,b'101',b'1',b'101'),\
           (X'42617468',+7,_binary 'a\\0','\x0f\xff'),(b'1',1,'x',1),('x',0x112233445566778899,'x',1),(_latin1 0x41,1,'x',1),\
           (_utf8 0xff,1,'x',1);\n"[..],
    ]
    .concat();
    let found = rows(&dump("", &text)).unwrap();
    let expected = ["Hull|16|00ff|4095", "York|5|01|5", "Bath|7|6100|4095"];
    for (row, expected) in found.iter().zip(expected) {
        assert_eq!(row.as_deref(), Ok(expected));
    }
    is_error(&found[3], &["`town.sql`, line 2", "column `name` is written as bits"]);
    is_error(&found[4], &["column `no` is longer than a number of 64 bits"]);
    is_error(&found[5], &["value 1 is an expression"]);
    is_error(&found[6], &["column `name` is not UTF-8"]);
    assert_eq!(found.len(), 7);
}

#[test]
fn columns_that_the_spec_ignores_are_not_judged() {
    let text = b"CREATE TABLE town (name varchar(9), place point, code text);\n\
        INSERT INTO town VALUES ('Hull','\\0\xf0',DEFAULT),('York',now(),'a\\0b'),('Bath',NULL,'\xff'),('Ely',1);\n";
    let found = rows(&dump("ignored = { place = \"x\", code = \"y\" }", text)).unwrap();
    for (row, expected) in found.iter().zip(["Hull|00f0|~", "York|~|~", "Bath|~|~"]) {
        assert_eq!(row.as_deref(), Ok(expected));
    }
    is_error(&found[3], &["expected 3 values, found 2"]);
    let found = rows(&dump("", text)).unwrap();
    is_error(&found[0], &["column `code` is `DEFAULT`"]);
    is_error(&found[1], &["value 2 is an expression"]);
    is_error(&found[2], &["column `code` is not UTF-8"]);
}

#[test]
fn very_many_values_and_columns_are_counted_and_not_kept() {
    let many = vec!["1"; 5000].join(",");
    let text = format!("INSERT INTO town (a, b) VALUES (1,2),({many}),(3,4);\n");
    let found = rows(&dump("", text.as_bytes())).unwrap();
    assert_eq!(found[0].as_deref(), Ok("1|2"));
    is_error(&found[1], &["expected 2 values, found 5000"]);
    assert_eq!(found[2].as_deref(), Ok("3|4"));
    let names = vec!["a"; 5000].join(",");
    for text in [
        format!("CREATE TABLE town ({names});"),
        format!("INSERT INTO town ({names}) VALUES (1);"),
        format!("INSERT INTO town VALUES ({many});"),
    ] {
        let error = dump("", text.as_bytes()).columns().unwrap_err().to_string();
        assert!(error.contains("at most 4096"), "{error}");
    }
}

#[test]
fn without_create_table_bytes_are_no_text_and_the_check_says_so() {
    let rows_only = b"INSERT INTO town (name,code) VALUES ('Hull','\x01'),('York',_binary '\x01'),('Bath',b'1'),('Ely',0x01);\n";
    let found = dump("", rows_only);
    found.columns().unwrap();
    assert!(matches!(found.notes().as_slice(), [note] if note.contains("no `CREATE TABLE`")));
    let found = rows(&found).unwrap();
    is_error(&found[0], &["column `code` holds control characters", "`CREATE TABLE`"]);
    for (row, expected) in found.iter().skip(1).zip(["York|01", "Bath|1", "Ely|01"]) {
        assert_eq!(row.as_deref(), Ok(expected));
    }
    let whole = [&b"CREATE TABLE town (name varchar(9), code bit(1));\n"[..], rows_only].concat();
    let found = dump("", &whole);
    found.columns().unwrap();
    assert!(found.notes().is_empty());
    for (row, expected) in rows(&found).unwrap().iter().zip(["Hull|1", "York|1", "Bath|1"]) {
        assert_eq!(row.as_deref(), Ok(expected));
    }
}

#[test]
fn a_stated_encoding_is_that_of_texts_alone() {
    let head = "SET NAMES utf8mb4;\nCREATE TABLE town (name varchar(9), pic blob, flag bit(8));\n";
    let western = "encoding = \"windows-1252\"";
    let text = [
        head.as_bytes(),
        b"INSERT INTO town VALUES ('K\xf6ln',_binary '\xff\xe9A','\x80'),('\x81','',1);\n",
    ]
    .concat();
    let found = rows(&dump(western, &text)).unwrap();
    assert_eq!(found[0].as_deref(), Ok("Köln|ffe941|128"));
    is_error(&found[1], &["column `name` is not windows-1252", "0x81"]);
    let found = rows(&dump("encoding = \"utf-8\"", &text)).unwrap();
    is_error(&found[0], &["is not utf-8, as `encoding` of the source says"]);
    let text = [
        head.as_bytes(),
        "INSERT INTO town VALUES ('Köln','".as_bytes(),
        b"\xff\xe9",
        "',1),\n('Zürich','',1),('Łódź','',1);\n".as_bytes(),
    ]
    .concat();
    let error = rows(&dump(western, &text)).unwrap_err();
    for part in ["line 3", "expected windows-1252", "found UTF-8", "3 texts"] {
        assert!(error.contains(part), "`{part}` in: {error}");
    }
}

#[test]
fn bytes_that_became_utf_16_are_refused() {
    let text = "CREATE TABLE town (name varchar(9), flag bit(8), pic blob);\n\
        INSERT INTO town VALUES ('Köln','é',0x00ff),('Hull','A','é'),('York','A','a'),('Łódź',1,0xff);\n";
    let bytes: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let found = rows(&dump("", &bytes)).unwrap();
    is_error(&found[0], &["column `flag` holds bytes", "UTF-16"]);
    is_error(&found[1], &["column `pic` holds bytes", "UTF-16"]);
    assert_eq!(found[2].as_deref(), Ok("York|65|61"));
    assert_eq!(found[3].as_deref(), Ok("Łódź|1|ff"));
}

#[test]
fn other_charsets_are_judged_by_all_texts() {
    let with = |charset: &str, rows: &[u8]| {
        let head = format!("SET NAMES {charset};\nINSERT INTO town (name) VALUES ");
        dump("", &[head.as_bytes(), rows, b";\n"].concat())
    };
    let found = rows(&with("cp1251", b"('\xc5\xb8'),('\xd2\xee\xec')")).unwrap();
    assert_eq!(found, [Ok("Её".to_owned()), Ok("Том".to_owned())]);
    let found = rows(&with("euckr", b"('\xc3\xa5'),('\xc3\xa4'),('\xc3\xa6')")).unwrap();
    assert!(found.len() == 3 && found.iter().all(Result::is_ok), "{found:?}");
    let error = rows(&with("cp1251", "('é'),('ü'),('ö')".as_bytes())).unwrap_err();
    for part in ["line 2", "`cp1251`, as line 1 of the dump says", "found UTF-8", "3 texts"] {
        assert!(error.contains(part), "`{part}` in: {error}");
    }
    let found = rows(&with("latin1", "('é')".as_bytes())).unwrap();
    is_error(&found[0], &["is UTF-8, although line 1 of the dump says `latin1`"]);
}

#[test]
fn a_dump_of_postgresql_is_refused() {
    let text = b"--\n-- PostgreSQL database dump\n--\nINSERT INTO town VALUES ('C:\\new');\n";
    let error = dump("", text).columns().unwrap_err().to_string();
    for part in ["line 2", "expected a dump of MySQL", "found one of PostgreSQL", "`format`"] {
        assert!(error.contains(part), "`{part}` in: {error}");
    }
}
