//! What several clients did and saw at several nodes, and what of it cannot be. Each write and each answer tells its
//! place in the log; so a history is linearizable where places keep the order of time, and each answer follows from the
//! writes before its place.

use super::persons::Persons;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Yes,
    No,
    Erasure,
}

/// A write, whose place in the log is known.
#[derive(Debug, Clone)]
pub struct Write {
    pub begun: Instant,
    /// When it was acknowledged, if it was.
    pub ended: Option<Instant>,
    /// Whom it names: one, or several who are one person from then on.
    pub persons: Vec<usize>,
    pub act: Act,
    pub position: u64,
    /// When it takes effect, in microseconds.
    pub effective: i64,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub begun: Instant,
    pub ended: Instant,
    pub person: usize,
    pub permit: bool,
    /// How many entries it took into account.
    pub position: u64,
    /// By whom, for the reader.
    pub node: usize,
    /// What that node's clock showed when it was asked, in microseconds.
    pub clock: i64,
}

/// A history.
#[derive(Debug, Default)]
pub struct History {
    pub writes: Vec<Write>,
    pub answers: Vec<Answer>,
    /// Of whom something was written whose place nobody can tell any more.
    pub murky: BTreeSet<usize>,
    /// Whether the clocks of all nodes agree, so that a no where there is a yes is a fault as well.
    pub one_clock: bool,
}

impl History {
    /// What cannot be.
    pub fn violations(&self) -> Vec<String> {
        let order = Order::of(&self.writes);
        let mut found: Vec<String> = self
            .writes
            .iter()
            .filter_map(|write| order.too_early(write))
            .collect();
        let mut writes: Vec<&Write> = self.writes.iter().collect();
        writes.sort_by_key(|write| write.position);
        let mut answers: Vec<&Answer> = self.answers.iter().collect();
        answers.sort_by_key(|answer| answer.position);
        let mut persons = Persons::new(&self.murky);
        let mut next = writes.into_iter().peekable();
        for answer in answers {
            while let Some(write) = next.next_if(|write| write.position < answer.position) {
                persons.take(write);
            }
            found.extend(order.misplaced(answer));
            found.extend(self.content(answer, &mut persons));
        }
        found
    }

    /// An answer follows from what was written before its place. A yes is permitted where the person's last word was
    /// one; a no is answered where none of them was, or where an earlier no takes effect after the last yes.
    fn content(&self, answer: &Answer, persons: &mut Persons<'_>) -> Option<String> {
        let is_erased = persons.is_erased(answer.person);
        let known = persons.of(answer.person);
        let said_yes = known.last.is_some_and(|write| write.act == Act::Yes);
        if answer.permit {
            let lawful = !is_erased && (said_yes || known.is_murky);
            return (!lawful).then(|| format!("{answer:?} permits after {:?}", known.last));
        }
        let has_come = |write: &Write| write.act == Act::Yes && write.effective <= answer.clock;
        let says_yes = said_yes && known.holds.is_some_and(has_come);
        // whoever shares a contact point with somebody who was erased may be kept from it
        let wrong = self.one_clock && says_yes && !known.is_kept && !known.is_murky;
        wrong.then(|| format!("{answer:?} denies after {:?}", known.last))
    }

    /// How often what was seen, for the reader.
    pub fn told(&self) -> String {
        let mut counts = BTreeMap::<String, usize>::new();
        for write in &self.writes {
            *counts.entry(format!("{:?}", write.act)).or_default() += 1;
        }
        for answer in &self.answers {
            let did = if answer.permit { "permits" } else { "denies" };
            *counts
                .entry(format!("node {} {did}", answer.node))
                .or_default() += 1;
        }
        format!("{counts:?}, {} murky", self.murky.len())
    }
}

/// The writes in the order of time.
struct Order<'h> {
    /// By when they were acknowledged, each with the highest place so far.
    acknowledged: Vec<(Instant, &'h Write)>,
    /// By when they were begun, the last one first, each with the lowest place so far.
    begun: Vec<(Instant, &'h Write)>,
}

impl<'h> Order<'h> {
    fn of(writes: &'h [Write]) -> Self {
        let ended = |write: &'h Write| Some((write.ended?, write));
        let mut acknowledged: Vec<_> = writes.iter().filter_map(ended).collect();
        acknowledged.sort_by_key(|(ended, _)| *ended);
        let mut begun: Vec<_> = writes.iter().map(|write| (write.begun, write)).collect();
        begun.sort_by_key(|(begun, _)| std::cmp::Reverse(*begun));
        keep(&mut acknowledged, |one, other| {
            one.position > other.position
        });
        keep(&mut begun, |one, other| one.position < other.position);
        Self {
            acknowledged,
            begun,
        }
    }

    /// Of what was acknowledged before an instant, what stands last.
    fn last_before(&self, at: Instant) -> Option<&'h Write> {
        let before = self.acknowledged.partition_point(|(ended, _)| *ended < at);
        Some(self.acknowledged.get(before.checked_sub(1)?)?.1)
    }

    /// Of what was begun after an instant, what stands first.
    fn first_after(&self, at: Instant) -> Option<&'h Write> {
        let after = self.begun.partition_point(|(begun, _)| *begun > at);
        Some(self.begun.get(after.checked_sub(1)?)?.1)
    }

    /// Of two writes, one after the other, the places are in that order.
    fn too_early(&self, write: &Write) -> Option<String> {
        let before = self.last_before(write.begun)?;
        (before.position >= write.position)
            .then(|| format!("{write:?} stands before what was acknowledged: {before:?}"))
    }

    /// An answer takes into account what was acknowledged before it was asked for, and nothing that was begun after it
    /// was given.
    fn misplaced(&self, answer: &Answer) -> Vec<String> {
        let missed = self.last_before(answer.begun);
        let missed = missed.filter(|write| write.position >= answer.position);
        let foreseen = self.first_after(answer.ended);
        let foreseen = foreseen.filter(|write| write.position < answer.position);
        let missed = missed.map(|write| format!("{answer:?} lacks {write:?}"));
        let foreseen = foreseen.map(|write| format!("{answer:?} foresees {write:?}"));
        missed.into_iter().chain(foreseen).collect()
    }
}

/// Puts in the place of each write the best of those up to it.
fn keep(writes: &mut [(Instant, &Write)], better: impl Fn(&Write, &Write) -> bool) {
    let mut best: Option<&Write> = None;
    for (_, write) in writes {
        *write = best.filter(|best| better(best, write)).unwrap_or(write);
        best = Some(write);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn write(span: (u64, u64), persons: &[usize], act: Act, position: u64) -> Write {
        let start = Instant::now();
        Write {
            begun: start + Duration::from_secs(span.0),
            ended: Some(start + Duration::from_secs(span.1)),
            persons: persons.to_vec(),
            act,
            position,
            effective: i64::try_from(position).unwrap(),
        }
    }

    fn answer(span: (u64, u64), person: usize, permit: bool, position: u64) -> Answer {
        let start = Instant::now();
        Answer {
            begun: start + Duration::from_secs(span.0),
            ended: start + Duration::from_secs(span.1),
            person,
            permit,
            position,
            node: 0,
            clock: i64::MAX,
        }
    }

    /// A yes, a no of somebody who is found to be the same, and what may be answered after them.
    fn history(answers: Vec<Answer>) -> History {
        History {
            writes: vec![
                write((0, 10), &[1], Act::Yes, 4),
                write((20, 30), &[1, 2], Act::No, 7),
                write((40, 50), &[2], Act::Yes, 9),
                write((60, 70), &[1], Act::Erasure, 11),
            ],
            answers,
            murky: BTreeSet::new(),
            one_clock: true,
        }
    }

    #[test]
    fn what_can_be_is_no_violation() {
        let good = history(vec![
            answer((0, 5), 1, false, 4),
            answer((15, 18), 1, true, 5),
            answer((22, 28), 1, true, 7),
            answer((35, 38), 1, false, 8),
            answer((55, 58), 1, true, 10),
            answer((80, 90), 2, false, 12),
            answer((80, 90), 3, false, 12),
        ]);
        assert_eq!(good.violations(), Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_violation_is_found() {
        for (wrong, why) in [
            (answer((35, 38), 1, true, 7), "lacks"),
            (answer((15, 18), 1, false, 8), "foresees"),
            (answer((35, 38), 1, true, 8), "permits"),
            (answer((35, 38), 2, true, 8), "permits"),
            (answer((55, 58), 1, false, 10), "denies"),
            (answer((80, 90), 2, true, 12), "permits"),
            (answer((5, 8), 3, true, 5), "permits"),
        ] {
            let found = history(vec![wrong.clone()]).violations();
            assert!(
                found.iter().any(|one| one.contains(why)),
                "{wrong:?}: {found:?}"
            );
        }
        let mut swapped = history(Vec::new());
        swapped.writes[2].position = 6;
        assert_eq!(swapped.violations().len(), 1, "{:?}", swapped.violations());
    }

    /// A clock that is behind puts a yes before the no that was said first: it is no permission, and its absence no fault.
    #[test]
    fn clocks_that_differ_make_no_yes() {
        let mut skewed = history(vec![
            answer((55, 58), 1, false, 10),
            answer((55, 58), 2, true, 10),
        ]);
        skewed.writes[2].effective = 1;
        let mut early = answer((55, 58), 2, false, 10);
        early.clock = 0;
        skewed.answers.push(early);
        assert_eq!(skewed.violations(), Vec::<String>::new());
        skewed.writes[2].act = Act::No;
        skewed.writes[1].act = Act::Yes;
        let found = skewed.violations();
        assert_eq!(
            found.len(),
            1,
            "an acknowledged no holds, whatever its clock: {found:?}"
        );
    }
}
