//! Which key opens what: every operation of the description against every role, compared with
//! the table in `tests/data/roles.txt`.

use serde_json::{Value, json};

use super::refused;
use crate::shop::{ROLES, Shop, data};
use crate::support::http::Http;
use crate::support::scene::key;
use crate::support::server::cli;

/// The roles of keys that came later.
const MORE: [&str; 2] = ["privacy_engineer", "auditor"];

/// Every operation as method and path with its parameters filled in.
fn operations(description: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            found.push((method.to_uppercase(), path.clone()));
        }
    }
    found.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    found
}

fn filled(path: &str) -> String {
    let none = "01990000-0000-7000-8000-000000000000";
    match path {
        "/v1/receipts/{position}/{id}" => format!("/v1/receipts/1/{none}"),
        "/v1/notices/{id}/{version}" => "/v1/notices/newsletter/9".to_owned(),
        "/log/tile/{path}" => "/log/tile/0/000.p/1".to_owned(),
        other => other.replace("{id}", none).replace("{task}", none),
    }
}

/// What the door says to a request that nothing could come of.
fn door(client: &Http, method: &str, path: &str) -> &'static str {
    let reply = match method {
        "GET" => client.get(path),
        "DELETE" => client.delete(path),
        _ => client.send(method, path, "application/json", "{}"),
    };
    match reply.status {
        401 => {
            refused(&reply, 401, "key_missing");
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
            "401"
        }
        403 => {
            refused(&reply, 403, "role_insufficient");
            "403"
        }
        500.. => panic!("{method} {path}: {}", reply.text),
        _ => "open",
    }
}

#[test]
fn every_operation_opens_to_the_roles_of_the_table() {
    let db = crate::support::database::Db::sqlite();
    let shop = Shop::open(&db);
    let description = shop.server.http().get("/openapi.json").expect(200).json();
    let mut clients = vec![shop.server.http(), shop.server.http().bearer("zq7")];
    clients.extend(ROLES.iter().map(|role| shop.role(role)));
    let more = MORE.map(|role| shop.server.http().bearer(&key(&db, role)));
    clients.extend(more);
    let mut table = format!("{:<36}", "operation");
    for column in ["none", "wrong"].iter().chain(&ROLES).chain(&MORE) {
        table += &format!(" {column:<9}");
    }
    table = format!("{}\n", table.trim_end());
    let before = shop.position();
    for (method, path) in operations(&description) {
        let mut line = format!("{:<36}", format!("{method} {path}"));
        for client in &clients {
            line += &format!(" {:<9}", door(client, &method, &filled(&path)));
        }
        table += &format!("{}\n", line.trim_end());
    }
    let expected = std::fs::read_to_string(data().join("roles.txt")).unwrap_or_default();
    assert_eq!(
        table, expected,
        "the doors differ from tests/data/roles.txt; they are:\n{table}"
    );
    // three roles read the ledger, and each reader leaves an entry
    assert_eq!(shop.position(), before + 3, "something was written");
}

/// The description says of each operation whether it needs a key.
#[test]
fn the_description_says_which_operations_need_a_key() {
    let shop = Shop::open(&crate::support::database::Db::sqlite());
    let description = shop.server.http().get("/openapi.json").expect(200).json();
    for (method, path) in operations(&description) {
        let operation = &description["paths"][&path][method.to_lowercase()];
        let needs_key = door(&shop.server.http(), &method, &filled(&path)) == "401";
        assert_eq!(
            operation["security"].is_array(),
            needs_key,
            "{method} {path}"
        );
        let told =
            operation["responses"]["401"].is_object() && operation["responses"]["403"].is_object();
        assert!(
            told || !needs_key,
            "{method} {path} does not tell of 401 and 403"
        );
    }
}

#[test]
fn a_header_that_is_no_key_opens_nothing() {
    let db = crate::support::database::Db::sqlite();
    let shop = Shop::open(&db);
    let key = shop.key("admin");
    let consent = crate::shop::yes("zq7@example.fr");
    let before = shop.position();
    let almost = &key[..key.len() - 1];
    for header in [
        "",
        "zq7",
        "Bearer",
        "Bearer ",
        &format!("Basic {key}"),
        key,
        &format!("Bearer {almost}"),
        &format!("Bearer {key}x"),
    ] {
        let client = shop.server.http().header("authorization", header);
        refused(&client.post("/v1/consents", &consent), 401, "key_missing");
        refused(
            &client.post("/v1/checks", &json!({ "checks": [] })),
            401,
            "key_missing",
        );
    }
    assert_eq!(shop.position(), before);
    // each is a line with its reason, and without what was shown
    shop.role("marketing").get("/v1/audit/entries").expect(403);
    let log = shop.server.stderr();
    for why in ["key_missing", "role_insufficient"] {
        assert!(log.contains(&format!("\"why\":\"{why}\"")), "{why}: {log}");
    }
    // whose key is known is named by its id
    let told = cli(&db, &["api-key", "list", "--json"]);
    let told: Value = serde_json::from_str(&told.stdout).unwrap();
    let mut keys = told["keys"].as_array().unwrap().iter();
    let marketing = keys.find(|key| key["role"] == "marketing").unwrap();
    let line = log
        .lines()
        .find(|line| line.contains("role_insufficient"))
        .unwrap();
    assert!(line.contains(marketing["id"].as_str().unwrap()), "{line}");
    assert!(
        log.contains("\"path\":\"/v1/audit/entries\"") && !log.contains(&key[..20]),
        "{log}"
    );
}
