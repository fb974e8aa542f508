//! A table of a plain SQL dump as `mysqldump` and `mariadb-dump` write it.

#[cfg(test)]
mod tests;

use super::{
    Format, Input, Row,
    sql_text::{Dialect, Dump, Pass, Scanner, Token, Visit},
};
use crate::{error::Error, spec::model};

/// A table of a dump of MySQL or MariaDB.
pub(crate) struct MysqlDump(Dump);

impl MysqlDump {
    pub(crate) fn new(source: &model::Source, input: Input) -> Self {
        Self(Dump::new(source, input, Dialect::Mysql))
    }

    fn pass<'p>(&'p self, visit: Option<&'p mut Visit<'p>>) -> Result<Vec<String>, Error> {
        let (mut scan, firm) = self.0.open()?;
        let mut pass = self.0.pass(firm, visit);
        let mut database = None;
        while !pass.complete() {
            if scan.ends_statement()? {
                continue;
            }
            let first = scan.token()?;
            if first == Token::End {
                break;
            }
            if message(&mut scan, &first)? {
                scan.skip_line()?;
            } else if first.is("delimiter") {
                delimiter(&mut scan)?;
            } else if first.is("create") {
                create(&mut scan, &mut pass, database.as_deref())?;
            } else if first.is("insert") || first.is("replace") {
                insert(&mut scan, &mut pass, database.as_deref())?;
            } else if first.is("use") {
                database = scan.qualified()?.pop();
                scan.skip_statement()?;
            } else if first.is("set") {
                set(&mut scan, &mut pass)?;
            } else {
                scan.skip_statement()?;
            }
        }
        pass.finish()
    }
}

impl Format for MysqlDump {
    fn columns(&self) -> Result<Vec<String>, Error> {
        self.pass(None)
    }

    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.pass(Some(visit)).map(|_| ())
    }
}

/// Tells whether a message of the program itself was caught in the dump: `mysqldump: [Warning] ..`.
fn message(scan: &mut Scanner<'_>, first: &Token) -> Result<bool, Error> {
    if first.is("mysqldump") {
        return Ok(scan.peek(0)? == Some(b':'));
    }
    Ok((first.is("mariadb") || first.is("mysql")) && scan.starts_with(b"-dump:")?)
}

/// Reads `DELIMITER ;;`, a command of the client that ends with its line.
fn delimiter(scan: &mut Scanner<'_>) -> Result<(), Error> {
    let mut line = Vec::new();
    scan.until(|byte| byte == b'\n', Some(&mut line))?;
    let delimiter = line.trim_ascii();
    if !delimiter.is_empty() {
        scan.delimiter = delimiter.to_vec();
    }
    Ok(())
}

fn whole_name(scan: &mut Scanner<'_>, database: Option<&str>) -> Result<Vec<String>, Error> {
    let mut name = scan.qualified()?;
    if let (1, Some(database)) = (name.len(), database) {
        name.insert(0, database.to_owned());
    }
    Ok(name)
}

fn create(
    scan: &mut Scanner<'_>,
    pass: &mut Pass<'_>,
    database: Option<&str>,
) -> Result<(), Error> {
    let mut word = scan.token()?;
    // MariaDB's `CREATE OR REPLACE TABLE`
    while ["temporary", "or", "replace"].iter().any(|kind| word.is(kind)) {
        word = scan.token()?;
    }
    if !word.is("table") {
        return scan.skip_statement().map(|_| ());
    }
    let mut name = whole_name(scan, database)?;
    if name.last().is_some_and(|name| name.eq_ignore_ascii_case("if")) {
        // `IF NOT EXISTS`
        scan.token()?;
        scan.token()?;
        name = whole_name(scan, database)?;
    }
    if pass.is_chosen(scan, &name)? {
        pass.create_table(scan)
    } else {
        scan.skip_statement().map(|_| ())
    }
}

fn insert(
    scan: &mut Scanner<'_>,
    pass: &mut Pass<'_>,
    database: Option<&str>,
) -> Result<(), Error> {
    let mut name = whole_name(scan, None)?;
    let words = ["low_priority", "delayed", "high_priority", "ignore", "into"];
    while let [word] = name.as_slice()
        && words.contains(&word.to_ascii_lowercase().as_str())
    {
        name = whole_name(scan, None)?;
    }
    if let (1, Some(database)) = (name.len(), database) {
        name.insert(0, database.to_owned());
    }
    if pass.is_chosen(scan, &name)? { pass.insert(scan) } else { scan.skip_statement().map(|_| ()) }
}

/// Reads `SET NAMES charset` and `SET sql_mode = '..'`.
fn set(scan: &mut Scanner<'_>, pass: &mut Pass<'_>) -> Result<(), Error> {
    let mut names = false;
    let mut mode = false;
    while !scan.ends_statement()? {
        let token = scan.token()?;
        let text = match &token {
            Token::End => break,
            Token::Text => String::from_utf8_lossy(&scan.text).into_owned(),
            Token::Word(word) | Token::Name(word) => word.clone(),
            Token::Symbol(_) => String::new(),
        };
        if names {
            pass.charset(scan, &text)?;
        }
        if mode && token == Token::Text {
            scan.backslash = !text.to_ascii_uppercase().contains("NO_BACKSLASH_ESCAPES");
        }
        names = token.is("names");
        mode |= token.is("sql_mode") || token.is("@@sql_mode");
    }
    Ok(())
}
