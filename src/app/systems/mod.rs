//! The systems that hold data about customers: registered, tried, and worked through for a request.
//!
//! | module | holds |
//! |---|---|
//! | [`register`] | registering them, with the difference |
//! | [`reach`] | how they are asked: handed in, since the world outside is |
//! | [`plan`] | what each has to do for a request |
//! | [`run`] | doing it, step by step |
//! | [`say`] | what a person or a system says of a task |
//! | [`answer`] | what a system says by itself |
//! | [`found`] | what a reading found |
//!
//! A step is begun with a lease, done, and its answer kept; whoever dies in between leaves a step that is
//! taken up again. Every step can be repeated: what is erased is erased, and a call carries the name
//! of its task.

pub mod answer;
pub mod found;
pub mod plan;
pub mod reach;
pub mod register;
pub mod run;
pub mod say;

pub use found::FoundRows;
pub use plan::{Identifiers, Run, brought};
pub(in crate::app) use plan::{left_out, nobody_has_a_part, plan as plan_within, plan_some};
pub use reach::{Answer, Call, Fault, Posted, Reach, Reply};
pub(in crate::app) use run::changed_meanwhile;
pub use say::Said;
pub(in crate::app) use say::begin_again;

pub use crate::store::{Private, StoredTask};
