//! Positions are gapless and totally ordered, whoever writes.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::database::Db;
use crate::support::dice::Dice;
use crate::support::http::Http;
use crate::support::open_log::{OpenLog, checkpoint};
use crate::support::scene::{Scene, consent, email};

const WRITERS: usize = 8;
const WRITES: usize = 60;

/// What one writer was told, in the order of its requests.
fn write(api: &Http, writer: usize) -> Vec<u64> {
    let mut dice = Dice::new(writer as u64);
    let mut told = Vec::new();
    for n in 0..WRITES {
        // some persons are written by all, some by one
        let person = if dice.one_in(2) {
            format!("all{}", dice.below(12))
        } else {
            format!("w{writer}n{n}")
        };
        let subject = email(&format!("{person}@position.example"));
        let one = consent(&subject, "newsletter", "email", "refused");
        if dice.one_in(4) {
            let other = consent(&subject, "offers", "sms", "refused");
            let answer = api
                .post("/v1/consents", &json!({ "consents": [one, other] }))
                .expect(201)
                .json();
            told.extend(
                answer["consents"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|view| view["position"].as_u64().unwrap()),
            );
        } else {
            told.push(api.records(&one)["position"].as_u64().unwrap());
        }
    }
    told
}

fn written_by(db: &Db, nodes: &[&Http]) {
    let early = checkpoint(nodes[0]);
    let told: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| scope.spawn(move || write(nodes[n % nodes.len()], n)))
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect()
    });
    for one in &told {
        assert!(
            one.is_sorted_by(|a, b| a < b),
            "who waits for an answer before writing again sees a growing position"
        );
    }
    let all: BTreeSet<u64> = told.iter().flatten().copied().collect();
    assert_eq!(
        all.len(),
        told.iter().map(Vec::len).sum::<usize>(),
        "no position was told twice"
    );
    let log = OpenLog::read(nodes[0]);
    log.continues(nodes[0], &early);
    let kinds = log.kinds();
    assert_eq!(kinds["consent.refused"], all.len());
    for position in all {
        let leaf = &log.leaves[usize::try_from(position).unwrap()];
        assert_eq!(leaf.kind.to_string(), "consent.refused", "entry {position}");
    }
    assert!(
        log.leaves.is_sorted_by_key(|leaf| leaf.at),
        "time does not run backwards along the log"
    );
    let size = log.checkpoint.size.to_string();
    assert_eq!(db.ask("SELECT count(*) FROM ledger"), size);
    assert_eq!(db.ask("SELECT max(position) + 1 FROM ledger"), size);
    // every entry has exactly one payload, and every commit tells the outbox of its range
    let payloads = "(SELECT count(*) FROM subject_events) + (SELECT count(*) FROM public_events)";
    assert_eq!(db.ask(payloads), size);
    assert_eq!(
        db.ask("SELECT sum(end_position - first_position) FROM outbox"),
        size
    );
    // of each person, each event has the next number, and nobody is without one
    let gaps = "SELECT count(*) FROM (SELECT subject_id FROM subject_events GROUP BY subject_id HAVING min(counter) <> 0 OR max(counter) <> count(*) - 1) g";
    assert_eq!(db.ask(gaps), "0");
    let persons = "SELECT count(*) FROM subjects s WHERE NOT EXISTS (SELECT 1 FROM subject_events e WHERE e.subject_id = s.id)";
    assert_eq!(db.ask(persons), "0");
}

on_both! {
    fn of_concurrent_writers(db: &Db) {
        let scene = Scene::new(db);
        written_by(db, &[&scene.api]);
    }
}

#[test]
fn of_concurrent_writers_on_two_nodes() {
    let Some(db) = Db::postgres(module_path!()) else {
        return;
    };
    let a = Scene::new(&db);
    let b = Scene::on(&db, &a.key);
    written_by(&db, &[&a.api, &b.api]);
    assert_eq!(
        checkpoint(&a.api),
        checkpoint(&b.api),
        "both nodes sign the same"
    );
}
