//! What a row says about one use, small enough to be compared with what other rows say.

use super::cell::Manner;
use super::person::{PackedCell, PersonView};
use super::table::Table;
use crate::domain::registry::{Answer, Channel, NoticeRef, Slug};
use chrono::{DateTime, Utc};

/// One use of data at one instant, as rows are asked for it.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// `None` where nobody has answered for the purpose.
    purpose: Option<u16>,
    channel: u8,
    at: i64,
}

impl Table {
    /// A use at an instant.
    #[must_use]
    pub fn use_at(&self, purpose: &Slug, channel: Channel, at: DateTime<Utc>) -> Use {
        Use {
            purpose: self.purpose_number(purpose),
            channel: channel.code(),
            at: at.timestamp_micros(),
        }
    }
}

/// Everything that a row says about one use at one instant, but for what few persons have
/// ([`PersonView::is_plain`]): two plain persons of whom the same is glanced are the same for it.
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
/// What is not about the answer to the very use.
const OF_PERSON: u64 =
    KNOWN | SUPPRESSED | ON_OTHER_CHANNEL | ON_OTHER_PURPOSE | TERMINAL_ANSWERED | TERMINAL_YES;
/// Where the parts of the answer begin: 2 bits, 16 and 16.
const ANSWER: u32 = 8;
const MANNER: u32 = 16;
const NOTICE: u32 = 32;

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
    /// Of nobody. `suppressed` says whether the contact point is on the suppression list.
    #[must_use]
    pub fn nobody(suppressed: bool) -> Self {
        Self {
            packed: if suppressed { SUPPRESSED } else { 0 },
            effective_at: 0,
        }
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
    /// What the row says about a use. `suppressed` says whether the contact point is on the
    /// suppression list.
    #[must_use]
    pub fn glance(&self, wanted: &Use, suppressed: bool) -> Glance {
        let mut glance = Glance::nobody(suppressed || self.suppressed());
        glance.packed |= KNOWN;
        let (mut for_this, mut for_another) = (false, false);
        for cell in self.person.cells() {
            if Some(cell.purpose) == wanted.purpose {
                for_this = true;
                glance.take(cell, wanted);
            } else {
                for_another |= cell.holds_at(wanted.at);
            }
        }
        glance.packed |= flag(for_another && !for_this, ON_OTHER_PURPOSE);
        glance
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
