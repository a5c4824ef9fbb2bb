//! Permitted lines that stand side by side pass together.

use std::ops::Range;

/// Lines of a piece that were permitted one after the other and are not passed on yet.
pub(super) struct Run<'p> {
    piece: &'p [u8],
    lines: Range<usize>,
}

impl<'p> Run<'p> {
    pub(super) const fn new(piece: &'p [u8]) -> Self {
        Self { piece, lines: 0..0 }
    }

    /// Adds a line; where it does not follow the others, they are passed on first.
    pub(super) fn add(&mut self, line: &Range<usize>, to: &mut Vec<u8>) {
        if line.start != self.lines.end {
            self.pass(to);
            self.lines.start = line.start;
        }
        self.lines.end = line.end;
    }

    /// Passes the lines on.
    pub(super) fn pass(&mut self, to: &mut Vec<u8>) {
        let lines = std::mem::take(&mut self.lines);
        to.extend_from_slice(self.piece.get(lines).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audience::Layout;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_added_passes_in_order_and_nothing_else(
            lines in prop::collection::vec(("[a-c]{0,3}", any::<bool>()), 0..20),
        ) {
            let piece: String = lines.iter().map(|(line, _)| format!("{line}\n")).collect();
            let added = lines.iter().filter(|(line, add)| *add && !line.is_empty());
            let right: String = added.map(|(line, _)| format!("{line}\n")).collect();
            let mut adds = lines.iter().filter(|(line, _)| !line.is_empty()).map(|(_, add)| *add);
            let (mut run, mut out) = (Run::new(piece.as_bytes()), Vec::new());
            for record in Layout::JsonLines.records(piece.as_bytes(), true) {
                if adds.next() == Some(true) {
                    run.add(&record.range(), &mut out);
                }
            }
            run.pass(&mut out);
            prop_assert_eq!(out, right.into_bytes());
        }
    }
}
