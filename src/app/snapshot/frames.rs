//! How pieces stand in the file: each sealed, behind its length, bound to the file's first line, to its place and
//! to whether it is the last.

use crate::domain::time::Entropy;
use crate::store::keys::{KeyError, Keyring};
use std::io::{self, Read, Write};

/// No piece is longer, whatever a length says.
const LONGEST: u32 = 1 << 28;
/// Of how many bytes a length is.
const LENGTH: usize = 4;

/// What is read or written cannot be.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// To what the pieces of a file are bound.
pub(super) struct Binding<'a> {
    pub keys: &'a Keyring,
    /// The first line.
    pub head: &'a [u8],
}

impl Binding<'_> {
    fn place(&self, number: u64, last: bool) -> Vec<u8> {
        [self.head, &number.to_be_bytes(), &[u8::from(last)]].concat()
    }

    /// Writes a piece.
    pub(super) fn write(
        &self,
        to: &mut dyn Write,
        piece: &[u8],
        (number, last): (u64, bool),
        entropy: &dyn Entropy,
    ) -> Result<(), FrameError> {
        let place = self.place(number, last);
        let sealed = self.keys.seal_snapshot(piece, &place, entropy)?;
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        to.write_all(&length.to_le_bytes())?;
        to.write_all(&[u8::from(last)])?;
        Ok(to.write_all(&sealed)?)
    }

    /// Reads the next piece, and whether it is the last.
    pub(super) fn read(
        &self,
        from: &mut dyn Read,
        number: u64,
    ) -> Result<(Vec<u8>, bool), FrameError> {
        let mut front = [0; LENGTH + 1];
        from.read_exact(&mut front)?;
        let [length @ .., last] = front;
        let (length, last) = (u32::from_le_bytes(length), last == 1);
        if length > LONGEST {
            return Err(KeyError::Sealed.into());
        }
        let mut sealed = vec![0; length as usize];
        from.read_exact(&mut sealed)?;
        let place = self.place(number, last);
        Ok((self.keys.open_snapshot(sealed, &place)?, last))
    }
}
