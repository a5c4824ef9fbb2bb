//! Bearer secrets: API keys, link tokens, session cookies. 256 bits, shown once, stored as
//! their SHA-256 only (they are random, so a slow hash would add nothing).

use crate::domain::personal::Secret;
use crate::domain::time::{Entropy, NoEntropy, random};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use std::fmt;

/// What a token opens; its prefix tells a leaked one from another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// The API.
    ApiKey,
    /// A person's own choices, from a message.
    Link,
    /// The stop of a message's header, and nothing else (RFC 8058).
    OneClick,
    /// The confirmation of a consent (double opt-in).
    Confirmation,
    /// A sign-in, from the mail that was asked for.
    SignIn,
    /// The browser that asked for a sign-in.
    Browser,
    /// A staff session.
    Session,
    /// A customer's session.
    CustomerSession,
}

impl TokenKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "pk_",
            Self::Link => "",
            Self::OneClick => "u_",
            Self::Confirmation => "o_",
            Self::SignIn => "i_",
            Self::Browser => "b_",
            Self::Session => "s_",
            Self::CustomerSession => "m_",
        }
    }
}

/// A token in clear. It is handed to its owner and forgotten.
#[derive(Debug)]
pub struct PlainToken(Secret<String>);

/// What is kept of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(•••)")
    }
}

impl PlainToken {
    /// A new token of 256 random bits.
    ///
    /// # Errors
    /// Where no randomness can be had.
    pub fn new(kind: TokenKind, entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let body = URL_SAFE_NO_PAD.encode(random::<32>(entropy)?);
        Ok(Self(Secret::new(format!("{}{body}", kind.prefix()))))
    }

    /// The text, for its owner.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose()
    }

    /// What to keep of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.expose())
    }
}

impl TokenHash {
    /// The hash of a presented token.
    #[must_use]
    pub fn of(presented: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, presented.as_bytes()).as_ref());
        Self(hash)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(7);
            Ok(())
        }
    }

    #[test]
    fn a_token_is_found_by_its_hash_and_never_printed() {
        let token = PlainToken::new(TokenKind::ApiKey, &Sevens).unwrap();
        assert!(token.reveal().starts_with("pk_"));
        assert_eq!(TokenHash::of(token.reveal()), token.hash());
        assert!(!format!("{token:?}").contains("pk_"));
        assert_ne!(TokenHash::of("pk_other"), token.hash());
    }
}
