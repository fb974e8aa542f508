//! Opens the demonstration's data directory, or makes it: with generated passwords in files that only their owner can
//! read.
//!
//! The first password must be on the disk before the directory is, or a crash in between would lock everybody out. So
//! passwords and numbers are written beside the directory, and moved in when it is there.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use landfall_core::{time::Timestamp, vendor::ClockKind};
use landfall_operations::{Installation, NewPerson, Password, Reporter};
use serde::{Deserialize, Serialize};

use super::{
    Error, Options,
    people::{EVERYBODY, QUALITY},
    state::{PASSWORDS, State, failing},
};

/// The first time of the demonstration clock.
const START: &str = "2026-01-05T09:00:00Z";

/// The file that says what the demonstration was begun with.
const NUMBERS: &str = "demonstration.json";

/// What a demonstration is begun with; it cannot change on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbers {
    volunteers: u64,
    seed: u64,
}

/// Returns the numbers with which the demonstration in a directory was begun; none where there is none yet.
pub(super) fn begun_with(directory: &Path) -> Result<Option<(u64, u64)>, Error> {
    let directory =
        std::path::absolute(directory).map_err(failing("find the folder", directory))?;
    let begun = match read_numbers(&directory.join(NUMBERS))? {
        Some(begun) => Some(begun),
        None => read_numbers(&beside(&directory).join(NUMBERS))?,
    };
    Ok(begun.map(|numbers| (numbers.volunteers, numbers.seed)))
}

/// Opens the directory, or makes it.
pub(super) fn open(options: &Options, reporter: &mut dyn Reporter) -> Result<State, Error> {
    let directory = std::path::absolute(&options.directory)
        .map_err(failing("find the folder", &options.directory))?;
    let numbers = Numbers { volunteers: options.volunteers, seed: options.seed };
    let beside = beside(&directory);
    if is_vacant(&directory)? {
        reporter.note("making the data directory, on the demonstration clock");
        prepare(&beside, &numbers)?;
        make(&directory, &beside)?;
    }
    let mut installation = Installation::open(&directory)?;
    installation.recover()?;
    if installation.clock() != ClockKind::Demonstration {
        return Err(Error::NotADemonstration(directory));
    }
    move_in(&directory, &beside)?;
    let Some(begun) = read_numbers(&directory.join(NUMBERS))? else {
        return Err(Error::NotADemonstration(directory));
    };
    if begun != numbers {
        return Err(Error::OtherNumbers { expected: words(&begun), found: words(&numbers) });
    }
    State::new(installation, directory, options.volunteers, options.seed)
}

fn words(numbers: &Numbers) -> String {
    format!("{} volunteers and seed {}", numbers.volunteers, numbers.seed)
}

/// Returns the folder beside the directory.
fn beside(directory: &Path) -> PathBuf {
    let mut name = directory.file_name().unwrap_or_default().to_owned();
    name.push(".demonstration");
    directory.with_file_name(name)
}

/// Tells whether the directory is not there or empty.
fn is_vacant(directory: &Path) -> Result<bool, Error> {
    match fs::read_dir(directory) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(failing("read the folder", directory)(error)),
    }
}

/// Writes passwords and numbers beside the directory, whole or not at all.
fn prepare(beside: &Path, numbers: &Numbers) -> Result<(), Error> {
    if read_numbers(&beside.join(NUMBERS))?.as_ref() == Some(numbers) {
        return Ok(());
    }
    let building = beside.with_extension("demonstration.building");
    remove(&building)?;
    remove(beside)?;
    for person in EVERYBODY {
        Password::generate()?.write_file(&building.join(PASSWORDS).join(person.id))?;
    }
    let path = building.join(NUMBERS);
    let text = format!("{{\"volunteers\":{},\"seed\":{}}}\n", numbers.volunteers, numbers.seed);
    fs::write(&path, text).map_err(failing("write", &path))?;
    fs::rename(&building, beside).map_err(failing("rename to", beside))
}

/// Makes the data directory, with its first person.
fn make(directory: &Path, beside: &Path) -> Result<(), Error> {
    let first = NewPerson {
        id: QUALITY.id.parse()?,
        name: QUALITY.name.to_owned(),
        role: QUALITY.role,
        customer: None,
        password: Password::from_file(&beside.join(PASSWORDS).join(QUALITY.id))?,
    };
    let start: Timestamp = START.parse()?;
    Installation::init(directory, ClockKind::Demonstration, Some(start), &first)?;
    Ok(())
}

/// Moves what was written beside the directory into it; a crash in between is made good by the next call.
fn move_in(directory: &Path, beside: &Path) -> Result<(), Error> {
    if !beside.is_dir() {
        return Ok(());
    }
    for name in [PASSWORDS, NUMBERS] {
        let (from, to) = (beside.join(name), directory.join(name));
        if from.exists() && !to.exists() {
            fs::rename(&from, &to).map_err(failing("rename to", &to))?;
        }
    }
    remove(beside)
}

fn read_numbers(path: &Path) -> Result<Option<Numbers>, Error> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            failing("read", path)(io::Error::new(io::ErrorKind::InvalidData, error))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failing("read", path)(error)),
    }
}

fn remove(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(failing("remove", folder)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beside_is_whole_and_moves_in_however_often_it_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("data");
        let beside = beside(&directory);
        let numbers = Numbers { volunteers: 10, seed: 3 };
        prepare(&beside, &numbers).unwrap();
        let first = fs::read(beside.join(PASSWORDS).join(QUALITY.id)).unwrap();
        prepare(&beside, &numbers).unwrap();
        assert_eq!(fs::read(beside.join(PASSWORDS).join(QUALITY.id)).unwrap(), first);
        assert_eq!(fs::read_dir(beside.join(PASSWORDS)).unwrap().count(), EVERYBODY.len());
        fs::create_dir(&directory).unwrap();
        assert!(is_vacant(&directory).unwrap());
        // As if the process had been killed between the two renames.
        fs::rename(beside.join(PASSWORDS), directory.join(PASSWORDS)).unwrap();
        move_in(&directory, &beside).unwrap();
        move_in(&directory, &beside).unwrap();
        assert_eq!(read_numbers(&directory.join(NUMBERS)).unwrap(), Some(numbers));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_with_something_else_in_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), "x").unwrap();
        let options =
            Options { directory: folder.path().to_owned(), volunteers: 1, seed: 1, until: None };
        assert!(open(&options, &mut landfall_operations::Silent).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
