//! File names: after the row, with no trace of the source's name or type.

use super::{ATTEMPTS, Cell, Materials};

/// Returns `file-<row>.bin`.
pub(super) fn mask(materials: &Materials, cell: Cell) -> Option<String> {
    (1..ATTEMPTS)
        .map(|attempt| match attempt {
            1 => format!("file-{}.bin", cell.row),
            _ => format!("file-{}-{attempt}.bin", cell.row),
        })
        .find(|name| materials.forbidden.allows(name))
}
