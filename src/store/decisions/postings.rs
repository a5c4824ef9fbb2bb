//! The sorted runs of people as bytes: which person, by four bytes of their id that are chance,
//! stands in which block. Two persons may share a print; whoever follows it looks into the block.

use crate::domain::ids::Position;

/// Entries of a chunk: one is read and looked through for each run.
pub(super) const CHUNK: usize = 2_048;

/// The print of a person: the last four bytes of a `UUIDv7`, which are random (RFC 9562).
pub(super) fn print(subject: &[u8; 16]) -> u32 {
    (u128::from_be_bytes(*subject) & u128::from(u32::MAX)) as u32
}

/// A person's print and a block that holds decisions about them.
pub(super) type Posting = (u32, Position);

/// The entries of a row of level 0: prints alone, four bytes each, in order.
pub(super) fn small(people: &[u8], block: Position) -> impl Iterator<Item = Posting> {
    people.chunks_exact(4).filter_map(move |print| {
        let print = u32::from_be_bytes(print.try_into().ok()?);
        Some((print, block))
    })
}

/// Sorted entries as bytes: differences of prints, then of positions, counted from `base`.
pub(super) fn encode(entries: &[Posting], base: Position) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * 6);
    let mut last: Posting = (0, base);
    for (print, block) in entries {
        let step = print.wrapping_sub(last.0);
        let from = if step == 0 { last.1 } else { base };
        put(&mut out, u64::from(step));
        put(&mut out, block.wrapping_sub(from));
        last = (*print, *block);
    }
    out
}

/// Reads [`encode`] back; `None` where the bytes are none.
pub(super) fn decode(mut bytes: &[u8], base: Position) -> Option<Vec<Posting>> {
    let mut entries = Vec::with_capacity(CHUNK);
    let mut last: Posting = (0, base);
    while !bytes.is_empty() {
        let step = u32::try_from(number(&mut bytes)?).ok()?;
        let from = if step == 0 { last.1 } else { base };
        let block = from.wrapping_add(number(&mut bytes)?);
        last = (last.0.checked_add(step)?, block);
        entries.push(last);
    }
    Some(entries)
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorted_entries_read_back(entries: Vec<(u32, u32)>, base: u32) {
            let base = u64::from(base);
            let mut entries: Vec<Posting> = entries.into_iter()
                .map(|(print, block)| (print % 97, base + u64::from(block))).collect();
            entries.sort_unstable();
            entries.dedup();
            prop_assert_eq!(decode(&encode(&entries, base), base), Some(entries));
        }

        #[test]
        fn no_bytes_make_it_fail_otherwise(bytes: Vec<u8>) {
            let _ = decode(&bytes, 7);
        }
    }
}
