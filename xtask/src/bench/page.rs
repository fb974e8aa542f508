//! The page `docs/benchmarks.md`: each benchmark writes the part between its own marks and nothing else.

use std::{fs, path::Path};

use super::data::failing;
use crate::terminal::say;

/// Puts a text into a part of the page, in the place of what stands there.
pub(super) fn put(root: &Path, part: &str, text: &str) -> Result<(), String> {
    let path = root.join("docs/benchmarks.md");
    let page = fs::read_to_string(&path).map_err(failing(&path))?;
    let page = with(&page, part, text).ok_or_else(|| {
        format!(
            "bench: expected the lines `{}` and `{}` in `{}`, found none; put both where the part shall stand",
            begin(part),
            end(part),
            path.display()
        )
    })?;
    fs::write(&path, page).map_err(failing(&path))?;
    say(&format!("bench: wrote the part `{part}` of {}", path.display()));
    Ok(())
}

/// Returns the page with another text in a part; none when the page does not have the part.
fn with(page: &str, part: &str, text: &str) -> Option<String> {
    let (begin, end) = (begin(part), end(part));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim_end()))
}

fn begin(part: &str) -> String {
    format!("<!-- begin: {part} -->")
}

fn end(part: &str) -> String {
    format!("<!-- end: {part} -->")
}

/// Returns what the machine and the programs are, as a table of Markdown.
pub(super) fn machine(programs: &[(&str, &str)]) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut text = format!(
        "| | |\n|---|---|\n| processor | {} |\n| cores | {cores} |\n| memory | {} |\n| kernel | {} |\n",
        field("/proc/cpuinfo", "model name"),
        field("/proc/meminfo", "MemTotal"),
        kernel.trim(),
    );
    for (name, version) in programs {
        text.push_str(&format!("| {name} | {version} |\n"));
    }
    text
}

/// Returns what stands behind a name and a colon in a file of `/proc`.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.trim() == name)
        .map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Page\n\n<!-- begin: one -->\n\nold\n\n<!-- end: one -->\n\n<!-- begin: two -->\n\nkept\n\n<!-- end: two -->\n";

    #[test]
    fn a_part_is_written_and_the_others_stay() {
        let page = with(PAGE, "one", "new\n").unwrap();
        assert_eq!(page, PAGE.replace("old", "new"));
        assert_eq!(with(&page, "one", "new").as_deref(), Some(page.as_str()), "again, the same");
        assert_eq!(with(PAGE, "three", "new"), None);
    }

    #[test]
    fn the_page_has_every_part() {
        let page = include_str!("../../../docs/benchmarks.md");
        for part in ["embedded", "odm"] {
            assert!(with(page, part, "figures").is_some(), "{part}");
        }
    }
}
