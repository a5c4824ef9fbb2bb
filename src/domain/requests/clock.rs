//! By when a request must be answered, with every step of the count.

use super::request::Request;
use crate::domain::calendar::{Calendar, Due, Holiday, Pause, ResponseClock};
use chrono::{Datelike, Months, NaiveDate, Weekday};

/// By when a request must be answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deadline {
    /// The month that the law gives, with nothing added: it is never hidden.
    pub statutory: NaiveDate,
    /// The end of the first month, pauses and holidays counted.
    pub first: Due,
    /// The end with two further months, where the person was told of them in time.
    pub extended: Option<Due>,
}

impl Deadline {
    /// The end that counts.
    #[must_use]
    pub fn due(&self) -> Due {
        self.extended.unwrap_or(self.first)
    }
}

impl Request {
    /// By when it must be answered; `None` past the end of the calendar.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let received = self.receipt.received_on;
        let mut clock = ResponseClock::new(received, Calendar::of(&self.receipt.country));
        for question in &self.questions {
            clock = clock.paused(Pause::new(question.asked, question.answered).ok()?);
        }
        let extended = match self.extension {
            Some(extension) => Some(clock.extended(extension.told_on)?),
            None => None,
        };
        Some(Deadline {
            statutory: received.checked_add_months(Months::new(1))?,
            first: clock.first()?,
            extended,
        })
    }

    /// The last day for the answer; `None` while the period stands still, or once there is an answer.
    #[must_use]
    pub fn due_on(&self) -> Option<NaiveDate> {
        let open = self.is_open().then(|| self.deadline());
        open.flatten()?.due().day()
    }
}

/// Why a day is none on which a period ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rest {
    /// A Saturday.
    Saturday,
    /// A Sunday.
    Sunday,
    /// A public holiday where the controller is, by its name.
    Holiday(&'static str),
}

impl Request {
    /// The days over which an end was moved, each with why it does not count (Reg. 1182/71 art. 3(4)).
    #[must_use]
    pub fn rests(&self, due: Due) -> Vec<(NaiveDate, Rest)> {
        let Due::On {
            unrolled,
            rolled: Some(rolled),
        } = due
        else {
            return Vec::new();
        };
        let calendar = Calendar::of(&self.receipt.country);
        let rest = |day: NaiveDate| match (day.weekday(), calendar.map(|one| one.holiday(day))) {
            (_, Some(Holiday::Whole(name))) => Some(Rest::Holiday(name)),
            (Weekday::Sat, _) => Some(Rest::Saturday),
            (Weekday::Sun, _) => Some(Rest::Sunday),
            _ => None,
        };
        let days = unrolled.iter_days().take_while(|day| *day < rolled);
        days.filter_map(|day| Some((day, rest(day)?))).collect()
    }
}
