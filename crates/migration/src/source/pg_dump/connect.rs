//! `\connect`, with which `pg_dumpall` and `pg_dump --create` change the database.

/// Returns the database that a command changes to; none when it is another command, or stays in the same database.
pub(super) fn database(line: &str) -> Option<String> {
    let rest = line.strip_prefix("\\connect").or_else(|| line.strip_prefix("\\c"))?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let mut rest = rest.trim();
    if rest.starts_with("-reuse-previous") {
        rest = rest.split_once(char::is_whitespace)?.1.trim_start();
    }
    let argument = match rest.strip_prefix('"') {
        Some(quoted) => unquoted(quoted),
        None => rest.split_whitespace().next()?.to_owned(),
    };
    // `\connect - user` as old versions write it.
    if argument == "-" {
        return None;
    }
    match argument.strip_prefix("dbname=") {
        None => Some(argument),
        Some(value) => match value.strip_prefix('\'') {
            Some(quoted) => Some(unescaped(quoted)),
            None => value.split_whitespace().next().map(str::to_owned),
        },
    }
}

/// Returns the text before the closing `"`; one inside is doubled.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '"' && letters.next_if_eq(&'"').is_none() {
            break;
        }
        out.push(letter);
    }
    out
}

/// Returns the text before the closing `'`; one inside has a backslash.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => break,
            '\\' => out.extend(letters.next()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_found_however_it_is_written() {
        for (line, found) in [
            ("\\connect live", Some("live")),
            ("\\connect live\r", Some("live")),
            ("\\c live", Some("live")),
            ("\\connect \"my \"\"db\"\"\"", Some("my \"db\"")),
            ("\\connect -reuse-previous=on \"dbname='test'\"", Some("test")),
            ("\\connect -reuse-previous=on \"dbname='it\\'s \\\\'\"", Some("it's \\")),
            ("\\connect - postgres", None),
            ("\\restrict abc", None),
            ("\\copy x from y", None),
            ("\\connected", None),
        ] {
            assert_eq!(database(line).as_deref(), found, "{line}");
        }
    }
}
