//! The contacts that count now and no longer then.

use super::Aged;
use super::case::Case;
use crate::app::facts::Said;
use crate::domain::duration::CalendarPeriod;
use crate::domain::elapsed;
use crate::domain::registry::Channel;
use crate::index::PersonView;
use crate::policy::gather::Moment;
use crate::policy::{FactName, FactSet};
use chrono::{DateTime, Utc};

/// A period in which contacts count: its days, and which.
const PERIODS: [(FactName, i64, Counted); 6] = [
    (FactName::call_attempts_in_30_days, 30, Counted::Calls),
    (FactName::contacts_in_1_day, 1, Counted::All),
    (FactName::contacts_in_7_days, 7, Counted::All),
    (FactName::contacts_in_30_days, 30, Counted::All),
    (FactName::channel_contacts_in_7_days, 7, Counted::OnChannel),
    (
        FactName::channel_contacts_in_30_days,
        30,
        Counted::OnChannel,
    ),
];

#[derive(Clone, Copy)]
enum Counted {
    Calls,
    All,
    OnChannel,
}

impl Counted {
    fn counts(self, made: Channel, asked: Channel) -> bool {
        match self {
            Self::Calls => matches!(made, Channel::PhoneLive | Channel::PhoneAutomated),
            Self::All => true,
            Self::OnChannel => made == asked,
        }
    }
}

/// The contacts that leave a period between two instants, of the periods that the stops read.
pub(super) fn aged(
    case: &Case<'_>,
    said: &Said,
    reads: FactSet,
    at: DateTime<Utc>,
    from: DateTime<Utc>,
) -> Vec<Aged> {
    let zone = case.zone(said);
    let (now, then) = (Moment { at, zone }, Moment { at: from, zone });
    let mut all: Vec<Aged> = Vec::new();
    for (fact, days, counted) in PERIODS {
        if !reads.contains(fact) {
            continue;
        }
        let counts = |one: &Aged, moment: &Moment| {
            elapsed::days(now.local_day(one.at), moment.day().earliest) < days
        };
        let of_kind = |one: &Aged| counted.counts(one.channel, case.channel);
        let made = made(case, said, &now, matches!(counted, Counted::Calls));
        all.extend(made.filter(|one| of_kind(one) && counts(one, &now) && !counts(one, &then)));
    }
    if reads.contains(FactName::contacts_left_under_cap) {
        let cap = said.told().pressure_cap.as_ref();
        let period = cap.and_then(|cap| cap.period.parse::<CalendarPeriod>().ok());
        let leaves = |one: &Aged| period.and_then(|period| period.after(one.at));
        let between = |one: &Aged| leaves(one).is_some_and(|end| at < end && end <= from);
        all.extend(made(case, said, &now, false).filter(between));
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// The contacts that the registry holds and those that the caller tells of.
fn made<'a>(
    case: &'a Case<'_>,
    said: &'a Said,
    moment: &'a Moment,
    calls: bool,
) -> impl Iterator<Item = Aged> + 'a {
    let held = case
        .persons
        .iter()
        .flatten()
        .filter_map(PersonView::reached);
    let held = held.flat_map(|reached| reached.made()).map(|made| Aged {
        at: made.at,
        channel: made.channel,
    });
    let attempts = said.told().call_attempts.iter().filter(move |_| calls);
    let attempts = attempts.map(|one| Aged {
        at: one.date.start(moment),
        channel: Channel::PhoneLive,
    });
    let contacts = said.told().contacts.iter().filter(move |_| !calls);
    let contacts = contacts.map(|one| Aged {
        at: one.at.start(moment),
        channel: one.channel,
    });
    held.chain(attempts).chain(contacts)
}
