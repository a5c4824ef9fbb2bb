//! When a member of staff looks at many more persons' files than usual: within an hour more than the operator set, or
//! in a day far more than on any of their own past days. The looks are handed in, in their order.

use super::ids::{StaffId, SubjectId};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::collections::{HashMap, HashSet, VecDeque};

/// What is usual is known after so many days on which somebody looked at files.
const KNOWN_AFTER: usize = 5;
/// So many of those days are remembered, the last ones.
const REMEMBERED: usize = 20;
/// Fewer persons a day than that are never far above what is usual.
const LEAST: u64 = 20;
/// So many times their busiest day is far above.
const TIMES: u64 = 2;
/// After an alarm, as long no other is raised about the same member of staff.
pub const QUIET: TimeDelta = TimeDelta::hours(1);

/// What was unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusual {
    /// More persons within an hour than the operator set.
    Hour,
    /// Far more persons in a day than on any of their past days.
    Day,
}

impl Unusual {
    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Hour, Self::Day]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

/// How many persons' files a member of staff looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked<'a> {
    /// Within the last hour.
    pub in_hour: u64,
    /// Today.
    pub today: u64,
    /// On each of their past days on which they looked at any.
    pub past: &'a [u64],
}

/// Whether that is unusual; `most` is how many an hour are not, and zero sets no such bound.
#[must_use]
pub fn unusual(looked: Looked<'_>, most: u64) -> Option<Unusual> {
    if most > 0 && looked.in_hour > most {
        return Some(Unusual::Hour);
    }
    let busiest = looked.past.iter().max().copied().unwrap_or_default();
    let is_known = looked.past.len() >= KNOWN_AFTER;
    let far_above = looked.today >= LEAST && looked.today > busiest.saturating_mul(TIMES);
    (is_known && far_above).then_some(Unusual::Day)
}

/// That somebody looked at a person's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Who.
    pub staff: StaffId,
    /// At whose.
    pub subject: SubjectId,
    /// When.
    pub at: DateTime<Utc>,
    /// On which day, where the registry is.
    pub day: NaiveDate,
}

/// An alarm about a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    /// About whom.
    pub staff: StaffId,
    /// When the look came that was one too many.
    pub at: DateTime<Utc>,
    /// What was unusual.
    pub why: Unusual,
    /// How many persons it were, within the hour or the day.
    pub persons: u64,
}

/// The looks of all staff, as far as what is usual follows from them.
#[derive(Debug, Default)]
pub struct Watch(HashMap<StaffId, Looks>);

/// Those of one.
#[derive(Debug, Default)]
struct Looks {
    hour: VecDeque<(DateTime<Utc>, SubjectId)>,
    day: Option<NaiveDate>,
    today: HashSet<SubjectId>,
    past: VecDeque<u64>,
    raised: Option<DateTime<Utc>>,
}

impl Watch {
    /// Takes a look in; the alarm that it raises.
    pub fn see(&mut self, look: Look, most: u64) -> Option<Alarm> {
        let looks = self.0.entry(look.staff).or_default();
        looks.take_in(look);
        let in_hour = looks.in_hour();
        let today = looks.today.len() as u64;
        let looked = Looked {
            in_hour,
            today,
            past: looks.past.make_contiguous(),
        };
        let why = unusual(looked, most)?;
        if looks.raised.is_some_and(|at| look.at < at + QUIET) {
            return None;
        }
        looks.raised = Some(look.at);
        let persons = match why {
            Unusual::Hour => in_hour,
            Unusual::Day => today,
        };
        let (staff, at) = (look.staff, look.at);
        Some(Alarm {
            staff,
            at,
            why,
            persons,
        })
    }
}

impl Looks {
    fn take_in(&mut self, look: Look) {
        if self.day != Some(look.day) {
            if self.day.is_some() {
                self.past.push_back(self.today.len() as u64);
            }
            if self.past.len() > REMEMBERED {
                self.past.pop_front();
            }
            self.today.clear();
            self.day = Some(look.day);
        }
        self.today.insert(look.subject);
        self.hour.push_back((look.at, look.subject));
        while let Some((at, _)) = self.hour.front()
            && *at + TimeDelta::hours(1) <= look.at
        {
            self.hour.pop_front();
        }
    }

    /// How many persons it were within the last hour.
    fn in_hour(&self) -> u64 {
        let persons: HashSet<_> = self.hour.iter().map(|(_, subject)| subject).collect();
        persons.len() as u64
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::domain::time::from_micros;

    const MINUTE: i64 = 60;
    const DAY: i64 = 86_400;

    fn looked(in_hour: u64, today: u64, past: &[u64]) -> Option<Unusual> {
        unusual(
            Looked {
                in_hour,
                today,
                past,
            },
            60,
        )
    }

    #[test]
    fn more_than_was_set_within_an_hour_is_unusual() {
        assert_eq!(looked(60, 60, &[]), None);
        assert_eq!(looked(61, 61, &[]), Some(Unusual::Hour));
        let none_set = Looked {
            in_hour: 5_000,
            today: 5_000,
            past: &[],
        };
        assert_eq!(unusual(none_set, 0), None);
    }

    #[test]
    fn a_day_far_above_ones_own_is_unusual_once_these_are_known() {
        let past = [9, 12, 7, 12, 10];
        assert_eq!(looked(5, 24, &past), None);
        assert_eq!(looked(5, 25, &past), Some(Unusual::Day));
        // four days say nothing yet, and few persons are few
        assert_eq!(looked(5, 25, &[9, 12, 7, 12]), None);
        assert_eq!(looked(5, 19, &[1; 5]), None);
        assert_eq!(looked(5, 20, &[1; 5]), Some(Unusual::Day));
    }

    /// Somebody looks at a person's file, so many seconds after the beginning.
    fn look(watch: &mut Watch, who: u8, at: i64, whose: u32, most: u64) -> Option<Alarm> {
        let at = from_micros(at * 1_000_000);
        let mut subject = [0; 16];
        subject[..4].copy_from_slice(&whose.to_be_bytes());
        let look = Look {
            staff: StaffId::from_bytes([who; 16]),
            subject: SubjectId::from_bytes(subject),
            at,
            day: at.date_naive(),
        };
        watch.see(look, most)
    }

    #[test]
    fn persons_are_counted_and_not_looks_and_each_of_staff_alone() {
        let mut watch = Watch::default();
        for at in 0..50 {
            assert_eq!(look(&mut watch, 1, at, 7, 3), None);
        }
        for whose in 1..=3 {
            assert_eq!(look(&mut watch, 2, 60, whose, 3), None);
        }
        assert_eq!(look(&mut watch, 1, 60, 8, 3), None);
        let alarm = look(&mut watch, 2, 61, 4, 3).unwrap();
        assert_eq!((alarm.why, alarm.persons), (Unusual::Hour, 4));
        assert_eq!(alarm.staff, StaffId::from_bytes([2; 16]));
    }

    #[test]
    fn the_hour_moves_on_and_an_alarm_is_raised_once_in_it() {
        let mut watch = Watch::default();
        // one every twenty minutes is never more than three within an hour
        for step in 0..9_u32 {
            let at = i64::from(step) * 20 * MINUTE;
            assert_eq!(look(&mut watch, 1, at, step, 3), None);
        }
        let begun = 200 * MINUTE;
        let raised = (0..120_u32).filter_map(|step| {
            let at = begun + i64::from(step) * MINUTE;
            look(&mut watch, 1, at, 100 + step, 3)
        });
        let raised: Vec<DateTime<Utc>> = raised.map(|alarm| alarm.at).collect();
        assert_eq!(raised.len(), 2);
        assert_eq!(raised[1] - raised[0], QUIET);
    }

    #[test]
    fn past_days_are_remembered_and_a_busy_one_stands_out() {
        let mut watch = Watch::default();
        for day in 0..6_i64 {
            for whose in 0..10 {
                let at = day * DAY + i64::from(whose) * 30 * MINUTE;
                assert_eq!(look(&mut watch, 1, at, whose, 60), None);
            }
        }
        let alarms = (0..40_u32).filter_map(|whose| {
            let at = 7 * DAY + i64::from(whose) * 30 * MINUTE;
            look(&mut watch, 1, at, whose, 60)
        });
        let alarms: Vec<Alarm> = alarms.collect();
        assert_eq!(alarms[0].why, Unusual::Day);
        assert_eq!(alarms[0].persons, 21);
        assert!(alarms.windows(2).all(|two| two[1].at - two[0].at >= QUIET));
    }
}
