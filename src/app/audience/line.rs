//! Lines that are answered for together: whom each names.
//!
//! They stand in columns, and each step is taken for all of them before the next one: hashes that do
//! not wait for each other are worked out side by side by the processor.

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

    /// Of each line the hash of the one identifier.
    pub(super) fn firsts(&self) -> impl Iterator<Item = Option<&Blind>> + Clone {
        let one = |(own, who)| matches!(who, &Who::One(..)).then_some(own);
        self.own.iter().zip(&self.who).map(one)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Line<'_, 'a>> {
        let columns = self.records.iter().zip(&self.own).zip(&self.who);
        columns.map(|((record, own), who)| Line { record, own, who })
    }
}

impl Line<'_, '_> {
    /// Everybody whom the line leads to; `first` is whom its one identifier does.
    #[inline]
    pub(super) fn everybody(
        &self,
        table: &Table,
        first: Option<PersonView<'_>>,
        mut tell: impl FnMut(&PersonView<'_>),
    ) {
        if let Who::Several(contacts) = self.who {
            let found = contacts.iter().filter_map(|one| table.person(&one.own));
            return found.for_each(|person| tell(&person));
        }
        first.iter().for_each(tell);
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
