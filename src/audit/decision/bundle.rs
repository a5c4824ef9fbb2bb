//! Decisions that are durable and wait for their block, as they stand in the journal: the compact
//! form without salts, and the texts that they name for the first time.

use super::codec::{Shared, Writer};
use super::record::Record;
use crate::audit::Hash;
use crate::audit::bytes::{Reader, put, put_bytes};
use crate::audit::decision::BlockError;
use std::sync::Arc;

/// The format's number.
const FORMAT: u8 = 1;

/// Decisions in the order in which they came, and texts by their hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The decisions.
    pub records: Vec<Record>,
    /// Texts that they name.
    pub texts: Vec<(Hash, Arc<str>)>,
}

impl Bundle {
    /// The compact form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let count = self.records.len();
        let mut writer = Writer::new(self.records.first(), count);
        self.records.iter().for_each(|record| writer.record(record));
        let mut out = Vec::with_capacity(1_024 + count * 48);
        out.push(FORMAT);
        writer.finish(count, &mut out);
        put(&mut out, self.texts.len() as u64);
        for (hash, text) in &self.texts {
            out.extend_from_slice(hash);
            put_bytes(&mut out, text.as_bytes());
        }
        out
    }

    /// Reads [`Self::to_bytes`] back.
    ///
    /// # Errors
    /// [`BlockError`] where the bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BlockError> {
        let mut reader = Reader(bytes);
        let bundle = read(&mut reader).ok_or(BlockError)?;
        if reader.0.is_empty() {
            Ok(bundle)
        } else {
            Err(BlockError)
        }
    }
}

fn read(reader: &mut Reader<'_>) -> Option<Bundle> {
    (reader.byte()? == FORMAT).then_some(())?;
    let shared = Shared::read(reader)?;
    let record = |_| {
        let flags = reader.byte()?;
        shared.record(flags, reader)
    };
    let records = (0..shared.count).map(record).collect::<Option<_>>()?;
    let texts = (0..reader.count()?)
        .map(|_| {
            let hash = reader.array()?;
            Some((hash, std::str::from_utf8(reader.bytes()?).ok()?.into()))
        })
        .collect::<Option<_>>()?;
    Some(Bundle { records, texts })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::record::tests::{context, record};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bundle_reads_back(count in 0u64..60, texts: Vec<String>) {
            let contexts = [
                Arc::new(context("newsletter", Some("spring"), vec![1, 2])),
                Arc::new(context("offers", None, vec![])),
            ];
            let shared = |n: u64| contexts.get(usize::from(n % 2 == 1)).unwrap();
            let bundle = Bundle {
                records: (0..count).map(|n| record(n, shared(n))).collect(),
                texts: texts.into_iter().map(|text| ([9; 32], text.into())).collect(),
            };
            prop_assert_eq!(Bundle::from_bytes(&bundle.to_bytes()), Ok(bundle));
        }

        #[test]
        fn no_bytes_make_it_fail_otherwise(bytes: Vec<u8>) {
            let _ = Bundle::from_bytes(&bytes);
        }
    }
}
