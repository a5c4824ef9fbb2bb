//! Every fact comes from where its declaration says, by the way that real checks take: of two checks
//! that differ in one source, exactly the facts of that source differ.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::{Asked, Said};
use crate::access::RecordConsents;
use crate::app::contacts::ContactClaim;
use crate::app::pace::{PaceClaim, Wanted, tests as pace};
use crate::app::publish::Publication;
use crate::app::record::Claim;
use crate::app::testing::TestApp;
use crate::app::told_act::ToldAct;
use crate::domain::registry::{Act, AtMost, Channel, Objection};
use crate::policy::{FactName, Facts, Source};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A Tuesday in Paris, to the minute of the one call agreed to.
const AT: &str = "2026-11-24T11:00:00+01:00";
/// Labour Day of the next year, a Saturday.
const LATER: &str = "2027-05-01T15:30:00+02:00";
/// A Sunday, on which there was a contact.
const SAME_DAY: &str = "2026-11-22T12:30:00Z";
/// Vendor 2 may use the data for purpose 4.
const TC: &str = "CQuFeUAQuFeUAEsABBENCWFgALAAAAAAAAqIACFAAAAA.IAFP_AAA.YAAAAAAAAAAA";

/// A check of an unknown purpose is refused before there are facts.
const REFUSED_BEFORE: [FactName; 1] = [FactName::purpose_known];

/// What one check asks.
#[derive(Clone)]
struct Check {
    who: &'static str,
    purpose: &'static str,
    channel: Channel,
    said: Value,
    at: &'static str,
}

fn check(who: &'static str, purpose: &'static str, channel: Channel) -> Check {
    Check {
        who,
        purpose,
        channel,
        said: json!({}),
        at: AT,
    }
}

impl Check {
    fn saying(self, said: Value) -> Self {
        Self { said, ..self }
    }

    fn at(self, at: &'static str) -> Self {
        Self { at, ..self }
    }

    fn facts(&self, shop: &TestApp) -> Facts {
        let part = |name: &str| self.said.get(name).cloned().unwrap_or_else(|| json!({}));
        let said = Said {
            person: Some(serde_json::from_value(part("person")).unwrap()),
            message: serde_json::from_value(part("message")).unwrap(),
            told: Some(serde_json::from_value(part("facts")).unwrap()),
        };
        let named = shop.named(&[("email", self.who)]);
        let blinds = named.blinds();
        let view = shop.app.index.view();
        let setting = shop.app.setting(&view);
        let purpose = view.catalogue().purpose(self.purpose).unwrap();
        let asked = Asked::new(setting, purpose, self.channel, &said, instant(self.at)).unwrap();
        let point = asked.point(&view, blinds.iter(), named.identifier_kinds());
        let person = blinds.iter().find_map(|blind| view.person(blind));
        let situation = asked.situation(&asked.seen(&view, person, &point));
        Facts {
            // it is set anew for each law
            country: situation.laws.iter().next().unwrap(),
            ..situation.facts
        }
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Purposes of all sorts, with notices that say much and little.
fn catalogue(shop: &TestApp) {
    let titled = |mut one: Value| {
        one["title"] = json!({"en": "Use"});
        one
    };
    let notice = |mut one: Value| {
        one["change"] = json!("major");
        one["text"] = json!({"en": "Yes."});
        one
    };
    publish(
        shop,
        json!({
            "controller": [{"id": "abroad", "name": "Abroad", "country": "DE"}],
            "purpose": [
                titled(json!({"id": "offers", "controller": "default", "use": "direct_marketing_own",
                    "legal_basis": "consent", "channels": ["email", "phone_live"]})),
                titled(json!({"id": "plain", "controller": "default", "use": "direct_marketing_own",
                    "legal_basis": "consent", "channels": ["email", "phone_live"], "retention": "P6M"})),
                titled(json!({"id": "ads", "controller": "default", "use": "ad_personalisation",
                    "legal_basis": "consent", "channels": ["in_app", "storage_access", "ads_retargeting"]})),
                titled(json!({"id": "service", "controller": "abroad", "use": "service_message",
                    "legal_basis": "contract", "channels": ["push"], "recipients": ["Atelier"]})),
            ],
            "notice": [
                notice(json!({"id": "offers", "version": 1, "purpose": "offers", "names_sender": true,
                    "recipients": ["Atelier"], "mentions": ["identity_and_goods", "choice", "period",
                    "withdrawal_right", "access_to_proof"]})),
                notice(json!({"id": "plain", "version": 1, "purpose": "plain"})),
                notice(json!({"id": "ads", "version": 1, "purpose": "ads"})),
            ],
        }),
    );
}

fn publish(shop: &TestApp, publication: Value) {
    let publication: Publication = serde_json::from_value(publication).unwrap();
    let grant = TestApp::grant();
    let published = shop.app.publish(&grant, publication, shop.app.now(), None);
    TestApp::wait(published).unwrap();
}

/// A yes of January that ran for a month.
fn yes(shop: &TestApp, who: &str, purpose: &str, channel: &str, told: ToldAct) -> Claim {
    Claim {
        channel: channel.into(),
        told,
        collected_at: Some(instant("2026-01-10T09:00:00Z")),
        valid_for: Some("P1M".into()),
        ..shop.claim(&[("email", who)], purpose, "given")
    }
}

/// Everything that can be told of an act.
fn all_told() -> ToldAct {
    ToldAct {
        act: Some("contest_button_bundled".into()),
        double_opt_in: Some(("confirmed".into(), Some(instant("2026-01-10T10:00:00Z")))),
        given_by: Some("person".into()),
        exact_slot: Some(instant(AT)),
        attested: Some(true),
        off_hours_general: Some(true),
        bundle: Some(vec!["email".into(), "phone_live".into()]),
        explicit: Some(true),
        phone_number_verified: Some(true),
    }
}

/// Persons of whom different things are known.
fn persons(shop: &TestApp) {
    let clear = || ToldAct::by(Act::UntickedBoxTicked);
    let by_parent = ToldAct {
        given_by: Some("parent".into()),
        ..clear()
    };
    let all = [
        yes(shop, "told@example.fr", "offers", "phone_live", all_told()),
        yes(shop, "child@example.fr", "offers", "phone_live", by_parent),
        yes(shop, "both@example.fr", "offers", "phone_live", clear()),
        yes(shop, "both@example.fr", "plain", "phone_live", clear()),
        Claim {
            valid_for: None,
            ..yes(shop, "page@example.fr", "ads", "storage_access", clear())
        },
        Claim {
            valid_for: None,
            ..yes(shop, "mail@example.fr", "offers", "email", clear())
        },
    ];
    shop.record(all.into());
    says_no(shop);
    // the words of one purpose change in substance afterwards
    publish(
        shop,
        json!({ "notice": [{"id": "plain", "version": 2, "purpose": "plain",
            "change": "major", "text": {"en": "Yes, and more."}}] }),
    );
}

/// A person who said no in every way, and called afterwards.
fn says_no(shop: &TestApp) {
    let named = || shop.named(&[("email", "no@example.fr")]);
    let (grant, now) = (TestApp::grant::<RecordConsents>(), shop.app.now());
    for scope in [
        Objection::DirectMarketing,
        Objection::ProfilingForDirectMarketing,
    ] {
        TestApp::wait(shop.app.object(&grant, named(), scope, now, None)).unwrap();
    }
    TestApp::wait(shop.app.restrict(&grant, named(), true, now, None)).unwrap();
    let suppressed = shop
        .app
        .suppress(&grant, named(), "complaint".into(), now, None);
    TestApp::wait(suppressed).unwrap();
    let contact = |direction: &str, at: &str| {
        let to_person = direction == "to_person";
        let claim = ContactClaim {
            named: named(),
            direction: direction.into(),
            channel: "phone_live".into(),
            purpose: Some("offers".into()),
            at: Some(instant(at)),
            answered: to_person.then_some(true),
            outcome: to_person.then(|| "refused".to_owned()),
            by: None,
            campaign: None,
        };
        (String::new(), claim)
    };
    let claims = vec![
        contact("to_person", "2026-11-22T08:00:00Z"),
        contact("from_person", "2026-09-01T08:00:00Z"),
    ];
    TestApp::wait(shop.app.contacts(&TestApp::grant(), claims, now, None)).unwrap();
    let wanted = Wanted {
        paused_until: Some(Some(instant("2026-12-24T00:00:00Z"))),
        at_most: Some(Some(AtMost::OneAWeek)),
    };
    let slower = PaceClaim {
        channel: Some("phone_live".into()),
        ..pace::claim(shop, &[("email", "no@example.fr")], "offers", wanted)
    };
    pace::set(shop, slower, None).unwrap();
}

/// Everything that a caller can say but signals.
fn everything() -> Value {
    // too long for the macro
    serde_json::from_str(
        r#"{
        "message": {"identifies_sender": true, "valid_stop_contact": true, "subject_honest": true},
        "person": {"kind": "professional", "country": "BE", "timezone": "Europe/London", "age": 12,
            "address_type": "generic_legal_person", "subscriber": "sole_trader", "deceased": true},
        "facts": {
            "customer": true, "last_purchase": "2026-02-01", "address_collected_at_sale": true,
            "opt_out_offered_at_collection": true, "same_legal_entity": true,
            "similar_products": true, "account_model": "freemium_entry_to_paid_service",
            "informed": true, "related_to_profession": true, "contract_in_progress": true,
            "contract_ended_at": "2026-06-01", "related_to_contract_object": true,
            "negotiation_for_sale": true, "promotional_content": true,
            "last_contact_from_person": "2026-02-01", "information_society_service": true,
            "child_consent": true, "parental_consent": true, "online_platform": true,
            "call_attempts": [{"date": "2026-11-20"}], "sector": "press_subscription",
            "information_request": {"at": "2026-11-20", "proof": true, "limited_to_requested_goods": true},
            "on_bloctel": true, "refused_in_call": "2026-11-01", "on_robinson_list": true,
            "robinson_member": true, "stop_pub": true, "on_tps": true,
            "rpo_registered_at": "2026-01-01", "dncm_registered_at": "2026-01-01",
            "os_push_permission": true, "os_location_permission": true, "personalised": true,
            "terminal_read": true, "logged_in": true, "account_choice": {"status": "refused", "at": "2026-03-01"},
            "terminal_choice": {"status": "refused", "at": "2026-03-01"}, "cross_device_notice_given": true, "last_choice": {"status": "refused", "at": "2026-03-01"},
            "pixel_use": "authentication_security", "recipient_named": true, "partner_use": "post",
            "art28_contract": true, "uses_special_category": true, "profiled_segment": true,
            "solely_automated": true, "legal_or_similar_effect": true, "art22_ground": "law",
            "sender_type": "charity", "expressed_support_at": "2026-01-01",
            "charitable_purpose_only": true,
            "contacts": [{"channel": "phone_live", "at": "2026-11-24T08:00:00+01:00"}],
            "pressure_cap": {"max": 5, "period": "P14D"}
        }
    }"#,
    )
    .unwrap()
}

/// Pairs of checks that differ in one source.
fn pairs() -> Vec<(Source, Check, Check)> {
    use Channel::{AdsRetargeting, Email, InApp, PhoneLive, Push};
    let nobody = |purpose, channel| check("nobody@example.fr", purpose, channel);
    let recipient =
        || json!({"person": {"timezone": "Europe/Paris"}, "facts": {"recipient": "Atelier"}});
    let capped = || json!({"facts": {"pressure_cap": {"max": 5, "period": "P14D"}}});
    let signals = json!({"facts": {
        "tc_string": TC, "vendor_id": 2, "purpose_id": 4, "headers": {"Sec-GPC": "1"},
        "consent_mode": {"ad_storage": "granted", "ad_user_data": "denied",
            "ad_personalization": "granted", "analytics_storage": "granted"},
    }});
    let call = |who| check(who, "offers", PhoneLive);
    let says_no = || call("no@example.fr").saying(capped());
    let both = |purpose| check("both@example.fr", purpose, PhoneLive).saying(recipient());
    let unheard = || check("mail@example.fr", "plain", Email);
    vec![
        // the same person and the same words said, another purpose
        (
            Source::Catalogue,
            nobody("offers", Push).saying(recipient()),
            nobody("service", Push).saying(recipient()),
        ),
        (Source::Catalogue, both("offers"), both("plain")),
        // the same use, another person
        (
            Source::Registry,
            nobody("offers", PhoneLive).saying(recipient()),
            call("told@example.fr").saying(recipient()),
        ),
        (
            Source::Registry,
            nobody("offers", PhoneLive),
            call("child@example.fr"),
        ),
        (
            Source::Registry,
            nobody("offers", PhoneLive),
            call("mail@example.fr"),
        ),
        (
            Source::Registry,
            nobody("plain", Email),
            check("mail@example.fr", "plain", Email),
        ),
        (
            Source::Registry,
            nobody("ads", InApp),
            check("page@example.fr", "ads", InApp),
        ),
        (
            Source::Registry,
            nobody("offers", PhoneLive).saying(capped()),
            says_no(),
        ),
        // on the very day of a contact
        (
            Source::Registry,
            nobody("offers", PhoneLive).at(SAME_DAY),
            call("no@example.fr").at(SAME_DAY),
        ),
        // the same person and use, said more
        (
            Source::Request,
            nobody("offers", PhoneLive),
            nobody("offers", PhoneLive).saying(everything()),
        ),
        (
            Source::Request,
            nobody("offers", PhoneLive),
            nobody("offers", PhoneLive).saying(json!({"person": {"country": "DE"}})),
        ),
        (
            Source::Request,
            nobody("offers", PhoneLive),
            nobody("offers", Email),
        ),
        (
            Source::Request,
            unheard(),
            unheard().saying(json!({"facts": {"last_purchase": "2026-11-01"}})),
        ),
        (
            Source::Signal,
            nobody("ads", AdsRetargeting),
            nobody("ads", AdsRetargeting).saying(signals),
        ),
        // the same, at another time
        (
            Source::Calendar,
            call("told@example.fr").at("2026-01-20T12:00:00Z"),
            call("told@example.fr"),
        ),
        (Source::Calendar, says_no(), says_no().at(LATER)),
        (
            Source::Calendar,
            unheard().at("2026-01-20T12:00:00Z"),
            unheard(),
        ),
        (
            Source::Calendar,
            nobody("offers", PhoneLive).saying(everything()),
            nobody("offers", PhoneLive).saying(everything()).at(LATER),
        ),
        (
            Source::Calendar,
            nobody("offers", PhoneLive),
            nobody("offers", PhoneLive).at(LATER),
        ),
    ]
}

/// The facts that a source moved.
fn moved(shop: &TestApp, source: Source) -> BTreeSet<FactName> {
    let of_source = pairs().into_iter().filter(|(one, ..)| *one == source);
    let differing = of_source.flat_map(|(_, one, other)| {
        let (one, other) = (one.facts(shop).codes(), other.facts(shop).codes());
        let all = FactName::ALL.iter().copied();
        all.filter(move |fact| one.get(*fact) != other.get(*fact))
    });
    differing.collect()
}

#[test]
fn every_fact_comes_from_where_it_says() {
    let shop = TestApp::new();
    catalogue(&shop);
    persons(&shop);
    TestApp::wait(shop.app.fresh()).unwrap();
    let mut wrong = Vec::new();
    for source in Source::ALL {
        let all = FactName::ALL.iter().copied();
        let declared: BTreeSet<FactName> = all
            .filter(|fact| fact.sources().contains(&source))
            .filter(|fact| !REFUSED_BEFORE.contains(fact))
            .collect();
        let found = moved(&shop, source);
        let unmoved = declared.difference(&found);
        wrong.extend(unmoved.map(|fact| format!("{source:?} does not move {fact:?}")));
        let unsaid = found.difference(&declared);
        wrong.extend(
            unsaid.map(|fact| format!("{source:?} moves {fact:?}, and it does not say so")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_fact_is_without_a_source() {
    for fact in FactName::ALL {
        let sources = fact.sources();
        let sorted: BTreeSet<Source> = sources.iter().copied().collect();
        assert_eq!(sorted.into_iter().collect::<Vec<_>>(), sources, "{fact:?}");
        assert!(!sources.is_empty(), "{fact:?}");
    }
}
