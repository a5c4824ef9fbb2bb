//! Checks about persons whom this node does not hold: decided on what the database holds, one reading at a time.

use super::{Answer, Desk, Unanswered, not_recorded};
use crate::app::decisions::When;
use crate::app::shard::Asked;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tokio::sync::oneshot;

/// So many wait for the database; whoever comes then is told so.
const CROWD: usize = 4_000;

/// A case about somebody whom this node does not hold.
pub(super) type Elsewhere = (oneshot::Sender<Answer>, Asked);

/// Those who wait for the database.
#[derive(Default)]
pub(super) struct Unread {
    waiting: RefCell<Vec<(oneshot::Sender<Answer>, Asked, When)>>,
    /// Whether others are read.
    under_way: Cell<bool>,
}

impl Desk {
    /// Has those who are not held here decided on what the database holds: together with those who come while others
    /// are read.
    pub(super) fn read_later(self: &Rc<Self>, elsewhere: Vec<Elsewhere>, when: When) {
        let mut unread = self.unread.waiting.borrow_mut();
        let is_read = !unread.is_empty() || self.unread.under_way.get();
        for (told, asked) in elsewhere {
            if unread.len() < CROWD {
                unread.push((told, asked, when));
            } else {
                drop(told.send(Err(Unanswered::Crowded)));
            }
        }
        if !is_read && !unread.is_empty() {
            tokio::task::spawn_local(self.clone().read_all());
        }
    }

    async fn read_all(self: Rc<Self>) {
        self.unread.under_way.set(true);
        loop {
            let unread = self.unread.waiting.take();
            if unread.is_empty() {
                break;
            }
            let (at_once, later): (Vec<_>, Vec<_>) = unread
                .into_iter()
                .partition(|(_, _, when)| *when == When::Now);
            for (cases, when) in [(later, When::Later), (at_once, When::Now)] {
                let cases = cases.into_iter().map(|(told, asked, _)| (told, asked));
                self.read(cases.collect(), when).await;
            }
        }
        self.unread.under_way.set(false);
    }

    /// Decides those who are not held here, on what the database holds.
    async fn read(self: &Rc<Self>, elsewhere: Vec<Elsewhere>, when: When) {
        if elsewhere.is_empty() {
            return;
        }
        let (told, asked): (Vec<_>, Vec<_>) = elsewhere.into_iter().unzip();
        match self.app.read_in_turn(asked, self.app.now()).await {
            Ok(drafts) => {
                let drafts = drafts.into_iter().map(|draft| draft.map_err(Ok));
                self.record(told.into_iter().zip(drafts).collect(), when)
                    .await;
            }
            Err(error) => {
                tracing::warn!(%error, checks = told.len(), "checks are not answered");
                for told in told {
                    drop(told.send(Err(not_recorded())));
                }
            }
        }
    }
}
