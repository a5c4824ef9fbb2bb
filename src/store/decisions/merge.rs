//! Making one run of several, by powers: eight runs of a level become one of the next, so that
//! there are few runs however many decisions there are, and each entry is written again only a
//! few times.
//!
//! A run is made beside those it replaces, some chunks a transaction, so that nobody waits long
//! for the database; it counts from the one commit on that takes the others away. A process that
//! dies meanwhile leaves a run that does not count; another takes its place after a while. Two
//! that make the same run at once: the second to finish finds its own is not there, and gives up.

use super::postings::{CHUNK, Posting, decode, encode, small};
use super::rows::{ChunkRow, LIVE, MAKING, RunRow};
use crate::access::{Grant, Serve};
use crate::domain::ids::Position;
use crate::domain::time::Now;
use crate::store::Store;
use crate::store::connection::{Db, on};
use crate::store::error::StoreError;
use crate::store::rows::unsigned;
use crate::store::schema::{decision_chunks, decision_runs};
use diesel::prelude::*;
use std::collections::VecDeque;

/// How many runs of a level become one of the next.
const POWER: usize = 8;
/// How many blocks are waited for before their people are merged, and taken at once at most.
const BLOCKS: std::ops::Range<usize> = 64..4_096;
/// Most entries of blocks that are merged at once: they are sorted in memory.
const IN_MEMORY: usize = 1 << 20;
/// Chunks that are written in one transaction.
const A_TIME: usize = 64;
/// After how many microseconds a run that is still being made is taken for abandoned.
const ABANDONED: i64 = 600 * 1_000_000;

/// What becomes one run.
struct Plan {
    level: i16,
    sources: Vec<RunRow>,
}

impl Store {
    /// Makes one run of several where enough have come together; whether it did.
    ///
    /// # Errors
    /// Where the database fails; what was begun is then begun again later.
    pub fn merge_people(&self, _grant: &Grant<Serve>, now: Now) -> Result<bool, StoreError> {
        let Some(plan) = self.outside_the_ledger(plan)? else {
            return Ok(false);
        };
        let merger = Merger {
            store: self,
            first: plan.sources.first().map_or(0, |run| run.first),
            last: plan.sources.last().map_or(0, |run| run.last),
            plan,
            builder: now.micros(),
        };
        if !merger.begin()? {
            return Ok(false);
        }
        merger.fill()?;
        merger.count()
    }

    /// Takes a run out, its chunks first: whatever breaks off, its row finds the rest again.
    pub(super) fn drop_run(&self, level: i16, first: i64) -> Result<(), StoreError> {
        self.drop_chunks(level, first)?;
        self.outside_the_ledger(|db| {
            on!(db, conn => diesel::delete(decision_runs::table.find((level, first)))
                .execute(conn))
            .map_err(StoreError::failed("taking out a list of decisions"))
        })?;
        Ok(())
    }

    /// Takes the chunks of a run out, some at a time.
    fn drop_chunks(&self, level: i16, first: i64) -> Result<(), StoreError> {
        let failed = || StoreError::failed("merging lists of decisions");
        loop {
            let dropped = self.outside_the_ledger(|db| {
                let of = decision_chunks::table
                    .filter(decision_chunks::level.eq(level))
                    .filter(decision_chunks::first.eq(first));
                let prints: Vec<i64> = on!(db, conn => of.select(decision_chunks::print)
                    .limit(A_TIME as i64 * 4).load(conn))
                .map_err(failed())?;
                on!(db, conn => diesel::delete(of.filter(decision_chunks::print.eq_any(&prints)))
                    .execute(conn))
                .map_err(failed())
            })?;
            if dropped == 0 {
                return Ok(());
            }
        }
    }
}

/// The lowest level at which enough runs have come together: the oldest of them.
fn plan(db: &mut Db) -> Result<Option<Plan>, StoreError> {
    let failed = || StoreError::failed("merging lists of decisions");
    let most = i64::try_from(BLOCKS.end).unwrap_or(i64::MAX);
    let mut blocks: Vec<RunRow> = on!(db, conn => decision_runs::table
        .filter(decision_runs::level.eq(0)).order(decision_runs::first).limit(most).load(conn))
    .map_err(failed())?;
    if blocks.len() >= BLOCKS.start {
        let mut entries = 0;
        let fits = |run: &&RunRow| {
            entries += run.people.len() / 4;
            entries <= IN_MEMORY
        };
        let fitting = blocks.iter().take_while(fits).count();
        blocks.truncate(fitting.max(1));
        return Ok(Some(Plan {
            level: 1,
            sources: blocks,
        }));
    }
    let runs: Vec<RunRow> = on!(db, conn => decision_runs::table
        .filter(decision_runs::level.gt(0)).filter(decision_runs::state.eq(LIVE))
        .order((decision_runs::level, decision_runs::first)).load(conn))
    .map_err(failed())?;
    let ready = runs
        .chunk_by(|one, other| one.level == other.level)
        .find(|level| level.len() >= POWER);
    let level = ready.and_then(|level| level.first()).map(|run| run.level);
    Ok(level.map(|level| Plan {
        level: level.saturating_add(1),
        sources: runs
            .into_iter()
            .filter(|run| run.level == level)
            .take(POWER)
            .collect(),
    }))
}

struct Merger<'a> {
    store: &'a Store,
    plan: Plan,
    first: i64,
    last: i64,
    builder: i64,
}

impl Merger<'_> {
    /// Says that this run is being made, and removes what another left of it; `false` where
    /// another is making it.
    fn begin(&self) -> Result<bool, StoreError> {
        let (level, first) = (self.plan.level, self.first);
        let row = RunRow {
            level,
            first,
            last: self.last,
            state: MAKING,
            builder: self.builder,
            people: Vec::new(),
        };
        self.store.outside_the_ledger(|db| {
            let of = decision_runs::table.find((level, first));
            let other: Option<RunRow> = on!(db, conn => of.first(conn).optional())
                .map_err(StoreError::failed("merging lists of decisions"))?;
            if let Some(other) = other {
                if other.builder.saturating_add(ABANDONED) > self.builder {
                    return Ok(false);
                }
                on!(db, conn => diesel::delete(of).execute(conn))
                    .map_err(StoreError::failed("merging lists of decisions"))?;
            }
            on!(db, conn => diesel::delete(decision_chunks::table
                .filter(decision_chunks::level.eq(level)).filter(decision_chunks::first.eq(first)))
                .execute(conn))
            .map_err(StoreError::failed("merging lists of decisions"))?;
            on!(db, conn => diesel::insert_into(decision_runs::table).values(&row).execute(conn))
                .map_err(StoreError::failed("merging lists of decisions"))?;
            Ok(true)
        })
    }

    /// Writes the chunks, in order.
    fn fill(&self) -> Result<(), StoreError> {
        let mut sources = self.sources();
        let mut rows = Vec::with_capacity(A_TIME);
        while let Some(entries) = self.next_chunk(&mut sources)? {
            rows.push(ChunkRow {
                level: self.plan.level,
                first: self.first,
                print: entries.first().map_or(0, |(print, _)| i64::from(*print)),
                entries: encode(&entries, unsigned(self.first)),
            });
            if rows.len() == A_TIME {
                self.write(&rows)?;
                rows.clear();
            }
        }
        self.write(&rows)
    }

    fn write(&self, rows: &[ChunkRow]) -> Result<(), StoreError> {
        self.store.outside_the_ledger(|db| {
            for row in rows {
                on!(db, conn => diesel::insert_into(decision_chunks::table).values(row).execute(conn))
                    .map_err(StoreError::failed("merging lists of decisions"))?;
            }
            Ok(())
        })
    }

    /// From here on this run counts, and those that it was made of are gone.
    fn count(&self) -> Result<bool, StoreError> {
        let failed = || StoreError::failed("merging lists of decisions");
        let source = self.plan.level.saturating_sub(1);
        let firsts: Vec<i64> = self.plan.sources.iter().map(|run| run.first).collect();
        let counted = self.store.outside_the_ledger(|db| {
            let own = decision_runs::table
                .find((self.plan.level, self.first))
                .filter(decision_runs::builder.eq(self.builder))
                .filter(decision_runs::state.eq(MAKING));
            let own = on!(db, conn => diesel::update(own)
                .set(decision_runs::state.eq(LIVE)).execute(conn))
            .map_err(failed())?;
            let mut gone = 0;
            for firsts in firsts.chunks(500) {
                gone += on!(db, conn => diesel::delete(decision_runs::table
                    .filter(decision_runs::level.eq(source))
                    .filter(decision_runs::first.eq_any(firsts))).execute(conn))
                .map_err(failed())?;
            }
            if own == 1 && gone == firsts.len() {
                Ok(())
            } else {
                // another was faster: nothing of this counts
                Err(StoreError::Failed {
                    doing: "merging lists of decisions",
                    kind: "another process did it".into(),
                })
            }
        });
        counted?;
        if source > 0 {
            for first in firsts {
                self.store.drop_chunks(source, first)?;
            }
        }
        Ok(true)
    }

    fn sources(&self) -> Vec<Source> {
        if self.plan.level > 1 {
            let run = |run: &RunRow| Source {
                run: Some((run.level, run.first)),
                after: -1,
                entries: VecDeque::new(),
            };
            return self.plan.sources.iter().map(run).collect();
        }
        let each = self.plan.sources.iter();
        let mut entries: Vec<Posting> = each
            .flat_map(|run| small(&run.people, unsigned(run.first)))
            .collect();
        entries.sort_unstable();
        vec![Source {
            run: None,
            after: -1,
            entries: entries.into(),
        }]
    }

    /// The next entries in order: some [`CHUNK`], and all of the last print among them.
    fn next_chunk(&self, sources: &mut [Source]) -> Result<Option<Vec<Posting>>, StoreError> {
        let mut chunk: Vec<Posting> = Vec::with_capacity(CHUNK);
        loop {
            for source in &mut *sources {
                source.fill(self.store)?;
            }
            let least = sources
                .iter_mut()
                .filter(|source| !source.entries.is_empty())
                .min_by_key(|source| source.entries.front().copied());
            let Some(next) = least.and_then(|source| source.entries.pop_front()) else {
                break;
            };
            let last = chunk.last();
            if chunk.len() >= CHUNK && last.is_some_and(|(print, _)| *print != next.0) {
                // it begins the chunk after this one
                put_back(sources, next);
                break;
            }
            if last != Some(&next) {
                chunk.push(next);
            }
        }
        Ok((!chunk.is_empty()).then_some(chunk))
    }
}

/// Any source takes it: it is the least that there is.
fn put_back(sources: &mut [Source], posting: Posting) {
    if let Some(source) = sources.first_mut() {
        source.entries.push_front(posting);
    }
}

/// A run that is read in order, a chunk at a time.
struct Source {
    run: Option<(i16, i64)>,
    after: i64,
    entries: VecDeque<Posting>,
}

impl Source {
    fn fill(&mut self, store: &Store) -> Result<(), StoreError> {
        let Some((level, first)) = self.run.filter(|_| self.entries.is_empty()) else {
            return Ok(());
        };
        let after = self.after;
        let chunk: Option<ChunkRow> = store.read(|tx| {
            on!(tx.db, conn => decision_chunks::table
                .filter(decision_chunks::level.eq(level))
                .filter(decision_chunks::first.eq(first))
                .filter(decision_chunks::print.gt(after))
                .order(decision_chunks::print).first(conn).optional())
            .map_err(StoreError::failed("merging lists of decisions"))
        })?;
        let Some(chunk) = chunk else {
            self.run = None;
            return Ok(());
        };
        self.after = chunk.print;
        let base: Position = unsigned(first);
        let entries = decode(&chunk.entries, base);
        self.entries = entries
            .ok_or(StoreError::damaged("a list of decisions"))?
            .into();
        Ok(())
    }
}
