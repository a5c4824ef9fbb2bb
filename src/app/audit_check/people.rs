//! Each person's rows against the sum of their history.

use super::Check;
use super::findings::Collector;
use super::fold::{Folded, fold};
use crate::domain::ids::{Blind, Position, SubjectId};
use crate::domain::registry::{Channel, Slug};
use crate::store::{StoreError, StoredPerson};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Persons read at once.
const PAGE: i64 = 500;
/// Records merged into records merged into records: more than this is a circle.
const DEEPEST: usize = 64;

/// How far the persons were compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PeopleCheck {
    /// The last of them.
    after: Vec<u8>,
    /// How many.
    pub(super) done: u64,
}

impl PeopleCheck {
    /// Compares the next persons; whether there may be more.
    pub(super) fn page(
        &mut self,
        check: &mut Check<'_, '_, '_>,
        found: &mut Collector,
    ) -> Result<bool, StoreError> {
        let (page, last) = check.tx.audited_persons(check.grant, &self.after, PAGE)?;
        let Some(last) = last else { return Ok(false) };
        for person in &page {
            let sum = sum(check, person, 0)?;
            compare(person, &sum, found);
            merges(check, person, &sum, found)?;
        }
        self.done = self.done.saturating_add(page.len() as u64);
        self.after = last;
        Ok(true)
    }
}

/// Looks for what is of nobody.
pub(super) fn orphans(
    check: &mut Check<'_, '_, '_>,
    found: &mut Collector,
) -> Result<(), StoreError> {
    for position in check.tx.orphaned_contacts(check.grant)? {
        found.at(position, "a contact is of a person who does not exist");
    }
    for position in check.tx.orphaned_holds(check.grant)? {
        found.at(position, "a hold is on a person who does not exist");
    }
    for position in check.tx.orphaned_paces(check.grant)? {
        found.at(position, "a pause is of a person who does not exist");
    }
    let (states, contacts) = check.tx.orphans(check.grant)?;
    for position in states {
        found.at(
            position,
            "a consent state is of a person who does not exist",
        );
    }
    if contacts > 0 {
        found.whole(format!(
            "{contacts} identifier(s) lead to persons who do not exist"
        ));
    }
    Ok(())
}

/// Compares one record.
pub(super) fn one(
    check: &mut Check<'_, '_, '_>,
    record: SubjectId,
    found: &mut Collector,
) -> Result<(), StoreError> {
    let Some(person) = check.tx.audited_person(check.grant, record)? else {
        return Ok(());
    };
    let sum = sum(check, &person, 0)?;
    compare(&person, &sum, found);
    merges(check, &person, &sum, found)
}

/// The sum of a person's history, with that of the records merged into theirs.
fn sum(
    check: &mut Check<'_, '_, '_>,
    person: &StoredPerson,
    depth: usize,
) -> Result<Folded, StoreError> {
    fold(&person.events, |from| {
        if depth >= DEEPEST {
            return Ok(Folded::default());
        }
        match check.tx.audited_person(check.grant, from)? {
            Some(other) => sum(check, &other, depth + 1),
            None => Ok(Folded::default()),
        }
    })
}

fn compare(person: &StoredPerson, sum: &Folded, found: &mut Collector) {
    let last = person.events.last().map(|event| event.position);
    let mut tell = |position: Option<Position>, what: &str| match position.or(last) {
        Some(position) => found.at(position, what),
        None => found.whole(what),
    };
    let numbered = person
        .events
        .iter()
        .zip(0u64..)
        .all(|(event, counter)| event.counter == counter);
    if !numbered {
        tell(None, "the person's events are not numbered without gaps");
    }
    if person.events.is_empty() {
        tell(None, "a person is there of whom no entry tells");
    }
    if person.standing != sum.standing {
        tell(
            sum.standing_at,
            "objection or restriction is not what the history adds up to",
        );
    }
    states(person, sum, &mut tell);
    paces(person, sum, &mut tell);
    identifiers(person, sum, &mut tell);
    contacts(person, sum, &mut tell);
    holds(person, sum, &mut tell);
    requests(person, sum, &mut tell);
}

/// Whose a request is stays who made it, after a merge too.
fn requests(person: &StoredPerson, sum: &Folded, tell: &mut impl FnMut(Option<Position>, &str)) {
    let mut expected = sum.asked.clone();
    for (id, duplicate_of, position) in &person.requests {
        match id.and_then(|id| expected.remove(&id)) {
            Some((_, made_as)) if made_as == *duplicate_of => {}
            _ => tell(
                Some(*position),
                "the request is said to be of somebody who did not make it so",
            ),
        }
    }
    for (position, _) in expected.values() {
        tell(
            Some(*position),
            "the request that this entry tells of is not said to be the person's",
        );
    }
}

fn states(person: &StoredPerson, sum: &Folded, tell: &mut impl FnMut(Option<Position>, &str)) {
    let mut expected: BTreeMap<(Slug, Channel), _> = sum
        .cells
        .iter()
        .map(|(at, state)| (at.clone(), state))
        .collect();
    for stored in &person.states {
        let Some(cell) = &stored.cell else {
            tell(Some(stored.position), "a consent state does not read");
            continue;
        };
        match expected.remove(&(cell.purpose.clone(), cell.channel)) {
            Some(state) if *state == cell.state => {}
            Some(state) => tell(
                Some(state.position),
                "the consent state is not what the history adds up to",
            ),
            None => tell(Some(stored.position), "a consent state rests on no entry"),
        }
    }
    for state in expected.values() {
        tell(
            Some(state.position),
            "the consent state that rests on this entry is missing",
        );
    }
}

fn paces(person: &StoredPerson, sum: &Folded, tell: &mut impl FnMut(Option<Position>, &str)) {
    let mut expected: BTreeMap<(Slug, Channel), _> = sum
        .paces
        .iter()
        .map(|(at, state)| (at.clone(), state))
        .collect();
    for stored in &person.paces {
        let Some(paced) = &stored.paced else {
            tell(Some(stored.position), "a pause does not read");
            continue;
        };
        match expected.remove(&(paced.purpose.clone(), paced.channel)) {
            Some(state) if *state == paced.state => {}
            Some(state) => tell(
                Some(state.position),
                "the pause is not what the history adds up to",
            ),
            None => tell(Some(stored.position), "a pause rests on no entry"),
        }
    }
    for state in expected.values() {
        tell(
            Some(state.position),
            "the pause that rests on this entry is missing",
        );
    }
}

/// A record that was merged has given its holds away.
fn holds(person: &StoredPerson, sum: &Folded, tell: &mut impl FnMut(Option<Position>, &str)) {
    let mut expected = match person.merged_into {
        Some(_) => BTreeMap::new(),
        None => sum.holds.clone(),
    };
    for (position, stored) in &person.holds {
        let Some(placed) = expected.remove(position) else {
            tell(Some(*position), "a hold rests on no entry");
            continue;
        };
        let says = stored.as_ref().map(|one| (&one.hold, one.lifted_on));
        if says != Some((&placed.0, placed.1)) {
            let what = "the hold is not what its entries add up to";
            tell(Some(*position), what);
        }
    }
    for position in expected.keys() {
        let what = "the hold that this entry placed is missing";
        tell(Some(*position), what);
    }
}

/// A record that was merged has given its contacts away.
fn contacts(person: &StoredPerson, sum: &Folded, tell: &mut impl FnMut(Option<Position>, &str)) {
    let merged = person.merged_into.is_some();
    let mut expected = if merged {
        BTreeMap::new()
    } else {
        sum.reached.clone()
    };
    for (id, stored) in &person.reached {
        match id.and_then(|id| expected.remove(&id)) {
            Some(made) if made == *stored => {}
            Some(made) => tell(
                Some(made.position()),
                "the contact is not what this entry recorded",
            ),
            None => tell(Some(stored.position()), "a contact rests on no entry"),
        }
    }
    for made in expected.values() {
        tell(
            Some(made.position()),
            "the contact that this entry recorded is missing",
        );
    }
}

/// A record that was merged has given its identifiers away.
fn identifiers(person: &StoredPerson, sum: &Folded, tell: &mut impl FnMut(Option<Position>, &str)) {
    let held: BTreeSet<Blind> = person.identifiers.iter().map(|(blind, _)| *blind).collect();
    let merged = person.merged_into.is_some();
    for (blind, position) in sum.contacts.iter().filter(|_| !merged) {
        if !held.contains(blind) {
            tell(
                Some(*position),
                "an identifier that this entry linked is missing or leads to somebody else",
            );
        }
    }
    for (blind, sound) in &person.identifiers {
        let position = sum.contacts.get(blind).copied();
        if merged || position.is_none() {
            tell(
                position,
                "an identifier leads to this person that no entry linked",
            );
        } else if !sound {
            tell(
                position,
                "an identifier does not open or is not the one that its hash says",
            );
        }
    }
}

/// Who was merged says so, and who says so was merged.
fn merges(
    check: &mut Check<'_, '_, '_>,
    person: &StoredPerson,
    sum: &Folded,
    found: &mut Collector,
) -> Result<(), StoreError> {
    for (from, position) in &sum.merged {
        let other = check.tx.audited_person(check.grant, *from)?;
        if other.and_then(|other| other.merged_into) != Some(person.id) {
            found.at(
                *position,
                "the record that this entry merged does not say so",
            );
        }
    }
    let Some(into) = person.merged_into else {
        return Ok(());
    };
    let other = check.tx.audited_person(check.grant, into)?;
    if !other.is_some_and(|other| is_merged(&other, person.id)) {
        let what = "the record says that it was merged, which no entry records";
        match person.events.last() {
            Some(last) => found.at(last.position, what),
            None => found.whole(what),
        }
    }
    Ok(())
}

fn is_merged(into: &StoredPerson, from: SubjectId) -> bool {
    use crate::domain::event::SubjectEvent::Merged;
    into.events
        .iter()
        .any(|one| matches!(&one.event, Some(Merged { from: found, .. }) if *found == from))
}
