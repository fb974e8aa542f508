//! What a command has at hand: the options of every command, the output, the data directory.

use std::{
    ffi::OsStr,
    io::{self, BufRead as _, IsTerminal as _},
    path::{Path, PathBuf},
};

use landfall_core::{
    customer::Next,
    ids::{CustomerId, PersonId},
};
use landfall_operations::{Caller, Installation, Password, SHORTEST_PASSWORD};
use serde_json::Value;

use crate::{
    arguments::{DATA_VARIABLE, DEFAULT_DATA, Global, PASSWORD_VARIABLE},
    interrupt,
    output::{Output, error::Failure, json, progress::Progress, say},
};

/// How many of the next things a success message names; `customer show` names all.
const NEXT_SHOWN: usize = 3;

/// What a command has at hand.
#[derive(Debug)]
pub(crate) struct Context {
    global: Global,
    output: Output,
}

/// What a command that acts has done.
#[derive(Debug)]
pub(crate) struct Done<'a> {
    /// In words, for people.
    pub(crate) sentence: String,
    /// What it made, as one word for scripts; nothing where it made nothing.
    pub(crate) data: Option<String>,
    /// The noun under which `value` stands in the JSON.
    pub(crate) noun: &'static str,
    /// What it acted on, as it is now.
    pub(crate) value: Value,
    /// Whose lifecycle went on by it.
    pub(crate) customer: Option<&'a CustomerId>,
}

impl Context {
    /// Prepares what a command needs; opens nothing.
    pub(crate) fn new(global: Global) -> Self {
        let output = Output::new(global.json);
        Self { global, output }
    }

    /// Returns where the command speaks.
    pub(crate) fn output(&self) -> &Output {
        &self.output
    }

    /// Returns the data directory as it was named.
    pub(crate) fn data(&self) -> &Path {
        &self.global.data
    }

    /// Returns who shall act, where that was said.
    pub(crate) fn acting(&self) -> Option<&PersonId> {
        self.global.acting.as_ref()
    }

    /// Opens the data directory.
    pub(crate) fn open(&self) -> Result<Installation, Failure> {
        Ok(Installation::open(&self.global.data)?)
    }

    /// Opens the data directory to look at it: a customer's person who is signed in sees their own customer only.
    pub(crate) fn look(&self) -> Result<Installation, Failure> {
        let mut installation = self.open()?;
        installation.look_as(&self.caller())?;
        Ok(installation)
    }

    /// Returns who acts in a command that is not signed.
    pub(crate) fn caller(&self) -> Caller {
        Caller {
            person: self.global.acting.clone(),
            reason: self.global.reason.clone(),
            password: None,
        }
    }

    /// Returns who acts in a command that is signed: the password comes from the file, or is typed on the terminal.
    /// Without either the use case says what is missing.
    pub(crate) fn signer(&self) -> Result<Caller, Failure> {
        let password = match self.password_file() {
            Some(file) => Some(Password::from_file(&file)?),
            None if io::stdin().is_terminal() => {
                let whose = match &self.global.acting {
                    Some(person) => format!("password of `{person}`, to sign: "),
                    None => "password, to sign: ".to_owned(),
                };
                Some(Password::new(typed(&whose)?))
            }
            None => None,
        };
        Ok(Caller { password, ..self.caller() })
    }

    /// Returns the file with the password of whoever signs or signs in.
    fn password_file(&self) -> Option<PathBuf> {
        self.global.password_file.clone().or_else(|| {
            std::env::var_os(PASSWORD_VARIABLE).filter(|text| !text.is_empty()).map(PathBuf::from)
        })
    }

    /// Returns the password of a person who signs in: from the file, or typed.
    pub(crate) fn password_of(&self, person: &PersonId) -> Result<Password, Failure> {
        match self.password_file() {
            Some(file) => Ok(Password::from_file(&file)?),
            None if io::stdin().is_terminal() => {
                Ok(Password::new(typed(&format!("password of `{person}`: "))?))
            }
            None => Err(password_missing(person)),
        }
    }

    /// Returns a password that is to be set: from the file, or typed twice. The environment variable does not count
    /// here: it holds the password of whoever signs, and must not become somebody else's.
    pub(crate) fn new_password(&self, person: &PersonId) -> Result<Password, Failure> {
        match &self.global.password_file {
            Some(file) => Ok(Password::from_file(file)?),
            None if io::stdin().is_terminal() => {
                let first = typed(&format!(
                    "new password of `{person}`, at least {SHORTEST_PASSWORD} characters: "
                ))?;
                if first.chars().count() < SHORTEST_PASSWORD {
                    return Err(Failure::usage(
                        format!(
                            "expected a password of at least {SHORTEST_PASSWORD} characters, found a shorter one"
                        ),
                        "run the command again with a longer one; nothing was done",
                    ));
                }
                if typed("the same again: ")? != first {
                    return Err(Failure::usage(
                        "the two passwords are not the same",
                        "run the command again; nothing was done",
                    ));
                }
                Ok(Password::new(first))
            }
            None => Err(password_missing(person)),
        }
    }

    /// Asks before something that cannot be taken back.
    pub(crate) fn confirm(&self, question: &str) -> Result<(), Failure> {
        if self.global.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::usage(
                format!("expected `--yes`, or a terminal to ask on, found neither: {question}"),
                "add `--yes` to the command, or run it on a terminal",
            ));
        }
        self.output.ask(&format!("{question}. Go on? [y/N] "));
        let mut answer = String::new();
        interrupt::asking(|| io::stdin().lock().read_line(&mut answer))
            .map_err(|source| Failure::reading("the answer", &source))?;
        if !answer.ends_with('\n') {
            // The end of the input: what follows is on a line of its own.
            self.output.talk("");
        }
        if is_yes(&answer) {
            Ok(())
        } else {
            Err(Failure::aborted("stopped at the question; nothing was done"))
        }
    }

    /// Returns what shows the progress of an operation.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(&self.output)
    }

    /// Returns a command as it is to be typed: with `--data` where this one had it.
    pub(crate) fn command(&self, command: &str) -> String {
        let data = self.global.data.as_os_str();
        let known = data == OsStr::new(DEFAULT_DATA)
            || std::env::var_os(DATA_VARIABLE).is_some_and(|variable| variable == data);
        match command.strip_prefix("landfall ") {
            Some(rest) if !known => format!("landfall --data {} {rest}", quoted(&self.global.data)),
            Some(_) | None => command.to_owned(),
        }
    }

    /// Returns a text whose commands, in backticks, are as they are to be typed.
    pub(crate) fn commands_in(&self, text: &str) -> String {
        // A command that names a directory already is left as it is.
        let beginning = self.command("landfall ");
        let marked = text.replace("`landfall ", &format!("`{beginning}"));
        marked.replace(&format!("`{beginning}--data "), "`landfall --data ")
    }

    /// Says what was done and what comes next.
    pub(crate) fn done(&self, installation: &Installation, done: Done<'_>) -> Result<(), Failure> {
        let next = match done.customer {
            Some(customer) => installation.next(customer)?,
            None => Vec::new(),
        };
        if self.output.is_json() || !self.acts_for_customer(installation)? {
            self.told(done, &next);
        } else {
            self.told(done, &for_customer(next));
        }
        Ok(())
    }

    /// Tells whether a customer's person acts: who was named, or the only one who is signed in.
    fn acts_for_customer(&self, installation: &Installation) -> Result<bool, Failure> {
        let people = installation.person_list()?;
        let acting = match &self.global.acting {
            Some(id) => people.iter().find(|person| person.id == *id),
            None => {
                let mut open = people.iter().filter(|person| person.signed_in_until.is_some());
                open.next().filter(|_| open.next().is_none())
            }
        };
        Ok(acting.is_some_and(|person| person.customer.is_some()))
    }

    /// Says what was done where no data directory is open.
    pub(crate) fn done_without(&self, done: Done<'_>) {
        self.told(done, &[]);
    }

    fn told(&self, done: Done<'_>, next: &[Next]) {
        if self.output.is_json() {
            let mut object = serde_json::Map::new();
            object.insert(done.noun.to_owned(), done.value);
            object.insert("next".to_owned(), self.next_json(next));
            self.output.value(&Value::Object(object));
            return;
        }
        self.output.talk(&done.sentence);
        if let Some(data) = done.data {
            self.output.line(&data);
        }
        self.tell_next(next);
    }

    /// Says on stderr what comes next.
    pub(crate) fn tell_next(&self, next: &[Next]) {
        for item in next.iter().take(NEXT_SHOWN) {
            self.output.talk(&format!("next ({}): {}", item.who, item.what));
            self.output.talk_command(&self.command(&item.command));
        }
        if next.len() > NEXT_SHOWN {
            self.output
                .talk(&format!("and {} more: `customer show` lists them", next.len() - NEXT_SHOWN));
        }
    }

    /// Returns what comes next as JSON.
    pub(crate) fn next_json(&self, next: &[Next]) -> Value {
        next.iter().map(|item| json::next(item, &self.command(&item.command))).collect()
    }
}

/// Returns what is next as a customer's person wants to know it: the customer's own first, and of the vendor's the most
/// pressing alone.
fn for_customer(next: Vec<Next>) -> Vec<Next> {
    let (vendor, mut own): (Vec<Next>, Vec<Next>) =
        next.into_iter().partition(|item| item.who.starts_with("vendor"));
    own.extend(vendor.into_iter().take(1));
    own
}

/// Tells whether an answer is a yes.
fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// Asks for a password on the terminal. Enter alone is none: it counts as no attempt.
fn typed(prompt: &str) -> Result<String, Failure> {
    let typed = interrupt::asking(|| rpassword::prompt_password(prompt)).map_err(|source| {
        if source.kind() == io::ErrorKind::UnexpectedEof {
            say("\n");
            return Failure::aborted("stopped at the password; nothing was done");
        }
        Failure::reading("the password", &source)
    })?;
    if typed.is_empty() {
        return Err(Failure::usage(
            "expected a password, found an empty line",
            "run the command again; nothing was done, and it counts as no attempt",
        ));
    }
    Ok(typed)
}

fn password_missing(person: &PersonId) -> Failure {
    Failure::usage(
        format!("the password of `{person}` is needed, and there is no terminal to type it on"),
        "give `--password-file FILE`, a file that only its owner can read",
    )
}

/// Returns a path as a shell takes it.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | ':' | '+' | ',');
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(data: &str) -> Context {
        Context::new(Global {
            data: PathBuf::from(data),
            acting: None,
            json: false,
            reason: None,
            yes: false,
            password_file: None,
        })
    }

    #[test]
    fn a_command_to_type_names_the_directory_that_was_given() {
        let typed = context("my data").command("landfall customer show acme");
        assert_eq!(typed, "landfall --data 'my data' customer show acme");
        let typed = context(DEFAULT_DATA).command("landfall customer show acme");
        assert_eq!(typed, "landfall customer show acme");
    }

    #[test]
    fn the_commands_of_a_hint_can_be_typed_as_they_stand() {
        let hint = "sign in: `landfall person sign-in erik`, or `landfall --data x person list`";
        assert_eq!(
            context("w").commands_in(hint),
            "sign in: `landfall --data w person sign-in erik`, or `landfall --data x person list`"
        );
        assert_eq!(context(DEFAULT_DATA).commands_in(hint), hint);
    }

    #[test]
    fn a_yes_may_be_written_in_any_case() {
        assert!(["y", "Y\n", "yes", " YES\n", "Yes"].into_iter().all(is_yes));
        assert!(!["", "n", "yess", "\n"].into_iter().any(is_yes));
    }

    #[test]
    fn a_customers_person_is_told_one_step_of_the_vendor() {
        let item = |who: &str, what: &str| Next {
            who: who.to_owned(),
            what: what.to_owned(),
            command: "landfall demo".to_owned(),
        };
        let next = vec![
            item("vendor engineer", "destroy"),
            item("vendor sales", "end"),
            item("customer quality", "sign"),
        ];
        let told: Vec<String> = for_customer(next).into_iter().map(|item| item.what).collect();
        assert_eq!(told, ["sign", "destroy"]);
    }

    #[test]
    fn a_path_with_a_quote_is_quoted_for_the_shell() {
        assert_eq!(quoted(Path::new("it's")), r"'it'\''s'");
    }
}
