//! How many columns a line may have.

use std::os::fd::AsFd;

use rustix::termios;

/// The columns where nobody says otherwise: a pipe, a file.
const PIPED: usize = 80;
/// A timeline narrower than this shows nothing, one wider is hard to follow by eye.
const USABLE: std::ops::RangeInclusive<usize> = 40..=400;

/// Returns the columns of a stream: what `COLUMNS` says, else what the terminal says, else 80.
pub(crate) fn of(stream: impl AsFd) -> usize {
    let columns = said().or_else(|| of_terminal(stream)).unwrap_or(PIPED);
    columns.clamp(*USABLE.start(), *USABLE.end())
}

/// Tells whether somebody has said how wide lines are, by `COLUMNS` or by a terminal; else a row may be of any length.
pub(crate) fn is_limited(terminal: bool) -> bool {
    terminal || said().is_some()
}

/// Returns what `COLUMNS` says; 0 says nothing.
fn said() -> Option<usize> {
    read(&std::env::var("COLUMNS").ok()?)
}

fn read(text: &str) -> Option<usize> {
    text.parse().ok().filter(|columns| *columns > 0)
}

/// Asks the terminal; what is no terminal, or does not know how wide it is, says nothing.
fn of_terminal(stream: impl AsFd) -> Option<usize> {
    let size = termios::tcgetwinsize(stream).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_always_usable() {
        assert!(USABLE.contains(&of(std::io::stdout())));
        assert!(USABLE.contains(&of(std::io::stderr())));
    }

    #[test]
    fn columns_that_are_none_say_nothing() {
        assert_eq!(read("100"), Some(100));
        for nothing in ["0", "-5", "abc", ""] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }
}
