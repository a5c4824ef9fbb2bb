//! What a check finds out beside the very answer: answers for other purposes and on the terminal,
//! and the strings that consent platforms send.

use serde_json::{Value, json};

use crate::support::http::Http;
use crate::support::scene::{Scene, consent, email, permits, question, words};

/// Vendor 2 may use the data for purpose 4, vendor 3 may not.
const TC: &str = "CQuFeUAQuFeUAEsABBENCWFgALAAAAAAAAqIACFAAAAA.IAFP_AAA.YAAAAAAAAAAA";
/// A string in which everything was refused.
const REFUSED: &str = "CQuFeUAQuFeUAEsABBENCWFgAAAAAAAAAAqIAAAAAAAA.IAFP_AAA.YAAAAAAAAAAA";
/// An instant at which both are recent.
const AT: &str = "2026-11-23T11:00:00+01:00";

/// A purpose that personalises advertising, and its words.
fn personalisation(api: &Http) {
    let body = json!({
        "controller": "default", "use": "ad_personalisation", "legal_basis": "consent",
        "title": words("ads"), "channels": ["in_app", "storage_access", "ads_retargeting"],
    });
    api.put("/v1/purposes/ads", &body).expect(200);
    let body = json!({ "purpose": "ads", "change": "major", "text": words("ads") });
    api.put("/v1/notices/ads/1", &body).expect(200);
}

/// Asks whether a vendor may show advertising, with what the page sent.
fn vendor(api: &Http, who: &Value, facts: Value) -> Value {
    let mut asked = question(who, "ads", "ads_retargeting");
    asked["at"] = json!(AT);
    asked["facts"] = facts;
    api.post("/v1/checks", &asked).expect(200).json()
}

on_both! {
    fn an_answer_on_the_terminal_counts_in_the_application(db: &Db) {
        let scene = Scene::new(db);
        personalisation(&scene.api);
        let who = email("terminal@signal.example");
        scene.api.records(&consent(&who, "newsletter", "email", "given"));
        assert_eq!(scene.api.asks_for(&who, "ads", "in_app")["reason"], "PURPOSE_MISMATCH");
        let mut yes = consent(&who, "ads", "storage_access", "given");
        yes["valid_for"] = json!("P1Y");
        scene.api.records(&yes);
        let permit = scene.api.asks_for(&who, "ads", "in_app");
        assert!(permits(&permit), "{permit}");
        // it holds no longer than the answer that it rests on
        assert!(permit["valid_until"].is_string(), "{permit}");
        scene.api.records(&consent(&who, "ads", "storage_access", "withdrawn"));
        let deny = scene.api.asks_for(&who, "ads", "in_app");
        assert!(!permits(&deny), "{deny}");
    }

    fn a_yes_for_another_purpose_is_named(db: &Db) {
        let scene = Scene::new(db);
        let who = email("other@signal.example");
        scene.api.records(&consent(&who, "newsletter", "email", "given"));
        assert_eq!(scene.api.asks_for(&who, "offers", "email")["reason"], "PURPOSE_MISMATCH");
        scene.api.records(&consent(&who, "newsletter", "email", "withdrawn"));
        assert_eq!(scene.api.asks_for(&who, "offers", "email")["reason"], "NO_CONSENT");
    }

    fn a_gpp_string_is_read_as_the_string_in_it(db: &Db) {
        let scene = Scene::new(db);
        personalisation(&scene.api);
        let who = email("gpp@signal.example");
        scene.api.records(&consent(&who, "ads", "in_app", "refused"));
        let gpp = |tc: &str| format!("DBABM~{tc}");
        for (facts, valid) in [
            (json!({ "tc_string": TC }), true),
            (json!({ "gpp_string": gpp(TC) }), true),
            (json!({ "gpp_string": gpp(REFUSED) }), false),
            (json!({ "gpp_string": gpp(TC), "tc_string": REFUSED }), false),
            (json!({ "gpp_string": gpp(REFUSED), "tc_string": TC }), false),
        ] {
            let mut facts = facts;
            facts["vendor_id"] = json!(2);
            facts["purpose_id"] = json!(4);
            let answer = vendor(&scene.api, &who, facts.clone());
            assert_eq!(permits(&answer), valid, "{facts} {answer}");
        }
    }

    fn a_no_on_the_terminal_stands_against_a_yes_of_the_registry(db: &Db) {
        let scene = Scene::new(db);
        personalisation(&scene.api);
        let who = email("changed@signal.example");
        let mut yes = consent(&who, "ads", "ads_retargeting", "given");
        yes["collected_at"] = json!("2026-11-20T10:00:00+01:00");
        scene.api.records(&yes);
        for (string, permitted) in [(TC, true), (REFUSED, false)] {
            let facts = json!({ "tc_string": string, "vendor_id": 2, "purpose_id": 4 });
            let answer = vendor(&scene.api, &who, facts);
            assert_eq!(permits(&answer), permitted, "{answer}");
        }
    }

    fn a_string_that_cannot_be_read_is_refused_by_name(db: &Db) {
        let scene = Scene::new(db);
        for field in ["tc_string", "gpp_string"] {
            let mut asked = question(&email("bad@signal.example"), "newsletter", "email");
            asked["facts"] = json!({ field: "Ünreadable" });
            let problem = scene.api.post("/v1/checks", &asked).expect(422);
            assert!(!problem.text.contains("nreadable"));
            let error = &problem.json()["errors"][0];
            assert_eq!(error["code"], "signal_malformed", "{error}");
            assert_eq!(error["pointer"], format!("/facts/{field}"), "{error}");
        }
    }
}
