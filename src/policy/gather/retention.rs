//! For how long a person's data may serve a purpose after they were last heard of (GDPR 5(1)(e)). Counted as
//! retention is: in days of the zone that the registry lives in.

use super::history::is_opening;
use super::moment::Moment;
use super::told::Told;
use crate::domain::calendar::end_of_day;
use crate::domain::duration::CalendarPeriod;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// When the caller last heard of the person: by a contact, a purchase, the end of a contract. As long as a
/// contract is performed, that is now. Of a day it was the beginning.
#[must_use]
pub fn heard_of(told: &Told, moment: &Moment) -> Option<DateTime<Utc>> {
    if told.contract_in_progress == Some(true) {
        return Some(moment.at);
    }
    let contact = told.last_contact_from_person.filter(|_| !is_opening(told));
    let all = [contact, told.last_purchase, told.contract_ended_at];
    all.into_iter().flatten().map(|one| one.start(moment)).max()
}

/// The purpose's time is over for whoever was last heard of before this instant. `None` where the caller
/// heard of the person since.
#[must_use]
pub fn unheard_before(
    period: CalendarPeriod,
    told: &Told,
    moment: &Moment,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    let today = moment.at.with_timezone(&zone).date_naive();
    let before = end_of_day(period.before_day(today)?, zone)?;
    let told = heard_of(told, moment);
    told.is_none_or(|told| told < before).then_some(before)
}
