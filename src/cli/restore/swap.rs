//! The embedded database: the copy is made ready under another name, and takes the place in one step.

use super::super::output::{Failure, say};
use super::super::progress::Bar;
use super::{brought_up, fits, is_what_it_says, wrong};
use crate::app::Setup;
use crate::app::again::{AppliedAgain, Look};
use crate::app::backup::Manifest;
use crate::audit::encoding::hex;
use crate::store::{DatabaseUrl, StoreError, in_use, look_into};
use ring::digest::{Context, SHA256};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What stands beside a database file.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-head"];
/// Read at a time.
const PIECE: usize = 1 << 20;

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn being_restored(database: &Path) -> PathBuf {
    with(database, ".restoring")
}

/// A restore that broke off between the two names leaves no database: a new one must not take its place.
///
/// # Errors
/// Where that is so.
pub fn unfinished(database: &DatabaseUrl) -> Result<(), Failure> {
    match database {
        DatabaseUrl::Sqlite(file) if !file.exists() && being_restored(file).exists() => {
            Err(Failure::failed(format!(
                "a restore of {} broke off: run placet restore again",
                file.display()
            )))
        }
        _ => Ok(()),
    }
}

type Done = (Option<AppliedAgain>, Option<PathBuf>);

pub(super) fn run(
    file: &Path,
    manifest: &Manifest,
    replaces: bool,
    setup: Setup,
    look: Look,
) -> Result<Done, Failure> {
    fits(manifest, "sqlite")?;
    let DatabaseUrl::Sqlite(database) = setup.database.clone() else {
        return Err(StoreError::damaged("the kind of a database").into());
    };
    let there = database.exists();
    may_take_its_place(&database, there, replaces)?;
    let ready = being_restored(&database);
    clear(&ready)?;
    copied(file, &ready, manifest)?;
    is_what_it_says(manifest, &look_into(&ready)?)?;
    let applied = made_ready(&ready, setup, look)?;
    let kept = there.then(|| put_aside(&database, manifest)).transpose()?;
    clear_beside(&database)?;
    std::fs::rename(&ready, &database)?;
    if let Some(directory) = database
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        File::open(directory)?.sync_all()?;
    }
    clear_beside(&ready)?;
    Ok((applied, kept))
}

fn may_take_its_place(database: &Path, there: bool, replaces: bool) -> Result<(), Failure> {
    if there && !replaces {
        return Err(Failure::usage(format!(
            "{} exists already: to let the backup take its place add --replace",
            database.display()
        )));
    }
    if there && in_use(&DatabaseUrl::Sqlite(database.to_owned()))? {
        return Err(Failure::usage(format!(
            "{} is in use: stop the service and every command on it first",
            database.display()
        )));
    }
    Ok(())
}

/// The copy under its other name, whole and on the disk.
fn copied(file: &Path, to: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let mut from = File::open(file)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display())))?;
    let mut options = OpenOptions::new();
    let mut to_file = options.write(true).create_new(true).mode(0o600).open(to)?;
    let (mut hash, mut piece) = (Context::new(&SHA256), vec![0; PIECE]);
    let (bar, mut done) = (Bar::new(), 0);
    loop {
        let read = from.read(&mut piece)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        hash.update(bytes);
        to_file.write_all(bytes)?;
        done += bytes.len() as u64;
        bar.at(done, manifest.bytes);
    }
    bar.end();
    to_file.sync_all()?;
    if hex(hash.finish().as_ref()) == manifest.sha256 {
        return Ok(());
    }
    clear(to)?;
    Err(wrong("this copy is damaged: it is not what its list says"))
}

/// Opens it under its other name and applies what the register has.
fn made_ready(ready: &Path, setup: Setup, look: Look) -> Result<Option<AppliedAgain>, Failure> {
    say("applying the erasure register");
    let setup = Setup {
        database: DatabaseUrl::Sqlite(ready.to_owned()),
        owner: None,
        ..setup
    };
    let applied = brought_up(setup, look)?;
    File::open(ready)?.sync_all()?;
    Ok(applied)
}

/// What was there may be all there is of later days: it is kept, with its log of writes.
fn put_aside(database: &Path, manifest: &Manifest) -> Result<PathBuf, Failure> {
    let mut number = 1;
    let kept = loop {
        let kept = with(
            database,
            &format!(".before-restore-to-{}-{number}", manifest.position),
        );
        if !kept.exists() {
            break kept;
        }
        number += 1;
    };
    for ending in ["-wal", "-shm"] {
        let beside = with(database, ending);
        if beside.exists() {
            std::fs::rename(beside, with(&kept, ending))?;
        }
    }
    std::fs::rename(database, &kept)?;
    Ok(kept)
}

fn clear(path: &Path) -> Result<(), Failure> {
    clear_beside(path)?;
    gone(path)
}

fn clear_beside(path: &Path) -> Result<(), Failure> {
    BESIDE
        .iter()
        .try_for_each(|ending| gone(&with(path, ending)))
}

fn gone(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
