//! What `docs/benchmarks.md` says of study designs.

use std::process::Command;

use super::{Made, Options};
use crate::bench::{
    page,
    report::{Rows, grouped},
};

/// Returns the text between the marks of the page.
pub(super) fn text(options: Options, files: &[Made], python: &str, rows: &Rows) -> String {
    let landfall = format!("landfall {}", env!("CARGO_PKG_VERSION"));
    let xmllint = xmllint();
    let mut made = String::new();
    for file in files {
        made.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            file.version,
            grouped(file.bytes),
            grouped(file.copies),
            grouped(file.items),
            grouped(file.elements),
            grouped(file.findings),
            file.examples.join(", "),
        ));
    }
    format!(
        "## Study designs beside `xmllint` and `odmlib`

`cargo xtask bench odm` writes this part. Each side runs {runs} times, in turn, as a process of its own; the median of
the times counts, its start included, and the greatest memory.

### The files

They are made of the examples of XML4Pharma and `odmlib`: their forms, item groups, items, code lists, conditions and
methods stand in one version of one study again and again, as the examples write them, with fresh OIDs in each copy.
Every copy has an event with all its forms. All references are resolved; what is found are warnings that the examples
give too. A file is removed when it was measured.

| ODM | bytes | copies | items | elements | findings | made of |
|---|--:|--:|--:|--:|--:|---|
{made}
### The machine

{machine}
### The figures

{figures}
* **Read and check**: the file is read from the disk, becomes the tree of a design, and passes every check, as
  `landfall study import` does it before it looks at an instance.
* **`xmllint --noout`** makes a tree of the file too, and checks nothing but that it is well-formed.
* **Peak memory**: `VmHWM` of the process, as the kernel counts it; 1 MB is a million bytes.
* **`odmlib`** 0.2.1, from PyPI, makes objects of the file, which checks their attributes, then verifies the order of
  elements and the OIDs. Its check of conformance, for required parts, comes on top. Inside the processes: by their own
  clocks, without the start of Python and its imports. The file is made of `odmlib`'s own example, for it refuses a
  text without words, which the other one has.
",
        runs = options.runs,
        machine = page::machine(&[
            ("Landfall", landfall.as_str()),
            ("`xmllint`", xmllint.as_str()),
            ("Python, for `odmlib`", python),
        ]),
        figures = rows.table(),
    )
}

/// Returns what `xmllint` says of its version, on the stream for errors.
fn xmllint() -> String {
    let said = Command::new("xmllint").arg("--version").output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    let first = said.unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    first.rsplit(' ').next().unwrap_or_default().to_owned()
}
