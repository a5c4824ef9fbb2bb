//! What is asked: the facts, whose law, and on which day.

use super::facts::Facts;
use super::vocabulary::{Channel, Country};
use chrono::NaiveDate;

/// One use of one person's data, ready to be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// What is known. Its `country` is set anew for each law that is applied.
    pub facts: Facts,
    /// Whose law holds.
    pub laws: Laws,
    /// On which day.
    pub day: LegalDay,
}

/// The states whose law holds for one use: the person's and, where it reaches, the controller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Laws {
    first: Option<Country>,
    second: Option<Country>,
}

impl Laws {
    /// The laws of a use. The person's country always counts: that is where they are reached.
    /// The controller's counts too where the rules are about the data rather than the contact
    /// (GDPR 3(1)); the rules on calls, text messages and letter boxes are those of the place
    /// where they ring, and no register of another country lists the person. A country whose
    /// law no pack holds is `None`: without the person's, nothing is permitted.
    #[must_use]
    pub fn of(channel: Channel, person: Option<Country>, controller: Option<Country>) -> Self {
        let reaching = controller.filter(|_| !is_local(channel));
        Self {
            first: person,
            second: reaching.filter(|country| person.is_some_and(|person| person != *country)),
        }
    }

    /// The laws that a record names; `None` where there are more than two.
    #[must_use]
    pub fn named(countries: &[Country]) -> Option<Self> {
        let mut named = countries.iter().copied();
        let laws = Self {
            first: named.next(),
            second: named.next(),
        };
        named.next().is_none().then_some(laws)
    }

    /// The countries, each once.
    pub fn iter(self) -> impl Iterator<Item = Country> {
        self.first.into_iter().chain(self.second)
    }
}

/// Whether the rules on a channel are those of the place where the person is reached.
const fn is_local(channel: Channel) -> bool {
    matches!(
        channel,
        Channel::PhoneLive
            | Channel::PhoneAutomated
            | Channel::Sms
            | Channel::PostAddressed
            | Channel::PostUnaddressed
    )
}

/// The local day at the instant asked about. Where the zone is not known it may be one of two or
/// three: the strictest of their laws holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LegalDay {
    /// The earliest that it may be.
    pub earliest: NaiveDate,
    /// The latest that it may be.
    pub latest: NaiveDate,
}

impl LegalDay {
    /// A known day.
    #[must_use]
    pub const fn known(day: NaiveDate) -> Self {
        Self {
            earliest: day,
            latest: day,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laws(
        channel: Channel,
        person: Option<Country>,
        controller: Option<Country>,
    ) -> Vec<Country> {
        Laws::of(channel, person, controller).iter().collect()
    }

    #[test]
    fn both_laws_hold_for_data_and_the_persons_alone_for_a_call() {
        let (de, fr) = (Some(Country::Germany), Some(Country::France));
        assert_eq!(
            laws(Channel::Email, de, fr),
            [Country::Germany, Country::France]
        );
        assert_eq!(laws(Channel::Email, fr, fr), [Country::France]);
        assert_eq!(laws(Channel::PhoneLive, de, fr), [Country::Germany]);
        assert_eq!(laws(Channel::Email, None, fr), []);
        assert_eq!(laws(Channel::PhoneLive, None, fr), []);
        assert_eq!(laws(Channel::Email, None, None), []);
    }
}
