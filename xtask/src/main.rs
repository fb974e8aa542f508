//! The developer's commands: `cargo xtask ci`, `layers`, `install`, `reference`, `bench`, `fuzz`.

mod bench;
mod ci;
mod fuzz;
mod install;
mod layers;
mod reference;
mod terminal;

use std::process::ExitCode;

const USAGE: &str = "cargo xtask <command>

  ci        everything that continuous integration runs: install, fmt, clippy, doc, layers, tests
  layers    that every crate uses only the crates above it
  reference writes the generated pages of docs/reference
  install   the programs that tests look at results with (sqlite3, pdftotext, qpdf, xmllint), from Debian where absent
  bench     how fast the product is beside the sqlite3 shell, xmllint and odmlib; writes docs/benchmarks.md
  fuzz      the reader of CDISC ODM against files that nobody would write";

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    let outcome = match command.as_str() {
        "ci" => ci::run(),
        "layers" => layers::check(),
        "install" => install::run(),
        "bench" => bench::run(&std::env::args().skip(2).collect::<Vec<_>>()),
        "fuzz" => fuzz::start(&std::env::args().skip(2).collect::<Vec<_>>()),
        "reference" => reference::write(),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            terminal::say(&message);
            ExitCode::FAILURE
        }
    }
}
