//! The lists of opt-out registers, and what they say of contact points and persons.
//!
//! A person's row has a bit for each register that names one of their contact points, so that a check
//! of somebody known looks nothing up. Since when matters for few registers: it stands apart.

use super::person::PersonView;
use super::table::Table;
use crate::domain::ids::{Blind, Position};
use crate::domain::registry::{
    Channel, IdentifierKind, IdentifierKinds, Register, RegisterList, Since, reached_by,
};
use chrono::NaiveDate;
use hashbrown::HashMap;
use std::sync::Arc;

/// The lists that are loaded.
#[derive(Debug, Default)]
pub(super) struct Lists {
    held: [Option<Arc<RegisterList>>; Register::ALL.len()],
    /// For the registers that are dated: row → since when, of those who are listed.
    since: [HashMap<u32, Since>; Register::DATED],
}

/// Which registers name somebody, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Entered {
    registers: u8,
    since: [Option<Since>; Register::DATED],
}

impl Entered {
    fn add(&mut self, register: Register, since: Since) {
        self.registers |= register.bit();
        let place = register.dated().and_then(|place| self.since.get_mut(place));
        if let Some(held) = place {
            *held = (*held).max(Some(since));
        }
    }

    fn since(&self, register: Register) -> Option<Since> {
        *self.since.get(register.dated()?)?
    }
}

impl Lists {
    /// The same lists, of nobody yet.
    pub(super) fn of_nobody(&self) -> Self {
        Self {
            held: self.held.clone(),
            since: Default::default(),
        }
    }

    /// The list that is loaded of a register.
    pub(super) fn of(&self, register: Register) -> Option<&Arc<RegisterList>> {
        self.held.get(register as usize)?.as_ref()
    }

    fn all(&self) -> impl Iterator<Item = &Arc<RegisterList>> {
        self.held.iter().flatten()
    }

    /// Takes a register's list away, and forgets since when who is entered.
    pub(super) fn take(&mut self, register: Register) -> Option<Arc<RegisterList>> {
        let dates = register.dated().and_then(|place| self.since.get_mut(place));
        if let Some(dates) = dates {
            *dates = HashMap::new();
        }
        self.held.get_mut(register as usize)?.take()
    }

    pub(super) fn put(&mut self, list: Arc<RegisterList>) {
        if let Some(held) = self.held.get_mut(list.register as usize) {
            *held = Some(list);
        }
    }

    /// Says since when a row's person is entered; of several contact points the latest counts.
    pub(super) fn enter(&mut self, register: Register, row: u32, since: Since) {
        let dates = register.dated().and_then(|place| self.since.get_mut(place));
        if let Some(dates) = dates {
            let held = dates.entry(row).or_insert(since);
            *held = since.max(*held);
        }
    }

    /// What lists say of contact points: those that `of` picks.
    #[inline]
    pub(super) fn entered<'c>(
        &self,
        of: impl Fn(Register) -> bool,
        contacts: impl Iterator<Item = &'c Blind> + Clone,
    ) -> Entered {
        let mut entered = Entered::default();
        for list in self.all().filter(|list| of(list.register)) {
            let found = contacts.clone().filter_map(|hash| list.entries.get(hash));
            for since in found {
                entered.add(list.register, since);
            }
        }
        entered
    }

    /// Adds what the lists say of a row's contact points; the registers that name one.
    pub(super) fn add(&mut self, row: u32, entered: &Entered) -> u8 {
        for register in Register::ALL {
            if let Some(since) = entered.since(register) {
                self.enter(register, row, since);
            }
        }
        entered.registers
    }

    /// What was known of one row counts for the row that it is merged into.
    pub(super) fn carry_along(&mut self, from: u32, into: u32) {
        for register in Register::ALL {
            if let Some(since) = self.since(register, from) {
                self.enter(register, into, since);
            }
        }
    }

    fn since(&self, register: Register, row: u32) -> Option<Since> {
        self.since.get(register.dated()?)?.get(&row).copied()
    }
}

/// What is known of the contact points that a question names, whoever has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Point {
    /// One is on the suppression list.
    pub suppressed: bool,
    kinds: IdentifierKinds,
    entered: Entered,
}

impl Point {
    /// The registers that name one.
    pub(super) const fn registers(&self) -> u8 {
        self.entered.registers
    }

    pub(super) const fn kinds(&self) -> IdentifierKinds {
        self.kinds
    }

    /// Since when, as far as that matters.
    #[must_use]
    pub fn since(&self, register: Register) -> Option<Since> {
        self.entered.since(register)
    }
}

/// The lists that are consulted for a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consulted {
    /// Those that may be used.
    fresh: u8,
    /// Of these, those that hold everybody whom the register lists by what a person is reached by.
    complete: u8,
    reached_by: Option<IdentifierKind>,
}

impl Consulted {
    /// The registers that name the person or the contact point.
    pub(super) const fn naming(&self, registers: u8) -> u8 {
        registers & self.fresh
    }

    /// The registers in which somebody with such identifiers is not, where none of these names them.
    pub(super) fn not_naming(&self, registers: u8, kinds: IdentifierKinds) -> u8 {
        let looked_up = self.reached_by.is_some_and(|kind| kinds.has(kind));
        if looked_up {
            self.complete & !registers
        } else {
            0
        }
    }

    /// Whether any is.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.fresh == 0
    }
}

impl Table {
    /// What is known of contact points for a channel: of their own keyed hashes and of the coarser
    /// ones under which a no may be filed. `kinds` says what they are.
    #[inline]
    #[must_use]
    pub fn point<'c>(
        &self,
        channel: Channel,
        filed: impl Iterator<Item = &'c Blind> + Clone,
        kinds: IdentifierKinds,
    ) -> Point {
        Point {
            suppressed: filed.clone().any(|hash| self.is_suppressed(hash)),
            kinds,
            entered: self
                .lists
                .entered(|register| register.is_about(channel), filed),
        }
    }

    /// The lists to be consulted for a channel on a day, of the registers that are asked for.
    #[must_use]
    pub fn consulted(
        &self,
        channel: Channel,
        day: impl Fn() -> NaiveDate,
        asked_for: impl Fn(Register) -> bool,
    ) -> Consulted {
        let mut consulted = Consulted {
            reached_by: reached_by(channel),
            ..Consulted::default()
        };
        for list in self.to_consult(channel, &day, &asked_for) {
            let has = |kind| list.complete && list.kinds.has(kind);
            let bit = list.register.bit();
            consulted.fresh |= bit;
            if consulted.reached_by.is_some_and(has) {
                consulted.complete |= bit;
            }
        }
        consulted
    }

    /// The last day on which all the lists that are consulted on a day may still be.
    #[must_use]
    pub fn consulted_until(
        &self,
        channel: Channel,
        day: impl Fn() -> NaiveDate,
        asked_for: impl Fn(Register) -> bool,
    ) -> Option<NaiveDate> {
        let lists = self.to_consult(channel, &day, &asked_for);
        lists.map(|list| list.last_day()).min()
    }

    fn to_consult(
        &self,
        channel: Channel,
        day: &impl Fn() -> NaiveDate,
        asked_for: &impl Fn(Register) -> bool,
    ) -> impl Iterator<Item = &Arc<RegisterList>> {
        let about = move |list: &&Arc<RegisterList>| {
            list.register.is_about(channel) && asked_for(list.register) && list.is_fresh(day())
        };
        self.lists.all().filter(about)
    }

    /// The list that is loaded of a register.
    #[must_use]
    pub fn list(&self, register: Register) -> Option<&Arc<RegisterList>> {
        self.lists.of(register)
    }

    /// The ledger entry of the last list that was loaded.
    #[must_use]
    pub fn lists_at(&self) -> Option<Position> {
        self.lists.all().map(|list| list.position).max()
    }
}

impl PersonView<'_> {
    /// Since when a register names one of the person's contact points, as far as that matters.
    #[must_use]
    pub fn entered_since(&self, register: Register) -> Option<Since> {
        let row = self.table.slot_of(self.person.subject)?;
        self.table.lists.since(register, row)
    }
}
