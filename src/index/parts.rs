//! Tables that grow without anybody waiting.
//!
//! A table lies in many parts, and each part grows by itself: what a change waits for is that one part is spread
//! anew, a part of a millisecond at ten million persons. Its lines lie in blocks of one size, which are only added: no
//! memory is given back that nobody can use, and none is held twice.

use super::pieces::Pieces;
use prefetch_index::prefetch_index;

/// Parts, a power of two.
pub(super) const PARTS: usize = 1 << PART_BITS;
/// How many bits say which part.
pub(super) const PART_BITS: u32 = 10;
/// Lines of a block.
const BLOCK: usize = 64;

/// Some places for entries: one line of the processor's cache. They are filled from the first on.
pub(super) trait Line: Copy {
    /// What an entry is known by within its part.
    type Tag: Copy;
    /// Nothing stands there.
    const EMPTY: Self;
    /// Its places.
    const ROOM: usize;
    /// How many sixteenths of all places are filled before more lines come: so many that the line that an entry
    /// belongs to is seldom full of others.
    const FILLED: usize;

    /// Random bits, by which a part's lines are in order.
    fn order(tag: Self::Tag) -> u32;
    /// Puts an entry here, in its own place or in a free one; whether that was a free one. `None` where there is no
    /// room.
    fn put(&mut self, tag: Self::Tag, row: u32) -> Option<bool>;
    /// Whether no place is free.
    fn is_full(&self) -> bool;
    /// The entries that stand here, with their rows.
    fn entries(&self) -> impl Iterator<Item = (Self::Tag, u32)> + '_;
}

/// Where a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Home {
    block: u32,
    /// Which one of its part it is.
    at: u32,
}

/// Lines that lie one behind the other.
type Block<L> = [L; BLOCK];

/// Entries of which some bits are the same: where their blocks are, and how many there are.
#[derive(Debug, Clone, Default)]
struct Part {
    blocks: Vec<u32>,
    held: usize,
}

impl Part {
    const fn lines(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    /// The line that an entry belongs to.
    fn home<L: Line>(&self, tag: L::Tag) -> usize {
        ((u64::from(L::order(tag)) * self.lines() as u64) >> u32::BITS) as usize
    }

    /// Where a line is.
    #[inline]
    fn place(&self, line: usize) -> Option<Home> {
        let block = *self.blocks.get(line / BLOCK)?;
        let at = line as u32;
        Some(Home { block, at })
    }

    /// Every line, an entry's own first.
    fn from<L: Line>(&self, tag: L::Tag) -> impl Iterator<Item = usize> + use<L> {
        let home = self.home::<L>(tag);
        (home..self.lines()).chain(0..home)
    }

    /// What stands in its lines.
    fn entries<'a, L: Line>(
        &'a self,
        all: &'a Pieces<Block<L>>,
    ) -> impl Iterator<Item = (L::Tag, u32)> + 'a {
        let lines = self.blocks.iter().filter_map(|block| all.get(*block));
        lines.flatten().flat_map(L::entries)
    }

    const fn is_crowded<L: Line>(&self) -> bool {
        16 * self.held >= L::FILLED * L::ROOM * self.lines()
    }
}

/// A table in parts.
#[derive(Debug)]
pub(super) struct Parts<L: Line> {
    all: Vec<Part>,
    blocks: Pieces<Block<L>>,
    held: usize,
    /// Room for the lines of a part that grows.
    spread: Vec<L>,
}

impl<L: Line> Default for Parts<L> {
    fn default() -> Self {
        Self {
            all: vec![Part::default(); PARTS],
            blocks: Pieces::default(),
            held: 0,
            spread: Vec::new(),
        }
    }
}

impl<L: Line> Parts<L> {
    /// How many entries it holds.
    pub const fn held(&self) -> usize {
        self.held
    }

    #[inline]
    fn line(&self, part: &Part, at: usize) -> Option<&L> {
        self.at(part.place(at)?)
    }

    /// The line that stands there.
    #[inline]
    pub fn at(&self, home: Home) -> Option<&L> {
        self.blocks.get(home.block)?.get(home.at as usize % BLOCK)
    }

    /// The lines of a part that an entry may stand in, its own first: it stands in none behind the first that is not
    /// full.
    #[inline]
    pub fn lines(&self, part: usize, tag: L::Tag) -> impl Iterator<Item = &L> {
        let part = self.all.get(part).into_iter();
        let lines = part.flat_map(move |part| {
            let lines = part.from::<L>(tag);
            lines.map_while(move |at| self.line(part, at))
        });
        let mut more = true;
        lines.take_while(move |line| std::mem::replace(&mut more, line.is_full()))
    }

    /// Where the line is that an entry belongs to.
    #[inline]
    pub fn home(&self, part: usize, tag: L::Tag) -> Option<Home> {
        let part = self.all.get(part)?;
        part.place(part.home::<L>(tag))
    }

    /// Where the line is that follows, for an entry that has no room in its own.
    pub fn next(&self, part: usize, home: Home) -> Option<Home> {
        let part = self.all.get(part)?;
        let next = home.at as usize + 1;
        part.place(if next < part.lines() { next } else { 0 })
    }

    /// Begins to read a line, so that several can be waited for at once.
    #[inline]
    pub fn prefetch(&self, home: Home) {
        if let Some(block) = self.blocks.get(home.block) {
            prefetch_index(block, home.at as usize % BLOCK);
        }
    }

    /// The entries of a part; `None` where there is no such part. No entry moves from one part to another.
    pub fn of_part(&self, part: usize) -> Option<impl Iterator<Item = (L::Tag, u32)> + '_> {
        Some(self.all.get(part)?.entries(&self.blocks))
    }

    /// Puts an entry into its part, or another row into its place.
    pub fn put(&mut self, part: usize, tag: L::Tag, row: u32) {
        let Some(own) = self.all.get(part) else {
            return;
        };
        if own.is_crowded::<L>() {
            // a large part grows by a sixteenth, so that it is not spread anew too often
            self.grow(part, own.blocks.len() / 16 + 1);
        }
        self.place(part, tag, row);
    }

    /// Puts an entry where there is room.
    fn place(&mut self, part: usize, tag: L::Tag, row: u32) {
        let Some(part) = self.all.get_mut(part) else {
            return;
        };
        for at in part.from::<L>(tag) {
            let block = part.blocks.get(at / BLOCK).copied();
            let block = block.and_then(|block| self.blocks.get_mut(block));
            let line = block.and_then(|block| block.get_mut(at % BLOCK));
            if let Some(new) = line.and_then(|line| line.put(tag, row)) {
                part.held += usize::from(new);
                self.held += usize::from(new);
                return;
            }
        }
    }

    /// Adds blocks to a part and spreads its entries over all of its lines.
    fn grow(&mut self, at: usize, blocks: usize) {
        let Some(part) = self.all.get_mut(at) else {
            return;
        };
        let new = std::iter::repeat_with(|| self.blocks.push([L::EMPTY; BLOCK]));
        part.blocks.extend(new.take(blocks));
        let spread = &mut self.spread;
        spread.clear();
        spread.resize(part.lines(), L::EMPTY);
        // in the new ones nothing stands yet
        for (tag, row) in part.entries(&self.blocks) {
            let (before, after) = spread.split_at_mut(part.home::<L>(tag));
            let mut lines = after.iter_mut().chain(before);
            let _put = lines.find_map(|line| line.put(tag, row));
        }
        for (block, lines) in part.blocks.iter().zip(spread.as_chunks().0) {
            if let Some(block) = self.blocks.get_mut(*block) {
                *block = *lines;
            }
        }
    }

    /// Makes room for so many entries at once; parts differ a little in how many they have.
    pub fn reserve(&mut self, entries: usize) {
        let each = entries / PARTS;
        let more = each + each / 64;
        for at in 0..PARTS {
            let part = self.all.get(at);
            let (held, blocks) = part.map_or((0, 0), |part| (part.held, part.blocks.len()));
            let lines = (held + more) * 16 / (L::FILLED * L::ROOM) + 1;
            let missing = lines.div_ceil(BLOCK).saturating_sub(blocks);
            if missing > 0 {
                self.grow(at, missing);
            }
        }
    }
}

#[cfg(test)]
impl<L: Line> Parts<L> {
    /// How many lines each part has.
    pub fn sizes(&self) -> Vec<usize> {
        self.all.iter().map(Part::lines).collect()
    }

    /// Whether a place in sixteen is free where it has to be.
    pub fn is_roomy(&self) -> bool {
        let roomy = |part: &Part| 16 * part.held <= L::FILLED * L::ROOM * part.lines() + 16;
        self.all.iter().all(roomy)
    }
}

/// Puts so many entries into a table, of which never more than one part grows by one entry; the lines of the largest.
#[cfg(test)]
pub(super) fn grows_in_parts<T>(
    table: &mut T,
    many: u32,
    put: impl Fn(&mut T, u32),
    sizes: impl Fn(&T) -> Vec<usize>,
) -> usize {
    let mut before = sizes(table);
    for n in 0..many {
        put(table, n);
        if n % 1_000 < 10 {
            let after = sizes(table);
            let both = before.iter().zip(&after);
            let grown = both.filter(|(one, other)| one != other).count();
            assert!(n % 1_000 == 0 || grown <= 1);
            before = after;
        }
    }
    before.into_iter().max().unwrap_or_default()
}
