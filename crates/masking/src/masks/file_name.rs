//! File names: after the row, with no trace of the source's name or type.

use std::fmt::Write as _;

use super::{Cell, Materials, draw_until};

/// Writes `file-<row>.bin`.
pub(super) fn mask(materials: &Materials, cell: Cell, out: &mut String) -> bool {
    let draw = |attempt: u32, out: &mut String| {
        // Writing into a text does not fail.
        let _written = match attempt {
            0 => write!(out, "file-{}.bin", cell.row),
            _ => write!(out, "file-{}-{}.bin", cell.row, attempt + 1),
        };
    };
    draw_until(out, draw, |name| materials.forbidden.allows(name))
}
