//! Facts for tests, drawn at random and aimed: at permits, which facts drawn at random hardly ever
//! give, and at the borders of each policy.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "for tests")]

use super::borders::{Borders, borders};
use super::compiled::{Condition, Rule};
use super::dice;
use super::facts::tests::consented_email;
use super::{Channel, Codes, Effect, FactName, Facts, LegalBasis, PurposeUse, Stated};

/// The same draws on every machine and run.
pub(super) struct Draw(dice::Draw);

impl Draw {
    pub(super) const fn of_seed(seed: u64) -> Self {
        Self(dice::Draw::of_seed(seed))
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0.below(n)
    }

    pub(super) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        self.0.of(all).unwrap()
    }

    fn chance(&mut self) -> bool {
        self.below(2) == 0
    }
}

impl Borders {
    /// Every fact drawn anew.
    pub(super) fn anything(&self, draw: &mut Draw) -> Codes {
        let mut codes = consented_email().codes();
        for fact in FactName::ALL {
            codes.set(*fact, draw.of(self.near(*fact)));
        }
        codes
    }

    /// A permit's neighbourhood: favourable facts with up to three of them changed.
    pub(super) fn near_a_permit(&self, draw: &mut Draw) -> Codes {
        let mut codes = favourable(draw).codes();
        for _ in 0..draw.below(4) {
            let fact = draw.of(FactName::ALL);
            codes.set(fact, draw.of(self.near(fact)));
        }
        codes
    }

    /// Half near a permit, half anything.
    pub(super) fn facts(&self, draw: &mut Draw) -> Facts {
        let codes = if draw.chance() {
            self.near_a_permit(draw)
        } else {
            self.anything(draw)
        };
        Facts::of(&codes).unwrap()
    }

    /// Facts on which one part of a policy decides whether it holds: what stands beside the part
    /// leaves it the say, and its own facts lie on their borders. Parts that ask about the same fact
    /// may spoil it for each other: it is tried a few times.
    /// Each `turn` another border is taken.
    pub(super) fn aimed(&self, rule: &Rule, part: usize, turn: usize, draw: &mut Draw) -> Codes {
        let mut codes = if draw.chance() {
            favourable(draw).codes()
        } else {
            self.near_a_permit(draw)
        };
        for _ in 0..8 {
            self.focus(&rule.condition, (part, turn), &mut codes, draw);
            if decides(&rule.condition, part, &codes) {
                break;
            }
        }
        codes
    }

    /// Facts changed until a permit holds and no stop does, as far as that goes.
    pub(super) fn permitted(
        &self,
        permit: &Rule,
        all: &[Rule],
        mut codes: Codes,
        draw: &mut Draw,
    ) -> Codes {
        for _ in 0..4 {
            self.make(&permit.condition, true, &mut codes, draw);
            for stop in all {
                let stops = stop.description.effect == Effect::Deny;
                if stops && stop.condition.holds(&codes) {
                    self.make(&stop.condition, false, &mut codes, draw);
                }
            }
        }
        codes
    }

    fn focus(
        &self,
        condition: &Condition,
        (part, turn): (usize, usize),
        codes: &mut Codes,
        draw: &mut Draw,
    ) {
        let (parts, aside) = match condition {
            Condition::All(parts) if part > 0 => (parts, true),
            Condition::Any(parts) if part > 0 => (parts, false),
            Condition::Test(test) => {
                let ends = borders(*test);
                return codes.set(test.fact(), ends[turn % ends.len()]);
            }
            _ => return self.make(condition, turn.is_multiple_of(2), codes, draw),
        };
        let mut left = part - 1;
        let mut chosen = None;
        for one in parts {
            let held = size(one);
            if chosen.is_none() && left < held {
                chosen = Some((one, left));
            } else {
                left = left.saturating_sub(held);
                self.make(one, aside, codes, draw);
            }
        }
        if let Some((one, left)) = chosen {
            self.focus(one, (left, turn), codes, draw);
        }
    }

    /// Sets facts so that a condition holds, or does not: as far as its parts do not disagree.
    fn make(&self, condition: &Condition, wanted: bool, codes: &mut Codes, draw: &mut Draw) {
        match condition {
            Condition::Always | Condition::Never => {}
            Condition::Test(test) => {
                let right = |code: &u16| test.holds(*code) == wanted;
                let mut from: Vec<u16> = borders(*test).into_iter().filter(right).collect();
                if from.is_empty() || draw.below(4) == 0 {
                    from = self
                        .near(test.fact())
                        .iter()
                        .copied()
                        .filter(right)
                        .collect();
                }
                codes.set(test.fact(), draw.of(&from));
            }
            Condition::All(parts) | Condition::Any(parts) => {
                let each = matches!(condition, Condition::All(_)) == wanted;
                if each {
                    parts
                        .iter()
                        .for_each(|part| self.make(part, wanted, codes, draw));
                } else {
                    let one = draw.below(parts.len());
                    self.make(&parts[one], wanted, codes, draw);
                }
            }
        }
    }
}

/// How many parts a condition has, itself and parts of parts included.
pub(super) fn size(condition: &Condition) -> usize {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => 1 + parts.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Whether the answer would be another one if a part's were.
fn decides(condition: &Condition, part: usize, codes: &Codes) -> bool {
    let (parts, aside) = match condition {
        Condition::All(parts) if part > 0 => (parts, true),
        Condition::Any(parts) if part > 0 => (parts, false),
        _ => return true,
    };
    let mut left = part - 1;
    let mut chosen = None;
    for one in parts {
        if chosen.is_none() && left < size(one) {
            chosen = Some((one, left));
        } else {
            left = left.saturating_sub(size(one));
            if one.holds(codes) != aside {
                return false;
            }
        }
    }
    chosen.is_none_or(|(one, left)| decides(one, left, codes))
}

/// Facts that a permit is near to.
fn favourable(draw: &mut Draw) -> Facts {
    let mut facts = Facts {
        channel: draw.of(Channel::ALL),
        ..consented_email()
    };
    match draw.below(4) {
        0 => {
            facts.purpose_use = PurposeUse::ServiceMessage;
            facts.legal_basis = draw.of(LegalBasis::ALL);
        }
        1 => {
            facts.legal_basis = LegalBasis::LegitimateInterest;
            facts.channel = Channel::PostAddressed;
        }
        2 => {
            facts.purpose_use = draw.of(PurposeUse::ALL);
            facts.recipient_named = Stated::Yes;
        }
        _ => {}
    }
    facts
}
