//! What several clients did and saw at several nodes, and what of it cannot be. Each write and each answer tells its
//! place in the log; so a history is linearizable where places keep the order of time, and each answer follows from the
//! writes before its place.

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
        let mut found = self.order_of_writes();
        for answer in &self.answers {
            found.extend(self.place(answer));
            found.extend(self.content(answer));
        }
        found
    }

    /// Of two writes, one after the other, the places are in that order.
    fn order_of_writes(&self) -> Vec<String> {
        let mut acknowledged: Vec<(Instant, u64)> = self
            .writes
            .iter()
            .filter_map(|write| Some((write.ended?, write.position)))
            .collect();
        acknowledged.sort_unstable();
        let mut later: Vec<&Write> = self.writes.iter().collect();
        later.sort_by_key(|write| write.begun);
        let (mut found, mut highest, mut next) = (Vec::new(), None, acknowledged.iter().peekable());
        for write in later {
            while let Some((_, position)) = next.next_if(|(ended, _)| *ended < write.begun) {
                highest = highest.max(Some(*position));
            }
            if highest.is_some_and(|before| before >= write.position) {
                found.push(format!(
                    "{write:?} stands before what was acknowledged: {highest:?}"
                ));
            }
        }
        found
    }

    /// An answer takes into account what was acknowledged before it was asked for, and nothing that was begun after it
    /// was given.
    fn place(&self, answer: &Answer) -> Vec<String> {
        let missed = |write: &&Write| {
            write.ended.is_some_and(|ended| ended < answer.begun)
                && write.position >= answer.position
        };
        let foreseen =
            |write: &&Write| write.begun > answer.ended && write.position < answer.position;
        let missed = self.writes.iter().filter(missed);
        let missed = missed.map(|write| format!("{answer:?} lacks {write:?}"));
        let foreseen = self.writes.iter().filter(foreseen);
        missed
            .chain(foreseen.map(|write| format!("{answer:?} foresees {write:?}")))
            .collect()
    }

    /// An answer follows from what was written before its place. A yes is permitted where the person's last word was
    /// one; a no is answered where none of them was, or where an earlier no takes effect after the last yes.
    fn content(&self, answer: &Answer) -> Option<String> {
        let (same, before) = self.about(answer.person, answer.position);
        let erased = self.erased(answer.position);
        let last = before.iter().max_by_key(|write| write.position);
        let said_yes = last.is_some_and(|write| write.act == Act::Yes);
        let is_murky = same.iter().any(|person| self.murky.contains(person));
        if answer.permit {
            let lawful = !erased.contains(&answer.person) && (said_yes || is_murky);
            return (!lawful).then(|| format!("{answer:?} permits after {last:?}"));
        }
        let holds = before
            .iter()
            .max_by_key(|write| (write.effective, write.act != Act::Yes, write.position));
        let has_come = |write: &Write| write.act == Act::Yes && write.effective <= answer.clock;
        let says_yes = said_yes && holds.is_some_and(|write| has_come(write));
        // whoever shares a contact point with somebody who was erased may be kept from it
        let is_kept = same.iter().any(|person| erased.contains(person));
        let wrong = self.one_clock && says_yes && !is_kept && !is_murky;
        wrong.then(|| format!("{answer:?} denies after {last:?}"))
    }

    /// Whose contact points are never to be used again, at a place: of each erasure, everybody who was the same then.
    fn erased(&self, position: u64) -> BTreeSet<usize> {
        let erasures = self.writes.iter();
        let erasures =
            erasures.filter(|write| write.act == Act::Erasure && write.position < position);
        erasures
            .flat_map(|erasure| self.about(erasure.persons[0], erasure.position).0)
            .collect()
    }

    /// Everybody who is the same as a person at a place, and what was written about them.
    fn about(&self, person: usize, position: u64) -> (BTreeSet<usize>, Vec<&Write>) {
        let says = |write: &&Write| write.position < position && write.act != Act::Erasure;
        let before: Vec<&Write> = self.writes.iter().filter(says).collect();
        let mut same = BTreeSet::from([person]);
        loop {
            let known = same.len();
            for write in &before {
                if write.persons.iter().any(|one| same.contains(one)) {
                    same.extend(write.persons.iter().copied());
                }
            }
            if same.len() == known {
                break;
            }
        }
        let mut about = before;
        about.retain(|write| write.persons.iter().any(|one| same.contains(one)));
        (same, about)
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
