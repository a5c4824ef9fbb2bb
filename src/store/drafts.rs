//! What somebody who is signed in has answered of a request that they have not sent: in their session, sealed
//! under their key, gone with either. It says nothing of anybody until it is sent, and has no entry of the log.

use super::ReadTx;
use super::connection::on;
use super::error::StoreError;
use super::open::Store;
use super::schema::customer_sessions;
use crate::access::token::TokenHash;
use crate::access::{Grant, OwnFile};
use crate::domain::personal::Personal;
use crate::domain::time::Entropy;
use diesel::prelude::*;

impl Store {
    /// Keeps a draft in a session, in the place of what was there. Blocks.
    ///
    /// # Errors
    /// Where the database fails, or the person is gone.
    pub fn keep_draft(
        &self,
        grant: &Grant<OwnFile>,
        session: TokenHash,
        draft: &Personal<Vec<u8>>,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        let keys = self.keys();
        let gone = || StoreError::damaged("a session's person");
        self.outside_the_ledger(|db| {
            let mut reading = ReadTx { db, keys };
            let own = grant.customer().ok_or_else(gone)?;
            let owner = reading.subject_row(own)?.ok_or_else(gone)?;
            let key = reading.subject_key(&owner)?;
            let sealed = key.seal(draft.reveal(), &session.0, entropy)?;
            let row = customer_sessions::table.find(session.0.to_vec());
            on!(db, conn => diesel::update(row)
                .set(customer_sessions::draft.eq(sealed)).execute(conn))
            .map_err(StoreError::failed("keeping a draft"))
        })?;
        Ok(())
    }
}

impl ReadTx<'_> {
    /// The draft of a session; `None` where there is none, or it no longer opens.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn draft(
        &mut self,
        grant: &Grant<OwnFile>,
        session: TokenHash,
    ) -> Result<Option<Personal<Vec<u8>>>, StoreError> {
        let found: Option<Option<Vec<u8>>> = on!(self.db, conn => customer_sessions::table
            .find(session.0.to_vec()).select(customer_sessions::draft).first(conn).optional())
        .map_err(StoreError::failed("finding a draft"))?;
        let (Some(sealed), Some(own)) = (found.flatten(), grant.customer()) else {
            return Ok(None);
        };
        let Some(owner) = self.subject_row(own)? else {
            return Ok(None);
        };
        let opened = self.subject_key(&owner)?.open(&sealed, &session.0);
        Ok(opened.ok().map(Personal::new))
    }
}
