//! Whether somebody of staff looks at unusually many persons' files (`domain/looking.rs` decides), and that it is told.
//! What was looked at is read from the log, from where this process read up to.

use super::brand::speaking;
use super::mail::{Content, Letter, LooksItem, Mail, Postman, Stationery, Undelivered};
use super::open::App;
use super::period;
use super::refusal::Refusal;
use super::requests::{Alarmed, is_address};
use crate::access::{Grant, ReadAccounts};
use crate::domain::event::Actor;
use crate::domain::ids::{MailId, Position};
use crate::domain::looking::{Alarm, Look, Watch};
use crate::domain::personal::Personal;
use crate::domain::time::Now;
use crate::store::{StoreError, Viewing};
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// So long back what is usual is read.
const PAST: TimeDelta = TimeDelta::days(35);
/// So long it is told that something was unusual.
const TOLD: TimeDelta = TimeDelta::days(7);
/// An alarm about what is longer ago is none: it was raised then, or nobody set such a bound then.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// Positions that are gone through at once.
const WINDOW: u64 = 65_536;
/// Looks that are read at once.
const PAGE: i64 = 1_000;

/// The looks that this process has read, and up to which position.
#[derive(Debug, Default)]
pub(super) struct Looking(Mutex<(Watch, Option<Position>)>);

impl App {
    /// Reads what was looked at since the last time, and raises the alarms that follow; how many it raised. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn watch_looks(&self, now: Now) -> Result<usize, Refusal> {
        let mut held = self
            .looking
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let read = self.read_on(&mut held, now);
        if read.is_err() {
            // what was taken in and not raised is read again, and raised then
            *held = (Watch::default(), None);
        }
        read
    }

    fn read_on(
        &self,
        (watch, read_to): &mut (Watch, Option<Position>),
        now: Now,
    ) -> Result<usize, Refusal> {
        let mut rest = self.unread(*read_to, now)?;
        let mut raised = 0;
        while rest.start < rest.end {
            let (looks, end) = self.looks(&rest)?;
            for look in looks {
                let alarm = watch.see(look, self.accounts.views_alarm);
                raised += usize::from(self.raise(alarm, now)?);
            }
            rest.start = end;
            *read_to = Some(end);
        }
        Ok(raised)
    }

    fn raise(&self, alarm: Option<Alarm>, now: Now) -> Result<bool, Refusal> {
        match alarm.filter(|alarm| alarm.at > now.utc() - FRESH) {
            Some(alarm) => Ok(self.store.raise_view_alarm(&self.serve, &alarm)?),
            None => Ok(false),
        }
    }

    /// What was not read yet: at first the past days, by which it is known what is usual.
    fn unread(&self, read_to: Option<Position>, now: Now) -> Result<Range<Position>, Refusal> {
        Ok(self.store.read::<_, StoreError>(|tx| {
            let size = tx.position(&self.serve)?;
            let start = match read_to {
                Some(position) => position,
                None => period::first_since(tx, &self.serve, now.utc() - PAST, size)?,
            };
            Ok(start..size)
        })?)
    }

    /// The first looks of a range in order, and up to where these are all.
    fn looks(&self, range: &Range<Position>) -> Result<(Vec<Look>, Position), Refusal> {
        let window = range.start..range.end.min(range.start + WINDOW);
        let views = self
            .store
            .read(|tx| tx.viewings(&self.serve, window.clone(), PAGE))?;
        let end = match views.last() {
            Some(last) if views.len() == PAGE as usize => last.position + 1,
            _ => window.end,
        };
        let looks = views.iter().filter_map(|view| self.look_of(view));
        Ok((looks.collect(), end))
    }

    /// `None` where it was nobody of staff, or cannot be read any more.
    fn look_of(&self, view: &Viewing) -> Option<Look> {
        let actor = view.payload.as_ref()?.get("actor")?.clone();
        let Ok(Actor::Staff(staff)) = serde_json::from_value(actor) else {
            return None;
        };
        Some(Look {
            staff,
            subject: view.subject,
            at: view.at,
            day: view.at.with_timezone(&self.home_zone).date_naive(),
        })
    }

    /// The alarms of the last days, the newest first. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn looks_raised(
        &self,
        grant: &Grant<ReadAccounts>,
        now: Now,
    ) -> Result<Vec<Alarm>, Refusal> {
        let since = now.utc() - TOLD;
        Ok(self.store.read(|tx| tx.view_alarms(grant, since))?)
    }

    /// Tells the data protection officer of the alarms of which nobody was told; the mail names nobody. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn tell_looks(
        &self,
        postman: &dyn Postman,
        stationery: &dyn Stationery,
        language: &str,
        now: Now,
    ) -> Result<Alarmed, Refusal> {
        let mut done = Alarmed::default();
        let catalogue = self.index().view().catalogue().clone();
        let office = speaking(&catalogue, None).and_then(|one| one.dpo_contact.clone());
        let Some(to) = office.filter(|to| is_address(to)) else {
            return Ok(done);
        };
        let since: DateTime<Utc> = now.utc() - TOLD;
        let ours = self.store.take_on_view_alarms(&self.serve, since)?;
        if ours.is_empty() {
            return Ok(done);
        }
        let letter = self.about_looks(&to, &ours, language);
        let mail = Mail {
            id: MailId::new(now, self.entropy())?,
            at: now.utc(),
            to: Personal::new(&to),
            brand: &letter.brand,
            written: stationery.write(&letter),
        };
        match postman.carry(&mail) {
            Ok(()) => done.sent = 1,
            // who never can be told is not asked again
            Err(Undelivered::ForGood(why)) => {
                tracing::error!(why, "an alarm about looks was not taken");
            }
            Err(Undelivered::ForNow(why)) => {
                tracing::warn!(why, "an alarm about looks has to wait");
                for alarm in &ours {
                    self.store.give_back_view_alarm(&self.serve, alarm)?;
                }
                done.failed = 1;
            }
        }
        Ok(done)
    }

    fn about_looks(&self, to: &str, alarms: &[Alarm], language: &str) -> Letter {
        let item = |alarm: &Alarm| LooksItem {
            why: alarm.why.as_str().to_owned(),
            persons: alarm.persons,
            at: alarm.at,
        };
        Letter {
            to: to.to_owned(),
            language: language.to_owned(),
            brand: "Placet".to_owned(),
            foot: Vec::new(),
            content: Content::Looks {
                link: format!("{}/console/staff", self.console_url()),
                looks: alarms.iter().map(item).collect(),
            },
        }
    }
}
