//! The receipt of what an agent took down, as a mail.

use crate::access::{Grant, ServeCustomers};
use crate::app::brand::Sender;
use crate::app::choose::{Changed, Changes, Wishes};
use crate::app::mail::{Agreed, Content, Item, Letter, ReceiptItem};
use crate::app::refusal::Refusal;
use crate::domain::ids::SubjectId;
use crate::domain::registry::{Answer, Catalogue, Language};
use crate::store::{Contact, WriteTx};
use chrono::TimeDelta;

/// After so long a receipt that could not go out is of no more use.
const USEFUL: TimeDelta = TimeDelta::days(7);

/// What is on it.
pub struct Slip<'a> {
    /// Whose.
    pub subject: SubjectId,
    /// What was asked for: where, and in which language.
    pub wishes: &'a Wishes,
    /// What changed.
    pub changes: &'a Changes,
    /// The service's own address.
    pub base: &'a str,
}

impl Slip<'_> {
    /// Puts it into the queue, in the transaction of the answers; whether it did. Who must never be
    /// contacted again gets none, and an address that is no longer theirs neither.
    pub fn send(
        &self,
        tx: &mut WriteTx<'_>,
        grant: &Grant<ServeCustomers>,
        to: &Contact,
    ) -> Result<bool, Refusal> {
        let mut filed = vec![to.blind];
        filed.extend(to.coarse);
        let theirs = tx.find(std::slice::from_ref(to)).contains(&self.subject);
        if !theirs || self.changes.answers.is_empty() || tx.is_suppressed(grant, &filed)? {
            return Ok(false);
        }
        let letter = self.letter(tx, to);
        let expires_at = tx.now().utc() + USEFUL;
        let mail = letter.posted(expires_at, tx.now(), tx.entropy())?;
        tx.mail(grant, self.subject, &mail)?;
        Ok(true)
    }

    fn letter(&self, tx: &WriteTx<'_>, to: &Contact) -> Letter {
        let (catalogue, language) = (tx.catalogue(), self.wishes.language);
        let first = self.changes.answers.first();
        let purpose = first.and_then(|change| catalogue.purpose(&change.purpose));
        let answers = self.changes.answers.iter();
        let controller = purpose.and_then(|purpose| catalogue.controllers.get(&purpose.controller));
        let sender = Sender::of(controller, language);
        Letter {
            to: to.identifier.reveal().to_owned(),
            language: language.as_str().to_owned(),
            brand: sender.name,
            foot: sender.foot,
            content: Content::Receipt {
                link: format!("{}/sign-in", self.base),
                at: tx.now().utc(),
                source: self.wishes.source.kind.as_str().to_owned(),
                place: self.wishes.source.id.clone(),
                items: answers
                    .map(|change| item(catalogue, change, language))
                    .collect(),
            },
        }
    }
}

fn item(catalogue: &Catalogue, change: &Changed, language: Language) -> ReceiptItem {
    let purpose = catalogue.purpose(&change.purpose);
    let notice = purpose.and_then(|purpose| catalogue.latest_notice(&purpose.id));
    let agreed = notice.filter(|_| change.after == Answer::Given);
    ReceiptItem {
        item: Item::of(catalogue, &change.purpose, change.channel, language),
        yes: change.after == Answer::Given,
        agreed: agreed.and_then(|notice| {
            let (found, text) = notice.text.in_or_else(language)?;
            Some(Agreed {
                text: text.to_owned(),
                lang: (found != language).then(|| found.as_str().to_owned()),
                reference: notice.reference().to_string(),
            })
        }),
        record: change.record.to_string(),
    }
}
