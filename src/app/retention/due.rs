//! Counts what is due, and what will be: by purpose, by system, by month. No names.

use super::super::open::App;
use super::super::refusal::Refusal;
use super::super::requests::today;
use super::{Keeping, after_notice, rules};
use crate::access::{Grant, KeepRetention};
use crate::domain::duration::CalendarPeriod;
use crate::domain::ids::SubjectId;
use crate::domain::registry::Slug;
use crate::domain::retention::{Kept, Periods};
use crate::store::Aged;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::PoisonError;

/// Persons read at once.
const PAGE: i64 = 500;
/// Most persons that one run erases.
pub(super) const MOST: usize = 20_000;
/// A registry of so many persons is counted whenever somebody looks.
const SMALL: usize = 20_000;

/// How many are due, and how many will be, by month of this and the coming year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ahead {
    /// Whose time is over.
    pub due: u64,
    /// Whose time will be over in a month, written `2027-01`.
    pub by_month: BTreeMap<String, u64>,
}

impl Ahead {
    fn count(&mut self, on: NaiveDate, (today, last): (NaiveDate, NaiveDate)) {
        if on <= today {
            self.due += 1;
        } else if on <= last {
            let month = on.format("%Y-%m").to_string();
            *self.by_month.entry(month).or_default() += 1;
        }
    }
}

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueList {
    /// When it was counted.
    pub at: DateTime<Utc>,
    /// Everybody who was looked at.
    pub looked_at: u64,
    /// Whose whole file is due, or will be.
    pub persons: Ahead,
    /// Of those who are due: who is kept, and by what.
    pub kept: BTreeMap<&'static str, u64>,
    /// Of those who are due and not kept: for whom the notice is over.
    pub ripe: u64,
    /// By purpose: whose time for it is over, or will be. The file stays until every purpose's is.
    pub purposes: BTreeMap<Slug, Ahead>,
    /// By system, for those that name a period: whose time there is over. It is done there once the file goes.
    pub systems: BTreeMap<Slug, Ahead>,
}

/// What one count works with.
pub(super) struct Counting {
    pub periods: Periods,
    systems: Vec<(Slug, CalendarPeriod)>,
    /// Since when the rules stand announced.
    since: Option<NaiveDate>,
    pub today: NaiveDate,
    last: NaiveDate,
    zone: Tz,
}

impl Counting {
    fn heard_of(&self, aged: &Aged) -> NaiveDate {
        aged.heard_of.with_timezone(&self.zone).date_naive()
    }

    /// The day from which on a person may be erased; `None` where it is open.
    pub fn due_on(&self, aged: &Aged) -> Option<NaiveDate> {
        self.periods.due_on(&aged.purposes, self.heard_of(aged))
    }

    /// Whether a period has passed since a person was last heard of.
    pub fn is_over(&self, aged: &Aged, period: CalendarPeriod) -> bool {
        let over = period.after_day(self.heard_of(aged));
        over.is_some_and(|over| over <= self.today)
    }

    /// Whether a person who is due was due, was there, and stood under these rules, for as long as the notice.
    pub fn is_ripe(&self, keeping: Keeping, aged: &Aged, due_on: NaiveDate) -> bool {
        let here = aged.since.with_timezone(&self.zone).date_naive();
        let from = self.since.map(|since| since.max(due_on).max(here));
        let over = from.and_then(|from| after_notice(from, keeping));
        over.is_some_and(|over| over <= self.today)
    }
}

impl App {
    /// What is due, as it is now in a small registry, or as it was counted last in a large one; `None` before
    /// it was. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn due_list(&self, grant: &Grant<KeepRetention>) -> Result<Option<DueList>, Refusal> {
        if self.indexed && self.index.view().persons() <= SMALL {
            return Ok(Some(self.count_due(grant)?.0));
        }
        let seen = self.due_seen.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(seen.clone())
    }

    /// Counts what is due, and names, for who erases, those for whom the notice is over. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn count_due(
        &self,
        grant: &Grant<KeepRetention>,
    ) -> Result<(DueList, Vec<SubjectId>), Refusal> {
        let counting = self.counting(grant)?;
        let mut list = DueList {
            at: self.now().utc(),
            looked_at: 0,
            persons: Ahead::default(),
            kept: Kept::ALL.map(|kept| (kept.as_str(), 0)).into(),
            ripe: 0,
            purposes: BTreeMap::new(),
            systems: BTreeMap::new(),
        };
        let (mut after, mut ripe) = (Vec::new(), Vec::new());
        loop {
            self.goes_on()?;
            let page = self.store.read(|tx| {
                let (page, last) = tx.aged(grant, &after, PAGE)?;
                for aged in &page {
                    let due_on = counting.add(&mut list, aged);
                    let Some(due_on) = due_on.filter(|on| *on <= counting.today) else {
                        continue;
                    };
                    if let Some(kept) = tx.kept_by(grant, aged, counting.today)? {
                        *list.kept.entry(kept.as_str()).or_default() += 1;
                    } else if counting.is_ripe(self.keeping, aged, due_on) {
                        list.ripe += 1;
                        ripe.push(aged.subject);
                    }
                }
                Ok::<_, Refusal>(last)
            })?;
            ripe.truncate(MOST);
            match page {
                Some(last) => after = last,
                None => break,
            }
        }
        *self.due_seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(list.clone());
        Ok((list, ripe))
    }

    /// What holds today.
    pub(super) fn counting(&self, grant: &Grant<KeepRetention>) -> Result<Counting, Refusal> {
        let (catalogue, systems) = self
            .store
            .read(|tx| Ok::<_, Refusal>((tx.catalogue(&self.serve)?, tx.systems()?)))?;
        let periods = Periods::of(&catalogue, self.keeping.proof);
        let since = self.schedule(grant)?.since(&rules(&periods, self.keeping));
        let today = today(self.now(), self.home_zone);
        let systems = systems.into_iter().filter_map(|system| {
            let period = system.kept_for()?;
            Some((system.id, period))
        });
        Ok(Counting {
            periods,
            systems: systems.collect(),
            since,
            today,
            last: CalendarPeriod::A_YEAR.after_day(today).unwrap_or(today),
            zone: self.home_zone,
        })
    }
}

impl Counting {
    /// Counts one person; the day from which on they are due.
    fn add(&self, list: &mut DueList, aged: &Aged) -> Option<NaiveDate> {
        let (heard_of, span) = (self.heard_of(aged), (self.today, self.last));
        list.looked_at += 1;
        for purpose in &aged.purposes {
            if let Some(over) = self.periods.over_on(purpose, heard_of) {
                let one = list.purposes.entry(purpose.clone()).or_default();
                one.count(over, span);
            }
        }
        for (system, period) in &self.systems {
            if let Some(over) = period.after_day(heard_of) {
                let one = list.systems.entry(system.clone()).or_default();
                one.count(over, span);
            }
        }
        let due_on = self.due_on(aged)?;
        list.persons.count(due_on, span);
        Some(due_on)
    }
}
