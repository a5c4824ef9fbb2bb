//! What the leaf of a person's event commits to. A consent, which is nearly every event, is
//! serialised straight from its record.

use super::Actor;
use crate::domain::ids::{KeyId, RecordId, StaffId, SubjectId};
use crate::domain::registry::{
    Act, Answer, Channel, Circumstances, ConsentRecord, Language, NoticeRef, Slug, Source,
    SourceKind,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// What a leaf commits to.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Payload<'a> {
    /// A consent without evidence. Plain serialisation is the canonical form (RFC 8785): the names
    /// are ASCII and come in order, and there is no number.
    Plain(Box<Plain<'a>>),
    /// Any other.
    Tree(Value),
}

/// A consent record without evidence, and who wrote it down: the fields in the order of RFC 8785.
#[derive(Serialize)]
pub struct Plain<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
    actor: &'a Actor,
    channel: Channel,
    #[serde(skip_serializing_if = "Circumstances::is_empty")]
    circumstances: Circumstances,
    #[serde(skip_serializing_if = "Option::is_none")]
    collected_at: Option<DateTime<Utc>>,
    controller: &'a Slug,
    effective_at: DateTime<Utc>,
    id: RecordId,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    identified_by: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a Language>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'a NoticeRef>,
    proof: bool,
    purpose: &'a Slug,
    recorded_at: DateTime<Utc>,
    source: Place<'a>,
    status: Answer,
    subject: SubjectId,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<DateTime<Utc>>,
}

/// A [`Source`], its fields in order.
#[derive(Serialize)]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    kind: SourceKind,
}

impl<'a> Plain<'a> {
    /// `None` where there is evidence: it may hold whatever JSON can. Every field of the record is
    /// named, so that a new one is not forgotten.
    pub(super) fn of(
        record: &'a ConsentRecord,
        subject: SubjectId,
        actor: &'a Actor,
        recorded_at: DateTime<Utc>,
    ) -> Option<Self> {
        let ConsentRecord {
            id,
            subject: _,
            identified_by,
            controller,
            purpose,
            channel,
            status,
            notice,
            language,
            source,
            act,
            circumstances,
            collected_at,
            recorded_at: _,
            effective_at,
            valid_until,
            proof,
            evidence,
        } = record;
        let Source {
            kind,
            id: place,
            agent,
        } = source;
        evidence.is_none().then_some(Self {
            act: *act,
            actor,
            channel: *channel,
            circumstances: *circumstances,
            collected_at: *collected_at,
            controller,
            effective_at: *effective_at,
            id: *id,
            identified_by,
            language: language.as_ref(),
            notice: notice.as_ref(),
            proof: *proof,
            purpose,
            recorded_at,
            source: Place {
                agent: agent.as_deref(),
                id: place.as_deref(),
                kind: *kind,
            },
            status: *status,
            subject,
            valid_until: *valid_until,
        })
    }
}

/// An [`Actor`], its fields in the order of RFC 8785.
#[derive(Serialize)]
struct Named<I> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<I>,
    kind: &'static str,
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bare = |kind| Named::<()> { id: None, kind };
        match self {
            Self::Key(id) => Named {
                id: Some(id),
                kind: "key",
            }
            .serialize(to),
            Self::Staff(id) => Named {
                id: Some(id),
                kind: "staff",
            }
            .serialize(to),
            Self::Subject => bare("subject").serialize(to),
            Self::Operator => bare("operator").serialize(to),
            Self::System => bare("system").serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        enum Told {
            Key { id: KeyId },
            Staff { id: StaffId },
            Subject,
            Operator,
            System,
        }
        Ok(match Told::deserialize(from)? {
            Told::Key { id } => Self::Key(id),
            Told::Staff { id } => Self::Staff(id),
            Told::Subject => Self::Subject,
            Told::Operator => Self::Operator,
            Told::System => Self::System,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::event::SubjectEvent;
    use crate::domain::registry::GivenBy;
    use crate::domain::time::from_micros;
    use proptest::prelude::*;
    use serde_json::json;

    fn record(texts: [Option<String>; 4], identified_by: Vec<String>, at: i64) -> ConsentRecord {
        let slug = |text: &str| text.parse().unwrap();
        let [act, place, agent, evidence] = texts;
        let circumstances = act
            .as_ref()
            .map_or_else(Circumstances::default, |_| Circumstances {
                attested: at % 3 == 0,
                bundle: place.iter().map(|_| Channel::Sms).collect(),
                confirmed_at: Some(from_micros(at)),
                exact_slot: place.as_ref().map(|_| from_micros(at + 9)),
                explicit: Some(at % 2 == 0),
                given_by: agent.as_ref().map(|_| GivenBy::Parent),
                off_hours_general: at % 5 == 0,
                phone_number_verified: evidence.as_ref().map(|_| false),
            });
        ConsentRecord {
            id: RecordId::from_bytes([3; 16]),
            subject: SubjectId::from_bytes([4; 16]),
            identified_by,
            controller: slug("maison"),
            purpose: slug("newsletter"),
            channel: Channel::Email,
            status: Answer::Refused,
            notice: act.as_ref().map(|_| NoticeRef {
                id: slug("newsletter"),
                version: 3,
            }),
            language: place
                .as_ref()
                .map(|_| Language::try_from("fr".to_owned()).unwrap()),
            source: Source {
                kind: SourceKind::Store,
                id: place,
                agent: agent.clone(),
            },
            act: act.map(|_| Act::Oral),
            circumstances,
            collected_at: agent.map(|_| from_micros(at)),
            recorded_at: from_micros(at + 1),
            effective_at: from_micros(at + 2),
            valid_until: evidence.as_ref().map(|_| from_micros(at + 3)),
            proof: at % 2 == 0,
            evidence: None,
        }
    }

    proptest! {
        /// Serialised straight from the record, a payload is to the byte what its tree is, names in
        /// order; and with evidence it goes by the tree.
        #[test]
        fn a_plain_payload_is_the_tree(
            texts: [Option<String>; 4],
            identified_by: Vec<String>,
            at in 0i64..1 << 50,
            who in prop::sample::select(vec![
                Actor::Key(KeyId::from_bytes([5; 16])), Actor::Staff(StaffId::from_bytes([6; 16])),
                Actor::Subject, Actor::Operator, Actor::System,
            ]),
        ) {
            let mut record = record(texts, identified_by, at);
            let (anne, at) = (SubjectId::from_bytes([1; 16]), from_micros(at));
            let event = SubjectEvent::Consent(Box::new(record.clone()));
            let payload = event.payload(anne, &who, at);
            prop_assert!(matches!(payload, Payload::Plain(_)));
            let mut tree = event.tree(anne, &who, at);
            tree.sort_all_objects();
            prop_assert_eq!(serde_json::to_string(&payload).unwrap(), tree.to_string());
            record.evidence = Some(json!(0.5));
            let event = SubjectEvent::Consent(Box::new(record));
            prop_assert!(matches!(event.payload(anne, &who, at), Payload::Tree(_)));
        }
    }
}
