//! Remembers what a rule made of a text: sources repeat themselves. Bounded, so that memory stays flat.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

const LIMIT: usize = 1 << 16;

#[derive(Debug)]
pub(super) struct Cache<V>(HashMap<String, V, FxBuildHasher>);

impl<V> Cache<V> {
    pub(super) fn new() -> Self {
        Self(HashMap::default())
    }

    /// Returns what was made of the text, making it on first sight.
    pub(super) fn get(&mut self, text: &str, make: impl FnOnce() -> V) -> &V {
        if !self.0.contains_key(text) {
            if self.0.len() >= LIMIT {
                self.0.clear();
            }
            self.0.insert(text.to_owned(), make());
        }
        &self.0[text]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_made_once_and_the_memory_is_bounded() {
        let mut made = 0;
        let mut cache = Cache::new();
        for _ in 0..3 {
            cache.get("x", || made += 1);
        }
        assert_eq!(made, 1);
        let mut cache = Cache::new();
        for number in 0..=LIMIT {
            cache.get(&number.to_string(), || number);
        }
        assert_eq!(cache.0.len(), 1);
    }
}
