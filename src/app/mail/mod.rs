//! Mail: what is written, who writes it in the person's language, who carries it.
//!
//! A letter is put into the queue by the transaction that causes it, sealed. Its words are found when it
//! goes out, by whoever holds the words ([`Stationery`]), and it leaves by a [`Postman`].

pub(in crate::app) mod about;
mod deliver;

pub use deliver::Delivered;

use crate::domain::ids::MailId;
use crate::domain::personal::Personal;
use crate::domain::registry::{Catalogue, Channel, Language};
use crate::domain::time::{Entropy, NoEntropy, Now};
use crate::store::NewMail;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// What is written to whom: kept sealed, and never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The address.
    pub to: String,
    /// The language, as a code.
    pub language: String,
    /// In whose name.
    pub brand: String,
    /// The lines below: signature, help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foot: Vec<String>,
    /// What it says.
    pub content: Content,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter(•••)")
    }
}

/// What a letter says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// Link and code to sign in, for ten minutes.
    SignIn {
        /// Where the link leads.
        link: String,
        /// The six digits.
        code: String,
    },
    /// Link and code to somebody unknown who wants to choose for the first time, for ten minutes. No advertising
    /// is in it.
    Welcome {
        /// Where the link leads.
        link: String,
        /// The six digits.
        code: String,
    },
    /// Link and code that confirm a consent. No advertising is in it (UWG 7(2) no. 2; R-201).
    Confirm {
        /// Where the link leads.
        link: String,
        /// The six digits.
        code: String,
        /// What is confirmed.
        items: Vec<Item>,
        /// Until when it can be.
        until: DateTime<Utc>,
    },
    /// A request came in.
    RequestReceived {
        /// Where it can be read, after signing in.
        link: String,
        /// Its number.
        number: String,
        /// The last day for the answer.
        due_on: Option<NaiveDate>,
    },
    /// Link and code by which the person shows that a request is theirs.
    Challenge {
        /// Where the link leads.
        link: String,
        /// The six digits.
        code: String,
        /// The number of the request.
        number: String,
        /// Until when it can be answered.
        until: DateTime<Utc>,
    },
    /// Link and code by which whoever reads it confirms that the address is the person's, in the place of another.
    Correction {
        /// Where the link leads.
        link: String,
        /// The six digits.
        code: String,
        /// The number of the request.
        number: String,
        /// Until when it can be confirmed.
        until: DateTime<Utc>,
    },
    /// What an agent took down. No advertising is in it.
    Receipt {
        /// Where the person can change it.
        link: String,
        /// When it was taken down.
        at: DateTime<Utc>,
        /// The code of the kind of place.
        source: String,
        /// Which one.
        place: Option<String>,
        /// What was taken down.
        items: Vec<ReceiptItem>,
    },
    /// There is news about a request of the person's. What, is read after signing in.
    News {
        /// Where they sign in.
        link: String,
        /// The number of the request.
        number: String,
        /// What the mail says itself, where nobody can sign in any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A copy of the person's data can be fetched, after signing in.
    PackageReady {
        /// Where it is.
        link: String,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Staff are told of requests whose last day is near. No word of anybody's is in it.
    Alarm {
        /// Where the requests are.
        link: String,
        /// The requests: number, kind, last day, days left.
        requests: Vec<AlarmItem>,
    },
    /// The data protection officer is told that staff looked at unusually many persons' files. Nobody is named.
    Looks {
        /// Where it is shown who.
        link: String,
        /// How often it was so.
        looks: Vec<LooksItem>,
    },
}

/// That a member of staff looked at unusually many persons' files.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LooksItem {
    /// What was unusual: `hour` or `day`.
    pub why: String,
    /// How many persons it were.
    pub persons: u64,
    /// When it was seen.
    pub at: DateTime<Utc>,
}

/// A request whose last day is near.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmItem {
    /// Its number.
    pub number: String,
    /// What is asked for.
    pub kind: String,
    /// The last day.
    pub due_on: NaiveDate,
    /// The days that are left; fewer than none where it is late.
    pub days_left: i64,
}

/// One answer that was taken down.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptItem {
    /// What about.
    pub item: Item,
    /// The answer.
    pub yes: bool,
    /// The words that a yes agrees to.
    pub agreed: Option<Agreed>,
    /// The record.
    pub record: String,
}

/// Words that were agreed to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The words.
    pub text: String,
    /// Their language where it is not the letter's.
    pub lang: Option<String>,
    /// `newsletter@3`.
    pub reference: String,
}

/// One thing that is confirmed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The purpose's title.
    pub title: String,
    /// The title's language where it is not the letter's.
    pub lang: Option<String>,
    /// The channel's code.
    pub channel: String,
}

impl Item {
    /// A purpose on a channel, as a letter in that language names it.
    pub(super) fn of(
        catalogue: &Catalogue,
        purpose: &str,
        channel: Channel,
        language: Language,
    ) -> Self {
        let found = catalogue.purpose(purpose);
        let title = found.and_then(|found| found.title.in_or_else(language));
        Self {
            title: title.map_or_else(|| purpose.to_owned(), |(_, text)| text.to_owned()),
            lang: title
                .filter(|(found, _)| *found != language)
                .map(|(found, _)| found.as_str().to_owned()),
            channel: channel.as_str().to_owned(),
        }
    }
}

impl Content {
    /// What it is for, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "sign_in",
            Self::Welcome { .. } => "welcome",
            Self::Confirm { .. } => "confirm",
            Self::RequestReceived { .. } => "request_received",
            Self::Challenge { .. } => "challenge",
            Self::Correction { .. } => "correction",
            Self::Receipt { .. } => "receipt",
            Self::News { .. } => "news",
            Self::PackageReady { .. } => "package_ready",
            Self::Alarm { .. } => "alarm",
            Self::Looks { .. } => "looks",
        }
    }
}

impl Letter {
    /// The letter as a mail of the queue.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn posted(
        &self,
        expires_at: DateTime<Utc>,
        now: Now,
        entropy: &dyn Entropy,
    ) -> Result<NewMail, NoEntropy> {
        Ok(NewMail {
            id: MailId::new(now, entropy)?,
            kind: self.content.kind(),
            letter: Personal::new(serde_json::to_vec(self).unwrap_or_default()),
            expires_at,
        })
    }
}

/// A letter in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// The subject line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as a page.
    pub html: String,
    /// The language of both, as a code.
    pub language: &'static str,
}

/// Who knows the words.
pub trait Stationery: Send + Sync {
    /// Puts a letter into words.
    fn write(&self, letter: &Letter) -> Written;
}

/// A mail that is ready to go.
pub struct Mail<'a> {
    /// Its id: a second copy has the same.
    pub id: MailId,
    /// When it is sent.
    pub at: DateTime<Utc>,
    /// The address.
    pub to: Personal<&'a str>,
    /// In whose name.
    pub brand: &'a str,
    /// Its words.
    pub written: Written,
}

/// A mail was not taken. The reason is a word of ours: a server's own may repeat the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// It may be taken later.
    #[error("{0}")]
    ForNow(String),
    /// It never will be.
    #[error("{0}")]
    ForGood(String),
}

/// Who carries mails.
pub trait Postman: Send + Sync {
    /// Hands a mail over. Blocks, for half a minute at most.
    ///
    /// # Errors
    /// Where it was not taken.
    fn carry(&self, mail: &Mail<'_>) -> Result<(), Undelivered>;
}

/// Where mails lie that are not sent.
pub trait Tray: Send + Sync {
    /// The latest ones as text, the last first.
    fn latest(&self) -> Vec<String>;
}
