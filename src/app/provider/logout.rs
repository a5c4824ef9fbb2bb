//! The provider says that somebody left: the sessions that came of it end, on every node, since each reads them from
//! the database with every request.

use super::known::Fault;
use super::logout_token::{self, Leaves};
use super::token::Unfit;
use super::{Provider, alone};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::{Ended, Entry, WriteTx};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoggedOut {
    /// What there was has ended.
    Done,
    /// It is no such token, or was used.
    Refused,
    /// Its keys cannot be had, or there is no provider: nothing can be said of it.
    Unknown,
}

/// What a write refuses with where nothing was open.
const NOTHING: &str = "no_session";
/// The same where the token was used before.
const USED: &str = "token_used";

const fn fault(code: &'static str) -> Refusal {
    Refusal::Conflict {
        code,
        what: String::new(),
    }
}

impl App {
    /// Ends sessions by the provider's word. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn provider_logs_out(&self, token: &str, now: Now) -> Result<LoggedOut, Refusal> {
        let Some(provider) = &self.provider else {
            return Ok(LoggedOut::Unknown);
        };
        let at = now.utc();
        let read = provider.by_keys(at, |keys| {
            logout_token::read(token, keys, &provider.settings, at)
        });
        let leaves = match read {
            Ok(leaves) => leaves,
            Err(fault) => return Ok(refused(&fault)),
        };
        match self.ends(provider, &leaves, now) {
            Ok(true) => Ok(LoggedOut::Done),
            Ok(false) => Ok(refused(&Unfit::Used.into())),
            Err(refusal) => Err(refusal),
        }
    }

    /// Ends what was open; `false` where the token was used before.
    fn ends(&self, provider: &Provider, leaves: &Leaves, now: Now) -> Result<bool, Refusal> {
        let issuer = &provider.settings.issuer;
        let session = leaves.session.as_deref();
        let session = session.map(|sid| self.keys().at_provider("session", issuer, sid));
        let subject = leaves.subject.as_deref();
        let subject = subject.map(|subject| self.identity(issuer, subject));
        // where a session is named it alone is over, and what came of none that we were told of
        let which = match (session, subject) {
            (Some(session), subject) => {
                vec![Some(Ended::Session(session)), subject.map(Ended::Unnamed)]
            }
            (None, subject) => vec![subject.map(Ended::Of)],
        };
        let (grant, spend) = (self.serve.clone(), leaves.spend);
        let end = move |tx: &mut WriteTx<'_>| {
            // in the same transaction: what could not be done may be said again
            if !tx.spend(&grant, &spend)? {
                return Err(fault(USED));
            }
            let mut last: Option<Entry> = None;
            for one in which.iter().copied().flatten() {
                last = tx.end_provided(&grant, one)?.or(last);
            }
            Ok::<_, Refusal>(last.ok_or_else(|| fault(NOTHING))?.with(()))
        };
        match self.store.write_blocking(&self.serve, alone(now), end) {
            Ok(_) => Ok(true),
            Err(Refusal::Conflict { code: USED, .. }) => Ok(false),
            Err(Refusal::Conflict { code: NOTHING, .. }) => {
                Ok(self.store.spend(&self.serve, &leaves.spend, now)?)
            }
            Err(refusal) => Err(refusal),
        }
    }
}

fn refused(fault: &Fault) -> LoggedOut {
    tracing::warn!(%fault, "a logout token ends nothing");
    match fault {
        Fault::Away(_) => LoggedOut::Unknown,
        Fault::Unfit(_) => LoggedOut::Refused,
    }
}
