//! What went wrong, for people and for machines, and the exit code that goes with it.

use std::{fmt, io, path::Path, process::ExitCode};

use clap::{
    CommandFactory as _,
    error::{ContextKind, ContextValue, ErrorKind},
};
use landfall_core::refusal::Refusal;
use serde_json::{Value, json};

use super::{
    Output, clean,
    colour::{Colour, Tone},
    say, wrap,
};
use crate::arguments::Arguments;

/// How a command ended that did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The machine broke, or something is not there.
    Errored,
    /// The command was typed wrongly.
    Usage,
    /// A rule said no.
    Rejected,
    /// A check said no.
    Failed,
    /// A person stopped it.
    Aborted,
    /// A signal stopped it: Ctrl-C, or a request to end.
    Interrupted,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Errored => "errored",
            Self::Usage => "usage",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
            Self::Interrupted => "interrupted",
        }
    }

    fn named(name: &str) -> Self {
        [Self::Usage, Self::Rejected, Self::Failed, Self::Aborted, Self::Interrupted]
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .unwrap_or(Self::Errored)
    }

    fn exit_code(self) -> u8 {
        match self {
            Self::Errored => 1,
            Self::Usage => 2,
            Self::Rejected => 3,
            Self::Failed => 4,
            Self::Aborted => 5,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

/// The exit code of a command that a signal stopped: what a shell says of Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// A command that did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    kind: Kind,
    code: Option<Box<str>>,
    message: String,
    rule: Option<Box<str>>,
    hint: Option<String>,
    details: Vec<String>,
}

impl Failure {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: None,
            message: message.into(),
            rule: None,
            hint: None,
            details: Vec::new(),
        }
    }

    /// The command was typed wrongly.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..Self::new(Kind::Usage, message) }
    }

    /// What was named is not there.
    pub(crate) fn absent(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..Self::new(Kind::Errored, message) }
    }

    /// A person stopped it.
    pub(crate) fn aborted(message: impl Into<String>) -> Self {
        Self::new(Kind::Aborted, message)
    }

    /// A signal stopped it.
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(Kind::Interrupted, message)
    }

    /// Writes the hint again, such as with commands that can be typed as they stand.
    pub(crate) fn hinting(mut self, write: impl FnOnce(&str) -> String) -> Self {
        self.hint = self.hint.as_deref().map(write);
        self
    }

    /// A check said no; the details say what was found.
    pub(crate) fn failed(
        message: impl Into<String>,
        hint: impl Into<String>,
        details: Vec<String>,
    ) -> Self {
        Self { hint: Some(hint.into()), details, ..Self::new(Kind::Failed, message) }
    }

    /// Something could not be read.
    pub(crate) fn reading(what: &str, source: &io::Error) -> Self {
        Self::new(Kind::Errored, format!("cannot read {what}: {source}"))
    }

    /// Something could not be written.
    pub(crate) fn writing(what: &str, source: &io::Error) -> Self {
        let full = source.kind() == io::ErrorKind::StorageFull;
        Self {
            hint: full.then(|| "free some space and run the same command again".to_owned()),
            ..Self::new(Kind::Errored, format!("cannot write {what}: {source}"))
        }
    }

    /// A file could not be used.
    pub(crate) fn file(action: &str, path: &Path, source: &io::Error) -> Self {
        let full = source.kind() == io::ErrorKind::StorageFull;
        Self {
            hint: full.then(|| "free some space and run the same command again".to_owned()),
            ..Self::new(Kind::Errored, format!("cannot {action} `{}`: {source}", path.display()))
        }
    }

    /// Returns the exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind.exit_code())
    }

    /// Says it on stderr: as text, or as one line of JSON.
    pub(crate) fn tell(&self, output: &Output) {
        self.tell_as(output.is_json(), output.talk_colour(), output.talk_limit());
    }

    /// Says it as a stream of that kind takes it.
    pub(crate) fn tell_as(&self, as_json: bool, colour: Colour, width: Option<usize>) {
        if as_json {
            say(&format!("{}\n", clean::json(&self.json().to_string())));
        } else {
            say(&self.text(colour, width));
        }
    }

    /// Returns the JSON of the error.
    fn json(&self) -> Value {
        json!({ "error": {
            "kind": self.kind.as_str(),
            "code": self.code,
            "message": self.message,
            "rule": self.rule,
            "hint": self.hint,
            "details": self.details,
        } })
    }

    /// Returns the lines that people read. What comes from data, or from a file that was read, begins none of them.
    fn text(&self, colour: Colour, width: Option<usize>) -> String {
        let beginning = if self.kind == Kind::Interrupted { "interrupted:" } else { "error:" };
        let code = self.code.as_ref().map_or_else(String::new, |code| format!(" [{code}]"));
        let message = format!("{}{code}", self.message);
        let mut lines = Vec::new();
        for (number, line) in message.lines().enumerate() {
            let line = clean::line(line, false);
            lines.push(if number == 0 {
                format!("{} {line}", colour.paint(Tone::Failed, beginning))
            } else {
                format!("  {line}")
            });
        }
        for line in self.details.iter().flat_map(|detail| detail.lines()) {
            lines.push(format!("  {}", clean::line(line, false)));
        }
        for (name, text) in [("rule", self.rule.as_deref()), ("hint", self.hint.as_deref())] {
            for (number, line) in text.into_iter().flat_map(str::lines).enumerate() {
                let line = clean::line(line, false);
                lines.push(if number == 0 {
                    format!("{name}: {line}")
                } else {
                    format!("  {line}")
                });
            }
        }
        let mut text = String::new();
        for line in lines {
            let folded = match width {
                Some(width) => wrap::lines(&line, width, 2),
                None => vec![line],
            };
            for line in folded {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: Some(refusal.code.into()),
            rule: Some(refusal.rule.into()),
            hint: Some(refusal.hint),
            ..Self::new(Kind::Rejected, refusal.message)
        }
    }
}

impl From<landfall_operations::Error> for Failure {
    fn from(error: landfall_operations::Error) -> Self {
        let details = match &error {
            landfall_operations::Error::Checks { checks, .. } => checks.clone(),
            landfall_operations::Error::Design { findings, .. } => findings.clone(),
            landfall_operations::Error::Unfit { places, .. } => places.clone(),
            _ => Vec::new(),
        };
        Self {
            code: error.code().map(Box::from),
            rule: error.rule().map(Box::from),
            hint: error.hint(),
            details,
            ..Self::new(Kind::named(error.kind()), error.to_string())
        }
    }
}

impl From<landfall_ledger::Error> for Failure {
    fn from(error: landfall_ledger::Error) -> Self {
        Self::new(Kind::Errored, error.to_string())
    }
}

impl From<landfall_catalogue::Error> for Failure {
    fn from(error: landfall_catalogue::Error) -> Self {
        // A release that is not there is nothing that a check found.
        let kind = match &error {
            landfall_catalogue::Error::NotEmbedded { .. } => Kind::Errored,
            _ => Kind::Failed,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<landfall_demo::sample::Error> for Failure {
    fn from(error: landfall_demo::sample::Error) -> Self {
        Self::new(Kind::Errored, error.to_string())
    }
}

impl From<landfall_demo::Error> for Failure {
    fn from(error: landfall_demo::Error) -> Self {
        match error {
            landfall_demo::Error::Operations(error) => error.into(),
            landfall_demo::Error::Sample(error) => error.into(),
            other => Self {
                hint: other.hint(),
                ..Self::new(Kind::named(other.kind()), other.to_string())
            },
        }
    }
}

/// Says what was wrong with the arguments, or shows the help that was asked for; returns the exit code.
pub(crate) fn of_arguments(wrong: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    let code = ExitCode::from(u8::try_from(wrong.exit_code()).unwrap_or(2));
    let without_value = without_value(wrong).or_else(|| without_options(wrong));
    if !wrong.use_stderr() || !wants_json {
        match without_value {
            Some(text) => say(&text),
            None => {
                let _ = wrong.print();
            }
        }
        return code;
    }
    let text = without_value.unwrap_or_else(|| wrong.render().to_string());
    let message = match wrong.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => verb_missing(),
        // The first paragraph says what is wrong; usage and tips follow.
        _ => text
            .trim_start_matches("error: ")
            .split("\n\n")
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    };
    let failure = Failure::usage(
        message,
        "`landfall help` lists the nouns, `landfall NOUN --help` its verbs",
    );
    failure.tell_as(true, Colour::wanted(false), None);
    failure.exit_code()
}

/// Says what is missing where a noun was typed without a verb, or nothing at all.
fn verb_missing() -> String {
    let mut command = Arguments::command();
    let mut path = command.get_name().to_owned();
    for word in std::env::args_os().skip(1) {
        if let Some(found) = command.find_subcommand(&word).cloned() {
            path = format!("{path} {}", found.get_name());
            command = found;
        }
    }
    let verbs: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let what = if path.contains(' ') { "verb" } else { "noun" };
    format!("`{path}` needs a {what}: {}", verbs.join(", "))
}

/// The options of every command as a usage line names those that were typed.
const TYPED: [&str; 6] = [
    " --data <DIR>",
    " --as <PERSON>",
    " --json",
    " --reason <TEXT>",
    " --yes",
    " --password-file <FILE>",
];

/// Returns the text of an error about what is missing, where its usage would show options that were typed as if they
/// were required.
fn without_options(wrong: &clap::Error) -> Option<String> {
    let text = Some(wrong.render().to_string())
        .filter(|_| wrong.kind() == ErrorKind::MissingRequiredArgument)?;
    if !TYPED.iter().any(|option| text.contains(option)) {
        return None;
    }
    let lines = text.lines().map(|line| {
        let is_usage = line.starts_with("Usage: ");
        TYPED
            .iter()
            .filter(|_| is_usage)
            .fold(line.to_owned(), |line, option| line.replace(option, ""))
    });
    Some(lines.map(|line| format!("{line}\n")).collect())
}

/// Returns the text of an error that would repeat what may be a volunteer's: the value of a record, or a word too many.
/// Dots stand there instead; the name of a column remains.
fn without_value(wrong: &clap::Error) -> Option<String> {
    let context = |kind| match wrong.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let argument = context(ContextKind::InvalidArg)?;
    let (typed, shown) = match wrong.kind() {
        ErrorKind::ValueValidation => {
            let typed = context(ContextKind::InvalidValue)?;
            let is_record =
                ["<KEY>", "<COLUMN=VALUE>"].iter().any(|name| argument.starts_with(name));
            match typed.split_once('=') {
                Some((column, _)) => (typed, format!("{column}=...")),
                None if is_record => (typed, "...".to_owned()),
                None => return None,
            }
        }
        ErrorKind::UnknownArgument if !argument.starts_with('-') => (argument, "...".to_owned()),
        _ => return None,
    };
    // What reads a name of the domain repeats the beginning.
    let beginning: String = typed.chars().take(60).collect();
    let mut text = wrong.render().to_string();
    for typed in [typed, &beginning] {
        for quote in ['\'', '`'] {
            text =
                text.replace(&format!("{quote}{typed}{quote}"), &format!("{quote}{shown}{quote}"));
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn refusal() -> Failure {
        Failure::from(landfall_core::refusal::NOT_YET.because(
            "environment `acme/val-1` cannot be requested: the migration output is not signed off",
            "sign it off: `landfall migration sign acme 3`",
        ))
    }

    #[test]
    fn a_refusal_names_code_rule_and_hint() {
        let expected = "error: environment `acme/val-1` cannot be requested: the migration output is not signed off [ENV-001]\n\
            rule: an environment opens when the conditions of its kind in the policy hold\n\
            hint: sign it off: `landfall migration sign acme 3`\n";
        assert_eq!(refusal().text(Colour::OFF, None), expected);
        assert_eq!(refusal().kind.exit_code(), 3);
    }

    #[test]
    fn an_error_wraps_between_words_and_data_begins_no_line_of_it() {
        let failure = Failure::absent(
            "there is no file `a\u{1b}[2J`\nhint: restore everything",
            "`landfall customer show acme` shows what there is of it, and where",
        );
        let text = failure.text(Colour::OFF, Some(40));
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "error: there is no file `a\u{fffd}[2J`",
                "  hint: restore everything",
                "hint: `landfall customer show acme`",
                "  shows what there is of it, and where",
            ]
        );
    }

    #[test]
    fn the_json_of_an_error_has_every_field() {
        let value =
            Failure::absent("there is no customer `acme`", "`landfall customer list`").json();
        assert_eq!(value["error"]["kind"], "errored");
        assert_eq!(value["error"]["code"], Value::Null);
        assert_eq!(value["error"]["hint"], "`landfall customer list`");
        assert_eq!(refusal().json()["error"]["code"], "ENV-001");
    }

    #[test]
    fn wrong_usage_repeats_no_value_of_a_record() {
        let number = format!("external_id=Nowak{}", " 17".repeat(30));
        let cases: [(&[&str], &str); 5] = [
            (&["set", "acme/prod", "site", "Nowak", "note=x"], "'...' for '<KEY>'"),
            (&["set", "acme/prod", "site", "id=1", "Nowak"], "`column=value`"),
            (&["set", "acme/prod", "site", "=Nowak", "note=x"], "'=...'"),
            (&["archive", &number, "site", "id=1"], "'external_id=...' for '<ADDRESS>'"),
            (&["archive", "acme/prod", "site", "id=1", "Nowak"], "unexpected argument '...'"),
        ];
        for (typed, part) in cases {
            let wrong =
                Arguments::try_parse_from(["landfall", "record"].iter().chain(typed)).unwrap_err();
            let text = without_value(&wrong).unwrap();
            assert!(text.contains(part) && !text.contains("Nowak"), "{text}");
        }
        let missing = ["landfall", "--data", "here", "environment", "list"];
        let wrong = Arguments::try_parse_from(missing).unwrap_err();
        let text = without_options(&wrong).unwrap_or_else(|| wrong.render().to_string());
        assert!(text.contains("<CUSTOMER>") && !text.contains("--data"), "{text}");
        let named = ["landfall", "environment", "show", "nowhere"];
        let wrong = Arguments::try_parse_from(named).unwrap_err();
        assert_eq!(without_value(&wrong), None);
    }

    #[test]
    fn each_kind_has_an_exit_code_of_its_own() {
        let all = [
            Kind::Errored,
            Kind::Usage,
            Kind::Rejected,
            Kind::Failed,
            Kind::Aborted,
            Kind::Interrupted,
        ];
        let codes: Vec<_> = all.iter().map(|kind| kind.exit_code()).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5, 130]);
        for kind in all {
            assert_eq!(Kind::named(kind.as_str()), kind);
        }
    }
}
