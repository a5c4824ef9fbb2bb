//! An agent in a shop or on the telephone finds the customer by an exact contact point, and takes down
//! what they answer. What may be said, and what undoes it, is as on the customer's own page.

use super::choices::OwnChoicesView;
use super::choose::{Changes, Wishes, none_if_so_already, write};
use super::contact::Named;
use super::open::App;
use super::record::person;
use super::refusal::Refusal;
use crate::access::{Grant, ServeCustomers};
use crate::domain::event::View;
use crate::domain::time::Now;
use crate::store::{Committed, Contact, Order};

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
    ) -> Result<OwnChoicesView, Refusal> {
        let found = self.store.read(|tx| tx.find(grant, &[contact.blind]))?;
        if let Some(subject) = found {
            self.view(grant, subject, View::Choices, None)?;
        }
        let mut view = self.store.read(|tx| self.choices_of(tx, grant, found))?;
        view.contact = found.map(|_| contact.identifier.clone());
        Ok(view)
    }

    /// Writes down what a customer answered an agent, in one transaction; `None` where everything
    /// was so already. Who is not known yet is from here on.
    ///
    /// # Errors
    /// As [`App::choose`].
    pub async fn serve_customer(
        &self,
        grant: &Grant<ServeCustomers>,
        named: Named,
        wishes: Wishes,
        now: Now,
    ) -> Result<Option<Committed<Changes>>, Refusal> {
        let order = Order {
            blinds: named.blinds(),
            ..Order::at(now)
        };
        let actor = grant.clone();
        let outcome = self
            .store
            .write(grant, order, move |tx| {
                let subject = person(tx, &actor, "", &named)?;
                write(tx, &actor, subject, &wishes)
            })
            .await;
        none_if_so_already(outcome)
    }
}
