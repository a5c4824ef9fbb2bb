//! A browser is sent to the provider. What comes back has to be in answer to it: the address says a state, whose hash
//! stands in a row with that of a cookie; nonce and verifier follow from both, and stand nowhere.

use super::known::Fault;
use super::{BACK, LASTING, Provider};
use crate::access::token::{PlainToken, TokenKind};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::audit::tree::sha256;
use crate::domain::time::Now;
use crate::store::{NewAsk, Session};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// What came of the wish to be sent there.
#[derive(Debug)]
pub enum Sent {
    /// The address, and what goes into the browser's cookie.
    To(String, PlainToken),
    /// The provider cannot be asked.
    Away,
    /// There is none.
    Nowhere,
}

/// What binds an answer to a browser.
pub(super) struct Bond<'a> {
    /// What its cookie holds.
    pub browser: &'a str,
    /// What its address says.
    pub state: &'a str,
}

impl Bond<'_> {
    fn derived(&self, what: &str) -> String {
        let parts = [what, "\n", self.browser, "\n", self.state];
        URL_SAFE_NO_PAD.encode(sha256(&parts.map(str::as_bytes)))
    }

    /// What the token has to bring back.
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What has to come with the code (RFC 7636).
    pub fn verifier(&self) -> String {
        self.derived("verifier")
    }

    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&[self.verifier().as_bytes()]))
    }
}

impl App {
    /// Sends a browser to the provider: somebody wants in, or the owner of this session is to prove who they are. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be written.
    pub fn send_to_provider(&self, proves: Option<&Session>, now: Now) -> Result<Sent, Refusal> {
        let Some(provider) = &self.provider else {
            return Ok(Sent::Nowhere);
        };
        let metadata = match provider.metadata(now.utc()) {
            Ok(metadata) => metadata,
            Err(fault) => return Ok(away(&fault)),
        };
        let browser = PlainToken::new(TokenKind::Browser, self.entropy())?;
        let state = PlainToken::new(TokenKind::Link, self.entropy())?;
        let ask = NewAsk {
            state: state.hash(),
            browser: browser.hash(),
            proves: proves.map(|session| session.hash),
            until: now.utc() + LASTING,
        };
        self.store.ask_provider(&self.serve, &ask, now)?;
        let bond = Bond {
            browser: browser.reveal(),
            state: state.reveal(),
        };
        let wish = provider.wish(&self.came_back_to(), &bond, proves.is_some());
        let to = joined(&metadata.authorization_endpoint, &wish);
        Ok(Sent::To(to, browser))
    }

    /// The one address to which browsers come back.
    pub(super) fn came_back_to(&self) -> String {
        format!("{}{BACK}", self.console_url())
    }
}

fn away(fault: &Fault) -> Sent {
    tracing::warn!(%fault, "nobody is sent to the provider");
    Sent::Away
}

/// An address with more in its query.
fn joined(endpoint: &str, more: &str) -> String {
    let sign = if endpoint.contains('?') { '&' } else { '?' };
    format!("{endpoint}{sign}{more}")
}

impl Provider {
    /// What is asked of it.
    fn wish(&self, back: &str, bond: &Bond<'_>, proves: bool) -> String {
        let (nonce, challenge) = (bond.nonce(), bond.challenge());
        let (scope, acr) = (self.settings.scopes.join(" "), self.settings.acr.join(" "));
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.settings.client.as_str()),
            ("redirect_uri", back),
            ("scope", &scope),
            ("state", bond.state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        if !acr.is_empty() {
            fields.push(("acr_values", &acr));
        }
        if proves {
            fields.extend([("prompt", "login"), ("max_age", "0")]);
        }
        serde_urlencoded::to_string(fields).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonce_and_verifier_follow_from_both_and_from_neither_alone() {
        let bond = |browser, state| Bond { browser, state };
        let (one, other) = (bond("b", "s"), bond("b", "t"));
        assert_eq!(one.verifier().len(), 43);
        assert_ne!(one.verifier(), one.nonce());
        assert_ne!(one.verifier(), other.verifier());
        assert_ne!(one.nonce(), bond("c", "s").nonce());
    }

    #[test]
    fn a_query_goes_on() {
        assert_eq!(joined("https://id/a", "x=1"), "https://id/a?x=1");
        assert_eq!(joined("https://id/a?p=2", "x=1"), "https://id/a?p=2&x=1");
    }
}
