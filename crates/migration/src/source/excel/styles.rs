//! What the format of a cell says about its number: a date, a duration, or how many digits are shown.

use std::{collections::HashMap, io::BufRead};

use quick_xml::events::Event;

use super::xml::{Fault, Xml, attributes, value_of};

/// What a number in a cell of this format is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Number,
    Date,
    Duration,
    /// Shown with this many digits at least, zeros in front.
    Zeros(u8),
}

impl Format {
    /// Reads a format code such as `dd/mm/yyyy`.
    fn of(code: &str) -> Self {
        // The first part is for numbers that are not negative; `_)` is a blank as wide as what follows it.
        let positive = code.split(';').next().unwrap_or(code);
        let zeros = positive.strip_suffix("_)").unwrap_or(positive);
        if zeros.len() > 1 && zeros.bytes().all(|sign| sign == b'0') {
            return u8::try_from(zeros.len()).map_or(Self::Number, Self::Zeros);
        }
        date_or_duration(code)
    }

    /// The formats that every workbook has.
    fn built_in(number: u32) -> Self {
        match number {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Date,
            46 => Self::Duration,
            _ => Self::Number,
        }
    }
}

/// Which list of the styles is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Formats,
    Cells,
    Others,
}

/// Returns the format of each style of cells, by its number.
pub(super) fn read<R: BufRead>(mut xml: Xml<R>) -> Result<Vec<Format>, Fault> {
    let mut own: HashMap<u32, Format> = HashMap::new();
    let mut cells: Vec<Option<u32>> = Vec::new();
    let mut within = Within::Others;
    let mut buffer = Vec::new();
    loop {
        match xml.event(&mut buffer)? {
            Event::Start(tag) | Event::Empty(tag) => match (tag.local_name().as_ref(), within) {
                ("numFmts", _) => within = Within::Formats,
                ("cellXfs", _) => within = Within::Cells,
                ("numFmt", Within::Formats) => {
                    let (mut number, mut format) = (None, None);
                    attributes(&tag, |name, value| match name {
                        "numFmtId" => number = value.parse::<u32>().ok(),
                        "formatCode" => format = Some(Format::of(&value_of(value))),
                        _ => {}
                    })?;
                    own.extend(number.zip(format));
                }
                ("xf", Within::Cells) => {
                    let mut number = None;
                    attributes(&tag, |name, value| {
                        if name == "numFmtId" {
                            number = value.parse::<u32>().ok();
                        }
                    })?;
                    cells.push(number);
                }
                _ => {}
            },
            Event::End(tag) => {
                if matches!(tag.local_name().as_ref(), "numFmts" | "cellXfs") {
                    within = Within::Others;
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let format = |number: u32| own.get(&number).copied().unwrap_or(Format::built_in(number));
    Ok(cells.into_iter().map(|number| number.map_or(Format::Number, format)).collect())
}

/// Tells by the letters of the first section whether a format shows a date or a time. What is quoted, escaped, or the
/// width or filling of the cell, is no letter of the format; `[h]` counts hours beyond a day.
fn date_or_duration(code: &str) -> Format {
    let (mut escaped, mut quoted) = (false, false);
    // Inside `[..]`, and whether that is a unit of time so far.
    let (mut brackets, mut unit) = (0_usize, false);
    // Behind the `A` of `AM/PM`.
    let mut half_day = false;
    let mut before = ' ';
    for letter in code.chars() {
        let letter = letter.to_ascii_lowercase();
        if escaped {
            escaped = false;
        } else if matches!(letter, '_' | '\\' | '*') {
            escaped = true;
        } else if quoted {
            quoted = letter != '"';
        } else {
            match letter {
                '"' => quoted = true,
                ';' => return Format::Number,
                '[' => brackets += 1,
                ']' if brackets == 1 && unit => return Format::Duration,
                ']' => brackets = brackets.saturating_sub(1),
                'a' if !half_day && brackets == 0 => half_day = true,
                'p' | 'm' | '/' if half_day && brackets == 0 => return Format::Date,
                'd' | 'm' | 'h' | 'y' | 's' if !half_day && brackets == 0 => return Format::Date,
                _ if unit && letter == before => {}
                _ => unit = before == '[' && matches!(letter, 'm' | 'h' | 's'),
            }
        }
        before = letter;
    }
    Format::Number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_code() {
        for (code, format) in [
            ("DD/MM/YY", Format::Date),
            ("H:MM:SS;@", Format::Date),
            ("m\"M\"d\"D\";@", Format::Date),
            ("[$-404]e\"\\xfc\"m\"\\xfc\"d\"\\xfc\"", Format::Date),
            ("ha/p\\\\m", Format::Date),
            ("*-yyyy-mm-dd", Format::Date),
            ("[h]:mm:ss", Format::Duration),
            ("[ss]", Format::Duration),
            ("[Blue]\\+[h]:mm;[Red]\\-[h]:mm;[Green][h]:mm", Format::Duration),
            ("[>=100][Magenta][s].00", Format::Duration),
            ("General", Format::Number),
            ("0", Format::Number),
            ("0.00", Format::Number),
            ("00000-0000", Format::Number),
            ("#,##0\\ [$\\u20bd-46D]", Format::Number),
            ("\"Y: \"0.00\"m\";\"Y: \"-0.00\"m\";\"Y: <num>m\";@", Format::Number),
            ("[>=100][Magenta]General", Format::Number),
            ("\\Y000000", Format::Number),
            ("#,##0*y", Format::Number),
            ("#,##0.0####\" YMD\"", Format::Number),
            ("00", Format::Zeros(2)),
            ("00000", Format::Zeros(5)),
            ("00000;-00000", Format::Zeros(5)),
            ("00000_);[Red]-00000", Format::Zeros(5)),
        ] {
            assert_eq!(Format::of(code), format, "{code}");
        }
    }

    #[test]
    fn styles_of_cells_name_their_formats() {
        let xml = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"00000\"/><numFmt numFmtId=\"165\" formatCode=\"&quot;d&quot;0\"/></numFmts>\
            <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
            <cellXfs><xf/><xf numFmtId=\"14\"><alignment/></xf><xf numFmtId=\"46\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs>\
            <dxfs><dxf><numFmt numFmtId=\"164\" formatCode=\"dd\"/></dxf></dxfs></styleSheet>";
        let formats = read(Xml::new(xml.as_bytes(), u64::MAX)).unwrap();
        let expected =
            [Format::Number, Format::Date, Format::Duration, Format::Zeros(5), Format::Number];
        assert_eq!(formats, expected);
    }
}
