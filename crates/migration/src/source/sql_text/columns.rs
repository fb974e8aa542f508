//! The columns of the chosen table: their names, what they hold, and where a statement's values belong.

use std::collections::BTreeSet;

use super::{Cells, Dialect, Pass, Scanner, Token, values::MOST_CELLS};
use crate::error::Error;

/// What a column holds, as far as the way it is written depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The dump has no `CREATE TABLE` that says it.
    Unknown,
    /// Texts of MySQL.
    Text,
    /// Numbers of MySQL.
    Number,
    Bytes,
    /// Bits of MySQL.
    Bits,
    /// What is written as it reads: dates, truth values, and in PostgreSQL all but bytes.
    Other,
}

/// The columns of the chosen table.
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) kinds: Vec<Kind>,
    /// Whether the spec wants the column.
    pub(super) wanted: Vec<bool>,
    /// Every column of the table with its place among the names; none for those that the database computes.
    all: Vec<(String, Option<usize>)>,
    /// The line of the statement that names them.
    line: u64,
    /// Whether that is the `CREATE TABLE`.
    pub(super) created: bool,
    /// Whether the table keeps its history: `WITH SYSTEM VERSIONING`.
    versioned: bool,
}

impl Header {
    fn empty(line: u64, created: bool) -> Self {
        Self {
            names: Vec::new(),
            kinds: Vec::new(),
            wanted: Vec::new(),
            all: Vec::new(),
            line,
            created,
            versioned: false,
        }
    }

    fn add(&mut self, name: String, kind: Kind, computed: bool, ignored: &BTreeSet<String>) {
        self.all.push((name.clone(), (!computed).then_some(self.names.len())));
        if !computed {
            self.wanted.push(!ignored.contains(&name));
            self.names.push(name);
            self.kinds.push(kind);
        }
    }
}

/// Where the values of a statement belong.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// For every column of the source the value that fills it.
    pub(super) cells: Vec<Option<usize>>,
    /// How many values a row has.
    pub(super) count: usize,
}

impl Places {
    /// Takes the columns of a statement in its order; a value that nobody wants is not judged.
    fn take(
        &mut self,
        header: &Header,
        of: impl Iterator<Item = Option<usize>>,
        cells: &mut Cells,
    ) {
        self.cells.clear();
        self.cells.resize(header.names.len(), None);
        self.count = 0;
        cells.unjudged.clear();
        for place in of {
            let wanted = place.and_then(|place| header.wanted.get(place)).copied();
            cells.unjudged.push(!wanted.unwrap_or(false));
            if let Some(place) = place
                && let Some(cell) = self.cells.get_mut(place)
            {
                cell.get_or_insert(self.count);
            }
            self.count += 1;
        }
    }
}

impl Pass<'_> {
    /// Reads `CREATE TABLE name` from behind the name.
    pub(in crate::source) fn create_table(&mut self, scan: &mut Scanner<'_>) -> Result<(), Error> {
        let line = scan.line();
        scan.blank()?;
        if scan.peek(0)? != Some(b'(') {
            scan.skip_statement()?;
            return Ok(());
        }
        scan.step(1);
        let mut header = Header::empty(line, true);
        loop {
            match self.definition(scan, &mut header)? {
                Behind::Comma => {}
                Behind::Last => break,
                // The columns that are there may not be all.
                Behind::File => return Ok(()),
            }
        }
        // Behind the columns: what says that they are not all, or that the rows stand elsewhere.
        let mut all = !header.names.is_empty();
        while !scan.ends_statement()? {
            let token = scan.token()?;
            match token {
                Token::End => break,
                _ if token.is("inherits") => all = false,
                _ if token.is("versioning") => header.versioned = true,
                _ if token.is("partition") && scan.dialect() == Dialect::Postgres => {
                    self.divided = Some(line);
                }
                Token::Word(_) | Token::Name(_) | Token::Text | Token::Symbol(_) => {}
            }
        }
        if !all {
            return Ok(());
        }
        if let Some(first) = &self.header {
            let what = if !first.created || self.rows > 0 {
                "behind rows of the table"
            } else if first.all != header.all || first.kinds != header.kinds {
                "with other columns"
            } else {
                return Ok(());
            };
            let reason = format!(
                "expected one `CREATE TABLE` of `{}`, found a second one {what} (the first statement of the table is in line {}): the file holds more than one dump; ask for one dump, or split the file and state the part that is meant",
                self.dump.table, first.line
            );
            return Err(scan.wrong(Some(line), reason));
        }
        self.header = Some(header);
        Ok(())
    }

    /// Reads one column or constraint.
    fn definition(&mut self, scan: &mut Scanner<'_>, header: &mut Header) -> Result<Behind, Error> {
        let postgres = scan.dialect() == Dialect::Postgres;
        let (name, quoted) = match scan.token()? {
            Token::Name(name) => (name, true),
            Token::Word(word) => (scan.folded(word), false),
            Token::Symbol(b')') => return Ok(Behind::Last),
            Token::End => return Ok(Behind::File),
            Token::Symbol(_) | Token::Text => (String::new(), true),
        };
        let lower = name.to_ascii_lowercase();
        let mut column = !name.is_empty();
        if !quoted {
            let both = ["constraint", "primary", "unique", "foreign", "check", "like"];
            let mysql = ["key", "index", "fulltext", "spatial"];
            column &=
                !both.contains(&lower.as_str()) && (postgres || !mysql.contains(&lower.as_str()));
        }
        let mut of = Type::default();
        let mut pieces = 0_usize;
        let mut computed = false;
        let mut depth = 0_usize;
        let mut after_as = false;
        let behind = loop {
            let token = scan.token()?;
            pieces += 1;
            match token {
                Token::End => return Ok(Behind::File),
                Token::Symbol(b',') if depth == 0 => break Behind::Comma,
                Token::Symbol(b')') if depth == 0 => break Behind::Last,
                Token::Symbol(b'(' | b'[') => {
                    computed |= depth == 0 && after_as;
                    column &= !(pieces == 1 && !quoted && lower == "exclude");
                    depth += 1;
                }
                Token::Symbol(b')' | b']') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if pieces == 1 && !quoted {
                column &= !(token.is("using") && lower == "exclude");
                column &= !(token.is("for") && lower == "period" && !postgres);
            }
            after_as = token.is("as");
            of.piece(pieces, token);
        };
        if column {
            if header.all.len() == MOST_CELLS {
                return Err(scan.wrong(
                    Some(scan.line()),
                    format!("expected at most {MOST_CELLS} columns, found more; correct `table`, or have the table dumped in parts"),
                ));
            }
            let kind = self.kind(&of, postgres);
            header.add(name, kind, computed, &self.dump.ignored);
        }
        Ok(behind)
    }

    fn kind(&self, of: &Type, postgres: bool) -> Kind {
        let kind = kind_of(&of.name, postgres);
        let is_domain = |whole: &String| match (&of.schema, whole.rsplit_once('.')) {
            (Some(schema), Some((before, name))) => name == of.name && before == schema,
            (None, Some((_, name))) => name == of.name,
            (_, None) => false,
        };
        if of.list {
            Kind::Other
        } else if postgres && kind == Kind::Other && self.byte_domains.iter().any(is_domain) {
            Kind::Bytes
        } else {
            kind
        }
    }

    /// Takes note of `CREATE DOMAIN schema.name AS type` of PostgreSQL, from behind the name.
    pub(in crate::source) fn domain(
        &mut self,
        scan: &mut Scanner<'_>,
        schema: &str,
        name: &str,
    ) -> Result<(), Error> {
        let mut of = Type::default();
        let mut pieces = 0_usize;
        while !scan.ends_statement()? {
            let token = scan.token()?;
            if token == Token::End {
                return Ok(());
            }
            if pieces > 0 || !token.is("as") {
                pieces += 1;
                of.piece(pieces, token);
            }
        }
        if self.kind(&of, true) == Kind::Bytes && self.byte_domains.len() < 1000 {
            self.byte_domains.insert(format!("{schema}.{name}"));
        }
        Ok(())
    }

    /// Reads a list of columns behind its `(`.
    pub(in crate::source) fn column_list(
        &mut self,
        scan: &mut Scanner<'_>,
    ) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        loop {
            let name = match scan.token()? {
                Token::Name(name) => name,
                Token::Word(word) => scan.folded(word),
                Token::Symbol(b',') => continue,
                Token::Symbol(b')') | Token::End => return Ok(names),
                Token::Symbol(_) | Token::Text => {
                    return Err(scan.wrong(
                        Some(scan.line()),
                        "expected a list of columns, found something else; correct the statement",
                    ));
                }
            };
            if names.len() == MOST_CELLS {
                return Err(scan.wrong(
                    Some(scan.line()),
                    format!("expected a list of at most {MOST_CELLS} columns, found more; correct the statement"),
                ));
            }
            names.push(name);
        }
    }

    /// Finds for every value of a statement its place in the header; false when the columns are not known yet.
    pub(in crate::source) fn places(
        &mut self,
        scan: &Scanner<'_>,
        list: Option<Vec<String>>,
    ) -> Result<bool, Error> {
        let Some(list) = list else {
            let Some(header) = &self.header else {
                self.cells.unjudged.clear();
                for name in &self.dump.ignored {
                    let number =
                        name.strip_prefix("column_").and_then(|text| text.parse::<usize>().ok());
                    if let Some(number @ 1..=MOST_CELLS) = number {
                        let least = number.max(self.cells.unjudged.len());
                        self.cells.unjudged.resize(least, false);
                        if let Some(unjudged) = self.cells.unjudged.get_mut(number - 1) {
                            *unjudged = true;
                        }
                    }
                }
                return Ok(false);
            };
            let of = header.all.iter().map(|(_, place)| *place);
            self.places.take(header, of, &mut self.cells);
            return Ok(true);
        };
        if self.header.is_none() {
            self.list(list.clone(), scan.line());
        }
        let Some(header) = &self.header else { return Ok(false) };
        let mut of = Vec::with_capacity(list.len());
        for (index, name) in list.iter().enumerate() {
            let same = |other: &String| match self.dump.dialect {
                Dialect::Postgres => other == name,
                Dialect::Mysql => other.eq_ignore_ascii_case(name),
            };
            let Some((_, place)) = header.all.iter().find(|(other, _)| same(other)) else {
                let history = header.versioned
                    && ["row_start", "row_end"].iter().any(|end| name.eq_ignore_ascii_case(end));
                let what = if history {
                    "expected the rows as they are now, found all that they ever were (`row_start`, `row_end`); have the table dumped without `--dump-history`".to_owned()
                } else {
                    // No name: after a fault in the dump it may be somebody's data.
                    format!(
                        "expected columns that the statement in line {} has, found another one in place {} of the list; have the table dumped anew, with its `CREATE TABLE`",
                        header.line,
                        index + 1
                    )
                };
                return Err(scan.wrong(Some(scan.line()), what));
            };
            of.push(*place);
        }
        self.places.take(header, of.into_iter(), &mut self.cells);
        Ok(true)
    }

    /// Numbers the columns, which nothing names, by the row at hand.
    pub(in crate::source) fn number_columns(&mut self, scan: &Scanner<'_>) -> Result<(), Error> {
        let count = self.cells.len();
        if count > MOST_CELLS {
            return Err(scan.wrong(
                Some(self.cells.line),
                format!("expected at most {MOST_CELLS} values in a row, found {count}; have the table dumped anew"),
            ));
        }
        let names = (1..=count).map(|number| format!("column_{number}")).collect();
        self.list(names, self.cells.line);
        self.places(scan, None).map(|_| ())
    }

    fn list(&mut self, names: Vec<String>, line: u64) {
        let mut header = Header::empty(line, false);
        for name in names {
            header.add(name, Kind::Unknown, false, &self.dump.ignored);
        }
        self.header = Some(header);
    }
}

/// What stands behind a definition of `CREATE TABLE`.
enum Behind {
    Comma,
    Last,
    File,
}

/// The type of a column.
#[derive(Default)]
struct Type {
    schema: Option<String>,
    name: String,
    /// Whether it is a list of them: `bytea[]`.
    list: bool,
    dotted: bool,
}

impl Type {
    /// Takes a piece behind the column's name, the first with the number 1.
    fn piece(&mut self, number: usize, token: Token) {
        match (number, token) {
            (1, Token::Word(word)) => self.name = word.to_ascii_lowercase(),
            (1, Token::Name(name)) => self.name = name,
            (2, Token::Symbol(b'.')) => self.dotted = true,
            (3, Token::Word(word)) if self.dotted => {
                self.schema = Some(std::mem::replace(&mut self.name, word.to_ascii_lowercase()));
            }
            (3, Token::Name(name)) if self.dotted => {
                self.schema = Some(std::mem::replace(&mut self.name, name));
            }
            (2, Token::Symbol(b'[')) => self.list = true,
            (4, Token::Symbol(b'[')) => self.list |= self.dotted,
            _ => {}
        }
    }
}

fn kind_of(word: &str, postgres: bool) -> Kind {
    if postgres {
        return if word == "bytea" { Kind::Bytes } else { Kind::Other };
    }
    match word.to_ascii_lowercase().as_str() {
        "binary" | "varbinary" | "blob" | "tinyblob" | "mediumblob" | "longblob" | "geometry"
        | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" | "vector" => Kind::Bytes,
        "bit" => Kind::Bits,
        "char" | "varchar" | "character" | "nchar" | "nvarchar" | "national" | "text"
        | "tinytext" | "mediumtext" | "longtext" | "enum" | "set" | "json" => Kind::Text,
        "int" | "integer" | "tinyint" | "smallint" | "mediumint" | "bigint" | "serial" | "bool"
        | "boolean" | "decimal" | "dec" | "numeric" | "fixed" | "float" | "double" | "real"
        | "year" => Kind::Number,
        _ => Kind::Other,
    }
}
