//! What the registry itself holds of earlier contacts. It is added to what the caller states:
//! neither can make the other count for less.

use super::history::{leaves_after, months_since, within};
use super::moment::Moment;
use super::told::PressureCap;
use super::when::When;
use crate::domain::registry::Channel;
use crate::policy::Facts;
use crate::policy::vocabulary::Whole;
use chrono::{DateTime, Utc};

/// Contacts as the registry holds them, counted for one use at one instant: persons with whom
/// there were as many look the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Past {
    calls_in_30_days: Whole,
    in_1_day: Whole,
    in_7_days: Whole,
    in_30_days: Whole,
    on_channel_in_7_days: Whole,
    on_channel_in_30_days: Whole,
    under_cap: Whole,
    last_from_person: Option<DateTime<Utc>>,
    refused_in_call: Option<DateTime<Utc>>,
}

impl Past {
    /// The person's own last contact and the last no in a call; nothing is counted yet.
    #[must_use]
    pub fn of(
        last_from_person: Option<DateTime<Utc>>,
        refused_in_call: Option<DateTime<Utc>>,
    ) -> Self {
        Self {
            last_from_person,
            refused_in_call,
            ..Self::default()
        }
    }

    /// The last no in a call.
    #[must_use]
    pub const fn refused_in_call(&self) -> Option<DateTime<Utc>> {
        self.refused_in_call
    }

    /// Counts a marketing contact to the person, a subcontractor's included; `asked` is the channel
    /// asked about.
    pub fn count(
        &mut self,
        (channel, at): (Channel, DateTime<Utc>),
        asked: Channel,
        cap: Option<&PressureCap>,
        moment: &Moment,
    ) {
        let at = When::Instant(at.into());
        let is_call = matches!(channel, Channel::PhoneLive | Channel::PhoneAutomated);
        let own = channel == asked;
        for (number, days, counts) in [
            (&mut self.calls_in_30_days, 30, is_call),
            (&mut self.in_1_day, 1, true),
            (&mut self.in_7_days, 7, true),
            (&mut self.in_30_days, 30, true),
            (&mut self.on_channel_in_7_days, 7, own),
            (&mut self.on_channel_in_30_days, 30, own),
        ] {
            if counts {
                add(number, within(days, std::iter::once(at), moment));
            }
        }
        if cap.is_some_and(|cap| leaves_after(cap, at, moment)) {
            add(&mut self.under_cap, Whole::of(1));
        }
    }

    /// The later no in a call: the registry's, or the one that the caller states.
    pub(super) fn refusal(&self, told: Option<When>, moment: &Moment) -> Option<When> {
        let own = self.refused_in_call.map(|at| When::Instant(at.into()));
        match (own, told) {
            (Some(own), Some(told)) if own.end(moment) <= told.end(moment) => Some(told),
            (own, told) => own.or(told),
        }
    }

    /// Adds the registry's contacts to the numbers that the caller's made.
    pub(super) fn facts(&self, facts: &mut Facts) {
        add(&mut facts.call_attempts_in_30_days, self.calls_in_30_days);
        add(&mut facts.contacts_in_1_day, self.in_1_day);
        add(&mut facts.contacts_in_7_days, self.in_7_days);
        add(&mut facts.contacts_in_30_days, self.in_30_days);
        add(
            &mut facts.channel_contacts_in_7_days,
            self.on_channel_in_7_days,
        );
        add(
            &mut facts.channel_contacts_in_30_days,
            self.on_channel_in_30_days,
        );
        let left = i64::from(facts.contacts_left_under_cap.get());
        facts.contacts_left_under_cap = Whole::of(left - i64::from(self.under_cap.get()));
    }

    /// The later of the person's last contact that the registry holds and the one told of. Their
    /// yes to this very use is one, too; what the caller tells of alone stays as it is.
    pub(super) fn last(&self, own_yes: Option<DateTime<Utc>>, moment: &Moment, facts: &mut Facts) {
        let Some(held) = self.last_from_person else {
            return;
        };
        let held = own_yes.map_or(held, |yes| yes.max(held));
        let passed = months_since(When::Instant(held.into()), moment);
        if !facts.last_contact_known || passed.get() < facts.months_since_last_contact.get() {
            facts.last_contact_known = true;
            facts.months_since_last_contact = passed;
        }
    }
}

fn add(number: &mut Whole, more: Whole) {
    *number = Whole::of(i64::from(number.get()) + i64::from(more.get()));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::{
        Contact, LegalCalendar, Listed, Message, PersonTold, PressureCap, Told, say,
    };
    use super::*;
    use crate::domain::time::from_micros;
    use crate::policy::vocabulary::{Country, LegalBasis, PurposeUse};
    use proptest::prelude::*;

    const NOW: i64 = 1_795_348_800_000_000;
    const HOUR: i64 = 3_600_000_000;

    fn facts(told: &Told, past: &Past) -> Facts {
        let moment = moment();
        let channel = crate::policy::Channel::Email;
        let mut facts =
            Facts::nothing_known(PurposeUse::DirectMarketingOwn, channel, LegalBasis::Consent);
        let who = (&PersonTold::default(), &Message::default(), told);
        let country = Some(Country::France);
        say(
            who,
            (past, &Listed::default(), None),
            country,
            &moment,
            &LegalCalendar,
            crate::policy::FactSet::ALL,
            &mut facts,
        );
        facts
    }

    type Reach = (Channel, DateTime<Utc>);

    fn moment() -> Moment {
        Moment {
            at: from_micros(NOW),
            zone: Some(chrono_tz::Europe::Paris),
        }
    }

    fn told(contacts: &[Reach]) -> Told {
        let contact = |made: &Reach| Contact {
            channel: made.0,
            at: When::Instant(made.1.into()),
        };
        Told {
            contacts: contacts.iter().map(contact).collect(),
            pressure_cap: Some(PressureCap {
                max: 5,
                period: "P14D".into(),
            }),
            ..Told::default()
        }
    }

    proptest! {
        /// It is all one who knows of a contact: registry, caller, or some of them each.
        #[test]
        fn what_is_held_and_what_is_told_add_up(
            contacts in prop::collection::vec(
                (prop::sample::select(vec![Channel::Email, Channel::Sms]), 0i64..45 * 24), 0..12),
            cut in 0usize..12,
        ) {
            let made: Vec<Reach> = contacts
                .into_iter()
                .map(|(channel, hours)| (channel, from_micros(NOW - hours * HOUR)))
                .collect();
            let (held, rest) = made.split_at(cut.min(made.len()));
            let (mut past, whole) = (Past::default(), told(&made));
            for made in held {
                past.count(*made, Channel::Email, whole.pressure_cap.as_ref(), &moment());
            }
            let all = facts(&whole, &Past::default());
            prop_assert_eq!(facts(&told(rest), &past), all);
        }
    }

    #[test]
    fn the_later_contact_of_the_person_counts_whoever_knows_of_it() {
        let (old, recent) = (
            from_micros(NOW - 40 * 31 * 24 * HOUR),
            from_micros(NOW - HOUR),
        );
        let held = |at| Past {
            last_from_person: Some(at),
            ..Past::default()
        };
        let said = |at: DateTime<Utc>| Told {
            last_contact_from_person: Some(When::Instant(at.into())),
            ..Told::default()
        };
        let months = |told: &Told, past: &Past| facts(told, past).months_since_last_contact.get();
        assert!(months(&Told::default(), &held(old)) >= 36);
        assert_eq!(months(&said(old), &held(recent)), 0);
        assert_eq!(months(&said(recent), &held(old)), 0);
        assert!(!facts(&Told::default(), &Past::default()).last_contact_known);
    }

    #[test]
    fn a_no_in_a_call_counts_whoever_knows_of_it() {
        let past = Past {
            refused_in_call: Some(from_micros(NOW - 24 * HOUR)),
            ..Past::default()
        };
        let found = facts(&Told::default(), &past);
        assert!(found.refused_in_call);
        assert_eq!(found.days_since_refusal_in_call.get(), 1);
        let told = Told {
            refused_in_call: Some(When::Instant(from_micros(NOW).into())),
            ..Told::default()
        };
        assert_eq!(facts(&told, &past).days_since_refusal_in_call.get(), 0);
    }
}
