//! A node starts from the file that it keeps its index in, and knows what the database knows.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::json;

use crate::support::database::Db;
use crate::support::scene::{Scene, consent, email, permits};
use crate::support::server::{Server, cli};

/// So many persons that the file is worth while.
const PERSONS: usize = 1_100;
const TAKEN: &str = "taken from its snapshot";
const NOT_USED: &str = "snapshot of the index is not used";

fn who(at: usize) -> String {
    format!("p{at}@snapshot.example")
}

fn file(db: &Db) -> PathBuf {
    db.data_dir().join("index.snapshot")
}

/// Everybody with an odd number says no.
fn everybody_answers(scene: &Scene) {
    let answer = |at: usize| {
        let status = if at.is_multiple_of(2) {
            "given"
        } else {
            "refused"
        };
        consent(&email(&who(at)), "newsletter", "email", status)
    };
    for first in (0..PERSONS).step_by(550) {
        let some: Vec<_> = (first..first + 550).map(answer).collect();
        scene
            .api
            .post("/v1/consents", &json!({ "consents": some }))
            .expect(201);
    }
}

fn may(scene: &Scene, at: usize) -> bool {
    permits(&scene.api.asks(&email(&who(at))))
}

on_both! {
    fn a_node_starts_from_its_file_and_the_ledger_since(db: &Db) {
        let mut scene = Scene::new(db);
        assert!(!scene.server.stderr().contains(TAKEN), "there is none yet");
        everybody_answers(&scene);
        assert!(scene.server.terminate().success());
        let written = std::fs::read(file(db)).expect("it is written at the end");
        assert!(written.len() > 40 * PERSONS, "{}", written.len());
        assert_eq!(file(db).metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let text = String::from_utf8_lossy(&written);
        assert!(!text.contains("newsletter") && !text.contains("snapshot.example"));

        let mut again = Scene::on(db, &scene.key);
        assert!(again.server.stderr().contains(TAKEN), "{}", again.server.stderr());
        assert_eq!((may(&again, 0), may(&again, 1), may(&again, 2)), (true, false, true));
        again.api.records(&consent(&email(&who(0)), "newsletter", "email", "withdrawn"));
        again.api.records(&consent(&email("new@snapshot.example"), "newsletter", "email", "given"));
        again.server.kill9();

        // the file is older than what was acknowledged since
        let after = Scene::on(db, &scene.key);
        assert!(after.server.stderr().contains(TAKEN), "{}", after.server.stderr());
        assert!(!may(&after, 0) && may(&after, 2));
        assert!(permits(&after.api.asks(&email("new@snapshot.example"))));
        let list = db.data_dir().join("list.csv");
        std::fs::write(&list, format!("email\n{}\n{}\n{}\n", who(0), who(1), who(2))).unwrap();
        let out = db.data_dir().join("permitted.csv");
        let filtered = cli(db, &["audience", "--purpose", "newsletter", "--channel", "email",
            &list.display().to_string(), "-o", &out.display().to_string()]);
        assert_eq!(filtered.code, 0, "{filtered:?}");
        assert_eq!(std::fs::read_to_string(&out).unwrap(), format!("email\n{}\n", who(2)));
    }

    fn a_damaged_file_is_not_used_and_the_next_one_is(db: &Db) {
        let mut scene = Scene::new(db);
        everybody_answers(&scene);
        assert!(scene.server.terminate().success());
        let mut written = std::fs::read(file(db)).unwrap();
        let middle = written.len() / 2;
        written[middle] ^= 1;
        std::fs::write(file(db), &written).unwrap();
        let mut again = Scene::on(db, &scene.key);
        let told = again.server.stderr();
        assert!(told.contains(NOT_USED) && !told.contains(TAKEN), "{told}");
        assert!(may(&again, 0) && !may(&again, 1));
        assert!(again.server.terminate().success());
        let once_more = Server::start(db);
        assert!(once_more.stderr().contains(TAKEN), "{}", once_more.stderr());
    }
}
