//! From what is seen of a person to the answer, each worked out once.

use super::given::{Given, Place, Verdict};
use super::line::{Named, Who};
use super::months::Months;
use crate::app::contact::Hashes;
use crate::app::facts::{Asked, Seen};
use crate::app::policies::rules::Rules;
use crate::domain::ids::Blind;
use crate::domain::registry::IdentifierKinds;
use crate::domain::time::from_micros;
use crate::index::{Glance, PersonView, Point, Table, Use};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Why a line is refused that names nobody.
const UNREADABLE: &str = "IDENTIFIER_INVALID";

/// The answers known so far, and what helps to find them.
#[derive(Default)]
pub(super) struct Memory {
    months: Months,
    /// For those of whom a glance says all.
    plain: HashMap<Glance, Place, BuildHasherDefault<Mix>>,
    /// For the others, and whoever is suppressed.
    others: HashMap<Seen, Place, BuildHasherDefault<Mix>>,
}

/// The answers for one use on one view of the index.
pub(super) struct Answers<'a> {
    pub(super) asked: Asked<'a>,
    pub(super) used: Use,
    pub(super) table: &'a Table,
    pub(super) rules: &'a Rules,
    pub(super) memory: &'a mut Memory,
    pub(super) given: &'a mut Given,
}

impl Answers<'_> {
    /// The answer for a line, of which the one identifier leads to a row, if it leads to anybody.
    #[inline]
    pub(super) fn of(&mut self, line: &Named, row: Option<u32>) -> Place {
        match line.who() {
            Who::One(kinds, coarse) => {
                let person = row.and_then(|row| self.table.at(row));
                self.one(person, (line.own(), coarse.as_deref()), *kinds)
            }
            Who::Several(contacts) => self.several(contacts),
            Who::Unreadable => self.given.place(Verdict::refused(UNREADABLE)),
        }
    }

    #[inline]
    fn one(
        &mut self,
        person: Option<PersonView<'_>>,
        (own, coarse): (&Blind, Option<&Blind>),
        kinds: IdentifierKinds,
    ) -> Place {
        let filed = std::iter::once(own).chain(coarse);
        let point = self.asked.point(self.table, filed, kinds);
        self.about(person, &point)
    }

    /// Of the persons that several identifiers lead to: whoever may not be reached decides.
    fn several(&mut self, all: &[Hashes]) -> Place {
        let table = self.table;
        let kinds = all.iter().map(|hashes| hashes.kinds);
        let kinds = kinds.fold(IdentifierKinds::NONE, IdentifierKinds::and);
        let point = self
            .asked
            .point(table, all.iter().flat_map(Hashes::filed), kinds);
        let found = all.iter().filter_map(|hashes| table.person(&hashes.own));
        let places = found.map(|person| self.about(Some(person), &point));
        let places: Vec<Place> = places.collect();
        let strictest = places
            .into_iter()
            .min_by_key(|place| self.given.at(*place).permit);
        strictest.unwrap_or_else(|| self.about(None, &point))
    }

    #[inline]
    fn about(&mut self, person: Option<PersonView<'_>>, point: &Point) -> Place {
        let Some(person) = person else {
            return self.plain(None, Glance::nobody(&self.used, point));
        };
        let glance = person.glance(&self.used, point);
        if person.is_plain() && !glance.is_dated() {
            let (moment, months) = (self.asked.moment(), &mut self.memory.months);
            let alike = glance.answered_at(|at| months.alike(moment, at));
            self.plain(Some(person), alike)
        } else {
            self.other(person, &glance, point)
        }
    }

    /// The answer for a person whom a contact point leads to that is on no list, where a glance says all and says
    /// the same from now `until` another instant of the same minute.
    #[inline]
    pub(super) fn ahead(&mut self, person: PersonView<'_>, until: &Use) -> Option<Place> {
        let glance = person.glance(&self.used, &Point::default());
        let says_all = person.is_plain() && !glance.is_dated();
        if !says_all || !person.is_steady(&self.used, until) {
            return None;
        }
        let (moment, months) = (self.asked.moment(), &mut self.memory.months);
        let own = glance.own();
        if own.is_some_and(|own| !months.is_settled(moment, own.effective_at)) {
            return None;
        }
        let alike = glance.answered_at(|at| months.alike(moment, at));
        Some(self.plain(Some(person), alike))
    }

    /// What is seen of a plain person, or of nobody, follows from the glance alone.
    #[inline]
    fn plain(&mut self, person: Option<PersonView<'_>>, glance: Glance) -> Place {
        if let Some(place) = self.memory.plain.get(&glance) {
            return *place;
        }
        let seen = match person {
            Some(person) => {
                let nothing_dated = Point::default();
                self.asked
                    .seen_at(person, &self.used, &glance, &nothing_dated)
            }
            None => self.asked.nobody_seen(&glance),
        };
        let place = self.decide(&seen);
        self.memory.plain.insert(glance, place);
        place
    }

    fn other(&mut self, person: PersonView<'_>, glance: &Glance, point: &Point) -> Place {
        let (moment, months) = (self.asked.moment(), &mut self.memory.months);
        let stands_for =
            |at: DateTime<Utc>| from_micros(months.alike(moment, at.timestamp_micros()));
        let seen = self.asked.seen_at(person, &self.used, glance, point);
        let seen = seen.alike(stands_for);
        if let Some(place) = self.memory.others.get(&seen) {
            return *place;
        }
        let place = self.decide(&seen);
        self.memory.others.insert(seen, place);
        place
    }

    fn decide(&mut self, seen: &Seen) -> Place {
        let outcome = self.rules.decide(&self.asked.situation(seen));
        self.given.place(Verdict::of(&outcome))
    }
}

/// Mixes the few words that are hashed here.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u8(*byte));
    }
    fn write_u8(&mut self, word: u8) {
        self.write_u64(word.into());
    }
    fn write_u16(&mut self, word: u16) {
        self.write_u64(word.into());
    }
    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
