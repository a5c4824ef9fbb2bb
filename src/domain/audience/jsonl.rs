//! Records that are JSON objects.

use super::Unreadable;
use super::records::{end_of, line_of};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The identifiers of an object; its other fields pass through unread.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    email: Option<Cow<'a, str>>,
    #[serde(borrow)]
    phone: Option<Cow<'a, str>>,
    #[serde(borrow)]
    postal: Option<Cow<'a, str>>,
    #[serde(borrow)]
    crm_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    device_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id_hash: Option<Cow<'a, str>>,
}

/// Hands over each identifier. An object that has a name twice is unreadable: readers disagree
/// about which counts.
pub(super) fn identifiers<'r>(
    line: &'r [u8],
    each: &mut dyn FnMut(&'static str, Cow<'r, str>),
) -> Result<(), Unreadable> {
    let object: Object<'r> = serde_json::from_slice(line).map_err(|_| Unreadable)?;
    let named = [
        ("email", object.email),
        ("phone", object.phone),
        ("postal", object.postal),
        ("crm_id", object.crm_id),
        ("device_id", object.device_id),
        ("id_hash", object.id_hash),
    ];
    for (name, text) in named {
        if let Some(text) = text {
            each(name, text);
        }
    }
    Ok(())
}

/// The object with the field `placet_reason`; what is no object becomes a field of one.
pub(super) fn with_reason(record: &[u8], reason: &str, to: &mut Vec<u8>) {
    let line = String::from_utf8_lossy(line_of(record));
    let mut object: Map<String, Value> = serde_json::from_str(&line).unwrap_or_else(|_| {
        Map::from_iter([("placet_line".to_owned(), Value::from(line.as_ref()))])
    });
    object.insert("placet_reason".to_owned(), reason.into());
    to.extend_from_slice(Value::Object(object).to_string().as_bytes());
    to.extend_from_slice(end_of(record));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn identifiers_are_found_and_other_fields_pass() {
        let mut seen = Vec::new();
        let mut read = |line: &'static str| {
            identifiers(line.as_bytes(), &mut |name, text| {
                seen.push((name, text.into_owned()))
            })
        };
        assert_eq!(
            read(r#"{"email":"a@ex.fr","name":{"x":1},"crm_id":"4711"}"#),
            Ok(())
        );
        assert_eq!(read(r#"{"email":1}"#), Err(Unreadable));
        assert_eq!(
            read(r#"{"email":"a@ex.fr","email":"b@ex.fr"}"#),
            Err(Unreadable)
        );
        assert_eq!(read("[]"), Err(Unreadable));
        let expected = [("email", "a@ex.fr"), ("crm_id", "4711")];
        assert_eq!(seen, expected.map(|(name, text)| (name, text.to_owned())));
    }
}
