//! A passkey that is shown (section 7.2).

use super::authenticator::AuthenticatorData;
use super::{Asked, CredentialId, Passkey, PasskeyError, client, decoded, read};
use ring::digest::{SHA256, digest};
use serde::Deserialize;

/// The longest signature: RSA of 4,096 bits.
const SIGNATURE: usize = 512;
/// The longest handle of an account (section 4, *User Handle*).
const HANDLE: usize = 64;

/// What a browser shows.
#[derive(Debug, Clone)]
pub struct Assertion {
    id: CredentialId,
    client: Vec<u8>,
    authenticator: Vec<u8>,
    signature: Vec<u8>,
    owner: Option<Vec<u8>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Sent<'a> {
    id: &'a str,
    client_data: &'a str,
    authenticator_data: &'a str,
    signature: &'a str,
    #[serde(default)]
    user_handle: Option<&'a str>,
}

impl Assertion {
    /// Whether it is what the page's script sends, and no code.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        text.starts_with('{')
    }

    /// Reads what the page's script sends: JSON with `id`, `clientData`, `authenticatorData`, `signature` and
    /// `userHandle` in base64url.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn read(text: &str) -> Result<Self, PasskeyError> {
        let sent: Sent<'_> = read(text)?;
        let id = CredentialId::of(&decoded(sent.id)?).ok_or(PasskeyError::Malformed)?;
        let (signature, owner) = (decoded(sent.signature)?, sent.user_handle.map(decoded));
        let owner = owner.transpose()?;
        if signature.len() > SIGNATURE || owner.as_ref().is_some_and(|owner| owner.len() > HANDLE) {
            return Err(PasskeyError::Malformed);
        }
        Ok(Self {
            id,
            client: decoded(sent.client_data)?,
            authenticator: decoded(sent.authenticator_data)?,
            signature,
            owner,
        })
    }

    /// Which passkey it says to be.
    #[must_use]
    pub const fn id(&self) -> &CredentialId {
        &self.id
    }

    /// Whose it says to be, where it says so.
    #[must_use]
    pub fn owner(&self) -> Option<&[u8]> {
        self.owner.as_deref()
    }

    /// Holds it against what was asked and against the passkey of `owner`; with how often it was used by now.
    ///
    /// # Errors
    /// With what is wrong; that the counter went back only where everything else is right.
    pub fn verify(
        &self,
        asked: Asked<'_>,
        owner: &[u8],
        passkey: &Passkey,
    ) -> Result<u32, PasskeyError> {
        if self.id != passkey.id || self.owner().is_some_and(|said| said != owner) {
            return Err(PasskeyError::Owner);
        }
        client::check(&self.client, "webauthn.get", asked)?;
        let told = AuthenticatorData::read(&self.authenticator)?;
        told.check(asked)?;
        told.bare()?;
        let mut signed = self.authenticator.clone();
        signed.extend_from_slice(digest(&SHA256, &self.client).as_ref());
        passkey.key.verify(&signed, &self.signature)?;
        if told.may_be_copied() != passkey.may_be_copied {
            return Err(PasskeyError::Malformed);
        }
        let counts = told.counter != 0 || passkey.counter != 0;
        if counts && told.counter <= passkey.counter {
            return Err(PasskeyError::Counter);
        }
        Ok(told.counter)
    }
}
