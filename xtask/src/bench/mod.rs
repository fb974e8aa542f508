//! `cargo xtask bench`: how fast the product is beside what one would write by hand, in one run on this machine.
//!
//! Nothing here is a test: times depend on the machine, so nobody's build fails by them.

mod data;
mod embedded;
mod ledger;
mod load;
mod measure;
mod migration;
mod report;

const USAGE: &str = "cargo xtask bench embedded [--volunteers N] [--runs N]

  embedded  the embedded engine beside the sqlite3 shell: masked load, migration, memory, ledger. Makes its data in
            target/bench once; with the 200,000 volunteers that it takes unless said it writes docs/benchmarks.md";

/// Runs the benchmark that is named.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let mut options = embedded::Options::default();
    let mut words = arguments.iter().map(String::as_str);
    if words.next() != Some("embedded") {
        return Err(USAGE.to_owned());
    }
    while let Some(word) = words.next() {
        let number = words.next().and_then(|text| text.parse::<u64>().ok()).filter(|n| *n > 0);
        match (word, number) {
            ("--volunteers", Some(number)) => options.volunteers = number,
            ("--runs", Some(number)) => options.runs = number,
            _ => return Err(USAGE.to_owned()),
        }
    }
    embedded::run(options)
}
