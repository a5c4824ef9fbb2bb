//! Which account somebody has whom the provider knows. One that was bound to them by hand is as it was made. Else
//! groups decide, each time: what they open is made, changed or ended before anybody is in. Who is in no group that
//! opens something gets nothing.

use super::id_token::Told;
use super::{Provider, alone, fit, refuse_unknown};
use crate::app::add_staff::login_fits;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::encoding::hex;
use crate::domain::ids::StaffId;
use crate::domain::registry::StaffTerms;
use crate::domain::time::Now;
use crate::store::{Identified, Identity, StaffAccount};
use chrono::{DateTime, TimeDelta, Utc};

/// How long an account of a role lasts that needs an end; each sign-in of another day draws it out.
const AWHILE: TimeDelta = TimeDelta::days(30);
const A_DAY: TimeDelta = TimeDelta::days(1);

/// What somebody has here.
pub(super) enum Entitled {
    /// An account.
    To(Box<StaffAccount>),
    /// Nothing.
    Nothing,
}

impl App {
    pub(super) fn entitled(
        &self,
        provider: &Provider,
        told: &Told,
        now: Now,
    ) -> Result<Entitled, Refusal> {
        let identity = self.identity(&provider.settings.issuer, &told.subject);
        let terms = terms_of(provider, &told.groups, now)?;
        let known = self.account_of(identity)?;
        match (&known, terms) {
            (Some(account), _) if !account.mapped => {}
            (Some(account), terms) => self.as_groups_say(account, terms, now)?,
            (None, Some(terms)) => self.newcomer_of_groups(identity, told, terms, now)?,
            (None, None) => return Ok(Entitled::Nothing),
        }
        let account = self.account_of(identity)?;
        let open = account.filter(|account| account.is_open(now));
        Ok(open.map_or(Entitled::Nothing, |account| Entitled::To(Box::new(account))))
    }

    fn account_of(&self, identity: Identity) -> Result<Option<StaffAccount>, Refusal> {
        Ok(self
            .store
            .read(|tx| tx.staff_of_identity(&self.serve, identity))?)
    }

    /// Changes an account to what its owner's groups open now; with none of them left it ends.
    fn as_groups_say(
        &self,
        account: &StaffAccount,
        terms: Option<StaffTerms>,
        now: Now,
    ) -> Result<(), Refusal> {
        let over = account.terms.is_over(now.utc());
        let ended = || StaffTerms {
            until: Some(now.utc()),
            ..account.terms.clone()
        };
        let wanted = match terms {
            None if over => return Ok(()),
            None => ended(),
            Some(terms) if same(&terms, &account.terms, now.utc()) => return Ok(()),
            Some(terms) => terms,
        };
        let (grant, id) = (self.serve.clone(), account.id);
        self.store
            .write_blocking(&self.serve, alone(now), move |tx| {
                refuse_unknown(&wanted.bounds, tx.catalogue())?;
                Ok::<_, Refusal>(tx.change_terms(&grant, id, &wanted)?.with(()))
            })?;
        Ok(())
    }

    fn newcomer_of_groups(
        &self,
        identity: Identity,
        told: &Told,
        terms: StaffTerms,
        now: Now,
    ) -> Result<(), Refusal> {
        let id = StaffId::new(now, self.entropy())?;
        let login = self.free_login(identity, told)?;
        let (grant, mapped) = (self.serve.clone(), true);
        let opened = Identified { identity, mapped };
        self.store
            .write_blocking(&self.serve, alone(now), move |tx| {
                refuse_unknown(&terms.bounds, tx.catalogue())?;
                let added = tx.add_identified(&grant, (id, &login), &terms, opened)?;
                Ok::<_, Refusal>(added.ok_or_else(super::taken)?.with(()))
            })?;
        Ok(())
    }

    /// What the provider calls them, where that can be a name and is nobody's: an account that is there is never
    /// taken over by its name. Else a name of their own.
    fn free_login(&self, identity: Identity, told: &Told) -> Result<String, Refusal> {
        let wished = told.name.as_deref();
        if let Some(name) = wished.filter(|name| login_fits(name).is_ok()) {
            let taken = self.store.read(|tx| tx.staff(&self.serve, name))?;
            if taken.is_none() {
                return Ok(name.to_owned());
            }
        }
        let mark = hex(identity.first_chunk::<6>().unwrap_or(&[0; 6]));
        Ok(format!("staff-{mark}"))
    }
}

/// What groups open: the first line that fits, as the operator ordered them.
fn terms_of(
    provider: &Provider,
    groups: &[String],
    now: Now,
) -> Result<Option<StaffTerms>, Refusal> {
    let lines = provider.settings.roles.iter();
    let line = lines.into_iter().find(|line| groups.contains(&line.group));
    let terms = line.map(|line| StaffTerms {
        role: line.role,
        until: line.role.longest().map(|_| now.utc() + AWHILE),
        bounds: line.bounds.clone(),
    });
    terms.map(|terms| fit(terms, now)).transpose()
}

/// Whether an account has these terms already; an end that is nearly as far counts as the same.
fn same(wanted: &StaffTerms, has: &StaffTerms, now: DateTime<Utc>) -> bool {
    let lasts = match (wanted.until, has.until) {
        (None, None) => true,
        (Some(wanted), Some(has)) => !(has <= now || has + A_DAY < wanted || has > wanted),
        _ => false,
    };
    lasts && wanted.role == has.role && wanted.bounds == has.bounds
}
