//! Who asked to sign in, and the mail to those who are known: away from the request, so that its answer
//! takes the same time for all.

use crate::access::code::Code;
use crate::access::token::{PlainToken, TokenHash, TokenKind};
use crate::app::brand::{Sender, speaking};
use crate::app::contact;
use crate::app::mail::{Content, Letter};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{Blind, SubjectId};
use crate::domain::registry::{Catalogue, Identifier, IdentifierKind, Language};
use crate::domain::time::Now;
use crate::store::{AskedSignIn, Looked, ReadTx, Ready};
use chrono::{DateTime, TimeDelta, Utc};

/// Who is written to, the address, how many mails went there lately and when the last, and what is in force.
type Addressed = (
    Option<SubjectId>,
    Identifier,
    (u64, Option<DateTime<Utc>>),
    Catalogue,
);

impl App {
    /// Looks at the wishes that wait, and writes to whom is known; how many were settled. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn look_at_sign_ins(&self, now: Now) -> Result<usize, Refusal> {
        let waiting = self.store.read(|tx| tx.asked_sign_ins(&self.serve, now))?;
        let mut settled = 0;
        for asked in waiting {
            let Some(looked) = self.look(&asked, now)? else {
                continue;
            };
            let first = self.store.sign_in_looked(
                &self.serve,
                asked.browser,
                &looked,
                now,
                self.entropy(),
            )?;
            settled += usize::from(first);
        }
        Ok(settled)
    }

    /// What comes of a wish; `None` where the address has just had a mail, and has to wait for the next.
    fn look(&self, asked: &AskedSignIn, now: Now) -> Result<Option<Looked>, Refusal> {
        let serve = &self.serve;
        let found = self.store.read(|tx| {
            let Some(subject) = tx.find(serve, &[asked.contact])? else {
                return self.newcomers_address(tx, asked, now);
            };
            let identifiers = tx.identifiers(serve, subject)?;
            let is_it = |held: &crate::store::StoredIdentifier| {
                held.blind == asked.contact && held.identifier.kind() == IdentifierKind::Email
            };
            let address = identifiers.into_iter().find(is_it);
            let history = tx.sign_in_mails(serve, asked.contact, now)?;
            let catalogue = tx.catalogue(serve)?;
            let told = |held: crate::store::StoredIdentifier| {
                (Some(subject), held.identifier, history, catalogue)
            };
            Ok::<_, Refusal>(address.map(told))
        })?;
        let Some((subject, address, history, catalogue)) = found else {
            return Ok(Some(Looked::Nobody));
        };
        self.write_to(asked, (subject, &address), history, &catalogue, now)
    }

    /// The mail to an address; `None` where it has just had one.
    fn write_to(
        &self,
        asked: &AskedSignIn,
        (subject, address): (Option<SubjectId>, &Identifier),
        (mails, last): (u64, Option<DateTime<Utc>>),
        catalogue: &Catalogue,
        now: Now,
    ) -> Result<Option<Looked>, Refusal> {
        if must_wait(mails, last, now.utc()) {
            return Ok(None);
        }
        let token = PlainToken::new(TokenKind::SignIn, self.entropy())?;
        let code = Code::new(self.entropy())?;
        let controller = speaking(catalogue, asked.via.controller.as_ref());
        let language = Language::parse(&asked.language).unwrap_or(Language::EN);
        let sender = Sender::of(controller, language);
        let letter = self.letter(asked, address, sender, (subject.is_some(), &token, &code));
        let mail = letter.posted(asked.expires_at, now, self.entropy())?;
        Ok(Some(Looked::Mail(Box::new(Ready {
            subject,
            token: token.hash(),
            code,
            mail,
        }))))
    }

    /// Where somebody is written to of whom nothing is kept: behind a shop's code, unless they must never be
    /// written to again, or there is nothing that they could choose.
    fn newcomers_address(
        &self,
        tx: &mut ReadTx<'_>,
        asked: &AskedSignIn,
        now: Now,
    ) -> Result<Option<Addressed>, Refusal> {
        let opened = self.opened(asked.address.as_deref(), asked.browser);
        let Some((address, brand)) = opened.zip(asked.via.controller.as_ref()) else {
            return Ok(None);
        };
        let contact = contact::contact(self.keys(), address);
        let filed: Vec<Blind> = [Some(contact.blind), contact.coarse]
            .into_iter()
            .flatten()
            .collect();
        let mut suppressed = false;
        tx.suppressed(&self.serve, &filed, &mut |_| suppressed = true)?;
        let offered = self.offered_to(tx, (brand, None), contact.identifier.clone())?;
        if suppressed || offered.purposes.is_empty() {
            return Ok(None);
        }
        let history = tx.sign_in_mails(&self.serve, asked.contact, now)?;
        Ok(Some((None, contact.identifier, history, offered.catalogue)))
    }

    /// A sealed address of a wish.
    pub(super) fn opened(&self, sealed: Option<&[u8]>, browser: TokenHash) -> Option<Identifier> {
        let opened = self.keys().open_address(sealed?, &browser.0).ok()?;
        Identifier::email(std::str::from_utf8(&opened).ok()?).ok()
    }

    fn letter(
        &self,
        asked: &AskedSignIn,
        address: &Identifier,
        sender: Sender,
        (is_known, token, code): (bool, &PlainToken, &Code),
    ) -> Letter {
        // the browser that asked holds its cookie for that host alone
        let base = self.base_at(asked.host.as_deref());
        let link = format!("{base}/sign-in/{}", token.reveal());
        let code = code.reveal().to_owned();
        Letter {
            to: address.reveal().to_owned(),
            language: asked.language.clone(),
            brand: sender.name,
            foot: sender.foot,
            content: if is_known {
                Content::SignIn { link, code }
            } else {
                Content::Welcome { link, code }
            },
        }
    }
}

/// An address gets its first mail at once, and each further one within the hour after a longer pause: it
/// is slowed down and never shut out, and nobody's letter box is filled.
fn must_wait(mails: u64, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let pause = match mails {
        0 => return false,
        1 => TimeDelta::seconds(30),
        2 => TimeDelta::minutes(2),
        _ => TimeDelta::minutes(9),
    };
    last.is_some_and(|last| last + pause > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_micros;

    #[test]
    fn mails_to_one_address_come_ever_more_slowly_and_never_stop() {
        let now = from_micros(1_795_348_800_000_000);
        let waits = |mails, seconds| must_wait(mails, Some(now - TimeDelta::seconds(seconds)), now);
        assert!(!must_wait(0, None, now));
        assert!(waits(1, 29) && !waits(1, 30));
        assert!(waits(2, 119) && !waits(2, 120));
        // a wish lives for ten minutes: even then its mail comes
        assert!(waits(90, 539) && !waits(90, 540));
    }
}
