//! Whether some facts make all of several conditions hold: decided exactly.
//!
//! A condition compares single facts with literals. So each fact has few values that can be told apart,
//! and the question is a finite one: what follows is drawn from single tests, and where nothing follows
//! a part is supposed to hold, and then not to.

use super::codes::Codes;
use super::compiled::Condition;
use super::facts::FactName;

/// The values that each fact may still have; none is empty.
#[derive(Debug, Clone)]
pub(super) struct Domains(Vec<Vec<u16>>);

/// More steps would have been needed than were allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

impl Domains {
    /// Of each fact these values.
    pub fn new(values: impl Fn(FactName) -> Vec<u16>) -> Self {
        Self(FactName::ALL.iter().map(|fact| values(*fact)).collect())
    }

    /// One row of them; of each fact the least value.
    pub fn row(&self, mut codes: Codes) -> Codes {
        for (fact, values) in FactName::ALL.iter().zip(&self.0) {
            codes.set(*fact, values.iter().min().copied().unwrap_or_default());
        }
        codes
    }

    fn of(&self, fact: FactName) -> &[u16] {
        self.0.get(fact as usize).map_or(&[], Vec::as_slice)
    }

    /// Keeps the values for which a test holds; false where there is none.
    fn keep(&mut self, test: super::compiled::Test) -> bool {
        let Some(values) = self.0.get_mut(test.fact() as usize) else {
            return false;
        };
        values.retain(|code| test.holds(*code));
        !values.is_empty()
    }

    /// What is left of a condition.
    fn left(&self, condition: &Condition) -> Condition {
        match condition {
            Condition::Always => Condition::Always,
            Condition::Never => Condition::Never,
            Condition::Test(test) => {
                let values = self.of(test.fact());
                let holding = values.iter().filter(|code| test.holds(**code)).count();
                match holding {
                    0 => Condition::Never,
                    all if all == values.len() => Condition::Always,
                    _ => Condition::Test(*test),
                }
            }
            Condition::All(parts) => Condition::all(parts.iter().map(|part| self.left(part))),
            Condition::Any(parts) => Condition::any(parts.iter().map(|part| self.left(part))),
        }
    }
}

/// Values with which every condition holds; `None` where there are none.
///
/// # Errors
/// [`Exhausted`], where `steps` have been taken.
pub(super) fn solve(
    conditions: Vec<Condition>,
    mut domains: Domains,
    steps: &mut usize,
) -> Result<Option<Domains>, Exhausted> {
    let Some(mut open) = followed(conditions, &mut domains, steps)? else {
        return Ok(None);
    };
    let shortest = open
        .iter()
        .enumerate()
        .min_by_key(|(_, one)| parts(one).len());
    let Some(at) = shortest.map(|(at, _)| at) else {
        return Ok(Some(domains));
    };
    let chosen = open.swap_remove(at);
    let Some((first, rest)) = parts(&chosen).split_first() else {
        return Ok(None);
    };
    let mut supposed = open.clone();
    supposed.push(first.clone());
    if let Some(found) = solve(supposed, domains.clone(), steps)? {
        return Ok(Some(found));
    }
    open.push(first.clone().negated());
    open.push(Condition::any(rest.iter().cloned()));
    solve(open, domains, steps)
}

/// Draws what follows until nothing does. What is left are conditions of which one part must hold;
/// `None` where they contradict each other.
fn followed(
    mut conditions: Vec<Condition>,
    domains: &mut Domains,
    steps: &mut usize,
) -> Result<Option<Vec<Condition>>, Exhausted> {
    loop {
        *steps = steps.checked_sub(1).ok_or(Exhausted)?;
        let mut open = Vec::with_capacity(conditions.len());
        let mut moved = false;
        for condition in &conditions {
            match domains.left(condition) {
                Condition::Always => {}
                Condition::Never => return Ok(None),
                Condition::Test(test) => {
                    moved = true;
                    if !domains.keep(test) {
                        return Ok(None);
                    }
                }
                Condition::All(parts) => {
                    moved = true;
                    open.extend(parts);
                }
                any @ Condition::Any(_) => open.push(any),
            }
        }
        if !moved {
            return Ok(Some(open));
        }
        conditions = open;
    }
}

fn parts(condition: &Condition) -> &[Condition] {
    match condition {
        Condition::Any(parts) => parts,
        _ => &[],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::compiled::Test;
    use super::super::facts::tests::consented_email;
    use super::*;
    use proptest::prelude::*;

    const FACTS: [FactName; 4] = [
        FactName::age,
        FactName::weekday,
        FactName::restricted,
        FactName::consent,
    ];

    fn condition() -> impl Strategy<Value = Condition> {
        let test = (prop::sample::select(FACTS.to_vec()), 0u16..7, 0u16..3)
            .prop_map(|(fact, from, more)| Condition::from(Test::range(fact, from, from + more)));
        test.prop_recursive(4, 24, 4, |inner| {
            let parts = prop::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                parts.clone().prop_map(Condition::all),
                parts.prop_map(Condition::any),
                inner.prop_map(Condition::negated),
            ]
        })
    }

    fn values(fact: FactName) -> Vec<u16> {
        if FACTS.contains(&fact) {
            (0..=fact.kind().1.min(10)).collect()
        } else {
            vec![0]
        }
    }

    /// Every row there is.
    fn rows() -> Vec<Codes> {
        let mut rows = vec![Domains::new(|_| vec![0]).row(consented_email().codes())];
        for fact in FACTS {
            let with = |row: &Codes| {
                let row = *row;
                values(fact).into_iter().map(move |code| {
                    let mut row = row;
                    row.set(fact, code);
                    row
                })
            };
            rows = rows.iter().flat_map(with).collect();
        }
        rows
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// It finds a row exactly where trying all of them does.
        #[test]
        fn it_decides_as_trying_every_row_does(conditions in prop::collection::vec(condition(), 1..5)) {
            let hold = |row: &Codes| conditions.iter().all(|one| one.holds(row));
            let found = solve(conditions.clone(), Domains::new(values), &mut 1_000_000).unwrap();
            match found {
                Some(domains) => prop_assert!(hold(&domains.row(consented_email().codes()))),
                None => prop_assert!(!rows().iter().any(hold)),
            }
        }
    }

    #[test]
    fn it_stops_where_it_may_go_no_further() {
        let any = Condition::any([
            Test::range(FactName::age, 1, 2).into(),
            Test::range(FactName::weekday, 1, 2).into(),
        ]);
        let domains = || Domains::new(values);
        assert!(solve(vec![any.clone()], domains(), &mut 0).is_err());
        assert!(
            solve(vec![any.clone(), any.negated()], domains(), &mut 9)
                .unwrap()
                .is_none()
        );
    }
}
