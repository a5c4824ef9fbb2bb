//! An agent in a shop or on the telephone finds the customer by an exact contact point, and takes down
//! what they answer. What may be said, and what undoes it, is as on the customer's own page.

mod slip;

use super::choices::OwnChoicesView;
use super::choose::{Changes, Wishes, none_if_so_already, write};
use super::contact::{self, Named};
use super::open::App;
use super::record::person;
use super::refusal::Refusal;
use crate::access::{Grant, ServeCustomers};
use crate::domain::event::View;
use crate::domain::registry::IdentifierKind;
use crate::domain::time::Now;
use crate::store::{Committed, Contact, Order};
use serde::{Deserialize, Serialize};

/// A customer whom an agent found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Their choices.
    pub choices: OwnChoicesView,
    /// Their other contact points.
    pub others: Vec<Contact>,
}

/// What an agent takes down.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Who answered, by the contact point that found them.
    pub named: Named,
    /// What they answered.
    pub wishes: Wishes,
    /// The address of theirs that the receipt goes to.
    pub receipt_to: Option<Contact>,
    /// The address of theirs at which they confirm a yes that has to be.
    pub confirm_at: Option<Contact>,
}

/// What was taken down.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Served {
    /// What changed by it.
    pub changes: Changes,
    /// Whether a receipt is on its way by mail.
    pub mailed: bool,
}

impl Found {
    /// The e-mail addresses of the customer, that by which they were found the first.
    pub fn addresses<'a>(&'a self, named: &'a Named) -> impl Iterator<Item = &'a Contact> {
        let all = named.contacts.iter().chain(&self.others);
        all.filter(|one| one.identifier.kind() == IdentifierKind::Email)
    }
}

impl App {
    /// The choices of the customer with this contact point; what is on offer, with nothing answered,
    /// where the registry knows nobody by it. A find leaves an entry, and nobody is made by it. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read, or the view cannot be recorded.
    pub fn find_customer(
        &self,
        grant: &Grant<ServeCustomers>,
        contact: &Contact,
    ) -> Result<Found, Refusal> {
        let found = self.store.read(|tx| tx.find(grant, &[contact.blind]))?;
        if let Some(subject) = found {
            self.view(grant, subject, View::Choices, None)?;
        }
        let mut choices = self.store.read(|tx| self.choices_of(tx, grant, found))?;
        choices.purposes.retain(|one| grant.is_for(&one.purpose));
        choices.contact = found.map(|_| contact.identifier.clone());
        let others = self.other_contacts(grant, contact)?;
        Ok(Found { choices, others })
    }

    fn other_contacts(
        &self,
        grant: &Grant<ServeCustomers>,
        contact: &Contact,
    ) -> Result<Vec<Contact>, Refusal> {
        let held = self.store.read(|tx| {
            let found = tx.find(grant, &[contact.blind])?;
            found.map_or(Ok(Vec::new()), |subject| tx.identifiers(grant, subject))
        })?;
        let others = held.into_iter().filter(|held| held.blind != contact.blind);
        let mut others: Vec<Contact> = others
            .map(|held| contact::contact(self.keys(), held.identifier))
            .collect();
        others.sort_by_key(|other| other.identifier.kind().as_str());
        Ok(others)
    }

    /// Writes down what a customer answered an agent, in one transaction, with the mail of their receipt;
    /// `None` where everything was so already. Who is not known yet is from here on.
    ///
    /// # Errors
    /// As [`App::choose`].
    pub async fn serve_customer(
        &self,
        grant: &Grant<ServeCustomers>,
        taken: Taken,
        now: Now,
    ) -> Result<Option<Committed<Served>>, Refusal> {
        let Taken {
            named,
            wishes,
            receipt_to: to,
            confirm_at,
        } = taken;
        let confirming = confirm_at.as_ref().map(|to| to.blind);
        let post = self.answer_post(confirm_at);
        let blinds = named.blinds().into_iter();
        let order = Order {
            blinds: blinds
                .chain(to.as_ref().map(|to| to.blind))
                .chain(confirming)
                .collect(),
            ..Order::at(now)
        };
        let (actor, base) = (grant.clone(), self.public_url().to_owned());
        let outcome = self
            .store
            .write(grant, order, move |tx| {
                let subject = person(tx, &actor, "", &named)?;
                let written = write(tx, &actor, subject, (&wishes, &post))?;
                let slip = slip::Slip {
                    subject,
                    wishes: &wishes,
                    changes: written.value(),
                    base: &base,
                };
                let mailed = match &to {
                    Some(to) => slip.send(tx, &actor, to)?,
                    None => false,
                };
                Ok(written.map(|changes| Served { changes, mailed }))
            })
            .await;
        none_if_so_already(outcome)
    }
}
