//! Who did something, in the words of a page.

use crate::http::pages::Words;
use serde_json::Value;
use std::collections::HashMap;

/// An actor as the ledger names them, by what their account or key is called.
pub(super) fn named(w: Words, names: &HashMap<String, String>, actor: &Value) -> String {
    let field = |name: &str| actor.get(name).and_then(Value::as_str);
    let kind = w.code("actor", field("kind").unwrap_or("none"));
    let name = field("id").and_then(|id| names.get(id));
    match (name, field("kind")) {
        (Some(name), Some("staff")) => name.clone(),
        (Some(name), _) => format!("{kind} {name}"),
        (None, _) => kind,
    }
}
