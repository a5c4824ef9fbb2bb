//! What only the caller knows, in the words of the law's cases. Unknown words are refused; what
//! is not stated is left open.

use super::described::{Described, Shape, described};
use super::when::When;
use crate::domain::registry::{Answer, Channel};
use crate::domain::signals::consent_mode::ConsentMode;
use crate::policy::vocabulary::{AccountModel, PersonKind, Subscriber};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

described! {
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
}

described! {
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
}

described! {
    /// A choice and when it was made.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct DatedChoice {
        /// Yes or no.
        pub status: Answer,
        /// When.
        pub at: When,
    }
}

described! {
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
}

described! {
    /// A marketing contact on any channel.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Contact {
        /// By which channel.
        pub channel: Channel,
        /// When.
        pub at: When,
    }
}

described! {
    /// A cap that the caller has set on contacts.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct PressureCap {
        /// At most so many contacts…
        pub max: u16,
        /// …in such a period (ISO 8601).
        pub period: String,
    }
}

described! {
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

impl Described for HeaderValues {
    fn shape() -> Shape {
        Shape::Texts
    }
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

described! {
    /// What only the caller knows about the use. See `law/README.md` for each word.
    #[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    pub struct Told {
        /// The person bought goods or a service from the sender.
        pub customer: Option<bool>,
        /// When the person last bought.
        pub last_purchase: Option<When>,
        /// The address was collected from the person at that sale.
        pub address_collected_at_sale: Option<bool>,
        /// A free and simple opt-out was offered when the address was collected.
        pub opt_out_offered_at_collection: Option<bool>,
        /// The sender is the legal person that sold.
        pub same_legal_entity: Option<bool>,
        /// What is offered is similar to what was bought.
        pub similar_products: Option<bool>,
        /// The person opened an account without buying.
        pub account_created: Option<bool>,
        /// What kind of account that is.
        pub account_model: Option<AccountModel>,
        /// The person was told of this use and of the right to object.
        pub informed: Option<bool>,
        /// The same, when the data were collected.
        pub informed_at_collection: Option<bool>,
        /// The offer concerns the professional's work.
        pub related_to_profession: Option<bool>,
        /// A contract with the person is being performed.
        pub contract_in_progress: Option<bool>,
        /// When the last contract ended.
        pub contract_ended_at: Option<When>,
        /// The offer concerns the object of that contract.
        pub related_to_contract_object: Option<bool>,
        /// The address was collected in negotiations for a sale (United Kingdom).
        pub negotiation_for_sale: Option<bool>,
        /// A service message carries promotion.
        pub promotional_content: Option<bool>,
        /// The person's own last contact.
        pub last_contact_from_person: Option<When>,
        /// What that contact was; `email_open` is none.
        pub last_contact_kind: Option<String>,
        /// When an e-mail was last opened; no contact of the person.
        pub last_email_open: Option<When>,
        /// The consent belongs to an online service offered to the person (GDPR 8).
        pub information_society_service: Option<bool>,
        /// The child agreed themselves.
        pub child_consent: Option<bool>,
        /// The holder of parental authority agreed.
        pub parental_consent: Option<bool>,
        /// The person is known to be a minor.
        pub known_minor: Option<bool>,
        /// The advertisement is shown by an online platform (DSA 3(i)).
        pub online_platform: Option<bool>,
        /// Sales calls and attempts, subcontractors' included.
        pub call_attempts: Vec<CallAttempt>,
        /// What is offered: `energy_renovation`, `home_adaptation`, `press_subscription`…
        pub sector: Option<String>,
        /// The person asked for information or a call back (C. conso. R223-4).
        pub information_request: Option<InformationRequest>,
        /// The number is on Bloctel (France, until 10 August 2026).
        pub on_bloctel: Option<bool>,
        /// When the person refused in a call.
        pub refused_in_call: Option<When>,
        /// The person is on the Robinson list (post in France; Spain).
        pub on_robinson_list: Option<bool>,
        /// The sender is a member of the organisation that keeps that list (France).
        pub robinson_member: Option<bool>,
        /// The letter box refuses unaddressed advertising.
        pub stop_pub: Option<bool>,
        /// The number is on the Telephone Preference Service (United Kingdom).
        pub on_tps: Option<bool>,
        /// Since when the person is in the Registro delle opposizioni (Italy); `null` or `false`: not in it.
        #[serde(deserialize_with = "registered")]
        pub rpo_registered_at: Entry,
        /// Since when the person is in "Ne m'appelez plus" (Belgium); `null` or `false`: not in it.
        #[serde(deserialize_with = "registered")]
        pub dncm_registered_at: Entry,
        /// The device lets pushes through: a technical gate, not a consent.
        pub os_push_permission: Option<bool>,
        /// The device gives its location: a technical gate, not a consent.
        pub os_location_permission: Option<bool>,
        /// What is shown is chosen for the person.
        pub personalised: Option<bool>,
        /// The person's device is read for it.
        pub terminal_read: Option<bool>,
        /// The person is logged in to the account.
        pub logged_in: Option<bool>,
        /// The person's choice on their account, over all devices.
        pub account_choice: Option<DatedChoice>,
        /// The person's choice on this device.
        pub terminal_choice: Option<DatedChoice>,
        /// The person was told that the account's choice reaches all devices.
        pub cross_device_notice_given: Option<bool>,
        /// When the person last answered the question; `null`: never.
        #[serde(deserialize_with = "stated")]
        pub last_choice: Option<Option<DatedChoice>>,
        /// What a tracking pixel is for: `individual_open_measurement`, `authentication_security`.
        pub pixel_use: Option<String>,
        /// Who would receive the data.
        pub recipient: Option<String>,
        /// The recipient was named to the person.
        pub recipient_named: Option<bool>,
        /// By which means the recipient would reach the person: `post_addressed`, `phone_live`…
        pub partner_use: Option<String>,
        /// The recipient is a processor under contract (GDPR 28).
        pub art28_contract: Option<bool>,
        /// Special categories of data are used (GDPR 9).
        pub uses_special_category: Option<bool>,
        /// The person was chosen by profiling.
        pub profiled_segment: Option<bool>,
        /// The decision is solely automated (GDPR 22).
        pub solely_automated: Option<bool>,
        /// It has legal or similarly significant effects (GDPR 22).
        pub legal_or_similar_effect: Option<bool>,
        /// The ground of GDPR 22(2) it rests on.
        pub art22_ground: Option<String>,
        /// The IAB TC string of the page or app.
        pub tc_string: Option<String>,
        /// The IAB GPP string of the page or app; its European section is looked at.
        pub gpp_string: Option<String>,
        /// The vendor's id in the string.
        pub vendor_id: Option<u16>,
        /// The TCF purpose asked about.
        pub purpose_id: Option<u8>,
        /// Request headers; `Sec-GPC` is looked at.
        pub headers: BTreeMap<String, HeaderValues>,
        /// Google's consent mode of the page or app. A `denied` state that the use needs is a no; `granted` is no yes.
        pub consent_mode: Option<ConsentMode>,
        /// Who sends, as far as a rule asks: `charity`…
        pub sender_type: Option<String>,
        /// When the person expressed support (United Kingdom, charities).
        pub expressed_support_at: Option<When>,
        /// The message furthers the charitable purpose only (United Kingdom).
        pub charitable_purpose_only: Option<bool>,
        /// Marketing contacts made so far, over all channels.
        pub contacts: Vec<Contact>,
        /// A cap of your own on contacts.
        pub pressure_cap: Option<PressureCap>,
    }
}
