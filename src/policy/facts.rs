//! The facts of one decision, each with where it comes from. Adding a fact is a line here, a line
//! in the schema, and the policies that use it; the schema check refuses a pack where the two differ.

use super::codes::Codes;
use super::source::Source;
use super::vocabulary::{
    AccountModel, Art22Ground, Channel, ConsentAct, ConsentFact, Country, DayOfWeek, Fact,
    LastChoice, LegalBasis, PartnerUse, PersonKind, PixelUse, ProofFact, PurposeUse, RegisterFact,
    Sector, SenderType, SignalFact, SlotFact, Stated, Subscriber, Whole,
};
use cedar_policy::Context;

/// Declares the facts once: the struct, their names, the row of codes that compiled policies
/// read, and the record that Cedar sees.
macro_rules! facts {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$fact_doc:meta])* $fact:ident: $kind:ty = [$($source:ident),+],)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
        pub struct $name {
            $($(#[$fact_doc])* pub $fact: $kind,)*
        }

        /// The name of a fact, written as it is.
        #[allow(non_camel_case_types, reason = "a fact has one spelling everywhere")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum FactName {
            $($(#[$fact_doc])* $fact,)*
        }

        impl FactName {
            /// Every name, in order.
            pub const ALL: &'static [Self] = &[$(Self::$fact,)*];
            /// How many facts there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The name as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$fact => stringify!($fact),)*
                }
            }

            /// Where a check knows it from.
            #[must_use]
            pub const fn sources(self) -> &'static [Source] {
                match self {
                    $(Self::$fact => &[$(Source::$source),+],)*
                }
            }

            /// The fact of a name.
            pub(super) fn parse(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($fact) => Some(Self::$fact),)*
                    _ => None,
                }
            }

            /// The code of a value as records of decisions hold it: a yes or no, a whole number, or
            /// a word of the list. `None` where it is none of this fact's.
            pub(super) fn code_of(self, value: &serde_json::Value) -> Option<u16> {
                let words = match self {
                    $(Self::$fact => <$kind as Fact>::WORDS,)*
                };
                let (_, greatest) = self.kind();
                let code = match (value, words) {
                    (serde_json::Value::Bool(yes), None) => u16::from(*yes),
                    (serde_json::Value::Number(number), None) => {
                        u16::try_from(number.as_u64()?).ok()?
                    }
                    (serde_json::Value::String(word), Some(words)) => {
                        u16::try_from(words().iter().position(|one| one == word)?).ok()?
                    }
                    _ => return None,
                };
                (code <= greatest).then_some(code)
            }

            /// The fact's type in the schema, and its greatest code.
            pub(super) const fn kind(self) -> (&'static str, u16) {
                match self {
                    $(Self::$fact => (<$kind as Fact>::NAME, <$kind as Fact>::GREATEST),)*
                }
            }
        }

        impl $name {
            /// The facts as a row of codes.
            #[must_use]
            pub fn codes(&self) -> Codes {
                Codes::of([$(Fact::code(self.$fact),)*])
            }

            /// The facts of a row; `None` where a code is no value of its fact.
            pub(super) fn of(codes: &Codes) -> Option<Self> {
                Some(Self { $($fact: Fact::of_code(codes.get(FactName::$fact))?,)* })
            }

            /// The facts as the record that policies see; `None` only if a name in this file
            /// were no Cedar name.
            pub(super) fn context(&self) -> Option<Context> {
                let mut pairs = Vec::with_capacity(FactName::COUNT);
                $(pairs.push((stringify!($fact).to_owned(), self.$fact.expression()?));)*
                Context::from_pairs(pairs).ok()
            }

            /// Nothing is known yet: no person, no purpose, no consent. Every decision on these
            /// facts is a denial; the caller sets what it knows.
            #[must_use]
            pub const fn nothing_known(
                purpose_use: PurposeUse,
                channel: Channel,
                legal_basis: LegalBasis,
            ) -> Self {
                let mut facts = Self { $($fact: <$kind as Fact>::NEUTRAL,)* };
                facts.purpose_use = purpose_use;
                facts.channel = channel;
                facts.legal_basis = legal_basis;
                facts
            }

            /// The facts that somebody knew, exactly: the number of each in the order of
            /// [`Facts::shape`], and its value.
            pub fn known(&self) -> impl Iterator<Item = (u16, u16)> + use<> {
                let values = [$(<$kind as Fact>::code(self.$fact),)*];
                (0..).zip(values).filter(|(_, value)| *value != 0)
            }

            /// The names of all facts in their order, each with its words or its type, as JSON: by it
            /// the facts of a recorded decision are read.
            #[must_use]
            pub fn shape() -> String {
                let pairs: Vec<String> = vec![$({
                    let kind = <$kind as Fact>::WORDS.map_or_else(
                        || serde_json::json!(<$kind as Fact>::NAME),
                        |words| serde_json::json!(words()),
                    );
                    serde_json::json!([stringify!($fact), kind]).to_string()
                },)*];
                format!("[{}]", pairs.join(","))
            }

            /// The facts that say something: those that differ from a use of which nothing is
            /// known, with their values.
            pub(super) fn stated(&self) -> Vec<(&'static str, String)> {
                let mut stated = Vec::new();
                $(if self.$fact != <$kind as Fact>::NEUTRAL {
                    stated.push((stringify!($fact), Fact::words(self.$fact)));
                })*
                for (name, value) in [
                    ("purpose_use", self.purpose_use.as_str()),
                    ("channel", self.channel.as_str()),
                    ("legal_basis", self.legal_basis.as_str()),
                ] {
                    if !stated.iter().any(|(known, _)| *known == name) {
                        stated.push((name, value.to_owned()));
                    }
                }
                stated
            }
        }
    };
}

facts! {
    /// Everything a policy may know about one use of one person's data: yes, no, words and
    /// bounded whole numbers, each with its unit. Instants and histories were turned into facts
    /// before; the numbers that they are compared with stand in the policies.
    Facts {
        /// The contact point belongs to a data subject of the registry.
        person_known: bool = [Registry],
        /// The person's death was recorded.
        deceased: bool = [Request],
        /// The purpose is in force in the registry.
        purpose_known: bool = [Catalogue],
        /// The purpose is declared for this channel.
        channel_of_purpose: bool = [Catalogue],
        /// The one legal basis of the purpose (GDPR 6(1)).
        legal_basis: LegalBasis = [Catalogue],
        /// What the law sees in the purpose.
        purpose_use: PurposeUse = [Catalogue],
        /// The channel asked about.
        channel: Channel = [Request],
        /// The state whose law is applied.
        country: Country = [Catalogue, Request],
        /// In which quality the person is reached.
        person_kind: PersonKind = [Request],
        /// The address is a legal person's own (info@, contact@), not a named person's.
        generic_address: bool = [Request],
        /// Who subscribes to the line or address (United Kingdom).
        subscriber: Subscriber = [Request],
        /// The person's age is known.
        age_known: bool = [Request],
        /// The person's age in completed years; 0 where it is not known.
        age: Whole = [Request],
        /// The person is known to be a minor, by age or otherwise.
        known_minor: bool = [Request],
        /// The consent belongs to an online service offered to the person (GDPR 8).
        information_society_service: Stated = [Request],
        /// The child agreed themselves.
        child_consent: Stated = [Registry, Request],
        /// The holder of parental authority agreed.
        parental_consent: Stated = [Registry, Request],
        /// The advertisement is shown by an online platform (DSA 3(i)).
        online_platform: Stated = [Request],
        /// The person's last valid answer for exactly this purpose and channel.
        consent: ConsentFact = [Registry, Signal],
        /// The consent's own validity has ended at the instant asked about.
        consent_expired: bool = [Registry, Calendar],
        /// Completed calendar months since the consent was collected; 0 without one.
        consent_age_months: Whole = [Registry, Calendar],
        /// The consent was given on the latest major version of the notice.
        notice_current: bool = [Catalogue, Registry, Signal],
        /// The wording shown when consent was asked is on record.
        wording_known: Stated = [Registry],
        /// The proof held of the consent (GDPR 7(1)).
        consent_proof: ProofFact = [Registry, Signal],
        /// By which act the consent was given.
        consent_act: ConsentAct = [Registry],
        /// The sender was named when consent was asked.
        sender_named: Stated = [Catalogue, Registry],
        /// One single tick covered several channels.
        consent_bundled: bool = [Registry],
        /// The consent is explicit (GDPR 9(2)(a)).
        consent_explicit: bool = [Registry],
        /// A confirmation link sent by e-mail was followed.
        double_opt_in: Stated = [Registry],
        /// The phone number was verified as the consenting person's.
        phone_number_verified: Stated = [Registry],
        /// The request named the trader, who acts for it, and the goods (R223-1).
        mention_identity_and_goods: Stated = [Catalogue, Registry],
        /// The request said that one may consent or not (R223-1).
        mention_choice: Stated = [Catalogue, Registry],
        /// The request gave the period of the consent (R223-1).
        mention_period: Stated = [Catalogue, Registry],
        /// The request told of the right to withdraw and how (R223-1).
        mention_withdrawal_right: Stated = [Catalogue, Registry],
        /// The request told how to see the proof (R223-1).
        mention_access_to_proof: Stated = [Catalogue, Registry],
        /// The consent opens other hours in general, without a date.
        off_hours_general: bool = [Registry],
        /// The consent names a date and time; compared to the minute.
        exact_slot: SlotFact = [Registry, Calendar],
        /// The consent to that date and time is attested and archived.
        slot_attested: bool = [Registry],
        /// A valid yes exists for this purpose on another channel.
        consent_on_other_channel: bool = [Registry],
        /// A valid yes exists for another purpose and none for this one.
        consent_on_other_purpose: bool = [Registry],
        /// The answer for this purpose on the terminal (`storage_access`): yes or no.
        terminal_consent: Stated = [Registry],
        /// The person's choice on their account, over all devices: yes or no.
        account_choice: Stated = [Request],
        /// The person's choice on this terminal: yes or no.
        terminal_choice: Stated = [Request],
        /// The person is logged in to the account.
        logged_in: Stated = [Request],
        /// The person was told that the account's choice reaches all devices.
        cross_device_notice: Stated = [Request],
        /// An objection to direct marketing is in force for this use (GDPR 21(2)).
        objection: bool = [Registry],
        /// An objection to profiling for direct marketing is in force (GDPR 21(2)).
        objection_profiling: bool = [Registry],
        /// The processing of this person's data is restricted (GDPR 18).
        restricted: bool = [Registry],
        /// A pause that the person asked for runs for this purpose and channel.
        paused: bool = [Registry, Calendar],
        /// The person was reached for this purpose and channel as often as they asked for at most.
        pace_reached: bool = [Registry, Calendar],
        /// The purpose's period of retention has passed since the person was last heard of (GDPR 5(1)(e)).
        retention_over: bool = [Catalogue, Registry, Request, Calendar],
        /// This contact point is on the suppression list.
        suppressed: bool = [Registry],
        /// The person refused in a call, and has given no consent since.
        refused_in_call: bool = [Registry, Request],
        /// Calendar days since that refusal, the day itself not counted; 0 without one.
        days_since_refusal_in_call: Whole = [Registry, Request, Calendar],
        /// The message says who sends it.
        identifies_sender: Stated = [Request],
        /// The message offers a valid and free way to stop.
        valid_stop_contact: Stated = [Request],
        /// The subject of the message matches its content.
        subject_honest: Stated = [Request],
        /// A service message carries promotion.
        promotional_content: Stated = [Request],
        /// The person was told of this use and of the right to object.
        informed: Stated = [Request],
        /// A free and simple opt-out was offered when the address was collected.
        opt_out_offered: Stated = [Request],
        /// The person bought goods or a service from the sender.
        customer: Stated = [Request],
        /// The address was collected from the person at that sale.
        address_collected_at_sale: Stated = [Request],
        /// The sender is the legal person that sold.
        same_legal_entity: Stated = [Request],
        /// What is offered is similar to what was bought.
        similar_products: Stated = [Request],
        /// The address was collected in negotiations for a sale (United Kingdom).
        negotiation_for_sale: Stated = [Request],
        /// The account that the person opened without buying.
        account_model: AccountModel = [Request],
        /// The date of the last purchase is known.
        purchase_known: bool = [Request],
        /// Completed calendar months since the last purchase; 0 where it is not known.
        months_since_purchase: Whole = [Request, Calendar],
        /// The offer concerns the professional's work.
        related_to_profession: Stated = [Request],
        /// A contract with the person is being performed.
        contract_in_progress: Stated = [Request],
        /// The offer concerns the object of that contract.
        related_to_contract_object: Stated = [Request],
        /// The date on which the last contract ended is known.
        contract_end_known: bool = [Request],
        /// Calendar days since the last contract ended; 0 where it is not known.
        days_since_contract_end: Whole = [Request, Calendar],
        /// The number is on Bloctel (France, until 10 August 2026).
        on_bloctel: Stated = [Request],
        /// The person is on the Robinson list (post in France; Spain).
        on_robinson_list: Stated = [Request],
        /// The sender is a member of the organisation that keeps the Robinson list (France).
        robinson_member: Stated = [Request],
        /// The letter box refuses unaddressed advertising.
        stop_pub: Stated = [Request],
        /// The number is on the Telephone Preference Service (United Kingdom).
        on_tps: Stated = [Request],
        /// The entry in the Registro delle opposizioni (Italy).
        rpo: RegisterFact = [Request],
        /// The entry in "Ne m'appelez plus" (Belgium).
        dncm: RegisterFact = [Request],
        /// Sales calls and attempts in the 30 calendar days that end today, subcontractors' included.
        call_attempts_in_30_days: Whole = [Registry, Request, Calendar],
        /// Marketing contacts over all channels today.
        contacts_in_1_day: Whole = [Registry, Request, Calendar],
        /// Marketing contacts over all channels in the 7 calendar days that end today.
        contacts_in_7_days: Whole = [Registry, Request, Calendar],
        /// Marketing contacts over all channels in the 30 calendar days that end today.
        contacts_in_30_days: Whole = [Registry, Request, Calendar],
        /// Marketing contacts on this channel in the 7 calendar days that end today.
        channel_contacts_in_7_days: Whole = [Registry, Request, Calendar],
        /// Marketing contacts on this channel in the 30 calendar days that end today.
        channel_contacts_in_30_days: Whole = [Registry, Request, Calendar],
        /// The caller set a cap of its own on contacts.
        cap_stated: bool = [Request],
        /// Contacts left under that cap; 0 where it is reached or none is set.
        contacts_left_under_cap: Whole = [Registry, Request, Calendar],
        /// The person's time zone is known.
        local_time_known: bool = [Request],
        /// Minutes since midnight where the person is, 0 to 1439; 0 where not known.
        minute_of_day: Whole = [Request, Calendar],
        /// The day of the week where the person is; Monday where not known.
        weekday: DayOfWeek = [Request, Calendar],
        /// The day is a public holiday where the person is.
        public_holiday: Stated = [Request, Calendar],
        /// What is offered, as far as a rule asks.
        sector: Sector = [Request],
        /// Who offers it, as far as a rule asks.
        sender_type: SenderType = [Request],
        /// The person asked for information or a call back.
        information_request: bool = [Request],
        /// That request is proven.
        information_request_proven: Stated = [Request],
        /// The contact is limited to the goods asked about.
        information_request_limited: Stated = [Request],
        /// Jours ouvrables (Monday to Saturday but public holidays) since the request; 0 without one.
        working_days_since_request: Whole = [Request, Calendar],
        /// The date of the person's own last contact is known.
        last_contact_known: bool = [Registry, Request],
        /// Completed calendar months since it; opening an e-mail is none. 0 where not known.
        months_since_last_contact: Whole = [Registry, Request, Calendar],
        /// Data of a special category, inferred ones included, choose or shape the use (GDPR 9).
        uses_special_category: Stated = [Request],
        /// The person was chosen by a profile.
        profiled_segment: Stated = [Request],
        /// The decision is taken by a machine alone.
        solely_automated: Stated = [Request],
        /// That decision has legal or similar effect.
        legal_or_similar_effect: Stated = [Request],
        /// On what the automated decision rests (GDPR 22(2)).
        art22_ground: Art22Ground = [Request],
        /// The recipient of the data was named when consent was asked.
        recipient_named: Stated = [Catalogue, Registry, Request],
        /// By which means the recipient will use the data for itself.
        partner_use: PartnerUse = [Request],
        /// A contract binds the processor (GDPR 28(3)).
        art28_contract: Stated = [Request],
        /// What the pixel is for.
        pixel_use: PixelUse = [Request],
        /// What is shown is chosen for this person.
        personalised: Stated = [Request],
        /// The terminal is read or written.
        terminal_read: Stated = [Request],
        /// The Global Privacy Control signal was sent.
        gpc: bool = [Signal],
        /// Google's consent mode denies a state that this use needs.
        consent_mode_denied: bool = [Signal],
        /// What the TC string is worth for the vendor asked about.
        signal: SignalFact = [Signal],
        /// Whether the person has answered the question before.
        last_choice: LastChoice = [Request],
        /// Completed calendar months since that answer; 0 without one.
        months_since_last_choice: Whole = [Request, Calendar],
        /// The device lets this application push.
        os_push_permission: Stated = [Request],
        /// The device lets this application locate; stated where the use needs the location.
        os_location_permission: Stated = [Request],
        /// The person expressed support for the charity or interest in it (United Kingdom).
        expressed_support: Stated = [Request],
        /// The message furthers the charity's purposes and nothing else (United Kingdom).
        charitable_purpose_only: Stated = [Request],
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]
pub(super) mod tests {
    use super::*;

    /// A consented e-mail newsletter: the facts from which most cases depart.
    pub(in crate::policy) fn consented_email() -> Facts {
        Facts {
            person_known: true,
            purpose_known: true,
            channel_of_purpose: true,
            local_time_known: true,
            minute_of_day: Whole::of(11 * 60),
            public_holiday: Stated::No,
            consent: ConsentFact::Given,
            notice_current: true,
            consent_proof: ProofFact::Individual,
            ..Facts::nothing_known(
                PurposeUse::DirectMarketingOwn,
                Channel::Email,
                LegalBasis::Consent,
            )
        }
    }

    #[test]
    fn facts_are_what_their_codes_say() {
        let facts = Facts {
            age: Whole::of(77),
            weekday: DayOfWeek::Sunday,
            charitable_purpose_only: Stated::No,
            ..consented_email()
        };
        let mut codes = facts.codes();
        assert_eq!(Facts::of(&codes), Some(facts));
        assert_eq!(codes.get(FactName::age), 77);
        assert_eq!(codes.get(FactName::charitable_purpose_only), 2);
        codes.set(FactName::weekday, 7);
        assert_eq!(Facts::of(&codes), None);
    }

    #[test]
    fn every_fact_is_found_by_its_name_and_every_greatest_code_is_one() {
        for fact in FactName::ALL {
            assert_eq!(FactName::parse(fact.as_str()), Some(*fact));
            let mut codes = consented_email().codes();
            codes.set(*fact, fact.kind().1);
            assert!(Facts::of(&codes).is_some(), "{fact:?}");
            codes.set(*fact, fact.kind().1 + 1);
            assert!(Facts::of(&codes).is_none(), "{fact:?}");
        }
    }
}
