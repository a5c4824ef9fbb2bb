//! Passkeys of staff: asked for, added, shown, taken away. For whom they are follows from the console's address.

mod add;
mod ask;
mod remove;
mod show;

pub use add::PasskeyAdded;
pub use ask::AskedOfBrowser;
pub use remove::PasskeyRemoved;

use super::{App, owner};
use crate::access::passkey::RelyingParty;
use crate::app::refusal::Refusal;
use crate::store::{KeptPasskey, Session};

impl App {
    /// For whom passkeys are; `None` where browsers have none for the console's address.
    #[must_use]
    pub fn relying_party(&self) -> Option<RelyingParty> {
        RelyingParty::at(&self.console_url())
    }

    /// One's own passkeys, the oldest first. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn own_passkeys(&self, session: &Session) -> Result<Vec<KeptPasskey>, Refusal> {
        owner(session)?;
        Ok(self
            .store
            .read(|tx| tx.passkeys(&self.serve, session.staff))?)
    }
}

/// What is asked of an address for which browsers have no passkeys.
fn unavailable() -> Refusal {
    Refusal::NotFound("passkeys at this address")
}
