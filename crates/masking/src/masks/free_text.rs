//! Free text: replaced as a whole by one sentence, never searched and patched.

use super::{ATTEMPTS, syllables};
use crate::{forbidden::Forbidden, key::Subkey};

const SENTENCES: [&str; 3] = ["[text removed]", "[text replaced]", "[not shown]"];

/// Returns the sentence of one load: the first that does not read like a value of the source.
pub(super) fn sentence(forbidden: &Forbidden, key: &Subkey) -> Option<String> {
    SENTENCES
        .into_iter()
        .map(str::to_owned)
        .chain((0..ATTEMPTS).map(|attempt| {
            let mut sentence = String::from("[");
            syllables::word(&mut key.draw(0, 0, attempt), 3, &mut sentence);
            sentence.push(']');
            sentence
        }))
        .find(|sentence| forbidden.allows(sentence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{forbidden::Words, key::MaskKey};

    #[test]
    fn the_sentence_is_no_value_of_the_source() {
        let key = MaskKey::from_bytes([3; 32]).derive("sentence");
        assert_eq!(sentence(&Forbidden::none(), &key).unwrap(), "[text removed]");
        let forbidden = Forbidden::sized(100);
        forbidden.add_value("REMOVED", &mut Words::default());
        assert_eq!(sentence(&forbidden, &key).unwrap(), "[text replaced]");
    }
}
