//! Pages of a list: by position, never by counting, so that a page once read does not shift.

use super::problem::Problem;
use crate::app::FieldProblem;
use crate::domain::ids::Position;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// How many items, 1 to 200; 50 where it is left out.
    pub limit: Option<u32>,
}

/// The cursor of the page that begins at a position.
#[must_use]
pub fn cursor(position: Position) -> String {
    URL_SAFE_NO_PAD.encode(format!("1:{position}"))
}

impl Page {
    /// Where the page begins.
    ///
    /// # Errors
    /// Where the cursor is none of ours.
    pub fn from(&self) -> Result<Position, Problem> {
        start_of(self.cursor.as_deref())
    }

    /// How many items.
    ///
    /// # Errors
    /// Where it is none of 1 to 200.
    pub fn limit(&self) -> Result<u32, Problem> {
        limit_of(self.limit)
    }
}

/// Where the page of a cursor begins; 0 for the first.
///
/// # Errors
/// Where the cursor is none of ours.
pub fn start_of(cursor: Option<&str>) -> Result<Position, Problem> {
    let Some(text) = cursor else {
        return Ok(0);
    };
    let read = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        plain.strip_prefix("1:")?.parse().ok()
    };
    let wrong = || {
        FieldProblem::new(
            "cursor",
            "cursor_unknown",
            "must be the next of the page before, unchanged",
        )
    };
    read().ok_or_else(|| Problem::invalid(vec![wrong()]))
}

/// How many items a page has.
///
/// # Errors
/// Where it is none of 1 to 200.
pub fn limit_of(limit: Option<u32>) -> Result<u32, Problem> {
    match limit.unwrap_or(50) {
        limit @ 1..=200 => Ok(limit),
        _ => Err(Problem::invalid(vec![FieldProblem::new(
            "limit",
            "limit_wrong",
            "must be 1 to 200",
        )])),
    }
}
