//! `cargo xtask bench`: how fast the product is beside what one would take or write without it, in one run on this
//! machine.
//!
//! Nothing here is a test: times depend on the machine, so nobody's build fails by them.

mod data;
mod embedded;
mod ledger;
mod load;
mod measure;
mod migration;
mod odm;
mod page;
mod report;

const USAGE: &str = "cargo xtask bench embedded [--volunteers N] [--runs N]
cargo xtask bench odm [--megabytes N] [--runs N]

  embedded  the embedded engine beside the sqlite3 shell: masked load, migration, memory, ledger. Makes its data in
            target/bench once; with the 200,000 volunteers that it takes unless said it writes its part of
            docs/benchmarks.md
  odm       reading and checking a study design beside xmllint, and a small one beside odmlib. Makes its files of the
            examples in the shared data; with the 100 MB that it takes unless said it writes its part of
            docs/benchmarks.md";

/// Runs the benchmark that is named.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let (name, words) = arguments.split_first().ok_or_else(|| USAGE.to_owned())?;
    match name.as_str() {
        "embedded" => {
            let mut options = embedded::Options::default();
            let embedded::Options { volunteers, runs } = &mut options;
            numbers(words, &mut [("--volunteers", volunteers), ("--runs", runs)])?;
            embedded::run(options)
        }
        "odm" => {
            let mut options = odm::Options::default();
            let odm::Options { megabytes, runs } = &mut options;
            numbers(words, &mut [("--megabytes", megabytes), ("--runs", runs)])?;
            odm::run(options)
        }
        _ => Err(USAGE.to_owned()),
    }
}

/// Reads options that take a number each, from 1.
fn numbers(words: &[String], known: &mut [(&str, &mut u64)]) -> Result<(), String> {
    for pair in words.chunks(2) {
        let [word, number] = pair else { return Err(USAGE.to_owned()) };
        let number = number.parse::<u64>().ok().filter(|number| *number > 0);
        let option = known.iter_mut().find(|option| option.0 == word.as_str());
        let (Some(option), Some(number)) = (option, number) else { return Err(USAGE.to_owned()) };
        *option.1 = number;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_take_numbers() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (mut size, mut runs) = (100, 5);
        let mut known = [("--megabytes", &mut size), ("--runs", &mut runs)];
        numbers(&words("--runs 3 --megabytes 20"), &mut known).unwrap();
        for wrong in ["--runs", "--runs 0", "--runs x", "--volunteers 3"] {
            assert_eq!(numbers(&words(wrong), &mut known), Err(USAGE.to_owned()), "{wrong}");
        }
        assert_eq!((size, runs), (20, 3));
    }
}
