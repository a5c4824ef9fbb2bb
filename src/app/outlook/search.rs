//! The smallest set of changes that flips a denial.
//!
//! Sets of one change are tried before sets of two. To lift a denial its first stop must fall, so that
//! only a change of a fact that this stop reads is a beginning: nothing that could help is left out, and
//! little else is tried. Time is a change like others.

use super::aged::aged;
use super::case::{Answer, Case, Deed};
use super::instants::{Instants, paced};
use super::steps::{Act, Step, go_together, steps, touched};
use super::{AHEAD, Change, Lawful, WayOut, slow, turning, turning_but_pace};
use crate::app::facts::{Said, Seen};
use crate::policy::{Country, FactSet, Facts, Kept, Situation};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::sync::Arc;

/// Most changes in a set.
const DEPTH: usize = 5;

/// What would flip a denial at an instant. The engine is asked `effort` times at most.
pub(in crate::app) fn lawful(
    case: &Case<'_>,
    said: &Said,
    at: DateTime<Utc>,
    effort: usize,
) -> Lawful {
    if case.engine.is_by_cedar() {
        return Lawful::NotKnown;
    }
    let mut search = Search {
        case,
        at,
        left: effort,
        steps: steps(missing_zone(case, said, at)),
    };
    search.run(said).unwrap_or_default()
}

/// What has been changed so far.
#[derive(Clone)]
struct State {
    said: Said,
    deeds: Vec<Deed>,
    /// The places of the steps.
    taken: Vec<usize>,
}

struct Search<'a> {
    case: &'a Case<'a>,
    at: DateTime<Utc>,
    /// How often the engine may still be asked.
    left: usize,
    steps: Vec<Step>,
}

/// A set that flips the denial: what is changed, and from when on.
type Found = (State, Option<DateTime<Utc>>);

impl Search<'_> {
    fn run(&mut self, said: &Said) -> Option<Lawful> {
        let root = State {
            said: said.clone(),
            deeds: Vec::new(),
            taken: Vec::new(),
        };
        let now = self.ask(&root, self.at)?;
        if self.is_hopeless(&root, &now.situation) {
            return Some(Lawful::Nothing);
        }
        let reads = self.case.engine.stops_read(&now.situation);
        let (state, from) = (1..=DEPTH).find_map(|most| self.within(&root, most))?;
        Some(Lawful::If(Arc::new(self.told(said, reads, &state, from))))
    }

    /// Whether nothing that anybody could change lifts it.
    fn is_hopeless(&self, root: &State, now: &Situation) -> bool {
        let engine = self.case.engine;
        let laws_change = engine.next_era(now.laws, now.day).is_some();
        let free = touched(&now.facts).and(slow());
        let known = self.case.asked(&root.said, self.at).is_some() && engine.knows(now.laws);
        !laws_change && known && !engine.may_permit(now, now, free)
    }

    /// A set of at most so many further changes.
    fn within(&mut self, state: &State, most: usize) -> Option<Found> {
        let Answer { situation, permit } = self.ask(state, self.at)?;
        if permit {
            return Some((state.clone(), None));
        }
        if most == 0 {
            return None;
        }
        if let Some(from) = self.waiting(state, &situation) {
            return Some((state.clone(), Some(from)));
        }
        let reads = self.case.engine.rests_on(&situation);
        for place in 0..self.steps.len() {
            let next = self.with(state, place, reads, &situation);
            if let Some(found) = next.and_then(|next| self.within(&next, most - 1)) {
                return Some(found);
            }
        }
        None
    }

    fn with(
        &self,
        state: &State,
        place: usize,
        reads: FactSet,
        situation: &Situation,
    ) -> Option<State> {
        let step = self.steps.get(place)?;
        let taken = || {
            state
                .taken
                .iter()
                .filter_map(|place| self.steps.get(*place))
        };
        let fits = !state.taken.contains(&place) && taken().all(|one| go_together(one, step));
        if !fits || !step.touches(reads, &situation.facts) {
            return None;
        }
        let mut next = state.clone();
        next.taken.push(place);
        match step.act {
            Act::Say(say, _) => say(&mut next.said).then_some(())?,
            Act::Do(deed) => next.deeds.push(deed),
            Act::Zone(zone) => {
                next.said.person.get_or_insert_default().timezone = Some(zone.name().to_owned());
            }
        }
        Some(next)
    }

    /// From when on time alone would do.
    fn waiting(&mut self, state: &State, now: &Situation) -> Option<DateTime<Utc>> {
        let engine = self.case.engine;
        let laws_change = engine.next_era(now.laws, now.day).is_some();
        let mut begin = self.at;
        if !laws_change && self.case.persons.len() == 1 {
            let later = self.ask(state, self.at + TimeDelta::days(AHEAD))?.situation;
            if !engine.may_permit(now, &later, turning()) {
                return None;
            }
            begin = self.held_back(now, &later).unwrap_or(begin);
        }
        let case = self.case;
        let instants = Instants::of(case, &state.said, self.at);
        for (start, instants) in instants.days(begin, AHEAD) {
            let probe = self.ask(state, start)?;
            // where the zone is known, all but the clock's facts are the same for the whole day
            let hopeful = || engine.may_permit(&probe.situation, &probe.situation, turning());
            if case.zone(&state.said).is_some() && !probe.permit && !hopeful() {
                continue;
            }
            for instant in instants {
                if self.ask(state, instant)?.permit {
                    return Some(instant);
                }
            }
        }
        None
    }

    /// The instant before the person's pause or bound ends, where nothing is permitted until then: half a
    /// year need not be looked through day by day.
    fn held_back(&self, now: &Situation, later: &Situation) -> Option<DateTime<Utc>> {
        let [_] = self.case.persons else { return None };
        let [paused, full] = paced(self.case, self.at).next()?;
        let holds = |set: fn(&mut Facts)| {
            let (mut now, mut later) = (*now, *later);
            set(&mut now.facts);
            set(&mut later.facts);
            !self
                .case
                .engine
                .may_permit(&now, &later, turning_but_pace())
        };
        let ends = [
            (paused, holds(|facts| facts.paused = true)),
            (full, holds(|facts| facts.pace_reached = true)),
        ];
        let ends = ends
            .into_iter()
            .filter(|(end, holds)| *holds && *end > self.at);
        let last = ends.map(|(end, _)| end).max()?;
        Some(last - TimeDelta::microseconds(1))
    }

    fn ask(&mut self, state: &State, at: DateTime<Utc>) -> Option<Answer> {
        self.left = self.left.checked_sub(1)?;
        let deeds = (state.deeds.as_slice(), self.at);
        self.case.ask_after(&state.said, deeds, at)
    }

    fn told(
        &self,
        said: &Said,
        reads: FactSet,
        state: &State,
        from: Option<DateTime<Utc>>,
    ) -> WayOut {
        let taken = state
            .taken
            .iter()
            .filter_map(|place| self.steps.get(*place));
        let change = |step: &Step| Change {
            code: step.code,
            value: step.value,
            by: step.by,
        };
        WayOut {
            changes: taken.map(change).collect(),
            from,
            zone: self.case.zone(&state.said),
            aged: from.map_or_else(Vec::new, |from| aged(self.case, said, reads, self.at, from)),
            purpose: self.case.purpose.id.as_str().to_owned(),
            channel: self.case.channel,
            kept: Kept::default(),
        }
    }
}

/// The zone to be given where none is known: that of the country's capital.
fn missing_zone(case: &Case<'_>, said: &Said, at: DateTime<Utc>) -> Option<Tz> {
    if case.zone(said).is_some() {
        return None;
    }
    let laws = case.asked(said, at)?.situation(&Seen::default()).laws;
    Some(match laws.iter().next() {
        Some(Country::Belgium) => chrono_tz::Europe::Brussels,
        Some(Country::Denmark) => chrono_tz::Europe::Copenhagen,
        Some(Country::France) => chrono_tz::Europe::Paris,
        Some(Country::Germany) => chrono_tz::Europe::Berlin,
        Some(Country::Italy) => chrono_tz::Europe::Rome,
        Some(Country::Netherlands) => chrono_tz::Europe::Amsterdam,
        Some(Country::Spain) => chrono_tz::Europe::Madrid,
        Some(Country::UnitedKingdom) => chrono_tz::Europe::London,
        _ => case.setting.home_zone,
    })
}
