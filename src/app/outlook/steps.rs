//! What the caller or the person may change.
//!
//! A caller gives a fact that was not given, or changes the use itself: takes the promotion out, adds a
//! way to stop. A fact that was given is true and is not asked for again. What the person alone can do
//! is put into the facts as the registry would show it afterwards.

use super::Doer;
use super::case::Deed;
use crate::app::facts::{Passed, Said};
use crate::policy::{
    ConsentAct, ConsentFact, FactName, FactSet, Facts, ProofFact, RegisterFact, Stated, Whole,
};
use chrono_tz::Tz;

/// One change.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub code: &'static str,
    pub value: Option<&'static str>,
    pub by: Doer,
    pub act: Act,
}

/// What it changes.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// What is said; false where it is said already, or the contrary.
    Say(fn(&mut Said) -> bool, &'static [FactName]),
    /// The person's zone is given.
    Zone(Tz),
    /// What the registry shows.
    Do(Deed),
}

impl Step {
    /// Whether it may change one of these facts.
    pub fn touches(&self, reads: FactSet, facts: &Facts) -> bool {
        match self.act {
            Act::Say(_, touched) => reads.has_any(touched),
            Act::Zone(_) => reads.meets(super::clock()),
            Act::Do(deed) => {
                let (before, mut after) = (facts.codes(), *facts);
                deed(&mut after, Passed::default());
                let after = after.codes();
                reads.iter().any(|fact| before.get(fact) != after.get(fact))
            }
        }
    }
}

/// Of two steps that are one act of the person, only one is taken.
pub(super) fn go_together(one: &Step, other: &Step) -> bool {
    let agrees = |step: &Step| AGREEING.contains(&step.code);
    !(agrees(one) && agrees(other))
}

const AGREEING: [&str; 5] = [
    "consent",
    "confirmation",
    "explicit_consent",
    "parental_consent",
    "joint_consent",
];

const fn say(
    code: &'static str,
    value: &'static str,
    act: fn(&mut Said) -> bool,
    touched: &'static [FactName],
) -> Step {
    Step {
        code,
        value: Some(value),
        by: Doer::Caller,
        act: Act::Say(act, touched),
    }
}

const fn deed(code: &'static str, by: Doer, act: Deed) -> Step {
    Step {
        code,
        value: None,
        by,
        act: Act::Do(act),
    }
}

/// A fact that the caller may give where it was not given.
macro_rules! given {
    ($told:ident = $value:literal => $fact:ident) => {
        say(
            concat!("fact:", stringify!($told)),
            stringify!($value),
            |said| {
                let told = said.told.get_or_insert_default();
                let open = told.$told.is_none();
                told.$told = told.$told.or(Some($value));
                open
            },
            &[FactName::$fact],
        )
    };
}

/// A property of the use that the caller may change whatever it was.
macro_rules! changed {
    ($part:ident.$told:ident = $value:literal => $fact:ident) => {
        say(
            concat!("fact:", stringify!($told)),
            stringify!($value),
            |said| {
                let part = $part(said);
                let other = part.$told != Some($value);
                part.$told = Some($value);
                other
            },
            &[FactName::$fact],
        )
    };
}

fn message(said: &mut Said) -> &mut crate::policy::gather::Message {
    &mut said.message
}

fn told(said: &mut Said) -> &mut crate::policy::gather::Told {
    said.told.get_or_insert_default()
}

/// What callers may change, then what persons may: at equal number the earlier is told.
static STEPS: &[Step] = &[
    changed!(message.identifies_sender = true => identifies_sender),
    changed!(message.valid_stop_contact = true => valid_stop_contact),
    changed!(message.subject_honest = true => subject_honest),
    changed!(told.promotional_content = false => promotional_content),
    changed!(told.informed = true => informed),
    changed!(told.art28_contract = true => art28_contract),
    changed!(told.uses_special_category = false => uses_special_category),
    changed!(told.profiled_segment = false => profiled_segment),
    changed!(told.personalised = false => personalised),
    changed!(told.terminal_read = false => terminal_read),
    changed!(told.solely_automated = false => solely_automated),
    given!(legal_or_similar_effect = false => legal_or_similar_effect),
    given!(customer = true => customer),
    given!(address_collected_at_sale = true => address_collected_at_sale),
    given!(opt_out_offered_at_collection = true => opt_out_offered),
    given!(same_legal_entity = true => same_legal_entity),
    given!(similar_products = true => similar_products),
    given!(related_to_profession = true => related_to_profession),
    given!(contract_in_progress = true => contract_in_progress),
    given!(related_to_contract_object = true => related_to_contract_object),
    given!(on_bloctel = false => on_bloctel),
    given!(on_robinson_list = false => on_robinson_list),
    given!(robinson_member = true => robinson_member),
    given!(stop_pub = false => stop_pub),
    given!(on_tps = false => on_tps),
    given!(recipient_named = true => recipient_named),
    given!(os_push_permission = true => os_push_permission),
    given!(os_location_permission = true => os_location_permission),
    given!(cross_device_notice_given = true => cross_device_notice),
    given!(charitable_purpose_only = true => charitable_purpose_only),
    say(
        "fact:rpo_registered_at",
        "null",
        |said| nothing(&mut told(said).rpo_registered_at),
        &[FactName::rpo],
    ),
    say(
        "fact:dncm_registered_at",
        "null",
        |said| nothing(&mut told(said).dncm_registered_at),
        &[FactName::dncm],
    ),
    say(
        "fact:last_choice",
        "null",
        |said| nothing(&mut told(said).last_choice),
        &[FactName::last_choice],
    ),
    deed("person_recorded", Doer::Caller, |facts, _| {
        facts.person_known = true
    }),
    deed("channel_declared", Doer::Caller, |facts, _| {
        facts.channel_of_purpose = true
    }),
    deed("consent", Doer::Person, agrees),
    deed("confirmation", Doer::Person, |facts, passed| {
        agrees(facts, passed);
        facts.double_opt_in = Stated::Yes;
    }),
    deed("explicit_consent", Doer::Person, |facts, passed| {
        agrees(facts, passed);
        facts.consent_explicit = true;
    }),
    deed("parental_consent", Doer::Person, |facts, passed| {
        agrees(facts, passed);
        facts.parental_consent = Stated::Yes;
    }),
    deed("joint_consent", Doer::Person, |facts, passed| {
        agrees(facts, passed);
        (facts.parental_consent, facts.child_consent) = (Stated::Yes, Stated::Yes);
    }),
    deed("suppression_lifted_by_person", Doer::Person, |facts, _| {
        facts.suppressed = false
    }),
    deed("objection_lifted_by_person", Doer::Person, |facts, _| {
        (facts.objection, facts.objection_profiling) = (false, false);
    }),
    deed("restriction_lifted", Doer::Person, |facts, _| {
        facts.restricted = false
    }),
    deed("contact_from_person", Doer::Person, |facts, passed| {
        facts.last_contact_known = true;
        facts.months_since_last_contact = passed.months;
        facts.retention_over = passed.over;
    }),
];

/// The steps, with the zone where it is not known.
pub(super) fn steps(zone: Option<Tz>) -> Vec<Step> {
    let zone = zone.map(|zone| Step {
        code: "fact:timezone",
        value: Some(zone.name()),
        by: Doer::Caller,
        act: Act::Zone(zone),
    });
    zone.into_iter().chain(STEPS.iter().copied()).collect()
}

/// "There is none" is said where nothing was.
#[allow(clippy::option_option, reason = "absent and null say different things")]
const fn nothing<T: Copy>(entry: &mut Option<Option<T>>) -> bool {
    let open = entry.is_none();
    if open {
        *entry = Some(None);
    }
    open
}

/// The person agrees now to this purpose on this channel, by a clear act, to words of now that say
/// all that the law asks for. It ends an earlier objection to this use, as the registry has it.
fn agrees(facts: &mut Facts, passed: Passed) {
    facts.consent = ConsentFact::Given;
    facts.consent_expired = false;
    facts.consent_age_months = passed.months;
    facts.retention_over = passed.over;
    facts.notice_current = true;
    facts.wording_known = Stated::Yes;
    facts.consent_proof = ProofFact::Individual;
    facts.consent_act = ConsentAct::Clear;
    facts.consent_bundled = false;
    facts.sender_named = Stated::Yes;
    facts.phone_number_verified = Stated::Yes;
    facts.mention_identity_and_goods = Stated::Yes;
    facts.mention_choice = Stated::Yes;
    facts.mention_period = Stated::Yes;
    facts.mention_withdrawal_right = Stated::Yes;
    facts.mention_access_to_proof = Stated::Yes;
    facts.objection = false;
    facts.objection_profiling = false;
    facts.refused_in_call = false;
    facts.days_since_refusal_in_call = Whole::of(0);
    if facts.child_consent == Stated::NotStated {
        facts.child_consent = Stated::Yes;
    }
    for entry in [&mut facts.rpo, &mut facts.dncm] {
        if *entry == RegisterFact::Registered {
            *entry = RegisterFact::RegisteredBeforeConsent;
        }
    }
}

/// Every fact that some step may change.
pub(super) fn touched(facts: &Facts) -> FactSet {
    let mut all = super::clock();
    for step in STEPS {
        match step.act {
            Act::Say(_, touched) => touched.iter().for_each(|fact| all.insert(*fact)),
            Act::Zone(_) => {}
            Act::Do(deed) => {
                let (before, mut after) = (facts.codes(), *facts);
                deed(&mut after, Passed::default());
                let after = after.codes();
                let moved = FactName::ALL
                    .iter()
                    .filter(|fact| before.get(**fact) != after.get(**fact));
                moved.for_each(|fact| all.insert(*fact));
            }
        }
    }
    all
}
