//! One person, packed: a check reads one row, which is one line of the processor's cache. Where the row lies
//! is chance, so that what a check waits for is the memory; a second place to look would be a second wait.

mod written;

use super::acts::{Act, FOREVER, Packed, PackedCell};
use super::cell::Manner;
use super::reached::{Reached, ReachedView};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::registry::{
    Answer, AtMost, Channel, IdentifierKinds, NoticeRef, Pace, Standing,
};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};

/// Acts that have room in the row itself.
pub(super) const ROOM: usize = 2;

/// The exact time that an answer agreed to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub purpose: u16,
    pub channel: u8,
    /// In microseconds since 1970.
    pub at: i64,
}

/// A pause or bound: 16 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct PackedPace {
    pub purpose: u16,
    pub channel: u8,
    pub at_most: Option<AtMost>,
    /// In microseconds since 1970; 0 where there is no pause.
    pub paused_until: i64,
}

/// What few persons have.
#[derive(Debug, Default)]
struct Rare {
    standing: Standing,
    /// Acts that have no room in the row.
    more: Box<[Act]>,
    /// Answers that are held by themselves.
    alone: Box<[PackedCell]>,
    reached: Option<Reached>,
    /// The exact times agreed to.
    slots: Box<[Slot]>,
    paces: Box<[PackedPace]>,
}

/// One person: 64 bytes.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Person {
    pub subject: SubjectId,
    /// By which number lists know the person: the lowest bits of it.
    number: [u8; NUMBER],
    state: State,
    /// What kinds of identifier the person has.
    pub kinds: IdentifierKinds,
    /// The registers whose lists name one of the person's contact points: a bit for each.
    pub listed: u8,
    rare: Option<Box<Rare>>,
    /// Of who is merged into another the first says into which row.
    acts: [Act; ROOM],
}

const _: () = assert!(size_of::<Person>() == 64, "a row outgrew its place");

/// Bytes of a number: enough for a million million entries.
const NUMBER: usize = 5;

/// Merged into a row that is never there: who was erased is nobody.
const NOWHERE: u32 = u32::MAX - 1;

/// What a row is, in a byte.
#[derive(Debug, Clone, Copy)]
struct State(u8);

impl State {
    /// How many acts stand in the row.
    const USED: u8 = 0b11;
    const SUPPRESSED: u8 = 1 << 2;
    const MERGED: u8 = 1 << 3;

    const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    const fn used(self) -> usize {
        (self.0 & Self::USED) as usize
    }

    /// The acts of the row that say something: one of who is merged into another.
    const fn acts(self) -> usize {
        if self.has(Self::MERGED) {
            1
        } else {
            self.used()
        }
    }
}

const _: () = assert!(ROOM <= State::USED as usize, "acts are counted in two bits");

impl Person {
    /// A row. Who is merged into another has no answers.
    pub fn new(
        subject: SubjectId,
        merged_into: Option<u32>,
        standing: Standing,
        answers: Packed,
        slots: Vec<Slot>,
    ) -> Self {
        if let Some(into) = merged_into {
            return Self::merged(subject, into);
        }
        let Packed { acts, alone } = answers;
        let (near, more) = acts.split_at(acts.len().min(ROOM));
        let mut row = Self::unknown(subject);
        row.state = State(near.len() as u8);
        row.acts
            .iter_mut()
            .zip(near)
            .for_each(|(to, from)| *to = *from);
        let (held, far) = (standing != Standing::default(), !more.is_empty());
        if held || far || !alone.is_empty() || !slots.is_empty() {
            row.rare = Some(Box::new(Rare {
                standing,
                more: more.into(),
                alone: alone.into(),
                reached: None,
                slots: slots.into(),
                paces: Box::default(),
            }));
        }
        row
    }

    /// A row of whom nothing is known yet.
    pub fn unknown(subject: SubjectId) -> Self {
        Self {
            subject,
            number: [0; NUMBER],
            state: State(0),
            kinds: IdentifierKinds::NONE,
            listed: 0,
            rare: None,
            acts: [Act::NONE; ROOM],
        }
    }

    fn merged(subject: SubjectId, into: u32) -> Self {
        let mut row = Self::unknown(subject);
        row.state = State(State::MERGED);
        row.acts = [Act::pointing_to(into), Act::NONE];
        row
    }

    /// The place of a person who was erased.
    pub fn erased(subject: SubjectId) -> Self {
        Self::merged(subject, NOWHERE)
    }

    /// By which number lists know the person, as far as it has room here; 0 where nobody is there.
    pub fn number(&self) -> Position {
        let low = self.number.iter().rev();
        low.fold(0, |number, byte| number << 8 | Position::from(*byte))
    }

    /// Puts a number in the place of the one held; whether it has room here.
    pub fn set_number(&mut self, number: Position) -> bool {
        let [low @ .., _, _, _] = number.to_le_bytes();
        self.number = low;
        self.number() == number
    }

    /// Whether a contact point of the person is on the suppression list.
    pub const fn suppressed(&self) -> bool {
        self.state.has(State::SUPPRESSED)
    }

    /// Says that a contact point of the person is on the suppression list, which it stays.
    pub const fn suppress(&mut self) {
        self.state.0 |= State::SUPPRESSED;
    }

    /// Sees to it that the row leads nowhere which is not below `rows`. Whether
    /// every act names one of so many `sets`.
    pub fn settle(&mut self, rows: usize, sets: usize) -> bool {
        if self.merged_into().is_some_and(|into| into as usize >= rows) {
            self.acts = [Act::pointing_to(NOWHERE), Act::NONE];
        }
        let more = self.rare.as_deref().map_or(&[][..], |rare| &rare.more);
        let near = self.acts.iter().take(self.state.used());
        near.chain(more).all(|act| act.set() < sets)
    }

    /// Puts other contacts in the place of those held; a row without any costs nothing more.
    pub fn reach(&mut self, reached: Option<Reached>) {
        match &mut self.rare {
            Some(rare) => rare.reached = reached,
            None if reached.is_some() => {
                let rare = Rare {
                    reached,
                    ..Rare::default()
                };
                self.rare = Some(Box::new(rare));
            }
            None => {}
        }
    }

    /// The contacts held, taken away for the row that replaces this one.
    pub fn take_reached(&mut self) -> Option<Reached> {
        self.rare.as_mut()?.reached.take()
    }

    /// Puts other pauses and bounds in the place of those held; a row without any costs nothing more.
    pub fn pace(&mut self, paces: Box<[PackedPace]>) {
        match &mut self.rare {
            Some(rare) => rare.paces = paces,
            None if !paces.is_empty() => {
                let rare = Rare {
                    paces,
                    ..Rare::default()
                };
                self.rare = Some(Box::new(rare));
            }
            None => {}
        }
    }

    /// The pauses and bounds held, taken away for the row that replaces this one.
    pub fn take_paces(&mut self) -> Box<[PackedPace]> {
        let rare = self.rare.as_mut();
        rare.map(|rare| std::mem::take(&mut rare.paces))
            .unwrap_or_default()
    }

    /// The row that this one was merged into.
    pub const fn merged_into(&self) -> Option<u32> {
        let [first, ..] = self.acts;
        if self.state.has(State::MERGED) {
            Some(first.points_to())
        } else {
            None
        }
    }

    /// The exact time that the answer of a purpose and channel agreed to, where it did.
    pub fn slot(&self, (purpose, channel): (u16, u8), manner: Manner) -> Option<i64> {
        let slots = &self.rare.as_ref().filter(|_| manner.has_slot())?.slots;
        let of_cell = |slot: &&Slot| slot.purpose == purpose && slot.channel == channel;
        slots.iter().find(of_cell).map(|slot| slot.at)
    }

    /// Whether answers are all that is known of the person: the row, and the answers that have no
    /// room in it.
    fn is_plain(&self) -> bool {
        self.rare.as_deref().is_none_or(|rare| {
            let Rare {
                standing,
                more: _,
                alone: _,
                reached,
                slots,
                paces,
            } = rare;
            let nothing = reached.is_none() && slots.is_empty() && paces.is_empty();
            nothing && *standing == Standing::default()
        })
    }
}

/// A person as a check sees them.
#[derive(Debug, Clone, Copy)]
pub struct PersonView<'a> {
    pub(super) person: &'a Person,
    pub(super) row: u32,
    pub(super) table: &'a super::Table,
}

/// One answer as a check sees it.
#[derive(Debug, Clone, Copy)]
pub struct CellView<'a> {
    /// The channel.
    pub channel: Channel,
    /// The answer.
    pub answer: Answer,
    /// Since when, in microseconds since 1970.
    pub effective_at: i64,
    /// Until when a yes holds, in microseconds since 1970.
    pub valid_until: Option<i64>,
    /// The words that were shown.
    pub notice: Option<&'a NoticeRef>,
    /// How it was given.
    pub manner: Manner,
    /// The exact time agreed to, in microseconds since 1970.
    pub slot: Option<i64>,
    /// The ledger entry that it rests on.
    pub position: Position,
}

impl CellView<'_> {
    /// Whether a yes has run out.
    #[must_use]
    pub fn expired(&self, at: DateTime<Utc>) -> bool {
        self.answer == Answer::Given
            && self
                .valid_until
                .is_some_and(|until| until <= at.timestamp_micros())
    }
}

impl<'a> PersonView<'a> {
    /// Who it is.
    #[must_use]
    pub const fn subject(&self) -> SubjectId {
        self.person.subject
    }

    /// The place of the row, which stays the person's.
    #[must_use]
    pub const fn row(&self) -> u32 {
        self.row
    }

    /// The tables that the row is of.
    #[must_use]
    pub const fn table(&self) -> &'a super::Table {
        self.table
    }

    /// Whether any of the person's contact points is on the suppression list.
    #[must_use]
    pub const fn suppressed(&self) -> bool {
        self.person.suppressed()
    }

    /// Whether answers are all that is known of the person: no objection, no restriction, no
    /// contact, no exact time, no pause and no bound.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.person.is_plain()
    }

    /// The one act that is all that is known of the person: the number of what was said, and when, in microseconds
    /// since 1970.
    #[inline]
    #[must_use]
    pub fn sole_act(&self) -> Option<(usize, i64)> {
        let row = self.person;
        let [first, ..] = row.acts;
        let sole = row.state.0 == 1 && row.rare.is_none();
        sole.then(|| (first.set(), first.at()))
    }

    /// Objections and restriction; `None` where there is none.
    #[must_use]
    pub fn standing(&self) -> Option<&'a Standing> {
        let rare = self.person.rare.as_deref()?;
        (rare.standing != Standing::default()).then_some(&rare.standing)
    }

    /// Contacts with the person; `None` where there was none.
    #[must_use]
    pub fn reached(&self) -> Option<ReachedView<'a>> {
        let reached = self.person.rare.as_deref()?.reached.as_ref()?;
        Some(ReachedView {
            reached,
            table: self.table,
        })
    }

    /// The pause and the bound that the person asked for; `None` where there is neither.
    #[must_use]
    pub fn pace(&self, purpose: &crate::domain::registry::Slug, channel: Channel) -> Option<Pace> {
        let paces = &self.person.rare.as_deref()?.paces;
        let purpose = self.table.purpose_number(purpose)?;
        let of_use = |one: &&PackedPace| one.purpose == purpose && one.channel == channel.code();
        let held = paces.iter().find(of_use)?;
        Some(Pace {
            paused_until: (held.paused_until != 0).then(|| from_micros(held.paused_until)),
            at_most: held.at_most,
        })
    }

    /// When the person was reached for a purpose by a channel, of the last three months; for a purpose
    /// that is not known any more it counts as well.
    pub fn made_for<'p>(
        &self,
        purpose: &'p crate::domain::registry::Slug,
        channel: Channel,
    ) -> impl Iterator<Item = DateTime<Utc>> + use<'a, 'p> {
        let made = self
            .reached()
            .into_iter()
            .flat_map(|reached| reached.made());
        let counts = move |one: &super::MadeView<'_>| {
            one.channel == channel && one.purpose.is_none_or(|made| made == purpose)
        };
        made.filter(counts).map(|one| one.at)
    }

    /// All answers.
    #[inline]
    pub(super) fn cells(&self) -> impl Iterator<Item = PackedCell> + use<'a> {
        let (person, sets) = (self.person, &self.table.sets);
        let rare = person.rare.as_deref();
        let more = rare.map_or(&[][..], |rare| &rare.more);
        let alone = rare.map_or(&[][..], |rare| &rare.alone);
        let near = person.acts.iter().take(person.state.used());
        let acts = near.chain(more).copied();
        acts.flat_map(|act| sets.answers(act))
            .chain(alone.iter().copied())
    }

    /// The answers for a purpose, over all channels.
    pub fn answers(
        &self,
        purpose: &crate::domain::registry::Slug,
    ) -> impl Iterator<Item = CellView<'a>> + use<'a> {
        let (person, table) = (self.person, self.table);
        let wanted = table.purpose_number(purpose);
        let of_purpose = self
            .cells()
            .filter(move |cell| Some(cell.purpose) == wanted);
        of_purpose.filter_map(move |cell| {
            Some(CellView {
                channel: *Channel::ALL.get(usize::from(cell.channel))?,
                answer: cell.answer,
                effective_at: cell.effective_at,
                valid_until: (cell.valid_until != FOREVER).then_some(cell.valid_until),
                notice: table.notice_name(cell.notice),
                manner: cell.manner,
                slot: person.slot((cell.purpose, cell.channel), cell.manner),
                position: cell.position,
            })
        })
    }
}
