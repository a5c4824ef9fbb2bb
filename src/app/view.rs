//! Whoever reads a person's file leaves an entry of it, before they are answered.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{ExportAudit, Grant};
use crate::domain::event::{Actor, View, ViewReason};
use crate::domain::ids::{ExportId, Position, SubjectId};
use crate::store::{Order, SeesFiles};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// For how long an entry stands for further views by the same actor of the same part of the same
/// person's file: who turns the pages of a history has read it once.
pub const ONE_VIEW: TimeDelta = TimeDelta::minutes(5);
/// Views that are remembered at most; beyond, each is recorded anew.
const MOST: usize = 10_000;

/// What was read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum What {
    /// A part of a person's file.
    File(SubjectId, View, Option<ViewReason>),
    /// Pages about everybody, by their name in the entry.
    Pages(&'static str),
}

/// Who read what.
type Seen = (Actor, What);

/// The views of the last minutes, as this process recorded them.
#[derive(Debug, Default)]
pub(super) struct Views(Mutex<HashMap<Seen, DateTime<Utc>>>);

impl Views {
    /// Whether an entry of this process stands for it.
    fn stands(&self, seen: &Seen, now: DateTime<Utc>) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(seen).is_some_and(|at| is_near(*at, now))
    }

    /// Remembers what has been recorded.
    fn remember(&self, seen: Seen, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, at| is_near(*at, now));
        }
        if known.len() < MOST {
            known.insert(seen, now);
        }
    }
}

/// A clock that was set back makes nothing near.
fn is_near(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (TimeDelta::zero()..ONE_VIEW).contains(&(now - at))
}

impl App {
    /// Records that a person's file is read. Returns once that is durable: what was read is handed
    /// out afterwards only. Blocks.
    ///
    /// # Errors
    /// Where it cannot be recorded: then nothing may be handed out.
    pub fn view<P: SeesFiles + 'static>(
        &self,
        grant: &Grant<P>,
        subject: SubjectId,
        view: View,
        reason: Option<&ViewReason>,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let reason = reason.cloned();
        let seen = (
            grant.actor().clone(),
            What::File(subject, view, reason.clone()),
        );
        if self.views.stands(&seen, now.utc()) {
            return Ok(());
        }
        let order = Order {
            subjects: vec![subject],
            ..Order::at(now)
        };
        let reader = grant.clone();
        self.store.write_blocking(grant, order, move |tx| {
            let nobody = Refusal::NotFound("a person with this id");
            let subject = tx.resolve(subject).ok_or(nobody)?;
            Ok::<_, Refusal>(tx.viewed(&reader, subject, view, reason.clone())?.with(()))
        })?;
        self.views.remember(seen, now.utc());
        Ok(())
    }

    /// Records that pages are read which show what is recorded of everybody: of the ledger (`entries`), which is an
    /// export page by page, or of who read what (`accesses`). Blocks.
    ///
    /// # Errors
    /// Where it cannot be recorded: then nothing may be handed out.
    pub(super) fn view_pages(
        &self,
        grant: &Grant<ExportAudit>,
        about: &'static str,
        from: Position,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let seen = (grant.actor().clone(), What::Pages(about));
        if self.views.stands(&seen, now.utc()) {
            return Ok(());
        }
        let export = ExportId::new(now, self.entropy())?;
        let query = json!({ "about": about, "position": from });
        self.record_export(grant, json!({ "export": export, "query": query }), now)?;
        self.views.remember(seen, now.utc());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::access::{Principal, ReadSubjects, authorize};
    use crate::app::testing::TestApp;
    use crate::domain::ids::KeyId;
    use crate::domain::registry::Role;

    fn reader(id: u8) -> Grant<ReadSubjects> {
        authorize(&Principal::Key(KeyId::from_bytes([id; 16]), Role::Dpo)).unwrap()
    }

    #[test]
    fn a_view_is_an_entry_and_a_second_look_within_five_minutes_is_none() {
        let home = TestApp::new();
        home.publish();
        home.record(vec![home.claim(
            &[("email", "a@example.fr")],
            "newsletter",
            "given",
        )]);
        let app = &home.app;
        let size = || app.store.read(|tx| tx.position(&app.serve)).unwrap();
        let named = home.named(&[("email", "a@example.fr")]);
        let (anne, _) = app.lookup(&reader(1), &named, None).unwrap();
        let after_lookup = size();
        let look = |by: u8| app.history(&reader(by), anne, (0, 50), None).unwrap();
        look(1);
        assert_eq!(size(), after_lookup + 1);
        look(1);
        assert_eq!(size(), after_lookup + 1, "the same view");
        look(2);
        assert_eq!(size(), after_lookup + 2, "somebody else's");
        home.clock.pass(299);
        look(1);
        assert_eq!(size(), after_lookup + 2);
        home.clock.pass(1);
        look(1);
        assert_eq!(size(), after_lookup + 3, "five minutes later");
        let (entries, _) = look(1);
        let last = entries.last().unwrap();
        assert_eq!(last.kind, "subject.viewed");
        assert_eq!(last.payload.reveal()["view"], "history");
        assert_eq!(last.payload.reveal()["actor"]["kind"], "key");
        let findings = app.audit_check(&TestApp::grant(), &|_, _| {}).unwrap();
        assert!(findings.holds(), "{findings:?}");
    }
}
