//! Checks that wait for another node go to it together: while one letter is on its way, those that come share the next.

use super::nodes::{Matter, Unheard};
use crate::app::open::App;
use crate::domain::shard::Shard;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Most checks in a letter.
pub const MOST: usize = 1_000;
/// So many wait for one part; whoever comes then is told so.
const CROWD: usize = 4 * MOST;

/// Checks for another node, each as who reads them there understands it.
#[derive(Serialize, Deserialize)]
pub struct Asked {
    /// One each.
    pub checks: Vec<Box<RawValue>>,
}

/// Answers, in the order of the checks.
#[derive(Serialize, Deserialize)]
pub struct Answered {
    /// One each; `None` where the node has none.
    pub answers: Vec<Option<Box<RawValue>>>,
}

type Answer = Result<Box<RawValue>, Unheard>;

/// Checks that wait for a part, each with who is told.
type Waiting = Vec<(Box<RawValue>, oneshot::Sender<Answer>)>;

/// The checks of one thread that wait for other nodes.
pub struct Lanes {
    app: Arc<App>,
    /// By part; one that is there has a letter on its way.
    waiting: RefCell<HashMap<Shard, Waiting>>,
}

impl Lanes {
    /// Lanes for the checks of this thread.
    #[must_use]
    pub fn new(app: Arc<App>) -> Rc<Self> {
        let waiting = RefCell::default();
        Rc::new(Self { app, waiting })
    }

    /// Asks a node that holds a part, together with what waits for it beside. To be called on a thread with a local event
    /// loop.
    ///
    /// # Errors
    /// Where it has no answer.
    pub async fn ask(self: &Rc<Self>, to: Shard, check: Box<RawValue>) -> Answer {
        let (told, answer) = oneshot::channel();
        let is_first = {
            let mut lanes = self.waiting.borrow_mut();
            let is_first = !lanes.contains_key(&to);
            let waiting = lanes.entry(to).or_default();
            if waiting.len() >= CROWD {
                return Err(Unheard::Busy);
            }
            waiting.push((check, told));
            is_first
        };
        if is_first {
            tokio::task::spawn_local(self.clone().carry(to));
        }
        answer.await.unwrap_or(Err(Unheard::Away))
    }

    /// Carries letters to a part for as long as anything waits.
    async fn carry(self: Rc<Self>, to: Shard) {
        // every request that is ready in this turn of the event loop goes along
        tokio::task::yield_now().await;
        while let Some(some) = self.next(to) {
            let (checks, told): (Vec<_>, Vec<_>) = some.into_iter().unzip();
            let app = self.app.clone();
            let asked = tokio::task::spawn_blocking(move || ask(&app, to, checks)).await;
            match asked.unwrap_or(Err(Unheard::Away)) {
                Ok(answers) => {
                    for (told, answer) in told.into_iter().zip(answers) {
                        // a caller that has gone is not told
                        drop(told.send(answer.ok_or(Unheard::Garbled)));
                    }
                }
                Err(why) => told.into_iter().for_each(|told| drop(told.send(Err(why)))),
            }
        }
    }

    /// The next that wait; `None`, and the lane is given up, where there are none.
    fn next(&self, to: Shard) -> Option<Waiting> {
        let mut lanes = self.waiting.borrow_mut();
        let waiting = lanes.get_mut(&to)?;
        if waiting.is_empty() {
            lanes.remove(&to);
            return None;
        }
        let most = waiting.len().min(MOST);
        Some(waiting.drain(..most).collect())
    }
}

/// Asks a node that holds a part for the answers to these checks, one each. Blocks.
///
/// # Errors
/// Where it does not answer.
pub fn ask(
    app: &App,
    to: Shard,
    checks: Vec<Box<RawValue>>,
) -> Result<Vec<Option<Box<RawValue>>>, Unheard> {
    let count = checks.len();
    let text = serde_json::to_vec(&Asked { checks }).map_err(|_| Unheard::Garbled)?;
    let answer = app.ask_node(to, Matter::Checks, &text)?;
    let answered: Answered = serde_json::from_slice(&answer).map_err(|_| Unheard::Garbled)?;
    if answered.answers.len() != count {
        return Err(Unheard::Garbled);
    }
    let given = answered.answers.iter().flatten().count();
    app.elsewhere.nodes(given);
    Ok(answered.answers)
}
