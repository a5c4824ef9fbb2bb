//! What keys are derived by, and what is sealed and signed with them.

use super::KeyError;
use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, random};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use zeroize::Zeroizing;

/// A key, wiped when it is dropped.
pub(super) type Key32 = Zeroizing<[u8; 32]>;

pub(super) fn expand(root: &hkdf::Prk, label: &[u8]) -> Result<Key32, KeyError> {
    let mut key = Zeroizing::new([0; 32]);
    let info = [label];
    let okm = root
        .expand(&info, hkdf::HKDF_SHA256)
        .map_err(|_| KeyError::Sealed)?;
    okm.fill(&mut *key).map_err(|_| KeyError::Sealed)?;
    Ok(key)
}

pub(super) fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, KeyError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| KeyError::Sealed)?;
    Ok(LessSafeKey::new(key))
}

pub(super) fn cipher_of(root: &hkdf::Prk, label: &[u8]) -> Result<LessSafeKey, KeyError> {
    let key = expand(root, label)?;
    cipher(&key)
}

pub(super) fn hashing_of(root: &hkdf::Prk, label: &[u8]) -> Result<hmac::Key, KeyError> {
    let key = expand(root, label)?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &*key))
}

pub(super) fn secret_of(root: &hkdf::Prk, label: &[u8]) -> Result<Secret<[u8; 32]>, KeyError> {
    Ok(Secret::new(*expand(root, label)?))
}

pub(super) fn tag32(key: &hmac::Key, text: &[u8]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    context.update(text);
    signed32(context)
}

pub(in crate::store) fn signed32(context: hmac::Context) -> [u8; 32] {
    let mut tag = [0; 32];
    tag.copy_from_slice(context.sign().as_ref());
    tag
}

/// Nonce, then ciphertext and tag. Few values are sealed under one key, so that random nonces
/// of 96 bits never meet.
pub(super) fn seal(
    key: &LessSafeKey,
    plain: &[u8],
    context: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, KeyError> {
    let nonce: [u8; NONCE_LEN] = random(entropy)?;
    let mut body = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(context),
        &mut body,
    )
    .map_err(|_| KeyError::Sealed)?;
    Ok([nonce.as_slice(), &body].concat())
}

pub(super) fn open(key: &LessSafeKey, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, KeyError> {
    open_owned(key, sealed.to_vec(), context)
}

/// The same, where it lies.
pub(super) fn open_owned(
    key: &LessSafeKey,
    mut sealed: Vec<u8>,
    context: &[u8],
) -> Result<Vec<u8>, KeyError> {
    let (nonce, body) = sealed
        .split_at_mut_checked(NONCE_LEN)
        .ok_or(KeyError::Sealed)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Sealed)?;
    let plain = key
        .open_within(nonce, Aad::from(context), body, 0..)
        .map_err(|_| KeyError::Sealed)?;
    let length = plain.len();
    sealed.drain(..NONCE_LEN);
    sealed.truncate(length);
    Ok(sealed)
}

/// A key that was sealed; what it was opened into is wiped.
pub(super) fn open_key(
    key: &LessSafeKey,
    sealed: &[u8],
    context: &[u8],
) -> Result<Key32, KeyError> {
    let opened = Zeroizing::new(open(key, sealed, context)?);
    let bytes: [u8; 32] = opened.as_slice().try_into().map_err(|_| KeyError::Sealed)?;
    Ok(Zeroizing::new(bytes))
}
