//! What the readers of SQL dumps share: the chosen table, its columns, its rows.

mod charset;
mod scan;
mod values;

use std::collections::BTreeSet;

use super::{
    Defect, Input, Record, Row, check_columns,
    decode::{self, Text},
};
use crate::{
    error::{Error, listed},
    spec::model,
};

use charset::{Charset, Declared, named};
pub(super) use scan::{Dialect, Scanner, Token};
pub(super) use values::{Cells, Written};

/// A table of an SQL dump.
pub(super) struct Dump {
    pub(super) file: String,
    input: Input,
    table: String,
    encoding: Option<model::Encoding>,
    dialect: Dialect,
}

/// Who is told of every row.
pub(super) type Visit<'v> = dyn FnMut(Row<'_>) -> Result<(), Error> + 'v;

impl Dump {
    pub(super) fn new(source: &model::Source, input: Input, dialect: Dialect) -> Self {
        Self {
            file: source.file.clone(),
            input,
            table: source.table.clone().unwrap_or_else(|| source.name.clone()),
            encoding: source.encoding,
            dialect,
        }
    }

    /// Opens the dump; tells whether its bytes are UTF-8 whatever it says of itself.
    pub(super) fn open(&self) -> Result<(Scanner<'_>, bool), Error> {
        let Text { bytes, encoding } = decode::open(&self.file, &self.input, self.encoding)?;
        let firm = self.encoding.is_some()
            || matches!(encoding, model::Encoding::Utf16Le | model::Encoding::Utf16Be);
        Ok((Scanner::begin(&self.file, bytes, self.dialect)?, firm))
    }

    /// Begins a pass over the dump: for the columns alone, or for the rows.
    pub(super) fn pass<'p>(&'p self, firm: bool, visit: Option<&'p mut Visit<'p>>) -> Pass<'p> {
        Pass {
            dump: self,
            charset: Declared { charset: Charset::Utf8, said: None, firm },
            header: None,
            chosen: None,
            seen: BTreeSet::new(),
            cells: Cells::default(),
            record: Record::default(),
            text: String::new(),
            visit,
            rows: 0,
            divided: None,
        }
    }
}

/// What a column holds, as far as the way it is written depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Bytes,
    Bits,
}

/// The columns of the chosen table.
struct Header {
    names: Vec<String>,
    kinds: Vec<Kind>,
    /// For every column of the table its place among the names; none for those that are computed.
    places: Vec<Option<usize>>,
}

impl Header {
    fn of(names: Vec<String>) -> Self {
        let places = (0..names.len()).map(Some).collect();
        Self { kinds: vec![Kind::Plain; names.len()], names, places }
    }
}

/// One reading of the dump.
pub(super) struct Pass<'p> {
    dump: &'p Dump,
    charset: Declared,
    header: Option<Header>,
    /// The whole name of the chosen table, once it was seen.
    chosen: Option<String>,
    seen: BTreeSet<String>,
    pub(super) cells: Cells,
    record: Record,
    text: String,
    visit: Option<&'p mut Visit<'p>>,
    rows: u64,
    /// The line that says that the rows stand in partitions.
    divided: Option<u64>,
}

impl Pass<'_> {
    /// Tells whether nothing more is to be read.
    pub(super) fn complete(&self) -> bool {
        self.visit.is_none() && self.header.is_some()
    }

    /// Takes note of a charset that the dump names.
    pub(super) fn charset(&mut self, scan: &Scanner<'_>, name: &str) -> Result<(), Error> {
        if self.charset.firm {
            return Ok(());
        }
        self.charset.charset = named(self.dump.dialect, name).ok_or_else(|| {
            scan.wrong(
                Some(scan.line()),
                "expected a charset that can be read, found another one; have it dumped as UTF-8, or state the `encoding` of the source",
            )
        })?;
        self.charset.said = Some((name.to_owned(), scan.line()));
        Ok(())
    }

    /// Tells whether a table is the chosen one.
    pub(super) fn is_chosen(&mut self, scan: &Scanner<'_>, name: &[String]) -> Result<bool, Error> {
        let whole = name.join(".");
        let wanted = &self.dump.table;
        let same = whole == *wanted
            || whole.strip_suffix(wanted.as_str()).is_some_and(|rest| rest.ends_with('.'));
        if !same {
            if self.seen.len() < 1000 {
                self.seen.insert(whole);
            }
            return Ok(false);
        }
        match &self.chosen {
            Some(chosen) if *chosen != whole => Err(scan.wrong(
                Some(scan.line()),
                format!("expected one table `{wanted}`, found `{chosen}` and `{whole}`; state the one that is meant as `table` in the spec"),
            )),
            Some(_) => Ok(true),
            None => {
                self.chosen = Some(whole);
                Ok(true)
            }
        }
    }

    /// Reads `CREATE TABLE name` from behind the name.
    pub(super) fn create_table(&mut self, scan: &mut Scanner<'_>) -> Result<(), Error> {
        let line = scan.line();
        scan.blank()?;
        if self.header.is_some() || scan.peek(0)? != Some(b'(') {
            scan.skip_statement()?;
            return Ok(());
        }
        scan.step(1);
        let mut header = Header { names: Vec::new(), kinds: Vec::new(), places: Vec::new() };
        while !self.definition(scan, &mut header)? {}
        // Behind the columns: what says that they are not all, or that the rows stand elsewhere.
        let mut all = !header.names.is_empty();
        while !scan.ends_statement()? {
            let token = scan.token()?;
            match token {
                Token::End => break,
                _ if token.is("inherits") => all = false,
                _ if token.is("partition") && scan.dialect() == Dialect::Postgres => {
                    self.divided = Some(line);
                }
                Token::Word(_) | Token::Name(_) | Token::Text | Token::Symbol(_) => {}
            }
        }
        if all {
            self.header = Some(header);
        }
        Ok(())
    }

    /// Reads one column or constraint; true behind the last.
    fn definition(&mut self, scan: &mut Scanner<'_>, header: &mut Header) -> Result<bool, Error> {
        let postgres = scan.dialect() == Dialect::Postgres;
        let (name, quoted) = match scan.token()? {
            Token::Name(name) => (name, true),
            Token::Word(word) => (scan.folded(word), false),
            Token::Symbol(b')') | Token::End => return Ok(true),
            Token::Symbol(_) | Token::Text => (String::new(), true),
        };
        let lower = name.to_ascii_lowercase();
        let mut column = !name.is_empty();
        if !quoted {
            let both = ["constraint", "primary", "unique", "foreign", "check", "like"];
            let mysql = ["key", "index", "fulltext", "spatial", "period"];
            column &=
                !both.contains(&lower.as_str()) && (postgres || !mysql.contains(&lower.as_str()));
        }
        let mut kind = None;
        let mut computed = false;
        let mut depth = 0_usize;
        let mut after_as = false;
        let last = loop {
            let token = scan.token()?;
            match token {
                Token::End => break true,
                Token::Symbol(b',') if depth == 0 => break false,
                Token::Symbol(b')') if depth == 0 => break true,
                Token::Symbol(b'(' | b'[') => {
                    computed |= depth == 0 && after_as;
                    column &= !(kind.is_none() && !quoted && lower == "exclude");
                    depth += 1;
                }
                Token::Symbol(b')' | b']') => depth -= 1,
                _ => {}
            }
            if kind.is_none() {
                column &= !(token.is("using") && lower == "exclude");
                kind = Some(match &token {
                    Token::Word(word) | Token::Name(word) => kind_of(word, postgres),
                    Token::Text | Token::Symbol(_) | Token::End => Kind::Plain,
                });
            }
            after_as = token.is("as");
        };
        if column {
            header.places.push((!computed).then_some(header.names.len()));
            if !computed {
                header.names.push(name);
                header.kinds.push(kind.unwrap_or(Kind::Plain));
            }
        }
        Ok(last)
    }

    /// Reads a list of columns behind its `(`.
    pub(super) fn column_list(&mut self, scan: &mut Scanner<'_>) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        loop {
            match scan.token()? {
                Token::Name(name) => names.push(name),
                Token::Word(word) => names.push(scan.folded(word)),
                Token::Symbol(b',') => {}
                Token::Symbol(b')') | Token::End => return Ok(names),
                Token::Symbol(_) | Token::Text => {
                    return Err(scan.wrong(
                        Some(scan.line()),
                        "expected a list of columns, found something else; correct the statement",
                    ));
                }
            }
        }
    }

    /// Finds for every value of a statement its place in the header.
    pub(super) fn places(
        &mut self,
        scan: &Scanner<'_>,
        list: Option<Vec<String>>,
    ) -> Result<Option<Vec<Option<usize>>>, Error> {
        let Some(list) = list else {
            return Ok(self.header.as_ref().map(|header| header.places.clone()));
        };
        let header = self.header.get_or_insert_with(|| Header::of(list.clone()));
        list.iter()
            .map(|name| {
                let same = |other: &String| match self.dump.dialect {
                    Dialect::Postgres => other == name,
                    Dialect::Mysql => other.eq_ignore_ascii_case(name),
                };
                header.names.iter().position(same).map(Some).ok_or_else(|| {
                    scan.wrong(
                        Some(scan.line()),
                        "expected columns that the table's first statement has, found another one; have the table dumped anew, with its `CREATE TABLE`",
                    )
                })
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Some)
    }

    /// Reads `INSERT INTO name` from behind the name of the chosen table.
    pub(super) fn insert(&mut self, scan: &mut Scanner<'_>) -> Result<(), Error> {
        scan.blank()?;
        let mut list = None;
        if scan.peek(0)? == Some(b'(') {
            scan.step(1);
            list = Some(self.column_list(scan)?);
        }
        loop {
            let token = scan.token()?;
            // MySQL knows `VALUE` for `VALUES`; PostgreSQL has `OVERRIDING SYSTEM VALUE` before it.
            let mysql = scan.dialect() == Dialect::Mysql;
            if token.is("values") || (mysql && token.is("value")) {
                break;
            }
            let goes_on =
                ["overriding", "system", "user", "value"].iter().any(|word| token.is(word));
            if !goes_on {
                if token == Token::End {
                    return self.cut(scan, scan.line(), "in the middle of a statement");
                }
                return Err(scan.wrong(
                    Some(scan.line()),
                    "expected `VALUES` and rows, found something else; have the dump written with values only",
                ));
            }
        }
        let mut places = self.places(scan, list)?;
        if self.complete() {
            return Ok(());
        }
        loop {
            if scan.ends_statement()? {
                return Ok(());
            }
            let line = scan.line();
            match scan.next()? {
                Some(b',') => {}
                Some(b'(') => {
                    self.cells.start(line);
                    if !self.cells.row(scan)? {
                        return self.cut(scan, line, "in the middle of the row that begins there");
                    }
                    if places.is_none() {
                        let names = (1..=self.cells.len()).map(|n| format!("column_{n}")).collect();
                        let header = self.header.insert(Header::of(names));
                        places = Some(header.places.clone());
                        if self.complete() {
                            return Ok(());
                        }
                    }
                    self.emit(places.as_deref().unwrap_or_default())?;
                }
                // `ON DUPLICATE KEY ..`, `ON CONFLICT ..`
                Some(_) => {
                    scan.skip_statement()?;
                    return Ok(());
                }
                None => return self.cut(scan, line, "between two rows"),
            }
        }
    }

    /// Tells of the place where the dump is cut off, as of a row that cannot be read.
    pub(super) fn cut(&mut self, scan: &Scanner<'_>, line: u64, place: &str) -> Result<(), Error> {
        let Some(visit) = self.visit.as_deref_mut() else {
            return Err(scan.wrong(
                Some(line),
                "expected columns, found the end of the file: the dump is cut off; ask for it again",
            ));
        };
        self.rows += 1;
        let reason = format!(
            "`{}`, line {line}: the dump is cut off {place}; the rows before it are read; ask for the dump again",
            self.dump.file
        );
        visit(Row { line, content: Err(Defect::shape(reason)) })
    }

    /// Hands over the cells at hand as a row.
    pub(super) fn emit(&mut self, places: &[Option<usize>]) -> Result<(), Error> {
        self.rows += 1;
        let content = self.content(places);
        let (line, file) = (self.cells.line, &self.dump.file);
        let content = content.map_err(|defect| Defect {
            rule: defect.rule,
            reason: format!("`{file}`, line {line}: {}", defect.reason),
        });
        match self.visit.as_deref_mut() {
            Some(visit) => visit(Row { line, content: content.map(|()| &self.record) }),
            None => Ok(()),
        }
    }

    fn content(&mut self, places: &[Option<usize>]) -> Result<(), Defect> {
        if let Some(fault) = &self.cells.fault {
            return Err(Defect::shape(fault.clone()));
        }
        if self.cells.len() != places.len() {
            return Err(Defect::shape(format!(
                "expected {} values, found {}",
                places.len(),
                self.cells.len()
            )));
        }
        let Some(header) = &self.header else { return Ok(()) };
        let ordered = places.len() == header.names.len()
            && places.iter().enumerate().all(|(index, place)| *place == Some(index));
        self.record.clear();
        for (column, kind) in header.kinds.iter().enumerate() {
            let cell = if ordered {
                Some(column)
            } else {
                places.iter().position(|place| *place == Some(column))
            };
            let Some((bytes, written)) = cell.and_then(|cell| self.cells.get(cell)) else {
                self.record.push(None);
                continue;
            };
            if matches!(written, Written::Null) {
                self.record.push(None);
                continue;
            }
            self.text.clear();
            let name = &header.names[column];
            text_of(bytes, written, *kind, self.dump.dialect, &self.charset, &mut self.text)
                .map_err(|defect| Defect {
                    rule: defect.rule,
                    reason: format!("column `{name}` {}", defect.reason),
                })?;
            if self.text.contains('\0') {
                return Err(Defect::encoding(format!("column `{name}` holds a NUL character")));
            }
            self.record.push(Some(&self.text));
        }
        Ok(())
    }

    /// Ends the pass at the end of the file and returns the columns.
    pub(super) fn finish(self) -> Result<Vec<String>, Error> {
        let wrong = |line: Option<u64>, what: String| Error::Source {
            file: self.dump.file.clone(),
            line,
            what,
        };
        if let (Some(line), 0, true) = (self.divided, self.rows, self.visit.is_some()) {
            return Err(wrong(
                Some(line),
                "expected rows, found that they stand in the partitions of this table; state each partition as a source, or dump with `--load-via-partition-root`".to_owned(),
            ));
        }
        match self.header {
            Some(header) => {
                check_columns(&self.dump.file, &header.names)?;
                Ok(header.names)
            }
            None if self.chosen.is_some() => Err(wrong(
                None,
                format!(
                    "expected the columns of the table `{}`, found neither its `CREATE TABLE` nor a row; have it dumped again",
                    self.dump.table
                ),
            )),
            None => Err(wrong(
                None,
                format!(
                    "expected the table `{}`, found {}; correct `table` in the spec, or ask for the dump again if it is cut off",
                    self.dump.table,
                    listed(&self.seen)
                ),
            )),
        }
    }
}

fn kind_of(word: &str, postgres: bool) -> Kind {
    match (postgres, word.to_ascii_lowercase().as_str()) {
        (true, "bytea")
        | (false, "binary" | "varbinary" | "blob" | "tinyblob" | "mediumblob" | "longblob") => {
            Kind::Bytes
        }
        (false, "bit") => Kind::Bits,
        _ => Kind::Plain,
    }
}

/// Writes a cell as text: strings as characters, bytes as hexadecimal digits, bits of MySQL as a number.
fn text_of(
    bytes: &[u8],
    written: Written,
    kind: Kind,
    dialect: Dialect,
    charset: &Declared,
    out: &mut String,
) -> Result<(), Defect> {
    match (written, kind, dialect) {
        (Written::Null, _, _) => {}
        (Written::Default, _, _) => {
            return Err(Defect::shape(
                "is `DEFAULT`, expected a value; have the dump written with values only",
            ));
        }
        (Written::Plain, _, _) | (Written::Bits, _, Dialect::Postgres) => {
            out.push_str(&String::from_utf8_lossy(bytes));
        }
        (Written::Bits, _, Dialect::Mysql) => {
            let text = String::from_utf8_lossy(bytes);
            let number = u128::from_str_radix(&text, 2)
                .map_err(|_| Defect::shape("expected bits, found something else"))?;
            out.push_str(&number.to_string());
        }
        (Written::Bytes | Written::Text, Kind::Bits, _) if bytes.len() <= 8 => {
            let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            out.push_str(&number.to_string());
        }
        (Written::Text, Kind::Bytes, Dialect::Postgres) if bytes.starts_with(b"\\x") => {
            out.push_str(&String::from_utf8_lossy(&bytes[2..]).to_ascii_lowercase());
        }
        (Written::Bytes, _, _) | (Written::Text, Kind::Bytes, _) => hexadecimal(bytes, out),
        (Written::Text, Kind::Plain | Kind::Bits, _) => {
            charset.decode(bytes, out).map_err(Defect::encoding)?;
        }
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8], out: &mut String) {
    for digit in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
    }
}
