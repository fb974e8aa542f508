//! Ctrl-C, and a request to end: the terminal is left as it was found, and one line says what was stopped.
//!
//! Everything that this program keeps is whole or absent at any moment, so a process may simply end. What is left to
//! do is what a person sees: a password prompt has switched the echo off, a bar stands on the last line, and nothing
//! would say that the same command goes on from here.

use std::{
    io,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use indicatif::ProgressBar;
use rustix::termios::{self, OptionalActions, Termios};

use crate::output::{
    Output,
    colour::Colour,
    error::{Failure, INTERRUPTED},
    say,
};

/// What this process does, as far as whoever stops it must know.
struct Doing {
    /// The command, such as `landfall migration run`.
    command: String,
    json: bool,
    colour: Option<Colour>,
    width: Option<usize>,
    /// The bar that stands on the last line.
    bar: Option<ProgressBar>,
    /// Whether the last line waits for its end.
    open: bool,
    /// Whether an answer or a password is waited for.
    asking: bool,
    /// How the terminal was before a password was asked for.
    terminal: Option<Termios>,
}

static DOING: Mutex<Doing> = Mutex::new(Doing {
    command: String::new(),
    json: false,
    colour: None,
    width: None,
    bar: None,
    open: false,
    asking: false,
    terminal: None,
});

/// Whether the end has begun: it happens once.
static ENDING: AtomicBool = AtomicBool::new(false);

fn doing() -> MutexGuard<'static, Doing> {
    // What it holds is true whatever a thread did that panicked.
    DOING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to listen. Where a signal is ignored already, as under `nohup`, it stays so; where no handler can be set, a
/// signal ends the process as it ends any other.
pub(crate) fn listen(command: &str, output: &Output) {
    {
        let mut doing = doing();
        command.clone_into(&mut doing.command);
        doing.json = output.is_json();
        doing.colour = Some(output.talk_colour());
        doing.width = output.talk_limit();
    }
    let _ = ctrlc::try_set_handler(|| {
        end();
    });
}

/// Says which bar stands on the last line.
pub(crate) fn shows(bar: Option<ProgressBar>) {
    doing().bar = bar;
}

/// Says whether the last line waits for its end.
pub(crate) fn waits_for_end(open: bool) {
    doing().open = open;
}

/// Waits for what a person types; the terminal gets back how it was if they stop it instead.
pub(crate) fn asking<T>(ask: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    {
        let mut doing = doing();
        doing.asking = true;
        doing.terminal = termios::tcgetattr(io::stdin()).ok();
    }
    let answer = ask();
    if answer.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {
        // Ctrl-C at a prompt that reads letter by letter comes as an error, and as a signal at the same time.
        end();
    }
    let mut doing = doing();
    doing.asking = false;
    doing.terminal = None;
    answer
}

/// Ends the process: what is shown is cleared, what was not finished outside of the data directory is removed.
fn end() -> ! {
    if ENDING.swap(true, Ordering::SeqCst) {
        loop {
            thread::park();
        }
    }
    // Held to the end: nothing that shows progress gets on meanwhile.
    let doing = doing();
    if let Some(bar) = &doing.bar {
        bar.finish_and_clear();
    }
    if let Some(terminal) = &doing.terminal {
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Now, terminal);
    }
    if doing.open || doing.asking {
        say("\n");
    }
    landfall_operations::discard_unfinished();
    let failure = Failure::interrupted(message(&doing.command, doing.asking));
    let colour = doing.colour.unwrap_or_else(|| Colour::wanted(false));
    failure.tell_as(doing.json, colour, doing.width);
    std::process::exit(i32::from(INTERRUPTED))
}

/// Says what was stopped and how it goes on.
fn message(command: &str, asking: bool) -> String {
    if asking {
        format!("`{command}` was stopped at the question; nothing was done")
    } else {
        format!(
            "`{command}` was stopped; nothing is half visible, and the same command, run again, completes it"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stopped_is_named_with_how_it_goes_on() {
        let running = message("landfall migration run", false);
        assert!(running.starts_with("`landfall migration run` was stopped"), "{running}");
        assert!(running.contains("the same command, run again, completes it"), "{running}");
        assert!(message("landfall init", true).ends_with("nothing was done"));
    }
}
