//! Reading numbers of some bits, highest bit first, from base64url text. A TC string is filled up
//! to whole characters, not to whole bytes, so that a base64 decoder would refuse some.

/// Six bits a character, and how far they were read.
#[derive(Debug, Clone)]
pub(super) struct Bits {
    sextets: Vec<u8>,
    at: usize,
}

impl Bits {
    /// The bits of a text; `None` where a character is not base64url.
    pub(super) fn of(text: &str) -> Option<Self> {
        let sextets = text.bytes().map(sextet).collect::<Option<_>>()?;
        Some(Self { sextets, at: 0 })
    }

    /// The next `count` bits as a number; `None` past the end.
    pub(super) fn number(&mut self, count: usize) -> Option<u64> {
        let mut number = 0;
        for at in self.at..self.at.checked_add(count)? {
            let sextet = self.sextets.get(at / 6)?;
            number = (number << 1) | u64::from((sextet >> (5 - at % 6)) & 1);
        }
        self.at += count;
        Some(number)
    }

    /// The next bit.
    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.number(1)? == 1)
    }

    /// Leaves out `count` bits.
    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count)?;
        (self.at <= self.sextets.len() * 6).then_some(())
    }
}

/// RFC 4648, section 5.
const fn sextet(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}
