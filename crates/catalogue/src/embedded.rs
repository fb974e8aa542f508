//! The catalogues that are built into the binary. To add a release, add its folder and its entry in [`EMBEDDED`].

use landfall_core::ids::Release;

use crate::{catalogue::Catalogue, error::Error, error::listed};

struct Embedded {
    release: &'static str,
    header: &'static str,
    modules: &'static [(&'static str, &'static str)],
}

macro_rules! module {
    ($release:literal, $file:literal) => {
        ($file, include_str!(concat!("../../../catalogues/clinical/", $release, "/", $file)))
    };
}

const EMBEDDED: &[Embedded] = &[Embedded {
    release: "24.1",
    header: include_str!("../../../catalogues/clinical/24.1/catalogue.toml"),
    modules: &[
        module!("24.1", "administration.toml"),
        module!("24.1", "devices.toml"),
        module!("24.1", "labs.toml"),
        module!("24.1", "barcode_labels.toml"),
        module!("24.1", "volunteers.toml"),
        module!("24.1", "volunteers_configure.toml"),
        module!("24.1", "study_design.toml"),
    ],
}];

impl Catalogue {
    /// Returns the catalogue of a release that is built in, checked like any other.
    ///
    /// # Errors
    /// [`Error::NotEmbedded`] naming the releases that are; else as [`Catalogue::parse`].
    pub fn embedded(release: &Release) -> Result<Self, Error> {
        let Some(embedded) = EMBEDDED.iter().find(|one| one.release == release.as_str()) else {
            return Err(Error::NotEmbedded {
                expected: listed(EMBEDDED.iter().map(|one| one.release)),
                found: release.to_string(),
            });
        };
        Self::parse(embedded.header, embedded.modules)
    }

    /// Returns the files of a release that is built in: name and text, `catalogue.toml` first; none for another.
    #[must_use]
    pub fn embedded_files(release: &Release) -> Vec<(&'static str, &'static str)> {
        EMBEDDED
            .iter()
            .filter(|one| one.release == release.as_str())
            .flat_map(|one| {
                std::iter::once(("catalogue.toml", one.header)).chain(one.modules.iter().copied())
            })
            .collect()
    }

    /// Returns the releases that are built in, oldest first.
    #[must_use]
    pub fn embedded_releases() -> Vec<Release> {
        EMBEDDED.iter().filter_map(|one| one.release.parse().ok()).collect()
    }
}
