//! The rows of the chosen table: `INSERT`s, and what stands between them or ends them.

use super::{Dialect, Pass, Scanner, Token};
use crate::{
    error::Error,
    source::{Defect, Row},
};

impl Pass<'_> {
    /// Reads `INSERT INTO name` from behind the name of the chosen table.
    pub(in crate::source) fn insert(&mut self, scan: &mut Scanner<'_>) -> Result<(), Error> {
        scan.blank()?;
        let mut list = None;
        if scan.peek(0)? == Some(b'(') {
            scan.step(1);
            list = Some(self.column_list(scan)?);
        }
        loop {
            let line = scan.line();
            let token = scan.token()?;
            // MySQL knows `VALUE` for `VALUES`; PostgreSQL has `OVERRIDING SYSTEM VALUE` before it.
            let mysql = scan.dialect() == Dialect::Mysql;
            if token.is("values") || (mysql && token.is("value")) {
                break;
            }
            let goes_on =
                ["overriding", "system", "user", "value"].iter().any(|word| token.is(word));
            if !goes_on {
                // The end of the file leaves the first letters of `VALUES`.
                if token == Token::End || scan.at_end()? {
                    return self.cut(scan, line, "in the middle of a statement");
                }
                return Err(scan.wrong(
                    Some(scan.line()),
                    "expected `VALUES` and rows, found something else; have the dump written with values only",
                ));
            }
        }
        let mut known = self.places(scan, list)?;
        if self.complete() {
            return Ok(());
        }
        loop {
            if scan.ends_statement()? {
                return Ok(());
            }
            let line = scan.line();
            match scan.peek(0)? {
                Some(b',') => scan.step(1),
                Some(b'(') => {
                    scan.step(1);
                    self.cells.start(line);
                    if !self.cells.row(scan)? {
                        return self.cut(scan, line, "in the middle of the row that begins there");
                    }
                    if !known {
                        self.number_columns(scan)?;
                        known = true;
                        if self.complete() {
                            return Ok(());
                        }
                    }
                    self.emit()?;
                }
                Some(_) => return self.behind_rows(scan, line),
                None => return self.cut(scan, line, "between two rows"),
            }
        }
    }

    /// Steps over `ON DUPLICATE KEY ..`, `ON CONFLICT ..`; what else stands behind rows may have rows behind it.
    fn behind_rows(&mut self, scan: &mut Scanner<'_>, line: u64) -> Result<(), Error> {
        let token = scan.token()?;
        let known = ["on", "returning", "as"].iter().any(|word| token.is(word));
        // With `DELIMITER //` a semicolon may stand before it.
        if token == Token::Symbol(b';') && scan.ends_statement()? {
            return Ok(());
        }
        if !known {
            self.defect(
                line,
                "expected `,` or `;` behind a row, found something else; what follows up to the next `;` is not read; ask for the dump again",
            )?;
        }
        scan.skip_statement().map(|_| ())
    }

    /// Steps over a statement that gives rows to another table, from behind its name. Where that is not followed by rows,
    /// the name may be damaged, and the rows may be those of the chosen table.
    pub(in crate::source) fn skip_insert(
        &mut self,
        scan: &mut Scanner<'_>,
        line: u64,
    ) -> Result<(), Error> {
        let words = [
            "values",
            "value",
            "select",
            "with",
            "table",
            "set",
            "default",
            "overriding",
            "as",
            "partition",
        ];
        scan.blank()?;
        if scan.peek(0)? != Some(b'(') && scan.peek(0)?.is_some() {
            let token = scan.token()?;
            if !words.iter().any(|word| token.is(word)) && token != Token::End {
                self.damaged(line)?;
            }
        }
        scan.skip_statement().map(|_| ())
    }

    /// Tells of a statement that cannot be understood.
    pub(in crate::source) fn damaged(&mut self, line: u64) -> Result<(), Error> {
        self.defect(
            line,
            "expected a statement of SQL, found a damaged one, which may have held rows; ask for the dump again",
        )
    }

    /// Reads a statement that changes rows, from behind `UPDATE`, `DELETE` or `TRUNCATE` to its end.
    pub(in crate::source) fn change(
        &mut self,
        scan: &mut Scanner<'_>,
        name: &[String],
    ) -> Result<(), Error> {
        let line = scan.line();
        let whole = name.join(".");
        let chosen = self.chosen.as_deref().is_some_and(|chosen| {
            chosen == whole
                || (self.dump.dialect == Dialect::Mysql && chosen.eq_ignore_ascii_case(&whole))
        });
        if chosen && self.rows > 0 {
            self.defect(
                line,
                "expected rows only, found `UPDATE`, `DELETE` or `TRUNCATE` of the table behind them, which is not carried out; have the table dumped anew",
            )?;
        }
        scan.skip_statement().map(|_| ())
    }

    /// Tells of the place where the dump is cut off, as of a row that cannot be read.
    pub(in crate::source) fn cut(
        &mut self,
        scan: &Scanner<'_>,
        line: u64,
        place: &str,
    ) -> Result<(), Error> {
        if self.visit.is_none() {
            return Err(scan.wrong(
                Some(line),
                "expected columns, found the end of the file: the dump is cut off; ask for it again",
            ));
        }
        self.told = true;
        self.defect(
            line,
            &format!(
                "the dump is cut off {place}; the rows before it are read; ask for the dump again"
            ),
        )
    }

    /// Hands over the cells at hand as a row.
    pub(in crate::source) fn emit(&mut self) -> Result<(), Error> {
        self.rows += 1;
        let content = self.content();
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

    /// Hands over what makes rows unreadable as a row that cannot be read.
    pub(super) fn defect(&mut self, line: u64, reason: &str) -> Result<(), Error> {
        self.rows += 1;
        let reason = format!("`{}`, line {line}: {reason}", self.dump.file);
        match self.visit.as_deref_mut() {
            Some(visit) => visit(Row { line, content: Err(Defect::shape(reason)) }),
            None => Ok(()),
        }
    }
}
