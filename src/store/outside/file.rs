//! A file of the register: a line that says whose it is, then sealed blocks, each chained to all before
//! it. It only ever grows. A block is on the disk before the commit that it belongs to.

use super::act::Block;
use super::fault::OutsideFault;
use crate::audit::Hash;
use crate::audit::encoding::hex;
use crate::audit::tree::sha256;
use crate::domain::time::{Entropy, NoEntropy, random};
use crate::store::keys::{Epoch, KeyError, Keyring};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// How a file's first line begins.
const MAGIC: &str = "placet erasure register 1";
/// How its name ends.
pub(super) const ENDING: &str = "register";
/// No block is longer; what claims to be is a torn end.
const LONGEST: usize = 256 << 20;
/// The longest first line.
const LINE: u64 = 512;
/// Length and epoch before each block.
const BEFORE: usize = 8;

/// A block as it stands in the file.
pub(super) struct Sealed {
    pub number: u64,
    before: Hash,
    epoch: Epoch,
    bytes: Vec<u8>,
}

/// What a whole look at a file found.
pub(super) struct Scan {
    pub id: String,
    pub origin: String,
    pub blocks: u64,
    pub head: Hash,
    pub end: u64,
    /// The chain's head at the block that was asked about.
    pub head_then: Option<Hash>,
    /// The blocks after it.
    pub later: Vec<Sealed>,
}

pub(super) fn path(directory: &Path, id: &str) -> PathBuf {
    directory.join(format!("{id}.{ENDING}"))
}

/// Begins a file: on the disk with its name before anything is written to it.
pub(super) fn begin(
    directory: &Path,
    origin: &str,
    entropy: &dyn Entropy,
) -> Result<(String, File, Hash, u64), OutsideFault> {
    let number: [u8; 16] = random(entropy)?;
    let id = hex(&number);
    let path = path(directory, &id);
    let failed = |error| OutsideFault::file(&path, "begun", error);
    let line = format!("{MAGIC} {id} {origin}\n");
    let mut options = OpenOptions::new();
    let options = options.read(true).append(true).create_new(true).mode(0o600);
    let mut file = options.open(&path).map_err(failed)?;
    drop(file.try_lock());
    file.write_all(line.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(failed)?;
    Ok((id, file, sha256(&[line.as_bytes()]), line.len() as u64))
}

/// Seals a block and writes it at the end, durably; the chain's new head.
pub(super) fn append(
    file: &File,
    (id, number, before): (&str, u64, &Hash),
    block: &Block,
    (keys, epoch, entropy): (&Keyring, Epoch, &dyn Entropy),
) -> Result<(Hash, u64), Append> {
    let plain = serde_json::to_vec(block).map_err(|error| Append::Io(error.into()))?;
    let sealed = keys.seal_register(&plain, epoch, &place(id, number, before), entropy)?;
    let length =
        u32::try_from(sealed.len()).map_err(|error| Append::Io(std::io::Error::other(error)))?;
    let bytes = [
        length.to_le_bytes().as_slice(),
        &epoch.number().to_le_bytes(),
        &sealed,
    ]
    .concat();
    let mut end = file;
    end.write_all(&bytes).map_err(Append::Io)?;
    file.sync_data().map_err(Append::Io)?;
    Ok((sha256(&[before, &bytes]), bytes.len() as u64))
}

/// A block could not be written.
pub(super) enum Append {
    Key(KeyError),
    Io(std::io::Error),
}

impl From<KeyError> for Append {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<NoEntropy> for OutsideFault {
    fn from(error: NoEntropy) -> Self {
        Self::Key(error.into())
    }
}

/// Where a block stands: it opens nowhere else.
fn place(id: &str, number: u64, before: &Hash) -> Vec<u8> {
    [
        b"register/1/",
        id.as_bytes(),
        &number.to_be_bytes(),
        before.as_slice(),
    ]
    .concat()
}

impl Sealed {
    pub fn open(&self, id: &str, keys: &Keyring) -> Result<Block, KeyError> {
        let place = place(id, self.number, &self.before);
        let plain = keys.open_register(&self.bytes, self.epoch, &place)?;
        serde_json::from_slice(&plain).map_err(|_| KeyError::Sealed)
    }
}

/// Reads a file from its beginning. Its end may be torn: what was written as the power went was never
/// acknowledged.
pub(super) fn scan(path: &Path, file: &File, since: u64) -> Result<Scan, OutsideFault> {
    let mut from = BufReader::new(At { file, at: 0 });
    let (line, id, origin) = first_line(&mut from)
        .map_err(|error| OutsideFault::file(path, "read", error))?
        .ok_or_else(|| OutsideFault::Damaged(path.to_owned()))?;
    let mut scan = Scan {
        id,
        origin,
        blocks: 0,
        head: sha256(&[line.as_bytes()]),
        end: line.len() as u64,
        head_then: None,
        later: Vec::new(),
    };
    loop {
        if scan.blocks == since {
            scan.head_then = Some(scan.head);
        }
        let next = block(&mut from).map_err(|error| OutsideFault::file(path, "read", error))?;
        let Some((before, bytes)) = next else {
            return Ok(scan);
        };
        let (previous, number) = (scan.head, scan.blocks.saturating_add(1));
        scan.head = sha256(&[&previous, &before, &bytes]);
        scan.blocks = number;
        scan.end = scan.end.saturating_add((BEFORE + bytes.len()) as u64);
        if number > since {
            let epoch = before
                .last_chunk()
                .map_or(0, |four| i32::from_le_bytes(*four));
            scan.later.push(Sealed {
                number,
                before: previous,
                epoch: Epoch::of(epoch),
                bytes,
            });
        }
    }
}

type Line = (String, String, String);

fn first_line(from: &mut impl std::io::BufRead) -> std::io::Result<Option<Line>> {
    let mut line = Vec::new();
    let _read = std::io::BufRead::read_until(&mut from.take(LINE), b'\n', &mut line)?;
    let Ok(line) = String::from_utf8(line) else {
        return Ok(None);
    };
    let told = line
        .strip_suffix('\n')
        .and_then(|line| line.strip_prefix(MAGIC)?.strip_prefix(' ')?.split_once(' '))
        .map(|(id, origin)| (id.to_owned(), origin.to_owned()));
    Ok(told.map(|(id, origin)| (line, id, origin)))
}

/// The next block; none at the end, be it torn.
fn block(from: &mut impl Read) -> std::io::Result<Option<([u8; BEFORE], Vec<u8>)>> {
    let mut before = [0; BEFORE];
    if !filled(from, &mut before)? {
        return Ok(None);
    }
    let length = before
        .first_chunk()
        .map_or(0, |four| u32::from_le_bytes(*four));
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let read = from.take(length as u64).read_to_end(&mut bytes)?;
    Ok((read == length).then_some((before, bytes)))
}

fn filled(from: &mut impl Read, bytes: &mut [u8]) -> std::io::Result<bool> {
    match from.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reads from a place of its own: the file's is at its end.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(bytes, self.at)?;
        self.at = self.at.saturating_add(read as u64);
        Ok(read)
    }
}
