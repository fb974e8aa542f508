//! First, middle and last names: an invented word per person and class, the same in every table.

use super::{ATTEMPTS, Cell, Materials, syllables};
use crate::key::Subkey;

/// Draws the person's name; each class has a key of its own, so a first name is not the last name.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell) -> Option<String> {
    (0..ATTEMPTS)
        .map(|attempt| {
            // The column is left out on purpose: the same person has the same name wherever the class stands.
            let mut draw = key.draw(cell.person, 0, attempt);
            let count = 2 + draw.below(2);
            syllables::word(&mut draw, count)
        })
        .find(|word| materials.forbidden.allows_name(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::tests::{cell, materials};
    use crate::{forbidden::Forbidden, key::MaskKey};

    #[test]
    fn a_name_of_the_source_is_never_given_to_anybody() {
        let key = MaskKey::from_bytes([3; 32]).derive("first-name");
        let free = materials(Forbidden::none());
        let before = mask(&free, &key, cell(12)).unwrap();
        let mut forbidden = Forbidden::sized(100);
        forbidden.add_name(&before.to_uppercase());
        let after = mask(&materials(forbidden), &key, cell(12)).unwrap();
        assert_ne!(before, after);
    }
}
