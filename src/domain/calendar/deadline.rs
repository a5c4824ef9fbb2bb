//! The month of GDPR art. 12(3), counted by Reg. 1182/71 art. 3.
//!
//! - The period ends on the day of the same number, one month on; where the month has no such day,
//!   on its last (art. 3(2)(c)). The day of receipt is never moved.
//! - If the last day is a Saturday, a Sunday or a public holiday where the controller is, the period
//!   ends with the next working day (art. 3(4)).
//! - It may be extended by two further months, if the person is told within the first (GDPR 12(3)).
//! - While the controller waits for what it needs to know the person by, the period stands still
//!   (GDPR 12(6); décret 2019-536 art. 77). Elsewhere than in France it may begin anew instead: this
//!   reading ends sooner, so it is safe there too.

use super::region::Calendar;
use super::working_days::WorkingWeek;
use chrono::{Days, Months, NaiveDate};

/// A stretch in which the period stands still: from the day on which proof of identity was asked
/// for to the day on which it came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Pause {
    asked: NaiveDate,
    answered: Option<NaiveDate>,
}

/// The answer came before the question.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("was answered before it was asked")]
pub struct PauseError;

impl Pause {
    /// A stretch; without an end the period still stands.
    ///
    /// # Errors
    /// [`PauseError`] where it would end before it began.
    pub fn new(asked: NaiveDate, answered: Option<NaiveDate>) -> Result<Self, PauseError> {
        if answered.is_some_and(|answered| answered < asked) {
            return Err(PauseError);
        }
        Ok(Self { asked, answered })
    }
}

/// When a period ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// At the end of a day.
    On {
        /// The last day before it was moved to a working day: never later than the law allows.
        unrolled: NaiveDate,
        /// The last day; `None` where the holidays are not known.
        rolled: Option<NaiveDate>,
    },
    /// Not before an answer comes: the period has stood still since this day.
    Suspended {
        /// The day on which it was asked for.
        since: NaiveDate,
    },
}

impl Due {
    /// The day to work to: the last day, or where the holidays are not known the earlier one that
    /// is safe. `None` while the period stands still.
    #[must_use]
    pub fn day(self) -> Option<NaiveDate> {
        match self {
            Self::On { unrolled, rolled } => Some(rolled.unwrap_or(unrolled)),
            Self::Suspended { .. } => None,
        }
    }
}

/// The clock of one request (or of the information of GDPR art. 14(3)(a), which counts alike).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ResponseClock {
    received: NaiveDate,
    calendar: Option<Calendar>,
    pauses: Vec<Pause>,
}

impl ResponseClock {
    /// A request that arrived on a day, local at the controller, whose calendar it is; `None` where
    /// that is not known. The calendar of the state is the safe one: a day that only a region keeps
    /// is weak ground for answering later (Reg. 1182/71 art. 2(1) speaks of the Member State).
    #[must_use]
    pub fn new(received: NaiveDate, calendar: Option<Calendar>) -> Self {
        Self {
            received,
            calendar,
            pauses: Vec::new(),
        }
    }

    /// The same with a stretch in which it stood still.
    #[must_use]
    pub fn paused(mut self, pause: Pause) -> Self {
        self.pauses.push(pause);
        self.pauses.sort();
        self
    }

    /// The end of the first month: to answer, to refuse (12(4)), or to tell of an extension.
    /// `None` past the end of the calendar.
    #[must_use]
    pub fn first(&self) -> Option<Due> {
        self.run(self.received.checked_add_months(Months::new(1))?)
    }

    /// The end with two further months, of which the person was told on a day. Told late, the
    /// extension is void and the first month holds.
    ///
    /// At the end of a month "three months from receipt" and "two months from the first end" differ
    /// by a day or two: the earlier is answered.
    #[must_use]
    pub fn extended(&self, told: NaiveDate) -> Option<Due> {
        let first = self.first()?;
        if first.day().is_some_and(|last| told > last) {
            return Some(first);
        }
        let month = self.received.checked_add_months(Months::new(1))?;
        let from_receipt = self.run(self.received.checked_add_months(Months::new(3))?)?;
        let from_first = self.run(month.checked_add_months(Months::new(2))?)?;
        match (from_receipt, from_first) {
            (
                Due::On { unrolled, rolled },
                Due::On {
                    rolled: other,
                    unrolled: sooner,
                },
            ) => {
                let rolled = rolled.zip(other).map(|(one, other)| one.min(other));
                // where nothing is rolled the sooner reading is the safe one
                let unrolled = if rolled.is_some() {
                    unrolled
                } else {
                    unrolled.min(sooner)
                };
                Some(Due::On { unrolled, rolled })
            }
            (suspended @ Due::Suspended { .. }, _) | (_, suspended) => Some(suspended),
        }
    }

    /// Lets the pauses push the last day on, each while the period still runs: what is asked for
    /// after its end mends no delay. Days that two pauses share count once.
    fn run(&self, last: NaiveDate) -> Option<Due> {
        let (mut last, mut counted) = (last, self.received);
        for pause in &self.pauses {
            if pause.asked > self.rolled(last).unwrap_or(last) {
                break;
            }
            let Some(answered) = pause.answered else {
                return Some(Due::Suspended { since: pause.asked });
            };
            let stood = answered
                .signed_duration_since(pause.asked.max(counted))
                .num_days();
            last = last.checked_add_days(Days::new(u64::try_from(stood).unwrap_or(0)))?;
            counted = counted.max(answered);
        }
        let rolled = self.rolled(last);
        Some(Due::On {
            unrolled: last,
            rolled,
        })
    }

    fn rolled(&self, last: NaiveDate) -> Option<NaiveDate> {
        self.calendar?.working_day_from(last, WorkingWeek::Ouvres)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use chrono::Datelike;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn fr(received: &str) -> ResponseClock {
        ResponseClock::new(day(received), Calendar::of("FR"))
    }

    fn pause(asked: &str, answered: Option<&str>) -> Pause {
        Pause::new(day(asked), answered.map(day)).unwrap()
    }

    fn due(clock: &ResponseClock) -> String {
        clock.first().unwrap().day().unwrap().to_string()
    }

    #[test]
    fn an_open_question_holds_the_clock() {
        let clock = fr("2026-03-02").paused(pause("2026-03-04", None));
        let since = day("2026-03-04");
        assert_eq!(clock.first(), Some(Due::Suspended { since }));
        assert_eq!(clock.extended(since), Some(Due::Suspended { since }));
    }

    #[test]
    fn what_is_asked_after_the_end_mends_no_delay() {
        let late = fr("2026-03-02").paused(pause("2026-04-03", Some("2026-04-20")));
        assert_eq!(due(&late), "2026-04-02");
        let in_time = fr("2026-03-02").paused(pause("2026-04-02", Some("2026-04-03")));
        assert_eq!(due(&in_time), "2026-04-03");
        // 8 May is a holiday, so that the month of 8 April runs until Monday the 11th
        let on_sunday = fr("2026-04-08").paused(pause("2026-05-10", Some("2026-05-20")));
        assert_eq!(due(&on_sunday), "2026-05-18");
    }

    #[test]
    fn shared_days_count_once() {
        let clock = fr("2026-03-02")
            .paused(pause("2026-03-06", Some("2026-03-11")))
            .paused(pause("2026-03-04", Some("2026-03-09")));
        assert_eq!(due(&clock), "2026-04-09");
        let within = fr("2026-03-02")
            .paused(pause("2026-03-04", Some("2026-03-14")))
            .paused(pause("2026-03-05", Some("2026-03-07")))
            .paused(pause("2026-03-10", Some("2026-03-16")));
        assert_eq!(due(&within), "2026-04-14");
        assert_eq!(
            Pause::new(day("2026-03-06"), Some(day("2026-03-05"))),
            Err(PauseError)
        );
    }

    #[test]
    fn a_late_notice_extends_nothing() {
        let clock = fr("2026-10-31");
        assert_eq!(clock.extended(day("2026-12-01")), clock.first());
        assert_ne!(clock.extended(day("2026-11-30")), clock.first());
    }

    #[test]
    fn of_two_readings_the_earlier() {
        // 31 January: three months on is 30 April, but 28 February and two months is the 28th
        let due = fr("2027-01-31").extended(day("2027-02-01")).unwrap();
        assert_eq!(due.day(), Some(day("2027-04-28")));
        let unknown = ResponseClock::new(day("2027-01-31"), None).extended(day("2027-02-01"));
        assert_eq!(unknown.unwrap().day(), Some(day("2027-04-28")));
    }

    #[test]
    fn without_a_calendar_the_unrolled_day_is_safe() {
        let clock = ResponseClock::new(day("2026-04-05"), Calendar::of("PL"));
        let unrolled = day("2026-05-05");
        assert_eq!(
            clock.first(),
            Some(Due::On {
                unrolled,
                rolled: None
            })
        );
        assert_eq!(clock.first().unwrap().day(), Some(unrolled));
        assert_eq!(ResponseClock::new(NaiveDate::MAX, None).first(), None);
    }

    fn days() -> impl Strategy<Value = NaiveDate> {
        (0..4_000u64).prop_map(|n| day("2018-02-01").checked_add_days(Days::new(n)).unwrap())
    }

    proptest! {
        #[test]
        fn a_due_day_is_worked_and_none_before_it_would_do(received in days(), at in 0..40usize) {
            let calendar = Calendar::all().nth(at);
            let Some(Due::On { unrolled, rolled }) = ResponseClock::new(received, calendar).first() else {
                return Err(TestCaseError::fail("no day"));
            };
            let Some(rolled) = rolled else {
                prop_assert!(calendar.is_none_or(|calendar| calendar.holidays(unrolled.year()).is_none()));
                return Ok(());
            };
            let works = |day| calendar.unwrap().is_working_day(day, WorkingWeek::Ouvres) == Some(true);
            prop_assert!(works(rolled));
            prop_assert!(unrolled.iter_days().take_while(|day| *day < rolled).all(|day| !works(day)));
        }

        #[test]
        fn an_extension_is_worked_and_between_both_readings(received in days(), at in 0..37usize) {
            let calendar = Calendar::all().nth(at).unwrap();
            let clock = ResponseClock::new(received, Some(calendar));
            let (first, extended) = (clock.first().unwrap(), clock.extended(received).unwrap());
            if let Due::On { unrolled, rolled: Some(rolled) } = extended {
                let works = calendar.is_working_day(rolled, WorkingWeek::Ouvres);
                prop_assert_eq!(works, Some(true));
                prop_assert!(rolled > first.day().unwrap());
                prop_assert!(Some(rolled) <= calendar.working_day_from(unrolled, WorkingWeek::Ouvres));
            }
        }

        #[test]
        fn later_receipt_is_never_due_sooner(received in days()) {
            let next = received.succ_opt().unwrap();
            let due = |day| ResponseClock::new(day, Calendar::of("FR")).first().unwrap().day();
            prop_assert!(due(received) <= due(next));
        }

        #[test]
        fn a_pause_never_brings_the_end_forward(received in days(), asked in 0..40u64, stood in 0..40u64) {
            let asked = received.checked_add_days(Days::new(asked)).unwrap();
            let answered = asked.checked_add_days(Days::new(stood)).unwrap();
            let clock = ResponseClock::new(received, Calendar::of("DE"));
            let before = clock.first().unwrap().day();
            let after = clock.paused(Pause::new(asked, Some(answered)).unwrap()).first().unwrap().day();
            prop_assert!(after >= before);
        }
    }
}
