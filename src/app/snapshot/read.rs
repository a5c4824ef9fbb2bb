//! Reading the file.

use super::frames::{Binding, FrameError};
use super::{Head, root};
use crate::access::{Grant, Serve};
use crate::app::policies::rules::Rules;
use crate::domain::ids::Position;
use crate::index::{Damaged, FORM, Index};
use crate::store::keys::KeyError;
use crate::store::{ReadTx, Store, StoreError};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// The longest first line.
const LINE: u64 = 4_096;
/// Bytes that are read at a time.
const ROOM: usize = 1 << 20;
/// Pieces that are opened ahead.
const AHEAD: usize = 8;
/// Beyond so many entries for each person the database is read sooner than the ledger followed.
const BEHIND: u64 = 3;
/// So many entries are followed in any case.
const FEW: u64 = 10_000;

/// The file is not used.
#[derive(Debug, thiserror::Error)]
pub(in crate::app) enum Unused {
    #[error("there is none")]
    None,
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("it was changed, or the key is another registry's")]
    Sealed(#[from] KeyError),
    #[error(transparent)]
    Damaged(#[from] Damaged),
    #[error("another version of the program wrote it")]
    OtherVersion,
    #[error("it is another registry's, or the ledger went another way since")]
    OtherLedger,
    #[error("it is of another part of the persons")]
    OtherShard,
    #[error("too much has happened since")]
    Old,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FrameError> for Unused {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Io(error) => Self::Io(error),
            FrameError::Key(error) => Self::Sealed(error),
        }
    }
}

/// Fills an empty index from the file, where there are so many `persons`; from which entry on the ledger is to be followed. Where that fails, what
/// is in the index means nothing.
pub(in crate::app) fn load(
    file: &Path,
    index: &Index<Rules>,
    store: &Store,
    (tx, grant): (&mut ReadTx<'_>, &Grant<Serve>),
    (persons, progress): (u64, &dyn Fn(u64, u64)),
) -> Result<Position, Unused> {
    let opened = File::open(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Unused::None,
        _ => Unused::Io(error),
    })?;
    let mut from = BufReader::with_capacity(ROOM, opened);
    let mut line = Vec::new();
    from.by_ref().take(LINE).read_until(b'\n', &mut line)?;
    let head: Head = serde_json::from_slice(&line).map_err(|_| Unused::OtherVersion)?;
    holds(&head, store.origin(), persons, (tx, grant))?;
    if head.shard != index.shard().map(|shard| shard.to_string()) {
        return Err(Unused::OtherShard);
    }
    let binding = Binding {
        keys: store.keys(),
        head: &line,
    };
    std::thread::scope(|scope| {
        let (told, opened) = sync_channel(AHEAD);
        scope.spawn(move || open_all(&binding, &mut from, &told));
        take_in(index, opened, &|done| progress(done, persons))
    })?;
    Ok(head.position)
}

/// Whether the file is this program's and this ledger's.
fn holds(
    head: &Head,
    origin: &str,
    persons: u64,
    (tx, grant): (&mut ReadTx<'_>, &Grant<Serve>),
) -> Result<(), Unused> {
    if head.placet_index != FORM || head.version != env!("CARGO_PKG_VERSION") {
        return Err(Unused::OtherVersion);
    }
    let (held, now) = (head.position, tx.position(grant)?);
    if held > now || head.origin != origin || head.root != root(tx, grant, held)? {
        return Err(Unused::OtherLedger);
    }
    if now - held > FEW.max(persons / BEHIND) {
        return Err(Unused::Old);
    }
    Ok(())
}

type Opened = Result<(Vec<u8>, bool), Unused>;

/// Reads and opens piece by piece while others are taken in.
fn open_all(binding: &Binding<'_>, from: &mut dyn Read, told: &SyncSender<Opened>) {
    for number in 0.. {
        let piece = binding.read(from, number).map_err(Unused::from);
        let ends = piece.as_ref().map_or(true, |(_, last)| *last);
        if told.send(piece).is_err() || ends {
            return;
        }
    }
}

fn take_in(
    index: &Index<Rules>,
    opened: Receiver<Opened>,
    progress: &dyn Fn(u64),
) -> Result<(), Unused> {
    let mut whole = false;
    for piece in opened {
        let (piece, last) = piece?;
        index.take_piece(&piece)?;
        progress(index.view().persons() as u64);
        whole = last;
    }
    if !whole {
        return Err(Damaged.into());
    }
    index.settle_pieces()?;
    Ok(())
}
