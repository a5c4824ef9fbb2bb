//! The feed of dates that a member of staff subscribes a calendar to: an address that is a secret, shown
//! once, kept as its hash, ended by them or by a new one.

use crate::access::token::{PlainToken, TokenHash, TokenKind};
use crate::access::{Grant, KeepRequests, authorize};
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::ids::{Position, StaffId};
use crate::domain::requests::Request;
use crate::domain::time::Now;
use crate::store::{DsrFilter, Order};

/// Requests that a feed tells at most.
const MOST: i64 = 2_000;

impl App {
    /// Makes an address, and so ends the one before. Blocks.
    ///
    /// # Errors
    /// Where it cannot be recorded.
    pub fn make_feed(
        &self,
        grant: &Grant<KeepRequests>,
        staff: StaffId,
        now: Now,
    ) -> Result<PlainToken, Refusal> {
        let token = PlainToken::new(TokenKind::DateFeed, self.entropy())?;
        self.change_feed(grant, staff, Some(token.hash()), now)?;
        Ok(token)
    }

    /// Ends the address. Blocks.
    ///
    /// # Errors
    /// Where it cannot be recorded.
    pub fn end_feed(
        &self,
        grant: &Grant<KeepRequests>,
        staff: StaffId,
        now: Now,
    ) -> Result<(), Refusal> {
        if self.has_feed(grant, staff)? {
            self.change_feed(grant, staff, None, now)?;
        }
        Ok(())
    }

    fn change_feed(
        &self,
        grant: &Grant<KeepRequests>,
        staff: StaffId,
        hash: Option<TokenHash>,
        now: Now,
    ) -> Result<(), Refusal> {
        let actor = grant.clone();
        self.store
            .write_blocking(grant, Order::at(now), move |tx| {
                Ok::<_, Refusal>(tx.date_feed(&actor, staff, hash).with(()))
            })?;
        Ok(())
    }

    /// Whether a member of staff has an address. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn has_feed(&self, grant: &Grant<KeepRequests>, staff: StaffId) -> Result<bool, Refusal> {
        Ok(self.store.read(|tx| tx.has_feed(grant, staff))?)
    }

    /// The open requests of the feed at an address, those that came first; `None` where the address leads
    /// nowhere, or whose it is may no longer see them. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn date_feed(&self, token: &str) -> Result<Option<Vec<Request>>, Refusal> {
        let hash = TokenHash::of(token);
        let now = self.now();
        let reader = self
            .store
            .read(|tx| tx.reader_of_feed(&self.serve, hash, now))?;
        let grant = reader.and_then(|reader| authorize::<KeepRequests>(&reader).ok());
        let Some(grant) = grant else { return Ok(None) };
        let open = DsrFilter {
            open: Some(true),
            ..DsrFilter::default()
        };
        let found = self
            .store
            .read(|tx| tx.dsrs(&grant, &open, Position::MIN, MOST))?;
        Ok(Some(found.into_iter().map(|one| one.request).collect()))
    }
}
