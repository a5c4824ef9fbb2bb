//! One address is one person, however it is written and however many write it first; two records
//! that turn out to be one person's are merged, the stricter choice winning.

use std::collections::BTreeSet;
use std::sync::Barrier;

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::scene::{Scene, consent, dated, email, permits, records, tagged, tags};

const WRITERS: usize = 64;

/// The same address, as people and tools write it.
fn spellings(name: &str) -> Vec<String> {
    vec![
        format!("{name}.Zoë@Bücher.example"),
        format!("  {name}.zoë@bücher.example "),
        format!("{}.ZOË@BÜCHER.EXAMPLE", name.to_uppercase()),
        format!("{name}.zoë@xn--bcher-kva.example"),
        format!("{name}.zoe\u{308}@bu\u{308}cher.example"),
        format!("{name}.zoë@Bücher。example"),
    ]
}

/// Everybody writes at the same moment; one person and as many records come of it.
fn write_first_at_once(db: &Db, nodes: &[&Http], name: &str) {
    let spellings = spellings(name);
    let barrier = Barrier::new(WRITERS);
    let written: Vec<Value> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|n| {
                let (barrier, api) = (&barrier, nodes[n % nodes.len()]);
                let subject = email(&spellings[n % spellings.len()]);
                scope.spawn(move || {
                    let body = consent(&subject, "newsletter", "email", "given");
                    barrier.wait();
                    api.records(&tagged(body, &format!("{name}{n}")))
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let persons: BTreeSet<&str> = written
        .iter()
        .map(|one| one["subject_id"].as_str().unwrap())
        .collect();
    assert_eq!(persons.len(), 1, "one person");
    let found = tags(&nodes[0].history(persons.first().unwrap()));
    assert_eq!(found.len(), WRITERS, "every record");
    assert!(found.values().all(|times| *times == 1));
    let hash = nodes[0]
        .post("/v1/subjects/lookup", &email(&spellings[0]))
        .expect(200)
        .json();
    let blind = db.bytes(hash["id_hashes"][0].as_str().unwrap());
    assert_eq!(
        db.ask(&format!(
            "SELECT count(*) FROM identifiers WHERE blind = {blind}"
        )),
        "1"
    );
    for spelling in &spellings {
        assert!(permits(&nodes[0].asks(&email(spelling))), "{spelling}");
    }
}

on_both! {
    fn sixty_four_first_writes_of_one_address(db: &Db) {
        let scene = Scene::new(db);
        for round in 0..4 {
            write_first_at_once(db, &[&scene.api], &format!("first{round}"));
        }
        assert_eq!(db.ask("SELECT count(*) FROM subjects"), "4");
    }
}

#[test]
fn sixty_four_first_writes_over_two_nodes() {
    let Some(db) = Db::postgres(module_path!()) else {
        return;
    };
    let a = Scene::new(&db);
    let b = Scene::on(&db, &a.key);
    for round in 0..4 {
        write_first_at_once(&db, &[&a.api, &b.api], &format!("node{round}"));
    }
    // whoever lost the race left nobody behind
    assert_eq!(db.ask("SELECT count(*) FROM subjects"), "4");
}

const MONDAY: &str = "2026-11-02T09:00:00Z";
const TUESDAY: &str = "2026-11-03T09:00:00Z";
const WEDNESDAY: &str = "2026-11-04T09:00:00Z";

/// Two records that nobody yet knows to be one person's.
struct Two {
    a: Value,
    b: Value,
    id_a: String,
    id_b: String,
}

impl Two {
    /// Written apart, `a` first; each says this about the newsletter.
    fn apart(
        api: &Http,
        name: &str,
        (status_a, at_a): (&str, &str),
        (status_b, at_b): (&str, &str),
    ) -> Self {
        let (a, b) = (
            email(&format!("{name}.a@two.example")),
            email(&format!("{name}.b@two.example")),
        );
        let write = |who: &Value, status: &str, at: &str| {
            let body = dated(consent(who, "newsletter", "email", status), at);
            api.records(&body)["subject_id"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let (id_a, id_b) = (write(&a, status_a, at_a), write(&b, status_b, at_b));
        assert_ne!(id_a, id_b);
        Self { a, b, id_a, id_b }
    }

    /// A write about another purpose names them by a common number.
    fn together(&self, api: &Http) -> String {
        for one in [&self.a, &self.b] {
            let subject = json!({ "email": one["email"], "crm_id": self.a["email"] });
            api.records(&consent(&subject, "offers", "email", "refused"));
        }
        let found = api.post("/v1/subjects/lookup", &self.a).expect(200).json();
        found["subject_id"].as_str().unwrap().to_owned()
    }
}

on_both! {
    fn the_stricter_choice_wins_and_no_replay_reopens(db: &Db) {
        let mut scene = Scene::new(db);
        let cases = [
            ("older-no", ("given", WEDNESDAY), ("withdrawn", MONDAY), false),
            ("newer-no", ("given", MONDAY), ("withdrawn", WEDNESDAY), false),
            ("no-first", ("refused", MONDAY), ("given", TUESDAY), false),
            ("two-yeses", ("given", MONDAY), ("given", TUESDAY), true),
        ];
        let mut merged = Vec::new();
        for (name, a, b, permit) in cases {
            let two = Two::apart(&scene.api, name, a, b);
            let one = two.together(&scene.api);
            for who in [&two.a, &two.b] {
                assert_eq!(permits(&scene.api.asks(who)), permit, "{name}");
            }
            // what either of them said before, again
            for (who, (status, at)) in [(&two.a, a), (&two.b, b), (&two.b, a), (&two.a, b)] {
                scene.api.records(&dated(consent(who, "newsletter", "email", status), at));
                assert_eq!(permits(&scene.api.asks(&two.a)), permit, "{name}, replayed");
            }
            merged.push((two, one, permit));
        }
        scene.server.kill9();
        let scene = Scene::on(db, &scene.key);
        for (two, one, permit) in merged {
            assert_eq!(permits(&scene.api.asks(&two.a)), permit);
            assert_eq!(permits(&scene.api.asks(&two.b)), permit);
            ids_of_both_answer(&scene.api, &two, &one);
        }
    }

    /// An objection is a no, too: a yes that the other record holds does not lift it.
    fn an_objection_of_either_is_an_objection_of_both(db: &Db) {
        let mut scene = Scene::new(db);
        let mut all = Vec::new();
        for (n, objector) in ["a", "b"].iter().enumerate() {
            let two = Two::apart(&scene.api, &format!("objection{n}"), ("given", MONDAY), ("given", MONDAY));
            let (who, other) = if *objector == "a" { (&two.a, &two.b) } else { (&two.b, &two.a) };
            let objection = json!({ "subject": who, "scope": "direct_marketing" });
            scene.api.post("/v1/objections", &objection).expect(201);
            // later than the objection, by what is not yet known to be the same person
            scene.api.records(&consent(other, "newsletter", "email", "given"));
            assert!(permits(&scene.api.asks(other)) && !permits(&scene.api.asks(who)));
            two.together(&scene.api);
            for who in [&two.a, &two.b] {
                assert!(!permits(&scene.api.asks(who)), "a merge lifts no objection");
            }
            all.push(two);
        }
        scene.server.kill9();
        let scene = Scene::on(db, &scene.key);
        for two in &all {
            assert!(!permits(&scene.api.asks(&two.a)) && !permits(&scene.api.asks(&two.b)));
            // the person's own later act does
            scene.api.records(&dated(consent(&two.a, "newsletter", "email", "given"), &now()));
            assert!(permits(&scene.api.asks(&two.b)));
        }
    }

    fn a_suppression_of_either_stops_both(db: &Db) {
        let mut scene = Scene::new(db);
        let two = Two::apart(&scene.api, "suppressed", ("given", MONDAY), ("given", MONDAY));
        scene.api.post("/v1/suppressions", &json!({ "subject": two.b, "reason": "complaint" })).expect(201);
        two.together(&scene.api);
        assert!(!permits(&scene.api.asks(&two.a)) && !permits(&scene.api.asks(&two.b)));
        scene.server.kill9();
        let scene = Scene::on(db, &scene.key);
        assert!(!permits(&scene.api.asks(&two.a)) && !permits(&scene.api.asks(&two.b)));
    }

    /// While two records are being merged, the no that either says is not lost.
    fn a_no_said_during_the_merge_is_kept(db: &Db) {
        let first = Scene::new(db);
        let second = db.is_postgres().then(|| Scene::on(db, &first.key));
        let other = second.as_ref().unwrap_or(&first);
        for round in 0..25 {
            let two = Two::apart(&first.api, &format!("during{round}"), ("given", MONDAY), ("given", MONDAY));
            let (barrier, who) = (Barrier::new(2), if round % 2 == 0 { &two.a } else { &two.b });
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    barrier.wait();
                    let names = json!({ "email": two.b["email"], "crm_id": two.a["email"] });
                    first.api.records(&consent(&names, "offers", "email", "refused"));
                    two.together(&first.api);
                });
                barrier.wait();
                other.api.records(&consent(who, "newsletter", "email", "withdrawn"));
            });
            for scene in [&first, other] {
                for who in [&two.a, &two.b] {
                    assert_eq!(scene.api.asks(who)["reason"], "CONSENT_WITHDRAWN", "round {round}");
                }
            }
        }
    }
}

/// The old ids, and the history of both.
fn ids_of_both_answer(api: &Http, two: &Two, one: &str) {
    assert!(
        [&two.id_a, &two.id_b].iter().any(|id| *id == one),
        "one of the two stays"
    );
    let history = api.history(one);
    for id in [&two.id_a, &two.id_b] {
        let found = api
            .get(&format!("/v1/subjects/{id}/consents"))
            .expect(200)
            .json();
        assert_eq!(
            found["subject_id"],
            json!(one),
            "an old id leads to the person"
        );
        assert_eq!(api.history(id), history);
    }
    // two written apart, two that named both, four replays
    assert_eq!(records(&history).len(), 8, "the history of both");
}

fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}
