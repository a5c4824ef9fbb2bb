//! Global Privacy Control (W3C): the request header `Sec-GPC`.

/// The header's name; names of headers are compared without regard to case.
pub const HEADER: &str = "Sec-GPC";

/// Whether the signal is sent: one of the field's values is exactly `1`.
pub fn is_sent<'a>(mut values: impl Iterator<Item = &'a str>) -> bool {
    values.any(|value| value == "1")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn the_vectors_of_the_law_files_hold() {
        let law = include_str!("../../../policies/law/vectors.json");
        let law: serde_json::Value = serde_json::from_str(law).unwrap();
        let with_values = |vector: &&serde_json::Value| vector["header_values"].is_array();
        let vectors = law["gpc_vectors"].as_array().unwrap();
        assert!(vectors.iter().filter(with_values).count() >= 4);
        for vector in vectors.iter().filter(with_values) {
            let values = vector["header_values"].as_array().unwrap();
            let sent = is_sent(values.iter().map(|value| value.as_str().unwrap()));
            assert_eq!(Some(sent), vector["expect"].as_bool(), "{}", vector["id"]);
        }
    }
}
