//! Lines that are answered for together: whom each names.
//!
//! Each step is taken for many of them before the next one: hashes that do not wait for each other are worked
//! out side by side by the processor, and looked up in their order, which is the order of the index's places.

use super::given::Place;
use super::roll::Roll;
use crate::app::contact::{self, Hashes, Plain};
use crate::domain::audience::{Layout, Record, Records};
use crate::domain::ids::Blind;
use crate::domain::registry::IdentifierKinds;
use crate::domain::shard::Shard;
use crate::index::{PersonView, Table};
use crate::store::keys::Keyring;
use std::ops::Range;

/// Lines whose hashes are worked out together, and then looked up together.
const TOGETHER: usize = 256;
/// Most lines that are put in the order of their hashes at once: the more, the nearer is each to the next, until
/// they themselves are too many for the processor's caches.
const MOST: usize = 32 * 1024;
/// Bits of a hash by which lines are put in order.
const BITS: u32 = 12;

/// Lines and whom they name.
#[derive(Default)]
pub(super) struct Lines {
    /// Where each stands in its piece.
    at: Vec<Range<usize>>,
    named: Vec<Named>,
    /// Their numbers, in the order of their hashes.
    order: Vec<u32>,
}

/// Whom a line names.
pub(super) struct Named {
    /// The keyed hash of its one identifier; otherwise nothing that means anything.
    own: Blind,
    who: Who,
}

/// By what a line names somebody.
pub(super) enum Who {
    /// By one identifier, as most lines do; with the coarser hash that it may have.
    One(IdentifierKinds, Option<Box<Blind>>),
    /// By several.
    Several(Box<[Hashes]>),
    /// Nobody can tell.
    Unreadable,
}

const NOBODY: Blind = Blind([0; 32]);

impl Lines {
    /// Reads records, as many as go together, in the place of those that were read before.
    pub(super) fn read(&mut self, keys: &Keyring, layout: &Layout, records: &mut Records<'_>) {
        self.at.clear();
        self.named.clear();
        // how many hashes begin with which bits
        let mut beginning = vec![0; 1 << BITS];
        while self.len() < MOST {
            let some: Vec<Record<'_>> = records.by_ref().take(TOGETHER).collect();
            if some.is_empty() {
                break;
            }
            for named in self.add(keys, layout, &some) {
                if let Some(count) = beginning.get_mut(named.beginning()) {
                    *count += 1;
                }
            }
        }
        self.put_in_order(beginning);
    }

    /// Lines that were read elsewhere, in the order in which they came.
    pub(super) fn of(named: Vec<Named>) -> Self {
        Self {
            at: vec![0..0; named.len()],
            order: (0..named.len() as u32).collect(),
            named,
        }
    }

    /// Adds lines; whom they name.
    fn add(&mut self, keys: &Keyring, layout: &Layout, records: &[Record<'_>]) -> &[Named] {
        let first = self.len();
        let (mut texts, mut places) = (Vec::new(), Vec::new());
        for (place, record) in (first..).zip(records) {
            // nearly all lines are of the plain kind; what is not goes the long way
            let sole = layout.sole_identifier(record);
            let named = match sole.and_then(|(name, text)| contact::plain(name, text)) {
                Some(Plain::Text(canonical, kinds)) => {
                    texts.push(canonical);
                    places.push(place);
                    Named::by(NOBODY, Who::One(kinds, None))
                }
                Some(Plain::Hash(hash)) => Named::by(hash, Who::One(IdentifierKinds::NONE, None)),
                None => read_slowly(keys, layout, record),
            };
            self.named.push(named);
            self.at.push(record.range());
        }
        for (place, hash) in places.into_iter().zip(keys.blinds(&texts)) {
            if let Some(named) = self.named.get_mut(place) {
                named.own = hash;
            }
        }
        self.named.get(first..).unwrap_or_default()
    }

    fn put_in_order(&mut self, mut beginning: Vec<u32>) {
        let mut before = 0;
        for count in &mut beginning {
            before += std::mem::replace(count, before);
        }
        self.order.resize(self.named.len(), 0);
        for (line, named) in (0..).zip(&self.named) {
            let next = beginning.get_mut(named.beginning());
            let place = next.map(|next| std::mem::replace(next, *next + 1) as usize);
            if let Some(place) = place.and_then(|place| self.order.get_mut(place)) {
                *place = line;
            }
        }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.named.len()
    }

    /// Where the lines from one on stand in their piece.
    pub(super) fn ranges(&self, from: usize) -> &[Range<usize>] {
        self.at.get(from..).unwrap_or_default()
    }

    /// Those of these numbers.
    pub(super) const fn some<'l>(&'l self, order: &'l [u32]) -> InOrder<'l> {
        InOrder { lines: self, order }
    }

    /// Those from one place to another in the order of their hashes.
    pub(super) fn in_order(&self, places: Range<usize>) -> InOrder<'_> {
        let order = self.order.get(places).unwrap_or_default();
        InOrder { lines: self, order }
    }
}

/// Some lines in the order of their hashes.
#[derive(Clone, Copy)]
pub(super) struct InOrder<'l> {
    lines: &'l Lines,
    order: &'l [u32],
}

/// By which hashes lines name persons.
#[derive(Default)]
pub(super) struct Contacts {
    /// Those by which they are found.
    pub(super) own: Vec<Blind>,
    /// The coarser ones.
    pub(super) coarse: Vec<Blind>,
}

impl<'l> InOrder<'l> {
    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.order.len()
    }

    /// The same, a few at a time.
    pub(super) fn few(self) -> impl Iterator<Item = Self> {
        let few = self.order.chunks(TOGETHER);
        few.map(move |order| Self { order, ..self })
    }

    /// Each line's number, whom it names, and the row that its one identifier leads to. The rows themselves are
    /// waited for unless answers are `held` for them.
    pub(super) fn rows(
        self,
        table: &Table,
        roll: &Roll,
        held: bool,
    ) -> impl Iterator<Item = (u32, &'l Named, Option<u32>)> + use<'l> {
        let rows = table.rows(self.named().map(|(_, named)| named.one()), |row| {
            if !held {
                table.prefetch(row);
            }
            roll.prefetch(row);
        });
        let rows = self.named().zip(rows);
        rows.map(|((line, named), row)| (line, named, row))
    }

    /// The numbers of those of whom something is so, and of the others.
    pub(super) fn parted(self, is_so: impl Fn(&Named) -> bool) -> (Vec<u32>, Vec<u32>) {
        let is_so = |(line, named): (u32, &Named)| (line, is_so(named));
        let (these, others): (Vec<_>, Vec<_>) =
            self.named().map(is_so).partition(|(_, is_so)| *is_so);
        let numbers = |lines: Vec<(u32, bool)>| lines.into_iter().map(|(line, _)| line).collect();
        (numbers(these), numbers(others))
    }

    /// The part that each belongs to, where it is not of one's `own`; with its number.
    pub(super) fn homes(self, own: Shard) -> impl Iterator<Item = (u32, Shard)> {
        self.named()
            .map(move |(line, named)| (line, named.home(own)))
    }

    /// Whom each names.
    pub(super) fn who(self) -> impl Iterator<Item = &'l Named> {
        self.named().map(|(_, named)| named)
    }

    /// By which hashes they name persons.
    pub(super) fn contacts(self) -> Contacts {
        let mut all = Contacts::default();
        for (_, named) in self.named() {
            named.add_to(&mut all);
        }
        all
    }

    fn named(self) -> impl Iterator<Item = (u32, &'l Named)> + Clone + use<'l> {
        let named = move |line: &u32| Some((*line, self.lines.named.get(*line as usize)?));
        self.order.iter().filter_map(named)
    }
}

impl Named {
    const fn by(own: Blind, who: Who) -> Self {
        Self { own, who }
    }

    /// By all identifiers of a line; by none it names nobody.
    pub(super) fn of(all: Vec<Hashes>) -> Self {
        match <[Hashes; 1]>::try_from(all) {
            Ok([one]) => Self::by(one.own, Who::One(one.kinds, one.coarse)),
            Err(several) if !several.is_empty() => Self::by(NOBODY, Who::Several(several.into())),
            Err(_) => Self::by(NOBODY, Who::Unreadable),
        }
    }

    /// The keyed hash of its one identifier.
    pub(super) const fn own(&self) -> &Blind {
        &self.own
    }

    /// By what it names somebody.
    pub(super) const fn who(&self) -> &Who {
        &self.who
    }

    /// The keyed hash of its one identifier, where it names somebody by one.
    fn one(&self) -> Option<&Blind> {
        matches!(self.who, Who::One(..)).then_some(&self.own)
    }

    /// Whether everybody whom it names is held by a node that holds a part of the persons.
    pub(super) fn is_here(&self, shard: Shard, table: &Table) -> bool {
        let holds = |hash: &Blind| shard.holds(hash) || table.person(hash).is_some();
        match &self.who {
            Who::One(..) => holds(&self.own),
            Who::Several(contacts) => contacts.iter().all(|one| holds(&one.own)),
            Who::Unreadable => true,
        }
    }

    /// The part of the first contact point that is not of one's `own`.
    fn home(&self, own: Shard) -> Shard {
        let mut homes = match &self.who {
            Who::Several(contacts) => contacts.iter().map(|one| own.home(&one.own)).collect(),
            Who::One(..) | Who::Unreadable => vec![own.home(&self.own)],
        };
        homes.retain(|home| *home != own);
        homes.first().copied().unwrap_or(own)
    }

    fn add_to(&self, all: &mut Contacts) {
        match &self.who {
            Who::One(_, coarse) => {
                all.own.push(self.own);
                all.coarse.extend(coarse.as_deref());
            }
            Who::Several(contacts) => {
                all.own.extend(contacts.iter().map(|one| one.own));
                all.coarse
                    .extend(contacts.iter().filter_map(|one| one.coarse.as_deref()));
            }
            Who::Unreadable => {}
        }
    }

    /// The first bits of the hash.
    const fn beginning(&self) -> usize {
        let [first, second, ..] = self.own.0;
        u16::from_be_bytes([first, second]) as usize >> (u16::BITS - BITS)
    }

    /// Whether it names a person by one identifier of which nothing more is known than whose it is.
    #[inline]
    pub(super) fn is_plain(&self, table: &Table) -> bool {
        matches!(self.who, Who::One(_, None)) && !table.is_suppressed(&self.own)
    }

    /// Enters everybody whom the line leads to; its one identifier leads to `row`.
    pub(super) fn enter(&self, table: &Table, row: Option<u32>, place: Place, roll: &mut Roll) {
        let mut enter = |person: PersonView<'_>| roll.enter(person.row(), place, table.persons());
        if let Who::Several(contacts) = &self.who {
            let found = contacts.iter().filter_map(|one| table.person(&one.own));
            return found.for_each(enter);
        }
        if let Some(person) = row.and_then(|row| table.at(row)) {
            enter(person);
        }
    }
}

fn read_slowly(keys: &Keyring, layout: &Layout, record: &Record<'_>) -> Named {
    let mut all = Vec::new();
    let read = layout.identifiers(record, &mut |name, text| {
        all.push(contact::hashes_of(keys, name, &text));
    });
    // one identifier that is none spoils the line: it may be the person who said no
    let all: Option<Vec<Hashes>> = read.ok().and_then(|()| all.into_iter().collect());
    all.map_or_else(|| Named::by(NOBODY, Who::Unreadable), Named::of)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::app::testing::TestApp;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn lines_are_looked_up_each_once_in_the_order_of_their_hashes(
            hashes in prop::collection::vec(any::<u32>(), 0..400),
            from in 0_usize..400,
        ) {
            let hash = |first: &u32| format!("{first:08x}{:056x}\n", 1);
            let piece: String = hashes.iter().map(hash).collect();
            let header = crate::domain::audience::Header::read(b"id_hash", None);
            let layout = Layout::Csv(header.map_err(|error| TestCaseError::fail(error.to_string()))?);
            let shop = TestApp::new();
            let mut lines = Lines::default();
            for _ in 0..2 {
                let mut records = layout.records(piece.as_bytes(), true);
                lines.read(shop.app.keys(), &layout, &mut records);
                prop_assert_eq!((lines.len(), records.taken()), (hashes.len(), piece.len()));
            }
            let in_order: Vec<u32> = lines
                .in_order(0..hashes.len())
                .few()
                .flat_map(|few| few.named().map(|(line, _)| line))
                .collect();
            let mut expected: Vec<u32> = (0..hashes.len() as u32).collect();
            // those that begin alike stay in the order of the file
            expected.sort_by_key(|line| hashes[*line as usize] >> (u32::BITS - BITS));
            prop_assert_eq!(in_order, expected);
            let from = from.min(hashes.len());
            let stand = (from..hashes.len()).map(|line| line * 65..(line + 1) * 65);
            prop_assert_eq!(lines.ranges(from), stand.collect::<Vec<_>>());
        }
    }
}
