//! Staff accounts.

use super::open::App;
use super::refusal::Refusal;
use super::sign_in::in_turn;
use crate::access::password::rule::PasswordError;
use crate::access::{Grant, ManageAccess, password};
use crate::domain::ids::StaffId;
use crate::domain::personal::Secret;
use crate::domain::registry::Role;
use crate::domain::time::Now;
use crate::store::Order;

impl App {
    /// Makes a staff account.
    ///
    /// # Errors
    /// Where the name or the password cannot be used, or the name is taken.
    pub fn add_staff(
        &self,
        grant: &Grant<ManageAccess>,
        login: &str,
        role: Role,
        password: &Secret<String>,
        now: Now,
    ) -> Result<StaffId, Refusal> {
        let fits = (1..=100).contains(&login.len())
            && !login.chars().any(|c| c.is_control() || c.is_whitespace());
        if !fits {
            return Err(Refusal::field(
                "/login",
                "login_malformed",
                "must have 1 to 100 characters and no spaces",
            ));
        }
        let refused = |error: PasswordError| {
            Refusal::field("/password", "password_refused", error.to_string())
        };
        let fit = self
            .fit_password(login, false, password)?
            .map_err(refused)?;
        let hash = in_turn(|| password::hash(&fit, self.entropy())).map_err(refused)?;
        let id = StaffId::new(now, self.entropy())?;
        let (login, actor) = (login.to_owned(), grant.clone());
        self.store
            .write_blocking(grant, Order::at(now), move |tx| {
                let taken = || Refusal::Conflict {
                    code: "login_taken",
                    what: "a staff account of this name exists; choose another".into(),
                };
                let entry = tx
                    .add_staff(&actor, id, &login, role, &hash)?
                    .ok_or_else(taken)?;
                Ok::<_, Refusal>(entry.with(()))
            })?;
        Ok(id)
    }
}
