//! A customer's own choices, as the form shows them.

use super::contact;
use super::open::App;
use super::refusal::Refusal;
use crate::access::token::TokenHash;
use crate::access::{Grant, Own, OwnChoices, Principal, StopOwn, authorize};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::registry::{
    Catalogue, Cell, Channel, ConsentState, Identifier, IdentifierKind, Notice, PaceState, Paced,
    Purpose, Slug, SourceKind, Standing,
};
use crate::domain::time::Now;
use crate::store::{Contact, Link, LinkPower, ReadTx, Reads, StoreError, Via};

/// One purpose with its rows.
#[derive(Debug, Clone)]
pub struct PurposeChoices {
    /// The purpose.
    pub purpose: Purpose,
    /// The words to show, where the person has a choice.
    pub notice: Option<Notice>,
    /// One row a channel: the state, and whether it covers the latest words.
    pub rows: Vec<(Channel, Option<ConsentState>, bool)>,
    /// The pauses and bounds that the person asked for, by channel.
    pub paces: Vec<(Channel, PaceState)>,
    /// Where answers were taken down, by channel, where that place has a name.
    pub places: Vec<(Channel, String)>,
}

impl PurposeChoices {
    /// Where the answer of a channel was taken down.
    #[must_use]
    pub fn place(&self, channel: Channel) -> Option<&str> {
        let mut places = self.places.iter();
        places
            .find(|one| one.0 == channel)
            .map(|(_, place)| place.as_str())
    }

    /// The pause and the bound of a channel.
    #[must_use]
    pub fn pace(&self, channel: Channel) -> Option<&PaceState> {
        let mut paces = self.paces.iter();
        paces.find(|one| one.0 == channel).map(|(_, state)| state)
    }
}

/// All that the form shows.
#[derive(Debug, Clone)]
pub struct OwnChoicesView {
    /// The contact point that the link was sent to.
    pub contact: Option<Identifier>,
    /// Every purpose in force.
    pub purposes: Vec<PurposeChoices>,
    /// Objections and restriction.
    pub standing: Standing,
    /// The latest entry about this person's choices: what the page was made on.
    pub seen: Position,
    /// What is in force.
    pub catalogue: Catalogue,
    /// By which way the person came.
    pub via: Via,
    /// Whether the sites of the brand they came by may frame their page.
    pub framed: bool,
}

impl App {
    /// The person behind a link, and the permission to see and change their choices; `None`
    /// where the link is unknown, has expired or only stops.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn enter(
        &self,
        token: &str,
        now: Now,
    ) -> Result<Option<(Grant<OwnChoices>, Link)>, Refusal> {
        let found = self.link(token, now)?;
        let Some(link) = found.filter(|link| link.power == LinkPower::Choices) else {
            return Ok(None);
        };
        let grant = authorize::<OwnChoices>(&Principal::Customer(link.subject))?;
        Ok(Some((grant, link)))
    }

    /// The person behind a link of either kind, and the permission to stop everything for them.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn enter_to_stop(
        &self,
        token: &str,
        now: Now,
    ) -> Result<Option<(Grant<StopOwn>, Link)>, Refusal> {
        let Some(link) = self.link(token, now)? else {
            return Ok(None);
        };
        let principal = match link.power {
            LinkPower::Choices => Principal::Customer(link.subject),
            LinkPower::Stop => Principal::OneClick(link.subject),
        };
        Ok(Some((authorize::<StopOwn>(&principal)?, link)))
    }

    fn link(&self, token: &str, now: Now) -> Result<Option<Link>, Refusal> {
        let hash = TokenHash::of(token);
        let found = self.store.read(|tx| tx.link(&self.serve, hash, now))?;
        Ok(found.map(|(link, _)| link))
    }

    /// The choices of the person behind a link.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_choices<P: Own + Reads>(
        &self,
        grant: &Grant<P>,
        link: Link,
    ) -> Result<OwnChoicesView, Refusal> {
        let own = grant
            .customer()
            .ok_or(Refusal::NotFound("a person for this link"))?;
        self.store.read(|tx| {
            let subject = tx
                .subject(grant, own)?
                .ok_or(Refusal::NotFound("a person for this link"))?;
            let identifiers = tx.identifiers(grant, subject)?;
            let mut view = self.choices_of(tx, grant, Some(subject))?;
            let contact = identifiers
                .into_iter()
                .find(|held| held.blind == link.contact);
            view.contact = contact.map(|held| held.identifier);
            (view.via, view.framed) = (link.via, link.framed);
            Ok(view)
        })
    }

    /// The address at which the person behind a link confirms a yes that has to be: that of the link, else
    /// another of theirs. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn confirms_at<P: Own + Reads>(
        &self,
        grant: &Grant<P>,
        link: &Link,
    ) -> Result<Option<Contact>, Refusal> {
        let mut held = self.store.read(|tx| tx.identifiers(grant, link.subject))?;
        held.sort_by_key(|held| (held.blind != link.contact, held.blind));
        let mut mails = held
            .into_iter()
            .filter(|held| held.identifier.kind() == IdentifierKind::Email);
        let first = mails.next();
        Ok(first.map(|held| contact::contact(self.keys(), held.identifier)))
    }

    /// What is on offer, and how it stands for a person; `None` for whom the registry does not know.
    pub(super) fn choices_of<P: Reads>(
        &self,
        tx: &mut ReadTx<'_>,
        grant: &Grant<P>,
        subject: Option<SubjectId>,
    ) -> Result<OwnChoicesView, Refusal> {
        let catalogue = tx.catalogue(&self.serve)?;
        let known = subject
            .map(|subject| tx.choices(grant, subject))
            .transpose()?;
        let (cells, standing) = known.unwrap_or_default();
        let paces = subject
            .map(|subject| tx.paces(grant, subject))
            .transpose()?;
        let paces = paces.unwrap_or_default();
        let places = places(tx, grant, &cells, &catalogue)?;
        let answers = cells.iter().map(|cell| cell.state.position);
        let positions = answers.chain(paces.iter().map(|paced| paced.state.position));
        let seen = positions.map(|position| position + 1).max();
        let state = |purpose: &Purpose, channel: Channel| {
            let mut cells = cells.iter();
            let cell = cells.find(|cell| cell.purpose == purpose.id && cell.channel == channel);
            cell.map(|cell| cell.state.clone())
        };
        let purposes = catalogue.purposes.values();
        Ok(OwnChoicesView {
            contact: None,
            purposes: purposes
                .map(|purpose| offered(&catalogue, purpose, &state, &paces, &places))
                .collect(),
            standing,
            seen: seen.unwrap_or(0),
            catalogue,
            via: Via::default(),
            framed: false,
        })
    }
}

/// Where each yes that did not come from the person's own page was taken down: the record that it rests on
/// tells, and the catalogue names the place.
fn places<P: Reads>(
    tx: &mut ReadTx<'_>,
    grant: &Grant<P>,
    cells: &[Cell],
    catalogue: &Catalogue,
) -> Result<Vec<(Slug, Channel, String)>, StoreError> {
    let mut places = Vec::new();
    let elsewhere =
        |cell: &&Cell| cell.state.status.is_yes() && cell.state.source != SourceKind::WebForm;
    for cell in cells.iter().filter(elsewhere) {
        let (record, position) = (cell.state.record, cell.state.position);
        let entry = tx.event(grant, record, position)?;
        let source = entry.as_ref().map(|entry| entry.payload.reveal());
        let id = source.and_then(|payload| payload.get("source")?.get("id")?.as_str());
        if let Some(name) = id.and_then(|id| catalogue.place(id)) {
            places.push((cell.purpose.clone(), cell.channel, name.to_owned()));
        }
    }
    Ok(places)
}

fn offered(
    catalogue: &Catalogue,
    purpose: &Purpose,
    state: &impl Fn(&Purpose, Channel) -> Option<ConsentState>,
    paces: &[Paced],
    places: &[(Slug, Channel, String)],
) -> PurposeChoices {
    let row = |channel: &Channel| {
        let state = state(purpose, *channel);
        let covered = state
            .as_ref()
            .is_some_and(|state| catalogue.covers(&purpose.id, state.notice.as_ref()));
        (*channel, state, covered)
    };
    PurposeChoices {
        purpose: purpose.clone(),
        notice: catalogue.latest_notice(&purpose.id).cloned(),
        rows: purpose.channels.iter().map(row).collect(),
        paces: paces
            .iter()
            .filter(|paced| paced.purpose == purpose.id)
            .map(|paced| (paced.channel, paced.state))
            .collect(),
        places: places
            .iter()
            .filter(|place| place.0 == purpose.id)
            .map(|place| (place.1, place.2.clone()))
            .collect(),
    }
}
