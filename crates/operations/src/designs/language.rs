//! Languages: which one is a version's, and which texts are in it.

use std::collections::BTreeMap;

use landfall_odm::{Element, Key, Tag};

/// What stands for a language where no text names one: undetermined.
pub(super) const UNDETERMINED: &str = "und";

/// Which languages texts are in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Spoken {
    /// How many texts there are.
    pub(super) texts: u64,
    /// How many of them name no language.
    pub(super) unsaid: u64,
    /// The language of most of the others.
    pub(super) main: Option<String>,
}

/// Finds out which languages the texts of elements are in. Variants of one language count together.
pub(super) fn spoken<'e>(elements: impl IntoIterator<Item = &'e Element>) -> Spoken {
    let mut spoken = Spoken::default();
    // By language, and within it by the tag as it is written.
    let mut counts: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut stack: Vec<&Element> = elements.into_iter().collect();
    while let Some(element) = stack.pop() {
        if element.is(Tag::TranslatedText) {
            spoken.texts += 1;
            match said(element.get(Key::Lang)) {
                Some(tag) => {
                    let variants = counts.entry(primary(tag).to_ascii_lowercase()).or_default();
                    *variants.entry(tag).or_default() += 1;
                }
                None => spoken.unsaid += 1,
            }
        }
        stack.extend(element.elements());
    }
    // Of several with as many texts English comes first, then the alphabet.
    let most = counts.into_iter().max_by_key(|(language, variants)| {
        (variants.values().sum::<u64>(), language == "en", std::cmp::Reverse(language.clone()))
    });
    spoken.main = most.and_then(|(_, variants)| {
        let most =
            variants.into_iter().max_by_key(|(tag, texts)| (*texts, std::cmp::Reverse(*tag)));
        most.map(|(tag, _)| tag.to_owned())
    });
    spoken
}

/// Returns a language that is named: blanks name none.
pub(super) fn said(tag: Option<&str>) -> Option<&str> {
    tag.map(str::trim).filter(|tag| !tag.is_empty())
}

/// Tells whether two tags mean the same: case says nothing.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// Tells whether two tags are of one language, such as `de` and `de-CH`.
pub(super) fn akin(one: &str, other: &str) -> bool {
    primary(one).eq_ignore_ascii_case(primary(other))
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tags: &[&str]) -> Element {
        let mut question = Element::new(Tag::Question);
        for tag in tags {
            let text = Element::new(Tag::TranslatedText).saying("?");
            question.push(if tag.is_empty() { text } else { text.with(Key::Lang, *tag) });
        }
        question
    }

    #[test]
    fn the_language_of_most_texts_is_found_whatever_its_case_and_variants() {
        let cases: [(&[&str], Option<&str>); 7] = [
            (&["de", "DE", "de-CH", "en", "en", "de"], Some("de")),
            (&["fr", "en"], Some("en")),
            (&["fr", "nl"], Some("fr")),
            (&["en-GB", "de", "en-GB", "en-US"], Some("en-GB")),
            (&["", "", "nl"], Some("nl")),
            (&["", ""], None),
            (&[], None),
        ];
        for (tags, main) in cases {
            let found = spoken([&texts(tags)]);
            assert_eq!(found.main.as_deref(), main, "{tags:?}");
            assert_eq!(found.texts, tags.len() as u64);
            assert_eq!(found.unsaid, tags.iter().filter(|tag| tag.is_empty()).count() as u64);
        }
    }

    #[test]
    fn case_says_nothing_and_variants_are_akin() {
        assert!(same("de-ch", "de-CH") && !same("de", "de-CH"));
        assert!(akin("DE", "de-CH") && !akin("de", "den"));
    }
}
