//! What the operator does with accounts of staff.

use super::{App, alone};
use crate::access::{Grant, KeepAccounts, ManageAccess, ReadAccounts};
use crate::app::refusal::Refusal;
use crate::domain::event::Actor;
use crate::domain::ids::StaffId;
use crate::domain::time::Now;
use crate::store::{StaffAccount, StoreError};

/// What an act on one's own account is refused with.
pub const OWN_ACCOUNT: &str = "own_account";

impl App {
    /// Every staff account, by name. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn staff_accounts(
        &self,
        grant: &Grant<ReadAccounts>,
    ) -> Result<Vec<StaffAccount>, Refusal> {
        Ok(self.store.read(|tx| tx.all_staff(grant))?)
    }

    /// Every staff account, by name, with how many sessions of it are open. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn staff_present(
        &self,
        grant: &Grant<ReadAccounts>,
        now: Now,
    ) -> Result<Vec<(StaffAccount, u64)>, Refusal> {
        let (all, open) = self.store.read(|tx| {
            let open = tx.open_sessions(grant, self.accounts.idle, now)?;
            Ok::<_, StoreError>((tx.all_staff(grant)?, open))
        })?;
        let with = |one: StaffAccount| {
            let sessions = open.get(&one.id).copied().unwrap_or_default();
            (one, sessions)
        };
        Ok(all.into_iter().map(with).collect())
    }

    /// The name of an account. Blocks.
    ///
    /// # Errors
    /// Where there is none, or the data cannot be read.
    pub fn staff_login(
        &self,
        _grant: &Grant<KeepAccounts>,
        id: StaffId,
    ) -> Result<String, Refusal> {
        let found = self.store.read(|tx| tx.staff_of(&self.serve, id))?;
        let found = found.ok_or(Refusal::NotFound("the staff account"))?;
        Ok(found.login)
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
    /// Where there is no such account, it is one's own, it stands so already, or the data cannot be written.
    pub fn disable_staff(
        &self,
        grant: &Grant<KeepAccounts>,
        login: &str,
        disable: bool,
        now: Now,
    ) -> Result<(), Refusal> {
        let known = self.store.read(|tx| tx.staff(&self.serve, login))?;
        let known = known.ok_or(Refusal::NotFound("the staff account"))?;
        // who shuts their own door can let nobody in again
        if *grant.actor() == Actor::Staff(known.id) {
            return Err(Refusal::Conflict {
                code: OWN_ACCOUNT,
                what: "this is your own account; somebody else has to disable it".into(),
            });
        }
        let (actor, login) = (grant.clone(), login.to_owned());
        self.store.write_blocking(grant, alone(now), move |tx| {
            let entry = tx.disable_staff(&actor, &login, disable)?;
            Ok::<_, Refusal>(entry.ok_or_else(|| so_already(disable))?.with(()))
        })?;
        Ok(())
    }
}

impl App {
    /// Ends every session of an account, on every node: whoever it is signs in again. Blocks.
    ///
    /// # Errors
    /// Where there is no such account, none is open, or the data cannot be written.
    pub fn end_staff_sessions(
        &self,
        grant: &Grant<KeepAccounts>,
        login: &str,
        now: Now,
    ) -> Result<(), Refusal> {
        let known = self.store.read(|tx| tx.staff(&self.serve, login))?;
        known.ok_or(Refusal::NotFound("the staff account"))?;
        let (actor, login) = (grant.clone(), login.to_owned());
        let none = || Refusal::Conflict {
            code: "no_session",
            what: "no session of this account is open".into(),
        };
        self.store.write_blocking(grant, alone(now), move |tx| {
            let entry = tx.end_staff_sessions(&actor, &login)?;
            Ok::<_, Refusal>(entry.ok_or_else(none)?.with(()))
        })?;
        Ok(())
    }
}

/// What somebody signs in with; their number where the account is there no more.
#[must_use]
pub fn name_in(accounts: &[StaffAccount], id: StaffId) -> String {
    let found = accounts.iter().find(|one| one.id == id);
    found.map_or_else(|| id.to_string(), |one| one.login.clone())
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
