//! Reads the bits of an IAB string: six a character, in the alphabet of base64url (RFC 4648, 5),
//! most significant first. Neither TCF nor GPP pads to bytes, so this is not base64.

/// More characters than any string in use has; a cookie holds 4,096 bytes.
pub(super) const CHARACTERS_MAX: usize = 16_384;

/// Why the bits cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BitsError {
    /// Longer than 16,384 characters.
    #[error("is longer than 16384 characters")]
    TooLong,
    /// A character that is none of `A-Z`, `a-z`, `0-9`, `-`, `_`.
    #[error("has a character that is not of base64url")]
    Character,
    /// It ends within a field.
    #[error("ends too soon")]
    TooShort,
    /// Something stands after the last field that is no padding.
    #[error("goes on after its end")]
    Trailing,
}

/// A place in such a string.
#[derive(Clone, Debug)]
pub(super) struct Bits<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn of(text: &'a str) -> Result<Self, BitsError> {
        if text.len() > CHARACTERS_MAX {
            return Err(BitsError::TooLong);
        }
        if !text.bytes().all(|character| sextet(character).is_some()) {
            return Err(BitsError::Character);
        }
        Ok(Self {
            text: text.as_bytes(),
            at: 0,
        })
    }

    pub(super) fn flag(&mut self) -> Result<bool, BitsError> {
        let character = self.text.get(self.at / 6).ok_or(BitsError::TooShort)?;
        let six = sextet(*character).ok_or(BitsError::Character)?;
        let bit = six >> (5 - self.at % 6) & 1;
        self.at += 1;
        Ok(bit == 1)
    }

    /// An unsigned number of up to 64 bits.
    pub(super) fn number(&mut self, bits: u32) -> Result<u64, BitsError> {
        (0..bits).try_fold(0, |number, _| Ok(number << 1 | u64::from(self.flag()?)))
    }

    /// An unsigned number of up to 16 bits.
    pub(super) fn small(&mut self, bits: u32) -> Result<u16, BitsError> {
        self.number(bits).map(|number| number as u16)
    }

    /// Nothing but padding follows: bits that are all 0.
    pub(super) fn end(mut self) -> Result<(), BitsError> {
        loop {
            match self.flag() {
                Ok(false) => {}
                Ok(true) => return Err(BitsError::Trailing),
                Err(_) => return Ok(()),
            }
        }
    }
}

fn sextet(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn most_significant_bit_first() {
        let mut bits = Bits::of("D-").unwrap();
        assert_eq!(bits.number(6), Ok(3));
        assert_eq!(bits.number(5), Ok(31));
        assert_eq!(bits.clone().end(), Ok(()));
        assert_eq!(bits.flag(), Ok(false));
        assert_eq!(bits.flag(), Err(BitsError::TooShort));
    }

    #[test]
    fn what_is_no_such_string_is_refused() {
        assert_eq!(Bits::of("A=").unwrap_err(), BitsError::Character);
        assert_eq!(Bits::of("é").unwrap_err(), BitsError::Character);
        assert_eq!(
            Bits::of(&"A".repeat(16_385)).unwrap_err(),
            BitsError::TooLong
        );
        assert_eq!(Bits::of("AB").unwrap().end(), Err(BitsError::Trailing));
    }
}
