//! The mail that says there is news about a request. What the news are stands behind a sign-in: a letter box
//! is read by others too. Only of an erasure the mail says it itself, since nobody can sign in afterwards.

use crate::access::{Grant, KeepRequests};
use crate::app::mail::about::{Post, USEFUL, mail, tell_news};
use crate::app::refusal::Refusal;
use crate::domain::ids::SubjectId;
use crate::domain::registry::Language;
use crate::domain::requests::Request;
use crate::store::{Contact, WriteTx};

/// Where the news go, and in which language.
#[derive(Debug, Clone)]
pub struct News {
    /// An address of the person's.
    pub to: Contact,
    /// In which language.
    pub language: Language,
    /// What the mail says itself.
    pub text: Option<String>,
}

/// Whether a mail says that there is news, and which.
#[derive(Debug, Clone)]
pub enum Telling {
    /// None: the person is told otherwise.
    Nobody,
    /// One to the address that the registry has known longest, if there is one.
    LongestKnown,
    /// One as staff chose.
    As(News),
}

impl Telling {
    /// What staff chose.
    pub(super) const fn chosen(&self) -> Option<&News> {
        match self {
            Self::As(news) => Some(news),
            Self::Nobody | Self::LongestKnown => None,
        }
    }
}

/// Puts the mail into the queue, in the transaction of what is news. An address that is no longer the
/// person's gets none.
pub(super) fn send(
    tx: &mut WriteTx<'_>,
    grant: &Grant<KeepRequests>,
    (subject, request): (SubjectId, &Request),
    telling: &Telling,
    post: &Post,
) -> Result<(), Refusal> {
    let news = match telling {
        Telling::Nobody => return Ok(()),
        Telling::LongestKnown => return tell_news(tx, grant, (subject, request), post),
        Telling::As(news) => news,
    };
    if !tx.find(std::slice::from_ref(&news.to)).contains(&subject) {
        let detail = "is no address of the person's any more; open the file again";
        return Err(Refusal::field("/to", "address_not_theirs", detail));
    }
    let content = post.news(request, news.text.clone());
    let to = (&news.to.identifier, news.language, None);
    mail(tx, grant, subject, to, content, tx.now().utc() + USEFUL)
}
