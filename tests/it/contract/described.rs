//! The description that the service gives of itself, and answers held against it.

use serde_json::Value;

use crate::support::http::{Http, Reply};

/// A client whose every answer must be one that the description tells of.
pub struct Described {
    pub document: Value,
}

impl Described {
    pub fn of(http: &Http) -> Self {
        let document = http.get("/openapi.json").expect(200).json();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        Self { document }
    }

    /// Holds an answer against what is said of this operation, by its path in the description.
    #[track_caller]
    pub fn check(&self, method: &str, path: &str, reply: &Reply) {
        let operation = &self.document["paths"][path][method];
        assert!(operation.is_object(), "{method} {path} is not described");
        let response = &operation["responses"][reply.status.to_string()];
        assert!(
            response.is_object(),
            "{method} {path} does not tell of {}: {}",
            reply.status,
            reply.text
        );
        let kind = reply.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap();
        let content = &response["content"];
        if content.is_null() {
            return;
        }
        let media = &content[kind];
        assert!(
            media.is_object(),
            "{method} {path} {}: {kind} is not described",
            reply.status
        );
        if kind.ends_with("json") {
            let mut faults = Vec::new();
            self.fits(&media["schema"], &reply.json(), "", &mut faults);
            assert!(
                faults.is_empty(),
                "{method} {path} {}: {faults:?}: {}",
                reply.status,
                reply.text
            );
        }
    }

    /// JSON Schema as far as the description uses it; what is not described is a fault, too.
    fn fits(&self, schema: &Value, value: &Value, place: &str, faults: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            let schema = self.document.pointer(name.trim_start_matches('#'));
            return self.fits(schema.unwrap_or(&Value::Null), value, place, faults);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(ways) = schema[key].as_array() {
                let fit = |way: &Value| {
                    let mut found = Vec::new();
                    self.fits(way, value, place, &mut found);
                    found.is_empty()
                };
                if !ways.iter().any(fit) {
                    faults.push(format!("{place}: fits none of {key}"));
                }
                return;
            }
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.fits(part, value, place, faults);
        }
        if !is_of(&schema["type"], value) {
            faults.push(format!("{place}: is no {}", schema["type"]));
        }
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            if schema["items"].is_object() {
                self.fits(&schema["items"], item, &format!("{place}/{at}"), faults);
            }
        }
        self.fits_object(schema, value, place, faults);
    }

    fn fits_object(&self, schema: &Value, value: &Value, place: &str, faults: &mut Vec<String>) {
        let (Some(properties), Some(fields)) =
            (schema["properties"].as_object(), value.as_object())
        else {
            return;
        };
        for name in schema["required"].as_array().into_iter().flatten() {
            if !fields.contains_key(name.as_str().unwrap()) {
                faults.push(format!("{place}/{}: is missing", name.as_str().unwrap()));
            }
        }
        for (name, field) in fields {
            match properties.get(name) {
                Some(schema) => self.fits(schema, field, &format!("{place}/{name}"), faults),
                None => faults.push(format!("{place}/{name}: is not described")),
            }
        }
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
        Value::String(kind) => match kind.as_str() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            _ => false,
        },
        _ => true,
    }
}
