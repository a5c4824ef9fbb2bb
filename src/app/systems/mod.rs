//! The systems that hold data about customers: registered, tried, and worked through for a request.
//!
//! | module | holds |
//! |---|---|
//! | [`register`] | registering them, with the difference |
//! | [`reach`] | how they are asked: handed in, since the world outside is |
//! | [`plan`] | what each has to do for a request |
//! | [`run`] | doing it, step by step |
//! | [`say`] | what a person or a system says of a task |
//! | [`found`] | what a reading found |
//!
//! A step is begun with a lease, done, and its answer kept; whoever dies in between leaves a step that is
//! taken up again. Every step can be repeated: what is erased is erased, and a call carries the name
//! of its task.

pub mod found;
pub mod plan;
pub mod reach;
pub mod register;
pub mod run;
pub mod say;

pub use found::FoundRows;
pub use plan::{Identifiers, Run};
pub use reach::{Answer, Call, Fault, Reach, Reply};
pub use say::Said;

pub use crate::store::{Private, StoredTask};
