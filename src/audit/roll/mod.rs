//! Who was on a list that was filtered, and with which answer: the roll of the list.
//!
//! A person stands in it by their *number*: the position of the first entry about them. It tells nothing
//! of them, and whoever holds a package about the person can find it in there. The roll is cut into
//! [`Sheet`]s; the entry that ends the list commits to the root of a Merkle tree (RFC 6962) over them.
//!
//! | module | holds |
//! |---|---|
//! | [`sheet`] | some persons with their answers: bytes and hash |
//! | [`line`] | a sheet in the audit package |
//! | [`said`] | what the entry says of its roll |

pub mod line;
pub mod said;
pub mod sheet;

pub use said::{Answer, Said};
pub use sheet::{Listed, Sheet, SheetError};
