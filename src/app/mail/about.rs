//! Mails about requests of data subjects: that one came in, that there is something to read, whether one is
//! theirs. What was asked and answered stands in none of them, but behind a sign-in.

use super::{Content, Letter};
use crate::access::Grant;
use crate::access::code::Code;
use crate::access::token::{PlainToken, TokenKind};
use crate::app::brand::{Sender, speaking};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{Blind, SubjectId};
use crate::domain::registry::{Identifier, IdentifierKind, Language, Slug};
use crate::domain::requests::Request;
use crate::store::{Contact, NewChallenge, Posts, Reach, Records, WriteTx};
use chrono::{DateTime, TimeDelta, Utc};

/// After so long a mail that could not go out is of no more use.
pub const USEFUL: TimeDelta = TimeDelta::days(7);
/// How long a challenge can be answered.
pub const CHALLENGE_VALID: TimeDelta = TimeDelta::days(7);

/// By what a use case writes.
#[derive(Debug, Clone)]
pub struct Post {
    base: String,
    goes_out: bool,
}

/// To which of a person's addresses.
#[derive(Debug, Clone)]
pub enum Addressed {
    /// The one that the registry has known longest. Not the list of those never to be contacted again.
    LongestKnown,
    /// The one by which they are signed in now, in their language and in the name of the brand.
    SignedIn(Blind, Language, Option<Slug>),
}

impl Post {
    /// Where a person reads their requests.
    #[must_use]
    pub fn requests(&self) -> String {
        format!("{}/me/requests", self.base)
    }

    /// What a mail says that tells of news; with `text` it says what they are.
    #[must_use]
    pub fn news(&self, request: &Request, text: Option<String>) -> Content {
        Content::News {
            link: self.requests(),
            number: request.id.number(),
            text,
        }
    }
}

impl App {
    /// By what mails about requests are written.
    pub(in crate::app) fn request_post(&self) -> Post {
        Post {
            base: self.public_url().to_owned(),
            goes_out: self.mails(),
        }
    }
}

/// Tells a person that their request came in: its number, and by when it must be answered. Who was not
/// known before gets none, since their address was named by the request alone; nor who repeats a request.
pub fn acknowledge<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (subject, request): (SubjectId, &Request),
    post: &Post,
    to: Addressed,
) -> Result<(), Refusal> {
    let by_themselves = matches!(to, Addressed::SignedIn(..));
    if !post.goes_out || request.receipt.duplicate && !by_themselves {
        return Ok(());
    }
    let content = Content::RequestReceived {
        link: post.requests(),
        number: request.id.number(),
        due_on: request.due_on(),
    };
    send(tx, grant, (subject, request), to, content)
}

/// Tells a person that there is something to read about a request of theirs.
pub fn tell_news<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    whose: (SubjectId, &Request),
    post: &Post,
) -> Result<(), Refusal> {
    if !post.goes_out {
        return Ok(());
    }
    let content = post.news(whose.1, None);
    send(tx, grant, whose, Addressed::LongestKnown, content)
}

/// Tells a person that a copy of what is held about them can be fetched. What is in it stands behind a sign-in.
pub fn tell_package<P: Posts>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (subject, asked_in): (SubjectId, Option<Language>),
    until: DateTime<Utc>,
    post: &Post,
) -> Result<(), Refusal> {
    if !post.goes_out {
        return Ok(());
    }
    let reach = tx.reach(grant, subject)?;
    let Some(address) = reach.mails.iter().find(|one| !one.suppressed) else {
        return Ok(());
    };
    let language = asked_in.or(reach.language).unwrap_or(Language::EN);
    let link = format!("{}/me/data", post.base);
    let content = Content::PackageReady { link, until };
    let (to, useful) = (&address.identifier, tx.now().utc() + USEFUL);
    mail(tx, grant, subject, (to, language, None), content, useful)
}

/// Asks a person whether a request is theirs, at an address that the registry knew before it came in.
pub fn challenge<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    whose: (SubjectId, &Request),
    received_at: DateTime<Utc>,
    post: &Post,
) -> Result<(), Refusal> {
    let reach = tx.reach(grant, whose.0)?;
    let address = reach.known_before(received_at).ok_or_else(unreachable)?;
    let to = (address.blind, &address.identifier);
    ask(
        tx,
        grant,
        whose,
        (to, None),
        language(&reach, whose.1),
        post,
    )
}

/// Asks at a corrected contact point whether it is the person's. A number is called by staff instead. The
/// mail goes out also where the address is on the list of those never to be contacted again: the person asked
/// for it, and it stays there.
pub fn correction<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    whose: (SubjectId, &Request),
    (from, to): (Blind, &Contact),
    post: &Post,
) -> Result<(), Refusal> {
    let language = language(&tx.reach(grant, whose.0)?, whose.1);
    let to = (to.blind, &to.identifier);
    ask(tx, grant, whose, (to, Some(from)), language, post)
}

/// Keeps what is asked, and writes to whoever can be written to.
fn ask<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (subject, request): (SubjectId, &Request),
    ((contact, to), corrects): ((Blind, &Identifier), Option<Blind>),
    language: Language,
    post: &Post,
) -> Result<(), Refusal> {
    let token = PlainToken::new(TokenKind::Challenge, tx.entropy())?;
    let code = Code::new(tx.entropy())?;
    let expires_at = tx.now().utc() + CHALLENGE_VALID;
    let new = NewChallenge {
        request: request.id,
        subject,
        contact,
        hash: token.hash(),
        code: &code,
        expires_at,
        corrects: corrects.map(|from| (from, to)),
    };
    tx.challenge(grant, &new)?;
    if to.kind() != IdentifierKind::Email {
        return Ok(());
    }
    let (link, code) = (
        format!("{}/id/{}", post.base, token.reveal()),
        code.reveal().to_owned(),
    );
    let (number, until) = (request.id.number(), expires_at);
    let content = match corrects {
        None => Content::Challenge {
            link,
            code,
            number,
            until,
        },
        Some(_) => Content::Correction {
            link,
            code,
            number,
            until,
        },
    };
    mail(tx, grant, subject, (to, language, None), content, until)
}

fn unreachable() -> Refusal {
    Refusal::Conflict {
        code: "no_known_contact",
        what: "no mail address of this person was known before the request came in, and one that the request \
               names proves nothing; call back a number that you know, or ask for another proof"
            .into(),
    }
}

fn send<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (subject, request): (SubjectId, &Request),
    to: Addressed,
    content: Content,
) -> Result<(), Refusal> {
    let reach = tx.reach(grant, subject)?;
    let expires_at = tx.now().utc() + USEFUL;
    let (address, language, brand) = match to {
        Addressed::LongestKnown => {
            let address = reach.mails.iter().find(|one| !one.suppressed);
            (address, language(&reach, request), None)
        }
        Addressed::SignedIn(contact, language, brand) => {
            let by = reach.mails.iter().find(|one| one.blind == contact);
            (by.or(reach.mails.first()), language, brand)
        }
    };
    let Some(address) = address else {
        return Ok(());
    };
    mail(
        tx,
        grant,
        subject,
        (&address.identifier, language, brand.as_ref()),
        content,
        expires_at,
    )
}

/// Puts a mail into the queue, in the name of a brand.
pub fn mail<P: Posts>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    (to, language, brand): (&Identifier, Language, Option<&Slug>),
    content: Content,
    expires_at: DateTime<Utc>,
) -> Result<(), Refusal> {
    let sender = Sender::of(speaking(tx.catalogue(), brand), language);
    let letter = Letter {
        to: to.reveal().to_owned(),
        language: language.as_str().to_owned(),
        brand: sender.name,
        foot: sender.foot,
        content,
    };
    let mail = letter.posted(expires_at, tx.now(), tx.entropy())?;
    Ok(tx.mail(grant, subject, &mail)?)
}

/// The language that the person was last spoken to in, else that of the country whose calendar counts.
fn language(reach: &Reach, request: &Request) -> Language {
    let country = request.receipt.country.split('-').next();
    let of_country = || {
        Language::parse(match country.unwrap_or_default() {
            "FR" | "BE" | "LU" => "fr",
            "DE" | "AT" | "CH" | "LI" => "de",
            "ES" => "es",
            "IT" => "it",
            "NL" => "nl",
            _ => "en",
        })
    };
    reach.language.or_else(of_country).unwrap_or(Language::EN)
}
