//! A registry to play in: purposes and notices in force, a key for everything, a server.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::certificates::Certificates;
use super::database::Db;
use super::http::{Http, Reply};
use super::process;
use super::server::{Server, cli};

/// What the registry offers: purpose and channels; each has a notice of its own name, version 1.
pub const OFFERED: &[(&str, &[&str])] = &[
    ("newsletter", &["email"]),
    ("offers", &["email", "sms", "post_addressed"]),
];

/// A running server on a furnished registry.
pub struct Scene {
    pub server: Server,
    /// With a key that may do everything.
    pub api: Http,
    pub key: String,
}

impl Scene {
    /// A server on a new database.
    pub fn new(db: &Db) -> Self {
        let key = key(db, "admin");
        let scene = Self::on(db, &key);
        furnish(&scene.api);
        scene
    }

    /// The same on an encrypted line.
    pub fn encrypted(db: &Db, made: &Certificates) -> Self {
        let key = key(db, "admin");
        let server = Server::encrypted(db, made, &[]);
        let api = server.http().bearer(&key);
        furnish(&api);
        Self { server, api, key }
    }

    /// A server on a database that [`Scene::new`] has furnished: after a restart, or a second node.
    pub fn on(db: &Db, key: &str) -> Self {
        Self::with(db, key, &[])
    }

    /// The same with further arguments of `serve`.
    pub fn with(db: &Db, key: &str, arguments: &[&str]) -> Self {
        let server = Server::start_with(db, arguments, &[]);
        let (api, key) = (server.http().bearer(key), key.to_owned());
        Self { server, api, key }
    }
}

/// A new key of this role.
pub fn key(db: &Db, role: &str) -> String {
    let arguments = ["api-key", "create", "--name", "tests", "--role", role];
    let made = cli(db, &arguments);
    assert_eq!(made.code, 0, "{made:?}");
    made.stdout.trim().to_owned()
}

fn furnish(api: &Http) {
    let brand = json!({ "name": "Maison Lumen", "country": "FR" });
    api.put("/v1/controllers/default", &brand).expect(200);
    for (purpose, channels) in OFFERED {
        let body = json!({
            "controller": "default", "use": "direct_marketing_own", "legal_basis": "consent",
            "title": words(purpose), "channels": channels,
        });
        api.put(&format!("/v1/purposes/{purpose}"), &body)
            .expect(200);
        let body = json!({ "purpose": purpose, "change": "major", "text": words(purpose) });
        api.put(&format!("/v1/notices/{purpose}/1"), &body)
            .expect(200);
    }
}

/// A wording.
pub fn words(text: &str) -> Value {
    json!({ "fr": format!("J’accepte : {text}"), "en": format!("I agree: {text}") })
}

/// A consent without a claimed instant.
pub fn consent(subject: &Value, purpose: &str, channel: &str, status: &str) -> Value {
    json!({
        "subject": subject, "purpose": purpose, "channel": channel, "status": status,
        "notice": format!("{purpose}@1"), "language": "fr",
        "source": { "kind": "store", "id": "lille-2" },
    })
}

/// The same with the instant at which the person acted.
pub fn dated(mut consent: Value, at: &str) -> Value {
    consent["collected_at"] = json!(at);
    consent
}

/// The same with evidence by which this one record is told from all others.
pub fn tagged(mut consent: Value, tag: &str) -> Value {
    consent["evidence"] = json!({ "tag": tag });
    consent
}

/// Asks until the service has learned its head: a busy machine may keep it from that for a moment, and the answer is
/// a no that says so.
pub fn known(ask: impl Fn() -> Value) -> Value {
    let mut answer = ask();
    process::until(Duration::from_secs(30), || {
        if answer["reason"] == "STALE" {
            answer = ask();
        }
        answer["reason"] != "STALE"
    });
    answer
}

/// A counter or gauge of a server; 0 where it has none of that name.
pub fn metric(api: &Http, name: &str) -> u64 {
    let text = api.get("/metrics").expect(200).text;
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    value.map_or(0, |value| value.trim().parse().expect("a number"))
}

/// A person known by an e-mail address.
pub fn email(address: &str) -> Value {
    json!({ "email": address })
}

impl Http {
    /// Records one consent, which must be accepted.
    #[track_caller]
    pub fn records(&self, consent: &Value) -> Value {
        self.post("/v1/consents", consent).expect(201).json()
    }

    /// Asks for the newsletter by e-mail.
    #[track_caller]
    pub fn asks(&self, subject: &Value) -> Value {
        self.asks_for(subject, "newsletter", "email")
    }

    /// The same, once: for a service that cannot know.
    #[track_caller]
    pub fn asks_once(&self, subject: &Value) -> Value {
        let question = question(subject, "newsletter", "email");
        self.post("/v1/checks", &question).expect(200).json()
    }

    /// Asks for any purpose and channel.
    #[track_caller]
    pub fn asks_for(&self, subject: &Value, purpose: &str, channel: &str) -> Value {
        let question = question(subject, purpose, channel);
        known(|| self.post("/v1/checks", &question).expect(200).json())
    }

    /// What happened to a person, page by page; that it is read is left out.
    #[track_caller]
    pub fn history(&self, subject_id: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/subjects/{subject_id}/history?limit=200{cursor}");
            let page = self.get(&path).expect(200).json();
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        items.retain(|item| item["kind"] != "subject.viewed");
        items
    }

    /// The state per purpose and channel.
    #[track_caller]
    pub fn states(&self, subject_id: &str) -> Vec<Value> {
        let path = format!("/v1/subjects/{subject_id}/consents");
        let found = self.get(&path).expect(200).json();
        found["consents"].as_array().expect("consents").clone()
    }

    /// The paths of a person's two links: choices, and stop everything.
    #[track_caller]
    pub fn links(&self, subject: &Value) -> (String, String) {
        let made = self
            .post("/v1/links", &json!({ "subject": subject }))
            .expect(201)
            .json();
        (path_of(&made["url"]), path_of(&made["stop_url"]))
    }

    /// Answers one row of the form as a person does who has just opened it.
    #[track_caller]
    pub fn chooses(&self, link: &str, purpose: &str, channel: &str, answer: &str) -> Reply {
        let page = self.get(link).expect(200).text;
        let row = format!("choice.{purpose}.{channel}");
        let was = hidden(&page, &format!("was.{row}")).expect("a row of the form");
        let notice = hidden(&page, &format!("notice.{purpose}")).unwrap_or_default();
        let seen = hidden(&page, "seen").expect("what the page was made on");
        let fields = [
            ("seen", seen.as_str()),
            (row.as_str(), answer),
            (&format!("was.{row}"), &was),
            (&format!("notice.{purpose}"), &notice),
        ];
        self.form(link, &fields)
    }
}

/// A question.
pub fn question(subject: &Value, purpose: &str, channel: &str) -> Value {
    json!({ "subject": subject, "purpose": purpose, "channel": channel })
}

/// Whether an answer permits.
pub fn permits(decision: &Value) -> bool {
    decision["decision"] == "permit"
}

fn path_of(url: &Value) -> String {
    let url = url.as_str().expect("a URL");
    let (_, rest) = url.split_once("://").expect("a URL with a host");
    rest[rest.find('/').expect("a path")..].to_owned()
}

/// The value of a hidden field.
pub fn hidden(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// How often each tag is found among the consent records of a history.
pub fn tags(history: &[Value]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for tag in history
        .iter()
        .filter_map(|item| item["content"]["evidence"]["tag"].as_str())
    {
        *found.entry(tag.to_owned()).or_default() += 1;
    }
    found
}

/// The consent records of a history.
pub fn records(history: &[Value]) -> Vec<&Value> {
    let is_record = |item: &&Value| {
        item["kind"]
            .as_str()
            .is_some_and(|kind| kind.starts_with("consent."))
    };
    history.iter().filter(is_record).collect()
}
