//! Lines that are answered for together: whom each names.
//!
//! They stand in columns, and each step is taken for all of them before the next one: hashes that do
//! not wait for each other are worked out side by side by the processor.

use super::given::Place;
use super::roll::Roll;
use crate::app::contact::{self, Hashes, Plain};
use crate::domain::audience::{Layout, Record};
use crate::domain::ids::Blind;
use crate::domain::registry::IdentifierKinds;
use crate::index::{PersonView, Table};
use crate::store::keys::Keyring;

/// Lines and their persons.
pub(super) struct Lines<'a> {
    records: Vec<Record<'a>>,
    /// Of each line the keyed hash of its one identifier; of the others nothing that means anything.
    own: Vec<Blind>,
    who: Vec<Who>,
}

/// Whom a line names.
pub(super) enum Who {
    /// By one identifier, as most lines do; with the coarser hash that it may have.
    One(IdentifierKinds, Option<Box<Blind>>),
    /// By several.
    Several(Box<[Hashes]>),
    /// Nobody can tell.
    Unreadable,
}

/// One of the lines.
#[derive(Clone, Copy)]
pub(super) struct Line<'l, 'a> {
    pub(super) record: &'l Record<'a>,
    pub(super) own: &'l Blind,
    pub(super) who: &'l Who,
}

const NOBODY: Blind = Blind([0; 32]);

impl<'a> Lines<'a> {
    pub(super) fn read(
        keys: &Keyring,
        layout: &Layout,
        records: impl Iterator<Item = Record<'a>>,
    ) -> Self {
        let records: Vec<Record<'a>> = records.collect();
        let mut own = Vec::with_capacity(records.len());
        let mut who = Vec::with_capacity(records.len());
        let (mut texts, mut places) = (Vec::new(), Vec::new());
        for (place, record) in records.iter().enumerate() {
            // nearly all lines are of the plain kind; what is not goes the long way
            let sole = layout.sole_identifier(record);
            let (hash, named) = match sole.and_then(|(name, text)| contact::plain(name, text)) {
                Some(Plain::Text(canonical, kinds)) => {
                    texts.push(canonical);
                    places.push(place);
                    (NOBODY, Who::One(kinds, None))
                }
                Some(Plain::Hash(hash)) => (hash, Who::One(IdentifierKinds::NONE, None)),
                None => read_slowly(keys, layout, record),
            };
            own.push(hash);
            who.push(named);
        }
        for (place, hash) in places.into_iter().zip(keys.blinds(&texts)) {
            if let Some(own) = own.get_mut(place) {
                *own = hash;
            }
        }
        Self { records, own, who }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Of each line the row that its one identifier leads to. The rows themselves are waited for unless answers
    /// are `held` for them.
    pub(super) fn rows(&self, table: &Table, roll: &Roll, held: bool) -> Vec<Option<u32>> {
        table.rows(self.firsts(), |row| {
            let read = if held { 0 } else { table.touch(row) };
            read ^ roll.touch(row)
        })
    }

    /// Of each line the hash of the one identifier.
    fn firsts(&self) -> impl Iterator<Item = Option<&Blind>> + Clone {
        let one = |(own, who)| matches!(who, &Who::One(..)).then_some(own);
        self.own.iter().zip(&self.who).map(one)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Line<'_, 'a>> {
        let columns = self.records.iter().zip(&self.own).zip(&self.who);
        columns.map(|((record, own), who)| Line { record, own, who })
    }
}

impl Line<'_, '_> {
    /// Whether it names a person by one identifier of which nothing more is known than whose it is.
    #[inline]
    pub(super) fn is_plain(&self, table: &Table) -> bool {
        matches!(self.who, Who::One(_, None)) && !table.is_suppressed(self.own)
    }

    /// Enters everybody whom the line leads to; its one identifier leads to `row`.
    pub(super) fn enter(&self, table: &Table, row: Option<u32>, place: Place, roll: &mut Roll) {
        let mut enter = |person: PersonView<'_>| roll.enter(person.row(), place, table.persons());
        if let Who::Several(contacts) = self.who {
            let found = contacts.iter().filter_map(|one| table.person(&one.own));
            return found.for_each(enter);
        }
        if let Some(person) = row.and_then(|row| table.at(row)) {
            enter(person);
        }
    }
}

fn read_slowly(keys: &Keyring, layout: &Layout, record: &Record<'_>) -> (Blind, Who) {
    let mut all = Vec::new();
    let read = layout.identifiers(record, &mut |name, text| {
        all.push(contact::hashes_of(keys, name, &text));
    });
    // one identifier that is none spoils the line: it may be the person who said no
    let all: Option<Vec<Hashes>> = read.ok().and_then(|()| all.into_iter().collect());
    match all.map(<[Hashes; 1]>::try_from) {
        Some(Ok([one])) => (one.own, Who::One(one.kinds, one.coarse)),
        Some(Err(several)) if !several.is_empty() => (NOBODY, Who::Several(several.into())),
        Some(Err(_)) | None => (NOBODY, Who::Unreadable),
    }
}
