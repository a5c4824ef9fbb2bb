//! What must hold for all facts, on many drawn ones. Half of the draws start from facts that a
//! permit is near to, since facts drawn at random are nearly always denied.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::facts::tests::consented_email;
use super::pack_tests::{engine, in_france};
use super::{Channel, ConsentFact, Effect, Facts, LegalBasis, PurposeUse, Stated};
use std::sync::Arc;

/// Facts drawn for each property: all of them in an optimised build (`cargo test --release`),
/// where Cedar is some ten times faster than in a debug build.
const DRAWS: u64 = if cfg!(debug_assertions) { 500 } else { 50_000 };

/// splitmix64: the same draws on every machine and run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A permit's neighbourhood: favourable facts with up to three of them changed.
    fn near_a_permit(&mut self) -> Facts {
        let mut facts = Facts {
            channel: self.of(Channel::ALL),
            ..consented_email()
        };
        match self.below(4) {
            0 => {
                facts.purpose_use = PurposeUse::ServiceMessage;
                facts.legal_basis = self.of(LegalBasis::ALL);
            }
            1 => {
                facts.legal_basis = LegalBasis::LegitimateInterest;
                facts.channel = Channel::PostAddressed;
            }
            2 => {
                facts.purpose_use = self.of(PurposeUse::ALL);
                facts.recipient_named = Stated::Yes;
            }
            _ => {}
        }
        for _ in 0..self.below(4) {
            let near = facts.neighbours(engine().thresholds());
            facts = near[self.below(near.len())].1;
        }
        facts
    }

    fn facts(&mut self) -> Facts {
        if self.below(2) == 0 {
            self.near_a_permit()
        } else {
            consented_email().drawn(engine().thresholds(), |n| self.below(n))
        }
    }
}

fn for_all(seed: u64, mut hold: impl FnMut(&Facts)) {
    let mut draw = Draw(seed);
    for _ in 0..DRAWS {
        hold(&draw.facts());
    }
}

#[test]
fn what_is_remembered_is_what_cedar_says() {
    let mut permits = 0;
    for_all(1, |facts| {
        let plain = engine().decide_uncached(&in_france(*facts));
        permits += u64::from(plain.is_permit());
        assert_eq!(
            engine().decide(&in_france(*facts)),
            plain,
            "first, {facts:?}"
        );
        assert_eq!(
            engine().decide(&in_france(*facts)),
            plain,
            "remembered, {facts:?}"
        );
    });
    assert!(permits > DRAWS / 25, "only {permits} permits were drawn");
}

/// A change for the worse.
type Worse = (&'static str, fn(&mut Facts));

const WORSE: &[Worse] = &[
    ("objection", |f| f.objection = true),
    ("objection to profiling", |f| f.objection_profiling = true),
    ("restriction", |f| f.restricted = true),
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
fn threads_agree() {
    std::thread::scope(|scope| {
        for seed in 0..4 {
            scope.spawn(move || {
                let mut draw = Draw(seed % 2);
                for _ in 0..2_000 {
                    let facts = draw.near_a_permit();
                    let outcome: Arc<_> = engine().decide(&in_france(facts));
                    assert_eq!(outcome, engine().decide_uncached(&in_france(facts)));
                }
            });
        }
    });
}
