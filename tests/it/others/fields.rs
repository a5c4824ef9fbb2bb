//! Which fields hold an id, and which something else: one that is in neither list fails.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::shop::Shop;
use crate::support::database::Db;

/// Fields of forms that hold the id of something.
pub const FORMS: [(&str, &str); 8] = [
    ("contact", "address"),
    ("copy", "package"),
    ("owner", "staff"),
    ("passkey", "passkey"),
    ("person", "subject"),
    ("position", "position"),
    ("record", "record"),
    ("session", "session"),
];

/// Fields of bodies that do.
pub const BODIES: [(&str, &str); 2] = [("owner", "staff"), ("subject_id", "subject")];

/// What is no id: words, texts, days, contact points, names of the catalogue, secrets of forms; and names that the
/// same sources read from elsewhere.
const OTHERS: &str = "act actor address agent allow_permits answer assertion brand by campaign change checked \
    closed code controller country csrf current double_opt_in doubt error evidence except file first for format \
    from ground how id iss kind known_by lang language legal_basis lines list live logout_token map mapping name \
    names_sender new no notice of often on once open outcome password pause pii_controller place place_kind \
    privacy_notice progress proof purpose reason receipt received_at record_id reference report retention rows seen \
    shown slip source speaks state step stop_all switch system tag tasks text to tongue until upon use user verb \
    version via wanted why yes";

/// In bodies: contact points, what a shop calls its place, the numbers of a consent string, and when data were recorded.
const BODIES_OTHERS: [&str; 6] = [
    "crm_id",
    "device_id",
    "id",
    "purpose_id",
    "record",
    "vendor_id",
];

pub fn filled_fields<'a>(csrf: &'a str, field: &'a str, id: &'a str) -> [(&'a str, &'a str); 3] {
    [("csrf", csrf), ("lang", "en"), (field, id)]
}

fn read(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, names);
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        for mark in [
            "get(\"",
            "text(\"",
            "field(\"",
            "text(form, \"",
            "(form, \"",
        ] {
            let each = text.split(mark).skip(1);
            names.extend(each.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
}

#[test]
fn every_field_of_a_form_is_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut names = BTreeSet::new();
    for folder in ["form", "console"] {
        read(&root.join(folder), &mut names);
    }
    let is_name = |name: &String| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    names.retain(is_name);
    for (field, _) in FORMS {
        assert!(
            names.remove(field) || ["position", "record"].contains(&field),
            "{field} is no field any more"
        );
    }
    let others: BTreeSet<&str> = OTHERS.split_whitespace().collect();
    let new: Vec<_> = names
        .iter()
        .filter(|name| !others.contains(name.as_str()))
        .collect();
    assert!(new.is_empty(), "say whether these hold ids: {new:?}");
}

/// The names of the fields of a schema.
fn fields(document: &Value, schema: &Value, depth: usize, names: &mut BTreeSet<String>) {
    if depth > 8 {
        return;
    }
    if let Some(name) = schema["$ref"].as_str() {
        let found = document.pointer(name.trim_start_matches('#'));
        return fields(document, found.unwrap_or(&Value::Null), depth + 1, names);
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        names.insert(name.clone());
        fields(document, inner, depth + 1, names);
    }
    let parts = ["oneOf", "anyOf", "allOf"].into_iter();
    let parts = parts.filter_map(|part| schema[part].as_array()).flatten();
    parts.for_each(|part| fields(document, part, depth + 1, names));
    fields_of_items(document, schema, depth, names);
}

fn fields_of_items(document: &Value, schema: &Value, depth: usize, names: &mut BTreeSet<String>) {
    if schema["items"].is_object() {
        fields(document, &schema["items"], depth + 1, names);
    }
}

#[test]
fn every_id_in_a_body_is_known() {
    let shop = Shop::open(&Db::sqlite());
    let document = shop.server.http().get("/openapi.json").expect(200).json();
    let mut names = BTreeSet::new();
    for methods in document["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            fields(&document, body, 0, &mut names);
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                names.extend(
                    (parameter["in"] == "query")
                        .then(|| parameter["name"].as_str().unwrap().to_owned()),
                );
            }
        }
    }
    assert!(names.len() > 60, "{names:?}");
    let is_id = |name: &str| {
        let words = [
            "audience", "decision", "digest", "export", "id", "owner", "package", "position",
            "record", "request", "task",
        ];
        words.contains(&name) || name.ends_with("_id")
    };
    names.retain(|name| is_id(name) && !BODIES_OTHERS.contains(&name.as_str()));
    let known: BTreeSet<String> = BODIES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, known);
}
