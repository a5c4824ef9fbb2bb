//! Before a last day is missed: staff are told by mail seven days before it, three, one, and once it is over.
//! Each of it once for each last day, however many nodes there are.

use super::board::name_of;
use super::view::{RequestView, today};
use crate::app::brand::speaking;
use crate::app::mail::{AlarmItem, Content, Letter, Mail, Postman, Stationery, Undelivered};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{DsrId, MailId, Position};
use crate::domain::personal::Personal;
use crate::domain::time::Now;
use crate::store::{AlarmOf, DsrFilter};
use chrono::Days;
use std::collections::BTreeMap;

/// From so many days before the last one on staff are told.
const SOON: u64 = 7;
/// Requests that are looked at, those that came first.
const MOST: i64 = 10_000;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Alarmed {
    /// Mails that went out.
    pub sent: usize,
    /// Mails that did not, and are tried again.
    pub failed: usize,
}

/// How near the last day is.
const fn stage(days_left: i64) -> Option<&'static str> {
    match days_left {
        ..0 => Some("late"),
        0..=1 => Some("1"),
        2..=3 => Some("3"),
        4..=7 => Some("7"),
        _ => None,
    }
}

/// What is told, and by what it is known that it was.
type Told = Vec<(AlarmOf, AlarmItem)>;

impl App {
    /// How many open requests have their last day within seven days, and how many are late. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn requests_due(&self, now: Now) -> Result<(u64, u64), Refusal> {
        let near = self.near(now)?;
        let late = near
            .iter()
            .filter(|view| view.days_left.is_some_and(|days| days < 0));
        let late = late.count() as u64;
        Ok((near.len() as u64 - late, late))
    }

    fn near(&self, now: Now) -> Result<Vec<RequestView>, Refusal> {
        let day = today(now, self.home_zone);
        let filter = DsrFilter {
            open: Some(true),
            due_before: day.checked_add_days(Days::new(SOON + 1)),
            ..DsrFilter::default()
        };
        let serve = &self.serve;
        let found = self
            .store
            .read(|tx| tx.dsrs(serve, &filter, Position::MIN, MOST))?;
        let view = |one: crate::store::StoredDsr| RequestView::of(one.request, day);
        Ok(found.into_iter().map(view).collect())
    }

    /// Tells staff of the last days that are near and of which they were not told. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn raise_alarms(
        &self,
        postman: &dyn Postman,
        stationery: &dyn Stationery,
        language: &str,
        now: Now,
    ) -> Result<Alarmed, Refusal> {
        let mut done = Alarmed::default();
        for (to, told) in self.alarms(now)? {
            let mut ours = Told::new();
            for one in told {
                if self.store.note_alarm(&self.serve, one.0)? {
                    ours.push(one);
                }
            }
            if ours.is_empty() {
                continue;
            }
            match self.tell(&to, &ours, (postman, stationery, language), now)? {
                Ok(()) => done.sent += 1,
                // who never can be told is not asked again
                Err(Undelivered::ForGood(why)) => {
                    tracing::error!(why, "an alarm about last days was not taken");
                }
                Err(Undelivered::ForNow(why)) => {
                    tracing::warn!(why, "an alarm about last days has to wait");
                    for (alarm, _) in ours {
                        self.store.forget_alarm(&self.serve, alarm)?;
                    }
                    done.failed += 1;
                }
            }
        }
        Ok(done)
    }

    /// What is to be told, by address: to whoever has a request where they sign in by an address, else to the
    /// contact of the data protection officer.
    fn alarms(&self, now: Now) -> Result<BTreeMap<String, Told>, Refusal> {
        let near = self.near(now)?;
        let mut alarms: BTreeMap<String, Told> = BTreeMap::new();
        if near.is_empty() {
            return Ok(alarms);
        }
        let staff = self.store.read(|tx| tx.staff_names(&self.serve))?;
        let catalogue = self.index().view().catalogue().clone();
        let office = speaking(&catalogue, None).and_then(|one| one.dpo_contact.clone());
        let office = office.filter(|to| is_address(to));
        for view in near {
            let Some((alarm, item)) = told(&view) else {
                continue;
            };
            if self.store.alarm_is_noted(&self.serve, alarm)? {
                continue;
            }
            let owner = view.request.owner.map(|id| name_of(&staff, id));
            let owner = owner.filter(|login| is_address(login));
            if let Some(to) = owner.or_else(|| office.clone()) {
                alarms.entry(to).or_default().push((alarm, item));
            }
        }
        Ok(alarms)
    }

    fn tell(
        &self,
        to: &str,
        told: &Told,
        (postman, stationery, language): (&dyn Postman, &dyn Stationery, &str),
        now: Now,
    ) -> Result<Result<(), Undelivered>, Refusal> {
        let letter = Letter {
            to: to.to_owned(),
            language: language.to_owned(),
            brand: "Placet".to_owned(),
            foot: Vec::new(),
            content: Content::Alarm {
                link: format!("{}/console/requests", self.console_url()),
                requests: told.iter().map(|(_, item)| item.clone()).collect(),
            },
        };
        let mail = Mail {
            id: MailId::new(now, self.entropy())?,
            at: now.utc(),
            to: Personal::new(to),
            brand: &letter.brand,
            written: stationery.write(&letter),
        };
        Ok(postman.carry(&mail))
    }
}

fn told(view: &RequestView) -> Option<(AlarmOf, AlarmItem)> {
    let (id, due_on, days_left): (DsrId, _, _) = (view.request.id, view.due_on?, view.days_left?);
    let item = AlarmItem {
        number: id.number(),
        kind: view.request.receipt.kind.as_str().to_owned(),
        due_on,
        days_left,
    };
    Some(((id, due_on, stage(days_left)?), item))
}

/// Whether mail can go there: what it is exactly is the server's to say.
pub fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    let whole = |part: &str| !part.is_empty() && !part.contains([' ', '<', '>', '@', ',']);
    parts.is_some_and(|(name, host)| whole(name) && whole(host) && host.contains('.'))
}
