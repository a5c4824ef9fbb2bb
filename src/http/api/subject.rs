//! How a request names a person.

use crate::app::FieldProblem;
use crate::app::contact::{self, Named};
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
