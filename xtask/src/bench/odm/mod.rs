//! Reading and checking study designs: large ones beside `xmllint --noout`, a small one beside `odmlib`.

mod odmlib;
mod section;

use std::path::{Path, PathBuf};

use super::{
    data::{Folders, build, json, made, remove},
    measure::{self, Measured, Program, median},
    page,
    report::{Limit, Row, Rows, grouped},
};
use crate::{install, terminal::say};

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    /// The size of the large files, in millions of bytes.
    pub(super) megabytes: u64,
    /// How often each side runs, in turn; the median counts.
    pub(super) runs: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { megabytes: MEGABYTES, runs: 5 }
    }
}

/// The size with which the page is written.
const MEGABYTES: u64 = 100;
/// How much longer reading and checking may take than `xmllint --noout`.
const MOST_TIME: f64 = 3.0;
/// How much more memory it may take than the file has bytes.
const MOST_MEMORY: f64 = 4.0;

/// The large files: a version of ODM, and the examples that they are made of. These are read without an error and
/// have forms; the others are refused, or are parts of a file.
const LARGE: [(&str, &[&str]); 2] = [
    ("1.3.2", &["odm132-xml4pharma-multilingual.xml", "odm132-odmlib-cdash.xml"]),
    (
        "2.0",
        &[
            "odm20-cdash-mh-repeating-itemgroup.xml",
            "odm20-chronic-low-back-pain.xml",
            "odm20-demographics-race.xml",
        ],
    ),
];

/// Runs everything, prints the table, writes its part of the page.
pub(super) fn run(options: Options) -> Result<(), String> {
    install::run()?;
    let bench = Bench::prepare()?;
    let mut rows = Rows::default();
    let mut files = Vec::new();
    for (version, examples) in LARGE {
        files.push(large(&bench, options, version, examples, &mut rows)?);
    }
    let (small, python) = odmlib::compare(&bench, options.runs, &mut rows)?;
    files.push(small);
    rows.print();
    if options.megabytes == MEGABYTES {
        page::put(&bench.root, "odm", &section::text(options, &files, &python, &rows))?;
    }
    rows.judge()
}

/// Adds the rows of a large file.
fn large(
    bench: &Bench,
    options: Options,
    version: &'static str,
    examples: &[&str],
    rows: &mut Rows,
) -> Result<Made, String> {
    let mut file = bench.make(version, options.megabytes, examples)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for number in 1..=options.runs {
        say(&format!("bench: reading ODM {version}, {number} of {}", options.runs));
        ours.push(bench.read(&mut file)?);
        theirs.push(bench.run(
            "xmllint",
            Path::new("xmllint"),
            &[Path::new("--noout"), &file.path],
        )?);
    }
    let (ours, theirs) = (median(&ours), median(&theirs));
    let what = file.title();
    rows.push(times(
        &format!("{what}: read and check / `xmllint --noout`"),
        ours.seconds,
        theirs.seconds,
        Limit::AtMost(MOST_TIME),
    ));
    let (most, size) = (megabytes(&ours), file.bytes as f64 / 1e6);
    rows.push(Row {
        what: format!("{what}: peak memory / size of the file"),
        ours: format!("{most:.0} MB"),
        theirs: format!("{size:.0} MB"),
        ratio: Some(most / size.max(f64::MIN_POSITIVE)),
        limit: Limit::AtMost(MOST_MEMORY),
    });
    let theirs = megabytes(&theirs);
    rows.push(Row {
        what: format!("{what}: peak memory / that of `xmllint --noout`"),
        ours: format!("{most:.0} MB"),
        theirs: format!("{theirs:.0} MB"),
        ratio: Some(most / theirs.max(f64::MIN_POSITIVE)),
        limit: Limit::None,
    });
    remove(&file.path)?;
    Ok(file)
}

/// Returns the greatest memory in millions of bytes, as sizes of files are told.
fn megabytes(measured: &Measured) -> f64 {
    measured.mebibytes * 1_048_576.0 / 1e6
}

/// A row of two times; what takes less than a second is told in milliseconds.
fn times(what: &str, ours: f64, theirs: f64, limit: Limit) -> Row {
    Row {
        what: what.to_owned(),
        ours: time(ours),
        theirs: time(theirs),
        ratio: Some(ours / theirs.max(f64::MIN_POSITIVE)),
        limit,
    }
}

fn time(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

/// The programs, and the folder in which they work.
struct Bench {
    root: PathBuf,
    folder: PathBuf,
    examples: PathBuf,
    worker: PathBuf,
}

/// A file that was made.
struct Made {
    path: PathBuf,
    version: &'static str,
    examples: Vec<String>,
    bytes: u64,
    copies: u64,
    items: u64,
    /// What reading it found, once it was read.
    elements: u64,
    findings: u64,
}

impl Made {
    fn title(&self) -> String {
        format!(
            "ODM {}, {:.0} MB, {} items",
            self.version,
            self.bytes as f64 / 1e6,
            grouped(self.items)
        )
    }
}

impl Bench {
    /// Builds what is measured, in the release profile.
    fn prepare() -> Result<Self, String> {
        let Folders { root, target } = Folders::find()?;
        let shared = std::env::var_os("LANDFALL_SHARED")
            .map_or_else(|| root.join("../shared"), PathBuf::from);
        let examples = shared.join("data/odm/examples");
        if !examples.is_dir() {
            return Err(format!(
                "bench: expected the examples of ODM files in `{}`, found none; name the folder of the shared data with LANDFALL_SHARED",
                examples.display()
            ));
        }
        say("bench: building the worker");
        let worker = build(&["--package", "landfall-odm"], "odm")?;
        let folder = target.join("bench").join("odm");
        made(&folder)?;
        Ok(Self { root, folder, examples, worker })
    }

    /// Makes a file of so many millions of bytes.
    fn make(
        &self,
        version: &'static str,
        megabytes: u64,
        examples: &[&str],
    ) -> Result<Made, String> {
        say(&format!("bench: making a file of ODM {version}, {megabytes} MB"));
        let path = self.folder.join(format!("design-{version}-{megabytes}.xml"));
        let bytes = PathBuf::from((megabytes * 1_000_000).to_string());
        let paths: Vec<PathBuf> =
            examples.iter().map(|example| self.examples.join(example)).collect();
        if let Some(absent) = paths.iter().find(|path| !path.is_file()) {
            return Err(format!(
                "bench: expected the example `{}`, found none; name the folder of the shared data with LANDFALL_SHARED",
                absent.display()
            ));
        }
        let mut arguments =
            vec![Path::new("make"), Path::new(version), bytes.as_path(), path.as_path()];
        arguments.extend(paths.iter().map(PathBuf::as_path));
        let answer = json(&self.run("make the file", &self.worker, &arguments)?.output)?;
        let number = |name: &str| answer[name].as_u64().unwrap_or_default();
        Ok(Made {
            version,
            examples: examples.iter().copied().map(str::to_owned).collect(),
            bytes: number("bytes"),
            copies: number("copies"),
            items: number("items"),
            elements: 0,
            findings: 0,
            path,
        })
    }

    /// Reads and checks a file, and refuses a measurement in which not all of it was read.
    fn read(&self, file: &mut Made) -> Result<Measured, String> {
        let read = self.run("read and check", &self.worker, &[Path::new("read"), &file.path])?;
        let answer = json(&read.output)?;
        let number = |name: &str| answer[name].as_u64().unwrap_or_default();
        let items = number("items");
        if items == 0 || items != file.items {
            return Err(format!(
                "bench: expected {} items in what was read of `{}`, found {items}",
                file.items,
                file.path.display()
            ));
        }
        file.elements = number("elements");
        file.findings = number("findings");
        Ok(read)
    }

    fn run(&self, title: &str, file: &Path, arguments: &[&Path]) -> Result<Measured, String> {
        measure::run(&Program {
            title,
            file,
            arguments: arguments.iter().map(|argument| argument.to_path_buf()).collect(),
            input: None,
            makes: None,
            folder: &self.folder,
        })
    }
}
