//! A batch of consents is written whole or not at all; a batch of questions answers the good ones.

use serde_json::{Value, json};

use super::{errors, refused, whole};
use crate::shop::{Shop, decision, yes};

on_both! {
    fn one_bad_consent_refuses_all_and_every_bad_one_is_named(db: &Db) {
        let shop = Shop::open(db);
        let mut consents: Vec<Value> = (0..20).map(|n| yes(&format!("person{n}@example.fr"))).collect();
        consents[3]["subject"]["email"] = json!("zq7");
        consents[7]["purpose"] = json!("zq7");
        consents[7]["status"] = json!("zq7");
        consents[12]["collected_at"] = json!("2099-01-01T00:00:00Z");
        consents[19]["notice"] = json!("newsletter@99");
        let before = shop.position();
        let reply = shop.collector().post("/v1/consents", &json!({ "consents": consents }));
        let mut found = errors(&refused(&reply, 422, "invalid"));
        found.sort();
        assert_eq!(found, [
            "/consents/12/collected_at date_in_future",
            "/consents/19/notice notice_unknown",
            "/consents/3/subject/email email_shape",
            "/consents/7/purpose purpose_unknown",
            "/consents/7/status status_unknown",
        ]);
        assert_eq!(shop.position(), before);
        let (_, reason) = shop.newsletter("person1@example.fr");
        assert_eq!(reason, "UNKNOWN_SUBJECT");
    }

    /// A yes against a no needs to say when it was given: that is seen only when writing.
    fn what_is_seen_when_writing_refuses_all_too(db: &Db) {
        let shop = Shop::open(db);
        let mut no = yes("no@example.fr");
        no["status"] = json!("refused");
        shop.record(&no);
        let before = shop.position();
        let batch = json!({ "consents": [yes("new@example.fr"), yes("no@example.fr")] });
        let problem = refused(&shop.collector().post("/v1/consents", &batch), 422, "invalid");
        assert_eq!(errors(&problem), ["/consents/1/collected_at act_not_dated"]);
        assert_eq!(shop.position(), before);
    }
}

#[test]
fn elements_of_wrong_shape_are_named() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let before = shop.position();
    let send = |body: Value| shop.collector().post("/v1/consents", &body);
    let empty = refused(&send(json!({ "consents": [] })), 422, "invalid");
    assert_eq!(errors(&empty), ["/consents count_wrong"]);
    let many: Vec<Value> = (0..1001)
        .map(|n| yes(&format!("p{n}@example.fr")))
        .collect();
    let many = refused(&send(json!({ "consents": many })), 422, "invalid");
    assert_eq!(errors(&many), ["/consents count_wrong"]);
    let mixed =
        json!({ "consents": [yes("a@example.fr"), 7, { "subject": "zq7" }, yes("b@example.fr")] });
    let mut found = errors(&refused(&send(mixed), 422, "invalid"));
    found.sort();
    assert_eq!(
        found,
        ["/consents/1 type_wrong", "/consents/2/subject type_wrong"]
    );
    let beside = json!({ "consents": [yes("a@example.fr")], "more": 1 });
    let beside = refused(&send(beside), 422, "invalid");
    assert_eq!(errors(&beside), ["/more field_unknown"]);
    assert_eq!(shop.position(), before);
}

#[test]
fn good_questions_are_answered_beside_bad_ones() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    shop.record(&yes("anne@example.fr"));
    let good = json!({ "subject": { "email": "anne@example.fr" }, "purpose": "newsletter", "channel": "email",
        "message": { "identifies_sender": true, "valid_stop_contact": true, "subject_honest": true } });
    let bad = [
        (
            json!({ "subject": { "email": "zq7" }, "purpose": "newsletter", "channel": "email" }),
            "/subject/email email_shape",
        ),
        (
            json!({ "subject": { "email": "a@example.fr" }, "purpose": "zq7", "channel": "email" }),
            "/purpose purpose_unknown",
        ),
        (json!(7), " type_wrong"),
        (
            json!({ "subject": { "email": "a@example.fr" }, "purpose": "newsletter", "channel": "email", "colour": 1 }),
            "/colour field_unknown",
        ),
    ];
    let mut checks = vec![good.clone()];
    checks.extend(bad.iter().map(|(question, _)| question.clone()));
    checks.push(good);
    let answer = shop
        .marketing()
        .post("/v1/checks", &json!({ "checks": checks }))
        .expect(200);
    assert!(!answer.text.contains(super::MARK), "{}", answer.text);
    let answer = answer.json();
    let decisions = answer["decisions"].as_array().unwrap();
    assert_eq!(decisions.len(), 6);
    for at in [0, 5] {
        assert_eq!(decision(&decisions[at]).0, "permit", "{}", decisions[at]);
    }
    for (decided, (_, expected)) in decisions[1..5].iter().zip(&bad) {
        assert_eq!(decided["decision"], "deny");
        whole(&decided["error"], 422);
        assert_eq!(errors(&decided["error"]), [*expected], "{decided}");
    }
}

#[test]
fn too_many_questions_are_refused_and_none_is_no_error() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let one = json!({ "subject": { "email": "a@example.fr" }, "purpose": "newsletter", "channel": "email" });
    let send = |count: usize| {
        shop.marketing()
            .post("/v1/checks", &json!({ "checks": vec![one.clone(); count] }))
    };
    let problem = refused(&send(10_001), 422, "invalid");
    assert_eq!(errors(&problem), ["/checks too_many"]);
    assert_eq!(send(0).expect(200).json(), json!({ "decisions": [] }));
}
