//! Rows of which the same policies hold, as they are told apart policy by policy.

use super::block::Bits;
use super::mask::Mask;

/// A class: its number. That of rows of which no policy holds is 0.
pub(in crate::policy) type Class = u32;

/// No class is known yet.
const UNKNOWN: Class = Class::MAX;

/// The classes that were met. Policies are asked in one order, so that a set of them is reached in
/// one way, and has one class.
pub(in crate::policy) struct Classes {
    masks: Vec<Mask>,
    /// For each policy, by the class of a row before it, the class of the row where it holds.
    next: Vec<Vec<Class>>,
}

impl Classes {
    /// The one class of rows of which nothing is known.
    pub(in crate::policy) fn new() -> Self {
        Self {
            masks: vec![Mask::default()],
            next: Vec::new(),
        }
    }

    /// How many there are.
    pub(in crate::policy) fn len(&self) -> usize {
        self.masks.len()
    }

    /// The policies that hold of a class.
    pub(in crate::policy) fn mask(&self, class: usize) -> Option<Mask> {
        self.masks.get(class).copied()
    }

    /// Moves these rows to the classes where the policy at a place holds as well.
    pub(super) fn refine(&mut self, place: usize, rows: Bits, of_row: &mut [Class]) {
        if self.next.len() <= place {
            self.next.resize_with(place + 1, Vec::new);
        }
        let (Some(next), masks) = (self.next.get_mut(place), &mut self.masks) else {
            return;
        };
        next.resize(masks.len(), UNKNOWN);
        rows.each_of(of_row, |class| {
            *class = match next.get(*class as usize) {
                Some(known) if *known != UNKNOWN => *known,
                _ => begin(masks, next, place, *class),
            };
        });
    }
}

/// A class that was not met before.
#[cold]
fn begin(masks: &mut Vec<Mask>, next: &mut [Class], place: usize, before: Class) -> Class {
    let mut mask = masks.get(before as usize).copied().unwrap_or_default();
    mask.insert(place);
    masks.push(mask);
    let class = Class::try_from(masks.len() - 1).unwrap_or(UNKNOWN);
    if let Some(known) = next.get_mut(before as usize) {
        *known = class;
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_same_policies_are_of_one_class() {
        let mut classes = Classes::new();
        let mut of_row = [0; 4];
        for _ in 0..2 {
            of_row = [0; 4];
            classes.refine(3, Bits::at([0, 2]), &mut of_row);
            classes.refine(5, Bits::at([1, 2, 3]), &mut of_row);
        }
        assert_eq!(classes.len(), 4);
        let masks = of_row.map(|class| classes.mask(class as usize));
        let places = masks.map(|mask| mask.map(|mask| mask.places().collect::<Vec<_>>()));
        let right = [vec![3], vec![5], vec![3, 5], vec![5]].map(Some);
        assert_eq!(places, right);
        assert_eq!(of_row[1], of_row[3]);
    }
}
