//! The compiled policies against plain Cedar, on random facts, half of them on the borders of the
//! policies; and mutants of what was compiled, which the same cases must find.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::super::borders::Borders;
use super::super::draw::{Draw, size};
use super::super::pack_tests::engine;
use super::super::program::Era;
use super::super::vocabulary::{Country, Fact};
use super::super::{Codes, Effect, FactName, Facts, Laws, LegalDay, Situation};
use super::by_use::Use;
use super::condition::Condition;
use super::mutants;
use super::rules::Rule;
use cedar_policy::PolicySet;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Cases of every run; a million where the long tests are asked for.
fn cases() -> usize {
    if std::env::var("PLACET_TEST_LONG").is_ok_and(|long| long == "1") {
        1_000_000
    } else {
        50_000
    }
}

/// One law in one era, with its permits alone: a stop hides from Cedar which permits hold.
struct Held<'a> {
    at: usize,
    country: Country,
    day: LegalDay,
    era: &'a Era,
    permits: PolicySet,
}

fn held() -> Vec<Held<'static>> {
    let mut all = Vec::new();
    for country in Country::ALL {
        let Some(program) = engine().programs().of(*country) else {
            continue;
        };
        for era in &program.eras {
            let mut permits = PolicySet::new();
            for policy in era.policies.policies() {
                if policy.effect() == cedar_policy::Effect::Permit {
                    permits.add(policy.clone()).unwrap();
                }
            }
            let first = "2017-01-01".parse().unwrap();
            all.push(Held {
                at: all.len(),
                country: *country,
                day: LegalDay::known(era.from().unwrap_or(first)),
                era,
                permits,
            });
        }
    }
    all
}

/// Where cases are drawn from. Each follows from its number, on every machine.
struct Cases {
    all: Vec<Held<'static>>,
    borders: Borders,
    /// Each part of each policy.
    parts: Vec<(&'static Rule, usize)>,
    /// The places of the laws that have a policy.
    laws: BTreeMap<&'static str, Vec<usize>>,
}

impl Cases {
    fn new() -> Self {
        let all = held();
        let mut laws: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        for held in &all {
            for rule in held.era.rules.all() {
                laws.entry(&rule.description.id).or_default().push(held.at);
            }
        }
        let parts = |rule: &'static Rule| (0..size(&rule.condition)).map(move |part| (rule, part));
        Self {
            all,
            laws,
            borders: Borders::of(engine().rules()),
            parts: engine().rules().iter().flat_map(parts).collect(),
        }
    }

    /// A law and facts: half aimed at each part of each policy in turn, the others at a permit, near
    /// one, or at nothing.
    fn case(&self, number: usize) -> (&Held<'static>, Codes) {
        let mut draw = Draw::of_seed(number as u64);
        let visit = number / 2;
        let (rule, part) = self.parts[visit % self.parts.len()];
        let (held, mut codes) = match number % 8 {
            1 | 5 => (
                &self.all[draw.below(self.all.len())],
                self.borders.near_a_permit(&mut draw),
            ),
            3 => {
                let codes = self.borders.aimed(rule, 0, 0, &mut draw);
                let held = self.law_of(rule, &codes, &mut draw);
                let all = held.era.rules.all();
                (held, self.borders.permitted(rule, all, codes, &mut draw))
            }
            7 => (
                &self.all[draw.below(self.all.len())],
                self.borders.anything(&mut draw),
            ),
            _ => {
                let turn = visit / self.parts.len();
                let codes = self.borders.aimed(rule, part, turn, &mut draw);
                (self.law_of(rule, &codes, &mut draw), codes)
            }
        };
        codes.set(FactName::country, held.country.code());
        (held, codes)
    }

    /// A law that has the policy: of the country that the facts name, where that is one.
    fn law_of(&self, rule: &Rule, codes: &Codes, draw: &mut Draw) -> &Held<'static> {
        let places = self.laws[rule.description.id.as_str()].iter();
        let laws: Vec<&Held<'_>> = places.map(|at| &self.all[*at]).collect();
        let named = |held: &&Held<'_>| held.country.code() == codes.get(FactName::country);
        let exact: Vec<&Held<'_>> = laws.iter().copied().filter(named).collect();
        draw.of(if exact.is_empty() { &laws } else { &exact })
    }
}

/// What has been seen.
#[derive(Default)]
struct Seen {
    held: BTreeSet<String>,
    determining: BTreeSet<String>,
    permitted: usize,
}

/// Asks both, and compares the whole outcome and each policy that holds.
fn judge(held: &Held<'_>, codes: Codes, seen: &mut Seen) {
    let facts = Facts::of(&codes).unwrap();
    let situation = Situation {
        facts,
        laws: Laws::of(facts.channel, Some(held.country), None),
        day: held.day,
    };
    let right = engine().decide_by_cedar(&situation);
    assert_eq!(engine().decide(&situation), right, "{situation:?}");
    seen.determining.extend(right.determining().iter().cloned());
    seen.permitted += usize::from(right.is_permit());
    let mut holding: BTreeSet<String> = right.determining().iter().cloned().collect();
    if !right.is_permit() {
        let permits = engine().reference().evaluate(&held.permits, &facts);
        holding.extend(permits.unwrap().determining().iter().cloned());
    }
    let rules = held.era.rules.rules(Use::of(&facts)).unwrap();
    assert_eq!(rules.holding(&codes), holding, "{situation:?}");
    seen.held.extend(holding);
}

/// All cases, over the processors that there are.
fn all_judged() -> Seen {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let all = Cases::new();
    let run = |thread: usize| {
        let mut seen = Seen::default();
        // a run of eight has each kind of case
        for eight in (thread..cases() / 8).step_by(threads) {
            for number in eight * 8..eight * 8 + 8 {
                let (held, codes) = all.case(number);
                judge(held, codes, &mut seen);
            }
        }
        seen
    };
    std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..threads)
            .map(|one| scope.spawn(move || run(one)))
            .collect();
        let mut whole = Seen::default();
        for one in threads {
            let seen = one.join().unwrap();
            whole.held.extend(seen.held);
            whole.determining.extend(seen.determining);
            whole.permitted += seen.permitted;
        }
        whole
    })
}

/// The policies that are not in a set.
fn lacking(seen: &BTreeSet<String>) -> Vec<&'static String> {
    let ids = engine().policies().map(|one| &one.id);
    ids.filter(|id| !seen.contains(*id)).collect()
}

#[test]
fn the_compiled_policies_are_cedars() {
    let seen = all_judged();
    assert!(seen.permitted > cases() / 50, "{} permits", seen.permitted);
    assert!(lacking(&seen.held).is_empty(), "{:?}", lacking(&seen.held));
    let never = lacking(&seen.determining);
    assert!(never.is_empty(), "determined no answer: {never:?}");
}

/// Every mutant of every policy differs from it, and so from Cedar, on one of the fifty thousand
/// cases that both were asked about; or it differs from it nowhere.
#[test]
fn the_same_cases_find_every_mutant() {
    let all = Cases::new();
    let drawn: Vec<_> = (0..50_000).map(|number| all.case(number)).collect();
    let (mut found, mut same, mut alive) = (0, 0, Vec::new());
    for rule in engine().rules() {
        let id = &rule.description.id;
        let has = |held: &Held<'_>| all.laws[id.as_str()].binary_search(&held.at).is_ok();
        let countries: BTreeSet<Country> = all
            .all
            .iter()
            .filter(|held| has(held))
            .map(|held| held.country)
            .collect();
        let cases: Vec<(&Codes, bool)> = drawn
            .iter()
            .filter(|(held, _)| has(held))
            .map(|(_, codes)| (codes, rule.condition.holds(codes)))
            .collect();
        // a country whose law does not have the policy is never asked about
        let equal = |mutant: &Condition| {
            countries.iter().all(|country| {
                let known = |fact| (fact == FactName::country).then_some(country.code());
                mutants::are_equal(&rule.condition.given(&known), &mutant.given(&known))
            })
        };
        for mutant in mutants::of(&rule.condition) {
            if cases
                .iter()
                .any(|(codes, holds)| mutant.holds(*codes) != *holds)
            {
                found += 1;
            } else if equal(&mutant) {
                same += 1;
            } else {
                alive.push(format!("{id}: {mutant:?} for {:?}", rule.condition));
            }
        }
    }
    assert!(alive.is_empty(), "{} alive: {alive:#?}", alive.len());
    assert!(
        found > 5_000 && same < found / 10,
        "{found} found, {same} equal"
    );
}

#[test]
fn several_laws_and_uncertain_days_are_decided_as_cedar_does() {
    let borders = Borders::of(engine().rules());
    let mut draw = Draw::of_seed(77);
    let days: Vec<NaiveDate> = held().iter().filter_map(|one| one.era.from()).collect();
    let countries: Vec<Option<Country>> = Country::ALL
        .iter()
        .copied()
        .map(Some)
        .chain([None])
        .collect();
    let mut permits = 0;
    for _ in 0..cases() / 25 {
        let facts = borders.facts(&mut draw);
        let day = draw.of(&days);
        let earliest = if draw.below(3) == 0 {
            day.pred_opt().unwrap()
        } else {
            day
        };
        let (one, other) = (draw.of(&countries), draw.of(&countries));
        let situation = Situation {
            facts,
            laws: Laws::of(facts.channel, one, other),
            day: LegalDay {
                earliest,
                latest: day,
            },
        };
        let right = engine().decide_by_cedar(&situation);
        permits += usize::from(right.effect() == Effect::Permit);
        assert_eq!(engine().decide(&situation), right, "{situation:?}");
    }
    assert!(permits > 0);
}
