//! What is held about one person, as a package for that person (GDPR art. 15 and 20): asked for, made by a
//! job, kept sealed for a while, fetched.
//!
//! | module | holds |
//! |---|---|
//! | [`ask`] | asking for one, and looking how it stands |
//! | [`table`] | the tables of a package and their columns |
//! | [`collect`], [`tell`] | the rows of each, read a page at a time; how an event is told |
//! | [`make`] | making the one whose turn it is |
//! | [`fetch`] | handing one out, and taking away those whose time is over |

mod ask;
mod collect;
mod fetch;
mod make;
mod table;
mod tell;

pub(in crate::app) use ask::{Wanted, asks_for_one, wanted_for};
pub use collect::{Collected, Scope};
pub use fetch::{FRESH, Fetched, STALE, is_fresh};
pub use make::{Binder, Bound};
pub use table::{Cell, Column, Shows, Table};

pub use crate::store::{LeftOut, PackageMade, PackageStage, StoredPackage};

use chrono::TimeDelta;

/// How long a package is kept.
pub const KEPT: TimeDelta = TimeDelta::days(30);
