//! A request as it is shown: how it stands, with the count of its days.

use crate::domain::calendar::{Due, local_time};
use crate::domain::requests::Request;
use crate::domain::time::Now;
use chrono::NaiveDate;
use chrono_tz::Tz;

/// The day that it is where the controller is.
#[must_use]
pub fn today(now: Now, zone: Tz) -> NaiveDate {
    local_time(now.utc(), zone).date
}

/// A request with the count of its days.
#[derive(Debug, Clone)]
pub struct RequestView {
    /// How it stands.
    pub request: Request,
    /// The last day for the answer; `None` while the period stands still, or once there is an answer.
    pub due_on: Option<NaiveDate>,
    /// The month that the law gives, with nothing added.
    pub statutory: Option<NaiveDate>,
    /// The end of the first month, pauses and holidays counted.
    pub first_due: Option<NaiveDate>,
    /// Since when the period stands still.
    pub suspended_since: Option<NaiveDate>,
    /// The days that are left, today not among them; fewer than none where it is late.
    pub days_left: Option<i64>,
}

impl RequestView {
    /// A request as it stands on that day.
    #[must_use]
    pub fn of(request: Request, today: NaiveDate) -> Self {
        let deadline = request.deadline();
        let due_on = request.due_on();
        let suspended_since = match deadline.map(|deadline| deadline.due()) {
            Some(Due::Suspended { since }) if request.is_open() => Some(since),
            _ => None,
        };
        Self {
            due_on,
            statutory: deadline.map(|deadline| deadline.statutory),
            first_due: deadline.and_then(|deadline| deadline.first.day()),
            suspended_since,
            days_left: due_on.map(|due| due.signed_duration_since(today).num_days()),
            request,
        }
    }
}
