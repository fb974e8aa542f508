//! What the command line says: data on stdout, talk on stderr. Everything that is printed goes through here.

pub(crate) mod clean;
pub(crate) mod colour;
pub(crate) mod error;
pub(crate) mod json;
pub(crate) mod number;
pub(crate) mod progress;
pub(crate) mod signed;
pub(crate) mod table;
pub(crate) mod timeline;
mod width;
pub(crate) mod wrap;

use std::{
    cell::RefCell,
    io::{self, IsTerminal as _, Write as _},
};

use serde_json::Value;

use self::{colour::Colour, error::Failure, table::Table};

/// The two streams of a command and how they are written.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    width: usize,
    // Whether a line may not be longer than that: on a terminal, and where `COLUMNS` says so.
    limited: bool,
    // The columns that talk may not exceed, where there is such a limit.
    talk_limit: Option<usize>,
    data: Colour,
    talk: Colour,
    // The first failure to write data; a command that cannot say its result has not succeeded.
    broken: RefCell<Option<io::Error>>,
}

impl Output {
    /// Looks at the streams: whether they are terminals, how wide, whether colours are wanted.
    pub(crate) fn new(json: bool) -> Self {
        let stdout = io::stdout().is_terminal();
        let stderr = io::stderr().is_terminal();
        Self {
            json,
            width: width::of(io::stdout()),
            limited: width::is_limited(stdout),
            talk_limit: width::is_limited(stderr).then(|| width::of(io::stderr())),
            data: Colour::wanted(stdout && !json),
            talk: Colour::wanted(stderr && !json),
            broken: RefCell::new(None),
        }
    }

    /// Tells whether stdout takes JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Returns the columns of stdout.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Returns the colours of stdout.
    pub(crate) fn colour(&self) -> Colour {
        self.data
    }

    /// Returns the colours of stderr.
    pub(crate) fn talk_colour(&self) -> Colour {
        self.talk
    }

    /// Returns the columns that talk may not exceed, where there is such a limit.
    pub(crate) fn talk_limit(&self) -> Option<usize> {
        self.talk_limit
    }

    /// Writes one line of data to stdout. It stays one line, and nothing in it reaches a terminal as a command.
    pub(crate) fn line(&self, text: &str) {
        self.write(&clean::line(text, self.data.is_on()));
    }

    fn write(&self, line: &str) {
        let mut broken = self.broken.borrow_mut();
        if broken.is_none()
            && let Err(error) = writeln!(io::stdout().lock(), "{line}")
        {
            *broken = Some(error);
        }
    }

    /// Writes lines of data to stdout.
    pub(crate) fn lines(&self, lines: &[String]) {
        for line in lines {
            self.line(line);
        }
    }

    /// Writes a table to stdout. On a terminal, and where `COLUMNS` is set, it is laid out within the width; elsewhere
    /// every row is one line.
    pub(crate) fn table(&self, table: &Table) {
        self.lines(&table.render(self.limit(), self.data));
    }

    /// Writes a table to stdout, or says on stderr that there is nothing: a line of headings alone says it badly.
    pub(crate) fn table_or(&self, table: &Table, nothing: &str) {
        if table.is_empty() {
            self.talk(nothing);
        } else {
            self.table(table);
        }
    }

    /// Writes a sentence to stdout, wrapped where lines are limited; the lines after the first are indented.
    pub(crate) fn sentence(&self, text: &str) {
        match self.limit() {
            Some(width) => {
                self.lines(&wrap::lines(&clean::line(text, self.data.is_on()), width, 2))
            }
            None => self.line(text),
        }
    }

    /// Returns the columns that no line may exceed, where there is such a limit.
    fn limit(&self) -> Option<usize> {
        self.limited.then_some(self.width)
    }

    /// Writes one JSON value to stdout, on one line.
    pub(crate) fn value(&self, value: &Value) {
        self.write(&clean::json(&value.to_string()));
    }

    /// Says a line on stderr, or several as the command writes them, wrapped where lines are limited. A command to type
    /// is never broken.
    pub(crate) fn talk(&self, text: &str) {
        for line in text.split('\n') {
            let line = clean::line(line, self.talk.is_on());
            match self.talk_limit.filter(|_| !line.starts_with("next: ")) {
                Some(width) => wrap::lines(&line, width, 2).iter().for_each(|line| say_line(line)),
                None => say_line(&line),
            }
        }
    }

    /// Says a command on stderr, on a line of its own, which is never broken: it is there to be copied.
    pub(crate) fn talk_command(&self, command: &str) {
        say_line(&clean::plain(&format!("  {command}")));
    }

    /// Asks on stderr; the answer is typed on the same line.
    pub(crate) fn ask(&self, question: &str) {
        say(&clean::plain(question));
    }

    /// Tells whether all data could be written.
    ///
    /// # Errors
    /// When stdout took less than it was given, unless its reader has gone away.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        let flushed = io::stdout().lock().flush();
        let first = self.broken.borrow_mut().take().or_else(|| flushed.err());
        match first {
            // `landfall ledger show | head` is no failure.
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Some(error) => Err(Failure::writing("the output", &error)),
            None => Ok(()),
        }
    }
}

/// Writes a line of talk that is clean.
fn say_line(line: &str) {
    say(&format!("{line}\n"));
}

/// Writes talk that is clean. Where stderr cannot be written there is nowhere left to say so.
pub(crate) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}
