//! Finding recorded decisions again: by id, by campaign, by person.

use super::rows::{BlockRow, TextRow};
use super::write::{LONGEST_SPAN, MOST};
use crate::access::{
    ChangePolicies, ExportAudit, Grant, Permission, ReadDecisions, ReadFigures, ReadPolicies,
    ReadSubjects, Serve,
};
use crate::audit::Hash;
use crate::audit::decision::{Block, Record};
use crate::audit::tree::sha256;
use crate::domain::ids::{DecisionId, Position, SubjectId};
use crate::store::ReadTx;
use crate::store::connection::on;
use crate::store::error::StoreError;
use crate::store::rows::{signed, unsigned};
use crate::store::schema::{decision_blocks, decision_campaigns, decision_texts};
use diesel::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// A permission that lets recorded decisions be read.
pub trait ReadsDecisions: Permission {}
impl ReadsDecisions for ReadDecisions {}
impl ReadsDecisions for ReadSubjects {}
impl ReadsDecisions for ExportAudit {}
impl ReadsDecisions for ReadFigures {}
impl ReadsDecisions for ReadPolicies {}
impl ReadsDecisions for ChangePolicies {}
impl ReadsDecisions for Serve {}

/// Most blocks that are read whole at once.
pub const BLOCKS: u64 = 64;
/// Blocks that are looked up at once.
const AT_ONCE: i64 = 32;

/// A decision and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDecision {
    /// The entry that records its block.
    pub block: Position,
    /// Its place in the block.
    pub index: usize,
    /// The decision.
    pub record: Record,
}

impl FoundDecision {
    /// Its place among all decisions: later ones have greater places.
    #[must_use]
    pub const fn place(&self) -> u64 {
        place(self.block, self.index)
    }
}

const fn place(block: Position, index: usize) -> u64 {
    block
        .saturating_mul(MOST as u64)
        .saturating_add(index as u64)
}

/// Whose decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Those of a campaign.
    Campaign(String),
    /// Those about a person, and about whoever was merged into them.
    Subject(SubjectId),
}

impl ReadTx<'_> {
    /// The decision of that id.
    ///
    /// # Errors
    /// Where the database fails or a block was changed.
    pub fn decision<P: ReadsDecisions>(
        &mut self,
        _grant: &Grant<P>,
        id: DecisionId,
    ) -> Result<Option<FoundDecision>, StoreError> {
        let at = signed(crate::audit::decision::record::millis(id.as_bytes()));
        let latest = at.saturating_add(signed(LONGEST_SPAN));
        let positions: Vec<i64> = on!(self.db, conn => decision_blocks::table
            .filter(decision_blocks::last_at.between(at, latest))
            .filter(decision_blocks::first_at.le(at))
            .order(decision_blocks::last_at)
            .select(decision_blocks::position).load(conn))
        .map_err(StoreError::failed("finding a decision"))?;
        for position in positions.into_iter().map(unsigned) {
            let Some(block) = self.decision_block(position)? else {
                continue;
            };
            let mut records = block.records();
            if let Some((index, record)) = records.find(|(_, one)| one.id == *id.as_bytes()) {
                return Ok(Some(FoundDecision {
                    block: position,
                    index,
                    record: record.clone(),
                }));
            }
        }
        Ok(None)
    }

    /// Decisions of a campaign or about a person, the newest first, from a place on.
    ///
    /// # Errors
    /// Where the database fails or a block was changed.
    pub fn decisions<P: ReadsDecisions>(
        &mut self,
        grant: &Grant<P>,
        whose: &Whose,
        from: u64,
        limit: usize,
    ) -> Result<Vec<FoundDecision>, StoreError> {
        match whose {
            Whose::Campaign(name) => self.of_campaign(name, from, limit),
            Whose::Subject(subject) => self.of_subject(grant, *subject, from, limit),
        }
    }

    fn of_campaign(
        &mut self,
        name: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<FoundDecision>, StoreError> {
        let tag = self.keys.campaign(name).to_vec();
        let mut found = Vec::new();
        let mut next = signed(from / MOST as u64);
        while found.len() < limit {
            let positions: Vec<i64> = on!(self.db, conn => decision_campaigns::table
                .filter(decision_campaigns::campaign.eq(&tag))
                .filter(decision_campaigns::position.le(next))
                .order(decision_campaigns::position.desc())
                .limit(AT_ONCE)
                .select(decision_campaigns::position).load(conn))
            .map_err(StoreError::failed("finding a campaign's decisions"))?;
            let Some(last) = positions.last() else { break };
            next = last.saturating_sub(1);
            let of = |record: &Record| record.context.campaign.as_deref() == Some(name);
            self.gather(
                positions.into_iter().map(unsigned),
                from,
                limit,
                of,
                &mut found,
            )?;
        }
        Ok(found)
    }

    fn of_subject<P: ReadsDecisions>(
        &mut self,
        _grant: &Grant<P>,
        subject: SubjectId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<FoundDecision>, StoreError> {
        let cluster = self.cluster(subject)?;
        let ids: Vec<[u8; 16]> = cluster
            .iter()
            .filter_map(|id| id.as_slice().try_into().ok())
            .collect();
        let blocks: BTreeSet<Position> = self.blocks_about(&ids)?;
        let newest = blocks.into_iter().rev();
        let due = newest.skip_while(|block| place(*block, 0) > from);
        let mut found = Vec::new();
        let of = |record: &Record| record.subject.is_some_and(|subject| ids.contains(&subject));
        self.gather(due, from, limit, of, &mut found)?;
        Ok(found)
    }

    /// Adds the decisions that `of` means from these blocks, which come the newest first.
    fn gather(
        &mut self,
        blocks: impl Iterator<Item = Position>,
        from: u64,
        limit: usize,
        of: impl Fn(&Record) -> bool,
        found: &mut Vec<FoundDecision>,
    ) -> Result<(), StoreError> {
        for position in blocks {
            let Some(block) = self.decision_block(position)? else {
                continue;
            };
            for (index, record) in block.records().rev() {
                if found.len() == limit {
                    return Ok(());
                }
                if of(record) && place(position, index) <= from {
                    let record = record.clone();
                    found.push(FoundDecision {
                        block: position,
                        index,
                        record,
                    });
                }
            }
        }
        Ok(())
    }

    /// The block that an entry records; `None` where there is none.
    pub(super) fn decision_block(
        &mut self,
        position: Position,
    ) -> Result<Option<Block>, StoreError> {
        let row: Option<BlockRow> = on!(self.db, conn => decision_blocks::table
            .find(signed(position)).first(conn).optional())
        .map_err(StoreError::failed("reading decisions"))?;
        row.map(|row| self.open_block(&row)).transpose()
    }

    pub(super) fn open_block(&self, row: &BlockRow) -> Result<Block, StoreError> {
        let damaged = || StoreError::Damaged {
            what: "a block of decisions",
            position: Some(unsigned(row.position)),
        };
        let bytes = self
            .keys
            .open_decisions(&row.sealed)
            .map_err(|_| damaged())?;
        Block::from_bytes(&bytes).map_err(|_| damaged())
    }

    /// The texts of these hashes; one that was changed is not there.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn decision_texts<P: ReadsDecisions>(
        &mut self,
        _grant: &Grant<P>,
        hashes: &BTreeSet<Hash>,
    ) -> Result<HashMap<Hash, String>, StoreError> {
        let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
        let mut texts = HashMap::new();
        for chunk in hashes.chunks(500) {
            let rows: Vec<TextRow> = on!(self.db, conn => decision_texts::table
                .filter(decision_texts::hash.eq_any(chunk)).load(conn))
            .map_err(StoreError::failed("reading the words of decisions"))?;
            let sound = rows.into_iter().filter_map(|row| {
                let hash = sha256(&[row.text.as_bytes()]);
                (row.hash == hash).then_some((hash, row.text))
            });
            texts.extend(sound);
        }
        Ok(texts)
    }

    /// Whether a block is on the lists of all these campaigns.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn lists_campaigns(
        &mut self,
        _grant: &Grant<ExportAudit>,
        block: Position,
        names: &BTreeSet<&str>,
    ) -> Result<bool, StoreError> {
        let tags = names.iter().map(|name| self.keys.campaign(name).to_vec());
        let tags: Vec<Vec<u8>> = tags.collect();
        let mut listed = 0;
        for tags in tags.chunks(500) {
            let count: i64 = on!(self.db, conn => decision_campaigns::table
                .filter(decision_campaigns::campaign.eq_any(tags))
                .filter(decision_campaigns::position.eq(signed(block)))
                .count().get_result(conn))
            .map_err(StoreError::failed("reading campaigns"))?;
            listed += unsigned(count);
        }
        Ok(listed == names.len() as u64)
    }

    /// The first [`BLOCKS`] blocks that stand at these positions: `None` for one that does not open,
    /// or whose row says something else.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn decision_blocks(
        &mut self,
        _grant: &Grant<ExportAudit>,
        range: std::ops::Range<Position>,
    ) -> Result<Vec<(Position, Option<Block>)>, StoreError> {
        let rows: Vec<BlockRow> = on!(self.db, conn => decision_blocks::table
            .filter(decision_blocks::position.ge(signed(range.start)))
            .filter(decision_blocks::position.lt(signed(range.end)))
            .order(decision_blocks::position).limit(BLOCKS as i64).load(conn))
        .map_err(StoreError::failed("reading decisions"))?;
        let open = |row: BlockRow| {
            let block = self.open_block(&row).ok().filter(|block| says(&row, block));
            (unsigned(row.position), block)
        };
        Ok(rows.into_iter().map(open).collect())
    }
}

/// Whether the columns say what the block does.
fn says(row: &BlockRow, block: &Block) -> bool {
    let instants = || block.records().map(|(_, record)| signed(record.millis()));
    usize::try_from(row.decisions) == Ok(block.items().len())
        && instants().all(|at| (row.first_at..=row.last_at).contains(&at))
}
