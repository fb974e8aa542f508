use std::path::{Path, PathBuf};

use landfall_catalogue::Catalogue;
use landfall_core::{
    digest::Digest,
    environment::Role,
    ids::Address,
    plan::{PackageFacts, PackageKind},
};
pub use landfall_instances::compare::{
    Comparison, DiffLine, FieldChange, LineChange, RowChange, RowName, SideFacts, TableDifference,
};
use landfall_instances::{
    compare::{Content, Side, compare},
    package::Package,
};

use super::environment::environment;
use crate::{Installation, Result, error::Error, files};

/// The fewest digits by which a package is named.
const SHORTEST_PREFIX: usize = 8;

/// What one of the two names means.
struct Meant<'a> {
    name: String,
    catalogue: &'a Catalogue,
    rows: Rows,
}

/// Where its rows stand.
enum Rows {
    Instance(PathBuf),
    Package(Box<Package>),
}

impl Meant<'_> {
    fn side(&self) -> Side<'_> {
        let content = match &self.rows {
            Rows::Instance(path) => Content::Instance(path),
            Rows::Package(package) => Content::Package(package),
        };
        Side { name: self.name.clone(), catalogue: self.catalogue, content }
    }
}

impl Installation {
    /// Compares two configurations. Each is named by the address of an instance (`acme/sandbox`, `acme/val-1/test`;
    /// Main unless said), by the digest of a configuration package or its first digits, or by a package file, which is
    /// verified. The releases may differ.
    ///
    /// # Errors
    /// When a name means nothing or several things, or what it means is not sound or no configuration.
    pub fn configuration_diff(&self, a: &str, b: &str) -> Result<Comparison> {
        let (a, b) = (self.meant(a)?, self.meant(b)?);
        Ok(compare(&a.side(), &b.side())?)
    }

    /// Finds what a name means: an address, else a package of the store, else a file.
    fn meant(&self, name: &str) -> Result<Meant<'_>> {
        if let Ok(address) = name.parse::<Address>() {
            return self.instance_meant(&address);
        }
        if let Some(digest) = self.package_meant(name)? {
            self.packages.open(&digest)?;
            return self.verified(digest.to_string(), &self.packages.path(&digest), Some(&digest));
        }
        let path = Path::new(name);
        if path.is_file() {
            self.check_outside(path)?;
            return self.verified(name.to_owned(), path, None);
        }
        Err(Error::NotFound {
            what: format!(
                "expected an address, a package's digest or a package file, found `{name}`, which is none of them"
            ),
            hint: "name an instance such as `acme/sandbox`, a package by its digest (`landfall package list` shows them), or a file".to_owned(),
        })
    }

    fn instance_meant(&self, address: &Address) -> Result<Meant<'_>> {
        let path = self.instance_path(address)?;
        let state = self.customer(&address.customer)?;
        let release = &environment(&state, address.label)?.plan.release.release;
        let role = Some(address.role.unwrap_or(Role::Main));
        Ok(Meant {
            name: Address { role, ..address.clone() }.to_string(),
            catalogue: self.catalogue(release)?,
            rows: Rows::Instance(path),
        })
    }

    /// Finds the configuration package whose digest begins so, among those that may be seen; none when the text is no
    /// beginning of a digest, or no package's.
    fn package_meant(&self, beginning: &str) -> Result<Option<Digest>> {
        let is_hexadecimal = beginning.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hexadecimal || !(SHORTEST_PREFIX..=64).contains(&beginning.len()) {
            return Ok(None);
        }
        let mut found: Vec<(Digest, PackageKind)> = Vec::new();
        for customer in self.customers()? {
            let state = self.customer(&customer)?;
            let promoted = state.promotions.iter().map(|promotion| &promotion.package);
            let promoted = promoted.map(|facts: &PackageFacts| (facts.digest, facts.kind));
            let made = self.packages(&customer)?.into_iter().map(|view| (view.digest, view.kind));
            found.extend(
                made.chain(promoted)
                    .filter(|(digest, _)| digest.to_string().starts_with(beginning)),
            );
        }
        found.sort_by_key(|(digest, _)| *digest);
        found.dedup_by_key(|(digest, _)| *digest);
        let other = found.first().map(|(_, kind)| *kind);
        found.retain(|(_, kind)| *kind == PackageKind::Configuration);
        match (found.as_slice(), other) {
            ([], None) => Ok(None),
            ([(digest, _)], _) => Ok(Some(*digest)),
            ([], Some(kind)) => Err(Error::Input {
                message: format!(
                    "expected a configuration package, found that `{beginning}` is a {} package",
                    kind.as_str()
                ),
                hint: "`landfall package list` shows the packages and their kinds".to_owned(),
            }),
            (several, _) => Err(Error::Input {
                message: format!(
                    "expected the beginning of one package's digest, found {} configuration packages that begin with `{beginning}`",
                    several.len()
                ),
                hint: "give more of the digest; `landfall package list` shows them whole"
                    .to_owned(),
            }),
        }
    }

    /// Refuses a file of the data directory: what may be seen of it is decided by whose it is, not by where it stands.
    fn check_outside(&self, path: &Path) -> Result<()> {
        let absolute = std::fs::canonicalize(path).map_err(files::failing("find", path))?;
        let root = self.paths.root();
        let root = std::fs::canonicalize(root).map_err(files::failing("find", root))?;
        if absolute.starts_with(&root) {
            return Err(Error::Input {
                message: format!(
                    "expected a package file outside the data directory, found `{}` inside it",
                    path.display()
                ),
                hint:
                    "name a package of the data directory by its digest, an instance by its address"
                        .to_owned(),
            });
        }
        Ok(())
    }

    /// Reads a package whole and checks it against its digests.
    fn verified(&self, name: String, path: &Path, expected: Option<&Digest>) -> Result<Meant<'_>> {
        let package = Package::open(path, expected)?;
        let manifest = package.manifest();
        let known =
            self.catalogues.values().find(|catalogue| catalogue.digest() == manifest.catalogue);
        let catalogue = known.ok_or_else(|| Error::Input {
            message: format!(
                "package `{name}` was made with catalogue {} of release {}, and this data directory knows no such catalogue",
                manifest.catalogue, manifest.release
            ),
            hint: "`landfall catalogue list` shows the releases that can be compared".to_owned(),
        })?;
        Ok(Meant { name, catalogue, rows: Rows::Package(Box::new(package)) })
    }
}
