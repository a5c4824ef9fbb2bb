//! What the operator does with accounts of staff.

use super::{App, alone};
use crate::access::{Grant, ManageAccess};
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::StaffAccount;

impl App {
    /// Every staff account, by name. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn staff_accounts(
        &self,
        grant: &Grant<ManageAccess>,
    ) -> Result<Vec<StaffAccount>, Refusal> {
        Ok(self.store.read(|tx| tx.all_staff(grant))?)
    }

    /// Takes the second factor of an account away and ends its sessions: whoever knows the password sets up another.
    /// Blocks.
    ///
    /// # Errors
    /// Where there is no such account, or the data cannot be written.
    pub fn reset_second_factor(
        &self,
        grant: &Grant<ManageAccess>,
        login: &str,
        now: Now,
    ) -> Result<(), Refusal> {
        let (actor, login) = (grant.clone(), login.to_owned());
        self.store.write_blocking(grant, alone(now), move |tx| {
            let entry = tx.reset_factor(&actor, &login)?;
            Ok::<_, Refusal>(
                entry
                    .ok_or(Refusal::NotFound("the staff account"))?
                    .with(()),
            )
        })?;
        Ok(())
    }

    /// Has nobody sign in with an account any more and ends its sessions, or lets them sign in again. Blocks.
    ///
    /// # Errors
    /// Where there is no such account, it stands so already, or the data cannot be written.
    pub fn disable_staff(
        &self,
        grant: &Grant<ManageAccess>,
        login: &str,
        disable: bool,
        now: Now,
    ) -> Result<(), Refusal> {
        let known = self.store.read(|tx| tx.staff(&self.serve, login))?;
        if known.is_none() {
            return Err(Refusal::NotFound("the staff account"));
        }
        let (actor, login) = (grant.clone(), login.to_owned());
        self.store.write_blocking(grant, alone(now), move |tx| {
            let entry = tx.disable_staff(&actor, &login, disable)?;
            Ok::<_, Refusal>(entry.ok_or_else(|| so_already(disable))?.with(()))
        })?;
        Ok(())
    }
}

fn so_already(disabled: bool) -> Refusal {
    let what = if disabled {
        "the account is disabled already; nobody signs in with it"
    } else {
        "the account is not disabled; there is nothing to enable"
    };
    Refusal::Conflict {
        code: "account_unchanged",
        what: what.into(),
    }
}
