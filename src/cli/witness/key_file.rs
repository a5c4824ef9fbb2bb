//! A witness's private key in a file of one line, as Go's `note` package spells private keys:
//! `PRIVATE+KEY+<name>+<hex id>+<base64 of type and seed>`, with the type of cosignatures.

use crate::audit::encoding::{b64, hex, unb64};
use crate::audit::note::{Cosigner, CosignerKey};
use crate::cli::output::Failure;
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, random};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const START: &str = "PRIVATE+KEY+";
/// C2SP tlog-cosignature, Ed25519.
const COSIGNATURE: u8 = 0x04;

/// Makes a key file, readable by its owner alone, and gives the public half.
///
/// # Errors
/// Where there is a file already, the name cannot be, or the disk fails.
pub(super) fn make(path: &Path, name: &str, entropy: &dyn Entropy) -> Result<CosignerKey, Failure> {
    let seed = random(entropy).map_err(|error| Failure::failed(error.to_string()))?;
    let cosigner = signer(name, &seed)?;
    let key = cosigner.key();
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = file.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!(
            "{} exists already; give another name",
            path.display()
        )),
        _ => Failure::failed(format!("{} cannot be written: {error}", path.display())),
    })?;
    let bytes = [&[COSIGNATURE], seed.as_slice()].concat();
    writeln!(file, "{START}{name}+{}+{}", hex(key.id()), b64(&bytes))?;
    file.sync_all()?;
    Ok(key.clone())
}

/// The key in a file.
///
/// # Errors
/// Where it cannot be read, others may read it, or it is none.
pub(super) fn load(path: &Path) -> Result<Cosigner, Failure> {
    let shown = path.display();
    let unread =
        |error: std::io::Error| Failure::failed(format!("{shown} cannot be read: {error}"));
    let mut file = File::open(path).map_err(unread)?;
    if file.metadata().map_err(unread)?.permissions().mode() & 0o077 != 0 {
        let mend = format!("{shown} can be read by others; run: chmod 600 {shown}");
        return Err(Failure::failed(mend));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unread)?;
    let text = Secret::new(text);
    let none = || {
        Failure::usage(format!(
            "{shown} holds no witness's key; `witness keygen` makes one"
        ))
    };
    let (name, id, seed) = parse(text.expose().trim_end()).ok_or_else(none)?;
    let cosigner = signer(&name, seed.expose())?;
    if hex(cosigner.key().id()) == id {
        Ok(cosigner)
    } else {
        Err(none())
    }
}

fn parse(text: &str) -> Option<(String, String, Secret<[u8; 32]>)> {
    let mut parts = text.strip_prefix(START)?.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
    let key: [u8; 33] = unb64(key)?;
    let (kind, seed) = key.split_first()?;
    let seed = Secret::new(seed.try_into().ok()?);
    (*kind == COSIGNATURE).then(|| (name.to_owned(), id.to_owned(), seed))
}

fn signer(name: &str, seed: &[u8; 32]) -> Result<Cosigner, Failure> {
    Cosigner::from_seed(name, seed).map_err(|error| Failure::usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::cli::system::SystemEntropy;

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness.key");
        let made = make(&path, "witness.example/w1", &SystemEntropy::new()).unwrap();
        assert_eq!(load(&path).unwrap().key(), &made);
        assert!(make(&path, "witness.example/w1", &SystemEntropy::new()).is_err());
        assert_eq!(load(&path).unwrap().key(), &made);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness.key");
        assert!(make(&path, "two words", &SystemEntropy::new()).is_err());
        assert!(!path.exists());
        make(&path, "witness.example/w1", &SystemEntropy::new()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for bad in [
            text.replace("PRIVATE", "PUBLIC"),
            text.replace("w1", "w2"),
            text.replace("+B", "+A"),
            String::new(),
        ] {
            std::fs::write(&path, bad).unwrap();
            assert!(load(&path).is_err());
        }
        std::fs::write(&path, &text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = load(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
    }
}
