//! Customers who sign in: what was asked from which browser, the code's tries, the session that follows.
//!
//! Whoever asks gets a row, known or not; who it is, is looked up later, away from the answer. None of it
//! says anything of a person until they are in: only that has an entry of the log.

use super::ReadTx;
use super::connection::{Db, on};
use super::doors::Via;
use super::error::StoreError;
use super::mails::{NewMail, row as mail_row};
use super::open::Store;
use super::rows::{CustomerSessionRow, SignInRow, unsigned};
use super::schema::{customer_sessions, mails, sign_ins, spent_assertions};
use super::tx::{Entry, WriteTx};
use super::world::Extra;
use crate::access::code::{Code, TRIES};
use crate::access::token::TokenHash;
use crate::access::{Grant, OwnFile, Serve};
use crate::domain::event::SubjectEvent;
use crate::domain::ids::{Blind, SubjectId};
use crate::domain::registry::Slug;
use crate::domain::time::{Entropy, Now, from_micros};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::sum;
use diesel::prelude::*;

/// How long rows are kept, by which is counted.
const COUNTED: TimeDelta = TimeDelta::hours(1);
/// Most requests of one network within [`SHORT`]; then it has to wait.
const OF_A_CLIENT: i64 = 30;
/// Most requests under one address within [`SHORT`] that are looked at; more change nothing.
const OF_A_CONTACT: i64 = 20;
const SHORT: TimeDelta = TimeDelta::minutes(10);
/// Most wrong codes under one address within [`COUNTED`]; links work on.
const WRONG_CODES: i64 = 15;
/// A session that was seen as lately is not written again.
const LATELY: TimeDelta = TimeDelta::minutes(1);
/// How long a session lasts that nobody uses.
pub const IDLE: TimeDelta = TimeDelta::minutes(15);
/// Most that are looked up at a time.
const AT_A_TIME: i64 = 50;

/// Whether two keyed hashes are the same, in a time that tells nothing.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    let differs = a.iter().zip(b).fold(0, |found, (a, b)| found | (a ^ b));
    a.len() == b.len() && differs == 0
}

/// Counts a try at a row's code, and only then holds what was typed against it; `None` where there were too many.
macro_rules! try_code {
    ($store:expr, $table:ident, $hash:expr, $code:expr) => {{
        use $crate::store::{connection::on, error::StoreError, sign_ins::same};
        let given = $store.keys().code_hash(&$hash.0, $code);
        $store.outside_the_ledger(|db| {
            let row = || $table::table.find($hash.0.to_vec());
            let left = row().filter($table::attempts.lt($crate::access::code::TRIES));
            let counted = on!(db, conn => diesel::update(left)
                .set($table::attempts.eq($table::attempts + 1)).execute(conn))
            .map_err(StoreError::failed("counting a try"))?;
            if counted == 0 {
                return Ok(None);
            }
            let kept: Vec<u8> = on!(db, conn => row().select($table::code).first(conn))
                .map_err(StoreError::failed("finding a code"))?;
            Ok(Some(same(&kept, &given)))
        })
    }};
}
pub(super) use try_code;

/// A wish to sign in.
#[derive(Debug)]
pub struct NewSignIn {
    /// What is kept of the asking browser's cookie.
    pub browser: TokenHash,
    /// The address that was typed, hashed.
    pub contact: Blind,
    /// What is kept of the network that it came from.
    pub client: [u8; 32],
    /// The language of the page.
    pub language: String,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
    /// By which way it came.
    pub via: Via,
    /// The brand's host on which it was asked, where that is not ours.
    pub host: Option<String>,
    /// The address itself, sealed, where somebody unknown is to be written to as well.
    pub address: Option<Vec<u8>>,
}

/// A wish that nobody has looked at.
#[derive(Debug, Clone)]
pub struct AskedSignIn {
    /// What is kept of the asking browser's cookie.
    pub browser: TokenHash,
    /// The address that was typed, hashed.
    pub contact: Blind,
    /// The language of the page.
    pub language: String,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
    /// By which way it came.
    pub via: Via,
    /// The brand's host on which it was asked, where that is not ours.
    pub host: Option<String>,
    /// The address itself, sealed, where somebody unknown is to be written to as well.
    pub address: Option<Vec<u8>>,
}

/// What comes of a wish.
#[derive(Debug)]
pub enum Looked {
    /// Nobody is known there.
    Nobody,
    /// A mail goes out.
    Mail(Box<Ready>),
}

/// A mail with link and code.
#[derive(Debug)]
pub struct Ready {
    /// Who is known; nobody where somebody unknown is written to.
    pub subject: Option<SubjectId>,
    /// What is kept of the link.
    pub token: TokenHash,
    /// The code.
    pub code: Code,
    /// The mail.
    pub mail: NewMail,
}

/// A wish as the asking browser's next request finds it.
#[derive(Debug, Clone)]
pub struct OpenSignIn {
    /// What is kept of the asking browser's cookie.
    pub browser: TokenHash,
    /// Who is known; told to nobody before a code or a link was right.
    pub subject: Option<SubjectId>,
    /// The address.
    pub contact: Blind,
    /// What is kept of the link.
    pub token: Option<TokenHash>,
    /// Until when it can be used.
    pub expires_at: DateTime<Utc>,
    /// Whether it was used.
    pub used: bool,
    /// By which way it came.
    pub via: Via,
    /// The address itself, sealed, of somebody unknown who was written to.
    pub address: Option<Vec<u8>>,
}

/// How a typed code did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It is the one.
    Right,
    /// It is not.
    Wrong,
    /// There were too many.
    TooMany,
}

/// A customer who is in.
#[derive(Debug, Clone)]
pub struct CustomerSession {
    /// Who.
    pub subject: SubjectId,
    /// By which address.
    pub contact: Blind,
    /// The token that each form must bring back.
    pub csrf: String,
    /// When it was seen last.
    pub seen_at: DateTime<Utc>,
    /// By which way they came.
    pub via: Via,
    /// Until when it lasts at most.
    pub until: DateTime<Utc>,
}

/// A session that is to be opened.
#[derive(Debug)]
pub struct NewSession {
    /// What is kept of its token.
    pub hash: TokenHash,
    /// The token that each form must bring back.
    pub csrf: String,
    /// The address by which they came in.
    pub contact: Blind,
    /// By which way they came.
    pub via: Via,
    /// Until when it lasts at most.
    pub until: DateTime<Utc>,
}

/// An assertion that is to be used.
#[derive(Debug, Clone, Copy)]
pub struct Spend {
    /// What is kept of its issuer and id.
    pub hash: [u8; 32],
    /// Until when it could come again.
    pub expires_at: DateTime<Utc>,
}

fn open(row: &SignInRow) -> Option<OpenSignIn> {
    let hash = |bytes: &[u8]| bytes.try_into().ok().map(TokenHash);
    Some(OpenSignIn {
        browser: hash(&row.browser)?,
        subject: row.subject_id.as_deref().and_then(SubjectId::from_slice),
        contact: Blind::from_slice(&row.contact)?,
        token: row.token.as_deref().and_then(hash),
        expires_at: from_micros(row.expires_at),
        used: row.used_at.is_some(),
        via: Via::of(row.controller.as_deref(), row.place.clone()),
        address: row.address.clone(),
    })
}

impl Store {
    /// Takes a wish down; `false` where this network has asked too often. The same is done for every
    /// address. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn ask_sign_in(
        &self,
        _grant: &Grant<Serve>,
        new: &NewSignIn,
        now: Now,
    ) -> Result<bool, StoreError> {
        let since = (now.utc() - SHORT).timestamp_micros();
        let row = SignInRow {
            browser: new.browser.0.to_vec(),
            contact: new.contact.0.to_vec(),
            client: new.client.to_vec(),
            language: new.language.clone(),
            created_at: now.micros(),
            expires_at: new.expires_at.timestamp_micros(),
            looked_at: None,
            subject_id: None,
            token: None,
            code: None,
            attempts: 0,
            used_at: None,
            controller: new.via.named(),
            place: new.via.place.clone(),
            host: new.host.clone(),
            address: new.address.clone(),
        };
        let failed = StoreError::failed("asking for a sign-in");
        self.outside_the_ledger(|db| {
            let recent = sign_ins::table
                .filter(sign_ins::created_at.gt(since))
                .count();
            let of_client: i64 = on!(db, conn => recent
                .filter(sign_ins::client.eq(&row.client)).get_result(conn))
            .map_err(failed)?;
            let of_contact: i64 = on!(db, conn => recent
                .filter(sign_ins::contact.eq(&row.contact)).get_result(conn))
            .map_err(StoreError::failed("asking for a sign-in"))?;
            if of_client >= OF_A_CLIENT {
                return Ok(false);
            }
            if of_contact < OF_A_CONTACT {
                on!(db, conn => diesel::insert_into(sign_ins::table).values(&row).execute(conn))
                    .map_err(StoreError::failed("asking for a sign-in"))?;
            }
            Ok(true)
        })
    }

    /// Writes down what came of a wish, with the mail where there is one; `false` where another node was
    /// first. Blocks.
    ///
    /// # Errors
    /// Where the database fails, or randomness is missing.
    pub fn sign_in_looked(
        &self,
        _grant: &Grant<Serve>,
        browser: TokenHash,
        looked: &Looked,
        now: Now,
        entropy: &dyn Entropy,
    ) -> Result<bool, StoreError> {
        let keys = self.keys();
        let failed = || StoreError::failed("writing to who signs in");
        self.outside_the_ledger(|db| {
            let row = || sign_ins::table.find(browser.0.to_vec());
            let first = on!(db, conn => diesel::update(row().filter(sign_ins::looked_at.is_null()))
                .set(sign_ins::looked_at.eq(now.micros())).execute(conn))
            .map_err(failed())?;
            let is_newcomer = matches!(looked, Looked::Mail(ready) if ready.subject.is_none());
            if first == 1 && !is_newcomer {
                on!(db, conn => diesel::update(row())
                    .set(sign_ins::address.eq(None::<Vec<u8>>)).execute(conn))
                .map_err(failed())?;
            }
            let Looked::Mail(ready) = looked else {
                return Ok(first == 1);
            };
            if first == 0 {
                return Ok(false);
            }
            let sealed = sealed(&mut ReadTx { db, keys }, ready, entropy)?;
            let mail = mail_row(&ready.mail, ready.subject, sealed, now);
            let code = keys.code_hash(&browser.0, &ready.code).to_vec();
            let known = (
                sign_ins::subject_id.eq(ready.subject.map(|known| known.as_bytes().to_vec())),
                sign_ins::token.eq(ready.token.0.to_vec()),
                sign_ins::code.eq(code),
            );
            on!(db, conn => diesel::update(row()).set(known).execute(conn)).map_err(failed())?;
            on!(db, conn => diesel::insert_into(mails::table).values(&mail).execute(conn))
                .map_err(failed())?;
            Ok(true)
        })
    }

    /// Looks at a code that was typed in the asking browser. Each try is counted before it is looked at.
    /// Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn try_sign_in_code(
        &self,
        _grant: &Grant<Serve>,
        asked: &OpenSignIn,
        code: &Code,
        now: Now,
    ) -> Result<Tried, StoreError> {
        let given = self.keys().code_hash(&asked.browser.0, code);
        let failed = || StoreError::failed("counting a try");
        self.outside_the_ledger(|db| {
            let row = || sign_ins::table.find(asked.browser.0.to_vec());
            let counted =
                on!(db, conn => diesel::update(row().filter(sign_ins::attempts.lt(TRIES)))
                .set(sign_ins::attempts.eq(sign_ins::attempts + 1)).execute(conn))
                .map_err(failed())?;
            let tries: Option<i64> = on!(db, conn => sign_ins::table
                .filter(sign_ins::contact.eq(asked.contact.0.to_vec()))
                .filter(sign_ins::created_at.gt((now.utc() - COUNTED).timestamp_micros()))
                .select(sum(sign_ins::attempts)).first(conn))
            .map_err(failed())?;
            if counted == 0 || tries.unwrap_or(0) > WRONG_CODES {
                return Ok(Tried::TooMany);
            }
            let kept: Option<Vec<u8>> =
                on!(db, conn => row().select(sign_ins::code).first(conn)).map_err(failed())?;
            let right = kept.is_some_and(|kept| same(&kept, &given));
            Ok(if right { Tried::Right } else { Tried::Wrong })
        })
    }

    /// Lets a session last on, since it was used. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn session_used(
        &self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
        session: &CustomerSession,
        now: Now,
    ) -> Result<(), StoreError> {
        if session.seen_at + LATELY > now.utc() {
            return Ok(());
        }
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::update(customer_sessions::table.find(hash.0.to_vec()))
                .set(customer_sessions::seen_at.eq(now.micros())).execute(conn))
            .map_err(StoreError::failed("keeping a session"))
        })?;
        Ok(())
    }

    /// Closes a customer's session at their wish. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn close_customer_session(
        &self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
    ) -> Result<(), StoreError> {
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(customer_sessions::table.find(hash.0.to_vec()))
                .execute(conn))
            .map_err(StoreError::failed("closing a session"))
        })?;
        Ok(())
    }

    /// Forgets wishes and sessions that are over. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn tidy_sign_ins(&self, _grant: &Grant<Serve>, now: Now) -> Result<(), StoreError> {
        let old = (now.utc() - COUNTED).timestamp_micros();
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(sign_ins::table
                .filter(sign_ins::created_at.lt(old))).execute(conn))
            .and_then(|_| {
                on!(db, conn => diesel::update(sign_ins::table
                    .filter(sign_ins::expires_at.lt(now.micros())).filter(sign_ins::address.is_not_null()))
                    .set(sign_ins::address.eq(None::<Vec<u8>>)).execute(conn))
            })
            .and_then(|_| {
                on!(db, conn => diesel::delete(customer_sessions::table
                    .filter(customer_sessions::expires_at.lt(now.micros()))).execute(conn))
            })
            .map_err(StoreError::failed("tidying sign-ins"))
        })?;
        Ok(())
    }
}

/// The letter, under the key of whom it goes to.
fn sealed(
    tx: &mut ReadTx<'_>,
    ready: &Ready,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    let Some(subject) = ready.subject else {
        let (letter, id) = (ready.mail.letter.reveal(), ready.mail.id.as_bytes());
        return Ok(tx.keys.seal_address(letter, id, entropy)?);
    };
    let owner = tx.subject_row(subject)?;
    let owner = owner.ok_or(StoreError::damaged("a data subject"))?;
    let (key, mail) = (tx.subject_key(&owner)?, &ready.mail);
    Ok(key.seal(mail.letter.reveal(), mail.id.as_bytes(), entropy)?)
}

impl WriteTx<'_> {
    /// Opens the session of a customer whose link or code was right; `None` where the wish was used
    /// already, or its time has passed. Of two at once one gets in. The write must be alone in its
    /// transaction.
    ///
    /// # Errors
    /// Where the person is not loaded or the database fails.
    pub fn open_customer_session(
        &mut self,
        grant: &Grant<OwnFile>,
        asked: &OpenSignIn,
        session: &NewSession,
    ) -> Result<Option<Entry>, StoreError> {
        let now = self.now.micros();
        let unused = sign_ins::table
            .find(asked.browser.0.to_vec())
            .filter(sign_ins::used_at.is_null())
            .filter(sign_ins::expires_at.gt(now));
        let used = self.read("signing in", |db| {
            on!(db, conn => diesel::update(unused).set(sign_ins::used_at.eq(now)).execute(conn))
        })?;
        let subject = grant.customer().and_then(|id| self.resolve(id));
        let Some(subject) = subject.filter(|_| used == 1) else {
            return Ok(None);
        };
        let entry = self.append(grant, subject, SubjectEvent::SignedIn(None), None)?;
        self.with_session(subject, session);
        Ok(Some(entry))
    }

    /// Lets in whom a brand's own login has named (or no brand's: who read a mail and joins by their first
    /// answer), and opens a session where one is wanted; `None` where the assertion was used before. Of two at once, on whichever nodes, one gets in. The write must be alone in
    /// its transaction.
    ///
    /// # Errors
    /// Where the person is not loaded or the database fails.
    pub fn enter_by_assertion(
        &mut self,
        grant: &Grant<OwnFile>,
        brand: Option<&Slug>,
        spend: Spend,
        session: Option<&NewSession>,
    ) -> Result<Option<Entry>, StoreError> {
        let now = self.now;
        let first = self.read("using an assertion", |db| spent(db, &spend, now))?;
        let subject = grant.customer().and_then(|id| self.resolve(id));
        let Some(subject) = subject.filter(|_| first == 1) else {
            return Ok(None);
        };
        let event = SubjectEvent::SignedIn(brand.cloned());
        let entry = self.append(grant, subject, event, None)?;
        if let Some(session) = session {
            self.with_session(subject, session);
        }
        Ok(Some(entry))
    }

    fn with_session(&mut self, subject: SubjectId, session: &NewSession) {
        self.beside_last(Extra::CustomerSession(CustomerSessionRow {
            hash: session.hash.0.to_vec(),
            subject_id: subject.as_bytes().to_vec(),
            contact: session.contact.0.to_vec(),
            csrf: session.csrf.clone(),
            seen_at: self.now.micros(),
            expires_at: session.until.timestamp_micros(),
            controller: session.via.named(),
            place: session.via.place.clone(),
            draft: None,
        }));
    }
}

impl WriteTx<'_> {
    /// Uses what the provider of staff said; `false` where it was used before. It must be alone in its transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn spend(&mut self, _grant: &Grant<Serve>, spend: &Spend) -> Result<bool, StoreError> {
        let now = self.now;
        let first = self.read("using a token", |db| spent(db, spend, now))?;
        Ok(first == 1)
    }
}

/// Remembers that an assertion was used; 0 where it was before.
fn spent(db: &mut Db, spend: &Spend, now: Now) -> QueryResult<usize> {
    let row = (
        spent_assertions::hash.eq(spend.hash.to_vec()),
        spent_assertions::expires_at.eq(spend.expires_at.timestamp_micros()),
    );
    let over = spent_assertions::table.filter(spent_assertions::expires_at.lt(now.micros()));
    on!(db, conn => diesel::delete(over).execute(conn))?;
    on!(db, conn => diesel::insert_into(spent_assertions::table).values(&row)
        .on_conflict_do_nothing().execute(conn))
}

impl Store {
    /// Uses a client's assertion; `false` where it was used before. Of two at once, on whichever nodes, one is
    /// the first. That a token was asked for is no entry: what is done with it is.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn spend(
        &self,
        _grant: &Grant<Serve>,
        spend: &Spend,
        now: Now,
    ) -> Result<bool, StoreError> {
        let first = self.outside_the_ledger(|db| {
            spent(db, spend, now).map_err(StoreError::failed("using an assertion"))
        })?;
        Ok(first == 1)
    }
}

impl ReadTx<'_> {
    /// Wishes that nobody has looked at, the oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn asked_sign_ins(
        &mut self,
        _grant: &Grant<Serve>,
        now: Now,
    ) -> Result<Vec<AskedSignIn>, StoreError> {
        let rows: Vec<SignInRow> = on!(self.db, conn => sign_ins::table
            .filter(sign_ins::looked_at.is_null())
            .filter(sign_ins::expires_at.gt(now.micros()))
            .order(sign_ins::created_at).limit(AT_A_TIME).load(conn))
        .map_err(StoreError::failed("looking for sign-ins"))?;
        let asked = |row: SignInRow| {
            let found = open(&row)?;
            Some(AskedSignIn {
                browser: found.browser,
                contact: found.contact,
                expires_at: found.expires_at,
                language: row.language,
                via: found.via,
                host: row.host,
                address: row.address,
            })
        };
        Ok(rows.into_iter().filter_map(asked).collect())
    }

    /// How many mails went to an address within the hour to sign in, and when the last.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn sign_in_mails(
        &mut self,
        _grant: &Grant<Serve>,
        contact: Blind,
        now: Now,
    ) -> Result<(u64, Option<DateTime<Utc>>), StoreError> {
        let (count, last): (i64, Option<i64>) = on!(self.db, conn => sign_ins::table
            .filter(sign_ins::contact.eq(contact.0.to_vec()))
            .filter(sign_ins::created_at.gt((now.utc() - COUNTED).timestamp_micros()))
            .filter(sign_ins::token.is_not_null())
            .select((diesel::dsl::count_star(), diesel::dsl::max(sign_ins::looked_at)))
            .first(conn))
        .map_err(StoreError::failed("counting mails"))?;
        Ok((unsigned(count), last.map(from_micros)))
    }

    /// The wish of a browser.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn sign_in(
        &mut self,
        _grant: &Grant<Serve>,
        browser: TokenHash,
    ) -> Result<Option<OpenSignIn>, StoreError> {
        let row: Option<SignInRow> = on!(self.db, conn => sign_ins::table
            .find(browser.0.to_vec()).first(conn).optional())
        .map_err(StoreError::failed("finding a sign-in"))?;
        Ok(row.as_ref().and_then(open))
    }

    /// The wish behind a link.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn sign_in_by_link(
        &mut self,
        _grant: &Grant<Serve>,
        token: TokenHash,
    ) -> Result<Option<OpenSignIn>, StoreError> {
        let row: Option<SignInRow> = on!(self.db, conn => sign_ins::table
            .filter(sign_ins::token.eq(token.0.to_vec())).first(conn).optional())
        .map_err(StoreError::failed("finding a sign-in"))?;
        Ok(row.as_ref().and_then(open))
    }

    /// The session behind a customer's cookie, while it is open.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn customer_session(
        &mut self,
        _grant: &Grant<Serve>,
        hash: TokenHash,
        now: Now,
    ) -> Result<Option<CustomerSession>, StoreError> {
        let found: Option<CustomerSessionRow> = on!(self.db, conn => customer_sessions::table
            .filter(customer_sessions::hash.eq(hash.0.to_vec()))
            .filter(customer_sessions::expires_at.gt(now.micros()))
            .filter(customer_sessions::seen_at.gt((now.utc() - IDLE).timestamp_micros()))
            .first(conn).optional())
        .map_err(StoreError::failed("finding a session"))?;
        let Some(row) = found else { return Ok(None) };
        let ids = SubjectId::from_slice(&row.subject_id).zip(Blind::from_slice(&row.contact));
        let (subject, contact) = ids.ok_or(StoreError::damaged("a session"))?;
        let seen_at = from_micros(row.seen_at);
        Ok(self.resolve(subject)?.map(|subject| CustomerSession {
            subject,
            contact,
            via: Via::of(row.controller.as_deref(), row.place),
            csrf: row.csrf,
            until: from_micros(row.expires_at),
            seen_at,
        }))
    }
}
