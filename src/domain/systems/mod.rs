//! The systems that hold data about customers: what each holds, by which identifier it is asked,
//! which further ones it yields, and what it is to do for a request.
//!
//! | module | holds |
//! |---|---|
//! | [`system`] | one system, as its file registers it |
//! | [`via`] | how it is reached |
//! | [`file`] | reading the files |
//! | [`order`] | the order that follows the keys from one to the next |
//! | [`task`] | what one system has to do, how far it is, what came of it |
//! | [`progress`] | the next step, from what was answered |

mod file;
mod order;
mod progress;
mod system;
mod task;
mod via;

pub use file::{Fault as FileFault, Registered, read};
pub use order::{InOrder, faults, ordered};
pub use progress::{Heard, MOST_ATTEMPTS, NEEDS_REASON, begun, heard, outcome_of};
pub use system::{Erasing, Hold, System};
pub use task::{Failure, Outcome, Progress, Step, Verb};
pub use via::{Address, Folder, Manual, Password, Sql, SqliteFile, Tls, Via, Webhook};
