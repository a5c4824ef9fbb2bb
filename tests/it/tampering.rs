//! One change at a time behind the program's back, as whoever may do anything in the database makes
//! it: the comparison with the log finds each, and names the entry where there is one. More kinds are
//! tried in `src/app/export/tests/tampered.rs`, on `SQLite` alone.

use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::server::cli;
use serde_json::{Value, json};

/// Where what was recorded stands in the log.
struct Entries {
    consent: u64,
    other: u64,
    withdrawn: u64,
    objection: u64,
    suppression: u64,
    contact: u64,
    dispute: u64,
    closed: u64,
}

/// A registry with some of everything.
fn filled(db: &Db) -> Entries {
    let shop = Shop::open(db);
    let at = |answer: &Value| answer["position"].as_u64().expect("a position");
    let post = |path: &str, body: &Value| at(&shop.collector().post(path, body).expect(201).json());
    let consent = at(&shop.record(&yes("anne@example.fr")));
    let other = at(&shop.record(&yes("berthe@example.fr")));
    let withdrawal = json!({ "subject": { "email": "berthe@example.fr" }, "purpose": "newsletter",
        "channel": "email", "status": "withdrawn" });
    let withdrawn = at(&shop.record(&withdrawal));
    let claire = json!({ "email": "claire@example.fr" });
    shop.record(&yes("claire@example.fr"));
    let objecting = json!({ "subject": claire, "scope": "direct_marketing" });
    let objection = post("/v1/objections", &objecting);
    let complaint = json!({ "subject": { "email": "denis@example.fr" }, "reason": "complaint" });
    post("/v1/suppressions", &complaint);
    let suppression = shop.position() - 1;
    let call = json!({ "subject": { "email": "anne@example.fr" }, "direction": "to_person",
        "channel": "email", "purpose": "newsletter" });
    let contact = at(&shop
        .marketing()
        .post("/v1/contacts", &call)
        .expect(201)
        .json());
    let [dispute, closed] =
        ["emile@example.fr", "fanny@example.fr"].map(|who| disputed(&shop, who));
    let closure = json!({ "outcome": "kept" });
    let closing = format!("/v1/disputes/{closed}/closure");
    shop.dpo().post(&closing, &closure).expect(201);
    // an export signs the head
    let period = json!({ "from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z" });
    shop.dpo().post("/v1/audit/exports", &period).expect(200);
    Entries {
        consent,
        other,
        withdrawn,
        objection,
        suppression,
        contact,
        dispute,
        closed,
    }
}

/// Somebody says that a yes was not theirs: the entry that says so.
fn disputed(shop: &Shop, who: &str) -> u64 {
    let written = shop.record(&yes(who));
    let (at, id) = (&written["position"], written["id"].as_str().expect("an id"));
    let path = format!("/r/{at}/{id}/not-me");
    shop.server.http().form(&path, &[]).expect(200);
    let open = shop.dpo().get("/v1/disputes?state=open").expect(200).json();
    let last = open["items"].as_array().and_then(|all| all.last());
    last.expect("a dispute")["position"]
        .as_u64()
        .expect("a position")
}

/// A table, what is changed in it, and the entry that must be named, where there is one.
type Change = (&'static str, String, Option<u64>);

fn changes(db: &Db, entries: &Entries) -> Vec<Change> {
    let zero = |bytes: usize| match db {
        Db::Sqlite { .. } => format!("zeroblob({bytes})"),
        Db::Postgres { .. } => format!("decode(repeat('00', {bytes}), 'hex')"),
    };
    let Entries {
        consent,
        other,
        withdrawn,
        objection,
        suppression,
        contact,
        dispute,
        closed,
    } = *entries;
    let at =
        |position: u64, set: &str| (format!("{set} WHERE position = {position}"), Some(position));
    let owner = |at: u64| format!("(SELECT subject_id FROM subject_events WHERE position = {at})");
    let mut changes: Vec<Change> = Vec::new();
    let mut add = |table, (sql, named): (String, Option<u64>)| changes.push((table, sql, named));
    for set in [
        "UPDATE ledger SET leaf = replace(leaf, 'consent.given', 'consent.refused')",
        "UPDATE ledger SET leaf = 'x'",
        "UPDATE ledger SET leaf = replace(leaf, '\"com\":\"', '\"com\":\"A')",
        "DELETE FROM ledger",
    ] {
        add("ledger", at(consent, set));
    }
    for set in [
        "UPDATE subject_events SET kind = 'consent.withdrawn'",
        "UPDATE subject_events SET purpose = 'offers'",
        "UPDATE subject_events SET channel = 'sms'",
        "UPDATE subject_events SET effective_at = effective_at - 1",
        "UPDATE subject_events SET recorded_at = recorded_at + 1",
        "UPDATE subject_events SET notice_version = 2",
        "UPDATE subject_events SET source = 'paper'",
        "UPDATE subject_events SET proof = NOT proof",
        "UPDATE subject_events SET counter = 99",
        "DELETE FROM subject_events",
    ] {
        add("subject_events", at(consent, set));
    }
    add(
        "subject_events",
        at(withdrawn, "DELETE FROM subject_events"),
    );
    let taken = format!(
        "UPDATE subject_events SET counter = 77, subject_id = {}",
        owner(other)
    );
    add("subject_events", at(consent, &taken));
    for set in [
        "UPDATE disputes SET made_at = made_at + 1",
        "UPDATE disputes SET closed_at = made_at, outcome = 'kept'",
        "UPDATE disputes SET closed_at = made_at",
        "DELETE FROM disputes",
    ] {
        add("disputes", at(dispute, set));
    }
    for set in [
        "UPDATE disputes SET outcome = 'withdrawn'",
        "UPDATE disputes SET closed_at = closed_at + 1",
        "UPDATE disputes SET closed_at = NULL, outcome = NULL",
    ] {
        add("disputes", at(closed, set));
    }
    let given_away = format!("UPDATE disputes SET subject_id = {}", owner(consent));
    add("disputes", at(dispute, &given_away));
    let invented = format!(
        "INSERT INTO disputes SELECT {consent}, subject_id, made_at, NULL, NULL FROM disputes \
         WHERE position = {dispute}"
    );
    add("disputes", (invented, Some(consent)));
    for set in [
        "UPDATE consent_states SET status = 'given'",
        "UPDATE consent_states SET effective_at = effective_at + 1",
        "UPDATE consent_states SET source = 'paper'",
        "UPDATE consent_states SET clarity = 'preticked'",
        "UPDATE consent_states SET proof = NOT proof",
        "DELETE FROM consent_states",
    ] {
        add("consent_states", at(withdrawn, set));
    }
    let nobodys = format!("UPDATE consent_states SET subject_id = {}", zero(16));
    add("consent_states", at(consent, &nobodys));
    for (set, of, named) in [
        ("UPDATE subjects SET objection = NULL", objection, objection),
        ("UPDATE subjects SET restricted = 1", other, withdrawn),
        ("DELETE FROM subjects", other, other),
    ] {
        add(
            "subjects",
            (format!("{set} WHERE id = {}", owner(of)), Some(named)),
        );
    }
    let merged = format!(
        "UPDATE subjects SET merged_into = {} WHERE id = {}",
        owner(other),
        owner(objection)
    );
    add("subjects", (merged, Some(objection)));
    for set in [
        "DELETE FROM identifiers".to_owned(),
        format!("UPDATE identifiers SET sealed = {}", zero(40)),
        "UPDATE identifiers SET kind = 4".to_owned(),
    ] {
        add(
            "identifiers",
            (format!("{set} WHERE subject_id = {}", owner(other)), None),
        );
    }
    let led = format!(
        "UPDATE identifiers SET subject_id = {} WHERE subject_id = {}",
        owner(objection),
        owner(other)
    );
    add("identifiers", (led, None));
    for set in [
        "DELETE FROM suppressions",
        "UPDATE suppressions SET reason = 'x'",
        "UPDATE suppressions SET since = since + 1",
    ] {
        add("suppressions", at(suppression, set));
    }
    for set in [
        "DELETE FROM contacts",
        "UPDATE contacts SET channel = 'sms'",
        "UPDATE contacts SET at = at - 1",
    ] {
        add("contacts", at(contact, set));
    }
    for sql in [
        ("api_keys", "UPDATE api_keys SET role = 'admin'".to_owned()),
        ("api_keys", "DELETE FROM api_keys".to_owned()),
        (
            "catalogue_items",
            "UPDATE catalogue_items SET since = since - 1".to_owned(),
        ),
        (
            "catalogue_items",
            "DELETE FROM catalogue_items WHERE kind = 'notice'".to_owned(),
        ),
        (
            "public_events",
            "UPDATE public_events SET payload = replace(payload, 'marketing', 'admin')".to_owned(),
        ),
        (
            "public_events",
            format!("UPDATE public_events SET opening = {}", zero(32)),
        ),
        (
            "checkpoints",
            format!("UPDATE checkpoints SET root = {}", zero(32)),
        ),
        (
            "checkpoints",
            "UPDATE checkpoints SET note = 'x'".to_owned(),
        ),
        ("log_head", "UPDATE log_head SET size = size - 1".to_owned()),
    ] {
        add(sql.0, (sql.1, None));
    }
    changes
}

/// What of a change was not found, or not named.
fn missed(db: &Db, (table, sql, named): &Change) -> Option<String> {
    db.tamper(&format!("CREATE TABLE kept AS SELECT * FROM {table}"));
    db.tamper(sql);
    let found = cli(db, &["audit", "check"]);
    db.tamper(&format!("DELETE FROM {table}"));
    db.tamper(&format!("INSERT INTO {table} SELECT * FROM kept"));
    db.tamper("DROP TABLE kept");
    let is_named = named.is_none_or(|at| found.stdout.contains(&format!("entry {at}")));
    let all = format!("{sql}: {found:?}");
    (found.code != 1 || !is_named).then_some(all)
}

on_both! {
    fn every_change_is_found_and_named(db: &Db) {
        let entries = filled(db);
        let sound = cli(db, &["audit", "check"]);
        assert_eq!(sound.code, 0, "{sound:?}");
        let changes = changes(db, &entries);
        assert!(changes.len() >= 30, "{}", changes.len());
        let missed: Vec<String> = changes.iter().filter_map(|change| missed(db, change)).collect();
        assert!(missed.is_empty(), "{} of {}: {missed:#?}", missed.len(), changes.len());
        let mended = cli(db, &["audit", "check"]);
        assert_eq!(mended.code, 0, "{mended:?}");
    }
}
