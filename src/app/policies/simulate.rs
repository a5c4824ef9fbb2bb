//! A draft tried on everybody: for each person, purpose and channel, what the live version answers
//! and what the draft would. Nothing is written, and no address is named.
//!
//! What a check says besides (that the message is in order, that a register was consulted, at which
//! hour) is not known beforehand. So each use is tried in several [circumstances]: a draft that
//! opens something behind a fact that nobody stated here would else go unseen.

use super::flips::{Counted, word};
use super::rules::Rules;
use crate::access::{Grant, ReadPolicies};
use crate::app::facts::{Asked, Said};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::SubjectId;
use crate::domain::registry::{Channel, Purpose};
use crate::domain::time::Now;
use crate::index::{PersonView, Point, Table};
use crate::policy::gather::{Calendar, LegalCalendar, Message, Told};
use crate::policy::{Outcome, Pack};
use chrono::{DateTime, Datelike, Days, NaiveTime, TimeZone, Utc, Weekday};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Persons tried on one view of the index.
const AT_A_TIME: usize = 512;

/// What a draft would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Simulation {
    /// The version in force.
    pub live: String,
    /// The draft.
    pub draft: String,
    /// Persons that it was tried on.
    pub persons: u64,
    /// In which circumstances.
    pub circumstances: Vec<&'static str>,
    /// One for each purpose and channel in force.
    pub uses: Vec<Use>,
}

/// A purpose on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    /// The purpose.
    pub purpose: String,
    /// The channel.
    pub channel: String,
    /// Persons whom the draft permits to be reached and the live version does not.
    pub to_permit: u64,
    /// Persons whom the live version permits to be reached and the draft does not.
    pub to_deny: u64,
    /// The same by reasons.
    pub flips: Vec<Flips>,
}

/// Persons for whom the answer changes alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flips {
    /// In which circumstances.
    pub circumstances: &'static str,
    /// `permit` or `deny`: what the draft answers.
    pub to: &'static str,
    /// The reason by the version in force.
    pub live: String,
    /// The reason by the draft.
    pub draft: String,
    /// How many persons.
    pub persons: u64,
    /// Some of them.
    pub examples: Vec<SubjectId>,
}

impl Simulation {
    /// Uses that the draft permits and the live version does not.
    #[must_use]
    pub fn to_permit(&self) -> u64 {
        self.uses.iter().map(|one| one.to_permit).sum()
    }

    /// Uses that the live version permits and the draft does not.
    #[must_use]
    pub fn to_deny(&self) -> u64 {
        self.uses.iter().map(|one| one.to_deny).sum()
    }
}

/// Something that a check may say besides who and what for.
struct Circumstances {
    name: &'static str,
    said: Said,
    at: DateTime<Utc>,
}

/// Circumstances, permit or deny, the live reason and the draft's.
type Kind = (&'static str, bool, String, String);

/// The tally of one purpose and channel.
#[derive(Default)]
struct Tally {
    to_permit: u64,
    to_deny: u64,
    flips: BTreeMap<Kind, Counted<SubjectId>>,
}

impl App {
    /// Tries a draft on everybody.
    ///
    /// # Errors
    /// Where the draft does not compile, or the data cannot be read.
    pub fn simulate_policy(
        &self,
        _grant: &Grant<ReadPolicies>,
        draft: &Pack,
        now: Now,
    ) -> Result<Simulation, Refusal> {
        let rules = self.drafted(draft)?;
        self.simulate(&self.live_rules()?, &rules, now)
    }

    /// What `draft` would change against `live`.
    pub(super) fn simulate(
        &self,
        live: &Rules,
        draft: &Rules,
        now: Now,
    ) -> Result<Simulation, Refusal> {
        self.index_everybody()?;
        let circumstances = self.circumstances(now.utc());
        let catalogue = self.index.view().catalogue().clone();
        let mut tallies: BTreeMap<(String, Channel), Tally> = BTreeMap::new();
        for purpose in catalogue.purposes.values() {
            for channel in &purpose.channels {
                tallies.insert((purpose.id.as_str().to_owned(), *channel), Tally::default());
            }
        }
        let mut persons = 0;
        self.everybody(AT_A_TIME, &mut |view, person| {
            persons += 1;
            for ((purpose, channel), tally) in &mut tallies {
                let Some(purpose) = catalogue.purpose(purpose) else {
                    continue;
                };
                let asked = (purpose, *channel, person);
                self.judge(view, asked, (live, draft), &circumstances, tally);
            }
        })?;
        Ok(Simulation {
            live: live.version().as_ref().to_owned(),
            draft: draft.version().as_ref().to_owned(),
            persons,
            circumstances: circumstances.iter().map(|one| one.name).collect(),
            uses: tallies.into_iter().map(told).collect(),
        })
    }

    fn judge(
        &self,
        table: &Table,
        (purpose, channel, person): (&Purpose, Channel, PersonView<'_>),
        (live, draft): (&Rules, &Rules),
        circumstances: &[Circumstances],
        tally: &mut Tally,
    ) {
        let (mut permitted, mut denied) = (false, false);
        for one in circumstances {
            let asked = Asked::new(self.setting(table), purpose, channel, &one.said, one.at);
            let Some(asked) = asked else {
                continue;
            };
            let situation = asked.situation(&asked.seen(table, Some(person), &Point::default()));
            let (now, then) = (live.decide(&situation), draft.decide(&situation));
            let to_permit = then.is_permit();
            if now.is_permit() == to_permit {
                continue;
            }
            permitted |= to_permit;
            denied |= !to_permit;
            tally.add(one.name, (&now, &then), person.subject());
        }
        tally.to_permit += u64::from(permitted);
        tally.to_deny += u64::from(denied);
    }

    /// Nothing said, now; and a message in order at an hour when people may be reached, with every
    /// register consulted and empty.
    fn circumstances(&self, now: DateTime<Utc>) -> Vec<Circumstances> {
        let message = Message {
            identifies_sender: Some(true),
            valid_stop_contact: Some(true),
            subject_honest: Some(true),
        };
        let told = Told {
            customer: Some(true),
            address_collected_at_sale: Some(true),
            opt_out_offered_at_collection: Some(true),
            same_legal_entity: Some(true),
            similar_products: Some(true),
            informed: Some(true),
            informed_at_collection: Some(true),
            on_bloctel: Some(false),
            on_robinson_list: Some(false),
            on_tps: Some(false),
            rpo_registered_at: Some(None),
            dncm_registered_at: Some(None),
            os_push_permission: Some(true),
            ..Told::default()
        };
        vec![
            Circumstances {
                name: "nothing said, now",
                said: Said::default(),
                at: now,
            },
            Circumstances {
                name: "all in order, a weekday at eleven",
                said: Said {
                    person: None,
                    message,
                    told: Some(Box::new(told)),
                },
                at: self.weekday_at_eleven(now),
            },
        ]
    }

    /// Eleven o'clock at home, on the next working day from Monday to Friday.
    fn weekday_at_eleven(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = now.with_timezone(&self.home_zone).date_naive();
        let works = |day: &chrono::NaiveDate| {
            !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
                && LegalCalendar.is_public_holiday(self.home_country, *day) != Some(true)
        };
        let days = (1..=14).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
        let eleven = NaiveTime::from_hms_opt(11, 0, 0).unwrap_or_default();
        let next = days.into_iter().find(works);
        let local = next.and_then(|day| {
            self.home_zone
                .from_local_datetime(&day.and_time(eleven))
                .earliest()
        });
        local.map_or(now, |local| local.with_timezone(&Utc))
    }
}

impl Tally {
    fn add(
        &mut self,
        circumstances: &'static str,
        (live, draft): (&Arc<Outcome>, &Arc<Outcome>),
        who: SubjectId,
    ) {
        let (from, to) = (live.reason().to_owned(), draft.reason().to_owned());
        let kind = (circumstances, draft.is_permit(), from, to);
        self.flips.entry(kind).or_default().add(who);
    }
}

fn told(((purpose, channel), tally): ((String, Channel), Tally)) -> Use {
    let flips = |((circumstances, permit, live, draft), counted): (Kind, Counted<_>)| Flips {
        circumstances,
        to: word(permit),
        live,
        draft,
        persons: counted.count,
        examples: counted.examples,
    };
    Use {
        purpose,
        channel: channel.as_str().to_owned(),
        to_permit: tally.to_permit,
        to_deny: tally.to_deny,
        flips: tally.flips.into_iter().map(flips).collect(),
    }
}
