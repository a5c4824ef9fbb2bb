//! The package's files: names and types.

use crate::audit::commitment::{CanonicalError, check_numbers, is_plain};
use crate::audit::encoding::{hex, unhex};
use crate::audit::tree::sha256;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The format that [`Manifest::profile`] names.
pub const PROFILE: &str = "placet-audit/1";
/// The same for a package about one person.
pub const PERSON_PROFILE: &str = "placet-audit-person/1";
/// Whose entries a package about one person holds.
pub const PERSON: &str = "subject.json";
/// What the package is and how to check it.
pub const README: &str = "README.txt";
/// The list of files.
pub const MANIFEST: &str = "MANIFEST.json";
/// The log's signature over the list of files.
pub const MANIFEST_NOTE: &str = "MANIFEST.note";
/// The signed head.
pub const CHECKPOINT: &str = "log/checkpoint";
/// The log's public key, for convenience: whoever checks should have it from elsewhere. It is the key
/// that the log began with, or began with anew after a loss; [`KEYS`] leads from it to the others.
pub const VKEY: &str = "log/log.vkey";
/// How keys followed each other: a list of [`Handover`]s as RFC 8785 bytes; absent where the log has
/// always had one key.
pub const KEYS: &str = "log/keys.json";
/// Checkpoints that witnesses cosigned: `log/cosigned/SIZE`, a signed note with cosignatures, and
/// `log/cosigned/SIZE.proof`, the consistency proof from that size to [`CHECKPOINT`].
pub const COSIGNED: &str = "log/cosigned/";
/// What ends the path of a proof.
pub const PROOF: &str = ".proof";
/// The witnesses' public keys, for convenience, a line each.
pub const WITNESSES: &str = "log/witnesses";
/// Checkpoints that an authority stamped (RFC 3161): `timestamps/SIZE.note`, the bytes that were stamped;
/// `timestamps/SIZE.tsr`, the authority's response; `timestamps/SIZE.proof`, the consistency proof from that
/// size to [`CHECKPOINT`].
pub const TIMESTAMPS: &str = "timestamps/";
/// What ends the path of a stamped note.
pub const NOTE: &str = ".note";
/// What ends the path of a timestamp.
pub const TOKEN: &str = ".tsr";
/// The authority's certificates, PEM, for convenience: whoever checks should have them from elsewhere.
pub const TSA_CHAIN: &str = "timestamps/tsa-chain.pem";
/// What tile paths begin with.
pub const LOG: &str = "log/";
/// The entries.
pub const ENTRIES: &str = "entries.jsonl";
/// The decisions of the period.
pub const DECISIONS: &str = "decisions.jsonl";
/// What decisions name by its hash: outcomes in words, names of facts.
pub const DECISION_TEXTS: &str = "decision-texts.jsonl";
/// Who was on the lists of the period: sheets of their rolls.
pub const ROLLS: &str = "rolls.jsonl";
/// The lists that the person was on: a [`ListLine`] each.
pub const LISTS: &str = "lists.jsonl";
/// What notice files' paths begin with.
pub const NOTICES: &str = "notices/";
/// The purposes.
pub const PURPOSES: &str = "purposes.json";
/// What policy files' paths begin with.
pub const POLICIES: &str = "policies/";
/// What the exporter found wrong.
pub const FINDINGS: &str = "findings.json";
/// The report for people.
pub const REPORT: &str = "report.html";
/// Files without which a package is none.
pub const REQUIRED: [&str; 5] = [README, CHECKPOINT, VKEY, ENTRIES, FINDINGS];

/// The text of [`README`].
pub const README_TEXT: &str = include_str!("README.txt");

/// The text of [`README`] in a package about one person.
pub const PERSON_README_TEXT: &str = include_str!("README-person.txt");

/// What a package is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Every entry of a range.
    Period,
    /// The entries of one person, wherever they stand.
    Person,
}

impl About {
    /// What [`Manifest::profile`] says of it.
    #[must_use]
    pub const fn profile(self) -> &'static str {
        match self {
            Self::Period => PROFILE,
            Self::Person => PERSON_PROFILE,
        }
    }

    /// What a profile is about.
    #[must_use]
    pub fn of_profile(text: &str) -> Option<Self> {
        [Self::Period, Self::Person]
            .into_iter()
            .find(|about| about.profile() == text)
    }

    pub(super) const fn readme(self) -> &'static str {
        match self {
            Self::Period => README_TEXT,
            Self::Person => PERSON_README_TEXT,
        }
    }
}

/// [`PERSON`]: by what the person's entries are found in the log, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonFile {
    /// The export that this package is: each record's last entry tells of it.
    pub export: String,
    /// The person's record, and those that were merged into it.
    pub records: Vec<PersonRecord>,
    /// Merged records of which nothing can be opened or found any more: their key is gone.
    pub unreadable: Vec<String>,
}

/// One record of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonRecord {
    /// How many entries the log has of it, this disclosure included.
    pub count: u64,
    /// Its id, which each payload repeats.
    pub subject: String,
    /// The key of the tags of its entries, lower-case hex.
    pub view_key: String,
}

/// One line of [`LISTS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListLine {
    /// The entry that ended the list.
    pub list: u64,
    /// Whether the person might be contacted.
    pub permit: bool,
    /// Why, or why not.
    pub reason: String,
}

/// `MANIFEST.json`, as RFC 8785 bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`PROFILE`].
    pub profile: String,
    /// The period that was asked for.
    pub period: Period,
    /// The entries that are in it.
    pub positions: Positions,
    /// When the package was made, RFC 3339.
    pub created_at: String,
    /// What was asked for, in the exporter's words.
    pub query: Value,
    /// Every file but the manifest, sorted by path.
    pub files: Vec<FileLine>,
}

/// A period of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Its start, RFC 3339.
    pub from: String,
    /// Its end, RFC 3339.
    pub to: String,
}

/// A range of positions in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Positions {
    /// The first.
    pub first: u64,
    /// The one after the last.
    pub end: u64,
}

/// What the log's key signs in [`MANIFEST_NOTE`]: so that whoever packs the archive anew can edit
/// no finding, report, purpose, policy or withheld text. Its first line is no log's origin, and its
/// second no number, so that it can never be taken for a checkpoint.
#[must_use]
pub fn manifest_text(origin: &str, manifest: &[u8]) -> String {
    format!(
        "placet-audit-manifest/1\n{origin}\n{}\n",
        hex(&sha256(&[manifest]))
    )
}

/// One file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLine {
    /// Its path in the archive.
    pub path: String,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
    /// Length of its content in bytes.
    pub size: u64,
}

/// One line of `entries.jsonl`, as RFC 8785 bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryLine {
    // in RFC 8785 order, so that plain serialisation is canonical where the values are plain
    /// The exact text of its leaf.
    pub leaf: String,
    /// The commitment's key, lower-case hex; present with the payload, and only then.
    pub opening: Option<String>,
    /// What was recorded; absent where it is withheld.
    pub payload: Option<Value>,
    /// Its position in the log.
    pub position: u64,
    /// What the database's tables said about this entry at the time of the export.
    pub record: Option<Value>,
    /// Why payload and opening are absent.
    pub withheld: Option<String>,
}

/// One line of `findings.json`, which is an array of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The entry it is about.
    pub position: Option<u64>,
    /// What is wrong, without personal data.
    pub what: String,
}

/// An entry about a signing key, and what proves it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// The first checkpoint that covers the entry: a note.
    pub checkpoint: String,
    /// The proof from there to [`CHECKPOINT`], base64 (RFC 9162 section 2.1.4).
    pub consistency: Vec<String>,
    /// The proof that the entry is in that checkpoint, base64 (RFC 9162 section 2.1.3).
    pub inclusion: Vec<String>,
    /// The exact text of the entry's leaf.
    pub leaf: String,
    /// The commitment's key, lower-case hex.
    pub opening: String,
    /// What was recorded.
    pub payload: Value,
    /// Its position in the log.
    pub position: u64,
}

impl EntryLine {
    /// An entry whose payload is disclosed.
    #[must_use]
    pub fn opened(position: u64, leaf: String, payload: Value, opening: &[u8; 32]) -> Self {
        Self {
            position,
            leaf,
            payload: Some(payload),
            opening: Some(hex(opening)),
            withheld: None,
            record: None,
        }
    }

    /// An entry whose payload is not disclosed, and why: erased, for instance.
    #[must_use]
    pub fn withheld(position: u64, leaf: String, why: String) -> Self {
        Self {
            position,
            leaf,
            payload: None,
            opening: None,
            withheld: Some(why),
            record: None,
        }
    }

    /// The same with what the database says now.
    #[must_use]
    pub fn with_record(self, record: Option<Value>) -> Self {
        Self { record, ..self }
    }

    /// The commitment's key, where it is given and well-formed.
    #[must_use]
    pub fn opening_bytes(&self) -> Option<[u8; 32]> {
        unhex(self.opening.as_deref()?)
    }

    /// The line's bytes, without a newline: RFC 8785 JSON whose first field, `check`, is the digest
    /// of the rest. A damaged line so names itself, even where nothing in the log vouches for the
    /// damaged field (a reason, a record).
    ///
    /// # Errors
    /// When payload or record have no canonical form.
    pub fn to_line(&self) -> Result<Vec<u8>, CanonicalError> {
        let body = self.body()?;
        let mut line = format!("{CHECK_START}{}{CHECK_END}", digest(&body)).into_bytes();
        line.extend(body.iter().skip(1));
        Ok(line)
    }

    /// Reads a line, and says what is wrong with its form, if anything.
    #[must_use]
    pub fn parse(line: &[u8]) -> (Option<Self>, Option<LineFault>) {
        let Some((check, rest)) = split_check(line) else {
            return (None, Some(LineFault::Shape));
        };
        let body = [b"{", rest].concat();
        let Ok(entry) = serde_json::from_slice::<Self>(&body) else {
            return (None, Some(LineFault::Shape));
        };
        let fault = if digest(&body).as_bytes() != check {
            Some(LineFault::Check)
        } else if entry.body().is_ok_and(|canonical| canonical == body) {
            None
        } else {
            Some(LineFault::NotCanonical)
        };
        (Some(entry), fault)
    }

    fn body(&self) -> Result<Vec<u8>, CanonicalError> {
        let mut values = self.payload.iter().chain(&self.record);
        values.clone().try_for_each(check_numbers)?;
        if values.all(is_plain) {
            return serde_json::to_vec(self).map_err(|_| CanonicalError::Value);
        }
        serde_json_canonicalizer::to_vec(self).map_err(|_| CanonicalError::Value)
    }
}

const CHECK_START: &str = r#"{"check":""#;
const CHECK_END: &str = r#"","#;
const CHECK_DIGITS: usize = 16;

/// What is wrong with the form of a line of `entries.jsonl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Not JSON with the fields of a line.
    #[error("line is not an entry")]
    Shape,
    /// Its digest does not fit.
    #[error("line has been changed or damaged")]
    Check,
    /// The same content, spelled in another way.
    #[error("line is not in canonical form")]
    NotCanonical,
}

/// The digits of `check` and what follows them.
fn split_check(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_prefix(CHECK_START.as_bytes())?;
    let (check, rest) = rest.split_at_checked(CHECK_DIGITS)?;
    Some((check, rest.strip_prefix(CHECK_END.as_bytes())?))
}

fn digest(body: &[u8]) -> String {
    let digits = hex(&sha256(&[body]));
    digits.chars().take(CHECK_DIGITS).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::string_slice, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_is_canonical() {
        let line = EntryLine::opened(7, "{}".into(), json!({"b": 1, "a": 2}), &[0xab; 32])
            .with_record(Some(json!({"a": 2})));
        let text = String::from_utf8(line.to_line().unwrap()).unwrap();
        let opening = "ab".repeat(32);
        let (start, rest) = text.split_once(',').unwrap();
        assert_eq!((start.len(), &text[..10]), (27, CHECK_START));
        assert_eq!(
            rest,
            format!(
                r#""leaf":"{{}}","opening":"{opening}","payload":{{"a":2,"b":1}},"position":7,"record":{{"a":2}},"withheld":null}}"#
            )
        );
        assert_eq!(
            EntryLine::parse(text.as_bytes()),
            (Some(line.clone()), None)
        );
        let fault =
            |from: &str, to: &str| EntryLine::parse(text.replacen(from, to, 1).as_bytes()).1;
        assert_eq!(fault("null", "\"x\""), Some(LineFault::Check));
        assert_eq!(fault("check", "chuck"), Some(LineFault::Shape));
        assert_eq!(fault("leaf", "loaf"), Some(LineFault::Shape));
        assert_eq!(line.opening_bytes(), Some([0xab; 32]));
        let library = serde_json_canonicalizer::to_vec(&line).unwrap();
        assert_eq!(line.body().unwrap(), library);
        let line = EntryLine::withheld(7, "{}".into(), "erased".into());
        assert_eq!(line.opening_bytes(), None);
    }
}
