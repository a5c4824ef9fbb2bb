//! OpenID AuthZEN 1.0, from outside: the standard's own examples, and the mapping onto customers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::contract::Described;
use crate::shop::{Shop, yes};
use crate::support::http::Http;
use crate::support::process::until;

const EVALUATION: &str = "/access/v1/evaluation";
const EVALUATIONS: &str = "/access/v1/evaluations";
const SEARCH: &str = "/access/v1/search/resource";

fn campaign() -> Value {
    json!({ "type": "campaign", "id": "spring-2027" })
}

fn newsletter() -> Value {
    json!({ "name": "email", "properties": { "purpose": "newsletter" } })
}

fn customer(id: &str) -> Value {
    json!({ "type": "customer", "id": id })
}

fn about(id: &str) -> Value {
    json!({ "subject": campaign(), "action": newsletter(), "resource": customer(id) })
}

fn decisions(answer: &Value) -> Vec<bool> {
    let list = answer["evaluations"].as_array().unwrap();
    list.iter()
        .map(|one| one["decision"].as_bool().unwrap())
        .collect()
}

on_both! {
    /// The answer of `/v1/checks`, in the standard's words.
    fn one_evaluation(db: &Db) {
        let shop = Shop::open(db);
        let description = Described::of(&shop.server.http());
        shop.record(&yes("anne@example.fr"));
        let ask = |body: &Value| {
            let reply = shop.marketing().post(EVALUATION, body).expect(200);
            description.check("post", EVALUATION, &reply);
            reply.json()
        };
        let position = shop.position();
        let permit = ask(&about("anne@example.fr"));
        assert_eq!(permit["decision"], true, "{permit}");
        let context = &permit["context"];
        assert_eq!(context["reason"], "CONSENT_VALID");
        assert_eq!(context["position"].as_u64(), Some(position));
        let obligations = context["obligations"].as_array().unwrap();
        assert!(obligations.iter().any(|one| one["id"] == "unsubscribe_link" && one["type"] == "custom" && one["properties"].is_object()));
        let deny = ask(&about("nobody@example.fr"));
        assert_eq!(deny["decision"], false);
        assert_eq!(deny["context"]["reason"], "UNKNOWN_SUBJECT");
        assert!(deny["context"]["reason_user"]["en"].is_string());
        // by the kind of identifier, by further ones, and by the registry's own id
        let email = json!({ "type": "email", "id": "Anne@example.fr" });
        let id = customer(&shop.subject("anne@example.fr"));
        let both = json!({ "type": "customer", "id": "C-1", "properties": { "email": "anne@example.fr", "tier": "gold" } });
        for resource in [email, id, both] {
            let mut body = about("");
            body["resource"] = resource;
            assert_eq!(ask(&body)["decision"], true, "{body}");
        }
        // what the caller knows counts, what it says of the customer does not
        let mut body = about("anne@example.fr");
        body["context"] = json!({ "message": { "valid_stop_contact": false }, "ip": "192.0.2.1" });
        assert_eq!(ask(&body)["context"]["reason"], "MESSAGE_NO_OPT_OUT");
        let mut body = about("nobody@example.fr");
        body["resource"]["properties"] = json!({ "consent": "given", "suppressed": false });
        body["context"] = json!({ "consent": "given", "at": "2020-01-01T00:00:00Z" });
        assert_eq!(ask(&body)["context"]["reason"], "UNKNOWN_SUBJECT");
        // a withdrawal holds at once
        let mut no = yes("anne@example.fr");
        no["status"] = json!("withdrawn");
        shop.record(&no);
        assert_eq!(ask(&about("anne@example.fr"))["context"]["reason"], "CONSENT_WITHDRAWN");
    }

    fn three_semantics(db: &Db) {
        let shop = Shop::open(db);
        let description = Described::of(&shop.server.http());
        for email in ["a@example.fr", "c@example.fr"] {
            shop.record(&yes(email));
        }
        let ask = |semantic: Option<&str>| {
            let mut body = json!({
                "subject": campaign(), "action": newsletter(),
                "evaluations": [
                    { "resource": customer("a@example.fr") },
                    { "resource": customer("b@example.fr") },
                    { "resource": customer("c@example.fr") },
                ],
            });
            if let Some(semantic) = semantic {
                body["options"] = json!({ "evaluations_semantic": semantic, "another_option": "value" });
            }
            let reply = shop.marketing().post(EVALUATIONS, &body).expect(200);
            description.check("post", EVALUATIONS, &reply);
            decisions(&reply.json())
        };
        assert_eq!(ask(None), [true, false, true]);
        assert_eq!(ask(Some("execute_all")), [true, false, true]);
        assert_eq!(ask(Some("deny_on_first_deny")), [true, false]);
        assert_eq!(ask(Some("permit_on_first_permit")), [true]);
        let marketing = shop.marketing();
        let unknown = json!({ "evaluations": [about("a@example.fr")], "options": { "evaluations_semantic": "some" } });
        marketing.post(EVALUATIONS, &unknown).expect(400);
        // an object of its own replaces the default as a whole
        let own = json!({
            "subject": campaign(), "action": newsletter(), "resource": customer("a@example.fr"),
            "evaluations": [
                {},
                { "action": { "name": "email" } },
                { "action": { "name": "sms", "properties": { "purpose": "newsletter" } } },
                { "resource": { "type": "customer" } },
            ],
        });
        let answer = marketing.post(EVALUATIONS, &own).expect(200).json();
        assert_eq!(decisions(&answer), [true, false, false, false], "{answer}");
        assert!(answer["evaluations"][1]["context"]["error"]["message"].as_str().unwrap().contains("purpose"));
        assert!(answer["evaluations"][3]["context"]["error"]["message"].as_str().unwrap().contains("/id"));
        // without a list it is one evaluation
        let mut one = about("a@example.fr");
        assert_eq!(marketing.post(EVALUATIONS, &one).expect(200).json()["decision"], true);
        one["evaluations"] = json!([]);
        assert_eq!(marketing.post(EVALUATIONS, &one).expect(200).json()["decision"], true);
    }

    fn a_search_finds_whom_a_campaign_may_contact(db: &Db) {
        let shop = Shop::open(db);
        let description = Described::of(&shop.server.http());
        let email = |n: usize| format!("p{n}@example.fr");
        for n in 0..7 {
            let mut choice = yes(&email(n));
            if n % 3 == 2 {
                choice["status"] = json!("refused");
            }
            shop.record(&choice);
        }
        let permitted: Vec<String> = [0, 1, 3, 4, 6].map(|n| shop.subject(&email(n))).to_vec();
        let search = |page: Value| {
            let body = json!({ "subject": campaign(), "action": newsletter(), "resource": { "type": "customer" }, "page": page });
            let reply = shop.marketing().post(SEARCH, &body).expect(200);
            description.check("post", SEARCH, &reply);
            reply.json()
        };
        let ids = |answer: &Value| -> Vec<String> {
            let results = answer["results"].as_array().unwrap();
            assert_eq!(answer["page"]["count"].as_u64(), Some(results.len() as u64));
            results.iter().map(|one| {
                assert_eq!(one["type"], "customer");
                one["id"].as_str().unwrap().to_owned()
            }).collect()
        };
        let sorted = |mut list: Vec<String>| { list.sort(); list };
        let whole = search(json!({}));
        assert_eq!(whole["page"]["next_token"], "");
        assert_eq!(ids(&whole), sorted(permitted.clone()));
        // page by page; who comes later is not in it, who says no meanwhile is gone at once
        let first = search(json!({ "limit": 2 }));
        let (mut found, mut token) = (ids(&first), first["page"]["next_token"].clone());
        assert_eq!(found.len(), 2);
        // later than the search by more than the clocks of ids can tell apart
        let begun = std::time::Instant::now();
        until(Duration::from_secs(20), || begun.elapsed() > Duration::from_millis(5));
        shop.record(&yes("late@example.fr"));
        let mut no = yes(&email(6));
        no["status"] = json!("withdrawn");
        shop.record(&no);
        while token != "" {
            let page = search(json!({ "limit": 2, "token": token }));
            found.extend(ids(&page));
            token = page["page"]["next_token"].clone();
        }
        assert_eq!(found, sorted(permitted[..4].to_vec()));
        // a token belongs to its own search
        let other = json!({
            "subject": campaign(), "action": { "name": "sms", "properties": { "purpose": "newsletter" } },
            "resource": { "type": "customer" }, "page": { "token": first["page"]["next_token"] },
        });
        shop.marketing().post(SEARCH, &other).expect(400);
        let none = json!({ "subject": campaign(), "action": newsletter(), "resource": { "type": "account" } });
        let none = shop.marketing().post(SEARCH, &none).expect(200).json();
        assert_eq!(none["results"], json!([]));
    }
}

/// The examples of the specification are well-formed requests of another world: denied, never 4xx.
#[test]
fn the_examples_of_the_specification() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let marketing = shop.marketing();
    let alice = json!({ "type": "user", "id": "alice@acmecorp.com" });
    let one = json!({
        "subject": alice, "resource": { "type": "account", "id": "123" },
        "action": { "name": "can_read", "properties": { "method": "GET" } },
        "context": { "time": "1985-10-26T01:22-07:00" },
    });
    let answer = marketing.post(EVALUATION, &one).expect(200).json();
    assert_eq!(answer["decision"], false, "{answer}");
    let boxed = json!({
        "subject": alice, "context": { "time": "2024-05-31T15:22-07:00" }, "action": { "name": "can_read" },
        "evaluations": [
            { "resource": { "type": "document", "id": "boxcarring.md" } },
            { "resource": { "type": "document", "id": "subject-search.md" } },
            { "action": { "name": "can_edit" }, "resource": { "type": "document", "id": "resource-search.md" } },
        ],
    });
    let answer = marketing.post(EVALUATIONS, &boxed).expect(200).json();
    assert_eq!(decisions(&answer), [false, false, false]);
    let metadata = shop
        .server
        .http()
        .get("/.well-known/authzen-configuration")
        .expect(200)
        .json();
    let at = metadata["policy_decision_point"].as_str().unwrap();
    for (name, path) in [
        ("access_evaluation_endpoint", EVALUATION),
        ("access_evaluations_endpoint", EVALUATIONS),
        ("search_resource_endpoint", SEARCH),
    ] {
        assert_eq!(metadata[name], format!("{at}{path}"));
    }
    let fields: Vec<&String> = metadata.as_object().unwrap().keys().collect();
    assert_eq!(fields.len(), 4, "only what there is: {fields:?}");
}

#[test]
fn a_broken_request_is_400_and_its_id_comes_back() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let id = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716";
    let marketing: Http = shop.marketing().header("x-request-id", id);
    let mut broken = vec![json!([]), json!("x"), json!({})];
    for field in ["subject", "action", "resource"] {
        let mut body = about("anne@example.fr");
        let _gone = body.as_object_mut().unwrap().remove(field);
        broken.push(body);
    }
    for pointer in [
        "/subject/type",
        "/subject/id",
        "/action/name",
        "/resource/type",
        "/resource/id",
    ] {
        let mut body = about("anne@example.fr");
        *body.pointer_mut(pointer).unwrap() = json!(7);
        broken.push(body.clone());
        *body.pointer_mut(pointer).unwrap() = Value::Null;
        broken.push(body);
    }
    for body in broken {
        let reply = marketing.post(EVALUATION, &body).expect(400);
        assert_eq!(reply.header("x-request-id"), Some(id), "{body}");
    }
    let reply = marketing
        .post(EVALUATION, &about("anne@example.fr"))
        .expect(200);
    assert_eq!(reply.header("x-request-id"), Some(id));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    // unknown fields are ignored
    let mut more = about("anne@example.fr");
    more["foo"] = json!({ "bar": 1 });
    more["subject"]["bar"] = json!(2);
    let _fine = marketing.post(EVALUATION, &more).expect(200);
    // and elsewhere the id is the service's own
    let own = marketing.get("/healthz");
    assert_ne!(own.header("x-request-id"), Some(id));
}
