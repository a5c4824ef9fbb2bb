//! The shipped European pack, case by case.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::facts::tests::consented_email;
use super::{
    Channel, ConsentFact, Country, Effect, Engine, Facts, Laws, LegalBasis, LegalDay, Outcome,
    Pack, ProofFact, PurposeUse, Situation, Stated,
};
use std::sync::OnceLock;

/// The shipped pack, compiled once for all tests.
pub(super) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::compile(&Pack::embedded().unwrap()).unwrap())
}

/// These facts in France, on a day after the last change of law.
pub(super) fn in_france(facts: Facts) -> Situation {
    Situation {
        facts,
        laws: Laws::of(facts.channel, Some(Country::France), Some(Country::France)),
        day: LegalDay::known("2026-11-23".parse().unwrap()),
    }
}

fn decide(change: impl FnOnce(&mut Facts)) -> std::sync::Arc<Outcome> {
    let mut facts = consented_email();
    change(&mut facts);
    engine().decide(&in_france(facts))
}

#[track_caller]
fn permitted(reason: &str, change: impl FnOnce(&mut Facts)) -> std::sync::Arc<Outcome> {
    let outcome = decide(change);
    assert_eq!(
        (outcome.effect(), outcome.reason()),
        (Effect::Permit, reason),
        "{outcome:?}"
    );
    outcome
}

#[track_caller]
fn denied(reason: &str, change: impl FnOnce(&mut Facts)) -> std::sync::Arc<Outcome> {
    let outcome = decide(change);
    assert_eq!(
        (outcome.effect(), outcome.reason()),
        (Effect::Deny, reason),
        "{outcome:?}"
    );
    outcome
}

#[test]
fn a_valid_consent_permits_with_its_obligations() {
    let outcome = permitted("CONSENT_VALID", |_| {});
    assert_eq!(
        outcome.obligations(),
        [
            "identify_sender",
            "unsubscribe_link",
            "list_unsubscribe_one_click"
        ]
    );
    assert_eq!(outcome.determining(), ["gdpr-consent-email"]);
    assert!(outcome.lawful_if().is_none());
    for channel in Channel::ALL {
        let facts = Facts {
            channel: *channel,
            recipient_named: Stated::Yes,
            ..consented_email()
        };
        let more = [
            Channel::ProcessorTransfer,
            Channel::ConsentPrompt,
            Channel::PhoneLive,
        ];
        let needs_more = more.contains(channel);
        assert_eq!(
            engine().decide(&in_france(facts)).is_permit(),
            !needs_more,
            "{channel}"
        );
    }
}

#[test]
fn every_state_but_given_denies_with_its_reason() {
    denied("NO_CONSENT", |f| f.consent = ConsentFact::NeverAsked);
    let requested = denied("NO_CONSENT", |f| f.consent = ConsentFact::Requested);
    assert_eq!(requested.also(), ["DOUBLE_OPT_IN_PENDING"]);
    denied("CONSENT_REFUSED", |f| f.consent = ConsentFact::Refused);
    denied("CONSENT_WITHDRAWN", |f| f.consent = ConsentFact::Withdrawn);
    let withdrawn = denied("CONSENT_WITHDRAWN", |f| {
        f.consent = ConsentFact::Withdrawn;
        f.consent_expired = true;
    });
    assert_eq!(withdrawn.lawful_if().unwrap().code, "consent_from_person");
}

#[test]
fn a_given_consent_that_lacks_something_denies_and_says_what() {
    denied("CONSENT_EXPIRED", |f| f.consent_expired = true);
    denied("CONSENT_NO_PROOF", |f| f.consent_proof = ProofFact::None);
    let outdated = denied("NOTICE_OUTDATED", |f| f.notice_current = false);
    assert_eq!(outdated.lawful_if().unwrap().code, "new_notice_consent");
    let both = denied("CONSENT_NO_PROOF", |f| {
        f.consent_proof = ProofFact::None;
        f.consent_expired = true;
    });
    assert_eq!(both.also(), ["CONSENT_EXPIRED"]);
}

#[test]
fn stops_beat_a_valid_consent() {
    denied("RESTRICTED", |f| f.restricted = true);
    denied("SUPPRESSED", |f| f.suppressed = true);
    denied("OBJECTION", |f| f.objection = true);
    permitted("CONSENT_VALID", |f| f.objection_profiling = true);
    denied("OBJECTION", |f| {
        f.objection_profiling = true;
        f.purpose_use = PurposeUse::AdPersonalisation;
    });
    let all = denied("RESTRICTED", |f| {
        f.restricted = true;
        f.suppressed = true;
        f.objection = true;
        f.consent = ConsentFact::Withdrawn;
    });
    assert_eq!(all.also(), ["SUPPRESSED", "OBJECTION", "CONSENT_WITHDRAWN"]);
}

#[test]
fn unknown_things_deny_first() {
    let nobody = denied("UNKNOWN_SUBJECT", |f| {
        *f = Facts::nothing_known(f.purpose_use, f.channel, f.legal_basis);
        f.restricted = true;
    });
    assert_eq!(
        nobody.also(),
        ["PURPOSE_UNKNOWN", "RESTRICTED", "NO_CONSENT"]
    );
    denied("PURPOSE_UNKNOWN", |f| f.purpose_known = false);
    denied("CHANNEL_UNAVAILABLE", |f| f.channel_of_purpose = false);
    let other = denied("CHANNEL_MISMATCH", |f| {
        f.channel = Channel::PhoneAutomated;
        f.consent = ConsentFact::NeverAsked;
        f.consent_on_other_channel = true;
    });
    assert_eq!(other.also(), ["NO_CONSENT"]);
}

#[test]
fn a_stated_defect_of_the_message_denies_and_silence_does_not() {
    denied("MESSAGE_SENDER_CONCEALED", |f| {
        f.identifies_sender = Stated::No
    });
    denied("MESSAGE_SENDER_CONCEALED", |f| {
        f.subject_honest = Stated::No
    });
    denied("MESSAGE_NO_OPT_OUT", |f| f.valid_stop_contact = Stated::No);
    permitted("CONSENT_VALID", |f| {
        f.identifies_sender = Stated::Yes;
        f.subject_honest = Stated::Yes;
        f.valid_stop_contact = Stated::Yes;
    });
}

fn service(f: &mut Facts) {
    f.purpose_use = PurposeUse::ServiceMessage;
    f.legal_basis = LegalBasis::Contract;
    f.consent = ConsentFact::NeverAsked;
    f.notice_current = false;
    f.consent_proof = ProofFact::None;
}

#[test]
fn service_messages_need_no_consent_but_a_known_person_and_no_promotion() {
    for basis in [
        LegalBasis::Contract,
        LegalBasis::LegalObligation,
        LegalBasis::VitalInterests,
    ] {
        permitted("SERVICE_MESSAGE", |f| {
            service(f);
            f.legal_basis = basis;
            f.objection = true;
            f.suppressed = true;
        });
    }
    let served = |change: fn(&mut Facts), reason| {
        denied(reason, |f| {
            service(f);
            change(f);
        })
    };
    served(|f| f.person_known = false, "UNKNOWN_SUBJECT");
    served(|f| f.promotional_content = Stated::Yes, "NO_CONSENT");
    served(|f| f.consent = ConsentFact::Refused, "CONSENT_REFUSED");
    served(|f| f.restricted = true, "RESTRICTED");
    served(|f| f.legal_basis = LegalBasis::PublicTask, "MISSING_FACT");
    served(|f| f.channel = Channel::InboxAd, "NO_GROUND");
    served(
        |f| f.purpose_use = PurposeUse::DirectMarketingOwn,
        "NO_GROUND",
    );
}

#[test]
fn legitimate_interest_carries_addressed_post_only() {
    let interest = |f: &mut Facts| {
        f.legal_basis = LegalBasis::LegitimateInterest;
        f.consent = ConsentFact::NeverAsked;
        f.channel = Channel::PostAddressed;
    };
    permitted("LEGITIMATE_INTEREST", interest);
    let with = |change: fn(&mut Facts), reason| {
        denied(reason, |f| {
            interest(f);
            change(f);
        })
    };
    with(|f| f.objection = true, "OBJECTION");
    with(|f| f.consent = ConsentFact::Withdrawn, "CONSENT_WITHDRAWN");
    with(|f| f.informed = Stated::No, "NOT_INFORMED");
    with(|f| f.channel = Channel::Email, "NO_CONSENT");
    with(|f| f.channel = Channel::ThirdPartySharing, "NO_CONSENT");
    with(|f| f.channel = Channel::PhoneLive, "NO_CONSENT");
    with(|f| f.channel = Channel::PostUnaddressed, "MISSING_FACT");
    with(
        |f| f.purpose_use = PurposeUse::AdPersonalisation,
        "NO_GROUND",
    );
}

#[test]
fn sharing_needs_a_named_recipient() {
    let sharing = |f: &mut Facts| {
        f.purpose_use = PurposeUse::PartnerSharing;
        f.channel = Channel::ThirdPartySharing;
    };
    let missing = denied("MISSING_FACT", sharing);
    assert_eq!(missing.lawful_if().unwrap().code, "fact:recipient_named");
    for (stated, named) in [(Stated::Yes, true), (Stated::No, false)] {
        let outcome = decide(|f| {
            sharing(f);
            f.recipient_named = stated;
        });
        assert_eq!(outcome.is_permit(), named);
        assert_eq!(
            outcome.reason(),
            if named {
                "CONSENT_VALID"
            } else {
                "RECIPIENT_NOT_NAMED"
            }
        );
    }
}

#[test]
fn grounds_whose_facts_are_lacking_deny_and_name_them() {
    let soft = denied("MISSING_FACT", |f| f.legal_basis = LegalBasis::SoftOptIn);
    assert_eq!(soft.lawful_if().unwrap().code, "fact:customer");
    denied("MISSING_FACT", |f| f.channel = Channel::ProcessorTransfer);
    denied("MISSING_FACT", |f| f.channel = Channel::ConsentPrompt);
}

#[test]
fn every_policy_is_described_in_both_languages_and_bears_its_folders_name() {
    let described: Vec<_> = engine().policies().collect();
    assert!(described.len() > 150);
    for one in described {
        assert!(
            one.fr.chars().count() > 20 && one.en.chars().count() > 20,
            "{}",
            one.id
        );
        let folder = one.file.split('/').next().unwrap();
        assert!(one.id.starts_with(&format!("{folder}-")), "{}", one.id);
        assert!(one.line >= 1);
    }
}

/// The parts of the law files that are about policies.
fn law() -> (serde_json::Value, serde_json::Value) {
    let rules = include_str!("../../policies/law/rules.json");
    let vectors = include_str!("../../policies/law/vectors.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    (
        serde_json::from_str(rules).unwrap(),
        vectors["meta"].clone(),
    )
}

#[test]
fn a_policy_whose_rule_was_not_confirmed_says_so() {
    let (rules, _) = law();
    let unsure: Vec<&str> = rules
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["status"].as_str().unwrap().starts_with("from memory"))
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert!(unsure.len() > 10);
    for one in engine().policies() {
        let doubtful = one.rules.iter().any(|rule| unsure.contains(&rule.as_str()));
        // a policy may doubt more than its rule does: one country's age in a table of many
        assert!(
            !doubtful || one.unverified.is_some(),
            "{} {:?}",
            one.id,
            one.rules
        );
        for rule in &one.rules {
            let known = rules
                .as_array()
                .unwrap()
                .iter()
                .any(|known| known["id"] == **rule);
            assert!(known, "{} names {rule}", one.id);
        }
    }
}

/// Reasons that the program gives beside the law files' own.
const OWN_REASONS: [&str; 7] = [
    "CONSENT_MODE_DENIED",
    "MISSING_FACT",
    "NO_GROUND",
    "NOTICE_OUTDATED",
    "PACE_REACHED",
    "PAUSED",
    "PURPOSE_UNKNOWN",
];

#[test]
fn reasons_are_those_of_the_law_files_in_their_order() {
    let (_, meta) = law();
    let known = meta["reason_codes"].as_array().unwrap();
    // the stage of a reason that stops, by `meta.precedence`: the numbers of one stage lie together
    let stage = |precedence: u32| match precedence {
        0..=199 => "UNKNOWN_SUBJECT",
        200..=299 => "DECEASED",
        300..=399 => "RESTRICTED",
        400..=499 => "SUPPRESSED/OBJECTION",
        500..=599 => "SECTOR_BAN",
        600..=689 => "MINOR/SPECIAL_CATEGORY",
        690..=799 => "legal basis",
        800..=899 => "registers",
        900..=999 => "hours/holiday",
        1000..=1099 => "frequency",
        1100..=1199 => "pressure",
        _ => "message form",
    };
    for one in engine().policies() {
        let reason = one.reason.as_str();
        assert!(
            known.iter().any(|code| code == reason) || OWN_REASONS.contains(&reason),
            "{}",
            one.id
        );
        let wanted = match reason {
            "DECEASED" | "RESTRICTED" | "SECTOR_BAN" => reason,
            "SUPPRESSED" | "OBJECTION" | "GPC_SIGNAL" => "SUPPRESSED/OBJECTION",
            "OPT_OUT_REGISTER" | "STOP_PUB" | "COOLING_OFF" => "registers",
            "OUTSIDE_HOURS" | "PUBLIC_HOLIDAY" => "hours/holiday",
            "FREQUENCY_CAP" => "frequency",
            "PRESSURE_CAP" | "PAUSED" | "PACE_REACHED" => "pressure",
            "MESSAGE_NO_OPT_OUT" | "MESSAGE_SENDER_CONCEALED" => "message form",
            _ if reason.starts_with("MINOR_") || reason.contains("SPECIAL_CATEGORY") => {
                "MINOR/SPECIAL_CATEGORY"
            }
            _ => continue,
        };
        assert_eq!(stage(one.precedence), wanted, "{}", one.id);
    }
}
