//! Typed identifiers: `UUIDv7` under one newtype per thing, so that a person's id cannot be
//! passed where a record's is wanted.
//!
//! A `UUIDv7` reveals when it was made: it is a name and never a secret.

use super::time::{Entropy, NoEntropy, Now, random};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::{Builder, Uuid};

fn fresh(now: Now, entropy: &dyn Entropy) -> Result<Uuid, NoEntropy> {
    let millis = u64::try_from(now.utc().timestamp_millis()).unwrap_or(0);
    Ok(Builder::from_unix_timestamp_millis(millis, &random(entropy)?).into_uuid())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id.
            ///
            /// # Errors
            /// Where no randomness can be had.
            pub fn new(now: Now, entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
                fresh(now, entropy).map(Self)
            }

            /// The id that these sixteen bytes are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The id from a database column; `None` unless it has sixteen bytes.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }

            /// The sixteen bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl $name {
            /// Its text, without an allocation.
            pub fn text<'a>(&self, room: &'a mut [u8; 36]) -> &'a str {
                self.0.hyphenated().encode_lower(room)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A data subject: the person (GDPR art. 4(1)).
    SubjectId,
    /// A consent record, or another event about a person.
    RecordId,
    /// An API key.
    KeyId,
    /// A member of staff.
    StaffId,
    /// A list that was filtered.
    AudienceId,
    /// A decision.
    DecisionId,
    /// An audit export.
    ExportId,
    /// A mail that goes out.
    MailId,
    /// An export that is made in the background.
    BackgroundId,
    /// A request of a data subject that other systems work on.
    CaseId,
    /// What one system has to do for a request.
    TaskId,
    /// A request over HTTP, for the logs.
    RequestId,
    /// A request of a data subject (GDPR 15 to 22).
    DsrId,
    /// A package of what is held about one person.
    PackageId,
}

impl DecisionId {
    /// When it was made, to the millisecond: a `UUIDv7` says so (RFC 9562 section 5.7). An id that is none says the
    /// beginning of 1970, or any other time.
    #[must_use]
    pub fn made_at(&self) -> DateTime<Utc> {
        let millis = i64::try_from(u128::from_be_bytes(*self.as_bytes()) >> 80);
        let made_at = DateTime::from_timestamp_millis(millis.unwrap_or_default());
        made_at.unwrap_or_default()
    }
}

impl DsrId {
    /// A number short enough to be read out: eight letters and digits of its random part, none of which
    /// is taken for another.
    #[must_use]
    pub fn number(&self) -> String {
        const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let end = self
            .as_bytes()
            .last_chunk::<8>()
            .map_or(0, |end| u64::from_be_bytes(*end));
        let letter = |at: u32| {
            LETTERS
                .get((end >> (at * 5)) as usize & 31)
                .copied()
                .unwrap_or(b'0')
        };
        let letters: String = (0..8).rev().map(|at| char::from(letter(at))).collect();
        let (left, right) = letters.split_at(4);
        format!("{left}-{right}")
    }
}

impl CaseId {
    /// The case of a request of a data subject: other systems work on it under its own id.
    #[must_use]
    pub const fn of(request: DsrId) -> Self {
        Self(request.0)
    }
}

/// How many entries the ledger held, or the place of one in it, counted from zero.
pub type Position = u64;

/// The keyed hash of a contact point or of another identifier: HMAC-SHA-256 under the
/// registry's index key. Treated as personal data; deleted on erasure, but for the
/// suppression list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blind(pub [u8; 32]);

impl fmt::Debug for Blind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blind(•••)")
    }
}

impl Blind {
    /// From a database column; `None` unless it has 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}
