//! What a row says about one use, small enough to be compared with what other rows say.

use super::acts::{PackedCell, is_outside};
use super::cell::Manner;
use super::lists::{Consulted, Point};
use super::person::PersonView;
use super::table::Table;
use crate::domain::registry::{Answer, Channel, IdentifierKinds, NoticeRef, Register, Slug};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};

/// One use of data at one instant, as rows are asked for it.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// `None` where nobody has answered for the purpose.
    purpose: Option<u16>,
    channel: u8,
    at: i64,
    /// Who was last heard of before this instant is not to be used any more, in microseconds since 1970.
    unheard_before: i64,
    consulted: Consulted,
}

impl Table {
    /// A use at an instant, for which these lists of registers are consulted, and for which the time of
    /// whoever was last heard of before an instant is over.
    #[must_use]
    pub fn use_at(
        &self,
        purpose: &Slug,
        channel: Channel,
        at: DateTime<Utc>,
        consulted: Consulted,
        unheard_before: Option<DateTime<Utc>>,
    ) -> Use {
        Use {
            purpose: self.purpose_number(purpose),
            channel: channel.code(),
            at: at.timestamp_micros(),
            unheard_before: unheard_before.map_or(NEVER, |before| before.timestamp_micros()),
            consulted,
        }
    }
}

impl Table {
    /// Whether whoever said this and nothing else says the same about a use at every instant from one to another,
    /// whenever between two instants they said it.
    #[must_use]
    pub fn says_the_same(&self, set: usize, said: (i64, i64), from: &Use, to: &Use) -> bool {
        from.hears_alike(to, said) && self.sets.is_steady(set, said, (from.at, to.at))
    }
}

impl Use {
    /// Whether the time of whoever was last heard of between two instants is over at this use and at a later one,
    /// or at neither.
    const fn hears_alike(&self, later: &Self, (first, last): (i64, i64)) -> bool {
        last < self.unheard_before || first >= later.unheard_before
    }

    /// Whether no list of a register is consulted.
    #[must_use]
    pub const fn consults_none(&self) -> bool {
        self.consulted.is_none()
    }
}

/// Before every instant.
const NEVER: i64 = i64::MIN;

/// Everything that a row says about one use at one instant, but for what few persons have
/// ([`PersonView::is_plain`]): two plain persons of whom the same is glanced are the
/// same for it, unless it matters since when they are in a register ([`Glance::is_dated`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Glance {
    /// The answer's parts, each in its bits, and flags.
    packed: u64,
    effective_at: i64,
}

const KNOWN: u64 = 1;
const SUPPRESSED: u64 = 1 << 1;
const ON_OTHER_CHANNEL: u64 = 1 << 2;
const ANSWERED: u64 = 1 << 3;
const EXPIRED: u64 = 1 << 4;
const ON_OTHER_PURPOSE: u64 = 1 << 5;
const TERMINAL_ANSWERED: u64 = 1 << 6;
const TERMINAL_YES: u64 = 1 << 7;
/// Beside the parts of the answer, before the second of them begins.
const UNHEARD: u64 = 1 << 10;
/// What is not about the answer to the very use.
const OF_PERSON: u64 =
    KNOWN | SUPPRESSED | ON_OTHER_CHANNEL | ON_OTHER_PURPOSE | TERMINAL_ANSWERED | TERMINAL_YES;
/// Where the parts of the answer begin: 2 bits, 16 and 16.
const ANSWER: u32 = 8;
const MANNER: u32 = 16;
const NOTICE: u32 = 32;
/// Where the registers begin that name somebody, and those that do not: 8 bits each.
const NAMING: u32 = 48;
const NOT_NAMING: u32 = 56;
/// The registers of which it matters since when.
const DATED: u64 = ((Register::Rpo.bit() | Register::Dncm.bit()) as u64) << NAMING;

/// The answer to the very use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnAnswer {
    /// The answer.
    pub answer: Answer,
    /// How it was given.
    pub manner: Manner,
    /// Since when, in microseconds since 1970.
    pub effective_at: i64,
    /// Whether it is a yes that has run out.
    pub expired: bool,
    notice: u16,
}

impl Glance {
    /// Of nobody, named by this contact point.
    #[inline]
    #[must_use]
    pub fn nobody(wanted: &Use, point: &Point) -> Self {
        let mut glance = Self {
            packed: flag(point.suppressed, SUPPRESSED),
            effective_at: 0,
        };
        glance.take_registers(wanted, point.registers(), point.kinds());
        glance
    }

    #[inline]
    fn take_registers(&mut self, wanted: &Use, registers: u8, kinds: IdentifierKinds) {
        let consulted = &wanted.consulted;
        if consulted.is_none() {
            return;
        }
        let not_naming = consulted.not_naming(registers, kinds);
        self.packed |= u64::from(consulted.naming(registers)) << NAMING;
        self.packed |= u64::from(not_naming) << NOT_NAMING;
    }

    /// Whether somebody is in a register; `None` where no list says so.
    #[must_use]
    pub fn registered(&self, register: Register) -> Option<bool> {
        let bit = u64::from(register.bit());
        if self.has(bit << NAMING) {
            return Some(true);
        }
        self.has(bit << NOT_NAMING).then_some(false)
    }

    /// Whether it matters since when somebody is in a register.
    #[must_use]
    pub const fn is_dated(&self) -> bool {
        self.has(DATED)
    }

    const fn has(&self, flag: u64) -> bool {
        self.packed & flag != 0
    }

    /// Whether there is a person.
    #[must_use]
    pub const fn known(&self) -> bool {
        self.has(KNOWN)
    }

    /// Whether the contact point, or another one of the person's, is on the suppression list.
    #[must_use]
    pub const fn suppressed(&self) -> bool {
        self.has(SUPPRESSED)
    }

    /// Whether a yes for the purpose holds on another channel.
    #[must_use]
    pub const fn on_other_channel(&self) -> bool {
        self.has(ON_OTHER_CHANNEL)
    }

    /// Whether a yes holds for another purpose, and nothing was answered for this one.
    #[must_use]
    pub const fn on_other_purpose(&self) -> bool {
        self.has(ON_OTHER_PURPOSE)
    }

    /// The answer for the purpose on the terminal: whether it is a yes that holds and is proven.
    #[must_use]
    pub fn on_terminal(&self) -> Option<bool> {
        self.has(TERMINAL_ANSWERED).then(|| self.has(TERMINAL_YES))
    }

    /// Whether the purpose's time is over since the person was last heard of.
    #[must_use]
    pub const fn unheard(&self) -> bool {
        self.has(UNHEARD)
    }

    /// The answer to the very use.
    #[must_use]
    pub fn own(&self) -> Option<OwnAnswer> {
        self.has(ANSWERED).then(|| OwnAnswer {
            answer: answer(self.packed >> ANSWER),
            manner: Manner::of_bits((self.packed >> MANNER) as u16),
            effective_at: self.effective_at,
            expired: self.has(EXPIRED),
            notice: (self.packed >> NOTICE) as u16,
        })
    }

    /// The same with another instant in the place of the answer's.
    #[must_use]
    pub fn answered_at(self, stands_for: impl FnOnce(i64) -> i64) -> Self {
        if !self.has(ANSWERED) {
            return self;
        }
        Self {
            effective_at: stands_for(self.effective_at),
            ..self
        }
    }

    #[inline]
    fn take(&mut self, cell: &PackedCell, wanted: &Use) {
        let answered = cell.answered_by(wanted.at);
        let expired = cell.expired_by(wanted.at);
        self.take_terminal(cell, wanted.at);
        if cell.channel != wanted.channel {
            self.packed |= flag(cell.holds_at(wanted.at), ON_OTHER_CHANNEL);
        } else if answered {
            self.packed &= OF_PERSON;
            self.packed |= ANSWERED
                | flag(expired, EXPIRED)
                | (cell.answer as u64) << ANSWER
                | u64::from(cell.manner.bits()) << MANNER
                | u64::from(cell.notice) << NOTICE;
            self.effective_at = cell.effective_at;
        }
    }

    fn take_terminal(&mut self, cell: &PackedCell, at: i64) {
        let asked_only = cell.answer == Answer::Requested;
        if cell.channel == Channel::StorageAccess.code() && cell.answered_by(at) && !asked_only {
            let yes = cell.holds_at(at) && cell.manner.proof();
            self.packed |= TERMINAL_ANSWERED | flag(yes, TERMINAL_YES);
        }
    }
}

const fn flag(is_set: bool, flag: u64) -> u64 {
    if is_set { flag } else { 0 }
}

impl PackedCell {
    /// What was answered after the instant asked about had not been answered then; a no counts.
    fn answered_by(&self, at: i64) -> bool {
        self.effective_at <= at || self.answer.is_no()
    }

    /// Whether it is a yes that has run out.
    fn expired_by(&self, at: i64) -> bool {
        // no end is the greatest number, which no instant reaches
        self.answer == Answer::Given && self.valid_until <= at
    }

    /// Whether it is a yes that holds.
    fn holds_at(&self, at: i64) -> bool {
        self.answer == Answer::Given && self.answered_by(at) && !self.expired_by(at)
    }
}

const fn answer(bits: u64) -> Answer {
    match bits & 0b11 {
        0 => Answer::Requested,
        1 => Answer::Given,
        2 => Answer::Refused,
        _ => Answer::Withdrawn,
    }
}

impl<'a> PersonView<'a> {
    /// What the row says about a use, and what is known of the contact point that led to it.
    #[inline]
    #[must_use]
    pub fn glance(&self, wanted: &Use, point: &Point) -> Glance {
        let suppressed = point.suppressed || self.suppressed();
        let mut glance = Glance {
            packed: KNOWN | flag(suppressed, SUPPRESSED),
            effective_at: 0,
        };
        let (mut for_this, mut for_another) = (false, false);
        let mut answered_last = NEVER;
        for cell in self.cells() {
            answered_last = answered_last.max(cell.effective_at);
            if Some(cell.purpose) == wanted.purpose {
                for_this = true;
                glance.take(&cell, wanted);
            } else {
                for_another |= cell.holds_at(wanted.at);
            }
        }
        glance.packed |= flag(for_another && !for_this, ON_OTHER_PURPOSE);
        // most purposes have no end, or nobody for whom it came
        if answered_last < wanted.unheard_before {
            let heard_of = answered_last.max(self.heard_of_beside());
            let unheard = heard_of != NEVER && heard_of < wanted.unheard_before;
            glance.packed |= flag(unheard, UNHEARD);
        }
        let registers = self.person.listed | point.registers();
        glance.take_registers(wanted, registers, self.person.kinds.and(point.kinds()));
        glance
    }

    /// Whether the answers say the same about a use at every instant from one to another.
    #[inline]
    #[must_use]
    pub fn is_steady(&self, from: &Use, to: &Use) -> bool {
        let passed = |instant: i64| is_outside((instant, instant), (from.at, to.at));
        self.cells().all(|cell| {
            let (begins, ends) = (cell.effective_at, cell.valid_until);
            passed(begins) && passed(ends) && from.hears_alike(to, (begins, begins))
        })
    }

    /// When the person was last heard of: the latest of their answers and objections, and of the contacts that
    /// came from them. `None` where nothing says so.
    #[must_use]
    pub fn heard_of(&self) -> Option<DateTime<Utc>> {
        let answered = self.cells().map(|cell| cell.effective_at);
        let last = answered.fold(self.heard_of_beside(), i64::max);
        (last != NEVER).then(|| from_micros(last))
    }

    /// The same without the answers, in microseconds since 1970.
    fn heard_of_beside(&self) -> i64 {
        let standing = self.standing();
        let objections = standing.into_iter().flat_map(|standing| {
            let [one, other] = [standing.objection, standing.objection_profiling];
            one.into_iter().chain(other)
        });
        let reached = self
            .reached()
            .and_then(|reached| reached.last_from_person());
        let last = objections.chain(reached).max();
        last.map_or(NEVER, |last| last.timestamp_micros())
    }

    /// The words that were shown for an answer.
    #[must_use]
    pub fn notice(&self, own: &OwnAnswer) -> Option<&'a NoticeRef> {
        self.table.notice_name(own.notice)
    }

    /// The exact time that an answer to a use agreed to, in microseconds since 1970.
    #[must_use]
    pub fn exact_time(&self, own: &OwnAnswer, wanted: &Use) -> Option<i64> {
        let cell = (wanted.purpose?, wanted.channel);
        self.person.slot(cell, own.manner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dated_registers_are_those_that_say_so() {
        let dated = Register::ALL
            .into_iter()
            .filter(|one| one.dated().is_some());
        let bits = dated.fold(0, |bits, one| bits | u64::from(one.bit()));
        assert_eq!(bits << NAMING, DATED);
    }
}
