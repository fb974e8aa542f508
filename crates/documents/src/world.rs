//! What the typesetter may see: the embedded fonts, the templates and three files of data. No clock, no file system.

use std::{path::PathBuf, sync::LazyLock};

use typst::{
    Library, LibraryExt, World, WorldExt,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};

use crate::{Error, Kind};

/// The font families that documents use, as the templates name them.
const FAMILIES: [&str; 2] = ["Libertinus Serif", "DejaVu Sans Mono"];

/// The templates that every kind shares.
const SHARED: [(&str, &str); 5] = [
    ("/template/text.typ", include_str!("template/text.typ")),
    ("/template/table.typ", include_str!("template/table.typ")),
    ("/template/code.typ", include_str!("template/code.typ")),
    ("/template/signatures.typ", include_str!("template/signatures.typ")),
    ("/template/page.typ", include_str!("template/page.typ")),
];

/// The fonts in the binary; read once.
struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let fonts: Vec<Font> = typst_assets::fonts()
        .flat_map(|data| Font::iter(Bytes::new(data)))
        .filter(|font| FAMILIES.contains(&font.info().family.as_str()))
        .collect();
    Fonts { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
});

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// Tells whether one of the embedded fonts has a glyph for the character.
pub(crate) fn has_glyph(character: char) -> bool {
    FONTS.fonts.iter().any(|font| font.info().coverage.contains(u32::from(character)))
}

/// The world of one rendition.
pub(crate) struct DocumentWorld {
    main: Source,
    shared: Vec<Source>,
    data: Vec<(FileId, Bytes)>,
}

impl DocumentWorld {
    /// Makes the world of a kind's template, with JSON texts under the paths given.
    pub(crate) fn new(kind: Kind, data: [(&str, String); 3]) -> Result<Self, Error> {
        let (path, text) = kind.template();
        let mut shared = Vec::with_capacity(SHARED.len());
        for (path, text) in SHARED {
            shared.push(Source::new(file_id(kind, path)?, text.to_owned()));
        }
        let mut files = Vec::with_capacity(data.len());
        for (path, text) in data {
            files.push((file_id(kind, path)?, Bytes::from_string(text)));
        }
        Ok(Self { main: Source::new(file_id(kind, path)?, text.to_owned()), shared, data: files })
    }

    /// Returns the error that the first of the typesetter's complaints stands for.
    pub(crate) fn complaint<'a>(
        &self,
        kind: Kind,
        complaints: impl IntoIterator<Item = &'a SourceDiagnostic>,
    ) -> Error {
        let Some(first) = complaints.into_iter().next() else {
            return Error::Template {
                kind,
                place: "an unknown place".to_owned(),
                message: "the typesetter gave no reason".to_owned(),
            };
        };
        let place = first.span.id().map(|id| {
            let line = self
                .source(id)
                .ok()
                .zip(self.range(first.span))
                .and_then(|(source, range)| source.lines().byte_to_line(range.start));
            match line {
                Some(line) => format!("`{}`, line {}", id.vpath().get_without_slash(), line + 1),
                None => format!("`{}`", id.vpath().get_without_slash()),
            }
        });
        Error::Template {
            kind,
            place: place.unwrap_or_else(|| "no certain place".to_owned()),
            message: first.message.to_string(),
        }
    }
}

/// Returns the typesetter's name for a path within the templates.
fn file_id(kind: Kind, path: &str) -> Result<FileId, Error> {
    let rooted = VirtualPath::new(path).map_err(|error| Error::Template {
        kind,
        place: format!("`{path}`"),
        message: error.to_string(),
    })?;
    Ok(RootedPath::new(VirtualRoot::Project, rooted).intern())
}

/// Returns the answer for a file that is neither template nor data.
fn not_found(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}

impl World for DocumentWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        std::iter::once(&self.main)
            .chain(&self.shared)
            .find(|source| source.id() == id)
            .cloned()
            .ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.data
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, bytes)| bytes.clone())
            .ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_are_embedded() {
        for family in FAMILIES {
            assert!(FONTS.book.contains_family(&family.to_lowercase()), "{family}");
        }
        assert!(has_glyph('a') && has_glyph('ł') && !has_glyph('日'));
    }

    #[test]
    fn nothing_but_templates_and_data_can_be_read() {
        let data = ["/a.json", "/b.json", "/c.json"].map(|path| (path, "{}".to_owned()));
        let world = DocumentWorld::new(Kind::Iq, data).unwrap();
        assert!(world.file(file_id(Kind::Iq, "/a.json").unwrap()).is_ok());
        assert!(world.file(file_id(Kind::Iq, "/etc/passwd").unwrap()).is_err());
        assert!(world.source(file_id(Kind::Iq, "/template/page.typ").unwrap()).is_ok());
        assert!(world.today(None).is_none());
    }
}
