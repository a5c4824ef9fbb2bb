//! Reading numbers of some bits, highest bit first.

/// Bytes and how far they were read.
#[derive(Debug, Clone)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `count` bits as a number; `None` past the end.
    pub(super) fn number(&mut self, count: usize) -> Option<u64> {
        let mut number = 0;
        for at in self.at..self.at.checked_add(count)? {
            let byte = self.bytes.get(at / 8)?;
            number = (number << 1) | u64::from((byte >> (7 - at % 8)) & 1);
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
        (self.at <= self.bytes.len() * 8).then_some(())
    }
}
