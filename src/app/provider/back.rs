//! A browser comes back from the provider: who it is gets in, or has proven again who they are.

use super::ask::Bond;
use super::entitled::Entitled;
use super::exchange::Code;
use super::id_token::{self, Told};
use super::known::Fault;
use super::token::Unfit;
use super::{AHEAD, Provider};
use crate::access::token::{PlainToken, TokenHash, TokenKind};
use crate::app::accounts::{Ahead, Visitor, alone, gone};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::{AskedProvider, Provided, Session};

/// What a try is counted as.
const STEP: &str = "provider";
/// The longest code that is taken.
const LONGEST: usize = 4096;

/// What a browser brings; it is secret, and cannot be printed.
#[derive(Clone, Copy)]
pub struct Came<'a> {
    /// What its cookie holds.
    pub browser: &'a str,
    /// What its address says.
    pub state: &'a str,
    /// The code; none where the provider let nobody in.
    pub code: Option<&'a str>,
    /// Who says so (RFC 9207).
    pub issuer: Option<&'a str>,
}

/// What came of it.
#[derive(Debug)]
pub enum CameBack {
    /// In; the token is for the session's cookie, and this is still ahead.
    In(PlainToken, Option<Ahead>),
    /// Whose session it is has proven who they are; it goes on under this token.
    Proven(PlainToken),
    /// Too much was tried: so many seconds have to pass.
    Wait(i64),
    /// Nothing.
    Not(NotIn),
}

/// Why nobody got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotIn {
    /// This browser was not sent for that, or long ago, or came back before.
    Stale,
    /// The provider cannot be asked.
    Away,
    /// It let nobody in.
    Declined,
    /// What it says is not believed.
    Unbelieved,
    /// It is believed, and opens nothing here.
    NoRole,
    /// It is somebody else, or they did not prove it now.
    Unproven,
}

impl App {
    /// Takes in what a browser brings back from the provider. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn came_from_provider(
        &self,
        came: &Came<'_>,
        visitor: Visitor<'_>,
        now: Now,
    ) -> Result<CameBack, Refusal> {
        let Some(provider) = &self.provider else {
            return Ok(CameBack::Not(NotIn::Stale));
        };
        let browser = TokenHash::of(came.browser);
        let counted = match self.begin_try(STEP, &browser.0, visitor.network, now)? {
            Ok(counted) => counted,
            Err(wait) => return Ok(CameBack::Wait(wait)),
        };
        let asked = (TokenHash::of(came.state), browser);
        let Some(ask) = self.store.take_ask(&self.serve, asked, now)? else {
            return Ok(CameBack::Not(NotIn::Stale));
        };
        let outcome = match self.said(provider, came, now)? {
            Ok(told) => self.let_on(provider, &ask, &told, visitor, now)?,
            Err(not) => CameBack::Not(not),
        };
        match &outcome {
            // that the provider is away, or that somebody thought better of it, is no try of anybody's
            CameBack::Not(NotIn::Away | NotIn::Declined) | CameBack::Wait(_) => {}
            CameBack::Not(_) => self.try_was_wrong(STEP, &browser.0, now)?,
            CameBack::In(..) | CameBack::Proven(_) => self.try_was_right(&counted, now)?,
        }
        Ok(outcome)
    }

    /// Who it is, as the provider says; inner: why nobody knows.
    fn said(
        &self,
        provider: &Provider,
        came: &Came<'_>,
        now: Now,
    ) -> Result<Result<Told, NotIn>, Refusal> {
        let metadata = match provider.metadata(now.utc()) {
            Ok(metadata) => metadata,
            Err(fault) => return Ok(Err(not(&fault))),
        };
        let says_who = came.issuer.is_some() || metadata.says_who;
        if says_who && came.issuer != Some(provider.settings.issuer.as_str()) {
            return Ok(Err(not(&Unfit::Issuer.into())));
        }
        let Some(code) = came.code.filter(|code| code.len() <= LONGEST) else {
            return Ok(Err(NotIn::Declined));
        };
        let bond = Bond {
            browser: came.browser,
            state: came.state,
        };
        let verifier = &bond.verifier();
        let exchanged = self.exchanged(provider, &metadata, &Code { code, verifier }, now)?;
        let (nonce, at) = (bond.nonce(), now.utc());
        let told = exchanged.and_then(|token| {
            let settings = &provider.settings;
            provider.by_keys(at, |keys| {
                id_token::read(&token, keys, settings, (&nonce, at))
            })
        });
        Ok(told.map_err(|fault| not(&fault)))
    }

    fn let_on(
        &self,
        provider: &Provider,
        ask: &AskedProvider,
        told: &Told,
        visitor: Visitor<'_>,
        now: Now,
    ) -> Result<CameBack, Refusal> {
        if let Some(hash) = ask.proves {
            let idle = self.accounts().idle;
            let open = self
                .store
                .read(|tx| tx.session(&self.serve, hash, idle, now))?;
            return match open {
                Some(open) => self.proven(provider, ask, (&open, told), now),
                None => Ok(CameBack::Not(NotIn::Stale)),
            };
        }
        let entitled = match self.entitled(provider, told, now) {
            // a brand that nobody has published, or somebody who comes twice at once
            Err(refusal @ (Refusal::Invalid(_) | Refusal::Conflict { .. })) => {
                tracing::warn!(%refusal, "what the provider's groups open cannot be had");
                return Ok(CameBack::Not(NotIn::NoRole));
            }
            entitled => entitled?,
        };
        match entitled {
            Entitled::To(account) => {
                let session = told.session.as_deref();
                let issuer = &provider.settings.issuer;
                let provided = Provided {
                    is: true,
                    vouched: told.vouched,
                    session: session.map(|sid| self.keys().at_provider("session", issuer, sid)),
                };
                let (token, ahead) = self.begin(&account, provided, visitor, now)?;
                Ok(CameBack::In(token, ahead))
            }
            Entitled::Nothing => Ok(CameBack::Not(NotIn::NoRole)),
        }
    }

    /// The owner of the session, by the provider's word: now, and as strongly as they came in.
    fn proven(
        &self,
        provider: &Provider,
        ask: &AskedProvider,
        (open, told): (&Session, &Told),
        now: Now,
    ) -> Result<CameBack, Refusal> {
        let same = open.identity == Some(self.identity(&provider.settings.issuer, &told.subject));
        let fresh = told.proven_at.is_some_and(|at| at >= ask.at - AHEAD);
        let enough = told.vouched || !open.provided.vouched;
        if !(same && fresh && enough && self.proves_at_provider(open)) {
            return Ok(CameBack::Not(NotIn::Unproven));
        }
        let token = PlainToken::new(TokenKind::Session, self.entropy())?;
        let (grant, open, hash) = (self.serve.clone(), open.clone(), token.hash());
        let proven = self
            .store
            .write_blocking(&self.serve, alone(now), move |tx| {
                let entry = tx.prove_session(&grant, &open, hash, STEP)?;
                Ok::<_, Refusal>(entry.ok_or_else(gone)?.with(()))
            });
        match proven {
            Ok(_) => Ok(CameBack::Proven(token)),
            Err(Refusal::Conflict { .. }) => Ok(CameBack::Not(NotIn::Stale)),
            Err(refusal) => Err(refusal),
        }
    }
}

fn not(fault: &Fault) -> NotIn {
    tracing::warn!(%fault, "nobody is let in by the provider");
    match fault {
        Fault::Away(_) => NotIn::Away,
        Fault::Unfit(_) => NotIn::Unbelieved,
    }
}
