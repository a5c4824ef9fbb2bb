//! From what is known to the facts: the functions that the service and the law's cases share.
//! They compute and never decide; every number that decides stands in a policy.

mod consent;
mod consent_mode;
mod described;
mod history;
mod moment;
#[cfg(test)]
mod needed_tests;
mod pace;
mod past;
mod registers;
mod retention;
mod said;
mod signalled;
mod taken;
mod told;
mod when;

pub use consent::{Answered, stands};
pub use described::{Described, Field, Shape};
pub use moment::{Calendar, LegalCalendar, Moment};
pub use pace::Slowed;
pub use past::Past;
pub use registers::{Listed, listed_since};
pub use retention::{heard_of, unheard_before};
pub use said::say;
pub use signalled::{Unreadable, unreadable};
pub use taken::{Mentions, Taken};
pub use told::{
    CallAttempt, Contact, DatedChoice, InformationRequest, Message, PersonTold, PressureCap, Told,
};
pub use when::When;
