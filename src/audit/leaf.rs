//! What one entry says in public, format 1: RFC 8785 JSON of at most 2 KiB, with no identifier, no
//! pseudonym and no ciphertext. The stored and served form is these bytes, never another spelling.

use super::Hash;
use super::encoding::{b64, unb64};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

mod kind;
pub use kind::EntryKind;

/// The longest leaf, in bytes.
pub const MAX_LEAF_BYTES: usize = 2048;
/// The longest registry name, in bytes.
pub const MAX_REGISTRY_BYTES: usize = 128;
/// 9999-12-31T23:59:59Z, the last instant of RFC 3339.
const LAST_SECOND: i64 = 253_402_300_799;

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What happened.
    pub kind: EntryKind,
    /// The registry whose log this is: ASCII letters, digits and `. _ - / :`.
    pub registry: String,
    /// When, in seconds since 1970, made coarse by whoever appends; the exact time is hidden.
    pub at: i64,
    /// SHA-256 of the notice that the person had seen or that was published.
    pub notice: Option<Hash>,
    /// The event's tag ([`super::commitment::event_tag`]); absent where no person is concerned.
    pub tag: Option<[u8; 16]>,
    /// The commitment to the payload ([`super::commitment::commit`]).
    pub commitment: Hash,
}

/// Why a leaf cannot be written, or bytes are not a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// The registry's name is empty, too long, or has a character outside the permitted ones.
    #[error("registry name is not 1 to 128 of the characters A-Z a-z 0-9 . _ - / :")]
    Registry,
    /// The time is outside 1970 to 9999, or not whole seconds in UTC.
    #[error("time is not whole seconds in UTC between 1970 and 9999")]
    Time,
    /// More than [`MAX_LEAF_BYTES`].
    #[error("leaf is longer than 2048 bytes")]
    TooLong,
    /// Not JSON with exactly the fields of the format.
    #[error("leaf is not json with the fields of format 1")]
    Shape,
    /// The format's number is not 1.
    #[error("leaf is of an unknown format")]
    Version,
    /// The kind of entry is not in the closed list.
    #[error("leaf is of an unknown kind")]
    Kind,
    /// A hash, tag or commitment is not base64 of its length.
    #[error("hash, tag or commitment is not base64 of its length")]
    Bytes,
    /// The same content, spelled in another way.
    #[error("leaf is not in canonical form")]
    NotCanonical,
}

/// The JSON of a leaf. The fields stand in RFC 8785 order, and the values hold nothing that JSON
/// would escape, so that plain serialisation is the canonical one (tested against a library).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    com: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ntc: Option<String>,
    reg: String,
    t: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    ts: String,
    v: u8,
}

impl Leaf {
    /// The bytes that are hashed, stored and served.
    ///
    /// # Errors
    /// When the registry's name or the time is outside what the format can say.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        check_registry(&self.registry)?;
        let text = Text {
            com: b64(&self.commitment),
            ntc: self.notice.map(|hash| b64(&hash)),
            reg: self.registry.clone(),
            t: self.kind.as_str().to_owned(),
            tag: self.tag.map(|tag| b64(&tag)),
            ts: to_rfc3339(self.at)?,
            v: 1,
        };
        serde_json::to_vec(&text).map_err(|_| LeafError::Shape)
    }

    /// Reads [`Self::to_bytes`] back, and nothing else.
    ///
    /// # Errors
    /// When the bytes are not the canonical form of a leaf.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(LeafError::TooLong);
        }
        let text: Text = serde_json::from_slice(bytes).map_err(|_| LeafError::Shape)?;
        let leaf = Self::from_text(&text)?;
        if leaf.to_bytes()? == bytes {
            Ok(leaf)
        } else {
            Err(LeafError::NotCanonical)
        }
    }

    fn from_text(text: &Text) -> Result<Self, LeafError> {
        if text.v != 1 {
            return Err(LeafError::Version);
        }
        Ok(Self {
            kind: text.t.parse().map_err(|_| LeafError::Kind)?,
            registry: text.reg.clone(),
            at: from_rfc3339(&text.ts)?,
            notice: optional(text.ntc.as_deref())?,
            tag: optional(text.tag.as_deref())?,
            commitment: unb64(&text.com).ok_or(LeafError::Bytes)?,
        })
    }
}

fn optional<const N: usize>(text: Option<&str>) -> Result<Option<[u8; N]>, LeafError> {
    text.map(|text| unb64(text).ok_or(LeafError::Bytes))
        .transpose()
}

fn check_registry(name: &str) -> Result<(), LeafError> {
    let permitted = |b: u8| b.is_ascii_alphanumeric() || b"._-/:".contains(&b);
    if (1..=MAX_REGISTRY_BYTES).contains(&name.len()) && name.bytes().all(permitted) {
        Ok(())
    } else {
        Err(LeafError::Registry)
    }
}

fn to_rfc3339(at: i64) -> Result<String, LeafError> {
    if !(0..=LAST_SECOND).contains(&at) {
        return Err(LeafError::Time);
    }
    let time = DateTime::<Utc>::from_timestamp(at, 0).ok_or(LeafError::Time)?;
    Ok(time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn from_rfc3339(text: &str) -> Result<i64, LeafError> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| LeafError::Time)?;
    Ok(time.timestamp())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn leaf() -> Leaf {
        Leaf {
            kind: EntryKind::ConsentGiven,
            registry: "r1".into(),
            at: 1_795_309_200,
            notice: Some([1; 32]),
            tag: Some([2; 16]),
            commitment: [3; 32],
        }
    }

    const TEXT: &str = r#"{"com":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=","ntc":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=","reg":"r1","t":"consent.given","tag":"AgICAgICAgICAgICAgICAg==","ts":"2026-11-22T01:00:00Z","v":1}"#;

    #[test]
    fn the_exact_bytes() {
        assert_eq!(String::from_utf8(leaf().to_bytes().unwrap()).unwrap(), TEXT);
        assert_eq!(Leaf::parse(TEXT.as_bytes()), Ok(leaf()));
        let bare = Leaf {
            notice: None,
            tag: None,
            ..leaf()
        };
        let text = String::from_utf8(bare.to_bytes().unwrap()).unwrap();
        assert!(!text.contains("ntc") && !text.contains("tag"), "{text}");
        assert_eq!(Leaf::parse(text.as_bytes()), Ok(bare));
    }

    #[test]
    fn refusals() {
        let with = |from: &str, to: &str| {
            assert!(TEXT.contains(from), "{from}");
            Leaf::parse(TEXT.replacen(from, to, 1).as_bytes()).unwrap_err()
        };
        assert_eq!(with("{", "{ "), LeafError::NotCanonical);
        assert_eq!(with("00Z", "00.0Z"), LeafError::NotCanonical);
        assert_eq!(with("00Z", "00+00:00"), LeafError::NotCanonical);
        assert_eq!(with("T01", "t01"), LeafError::NotCanonical);
        assert_eq!(with("r1", "\\u00721"), LeafError::NotCanonical);
        assert_eq!(with("\"v\":1", "\"v\":2"), LeafError::Version);
        assert_eq!(with("\"v\":1", "\"v\":1.0"), LeafError::Shape);
        assert_eq!(with("\"v\":1", "\"v\":1,\"x\":1"), LeafError::Shape);
        assert_eq!(with("\"v\":1", "\"v\":1,\"v\":1"), LeafError::Shape);
        assert_eq!(with("consent.given", "consent.granted"), LeafError::Kind);
        assert_eq!(with("AwM=", "AwM"), LeafError::Bytes);
        assert_eq!(with("AwM=", "AwN="), LeafError::Bytes);
        assert_eq!(with("AgIC", ""), LeafError::Bytes);
        assert_eq!(with("r1", ""), LeafError::Registry);
        assert_eq!(with("r1", "é"), LeafError::Registry);
        assert_eq!(with("2026", "1969"), LeafError::Time);
        assert_eq!(with("11-22", "13-22"), LeafError::Time);
        let null = TEXT.replace(r#""tag":"AgICAgICAgICAgICAgICAg==""#, r#""tag":null"#);
        assert_eq!(Leaf::parse(null.as_bytes()), Err(LeafError::NotCanonical));
        assert_eq!(Leaf::parse(&[b' '; 2049]), Err(LeafError::TooLong));
        assert_eq!(Leaf::parse(b"\xff"), Err(LeafError::Shape));
        let late = Leaf {
            at: LAST_SECOND + 1,
            ..leaf()
        };
        assert_eq!(late.to_bytes(), Err(LeafError::Time));
    }

    proptest! {
        #[test]
        fn round_trip(
            kind in prop::sample::select(EntryKind::ALL.to_vec()),
            registry in "[A-Za-z0-9._/:-]{1,128}",
            at in 0..=LAST_SECOND,
            notice: Option<[u8; 32]>,
            tag: Option<[u8; 16]>,
            commitment: [u8; 32],
        ) {
            let leaf = Leaf { kind, registry, at, notice, tag, commitment };
            let bytes = leaf.to_bytes().unwrap();
            prop_assert!(bytes.len() <= MAX_LEAF_BYTES);
            prop_assert_eq!(Leaf::parse(&bytes), Ok(leaf));
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), bytes);
        }

        #[test]
        fn one_changed_byte_is_another_leaf(at in 0..TEXT.len(), to: u8) {
            let mut bytes = TEXT.as_bytes().to_vec();
            if let Some(byte) = bytes.get_mut(at).filter(|b| **b != to) {
                *byte = to;
                prop_assert_ne!(Leaf::parse(&bytes), Ok(leaf()));
            }
        }
    }
}
