//! The rules of one law in one era, made small for each kind of use that is asked about.

use super::super::facts::{FactName, Facts};
use super::super::vocabulary::{Channel, Country, Fact, LegalBasis, PurposeUse};
use super::condition::Condition;
use super::rules::{Rule, Rules};
use std::sync::OnceLock;

/// What is fixed for all checks of one purpose on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) struct Use {
    purpose: PurposeUse,
    legal_basis: LegalBasis,
    channel: Channel,
}

impl Use {
    /// How many there are.
    const COUNT: usize = PurposeUse::ALL.len() * LegalBasis::ALL.len() * Channel::ALL.len();

    /// The use that facts are about.
    pub(in crate::policy) const fn of(facts: &Facts) -> Self {
        Self {
            purpose: facts.purpose_use,
            legal_basis: facts.legal_basis,
            channel: facts.channel,
        }
    }

    const fn place(self) -> usize {
        let (purpose_use, basis) = (self.purpose as usize, self.legal_basis as usize);
        (purpose_use * LegalBasis::ALL.len() + basis) * Channel::ALL.len() + self.channel as usize
    }

    fn code(self, fact: FactName) -> Option<u16> {
        match fact {
            FactName::purpose_use => Some(self.purpose.code()),
            FactName::legal_basis => Some(self.legal_basis.code()),
            FactName::channel => Some(self.channel.code()),
            _ => None,
        }
    }
}

/// All rules, and those made so far. The vocabularies bound how many that can be.
pub(in crate::policy) struct ByUse {
    all: Vec<Rule>,
    /// The country, where the law is one country's.
    country: Option<Country>,
    made: Box<[OnceLock<Box<Rules>>]>,
}

impl ByUse {
    /// Of these policies, which hold in these countries.
    pub(in crate::policy) fn new(all: Vec<Rule>, countries: &[Country]) -> Self {
        let country = match countries {
            [one] => Some(*one),
            _ => None,
        };
        Self {
            all,
            country,
            made: (0..Use::COUNT).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Plants a mistake: a rule that never holds.
    #[cfg(test)]
    pub(in crate::policy) fn forget(&mut self, id: &str) {
        let named = self.all.iter_mut().filter(|rule| rule.description.id == id);
        named.for_each(|rule| rule.condition = Condition::Never);
    }

    /// The rules as they were compiled.
    pub(in crate::policy) fn all(&self) -> &[Rule] {
        &self.all
    }

    /// The rules for a use; none only if a use had no place.
    pub(in crate::policy) fn rules(&self, of: Use) -> Option<&Rules> {
        let place = self.made.get(of.place())?;
        Some(place.get_or_init(|| Box::new(self.made_for(of))))
    }

    fn made_for(&self, of: Use) -> Rules {
        let country = self.country.map(Fact::code);
        let known = |fact: FactName| match fact {
            FactName::country => country,
            other => of.code(other),
        };
        let left = self.all.iter().map(|rule| Rule {
            condition: rule.condition.given(&known),
            description: rule.description.clone(),
        });
        Rules::new(
            left.filter(|rule| rule.condition != Condition::Never)
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_use_has_a_place_of_its_own() {
        let mut places = BTreeSet::new();
        for purpose_use in PurposeUse::ALL {
            for legal_basis in LegalBasis::ALL {
                for channel in Channel::ALL {
                    let of = Facts::nothing_known(*purpose_use, *channel, *legal_basis);
                    places.insert(Use::of(&of).place());
                }
            }
        }
        assert_eq!(places.len(), Use::COUNT);
        assert_eq!(places.last(), Some(&(Use::COUNT - 1)));
    }
}
