//! Conditions that differ from another in one place, as a mistake in lowering or in the program
//! would make them; and the exact question whether two conditions are the same.
#![allow(clippy::indexing_slicing, reason = "for tests")]

use super::condition::Condition;
use super::test::Test;
use std::collections::BTreeSet;

/// Every condition with one mistake. Some ask the same as the right one in other words.
pub(super) fn of(right: &Condition) -> Vec<Condition> {
    let mut all = vec![Condition::Never, Condition::Always];
    all.extend(with_a_mistake(right));
    let mut kept: Vec<Condition> = Vec::new();
    for mutant in all {
        if mutant != *right && !kept.contains(&mutant) {
            kept.push(mutant);
        }
    }
    kept
}

fn with_a_mistake(right: &Condition) -> Vec<Condition> {
    match right {
        Condition::Always | Condition::Never => Vec::new(),
        Condition::Test(test) => of_test(*test),
        Condition::All(parts) => of_parts(right, parts, Condition::all, Condition::any),
        Condition::Any(parts) => of_parts(right, parts, Condition::any, Condition::all),
    }
}

/// A part lost, the other joint, the negation lost, or a mistake in one of the parts.
fn of_parts(
    right: &Condition,
    parts: &[Condition],
    joined: impl Fn(Vec<Condition>) -> Condition,
    other_joint: impl Fn(Vec<Condition>) -> Condition,
) -> Vec<Condition> {
    let mut all = vec![other_joint(parts.to_vec()), right.clone().negated()];
    for at in 0..parts.len() {
        let mut fewer = parts.to_vec();
        fewer.remove(at);
        all.push(joined(fewer));
        for mistaken in with_a_mistake(&parts[at]) {
            let mut changed = parts.to_vec();
            changed[at] = mistaken;
            all.push(joined(changed));
        }
    }
    all
}

/// `==` for `!=`, `<` for `<=`, the literal next to the right one, the operands in the other order.
fn of_test(test: Test) -> Vec<Condition> {
    let (from, to) = test.ends();
    let fact = test.fact();
    let mut all = vec![Condition::Test(test.negated())];
    let moved = |code: u16, by: i32| u16::try_from(i32::from(code) + by).ok();
    for (by_from, by_to) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1)] {
        if let (Some(from), Some(to)) = (moved(from, by_from), moved(to, by_to)) {
            let range = Condition::from(Test::range(fact, from, to));
            all.push(if test.is_within() {
                range
            } else {
                range.negated()
            });
        }
    }
    // `a < b` is asked as `b < a`
    if from == 0 {
        all.push(Test::range(fact, to.saturating_add(2), u16::MAX).into());
    }
    if to == u16::MAX && from > 1 {
        all.push(Test::range(fact, 0, from - 2).into());
    }
    all
}

/// Whether two conditions hold for the same facts: each value of a fact that they can tell apart is
/// tried, fact by fact, until nothing is left to ask.
pub(super) fn are_equal(one: &Condition, other: &Condition) -> bool {
    if one == other {
        return true;
    }
    let Some(fact) = one.reads().and(other.reads()).iter().next() else {
        return false;
    };
    let mut codes = BTreeSet::from([0]);
    let mut note = |test: Test| {
        if test.fact() == fact {
            let (from, to) = test.ends();
            codes.extend([from, to.saturating_add(1)]);
        }
    };
    one.each_test(&mut note);
    other.each_test(&mut note);
    let (_, greatest) = fact.kind();
    let mut codes = codes.iter().filter(|code| **code <= greatest);
    codes.all(|code| {
        let known = |asked| (asked == fact).then_some(*code);
        are_equal(&one.given(&known), &other.given(&known))
    })
}
