//! Days and deadlines as the law counts them: public holidays by region, working days, the month
//! of GDPR art. 12(3), periods in hours, and the local day and minute of an instant.
//!
//! A calendar knows its region and its years. Asked about another year it answers
//! [`Holiday::NotKnown`], never "no holiday": what follows from not knowing is the caller's to say,
//! and it is never a permission.

mod deadline;
mod easter;
mod holidays;
mod hours;
mod local;
mod place;
mod region;
mod rule;
#[cfg(test)]
mod vector_tests;
mod working_days;

pub use deadline::{Due, Pause, PauseError, ResponseClock};
pub use hours::elapsed;
pub use local::{LocalTime, end_of_day, local_time};
pub use place::{Place, place_of_zone};
pub use region::{Calendar, Holiday, HolidayDate};
pub use working_days::WorkingWeek;
