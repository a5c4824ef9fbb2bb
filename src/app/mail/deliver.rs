//! Sends what waits in the queue, one mail at a time, with retries that come ever more seldom.

use super::{Letter, Mail, Postman, Stationery, Undelivered};
use crate::access::{Grant, ManageMail};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::personal::Personal;
use crate::domain::time::Now;
use crate::store::{ClaimedMail, MailOutcome};
use chrono::TimeDelta;

/// So long a mail is nobody else's: longer than a postman takes.
const TAKEN: TimeDelta = TimeDelta::minutes(2);
/// The pause after the first failure; it doubles.
const PAUSE: TimeDelta = TimeDelta::seconds(15);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// A mail that could not go this often is given up.
const TRIES: u32 = 24;

/// What a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// There was none to send.
    Nothing,
    /// One was taken.
    Sent,
    /// One was not taken, and is tried again.
    Postponed,
    /// One was given up.
    GivenUp,
}

impl App {
    /// Sends the mail whose turn it is. A process that dies between the handing over and its own note
    /// sends it again, under the same id. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn deliver(
        &self,
        postman: &dyn Postman,
        stationery: &dyn Stationery,
        now: Now,
    ) -> Result<Delivered, Refusal> {
        let claimed = self.store.claim_mail(&self.serve, now, now.utc() + TAKEN)?;
        let Some(claimed) = claimed else {
            return Ok(Delivered::Nothing);
        };
        let outcome = carried(&claimed, postman, stationery, now);
        let (mail, kind) = (claimed.id, &claimed.kind);
        let delivered = match &outcome {
            MailOutcome::Sent => {
                tracing::info!(%mail, kind, "a mail was sent");
                Delivered::Sent
            }
            MailOutcome::Later(_, why) => {
                tracing::warn!(%mail, kind, why, attempt = claimed.attempt, "a mail has to wait");
                Delivered::Postponed
            }
            MailOutcome::Dead(why) => {
                tracing::error!(%mail, kind, why, "a mail was given up");
                Delivered::GivenUp
            }
        };
        self.store.mail_tried(&self.serve, mail, &outcome)?;
        Ok(delivered)
    }

    /// Forgets mails, confirmations, sign-ins and sessions that are over. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn tidy_mail(&self, now: Now) -> Result<(), Refusal> {
        self.store.tidy_mails(&self.serve, now)?;
        let before = now.utc() - crate::app::confirm::REMEMBERED;
        self.store.tidy_confirmations(&self.serve, before)?;
        self.store.tidy_challenges(&self.serve, before)?;
        Ok(self.store.tidy_sign_ins(&self.serve, now)?)
    }

    /// Has mails that were given up tried again; how many. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn revive_mails(&self, _grant: &Grant<ManageMail>, now: Now) -> Result<usize, Refusal> {
        Ok(self.store.revive_mails(&self.serve, now)?)
    }

    /// How many mails wait, and how many were given up. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn mail_counts(&self) -> Result<(u64, u64), Refusal> {
        Ok(self.store.read(|tx| tx.mail_counts(&self.serve))?)
    }
}

fn carried(
    claimed: &ClaimedMail,
    postman: &dyn Postman,
    stationery: &dyn Stationery,
    now: Now,
) -> MailOutcome {
    if claimed.expires_at <= now.utc() {
        return MailOutcome::Dead("expired".into());
    }
    let letter = claimed.letter.as_ref();
    let letter = letter.and_then(|sealed| serde_json::from_slice::<Letter>(sealed.reveal()).ok());
    let Some(letter) = letter else {
        return MailOutcome::Dead("unreadable".into());
    };
    let mail = Mail {
        id: claimed.id,
        at: now.utc(),
        to: Personal::new(&letter.to),
        brand: &letter.brand,
        written: stationery.write(&letter),
    };
    match postman.carry(&mail) {
        Ok(()) => MailOutcome::Sent,
        Err(Undelivered::ForGood(why)) => MailOutcome::Dead(why),
        Err(Undelivered::ForNow(why)) if claimed.attempt >= TRIES => MailOutcome::Dead(why),
        Err(Undelivered::ForNow(why)) => {
            MailOutcome::Later(now.utc() + pause(claimed.attempt), why)
        }
    }
}

fn pause(attempt: u32) -> TimeDelta {
    let doubled = PAUSE.checked_mul(1 << attempt.saturating_sub(1).min(10));
    doubled.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let seconds = |attempt| pause(attempt).num_seconds();
        assert_eq!([1, 2, 3].map(seconds), [15, 30, 60]);
        assert_eq!(
            (seconds(9), seconds(24), seconds(u32::MAX)),
            (3600, 3600, 3600)
        );
    }
}
