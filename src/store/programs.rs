//! Which programs may work with a database's tables: so that nodes of two versions can serve beside each other while
//! one is put in the place of the other, and an old one never goes on where it would miss a *no*.
//!
//! A program is as new as the newest migration that it knows. The head of the log says which one a program has to know;
//! it is looked at before a node starts, with every head that a check rests on, and under the lock of every write.

use super::connection::{Db, on};
use super::error::StoreError;
use super::migrate::migrations;
use super::schema::log_head;
use crate::domain::tip::Loss;
use diesel::prelude::*;
use std::sync::LazyLock;

/// The oldest program that may work with the tables as this one makes them. Raised with the migration that raises it
/// in tables that are there.
pub(super) const OLDEST: i32 = 45;

static NEWEST: LazyLock<i32> = LazyLock::new(|| {
    let numbers = migrations().into_iter();
    numbers
        .filter_map(|one| one.parse().ok())
        .max()
        .unwrap_or(0)
});

/// The newest migration that this program knows.
pub(super) fn newest() -> i32 {
    *NEWEST
}

/// What the tables ask of a program.
pub(super) fn oldest(db: &mut Db) -> Result<i32, StoreError> {
    on!(db, conn => log_head::table.select(log_head::oldest_program).first(conn).optional())
        .map(|found: Option<i32>| found.unwrap_or(OLDEST))
        .map_err(StoreError::failed(
            "asking whether this program may work with the tables",
        ))
}

/// Whether this program is new enough for tables that ask for this.
pub(super) fn admits(oldest: i32) -> Result<(), StoreError> {
    if oldest <= newest() {
        return Ok(());
    }
    Err(Loss::TooOld { needs: oldest }.into())
}
