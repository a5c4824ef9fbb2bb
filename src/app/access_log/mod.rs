//! Who looked at what: the accesses of the log, the newest first, a page at a time. They are read by what the report
//! of accesses is read by (`app/reports/access.rs`). Whoever reads them leaves an entry, as whoever exports them does.

mod kind;

pub use kind::AccessKind;

use super::open::App;
use super::period;
use super::refusal::Refusal;
use super::reports::access::{Access, told};
use crate::access::{ExportAudit, Grant};
use crate::audit::encoding::hex;
use crate::audit::leaf::EntryKind;
use crate::domain::ids::{Position, StaffId, SubjectId};
use crate::domain::time::from_micros;
use crate::store::StoreError;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::ops::Range;

/// Accesses on a page.
const PAGE: usize = 50;
/// Positions that are gone through at once, from the newest back.
const WINDOW: u64 = 16_384;
/// So many windows are gone through for a page at most: who asks for what is rare goes on from there.
const WINDOWS: usize = 64;

/// Which accesses are asked for.
#[derive(Debug, Clone, Default)]
pub struct AccessQuery {
    /// By this member of staff, or about their account.
    pub staff: Option<StaffId>,
    /// Of this kind.
    pub kind: Option<AccessKind>,
    /// Within this period.
    pub period: Option<Range<DateTime<Utc>>>,
    /// Before this position: where the page before ended.
    pub before: Option<Position>,
}

/// An access, as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accessed {
    /// Its place in the log.
    pub position: Position,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of entry it is.
    pub kind: EntryKind,
    /// What kind of actor it was: `staff`, `key`, `operator`, `system`; empty where the person's key is gone.
    pub actor: String,
    /// What they are called.
    pub name: Option<String>,
    /// Whose file it was: the registry's own number, which says nothing about them.
    pub subject: Option<SubjectId>,
    /// Which part of it.
    pub view: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// For which request.
    pub reference: Option<String>,
    /// The account that it is about.
    pub account: Option<String>,
    /// Whatever else of it is told.
    pub told: String,
}

/// A page of accesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPage {
    /// The newest first.
    pub rows: Vec<Accessed>,
    /// Before which position the next page begins; none where there is none.
    pub next: Option<Position>,
}

/// Who is who in the log.
struct Names {
    /// Staff and keys, by their ids.
    actors: HashMap<String, String>,
    /// Accounts, by the keyed hashes that failed sign-ins are recorded by.
    tried: HashMap<String, String>,
}

impl App {
    /// A page of the accesses that were asked for. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read, or it cannot be recorded that they are.
    pub fn access_log(
        &self,
        grant: &Grant<ExportAudit>,
        query: &AccessQuery,
    ) -> Result<AccessPage, Refusal> {
        let names = self.names(grant)?;
        let range = self.asked_for(grant, query)?;
        self.view_pages(grant, "accesses", range.end)?;
        let (mut rows, mut end) = (Vec::new(), range.end);
        for _ in 0..WINDOWS {
            if end <= range.start || rows.len() > PAGE {
                break;
            }
            let start = end.saturating_sub(WINDOW).max(range.start);
            let found = self.window(grant, start..end, &names, query)?;
            rows.extend(found.into_iter().rev());
            end = start;
        }
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = match rows.last() {
            Some(last) if more => Some(last.position),
            _ => (end > range.start).then_some(end),
        };
        Ok(AccessPage { rows, next })
    }

    fn asked_for(
        &self,
        grant: &Grant<ExportAudit>,
        query: &AccessQuery,
    ) -> Result<Range<Position>, Refusal> {
        let whole = self.store.read::<_, StoreError>(|tx| {
            let size = tx.position(&self.serve)?;
            match &query.period {
                Some(period) => period::positions(tx, grant, period, size),
                None => Ok(0..size),
            }
        })?;
        let end = query
            .before
            .map_or(whole.end, |before| whole.end.min(before));
        Ok(whole.start..end)
    }

    /// What was asked for of a window, in order.
    fn window(
        &self,
        grant: &Grant<ExportAudit>,
        mut rest: Range<Position>,
        names: &Names,
        query: &AccessQuery,
    ) -> Result<Vec<Accessed>, Refusal> {
        let mut found = Vec::new();
        while rest.start < rest.end {
            let (accesses, end) = self.accesses(grant, &rest)?;
            let asked = accesses.into_iter().filter(|one| is_of(one, query.kind));
            let told = asked.map(|one| (names.staff_of(&one), names.tell(one)));
            found.extend(told.filter_map(|(staff, one)| {
                let is_theirs = query.staff.is_none_or(|id| staff.contains(&id.to_string()));
                is_theirs.then_some(one)
            }));
            rest.start = end;
        }
        Ok(found)
    }

    fn names(&self, grant: &Grant<ExportAudit>) -> Result<Names, Refusal> {
        let actors = self.actor_names(grant)?;
        let staff = self.store.read(|tx| tx.staff_names(&self.serve))?;
        let keys = self.keys();
        let tried = staff.iter().flat_map(|one| {
            let by_name = keys.guesser("password", one.login.as_bytes(), "");
            let by_code = keys.guesser("code", one.id.as_bytes().as_slice(), "");
            [by_name, by_code].map(|hash| (hex(&hash), one.id.to_string()))
        });
        Ok(Names {
            tried: tried.collect(),
            actors,
        })
    }
}

fn is_of(one: &Access, kind: Option<AccessKind>) -> bool {
    kind.is_none_or(|kind| AccessKind::of(one.kind) == kind)
}

fn field(payload: &Value, name: &str) -> Option<String> {
    payload.get(name)?.as_str().map(str::to_owned)
}

impl Names {
    /// The account that an entry is about, by its id.
    fn account(&self, one: &Access) -> Option<String> {
        if one.kind == EntryKind::StaffSignInFailed {
            return self.tried.get(&field(&one.payload, "account")?).cloned();
        }
        field(&one.payload, "staff")
    }

    /// Whose an access is: who did it, and whose account it is about.
    fn staff_of(&self, one: &Access) -> Vec<String> {
        let by = (one.actor.0 == "staff").then(|| one.actor.1.clone());
        by.into_iter().chain(self.account(one)).collect()
    }

    fn tell(&self, one: Access) -> Accessed {
        let account = self.account(&one).filter(|id| *id != one.actor.1);
        let is_file = one.subject.is_some();
        Accessed {
            position: one.position,
            at: from_micros(one.at.saturating_mul(1_000_000)),
            kind: one.kind,
            name: self.actors.get(&one.actor.1).cloned(),
            actor: one.actor.0,
            subject: one.subject,
            view: field(&one.payload, "view"),
            reason: field(&one.payload, "reason"),
            reference: field(&one.payload, "reference"),
            account: account.and_then(|id| self.actors.get(&id).cloned()),
            told: if is_file {
                String::new()
            } else {
                told(&one.payload)
            },
        }
    }
}
