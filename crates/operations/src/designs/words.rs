//! Words that ODM and the product have for the same thing.

/// A word of ODM and the product's; the first of several is what is written.
type Words = [(&'static str, &'static str)];

/// Data types of items. A type that is not here is kept as text.
pub(super) const ITEM_TYPES: &Words = &[
    ("text", "text"),
    ("integer", "integer"),
    ("float", "decimal"),
    ("date", "date"),
    ("time", "time"),
    ("datetime", "date-time"),
    ("partialDate", "partial date"),
    ("partialDatetime", "partial date-time"),
    ("boolean", "boolean"),
    ("base64Binary", "file"),
];

/// Data types that mean nearly the same; what is lost is the word.
pub(super) const NEARLY: &Words = &[
    ("string", "text"),
    ("double", "decimal"),
    ("decimal", "decimal"),
    ("hexBinary", "file"),
    ("incompleteDate", "partial date"),
    ("incompleteDatetime", "partial date-time"),
];

/// Data types of code lists.
pub(super) const LIST_TYPES: &Words =
    &[("text", "text"), ("integer", "integer"), ("float", "decimal")];

/// Types of study events.
pub(super) const EVENT_KINDS: &Words =
    &[("Scheduled", "scheduled"), ("Unscheduled", "unscheduled"), ("Common", "common")];

/// Types of methods.
pub(super) const METHOD_KINDS: &Words = &[
    ("Computation", "computation"),
    ("Imputation", "imputation"),
    ("Transpose", "transpose"),
    ("Other", "other"),
];

/// How strict a range check is.
pub(super) const STRICTNESS: &Words = &[("Soft", "soft"), ("Hard", "hard")];

/// Where an item's values come from; ODM 1.3.2 leaves the words open.
pub(super) const ORIGINS: &Words = &[
    ("Collected", "collected"),
    ("CRF", "collected"),
    ("Derived", "derived"),
    ("Assigned", "assigned"),
    ("Protocol", "protocol"),
    ("eDT", "laboratory"),
    ("Device", "device"),
    ("Laboratory", "laboratory"),
];

/// Comparators are the same words.
pub(super) const COMPARATORS: [&str; 8] = ["LT", "LE", "GT", "GE", "EQ", "NE", "IN", "NOTIN"];

/// The language of an expression that is only said in words.
pub(super) const WORDS: &str = "text";

/// Returns the product's word for one of ODM.
pub(super) fn ours(words: &Words, odm: &str) -> Option<&'static str> {
    words.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(odm)).map(|(_, own)| *own)
}

/// Returns ODM's word for one of the product.
pub(super) fn theirs(words: &Words, own: &str) -> Option<&'static str> {
    words.iter().find(|(_, known)| *known == own).map(|(odm, _)| *odm)
}

#[cfg(test)]
mod tests {
    use landfall_catalogue::Catalogue;

    use super::*;

    #[test]
    fn the_words_are_those_of_the_catalogue() {
        let release = Catalogue::embedded_releases().pop().unwrap();
        let catalogue = Catalogue::embedded(&release).unwrap();
        let values = |table: &str, column: &str| {
            let column = catalogue.table(table).unwrap().column(column).unwrap();
            column.values.clone()
        };
        for (words, table, column) in [
            (ITEM_TYPES, "item", "data_type"),
            (LIST_TYPES, "code_list", "data_type"),
            (EVENT_KINDS, "study_event", "kind"),
            (METHOD_KINDS, "method", "kind"),
            (STRICTNESS, "item_range_check", "strictness"),
            (ORIGINS, "item", "origin"),
        ] {
            let known = values(table, column);
            for (odm, own) in words {
                assert!(known.iter().any(|value| value == own), "{table}.{column}: {own}");
                assert_eq!(ours(words, odm), Some(*own));
            }
            for own in &known {
                let back = theirs(words, own);
                assert!(back.is_some(), "{table}.{column}: {own}");
                assert_eq!(ours(words, back.unwrap()), Some(own.as_str()));
            }
        }
        assert_eq!(values("item_range_check", "comparator"), COMPARATORS);
        for (_, own) in NEARLY {
            assert!(values("item", "data_type").iter().any(|value| value == own));
        }
    }
}
