//! Passwords, tokens and keys: the one place that draws randomness.

use std::{fmt, fs, os::unix::fs::PermissionsExt as _, path::Path};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use landfall_core::digest::Digest;

use crate::{
    error::{Error, Result},
    files,
};

/// A password as it was typed. It is never printed.
#[derive(Clone)]
pub struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// The shortest password that is taken.
pub const SHORTEST_PASSWORD: usize = 12;

impl Password {
    /// Takes a password as it was typed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Reads a password from the first line of a file that only its owner can read.
    ///
    /// # Errors
    /// When the file cannot be read, or others can read it too.
    pub fn from_file(path: &Path) -> Result<Self> {
        let mode = fs::metadata(path)
            .map_err(files::failing("read the password file", path))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(Error::Password {
                message: format!(
                    "the password file `{}` can be read by others (mode {:o})",
                    path.display(),
                    mode & 0o777
                ),
                hint: "run `chmod 600` on it",
            });
        }
        let text =
            fs::read_to_string(path).map_err(files::failing("read the password file", path))?;
        Ok(Self(text.lines().next().unwrap_or_default().to_owned()))
    }

    /// Draws a password of 26 letters and digits (130 bits).
    ///
    /// # Errors
    /// When the system yields no randomness.
    pub fn generate() -> Result<Self> {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let bytes = random::<26>()?;
        Ok(Self(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()))
    }

    /// Writes the password to a new file that only its owner can read.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_file(&self, path: &Path) -> Result<()> {
        if let Some(parent) = path.parent() {
            files::folder(parent)?;
        }
        files::write(path, format!("{}\n", self.0).as_bytes(), true)
    }

    /// Returns the Argon2id hash, in PHC form, with a salt of its own.
    pub(crate) fn hash(&self) -> Result<String> {
        if self.0.chars().count() < SHORTEST_PASSWORD {
            return Err(Error::Password {
                message: format!(
                    "a password has at least {SHORTEST_PASSWORD} characters, found {}",
                    self.0.chars().count()
                ),
                hint: "choose a longer one; a sentence is good",
            });
        }
        Argon2::default()
            .hash_password(self.0.as_bytes())
            .map(|hash: PasswordHash| hash.to_string())
            .map_err(|error| Error::Broken(format!("the password cannot be hashed: {error}")))
    }

    /// Tells whether the hash is that of this password.
    pub(crate) fn matches(&self, hash: &str) -> bool {
        PasswordHash::new(hash)
            .is_ok_and(|hash| Argon2::default().verify_password(self.0.as_bytes(), &hash).is_ok())
    }
}

/// Draws bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "the one adapter of the system's randomness")]
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Broken(format!("the system yields no randomness: {error}")))?;
    Ok(bytes)
}

/// Returns bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the HMAC-SHA-256 of a text under a key: what the ledger keeps of a text that may be destroyed.
pub(crate) fn keyed_digest(key: &[u8; 32], text: &str) -> Result<Digest> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key)
        .map_err(|error| Error::Broken(format!("the key cannot be used: {error}")))?;
    mac.update(text.as_bytes());
    let bytes: [u8; 32] = mac.finalize().into_bytes().into();
    Ok(Digest::from(bytes))
}

/// Reads a key of 32 bytes, or draws and keeps it when there is none. The file is owner-only.
pub(crate) fn key(path: &Path) -> Result<[u8; 32]> {
    if !path.exists() {
        if let Some(parent) = path.parent() {
            files::folder(parent)?;
        }
        files::write(path, &random::<32>()?, true)?;
    }
    let bytes = fs::read(path).map_err(files::failing("read the key", path))?;
    bytes.try_into().map_err(|_| {
        Error::Broken(format!("the key file `{}` does not hold 32 bytes", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hashed_and_recognised() {
        let password = Password::generate().unwrap();
        let hash = password.hash().unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(password.matches(&hash));
        assert!(!Password::new("something else".into()).matches(&hash));
        assert!(Password::new("short".into()).hash().is_err());
    }

    #[test]
    fn a_password_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        Password::generate().unwrap().write_file(&path).unwrap();
        assert!(Password::from_file(&path).is_ok());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Password::from_file(&path).unwrap_err().to_string().contains("others"));
    }
}
