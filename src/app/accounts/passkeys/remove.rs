//! A passkey of one's own is taken away; not the last second factor of who needs one. Every other session ends.

use super::super::{GONE, alone, gone, owner};
use super::App;
use crate::access::token::{PlainToken, TokenKind};
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::{PasskeyChange, Session};

/// What a write refuses with where the account needs it.
const NEEDED: &str = "factor_needed";

/// What came of taking a passkey away.
#[derive(Debug)]
pub enum PasskeyRemoved {
    /// It is gone; the token is for this session's cookie.
    Done(PlainToken),
    /// It is the last second factor of who needs one.
    Needed,
    /// There is none of that mark, or the session ended meanwhile.
    Gone,
}

impl App {
    /// Takes the passkey of that mark away. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn remove_passkey(
        &self,
        session: &Session,
        mark: &str,
        now: Now,
    ) -> Result<PasskeyRemoved, Refusal> {
        let needed = self.accounts.second_factor.is_needed_by(session.terms.role);
        let token = PlainToken::new(TokenKind::Session, self.entropy())?;
        let (grant, of, next, mark) = (
            owner(session)?,
            session.clone(),
            token.hash(),
            mark.to_owned(),
        );
        let written = self
            .store
            .write_blocking(&owner(session)?, alone(now), move |tx| {
                let entry = match tx.remove_passkey(&grant, &mark, needed)? {
                    PasskeyChange::Done(entry) => entry,
                    PasskeyChange::Needed => return Err(last()),
                    PasskeyChange::Not => return Err(gone()),
                };
                tx.end_others(&grant, of.hash)?;
                if !tx.renew_token(&of, next)? {
                    return Err(gone());
                }
                Ok::<_, Refusal>(entry.with(()))
            });
        match written {
            Ok(_) => Ok(PasskeyRemoved::Done(token)),
            Err(Refusal::Conflict { code: NEEDED, .. }) => Ok(PasskeyRemoved::Needed),
            Err(Refusal::Conflict { code: GONE, .. }) => Ok(PasskeyRemoved::Gone),
            Err(refusal) => Err(refusal),
        }
    }
}

fn last() -> Refusal {
    Refusal::Conflict {
        code: NEEDED,
        what: "it is the last second factor of an account that needs one; add another first".into(),
    }
}
