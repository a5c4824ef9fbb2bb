//! Loads the lists of opt-out registers, and tells which are loaded.
//!
//! A list is loaded as a whole or not at all: the entry in the ledger and the list are one
//! transaction, and the list before is gone with it. What is too old counts as not loaded.

use super::open::App;
use super::refusal::Refusal;
use crate::access::{Grant, LoadRegisters};
use crate::audit::encoding::hex;
use crate::audit::tree::sha256;
use crate::domain::ids::Blind;
use crate::domain::import::{Entered, LineError, RegisterFile};
use crate::domain::registry::{Register, RegisterEntries, RegisterList, Since, is_fresh, last_day};
use crate::domain::time::Now;
use crate::store::{NotLoaded, Order, RegisterLoad, StoredRegister, TellsRegisters};
use chrono::NaiveDate;
use std::sync::Arc;

/// Most lines that are named where a file cannot be read.
const NAMED: usize = 20;

/// What is asked to be loaded.
#[derive(Debug, Clone, Copy)]
pub struct RegisterSource<'a> {
    /// Of which register.
    pub register: Register,
    /// The file's bytes.
    pub file: &'a [u8],
    /// On which day it was issued; today where nobody says.
    pub issued_on: Option<NaiveDate>,
    /// Whether it holds the whole register.
    pub complete: bool,
}

/// A register, and what is loaded of it.
#[derive(Debug, Clone)]
pub struct RegisterStatus {
    /// Which.
    pub register: Register,
    /// What is loaded.
    pub loaded: Option<StoredRegister>,
    /// Whether that may be used today.
    pub fresh: bool,
}

impl RegisterStatus {
    /// The last day on which the list may be used.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        let loaded = self.loaded.as_ref()?;
        Some(last_day(self.register, loaded.issued_on))
    }
}

impl App {
    /// Loads a register's list in the place of the one before. Blocks.
    ///
    /// # Errors
    /// Where the file cannot be read to its end, names nobody, is older than the list that is
    /// loaded, or is of a day that has not come: nothing changes then.
    pub fn load_register(
        &self,
        grant: &Grant<LoadRegisters>,
        source: RegisterSource<'_>,
        now: Now,
    ) -> Result<RegisterStatus, Refusal> {
        let issued_on = source.issued_on.unwrap_or_else(|| self.today(now));
        if issued_on > self.today(now) {
            let what =
                format!("{issued_on} has not come: give the day on which the list was issued");
            return Err(refused("date_in_future", what));
        }
        let list = self.read_list(source, issued_on)?;
        let mark = self.keys().file_mark(&hex(&sha256(&[source.file])));
        let load = RegisterLoad::new(list, mark);
        let actor = grant.clone();
        self.store
            .write_blocking(grant, Order::at(now), move |tx| {
                match tx.load_register(&actor, &load)? {
                    Ok(entry) => Ok(entry.with(())),
                    Err(NotLoaded(newer)) => Err(older(newer)),
                }
            })?;
        let mut all = self.registers(grant, now)?.into_iter();
        let own = all.find(|one| one.register == source.register);
        own.ok_or(Refusal::NotFound("the register"))
    }

    fn read_list(
        &self,
        source: RegisterSource<'_>,
        issued_on: NaiveDate,
    ) -> Result<RegisterList, Refusal> {
        let mut file = RegisterFile::new(source.register, source.file)
            .map_err(|error| unreadable(&[error]))?;
        let (mut entered, mut wrong): (Vec<(Blind, Since)>, _) = (Vec::new(), Vec::new());
        loop {
            match file.line() {
                Ok(None) => break,
                Ok(Some((who, since))) => {
                    let hashes = who.into_iter().flat_map(|who| self.hashes_of_entry(who));
                    let since = entered_since(source.register, since, issued_on);
                    entered.extend(hashes.map(|hash| (hash, since)));
                }
                Err(error) => {
                    wrong.push(error);
                    if wrong.last().is_some_and(LineError::is_fatal) || wrong.len() == NAMED {
                        break;
                    }
                }
            }
        }
        if !wrong.is_empty() {
            return Err(unreadable(&wrong));
        }
        let entries = RegisterEntries::of(entered.into_iter());
        if entries.is_empty() {
            let what = "the file names nobody; nothing was loaded".to_owned();
            return Err(refused("file_empty", what));
        }
        Ok(RegisterList {
            register: source.register,
            issued_on,
            complete: source.complete,
            kinds: file.kinds(),
            position: 0,
            entries: Arc::new(entries),
        })
    }

    /// The hashes under which an entry is found: its own, and the coarser one that a question may
    /// bring, since a no reaches every spelling.
    fn hashes_of_entry(&self, who: Entered) -> impl Iterator<Item = Blind> + use<> {
        let (own, coarse) = match who {
            Entered::Hash(hash) => (hash, None),
            Entered::Identifier(identifier) => {
                let contact = super::contact::contact(self.keys(), identifier);
                (contact.blind, contact.coarse)
            }
        };
        std::iter::once(own).chain(coarse)
    }

    /// Every register, and what is loaded of it.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn registers<P: TellsRegisters>(
        &self,
        grant: &Grant<P>,
        now: Now,
    ) -> Result<Vec<RegisterStatus>, Refusal> {
        let stored = self.store.read(|tx| tx.registers(grant))?;
        let today = self.today(now);
        let status = |register: Register| {
            let loaded = stored.iter().find(|one| one.name == register.as_str());
            RegisterStatus {
                register,
                loaded: loaded.cloned(),
                fresh: loaded.is_some_and(|one| is_fresh(register, one.issued_on, today)),
            }
        };
        Ok(Register::ALL.into_iter().map(status).collect())
    }

    /// For how many days the list of each register that is loaded may still be used, as the index has
    /// it; below 0 it is too old.
    #[must_use]
    pub fn register_days_left(&self) -> Vec<(Register, i64)> {
        let (view, today) = (self.index.view(), self.today(self.now()));
        let lists = Register::ALL.into_iter().filter_map(|one| view.list(one));
        let left = lists.map(|list| (list.register, (list.last_day() - today).num_days()));
        left.collect()
    }

    /// Says in the log which lists are too old to be used.
    pub fn warn_of_stale_registers(&self) {
        for (register, left) in self.register_days_left() {
            if left < 0 {
                tracing::warn!(
                    register = register.as_str(),
                    days = -left,
                    "the list of an opt-out register is too old to be used: rules that need it deny"
                );
            }
        }
    }

    fn today(&self, now: Now) -> NaiveDate {
        now.utc().with_timezone(&self.home_zone).date_naive()
    }
}

/// Since when somebody is entered at the latest: whom a list names without a date entered before it was
/// issued. Where it does not matter none is kept.
fn entered_since(register: Register, said: Option<NaiveDate>, issued_on: NaiveDate) -> Since {
    match register.dated() {
        Some(_) => Since::day(said.unwrap_or(issued_on)),
        None => Since::UNKNOWN,
    }
}

/// What is wrong with which lines; what stands there is not repeated.
fn unreadable(wrong: &[LineError]) -> Refusal {
    let told = |error: &LineError| {
        let column = error.column.as_ref();
        let column = column.map(|column| format!(", column {column}"));
        let (line, column) = (error.line, column.unwrap_or_default());
        format!("line {line}{column}: {}. {}", error.what, error.mend)
    };
    let lines: Vec<String> = wrong.iter().map(told).collect();
    let what = format!("nothing was loaded\n{}", lines.join("\n"));
    refused("file_unreadable", what)
}

fn refused(code: &'static str, what: String) -> Refusal {
    Refusal::Conflict { code, what }
}

fn older(newer: NaiveDate) -> Refusal {
    let what = format!(
        "a list of {newer} is loaded, which is newer; an older one could only take entries back, and nothing was loaded"
    );
    refused("register_newer", what)
}

#[cfg(test)]
mod tests;
