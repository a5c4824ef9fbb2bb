//! The description is whole: every operation of the contract is in it, and nothing that it names
//! is missing.

use serde_json::Value;

use super::described::Described;
use crate::support::database::Db;
use crate::support::server::Server;

const OPERATIONS: [&str; 61] = [
    "get /.well-known/jwks.json",
    "get /healthz",
    "get /log/checkpoint",
    "get /log/tile/{path}",
    "get /metrics",
    "get /readyz",
    "get /v1/audit/entries",
    "post /v1/audit/exports",
    "get /v1/audit/exports",
    "get /v1/audit/exports/{id}",
    "get /v1/audit/exports/{id}/file",
    "post /v1/checks",
    "post /v1/consents",
    "post /v1/contacts",
    "post /v1/contacts/{id}/release",
    "put /v1/controllers/{id}",
    "get /v1/disputes",
    "get /v1/disputes/{position}",
    "post /v1/disputes/{position}/closure",
    "get /v1/holds",
    "post /v1/holds",
    "post /v1/holds/{id}/lift",
    "post /v1/links",
    "get /v1/notices",
    "put /v1/notices/{id}/{version}",
    "post /v1/objections",
    "post /v1/paces",
    "get /v1/purposes",
    "put /v1/purposes/{id}",
    "get /v1/receipts/{position}/{id}",
    "get /v1/requests",
    "post /v1/requests",
    "get /v1/requests/grounds",
    "get /v1/requests/{id}",
    "post /v1/requests/{id}/assignment",
    "post /v1/requests/{id}/closure",
    "post /v1/requests/{id}/correction",
    "post /v1/requests/{id}/correction/confirmation",
    "post /v1/requests/{id}/correction/withdrawal",
    "post /v1/requests/{id}/extension",
    "post /v1/requests/{id}/fulfilment",
    "post /v1/requests/{id}/identity",
    "post /v1/requests/{id}/messages",
    "get /v1/requests/{id}/package",
    "post /v1/requests/{id}/package",
    "post /v1/requests/{id}/refusal",
    "get /v1/requests/{id}/tasks",
    "post /v1/requests/{id}/tasks",
    "post /v1/requests/{id}/tasks/{task}/outcome",
    "post /v1/requests/{id}/tasks/{task}/retry",
    "post /v1/restrictions",
    "post /v1/subjects/lookup",
    "get /v1/subjects/{id}/consents",
    "post /v1/subjects/{id}/death",
    "post /v1/subjects/{id}/erasure",
    "get /v1/subjects/{id}/history",
    "post /v1/suppressions",
    "get /v1/systems",
    "post /v1/systems/{id}/answers",
    "get /log/keys",
    "get /log/vkey",
];

#[test]
fn every_operation_is_described() {
    let server = Server::start(&Db::sqlite());
    let description = Described::of(&server.http());
    for operation in OPERATIONS {
        let (method, path) = operation.split_once(' ').unwrap();
        let described = &description.document["paths"][path][method];
        assert!(
            described["summary"].is_string(),
            "{operation} has no summary"
        );
    }
    let mut names = Vec::new();
    references(&description.document, &mut names);
    for name in names {
        let found = description.document.pointer(name.trim_start_matches('#'));
        assert!(found.is_some(), "{name} leads nowhere");
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(
                fields
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            fields.values().for_each(|field| references(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn the_service_tells_how_it_is() {
    let server = Server::start(&Db::sqlite());
    let (http, description) = (server.http(), Described::of(&server.http()));
    for path in [
        "/healthz",
        "/readyz",
        "/metrics",
        "/log/checkpoint",
        "/log/keys",
        "/log/vkey",
        "/.well-known/jwks.json",
    ] {
        let reply = http.get(path).expect(200);
        description.check("get", path, &reply);
        assert!(reply.header("x-request-id").is_some(), "{path}");
    }
    let metrics = http.get("/metrics").text;
    assert!(
        metrics.contains("# TYPE placet_http_requests_total counter"),
        "{metrics}"
    );
}
