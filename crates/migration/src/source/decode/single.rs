//! Encodings in which one byte is one character, and texts that are said to be in one and are UTF-8: `Ã©` is nobody's name.

use std::{io, mem};

use encoding_rs::WINDOWS_1252;

use crate::spec::model::Encoding;

/// What stands for bytes that are whole characters in UTF-8. No UTF-8 has this byte, so their row is rejected.
pub(super) const WHOLE: u8 = 0xff;

/// So many characters that are whole in UTF-8, and none that is not, are no accident in a file of single bytes.
const TELLING: u64 = 3;

/// After so many, the end of the file is not waited for.
const CERTAIN: u64 = 1000;

/// A run is judged by so many of its first bytes.
const LONGEST: usize = 1 << 12;

/// Decodes single bytes. What the encoding does not define stays as it is, and is no UTF-8.
pub(super) struct Single {
    encoding: Encoding,
    /// The characters of the bytes above ASCII.
    characters: [Option<char>; 128],
    /// The bytes above ASCII that follow each other here, not judged yet.
    run: Vec<u8>,
    /// What was found of a run that is too long to be held: whether it is UTF-8.
    judged: Option<bool>,
    /// Where the run begins.
    begun: u64,
    byte: u64,
    line: u64,
    whole: u64,
    other: u64,
    /// Line and byte of the first run that is UTF-8.
    first: Option<(u64, u64)>,
}

impl Single {
    pub(super) fn new(encoding: Encoding) -> Self {
        let mut characters = [None; 128];
        for (byte, character) in (0x80..=0xff_u8).zip(&mut characters) {
            // `encoding_rs` follows the web, where the undefined bytes are control characters. Above them both are the same.
            let undefined = match encoding {
                Encoding::Iso88591 => byte < 0xa0,
                Encoding::Windows1252 | Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => {
                    matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d)
                }
            };
            if !undefined {
                *character = WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next();
            }
        }
        Self {
            encoding,
            characters,
            run: Vec::new(),
            judged: None,
            begun: 0,
            byte: 0,
            line: 0,
            whole: 0,
            other: 0,
            first: None,
        }
    }

    /// Decodes the next bytes of the file; what may go on behind them is kept back.
    pub(super) fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (plain, behind) = rest.split_at(encoding_rs::Encoding::ascii_valid_up_to(rest));
            if !plain.is_empty() {
                self.end_run(out)?;
                self.byte += plain.len() as u64;
                if self.first.is_none() {
                    self.line += plain.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
                }
                out.extend_from_slice(plain);
            }
            let length = behind.iter().position(u8::is_ascii).unwrap_or(behind.len());
            let (run, next) = behind.split_at(length);
            self.go_on(run, out)?;
            rest = next;
        }
        Ok(())
    }

    /// Takes note of the end of the file.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.end_run(out)?;
        self.verdict()
    }

    fn go_on(&mut self, run: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        if self.run.is_empty() && self.judged.is_none() {
            self.begun = self.byte;
        }
        self.byte += run.len() as u64;
        match self.judged {
            Some(true) => {}
            Some(false) => self.push(run, out),
            None => {
                self.run.extend_from_slice(run);
                if self.run.len() >= LONGEST {
                    self.judged = Some(self.judge(true, out)?);
                }
            }
        }
        Ok(())
    }

    fn end_run(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if self.judged.take().is_none() && !self.run.is_empty() {
            self.judge(false, out)?;
        }
        Ok(())
    }

    /// Hands over the run at hand; tells whether it is UTF-8.
    fn judge(&mut self, goes_on: bool, out: &mut Vec<u8>) -> io::Result<bool> {
        let mut run = mem::take(&mut self.run);
        let whole = match std::str::from_utf8(&run) {
            Ok(text) => is_no_accident(text),
            // The last character may only be cut where the run was.
            Err(error) => goes_on && error.error_len().is_none(),
        };
        if whole {
            self.whole += 1;
            self.first.get_or_insert((self.line + 1, self.begun + 1));
            out.push(WHOLE);
            if self.whole >= CERTAIN {
                self.verdict()?;
            }
        } else {
            self.other += 1;
            self.push(&run, out);
        }
        run.clear();
        self.run = run;
        Ok(whole)
    }

    fn push(&self, run: &[u8], out: &mut Vec<u8>) {
        for byte in run {
            match self.characters.get(usize::from(*byte & 0x7f)).copied().flatten() {
                Some(character) => {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                None => out.push(*byte),
            }
        }
    }

    /// Refuses a file of which every character above ASCII is whole in UTF-8.
    fn verdict(&self) -> io::Result<()> {
        match self.first {
            Some((line, byte)) if self.whole >= TELLING && self.other == 0 => {
                Err(io::Error::other(format!(
                    "expected {}, as `encoding` of the source says, found UTF-8 wherever a character is not ASCII ({} times, first at line {line}, byte {byte} of the file); correct `encoding`",
                    self.encoding.as_str(),
                    self.whole
                )))
            }
            _ => Ok(()),
        }
    }
}

/// Tells whether bytes above ASCII that can be read as UTF-8 hardly mean something else.
///
/// `ß“` and `É»` of windows-1252 are whole characters of UTF-8 as well, but of scripts that nobody mixes with Latin letters: a
/// single such character is an accident. Letters of Europe's languages and their punctuation are none, nor is a word in
/// another script.
pub(in crate::source) fn is_no_accident(text: &str) -> bool {
    text.split(|character: char| character.is_ascii()).all(|run| {
        let rare = |character: &char| {
            !matches!(
                character,
                '\u{a0}'..='\u{17f}' | '\u{218}'..='\u{21b}' | '\u{2010}'..='\u{203a}' | '€' | '™'
            )
        };
        let rare: usize = run.chars().filter(rare).map(char::len_utf8).sum();
        rare == 0 || rare >= 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes a text that comes in pieces of so many bytes.
    fn decoded(encoding: Encoding, bytes: &[u8], piece: usize) -> Result<Vec<u8>, String> {
        let mut single = Single::new(encoding);
        let mut out = Vec::new();
        for part in bytes.chunks(piece) {
            single.decode(part, &mut out).map_err(|error| error.to_string())?;
        }
        single.finish(&mut out).map_err(|error| error.to_string())?;
        Ok(out)
    }

    #[test]
    fn every_defined_byte_is_its_character_and_the_others_stay() {
        let all: Vec<u8> = (0x80..=0xff_u8).flat_map(|byte| [byte, b' ']).collect();
        for piece in [1, 7, 300] {
            let western = decoded(Encoding::Windows1252, &all, piece).unwrap();
            assert!(western.starts_with(b"\xe2\x82\xac \x81 "), "{piece}");
            assert!(western.ends_with("ý þ ÿ ".as_bytes()), "{piece}");
            let latin = decoded(Encoding::Iso88591, &all, piece).unwrap();
            assert!(latin.starts_with(b"\x80 \x81 "), "{piece}");
            assert!(latin.ends_with("ý þ ÿ ".as_bytes()), "{piece}");
        }
    }

    #[test]
    fn characters_that_are_whole_in_utf_8_are_marked() {
        // One true character of windows-1252, and two in UTF-8.
        let text = b"K\xf6ln\nZ\xc3\xbcrich\n\xc5\x81\xc3\xb3d\n";
        for piece in [1, 2, 3, 100] {
            let found = decoded(Encoding::Windows1252, text, piece).unwrap();
            assert_eq!(found, b"K\xc3\xb6ln\nZ\xffrich\n\xffd\n", "{piece}");
        }
        assert_eq!(decoded(Encoding::Iso88591, b"K\xc3\xb6ln", 100).unwrap(), b"K\xffln");
    }

    #[test]
    fn a_letter_and_a_sign_behind_it_are_no_utf_8() {
        let text =
            b"Fu\xdf\x93 \xabD\xc9C\xc9D\xc9\xbb NESCAF\xc9\x99 MEN\xdc\x93 SPA\xdf\x96x K\xf6ln";
        let found = decoded(Encoding::Windows1252, text, 100).unwrap();
        assert_eq!(found, "Fuß“ «DÉCÉDÉ» NESCAFÉ™ MENÜ“ SPAß–x Köln".as_bytes());
        for text in ["Ł", "ő", "ș", "â€", "Ж", "Жук", "名", "名古", "😀", "don’t"]
        {
            assert_eq!(is_no_accident(text), !["Ж", "名"].contains(&text), "{text}");
        }
    }

    #[test]
    fn a_file_in_utf_8_is_refused_at_its_end_or_when_it_is_certain() {
        let three = "a\nJosé\nZoë\nÅsa\n";
        for piece in [1, 100] {
            let error = decoded(Encoding::Windows1252, three.as_bytes(), piece).unwrap_err();
            assert!(error.contains("(3 times, first at line 2, byte 6 of the file)"), "{error}");
        }
        // The last is no UTF-8, but nobody reads that far.
        let mut many = "é\n".repeat(1000).into_bytes();
        many.push(0xe9);
        let error = decoded(Encoding::Windows1252, &many, 64).unwrap_err();
        assert!(error.contains("1000 times"), "{error}");
    }

    #[test]
    fn a_long_run_is_judged_by_its_beginning() {
        let signs = "名".repeat(5000);
        for piece in [1, 1000, 20_000] {
            let found = decoded(Encoding::Windows1252, signs.as_bytes(), piece).unwrap();
            assert_eq!(found, [WHOLE]);
            let found = decoded(Encoding::Windows1252, &[0xe9; 9000], piece).unwrap();
            assert_eq!(found, "é".repeat(9000).into_bytes());
        }
    }
}
