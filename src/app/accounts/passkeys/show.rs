//! A passkey is shown: by who has to prove who they are, or by whoever wants in with nothing else. The device has
//! verified its owner each time, so that alone it is both factors: something held, and what the device asks for.

use super::super::{COPIED, Entered, Visitor, WRONG, alone, copied, gone, wrong};
use super::{App, unavailable};
use crate::access::passkey::{Asked, Assertion, PasskeyError};
use crate::access::token::{PlainToken, TokenHash};
use crate::app::refusal::Refusal;
use crate::domain::ids::StaffId;
use crate::domain::time::Now;
use crate::store::{Ceremony, PasskeyShown, Session, Typed, WriteTx};

/// What a try is counted as.
const STEP: &str = "passkey";

impl App {
    /// The passkey of a session's owner, where what was shown of it answers what was asked in this session. Blocks.
    pub(in crate::app) fn own_passkey(
        &self,
        session: &Session,
        shown: &str,
        now: Now,
    ) -> Result<PasskeyShown, Refusal> {
        let shown = Assertion::read(shown).map_err(|_| wrong())?;
        let asker = (session.asker(), Ceremony::Prove);
        let (staff, shown) = self.looked_at(&shown, asker, now)?;
        if staff != session.staff {
            return Err(wrong());
        }
        Ok(shown)
    }

    /// Lets in who shows a passkey and nothing else; `browser` is what is kept of the token in its cookie. Blocks.
    ///
    /// # Errors
    /// Where there are no passkeys at this address, or the data cannot be read or written.
    pub fn sign_in_by_passkey(
        &self,
        browser: TokenHash,
        shown: &str,
        visitor: Visitor<'_>,
        now: Now,
    ) -> Result<Entered, Refusal> {
        // what is no passkey at all is counted as one of nobody
        let shown = Assertion::read(shown);
        let claimed = shown
            .as_ref()
            .map_or(&[][..], |shown| shown.id().as_bytes());
        let counted = match self.begin_try(STEP, claimed, visitor.network, now)? {
            Ok(counted) => counted,
            Err(wait) => return Ok(Entered::Wait(wait)),
        };
        let outcome = match &shown {
            Ok(shown) => self.let_in_by_passkey(browser, shown, visitor, now),
            Err(_) => Err(wrong()),
        };
        match outcome {
            Ok(token) => {
                self.try_was_right(&counted, now)?;
                Ok(Entered::In(token))
            }
            Err(Refusal::Conflict { code: WRONG, .. }) => {
                self.try_was_wrong(STEP, claimed, now)?;
                Ok(Entered::Wrong)
            }
            Err(Refusal::Conflict { code: COPIED, .. }) => {
                self.try_was_wrong("passkey_counter", claimed, now)?;
                Ok(Entered::Copied)
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn let_in_by_passkey(
        &self,
        browser: TokenHash,
        shown: &Assertion,
        visitor: Visitor<'_>,
        now: Now,
    ) -> Result<PlainToken, Refusal> {
        // whose it is has to come from the passkey itself
        if shown.owner().is_none() {
            return Err(wrong());
        }
        let (staff, shown) = self.looked_at(shown, (browser, Ceremony::SignIn), now)?;
        let (token, new) = self.new_session(staff, visitor.browser, now)?;
        let (grant, shown) = (self.serve.clone(), Typed::Passkey(shown));
        let write = move |tx: &mut WriteTx<'_>| {
            // also looks whether the account is disabled
            if !tx.use_factor(&grant, staff, &shown)? {
                return Err(wrong());
            }
            let entry = tx.open_session(&grant, &new, None, "passkey_alone")?;
            Ok::<_, Refusal>(entry.ok_or_else(gone)?.with(()))
        };
        self.store.write_blocking(&self.serve, alone(now), write)?;
        Ok(token)
    }

    /// Holds what was shown against what was asked, which is answered by it, right or wrong.
    fn looked_at(
        &self,
        shown: &Assertion,
        asker: (TokenHash, Ceremony),
        now: Now,
    ) -> Result<(StaffId, PasskeyShown), Refusal> {
        let party = self.relying_party().ok_or_else(unavailable)?;
        let challenge = self.store.take_challenge(&self.serve, asker, now)?;
        let challenge = challenge.ok_or_else(wrong)?;
        let kept = self.store.read(|tx| tx.passkey(&self.serve, shown.id()))?;
        let kept = kept.ok_or_else(wrong)?;
        let asked = Asked {
            party: &party,
            challenge: &challenge,
        };
        match shown.verify(asked, kept.staff.as_bytes(), &kept.passkey) {
            Ok(counter) => {
                let id = kept.passkey.id;
                Ok((kept.staff, PasskeyShown { id, counter }))
            }
            Err(PasskeyError::Counter) => {
                tracing::warn!("a passkey's counter went back: there may be a copy of it");
                Err(copied())
            }
            Err(_) => Err(wrong()),
        }
    }
}
