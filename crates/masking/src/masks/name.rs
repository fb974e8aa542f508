//! First, middle and last names: an invented word per person and class, the same in every table.

use super::{Cell, Materials, draw_until, syllables};
use crate::key::Subkey;

/// Draws the person's name; each class has a key of its own, so a first name is not the last name.
pub(super) fn mask(materials: &Materials, key: &Subkey, cell: Cell, out: &mut String) -> bool {
    let draw = |attempt, out: &mut String| {
        // The column is left out on purpose: the same person has the same name wherever the class stands.
        let mut draw = key.draw(cell.person, 0, attempt);
        let count = 2 + draw.below(2);
        syllables::word(&mut draw, count, out);
    };
    draw_until(out, draw, |word| materials.forbidden.allows_name(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masks::tests::{cell, materials, written};
    use crate::{
        forbidden::{Forbidden, Words},
        key::MaskKey,
    };

    #[test]
    fn a_name_of_the_source_is_never_given_to_anybody() {
        let key = MaskKey::from_bytes([3; 32]).derive("first-name");
        let free = materials(Forbidden::none());
        let before = written(|out| mask(&free, &key, cell(12), out)).unwrap();
        let forbidden = Forbidden::sized(100);
        forbidden.add_name(&before.to_uppercase(), &mut Words::default());
        let strict = materials(forbidden);
        let after = written(|out| mask(&strict, &key, cell(12), out)).unwrap();
        assert_ne!(before, after);
    }
}
