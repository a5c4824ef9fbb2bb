//! What must hold for all facts, on many drawn ones.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::borders::Borders;
use super::draw::Draw;
use super::pack_tests::{engine, in_france};
use super::{
    ConsentFact, Effect, Engine, FactName, Facts, LegalBasis, Pack, PurposeUse, Situation, Stated,
};
use std::sync::OnceLock;

/// Facts drawn for each property.
const DRAWS: u64 = 50_000;

fn borders() -> &'static Borders {
    static BORDERS: OnceLock<Borders> = OnceLock::new();
    BORDERS.get_or_init(|| Borders::of(engine().rules()))
}

fn for_all(seed: u64, mut hold: impl FnMut(&Facts)) {
    let mut draw = Draw::of_seed(seed);
    for _ in 0..DRAWS {
        hold(&borders().facts(&mut draw));
    }
}

/// A change for the worse.
type Worse = (&'static str, fn(&mut Facts));

const WORSE: &[Worse] = &[
    ("objection", |f| f.objection = true),
    ("objection to profiling", |f| f.objection_profiling = true),
    ("restriction", |f| f.restricted = true),
    ("pause", |f| f.paused = true),
    ("pace", |f| f.pace_reached = true),
    ("suppression", |f| f.suppressed = true),
    ("withdrawal", |f| f.consent = ConsentFact::Withdrawn),
    ("refusal", |f| f.consent = ConsentFact::Refused),
    ("expiry", |f| f.consent_expired = true),
    ("new notice", |f| f.notice_current = false),
    ("unknown person", |f| f.person_known = false),
    ("unknown purpose", |f| f.purpose_known = false),
    ("other channel", |f| f.channel_of_purpose = false),
    ("sender concealed", |f| f.identifies_sender = Stated::No),
    ("no way to stop", |f| f.valid_stop_contact = Stated::No),
    ("promotion", |f| f.promotional_content = Stated::Yes),
    ("not informed", |f| f.informed = Stated::No),
    ("recipient not named", |f| f.recipient_named = Stated::No),
];

#[test]
fn a_change_for_the_worse_never_turns_a_denial_into_a_permit() {
    let mut turn = WORSE.iter().cycle();
    for_all(2, |facts| {
        if engine().decide(&in_france(*facts)).is_permit() {
            return;
        }
        let (name, change) = turn.next().unwrap();
        let mut worse = *facts;
        change(&mut worse);
        assert!(
            !engine().decide(&in_france(worse)).is_permit(),
            "{name}: {worse:?}"
        );
    });
}

#[test]
fn a_no_and_what_is_unknown_are_never_permitted() {
    for_all(3, |facts| {
        for consent in [ConsentFact::Refused, ConsentFact::Withdrawn] {
            let no = Facts { consent, ..*facts };
            assert!(!engine().decide(&in_france(no)).is_permit(), "{no:?}");
        }
        let restricted = Facts {
            restricted: true,
            ..*facts
        };
        assert!(
            !engine().decide(&in_france(restricted)).is_permit(),
            "{restricted:?}"
        );
        let nobody = Facts {
            person_known: false,
            ..*facts
        };
        let outcome = engine().decide(&in_france(nobody));
        assert_eq!(
            (outcome.effect(), outcome.reason()),
            (Effect::Deny, "UNKNOWN_SUBJECT")
        );
    });
}

#[test]
fn only_a_given_consent_is_valid_and_objection_ends_all_marketing() {
    for_all(4, |facts| {
        let outcome = engine().decide(&in_france(*facts));
        if outcome.reason() == "CONSENT_VALID" {
            assert_eq!(facts.consent, ConsentFact::Given, "{facts:?}");
            assert_eq!(facts.legal_basis, LegalBasis::Consent, "{facts:?}");
        }
        let marketing = facts.purpose_use != PurposeUse::ServiceMessage;
        if marketing && (facts.objection || facts.suppressed) {
            assert!(!outcome.is_permit(), "{facts:?}");
        }
    });
}

#[test]
fn every_outcome_explains_itself() {
    for_all(5, |facts| {
        let outcome = engine().decide(&in_france(*facts));
        assert_ne!(outcome.reason(), "EVALUATION_ERROR", "{facts:?}");
        assert_ne!(
            outcome.policy_id(),
            "default-deny",
            "no policy explains {facts:?}"
        );
        assert_eq!(
            outcome.is_permit(),
            !outcome.obligations().is_empty(),
            "{facts:?}"
        );
        assert!(
            !(outcome.is_permit() && outcome.lawful_if().is_some()),
            "{facts:?}"
        );
        assert!(!outcome.also().iter().any(|code| code == outcome.reason()));
    });
}

#[test]
fn what_the_policies_do_not_read_changes_nothing() {
    for_all(6, |facts| {
        let situation = in_france(*facts);
        let needs = engine().needs(facts, situation.laws, situation.day);
        let nothing = Facts::nothing_known(facts.purpose_use, facts.channel, facts.legal_basis);
        let (mut codes, nothing) = (facts.codes(), nothing.codes());
        for fact in FactName::ALL.iter().filter(|fact| !needs.contains(**fact)) {
            codes.set(*fact, nothing.get(*fact));
        }
        let facts = Facts::of(&codes).unwrap();
        let less = engine().decide(&Situation { facts, ..situation });
        assert_eq!(less, engine().decide(&situation), "{situation:?}");
    });
}

#[test]
fn threads_agree() {
    let fresh = Engine::compile(&Pack::embedded().unwrap()).unwrap();
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let fresh = &fresh;
            scope.spawn(move || {
                let mut draw = Draw::of_seed(seed % 2);
                for _ in 0..2_000 {
                    let situation = in_france(borders().facts(&mut draw));
                    assert_eq!(fresh.decide(&situation), engine().decide(&situation));
                }
            });
        }
    });
}
