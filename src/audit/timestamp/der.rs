//! As much of DER (ITU-T X.690) as a timestamp needs.

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[0]`, constructed.
pub(super) const CONTEXT: u8 = 0xa0;

/// An element; its content is far shorter than 65,536 bytes.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let mut bytes = vec![tag];
    match (high, low) {
        (0, short) if short < 0x80 => bytes.push(short),
        (0, short) => bytes.extend([0x81, short]),
        _ => bytes.extend([0x82, high, low]),
    }
    bytes.extend(content);
    bytes
}

/// Elements one after the other. Nothing here panics, whatever the bytes are.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next element: tag and content. `None` at the end, and where it is none.
    pub fn take(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], rest) = self.0.split_first_chunk::<2>()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
                let digit = |sum: usize, byte: &u8| (sum << 8) | usize::from(*byte);
                (digits.iter().fold(0, digit), rest)
            }
            // without an end, which DER does not have
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The next element's content, where it bears that tag.
    pub fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.take()
            .filter(|(found, _)| *found == tag)
            .map(|(_, content)| content)
    }

    /// The elements of the next one.
    pub fn within(&mut self, tag: u8) -> Option<Self> {
        self.expect(tag).map(Self)
    }
}
