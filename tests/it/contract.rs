//! The public surface answers as the contract and its own description say.

mod checks;
mod described;
mod receipts;
mod records;
mod surface;

pub use described::Described;
pub use receipts::opened;
