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
/// Days of the window of the company's own cap.
const CONTACT_WINDOW: i64 = 7;
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
    let contacts = told.contacts.iter().map(|contact| contact.at);
    facts.contacts_in_7_days = within(CONTACT_WINDOW, contacts, moment);
    if let Some(cap) = &told.pressure_cap {
        facts.cap_stated = true;
        facts.contacts_left_under_cap = left(cap, &told.contacts, moment);
    }
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

/// How many fall into the calendar days that end today; what is dated later counts as well.
fn within(days: i64, when: impl Iterator<Item = When>, moment: &Moment) -> Whole {
    let today = moment.day().earliest;
    let recent = when.filter(|when| elapsed::days(when.day(moment), today) < days);
    Whole::of(i64::try_from(recent.count()).unwrap_or(i64::MAX))
}

/// Contacts left under a cap; none where its period cannot be read.
fn left(cap: &PressureCap, contacts: &[Contact], moment: &Moment) -> Whole {
    let Ok(period) = cap.period.parse::<CalendarPeriod>() else {
        return Whole::of(0);
    };
    let counts = |contact: &&Contact| {
        let leaves = period.after(contact.at.start(moment));
        leaves.is_none_or(|leaves| leaves > moment.at)
    };
    let made = contacts.iter().filter(counts).count();
    Whole::of(i64::from(cap.max) - i64::try_from(made).unwrap_or(i64::MAX))
}

fn months(since: Option<When>, moment: &Moment) -> (bool, Whole) {
    let passed = |since: When| elapsed::months(since.day(moment), moment.day().latest);
    (since.is_some(), Whole::of(since.map_or(0, passed)))
}

/// The person's own last contact. Opening an e-mail is none (CNIL, SAN-2020-003): where the caller
/// knows of nothing else, the last purchase counts, or the consent, or nothing since long ago.
fn last_contact(told: &Told, moment: &Moment, facts: &mut Facts) {
    let opened = ["email_open", "email_opened", "open"];
    if !opened
        .map(Some)
        .contains(&told.last_contact_kind.as_deref())
    {
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
