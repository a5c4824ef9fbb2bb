//! Mappings for the layouts that common tools export.

use super::mapping::Mapping;
use super::refusal::MappingError;

/// Names and texts of the built-in mappings, to start one's own from.
pub const PRESETS: [(&str, &str); 5] = [
    ("listmonk", include_str!("maps/listmonk.toml")),
    (
        "listmonk-unsubscribed",
        include_str!("maps/listmonk-unsubscribed.toml"),
    ),
    (
        "mailchimp-subscribed",
        include_str!("maps/mailchimp-subscribed.toml"),
    ),
    (
        "mailchimp-unsubscribed",
        include_str!("maps/mailchimp-unsubscribed.toml"),
    ),
    ("brevo", include_str!("maps/brevo.toml")),
];

/// The built-in mapping of that name, if there is one.
///
/// # Errors
/// None in practice: the tests load every built-in mapping.
#[must_use]
pub fn preset(name: &str) -> Option<Result<Mapping, MappingError>> {
    let (_, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
    Some(Mapping::load(text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_preset_loads() {
        for (name, _) in PRESETS {
            let mapping = preset(name).unwrap().unwrap();
            assert!(name.starts_with(mapping.source()), "{name}");
        }
        assert!(preset("../etc/passwd").is_none());
    }
}
