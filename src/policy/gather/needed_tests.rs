//! What is found out as needed is what would have been found out anyway.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Answered, LegalCalendar, Listed, Message, Moment, Past, PersonTold, Told, When, say};
use crate::domain::registry::Answer;
use crate::policy::vocabulary::{Channel, Country, LegalBasis, PurposeUse};
use crate::policy::{FactName, FactSet, Facts};
use chrono::{DateTime, Days, Utc};

fn found(at: DateTime<Utc>, told: &Told, zone: Option<chrono_tz::Tz>, needs: FactSet) -> Facts {
    let moment = Moment { at, zone };
    let own = Answered {
        answer: Answer::Given,
        effective_at: "2024-02-29T23:30:00Z".parse().unwrap(),
        expired: false,
        proof: true,
        imported: false,
    };
    let (used, channel) = (PurposeUse::DirectMarketingOwn, Channel::PhoneLive);
    let mut facts = Facts::nothing_known(used, channel, LegalBasis::Consent);
    own.facts(&moment, needs, &mut facts);
    let said = (&PersonTold::default(), &Message::default(), told);
    let (past, country) = (Past::default(), Some(Country::France));
    say(
        said,
        (&past, &Listed::default(), Some(&own)),
        country,
        &moment,
        &LegalCalendar,
        needs,
        &mut facts,
    );
    facts
}

#[test]
fn each_fact_that_is_needed_is_the_same_whatever_else_is() {
    let opened = Told {
        last_contact_kind: Some("email_open".into()),
        last_email_open: Some(When::Day("2026-01-02".parse().unwrap())),
        ..Told::default()
    };
    let first: DateTime<Utc> = "2026-07-13T22:59:00Z".parse().unwrap();
    for day in (0..400).step_by(7) {
        let at = first.checked_add_days(Days::new(day)).unwrap();
        for told in [&Told::default(), &opened] {
            for zone in [None, Some(chrono_tz::Europe::Paris)] {
                let all = found(at, told, zone, FactSet::ALL).codes();
                for fact in FactName::ALL {
                    let needs = [*fact].into_iter().collect();
                    let needed = found(at, told, zone, needs).codes();
                    assert_eq!(needed.get(*fact), all.get(*fact), "{fact:?} at {at}");
                }
            }
        }
    }
}
