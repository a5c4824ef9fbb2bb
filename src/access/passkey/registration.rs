//! A passkey that was just made (section 7.1).

use super::authenticator::AuthenticatorData;
use super::{Asked, Passkey, PasskeyError, client, decoded, read};
use serde::Deserialize;

/// What a browser says of it.
#[derive(Debug, Clone)]
pub struct Registration {
    client: Vec<u8>,
    authenticator: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Sent<'a> {
    client_data: &'a str,
    authenticator_data: &'a str,
}

impl Registration {
    /// Reads what the page's script sends: JSON with `clientData` and `authenticatorData` in base64url.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn read(text: &str) -> Result<Self, PasskeyError> {
        let sent: Sent<'_> = read(text)?;
        Ok(Self {
            client: decoded(sent.client_data)?,
            authenticator: decoded(sent.authenticator_data)?,
        })
    }

    /// The passkey, where it was made for what was asked.
    ///
    /// # Errors
    /// With what is wrong.
    pub fn accepted(&self, asked: Asked<'_>) -> Result<Passkey, PasskeyError> {
        client::check(&self.client, "webauthn.create", asked)?;
        let told = AuthenticatorData::read(&self.authenticator)?;
        told.check(asked)?;
        let (id, key) = told.attested()?;
        Ok(Passkey {
            id,
            key,
            counter: told.counter,
            may_be_copied: told.may_be_copied(),
        })
    }
}
