//! What the database holds of some persons, and their images put together from it.

use crate::domain::ids::{Blind, SubjectId};
use crate::domain::registry::{
    Change, Contacts, IdentifierKind, IdentifierKinds, Paced, PersonImage,
};
use crate::store::error::StoreError;
use crate::store::rows::{StateRow, SubjectRow, unsigned};
use std::collections::HashMap;
use std::iter::Peekable;
use std::vec::IntoIter;

/// Whose an identifier is, its keyed hash, and its kind.
pub(super) type IdentifierOf = (Vec<u8>, Vec<u8>, i16);
/// Whose a first entry is, and where it stands.
pub(super) type NumberOf = (Vec<u8>, i64);

/// What the database holds of some persons.
pub(super) struct Page {
    pub subjects: Vec<SubjectRow>,
    pub states: Vec<StateRow>,
    pub identifiers: Vec<IdentifierOf>,
    pub numbers: Vec<NumberOf>,
    pub reached: HashMap<SubjectId, Contacts>,
    pub slowed: HashMap<SubjectId, Vec<Paced>>,
}

impl Page {
    /// Hands the image of each person to `tell`.
    ///
    /// # Errors
    /// Where a row is damaged.
    pub fn tell(mut self, tell: &mut dyn FnMut(Change)) -> Result<(), StoreError> {
        let (reached, slowed) = (
            std::mem::take(&mut self.reached),
            std::mem::take(&mut self.slowed),
        );
        for image in self.images()? {
            tell(Change::Person(image));
        }
        for (subject, image) in reached {
            tell(Change::Contacts(subject, image));
        }
        for (subject, image) in slowed {
            tell(Change::Paces(subject, image));
        }
        Ok(())
    }

    /// Everything is in the order of the persons, or brought into it, so that what is one person's stands
    /// together.
    fn images(self) -> Result<Vec<PersonImage>, StoreError> {
        // one that does not read is not passed over, though it were nobody's: it may be a no
        for state in &self.states {
            state.subject()?;
        }
        let mut subjects = self.subjects;
        subjects.sort_by(|one, other| one.id.cmp(&other.id));
        let mut states = ordered(self.states, |row| &row.subject_id);
        let mut identifiers = ordered(self.identifiers, |row| &row.0);
        let mut numbers = ordered(self.numbers, |row| &row.0);
        let mut images = Vec::with_capacity(subjects.len());
        for row in subjects {
            let cells = states.of(&row.id).map(StateRow::cell);
            let (mut contacts, mut kinds) = (Vec::new(), IdentifierKinds::NONE);
            for (_, blind, kind) in identifiers.of(&row.id) {
                let read = Blind::from_slice(&blind).zip(IdentifierKind::from_code(kind));
                let (blind, kind) = read.ok_or(StoreError::damaged("an identifier"))?;
                contacts.push(blind);
                kinds = kinds.with(kind);
            }
            images.push(PersonImage {
                subject: row.subject()?,
                merged_into: row.merged()?,
                standing: row.standing(),
                cells: cells.collect::<Result<_, _>>()?,
                contacts,
                kinds,
                number: numbers
                    .of(&row.id)
                    .next()
                    .map(|(_, number)| unsigned(number)),
            });
        }
        // in the order of the numbers, so that a list's roll is nearly sorted when it is gathered
        images.sort_by_key(|image| image.number);
        Ok(images)
    }
}

/// Rows in the order of whose they are.
struct Ordered<T> {
    rows: Peekable<IntoIter<T>>,
    whose: fn(&T) -> &[u8],
}

fn ordered<T>(mut rows: Vec<T>, whose: fn(&T) -> &[u8]) -> Ordered<T> {
    rows.sort_by(|one, other| whose(one).cmp(whose(other)));
    let rows = rows.into_iter().peekable();
    Ordered { rows, whose }
}

impl<T> Ordered<T> {
    /// The rows of a person; those before are passed over. Persons are asked for in their order.
    fn of<'r>(&'r mut self, id: &'r [u8]) -> impl Iterator<Item = T> + 'r {
        let (rows, whose) = (&mut self.rows, self.whose);
        while rows.next_if(|row| whose(row) < id).is_some() {}
        std::iter::from_fn(move || rows.next_if(|row| whose(row) == id))
    }
}
