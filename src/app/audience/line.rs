//! One line: whom it names.

use crate::app::contact::{self, Hashes};
use crate::domain::audience::{Layout, Record};
use crate::domain::ids::Blind;
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
    pub(super) fn read(keys: &Keyring, layout: &Layout, record: Record<'a>) -> Self {
        let mut who = None;
        let read = layout.identifiers(&record, &mut |name, text| {
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
        Self {
            record,
            who: read.ok().and(who).unwrap_or(Who::Unreadable),
        }
    }

    /// The one identifier.
    pub(super) const fn first(&self) -> Option<&Blind> {
        match &self.who {
            Who::One(hashes) => Some(&hashes.own),
            Who::Several(_) | Who::Unreadable => None,
        }
    }
}
