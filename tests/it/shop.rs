//! A made-up shop: a running service with a catalogue and one key for each role. What several
//! tests stand on.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::Http;
use crate::support::server::{Server, cli};
use crate::support::staff;

/// The roles of keys, as the contract names them.
pub const ROLES: [&str; 4] = ["collector", "marketing", "dpo", "admin"];

/// The directory of files that tests read.
pub fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// A running service of a shop.
pub struct Shop {
    pub server: Server,
    keys: Vec<String>,
}

impl Shop {
    /// Keys and catalogue are made from the command line, before the service starts.
    pub fn open(db: &Db) -> Self {
        Self::open_with(db, &[])
    }

    /// The same, with these variables.
    pub fn open_with(db: &Db, variables: &[(&str, &str)]) -> Self {
        let keys = ROLES.iter().map(|role| key(db, role)).collect();
        let catalogue = data().join("catalogue");
        let applied = cli(
            db,
            &["catalogue", "apply", &catalogue.display().to_string()],
        );
        assert_eq!(applied.code, 0, "{applied:?}");
        let server = Server::start_with(db, &[], variables);
        Self { server, keys }
    }

    /// A client with the key of this role.
    pub fn role(&self, role: &str) -> Http {
        self.server.http().bearer(self.key(role))
    }

    /// A browser's session of a member of staff with this role, who is made for it.
    pub fn staff(&self, db: &Db, role: &str) -> Http {
        staff::add(db, role, role);
        staff::signs_in(&self.server, role).http
    }

    /// The key of this role.
    pub fn key(&self, role: &str) -> &str {
        let at = ROLES.iter().position(|known| *known == role);
        &self.keys[at.expect("a role")]
    }

    pub fn collector(&self) -> Http {
        self.role("collector")
    }

    pub fn marketing(&self) -> Http {
        self.role("marketing")
    }

    pub fn dpo(&self) -> Http {
        self.role("dpo")
    }

    pub fn admin(&self) -> Http {
        self.role("admin")
    }

    /// How many entries the ledger has, those of all decisions that were made among them: who looks
    /// for decisions brings them in.
    pub fn position(&self) -> u64 {
        self.dpo().get("/v1/decisions?campaign=none").expect(200);
        position(&self.server)
    }

    /// Writes a consent down; the whole answer.
    #[track_caller]
    pub fn record(&self, consent: &Value) -> Value {
        self.collector()
            .post("/v1/consents", consent)
            .expect(201)
            .json()
    }

    /// Decision and reason for a person and the newsletter.
    #[track_caller]
    pub fn newsletter(&self, email: &str) -> (String, String) {
        let question =
            json!({ "subject": { "email": email }, "purpose": "newsletter", "channel": "email" });
        let ask = || {
            self.marketing()
                .post("/v1/checks", &question)
                .expect(200)
                .json()
        };
        decision(&crate::support::scene::known(ask))
    }

    /// Everything that is known of a person's choices, as the DPO reads it.
    #[track_caller]
    pub fn choices(&self, email: &str) -> Value {
        let id = self.subject(email);
        self.dpo()
            .get(&format!("/v1/subjects/{id}/consents"))
            .expect(200)
            .json()
    }

    #[track_caller]
    pub fn subject(&self, email: &str) -> String {
        let found = self
            .dpo()
            .post("/v1/subjects/lookup", &json!({ "email": email }))
            .expect(200)
            .json();
        found["subject_id"].as_str().expect("an id").to_owned()
    }

    /// The path of a link to a person's choices, `/c/…`, and of the one that stops all, `/u/…`.
    #[track_caller]
    pub fn link(&self, email: &str) -> (String, String) {
        let body = json!({ "subject": { "email": email } });
        let link = self.collector().post("/v1/links", &body).expect(201).json();
        (path(&link["url"]), path(&link["stop_url"]))
    }
}

/// How many entries the ledger has. A busy machine may keep the service from its head for a moment.
pub fn position(server: &Server) -> u64 {
    let mut ready = server.http().get("/healthz");
    crate::support::process::until(std::time::Duration::from_secs(20), || {
        ready = server.http().get("/readyz");
        ready.status == 200
    });
    let ready = ready.expect(200).json();
    ready["position"].as_u64().expect("a position")
}

/// A yes to the newsletter, with all that proves it.
pub fn yes(email: &str) -> Value {
    json!({
        "subject": { "email": email }, "purpose": "newsletter", "channel": "email",
        "status": "given", "notice": "newsletter@1", "language": "fr",
    })
}

/// Decision and reason of an answer.
pub fn decision(answer: &Value) -> (String, String) {
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    (text("decision"), text("reason"))
}

fn key(db: &Db, role: &str) -> String {
    let made = cli(db, &["api-key", "create", "--name", role, "--role", role]);
    assert_eq!(made.code, 0, "{made:?}");
    made.stdout.trim().to_owned()
}

/// The path of an address.
fn path(url: &Value) -> String {
    let url = url.as_str().expect("an address");
    let (_, rest) = url.split_once("://").expect("a whole address");
    let (_, path) = rest.split_once('/').expect("a path");
    format!("/{path}")
}
