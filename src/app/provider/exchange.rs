//! A code becomes an ID token at the provider's own door, where we prove who we are (RFC 6749, 4.1.3).

use super::known::Fault;
use super::metadata::Metadata;
use super::token::{self, Unfit};
use super::{AHEAD, OwnProof, Provider};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::encoding::hex;
use crate::domain::personal::Secret;
use crate::domain::time::{Now, random};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The longest answer, in bytes: an ID token, beside other tokens that nobody asked for.
const MOST: u64 = 4 * token::MOST as u64;
/// How long a proof of ours counts.
const LIFE: TimeDelta = TimeDelta::minutes(1);
const BY_KEY: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What is exchanged.
pub(super) struct Code<'a> {
    pub code: &'a str,
    pub verifier: &'a str,
}

#[derive(Deserialize)]
struct Exchanged {
    id_token: String,
}

/// What we say of ourselves (RFC 7523, 3).
#[derive(Serialize)]
struct Ourselves<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

impl App {
    /// The ID token of a code, of which nothing is believed yet; inner: why there is none.
    pub(super) fn exchanged(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        code: &Code<'_>,
        now: Now,
    ) -> Result<Result<String, Fault>, Refusal> {
        let back = self.came_back_to();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.code),
            ("redirect_uri", &back),
            ("code_verifier", code.verifier),
        ];
        let mut header = None;
        let assertion;
        match &provider.settings.proof {
            OwnProof::Secret(secret) => header = Some(basic(&provider.settings.client, secret)),
            OwnProof::Key => {
                assertion = self.ourselves(provider, now)?;
                form.extend([
                    ("client_id", provider.settings.client.as_str()),
                    ("client_assertion_type", BY_KEY),
                    ("client_assertion", assertion.as_str()),
                ]);
            }
        }
        let form = Secret::new(serde_urlencoded::to_string(form).unwrap_or_default());
        let posted = provider
            .courier
            .post(&metadata.token_endpoint, &form, header.as_ref(), MOST);
        Ok(posted
            .map_err(Fault::from)
            .and_then(|answer| taken(&answer)))
    }

    fn ourselves(&self, provider: &Provider, now: Now) -> Result<String, Refusal> {
        let (client, at) = (provider.settings.client.as_str(), now.utc());
        let jti: [u8; 16] = random(self.entropy())?;
        let claims = Ourselves {
            iss: client,
            sub: client,
            aud: &provider.settings.issuer,
            iat: (at - AHEAD).timestamp(),
            exp: (at + LIFE).timestamp(),
            jti: hex(&jti),
        };
        Ok(self.token_key(at)?.sign("JWT", &claims)?)
    }
}

fn taken((status, body): &(u16, Vec<u8>)) -> Result<String, Fault> {
    match status {
        200 => {
            let read = serde_json::from_slice::<Exchanged>(body);
            read.map(|read| read.id_token)
                .map_err(|_| Unfit::Code.into())
        }
        400..=499 => Err(Unfit::Code.into()),
        status => Err(Fault::Away(format!("it answered {status}"))),
    }
}

/// `client_secret_basic`: both parts are encoded as in a form before they are joined (RFC 6749, 2.3.1).
fn basic(client: &str, secret: &Secret<String>) -> Secret<String> {
    let encoded = |text: &str| serde_urlencoded::to_string([("", text)]).unwrap_or_default();
    let part = |text: &str| encoded(text).trim_start_matches('=').to_owned();
    let both = Secret::new(format!("{}:{}", part(client), part(secret.expose())));
    Secret::new(format!("Basic {}", STANDARD.encode(both.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_encoded_before_it_is_joined() {
        let header = basic("shop", &Secret::new("a:b+c é".to_owned()));
        let expected = STANDARD.encode("shop:a%3Ab%2Bc+%C3%A9");
        assert_eq!(header.expose(), &format!("Basic {expected}"));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        let token = br#"{"id_token":"a.b.c","access_token":"x"}"#;
        assert_eq!(taken(&(200, token.to_vec())), Ok("a.b.c".to_owned()));
        assert_eq!(taken(&(200, b"{}".to_vec())), Err(Unfit::Code.into()));
        assert_eq!(taken(&(400, token.to_vec())), Err(Unfit::Code.into()));
        for status in [201, 302, 500] {
            let fault = taken(&(status, token.to_vec()));
            assert!(matches!(fault, Err(Fault::Away(_))), "{status}");
        }
    }
}
