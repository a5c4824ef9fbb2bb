//! A link to a person's own choices, for a message.

use super::contact::Named;
use super::open::App;
use super::record::person;
use super::refusal::Refusal;
use crate::access::token::{PlainToken, TokenKind};
use crate::access::{Grant, IssueLinks};
use crate::domain::registry::{Controller, Slug};
use crate::domain::signals::list_unsubscribe::POST_VALUE;
use crate::domain::time::Now;
use crate::store::{Link, LinkPower, Order, Via};
use chrono::{DateTime, Months, Utc};

/// How long a link in a message works: longer than a year, so that an old message still lets go.
pub const VALID: Months = Months::new(13);

/// A link that was just made. It is shown once and kept nowhere.
pub struct IssuedLink {
    /// The address of the form.
    pub url: String,
    /// The address that stops everything (RFC 8058).
    pub stop_url: String,
    /// The same for a message's header: it stops, and opens nothing else.
    pub header_url: String,
    /// Until when they work.
    pub expires_at: DateTime<Utc>,
}

impl IssuedLink {
    /// The header lines by which a message offers one-click unsubscribe (RFC 8058): name and value.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, String); 2] {
        [
            ("List-Unsubscribe", format!("<{}>", self.header_url)),
            ("List-Unsubscribe-Post", POST_VALUE.to_owned()),
        ]
    }
}

impl App {
    /// Issues a link for the first contact point that the request names, in the name of a brand. It changes no
    /// choice.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn issue_link(
        &self,
        grant: &Grant<IssueLinks>,
        named: Named,
        brand: Option<Slug>,
        now: Now,
    ) -> Result<IssuedLink, Refusal> {
        let controller = self.named_brand(brand.as_ref())?;
        let token = PlainToken::new(TokenKind::Link, self.entropy())?;
        let header = PlainToken::new(TokenKind::OneClick, self.entropy())?;
        let contact = *named
            .blinds()
            .first()
            .ok_or(Refusal::NotFound("a contact point"))?;
        let expires_at = now.utc().checked_add_months(VALID).unwrap_or(now.utc());
        let order = Order {
            blinds: named.blinds(),
            ..Order::at(now)
        };
        let actor = grant.clone();
        let hashes = [
            (LinkPower::Choices, token.hash()),
            (LinkPower::Stop, header.hash()),
        ];
        self.store
            .write(grant, order, move |tx| {
                let subject = person(tx, &actor, "", &named)?;
                let links = hashes.map(|(power, hash)| {
                    let link = Link {
                        subject,
                        contact,
                        power,
                        via: Via {
                            controller: brand.clone(),
                            place: None,
                        },
                        framed: false,
                    };
                    (link, hash)
                });
                Ok::<_, Refusal>(tx.issue_links(&actor, links, expires_at)?.with(()))
            })
            .await?;
        let base = self.base_of(controller.as_ref());
        Ok(IssuedLink {
            url: format!("{base}/c/{}", token.reveal()),
            stop_url: format!("{base}/u/{}", token.reveal()),
            header_url: format!("{base}/u/{}", header.reveal()),
            expires_at,
        })
    }

    fn named_brand(&self, brand: Option<&Slug>) -> Result<Option<Controller>, Refusal> {
        let Some(id) = brand else {
            return Ok(None);
        };
        let view = self.index().view();
        let found = view.catalogue().controllers.get(id).cloned();
        let unknown = "no such controller; leave it out, or publish it first";
        found
            .map(Some)
            .ok_or_else(|| Refusal::field("/brand", "controller_unknown", unknown))
    }
}
