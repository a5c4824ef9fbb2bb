//! What a person's history adds up to: the same fold that each write makes one step of. Pure.

use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Blind, DsrId, Position, RecordId, SubjectId};
use crate::domain::registry::{
    Channel, ConsentState, PaceState, Slug, Standing, latest_yes, stricter,
};
use crate::domain::requests::Hold;
use crate::store::{PersonEvent, Reached};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The sum of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::app) struct Folded {
    /// The answers.
    pub cells: BTreeMap<(Slug, Channel), ConsentState>,
    /// Pauses and bounds.
    pub paces: BTreeMap<(Slug, Channel), PaceState>,
    /// Objections and restriction.
    pub standing: Standing,
    /// The entry that last changed the standing.
    pub standing_at: Option<Position>,
    /// Each identifier, and the entry by which it came.
    pub contacts: BTreeMap<Blind, Position>,
    /// The contacts.
    pub reached: BTreeMap<RecordId, Reached>,
    /// The holds, each by the entry that placed it, and when it was lifted.
    pub holds: BTreeMap<Position, (Hold, Option<NaiveDate>)>,
    /// The requests that were made, each with its entry and the one that it repeats.
    pub asked: BTreeMap<DsrId, (Position, Option<DsrId>)>,
    /// The records that were merged into this one, and by which entry.
    pub merged: BTreeMap<SubjectId, Position>,
}

/// Adds a history up. `other` gives the sum of a record that was merged into this one.
pub(in crate::app) fn fold<E>(
    events: &[PersonEvent],
    mut other: impl FnMut(SubjectId) -> Result<Folded, E>,
) -> Result<Folded, E> {
    let mut sum = Folded::default();
    for (position, event) in events
        .iter()
        .filter_map(|one| Some((one.position, one.event.as_ref()?)))
    {
        match event {
            SubjectEvent::Consent(record) => {
                let at = (record.purpose.clone(), record.channel);
                let after =
                    ConsentState::after(sum.cells.get(&at), ConsentState::of(record, position));
                sum.cells.insert(at, after);
            }
            SubjectEvent::Objected {
                scope,
                effective_at,
            } => {
                sum.stand(
                    position,
                    sum.standing.clone().objecting(*scope, *effective_at),
                );
            }
            SubjectEvent::Restricted {
                restricted,
                effective_at,
            } => {
                let standing = Standing {
                    restricted: restricted.then_some(*effective_at),
                    ..sum.standing.clone()
                };
                sum.stand(position, standing);
            }
            SubjectEvent::Paced(record) => {
                let at = (record.purpose.clone(), record.channel);
                sum.paces.insert(at, PaceState::of(record, position));
            }
            SubjectEvent::Linked(contacts) => sum.link(position, contacts),
            SubjectEvent::Corrected(corrected) => {
                sum.contacts.remove(&corrected.from);
            }
            SubjectEvent::Merged { from, contacts } => {
                sum.link(position, contacts);
                sum.merge(position, *from, other(*from)?);
            }
            SubjectEvent::LinkIssued
            | SubjectEvent::SignedIn(_)
            | SubjectEvent::Disputed(_)
            | SubjectEvent::Died { .. }
            | SubjectEvent::DisputeClosed { .. }
            | SubjectEvent::Wrote(_)
            | SubjectEvent::Viewed(..)
            | SubjectEvent::Disclosed(_) => {}
            SubjectEvent::Asked(made) => {
                sum.asked
                    .insert(made.request, (position, made.duplicate_of));
            }
            SubjectEvent::Held(hold) => {
                sum.holds.insert(position, (hold.as_ref().clone(), None));
            }
            SubjectEvent::HoldLifted { hold, on } => {
                if let Some((_, lifted)) = sum.holds.get_mut(hold) {
                    *lifted = Some(*on);
                }
            }
            SubjectEvent::Contacted(record) => {
                let reached = Reached::of(position, record);
                sum.reached.insert(record.id, reached);
            }
            SubjectEvent::Released { contact, .. } => {
                if let Some(reached) = sum.reached.get_mut(contact) {
                    reached.release(position);
                }
            }
        }
    }
    Ok(sum)
}

impl Folded {
    fn stand(&mut self, position: Position, standing: Standing) {
        self.standing = standing;
        self.standing_at = Some(position);
    }

    fn link(&mut self, position: Position, contacts: &[Blind]) {
        self.contacts
            .extend(contacts.iter().map(|contact| (*contact, position)));
    }

    /// The stricter choice wins.
    fn merge(&mut self, position: Position, from: SubjectId, other: Folded) {
        self.merged.insert(from, position);
        self.reached.extend(other.reached);
        self.holds.extend(other.holds);
        self.stand(
            position,
            self.standing.merged(
                latest_yes(self.cells.values()),
                &other.standing,
                latest_yes(other.cells.values()),
            ),
        );
        for (at, held) in other.cells {
            let state = match self.cells.get(&at) {
                Some(own) => stricter(own, &held, position),
                None => ConsentState { position, ..held },
            };
            self.cells.insert(at, state);
        }
        for (at, held) in other.paces {
            let state = PaceState::merged(self.paces.get(&at), &held, position);
            self.paces.insert(at, state);
        }
    }
}
