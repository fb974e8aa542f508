//! Canonical JSON (RFC 8785): one byte sequence per value, so that a digest means the content.

use serde::Serialize;

/// A value that has no canonical form: a map with keys that are not texts, or a number that is not finite.
#[derive(Debug, thiserror::Error)]
#[error("the value has no canonical JSON form: {0}")]
pub struct NotCanonical(#[from] serde_json::Error);

/// Serialises a value as canonical JSON (RFC 8785): sorted keys, no white space, UTF-8.
///
/// # Errors
/// [`NotCanonical`] when the value cannot be written as JSON.
pub fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    Ok(serde_json_canonicalizer::to_vec(value)?)
}

/// As [`to_vec`], as a text.
///
/// # Errors
/// [`NotCanonical`] when the value cannot be written as JSON.
pub fn to_string<T: Serialize>(value: &T) -> Result<String, NotCanonical> {
    Ok(serde_json_canonicalizer::to_string(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_white_space_is_absent() {
        let value = serde_json::json!({"b": 1, "a": [true, null, "é"]});
        assert_eq!(to_string(&value).unwrap(), r#"{"a":[true,null,"é"],"b":1}"#);
    }
}
