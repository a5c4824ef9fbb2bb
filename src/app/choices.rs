//! A customer's own choices, as the form shows them.

use super::open::App;
use super::refusal::Refusal;
use crate::access::token::TokenHash;
use crate::access::{Grant, OwnChoices, Principal, authorize};
use crate::domain::ids::Position;
use crate::domain::registry::{
    Catalogue, Cell, Channel, ConsentState, Identifier, Notice, PaceState, Paced, Purpose, Slug,
    SourceKind, Standing,
};
use crate::domain::time::Now;
use crate::store::{Link, ReadTx, StoreError};

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
}

impl App {
    /// The person behind a link, and the permission to see and change their choices; `None`
    /// where the link is unknown or has expired.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn enter(
        &self,
        token: &str,
        now: Now,
    ) -> Result<Option<(Grant<OwnChoices>, Link)>, Refusal> {
        let found = self
            .store
            .read(|tx| tx.link(&self.serve, TokenHash::of(token), now))?;
        let Some((link, _)) = found else {
            return Ok(None);
        };
        let grant = authorize::<OwnChoices>(&Principal::Customer(link.subject))?;
        Ok(Some((grant, link)))
    }

    /// The choices of the person behind a link.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_choices(
        &self,
        grant: &Grant<OwnChoices>,
        link: Link,
    ) -> Result<OwnChoicesView, Refusal> {
        let serve = &self.serve;
        let own = grant
            .customer()
            .ok_or(Refusal::NotFound("a person for this link"))?;
        self.store.read(|tx| {
            let subject = tx
                .subject(grant, own)?
                .ok_or(Refusal::NotFound("a person for this link"))?;
            let catalogue = tx.catalogue(serve)?;
            let (cells, standing) = tx.choices(grant, subject)?;
            let identifiers = tx.identifiers(grant, subject)?;
            let contact = identifiers
                .into_iter()
                .find(|held| held.blind == link.contact);
            let paces = tx.paces(grant, subject)?;
            let places = places(tx, grant, &cells, &catalogue)?;
            let answers = cells.iter().map(|cell| cell.state.position);
            let positions = answers.chain(paces.iter().map(|paced| paced.state.position));
            let seen = positions.map(|position| position + 1).max().unwrap_or(0);
            let state = |purpose: &Purpose, channel: Channel| {
                let cell = cells
                    .iter()
                    .find(|cell| cell.purpose == purpose.id && cell.channel == channel);
                cell.map(|cell| cell.state.clone())
            };
            let purposes = catalogue
                .purposes
                .values()
                .map(|purpose| offered(&catalogue, purpose, &state, &paces, &places))
                .collect();
            Ok(OwnChoicesView {
                contact: contact.map(|held| held.identifier),
                purposes,
                standing,
                seen,
                catalogue,
            })
        })
    }
}

/// Where each yes that did not come from the person's own page was taken down: the record that it rests on
/// tells, and the catalogue names the place.
fn places(
    tx: &mut ReadTx<'_>,
    grant: &Grant<OwnChoices>,
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
