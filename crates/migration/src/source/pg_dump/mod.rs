//! A table of a plain SQL dump as `pg_dump` writes it: `COPY` blocks or `INSERT`s.

mod connect;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_columns;
#[cfg(test)]
mod tests_of_statements;

use super::{
    Format, Input, Row,
    sql_text::{Dialect, Dump, Pass, QUESTION, Scanner, Token, Visit, Written, begins_statement},
};
use crate::{error::Error, spec::model};
use connect::database;

/// A table of a dump of PostgreSQL.
pub(crate) struct PgDump(Dump);

impl PgDump {
    pub(crate) fn new(source: &model::Source, input: Input) -> Self {
        Self(Dump::new(source, input, Dialect::Postgres))
    }

    fn pass<'p>(&'p self, visit: Option<&'p mut Visit<'p>>) -> Result<Vec<String>, Error> {
        let (mut scan, charset) = self.0.open()?;
        let mut pass = self.0.pass(charset, visit);
        let mut at = At { database: None, schema: "public".to_owned() };
        while !pass.complete() {
            if scan.ends_statement()? {
                continue;
            }
            if scan.peek(0)? == Some(b'\\') {
                command(&mut scan, &mut pass, &mut at)?;
                continue;
            }
            let first = scan.first()?;
            if first == Token::End {
                break;
            }
            if scan.message(&first)? {
                continue;
            }
            if first.is("create") {
                create(&mut scan, &mut pass, &at)?;
            } else if first.is("alter") {
                alter(&mut scan, &mut pass, &at)?;
            } else if first.is("copy") {
                copy(&mut scan, &mut pass, &at)?;
            } else if first.is("insert") {
                insert(&mut scan, &mut pass, &at)?;
            } else if first.is("set") {
                set(&mut scan, &mut pass, &mut at)?;
            } else if ["update", "delete", "truncate"].iter().any(|word| first.is(word)) {
                let name = at.whole(scan.table_behind(&["from", "table", "only"])?);
                pass.change(&mut scan, &name)?;
            } else {
                if scan.is_inside() && !begins_statement(&first) {
                    pass.damaged(scan.line())?;
                }
                scan.skip_statement()?;
            }
        }
        pass.finish(&scan)
    }
}

impl Format for PgDump {
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

/// Where names without a database and a schema belong.
struct At {
    /// As `\connect` says.
    database: Option<String>,
    schema: String,
}

impl At {
    fn whole(&self, mut name: Vec<String>) -> Vec<String> {
        if name.len() == 1 {
            name.insert(0, self.schema.clone());
        }
        if let (2, Some(database)) = (name.len(), &self.database) {
            name.insert(0, database.clone());
        }
        name
    }
}

fn whole_name(scan: &mut Scanner<'_>, at: &At) -> Result<Vec<String>, Error> {
    scan.blank()?;
    if scan.peek(0)? == Some(b'`') {
        return Err(scan.wrong(
            Some(scan.line()),
            "expected a dump of PostgreSQL, as `format` of the source says, found a name in backticks, as MySQL has them; correct `format`",
        ));
    }
    Ok(at.whole(scan.qualified()?))
}

/// Reads a command of the client, which ends with its line: `\connect`, `\restrict`.
fn command(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, at: &mut At) -> Result<(), Error> {
    let mut line = Vec::new();
    scan.until(|byte| byte == b'\n', Some(&mut line))?;
    scan.too_long = false;
    line.truncate(1024);
    if let Some(database) = database(&String::from_utf8_lossy(&line)) {
        *at = At { database: Some(database), schema: "public".to_owned() };
        pass.byte_domains.clear();
    }
    Ok(())
}

fn create(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, at: &At) -> Result<(), Error> {
    let mut word = scan.token()?;
    let before = [
        "unlogged",
        "foreign",
        "temporary",
        "temp",
        "global",
        "local",
        "or",
        "replace",
        "materialized",
        "recursive",
    ];
    while before.iter().any(|kind| word.is(kind)) {
        word = scan.token()?;
    }
    if word.is("view") {
        let name = at.whole(scan.new_table()?);
        pass.note_view(scan, &name);
    }
    if word.is("domain") {
        let name = whole_name(scan, at)?;
        if let [.., schema, name] = name.as_slice() {
            return pass.domain(scan, schema, name);
        }
    }
    if !word.is("table") {
        return scan.skip_statement().map(|_| ());
    }
    let name = at.whole(scan.new_table()?);
    if pass.is_chosen(scan, &name, true)? {
        pass.create_table(scan)
    } else {
        parents(scan, pass, at, &name)
    }
}

fn alter(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, at: &At) -> Result<(), Error> {
    if !scan.token()?.is("table") {
        return scan.skip_statement().map(|_| ());
    }
    let name = at.whole(scan.table_behind(&["if", "exists", "only"])?);
    parents(scan, pass, at, &name)
}

/// Steps over the rest of `CREATE TABLE` or `ALTER TABLE`, and notes the tables from which it inherits.
fn parents(
    scan: &mut Scanner<'_>,
    pass: &mut Pass<'_>,
    at: &At,
    child: &[String],
) -> Result<(), Error> {
    let mut no = false;
    while !scan.ends_statement()? {
        let token = scan.token()?;
        if token == Token::End {
            break;
        }
        let line = scan.line();
        scan.blank()?;
        let next = scan.peek(0)?;
        if token.is("inherits") && next == Some(b'(') {
            while matches!(scan.token()?, Token::Symbol(b'(' | b',')) {
                let parent = whole_name(scan, at)?;
                pass.inherits(line, child, &parent);
            }
        } else if token.is("inherit") && !no && !matches!(next, Some(b';' | b',' | b')')) {
            let parent = whole_name(scan, at)?;
            pass.inherits(line, child, &parent);
        }
        no = token.is("no");
    }
    scan.too_long = false;
    Ok(())
}

fn insert(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, at: &At) -> Result<(), Error> {
    let line = scan.line();
    if !scan.token()?.is("into") {
        pass.damaged(line)?;
        return scan.skip_statement().map(|_| ());
    }
    pass.data = true;
    let name = whole_name(scan, at)?;
    if pass.is_chosen(scan, &name, false)? {
        pass.insert(scan)
    } else if pass.complete() {
        Ok(())
    } else {
        pass.skip_insert(scan, line)
    }
}

fn set(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, at: &mut At) -> Result<(), Error> {
    let mut name = scan.token()?;
    if name.is("session") || name.is("local") {
        name = scan.token()?;
    }
    // `SET name = value`, `SET name TO value`, `SET NAMES value`
    if !name.is("names") {
        scan.token()?;
    }
    let value = match scan.token()? {
        Token::Word(word) => scan.folded(word),
        Token::Name(name) => name,
        Token::Text => String::from_utf8_lossy(&scan.text).into_owned(),
        Token::Symbol(_) | Token::End => String::new(),
    };
    if name.is("client_encoding") || name.is("names") {
        pass.charset(scan, &value)?;
    } else if name.is("standard_conforming_strings") {
        scan.backslash = value.eq_ignore_ascii_case("off");
    } else if name.is("search_path") && !value.is_empty() {
        at.schema = value;
    }
    scan.skip_statement().map(|_| ())
}

/// Reads `COPY name (columns) FROM stdin;` and its rows.
fn copy(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, at: &At) -> Result<(), Error> {
    let name = whole_name(scan, at)?;
    scan.blank()?;
    let mut list = None;
    if !name.is_empty() && scan.peek(0)? == Some(b'(') {
        scan.step(1);
        list = Some(pass.column_list(scan)?);
    }
    let from = scan.token()?.is("from");
    let stdin = scan.token()?.is("stdin");
    let line = scan.line();
    let mut options = false;
    while !scan.ends_statement()? {
        let token = scan.token()?;
        if token == Token::End {
            break;
        }
        options |= !token.is("with");
    }
    if !from || !stdin || name.is_empty() {
        return Ok(());
    }
    // The rows begin on the next line.
    scan.skip_line()?;
    pass.data = true;
    if !pass.is_chosen(scan, &name, false)? {
        return if pass.complete() { Ok(()) } else { skip_rows(scan, line) };
    }
    if options {
        return Err(scan.wrong(
            Some(line),
            "expected `COPY .. FROM stdin;` as pg_dump writes it, found options; have the table dumped with pg_dump",
        ));
    }
    if !pass.places(scan, list)? {
        return Err(scan.wrong(
            Some(line),
            "expected the columns of the table, found neither its `CREATE TABLE` nor a list in `COPY`; have it dumped again",
        ));
    }
    while !pass.complete() {
        let line = scan.line();
        pass.cells.start(line);
        match row(scan, pass)? {
            End::Row => pass.emit()?,
            End::Block => return Ok(()),
            End::InRow => {
                return pass.cut(scan, line, "in the middle of the row that begins there");
            }
            End::File => return pass.cut(scan, line, "between two rows, before `\\.`"),
        }
    }
    Ok(())
}

/// What a row of a `COPY` block ended with.
enum End {
    Row,
    Block,
    InRow,
    File,
}

fn row(scan: &mut Scanner<'_>, pass: &mut Pass<'_>) -> Result<End, Error> {
    if scan.peek(0)?.is_none() {
        return Ok(End::File);
    }
    if ends_block(scan)? {
        scan.skip_line()?;
        return Ok(End::Block);
    }
    let cells = &mut pass.cells;
    let mut null = false;
    // Where the bytes begin that stand in the file as they are.
    let mut escaped = 0;
    loop {
        let stop =
            scan.until(|byte| matches!(byte, b'\t' | b'\n' | b'\\'), Some(&mut cells.bytes))?;
        match stop {
            None => return Ok(End::InRow),
            Some(b'\\') => {
                scan.step(1);
                let alone = cells.bytes.len() == cells.begun();
                if alone && scan.peek(0)? == Some(b'N') {
                    let after = match scan.peek(1)? {
                        Some(b'\r') => scan.peek(2)?,
                        other => other,
                    };
                    if matches!(after, Some(b'\t' | b'\n')) {
                        scan.step(1);
                        null = true;
                        continue;
                    }
                }
                if !scan.escape_of_postgres(&mut cells.bytes)? {
                    return Ok(End::InRow);
                }
                escaped = cells.bytes.len();
            }
            Some(byte) => {
                scan.step(1);
                // Only a tool that changed the line ends leaves CR: pg_dump escapes it.
                if byte == b'\n'
                    && cells.bytes.len() > cells.begun().max(escaped)
                    && cells.bytes.last() == Some(&b'\r')
                {
                    cells.bytes.pop();
                }
                if scan.too_long {
                    scan.too_long = false;
                    cells.too_long();
                }
                cells.end(if null { Written::Null } else { Written::Text });
                null = false;
                if byte == b'\n' {
                    return Ok(End::Row);
                }
            }
        }
    }
}

fn ends_block(scan: &mut Scanner<'_>) -> Result<bool, Error> {
    Ok(scan.starts_with(b"\\.\n")?
        || scan.starts_with(b"\\.\r\n")?
        || (scan.starts_with(b"\\.")? && scan.peek(2)?.is_none()))
}

/// Steps over the rows of a block that begins on the line.
fn skip_rows(scan: &mut Scanner<'_>, line: u64) -> Result<(), Error> {
    scan.begun = Some(line);
    while scan.peek(0)?.is_some() {
        if ends_block(scan)? {
            scan.begun = None;
            break;
        }
        scan.skip_line()?;
    }
    scan.skip_line()
}
