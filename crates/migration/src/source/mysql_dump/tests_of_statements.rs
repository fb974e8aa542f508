//! Which statements are read, and what is said where one is missing, in part or as a whole.

use super::*;
use crate::source::sql_text::read_out::{self, Line, lines};

fn dump(table: &str, bytes: &[u8]) -> MysqlDump {
    let source = read_out::source("mysql-dump", &format!("table = \"{table}\""));
    MysqlDump::new(&source, Input::Held(bytes.into()))
}

/// Every row of a dump without faults.
fn rows(table: &str, bytes: &[u8]) -> Vec<String> {
    lines(&dump(table, bytes)).unwrap().into_iter().map(|(_, row)| row.unwrap()).collect()
}

fn is_defect(row: &Line, line: u64, part: &str) {
    assert_eq!(row.0, line);
    let reason = row.1.as_ref().unwrap_err();
    assert!(reason.contains(&format!("`town.sql`, line {line}: ")), "{reason}");
    assert!(reason.contains(part), "`{part}` in: {reason}");
}

const TOWN: &str = "CREATE TABLE `town` (`name` varchar(40), `code` varchar(40));\n\
    INSERT INTO `town` VALUES ('Hull','HU');\n";

#[test]
fn a_dump_that_is_cut_off_anywhere_says_so() {
    for tail in [
        "INS",
        "INSERT INTO `tow",
        "INSERT INTO `town`",
        "INSERT INTO `town` (`na",
        "INSERT INTO `town` VAL",
        "INSERT INTO `town` VALUES",
        "INSERT INTO `other` VALUES (1,'a;",
        "CREATE TABLE `other` (`a` int",
        "/*!40101 SET x=1",
        "/* a",
    ] {
        let found = lines(&dump("town", format!("{TOWN}{tail}").as_bytes())).unwrap();
        assert_eq!(found[0], (2, Ok("Hull|HU".to_owned())), "{tail}");
        is_defect(&found[1], 3, "the dump is cut off");
        assert_eq!(found.len(), 2, "{tail}");
    }
    for tail in ["", "\n\n", "-- a", "# a", "/* a */", "DELIMITER ;;\nSELECT 1;;\nDELIMITER ;\n"] {
        assert_eq!(rows("town", format!("{TOWN}{tail}").as_bytes()), ["Hull|HU"], "{tail}");
    }
    let text = b"CREATE TABLE `town` (`name` varchar(40), `code` varchar(40), ";
    let error = dump("town", text).columns().unwrap_err().to_string();
    assert!(error.contains("line 1") && error.contains("cut off"), "{error}");
}

#[test]
fn a_dump_without_its_last_comment_is_cut_off() {
    let head = "-- MySQL dump 10.13  Distrib 8.0.36\n";
    let found = lines(&dump("town", format!("{head}{TOWN}").as_bytes())).unwrap();
    is_defect(&found[1], 4, "`-- Dump completed`");
    assert_eq!(found.len(), 2);
    let whole = format!("{head}{TOWN}-- Dump completed on 2025-12-31 23:59:59\n");
    assert_eq!(rows("town", whole.as_bytes()), ["Hull|HU"]);
    // What a program wrote behind a whole dump cuts nothing off; a statement does.
    for tail in ["\u{1a}", "\0\0", "exit\n", "Press any key", "COMMIT"] {
        assert_eq!(rows("town", format!("{whole}{tail}").as_bytes()), ["Hull|HU"], "{tail}");
    }
    let found = lines(&dump("town", format!("{whole}INSERT INTO `tow").as_bytes())).unwrap();
    is_defect(&found[1], 5, "the dump is cut off");
}

#[test]
fn what_stands_behind_rows_is_known_or_named() {
    let text = format!(
        "{TOWN}INSERT INTO town VALUES ('York','Y'),x('Bath','B');\nINSERT INTO town VALUES ('Leeds','L')\n\
         mysqldump: Error 2013: Lost connection;\nREPLACE INTO town VALUES ('Ely','E');\n"
    );
    let found = lines(&dump("town", text.as_bytes())).unwrap();
    assert_eq!(found[1].1, Ok("York|Y".to_owned()));
    is_defect(&found[2], 3, "expected `,` or `;` behind a row");
    assert_eq!(found[3].1, Ok("Leeds|L".to_owned()));
    is_defect(&found[4], 5, "expected `,` or `;` behind a row");
    assert_eq!(found[5].1, Ok("Ely|E".to_owned()));
    assert_eq!(found.len(), 6);
    let known = b"INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a=2;\nINSERT INTO t (a) VALUES (3) AS b ON DUPLICATE KEY UPDATE a=b.a;\n";
    assert_eq!(rows("t", known), ["1", "3"]);
}

#[test]
fn sql_mode_is_followed_and_restored() {
    let insert = "INSERT INTO t (a) VALUES ('a\\nb');\n";
    for (set, found) in [
        ("", "a\nb"),
        ("SET sql_mode = 'NO_BACKSLASH_ESCAPES';", "a\\nb"),
        ("SET SQL_MODE=\"NO_BACKSLASH_ESCAPES\";", "a\\nb"),
        ("SET @@SESSION.sql_mode := 'ANSI, no_backslash_escapes';", "a\\nb"),
        ("SET NAMES utf8mb4, sql_mode = NO_BACKSLASH_ESCAPES;", "a\\nb"),
        ("SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES';", "a\nb"),
        ("SET sql_mode = 'NO_BACKSLASH_ESCAPES';SET sql_mode = '';", "a\nb"),
        ("SET sql_mode = 'NO_BACKSLASH_ESCAPES';SET sql_mode = DEFAULT;", "a\nb"),
        ("SET sql_mode = 'NO_BACKSLASH_ESCAPES';SET sql_mode = @OLD_SQL_MODE;", "a\nb"),
        (
            "/*!50003 SET @saved_sql_mode = @@sql_mode */ ;SET sql_mode = 'NO_BACKSLASH_ESCAPES';SET sql_mode = @saved_sql_mode;",
            "a\nb",
        ),
        (
            "SET sql_mode = 'NO_BACKSLASH_ESCAPES';SET @a = @@SESSION.sql_mode, sql_mode = 'ANSI';SET sql_mode = @A;",
            "a\\nb",
        ),
    ] {
        assert_eq!(rows("t", format!("{set}\n{insert}").as_bytes()), [found], "{set}");
    }
    let set = "SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');\n";
    let error = lines(&dump("t", format!("{set}{insert}").as_bytes())).unwrap_err();
    assert!(error.contains("line 1") && error.contains("`sql_mode`"), "{error}");
}

#[test]
fn strings_in_double_quotes_end_where_they_end() {
    let text = format!(
        "INSERT INTO `person` VALUES(\"1\",\"O\\\"Neil\");\n{TOWN}INSERT INTO `person` VALUES(\"1\",\"5\\\" nail\");\n\
         INSERT INTO `town` VALUES (\"York\",\"5\\\"\");\n"
    );
    assert_eq!(rows("town", text.as_bytes()), ["Hull|HU", "York|5\""]);
    let ansi = format!("SET sql_mode = 'ANSI';\nINSERT INTO \"a\\\" VALUES (1);\n{TOWN}");
    assert_eq!(rows("town", ansi.as_bytes()), ["Hull|HU"]);
}

#[test]
fn a_name_is_the_same_in_both_charsets_of_a_dump() {
    let text = b"SET NAMES latin1;\nCREATE TABLE `gr\xc3\xb6\xc3\x9fe` (`l\xe4nge` varchar(9));\n\
        INSERT INTO `gr\xf6\xdfe` VALUES ('K\xf6ln');\n";
    let dump = dump("größe", text);
    assert_eq!(dump.columns().unwrap(), ["länge"]);
    assert_eq!(lines(&dump).unwrap(), [(3, Ok("Köln".to_owned()))]);
}

#[test]
fn a_table_may_be_named_like_a_word_of_the_statement() {
    let text = b"CREATE TABLE `ignore` (a int);\nINSERT INTO `ignore` VALUES (1);\nINSERT IGNORE INTO `ignore` VALUES (2);\n";
    assert_eq!(rows("ignore", text), ["1", "2"]);
    let text = b"CREATE TABLE IF NOT EXISTS `if` (a int);\nINSERT INTO `if` VALUES (1);\n";
    assert_eq!(rows("if", text), ["1"]);
}

#[test]
fn letter_case_tells_tables_apart_where_each_is_created() {
    let one = b"CREATE TABLE `Town` (a int);\nINSERT INTO `Town` VALUES (1);\nINSERT INTO `town` VALUES (2);\n";
    assert_eq!(rows("Town", one), ["1", "2"]);
    let error = lines(&dump("town", one)).unwrap_err();
    assert!(error.contains("`town`, found that of `Town`"), "{error}");
    let two = b"CREATE TABLE `Town` (a int);\nINSERT INTO `Town` VALUES (1);\n\
        CREATE TABLE `town` (a int);\nINSERT INTO `town` VALUES (2);\n";
    assert_eq!(rows("Town", two), ["1"]);
    assert_eq!(rows("town", two), ["2"]);
    let error = lines(&dump("town", b"INSERT INTO `Town` (a) VALUES (1);\n")).unwrap_err();
    assert!(error.contains("found rows of `Town` without a `CREATE TABLE`"), "{error}");
}

#[test]
fn only_tables_that_are_created_are_named() {
    let text = b"CREATE TABLE t (a int);\nINSERT INTO Ada.Nowak VALUES (1);\n";
    let error = lines(&dump("u", text)).unwrap_err();
    assert!(error.contains("`u`, found `t`, and rows of 1 others"), "{error}");
    assert!(!error.contains("Nowak"), "{error}");
    let long = format!(
        "CREATE TABLE {} (a int);\nCREATE TABLE {} (a int);\n",
        "x".repeat(5000),
        "y".repeat(500)
    );
    let error = lines(&dump("u", long.as_bytes())).unwrap_err();
    assert!(error.contains("yyy…`") && error.len() < 500, "{error}");
}

#[test]
fn messages_among_statements_are_stepped_over() {
    let text = format!(
        "Warning: Using a password can be insecure; don't.\n{TOWN}mysqldump: Couldn't find table;\nNOTICE:  it's\nINSERT INTO town VALUES ('York','Y');\n"
    );
    assert_eq!(rows("town", text.as_bytes()), ["Hull|HU", "York|Y"]);
}

#[test]
fn a_view_and_a_dump_without_rows_are_no_empty_table() {
    let view = b"/*!50001 CREATE TABLE `town` (\n `name` tinyint NOT NULL\n) ENGINE=MyISAM */;\n\
        /*!50001 DROP TABLE IF EXISTS `town`*/;\n/*!50001 CREATE ALGORITHM=UNDEFINED */\n\
        /*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */\n/*!50001 VIEW `town` AS select 1 AS `name` */;\n";
    let error = lines(&dump("town", view)).unwrap_err();
    assert!(error.contains("`town` is a view"), "{error}");
    let marked = |middle: &str| {
        format!("-- MySQL dump 10.13\nCREATE TABLE town (name int);\n{middle}-- Dump completed\n")
    };
    let found = lines(&dump("town", marked("").as_bytes())).unwrap();
    is_defect(&found[0], 4, "a dump without rows of any table");
    let locked = marked("LOCK TABLES `town` WRITE;\nUNLOCK TABLES;\n");
    assert_eq!(rows("town", locked.as_bytes()), [""; 0]);
}

#[test]
fn rows_that_are_changed_later_are_named() {
    let text = format!(
        "DELETE FROM `town`;\n{TOWN}UPDATE `town` SET code='ZZ';\nDELETE FROM `town`;\nTRUNCATE TABLE `other`;\n"
    );
    let found = lines(&dump("town", text.as_bytes())).unwrap();
    assert_eq!(found[0].1, Ok("Hull|HU".to_owned()));
    is_defect(&found[1], 4, "found `UPDATE`");
    is_defect(&found[2], 5, "found `UPDATE`");
    assert_eq!(found.len(), 3);
}
