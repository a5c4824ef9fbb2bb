//! One decision, and the text of it that is hashed.

use crate::audit::Hash;
use crate::audit::encoding::{hex, unhex};
use crate::audit::tree::sha256;
use serde::Serialize;
use std::sync::{Arc, OnceLock};

/// What many decisions of one campaign share: everything that is not of one person alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Context {
    /// Who asked, as `key:ID`, `staff:ID`, `operator`.
    pub asked_by: Arc<str>,
    /// The campaign that was named.
    pub campaign: Option<Arc<str>>,
    /// By which channel.
    pub channel: Arc<str>,
    /// The local day at the instant asked about; two where the zone was not known.
    pub day: Arc<str>,
    /// The facts, packed as their shape says; empty where no policy was asked.
    pub facts: Vec<u8>,
    /// The states whose law was applied.
    pub laws: Arc<str>,
    /// The hash of the outcome's text: effect, reason, words, policies, obligations.
    pub outcome: Hash,
    /// The version of the policies.
    pub policy_version: Arc<str>,
    /// What for.
    pub purpose: Arc<str>,
    /// The hash of the shape of the facts: their names and words.
    pub shape: Hash,
    /// Its name, once somebody has asked for it.
    pub named: Named,
}

/// A context's name, made once. It follows from the context, and so is no part of what makes two
/// of them equal.
#[derive(Debug, Clone, Default)]
pub struct Named(OnceLock<Box<str>>);

impl PartialEq for Named {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Named {}

impl std::hash::Hash for Named {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id, a `UUIDv7`: it says when, to the millisecond.
    pub id: [u8; 16],
    /// The person; `None` where nobody was known.
    pub subject: Option<[u8; 16]>,
    /// How many entries the log held that it was made on.
    pub position: u64,
    /// The entry of the person's answer that it rests on.
    pub evidence: Option<u64>,
    /// Until when a permit holds if nothing changes, in microseconds since 1970.
    pub valid_until: Option<i64>,
    /// The other instant than now that was asked about, in microseconds since 1970: a simulation.
    pub at: Option<i64>,
    /// From when on a denied use would be permitted by time alone or with the changes that were told,
    /// in microseconds since 1970. It stands here and not in the outcome's text, which many share.
    pub lawful_from: Option<i64>,
    /// The rest.
    pub context: Arc<Context>,
}

/// The text of a [`Context`]. The fields stand in RFC 8785 order, so that plain serialisation is the
/// canonical one.
#[derive(Serialize)]
struct ContextText<'a> {
    asked_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<&'a str>,
    channel: &'a str,
    day: &'a str,
    facts: String,
    laws: &'a str,
    outcome: String,
    policy_version: &'a str,
    purpose: &'a str,
    shape: String,
}

/// Bytes that the text of a [`Record`] fits into.
const LONGEST: usize = 384;

/// The text of a [`Record`], its fields in RFC 8785 order.
#[derive(Serialize)]
struct RecordText<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    context: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<u64>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lawful_from: Option<i64>,
    position: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<i64>,
}

impl Context {
    /// The canonical text.
    #[must_use]
    pub fn text(&self) -> String {
        let text = ContextText {
            asked_by: &self.asked_by,
            campaign: self.campaign.as_deref(),
            channel: &self.channel,
            day: &self.day,
            facts: hex(&self.facts),
            laws: &self.laws,
            outcome: hex(&self.outcome),
            policy_version: &self.policy_version,
            purpose: &self.purpose,
            shape: hex(&self.shape),
        };
        // texts and nothing else: it cannot fail
        serde_json::to_string(&text).unwrap_or_default()
    }

    /// The hash by which the records name it, in hexadecimal.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = || hex(&sha256(&[self.text().as_bytes()])).into_boxed_str();
        self.named.0.get_or_init(name)
    }
}

impl Record {
    /// The canonical text, which names the context by its hash.
    #[must_use]
    pub fn text(&self, context: &str) -> Vec<u8> {
        let subject = self.subject.as_ref().map(uuid_text);
        let text = RecordText {
            at: self.at,
            context,
            evidence: self.evidence,
            id: &uuid_text(&self.id),
            lawful_from: self.lawful_from,
            position: self.position,
            subject: subject.as_deref(),
            valid_until: self.valid_until,
        };
        let mut written = Vec::with_capacity(LONGEST);
        // texts and numbers and nothing else: it cannot fail
        drop(serde_json::to_writer(&mut written, &text));
        written
    }

    /// When it was made, in milliseconds since 1970: the first six bytes of its id.
    #[must_use]
    pub fn millis(&self) -> u64 {
        millis(&self.id)
    }
}

/// The time in a `UUIDv7`, in milliseconds since 1970 (RFC 9562 section 5.7).
#[must_use]
pub fn millis(id: &[u8; 16]) -> u64 {
    u64::try_from(u128::from_be_bytes(*id) >> 80).unwrap_or_default()
}

/// The text of a UUID (RFC 9562 section 4).
#[must_use]
pub fn uuid_text(id: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    let whole = hex(id);
    let mut rest = whole.as_str();
    for length in [8, 4, 4, 4] {
        let (part, after) = rest.split_at(length);
        text.push_str(part);
        text.push('-');
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A UUID from its text; `None` for any other spelling.
#[must_use]
pub fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let id = unhex::<16>(&text.replace('-', ""))?;
    (uuid_text(&id) == text).then_some(id)
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::audit::commitment::canonical_json;
    use proptest::prelude::*;

    pub(crate) fn context(purpose: &str, campaign: Option<&str>, facts: Vec<u8>) -> Context {
        Context {
            asked_by: "key:01".into(),
            campaign: campaign.map(Into::into),
            channel: "email".into(),
            day: "2026-11-22".into(),
            facts,
            laws: "FR".into(),
            outcome: [7; 32],
            policy_version: "sha256:1".into(),
            purpose: purpose.into(),
            shape: [8; 32],
            named: Named::default(),
        }
    }

    pub(crate) fn record(number: u64, context: &Arc<Context>) -> Record {
        let mut id = [0; 16];
        let millis = (1_795_348_800_000 + number / 3).to_be_bytes();
        id.iter_mut()
            .zip(millis.iter().skip(2))
            .for_each(|(to, from)| *to = *from);
        id[15] = number as u8;
        id[14] = (number >> 8) as u8;
        Record {
            id,
            subject: (!number.is_multiple_of(7)).then_some([(number % 5) as u8; 16]),
            position: 1_000 + number % 3,
            evidence: number.is_multiple_of(2).then_some(number),
            valid_until: number.is_multiple_of(4).then_some(1_800_000_000_123_456),
            at: number.is_multiple_of(11).then_some(1_700_000_000_000_000),
            lawful_from: number.is_multiple_of(5).then_some(1_795_400_000_000_000),
            context: context.clone(),
        }
    }

    #[test]
    fn an_id_reads_back_and_says_when() {
        let text = "019a9f2c-7b00-7abc-8def-0123456789ab";
        let id = uuid_bytes(text).unwrap();
        assert_eq!(uuid_text(&id), text);
        assert_eq!(millis(&id), 0x019a_9f2c_7b00);
        assert_eq!(uuid_bytes(&text.to_uppercase()), None);
        assert_eq!(uuid_bytes("019a9f2c"), None);
    }

    proptest! {
        /// Plain serialisation is the canonical form, so that anybody can make the hashed text again.
        #[test]
        fn the_texts_are_canonical(number in 0u64..1_000, purpose: String, campaign: Option<String>) {
            let context = Arc::new(context(&purpose, campaign.as_deref(), vec![1, 2, 255]));
            let record = record(number, &context);
            for text in [context.text().into_bytes(), record.text(context.name())] {
                let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
                prop_assert_eq!(canonical_json(&value).unwrap(), text);
            }
        }
    }
}
