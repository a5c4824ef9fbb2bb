//! How packed facts read. A shape is the text that lists the names of all facts, each with its
//! words; it is kept as long as decisions name it, so that facts which are added, renamed or taken
//! away later leave the old decisions as readable as they were.
//!
//! Packed are the facts that somebody knew, in the order of the shape: the number of the fact, then
//! its value, both as LEB128. The value of a yes is 1, that of a word its number in the list.

use crate::audit::bytes::{Reader, put};
use serde_json::{Map, Value, json};

/// Adds a fact to packed ones.
pub fn pack(out: &mut Vec<u8>, fact: u16, value: u16) {
    put(out, u64::from(fact));
    put(out, u64::from(value));
}

/// The packed facts under their names; `None` where they are not of this shape.
#[must_use]
pub fn unpack(shape: &str, facts: &[u8]) -> Option<Map<String, Value>> {
    let shape: Vec<(String, Value)> = serde_json::from_str(shape).ok()?;
    let mut reader = Reader(facts);
    let mut known = Map::new();
    while !reader.0.is_empty() {
        let (name, kind) = shape.get(usize::try_from(reader.number()?).ok()?)?;
        let value = reader.number()?;
        let value = match kind {
            Value::Array(words) => words.get(usize::try_from(value).ok()?)?.clone(),
            Value::String(kind) if kind == "Bool" => json!(value == 1),
            _ => json!(value),
        };
        known.insert(name.clone(), value);
    }
    Some(known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn facts_read_by_name() {
        let shape =
            r#"[["person_known","Bool"],["consent",["never_asked","given"]],["age","Long"]]"#;
        let mut facts = Vec::new();
        for (fact, value) in [(0, 1), (1, 1), (2, 4_711)] {
            pack(&mut facts, fact, value);
        }
        let known = Value::Object(unpack(shape, &facts).unwrap());
        assert_eq!(
            known,
            json!({"person_known": true, "consent": "given", "age": 4711})
        );
        assert_eq!(unpack(shape, &[3, 1]), None);
        assert_eq!(unpack(shape, &[1, 2]), None);
        assert_eq!(unpack(shape, &[1]), None);
        assert_eq!(unpack("?", &[]), None);
    }
}
