//! A decision vector as it is written. Unknown words are refused, with their place.

use crate::domain::duration::CalendarPeriod;
use crate::domain::registry::{Answer, AtMost, Channel, Objection};
use crate::policy::gather::{Message, PersonTold, Told, When};
use crate::policy::vocabulary::{LegalBasis, PurposeUse};
use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One case: what is asked, what is known, what the law answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// What it shows, in a sentence.
    pub title: String,
    /// `FR`, `EU`, `UK`: where the controller is established.
    pub jurisdiction: String,
    /// The instant asked about.
    pub at: DateTime<FixedOffset>,
    /// By which channel.
    pub channel: Channel,
    /// What for, as the law sees it.
    pub purpose: PurposeUse,
    /// The person.
    pub subject: PersonTold,
    /// What the registry knows.
    pub registry: Registry,
    /// What the caller says.
    pub told: Told,
    /// The message.
    pub message: Message,
    /// The right answer.
    pub expected: Expected,
    /// The rules that it is an example of.
    pub rules: Vec<String>,
}

/// The right answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Whether it is `permit`.
    #[serde(rename = "decision", deserialize_with = "permit")]
    pub permit: bool,
    /// Its reason.
    pub reason: String,
    /// Reasons that are right as well.
    #[serde(default)]
    pub also_acceptable_reasons: Vec<String>,
    /// What a permit must oblige to, others besides; not in the law files' own words.
    #[serde(default)]
    pub obligations: Vec<String>,
}

fn permit<'de, D: serde::Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    match String::deserialize(value)?.as_str() {
        "permit" => Ok(true),
        "deny" => Ok(false),
        _ => Err(serde::de::Error::custom("write permit or deny")),
    }
}

/// What the registry holds of the person.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Registry {
    pub(super) consents: Option<Vec<Consent>>,
    pub(super) objections: Vec<ObjectionTold>,
    pub(super) suppression_match: bool,
    pub(super) restriction: Option<Restriction>,
    pub(super) identity_resolved: Option<bool>,
    /// Not in the law files' own words: the pause and the bound that the person asked for.
    pub(super) pace: Option<PaceTold>,
    /// Not in the law files' own words: for how long the purpose keeps data, and when the person was last
    /// heard of.
    pub(super) retention: Option<RetentionTold>,
    pub(super) legal_basis: Option<LegalBasis>,
    /// Not in the law files' own words: whether the purpose is in force, and for this channel.
    pub(super) purpose_in_force: Option<bool>,
    pub(super) channel_declared: Option<bool>,
    /// Not in the law files' own words: whether the public holidays of the day are known.
    pub(super) holidays_known: Option<bool>,
}

/// The registry's words among the facts of a case; the others are the caller's.
const REGISTRY: [&str; 11] = [
    "consents",
    "objections",
    "suppression_match",
    "restriction",
    "identity_resolved",
    "pace",
    "retention",
    "legal_basis",
    "purpose_in_force",
    "channel_declared",
    "holidays_known",
];

/// A pause, a bound, and the instants of earlier contacts for this purpose and channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaceTold {
    #[serde(default)]
    pub(super) paused_until: Option<DateTime<FixedOffset>>,
    #[serde(default)]
    pub(super) at_most: Option<AtMost>,
    #[serde(default)]
    pub(super) made: Vec<DateTime<FixedOffset>>,
}

/// A purpose's period, and the instant from which it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetentionTold {
    pub(super) period: CalendarPeriod,
    pub(super) heard_of: DateTime<FixedOffset>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectionTold {
    pub(super) scope: Objection,
    pub(super) at: When,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restriction {
    pub(super) active: bool,
    #[serde(default)]
    #[allow(
        dead_code,
        reason = "a ground may be named; each restricts alike (GDPR 18)"
    )]
    pub(super) ground: Option<String>,
}

/// The status of a consent event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Requested,
    Given,
    Refused,
    Withdrawn,
}

impl Status {
    /// The answer; a request is none yet.
    pub(super) const fn answer(self) -> Option<Answer> {
        match self {
            Self::Requested => None,
            Self::Given => Some(Answer::Given),
            Self::Refused => Some(Answer::Refused),
            Self::Withdrawn => Some(Answer::Withdrawn),
        }
    }
}

/// A consent event.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Consent {
    pub(super) status: Status,
    pub(super) channel: Channel,
    pub(super) purpose: PurposeUse,
    pub(super) collected_at: When,
    #[serde(default)]
    pub(super) act: Option<String>,
    #[serde(default)]
    pub(super) named_sender: Option<bool>,
    #[serde(default)]
    pub(super) individual_proof: Option<bool>,
    #[serde(default)]
    pub(super) notice_version: Option<String>,
    #[serde(default)]
    pub(super) source: Option<String>,
    #[serde(default)]
    pub(super) given_by: Option<String>,
    #[serde(default)]
    pub(super) double_opt_in_confirmed: Option<bool>,
    #[serde(default)]
    pub(super) phone_number_verified: Option<bool>,
    #[serde(default)]
    #[allow(
        dead_code,
        reason = "however it was withdrawn, it is withdrawn (GDPR 7(3))"
    )]
    pub(super) method: Option<String>,
    #[serde(default)]
    pub(super) validity: Option<String>,
    #[serde(default)]
    pub(super) r223_1_mentions: Option<Vec<String>>,
    #[serde(default)]
    pub(super) exact_slot: Option<When>,
    #[serde(default)]
    pub(super) attested: Option<bool>,
    #[serde(default)]
    pub(super) off_hours_general: Option<bool>,
    #[serde(default)]
    pub(super) recipients: Option<Vec<String>>,
    #[serde(default)]
    pub(super) explicit: Option<bool>,
    #[serde(default)]
    pub(super) bundle: Vec<Channel>,
    /// Not in the law files' own words: a major version of the notice has come since.
    #[serde(default)]
    pub(super) notice_superseded: bool,
    /// Not in the law files' own words: whether the wording shown is on record.
    #[serde(default)]
    pub(super) wording_kept: Option<bool>,
}

/// A case as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    #[serde(default)]
    title: String,
    jurisdiction: String,
    at: DateTime<FixedOffset>,
    #[serde(default, rename = "weekday")]
    _weekday: Option<String>,
    channel: Channel,
    purpose: PurposeUse,
    subject: PersonTold,
    #[serde(default)]
    facts: Map<String, Value>,
    #[serde(default)]
    message: Option<Message>,
    expected: Expected,
    #[serde(default)]
    rule_refs: Vec<String>,
    #[serde(default, rename = "strength")]
    _strength: Option<String>,
    #[serde(default, rename = "contested")]
    _contested: Option<bool>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

/// Reads one case, the `at`th of its file.
pub(super) fn read_case(at: usize, case: &Value) -> Result<Case, String> {
    let id = case.get("id").and_then(Value::as_str);
    let name = id.map_or_else(|| format!("case {}", at + 1), str::to_owned);
    let written: Written = strict(case.clone()).map_err(|what| format!("{name}: {what}"))?;
    let (registry, told): (Map<_, _>, Map<_, _>) = written
        .facts
        .into_iter()
        .partition(|(key, _)| REGISTRY.contains(&key.as_str()));
    let in_facts = |what: String| format!("{name}: facts: {what}");
    Ok(Case {
        id: written.id,
        title: written.title,
        jurisdiction: written.jurisdiction,
        at: written.at,
        channel: written.channel,
        purpose: written.purpose,
        subject: written.subject,
        registry: strict(registry.into()).map_err(in_facts)?,
        told: strict(told.into()).map_err(in_facts)?,
        message: written.message.unwrap_or_default(),
        expected: written.expected,
        rules: written.rule_refs,
    })
}

fn strict<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        format!("{path}: {}", error.into_inner())
    })
}
