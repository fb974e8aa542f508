//! The measured side of `cargo xtask bench odm`: makes a study design of any size from examples, and reads one, as a
//! process of its own, so that its time and its greatest memory can be read from outside. It prints one line of JSON.
//!
//! It has no limits: `xtask/src/bench` measures, compares and judges.

mod made;

use std::{
    error::Error,
    fs::File,
    io::{BufReader, Write as _},
    path::Path,
    time::Instant,
};

use landfall_odm::{Element, Limits, Tag};

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "expected one of: make VERSION BYTES FILE EXAMPLE.., read FILE";

fn main() -> Outcome<()> {
    // `cargo bench` adds arguments of its own, which begin with two hyphens.
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match arguments.as_slice() {
        ["make", version, bytes, file, examples @ ..] => {
            made::make(version, bytes.parse()?, Path::new(file), examples)?
        }
        ["read", file] => read(Path::new(file))?,
        _ => return Err(USAGE.into()),
    };
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

/// Reads a file with all checks, as an import does.
fn read(path: &Path) -> Outcome<String> {
    let since = Instant::now();
    let file = BufReader::new(File::open(path)?);
    let read = landfall_odm::read(file, &Limits::default()).map_err(|error| error.to_string())?;
    let seconds = since.elapsed().as_secs_f64();
    let (elements, items) = count(&read.design.root);
    let findings: u64 = read.findings.iter().map(|finding| finding.times).sum();
    Ok(format!(
        "{{\"seconds\":{seconds},\"elements\":{elements},\"items\":{items},\"findings\":{findings}}}"
    ))
}

/// Counts the elements, and the items among them.
fn count(element: &Element) -> (u64, u64) {
    let itself = (1, u64::from(element.is(Tag::ItemDef)));
    element.elements().map(count).fold(itself, |sum, inside| (sum.0 + inside.0, sum.1 + inside.1))
}
