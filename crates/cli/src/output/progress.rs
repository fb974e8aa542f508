//! The progress of an operation: bars on a terminal, plain lines elsewhere; always on stderr.

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use landfall_operations::Reporter;

use super::{
    Output,
    colour::{Colour, Tone},
    number::grouped,
    say,
};

/// How often a bar without news turns.
const TICK: Duration = Duration::from_millis(120);

/// Shows what an operation does.
#[derive(Debug)]
pub(crate) struct Progress {
    bars: bool,
    colour: Colour,
    steps: usize,
    // The bar of the step that runs.
    bar: Option<ProgressBar>,
    has_length: bool,
    // Whether the line of the step that runs waits for its end.
    open: bool,
}

impl Progress {
    /// Decides between bars and lines.
    pub(crate) fn new(output: &Output) -> Self {
        Self {
            bars: io::stderr().is_terminal() && !output.is_json(),
            colour: output.talk_colour(),
            steps: 0,
            bar: None,
            has_length: false,
            open: false,
        }
    }

    /// Ends what is being shown, so that a whole line can follow.
    fn close(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if std::mem::take(&mut self.open) {
            say("\n");
        }
    }
}

impl Reporter for Progress {
    fn operation(&mut self, title: &str, steps: usize) {
        self.close();
        self.steps = steps;
        say(&format!("{}\n", self.colour.paint(Tone::Heading, title)));
    }

    fn step(&mut self, number: usize, title: &str) {
        self.close();
        let text = beginning(number, self.steps, title);
        if self.bars {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style("{spinner} {prefix}  {msg}"));
            bar.set_prefix(text);
            bar.enable_steady_tick(TICK);
            self.bar = Some(bar);
            self.has_length = false;
        } else {
            say(&format!("{text} ..."));
            self.open = true;
        }
    }

    fn progress(&mut self, done: u64, total: Option<u64>, unit: &str) {
        // Lines say how much at the end only: a log of percentages is of no use.
        let Some(bar) = &self.bar else { return };
        match total {
            Some(total) => {
                if !self.has_length {
                    bar.set_style(style("{spinner} {prefix}  {bar:24} {msg}"));
                    self.has_length = true;
                }
                bar.set_length(total);
                bar.set_message(format!("{} of {} {unit}", grouped(done), grouped(total)));
            }
            None => bar.set_message(format!("{} {unit}", grouped(done))),
        }
        bar.set_position(done);
    }

    fn step_done(&mut self, number: usize, title: &str, note: &str) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        let done = ending(self.colour, note);
        if std::mem::take(&mut self.open) {
            say(&format!("{done}\n"));
        } else {
            // A bar was cleared, or the step was done by an earlier attempt and never began here.
            say(&format!("{} ...{done}\n", beginning(number, self.steps, title)));
        }
    }

    fn note(&mut self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say(&format!("{text}\n"))),
            None => {
                if std::mem::take(&mut self.open) {
                    say("\n");
                }
                say(&format!("{text}\n"));
            }
        }
    }
}

impl Drop for Progress {
    // An operation that stops in the middle of a step leaves a clean line for the error that follows.
    fn drop(&mut self) {
        self.close();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Returns the beginning of a step's line: `step 3/12 load migration output 1a2b3c into Main`.
fn beginning(number: usize, steps: usize, title: &str) -> String {
    if steps == 0 {
        format!("step {number} {title}")
    } else {
        format!("step {number}/{steps} {title}")
    }
}

/// Returns the end of a step's line: ` done 41,230 rows`.
fn ending(colour: Colour, note: &str) -> String {
    let done = colour.paint(Tone::Done, "done");
    if note.is_empty() { format!(" {done}") } else { format!(" {done} {note}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_one_line() {
        let line = format!(
            "{} ...{}",
            beginning(3, 12, "load migration output 1a2b3c into Main"),
            ending(Colour::OFF, "41,230 rows")
        );
        assert_eq!(line, "step 3/12 load migration output 1a2b3c into Main ... done 41,230 rows");
    }
}
