//! Asks for confirmations: one mail to each person for all that one request asks of them.

use crate::access::Grant;
use crate::access::code::Code;
use crate::access::token::{PlainToken, TokenKind};
use crate::app::brand::{Sender, base_of};
use crate::app::mail::{Content, Item, Letter};
use crate::app::record::Consent;
use crate::app::refusal::Refusal;
use crate::domain::ids::{RecordId, SubjectId};
use crate::domain::registry::{Confirming, IdentifierKind, Language, confirming};
use crate::store::{Asked, Contact, NewConfirmation, Pending, Records, WriteTx};
use chrono::TimeDelta;

/// A mail that went out this lately stands for a repeated request as well: whoever sends a form a
/// thousand times causes one mail.
const STANDS: TimeDelta = TimeDelta::minutes(15);

/// A consent that was just written down as asked for.
pub struct Wanted<'a> {
    /// Whose.
    pub subject: SubjectId,
    /// The address of theirs that the mail goes to.
    pub to: &'a Contact,
    /// What was asked.
    pub consent: &'a Consent,
    /// The record that says so.
    pub record: RecordId,
}

/// Writes to everybody who has something to confirm, in the transaction that wrote it down.
pub fn ask<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    wanted: &[Wanted<'_>],
    base: &str,
) -> Result<(), Refusal> {
    let mut done: Vec<SubjectId> = Vec::new();
    for one in wanted {
        if done.contains(&one.subject) {
            continue;
        }
        done.push(one.subject);
        let own: Vec<&Wanted<'_>> = wanted
            .iter()
            .filter(|other| other.subject == one.subject)
            .collect();
        ask_one(tx, grant, &own, base)?;
    }
    Ok(())
}

fn ask_one<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    wanted: &[&Wanted<'_>],
    base: &str,
) -> Result<(), Refusal> {
    let Some(first) = wanted.first() else {
        return Ok(());
    };
    let contact = first.to;
    // who must never be contacted again gets no mail, whoever typed their address; nobody is told
    let mut filed = vec![contact.blind];
    filed.extend(contact.coarse);
    if tx.is_suppressed(grant, &filed)? {
        return Ok(());
    }
    let items: Vec<Asked> = wanted.iter().map(|one| asked(one)).collect();
    let at = tx.now().utc();
    for earlier in tx.open_confirmations(grant, first.subject)? {
        let same = earlier.contact == contact.blind && same_wishes(&earlier.items, &items);
        if same && earlier.created_at + STANDS > at && still_opens(tx, grant, &earlier)? {
            return Ok(());
        }
        if earlier.items.iter().any(|item| meets(item, &items)) {
            tx.replace_confirmation(grant, earlier.hash);
        }
    }
    let token = PlainToken::new(TokenKind::Confirmation, tx.entropy())?;
    let code = Code::new(tx.entropy())?;
    let expires_at = at + super::VALID;
    let new = NewConfirmation {
        subject: first.subject,
        contact: contact.blind,
        items: &items,
        hash: token.hash(),
        code: &code,
        expires_at,
    };
    tx.ask_confirmation(grant, &new)?;
    let language = language(tx, first.consent);
    let controller = tx.catalogue().controllers.get(&first.consent.controller);
    let sender = Sender::of(controller, language);
    let base = base_of(base, controller);
    let letter = Letter {
        to: contact.identifier.reveal().to_owned(),
        language: language.as_str().to_owned(),
        brand: sender.name,
        foot: sender.foot,
        content: Content::Confirm {
            link: format!("{base}/o/{}", token.reveal()),
            code: code.reveal().to_owned(),
            items: wanted
                .iter()
                .map(|one| {
                    let asked = one.consent;
                    let purpose = asked.purpose.as_str();
                    Item::of(tx.catalogue(), purpose, asked.channel, language)
                })
                .collect(),
            until: expires_at,
        },
    };
    let mail = letter.posted(expires_at, tx.now(), tx.entropy())?;
    Ok(tx.mail(grant, first.subject, &mail)?)
}

/// Whether an earlier mail still confirms all that it asks: after a no it does not, and whoever asks again
/// needs another.
fn still_opens<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    earlier: &Pending,
) -> Result<bool, Refusal> {
    let Some(subject) = tx.resolve(earlier.subject) else {
        return Ok(false);
    };
    for item in &earlier.items {
        let Some((_, request)) = tx.request(grant, subject, item.record)? else {
            return Ok(false);
        };
        let held = tx.state(subject, &item.purpose, item.channel);
        if confirming(held, &tx.standing(subject), &request) != Confirming::Confirms {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The address to which a confirmation goes, of those by which somebody is named.
pub(in crate::app) fn mail_address(contacts: &[Contact]) -> Option<&Contact> {
    let is_mail = |contact: &&Contact| contact.identifier.kind() == IdentifierKind::Email;
    contacts.iter().find(is_mail)
}

fn asked(one: &Wanted<'_>) -> Asked {
    Asked {
        purpose: one.consent.purpose.clone(),
        channel: one.consent.channel,
        notice: one.consent.notice.clone(),
        record: one.record,
    }
}

/// Whether two lists ask the same, whatever records asked.
fn same_wishes(a: &[Asked], b: &[Asked]) -> bool {
    let words = |item: &Asked| (item.purpose.clone(), item.channel, item.notice.clone());
    let sorted = |items: &[Asked]| {
        let mut all: Vec<_> = items.iter().map(words).collect();
        all.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        all
    };
    sorted(a) == sorted(b)
}

fn meets(item: &Asked, others: &[Asked]) -> bool {
    let same = |other: &Asked| other.purpose == item.purpose && other.channel == item.channel;
    others.iter().any(same)
}

/// The language that the person was shown, else one that the purpose has.
fn language(tx: &WriteTx<'_>, consent: &Consent) -> Language {
    let purpose = tx.catalogue().purpose(consent.purpose.as_str());
    let spoken = || Some(purpose?.title.in_or_else(Language::EN)?.0);
    consent.language.or_else(spoken).unwrap_or(Language::EN)
}
