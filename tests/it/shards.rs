//! An index over several nodes: each holds a part of the persons in memory, and every one of them answers for everybody.

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::{Http, raw};
use crate::support::scene::{Scene, consent, email, metric, permits, question};
use crate::support::server::{Server, cli, parted};
use crate::support::staff;

const PERSONS: usize = 24;

/// Nodes that hold a part each, and know of each other.
struct Parts {
    nodes: Vec<(Server, Http)>,
}

impl Parts {
    fn of(db: &Db, parts: &[&str]) -> Self {
        let key = Scene::new(db).key;
        let starts = |(port, told): (u16, Vec<(&str, String)>)| {
            let told = told.iter().map(|(name, told)| (*name, told.as_str()));
            let server = Server::start_at(db, port, &told.collect::<Vec<_>>());
            let api = server.http().bearer(&key);
            (server, api)
        };
        let nodes = parted(parts).into_iter().map(starts).collect();
        Self { nodes }
    }

    fn apis(&self) -> impl Iterator<Item = &Http> {
        self.nodes.iter().map(|(_, api)| api)
    }
}

fn who(n: usize) -> String {
    format!("p{n}@parts.example")
}

fn says(api: &Http, n: usize, status: &str) {
    api.records(&consent(&email(&who(n)), "newsletter", "email", status));
}

/// The answer without what is each decision's own.
fn plain(answer: &Value) -> Value {
    let mut answer = answer.clone();
    for own in ["decision_id", "position"] {
        answer.as_object_mut().unwrap().remove(own);
    }
    answer
}

fn is_permitted(n: usize) -> bool {
    !n.is_multiple_of(3)
}

/// Whom a filtered list lets pass.
fn passed(api: &Http, lines: &str) -> Vec<String> {
    let path = "/v1/audiences?purpose=newsletter&channel=email";
    let text = api.send("POST", path, "text/csv", lines).expect(200).text;
    // the last line counts
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1).map(str::to_owned).collect()
}

/// By single checks, in a batch, by lists: the same at each node, whoever holds the person.
fn answers_for_everybody(all: &Parts) {
    let body = |n| question(&email(&who(n)), "newsletter", "email");
    let questions: Vec<Value> = (0..PERSONS + 2).map(body).collect();
    let batch = json!({ "checks": questions });
    let lines: Vec<String> = (0..PERSONS + 2).map(who).collect();
    let list = format!("email\n{}\n", lines.join("\n"));
    let permitted: Vec<String> = (0..PERSONS).filter(|n| is_permitted(*n)).map(who).collect();
    for api in all.apis() {
        let together = api.post("/v1/checks", &batch).expect(200).json();
        for (n, question) in questions.iter().enumerate() {
            let alone = api.post("/v1/checks", question).expect(200).json();
            assert_eq!(
                permits(&alone),
                n < PERSONS && is_permitted(n),
                "{n}: {alone}"
            );
            assert_eq!(plain(&alone), plain(&together["decisions"][n]), "{n}");
            // whoever decided, it is on record
            let id = alone["decision_id"].as_str().unwrap();
            let kept = api.get(&format!("/v1/decisions/{id}")).expect(200).json();
            assert_eq!(kept["reason"], alone["reason"], "{kept}");
        }
        assert_eq!(passed(api, &list), permitted);
        evaluates(api);
    }
}

/// The same in the words of the standard: one by one, and many at once.
fn evaluates(api: &Http) {
    let asked = |n| {
        json!({
            "subject": { "type": "campaign", "id": "spring" },
            "action": { "name": "email", "properties": { "purpose": "newsletter" } },
            "resource": { "type": "customer", "id": who(n) },
            "context": { "message": { "identifies_sender": true }, "other": 1 },
        })
    };
    let all: Vec<Value> = (0..PERSONS).map(asked).collect();
    let body = json!({ "evaluations": all });
    let many = api.post("/access/v1/evaluations", &body).expect(200).json();
    for (n, asked) in all.iter().enumerate() {
        let one = api.post("/access/v1/evaluation", asked).expect(200).json();
        assert_eq!(one["decision"], is_permitted(n), "{one}");
        let other = &many["evaluations"][n];
        assert_eq!(one["decision"], other["decision"], "{other}");
        assert_eq!(one["context"]["reason"], other["context"]["reason"]);
        let id = one["context"]["decision_id"].as_str().unwrap();
        let kept = api.get(&format!("/v1/decisions/{id}")).expect(200).json();
        assert_eq!(kept["campaign"], "spring", "{kept}");
    }
}

#[test]
fn every_node_answers_for_everybody() {
    let Some(db) = Db::postgres("every_node_answers_for_everybody") else {
        return;
    };
    let mut all = Parts::of(&db, &["1/3", "2/3", "3/3"]);
    for n in 0..PERSONS {
        let status = if is_permitted(n) { "given" } else { "refused" };
        says(&all.nodes[n % 3].1, n, status);
    }
    answers_for_everybody(&all);
    let held = |api: &Http| metric(api, "placet_index_persons");
    let held: Vec<u64> = all.apis().map(held).collect();
    assert_eq!(held.iter().sum::<u64>(), PERSONS as u64, "{held:?}");
    assert!(held.iter().all(|held| *held > 0), "{held:?}");
    for api in all.apis() {
        // nobody was read from the database: other nodes answered
        assert!(metric(api, "placet_elsewhere_total{by=\"nodes\"}") > 0);
        assert_eq!(metric(api, "placet_elsewhere_total{by=\"database\"}"), 0);
    }
    // people are counted where all of them are known
    staff::add(&db, "dpo", "dpo");
    let member = staff::signs_in(&all.nodes[0].0, "dpo");
    let home = member.http.get("/console").expect(200).text;
    let cards = home.matches("<div class=\"card\"><dt>").count();
    assert_eq!(cards, 2, "{home}");
    assert!(!home.contains("<dt>Personnes"), "{home}");
    let shards: Vec<Value> = all
        .apis()
        .map(|api| api.get("/readyz").expect(200).json()["shard"].clone())
        .collect();
    assert_eq!(shards, ["1/3", "2/3", "3/3"]);
    // one is gone: the others read whom it held from the database
    let (server, _) = &mut all.nodes[1];
    server.kill9();
    let rest = Parts {
        nodes: vec![all.nodes.remove(0), all.nodes.remove(1)],
    };
    answers_for_everybody(&rest);
    for api in rest.apis() {
        assert!(metric(api, "placet_elsewhere_total{by=\"database\"}") > 0);
    }
    let checked = cli(&db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
}

/// What was acknowledged by any node is seen by the next check at any other, whoever holds the person.
#[test]
fn a_no_is_seen_whoever_holds_the_person() {
    let Some(db) = Db::postgres("a_no_is_seen_whoever_holds_the_person") else {
        return;
    };
    let all = Parts::of(&db, &["1/2", "2/2"]);
    for n in 0..16 {
        let (writes, asks) = (&all.nodes[n % 2].1, &all.nodes[n / 2 % 2].1);
        says(writes, n, "given");
        assert!(permits(&asks.asks(&email(&who(n)))), "{n}");
        says(asks, n, "withdrawn");
        assert!(!permits(&writes.asks(&email(&who(n)))), "{n}");
        assert!(!permits(&asks.asks(&email(&who(n)))), "{n}");
    }
}

/// Identifiers of two persons of different parts: whoever may not be reached decides, at each node. Once they are one
/// person, what holds is the stricter of both.
#[test]
fn persons_of_two_parts_are_asked_about_at_once() {
    let Some(db) = Db::postgres("persons_of_two_parts_are_asked_about_at_once") else {
        return;
    };
    let all = Parts::of(&db, &["1/2", "2/2"]);
    let api = &all.nodes[0].1;
    let both = |n: usize| json!({ "email": who(n), "crm_id": format!("c{n}") });
    for n in 0..8 {
        let by_key = json!({ "crm_id": format!("c{n}") });
        let status = if n % 2 == 0 { "given" } else { "refused" };
        says(api, n, "given");
        api.records(&consent(&by_key, "newsletter", "email", status));
    }
    let permitted = || -> Vec<Vec<bool>> {
        let of = |api: &Http| (0..8).map(|n| permits(&api.asks(&both(n)))).collect();
        all.apis().map(of).collect()
    };
    let expected: Vec<bool> = (0..8).map(|n| n % 2 == 0).collect();
    assert_eq!(permitted(), [expected.clone(), expected.clone()]);
    // a write that names both says that they are one
    for n in 0..8 {
        let body = consent(&both(n), "offers", "email", "refused");
        all.nodes[n % 2].1.records(&body);
    }
    assert_eq!(permitted(), [expected.clone(), expected]);
    for api in all.apis() {
        for n in 0..8 {
            let alone = permits(&api.asks(&email(&who(n))));
            assert_eq!(alone, n % 2 == 0, "{n}");
        }
    }
}

/// Whoever has not the registry's key is no node, whatever they send; a tool's key opens nothing there.
#[test]
fn strangers_write_no_letters() {
    let Some(db) = Db::postgres("strangers_write_no_letters") else {
        return;
    };
    let all = Parts::of(&db, &["1/2", "2/2"]);
    for path in ["/nodes/checks", "/nodes/lines"] {
        for text in ["", "{\"checks\":[]}", &"x".repeat(4_096)] {
            let octets = "application/octet-stream";
            let reply = all.nodes[0].1.send("POST", path, octets, text);
            assert_eq!(reply.status, 401, "{}", reply.text);
        }
        all.nodes[0].1.get(path).expect(404);
        // what a stranger announces is not waited for
        let now = chrono::Utc::now().timestamp_micros();
        for pass in ["", "Node 1.ab", &format!("Node {now}.{}", "0".repeat(64))] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {pass}\r\nContent-Length: 40000000\r\n\r\n"
            );
            let said = raw(all.nodes[0].0.port(), head.as_bytes());
            let said = String::from_utf8_lossy(&said).into_owned();
            assert!(said.starts_with("HTTP/1.1 401"), "{said}");
        }
    }
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let refused = |db: &Db, variables: &[(&str, &str)]| {
        let mut server = Server::spawn(db, &[], variables);
        assert_ne!(server.await_exit().code(), Some(0));
        server.stderr()
    };
    let sqlite = Db::sqlite();
    let log = refused(&sqlite, &[("PLACET_INDEX_SHARD", "1/2")]);
    assert!(log.contains("needs PostgreSQL"), "{log}");
    let log = refused(
        &sqlite,
        &[("PLACET_INDEX_NODES", "1/2=http://10.0.0.1:8080")],
    );
    assert!(log.contains("needs index_shard"), "{log}");
    let Some(db) = Db::postgres("settings_that_cannot_be_meant_are_refused") else {
        return;
    };
    for (shard, nodes, says) in [
        ("3/2", "", "must be a number and how many there are"),
        ("1/2", "1/3=http://10.0.0.1:8080", "both must be of as many"),
        ("1/2", "http://10.0.0.1:8080", "parts and addresses"),
        ("1/2", "2/2=10.0.0.1:8080", "10.0.0.1:8080"),
    ] {
        let told = [("PLACET_INDEX_SHARD", shard), ("PLACET_INDEX_NODES", nodes)];
        let log = refused(&db, &told);
        assert!(log.contains(says), "{shard} {nodes}: {log}");
    }
}
