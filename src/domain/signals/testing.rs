//! Writes IAB strings bit by bit, for tests.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bits on their way into a string.
#[derive(Default)]
pub(super) struct Writer(Vec<bool>);

impl Writer {
    pub(super) fn flag(mut self, bit: bool) -> Self {
        self.0.push(bit);
        self
    }

    pub(super) fn flags(mut self, bits: impl IntoIterator<Item = bool>) -> Self {
        self.0.extend(bits);
        self
    }

    pub(super) fn number(self, number: u16, width: u32) -> Self {
        self.flags((0..width).rev().map(move |at| number >> at & 1 == 1))
    }

    /// A number in Fibonacci coding: the greatest Fibonacci numbers first taken, then a final one.
    pub(super) fn fibonacci(self, number: u32) -> Self {
        let mut places = vec![1, 2];
        while let [.., one, other] = places.as_slice()
            && *other <= number
        {
            places.push(one + other);
        }
        let mut rest = number;
        let mut bits: Vec<bool> = places
            .iter()
            .rev()
            .map(|place| {
                let taken = *place <= rest;
                rest -= if taken { *place } else { 0 };
                taken
            })
            .skip_while(|taken| !taken)
            .collect();
        bits.reverse();
        self.flags(bits).flag(true)
    }

    /// Ranges, counted, as TCF writes them.
    pub(super) fn ranges(self, ranges: &[(u16, u16)]) -> Self {
        let counted = self.number(ranges.len() as u16, 12);
        ranges.iter().fold(counted, |writer, (first, last)| {
            let writer = writer.flag(first != last).number(*first, 16);
            if first == last {
                writer
            } else {
                writer.number(*last, 16)
            }
        })
    }

    pub(super) fn text(&self) -> String {
        let six = |chunk: &[bool]| {
            (0..6).fold(0, |number, at| {
                number << 1 | usize::from(chunk.get(at) == Some(&true))
            })
        };
        let letters = self
            .0
            .chunks(6)
            .filter_map(|chunk| ALPHABET.get(six(chunk)));
        letters.map(|letter| char::from(*letter)).collect()
    }
}
