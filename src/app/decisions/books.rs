//! Where decisions are written down: in the journal, and from there in blocks of the log.

use super::draft::Text;
use super::maker::Maker;
use crate::access::{Grant, Serve};
use crate::audit::decision::{Bundle, Record};
use crate::domain::time::{Clock, Entropy};
use crate::store::{
    DecisionBlock, JournalEntry, JournalPart, Journalled, LONGEST_SPAN, MOST_DECISIONS, Order,
    Recorded, Store, StoreError, WriteTx,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most entries of the journal that are read at once.
const READ: usize = 128;

/// What writing decisions down takes.
pub struct Books {
    /// Where they are written.
    pub store: Arc<Store>,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The permission of the service itself.
    pub grant: Grant<Serve>,
    /// Which texts are written down already.
    pub maker: Arc<Maker>,
    /// This node's part of the journal.
    pub node: i64,
}

impl Books {
    /// Makes decisions durable in the journal. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn journal(&self, bundle: Bundle) -> Result<Journalled, StoreError> {
        let whose = (self.node, self.clock.now());
        let entropy = self.entropy.as_ref();
        let entry = JournalEntry::seal(bundle, whose, self.store.keys(), entropy)?;
        self.store.journal(&self.grant, entry)
    }

    /// Records decisions in blocks of the log. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn record(&self, bundle: Bundle) -> Result<(), StoreError> {
        self.write(bundle.records, bundle.texts, |_| Ok(true))
            .map(drop)
    }

    /// Brings a part of the journal, as the database has it, into blocks of the log. How many
    /// decisions. Blocks.
    ///
    /// # Errors
    /// Where the database fails; what is left is recorded another time.
    pub fn seal_part(&self, part: JournalPart) -> Result<usize, StoreError> {
        let mut sealed = 0;
        loop {
            let entries = self
                .store
                .read(|tx| tx.journalled(&self.grant, part, READ))?;
            if entries.is_empty() {
                return Ok(sealed);
            }
            // where another process has recorded some of them meanwhile, the rest is read again
            sealed += self.seal(Arc::new(entries))?.unwrap_or_default();
        }
    }

    /// Brings entries of the journal into blocks of the log. How many decisions; `None` where some
    /// of the entries are no longer in the journal, and nothing was done. Blocks.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn seal(&self, entries: Arc<Vec<Journalled>>) -> Result<Option<usize>, StoreError> {
        let bundles = || entries.iter().map(|entry| &entry.bundle);
        let records: Vec<_> = bundles().flat_map(|one| &one.records).cloned().collect();
        let texts = bundles().flat_map(|one| &one.texts).cloned().collect();
        let (decisions, grant) = (records.len(), self.grant.clone());
        let take = move |tx: &mut WriteTx<'_>| tx.take_from_journal(&grant, &entries);
        let written = self.write(records, texts, take)?;
        Ok(written.then_some(decisions))
    }

    /// Writes blocks, where `first` agrees; whether it did.
    fn write(
        &self,
        records: Vec<Record>,
        texts: Vec<Text>,
        first: impl Fn(&mut WriteTx<'_>) -> Result<bool, StoreError> + Send + 'static,
    ) -> Result<bool, StoreError> {
        let texts: BTreeMap<_, _> = texts.into_iter().collect();
        let texts: Arc<[Text]> = texts.into_iter().collect();
        let (keys, entropy) = (self.store.keys(), self.entropy.as_ref());
        let seal = |records| DecisionBlock::seal(records, keys, entropy).map(Arc::new);
        let sealed = blocks(records.into_iter()).into_iter().map(seal);
        let sealed = sealed.collect::<Result<Vec<_>, StoreError>>()?;
        let grant = self.grant.clone();
        let act = move |tx: &mut WriteTx<'_>| {
            if !first(tx)? {
                return Err(Unwritten::Elsewhere);
            }
            let mut last = None;
            for block in &sealed {
                last = Some(tx.record_decisions(&grant, block, &texts));
            }
            let entry = last.ok_or(StoreError::damaged("a block of no decisions"))?;
            Ok::<Recorded<()>, Unwritten>(entry.with(()))
        };
        let order = Order::at(self.clock.now());
        match self.store.write_blocking(&self.grant, order, act) {
            Ok(_) => Ok(true),
            Err(Unwritten::Elsewhere) => Ok(false),
            Err(Unwritten::Failed(error)) => Err(error),
        }
    }
}

/// Why blocks were not written.
enum Unwritten {
    /// Another process has recorded the decisions: they are where they belong.
    Elsewhere,
    Failed(StoreError),
}

impl From<StoreError> for Unwritten {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// How many of these entries fill blocks, the last one with at least `least` decisions.
pub fn whole_blocks(entries: &[Journalled], least: usize) -> usize {
    let (mut whole, mut open) = (0, 0);
    for (at, entry) in entries.iter().enumerate() {
        let more = entry.bundle.records.len();
        if open + more > MOST_DECISIONS {
            (whole, open) = (at, 0);
        }
        open += more;
    }
    if open >= least { entries.len() } else { whole }
}

/// In blocks that are not too large and cover no long time.
fn blocks(records: impl Iterator<Item = Record>) -> Vec<Vec<Record>> {
    let mut blocks: Vec<Vec<Record>> = Vec::new();
    let mut span = (0, 0);
    for record in records {
        let at = record.millis();
        let wider = (span.0.min(at), span.1.max(at));
        let fits = wider.1 - wider.0 <= LONGEST_SPAN;
        match blocks.last_mut() {
            Some(block) if fits && block.len() < MOST_DECISIONS => {
                span = wider;
                block.push(record);
            }
            _ => {
                span = (at, at);
                blocks.push(vec![record]);
            }
        }
    }
    blocks
}
