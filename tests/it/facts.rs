//! What the record of a consent says, who the person is and what the page signals: each changes the
//! answer of a check.

use serde_json::{Value, json};

use crate::support::http::Http;
use crate::support::scene::{Scene, consent, dated, email, permits, question, words};

/// A purpose for calls, whose words make all mentions, and one that personalises advertising.
fn furnish(api: &Http) {
    for (purpose, used, channels) in [
        ("calls", "direct_marketing_own", json!(["phone_live"])),
        ("ads", "ad_personalisation", json!(["ads_retargeting"])),
    ] {
        let body = json!({
            "controller": "default", "use": used, "legal_basis": "consent",
            "title": words(purpose), "channels": channels,
        });
        api.put(&format!("/v1/purposes/{purpose}"), &body)
            .expect(200);
        let body = json!({
            "purpose": purpose, "change": "major", "text": words(purpose), "names_sender": true,
            "mentions": ["identity_and_goods", "choice", "period", "withdrawal_right", "access_to_proof"],
        });
        api.put(&format!("/v1/notices/{purpose}/1"), &body)
            .expect(200);
    }
}

/// The same consent, saying more of the act.
fn telling(mut consent: Value, more: &Value) -> Value {
    for (field, value) in more.as_object().unwrap() {
        consent[field] = value.clone();
    }
    consent
}

/// The reason of the answer to a question that says more.
fn reason(api: &Http, mut asked: Value, more: &Value) -> String {
    for (field, value) in more.as_object().unwrap() {
        asked[field] = value.clone();
    }
    let answer = api.post("/v1/checks", &asked).expect(200).json();
    let reason = answer["reason"].as_str().unwrap().to_owned();
    let permit = reason == "CONSENT_VALID";
    assert_eq!(permits(&answer), permit, "{answer}");
    reason
}

/// All four states of consent mode granted, but this one.
fn mode(denied: &str) -> Value {
    let mut mode = json!({
        "ad_storage": "granted", "ad_user_data": "granted",
        "ad_personalization": "granted", "analytics_storage": "granted",
    });
    if !denied.is_empty() {
        mode[denied] = json!("denied");
    }
    json!({ "facts": { "consent_mode": mode } })
}

on_both! {
    fn one_tick_for_several_channels_is_no_consent_to_any(db: &Db) {
        let scene = Scene::new(db);
        let api = &scene.api;
        for (who, bundle, expected) in [
            ("none@facts.example", json!(null), "CONSENT_VALID"),
            ("own@facts.example", json!(["email"]), "CONSENT_VALID"),
            ("both@facts.example", json!(["email", "sms"]), "CONSENT_INVALID"),
            ("other@facts.example", json!(["sms"]), "CONSENT_INVALID"),
        ] {
            let yes = consent(&email(who), "offers", "email", "given");
            api.records(&telling(yes, &json!({ "bundle": bundle })));
            let found = reason(api, question(&email(who), "offers", "email"), &json!({}));
            assert_eq!(found, expected, "{who}");
        }
        // and it is in the record
        let yes = telling(consent(&email("last@facts.example"), "offers", "email", "given"), &json!({ "bundle": ["sms", "email"] }));
        let written = api.records(&yes);
        let history = api.history(written["subject_id"].as_str().unwrap());
        let told = r#""bundle":["email","sms"]"#;
        assert!(history.iter().any(|one| one.to_string().contains(told)), "{history:?}");
    }

    fn a_general_consent_opened_other_hours_until_the_law_changed(db: &Db) {
        let scene = Scene::new(db);
        let api = &scene.api;
        furnish(api);
        for (who, off_hours, expected) in [
            ("weekdays@facts.example", false, "OUTSIDE_HOURS"),
            ("always@facts.example", true, "CONSENT_VALID"),
        ] {
            let yes = dated(consent(&email(who), "calls", "phone_live", "given"), "2026-01-10T10:00:00Z");
            api.records(&telling(yes, &json!({ "off_hours_general": off_hours, "valid_for": "P1Y" })));
            let asked = || question(&email(who), "calls", "phone_live");
            let saturday = |at: &str| json!({ "at": at, "facts": { "on_bloctel": false } });
            assert_eq!(reason(api, asked(), &saturday("2026-06-13T11:00:00+02:00")), expected);
            assert_eq!(reason(api, asked(), &saturday("2026-11-21T11:00:00+01:00")), "OUTSIDE_HOURS");
        }
    }

    fn a_child_below_the_age_of_their_country_needs_a_parent(db: &Db) {
        let scene = Scene::new(db);
        let api = &scene.api;
        let (alone, parent) = (email("child@facts.example"), email("parent@facts.example"));
        api.records(&consent(&alone, "newsletter", "email", "given"));
        let yes = consent(&parent, "newsletter", "email", "given");
        api.records(&telling(yes, &json!({ "given_by": "parent" })));
        let asked = |who: &Value| question(who, "newsletter", "email");
        let aged = |age: u8, country: &str| json!({
            "person": { "age": age, "country": country, "timezone": "Europe/Paris" },
        });
        let missing = "MINOR_PARENTAL_CONSENT_MISSING";
        // 15 in France, 16 in Poland; an age that nobody states is no child's
        assert_eq!(reason(api, asked(&alone), &aged(14, "FR")), missing);
        assert_eq!(reason(api, asked(&alone), &aged(15, "FR")), "CONSENT_VALID");
        assert_eq!(reason(api, asked(&alone), &aged(15, "PL")), missing);
        assert_eq!(reason(api, asked(&alone), &aged(16, "PL")), "CONSENT_VALID");
        assert_eq!(reason(api, asked(&alone), &json!({})), "CONSENT_VALID");
        // in France child and parent agree jointly
        let joint = json!({ "person": { "age": 14 }, "facts": { "child_consent": true } });
        assert_eq!(reason(api, asked(&parent), &aged(14, "FR")), "MINOR_JOINT_CONSENT_MISSING");
        assert_eq!(reason(api, asked(&parent), &joint), "CONSENT_VALID");
        let joint = json!({ "person": { "age": 14 }, "facts": { "parental_consent": true } });
        assert_eq!(reason(api, asked(&alone), &joint), "CONSENT_VALID");
    }

    fn a_denied_state_of_consent_mode_is_a_no_and_a_granted_one_no_yes(db: &Db) {
        let scene = Scene::new(db);
        let api = &scene.api;
        furnish(api);
        let (agreed, unasked) = (email("agreed@facts.example"), email("unasked@facts.example"));
        api.records(&consent(&agreed, "ads", "ads_retargeting", "given"));
        api.records(&consent(&agreed, "newsletter", "email", "given"));
        api.records(&consent(&unasked, "ads", "ads_retargeting", "requested"));
        let ads = |who: &Value| question(who, "ads", "ads_retargeting");
        assert_eq!(reason(api, ads(&agreed), &json!({})), "CONSENT_VALID");
        assert_eq!(reason(api, ads(&agreed), &mode("")), "CONSENT_VALID");
        for denied in ["ad_storage", "ad_user_data", "ad_personalization"] {
            assert_eq!(reason(api, ads(&agreed), &mode(denied)), "CONSENT_MODE_DENIED");
        }
        assert_eq!(reason(api, ads(&agreed), &mode("analytics_storage")), "CONSENT_VALID");
        assert_eq!(reason(api, ads(&unasked), &mode("")), "NO_CONSENT");
        let letter = question(&agreed, "newsletter", "email");
        assert_eq!(reason(api, letter, &mode("ad_storage")), "CONSENT_VALID");
    }

    fn unknown_words_are_refused_by_name(db: &Db) {
        let scene = Scene::new(db);
        let api = &scene.api;
        let who = email("bad@facts.example");
        for (states, pointer) in [
            (json!({ "ad_storage": "maybe" }), "/facts/consent_mode/ad_storage"),
            (json!({ "ad_cookies": "granted" }), "/facts/consent_mode/ad_cookies"),
            // of four states none is left to be guessed
            (json!({ "ad_storage": "granted" }), "/facts/consent_mode/ad_user_data"),
        ] {
            let mut asked = question(&who, "newsletter", "email");
            asked["facts"] = json!({ "consent_mode": states });
            let problem = api.post("/v1/checks", &asked).expect(422).json();
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        for (more, status, pointer, code) in [
            (json!({ "bundle": ["email", "pigeon"] }), "given", "/bundle/1", "channel_unknown"),
            (json!({ "bundle": ["email"] }), "refused", "/bundle", "not_of_a_no"),
            (json!({ "off_hours_general": true }), "refused", "/off_hours_general", "not_of_a_no"),
        ] {
            let claim = telling(consent(&who, "offers", "email", status), &more);
            let problem = api.post("/v1/consents", &claim).expect(422).json();
            let error = &problem["errors"][0];
            assert_eq!((error["pointer"].as_str(), error["code"].as_str()), (Some(pointer), Some(code)), "{problem}");
        }
    }
}
