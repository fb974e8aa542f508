//! What `sql_mode` is at a place of the dump: it says whether a backslash escapes, and what `"` quotes.

use std::collections::BTreeMap;

use super::Token;

/// How many variables are kept; `mysqldump` uses two.
const MOST_VARIABLES: usize = 100;

/// What of `sql_mode` changes how a dump is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mode {
    /// Whether a backslash escapes in a string.
    pub(super) backslash: bool,
    /// Whether `"` quotes names, not strings.
    pub(super) ansi: bool,
}

impl Default for Mode {
    fn default() -> Self {
        Self { backslash: true, ansi: false }
    }
}

impl Mode {
    /// Reads a list of modes, as `'NO_BACKSLASH_ESCAPES,ANSI'`.
    fn of(list: &str) -> Self {
        let mut mode = Self::default();
        for name in list.split(',') {
            match name.trim().to_ascii_uppercase().as_str() {
                "NO_BACKSLASH_ESCAPES" => mode.backslash = false,
                // The others stand for this one among more.
                "ANSI_QUOTES" | "ANSI" | "DB2" | "MAXDB" | "MSSQL" | "ORACLE" | "POSTGRESQL" => {
                    mode.ansi = true;
                }
                _ => {}
            }
        }
        mode
    }
}

/// The mode in force, and those that were put into variables to be set again later.
#[derive(Debug, Default)]
pub(super) struct Modes {
    now: Mode,
    kept: BTreeMap<String, Mode>,
}

impl Modes {
    /// Carries out one part of a `SET` and returns the mode then in force; otherwise says what cannot be read.
    pub(super) fn set(&mut self, setting: &Setting) -> Result<Mode, &'static str> {
        let target = setting.target.as_str();
        let variable = target.starts_with('@') && !target.starts_with("@@");
        let of_session =
            target.trim_start_matches('@') == "sql_mode" && !variable && !setting.global;
        if variable {
            if let Some(mode) = self.value(setting).filter(|_| self.kept.len() < MOST_VARIABLES) {
                self.kept.insert(target.to_owned(), mode);
            }
        } else if of_session {
            match self.value(setting) {
                Some(mode) => self.now = mode,
                None if setting.names_escapes => {
                    return Err(
                        "expected `sql_mode` as a list of modes, found an expression about `NO_BACKSLASH_ESCAPES`; have it dumped anew",
                    );
                }
                None => {}
            }
        }
        Ok(self.now)
    }

    /// Returns the mode that a value stands for; none where it is an expression.
    fn value(&self, setting: &Setting) -> Option<Mode> {
        if setting.expression {
            return None;
        }
        let value = setting.value.as_deref()?;
        let lower = value.to_ascii_lowercase();
        if setting.word && lower.trim_start_matches('@') == "sql_mode" {
            Some(self.now)
        } else if setting.word && lower.starts_with('@') {
            // What a variable holds that nothing set is the server's own mode.
            Some(self.kept.get(&lower).copied().unwrap_or_default())
        } else {
            Some(Mode::of(value))
        }
    }
}

/// One part of a `SET` statement: `target = value`.
#[derive(Debug, Default)]
pub(super) struct Setting {
    /// The last word before the sign, in lower case.
    target: String,
    global: bool,
    assigned: bool,
    /// The value: a list of modes, or the last word of a variable.
    value: Option<String>,
    /// Whether the value is a word, not a string.
    word: bool,
    dotted: bool,
    depth: usize,
    expression: bool,
    /// Whether the expression names `NO_BACKSLASH_ESCAPES`.
    names_escapes: bool,
}

impl Setting {
    /// Tells whether this piece stands behind the part.
    pub(super) fn is_behind(&self, token: &Token) -> bool {
        self.depth == 0 && *token == Token::Symbol(b',')
    }

    /// Takes the next piece, with what it says.
    pub(super) fn take(&mut self, token: &Token, text: impl FnOnce() -> Option<String>) {
        match token {
            Token::Symbol(b'=') if !self.assigned => self.assigned = true,
            Token::Symbol(b'.') => self.dotted = true,
            Token::Symbol(b':') => {}
            Token::Symbol(b'(') => {
                self.expression = true;
                self.depth += 1;
            }
            Token::Symbol(b')') => self.depth = self.depth.saturating_sub(1),
            Token::Symbol(_) | Token::End => self.expression |= self.assigned,
            Token::Word(_) | Token::Name(_) | Token::Text => {
                let text = text().unwrap_or_default();
                if self.assigned {
                    self.names_escapes |=
                        text.to_ascii_uppercase().contains("NO_BACKSLASH_ESCAPES");
                    self.expression |= self.value.is_some() && !self.dotted;
                    self.word = matches!(token, Token::Word(_));
                    self.value = Some(text);
                } else {
                    let word = text.to_ascii_lowercase();
                    self.global |= ["global", "@@global", "persist", "@@persist", "persist_only"]
                        .contains(&word.as_str());
                    self.target = word;
                }
                self.dotted = false;
            }
        }
    }
}
