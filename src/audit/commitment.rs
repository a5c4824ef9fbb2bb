//! What binds a public entry to its hidden payload: a commitment that hides and binds, and a tag
//! that only the holder of the person's view key can link.

use super::Hash;
use ring::hmac::{HMAC_SHA256, Key, sign};
use serde_json::{Number, Value};

/// Why a payload has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// RFC 8785 knows numbers as doubles: from 2^53 on, a number may silently become another one.
    #[error("number is too large for json, write it as text")]
    Number,
    /// The serialiser refused the value.
    #[error("value has no canonical json form")]
    Value,
}

/// The commitment to a payload: HMAC-SHA256 keyed with a random opening. Without the opening it
/// tells nothing, with it nobody can claim another payload. By hand:
/// `openssl dgst -sha256 -mac HMAC -macopt hexkey:OPENING payload.json`.
#[must_use]
pub fn commit(opening: &[u8; 32], payload: &[u8]) -> Hash {
    hmac(opening, payload)
}

/// The tag of a person's event number `counter`: the first half of
/// HMAC-SHA256(view key, `"tag"` || counter in eight bytes, big-endian). Who holds the view key can
/// list every tag of that person, and so see that an export leaves nothing out.
#[must_use]
pub fn event_tag(view_key: &[u8; 32], counter: u64) -> [u8; 16] {
    let mut message = b"tag".to_vec();
    message.extend(counter.to_be_bytes());
    let mut tag = [0; 16];
    for (to, from) in tag.iter_mut().zip(hmac(view_key, &message)) {
        *to = from;
    }
    tag
}

/// The one byte string of a JSON value (RFC 8785, JCS): what commitments are made over.
///
/// # Errors
/// When a number is 2^53 or more, as [`check_numbers`] says.
pub fn canonical_json(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    check_numbers(value)?;
    let mut out = Vec::with_capacity(USUAL_BYTES);
    if write_plain(value, &mut out).is_some() {
        return Ok(out);
    }
    serde_json_canonicalizer::to_vec(value).map_err(|_| CanonicalError::Value)
}

/// Room for nearly every payload.
const USUAL_BYTES: usize = 1024;

/// Writes a value whose canonical form needs no more than its names in order: `None` where there
/// is a fraction, or a name outside ASCII, whose order is that of UTF-16. Nearly every payload has
/// neither, and is so written many times faster than by the library; a property test compares the
/// two.
fn write_plain(value: &Value, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Number(number) if number.is_f64() => return None,
        Value::Array(items) => {
            let mut before = b'[';
            for item in items {
                out.push(before);
                write_plain(item, out)?;
                before = b',';
            }
            close(out, before, b'[', b']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            let mut before = b'{';
            for (name, value) in fields {
                out.push(before);
                name.is_ascii().then_some(())?;
                serde_json::to_writer(&mut *out, name).ok()?;
                out.push(b':');
                write_plain(value, out)?;
                before = b',';
            }
            close(out, before, b'{', b'}');
        }
        scalar => serde_json::to_writer(out, scalar).ok()?,
    }
    Some(())
}

/// Ends an array or an object; one without elements was not opened yet.
fn close(out: &mut Vec<u8>, before: u8, opening: u8, closing: u8) {
    if before == opening {
        out.push(opening);
    }
    out.push(closing);
}

/// Whether plain serialisation is the canonical one already: no fraction, and names in ASCII that
/// come in order.
#[must_use]
pub fn is_plain(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(fields) => {
            fields.keys().is_sorted_by(|a, b| a < b)
                && fields
                    .iter()
                    .all(|(name, value)| name.is_ascii() && is_plain(value))
        }
        _ => true,
    }
}

fn hmac(key: &[u8; 32], message: &[u8]) -> Hash {
    let mut out = [0; 32];
    out.copy_from_slice(sign(&Key::new(HMAC_SHA256, key), message).as_ref());
    out
}

/// Refuses a value with a number of 2^53 or more, at any depth (RFC 7493, section 2.2): two payloads
/// that differ in it could share a commitment.
///
/// # Errors
/// When there is one.
pub fn check_numbers(value: &Value) -> Result<(), CanonicalError> {
    match value {
        Value::Number(number) if !is_exact(number) => Err(CanonicalError::Number),
        Value::Array(items) => items.iter().try_for_each(check_numbers),
        Value::Object(fields) => fields.values().try_for_each(check_numbers),
        _ => Ok(()),
    }
}

fn is_exact(number: &Number) -> bool {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    number.as_f64().is_some_and(|number| number.abs() < LIMIT)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::audit::encoding::hex;
    use proptest::prelude::*;
    use serde_json::json;

    fn canonical(value: &Value) -> String {
        String::from_utf8(canonical_json(value).unwrap()).unwrap()
    }

    #[test]
    fn commitment_is_hmac_sha256() {
        // printf '{"a":1}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0b0b…
        let commitment = commit(&[0x0b; 32], br#"{"a":1}"#);
        assert_eq!(
            hex(&commitment),
            "248bdfd7b67b706001ebaee4f3ca559a7295a1e2ba4068bea0abc034492994d9"
        );
        assert_eq!(
            hex(&event_tag(&[0x0b; 32], 258)),
            "60e78310cceaa04585d8b470d3c2ce5b"
        );
        assert_ne!(event_tag(&[1; 32], 1), event_tag(&[1; 32], 2));
    }

    #[test]
    fn canonical_order_and_numbers() {
        // the sorting example of RFC 8785, section 3.2.3: by UTF-16 units
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5,
                           "\u{80}": 6, "\u{f6}": 7});
        assert_eq!(
            canonical(&value),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
        assert_eq!(
            canonical(&json!([1.0, 1e15, 1e-7, -0.0, 0.1])),
            "[1,1000000000000000,1e-7,0,0.1]"
        );
    }

    #[test]
    fn numbers_that_would_change_are_refused() {
        let limit = 1u64 << 53;
        assert_eq!(canonical(&json!(limit - 1)), (limit - 1).to_string());
        for bad in [
            json!(limit),
            json!(limit + 1),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(1e17),
            json!({"a": [limit + 1]}),
        ] {
            assert_eq!(canonical_json(&bad), Err(CanonicalError::Number), "{bad}");
        }
    }

    proptest! {
        /// Needs the feature `float_roundtrip` of serde_json: without it, reading may change the
        /// last digit, and an honest package would not verify.
        #[test]
        fn canonical_text_reads_back_to_itself(number in -1e15..1e15, text: String, integer: i32) {
            let value = json!({"n": number, text: [integer, null, true]});
            let bytes = canonical_json(&value).unwrap();
            let again: Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(canonical_json(&again).unwrap(), bytes);
        }

        #[test]
        fn plain_is_canonical(
            names in proptest::collection::vec("[ -~]{0,6}|\\PC{0,3}", 0..6),
            text in "(\\PC|[\u{0}-\u{1f}\u{7f}]){0,8}",
            integer in -(1i64 << 53) + 1..1i64 << 53,
        ) {
            let inner = json!([integer, text, null, true, {"z": 1, "a": {}}]);
            let value: Value = names.into_iter().map(|name| (name, inner.clone())).collect();
            let library = serde_json_canonicalizer::to_vec(&value).unwrap();
            prop_assert_eq!(canonical_json(&value).unwrap(), library);
        }

        #[test]
        fn another_payload_or_opening_is_another_commitment(a: [u8; 32], b: Vec<u8>, at in 0usize..32) {
            let mut other = a;
            other[at] ^= 1;
            prop_assert_ne!(commit(&a, &b), commit(&other, &b));
            prop_assert_ne!(commit(&a, &b), commit(&a, &[b.as_slice(), b" "].concat()));
        }
    }
}
