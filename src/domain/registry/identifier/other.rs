//! Postal addresses, CRM ids and device ids in normal form.

use uuid::Uuid;

use super::IdentifierError;
use super::text::{clean, lower};

const POSTAL_MIN: usize = 8;
const POSTAL_MAX: usize = 500;
const KEY_MAX: usize = 128;
/// Length of a UUID with hyphens (RFC 9562).
const UUID_TEXT: usize = 36;

/// Words in lower case, one space between them. Line breaks and commas are how
/// the same address is cut, not part of it.
pub(super) fn postal(text: &str) -> Result<String, IdentifierError> {
    let one_line = text.replace(['\r', '\n', '\t', ','], " ");
    let clean = clean(&one_line)?;
    let lower = lower(&clean);
    let normal = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    match normal.len() {
        0..POSTAL_MIN => Err(IdentifierError::PostalTooShort),
        POSTAL_MIN..=POSTAL_MAX => Ok(normal),
        _ => Err(IdentifierError::TooLong),
    }
}

/// As the controller's system writes it: `C-1a` and `C-1A` may be two persons.
pub(super) fn crm_id(text: &str) -> Result<String, IdentifierError> {
    let text = clean(text)?;
    if text.len() > KEY_MAX {
        return Err(IdentifierError::TooLong);
    }
    Ok(text.into_owned())
}

/// Systems write the same UUID in either case; other ids are taken as they are.
pub(super) fn device_id(text: &str) -> Result<String, IdentifierError> {
    let text = crm_id(text)?;
    if text.len() != UUID_TEXT {
        return Ok(text);
    }
    match Uuid::try_parse(&text) {
        Ok(id) if id.is_nil() => Err(IdentifierError::DeviceIdShared),
        Ok(id) => Ok(id.hyphenated().to_string()),
        Err(_) => Ok(text),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn postal_addresses_fold_lines_and_case() {
        let one = postal("12, rue de l'Église\n59000  LILLE").unwrap();
        assert_eq!(one, "12 rue de l'église 59000 lille");
        assert_eq!(postal("Lille"), Err(IdentifierError::PostalTooShort));
        assert_eq!(postal(&"x".repeat(501)), Err(IdentifierError::TooLong));
    }

    #[test]
    fn crm_ids_keep_their_case() {
        assert_eq!(crm_id(" C-1a ").unwrap(), "C-1a");
        assert_eq!(crm_id(&"x".repeat(129)), Err(IdentifierError::TooLong));
    }

    #[test]
    fn device_ids_fold_uuids_and_refuse_the_shared_one() {
        let id = device_id("6D92078A-8246-4BA4-AE5B-76104861E7DC").unwrap();
        assert_eq!(id, "6d92078a-8246-4ba4-ae5b-76104861e7dc");
        assert_eq!(device_id("fcm:AbC").unwrap(), "fcm:AbC");
        let nil = device_id("00000000-0000-0000-0000-000000000000");
        assert_eq!(nil, Err(IdentifierError::DeviceIdShared));
    }
}
