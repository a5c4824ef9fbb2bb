//! A tool's key that is bound to a brand, with the ids of another brand's customer; and no key.

use serde_json::Value;

use super::are_alike;
use super::fields::BODIES;
use crate::door::injection::sample;
use crate::support::everything::Everything;
use crate::support::http::{Http, Reply};
use crate::world::{Ids, World, filled, kinds};

/// An operation of the description.
struct Operation {
    method: String,
    pattern: String,
    body: Option<Value>,
}

/// All that have an id in their path or their body.
fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (pattern, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = (!schema.is_null()).then(|| sample(document, schema, 0));
            let named = body
                .as_ref()
                .is_some_and(|body| BODIES.iter().any(|(field, _)| !body[field].is_null()));
            if named || kinds(pattern).iter().any(|kind| !kind.starts_with('=')) {
                found.push(Operation {
                    method: method.to_uppercase(),
                    pattern: pattern.clone(),
                    body,
                });
            }
        }
    }
    assert!(found.len() >= 30, "{} operations", found.len());
    found
}

fn asks(client: &Http, operation: &Operation, ids: &Ids) -> Reply {
    let path = filled(&operation.pattern, ids);
    if operation.method == "GET" {
        return client.get(&path);
    }
    let mut body = operation
        .body
        .clone()
        .unwrap_or_else(|| serde_json::json!({}));
    for (field, kind) in BODIES {
        if !body[field].is_null() {
            body[field] = ids[kind].as_str().into();
        }
    }
    client.send(
        &operation.method,
        &path,
        "application/json",
        body.to_string(),
    )
}

on_both! {
    fn what_is_another_brands_is_as_if_it_were_not_there(db: &Db) {
        let world = World::open(db);
        let key = |role: &str, brand: &str| world.key_of(db, role, brand);
        let brand = world.anne.house.brand;
        let clients = [("collector", key("collector", brand)), ("marketing", key("marketing", brand)),
            ("no key", world.shop.server.http()), ("no such key", world.shop.server.http().bearer("plk_x"))];
        let document = world.shop.server.http().get("/openapi.json").expect(200).json();
        let operations = operations(&document);
        let before = Everything::of(db);
        for (who, client) in &clients {
            for operation in &operations {
                let what = format!("{who}: {} {}", operation.method, operation.pattern);
                are_alike(&world.bea, &what, |ids| asks(client, operation, ids));
            }
        }
        before.is_still(db, "a key of another brand");
        // what each names is there, for whom it is; but for the package, which no request here has come to
        let reads = |one: &&Operation| one.method == "GET" && !one.pattern.ends_with("/package");
        for operation in operations.iter().filter(reads) {
            let reply = asks(&world.shop.admin(), operation, &world.bea.ids);
            assert!([200, 409].contains(&reply.status), "{}: {}", operation.pattern, reply.text);
        }
        let own = key("marketing", world.bea.house.brand);
        let path = format!("/v1/contacts/{}/release", world.bea.ids["contact"]);
        own.post(&path, &serde_json::json!({ "reason": "cancelled" })).expect(201);
    }
}
