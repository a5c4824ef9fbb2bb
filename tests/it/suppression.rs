//! Matching is asymmetric: a no reaches every spelling of a mailbox, a yes only the very address
//! that it was given for.

use serde_json::{Value, json};

use crate::support::http::Http;
use crate::support::scene::{Scene, consent, email, permits, question};
use crate::support::server::cli;

fn suppress(api: &Http, address: &str) {
    let body = json!({ "subject": email(address), "reason": "asked" });
    api.post("/v1/suppressions", &body).expect(201);
}

fn subscriber(api: &Http, address: &str) -> Value {
    let who = email(address);
    api.records(&consent(&who, "newsletter", "email", "given"));
    who
}

on_both! {
    fn a_no_to_one_spelling_reaches_every_other(db: &Db) {
        let scene = Scene::new(db);
        for (filed, asked) in [
            ("anne+x@sup.example", "anne@sup.example"),
            ("bob@sup.example", "bob+news@sup.example"),
            ("carl+a@sup.example", "carl+b@sup.example"),
            ("d.o.ra+x@googlemail.com", "dora@gmail.com"),
            ("emil@gmail.com", "e.mil+shop@gmail.com"),
        ] {
            let who = subscriber(&scene.api, asked);
            assert!(permits(&scene.api.asks(&who)), "{asked}");
            suppress(&scene.api, filed);
            assert_eq!(scene.api.asks(&who)["reason"], "SUPPRESSED", "{asked}");
            let mut reserving = question(&who, "newsletter", "email");
            reserving["reserve"] = json!(true);
            let answer = scene.api.post("/v1/checks", &reserving).expect(200).json();
            assert_eq!(answer["reason"], "SUPPRESSED", "{asked}");
            let told = cli(db, &[
                "--json", "check", "--purpose", "newsletter", "--channel", "email", "--email", asked,
            ]);
            assert!(told.stdout.contains("SUPPRESSED"), "{told:?}");
            // whoever is known by the very address is suppressed by any name
            let known = json!({ "email": filed, "crm_id": format!("C-{filed}") });
            scene.api.records(&consent(&known, "offers", "email", "given"));
            let by_key = json!({ "crm_id": format!("C-{filed}") });
            let answer = scene.api.asks_for(&by_key, "offers", "email");
            assert_eq!(answer["reason"], "SUPPRESSED", "{filed}");
        }
        // outside Gmail dots tell two persons apart
        let who = subscriber(&scene.api, "a.da@sup.example");
        suppress(&scene.api, "ada@sup.example");
        assert!(permits(&scene.api.asks(&who)));
    }

    fn a_yes_of_one_spelling_reaches_no_other(db: &Db) {
        let scene = Scene::new(db);
        for (given, asked) in [
            ("anne@yes.example", "anne+x@yes.example"),
            ("bob+x@yes.example", "bob@yes.example"),
            ("ca.rl@gmail.com", "carl@gmail.com"),
        ] {
            assert!(permits(&scene.api.asks(&subscriber(&scene.api, given))));
            assert_eq!(scene.api.asks(&email(asked))["reason"], "UNKNOWN_SUBJECT");
        }
    }
}
