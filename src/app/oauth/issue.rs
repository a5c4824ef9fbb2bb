//! A client asks for a token.

use super::LIFE;
use super::assertion::{Addressed, Presented, Unfit};
use crate::app::open::App;
use crate::domain::ids::KeyId;
use crate::domain::peer::Peer;
use crate::domain::registry::{KeyImage, Role};
use crate::domain::time::Now;
use crate::store::StoreError;

/// Where tokens are asked for.
pub const PATH: &str = "/oauth/token";
const GRANT: &str = "client_credentials";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What was sent; each parameter once.
#[derive(Debug, Default)]
pub struct Asked {
    /// `grant_type`.
    pub grant_type: Option<String>,
    /// `client_assertion_type`.
    pub assertion_type: Option<String>,
    /// `client_assertion`.
    pub assertion: Option<String>,
    /// `client_id`, which need not be sent.
    pub client_id: Option<String>,
    /// `scope`, which need not be sent.
    pub scope: Option<String>,
}

/// A token.
#[derive(Debug)]
pub struct Issued {
    /// The token.
    pub token: String,
    /// For how many seconds.
    pub expires_in: i64,
    /// What its client may do.
    pub role: Role,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// A parameter is missing or wrong.
    #[error("{0}")]
    Request(&'static str),
    /// Another grant is asked for.
    #[error("grant_type must be client_credentials")]
    Grant,
    /// More, or something else, is asked for than the client's role.
    #[error("scope must be the client's role, or be left out")]
    Scope,
    /// The client is not proved.
    #[error("{0}")]
    Client(#[from] Unfit),
    /// The data cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Gives a client a token that proves who it is. Blocks; the index must be at the head.
    ///
    /// # Errors
    /// Why there is none.
    pub fn issue_token(&self, asked: &Asked, peer: &Peer, now: Now) -> Result<Issued, Denied> {
        let presented = Presented::read(assertion(asked)?)?;
        let name = presented.client.to_string();
        if asked.client_id.as_ref().is_some_and(|said| *said != name) {
            return Err(Denied::Request("client_id is not the assertion's sub"));
        }
        let client = self.client(&presented.client, peer, now)?;
        let key = client.public_key.as_ref().ok_or(Unfit::Client)?;
        let issuer = self.api_url();
        let endpoint = format!("{issuer}{PATH}");
        let to = Addressed {
            issuer: &issuer,
            endpoint: &endpoint,
        };
        let spend = presented.proved(key, &to, now.utc())?;
        let wanted = asked.scope.as_deref();
        if wanted.is_some_and(|scope| scope != client.role.as_str()) {
            return Err(Denied::Scope);
        }
        if !self.store.spend(&self.serve, &spend, now)? {
            return Err(Unfit::Used.into());
        }
        self.key_uses.mark(client.id, now);
        let shown = peer.certificate.as_ref().map(|shown| shown.thumbprint);
        Ok(Issued {
            token: self.token(client.id, client.role, shown, now)?,
            expires_in: LIFE.num_seconds(),
            role: client.role,
        })
    }

    fn client(&self, id: &KeyId, peer: &Peer, now: Now) -> Result<KeyImage, Unfit> {
        let view = self.index.view();
        let client = view.client(id).filter(|client| !client.is_over(now.utc()));
        let client = client.filter(|client| client.bounds.outside(peer).is_none());
        client.cloned().ok_or(Unfit::Client)
    }
}

fn assertion(asked: &Asked) -> Result<&str, Denied> {
    match asked.grant_type.as_deref() {
        Some(GRANT) => {}
        Some(_) => return Err(Denied::Grant),
        None => return Err(Denied::Request("grant_type is missing")),
    }
    if asked.assertion_type.as_deref() != Some(ASSERTION) {
        let detail =
            "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        return Err(Denied::Request(detail));
    }
    let missing = Denied::Request("client_assertion is missing");
    asked.assertion.as_deref().ok_or(missing)
}
