//! Exports that are made in the background: asked for, made one after another, kept for a while in the
//! data directory, fetched.
//!
//! | module | holds |
//! |---|---|
//! | [`wanted`] | what is asked for, and how a file of it is made |
//! | [`shelf`] | the files |
//! | [`ask`] | asking, and looking how it stands |
//! | [`make`] | making the next one |
//! | [`pace`] | how it gets on |
//! | [`fetch`] | handing a file out |
//! | [`tidy`] | what a restart left, and taking files away |
//!
//! Making one is recorded as every export is, fetching it likewise. A package shows persons: where
//! somebody is erased its file goes, and it must be asked for again.

mod approve;
mod ask;
mod fetch;
mod make;
mod pace;
mod shelf;
#[cfg(test)]
mod tests;
mod tidy;
mod wanted;

pub use fetch::Fetched;
pub use pace::Pace;
pub use shelf::Shelf;
pub use wanted::{Press, Wanted};

pub use crate::store::{BackgroundExport, ExportFailure, ExportGone, ExportMade, ExportState};
pub use approve::OWN_EXPORT;
