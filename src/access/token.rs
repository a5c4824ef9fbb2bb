//! Bearer secrets: API keys, link tokens, session cookies. 256 bits, shown once, stored as
//! their SHA-256 only (they are random, so a slow hash would add nothing).
//!
//! An API key ends in a checksum of itself: one that was mistyped or cut short is told from one that nobody
//! made, and programs that look for leaked keys know one when they see it.

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
    /// The answer to who asks for a right, from the mail to a contact point that was known.
    Challenge,
    /// A sign-in, from the mail that was asked for.
    SignIn,
    /// The browser that asked for a sign-in.
    Browser,
    /// A staff session.
    Session,
    /// A customer's session.
    CustomerSession,
    /// The dates of requests, for a calendar.
    DateFeed,
}

/// How API keys begin.
const API_KEY: &str = "placet_";
/// How those began that have no checksum. No new one is made.
const UNCHECKED: &str = "pk_";
/// The length of 32 bytes in base64url.
const BODY: usize = 43;
/// The length of the checksum's 32 bits in base64url.
const CHECK: usize = 6;

/// What somebody shows at the API's door.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown<'a> {
    /// An API key that is whole.
    Key(TokenHash),
    /// What may be an access token; nothing was looked at yet.
    Token(&'a str),
    /// Neither.
    Mistyped,
}

impl<'a> Shown<'a> {
    /// Looks at the form alone.
    #[must_use]
    pub fn read(text: &'a str) -> Self {
        let whole = if text.starts_with(API_KEY) {
            is_checked(text)
        } else {
            text.starts_with(UNCHECKED) && text.len() == UNCHECKED.len() + BODY
        };
        if whole {
            Self::Key(TokenHash::of(text))
        } else if text.contains('.') {
            Self::Token(text)
        } else {
            Self::Mistyped
        }
    }
}

fn is_checked(text: &str) -> bool {
    let (said, check) = text
        .split_at_checked(API_KEY.len() + BODY)
        .unwrap_or_default();
    !said.is_empty() && checksum(said) == check
}

/// The first 32 bits of a SHA-256, in base64url.
fn checksum(text: &str) -> String {
    let TokenHash(hash) = TokenHash::of(text);
    let whole = URL_SAFE_NO_PAD.encode(hash.first_chunk::<4>().unwrap_or(&[0; 4]));
    debug_assert_eq!(whole.len(), CHECK);
    whole
}

impl TokenKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => API_KEY,
            Self::Link => "",
            Self::OneClick => "u_",
            Self::Confirmation => "o_",
            Self::Challenge => "q_",
            Self::SignIn => "i_",
            Self::Browser => "b_",
            Self::Session => "s_",
            Self::CustomerSession => "m_",
            Self::DateFeed => "d_",
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
        let mut text = format!("{}{body}", kind.prefix());
        if kind == TokenKind::ApiKey {
            text.push_str(&checksum(&text));
        }
        Ok(Self(Secret::new(text)))
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
        assert!(token.reveal().starts_with("placet_"));
        assert_eq!(TokenHash::of(token.reveal()), token.hash());
        assert!(!format!("{token:?}").contains("placet_"));
        assert_ne!(TokenHash::of("placet_other"), token.hash());
    }

    /// As documented: `placet_`, 43 letters, and the first 32 bits of the SHA-256 of all that.
    #[test]
    fn a_key_that_was_mistyped_is_no_key() {
        let token = PlainToken::new(TokenKind::ApiKey, &Sevens).unwrap();
        let key = token.reveal();
        assert_eq!(
            key,
            "placet_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcy_p2ew"
        );
        assert_eq!(Shown::read(key), Shown::Key(token.hash()));
        for at in 0..key.len() {
            let mut wrong = key.to_owned();
            let other = if wrong.as_bytes().get(at) == Some(&b'A') {
                "B"
            } else {
                "A"
            };
            wrong.replace_range(at..=at, other);
            assert_eq!(Shown::read(&wrong), Shown::Mistyped, "{at}");
            assert_eq!(Shown::read(key.split_at(at).0), Shown::Mistyped, "{at}");
        }
        assert_eq!(Shown::read(&format!("{key}A")), Shown::Mistyped);
        assert_eq!(Shown::read(""), Shown::Mistyped);
        // one of before checksums
        let old = format!("pk_{}", "A".repeat(43));
        assert_eq!(Shown::read(&old), Shown::Key(TokenHash::of(&old)));
        assert_eq!(Shown::read("a.b.c"), Shown::Token("a.b.c"));
    }
}
