//! Colours: each has one meaning, and nothing is said by colour alone.

use clap::builder::styling::{AnsiColor, Style};

use super::clean;

/// What a colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Done, in use, valid: green.
    Done,
    /// Waits for somebody: yellow.
    Waiting,
    /// Failed, refused, overdue: red.
    Failed,
    /// In a comparison, what the second side has more: green, after a `+`.
    Added,
    /// In a comparison, what the second side lacks: red, after a `-`.
    Removed,
    /// The name of what follows: bold.
    Heading,
    /// Past, or beside the point: dim.
    Quiet,
}

/// Paints, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour {
    on: bool,
}

impl Colour {
    /// Paints nothing.
    #[cfg(test)]
    pub(crate) const OFF: Self = Self { on: false };

    /// Decides for a stream: colours are for terminals, and not for those who set `NO_COLOR`.
    pub(crate) fn wanted(terminal: bool) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|text| !text.is_empty())
            || std::env::var_os("TERM").is_some_and(|text| text == "dumb");
        Self { on: terminal && !unwanted }
    }

    /// Tells whether it paints.
    pub(crate) fn is_on(self) -> bool {
        self.on
    }

    /// Returns the text in the colour of the tone.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        if !self.on || text.is_empty() {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Done | Tone::Added => AnsiColor::Green.on_default(),
            Tone::Waiting => AnsiColor::Yellow.on_default(),
            Tone::Failed | Tone::Removed => AnsiColor::Red.on_default(),
            Tone::Heading => Style::new().bold(),
            Tone::Quiet => Style::new().dimmed(),
        };
        // What is painted is data as well, and must not end the colour or begin another one.
        let text = clean::line(text, false);
        format!("{style}{text}{style:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_painted_where_colours_are_off() {
        assert_eq!(Colour::OFF.paint(Tone::Failed, "failed"), "failed");
        assert_eq!(Colour { on: true }.paint(Tone::Failed, "x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
