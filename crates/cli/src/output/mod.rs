//! What the command line says: data on stdout, talk on stderr. Everything that is printed goes through here.

pub(crate) mod colour;
pub(crate) mod error;
pub(crate) mod json;
pub(crate) mod number;
pub(crate) mod progress;
pub(crate) mod signed;
pub(crate) mod table;
pub(crate) mod timeline;
mod width;

use std::{
    cell::RefCell,
    io::{self, IsTerminal as _, Write as _},
};

use serde_json::Value;

use self::{
    colour::Colour,
    error::Failure,
    table::{Table, wrap},
};

/// The two streams of a command and how they are written.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    terminal: bool,
    width: usize,
    // Whether a line may not be longer than that: on a terminal, and where `COLUMNS` says so.
    limited: bool,
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
            terminal: stdout,
            width: width::of_stdout(stdout),
            limited: width::is_limited(stdout),
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

    /// Writes one line of data to stdout.
    pub(crate) fn line(&self, text: &str) {
        let mut broken = self.broken.borrow_mut();
        if broken.is_none()
            && let Err(error) = writeln!(io::stdout().lock(), "{}", self.harmless(text))
        {
            *broken = Some(error);
        }
    }

    /// Returns the text without control characters that data could bring to a terminal; colours of this program's own
    /// stay where it uses them.
    fn harmless<'a>(&self, text: &'a str) -> std::borrow::Cow<'a, str> {
        let coloured = self.terminal;
        let foreign = |letter: char| {
            letter.is_control()
                && letter != '\n'
                && letter != '\t'
                && !(coloured && letter == '\u{1b}')
        };
        if text.contains(foreign) { text.replace(foreign, "\u{fffd}").into() } else { text.into() }
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

    /// Writes a sentence to stdout, wrapped where lines are limited; the lines after the first are indented.
    pub(crate) fn sentence(&self, text: &str) {
        match self.limit() {
            Some(width) if text.chars().count() > width => {
                for (number, line) in wrap(text, width.saturating_sub(2)).iter().enumerate() {
                    let indent = if number == 0 { "" } else { "  " };
                    self.line(&format!("{indent}{line}"));
                }
            }
            Some(_) | None => self.line(text),
        }
    }

    /// Returns the columns that no line may exceed, where there is such a limit.
    fn limit(&self) -> Option<usize> {
        self.limited.then_some(self.width)
    }

    /// Writes one JSON value to stdout, on one line.
    pub(crate) fn value(&self, value: &Value) {
        self.line(&value.to_string());
    }

    /// Says a line on stderr.
    pub(crate) fn talk(&self, text: &str) {
        say(&format!("{text}\n"));
    }

    /// Asks on stderr; the answer is typed on the same line.
    pub(crate) fn ask(&self, question: &str) {
        say(question);
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

/// Writes talk. Where stderr cannot be written there is nowhere left to say so.
pub(crate) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}
