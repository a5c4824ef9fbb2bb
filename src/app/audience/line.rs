//! One line: whom it names.

use crate::app::contact::{self, Hashes};
use crate::domain::audience::{Layout, Record};
use crate::domain::ids::Blind;
use crate::index::{PersonView, Table};
use crate::store::keys::Keyring;

/// A record and its person.
pub(super) struct Line<'a> {
    pub(super) record: Record<'a>,
    pub(super) who: Who,
}

/// Whom a line names.
pub(super) enum Who {
    /// By one identifier, as most lines do.
    One(Hashes),
    /// By several.
    Several(Vec<Hashes>),
    /// Nobody can tell.
    Unreadable,
}

impl<'a> Line<'a> {
    #[inline]
    pub(super) fn read(keys: &Keyring, layout: &Layout, record: Record<'a>) -> Self {
        // nearly all lines are of the plain kind; what is not goes the long way
        let sole = layout.sole_identifier(&record);
        let plain = sole.and_then(|(name, text)| contact::hash_of_plain(keys, name, text));
        Self {
            who: plain.map_or_else(|| who(keys, layout, &record), Who::One),
            record,
        }
    }

    /// The one identifier.
    pub(super) const fn first(&self) -> Option<&Blind> {
        match &self.who {
            Who::One(hashes) => Some(&hashes.own),
            Who::Several(_) | Who::Unreadable => None,
        }
    }

    /// Everybody whom the line leads to; `first` is whom its one identifier does.
    #[inline]
    pub(super) fn everybody(
        &self,
        table: &Table,
        first: Option<PersonView<'_>>,
        mut tell: impl FnMut(&PersonView<'_>),
    ) {
        if let Who::Several(contacts) = &self.who {
            let found = contacts.iter().filter_map(|one| table.person(&one.own));
            return found.for_each(|person| tell(&person));
        }
        first.iter().for_each(tell);
    }
}

fn who(keys: &Keyring, layout: &Layout, record: &Record<'_>) -> Who {
    let mut who = None;
    let read = layout.identifiers(record, &mut |name, text| {
        let also = contact::hashes_of(keys, name, &text);
        who = Some(match (who.take(), also) {
            (None, Some(hashes)) => Who::One(hashes),
            (Some(Who::One(first)), Some(hashes)) => Who::Several(vec![first, hashes]),
            (Some(Who::Several(mut all)), Some(hashes)) => {
                all.push(hashes);
                Who::Several(all)
            }
            // one identifier that is none spoils the line: it may be the person who said no
            _ => Who::Unreadable,
        });
    });
    read.ok().and(who).unwrap_or(Who::Unreadable)
}
