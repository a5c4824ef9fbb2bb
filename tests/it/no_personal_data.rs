//! No personal data in logs, metrics, addresses or error texts, whatever is sent.

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::{Http, Reply, encode, raw};
use crate::support::logs;
use crate::support::scene::{Scene, consent, email, tagged};
use crate::support::server::{Output, Server, cli};

const NAME: &str = "Hyacinthe-Ursuline Vrombissac";
const MAIL: &str = "h.vrombissac@quetzalcoatl-mail.example";
const PHONE: &str = "+33698135742";
/// The same number as people write it.
const PHONE_WRITTEN: &str = "06 98 13 57 42";
const STREET: &str = "17 impasse du Vrombissement, 59999 Quetzalville";
const CRM: &str = "crm-vrombissac-0417";
/// None of these is an address or number, and all are somebody's.
const BROKEN_MAIL: &str = "vrombissac(at)quetzalcoatl-mail.example";
const BROKEN_PHONE: &str = "+33 6 98 13 57 42 00 vrombissac";

fn canaries() -> Vec<&'static str> {
    let all = [
        NAME,
        MAIL,
        PHONE,
        PHONE_WRITTEN,
        STREET,
        CRM,
        BROKEN_MAIL,
        BROKEN_PHONE,
    ];
    // a part of them is enough to know who it is
    all.into_iter()
        .chain(["vrombissac", "quetzalcoatl-mail", "698135742"])
        .collect()
}

/// Fails where a text that anybody may see names the person.
#[track_caller]
fn clean(text: &str) {
    let text = text.to_lowercase();
    for canary in canaries() {
        for guise in logs::guises(canary) {
            assert!(!text.contains(&guise), "{canary:?} is in: {text}");
        }
    }
}

/// A page shows enough to know oneself by (the host of one's address), and no more.
#[track_caller]
fn masked(page: &str) {
    for canary in [
        NAME,
        MAIL,
        PHONE,
        PHONE_WRITTEN,
        STREET,
        CRM,
        "vrombissac",
        "698135742",
    ] {
        assert!(
            !page.to_lowercase().contains(&canary.to_lowercase()),
            "{canary:?} is in: {page}"
        );
    }
}

/// A refusal, which repeats nothing of what was sent.
#[track_caller]
fn refused(reply: &Reply) {
    assert!(
        (400..500).contains(&reply.status),
        "{}: {}",
        reply.status,
        reply.text
    );
    clean(&reply.text);
    for value in reply.headers.values() {
        clean(value.to_str().unwrap());
    }
}

fn person() -> Value {
    json!({ "email": MAIL, "phone": PHONE, "postal": STREET, "crm_id": CRM })
}

/// Everything that is right.
fn good_requests(api: &Http, browser: &Http) {
    let mut body = tagged(consent(&person(), "newsletter", "email", "given"), NAME);
    body["source"] = json!({ "kind": "call_centre", "id": "lille", "agent": NAME });
    let written = api.header("idempotency-key", "a-key").records(&body);
    api.post("/v1/checks", &json!({ "subject": person(), "purpose": "newsletter", "channel": "email", "campaign": NAME })).expect(200);
    let contact = json!({ "subject": person(), "direction": "to_person", "channel": "email",
        "purpose": "newsletter", "by": NAME, "campaign": NAME });
    api.post("/v1/contacts", &contact).expect(201);
    let reserving = json!({ "subject": person(), "purpose": "newsletter", "channel": "email",
        "campaign": NAME, "reserve": true });
    let decided = api.post("/v1/checks", &reserving).expect(200).json();
    let reserved = decided["contact_id"].as_str().expect("a contact");
    let path = format!("/v1/contacts/{reserved}/release");
    api.post(&path, &json!({ "reason": "cancelled" }))
        .expect(201);
    let id = written["subject_id"].as_str().unwrap();
    api.history(id);
    api.states(id);
    api.post("/v1/subjects/lookup", &person()).expect(200);
    let (choices, stop) = api.links(&email(MAIL));
    masked(&browser.get(&choices).expect(200).text);
    masked(
        &browser
            .chooses(&choices, "newsletter", "email", "no")
            .expect(200)
            .text,
    );
    masked(&browser.get(&stop).expect(200).text);
    masked(
        &browser
            .form(
                &stop,
                &[("List-Unsubscribe", "One-Click"), ("comment", NAME)],
            )
            .expect(200)
            .text,
    );
    api.post(
        "/v1/objections",
        &json!({ "subject": person(), "scope": "direct_marketing" }),
    )
    .expect(201);
    api.post(
        "/v1/restrictions",
        &json!({ "subject": person(), "restricted": true }),
    )
    .expect(201);
    api.post(
        "/v1/suppressions",
        &json!({ "subject": person(), "reason": "asked" }),
    )
    .expect(201);
}

/// Every field of a consent, made wrong with somebody's data.
fn bad_fields(api: &Http) {
    for (field, value) in [
        ("purpose", json!(NAME)),
        ("channel", json!(MAIL)),
        ("status", json!(NAME)),
        ("notice", json!(format!("{NAME}@1"))),
        ("notice", json!(format!("newsletter@{NAME}"))),
        ("language", json!(NAME)),
        ("source", json!({ "kind": NAME })),
        ("source", json!({ "kind": "store", "id": NAME.repeat(20) })),
        ("source", json!(NAME)),
        ("act", json!(MAIL.repeat(20))),
        ("collected_at", json!(NAME)),
        (
            "collected_at",
            json!(format!("2999-01-01T00:00:00Z {MAIL}")),
        ),
        ("valid_for", json!(PHONE)),
        ("evidence", json!(NAME)),
        ("evidence", json!({ "note": NAME.repeat(1000) })),
        ("subject", json!(MAIL)),
        ("subject", json!({ "email": BROKEN_MAIL })),
        ("subject", json!({ "email": NAME, "phone": MAIL })),
        ("subject", json!({ "phone": BROKEN_PHONE })),
        ("subject", json!({ "phone": PHONE_WRITTEN })),
        ("subject", json!({ "id_hash": MAIL })),
        ("subject", json!({ "email": [MAIL] })),
        ("subject", json!({ NAME: MAIL })),
        (MAIL, json!(PHONE)),
    ] {
        let mut body = consent(&person(), "newsletter", "email", "given");
        body[field] = value;
        refused(&api.post("/v1/consents", &body));
        refused(&api.post("/v1/consents", &json!({ "consents": [body] })));
    }
}

/// Other places that take a person's data, made wrong.
fn bad_requests(api: &Http, browser: &Http) {
    for path in [
        "/v1/checks",
        "/v1/contacts",
        "/v1/objections",
        "/v1/restrictions",
        "/v1/paces",
        "/v1/suppressions",
        "/v1/links",
        "/v1/subjects/lookup",
    ] {
        for subject in [
            json!({ "email": BROKEN_MAIL }),
            json!({ "phone": BROKEN_PHONE }),
            json!({ NAME: MAIL }),
            json!(MAIL),
        ] {
            let body = json!({ "subject": subject, "email": BROKEN_MAIL, "purpose": NAME, "channel": MAIL, "scope": NAME, "reason": NAME, "restricted": NAME });
            refused(&api.post(path, &body));
        }
        let half = format!("{{\"subject\": {{\"email\": \"{MAIL}\"");
        refused(&api.send("POST", path, "application/json", half));
        refused(&api.send(
            "POST",
            path,
            "application/json",
            format!("{{\"email\": \"{MAIL}\u{1}\"}}"),
        ));
        refused(&api.send(
            "POST",
            path,
            "application/json",
            [MAIL.as_bytes(), &[0xff]].concat(),
        ));
        refused(&api.send("POST", path, "text/plain", format!("{NAME} {MAIL}")));
    }
    refused(&api.post(
        "/v1/subjects/lookup",
        &email("nobody.vrombissac@quetzalcoatl-mail.example"),
    ));
    let checks = json!({ "checks": [{ "subject": { "email": BROKEN_MAIL }, "purpose": "newsletter", "channel": "email" }, NAME, { MAIL: NAME }] });
    clean(&api.post("/v1/checks", &checks).expect(200).text);
    for path in [
        format!("/v1/subjects/{}/history", encode(MAIL)),
        format!("/{}", encode(NAME)),
        format!("/v1/{}?email={}", encode(CRM), encode(MAIL)),
    ] {
        refused(&api.get(&path));
    }
    refused(&api.get(&format!("/v1/purposes?at={}", encode(MAIL))));
    refused(&api.get(&format!("/v1/purposes?{}={}", encode(NAME), encode(MAIL))));
    refused(
        &api.header("idempotency-key", &format!("{MAIL} {CRM}"))
            .post(
                "/v1/consents",
                &consent(&person(), "newsletter", "email", "refused"),
            ),
    );
    let keyed = api.header("idempotency-key", MAIL);
    keyed.records(&consent(&email(MAIL), "newsletter", "email", "refused"));
    refused(&keyed.post(
        "/v1/consents",
        &consent(&email(MAIL), "offers", "sms", "refused"),
    ));
    refused(
        &browser
            .bearer(MAIL)
            .post("/v1/checks", &json!({ "subject": person() })),
    );
    refused(
        &browser
            .header("authorization", &format!("Basic {NAME}"))
            .get("/v1/purposes"),
    );
}

/// Forms of people and of staff.
fn bad_forms(api: &Http, browser: &Http) {
    let (choices, stop) = api.links(&email(MAIL));
    let fields = [
        ("seen", NAME),
        ("choice.newsletter.email", MAIL),
        (MAIL, PHONE),
        ("lang", NAME),
    ];
    masked(&browser.form(&choices, &fields).text);
    let fields = [
        ("seen", "1"),
        (&format!("choice.{NAME}.email"), "yes"),
        (&format!("choice.newsletter.{MAIL}"), "no"),
    ];
    masked(&browser.form(&choices, &fields).text);
    refused(
        &browser
            .header(
                "origin",
                &format!("https://{}", "quetzalcoatl-mail.example"),
            )
            .form(&choices, &[("seen", NAME)]),
    );
    masked(
        &browser
            .form(&stop, &[("List-Unsubscribe", NAME), (NAME, MAIL)])
            .text,
    );
    refused(&browser.get(&format!("/c/{}", encode(MAIL))));
    refused(&browser.form(&format!("/u/{}", encode(MAIL)), &[("email", MAIL)]));
    // the sign-in page may show again what was typed; logs may not
    browser.form("/console/sign-in", &[("user", MAIL), ("password", NAME)]);
}

/// Requests that no client would make.
fn raw_requests(port: u16) {
    for request in [
        format!(
            "GET /?q={MAIL} HTTP/1.1\r\nhost: x\r\nx-name: {NAME}\r\nx-request-id: {MAIL}\r\nconnection: close\r\n\r\n"
        ),
        format!(
            "POST /v1/checks HTTP/1.1\r\nhost: {CRM}\r\nauthorization: {MAIL}\r\ncontent-length: nine {NAME}\r\n\r\n{MAIL}"
        ),
        format!("{NAME} {MAIL} HTTP/9.9\r\n\r\n"),
        format!(
            "POST /v1/consents HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{{\"email\": \"{MAIL}\""
        ),
    ] {
        clean(&String::from_utf8_lossy(&raw(port, request.as_bytes())));
    }
}

/// An import file with somebody on every line, right and wrong.
fn imports(db: &Db) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let lines = [
        "uuid,email,name,attributes,status,created_at,updated_at".to_owned(),
        format!(
            "1,{MAIL},{NAME},{{}},enabled,2025-01-02 03:04:05.6 +0000 UTC,2025-01-02 03:04:05.6 +0000 UTC"
        ),
        format!(
            "2,{BROKEN_MAIL},{NAME},{{}},enabled,2025-01-02 03:04:05.6 +0000 UTC,2025-01-02 03:04:05.6 +0000 UTC"
        ),
        format!(
            "3,{MAIL},{NAME},{{}},{NAME},2025-01-02 03:04:05.6 +0000 UTC,2025-01-02 03:04:05.6 +0000 UTC"
        ),
        format!("4,{MAIL},\"{NAME},{{}},enabled,{MAIL},{PHONE}"),
    ];
    std::fs::write(path("in.csv"), lines.join("\n")).unwrap();
    let imported = cli(
        db,
        &[
            "import",
            &path("in.csv"),
            "--map",
            "listmonk",
            "--yes",
            "--errors",
            &path("refused.csv"),
        ],
    );
    assert_eq!(imported.code, 1, "{imported:?}");
    speaks_of_nobody(&imported);
}

#[track_caller]
fn speaks_of_nobody(output: &Output) {
    clean(&output.stderr);
    clean(&output.stdout);
}

fn commands(db: &Db) {
    for arguments in [
        [
            "check",
            "--purpose",
            "newsletter",
            "--channel",
            "email",
            "--email",
            MAIL,
        ],
        [
            "check",
            "--purpose",
            "newsletter",
            "--channel",
            "email",
            "--email",
            BROKEN_MAIL,
        ],
        [
            "check",
            "--purpose",
            "newsletter",
            "--channel",
            "email",
            "--phone",
            BROKEN_PHONE,
        ],
        [
            "check",
            "--purpose",
            NAME,
            "--channel",
            MAIL,
            "--email",
            MAIL,
        ],
        [
            "check",
            "--purpose",
            "newsletter",
            "--channel",
            "email",
            "--id",
            CRM,
        ],
        [
            "check",
            "--purpose",
            "newsletter",
            "--channel",
            "email",
            "--id",
            "crm-vrombissac-0417:x",
        ],
    ] {
        speaks_of_nobody(&cli(db, &arguments));
    }
    speaks_of_nobody(&cli(db, &["link", "create", "--email", BROKEN_MAIL]));
    speaks_of_nobody(&cli(db, &["link", "create", "--email", MAIL]));
}

/// What stands in clear in the tables.
fn the_tables_are_sealed(db: &Db) {
    for (table, column) in [
        ("ledger", "leaf"),
        ("public_events", "payload"),
        ("idempotency", "answer"),
    ] {
        for canary in ["vrombissac", "quetzalcoatl-mail", "698135742"] {
            let found = db.ask(&format!(
                "SELECT count(*) FROM {table} WHERE lower({column}) LIKE '%{canary}%'"
            ));
            assert_eq!(found, "0", "{canary} is in {table}");
        }
    }
}

on_both! {
    /// Every kind of request, right and wrong, with one unmistakable person in it.
    fn whatever_is_sent(db: &Db) {
        for canary in canaries() {
            logs::plant(canary);
        }
        // everything that the program can be made to say
        let key = {
            let scene = Scene::new(db);
            scene.key.clone()
        };
        let mut server = Server::start_with(db, &[], &[("PLACET_LOG", "trace")]);
        let (api, browser) = (server.http().bearer(&key), server.http());
        good_requests(&api, &browser);
        bad_fields(&api);
        bad_requests(&api, &browser);
        bad_forms(&api, &browser);
        raw_requests(server.port());
        imports(db);
        commands(db);
        for path in ["/metrics", "/readyz", "/openapi.json", "/log/checkpoint", "/log/tile/entries/000"] {
            clean(&browser.get(path).text);
        }
        the_tables_are_sealed(db);
        server.terminate();
        // what the server, the commands and PostgreSQL wrote
        clean(&server.stderr());
        clean(&server.stdout());
        logs::assert_no_personal_data(&canaries());
    }
}
