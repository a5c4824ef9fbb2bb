//! The seal: the archive's comment, and so its last 64 bytes, is the SHA-256 of every byte before.
//!
//! The hashes in the manifest see each file's content, but not the bytes between: times and
//! attributes in the headers, padding bits of a compressed stream, a match that points at an equal
//! text elsewhere. The seal sees every byte. It is damage detection, no signature.

use crate::audit::Hash;
use crate::audit::encoding::{hex, unhex};
use crate::audit::tree::finish;
use ring::digest::{Context, SHA256};
use std::io::{self, Read, Write};

/// Length of the seal in bytes: a SHA-256 in hex.
pub const SEAL_BYTES: usize = 64;

/// The comment to give to the archive; [`SealedWriter::seal`] puts the digest in its place.
pub const PLACEHOLDER: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Hashes what passes through, and holds the last [`SEAL_BYTES`] back until they can be replaced.
pub struct SealedWriter<W> {
    out: W,
    held: Vec<u8>,
    digest: Context,
}

impl<W: Write> SealedWriter<W> {
    /// A writer in front of `out`.
    pub fn new(out: W) -> Self {
        let (held, digest) = (Vec::new(), Context::new(&SHA256));
        Self { out, held, digest }
    }

    /// Writes the seal in place of the held bytes.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn seal(mut self) -> io::Result<W> {
        let digest = finish(self.digest);
        self.out.write_all(hex(&digest).as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        let free = self.held.len().saturating_sub(SEAL_BYTES);
        let rest = self.held.split_off(free);
        let passed = std::mem::replace(&mut self.held, rest);
        self.digest.update(&passed);
        self.out.write_all(&passed)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether an archive of `length` bytes ends with its seal; reads it once, from its start.
///
/// # Errors
/// When the reader fails.
pub fn holds(reader: &mut impl Read, length: u64) -> io::Result<bool> {
    let Some(sealed) = length.checked_sub(SEAL_BYTES as u64) else {
        return Ok(false);
    };
    let found = digest_of(&mut reader.take(sealed))?;
    let mut seal = Vec::with_capacity(SEAL_BYTES);
    reader.take(SEAL_BYTES as u64).read_to_end(&mut seal)?;
    let seal = std::str::from_utf8(&seal).ok().and_then(unhex::<32>);
    Ok(seal == Some(found))
}

fn digest_of(reader: &mut impl Read) -> io::Result<Hash> {
    let (mut digest, mut buffer) = (Context::new(&SHA256), vec![0; 1 << 16]);
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            return Ok(finish(digest));
        }
        digest.update(buffer.get(..count).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_byte_is_sealed(chunks: Vec<Vec<u8>>, flip: prop::sample::Index) {
            let mut writer = SealedWriter::new(Vec::new());
            for chunk in &chunks {
                writer.write_all(chunk).unwrap();
            }
            writer.write_all(PLACEHOLDER.as_bytes()).unwrap();
            let mut bytes = writer.seal().unwrap();
            let length = bytes.len() as u64;
            prop_assert_eq!(length as usize, chunks.concat().len() + SEAL_BYTES);
            prop_assert!(holds(&mut bytes.as_slice(), length).unwrap());
            let at = flip.index(bytes.len());
            bytes[at] ^= 1;
            prop_assert!(!holds(&mut bytes.as_slice(), length).unwrap());
        }
    }

    #[test]
    fn too_short_is_unsealed() {
        assert!(!holds(&mut [0u8; 63].as_slice(), 63).unwrap());
    }
}
