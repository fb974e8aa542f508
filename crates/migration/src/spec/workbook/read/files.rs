//! Reads the files beside `spec.toml`: value maps, SQL and lists.

use std::{collections::BTreeMap, path::Path};

use super::{
    Reading,
    sheet::{Row, Sheet},
};
use crate::spec::{
    ValueMap,
    load::{SPEC, inside},
    workbook::text,
};

impl Reading {
    pub(super) fn maps(&mut self, sheet: &Sheet<'_>, files: &mut BTreeMap<String, Vec<u8>>) {
        let mut maps: BTreeMap<String, ValueMap> = BTreeMap::new();
        for row in &sheet.rows {
            let Some(name) = self.needed(sheet, row, 0) else { continue };
            let map = maps.entry(name.to_owned()).or_default();
            let (source, target) = (row.text(1), row.text(2));
            if source.is_none() && target.is_none() {
                continue;
            }
            let source = source.unwrap_or_default().to_owned();
            let target = target.unwrap_or_default().to_owned();
            let earlier = map.insert(source, target.clone());
            if earlier.is_some_and(|earlier| earlier != target) {
                self.wrong(
                    sheet,
                    row,
                    1,
                    "expected one target for each source of a map, found a second one; remove one row",
                );
            }
        }
        for (name, map) in maps {
            files.insert(format!("maps/{name}.csv"), text::map(&map).into_bytes());
        }
        self.check_names(sheet, files);
    }

    pub(super) fn sql(&mut self, sheet: &Sheet<'_>, files: &mut BTreeMap<String, Vec<u8>>) {
        let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in &sheet.rows {
            let Some(file) = self.needed(sheet, row, 0) else { continue };
            self.check_file(sheet, row, file);
            texts.entry(file).or_default().push(row.text(1).unwrap_or_default());
        }
        for (file, lines) in texts {
            files.insert(file.to_owned(), lines.join("\n").into_bytes());
        }
    }

    pub(super) fn lists(&mut self, sheet: &Sheet<'_>, files: &mut BTreeMap<String, Vec<u8>>) {
        let mut lists: BTreeMap<&str, (bool, Vec<u8>)> = BTreeMap::new();
        for row in &sheet.rows {
            let Some(file) = self.needed(sheet, row, 0) else { continue };
            self.check_file(sheet, row, file);
            let content = row.text(2).unwrap_or_default();
            let first = !lists.contains_key(file);
            let (text, bytes) = lists.entry(file).or_insert((true, Vec::new()));
            match row.text(1) {
                Some("text") if first || *text => {
                    if !first {
                        bytes.push(b'\n');
                    }
                    bytes.extend_from_slice(content.as_bytes());
                }
                Some("bytes") if first || !*text => {
                    *text = false;
                    match hexadecimal(content) {
                        Some(more) => bytes.extend(more),
                        None => self.wrong(sheet, row, 2, "expected pairs of hexadecimal digits"),
                    }
                }
                Some(_) | None => self.wrong(
                    sheet,
                    row,
                    1,
                    "expected `text` or `bytes`, the same in every row of a file",
                ),
            }
        }
        for (file, (_, bytes)) in lists {
            if files.insert(file.to_owned(), bytes).is_some() {
                self.at(
                    sheet.name,
                    "A1",
                    &format!("expected files of names of their own, found `{file}` twice"),
                );
            }
        }
    }

    fn check_file(&mut self, sheet: &Sheet<'_>, row: &Row, file: &str) {
        if let Err(message) = inside(Path::new(""), file) {
            self.wrong(sheet, row, 0, &message);
        } else if file == SPEC || file.starts_with("maps/") {
            self.wrong(sheet, row, 0, "expected a file of `sql` or `lists`, found another");
        }
    }

    /// Refuses maps whose names are no names of files.
    fn check_names(&mut self, sheet: &Sheet<'_>, files: &BTreeMap<String, Vec<u8>>) {
        for row in &sheet.rows {
            let Some(name) = row.text(0) else { continue };
            let is_file = files.contains_key(&format!("maps/{name}.csv"));
            if is_file && (name.contains(['/', '\\']) || name.starts_with('.')) {
                self.wrong(
                    sheet,
                    row,
                    0,
                    "expected a name without `/` and `\\` that does not begin with a point",
                );
                return;
            }
        }
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
