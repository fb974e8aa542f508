//! The progress of an operation: bars on a terminal, plain lines elsewhere; always on stderr.

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use landfall_operations::Reporter;

use super::{
    Output, clean,
    colour::{Colour, Tone},
    number::grouped,
    say, wrap,
};
use crate::interrupt;

/// How often a bar without news turns.
const TICK: Duration = Duration::from_millis(120);
/// What a line of progress is: a mark that turns, and as much text as the line holds.
const TEMPLATE: &str = "{spinner} {wide_msg}";
/// The columns that the turning mark takes, and the last one, which stays free.
const BESIDE: usize = 3;
/// The columns of a bar; it is drawn where the line has room for it.
const BAR: u64 = 24;
/// The columns where nobody says otherwise.
const COLUMNS: usize = 80;

/// Shows what an operation does.
#[derive(Debug)]
pub(crate) struct Progress {
    bars: bool,
    colour: Colour,
    limit: Option<usize>,
    steps: usize,
    // The line of the step that runs, and the text it begins with.
    bar: Option<(ProgressBar, String)>,
    // Whether the line of the step that runs waits for its end.
    open: bool,
}

impl Progress {
    /// Decides between bars and lines: a terminal that cannot go back within a line gets lines.
    pub(crate) fn new(output: &Output) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|text| text == "dumb");
        Self {
            bars: io::stderr().is_terminal() && !is_dumb && !output.is_json(),
            colour: output.talk_colour(),
            limit: output.talk_limit(),
            steps: 0,
            bar: None,
            open: false,
        }
    }

    /// Ends what is being shown, so that a whole line can follow.
    fn close(&mut self) {
        self.clear();
        if self.end_line() {
            say("\n");
        }
    }

    /// Takes the bar away, if there is one.
    fn clear(&mut self) {
        if let Some((bar, _)) = self.bar.take() {
            bar.finish_and_clear();
            interrupt::shows(None);
        }
    }

    /// Tells whether a line waited for its end; it does not any more.
    fn end_line(&mut self) -> bool {
        interrupt::waits_for_end(false);
        std::mem::take(&mut self.open)
    }

    /// Says a whole line, wrapped where lines are limited.
    fn whole(&self, text: &str) {
        let line = clean::line(text, self.colour.is_on());
        let lines = match self.limit {
            Some(width) => wrap::lines(&line, width, 2),
            None => vec![line.into_owned()],
        };
        for line in lines {
            say(&format!("{line}\n"));
        }
    }
}

impl Reporter for Progress {
    fn operation(&mut self, title: &str, steps: usize) {
        self.close();
        self.steps = steps;
        self.whole(&self.colour.paint(Tone::Heading, title));
    }

    fn step(&mut self, number: usize, title: &str) {
        self.close();
        let text = clean::plain(&beginning(number, self.steps, title)).into_owned();
        if self.bars {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style(TEMPLATE));
            bar.set_message(text.clone());
            bar.enable_steady_tick(TICK);
            interrupt::shows(Some(bar.clone()));
            self.bar = Some((bar, text));
        } else {
            interrupt::waits_for_end(true);
            say(&format!("{text} ..."));
            self.open = true;
        }
    }

    fn progress(&mut self, done: u64, total: Option<u64>, unit: &str) {
        // Lines say how much at the end only: a log of percentages is of no use.
        let Some((bar, text)) = &self.bar else { return };
        let room = self.limit.unwrap_or(COLUMNS).saturating_sub(BESIDE);
        bar.set_message(during(text, done, total, &clean::plain(unit), room));
    }

    fn step_done(&mut self, number: usize, title: &str, note: &str) {
        self.clear();
        let done = ending(self.colour, note);
        if self.end_line() {
            say(&format!("{}\n", clean::line(&done, self.colour.is_on())));
        } else {
            // A bar was cleared, or the step was done by an earlier attempt and never began here.
            self.whole(&format!("{} ...{done}", beginning(number, self.steps, title)));
        }
    }

    fn note(&mut self, text: &str) {
        if let Some((bar, _)) = &self.bar {
            bar.suspend(|| self.whole(text));
            return;
        }
        if self.end_line() {
            say("\n");
        }
        self.whole(text);
    }
}

impl Drop for Progress {
    // An operation that stops in the middle of a step leaves a clean line for the error that follows.
    fn drop(&mut self) {
        self.close();
    }
}

/// Returns what the line of a step shows while it runs, within `room` columns: the title, a bar where there is room for
/// one, and how much is done.
fn during(title: &str, done: u64, total: Option<u64>, unit: &str, room: usize) -> String {
    let Some(total) = total else {
        return within(title, &format!("{} {unit}", grouped(done)), room);
    };
    let much = format!("{} of {} {unit}", grouped(done), grouped(total));
    let full = done.min(total).saturating_mul(BAR).checked_div(total).unwrap_or(BAR);
    let bar: String = (0..BAR).map(|at| if at < full { '█' } else { '░' }).collect();
    let long = format!("{bar} {much}");
    if wrap::columns(title) + 2 + wrap::columns(&long) <= room {
        within(title, &long, room)
    } else {
        within(title, &much, room)
    }
}

/// Returns a title and what stands behind it; the title is cut where both have no room.
fn within(title: &str, behind: &str, room: usize) -> String {
    let left = room.saturating_sub(wrap::columns(behind) + 2);
    format!("{}  {behind}", wrap::cut(title, left))
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
    fn a_line_of_progress_keeps_within_the_terminal() {
        let title = "step 2/5 load migration output e6be0736d275 into Main";
        let narrow = during(title, 9, Some(21), "tables", 77);
        assert_eq!(narrow, "step 2/5 load migration output e6be0736d275 into Main  9 of 21 tables");
        assert!(during(title, 9, Some(21), "tables", 117).contains("██████████░"));
        let short = during(title, 1_200, None, "rows", 40);
        assert_eq!(short, "step 2/5 load migration out…  1,200 rows");
        assert_eq!(during("a", 0, Some(0), "rows", 20), "a  0 of 0 rows");
    }

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
