//! What only the caller knows, in the words of the law's cases. Unknown words are refused; what
//! is not stated is left open.

use super::when::When;
use crate::domain::registry::{Answer, Channel};
use crate::policy::vocabulary::{AccountModel, PersonKind, Subscriber};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// What the message is like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Message {
    /// It says who sends it.
    pub identifies_sender: Option<bool>,
    /// It offers a free, valid way to stop.
    pub valid_stop_contact: Option<bool>,
    /// Its subject matches its content.
    pub subject_honest: Option<bool>,
}

/// Who the person is, as far as the caller knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonTold {
    /// In which quality the person is reached; a consumer where nobody says.
    pub kind: Option<PersonKind>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// IANA zone.
    pub timezone: Option<String>,
    /// Completed years.
    pub age: Option<u16>,
    /// A professional's function.
    pub role: Option<String>,
    /// `generic_legal_person`: info@, contact@ of a company.
    pub address_type: Option<String>,
    /// Who subscribes (United Kingdom).
    pub subscriber: Option<Subscriber>,
    /// A death was recorded.
    pub deceased: Option<bool>,
}

/// A choice and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedChoice {
    /// Yes or no.
    pub status: Answer,
    /// When.
    pub at: When,
}

/// A sales call, or an attempt at one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallAttempt {
    /// When.
    pub date: When,
    /// Whether somebody answered; an attempt counts all the same.
    pub answered: Option<bool>,
    /// Who called; a subcontractor's calls count all the same.
    pub by: Option<String>,
}

/// A marketing contact on any channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// By which channel.
    pub channel: Channel,
    /// When.
    pub at: When,
}

/// A cap that the caller has set on contacts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PressureCap {
    /// At most so many contacts…
    pub max: u16,
    /// …in such a period (ISO 8601).
    pub period: String,
}

/// The person asked for information or a call back (C. conso. R223-4).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InformationRequest {
    /// When.
    pub at: When,
    /// Whether it is proven.
    pub proof: Option<bool>,
    /// Whether the contact is limited to what was asked about.
    pub limited_to_requested_goods: Option<bool>,
}

/// One value of a header, or several fields of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum HeaderValues {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl HeaderValues {
    /// Each value.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(value) => std::slice::from_ref(value).iter().map(String::as_str),
            Self::Several(values) => values.iter().map(String::as_str),
        }
    }
}

/// A register's entry: absent is not consulted, `null` or `false` is not registered.
pub type Entry = Option<Option<When>>;

/// A date, or `false`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Registered {
    Since(When),
    Is(bool),
}

#[allow(clippy::option_option, reason = "absent and null say different things")]
fn registered<'de, D: Deserializer<'de>>(value: D) -> Result<Entry, D::Error> {
    match Option::deserialize(value)? {
        None | Some(Registered::Is(false)) => Ok(Some(None)),
        Some(Registered::Since(since)) => Ok(Some(Some(since))),
        Some(Registered::Is(true)) => {
            Err(serde::de::Error::custom("say since when, or null or false"))
        }
    }
}

/// Tells `null` from absent.
#[allow(clippy::option_option, reason = "absent and null say different things")]
fn stated<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    value: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// What only the caller knows about the use. See `law/README.md` for each word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    reason = "the words are the law files'; the schema explains each fact"
)]
pub struct Told {
    pub customer: Option<bool>,
    pub last_purchase: Option<When>,
    pub address_collected_at_sale: Option<bool>,
    pub opt_out_offered_at_collection: Option<bool>,
    pub same_legal_entity: Option<bool>,
    pub similar_products: Option<bool>,
    pub account_created: Option<bool>,
    pub account_model: Option<AccountModel>,
    pub informed: Option<bool>,
    pub informed_at_collection: Option<bool>,
    pub related_to_profession: Option<bool>,
    pub contract_in_progress: Option<bool>,
    pub contract_ended_at: Option<When>,
    pub related_to_contract_object: Option<bool>,
    pub negotiation_for_sale: Option<bool>,
    pub promotional_content: Option<bool>,
    pub last_contact_from_person: Option<When>,
    pub last_contact_kind: Option<String>,
    pub last_email_open: Option<When>,
    pub information_society_service: Option<bool>,
    pub child_consent: Option<bool>,
    pub parental_consent: Option<bool>,
    pub known_minor: Option<bool>,
    pub online_platform: Option<bool>,
    pub call_attempts: Vec<CallAttempt>,
    pub sector: Option<String>,
    pub information_request: Option<InformationRequest>,
    pub on_bloctel: Option<bool>,
    pub refused_in_call: Option<When>,
    pub on_robinson_list: Option<bool>,
    pub robinson_member: Option<bool>,
    pub stop_pub: Option<bool>,
    pub on_tps: Option<bool>,
    #[serde(deserialize_with = "registered")]
    pub rpo_registered_at: Entry,
    #[serde(deserialize_with = "registered")]
    pub dncm_registered_at: Entry,
    pub os_push_permission: Option<bool>,
    pub os_location_permission: Option<bool>,
    pub personalised: Option<bool>,
    pub terminal_read: Option<bool>,
    pub logged_in: Option<bool>,
    pub account_choice: Option<DatedChoice>,
    pub terminal_choice: Option<DatedChoice>,
    pub cross_device_notice_given: Option<bool>,
    #[serde(deserialize_with = "stated")]
    pub last_choice: Option<Option<DatedChoice>>,
    pub pixel_use: Option<String>,
    pub recipient: Option<String>,
    pub recipient_named: Option<bool>,
    pub partner_use: Option<String>,
    pub art28_contract: Option<bool>,
    pub uses_special_category: Option<bool>,
    pub profiled_segment: Option<bool>,
    pub solely_automated: Option<bool>,
    pub legal_or_similar_effect: Option<bool>,
    pub art22_ground: Option<String>,
    pub tc_string: Option<String>,
    pub vendor_id: Option<u16>,
    pub purpose_id: Option<u8>,
    pub headers: BTreeMap<String, HeaderValues>,
    pub sender_type: Option<String>,
    pub expressed_support_at: Option<When>,
    pub charitable_purpose_only: Option<bool>,
    pub contacts: Vec<Contact>,
    pub pressure_cap: Option<PressureCap>,
}
