//! Where a search goes on. The token says which search it belongs to, and which customers it is
//! about: those known when it began. It carries no permission, so that it needs no signature.

use crate::audit::tree::sha256;
use crate::domain::ids::{Position, SubjectId};
use crate::domain::time::Now;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// A place in a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    /// What was asked: the hash of it.
    of: String,
    /// When the search began, in milliseconds since 1970: later customers are not in it.
    pub until: i64,
    /// The position of the registry when it began.
    pub position: Position,
    /// The last customer looked at.
    pub after: Option<SubjectId>,
}

impl Token {
    /// The beginning of a search.
    pub fn start(asked: &str, now: Now, position: Position) -> Self {
        Self {
            of: named(asked),
            until: now.utc().timestamp_millis(),
            position,
            after: None,
        }
    }

    /// The place that a text names; none where it does not read or is another search's.
    pub fn read(text: &str, asked: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let token: Self = serde_json::from_slice(&bytes).ok()?;
        (token.of == named(asked)).then_some(token)
    }

    /// The place as text.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Whether a customer was known when the search began: the first 48 bits of a `UUIDv7` are
    /// milliseconds (RFC 9562, 5.7).
    pub fn knows(&self, subject: SubjectId) -> bool {
        let bytes = subject.as_bytes().iter().take(6);
        let made = bytes.fold(0_i64, |millis, byte| millis << 8 | i64::from(*byte));
        made <= self.until
    }
}

fn named(asked: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(&[b"authzen-search/", asked.as_bytes()]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::time::from_micros;

    #[test]
    fn a_token_goes_on_with_its_own_search_only() {
        let now = Now::at(from_micros(5_000_000));
        let start = Token::start("a", now, 7);
        assert_eq!(Token::read(&start.text(), "a"), Some(start.clone()));
        assert_eq!(Token::read(&start.text(), "b"), None);
        assert_eq!(Token::read("rubbish", "a"), None);
        let made = |millis: u8| {
            let mut bytes = [0; 16];
            if let Some(byte) = bytes.get_mut(4) {
                *byte = millis;
            }
            SubjectId::from_bytes(bytes)
        };
        // 256 times 19 is 4,864 milliseconds, 256 times 20 is 5,120
        assert!(start.knows(made(19)) && !start.knows(made(20)));
    }
}
