//! The ages of digital consent (GDPR 8) stand in the policies, one a country and period; here they
//! are held against the law's table, year by year.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::facts::tests::consented_email;
use super::pack_tests::engine;
use super::{Country, Facts, Laws, LegalDay, Outcome, Situation, Stated, Whole};
use crate::domain::testing::each;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

const NO_PARENT: &str = "MINOR_PARENTAL_CONSENT_MISSING";
const NOT_JOINT: &str = "MINOR_JOINT_CONSENT_MISSING";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    country: String,
    age: u16,
    status: String,
    note: String,
}

/// A child's yes to an online service; who agreed is said.
fn child(age: u16, child_consent: Stated, parental_consent: Stated) -> Facts {
    Facts {
        age_known: true,
        age: Whole::of(age.into()),
        known_minor: age < 18,
        information_society_service: Stated::Yes,
        child_consent,
        parental_consent,
        ..consented_email()
    }
}

fn decided(country: Country, day: &str, facts: Facts) -> Arc<Outcome> {
    engine().decide(&Situation {
        facts,
        laws: Laws::of(facts.channel, Some(country), None),
        day: LegalDay::known(day.parse().unwrap()),
    })
}

/// The age from which a child of that country needs no parent.
fn age_alone(country: Country, day: &str) -> u16 {
    let alone = |age: &u16| {
        let facts = child(*age, Stated::Yes, Stated::NotStated);
        decided(country, day, facts).reason() != NO_PARENT
    };
    let first = (0..=18).find(alone).unwrap();
    assert!((first..=18).all(|age| alone(&age)), "{country}");
    first
}

#[test]
fn the_ages_in_the_policies_are_those_of_the_table() {
    let mut tabled = BTreeSet::new();
    each("age_table", |row: &Row| {
        let country = Country::parse(&row.country).unwrap();
        assert_eq!(age_alone(country, "2026-11-23"), row.age, "{country}");
        tabled.insert(country);
        // below it child and parent agree jointly, or the parent's yes is enough
        let parents = child(row.age - 1, Stated::NotStated, Stated::Yes);
        let alone = decided(country, "2026-11-23", parents);
        assert_eq!(
            alone.reason() == NOT_JOINT,
            row.note.contains("JOINT"),
            "{country}"
        );
        let jointly = decided(
            country,
            "2026-11-23",
            child(row.age - 1, Stated::Yes, Stated::Yes),
        );
        assert!(!jointly.reason().starts_with("MINOR_"), "{country}");
    });
    // there is no law without its age
    assert_eq!(tabled, Country::ALL.iter().copied().collect());
}

#[test]
fn an_age_from_memory_is_marked_unverified_where_it_denies() {
    each("age_table", |row: &Row| {
        let country = Country::parse(&row.country).unwrap();
        let facts = child(row.age - 1, Stated::Yes, Stated::NotStated);
        let outcome = decided(country, "2026-11-23", facts);
        let ids = outcome.determining();
        let said = engine()
            .policies()
            .any(|one| ids.contains(&one.id) && one.unverified.is_some());
        assert_eq!(said, row.status == "M", "{country}");
    });
}

#[test]
fn denmark_raised_its_age_on_a_day() {
    assert_eq!(age_alone(Country::Denmark, "2023-12-31"), 13);
    assert_eq!(age_alone(Country::Denmark, "2024-01-01"), 15);
}

#[test]
fn an_age_that_nobody_knows_is_no_childs() {
    let unknown = Facts {
        age_known: false,
        age: Whole::of(0),
        known_minor: false,
        ..child(9, Stated::Yes, Stated::NotStated)
    };
    let outcome = decided(Country::France, "2026-11-23", unknown);
    assert!(outcome.is_permit(), "{outcome:?}");
}
