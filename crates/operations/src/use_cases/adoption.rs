use std::path::Path;

use landfall_catalogue::Catalogue;
use landfall_core::{customer::State, digest::Digest, ids::Release, vendor};
use landfall_ledger::Ledger;

use crate::{
    Caller, Installation, Result,
    error::Error,
    files,
    installation::{VENDOR, fold_vendor},
    paths::Paths,
    rules::{self, Rules},
};

impl Installation {
    /// Puts a policy in force, with the signature of vendor quality. Works on a directory that refuses to open because its
    /// policy was changed.
    ///
    /// # Errors
    /// When the policy does not hold together or does not fit the catalogues, or a rule or the password says no.
    pub fn policy_adopt(directory: &Path, caller: &Caller, file: &Path) -> Result<Digest> {
        let policy = rules::read_policy(file)?;
        let digest = policy.digest();
        let text = std::fs::read(file).map_err(files::failing("read the policy", file))?;
        let (paths, ledger) = directory_of(directory)?;
        let vendor = fold_vendor(&ledger.stream(VENDOR)?)?;
        let mut catalogues = std::collections::BTreeMap::new();
        for release in vendor.catalogues.keys() {
            catalogues.insert(release.clone(), Catalogue::load(&paths.catalogue(release))?);
        }
        let adopted = Rules { policy, catalogues };
        adopted.check()?;
        let target = paths.policy();
        let mut installation = Self::with(paths, ledger, &vendor, adopted)?;
        let person = installation.signing(caller)?;
        files::write(&files::aside(&target), &text, true)?;
        let in_force = vendor.policy == Some(digest);
        let damaged = rules::read_policy(&target).map(|found| found.digest()).ok() != Some(digest);
        if in_force && damaged {
            // What was adopted comes back to where somebody changed it.
            rules::put_in_force(&target)?;
            return Ok(digest);
        }
        let command = vendor::Command::AdoptPolicy { digest };
        let outcome = installation.vendor_command(&command, &person, caller.reason.as_deref());
        finish(&target, outcome)?;
        Ok(digest)
    }

    /// Puts the catalogue of a release in force, with the signature of vendor quality.
    ///
    /// # Errors
    /// When the catalogue does not hold together or does not fit the policy, environments stand on another one of its
    /// release, or a rule or the password says no.
    pub fn catalogue_adopt(
        directory: &Path,
        caller: &Caller,
        folder: &Path,
    ) -> Result<(Release, Digest)> {
        let catalogue = Catalogue::load(folder)?;
        let (release, digest) = (catalogue.release().clone(), catalogue.digest());
        let (paths, ledger) = directory_of(directory)?;
        let vendor = fold_vendor(&ledger.stream(VENDOR)?)?;
        let mut catalogues = std::collections::BTreeMap::new();
        for known in vendor.catalogues.keys().filter(|known| **known != release) {
            catalogues.insert(known.clone(), Catalogue::load(&paths.catalogue(known))?);
        }
        catalogues.insert(release.clone(), catalogue);
        let adopted = Rules { policy: rules::read_policy(&paths.policy())?, catalogues };
        adopted.check()?;
        let target = paths.catalogue(&release);
        let mut installation = Self::with(paths, ledger, &vendor, adopted)?;
        let person = installation.signing(caller)?;
        let standing = installation.standing_on(&release, digest)?;
        let aside = files::aside(&target);
        files::remove(&aside)?;
        files::copy_folder(folder, &aside)?;
        let in_force = vendor.catalogues.get(&release) == Some(&digest);
        let damaged = Catalogue::load(&target).map(|found| found.digest()).ok() != Some(digest);
        if in_force && damaged {
            rules::put_in_force(&target)?;
            return Ok((release, digest));
        }
        let command =
            vendor::Command::AdoptCatalogue { release: release.clone(), digest, standing };
        let outcome = installation.vendor_command(&command, &person, caller.reason.as_deref());
        finish(&target, outcome)?;
        Ok((release, digest))
    }

    /// Returns the environments that stand on a release under another catalogue, by address.
    fn standing_on(&self, release: &Release, digest: Digest) -> Result<Vec<String>> {
        let mut standing = Vec::new();
        for id in self.customers()? {
            let state = self.customer(&id)?;
            for environment in state.environments.values() {
                let facts = &environment.plan.release;
                if environment.state != State::Destroyed
                    && facts.release == *release
                    && facts.catalogue != digest
                {
                    standing.push(format!("{id}/{}", environment.label));
                }
            }
        }
        Ok(standing)
    }
}

/// Puts the file that waits into its place, or away with it where it was not adopted.
fn finish(target: &Path, outcome: Result<()>) -> Result<()> {
    match outcome {
        Ok(()) => rules::put_in_force(target),
        Err(error) => {
            files::remove(&files::aside(target))?;
            Err(error)
        }
    }
}

fn directory_of(directory: &Path) -> Result<(Paths, Ledger)> {
    let paths = Paths::new(directory);
    if !paths.ledger().is_file() {
        return Err(Error::Directory {
            message: format!(
                "`{}` is not a data directory: it holds no ledger",
                directory.display()
            ),
            hint: "make one with `landfall init`, or name the right one with `--data`".to_owned(),
        });
    }
    let ledger = Ledger::open(&paths.ledger())?;
    Ok((paths, ledger))
}
