//! A block of decisions, made ready away from the writer, and its rows.

use super::postings::print;
use super::rows::{BlockRow, CampaignRow, LIVE, RunRow, TextRow};
use crate::access::{Grant, Serve};
use crate::audit::Hash;
use crate::audit::decision::{Block, Record};
use crate::audit::encoding::b64;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::Position;
use crate::domain::time::{Entropy, random};
use crate::store::bulk::{self, bulk};
use crate::store::connection::Db;
use crate::store::error::StoreError;
use crate::store::keys::Keyring;
use crate::store::rows::signed;
use crate::store::schema::{decision_blocks, decision_campaigns, decision_runs, decision_texts};
use crate::store::tx::{Entry, WriteTx};
use crate::store::world::Extra;
use diesel::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most decisions of a block: to find one, its block is opened.
pub const MOST: usize = 1_024;
/// Most milliseconds between the first and the last decision of a block, so that a decision is
/// looked for in a bounded stretch of time. Where few are asked, a block gathers for as long.
pub const LONGEST_SPAN: u64 = 10_000;

/// A block that is ready to be written, sealed.
#[derive(Debug)]
pub struct DecisionBlock {
    root: Hash,
    decisions: usize,
    first_at: i64,
    last_at: i64,
    sealed: Vec<u8>,
    campaigns: Vec<Vec<u8>>,
    people: Vec<u8>,
}

impl DecisionBlock {
    /// Makes a block of at most [`MOST`] decisions of at most [`LONGEST_SPAN`].
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal(
        records: Vec<Record>,
        keys: &Keyring,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        let instants = || records.iter().map(|record| signed(record.millis()));
        let (first_at, last_at) = (instants().min(), instants().max());
        let campaigns: BTreeSet<_> = records
            .iter()
            .filter_map(|record| record.context.campaign.clone())
            .collect();
        let people: BTreeSet<u32> = records
            .iter()
            .filter_map(|record| record.subject.as_ref().map(print))
            .collect();
        let (decisions, block) = (records.len(), Block::new(records, random(entropy)?));
        Ok(Self {
            root: block.root(),
            decisions,
            first_at: first_at.unwrap_or_default(),
            last_at: last_at.unwrap_or_default(),
            sealed: keys.seal_decisions(&block.to_bytes(), entropy)?,
            campaigns: campaigns
                .iter()
                .map(|name| keys.campaign(name).to_vec())
                .collect(),
            people: people
                .iter()
                .flat_map(|print| print.to_be_bytes())
                .collect(),
        })
    }

    fn row(&self, position: i64) -> BlockRow {
        BlockRow {
            position,
            first_at: self.first_at,
            last_at: self.last_at,
            decisions: i32::try_from(self.decisions).unwrap_or(i32::MAX),
            sealed: self.sealed.clone(),
        }
    }

    fn run(&self, position: i64) -> RunRow {
        RunRow {
            level: 0,
            first: position,
            last: position,
            state: LIVE,
            builder: 0,
            people: self.people.clone(),
        }
    }

    fn campaigns(&self, position: i64) -> impl Iterator<Item = CampaignRow> {
        self.campaigns.iter().map(move |campaign| CampaignRow {
            campaign: campaign.clone(),
            position,
        })
    }
}

/// A text that decisions name by its hash.
type Text = (Hash, Arc<str>);

impl WriteTx<'_> {
    /// Records a block of decisions, with the texts that it names and that may not be there yet.
    pub fn record_decisions(
        &mut self,
        grant: &Grant<Serve>,
        block: &Arc<DecisionBlock>,
        texts: &Arc<[Text]>,
    ) -> Entry {
        let payload = json!({ "decisions": block.decisions, "root": b64(&block.root) });
        let event = PublicEvent::new(PublicKind::Decisions, grant.actor(), payload);
        self.public_with(event, Extra::Decisions(block.clone(), texts.clone()))
    }
}

impl WriteTx<'_> {
    /// Records decisions that are made within this write, at most [`MOST`] of one instant.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn seal_decisions(
        &mut self,
        grant: &Grant<Serve>,
        records: Vec<Record>,
        texts: Vec<(Hash, Arc<str>)>,
    ) -> Result<Entry, StoreError> {
        let block = DecisionBlock::seal(records, self.keys, self.entropy)?;
        Ok(self.record_decisions(grant, &Arc::new(block), &texts.into()))
    }
}

/// A block with its position and the texts that it names.
type Recorded = (Position, Arc<DecisionBlock>, Arc<[Text]>);

/// The rows of a commit's blocks.
#[derive(Default)]
struct Rows {
    blocks: Vec<BlockRow>,
    campaigns: Vec<CampaignRow>,
    runs: Vec<RunRow>,
    texts: Vec<TextRow>,
}

/// Writes the blocks of a commit, each with its position.
pub(in crate::store) fn write(db: &mut Db, recorded: &[Recorded]) -> Result<(), StoreError> {
    let mut rows = Rows::default();
    let mut texts = BTreeSet::new();
    for (position, block, named) in recorded {
        let position = signed(*position);
        rows.blocks.push(block.row(position));
        rows.campaigns.extend(block.campaigns(position));
        if !block.people.is_empty() {
            rows.runs.push(block.run(position));
        }
        let new = named.iter().filter(|(hash, _)| texts.insert(*hash));
        rows.texts.extend(new.map(|(hash, text)| TextRow {
            hash: hash.to_vec(),
            text: text.to_string(),
        }));
    }
    insert(db, &rows).map_err(StoreError::failed("recording decisions"))
}

fn insert(db: &mut Db, rows: &Rows) -> QueryResult<()> {
    let Rows {
        blocks,
        campaigns,
        runs,
        texts,
    } = rows;
    match db {
        Db::Sqlite(conn) => {
            for row in blocks {
                let into = diesel::insert_into(decision_blocks::table);
                into.values(row).execute(conn)?;
            }
            for row in campaigns {
                let into = diesel::insert_into(decision_campaigns::table);
                into.values(row).execute(conn)?;
            }
            for row in runs {
                let into = diesel::insert_into(decision_runs::table);
                into.values(row).execute(conn)?;
            }
            for row in texts {
                let into = diesel::replace_into(decision_texts::table);
                into.values(row).execute(conn)?;
            }
            Ok(())
        }
        Db::Postgres(conn) => bulk::insert(
            conn,
            vec![
                bulk!(blocks => decision_blocks { position, first_at, last_at, decisions, sealed }),
                bulk!(campaigns => decision_campaigns { campaign, position }),
                bulk!(runs => decision_runs { level, first, last, state, builder, people }),
                bulk!(texts => decision_texts { hash, text } replacing [hash]),
            ],
        ),
    }
}
