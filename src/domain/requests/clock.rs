//! By when a request must be answered, with every step of the count.

use super::request::Request;
use crate::domain::calendar::{Calendar, Due, Pause, ResponseClock};
use chrono::{Months, NaiveDate};

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
