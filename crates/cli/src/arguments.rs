//! What every command takes, and how texts of the command line become names of the domain.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Parser};
use landfall_core::{ids::PersonId, signature::Meaning, time::Timestamp};

use crate::commands::Noun;

/// Where the data directory is unless it is said.
pub(crate) const DEFAULT_DATA: &str = "./landfall-data";
/// Names the data directory, where `--data` does not.
pub(crate) const DATA_VARIABLE: &str = "LANDFALL_DATA";
/// Names the password file for signatures, where `--password-file` does not.
pub(crate) const PASSWORD_VARIABLE: &str = "LANDFALL_PASSWORD_FILE";

/// Runs the onboarding environment lifecycle of a validated clinical product.
///
/// What creates takes CUSTOMER KIND (`landfall environment request acme val --formal`), what acts takes an ADDRESS:
/// `acme/sandbox`, or one instance of it, `acme/val-2/main`.
///
/// Exit codes: 0 done, 1 the machine broke, 2 wrong usage, 3 a rule said no, 4 a check said no, 5 a person stopped it,
/// 130 a signal (Ctrl-C) did.
#[derive(Debug, Parser)]
#[command(name = "landfall", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What the command is about.
    #[command(subcommand)]
    pub(crate) noun: Noun,
}

// The field names are the ids of arguments that every verb inherits: no verb may have a field of the same name.
/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The data directory.
    #[arg(long, global = true, value_name = "DIR", env = DATA_VARIABLE, default_value = DEFAULT_DATA)]
    pub(crate) data: PathBuf,
    /// Which of the people signed in here acts; needed when several are.
    #[arg(long = "as", global = true, value_name = "PERSON")]
    pub(crate) acting: Option<PersonId>,
    /// Writes one JSON value to stdout (see docs/json.md), and errors as one JSON line to stderr.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Why it is done; recorded in the ledger, so it names no volunteer.
    #[arg(long, global = true, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Answers yes to the question that a command asks before what cannot be taken back.
    #[arg(long, global = true)]
    pub(crate) yes: bool,
    /// A file, readable by its owner only, with a password in its first line [env for signatures:
    /// LANDFALL_PASSWORD_FILE].
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// Reads the meaning of a signature.
pub(crate) fn meaning(text: &str) -> Result<Meaning, String> {
    Meaning::ALL.into_iter().find(|meaning| meaning.as_str() == text).ok_or_else(|| {
        let all: Vec<_> =
            Meaning::ALL.iter().map(|meaning| format!("`{}`", meaning.as_str())).collect();
        format!("expected one of {}, found `{text}`", all.join(", "))
    })
}

/// Reads `column=value`; the value may hold `=` and may be empty. It may be a volunteer's, so no error repeats it.
pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    let wrong = |found| format!("expected `column=value` (such as `name=Leeds`), found {found}");
    match text.split_once('=') {
        Some(("", _)) => Err(wrong("no column before the `=`")),
        Some((column, value)) => Ok((column.to_owned(), value.to_owned())),
        None => Err(wrong("no `=`")),
    }
}

/// Reads the key of a record, `column=value`, and leaves it as it is. It may be a volunteer's, so no error repeats it.
pub(crate) fn key(text: &str) -> Result<String, String> {
    let wrong = |found| format!("expected a key such as `id=7` or `name=Leeds`, found {found}");
    match text.split_once('=') {
        Some(("", _)) => Err(wrong("no column before the `=`")),
        Some((_, "")) => Err(wrong("no value behind the `=`")),
        Some(_) => Ok(text.to_owned()),
        None => Err(wrong("no `=`")),
    }
}

/// Reads a whole number.
pub(crate) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("expected a whole number such as `3`, found `{text}`"))
}

/// Reads a moment: a day, of which the end is meant (UTC), or a time with its zone.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    let is_day = text.len() == DAY.len()
        && text
            .bytes()
            .zip(DAY.bytes())
            .all(|(byte, model)| if model == b'-' { byte == b'-' } else { byte.is_ascii_digit() });
    let whole = if is_day { format!("{text}T23:59:59Z") } else { text.to_owned() };
    whole.parse().map_err(|_| {
        format!(
            "expected a day such as `{DAY}`, or a time such as `{DAY}T09:00:00Z`, found `{text}`"
        )
    })
}

/// A day as it is written.
const DAY: &str = "2026-03-01";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_of_the_command_line_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_verb_hides_an_option_that_every_command_has() {
        fn walk(command: &clap::Command, path: &str, names: &[&str]) {
            for verb in command.get_subcommands() {
                for argument in verb.get_arguments() {
                    let id = argument.get_id().as_str();
                    assert!(
                        !names.contains(&id),
                        "{path} {} has an argument `{id}`",
                        verb.get_name()
                    );
                }
                walk(verb, &format!("{path} {}", verb.get_name()), names);
            }
        }
        // Not built, so that the options of every command are not handed down yet.
        walk(
            &Arguments::command(),
            "landfall",
            &["data", "acting", "json", "reason", "yes", "password_file"],
        );
    }

    #[test]
    fn a_number_that_is_none_is_told_what_was_expected() {
        assert_eq!(number::<u32>("3"), Ok(3));
        let said = number::<u32>("x");
        assert_eq!(said, Err("expected a whole number such as `3`, found `x`".to_owned()));
        assert!(number::<u32>("-1").is_err());
    }

    #[test]
    fn every_meaning_is_read_back() {
        for one in Meaning::ALL {
            assert_eq!(meaning(one.as_str()), Ok(one));
        }
        assert!(meaning("author ").is_err());
    }

    #[test]
    fn a_day_means_its_end() {
        let end = "2026-03-01T23:59:59Z".parse::<Timestamp>();
        assert_eq!(moment("2026-03-01").ok(), end.ok());
        let time = "2026-03-01T08:00:00Z".parse::<Timestamp>();
        assert_eq!(moment("2026-03-01T09:00:00+01:00").ok(), time.ok());
        for wrong in ["yesterday", "2026-3-1", "2026-02-30", "2026-03-01T09:00:00"] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn assignments_keep_everything_after_the_first_sign() {
        assert_eq!(assignment("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(assignment("a="), Ok(("a".to_owned(), String::new())));
        assert!(key("id=7").is_ok());
        for (wrong, part) in [("=Nowak", "before the `=`"), ("Nowak", "no `=`")] {
            for error in [assignment(wrong).unwrap_err(), key(wrong).unwrap_err()] {
                assert!(error.contains(part) && !error.contains("Nowak"), "{error}");
            }
        }
        assert!(key("id=").is_err());
    }
}
