//! One's own password, changed: every other session of the account ends.

use super::{App, GONE, alone, gone, owner};
use crate::access::password::{self, rule::PasswordError};
use crate::access::token::{PlainToken, TokenKind};
use crate::app::refusal::Refusal;
use crate::app::sign_in::in_turn;
use crate::domain::personal::Secret;
use crate::domain::time::Now;
use crate::store::Session;

/// What came of changing a password.
#[derive(Debug)]
pub enum Changed {
    /// It is changed; the token is for this session's cookie.
    Done(PlainToken),
    /// The present one does not match.
    Wrong,
    /// Too much was tried: so many seconds have to pass.
    Wait(i64),
    /// The new one is not taken.
    Refused(PasswordError),
    /// The session ended meanwhile.
    Gone,
}

impl App {
    /// Changes one's own password. Blocks while passwords are hashed.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn change_own_password(
        &self,
        session: &Session,
        (current, new): (&Secret<String>, &Secret<String>),
        network: &str,
        now: Now,
    ) -> Result<Changed, Refusal> {
        match self.is_password(&session.login, current, network, now)? {
            Err(wait) => return Ok(Changed::Wait(wait)),
            Ok(None) => return Ok(Changed::Wrong),
            Ok(Some(_)) => {}
        }
        let fit = match self.fit_password(&session.login, session.has_factor(), new)? {
            Ok(fit) => fit,
            Err(error) => return Ok(Changed::Refused(error)),
        };
        let hash = match in_turn(|| password::hash(&fit, self.entropy())) {
            Ok(hash) => hash,
            Err(error) => return Ok(Changed::Refused(error)),
        };
        match self.keep_password(session, hash, now) {
            Ok(token) => Ok(Changed::Done(token)),
            Err(Refusal::Conflict { code: GONE, .. }) => Ok(Changed::Gone),
            Err(refusal) => Err(refusal),
        }
    }

    fn keep_password(
        &self,
        session: &Session,
        hash: String,
        now: Now,
    ) -> Result<PlainToken, Refusal> {
        let token = PlainToken::new(TokenKind::Session, self.entropy())?;
        let (grant, session, next) = (owner(session)?, session.clone(), token.hash());
        self.store
            .write_blocking(&owner(&session)?, alone(now), move |tx| {
                tx.end_others(&grant, session.hash)?;
                if !tx.renew_token(&session, next)? {
                    return Err(gone());
                }
                Ok::<_, Refusal>(tx.change_password(&grant, &hash)?.with(()))
            })?;
        Ok(token)
    }
}
