//! A plain SQL dump as `mysqldump` writes it: for each table its `CREATE TABLE`, then `INSERT`s of many rows.
//!
//! A row with a value too few or too many is written as it is, as somebody's editor leaves it.

use std::path::Path;

use super::{Form, Writer, bytes::Output};
use crate::sample::{
    Error,
    table::{Kind, Table, is_number},
};

/// About the most bytes of a statement, which is what `mysqldump` allows itself.
const MOST: usize = 1_046_528;

const HEAD: &str = "\
-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: legacy
-- ------------------------------------------------------
-- Server version\t8.0.36

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
";

const TAIL: &str = "\
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2025-12-31 23:59:59
";

/// The dump that is being written.
pub(super) struct MysqlDump {
    output: Output,
    /// How long the statement at hand is; 0 where there is none.
    length: usize,
}

impl MysqlDump {
    /// Begins the dump.
    pub(super) fn create(folder: &Path, form: Form) -> Result<Self, Error> {
        let mut output = Output::create(folder, form, Table::People)?;
        output.text(HEAD)?;
        Ok(Self { output, length: 0 })
    }

    fn end_statement(&mut self) -> Result<(), Error> {
        if self.length == 0 {
            return Ok(());
        }
        self.length = 0;
        self.output.text(";\n")
    }
}

fn create_table(table: Table) -> String {
    let name = table.name();
    let mut lines: Vec<String> = table
        .columns()
        .iter()
        .map(|column| {
            let kind = match table.kind(column) {
                // A long text cannot be part of a key.
                Kind::Text if *column == table.key() || *column == "PERSON_NO" => "varchar(20)",
                Kind::Text => "varchar(255)",
                Kind::Measure => "varchar(32)",
                Kind::Long => "text",
                Kind::Number => "int",
                Kind::Day => "date",
            };
            let null = match (table.may_be_null(column), table.kind(column)) {
                (false, _) => " NOT NULL",
                (true, Kind::Long) => "",
                (true, Kind::Text | Kind::Measure | Kind::Number | Kind::Day) => " DEFAULT NULL",
            };
            format!("  `{column}` {kind}{null}")
        })
        .collect();
    lines.push(format!("  PRIMARY KEY (`{}`)", table.key()));
    if let Table::Child(_) = table {
        lines.push(format!("  KEY `{name}_person` (`PERSON_NO`)"));
    }
    format!(
        "\n--\n-- Table structure for table `{name}`\n--\n\n\
         DROP TABLE IF EXISTS `{name}`;\n\
         /*!40101 SET @saved_cs_client     = @@character_set_client */;\n\
         /*!50503 SET character_set_client = utf8mb4 */;\n\
         CREATE TABLE `{name}` (\n{}\n\
         ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;\n\
         /*!40101 SET character_set_client = @saved_cs_client */;\n",
        lines.join(",\n")
    )
}

/// Writes a row in its brackets.
fn values(table: Table, cells: &[String]) -> String {
    let mut text = String::from("(");
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        let column = table.columns().get(place).copied();
        let is_numeric = column.is_some_and(|column| table.kind(column) == Kind::Number);
        if cell.is_empty() && column.is_some_and(|column| table.may_be_null(column)) {
            text.push_str("NULL");
        } else if is_numeric && is_number(cell) {
            text.push_str(cell);
        } else {
            quote(cell, &mut text);
        }
    }
    text.push(')');
    text
}

fn quote(cell: &str, text: &mut String) {
    text.push('\'');
    for letter in cell.chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            '\'' => text.push_str("\\'"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\0' => text.push_str("\\0"),
            '\u{1a}' => text.push_str("\\Z"),
            other => text.push(other),
        }
    }
    text.push('\'');
}

impl Writer for MysqlDump {
    fn begin(&mut self, table: Table) -> Result<(), Error> {
        let name = table.name();
        self.output.text(&create_table(table))?;
        self.output.text(&format!(
            "\n--\n-- Dumping data for table `{name}`\n--\n\n\
             LOCK TABLES `{name}` WRITE;\n\
             /*!40000 ALTER TABLE `{name}` DISABLE KEYS */;\n"
        ))
    }

    fn row(&mut self, table: Table, cells: &[String]) -> Result<(), Error> {
        let row = values(table, cells);
        if self.length + row.len() > MOST {
            self.end_statement()?;
        }
        if self.length == 0 {
            let head = format!("INSERT INTO `{}` VALUES ", table.name());
            self.length = head.len();
            self.output.text(&head)?;
        } else {
            self.length += 1;
            self.output.text(",")?;
        }
        self.length += row.len();
        self.output.text(&row)
    }

    fn end(&mut self, table: Table) -> Result<(), Error> {
        self.end_statement()?;
        self.output.text(&format!(
            "/*!40000 ALTER TABLE `{}` ENABLE KEYS */;\nUNLOCK TABLES;\n",
            table.name()
        ))
    }

    fn finish(self: Box<Self>) -> Result<(), Error> {
        let mut output = self.output;
        output.text(TAIL)?;
        output.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::format::{Format, Packing};

    #[test]
    fn values_have_their_escapes() {
        let cells = ["T-1", "it's \"so\"\n\\", "", "ü"].map(str::to_owned);
        assert_eq!(values(Table::People, &cells), "('T-1','it\\'s \\\"so\\\"\\n\\\\',NULL,'ü')");
    }

    #[test]
    fn statements_end_before_they_are_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let form = Form { format: Format::MysqlDump, packing: Packing::None };
        let mut dump: Box<dyn Writer> = Box::new(MysqlDump::create(folder.path(), form).unwrap());
        let cells = ["T-1".to_owned(), "x".repeat(400_000)];
        dump.begin(Table::People).unwrap();
        for _ in 0..5 {
            dump.row(Table::People, &cells).unwrap();
        }
        dump.end(Table::People).unwrap();
        dump.finish().unwrap();
        let text = std::fs::read_to_string(folder.path().join("legacy.sql")).unwrap();
        let statements: Vec<&str> =
            text.lines().filter(|line| line.starts_with("INSERT INTO `people` VALUES (")).collect();
        assert_eq!(statements.len(), 3);
        assert!(statements.iter().all(|line| line.ends_with(");") && line.len() <= MOST + 2));
    }
}
