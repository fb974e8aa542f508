//! Merged cells: a value that stands for several.

use std::{collections::BTreeMap, io::BufRead};

use calamine::Dimensions;
use quick_xml::events::Event;

use super::{
    line::{Found, Line, MOST_ROW},
    value::position,
    xml::{Fault, Xml, attributes},
};

/// The most merged cells of a sheet.
const MOST_MERGED: usize = 1 << 21;

/// Reads the merged cells of a sheet, by their first row.
pub(super) fn read<R: BufRead>(mut xml: Xml<R>) -> Result<Vec<Dimensions>, Fault> {
    let mut merged = Vec::new();
    let mut buffer = Vec::new();
    loop {
        match xml.event(&mut buffer)? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "mergeCell" => {
                let mut region = None;
                attributes(&tag, |name, value| {
                    if name == "ref" {
                        region = area(value);
                    }
                })?;
                merged.push(region.ok_or(Fault::Wrong("merged cells at a place that is none"))?);
                if merged.len() > MOST_MERGED {
                    return Err(Fault::Wrong("more than 2,097,152 merged cells"));
                }
            }
            Event::End(tag) if tag.local_name().as_ref() == "mergeCells" => break,
            Event::Eof => break,
            _ => {}
        }
    }
    merged.sort_unstable_by_key(|region| (region.start, region.end));
    merged.dedup_by_key(|region| (region.start, region.end));
    Ok(merged)
}

/// Reads the name of an area, such as `B4:C7`.
fn area(name: &str) -> Option<Dimensions> {
    let (from, to) = name.split_once(':').unwrap_or((name, name));
    let ((top, left), (bottom, right)) = (position(from)?, position(to)?);
    let (start, end) = ((top, left?), (bottom, right?));
    (start.0 <= end.0 && start.1 <= end.1).then_some(Dimensions { start, end })
}

/// Finds merged cells that overlap others before them. They are sorted by their first row.
pub(super) fn overlapping(merged: &[Dimensions]) -> Option<&Dimensions> {
    // What was met last in each column: by its first column its last one, and its last row.
    let mut open: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for region in merged {
        loop {
            let before = open.range(..=region.end.1).next_back();
            let before = before.map(|(first, (last, bottom))| (*first, *last, *bottom));
            let Some((first, last, bottom)) = before else { break };
            if last < region.start.1 {
                break;
            }
            if bottom >= region.start.0 {
                return Some(region);
            }
            open.remove(&first);
        }
        open.insert(region.start.1, (region.end.1, region.end.0));
    }
    None
}

/// Gives the value of a merged cell to the rows it covers.
pub(super) struct Filler<'a> {
    waiting: &'a [Dimensions],
    /// Merged cells that reach this row or further, with what the rows they cover find.
    active: Vec<(Dimensions, Option<Found>)>,
    /// The bytes of those values.
    bytes: usize,
}

impl<'a> Filler<'a> {
    pub(super) fn new(merged: &'a [Dimensions]) -> Self {
        Self { waiting: merged, active: Vec::new(), bytes: 0 }
    }

    /// The cells of the line are sorted by their column.
    pub(super) fn fill(&mut self, line: &mut Line) {
        self.advance(line);
        let mut filled = Vec::new();
        for (region, value) in &self.active {
            let columns = region.start.1..=region.end.1;
            let first = line.cells.partition_point(|(column, _)| *column < region.start.1);
            let mut own = false;
            for (column, found) in line.cells.iter_mut().skip(first) {
                if !columns.contains(&*column) {
                    break;
                }
                own |= *column == region.start.1;
                if region.start != (line.row, *column) {
                    // The same value again hides nothing.
                    if value.as_ref() != Some(&*found) {
                        *found = Found::Covered(region.start);
                    }
                } else if let Some(Found::Across(end)) = value {
                    // A title above the header stays the text it is; it is no row of the table.
                    *found = Found::Across(*end);
                }
            }
            if let Some(value) = value.as_ref().filter(|_| !own) {
                filled.push((region.start.1, value.clone()));
            }
        }
        if !filled.is_empty() {
            line.cells.append(&mut filled);
            line.cells.sort_by_key(|(column, _)| *column);
        }
    }

    /// Leaves the merged cells that end above the line, and takes up those that have begun.
    fn advance(&mut self, line: &Line) {
        let bytes = &mut self.bytes;
        self.active.retain(|(region, value)| {
            let stays = region.end.0 >= line.row;
            if !stays {
                *bytes -= value.as_ref().map_or(0, Found::len);
            }
            stays
        });
        while let Some((region, rest)) = self.waiting.split_first() {
            if region.start.0 > line.row {
                break;
            }
            self.waiting = rest;
            if region.end.0 < line.row {
                continue;
            }
            let value = line.cell(region.start.1).filter(|_| region.start.0 == line.row);
            let value = match value {
                Some(_) if region.end.1 > region.start.1 => Some(Found::Across(region.end.1)),
                Some(value) if self.bytes + value.len() > MOST_ROW => Some(Found::Unusable(
                    "a text that is too long for merged cells; undo the merge",
                )),
                value => value.cloned(),
            };
            self.bytes += value.as_ref().map_or(0, Found::len);
            self.active.push((*region, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(areas: &[&str]) -> Vec<Dimensions> {
        let cells: String =
            areas.iter().map(|area| format!("<mergeCell ref=\"{area}\"/>")).collect();
        let xml = format!("<w><sheetData/><mergeCells>{cells}</mergeCells></w>");
        read(Xml::new(xml.as_bytes(), u64::MAX)).unwrap()
    }

    #[test]
    fn areas_are_read_in_order_and_once() {
        let found = merged(&["B4:C7", "A2:A3", "B4:C7"]);
        let ends: Vec<_> = found.iter().map(|region| (region.start, region.end)).collect();
        assert_eq!(ends, [((1, 0), (2, 0)), ((3, 1), (6, 2))]);
        for wrong in ["B4:", "4:5", "C7:B4", "XFE1:XFF1"] {
            assert!(area(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn areas_that_overlap_are_found() {
        for apart in
            [&["B3:B9", "C3:C9", "A1:C1", "B10:B12"][..], &["A1:A5", "B1:B2", "B3:B5", "A6:B6"]]
        {
            assert!(overlapping(&merged(apart)).is_none(), "{apart:?}");
        }
        for over in [&["B3:B9", "B4:B9"][..], &["A1:C3", "B2:B2"], &["A1:A9", "C1:C2", "A5:C5"]] {
            assert!(overlapping(&merged(over)).is_some(), "{over:?}");
        }
    }
}
