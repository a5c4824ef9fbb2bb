//! How a request names a person.

use crate::app::FieldProblem;
use crate::app::contact::{self, Hashes, Named};
use crate::store::keys::Keyring;
use serde::Deserialize;
use utoipa::ToSchema;

/// A person, named by one or more identifiers. Several say that they are one person's.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// An e-mail address.
    #[schema(example = "anne@example.fr")]
    pub email: Option<String>,
    /// A phone number with its country code.
    #[schema(example = "+33612345678")]
    pub phone: Option<String>,
    /// A postal address in one line.
    pub postal: Option<String>,
    /// The customer's key in your own system.
    pub crm_id: Option<String>,
    /// An installation's or advertising id.
    pub device_id: Option<String>,
    /// A keyed hash from `POST /v1/subjects/lookup`.
    pub id_hash: Option<String>,
}

impl Subject {
    /// The keyed hash of the one e-mail address or hash that is given, where it is written as nearly
    /// all are; `None` says nothing, the identifiers are then to be [read](Self::named).
    #[must_use]
    pub fn plain(&self, keys: &Keyring) -> Option<Hashes> {
        let others = [&self.phone, &self.postal, &self.crm_id, &self.device_id];
        let (name, text) = match (&self.email, &self.id_hash) {
            (Some(text), None) => ("email", text),
            (None, Some(text)) => ("id_hash", text),
            _ => return None,
        };
        if others.iter().any(|other| other.is_some()) {
            return None;
        }
        contact::hash_of_plain(keys, name, text.as_bytes())
    }

    /// Reads the identifiers; every problem is named by its field under `pointer`.
    ///
    /// # Errors
    /// Every identifier that is none.
    pub fn named(&self, keys: &Keyring, pointer: &str) -> Result<Named, Vec<FieldProblem>> {
        let fields = [
            ("email", &self.email),
            ("phone", &self.phone),
            ("postal", &self.postal),
            ("crm_id", &self.crm_id),
            ("device_id", &self.device_id),
            ("id_hash", &self.id_hash),
        ];
        let given = fields
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.as_deref()?)));
        contact::read(keys, pointer, given)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::personal::Secret;
    use crate::store::keys::{KeyDirectory, MasterKey};
    use proptest::prelude::*;

    proptest! {
        /// The quick way gives what the long way gives, and no coarser hash is forgotten.
        #[test]
        fn the_quick_way_agrees(
            email in prop::option::of("[a-zA-Z.+]{1,8}@(gmail\\.com|[a-z-]{1,6}\\.[a-z]{2,3}|é\\.fr)"),
            phone in prop::option::of(Just("+33612345678".to_owned())),
            id_hash in prop::option::of("[0-9a-f]{63,64}"),
        ) {
            let nowhere = KeyDirectory::new("/nowhere".into());
            let master = MasterKey::new(&Secret::new([7; 32])).unwrap();
            let keys = Keyring::derive(master.derived(), nowhere).unwrap();
            let subject = Subject { email, phone, id_hash, ..Subject::default() };
            if let Some(plain) = subject.plain(&keys) {
                let named = subject.named(&keys, "/subject").unwrap();
                prop_assert_eq!(named.blinds(), vec![plain.own]);
                prop_assert_eq!(named.identifier_kinds(), plain.kinds);
                prop_assert!(named.coarse().is_empty());
            }
        }
    }
}
