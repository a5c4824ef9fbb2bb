//! When a purpose's time is over for a person (GDPR 5(1)(e)).

use super::Asked;
use crate::domain::calendar::end_of_day;
use crate::index::PersonView;
use crate::policy::{Whole, gather};
use chrono::{DateTime, Utc};

/// What has passed since a person did something.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::app) struct Passed {
    /// Completed months.
    pub months: Whole,
    /// The purpose's time is over again.
    pub over: bool,
}

impl Asked<'_> {
    /// The purpose's time is over for whoever was last heard of before this instant; `None` where it has no end,
    /// or where the caller heard of the person since.
    pub(super) fn unheard_before(&self) -> Option<DateTime<Utc>> {
        let (period, told) = (self.purpose.kept_for()?, self.said.told());
        gather::unheard_before(period, told, &self.moment, self.home_zone)
    }

    /// What has passed since an instant at which the person did something.
    pub(in crate::app) fn passed_since(&self, done: DateTime<Utc>) -> Passed {
        let before = self.unheard_before();
        Passed {
            months: self.moment.months_since(done),
            over: before.is_some_and(|before| done < before),
        }
    }

    /// When the purpose's time will be over for somebody if nothing more is heard of them.
    #[must_use]
    pub fn over_at(&self, person: &PersonView<'_>) -> Option<DateTime<Utc>> {
        let period = self.purpose.kept_for()?;
        let told = gather::heard_of(self.said.told(), &self.moment);
        let held = person.heard_of()?;
        let heard_of = told.map_or(held, |told| told.max(held));
        let day = heard_of.with_timezone(&self.home_zone).date_naive();
        end_of_day(period.after_day(day)?.pred_opt()?, self.home_zone)
    }
}
