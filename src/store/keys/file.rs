//! A key in a file of its own: 32 bytes in base64, readable by its owner alone, on the disk whole or
//! not at all.

use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, NoEntropy, random};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("the key file {} cannot be {doing}: {error}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What was attempted.
        doing: &'static str,
        /// Why not.
        error: std::io::Error,
    },
    /// Others than its owner may read it.
    #[error("the key file {} can be read by others; run: chmod 600 {}", .0.display(), .0.display())]
    Open(PathBuf),
    /// It holds no key.
    #[error("the key file {} is damaged; restore it from your backup", .0.display())]
    Damaged(PathBuf),
    /// Randomness is missing.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// More has no key, with whatever is blank around it.
const MOST: usize = 1_024;

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> KeyFileError {
    let path = path.to_owned();
    move |error| KeyFileError::Io { path, doing, error }
}

/// The key; `None` where there is no file.
///
/// # Errors
/// Where the file is no key, or others may read it.
pub fn read(path: &Path) -> Result<Option<Secret<[u8; 32]>>, KeyFileError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, "read")(error)),
    };
    let about = file.metadata().map_err(failed(path, "read"))?;
    if about.permissions().mode() & 0o077 != 0 {
        return Err(KeyFileError::Open(path.to_owned()));
    }
    let key = key_in(&mut file).map_err(failed(path, "read"))?;
    key.map(Some)
        .ok_or_else(|| KeyFileError::Damaged(path.to_owned()))
}

/// The key out of what stands in a file, or comes from elsewhere: 32 bytes in base64, and nothing else.
///
/// # Errors
/// Where it cannot be read.
pub fn key_in(from: &mut dyn Read) -> std::io::Result<Option<Secret<[u8; 32]>>> {
    // room enough from the start: nothing of a key stays behind where it would have to grow
    let mut text = Zeroizing::new(Vec::with_capacity(2 * MOST));
    from.take(MOST as u64).read_to_end(&mut text)?;
    let bytes = Zeroizing::new(STANDARD.decode(text.trim_ascii()).unwrap_or_default());
    let key: Option<[u8; 32]> = bytes.as_slice().try_into().ok();
    Ok(key.map(Secret::new))
}

/// Makes the file with a new key, written to the disk under another name first, and says whether it
/// did: where the file is there already, that one holds.
///
/// # Errors
/// Where it cannot be written.
pub fn make(path: &Path, entropy: &dyn Entropy) -> Result<bool, KeyFileError> {
    let key: [u8; 32] = random(entropy)?;
    let mark: [u8; 4] = random(entropy)?;
    let mark = u32::from_le_bytes(mark);
    let draft = path.with_extension(format!("new-{}-{mark:08x}", std::process::id()));
    let written = write_draft(&draft, &key).map_err(failed(path, "made"));
    // a link is refused where the file exists: of two that begin at once one makes the key
    let linked = written.map(|()| std::fs::hard_link(&draft, path));
    drop(std::fs::remove_file(&draft));
    match linked? {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(failed(path, "made")(error)),
    }
    sync_directory(path).map_err(failed(path, "made"))?;
    Ok(true)
}

fn write_draft(draft: &Path, key: &[u8; 32]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()
}

fn sync_directory(path: &Path) -> std::io::Result<()> {
    let parent = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty());
    parent.map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

/// Overwrites the file and takes it away; whether it was there.
///
/// # Errors
/// Where it cannot be.
pub fn destroy(path: &Path) -> Result<bool, KeyFileError> {
    let destroying = failed(path, "destroyed");
    match overwrite(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(destroying(error)),
    }
    std::fs::remove_file(path)
        .and_then(|()| sync_directory(path))
        .map_err(destroying)?;
    Ok(true)
}

fn overwrite(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(0);
    file.write_all(&vec![b'.'; length])?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::fs::{Permissions, set_permissions};

    struct Ones;
    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(1);
            Ok(())
        }
    }

    #[test]
    fn a_key_is_made_once_read_back_and_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.key");
        assert!(read(&file).unwrap().is_none());
        assert!(make(&file, &Ones).unwrap());
        assert!(!make(&file, &Ones).unwrap());
        assert_eq!(read(&file).unwrap().unwrap().expose(), &[1; 32]);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(destroy(&file).unwrap());
        assert!(!destroy(&file).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// Another name of the same file shows that the bytes are gone, not only the name.
    #[test]
    fn what_is_destroyed_is_overwritten_first() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("a.key"), folder.path().join("b"));
        make(&file, &Ones).unwrap();
        let before = std::fs::read(&file).unwrap();
        std::fs::hard_link(&file, &other).unwrap();
        destroy(&file).unwrap();
        let after = std::fs::read(&other).unwrap();
        assert_eq!(after, vec![b'.'; before.len()]);
    }

    #[test]
    fn a_file_that_others_read_and_one_that_is_no_key_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.key");
        make(&file, &Ones).unwrap();
        set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&file), Err(KeyFileError::Open(_))));
        set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&file, b"\xff\xfe").unwrap();
        assert!(matches!(read(&file), Err(KeyFileError::Damaged(_))));
    }
}
