//! OpenID AuthZEN Authorization API 1.0: the same question as `/v1/checks`, in the words of a
//! standard that enforcement points speak. The subject is the tool or campaign that wants to act,
//! the action is the channel (its property `purpose` says what for), the resource is the customer.
//!
//! What a request says of the customer beside their name never counts: the registry answers.

mod answer;
mod ask;
pub mod evaluation;
pub mod evaluations;
pub mod metadata;
mod resource;
pub mod search;
mod shapes;
mod token;

pub use ask::evaluated;
