//! Staff accounts.

use super::accounts::alone;
use super::create_key::{refuse_unknown, scope_fault};
use super::open::App;
use super::refusal::{FieldProblem, Refusal};
use super::sign_in::in_turn;
use crate::access::password::rule::PasswordError;
use crate::access::{Grant, ManageAccess, password};
use crate::domain::ids::StaffId;
use crate::domain::personal::Secret;
use crate::domain::registry::StaffTerms;
use crate::domain::time::Now;
use crate::store::Order;
use chrono::SubsecRound;

const NOBODY: Refusal = Refusal::NotFound("the staff account");

impl App {
    /// Makes a staff account.
    ///
    /// # Errors
    /// Where the name or the password cannot be used, or the name is taken.
    pub fn add_staff(
        &self,
        grant: &Grant<ManageAccess>,
        login: &str,
        terms: StaffTerms,
        password: &Secret<String>,
        now: Now,
    ) -> Result<StaffId, Refusal> {
        login_fits(login)?;
        let terms = fit(terms, now)?;
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
                refuse_unknown(&terms.bounds, tx.catalogue())?;
                let entry = tx
                    .add_staff(&actor, id, &login, &terms, &hash)?
                    .ok_or_else(taken)?;
                Ok::<_, Refusal>(entry.with(()))
            })?;
        Ok(id)
    }

    /// Gives an account another role, time or bounds, and ends its sessions. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where there is no such account, [`Refusal::Invalid`] where the terms cannot be.
    pub fn change_staff(
        &self,
        grant: &Grant<ManageAccess>,
        login: &str,
        terms: StaffTerms,
        now: Now,
    ) -> Result<(), Refusal> {
        let terms = fit(terms, now)?;
        let (login, actor) = (login.to_owned(), grant.clone());
        self.store.write_blocking(grant, alone(now), move |tx| {
            refuse_unknown(&terms.bounds, tx.catalogue())?;
            let entry = tx.change_staff(&actor, &login, &terms)?;
            Ok::<_, Refusal>(entry.ok_or(NOBODY)?.with(()))
        })?;
        Ok(())
    }
}

/// Whether a text can be the name of an account.
pub(super) fn login_fits(login: &str) -> Result<(), Refusal> {
    let fits = (1..=100).contains(&login.len())
        && !login.chars().any(|c| c.is_control() || c.is_whitespace());
    if fits {
        return Ok(());
    }
    let detail = "must have 1 to 100 characters and no spaces";
    Err(Refusal::field("/login", "login_malformed", detail))
}

/// The terms, with bounds and times as a role can have them; its end is kept to the microsecond.
pub(super) fn fit(mut terms: StaffTerms, now: Now) -> Result<StaffTerms, Refusal> {
    terms.until = terms.until.map(|until| until.trunc_subsecs(6));
    let longest = terms.role.longest();
    let until = terms.until;
    let late = longest.is_some_and(|longest| {
        let last = longest.after(now.utc());
        until.is_none() || until > last
    });
    let over = terms.is_over(now.utc());
    let problems = [
        scope_fault(terms.role, &terms.bounds),
        terms.bounds.is_placed().then(|| {
            let detail =
                "cannot be bound to networks or certificates; bind it to brands or purposes";
            FieldProblem::new("/networks", "staff_networks", detail)
        }),
        late.then(|| {
            let detail =
                "an account of this role needs an end within a year, like --until 2027-03-31";
            FieldProblem::new("/until", "until_missing", detail)
        }),
        over.then(|| FieldProblem::new("/until", "until_over", "must be to come")),
    ];
    let problems: Vec<_> = problems.into_iter().flatten().collect();
    if problems.is_empty() {
        return Ok(terms);
    }
    Err(Refusal::Invalid(problems))
}
