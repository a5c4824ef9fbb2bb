//! One's own second factor: offered as a secret, set once its first code was typed, with codes for the day on which
//! the telephone is lost. Every other session of the account ends.

use super::{App, GONE, alone, goes_on, gone, owner};
use crate::access::code::Code;
use crate::access::recovery::{COUNT, RecoveryCode};
use crate::access::token::PlainToken;
use crate::access::totp::TotpSecret;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::Session;

/// What came of the first code.
#[derive(Debug)]
pub enum FactorSet {
    /// It is set; the token is for this session's cookie, the codes for their owner.
    Done(PlainToken, Vec<RecoveryCode>),
    /// The code is not the one that the app shows.
    Wrong,
    /// The session ended meanwhile, or somebody else set one.
    Gone,
}

impl App {
    /// Offers another second factor. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn offer_factor(&self, session: &Session) -> Result<(), Refusal> {
        let factor = TotpSecret::new(self.entropy())?;
        Ok(self
            .store
            .offer_factor(&self.serve, session, &factor, self.entropy())?)
    }

    /// What is offered in this session. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn offered_factor(&self, session: &Session) -> Result<Option<TotpSecret>, Refusal> {
        Ok(self.store.read(|tx| tx.offered(&self.serve, session))?)
    }

    /// Sets what is offered, where the code is its own. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn set_factor(
        &self,
        session: &Session,
        typed: &str,
        now: Now,
    ) -> Result<FactorSet, Refusal> {
        let Some(factor) = self.offered_factor(session)? else {
            return Ok(FactorSet::Gone);
        };
        let step = Code::typed(typed).and_then(|code| factor.matched(&code, now, None));
        let Some(step) = step else {
            return Ok(FactorSet::Wrong);
        };
        let recovery = self.new_recovery()?;
        match self.keep_factor(session, (factor, step), recovery.clone(), now) {
            Ok(token) => Ok(FactorSet::Done(token, recovery)),
            Err(Refusal::Conflict { code: GONE, .. }) => Ok(FactorSet::Gone),
            Err(refusal) => Err(refusal),
        }
    }

    fn keep_factor(
        &self,
        session: &Session,
        factor: (TotpSecret, i64),
        recovery: Vec<RecoveryCode>,
        now: Now,
    ) -> Result<PlainToken, Refusal> {
        let (token, mut new) = self.new_session(session.staff, &session.browser, now)?;
        new.provided = session.provided;
        let (serve, grant, session) = (self.serve.clone(), owner(session)?, session.clone());
        self.store
            .write_blocking(&owner(&session)?, alone(now), move |tx| {
                // only who is in already may put another in the place of one
                let set = tx.set_factor(&grant, (&factor.0, factor.1), &recovery, session.whole)?;
                let set = set.ok_or_else(gone)?;
                let entry = goes_on(tx, (&serve, &grant), &session, &new, (set, "totp"))?;
                Ok::<_, Refusal>(entry.with(()))
            })?;
        Ok(token)
    }

    /// Makes one's own recovery codes anew: those of before open nothing. Blocks.
    ///
    /// # Errors
    /// Where the account has no second factor, or the data cannot be written.
    pub fn renew_recovery(
        &self,
        session: &Session,
        now: Now,
    ) -> Result<Vec<RecoveryCode>, Refusal> {
        if !session.has_factor() {
            return Err(gone());
        }
        let recovery = self.new_recovery()?;
        let (grant, kept) = (owner(session)?, recovery.clone());
        self.store
            .write_blocking(&owner(session)?, alone(now), move |tx| {
                Ok::<_, Refusal>(tx.renew_recovery(&grant, &kept)?.with(()))
            })?;
        Ok(recovery)
    }

    pub(super) fn new_recovery(&self) -> Result<Vec<RecoveryCode>, Refusal> {
        let codes = (0..COUNT).map(|_| RecoveryCode::new(self.entropy()));
        Ok(codes.collect::<Result<_, _>>()?)
    }
}
