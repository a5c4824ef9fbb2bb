//! How many months ago something was, asked millions of times.

use crate::domain::time::from_micros;
use crate::policy::gather::Moment;

/// A quarter of a day.
pub(super) const PART: i64 = 6 * 3_600 * 1_000_000;
/// Parts since 1970 that are kept: until 2159.
const PARTS: usize = 4 * 69_000;

/// Completed months since an instant, by the quarter of a day that it falls into; and for each number of
/// months one instant that stands for all of them.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Months {
    of_part: Vec<Kept>,
    stands_for: Vec<Option<i64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    NotAsked,
    /// The number changes near: each instant is asked for itself.
    Differs,
    All(u16),
}

impl Months {
    /// The instant that stands for all that are as many completed months ago as this one.
    /// Both are microseconds since 1970.
    #[inline]
    pub(in crate::app) fn alike(&mut self, moment: &Moment, at: i64) -> i64 {
        let months = usize::from(self.since(moment, at));
        if self.stands_for.len() <= months {
            self.stands_for.resize(months + 1, None);
        }
        match self.stands_for.get_mut(months) {
            Some(first) => *first.get_or_insert(at),
            None => at,
        }
    }

    /// Whether the number of months since an instant does not change within a minute.
    #[inline]
    pub(super) fn is_settled(&mut self, moment: &Moment, at: i64) -> bool {
        // what is asked for the first time is kept by it
        self.since(moment, at);
        let part = usize::try_from(at.div_euclid(PART)).ok();
        let kept = part.and_then(|part| self.of_part.get(part));
        matches!(kept, Some(Kept::All(_)))
    }

    #[inline]
    fn since(&mut self, moment: &Moment, at: i64) -> u16 {
        let exact = || moment.months_since(from_micros(at)).get();
        let Ok(part) = usize::try_from(at.div_euclid(PART)) else {
            return exact();
        };
        if self.of_part.is_empty() {
            self.of_part.resize(PARTS, Kept::NotAsked);
        }
        match self.of_part.get_mut(part) {
            Some(Kept::All(months)) => *months,
            Some(Kept::Differs) | None => exact(),
            Some(kept) => {
                *kept = around(moment, at);
                exact()
            }
        }
    }
}

/// A clock that is put back repeats up to a few hours: only where the number is the same six hours before and
/// six hours after is it that of the whole part.
fn around(moment: &Moment, at: i64) -> Kept {
    let begins = at.div_euclid(PART) * PART;
    let [before, after] =
        [begins - PART, begins + 2 * PART].map(|at| moment.months_since(from_micros(at)));
    if before == after {
        Kept::All(before.get())
    } else {
        Kept::Differs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use chrono_tz::Tz;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_instant_stands_for_its_own_months_only(
            now in 1_500_000_000_i64..1_900_000_000,
            zone in prop::sample::select(vec!["Europe/Paris", "America/Havana", "Pacific/Apia", "Asia/Kathmandu"]),
            agos in prop::collection::vec(-100_000_i64..200_000_000, 1..60),
            near in prop::collection::vec((0_u32..60, -100_000_i64..100_000), 1..60),
        ) {
            let instant = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
            let moment = Moment { at: instant(now), zone: zone.parse::<Tz>().ok() };
            let mut months = Months::default();
            // most of them near the instant at which the number changes
            let ago = |(months, seconds): (u32, i64)| {
                (instant(now) - chrono::Months::new(months)) + chrono::TimeDelta::seconds(seconds)
            };
            let far = agos.iter().map(|ago| instant(now - ago));
            let all: Vec<DateTime<chrono::Utc>> = far.chain(near.into_iter().map(ago)).collect();
            for at in all.iter().chain(&all).copied() {
                let alike = months.alike(&moment, at.timestamp_micros());
                prop_assert_eq!(moment.months_since(from_micros(alike)), moment.months_since(at));
            }
        }
    }
}
