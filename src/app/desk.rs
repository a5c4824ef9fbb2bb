//! Checks that are ready in one turn of a thread's event loop are decided together: they share the
//! look at the head of the ledger, the view of the index, the clock, and the way to the disk.
//!
//! Each gets the answer that it would get alone. A check that comes while others wait for the head
//! is not decided with them: their look may have begun before it.

mod unread;

use super::App;
use super::admit::{Badge, Shut, admitted};
use super::check::{Decided, Question};
use super::deciding::{Deciding, Memory};
use super::decisions::{Draft, When};
use super::outlook::EFFORT;
use super::refusal::{FieldProblem, Refusal};
use super::shard::is_here;
use crate::access::{CheckDecisions, Grant};
use crate::domain::shard::Shard;
use crate::domain::time::Now;
use crate::index::Table;
use crate::store::StoreError;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::oneshot;
use unread::{Elsewhere, Unread};

/// What is answered to a check: a decision, or what is wrong with it.
pub type Answer = Result<Result<Decided, Vec<FieldProblem>>, Unanswered>;

/// Why a check is not answered.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// The caller is not let in.
    #[error(transparent)]
    Shut(#[from] Shut),
    /// It is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// More wait for the database than it can be asked for in time.
    #[error("more checks wait for the database than can be answered in time")]
    Crowded,
}

/// A check that waits to be decided.
struct Case {
    badge: Badge,
    question: Question,
    when: When,
    told: oneshot::Sender<Answer>,
}

/// What was made of a case.
type Made = (oneshot::Sender<Answer>, Result<Draft, Wrong>);

/// What came of a case on a view of the index; where somebody is not held, who asks.
type Decision = Result<Result<Draft, Wrong>, Grant<CheckDecisions>>;

/// Why a case has no decision: what is wrong with the question, or with who asks it.
type Wrong = Result<Vec<FieldProblem>, Unanswered>;

/// The checks of one thread.
pub struct Desk {
    app: Arc<App>,
    waiting: RefCell<Vec<Case>>,
    memory: RefCell<Memory>,
    /// Those who are not held here and wait for the database.
    unread: Unread,
}

impl Desk {
    /// A desk for the checks of this thread.
    #[must_use]
    pub fn new(app: Arc<App>) -> Rc<Self> {
        let memory = RefCell::new(Memory::new(app.maker.clone()));
        Rc::new(Self {
            app,
            waiting: RefCell::default(),
            memory,
            unread: Unread::default(),
        })
    }

    /// Answers a check together with those that are ready beside it. To be called on a thread with a
    /// local event loop.
    ///
    /// # Errors
    /// Why it is not answered: then nothing is permitted.
    pub async fn ask(self: &Rc<Self>, badge: Badge, question: Question, when: When) -> Answer {
        let (told, answer) = oneshot::channel();
        let case = Case {
            badge,
            question,
            when,
            told,
        };
        let first = {
            let mut waiting = self.waiting.borrow_mut();
            waiting.push(case);
            waiting.len() == 1
        };
        if first {
            tokio::task::spawn_local(self.clone().serve());
        }
        let gone = |_| Err(Refusal::from(StoreError::Stopping).into());
        answer.await.unwrap_or_else(gone)
    }

    async fn serve(self: Rc<Self>) {
        // every request that is ready in this turn of the event loop comes first
        tokio::task::yield_now().await;
        let cases = self.waiting.take();
        let fresh = self.app.fresh().await.is_ok();
        let now = self.app.now();
        let (at_once, later): (Vec<Case>, Vec<Case>) =
            cases.into_iter().partition(|case| case.when == When::Now);
        for (cases, when) in [(later, When::Later), (at_once, When::Now)] {
            if fresh {
                let (made, elsewhere) = self.decide(cases, now);
                // nobody who is here waits for the database
                self.read_later(elsewhere, when);
                self.record(made, when).await;
            } else {
                self.deny(cases, now);
            }
        }
    }

    /// Decides on one view of the index; and whom it does not hold, with who asks.
    fn decide(&self, cases: Vec<Case>, now: Now) -> (Vec<Made>, Vec<Elsewhere>) {
        let (table, shard) = (self.app.index.view(), self.app.index.shard());
        let mut memory = self.memory.borrow_mut();
        let mut deciding = self.app.deciding(&table, now, EFFORT, &mut memory);
        let decide = |case| decided((&mut deciding, &table, shard), case, now);
        // questions are asked where they lie
        let decided: Vec<Decision> = cases.iter().map(decide).collect();
        let (mut made, mut elsewhere) = (Vec::with_capacity(cases.len()), Vec::new());
        for (case, decision) in cases.into_iter().zip(decided) {
            match decision {
                Ok(draft) => made.push((case.told, draft)),
                Err(grant) => elsewhere.push((case.told, (grant, case.question))),
            }
        }
        (made, elsewhere)
    }

    /// Writes the decisions down and gives the answers.
    async fn record(&self, made: Vec<Made>, when: When) {
        let mut waiting = Vec::with_capacity(made.len());
        let mut drafts = Vec::with_capacity(made.len());
        for (told, decided) in made {
            match decided {
                Ok(draft) => {
                    waiting.push(told);
                    drafts.push(Ok::<_, StoreError>(draft));
                }
                // a caller that has gone is not told
                Err(wrong) => drop(told.send(wrong.map(Err))),
            }
        }
        match self.app.record_decisions(drafts, when).await {
            Ok(answers) => {
                for (told, answer) in waiting.into_iter().zip(answers) {
                    let answer = answer.map(Ok).map_err(|error| Refusal::from(error).into());
                    drop(told.send(answer));
                }
            }
            Err(refusal) => {
                tracing::warn!(%refusal, checks = waiting.len(), "checks are not answered");
                for told in waiting {
                    drop(told.send(Err(not_recorded())));
                }
            }
        }
    }

    /// Denies, since the head of the ledger cannot be learned.
    fn deny(&self, cases: Vec<Case>, now: Now) {
        for case in cases {
            let grant = admitted::<CheckDecisions>(&self.app.index.view(), case.badge, now);
            let answer = grant.map_err(Unanswered::from).and_then(|grant| {
                let decided = self.app.decide_stale(&grant, &case.question, now);
                decided.map(Ok).map_err(Unanswered::from)
            });
            drop(case.told.send(answer));
        }
    }
}

fn decided<'a>(
    (deciding, table, shard): (&mut Deciding<'a>, &Table, Option<Shard>),
    case: &'a Case,
    now: Now,
) -> Decision {
    match admitted::<CheckDecisions>(table, case.badge, now) {
        Err(shut) => Ok(Err(Err(shut.into()))),
        Ok(grant) if is_here(shard, table, &case.question) => {
            Ok(deciding.draft(&grant, &case.question).map_err(Ok))
        }
        Ok(grant) => Err(grant),
    }
}

fn not_recorded() -> Unanswered {
    let failed = StoreError::Failed {
        doing: "recording decisions",
        kind: "the commit did not succeed".into(),
    };
    Refusal::from(failed).into()
}
