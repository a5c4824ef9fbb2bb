//! A list that grows a piece at a time: what stands in it is never moved, so that nobody waits while it is.

use prefetch_index::prefetch_index;

/// Bytes of a piece. The system gives memory only where it is written to, so that a large one costs nothing.
const BYTES: usize = 16 << 20;

/// The list.
#[derive(Debug)]
pub(super) struct Pieces<T> {
    pieces: Vec<Vec<T>>,
    count: usize,
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self {
            pieces: Vec::new(),
            count: 0,
        }
    }
}

impl<T> Pieces<T> {
    /// Values of a piece, a power of two where their size is one.
    const EACH: usize = BYTES / size_of::<T>();

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// The one of a number.
    #[inline]
    pub fn get(&self, number: u32) -> Option<&T> {
        let number = number as usize;
        self.pieces
            .get(number / Self::EACH)?
            .get(number % Self::EACH)
    }

    /// Begins to read the one of a number, so that several can be waited for at once.
    #[inline]
    pub fn prefetch(&self, number: u32) {
        let number = number as usize;
        if let Some(piece) = self.pieces.get(number / Self::EACH) {
            prefetch_index(piece, number % Self::EACH);
        }
    }

    /// The one of a number, to be changed.
    #[inline]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let number = number as usize;
        self.pieces
            .get_mut(number / Self::EACH)?
            .get_mut(number % Self::EACH)
    }

    /// Those from a number on.
    pub fn from(&self, first: usize) -> impl Iterator<Item = &T> {
        let (piece, at) = (first / Self::EACH, first % Self::EACH);
        let begun = self.pieces.get(piece).and_then(|some| some.get(at..));
        let whole = self.pieces.get(piece + 1..).unwrap_or_default();
        begun.into_iter().flatten().chain(whole.iter().flatten())
    }

    /// All of them, to be changed.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.pieces.iter_mut().flatten()
    }

    /// Adds one; its number.
    pub fn push(&mut self, value: T) -> u32 {
        let number = u32::try_from(self.count).unwrap_or(u32::MAX);
        match self.pieces.last_mut() {
            Some(last) if last.len() < Self::EACH => last.push(value),
            _ => {
                // tests have few of them in many tables
                let room = if cfg!(test) { 1 } else { Self::EACH };
                let mut piece = Vec::with_capacity(room);
                piece.push(value);
                self.pieces.push(piece);
            }
        }
        self.count += 1;
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_over_the_ends_of_pieces() {
        let mut list = Pieces::<[u32; 1_024]>::default();
        let each = u32::try_from(Pieces::<[u32; 1_024]>::EACH).unwrap_or(0);
        let many = each * 2 + 3;
        for n in 0..many {
            assert_eq!((list.push([n; 1_024]), list.len()), (n, n as usize + 1));
        }
        for n in [0, 1, each - 1, each, 2 * each - 1, 2 * each, many - 1] {
            assert_eq!(list.get(n).map(|one| one[7]), Some(n));
            assert_eq!(list.get_mut(n).map(|one| one[8]), Some(n));
            let rest: Vec<u32> = list.from(n as usize).map(|one| one[0]).collect();
            assert_eq!(rest, (n..many).collect::<Vec<u32>>());
        }
        list.prefetch(many - 1);
        list.prefetch(u32::MAX);
        assert!(list.get(many).is_none() && list.from(many as usize).next().is_none());
        assert_eq!(list.all_mut().count(), many as usize);
    }
}
