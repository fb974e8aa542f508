//! What went wrong, for people and for machines, and the exit code that goes with it.

use std::{fmt, io, path::Path, process::ExitCode};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use landfall_core::refusal::Refusal;
use serde_json::{Value, json};

use super::{
    Output,
    colour::{Colour, Tone},
    say,
};

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
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Errored => "errored",
            Self::Usage => "usage",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
        }
    }

    fn named(name: &str) -> Self {
        [Self::Usage, Self::Rejected, Self::Failed, Self::Aborted]
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
        }
    }
}

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
        self.tell_as(output.is_json(), output.talk_colour());
    }

    fn tell_as(&self, as_json: bool, colour: Colour) {
        if as_json {
            say(&format!("{}\n", self.json()));
        } else {
            say(&self.text(colour));
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

    /// Returns the lines that people read.
    fn text(&self, colour: Colour) -> String {
        let mut text = format!("{} {}", colour.paint(Tone::Failed, "error:"), self.message);
        if let Some(code) = &self.code {
            text.push_str(&format!(" [{code}]"));
        }
        text.push('\n');
        for detail in &self.details {
            text.push_str(&format!("  {detail}\n"));
        }
        if let Some(rule) = &self.rule {
            text.push_str(&format!("rule: {rule}\n"));
        }
        if let Some(hint) = &self.hint {
            text.push_str(&format!("hint: {hint}\n"));
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
    // The first paragraph says what is wrong; usage and tips follow.
    let message =
        text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default().trim();
    let failure = Failure::usage(
        message,
        "`landfall help` lists the nouns, `landfall NOUN --help` its verbs",
    );
    failure.tell_as(true, Colour::wanted(false));
    failure.exit_code()
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
    use crate::arguments::Arguments;

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
        assert_eq!(refusal().text(Colour::OFF), expected);
        assert_eq!(refusal().kind.exit_code(), 3);
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
        let all = [Kind::Errored, Kind::Usage, Kind::Rejected, Kind::Failed, Kind::Aborted];
        let codes: Vec<_> = all.iter().map(|kind| kind.exit_code()).collect();
        assert_eq!(codes, [1, 2, 3, 4, 5]);
        for kind in all {
            assert_eq!(Kind::named(kind.as_str()), kind);
        }
    }
}
