//! Global Privacy Control (W3C): the request header `Sec-GPC`, and a site's declaration at
//! `/.well-known/gpc.json`.
//!
//! In the European Union its effect is not settled (GDPR art. 7 and 21). Read it as an objection to
//! sharing and to advertising across sites where the person made no choice of their own.

use serde_json::Value;

/// Whether a request asks not to be sold or shared: one header field with the value `1`, exactly.
/// Any other value says nothing, and one `1` among several fields suffices.
#[must_use]
pub fn signals_gpc<V: AsRef<[u8]>>(header_values: impl IntoIterator<Item = V>) -> bool {
    header_values
        .into_iter()
        .any(|value| value.as_ref() == b"1")
}

/// What a site declares of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GpcSupport {
    /// It abides by the signal.
    Supported,
    /// It says that it does not.
    NotSupported,
    /// It says nothing that can be read.
    Unknown,
}

/// Reads the declaration, which must be served as `application/json`; members that are not known
/// are left alone, as the specification asks.
#[must_use]
pub fn gpc_support(content_type: Option<&str>, body: &[u8]) -> GpcSupport {
    let essence = content_type.and_then(|value| value.split(';').next());
    if !essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json")) {
        return GpcSupport::Unknown;
    }
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    match document.get("gpc").and_then(Value::as_bool) {
        Some(true) => GpcSupport::Supported,
        Some(false) => GpcSupport::NotSupported,
        None => GpcSupport::Unknown,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;
    use crate::domain::testing::each;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        id: String,
        header_values: Option<Vec<String>>,
        expect: Option<bool>,
        well_known: Option<Value>,
        content_type: Option<String>,
        expect_support: Option<String>,
    }

    #[test]
    fn gpc_vectors() {
        each("gpc_vectors", |case: &Case| {
            match (&case.header_values, case.expect, &case.well_known) {
                (Some(values), Some(expected), None) => {
                    assert_eq!(signals_gpc(values), expected, "{}", case.id);
                }
                (None, None, Some(document)) => {
                    let support = gpc_support(
                        case.content_type.as_deref(),
                        document.to_string().as_bytes(),
                    );
                    let name = match support {
                        GpcSupport::Supported => "supported",
                        GpcSupport::NotSupported => "not_supported",
                        GpcSupport::Unknown => "unknown",
                    };
                    assert_eq!(Some(name), case.expect_support.as_deref(), "{}", case.id);
                }
                _ => panic!("{}", case.id),
            }
        });
    }

    #[test]
    fn exactly_one() {
        for value in ["", "1 ", "1, 0", "true", "11", "１"] {
            assert!(!signals_gpc([value]), "{value:?}");
        }
        assert!(signals_gpc(["1"]));
    }

    #[test]
    fn a_declaration_is_json_of_that_type() {
        let json = Some("application/json; charset=utf-8");
        let body = br#"{"gpc":true,"lastUpdate":"2026-04-01","more":1}"#;
        assert_eq!(gpc_support(json, body), GpcSupport::Supported);
        assert_eq!(gpc_support(json, br#"{"gpc":"true"}"#), GpcSupport::Unknown);
        assert_eq!(gpc_support(json, b"{}"), GpcSupport::Unknown);
        assert_eq!(gpc_support(json, b"[true]"), GpcSupport::Unknown);
        assert_eq!(gpc_support(None, body), GpcSupport::Unknown);
    }
}
