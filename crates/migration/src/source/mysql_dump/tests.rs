use super::*;
use proptest::prelude::*;

type Rows = Vec<(u64, Result<Vec<Option<String>>, String>)>;

fn dump(table: &str, bytes: &[u8]) -> MysqlDump {
    let source: model::Source = toml::from_str(&format!(
        "name = \"people\"\nfile = \"people.sql\"\nformat = \"mysql-dump\"\ntable = \"{table}\""
    ))
    .unwrap();
    MysqlDump::new(&source, Input::Held(bytes.into()))
}

fn rows(dump: &MysqlDump) -> Rows {
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

const HEAD: &str = "mysqldump: [Warning] don't use a password here\n/*M!999999\\- enable the sandbox mode */ \n\
    -- MariaDB dump\n--\n# it's\n/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n\
    /*!40101 SET NAMES utf8mb4 */;\nCREATE TABLE `people` (\n  `id` int(11) NOT NULL COMMENT 'a;)''b, (',\n  `na``me` varchar(9) DEFAULT \"x\",\n\
    `photo` longblob, `flag` bit(1) DEFAULT b'0',\n `up` varchar(9) GENERATED ALWAYS AS (upper(`id`)) VIRTUAL,\n  PRIMARY KEY (`id`),\n KEY `k` (`id`)\n) ENGINE=InnoDB;\n\
    LOCK TABLES `people` WRITE;\n/*!40000 ALTER TABLE `people` DISABLE KEYS */;\nDELIMITER ;;\n\
    /*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON people FOR EACH ROW BEGIN INSERT INTO people VALUES (9); END */;;\nDELIMITER ;\n";

#[test]
fn rows_are_read_with_their_escapes_and_literals() {
    let text = format!(
        "{HEAD}INSERT INTO `people` (`id`, `na``me`, `photo`, `flag`) VALUES (1,'O\\'Ne''il\\n\\\\',_binary '\\0a',b'1'),(2,NULL,0xDEad,'\\0'),\n\
         (-3,\"a'b\",x'00',_binary '\u{1}') /* c */ , (4,'short');\nREPLACE INTO people (id) VALUES (5);\nUNLOCK TABLES;\n"
    );
    let dump = dump("people", text.as_bytes());
    assert_eq!(dump.columns().unwrap(), ["id", "na`me", "photo", "flag"]);
    let found = rows(&dump);
    let cells: Vec<_> = found.iter().map(|(_, row)| row.clone()).collect();
    assert_eq!(cells[0], texts(&["1", "O'Ne'il\n\\", "0061", "1"]));
    assert_eq!(cells[1], texts(&["2", "~", "dead", "0"]));
    assert_eq!(cells[2], texts(&["-3", "a'b", "00", "1"]));
    assert!(cells[3].clone().unwrap_err().contains("expected 4 values, found 2"));
    assert_eq!(cells[4], texts(&["5", "~", "~", "~"]));
    assert_eq!((found[0].0, found[0].0 + 1), (found[1].0, found[2].0));
}

#[test]
fn without_create_table_the_columns_are_listed_or_numbered() {
    let listed = dump("t", b"INSERT INTO t (a,B) VALUES (1,2);INSERT INTO t (b) VALUES (3);");
    assert_eq!(listed.columns().unwrap(), ["a", "B"]);
    assert_eq!(rows(&listed)[1].1, texts(&["~", "3"]));
    let numbered = dump("t", b"INSERT IGNORE INTO `db`.`t` VALUES (1,'x'),(2,'y');");
    assert_eq!(numbered.columns().unwrap(), ["column_1", "column_2"]);
    assert_eq!(rows(&numbered)[1].1, texts(&["2", "y"]));
}

#[test]
fn a_dump_that_is_cut_off_gives_the_rows_before() {
    for tail in ["(2,'Be", "(2,", "(2,'x\\", "(2,NULL", ""] {
        let text = format!("INSERT INTO t (a,b) VALUES (1,'x'),\n{tail}");
        let found = rows(&dump("t", text.as_bytes()));
        assert_eq!(found[0].1, texts(&["1", "x"]), "{tail}");
        let reason = found[1].1.clone().unwrap_err();
        assert!(reason.contains("`people.sql`, line 2: the dump is cut off"), "{reason}");
        assert_eq!(found.len(), 2);
    }
}

#[test]
fn a_charset_that_lies_is_named() {
    for (charset, bytes) in [("utf8mb4", &b"\xe9"[..]), ("latin1", "é".as_bytes())] {
        let mut text =
            format!("/*!40101 SET NAMES {charset} */;\nINSERT INTO t (a) VALUES ('ok'),('")
                .into_bytes();
        text.extend_from_slice(bytes);
        text.extend_from_slice(b"');\n");
        let found = rows(&dump("t", &text));
        assert_eq!(found[0].1, texts(&["ok"]));
        let reason = found[1].1.clone().unwrap_err();
        assert!(reason.contains("line 1 of the dump") && reason.contains(charset), "{reason}");
    }
    let found = rows(&dump("t", b"SET NAMES latin1;INSERT INTO t (a) VALUES ('\x80\xe9');"));
    assert_eq!(found[0].1, texts(&["€é"]));
    let error = dump("t", b"SET NAMES sjis;").columns().unwrap_err().to_string();
    assert!(error.contains("line 1") && error.contains("charset"), "{error}");
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        cells in proptest::collection::vec(
            proptest::collection::vec(proptest::option::of("[a-zé'\\\\\t\n\r;(),#%\"`-]{0,8}"), 2), 1..12)
    ) {
        let list: Vec<String> = cells.iter().map(|row| {
            let texts: Vec<String> = row.iter().map(|cell| match cell {
                None => "NULL".to_owned(),
                Some(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")
                    .replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r")),
            }).collect();
            format!("({})", texts.join(","))
        }).collect();
        let text = format!("INSERT INTO `t` (`a`,`b`) VALUES {};\n", list.join(","));
        let found: Vec<_> = rows(&dump("t", text.as_bytes())).into_iter().map(|(_, row)| row.unwrap()).collect();
        prop_assert_eq!(found, cells);
    }
}
