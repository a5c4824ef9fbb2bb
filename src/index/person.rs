//! One person, packed.

use crate::domain::ids::{Position, SubjectId};
use crate::domain::registry::{Answer, Channel, NoticeRef, Standing};
use chrono::{DateTime, Utc};

/// No end.
pub(super) const FOREVER: i64 = i64::MAX;

/// One answer: 40 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct PackedCell {
    pub purpose: u16,
    pub notice: u16,
    pub channel: u8,
    pub answer: Answer,
    pub proof: bool,
    pub imported: bool,
    pub effective_at: i64,
    pub valid_until: i64,
    pub position: Position,
}

/// One person. Standing is rare, and boxed.
#[derive(Debug)]
pub(super) struct Person {
    pub subject: SubjectId,
    pub merged_into: Option<u32>,
    pub suppressed: bool,
    pub standing: Option<Box<Standing>>,
    pub cells: Box<[PackedCell]>,
}

/// A person as a check sees them.
#[derive(Debug, Clone, Copy)]
pub struct PersonView<'a> {
    pub(super) person: &'a Person,
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
    /// Whether there is proof for this person.
    pub proof: bool,
    /// Whether it came with a file of another system.
    pub imported: bool,
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

    /// Whether any of the person's contact points is on the suppression list.
    #[must_use]
    pub const fn suppressed(&self) -> bool {
        self.person.suppressed
    }

    /// Objections and restriction; `None` where there is none.
    #[must_use]
    pub fn standing(&self) -> Option<&'a Standing> {
        self.person.standing.as_deref()
    }

    /// The answers for a purpose, over all channels.
    pub fn answers(
        &self,
        purpose: &crate::domain::registry::Slug,
    ) -> impl Iterator<Item = CellView<'a>> + use<'a> {
        let (person, table) = (self.person, self.table);
        let wanted = table.purpose_number(purpose);
        let of_purpose = person
            .cells
            .iter()
            .filter(move |cell| Some(cell.purpose) == wanted);
        of_purpose.filter_map(move |cell| {
            Some(CellView {
                channel: *Channel::ALL.get(usize::from(cell.channel))?,
                answer: cell.answer,
                effective_at: cell.effective_at,
                valid_until: (cell.valid_until != FOREVER).then_some(cell.valid_until),
                notice: table.notice_name(cell.notice),
                proof: cell.proof,
                imported: cell.imported,
                position: cell.position,
            })
        })
    }
}
