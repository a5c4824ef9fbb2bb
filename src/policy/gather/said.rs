//! What the caller said, as facts.

use super::consent::Answered;
use super::history;
use super::moment::{Calendar, Moment};
use super::past::Past;
use super::registers::Listed;
use super::signalled;
use super::told::{DatedChoice, Message, PersonTold, Told};
use crate::domain::registry::Answer;
use crate::policy::vocabulary::{
    AccountModel, Art22Ground, Country, PartnerUse, PersonKind, PixelUse, Sector, SenderType,
    Stated, Subscriber, Whole,
};
use crate::policy::{FactSet, Facts};

/// Below this age a person is a minor (Convention on the Rights of the Child, 1).
const MAJORITY: u16 = 18;

/// Puts what the caller said into the facts. Call it after the facts of the consent are set:
/// `past` is what the registry holds of earlier contacts, `listed` what the loaded lists of registers
/// say, `own` the answer that holds for this purpose and channel. Of what is found out with effort no more is than `needs` says.
pub fn say(
    (person, message, told): (&PersonTold, &Message, &Told),
    (past, listed, own): (&Past, &Listed, Option<&Answered>),
    country: Option<Country>,
    moment: &Moment,
    calendar: &dyn Calendar,
    needs: FactSet,
    facts: &mut Facts,
) {
    let own_yes = own.and_then(Answered::own_yes);
    who(person, told, facts);
    facts.identifies_sender = message.identifies_sender.into();
    facts.valid_stop_contact = message.valid_stop_contact.into();
    facts.subject_honest = message.subject_honest.into();
    relation(told, facts);
    letter_box(told, facts);
    listed.facts(told, own_yes, moment, facts);
    let refused = past.refusal(told.refused_in_call, moment);
    history::refusal(refused, own_yes, moment, facts);
    history::facts(told, moment, country, calendar, facts);
    past.facts(facts);
    past.last(own_yes, moment, facts);
    profiling(told, facts);
    devices(told, facts);
    signalled::facts(told, moment, facts);
    sender(told, moment, facts);
    moment.facts(country, calendar, needs, facts);
}

fn who(person: &PersonTold, told: &Told, facts: &mut Facts) {
    facts.deceased |= person.deceased == Some(true);
    facts.person_kind = person.kind.unwrap_or(PersonKind::Consumer);
    facts.generic_address = person.address_type.as_deref() == Some("generic_legal_person");
    facts.subscriber = person.subscriber.unwrap_or(Subscriber::Individual);
    facts.age_known = person.age.is_some();
    facts.age = Whole::of(person.age.map_or(0, i64::from));
    facts.known_minor =
        told.known_minor == Some(true) || person.age.is_some_and(|age| age < MAJORITY);
    facts.information_society_service = told.information_society_service.into();
    facts.online_platform = told.online_platform.into();
    if told.child_consent.is_some() {
        facts.child_consent = told.child_consent.into();
    }
    if told.parental_consent.is_some() {
        facts.parental_consent = told.parental_consent.into();
    }
}

fn relation(told: &Told, facts: &mut Facts) {
    facts.promotional_content = told.promotional_content.into();
    facts.informed = Stated::from(match (told.informed, told.informed_at_collection) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (one, other) => one.or(other),
    });
    facts.opt_out_offered = told.opt_out_offered_at_collection.into();
    facts.customer = told.customer.into();
    facts.address_collected_at_sale = told.address_collected_at_sale.into();
    facts.same_legal_entity = told.same_legal_entity.into();
    facts.similar_products = told.similar_products.into();
    facts.negotiation_for_sale = told.negotiation_for_sale.into();
    // an account of an unnamed model is a plain one
    let plain = (told.account_created == Some(true)).then_some(AccountModel::PlainShopAccount);
    facts.account_model = told
        .account_model
        .or(plain)
        .unwrap_or(AccountModel::NotStated);
    facts.related_to_profession = told.related_to_profession.into();
    facts.contract_in_progress = told.contract_in_progress.into();
    facts.related_to_contract_object = told.related_to_contract_object.into();
}

fn letter_box(told: &Told, facts: &mut Facts) {
    facts.robinson_member = told.robinson_member.into();
    facts.stop_pub = told.stop_pub.into();
}

fn profiling(told: &Told, facts: &mut Facts) {
    facts.uses_special_category = told.uses_special_category.into();
    facts.profiled_segment = told.profiled_segment.into();
    facts.solely_automated = told.solely_automated.into();
    facts.legal_or_similar_effect = told.legal_or_similar_effect.into();
    facts.art22_ground = match told.art22_ground.as_deref() {
        None => Art22Ground::NotStated,
        Some(ground) => Art22Ground::parse(ground).unwrap_or(Art22Ground::Other),
    };
    if told.recipient_named.is_some() {
        facts.recipient_named = told.recipient_named.into();
    }
    facts.partner_use = match told.partner_use.as_deref() {
        None => PartnerUse::NotStated,
        Some("post_addressed") => PartnerUse::Post,
        Some("phone_live") => PartnerUse::Phone,
        Some(means) => PartnerUse::parse(means).unwrap_or(PartnerUse::Other),
    };
    facts.art28_contract = told.art28_contract.into();
}

fn devices(told: &Told, facts: &mut Facts) {
    facts.pixel_use = match told.pixel_use.as_deref() {
        None => PixelUse::NotStated,
        Some(end) => PixelUse::parse(end).unwrap_or(PixelUse::Other),
    };
    facts.personalised = told.personalised.into();
    facts.terminal_read = told.terminal_read.into();
    facts.logged_in = told.logged_in.into();
    facts.cross_device_notice = told.cross_device_notice_given.into();
    facts.account_choice = choice(told.account_choice.as_ref());
    facts.terminal_choice = choice(told.terminal_choice.as_ref());
    facts.os_push_permission = told.os_push_permission.into();
    facts.os_location_permission = told.os_location_permission.into();
}

fn choice(made: Option<&DatedChoice>) -> Stated {
    Stated::from(made.map(|made| made.status == Answer::Given))
}

fn sender(told: &Told, moment: &Moment, facts: &mut Facts) {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    facts.sector = match word(&told.sector).as_str() {
        "press" | "newspaper" => Sector::PressSubscription,
        other => Sector::parse(other).unwrap_or(Sector::Other),
    };
    facts.sender_type = SenderType::parse(&word(&told.sender_type)).unwrap_or(SenderType::Other);
    let supported = told
        .expressed_support_at
        .map(|at| at.start(moment) <= moment.at);
    facts.expressed_support = Stated::from(supported);
    facts.charitable_purpose_only = told.charitable_purpose_only.into();
}
