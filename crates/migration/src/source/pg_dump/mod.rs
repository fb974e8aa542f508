//! A table of a plain SQL dump as `pg_dump` writes it: `COPY` blocks or `INSERT`s.

#[cfg(test)]
mod tests;

use super::{
    Format, Input, Row,
    sql_text::{Dialect, Dump, Pass, Scanner, Token, Visit, Written},
};
use crate::{error::Error, spec::model};

/// A table of a dump of PostgreSQL.
pub(crate) struct PgDump(Dump);

impl PgDump {
    pub(crate) fn new(source: &model::Source, input: Input) -> Self {
        Self(Dump::new(source, input, Dialect::Postgres))
    }

    fn pass<'p>(&'p self, visit: Option<&'p mut Visit<'p>>) -> Result<Vec<String>, Error> {
        let (mut scan, firm) = self.0.open()?;
        let mut pass = self.0.pass(firm, visit);
        let mut schema = "public".to_owned();
        while !pass.complete() {
            scan.blank()?;
            // `\connect`, `\restrict`
            if scan.peek(0)? == Some(b'\\') {
                scan.skip_line()?;
                continue;
            }
            let first = scan.token()?;
            if first == Token::End {
                break;
            }
            if first == Token::Symbol(b';') {
                continue;
            }
            if first.is("pg_dump") && scan.peek(0)? == Some(b':') {
                scan.skip_line()?;
            } else if first.is("create") {
                create(&mut scan, &mut pass, &schema)?;
            } else if first.is("copy") {
                copy(&mut scan, &mut pass, &schema)?;
            } else if first.is("insert") {
                insert(&mut scan, &mut pass, &schema)?;
            } else if first.is("set") {
                set(&mut scan, &mut pass, &mut schema)?;
            } else {
                scan.skip_statement()?;
            }
        }
        pass.finish()
    }
}

impl Format for PgDump {
    fn columns(&self) -> Result<Vec<String>, Error> {
        self.pass(None)
    }

    fn read(&self, visit: &mut dyn FnMut(Row<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.pass(Some(visit)).map(|_| ())
    }
}

fn whole_name(scan: &mut Scanner<'_>, schema: &str) -> Result<Vec<String>, Error> {
    let mut name = scan.qualified()?;
    if name.len() == 1 {
        name.insert(0, schema.to_owned());
    }
    Ok(name)
}

fn create(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, schema: &str) -> Result<(), Error> {
    let mut word = scan.token()?;
    while ["unlogged", "foreign", "temporary", "temp", "global", "local"]
        .iter()
        .any(|kind| word.is(kind))
    {
        word = scan.token()?;
    }
    if !word.is("table") {
        return scan.skip_statement().map(|_| ());
    }
    let mut name = whole_name(scan, schema)?;
    if name.last().is_some_and(|name| name == "if") {
        // `IF NOT EXISTS`
        scan.token()?;
        scan.token()?;
        name = whole_name(scan, schema)?;
    }
    if pass.is_chosen(scan, &name)? {
        pass.create_table(scan)
    } else {
        scan.skip_statement().map(|_| ())
    }
}

fn insert(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, schema: &str) -> Result<(), Error> {
    if !scan.token()?.is("into") {
        return scan.skip_statement().map(|_| ());
    }
    let name = whole_name(scan, schema)?;
    if pass.is_chosen(scan, &name)? { pass.insert(scan) } else { scan.skip_statement().map(|_| ()) }
}

fn set(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, schema: &mut String) -> Result<(), Error> {
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
        value.clone_into(schema);
    }
    scan.skip_statement().map(|_| ())
}

/// Reads `COPY name (columns) FROM stdin;` and its rows.
fn copy(scan: &mut Scanner<'_>, pass: &mut Pass<'_>, schema: &str) -> Result<(), Error> {
    let name = whole_name(scan, schema)?;
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
    if !pass.is_chosen(scan, &name)? {
        return skip_rows(scan);
    }
    if options {
        return Err(scan.wrong(
            Some(line),
            "expected `COPY .. FROM stdin;` as pg_dump writes it, found options; have the table dumped with pg_dump",
        ));
    }
    let Some(places) = pass.places(scan, list)? else {
        return Err(scan.wrong(
            Some(line),
            "expected the columns of the table, found neither its `CREATE TABLE` nor a list in `COPY`; have it dumped again",
        ));
    };
    while !pass.complete() {
        let line = scan.line();
        pass.cells.start(line);
        match row(scan, pass)? {
            End::Row => pass.emit(&places)?,
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
                    cells.fault = Some(
                        "the row is longer than 32 MiB; leave the column out of the dump"
                            .to_owned(),
                    );
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

fn skip_rows(scan: &mut Scanner<'_>) -> Result<(), Error> {
    while scan.peek(0)?.is_some() && !ends_block(scan)? {
        scan.skip_line()?;
    }
    scan.skip_line()
}
