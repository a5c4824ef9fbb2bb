//! Every field of every body, given wrongly.

use serde_json::{Value, json};

use super::{errors, refused};
use crate::shop::{Shop, yes};
use crate::support::http::Http;

/// A field to spoil, with what, and the answer: `pointer code`.
type Case = (&'static str, Value, &'static str);

/// Sends `good` once for each case, with one field spoilt. What is null is left out.
#[track_caller]
fn each(
    shop: &Shop,
    send: impl Fn(&Value) -> crate::support::http::Reply,
    good: &Value,
    cases: &[Case],
) {
    let before = shop.position();
    for (field, value, expected) in cases {
        let reply = send(&spoilt(good, field, value));
        let problem = refused(&reply, 422, "invalid");
        assert_eq!(errors(&problem), [*expected], "{field}: {value}: {problem}");
    }
    assert_eq!(shop.position(), before, "something was written");
}

fn spoilt(good: &Value, field: &str, value: &Value) -> Value {
    let mut body = good.clone();
    let (parent, name) = field.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("a parent");
    let fields = parent.as_object_mut().expect("an object");
    if value.is_null() {
        fields.remove(name);
    } else {
        fields.insert(name.to_owned(), value.clone());
    }
    body
}

fn post(client: Http, path: &str) -> impl Fn(&Value) -> crate::support::http::Reply + '_ {
    move |body| client.post(path, body)
}

on_both! {
    fn of_a_consent(db: &Db) {
        let shop = Shop::open(db);
        each(&shop, post(shop.collector(), "/v1/consents"), &yes("anne@example.fr"), &consents());
    }
}

fn consents() -> Vec<Case> {
    let long = "x".repeat(9000);
    vec![
        ("/colour", json!("zq7"), "/colour field_unknown"),
        ("/purpose", json!(null), "/purpose field_missing"),
        ("/subject", json!(null), "/subject field_missing"),
        ("/subject", json!({}), "/subject identifier_missing"),
        ("/subject", json!("zq7@example.fr"), "/subject type_wrong"),
        // looks like the words of the reader's own message
        (
            "/subject",
            json!("a, expected zq7@example.fr"),
            "/subject type_wrong",
        ),
        (
            "/subject/mail",
            json!("zq7@example.fr"),
            "/subject/mail field_unknown",
        ),
        ("/subject/email", json!(7), "/subject/email type_wrong"),
        (
            "/subject/email",
            json!(""),
            "/subject/email identifier_empty",
        ),
        (
            "/subject/email",
            json!("zq7 at example.fr"),
            "/subject/email email_shape",
        ),
        (
            "/subject/email",
            json!("zq7@localhost"),
            "/subject/email email_domain_without_dot",
        ),
        (
            "/subject/email",
            json!("a@zq7@example.fr"),
            "/subject/email email_shape",
        ),
        (
            "/subject/phone",
            json!("zq7"),
            "/subject/phone phone_character",
        ),
        (
            "/subject/phone",
            json!("06 12 34 56 78"),
            "/subject/phone phone_without_region",
        ),
        (
            "/subject/phone",
            json!("+33 1"),
            "/subject/phone phone_shape",
        ),
        (
            "/subject/id_hash",
            json!("zq7"),
            "/subject/id_hash id_hash_malformed",
        ),
        ("/purpose", json!("zq7"), "/purpose purpose_unknown"),
        ("/purpose", json!(true), "/purpose type_wrong"),
        ("/channel", json!("zq7"), "/channel channel_unknown"),
        ("/channel", json!("sms"), "/channel channel_not_of_purpose"),
        ("/status", json!("zq7"), "/status status_unknown"),
        ("/status", json!(["given"]), "/status type_wrong"),
        ("/notice", json!(null), "/notice notice_missing"),
        ("/notice", json!("zq7"), "/notice notice_malformed"),
        ("/notice", json!("newsletter@99"), "/notice notice_unknown"),
        (
            "/notice",
            json!("offers@1"),
            "/notice notice_of_other_purpose",
        ),
        ("/language", json!("zq7"), "/language language_malformed"),
        ("/language", json!("de"), "/language language_not_of_notice"),
        (
            "/collected_at",
            json!("2099-01-01T00:00:00Z"),
            "/collected_at date_in_future",
        ),
        ("/collected_at", json!("zq7"), "/collected_at value_wrong"),
        (
            "/collected_at",
            json!("2026-11-20T10:15:00"),
            "/collected_at value_wrong",
        ),
        (
            "/collected_at",
            json!("2026-02-30T10:15:00Z"),
            "/collected_at value_wrong",
        ),
        (
            "/collected_at",
            json!(1_700_000_000),
            "/collected_at type_wrong",
        ),
        ("/valid_for", json!("zq7"), "/valid_for period_malformed"),
        ("/valid_for", json!("P-1Y"), "/valid_for period_malformed"),
        (
            "/source",
            json!({ "kind": "zq7" }),
            "/source/kind source_unknown",
        ),
        (
            "/source",
            json!({ "kind": "store", "shop": "zq7" }),
            "/source/shop field_unknown",
        ),
        (
            "/source",
            json!({ "kind": "store", "agent": long }),
            "/source/agent too_long",
        ),
        ("/act", json!(long), "/act act_unknown"),
        ("/act", json!("zq7"), "/act act_unknown"),
        ("/given_by", json!("zq7"), "/given_by given_by_unknown"),
        ("/explicit", json!("zq7"), "/explicit type_wrong"),
        ("/exact_slot", json!("zq7"), "/exact_slot value_wrong"),
        (
            "/double_opt_in",
            json!({ "state": "zq7" }),
            "/double_opt_in state_unknown",
        ),
        ("/evidence", json!("zq7"), "/evidence type_wrong"),
        ("/evidence", json!({ "scan": long }), "/evidence too_long"),
    ]
}

on_both! {
    fn of_a_persons_no(db: &Db) {
        let shop = Shop::open(db);
        let anne = json!({ "email": "anne@example.fr" });
        let objection = json!({ "subject": anne, "scope": "direct_marketing" });
        each(&shop, post(shop.collector(), "/v1/objections"), &objection, &[
            ("/colour", json!(1), "/colour field_unknown"),
            ("/scope", json!("zq7"), "/scope type_wrong"),
            ("/scope", json!(null), "/scope field_missing"),
            ("/subject/email", json!("zq7"), "/subject/email email_shape"),
        ]);
        let restriction = json!({ "subject": anne, "restricted": true });
        each(&shop, post(shop.collector(), "/v1/restrictions"), &restriction, &[
            ("/restricted", json!("zq7"), "/restricted type_wrong"),
            ("/restricted", json!(null), "/restricted field_missing"),
            ("/subject", json!({}), "/subject identifier_missing"),
        ]);
        let pause = json!({ "subject": anne, "purpose": "newsletter", "channel": "email", "at_most": "one_a_week" });
        each(&shop, post(shop.collector(), "/v1/paces"), &pause, &[
            ("/colour", json!(1), "/colour field_unknown"),
            ("/purpose", json!("zq7"), "/purpose purpose_unknown"),
            ("/channel", json!("zq7"), "/channel channel_unknown"),
            ("/channel", json!("post_addressed"), "/channel channel_not_of_purpose"),
            ("/at_most", json!("zq7"), "/at_most at_most_unknown"),
            ("/paused_until", json!("zq7"), "/paused_until value_wrong"),
            ("/paused_until", json!("2020-01-01T00:00:00Z"), "/paused_until pause_out_of_range"),
            ("/paused_until", json!("2999-01-01T00:00:00Z"), "/paused_until pause_out_of_range"),
            ("/source", json!({ "kind": "zq7" }), "/source/kind source_unknown"),
            ("/act", json!("zq7"), "/act act_unknown"),
            ("/subject/email", json!("zq7"), "/subject/email email_shape"),
        ]);
        let suppression = json!({ "subject": anne, "reason": "asked" });
        each(&shop, post(shop.collector(), "/v1/suppressions"), &suppression, &[
            ("/reason", json!("zq7 said so on the phone"), "/reason reason_malformed"),
            ("/reason", json!(null), "/reason field_missing"),
            ("/subject/phone", json!("zq7"), "/subject/phone phone_character"),
        ]);
        let link = json!({ "subject": anne });
        each(&shop, post(shop.collector(), "/v1/links"), &link, &[
            ("/subject", json!([]), "/subject type_wrong"),
            ("/subject/email", json!("zq7"), "/subject/email email_shape"),
            ("/lang", json!("fr"), "/lang field_unknown"),
        ]);
    }
}

#[test]
fn of_a_question() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let question = json!({
        "subject": { "email": "anne@example.fr" }, "purpose": "newsletter", "channel": "email",
        "message": { "identifies_sender": true }, "facts": {},
    });
    let ask = |body: &Value| {
        let reply = shop.marketing().post("/v1/checks", body);
        // whatever is wrong with a question: the answer is no permission
        assert_eq!(reply.json()["decision"], "deny", "{}", reply.text);
        reply
    };
    each(
        &shop,
        ask,
        &question,
        &[
            ("/colour", json!(1), "/colour field_unknown"),
            ("/subject", json!(null), "/subject field_missing"),
            ("/subject/email", json!("zq7"), "/subject/email email_shape"),
            (
                "/subject/phone",
                json!("+33 zq7"),
                "/subject/phone phone_character",
            ),
            ("/purpose", json!("zq7"), "/purpose purpose_unknown"),
            ("/purpose", json!(7), "/purpose type_wrong"),
            ("/channel", json!("zq7"), "/channel channel_unknown"),
            (
                "/message/identifies_sender",
                json!("zq7"),
                "/message/identifies_sender type_wrong",
            ),
            ("/message/colour", json!(1), "/message/colour field_unknown"),
            ("/facts/colour", json!(1), "/facts/colour field_unknown"),
            ("/facts/informed", json!(1), "/facts/informed type_wrong"),
            ("/at", json!("zq7"), "/at value_wrong"),
        ],
    );
    let reader = shop.dpo();
    each(
        &shop,
        |body| reader.post("/v1/subjects/lookup", body),
        &json!({ "email": "anne@example.fr" }),
        &[
            ("/email", json!("zq7"), "/email email_shape"),
            ("/email", json!(null), " identifier_missing"),
            ("/mail", json!(1), "/mail field_unknown"),
        ],
    );
}

#[test]
fn of_the_catalogue() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let admin = shop.admin();
    let purpose = json!({
        "controller": "default", "use": "direct_marketing_own", "title": { "fr": "Bienvenue" },
        "legal_basis": "consent", "channels": ["email"], "retention": "P1Y",
    });
    each(
        &shop,
        |body| admin.put("/v1/purposes/welcome", body),
        &purpose,
        &[
            ("/version", json!(3), "/version field_unknown"),
            (
                "/controller",
                json!("zq7"),
                "/controller controller_unknown",
            ),
            ("/controller", json!("Zq7!"), "/controller value_wrong"),
            ("/use", json!("zq7"), "/use use_unknown"),
            ("/title", json!({}), "/title title_missing"),
            ("/title", json!({ "fr": " " }), "/title title_missing"),
            ("/legal_basis", json!("zq7"), "/legal_basis type_wrong"),
            ("/channels", json!([]), "/channels channels_missing"),
            (
                "/channels",
                json!(["email", "email"]),
                "/channels channel_twice",
            ),
            (
                "/channels",
                json!(["email", "zq7"]),
                "/channels/1 type_wrong",
            ),
            ("/retention", json!("zq7"), "/retention period_malformed"),
            ("/retention", json!(3), "/retention type_wrong"),
        ],
    );
    each(
        &shop,
        |body| admin.put("/v1/purposes/Zq7!", body),
        &purpose,
        &[("/colour", json!(null), "/id name_malformed")],
    );
    let notice = json!({ "purpose": "newsletter", "change": "major", "text": { "fr": "Oui." } });
    each(
        &shop,
        |body| admin.put("/v1/notices/newsletter/3", body),
        &notice,
        &[
            ("/purpose", json!("offers"), "/purpose purpose_changed"),
            ("/change", json!("zq7"), "/change type_wrong"),
            ("/text", json!({}), "/text text_missing"),
            ("/text", json!({ "fr": 7 }), "/text/fr type_wrong"),
        ],
    );
    each(
        &shop,
        |body| admin.put("/v1/notices/autumn/1", body),
        &notice,
        &[("/purpose", json!("zq7"), "/purpose purpose_unknown")],
    );
    each(
        &shop,
        |body| admin.put("/v1/notices/newsletter/9", body),
        &notice,
        &[("/colour", json!(null), "/version version_gap")],
    );
    each(
        &shop,
        |body| admin.put("/v1/notices/newsletter/1", body),
        &notice,
        &[("/colour", json!(null), "/version notice_published")],
    );
    each(
        &shop,
        |body| admin.put("/v1/controllers/brand", body),
        &json!({ "name": "Une marque" }),
        &[
            ("/name", json!(null), "/name field_missing"),
            ("/country", json!(33), "/country type_wrong"),
            ("/colour", json!(1), "/colour field_unknown"),
        ],
    );
}

/// A moment that cannot be read is told how one is written.
#[test]
fn a_time_is_told_how_it_is_written() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let mut consent = yes("anne@example.fr");
    consent["collected_at"] = json!("yesterday");
    let problem = refused(
        &shop.collector().post("/v1/consents", &consent),
        422,
        "invalid",
    );
    let detail = problem["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("RFC 3339"), "{detail}");
}
