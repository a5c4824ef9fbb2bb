//! The content of a package, in parts: sealed as it is written, opened as it is read, so that no more than
//! one part is in memory.

use super::super::connection::on;
use super::super::error::StoreError;
use super::super::keys::SubjectKey;
use super::super::open::Store;
use super::super::schema::{package_parts as kept, packages};
use super::{StoredPackage, WAITING, damaged, still_making};
use crate::access::{Grant, Serve};
use crate::audit::encoding::hex;
use crate::domain::time::{Clock, Entropy};
use diesel::prelude::*;
use ring::digest::{Context, SHA256};
use std::io::{self, Write};

/// Bytes of a part.
const PART: usize = 256 * 1024;

/// Where the content of a package is written. What is written goes, sealed, into the database; after
/// [`Self::end`] it is known how much it was.
pub struct Parts<'a> {
    store: &'a Store,
    package: &'a StoredPackage,
    clock: &'a dyn Clock,
    entropy: &'a dyn Entropy,
    key: SubjectKey,
    waiting: Vec<u8>,
    number: i32,
    digest: Context,
    bytes: u64,
}

impl<'a> Parts<'a> {
    /// Begins, with a fresh key.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn begin(
        store: &'a Store,
        _grant: &Grant<Serve>,
        package: &'a StoredPackage,
        clock: &'a dyn Clock,
        entropy: &'a dyn Entropy,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            store,
            package,
            clock,
            entropy,
            key: SubjectKey::new(entropy)?,
            waiting: Vec::with_capacity(PART),
            number: 0,
            digest: Context::new(&SHA256),
            bytes: 0,
        })
    }

    /// Ends; the key, how many bytes there are, and their SHA-256 in hex.
    ///
    /// # Errors
    /// Where the last part cannot be kept.
    pub fn end(mut self) -> Result<(SubjectKey, u64, String), StoreError> {
        self.keep()?;
        Ok((self.key, self.bytes, hex(self.digest.finish().as_ref())))
    }

    fn keep(&mut self) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let package = self.package;
        let sealed = self
            .key
            .seal(&self.waiting, &context(package, self.number), self.entropy)?;
        let row = (
            kept::package_id.eq(package.id.as_bytes().to_vec()),
            kept::attempt.eq(package.attempts),
            kept::number.eq(self.number),
            kept::subject_id.eq(package.subject.as_bytes().to_vec()),
            kept::sealed.eq(sealed),
        );
        let now = self.clock.now().micros();
        let failed = || StoreError::failed("keeping a part of a package");
        self.store.outside_the_ledger(|db| {
            // who was erased meanwhile, or whom somebody else makes one for, gets no part of this one
            let wanted = on!(db, conn => diesel::update(still_making!(package))
                .set(packages::changed_at.eq(now)).execute(conn))
            .map_err(failed())?;
            if wanted != 1 {
                return Err(StoreError::Failed {
                    doing: "keeping a part of a package",
                    kind: "it is wanted no more".into(),
                });
            }
            on!(db, conn => diesel::insert_into(kept::table).values(row).execute(conn))
                .map_err(failed())
        })?;
        self.waiting.clear();
        self.number = self.number.saturating_add(1);
        Ok(())
    }
}

impl Write for Parts<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PART.saturating_sub(self.waiting.len()).max(1);
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.waiting.extend_from_slice(taken);
        self.digest.update(taken);
        self.bytes = self.bytes.saturating_add(taken.len() as u64);
        if self.waiting.len() >= PART {
            self.keep().map_err(io::Error::other)?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a part is bound to: no part can stand in another's place.
fn context(package: &StoredPackage, number: i32) -> Vec<u8> {
    let place = format!("package/{}/{number}/", package.attempts);
    [place.as_bytes(), package.id.as_bytes()].concat()
}

impl Store {
    /// Writes the content of a package that was made. Blocks.
    ///
    /// # Errors
    /// Where a part is missing or was changed, or `out` fails.
    pub fn package_content(
        &self,
        package: &StoredPackage,
        bytes: u64,
        out: &mut dyn Write,
    ) -> Result<(), StoreError> {
        let key = self.read(|tx| tx.package_key(package))?;
        let (mut number, mut sent) = (0_i32, 0_u64);
        while sent < bytes {
            let sealed: Option<Vec<u8>> = self.read(|tx| {
                let id = package.id.as_bytes().to_vec();
                on!(tx.db, conn => kept::table.find((id, package.attempts, number))
                    .select(kept::sealed).first(conn).optional())
                .map_err(StoreError::failed("reading a part of a package"))
            })?;
            let sealed = sealed.ok_or_else(damaged)?;
            let plain = key.open(&sealed, &context(package, number))?;
            out.write_all(&plain).map_err(|_| StoreError::Stopping)?;
            sent = sent.saturating_add(plain.len() as u64);
            number = number.saturating_add(1);
        }
        Ok(())
    }
}
