//! What a witness cosigned last, of each log, in a file. It is on the disk before a cosignature goes
//! out, whole or not at all, and one process alone may use it: so the witness never goes back.

use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::unverified_text;
use crate::audit::witness::head_of;
use crate::cli::output::Failure;
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The state.
pub(super) struct State {
    path: PathBuf,
    /// By origin: the checkpoint as a note with the log's signatures and the cosignature.
    notes: BTreeMap<String, String>,
    /// Held while this lives.
    _lock: File,
}

impl State {
    /// Reads the state, or begins an empty one.
    ///
    /// # Errors
    /// Where another process uses it, or it cannot be read: a witness that has forgotten what it
    /// saw must not speak.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let lock = lock(path)?;
        let shown = path.display();
        let notes = match std::fs::read(path) {
            Ok(bytes) => read(&bytes).ok_or_else(|| {
                Failure::failed(format!(
                    "{shown} is damaged: restore the newest copy, none that is older"
                ))
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(Failure::failed(format!("{shown} cannot be read: {error}"))),
        };
        let path = path.to_owned();
        Ok(Self {
            path,
            notes,
            _lock: lock,
        })
    }

    /// The note of a log that was cosigned last.
    pub(super) fn note(&self, origin: &str) -> Option<&str> {
        self.notes.get(origin).map(String::as_str)
    }

    /// The head of a log that was cosigned last.
    pub(super) fn head(&self, origin: &str) -> Option<Checkpoint> {
        self.note(origin).and_then(head)
    }

    /// The logs that were cosigned ever.
    pub(super) fn origins(&self) -> impl Iterator<Item = &str> {
        self.notes.keys().map(String::as_str)
    }

    /// Keeps what is about to be cosigned: when this returns it is on the disk.
    ///
    /// # Errors
    /// Where the disk fails. What is in memory is then what was before, and what is on the disk
    /// that or this: in both cases nothing was cosigned, and the log asks again.
    pub(super) fn keep(&mut self, origin: &str, note: String) -> io::Result<()> {
        let mut notes = self.notes.clone();
        notes.insert(origin.to_owned(), note);
        write(&self.path, &notes)?;
        self.notes = notes;
        Ok(())
    }
}

/// One process alone: the lock goes with the process, however that ends.
fn lock(path: &Path) -> Result<File, Failure> {
    let beside = beside(path, ".lock");
    let shown = beside.display();
    let failed = |error: io::Error| Failure::failed(format!("{shown} cannot be written: {error}"));
    let file = File::options()
        .create(true)
        .append(true)
        .open(&beside)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Failure::failed(format!(
            "another witness uses {}",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn head(note: &str) -> Option<Checkpoint> {
    head_of(unverified_text(note).ok()?).ok()
}

fn read(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let notes: BTreeMap<String, String> = serde_json::from_slice(bytes).ok()?;
    let sound =
        |(origin, note): (&String, &String)| head(note).is_some_and(|head| head.origin == *origin);
    notes.iter().all(sound).then_some(notes)
}

/// Under another name first, synced, renamed, and the renaming synced.
fn write(path: &Path, notes: &BTreeMap<String, String>) -> io::Result<()> {
    let draft = beside(path, ".new");
    let mut file = File::create(&draft)?;
    file.write_all(&serde_json::to_vec_pretty(notes)?)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::audit::note::NoteSigner;

    fn note(size: u64) -> String {
        let signer = NoteSigner::from_seed("log.example/r1", &[5; 32]).unwrap();
        let (origin, root) = ("log.example/r1".to_owned(), [size as u8; 32]);
        Checkpoint { origin, size, root }.sign(&signer).unwrap()
    }

    #[test]
    fn what_was_kept_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness.state");
        let mut state = State::open(&path).unwrap();
        assert_eq!(state.head("log.example/r1"), None);
        state.keep("log.example/r1", note(3)).unwrap();
        state.keep("log.example/r1", note(5)).unwrap();
        // one at a time
        let second = State::open(&path).err().unwrap().to_string();
        assert!(second.contains("another witness"), "{second}");
        drop(state);
        let state = State::open(&path).unwrap();
        assert_eq!(state.note("log.example/r1"), Some(note(5).as_str()));
        assert_eq!(state.head("log.example/r1").unwrap().size, 5);
        assert_eq!(state.head("log.example/r2"), None);
    }

    #[test]
    fn a_damaged_state_is_no_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness.state");
        State::open(&path)
            .unwrap()
            .keep("log.example/r1", note(3))
            .unwrap();
        let good = std::fs::read_to_string(&path).unwrap();
        for bad in [
            "",
            "{",
            &good.replace("\"log.example/r1\"", "\"log.example/r2\""),
            &good.replace("\\n3\\n", "\\n03\\n"),
        ] {
            std::fs::write(&path, bad).unwrap();
            assert!(State::open(&path).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_disk_that_fails_leaves_what_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("witness.state");
        let mut state = State::open(&path).unwrap();
        state.keep("log.example/r1", note(3)).unwrap();
        // a directory where the draft would be
        std::fs::create_dir(folder.path().join("witness.state.new")).unwrap();
        assert!(state.keep("log.example/r1", note(5)).is_err());
        assert_eq!(state.head("log.example/r1").unwrap().size, 3);
        drop(state);
        assert_eq!(
            State::open(&path)
                .unwrap()
                .head("log.example/r1")
                .unwrap()
                .size,
            3
        );
    }
}
