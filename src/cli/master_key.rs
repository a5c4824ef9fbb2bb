//! The master key's file: made on the first start, readable by its owner alone.

use super::output::{Failure, say};
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, random};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Makes the data directory, open to its owner alone.
///
/// # Errors
/// Where it cannot be made.
pub fn make_directory(directory: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory);
    made.map_err(|error| {
        Failure::failed(format!(
            "the data directory {} cannot be made: {error}",
            directory.display()
        ))
    })
}

/// The key from its file; a new one where there is no file.
///
/// # Errors
/// Where the file is no key, or others may read it.
pub fn load_or_make(path: &Path, entropy: &dyn Entropy) -> Result<Secret<[u8; 32]>, Failure> {
    match File::open(path) {
        Ok(file) => load(path, file),
        Err(error) if error.kind() == ErrorKind::NotFound => make(path, entropy),
        Err(error) => Err(Failure::failed(format!(
            "the key file {} cannot be read: {error}",
            path.display()
        ))),
    }
}

fn load(path: &Path, mut file: File) -> Result<Secret<[u8; 32]>, Failure> {
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        let shown = path.display();
        return Err(Failure::failed(format!(
            "the key file {shown} can be read by others; run: chmod 600 {shown}"
        )));
    }
    let mut read = String::new();
    file.read_to_string(&mut read)?;
    let text = Secret::new(read);
    let bytes = Secret::new(STANDARD.decode(text.expose().trim()).unwrap_or_default());
    let key: Option<[u8; 32]> = bytes.expose().as_slice().try_into().ok();
    let damaged = || {
        Failure::failed(format!(
            "the key file {} is damaged; restore it from your backup",
            path.display()
        ))
    };
    key.map(Secret::new).ok_or_else(damaged)
}

/// Written to the disk whole or not at all: under another name first.
fn make(path: &Path, entropy: &dyn Entropy) -> Result<Secret<[u8; 32]>, Failure> {
    let key: [u8; 32] = random(entropy).map_err(|error| Failure::failed(error.to_string()))?;
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()?;
    // a link is refused where the file exists: of two first starts one makes the key
    let linked = std::fs::hard_link(&draft, path);
    drop(std::fs::remove_file(&draft));
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return load(path, File::open(path)?);
        }
        Err(error) => return Err(error.into()),
    }
    if let Some(directory) = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty())
    {
        File::open(directory)?.sync_all()?;
    }
    say(&format!(
        "made the master key {}: keep a copy of it apart from the data; without it nothing can be read",
        path.display()
    ));
    Ok(Secret::new(key))
}
