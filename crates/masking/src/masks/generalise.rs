//! Measures: rounded to the nearest multiple of five.

/// Rounds a decimal text half up to a multiple of five; nothing where it is no number of at most 15 digits.
pub(super) fn mask(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || whole.len() > 15 {
        return None;
    }
    let tenths = whole.parse::<i64>().ok()? * 10 + i64::from(fraction.as_bytes()[0] - b'0');
    let rounded = (tenths + 25) / 50 * 5;
    Some(if negative { -rounded } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_rounded_to_five() {
        for (text, rounded) in
            [("182.5", 185), ("182.4", 180), ("180", 180), ("2.49", 0), ("-7.5", -10), ("-1", 0)]
        {
            assert_eq!(mask(text), Some(rounded), "{text}");
        }
        for wrong in ["", "tall", "1.", ".5", "1e3"] {
            assert_eq!(mask(wrong), None, "{wrong}");
        }
    }
}
