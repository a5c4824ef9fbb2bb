//! The archive's own directory, walked before any library trusts its counts: how many files there
//! are, that nothing stands between directory and end, that the seal is the whole comment.

use super::MAX_FILES;
use crate::audit::package::path::MAX_PATH_BYTES;
use crate::audit::package::seal::SEAL_BYTES;
use std::io::{self, Read, Seek, SeekFrom};

const HEADER: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR64: u32 = 0x0706_4b50;
const END_BYTES: u64 = 22;
const END64_BYTES: u64 = 56;
const LOCATOR64_BYTES: u64 = 20;
const MAX_EXTRA_BYTES: usize = 128;

/// Why the directory is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum DirectoryError {
    #[error("archive is damaged, cut off, or has bytes that do not belong to it")]
    Shape,
    #[error("archive has too many files")]
    TooMany,
    #[error("archive could not be read")]
    Io(#[from] io::Error),
}

struct Directory {
    files: u64,
    start: u64,
    size: u64,
}

/// Walks the directory of an archive of `length` bytes.
pub(super) fn check<R: Read + Seek>(reader: &mut R, length: u64) -> Result<(), DirectoryError> {
    let found = locate(reader, length)?;
    if found.files > MAX_FILES {
        return Err(DirectoryError::TooMany);
    }
    reader.seek(SeekFrom::Start(found.start))?;
    let mut walked = 0u64;
    for _ in 0..found.files {
        walked += skip_header(reader)?;
    }
    same(walked, found.size)
}

/// Finds the directory from the archive's end, and that the two adjoin.
fn locate<R: Read + Seek>(reader: &mut R, length: u64) -> Result<Directory, DirectoryError> {
    let tail = END_BYTES + SEAL_BYTES as u64;
    let end = length.checked_sub(tail).ok_or(DirectoryError::Shape)?;
    let record: [u8; END_BYTES as usize] = read_at(reader, end)?;
    same(u64::from(u32_at(&record, 0)), u64::from(END))?;
    same(u64::from(u32_at(&record, 4)), 0)?;
    same(u64::from(u16_at(&record, 20)), SEAL_BYTES as u64)?;
    let found = Directory {
        files: u64::from(u16_at(&record, 10)),
        size: u64::from(u32_at(&record, 12)),
        start: u64::from(u32_at(&record, 16)),
    };
    let large = found.files == 0xffff || found.size == 0xffff_ffff || found.start == 0xffff_ffff;
    let (found, end) = if large {
        locate64(reader, end)?
    } else {
        (found, end)
    };
    same(found.start.saturating_add(found.size), end)?;
    Ok(found)
}

/// The same for an archive with more files or bytes than the old records can say.
fn locate64<R: Read + Seek>(reader: &mut R, end: u64) -> Result<(Directory, u64), DirectoryError> {
    let shape = DirectoryError::Shape;
    let locator_at = end.checked_sub(LOCATOR64_BYTES).ok_or(shape)?;
    let locator: [u8; LOCATOR64_BYTES as usize] = read_at(reader, locator_at)?;
    same(u64::from(u32_at(&locator, 0)), u64::from(LOCATOR64))?;
    let record_at = u64_at(&locator, 8);
    same(record_at.saturating_add(END64_BYTES), locator_at)?;
    let record: [u8; END64_BYTES as usize] = read_at(reader, record_at)?;
    same(u64::from(u32_at(&record, 0)), u64::from(END64))?;
    let found = Directory {
        files: u64_at(&record, 32),
        size: u64_at(&record, 40),
        start: u64_at(&record, 48),
    };
    Ok((found, record_at))
}

/// Steps over one file's header and returns its length.
fn skip_header<R: Read + Seek>(reader: &mut R) -> Result<u64, DirectoryError> {
    let mut header = [0; 46];
    reader.read_exact(&mut header)?;
    same(u64::from(u32_at(&header, 0)), u64::from(HEADER))?;
    let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(&header, at)));
    if name > MAX_PATH_BYTES || extra > MAX_EXTRA_BYTES || comment > 0 {
        return Err(DirectoryError::Shape);
    }
    let rest = name + extra;
    reader.seek_relative(rest as i64)?;
    Ok((header.len() + rest) as u64)
}

fn same(found: u64, expected: u64) -> Result<(), DirectoryError> {
    if found == expected {
        Ok(())
    } else {
        Err(DirectoryError::Shape)
    }
}

fn read_at<const N: usize>(reader: &mut (impl Read + Seek), at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.seek(SeekFrom::Start(at))?;
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Little-endian numbers; 0 past the end, which no caller reaches.
fn number_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let rest = bytes.get(at..).and_then(<[u8]>::first_chunk);
    rest.copied().unwrap_or([0; N])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(number_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(number_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(number_at(bytes, at))
}
