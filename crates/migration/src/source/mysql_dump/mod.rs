//! A table of a plain SQL dump as `mysqldump` and `mariadb-dump` write it.

mod mode;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_columns;
#[cfg(test)]
mod tests_of_statements;

use super::{
    Format, Input, Row,
    sql_text::{Dialect, Dump, Pass, QUESTION, Scanner, Token, Visit, begins_statement},
};
use crate::{error::Error, spec::model};
use mode::{Modes, Setting};

/// The longest delimiter that is read; the client has shorter ones.
const MOST_DELIMITER: usize = 64;

/// A table of a dump of MySQL or MariaDB.
pub(crate) struct MysqlDump(Dump);

impl MysqlDump {
    pub(crate) fn new(source: &model::Source, input: Input) -> Self {
        Self(Dump::new(source, input, Dialect::Mysql))
    }

    fn pass<'p>(&'p self, visit: Option<&'p mut Visit<'p>>) -> Result<Vec<String>, Error> {
        let (mut scan, charset) = self.0.open()?;
        let mut pass = self.0.pass(charset, visit);
        let mut database: Option<String> = None;
        let mut modes = Modes::default();
        while !pass.complete() {
            if scan.ends_statement()? {
                continue;
            }
            let first = scan.first()?;
            if first == Token::End {
                break;
            }
            if scan.message(&first)? {
                continue;
            }
            let at = database.as_deref();
            if first.is("delimiter") {
                delimiter(&mut scan)?;
            } else if first.is("create") {
                create(&mut scan, &mut pass, at)?;
            } else if first.is("insert") || first.is("replace") {
                insert(&mut scan, &mut pass, at)?;
            } else if first.is("use") {
                database = scan.qualified()?.pop();
                scan.skip_statement()?;
            } else if first.is("set") {
                set(&mut scan, &mut pass, &mut modes)?;
            } else if ["update", "delete", "truncate"].iter().any(|word| first.is(word)) {
                let words = ["low_priority", "quick", "ignore", "from", "table"];
                let name = whole(scan.table_behind(&words)?, at);
                pass.change(&mut scan, &name)?;
            } else {
                // `LOCK TABLES` stands before the rows of each table, also of one without rows.
                pass.data |= first.is("lock");
                if scan.is_inside() && !begins_statement(&first) {
                    pass.damaged(scan.line())?;
                }
                scan.skip_statement()?;
            }
        }
        pass.finish(&scan)
    }
}

impl Format for MysqlDump {
    fn columns(&self) -> Result<Vec<String>, Error> {
        self.pass(None)
    }

    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.pass(Some(visit)).map(|_| ())
    }

    fn notes(&self) -> Vec<String> {
        self.0.notes()
    }

    fn question(&self) -> &'static str {
        QUESTION
    }
}

/// Reads `DELIMITER ;;`, a command of the client that ends with its line.
fn delimiter(scan: &mut Scanner<'_>) -> Result<(), Error> {
    let mut line = Vec::new();
    let (_, fits) = scan.until_within(|byte| byte == b'\n', Some(&mut line), MOST_DELIMITER)?;
    if !fits {
        return Err(scan.wrong(
            Some(scan.line()),
            format!("expected a delimiter of at most {MOST_DELIMITER} bytes, found a longer one; correct it in the dump"),
        ));
    }
    scan.begun = None;
    let delimiter = line.trim_ascii();
    if !delimiter.is_empty() {
        scan.delimiter = delimiter.to_vec();
    }
    Ok(())
}

/// Puts the database in front of the name of a table, if it is not there.
fn whole(mut name: Vec<String>, database: Option<&str>) -> Vec<String> {
    if let (1, Some(database)) = (name.len(), database) {
        name.insert(0, database.to_owned());
    }
    name
}

fn create(
    scan: &mut Scanner<'_>,
    pass: &mut Pass<'_>,
    database: Option<&str>,
) -> Result<(), Error> {
    let mut word = scan.token()?;
    while before_kind(&word) {
        word = scan.token()?;
    }
    if word.is("view") {
        let name = whole(scan.qualified()?, database);
        pass.note_view(scan, &name);
    } else if word.is("table") {
        let name = whole(scan.new_table()?, database);
        if pass.is_chosen(scan, &name, true)? {
            return pass.create_table(scan);
        }
    }
    scan.skip_statement().map(|_| ())
}

/// Tells whether a piece may stand between `CREATE` and what is created: `OR REPLACE`, ``DEFINER=`root`@`localhost` ``.
fn before_kind(piece: &Token) -> bool {
    let words = [
        "or",
        "replace",
        "temporary",
        "algorithm",
        "undefined",
        "merge",
        "temptable",
        "definer",
        "sql",
        "security",
        "invoker",
    ];
    match piece {
        Token::Word(word) => {
            word.contains('@') || words.iter().any(|known| word.eq_ignore_ascii_case(known))
        }
        Token::Name(_) | Token::Text | Token::Symbol(b'=') => true,
        Token::Symbol(_) | Token::End => false,
    }
}

fn insert(
    scan: &mut Scanner<'_>,
    pass: &mut Pass<'_>,
    database: Option<&str>,
) -> Result<(), Error> {
    let line = scan.line();
    let words = ["low_priority", "delayed", "high_priority", "ignore", "into"];
    let name = whole(scan.table_behind(&words)?, database);
    if pass.is_chosen(scan, &name, false)? {
        pass.insert(scan)
    } else if pass.complete() {
        Ok(())
    } else {
        pass.skip_insert(scan, line)
    }
}

/// Reads `SET NAMES charset` and `SET sql_mode = '..'`.
fn set(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, modes: &mut Modes) -> Result<(), Error> {
    let line = scan.line();
    let mut names = false;
    let mut setting = Setting::default();
    loop {
        let token = if scan.ends_statement()? { Token::End } else { scan.token()? };
        let ends = token == Token::End;
        if names && let Some(charset) = text(scan, &token) {
            pass.charset(scan, &charset)?;
        }
        names = token.is("names");
        if ends || setting.is_behind(&token) {
            match modes.set(&std::mem::take(&mut setting)) {
                Ok(mode) => {
                    scan.backslash = mode.backslash;
                    scan.ansi = mode.ansi;
                }
                Err(what) => return Err(scan.wrong(Some(line), what)),
            }
        } else {
            setting.take(&token, || text(scan, &token));
        }
        if ends {
            return Ok(());
        }
    }
}

/// Returns what a piece says; a string may be in any quotes, or be none.
fn text(scan: &Scanner<'_>, token: &Token) -> Option<String> {
    match token {
        Token::Text => Some(String::from_utf8_lossy(&scan.text).into_owned()),
        Token::Word(word) | Token::Name(word) => Some(word.clone()),
        Token::Symbol(_) | Token::End => None,
    }
}
