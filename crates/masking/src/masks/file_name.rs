//! File names: after the row, with no trace of the source's name or type.

use std::fmt::Write as _;

use super::{Cell, Materials, draw_until};

/// Writes `file-<row>.bin`; where that stands in the source, `file-<row>x<number>.bin`. The number is part of the same
/// word as the row, so that no run of words stays the same from one draw to the next.
pub(super) fn mask(materials: &Materials, cell: Cell, out: &mut String) -> bool {
    let draw = |attempt: u32, out: &mut String| {
        // Writing into a text does not fail.
        let _written = match attempt {
            0 => write!(out, "file-{}.bin", cell.row),
            _ => write!(out, "file-{}x{attempt}.bin", cell.row),
        };
    };
    draw_until(out, draw, |name| materials.forbidden.allows(name))
}
