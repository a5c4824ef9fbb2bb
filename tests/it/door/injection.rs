//! Every text that the API takes, with what is code somewhere else: SQL, header lines, lines of a log, signs
//! that a terminal obeys. The fields are read from the description, so that a new one is tested.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::shop::{ROLES, Shop, yes};
use crate::support::database::Db;
use crate::support::server::cli;

const ANNE: &str = "anne@field.example";

/// What stands in none of our headers and logs as it is.
const MARK: &str = "x-injected";

const VECTORS: [&str; 6] = [
    "' OR '1'='1'; DROP TABLE ledger; --",
    "\"; DELETE FROM subjects WHERE \"1\"=\"1\"; SELECT pg_sleep(20); \\'; VACUUM; --",
    "x\r\nX-Injected: 1\r\n\r\n<html>%0d%0aX-Injected: 1\u{2028}X-Injected: 1\u{85}y",
    "\u{1b}[2J\u{1b}]0;X-Injected\u{7}\u{202e}detcejni-X\u{2066}\u{200b}",
    "x\n2026-01-01T00:00:00Z ERROR placet: X-Injected",
    "a\u{0}b",
];

/// A body that fits a schema, with every field that it knows.
pub fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let found = document.pointer(name.trim_start_matches('#'));
        return sample(document, found.unwrap_or(&Value::Null), depth);
    }
    for told in ["example", "default", "const"] {
        if !schema[told].is_null() && !schema["properties"].is_object() {
            return schema[told].clone();
        }
    }
    for told in ["examples", "enum"] {
        if let Some(first) = schema[told].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
    }
    for told in ["oneOf", "anyOf"] {
        let all = schema[told].as_array().into_iter().flatten();
        let mut real = all.filter(|one| one["type"] != "null");
        if let Some(first) = real.next() {
            return sample(document, first, depth);
        }
    }
    if let Some(all) = schema["allOf"].as_array() {
        let parts = all.iter().map(|one| sample(document, one, depth));
        let parts = parts.filter_map(|part| part.as_object().cloned());
        return parts.flatten().collect::<serde_json::Map<_, _>>().into();
    }
    let kind = match &schema["type"] {
        Value::Array(all) => all
            .iter()
            .filter_map(Value::as_str)
            .find(|one| *one != "null"),
        one => one.as_str(),
    };
    match kind {
        Some("object") if depth < 8 => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields =
                fields.map(|(name, inner)| (name.clone(), sample(document, inner, depth + 1)));
            let mut fields: serde_json::Map<String, Value> = fields.collect();
            if fields.is_empty() {
                fields.insert("fr".into(), json!("text"));
            }
            fields.into()
        }
        Some("array") => json!([sample(document, &schema["items"], depth + 1)]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ => json!("text"),
    }
}

/// Where texts stand, and names of fields that callers choose.
fn texts(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(place.to_owned()),
        Value::Array(all) => {
            let each = all.iter().enumerate();
            each.for_each(|(at, inner)| texts(inner, &format!("{place}/{at}"), found));
        }
        Value::Object(all) => {
            let each = all.iter();
            each.for_each(|(name, inner)| {
                texts(
                    inner,
                    &format!("{place}/{}", name.replace('/', "~1")),
                    found,
                )
            });
        }
        _ => {}
    }
}

#[test]
fn no_text_is_code() {
    let db = Db::sqlite();
    let shop = Shop::open(&db);
    shop.record(&yes(ANNE));
    // whoever is erased, said to be dead or paused by a body that is right
    shop.record(&yes("bea@field.example"));
    let subject = shop.subject("bea@field.example");
    let document = shop.server.http().get("/openapi.json").expect(200).json();
    let (mut fields, mut sent) = (0, 0);
    let mut met = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in ["post", "put"] {
            let operation = &methods[method];
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if schema.is_null() {
                continue;
            }
            let good = sample(&document, schema, 0);
            let filled = path.replace("{version}", "1").replace("{id}", &subject);
            let filled = filled.replace(['{', '}'], "");
            let send = |role: &str, path: &str, body: &Value| {
                let verb = method.to_uppercase();
                let client = shop.role(role);
                client.send(&verb, path, "application/json", body.to_string())
            };
            let may = |role: &&str| ![401, 403].contains(&send(role, &filled, &good).status);
            let role = ROLES.into_iter().find(may).unwrap_or("admin");
            let mut places = Vec::new();
            texts(&good, "", &mut places);
            for place in &places {
                fields += 1;
                for vector in VECTORS {
                    let mut body = good.clone();
                    *body.pointer_mut(place).unwrap() = json!(vector);
                    let reply = send(role, &filled, &body);
                    sent += 1;
                    assert!(
                        reply.status < 500,
                        "{path} {place} {vector:?}: {}",
                        reply.text
                    );
                    for (name, value) in &reply.headers {
                        let value = String::from_utf8_lossy(value.as_bytes()).to_lowercase();
                        assert!(
                            name != MARK && !value.contains(MARK),
                            "{path} {place}: {name}: {value}"
                        );
                    }
                }
            }
            met.insert(format!("{method} {path}"));
            // in the path itself, as far as a path can say it
            for vector in VECTORS {
                let coded = crate::support::http::encode(vector);
                let path = path.split('{').next().unwrap().to_owned() + &coded;
                let reply = send(role, &path, &good);
                assert!(reply.status < 500, "{path}: {}", reply.text);
            }
        }
    }
    assert!(
        met.len() > 30 && fields > 120 && sent > 700,
        "{} operations, {fields} fields, {sent} sent",
        met.len()
    );
    // everything stands where it stood
    assert_eq!(shop.newsletter(ANNE).0, "permit");
    let checked = cli(&db, &["audit", "check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    // and each line of the log is ours
    let log = shop.server.stderr();
    assert!(!log.to_lowercase().contains("injected"), "{log}");
    let signs = ['\u{1b}', '\u{7}', '\u{202e}', '\u{2028}', '\u{85}', '\0'];
    assert!(!log.contains(signs), "a sign that a terminal obeys");
}
