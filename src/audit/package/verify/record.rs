//! What the database says now against what was recorded then.

use serde_json::Value;

/// The most differences that are told of one entry.
const MAX_DIFFERENCES: usize = 10;

/// The fields which record and payload both have and which differ, as paths such as `source.kind`.
/// A field that only one of them has says nothing: tables hold more, and less, than an event.
pub(super) fn differences(record: &Value, payload: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(record, payload, "", &mut found);
    found
}

fn compare(record: &Value, payload: &Value, path: &str, found: &mut Vec<String>) {
    if found.len() == MAX_DIFFERENCES || record == payload {
        return;
    }
    let (Value::Object(now), Value::Object(then)) = (record, payload) else {
        found.push(if path.is_empty() { "record" } else { path }.to_owned());
        return;
    };
    for (name, now) in now {
        if let Some(then) = then.get(name) {
            let path = match path {
                "" => name.clone(),
                _ => format!("{path}.{name}"),
            };
            compare(now, then, &path, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_common_fields_are_compared() {
        let payload = json!({"a": 1, "b": {"c": [1, 2], "d": null}, "e": "x"});
        let none: [&str; 0] = [];
        assert_eq!(differences(&payload, &payload), none);
        assert_eq!(differences(&json!({"z": 1, "b": {"y": 1}}), &payload), none);
        assert_eq!(
            differences(
                &json!({"a": 2, "b": {"c": [2, 1], "d": 0}, "e": "x"}),
                &payload
            ),
            ["a", "b.c", "b.d"]
        );
        assert_eq!(differences(&json!({"b": 1}), &payload), ["b"]);
        assert_eq!(differences(&json!([]), &payload), ["record"]);
    }
}
