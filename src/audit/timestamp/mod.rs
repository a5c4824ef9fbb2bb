//! Timestamps of an authority (RFC 3161): who has one for some bytes can show that they were there
//! then. The bytes are a checkpoint as the log signed it, without cosignatures: so the token stays
//! good when those come later, and shows that the signature is older than, say, the theft of a key.
//!
//! Checked always is what binds a token to its bytes, and what it says; the authority's own signature
//! by whoever says which authorities they trust.

mod der;
mod request;
mod response;
mod signature;
#[cfg(test)]
pub(crate) mod tests;

pub use request::request;
pub use response::{Token, read};
pub use signature::{SignatureError, certificates, signer};

use super::tree::sha256;

/// Why a timestamp is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Not the response of RFC 3161.
    #[error("not a timestamp response (RFC 3161)")]
    Malformed,
    /// The authority did not grant it; its `PKIStatus`.
    #[error("the authority does not grant a timestamp (status {0})")]
    Refused(u8),
    /// It is over other bytes, or over another digest than SHA-256.
    #[error("the timestamp is for something else")]
    Imprint,
    /// It answers another request.
    #[error("the timestamp answers another request")]
    Nonce,
}

/// Reads a response and checks that its token is for exactly these bytes; and for this request,
/// where its nonce is given.
///
/// # Errors
/// See [`TimestampError`].
pub fn check(
    response: &[u8],
    stamped: &[u8],
    nonce: Option<&[u8; 8]>,
) -> Result<Token, TimestampError> {
    let token = read(response)?;
    if token.imprint != sha256(&[stamped]) {
        return Err(TimestampError::Imprint);
    }
    let answers =
        nonce.is_none_or(|nonce| token.nonce.as_deref() == Some(&request::positive(nonce)));
    if answers {
        Ok(token)
    } else {
        Err(TimestampError::Nonce)
    }
}
