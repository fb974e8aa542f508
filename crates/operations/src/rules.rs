//! The rules in force: policy and catalogues, as files of the data directory. The ledger says which digests were
//! adopted; a file with another digest is refused.

use std::{collections::BTreeMap, fs, path::Path};

use landfall_catalogue::Catalogue;
use landfall_core::{digest::Digest, ids::Release, policy::Policy, vendor::Vendor};

use crate::{
    error::{Error, Result},
    files,
    packages::mask_plan,
    paths::Paths,
};

/// Policy and catalogues.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) policy: Policy,
    pub(crate) catalogues: BTreeMap<Release, Catalogue>,
}

impl Rules {
    /// Checks that policy and catalogues fit each other.
    pub(crate) fn check(&self) -> Result<()> {
        for catalogue in self.catalogues.values() {
            let passage = &self.policy.passage;
            catalogue.check_travel(&passage.configuration, &passage.migration)?;
            mask_plan(&self.policy, catalogue)?;
        }
        Ok(())
    }
}

/// Writes the rules that are built in, as a new directory begins with them.
pub(crate) fn write_embedded(paths: &Paths) -> Result<()> {
    files::write(&paths.policy(), Policy::embedded_text().as_bytes(), false)?;
    for release in Catalogue::embedded_releases() {
        let folder = paths.catalogue(&release);
        files::folder(&folder)?;
        for (name, text) in Catalogue::embedded_files(&release) {
            files::write(&folder.join(name), text.as_bytes(), false)?;
        }
    }
    Ok(())
}

/// Reads the rules, each of which must have the digest that was adopted.
pub(crate) fn in_force(paths: &Paths, vendor: &Vendor) -> Result<Rules> {
    let adopted =
        vendor.policy.ok_or_else(|| Error::Broken("the ledger names no policy".to_owned()))?;
    finish_adoption(&paths.policy(), adopted, |path| Ok(read_policy(path)?.digest()))?;
    let policy = read_policy(&paths.policy())?;
    if policy.digest() != adopted {
        return Err(not_adopted("the policy", &paths.policy(), policy.digest(), adopted));
    }
    let mut catalogues = BTreeMap::new();
    for (release, adopted) in &vendor.catalogues {
        let folder = paths.catalogue(release);
        finish_adoption(&folder, *adopted, |path| Ok(Catalogue::load(path)?.digest()))?;
        let catalogue = Catalogue::load(&folder)?;
        if catalogue.digest() != *adopted || catalogue.release() != release {
            let what = format!("the catalogue of release {release}");
            return Err(not_adopted(&what, &folder, catalogue.digest(), *adopted));
        }
        catalogues.insert(release.clone(), catalogue);
    }
    let rules = Rules { policy, catalogues };
    rules.check()?;
    Ok(rules)
}

/// Reads a policy from a file.
pub(crate) fn read_policy(path: &Path) -> Result<Policy> {
    let text = fs::read_to_string(path).map_err(files::failing("read the policy", path))?;
    Ok(Policy::parse(&text)?)
}

/// A crash may have come after the entry that adopts a file and before the file took its place.
fn finish_adoption(
    path: &Path,
    adopted: Digest,
    digest: impl Fn(&Path) -> Result<Digest>,
) -> Result<()> {
    let waiting = files::aside(path);
    if !waiting.exists() || digest(&waiting).ok() != Some(adopted) {
        return Ok(());
    }
    put_in_force(path)
}

/// Puts what waits beside a rule file, or a folder of them, into its place.
pub(crate) fn put_in_force(path: &Path) -> Result<()> {
    if path.is_dir() {
        files::remove(path)?;
    }
    files::rename(&files::aside(path), path)
}

fn not_adopted(what: &str, path: &Path, found: Digest, adopted: Digest) -> Error {
    Error::NotAdopted {
        what: format!("{what} in `{}`", path.display()),
        found: found.to_string(),
        adopted: adopted.to_string(),
    }
}
