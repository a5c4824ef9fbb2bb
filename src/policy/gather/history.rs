//! What happened before: calls, contacts, choices, purchases, the person's own last contact.

use super::moment::{Calendar, Moment};
use super::told::{Contact, PressureCap, Told};
use super::when::When;
use crate::domain::duration::CalendarPeriod;
use crate::domain::elapsed;
use crate::policy::Facts;
use crate::policy::vocabulary::{ConsentFact, Country, LastChoice, Stated, Whole};
use chrono::{DateTime, Utc};

/// Days of the window in which calls and attempts are counted (C. conso. D223-9).
const CALL_WINDOW: i64 = 30;
/// Working days are counted no further: no rule looks there.
const MOST_WORKING_DAYS: i64 = 60;

/// The facts of what happened before.
pub(super) fn facts(
    told: &Told,
    moment: &Moment,
    country: Option<Country>,
    calendar: &dyn Calendar,
    facts: &mut Facts,
) {
    let attempts = told.call_attempts.iter().map(|attempt| attempt.date);
    facts.call_attempts_in_30_days = within(CALL_WINDOW, attempts, moment);
    contacts(told, moment, facts);
    (facts.purchase_known, facts.months_since_purchase) = months(told.last_purchase, moment);
    last_contact(told, moment, facts);
    last_choice(told, moment, facts);
    if let Some(ended) = told.contract_ended_at {
        facts.contract_end_known = true;
        // in doubt more days have passed
        facts.days_since_contract_end =
            Whole::of(elapsed::days(ended.day(moment), moment.day().latest));
    }
    request(told, moment, country, calendar, facts);
}

/// Contacts in the windows that the company's own caps are about.
fn contacts(told: &Told, moment: &Moment, facts: &mut Facts) {
    let all = || told.contacts.iter().map(|contact| contact.at);
    facts.contacts_in_1_day = within(1, all(), moment);
    facts.contacts_in_7_days = within(7, all(), moment);
    facts.contacts_in_30_days = within(30, all(), moment);
    let channel = facts.channel.as_str();
    let on_channel = |contact: &&Contact| contact.channel.as_str() == channel;
    let own = || told.contacts.iter().filter(on_channel).map(|one| one.at);
    facts.channel_contacts_in_7_days = within(7, own(), moment);
    facts.channel_contacts_in_30_days = within(30, own(), moment);
    if let Some(cap) = &told.pressure_cap {
        facts.cap_stated = true;
        facts.contacts_left_under_cap = left(cap, all(), moment);
    }
}

/// How many fall into the calendar days that end today; what is dated later counts as well.
pub(super) fn within(days: i64, when: impl Iterator<Item = When>, moment: &Moment) -> Whole {
    let mut when = when.peekable();
    if when.peek().is_none() {
        // most callers say nothing, and finding the day takes longer than counting
        return Whole::of(0);
    }
    let today = moment.day().earliest;
    let recent = when.filter(|when| elapsed::days(when.day(moment), today) < days);
    Whole::of(i64::try_from(recent.count()).unwrap_or(i64::MAX))
}

/// Contacts left under a cap; none where its period cannot be read.
fn left(cap: &PressureCap, contacts: impl Iterator<Item = When>, moment: &Moment) -> Whole {
    if cap.period.parse::<CalendarPeriod>().is_err() {
        return Whole::of(0);
    }
    let made = contacts.filter(|at| leaves_after(cap, *at, moment)).count();
    Whole::of(i64::from(cap.max) - i64::try_from(made).unwrap_or(i64::MAX))
}

/// Whether a contact is still within the cap's period.
pub(super) fn leaves_after(cap: &PressureCap, contact: When, moment: &Moment) -> bool {
    let Ok(period) = cap.period.parse::<CalendarPeriod>() else {
        return true;
    };
    let leaves = period.after(contact.start(moment));
    leaves.is_none_or(|leaves| leaves > moment.at)
}

/// Completed months; in doubt more have passed.
pub(super) fn months_since(since: When, moment: &Moment) -> Whole {
    Whole::of(elapsed::months(since.day(moment), moment.day().latest))
}

fn months(since: Option<When>, moment: &Moment) -> (bool, Whole) {
    let passed = since.map(|since| months_since(since, moment));
    (since.is_some(), passed.unwrap_or(Whole::of(0)))
}

/// Whether what the caller tells of as the person's last contact is an opened e-mail, which is none.
pub(super) fn is_opening(told: &Told) -> bool {
    let opened = ["email_open", "email_opened", "open"];
    told.last_contact_kind
        .as_deref()
        .is_some_and(|kind| opened.contains(&kind))
}

/// The person's own last contact. Opening an e-mail is none (CNIL, SAN-2020-003): where the caller
/// knows of nothing else, the last purchase counts, or the consent, or nothing since long ago.
fn last_contact(told: &Told, moment: &Moment, facts: &mut Facts) {
    if !is_opening(told) {
        let last = months(told.last_contact_from_person, moment);
        (facts.last_contact_known, facts.months_since_last_contact) = last;
        return;
    }
    facts.last_contact_known = true;
    facts.months_since_last_contact = match told.last_purchase {
        Some(_) => facts.months_since_purchase,
        None if facts.consent == ConsentFact::Given => facts.consent_age_months,
        None => Whole::of(i64::MAX),
    };
}

fn last_choice(told: &Told, moment: &Moment, facts: &mut Facts) {
    match &told.last_choice {
        None => facts.last_choice = LastChoice::NotStated,
        Some(None) => facts.last_choice = LastChoice::None,
        Some(Some(choice)) => {
            facts.last_choice = LastChoice::Made;
            // in doubt fewer months have passed
            let passed = elapsed::months(choice.at.day(moment), moment.day().earliest);
            facts.months_since_last_choice = Whole::of(passed);
        }
    }
}

fn request(
    told: &Told,
    moment: &Moment,
    country: Option<Country>,
    calendar: &dyn Calendar,
    facts: &mut Facts,
) {
    let Some(request) = &told.information_request else {
        return;
    };
    let (asked, today) = (request.at.day(moment), moment.day().latest);
    let holiday = |day| calendar.is_public_holiday(country?, day);
    let counted = elapsed::working_days(asked, today, MOST_WORKING_DAYS, holiday);
    // a request that lies ahead, or days that cannot be counted, are no answered request
    let Some(days) = counted.filter(|_| asked <= today) else {
        return;
    };
    facts.information_request = true;
    facts.information_request_proven = Stated::from(request.proof);
    facts.information_request_limited = Stated::from(request.limited_to_requested_goods);
    facts.working_days_since_request = Whole::of(days);
}

/// Days since a refusal in a call, if it still stands against the person's own later yes.
pub(super) fn refusal(
    refused: Option<When>,
    own_yes: Option<DateTime<Utc>>,
    moment: &Moment,
    facts: &mut Facts,
) {
    let Some(refused) = refused.filter(|refused| super::stands(Some(refused.end(moment)), own_yes))
    else {
        return;
    };
    facts.refused_in_call = true;
    // in doubt fewer days have passed
    let passed = elapsed::days(refused.day(moment), moment.day().earliest);
    facts.days_since_refusal_in_call = Whole::of(passed);
}
