//! How many columns a line may have.

/// The columns where nobody says otherwise: a pipe, a file.
const PIPED: usize = 80;
/// A timeline narrower than this shows nothing, one wider is hard to follow by eye.
const USABLE: std::ops::RangeInclusive<usize> = 40..=400;

/// Returns the columns of stdout: what `COLUMNS` says, else what the terminal says, else 80.
pub(crate) fn of_stdout(terminal: bool) -> usize {
    let width = match said() {
        Some(columns) => columns,
        None if terminal => of_terminal().unwrap_or(PIPED),
        None => PIPED,
    };
    width.clamp(*USABLE.start(), *USABLE.end())
}

/// Tells whether somebody has said how wide lines are, by `COLUMNS` or by a terminal; else a row may be of any length.
pub(crate) fn is_limited(terminal: bool) -> bool {
    terminal || said().is_some()
}

/// Returns what `COLUMNS` says.
fn said() -> Option<usize> {
    std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok())
}

/// Asks the terminal through clap, which asks it in order to wrap its help: the longest line of a text that fills
/// every line is as long as the terminal is wide, or one shorter.
fn of_terminal() -> Option<usize> {
    let filling = "x ".repeat(*USABLE.end());
    let help = clap::Command::new("width")
        .disable_help_flag(true)
        .max_term_width(*USABLE.end())
        .about(filling)
        .render_help()
        .to_string();
    help.lines().map(|line| line.trim_end().chars().count()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_always_usable() {
        assert!(USABLE.contains(&of_stdout(false)));
        assert!(USABLE.contains(&of_stdout(true)));
    }
}
