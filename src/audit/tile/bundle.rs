//! Entry bundles: up to 256 entries, each after its length in two bytes, big-endian.

use super::TileError;

/// The bytes of a bundle of these entries.
///
/// # Errors
/// When an entry exceeds 65,535 bytes.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, TileError> {
    let mut out = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLong)?;
        out.extend(length.to_be_bytes());
        out.extend(entry);
    }
    Ok(out)
}

/// The entries of a bundle, one after another, up to the first that is cut off.
pub fn bundle_entries(mut bytes: &[u8]) -> impl Iterator<Item = Result<&[u8], TileError>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let next = split_entry(bytes);
        bytes = next.map_or(&[], |(_, rest)| rest);
        Some(next.map(|(entry, _)| entry).ok_or(TileError::Truncated))
    })
}

fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// The entries of a bundle that should hold `width` of them.
///
/// # Errors
/// When it ends within an entry or holds another number.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    let width = usize::from(width);
    let entries: Vec<_> = bundle_entries(bytes)
        .take(width + 1)
        .collect::<Result<_, _>>()?;
    if entries.len() == width {
        Ok(entries)
    } else {
        Err(TileError::Width)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits() {
        assert_eq!(
            encode_bundle(&[vec![0; 65_536]]),
            Err(TileError::EntryTooLong)
        );
        assert_eq!(decode_bundle(&[0], 1), Err(TileError::Truncated));
        assert_eq!(decode_bundle(&[0, 2, 7], 1), Err(TileError::Truncated));
        assert_eq!(decode_bundle(&[0, 0, 0, 0], 1), Err(TileError::Width));
        assert_eq!(decode_bundle(&[0, 0], 2), Err(TileError::Width));
        assert_eq!(decode_bundle(&[0, 1, 7, 0, 0], 2), Ok(vec![&[7][..], &[]]));
    }

    proptest! {
        #[test]
        fn round_trip(entries in proptest::collection::vec(any::<Vec<u8>>(), 0..=256)) {
            let bytes = encode_bundle(&entries).unwrap();
            prop_assert_eq!(decode_bundle(&bytes, entries.len() as u16).unwrap(), entries);
        }

        #[test]
        fn decoding_never_panics(bytes: Vec<u8>, width: u16) {
            let _ = decode_bundle(&bytes, width);
        }
    }
}
