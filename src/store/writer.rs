//! The one writer of a process. Waiting writes share a transaction and its `fsync`: the batch
//! is loaded, each use case runs on it in order, everything is flushed with the head of the log
//! locked last, committed, told to the index, and only then answered.

use super::connection::{Db, on};
use super::contacts;
use super::crowd::Place;
use super::error::StoreError;
use super::flush::{self, Flush};
use super::keys::{Epoch, Keyring};
use super::load;
use super::mark::Mark;
use super::outside::{self, Outside, Sealing};
use super::paces;
use super::policies::PolicyInForce;
use super::rows::IdempotencyRow;
use super::schema::{idempotency, registry};
use super::turn::Turn;
use super::tx::{Recorded, WriteTx};
use super::url::DatabaseUrl;
use super::world::World;
use crate::domain::ids::{Blind, Position, SubjectId};
use crate::domain::registry::{Catalogue, Change, PersonImage};
use crate::domain::time::{Entropy, Now};
use crate::domain::tip::Stretch;
use diesel::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Most writes that share one commit.
const BATCH: usize = 256;
/// How long a batch waits for as many callers as the one before it had.
const LINGER: Duration = Duration::from_millis(1);
/// How often a batch that met another node's is run again before it fails.
const ATTEMPTS: u32 = 5;

/// What a write needs loaded before it can run.
#[derive(Clone, Debug)]
pub struct Order {
    /// The instant of the request.
    pub now: Now,
    /// The identifiers that it names.
    pub blinds: Vec<Blind>,
    /// The persons that it names.
    pub subjects: Vec<SubjectId>,
    /// The caller's key for retries.
    pub idempotency: Option<IdempotencyKey>,
    /// It shares its transaction with no other write: it changes more than the persons loaded.
    pub alone: bool,
}

impl Order {
    /// A write that touches no person.
    #[must_use]
    pub const fn at(now: Now) -> Self {
        Self {
            now,
            blinds: Vec::new(),
            subjects: Vec::new(),
            idempotency: None,
            alone: false,
        }
    }
}

/// A caller's key for retries, and what it was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Hash of caller and key.
    pub key: [u8; 32],
    /// Hash of the request.
    pub fingerprint: [u8; 32],
}

/// What a commit did, for the index.
#[derive(Debug)]
pub struct Commit {
    /// Where its entries stand in the log.
    pub stretch: Stretch,
    /// What changed.
    pub changes: Vec<Change>,
    /// The policy version that it put in force.
    pub policy: Option<PolicyInForce>,
    /// Whether it only recorded decisions: then it changed nothing that a check reads.
    pub only_decisions: bool,
}

/// A write, its types forgotten.
pub(super) trait Job: Send {
    fn order(&self) -> &Order;
    /// Runs the use case; `false` where it refused. May run several times.
    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool;
    /// The answer to keep for a retry, now that the positions are known.
    fn answer(&self, positions: &[Position]) -> Option<String>;
    /// Hands the outcome over.
    fn done(self: Box<Self>, outcome: Result<Vec<Position>, StoreError>);
    /// Hands over what an earlier write with this idempotency key answered.
    fn replay(self: Box<Self>, answer: &str);
}

type Batch = Vec<Box<dyn Job>>;

/// The outcome of one job within a batch.
struct Ran {
    accepted: bool,
    entries: std::ops::Range<usize>,
}

/// The thread's state.
pub(super) struct Writer {
    pub url: DatabaseUrl,
    pub keys: Arc<Keyring>,
    pub entropy: Arc<dyn Entropy>,
    pub origin: String,
    pub observer: Arc<dyn Fn(Commit) + Send + Sync>,
    pub db: Option<Db>,
    pub mark: Option<Arc<Mark>>,
    pub turn: Turn,
    pub outside: Arc<Outside>,
    pub catalogue: Arc<Catalogue>,
    pub catalogue_at: i64,
    pub epoch: Epoch,
}

impl Writer {
    /// Serves until every sender is gone.
    pub fn serve(mut self, jobs: &Receiver<Box<dyn Job>>) {
        let (mut last, mut waiting) = (1, Vec::new());
        loop {
            if waiting.is_empty() {
                match jobs.recv() {
                    Ok(job) => waiting.push(job),
                    Err(_) => return,
                }
            }
            gather(jobs, &mut waiting, last);
            let (batch, repeats) = split_repeats(std::mem::take(&mut waiting));
            last = batch.len();
            waiting = repeats;
            self.serve_batch(batch);
        }
    }

    /// Commits a batch together; where that fails, each of its writes alone, so that one bad
    /// write does not fail the others.
    fn serve_batch(&mut self, batch: Batch) {
        let (alone, batch): (Batch, Batch) = batch.into_iter().partition(|job| job.order().alone);
        self.serve_shared(batch);
        alone.into_iter().for_each(|job| self.serve_alone(job));
    }

    fn serve_shared(&mut self, mut batch: Batch) {
        if batch.len() > 1 {
            match self.attempt(&mut batch) {
                Ok(ran) => return finish(batch, ran),
                Err(StoreError::Uncertain) => {
                    return batch
                        .into_iter()
                        .for_each(|job| job.done(Err(StoreError::Uncertain)));
                }
                Err(error) => {
                    tracing::warn!(%error, writes = batch.len(), "a shared commit failed; its writes are tried alone");
                }
            }
        }
        for job in batch {
            self.serve_alone(job);
        }
    }

    fn serve_alone(&mut self, job: Box<dyn Job>) {
        let mut alone = vec![job];
        let mut tries = 1;
        loop {
            match self.attempt(&mut alone) {
                Ok(ran) => return finish(alone, ran),
                Err(StoreError::Failed { .. }) if tries < ATTEMPTS => tries += 1,
                Err(error) => {
                    tracing::error!(%error, "a write failed");
                    let mut error = Some(error);
                    for job in alone {
                        job.done(Err(error.take().unwrap_or(StoreError::Stopping)));
                    }
                    return;
                }
            }
        }
    }

    /// One transaction. After a failure nothing of it remains.
    fn attempt(&mut self, batch: &mut [Box<dyn Job>]) -> Result<Outcome, StoreError> {
        let turn = self.turn.clone();
        let _turn = turn.take();
        let mut db = self.begin()?;
        let ready = self
            .within(&mut db, batch)
            .and_then(|ready| self.announce(ready));
        match ready {
            Ok((outcome, commit)) => {
                let ended = if commit.is_some() {
                    db.commit()
                } else {
                    db.rollback()
                };
                // whether it was committed is not known: to run it again might write it twice
                ended.map_err(|error| {
                    tracing::error!(%error, "a commit did not return");
                    StoreError::Uncertain
                })?;
                self.db = Some(db);
                self.outside.committed();
                if let Some(commit) = commit {
                    (self.observer)(commit);
                }
                Ok(outcome)
            }
            Err(error) => {
                // a connection that cannot roll back is dropped and opened anew
                if db.rollback().is_ok() {
                    self.db = Some(db);
                }
                Err(error)
            }
        }
    }

    /// Says how far the log will go, before it goes there; not where nothing changes that a check
    /// reads (recorded decisions): the checks that go on meanwhile need not look at the database.
    fn announce<T>(&self, ready: (T, Option<Commit>)) -> Result<(T, Option<Commit>), StoreError> {
        if let (Some(mark), Some(commit)) = (&self.mark, &ready.1)
            && !commit.only_decisions
        {
            mark.set(commit.stretch.end)?;
        }
        Ok(ready)
    }

    /// A connection with a transaction; a connection that has died meanwhile is replaced.
    fn begin(&mut self) -> Result<Db, StoreError> {
        if let Some(mut db) = self.db.take()
            && db.begin_write().is_ok()
        {
            return Ok(db);
        }
        let mut db = Db::connect_writer(&self.url)?;
        db.begin_write()?;
        Ok(db)
    }

    fn within(
        &mut self,
        db: &mut Db,
        batch: &mut [Box<dyn Job>],
    ) -> Result<(Outcome, Option<Commit>), StoreError> {
        self.refresh(db)?;
        let mut world = self.world();
        let (blinds, subjects) = wanted(batch);
        load::load(db, &self.keys, &mut world, &blinds, &subjects)?;
        let saved = saved_answers(db, batch)?;
        let mut linked = Vec::new();
        let mut ran = Vec::with_capacity(batch.len());
        for job in batch.iter_mut() {
            let known = job
                .order()
                .idempotency
                .as_ref()
                .is_some_and(|key| saved.contains_key(&key.key));
            let outcome = if known {
                None
            } else {
                Some(self.run_one(db, &mut world, job, &mut linked)?)
            };
            ran.push(outcome);
        }
        if world.pending.is_empty() {
            return Ok((
                Outcome {
                    ran,
                    saved,
                    first: 0,
                },
                None,
            ));
        }
        let now = batch
            .iter()
            .map(|job| job.order().now)
            .max()
            .unwrap_or(Now::at(chrono::DateTime::UNIX_EPOCH));
        let flush = Flush {
            registry: &self.origin,
            entropy: self.entropy.as_ref(),
            now,
        };
        let stretch = flush.run(db, &mut world)?;
        let first = stretch.first;
        remember(db, batch, &ran, first, now)?;
        self.write_outside(db, &world, (stretch.end, now))?;
        let changes = Self::changes(db, &mut world, &linked, first)?;
        Ok((
            Outcome { ran, saved, first },
            Some(Commit {
                stretch,
                changes,
                only_decisions: world.only_decisions(),
                policy: world.policy,
            }),
        ))
    }

    /// What a restore must not lose is on another disk before it is acknowledged.
    fn write_outside(
        &self,
        db: &mut Db,
        world: &World,
        (end, now): (Position, Now),
    ) -> Result<(), StoreError> {
        if world.again {
            return Ok(());
        }
        let acts = outside::gather(db, world)?;
        if acts.is_empty() {
            return Ok(());
        }
        let sealing = Sealing {
            keys: &self.keys,
            epoch: self.epoch,
            entropy: self.entropy.as_ref(),
        };
        self.outside
            .write_down(db, (end, now.utc()), acts, &sealing)
    }

    fn world(&self) -> World {
        World {
            by_blind: HashMap::new(),
            subjects: HashMap::new(),
            catalogue: self.catalogue.clone(),
            catalogue_changed: false,
            epoch: self.epoch,
            pending: Vec::new(),
            extras: Vec::new(),
            changes: Vec::new(),
            policy: None,
            erased_contacts: Vec::new(),
            again: false,
            decided_by: None,
        }
    }

    /// Runs one use case; where it refuses, what it did is undone.
    fn run_one(
        &self,
        db: &mut Db,
        world: &mut World,
        job: &mut Box<dyn Job>,
        linked: &mut Vec<Blind>,
    ) -> Result<Ran, StoreError> {
        let (start, extras) = (world.pending.len(), world.extras.len());
        let now = job.order().now;
        let mut tx = WriteTx {
            db,
            keys: &self.keys,
            entropy: self.entropy.as_ref(),
            now,
            world,
            start,
            undo: Vec::new(),
            linked: Vec::new(),
            broken: false,
        };
        let accepted = job.run(&mut tx);
        let (broken, undo, new) = (
            tx.broken,
            std::mem::take(&mut tx.undo),
            std::mem::take(&mut tx.linked),
        );
        if broken {
            return Err(StoreError::Failed {
                doing: "running a use case",
                kind: "a query failed".into(),
            });
        }
        if accepted {
            linked.extend(new.into_iter().map(|(blind, _)| blind));
        } else {
            world.pending.truncate(start);
            world.extras.truncate(extras);
            undo_all(world, undo, &new);
        }
        Ok(Ran {
            accepted,
            entries: start..world.pending.len(),
        })
    }

    /// The catalogue and the key epoch as they are now.
    fn refresh(&mut self, db: &mut Db) -> Result<(), StoreError> {
        let columns = (registry::catalogue_at, registry::key_epoch);
        let (at, epoch): (i64, i32) = on!(db, conn => registry::table.select(columns).first(conn))
            .map_err(StoreError::failed("reading the catalogue's age"))?;
        self.epoch = Epoch::of(epoch);
        if at != self.catalogue_at {
            self.catalogue = Arc::new(super::catalogue::load(db)?);
            self.catalogue_at = at;
        }
        Ok(())
    }

    fn changes(
        db: &mut Db,
        world: &mut World,
        linked: &[Blind],
        first: Position,
    ) -> Result<Vec<Change>, StoreError> {
        let mut contacts: HashMap<SubjectId, Vec<Blind>> = HashMap::new();
        for blind in linked {
            if let Some(subject) = world.by_blind.get(blind).and_then(|id| world.resolve(*id)) {
                contacts.entry(subject).or_default().push(*blind);
            }
        }
        let mut changes = std::mem::take(&mut world.changes);
        let numbers = world.numbers(first);
        let persons = flush::changed(world).map(|(id, subject)| {
            Change::Person(PersonImage {
                subject: *id,
                merged_into: subject.merged_into,
                standing: subject.row().standing(),
                cells: subject.cells(),
                contacts: contacts.remove(id).unwrap_or_default(),
                kinds: subject.new_kinds(),
                number: numbers.get(id).copied(),
            })
        });
        changes.extend(persons);
        changes.extend(reached(world)?);
        changes.extend(slowed(world));
        if world.catalogue_changed {
            changes.push(Change::Catalogue(Arc::new(super::catalogue::load(db)?)));
        }
        Ok(changes)
    }
}

/// The contacts of the changed persons, where the batch asked for them; else they are as they were.
fn reached(world: &World) -> Result<Vec<Change>, StoreError> {
    let held = |(id, subject): (&SubjectId, &super::world::Subject)| {
        let held = subject.contacts.as_deref()?;
        Some(contacts::image(held).map(|image| Change::Contacts(*id, image)))
    };
    flush::changed(world).filter_map(held).collect()
}

/// The pauses and bounds of the changed persons, where the batch asked for them; else they are as they
/// were.
fn slowed(world: &World) -> impl Iterator<Item = Change> {
    flush::changed(world).filter_map(|(id, subject)| {
        let held = subject.paces.as_ref()?;
        Some(Change::Paces(*id, paces::image(held)))
    })
}

/// How a batch went.
struct Outcome {
    /// One a job; `None` where an earlier answer is replayed.
    ran: Vec<Option<Ran>>,
    saved: HashMap<[u8; 32], IdempotencyRow>,
    first: Position,
}

impl Outcome {
    fn positions(&self, ran: &Ran) -> Vec<Position> {
        ran.entries
            .clone()
            .map(|entry| self.first.saturating_add(entry as u64))
            .collect()
    }
}

/// Takes what is waiting; after a shared batch, waits a moment for its callers to come back.
fn gather(jobs: &Receiver<Box<dyn Job>>, waiting: &mut Vec<Box<dyn Job>>, last: usize) {
    let until = Instant::now() + LINGER;
    while waiting.len() < BATCH {
        let next = if waiting.len() < last {
            jobs.recv_timeout(until.saturating_duration_since(Instant::now()))
        } else {
            jobs.try_recv().map_err(|_| RecvTimeoutError::Timeout)
        };
        match next {
            Ok(job) => waiting.push(job),
            Err(_) => return,
        }
    }
}

/// Two writes with one idempotency key never share a batch: the second must find the first.
fn split_repeats(jobs: Batch) -> (Batch, Batch) {
    let mut seen = HashSet::new();
    jobs.into_iter()
        .partition(|job| match &job.order().idempotency {
            Some(key) => seen.insert(key.key),
            None => true,
        })
}

fn wanted(batch: &[Box<dyn Job>]) -> (BTreeSet<Blind>, BTreeSet<SubjectId>) {
    let blinds = batch
        .iter()
        .flat_map(|job| job.order().blinds.iter().copied())
        .collect();
    let subjects = batch
        .iter()
        .flat_map(|job| job.order().subjects.iter().copied())
        .collect();
    (blinds, subjects)
}

fn undo_all(
    world: &mut World,
    undo: Vec<(SubjectId, Option<super::world::Subject>)>,
    linked: &[(Blind, Option<SubjectId>)],
) {
    for (id, before) in undo.into_iter().rev() {
        match before {
            Some(subject) => drop(world.subjects.insert(id, subject)),
            None => drop(world.subjects.remove(&id)),
        }
    }
    for (blind, before) in linked.iter().rev() {
        match before {
            Some(owner) => drop(world.by_blind.insert(*blind, *owner)),
            None => drop(world.by_blind.remove(blind)),
        }
    }
}

fn saved_answers(
    db: &mut Db,
    batch: &[Box<dyn Job>],
) -> Result<HashMap<[u8; 32], IdempotencyRow>, StoreError> {
    let keys: Vec<Vec<u8>> = batch
        .iter()
        .filter_map(|job| job.order().idempotency.as_ref())
        .map(|key| key.key.to_vec())
        .collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<IdempotencyRow> =
        on!(db, conn => idempotency::table.filter(idempotency::key.eq_any(keys)).load(conn))
            .map_err(StoreError::failed("looking for idempotency keys"))?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.key.clone().try_into().ok()?, row)))
        .collect())
}

fn remember(
    db: &mut Db,
    batch: &[Box<dyn Job>],
    ran: &[Option<Ran>],
    first: Position,
    now: Now,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for (job, ran) in batch.iter().zip(ran) {
        let (Some(key), Some(ran)) = (&job.order().idempotency, ran) else {
            continue;
        };
        let positions: Vec<Position> = ran
            .entries
            .clone()
            .map(|entry| first.saturating_add(entry as u64))
            .collect();
        let Some(answer) = job.answer(&positions).filter(|_| ran.accepted) else {
            continue;
        };
        rows.push(IdempotencyRow {
            key: key.key.to_vec(),
            fingerprint: key.fingerprint.to_vec(),
            answer,
            created_at: now.micros(),
        });
    }
    flush::remember(db, &rows)
}

fn finish(batch: Vec<Box<dyn Job>>, outcome: Outcome) {
    for (job, ran) in batch.into_iter().zip(&outcome.ran) {
        match ran {
            Some(ran) => job.done(Ok(outcome.positions(ran))),
            None => replay(job, &outcome.saved),
        }
    }
}

fn replay(job: Box<dyn Job>, saved: &HashMap<[u8; 32], IdempotencyRow>) {
    let key = job.order().idempotency.clone();
    match key
        .as_ref()
        .and_then(|key| saved.get(&key.key))
        .zip(key.as_ref())
    {
        Some((row, key)) if row.fingerprint == key.fingerprint => job.replay(&row.answer),
        _ => job.done(Err(StoreError::KeyReused)),
    }
}

/// A write with its types: the use case, and where its outcome goes.
pub(super) struct Typed<T, E, F> {
    pub order: Order,
    pub act: F,
    pub outcome: Option<Result<T, E>>,
    pub reply: tokio::sync::oneshot::Sender<Result<Committed<T>, E>>,
    /// Among those that wait, until it is done.
    pub _place: Place,
}

/// What a write answers after its commit.
#[derive(Debug, Clone)]
pub struct Committed<T> {
    /// The use case's own answer.
    pub value: T,
    /// The positions of its entries, in order.
    pub positions: Vec<Position>,
    /// Whether this is what an earlier write with the same idempotency key answered.
    pub replayed: bool,
}

impl<T, E, F> Job for Typed<T, E, F>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Send,
    E: From<StoreError> + Send,
    F: Fn(&mut WriteTx<'_>) -> Result<Recorded<T>, E> + Send,
{
    fn order(&self) -> &Order {
        &self.order
    }

    fn run(&mut self, tx: &mut WriteTx<'_>) -> bool {
        let outcome = (self.act)(tx).map(|recorded| recorded.0);
        let accepted = outcome.is_ok();
        self.outcome = Some(outcome);
        accepted
    }

    fn answer(&self, positions: &[Position]) -> Option<String> {
        let value = self.outcome.as_ref()?.as_ref().ok()?;
        serde_json::to_string(&(value, positions)).ok()
    }

    fn done(self: Box<Self>, outcome: Result<Vec<Position>, StoreError>) {
        let answer = match (outcome, self.outcome) {
            (Ok(positions), Some(Ok(value))) => Ok(Committed {
                value,
                positions,
                replayed: false,
            }),
            (_, Some(Err(refusal))) => Err(refusal),
            (Err(error), _) => Err(error.into()),
            (Ok(_), None) => Err(StoreError::Stopping.into()),
        };
        // the caller may have gone; what was committed stays committed
        drop(self.reply.send(answer));
    }

    fn replay(self: Box<Self>, answer: &str) {
        let read =
            serde_json::from_str(answer).map_err(|_| StoreError::damaged("a kept answer").into());
        let answer = read.map(|(value, positions)| Committed {
            value,
            positions,
            replayed: true,
        });
        drop(self.reply.send(answer));
    }
}
