//! The key of the index, ready to hash: lists hash millions of addresses.
//!
//! HMAC-SHA-256 (RFC 2104) of a short text is two blocks beyond those of the key, which are worked out once.
//! Filled in by hand they take three quarters of the time that a library takes that knows nothing of
//! the length beforehand, and that takes two thirds of what `ring` takes.

use ring::hmac;
use sha2::block_api::compress256;
use zeroize::Zeroize;

const BLOCK: usize = 64;
/// The longest text that has room in one block, with the bit that ends it and its length.
const SHORT: usize = BLOCK - 9;
/// Where SHA-256 begins (FIPS 180-4 section 5.3.3).
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The key.
pub(super) struct IndexKey {
    /// After the key's block of the inner hash, and of the outer one.
    inner: [u32; 8],
    outer: [u32; 8],
    /// For longer texts.
    whole: hmac::Key,
}

impl Drop for IndexKey {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl IndexKey {
    pub fn new(key: &[u8; 32]) -> Self {
        Self {
            inner: after_key(key, 0x36),
            outer: after_key(key, 0x5c),
            whole: hmac::Key::new(hmac::HMAC_SHA256, key),
        }
    }

    /// The keyed hash of a text in pieces.
    #[inline]
    pub fn sign(&self, pieces: [&[u8]; 3]) -> [u8; 32] {
        self.short(pieces).unwrap_or_else(|| self.long(pieces))
    }

    /// The keyed hashes of many texts. A block does not wait for that of another text, so that the
    /// processor works at two at a time.
    pub fn sign_all(&self, texts: &[[&[u8]; 3]]) -> Vec<[u8; 32]> {
        let block = |pieces: &[&[u8]; 3]| last_block(*pieces).unwrap_or([0; BLOCK]);
        let mut blocks: Vec<[u8; BLOCK]> = texts.iter().map(block).collect();
        let mut hashes = vec![[0; 32]; blocks.len()];
        for (block, hash) in blocks.iter().zip(&mut hashes) {
            *hash = after(self.inner, block);
        }
        for (hash, block) in hashes.iter().zip(&mut blocks) {
            *block = block_of_hash(hash);
        }
        for (block, hash) in blocks.iter().zip(&mut hashes) {
            *hash = after(self.outer, block);
        }
        for (pieces, hash) in texts.iter().zip(&mut hashes) {
            if length(*pieces) > SHORT {
                *hash = self.long(*pieces);
            }
        }
        hashes
    }

    /// Of a text with room in one block.
    #[inline]
    fn short(&self, pieces: [&[u8]; 3]) -> Option<[u8; 32]> {
        let hash = after(self.inner, &last_block(pieces)?);
        Some(after(self.outer, &block_of_hash(&hash)))
    }

    fn long(&self, pieces: [&[u8]; 3]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.whole);
        pieces.iter().for_each(|piece| context.update(piece));
        super::keys::signed32(context)
    }
}

fn after_key(key: &[u8; 32], pad: u8) -> [u32; 8] {
    let mut block = [pad; BLOCK];
    block
        .iter_mut()
        .zip(key)
        .for_each(|(to, from)| *to ^= *from);
    let mut state = START;
    compress256(&mut state, &[block]);
    block.zeroize();
    state
}

fn length(pieces: [&[u8]; 3]) -> usize {
    pieces.iter().map(|piece| piece.len()).sum()
}

/// The block of a text that has room in it, with the bit that ends it and its length: nothing but the
/// key's block came before.
#[inline]
fn last_block(pieces: [&[u8]; 3]) -> Option<[u8; BLOCK]> {
    let (mut block, mut length) = ([0; BLOCK], 0_usize);
    for piece in pieces {
        let end = piece.len().checked_add(length)?;
        block.get_mut(length..end)?.copy_from_slice(piece);
        length = end;
    }
    (length <= SHORT).then_some(())?;
    *block.get_mut(length)? = 0x80;
    let bits = (BLOCK + length) as u64 * 8;
    *block.last_chunk_mut()? = bits.to_be_bytes();
    Some(block)
}

/// The block of the outer hash.
#[inline]
fn block_of_hash(hash: &[u8; 32]) -> [u8; BLOCK] {
    const END: [u8; 32] = {
        let mut end = [0; 32];
        end[0] = 0x80;
        // 96 bytes in bits
        end[30] = 3;
        end
    };
    let mut block = [0; BLOCK];
    let (text, end) = block.split_at_mut(hash.len());
    text.copy_from_slice(hash);
    end.copy_from_slice(&END);
    block
}

/// The hash after one more block.
#[inline]
fn after(mut state: [u32; 8], block: &[u8; BLOCK]) -> [u8; 32] {
    compress256(&mut state, std::slice::from_ref(block));
    let mut hash = [0; 32];
    let words = hash.as_chunks_mut().0.iter_mut();
    words
        .zip(state)
        .for_each(|(to, word)| *to = word.to_be_bytes());
    hash
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the length, and wherever the pieces end: what `ring` says.
        #[test]
        fn it_is_hmac_sha_256(
            key: [u8; 32],
            text in prop::collection::vec(any::<u8>(), 0..140),
            cuts in (0_usize..141, 0_usize..141),
        ) {
            let (one, other) = (cuts.0.min(cuts.1).min(text.len()), cuts.0.max(cuts.1).min(text.len()));
            let pieces = [&text[..one], &text[one..other], &text[other..]];
            let right = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &text);
            let key = IndexKey::new(&key);
            prop_assert_eq!(&key.sign(pieces)[..], right.as_ref());
            let nothing: [&[u8]; 3] = [b"", b"", b""];
            let all = key.sign_all(&[pieces, nothing, pieces]);
            prop_assert_eq!(&all[..], &[key.sign(pieces), key.sign(nothing), key.sign(pieces)]);
        }
    }

    #[test]
    fn the_longest_short_text_and_the_one_after_it() {
        let key = IndexKey::new(&[7; 32]);
        for length in [0, 1, SHORT - 1, SHORT, SHORT + 1, BLOCK, BLOCK + 1] {
            let text = vec![b'a'; length];
            assert_eq!(key.short([&text, b"", b""]).is_some(), length <= SHORT);
            assert_eq!(key.sign([&text, b"", b""]), key.long([b"", &text, b""]));
        }
    }
}
