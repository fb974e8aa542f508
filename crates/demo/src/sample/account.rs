//! Account numbers, national ids and telephone numbers: valid in form, and nobody's where a range is kept for that.

use super::{places::Town, random::Random};

/// Prefixes of National Insurance numbers that are never given out.
const PREFIXES: [&str; 7] = ["QQ", "BG", "GB", "NK", "KN", "TN", "ZZ"];

/// Spreads an index over a range without ever giving one value twice.
fn spread(index: u64, step: u64, range: u64) -> u64 {
    let product = u128::from(index) * u128::from(step) + 7_919;
    (product % u128::from(range)) as u64
}

/// Returns the National Insurance number of a person; distinct for distinct people.
pub(super) fn national_id(index: u64) -> String {
    let drawn = spread(index, 15_485_863, 28_000_000);
    let prefix = PREFIXES[(drawn / 4_000_000) as usize % PREFIXES.len()];
    let suffix = ["A", "B", "C", "D"][(drawn % 4) as usize];
    format!("{prefix}{:06}{suffix}", drawn / 4 % 1_000_000)
}

/// Returns the ten digits of a person's mobile number, without the leading 0; distinct for distinct people.
pub(super) fn mobile(index: u64) -> String {
    format!("{}", 7_400_000_000 + spread(index, 32_452_843, 40_000_000))
}

/// Returns the ten digits of a telephone number in a town, from the range that is kept for fiction.
pub(super) fn landline(town: &Town, random: &mut Random) -> String {
    format!("{}0{:03}", town.dialling, random.below(1_000))
}

/// The ways in which a telephone number is typed, by number.
pub(super) const PHONE_FORMS: usize = 10;

/// Writes ten digits in one of the ten ways.
pub(super) fn typed_phone(digits: &str, form: usize) -> String {
    let (code, rest) = digits.split_at(digits.len().min(4));
    let (one, two) = rest.split_at(rest.len() / 2);
    match form % PHONE_FORMS {
        0 => format!("+44 {code} {rest}"),
        1 => format!("0{digits}"),
        2 => format!("(0{code}) {one} {two}"),
        3 => format!("0044 {code} {rest}"),
        4 => format!("0{code}-{one}-{two}"),
        5 => format!("0{code} {rest}"),
        6 => format!("+44 (0){code} {rest}"),
        7 => format!("call 0{code} {rest}"),
        8 => format!("0{code}.{one}.{two}"),
        _ => format!("44{digits}"),
    }
}

/// Returns a British IBAN with right check digits, at a bank that does not exist.
pub(super) fn iban(index: u64) -> String {
    let sort_code = 990_000 + spread(index, 104_729, 9_999);
    let account = spread(index, 86_028_121, 99_999_989);
    let body = format!("ZZLF{sort_code:06}{account:08}");
    let mut remainder = 0_u32;
    for character in body.chars().chain("GB00".chars()) {
        let value = character.to_digit(36).unwrap_or(0);
        let shifted = if value > 9 { remainder * 100 } else { remainder * 10 };
        remainder = (shifted + value) % 97;
    }
    format!("GB{:02}{body}", 98 - remainder)
}

/// Returns an American routing number with a right check digit, of a district that does not exist, and an account.
pub(super) fn aba(index: u64) -> (String, String) {
    let digits = format!("99{:06}", spread(index, 15_487, 999_983));
    let weighted: u32 = digits
        .chars()
        .zip([3, 7, 1, 3, 7, 1, 3, 7])
        .map(|(digit, weight)| digit.to_digit(10).unwrap_or(0) * weight)
        .sum();
    let check = (10 - weighted % 10) % 10;
    (
        format!("{digits}{check}"),
        format!("{:010}", 4_000_000_000 + spread(index, 49_979_687, 999_999_937)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_have_right_check_digits() {
        for index in 0..500 {
            let iban = iban(index);
            assert_eq!(iban.len(), 22);
            let (head, body) = iban.split_at(4);
            let number: String = body
                .chars()
                .chain(head.chars())
                .map(|c| c.to_digit(36).unwrap().to_string())
                .collect();
            let remainder =
                number.bytes().fold(0_u32, |sum, digit| (sum * 10 + u32::from(digit - b'0')) % 97);
            assert_eq!(remainder, 1, "{iban}");
        }
    }

    #[test]
    fn routing_numbers_have_a_right_check_digit() {
        for index in 0..500 {
            let (routing, account) = aba(index);
            assert_eq!((routing.len(), account.len()), (9, 10));
            let sum: u32 = routing
                .bytes()
                .zip([3, 7, 1].into_iter().cycle())
                .map(|(digit, weight)| u32::from(digit - b'0') * weight)
                .sum();
            assert_eq!(sum % 10, 0, "{routing}");
        }
    }

    #[test]
    fn what_identifies_is_distinct() {
        let mut ids = std::collections::BTreeSet::new();
        let mut mobiles = std::collections::BTreeSet::new();
        for index in 0..50_000 {
            assert!(ids.insert(national_id(index)));
            assert!(mobiles.insert(mobile(index)));
        }
        assert!(ids.iter().all(|id| id.len() == 9));
        assert!(mobiles.iter().all(|mobile| mobile.len() == 10));
    }

    #[test]
    fn a_number_is_typed_in_ten_ways() {
        let ways: std::collections::BTreeSet<_> =
            (0..PHONE_FORMS).map(|form| typed_phone("7400900123", form)).collect();
        assert_eq!(ways.len(), PHONE_FORMS);
        assert!(ways.contains("(07400) 900 123"));
        assert!(ways.contains("0044 7400 900123"));
    }
}
