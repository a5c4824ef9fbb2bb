//! A person shows that a request is theirs, by what was sent to a contact point that the registry held
//! before the request came in. Whatever fails leaves the request as it stands.

use super::act::{Acting, look, order, step, writes_to};
use super::news::Telling;
use super::tasks::follow;
use super::view::today;
use crate::access::code::Code;
use crate::access::token::TokenHash;
use crate::access::{AnswerChallenge, Grant, KeepRequests, Principal, authorize};
use crate::app::mail::about;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::DsrId;
use crate::domain::registry::{Catalogue, Identifier};
use crate::domain::requests::{Act, Doubt, KnownBy, Request};
use crate::domain::time::Now;
use crate::store::{Committed, IdempotencyKey, Order, StoredChallenge};
use chrono::{DateTime, Utc};

/// A challenge that staff have sent.
#[derive(Debug, Clone, Copy)]
pub struct Challenging {
    /// About which request.
    pub id: DsrId,
    /// The version that whoever acts has seen, where they say so.
    pub version: Option<u32>,
    /// Why it is doubted who asks, where that is not recorded yet. The period stands still from then on.
    pub doubt: Option<Doubt>,
}

/// What the page behind a challenge's link shows.
#[derive(Debug)]
pub struct ChallengeView {
    /// The challenge.
    pub challenge: StoredChallenge,
    /// How the request stands.
    pub request: Request,
    /// The address that the mail went to.
    pub contact: Option<Identifier>,
    /// What is in force.
    pub catalogue: Catalogue,
}

/// What came of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// It is known now that the request is theirs.
    Known,
    /// It had been answered then.
    Before(DateTime<Utc>),
    /// Its time has passed.
    Expired,
    /// A newer one has come in its place.
    Replaced,
    /// The request waits for this no more.
    Over,
}

impl App {
    /// Has a mail with link and code sent to the person, by which they show that a request is theirs.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] where no address of theirs was known before the request, where it is known who
    /// asks, or where no mail goes out; [`Refusal::NotFound`] where there is no such request.
    pub async fn challenge_identity(
        &self,
        grant: &Grant<KeepRequests>,
        challenging: Challenging,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Request>, Refusal> {
        if !self.mails() {
            return Err(no_mail());
        }
        let on = today(now, self.home_zone);
        let subject = self.stored_request(grant, challenging.id).await?.subject;
        let (actor, post) = (grant.clone(), self.request_post());
        self.store
            .write(grant, order(subject, now, idempotency), move |tx| {
                let mut version = challenging.version;
                let acts = challenging
                    .doubt
                    .map(|doubt| Act::AskIdentity { on, doubt });
                for act in acts.into_iter().chain([Act::Challenge { on }]) {
                    let id = challenging.id;
                    let acting = Acting {
                        id,
                        version,
                        act,
                        text: None,
                        news: Telling::Nobody,
                    };
                    look(&acting.act, None, on)?;
                    let (held, next) = step(tx, &actor, &acting)?;
                    let entry = tx.act_on_dsr(&actor, &held, &next, &acting.act)?;
                    follow(tx, &actor, (&held, &next), &acting.act)?;
                    if matches!(acting.act, Act::AskIdentity { .. }) {
                        version = None;
                        continue;
                    }
                    let subject = writes_to(tx, &held)?;
                    let received_at = tx.dsr_made_at(&actor, subject, id)?.ok_or_else(gone)?;
                    about::challenge(tx, &actor, (subject, &next), received_at, &post)?;
                    return Ok(entry.with(next));
                }
                Err(gone())
            })
            .await
    }

    /// What is asked behind a challenge's link; `None` where it leads nowhere. It changes nothing. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn challenge(&self, token: &str) -> Result<Option<ChallengeView>, Refusal> {
        let hash = TokenHash::of(token);
        let serve = &self.serve;
        self.store.read(|tx| {
            let Some(challenge) = tx.challenge(serve, hash)? else {
                return Ok(None);
            };
            let Some(stored) = tx.dsr(serve, challenge.request)? else {
                return Ok(None);
            };
            let known = tx.identifiers(serve, challenge.subject)?;
            let known = known.into_iter().find(|one| one.blind == challenge.contact);
            let contact = match known {
                Some(held) => Some(held.identifier),
                None => tx.asked_about(serve, &challenge)?,
            };
            Ok(Some(ChallengeView {
                challenge,
                request: stored.request,
                contact,
                catalogue: tx.catalogue(serve)?,
            }))
        })
    }

    /// Whether a code is that of the challenge's mail; `None` where too many were tried. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read or written.
    pub fn is_challenge_code(&self, token: &str, code: &Code) -> Result<Option<bool>, Refusal> {
        let hash = TokenHash::of(token);
        Ok(self.store.try_challenge_code(&self.serve, hash, code)?)
    }

    /// Takes a request as its person's own, since they read what was sent to them.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where the link leads nowhere, [`Refusal::Conflict`] where it was answered by
    /// somebody else at the same moment or the request waits for it no more.
    pub async fn answer_challenge(
        &self,
        challenge: &StoredChallenge,
        now: Now,
    ) -> Result<Request, Refusal> {
        let grant = authorize::<AnswerChallenge>(&Principal::Challenged(challenge.subject))?;
        let act = Act::Identify {
            on: today(now, self.home_zone),
            known_by: KnownBy::KnownContact,
        };
        let filed = self.stored_request(&self.serve, challenge.request).await?;
        let order = Order {
            subjects: filed
                .subject
                .into_iter()
                .chain([challenge.subject])
                .collect(),
            alone: true,
            ..Order::at(now)
        };
        let (actor, hash, id) = (grant.clone(), challenge.hash, challenge.request);
        let done = self.store.write(&grant, order, move |tx| {
            let held = tx.dsr(&actor, id)?.ok_or_else(gone)?;
            let whose = held.subject.and_then(|one| tx.resolve(one));
            let own = actor.customer().and_then(|one| tx.resolve(one));
            if own.is_none() || whose != own {
                return Err(gone());
            }
            if !held.request.is_open() || held.request.identity.is_some() {
                return Err(over());
            }
            let next = held.request.after(&act).map_err(super::act::wrong)?;
            let entry = tx.act_on_dsr(&actor, &held, &next, &act)?;
            follow(tx, &actor, (&held, &next), &act)?;
            // last: whoever comes second finds it answered, and nothing of theirs is kept
            if !tx.answer_challenge(&actor, hash)? {
                return Err(over());
            }
            Ok(entry.with(next))
        });
        Ok(done.await?.value)
    }
}

/// What is said of a challenge that can be answered no more.
#[must_use]
pub fn challenge_closed(view: &ChallengeView, at: DateTime<Utc>) -> Option<Answered> {
    let challenge = &view.challenge;
    match challenge.used_at {
        Some(before) => Some(Answered::Before(before)),
        // one that was dropped has no newer one
        None if challenge.replaced && (challenge.correction.is_none() || !is_over(view)) => {
            Some(Answered::Replaced)
        }
        None if challenge.expires_at <= at => Some(Answered::Expired),
        None if is_over(view) => Some(Answered::Over),
        None => None,
    }
}

const fn is_over(view: &ChallengeView) -> bool {
    let request = &view.request;
    let waits = match view.challenge.correction {
        None => request.identity.is_none(),
        // while it is doubted who asks nothing moves
        Some(_) => request.correction.is_some() && request.identity.is_some(),
    };
    !request.is_open() || !waits
}

fn gone() -> Refusal {
    Refusal::NotFound("a person or a request for this link")
}

fn over() -> Refusal {
    Refusal::Conflict {
        code: "challenge_over",
        what: "this was answered already, or is waited for no more".into(),
    }
}

fn no_mail() -> Refusal {
    Refusal::Conflict {
        code: "mail_off",
        what: "no mail goes out here; set a mail server up, or record another proof".into(),
    }
}
