//! One row of a sheet.

use super::{merged::Filler, xml::MOST_TEXT};
use crate::{error::Error, source::plain};

/// The most cells of a row, which is what Excel has.
pub(super) const MOST_CELLS: usize = 16_384;

/// The most bytes of all texts of a row: 16 MiB.
pub(super) const MOST_ROW: usize = 16 * MOST_TEXT;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    Text(String),
    /// An error such as `#REF!`.
    Error(String),
    /// A number outside the calendar in a cell that is formatted as a date.
    NoDate,
    /// A text with half of a character.
    Half,
    /// What cannot be used, in words that follow "holds".
    Unusable(&'static str),
    /// A cell merged with others of its row, up to this column.
    Across(u32),
    /// A value of its own below the merged cell that begins at this row and column.
    Covered((u32, u32)),
}

impl Found {
    /// Returns the text, white space counted once.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
            Self::Error(_)
            | Self::NoDate
            | Self::Half
            | Self::Unusable(_)
            | Self::Across(_)
            | Self::Covered(_) => None,
        }
    }

    /// How many bytes its text has.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Error(text) => text.len(),
            Self::NoDate | Self::Half | Self::Unusable(_) | Self::Across(_) | Self::Covered(_) => 0,
        }
    }
}

/// Why a row is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// The cell of this column stands twice.
    Twice(u32),
    /// It has more cells or longer texts than a row may have; those beyond are not held.
    Long,
}

/// The cells of one row, by column.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) row: u32,
    pub(super) cells: Vec<(u32, Found)>,
    pub(super) broken: Option<Broken>,
    /// The bytes of its texts.
    bytes: usize,
}

impl Line {
    pub(super) fn start(&mut self, row: u32) {
        self.row = row;
        self.cells.clear();
        self.broken = None;
        self.bytes = 0;
    }

    pub(super) fn push(&mut self, column: u32, found: Found) {
        let bytes = self.bytes + found.len();
        if self.cells.len() >= MOST_CELLS || bytes > MOST_ROW {
            self.broken = Some(Broken::Long);
        } else {
            self.bytes = bytes;
            self.cells.push((column, found));
        }
    }

    /// Fills merged cells and hands the row over, unless it is blank.
    pub(super) fn finish(
        &mut self,
        filler: &mut Filler<'_>,
        visit: &mut dyn FnMut(&Self) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        if self.cells.is_empty() {
            return Ok(true);
        }
        self.cells.sort_by_key(|(column, _)| *column);
        let twice = self.cells.windows(2).find_map(|two| match two {
            [(one, _), (other, _)] if one == other => Some(Broken::Twice(*one)),
            _ => None,
        });
        self.broken = self.broken.or(twice);
        filler.fill(self);
        visit(self)
    }

    pub(super) fn cell(&self, column: u32) -> Option<&Found> {
        let at = self.cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        self.cells.get(at).map(|(_, found)| found)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.cells.iter().filter_map(|(_, found)| found.text()).collect()
    }

    /// Returns the columns that have a name, with it.
    pub(super) fn header(&self) -> Vec<(u32, String)> {
        let named = self.cells.iter().map(|(column, found)| (*column, found.text()));
        named
            .filter_map(|(column, text)| Some((column, text.filter(|text| !text.is_empty())?)))
            .collect()
    }

    pub(super) fn repeats(&self, header: &Self) -> bool {
        let (places, columns): (Vec<u32>, Vec<String>) = header.header().into_iter().unzip();
        self.repeats_names(&places, &columns)
    }

    /// Tells whether every text of the row is the name of its column, and most columns have one.
    pub(super) fn repeats_names(&self, places: &[u32], columns: &[String]) -> bool {
        let same = |(column, found): &(u32, Found)| {
            let name = places.binary_search(column).ok().and_then(|index| columns.get(index));
            name.zip(found.text()).is_some_and(|(name, text)| plain(name) == plain(&text))
        };
        // With a single column a value may well be its name.
        columns.len() > 1 && self.cells.len() * 2 > columns.len() && self.cells.iter().all(same)
    }
}
