//! Recorded decisions: how many bytes one takes, how long it takes to find one again. They are
//! synthetic and written straight through the store's own path, in blocks as batches make them.

use crate::registry::{directory, home};
use crate::table::{Table, grouped, median};
use placet::access::{KeepRetention, Principal, ReadDecisions, ReadSubjects, Serve, authorize};
use placet::audit::decision::{Context, Named, Record};
use placet::cli::system::{SystemClock, SystemEntropy};
use placet::domain::ids::{DecisionId, SubjectId};
use placet::domain::personal::Secret;
use placet::domain::time::{Clock, Entropy, random};
use placet::store::keys::{KeyDirectory, MasterKey};
use placet::store::{
    DatabaseUrl, DecisionBlock, Expiring, Expiry, MOST_DECISIONS, Options, Order, Store,
    StoreError, Unlocked, Whose,
};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

/// How many decisions there are: `PLACET_BENCH_DECISIONS`.
static DECISIONS: LazyLock<u64> = LazyLock::new(|| {
    let asked = std::env::var("PLACET_BENCH_DECISIONS").ok();
    asked.map_or(10_000_000, |text| text.parse().expect("a number"))
});
/// Blocks of one commit.
const TOGETHER: u64 = 16;
/// Decisions about a person, as a rule.
const A_PERSON: u64 = 10;
/// Look-ups of each kind.
const LOOKUPS: u64 = 400;
/// The first decision was made then: 22 November 2026, in milliseconds.
const BEGIN: u64 = 1_795_348_800_000;

/// Measures.
pub fn measure(table: &mut Table) {
    let large = Case {
        name: "blocks of 1,024",
        decisions: *DECISIONS,
        block: MOST_DECISIONS as u64,
    };
    large.measure(table);
    let small = Case {
        name: "blocks of 1",
        decisions: *DECISIONS / 100,
        block: 1,
    };
    small.measure(table);
}

struct Case {
    name: &'static str,
    decisions: u64,
    block: u64,
}

impl Case {
    fn measure(&self, table: &mut Table) {
        let file = directory().join(format!("decisions-{}.db", self.block));
        clear(&file);
        let store = open(&file);
        let empty = size(&file);
        let started = Instant::now();
        self.fill(&store);
        let filled = started.elapsed().as_secs_f64();
        let serve = authorize::<Serve>(&Principal::System).expect("the service serves");
        let started = Instant::now();
        while store
            .merge_people(&serve, SystemClock.now())
            .expect("merge")
        {}
        let merged = started.elapsed().as_secs_f64();
        store.settle(&serve).expect("bring the file in");
        let bytes = (size(&file) - empty) as f64 / self.decisions as f64;
        let count = grouped(self.decisions as f64);
        let each = grouped(self.decisions as f64 / filled);
        table.line(
            format!("decisions recorded, {}", self.name),
            format!("{each} /s, then {merged:.1} s of merging"),
            format!("{count} decisions, one thread, SQLite, {TOGETHER} blocks a commit"),
        );
        table.line(
            format!("bytes a decision, {}", self.name),
            format!("{bytes:.1}"),
            "the database file, the log and the lists of people included",
        );
        self.find(&store, table);
        self.take_out(&store, table);
        drop(store);
        clear(&file);
    }

    fn fill(&self, store: &Store) {
        let serve = authorize::<Serve>(&Principal::System).expect("the service serves");
        let dice = SystemEntropy::new();
        let blocks = self.decisions.div_ceil(self.block);
        for first in (0..blocks).step_by(TOGETHER as usize) {
            let sealed = (first..blocks.min(first + TOGETHER)).map(|block| {
                let records = self.records(block, &dice);
                let sealed = DecisionBlock::seal(records, store.keys(), &dice);
                Arc::new(sealed.expect("seal a block"))
            });
            let sealed: Vec<_> = sealed.collect();
            let (grant, none) = (serve.clone(), Arc::from(Vec::new()));
            let order = Order::at(SystemClock.now());
            store
                .write_blocking(&serve, order, move |tx| {
                    let mut entry = tx.record_decisions(&grant, &sealed[0], &none);
                    for block in &sealed[1..] {
                        entry = tx.record_decisions(&grant, block, &none);
                    }
                    Ok::<_, StoreError>(entry.with(()))
                })
                .expect("record decisions");
        }
    }

    /// The decisions of a block: one campaign, thirty kinds of facts.
    fn records(&self, block: u64, dice: &dyn Entropy) -> Vec<Record> {
        let contexts: Vec<Arc<Context>> = (0..30.min(self.block))
            .map(|kind| Arc::new(self.context(block, kind)))
            .collect();
        let first = block * self.block;
        let one = |n: u64| Record {
            id: self.id(n, dice),
            subject: Some(subject(n, self.decisions)),
            position: 1_000_000 + n,
            evidence: Some(n),
            valid_until: Some(1_826_884_800_123_456 + n as i64),
            at: None,
            lawful_from: None,
            context: contexts[(n % contexts.len() as u64) as usize].clone(),
        };
        let end = self.decisions.min(first + self.block);
        (first..end).map(one).collect()
    }

    fn context(&self, block: u64, kind: u64) -> Context {
        // thirty known facts, two bytes each, as a consented e-mail has
        let facts = (0..30).flat_map(|fact| [fact * 3, (kind as u8) ^ fact]);
        Context {
            asked_by: "key:019aab2c-3d4e-7f50-8a1b-2c3d4e5f6071".into(),
            campaign: Some(campaign(block).into()),
            channel: "email".into(),
            day: "2026-11-22".into(),
            facts: facts.collect(),
            laws: "FR".into(),
            outcome: [kind as u8 % 4; 32],
            policy_version: format!("sha256:{}", "0".repeat(64)).into(),
            purpose: "newsletter".into(),
            shape: [9; 32],
            named: Named::default(),
        }
    }

    /// Blocks follow each other by two milliseconds.
    fn id(&self, n: u64, dice: &dyn Entropy) -> [u8; 16] {
        let millis = BEGIN + n / self.block * 2;
        let mut id: [u8; 16] = random(dice).expect("dice");
        id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        // the lookups below know some ids
        id[8..].copy_from_slice(&spread(n).to_be_bytes());
        id
    }

    /// Takes all of them out, as if their time were over.
    fn take_out(&self, store: &Store, table: &mut Table) {
        let keep = authorize::<KeepRetention>(&Principal::System).expect("the service keeps");
        let now = SystemClock.now();
        let keepers = store.read(|tx| tx.keepers(&keep, now.utc().date_naive()));
        let keepers = Arc::new(keepers.expect("read"));
        let (mut behind, mut longest) = (None, 0_f64);
        let started = Instant::now();
        loop {
            let (actor, keepers, begun) = (keep.clone(), keepers.clone(), Instant::now());
            let order = Order {
                alone: true,
                ..Order::at(SystemClock.now())
            };
            let step = store.write_blocking(&keep, order, move |tx| {
                let step = tx.expire_decisions(&actor, behind, i64::MAX, &keepers)?;
                let step = step.ok_or(Ended::Done)?;
                let what = Expiry::Gone(Expiring::Decisions, step.gone_through);
                let told = serde_json::json!({ "decisions": step.decisions });
                Ok::<_, Ended>(tx.act_on_expiry(&actor, told, what).with(step))
            });
            longest = longest.max(begun.elapsed().as_secs_f64() * 1_000.0);
            match step {
                Ok(step) => behind = Some(step.value.through),
                Err(Ended::Done) => break,
                Err(Ended::Failed(error)) => panic!("take out decisions: {error}"),
            }
        }
        let through = behind.expect("there were some");
        store
            .drop_empty_runs(&keep, through, SystemClock.now())
            .expect("drop the lists of people");
        let each = self.decisions as f64 / started.elapsed().as_secs_f64();
        table.line(
            format!("decisions taken out by age, {}", self.name),
            format!("{} /s", grouped(each)),
            format!("one after the other; the longest transaction {longest:.0} ms"),
        );
    }

    fn find(&self, store: &Store, table: &mut Table) {
        let read = authorize::<ReadDecisions>(&Principal::Operator).expect("the operator reads");
        let persons = authorize::<ReadSubjects>(&Principal::Operator).expect("the operator reads");
        let some = |at: u64| spread(at) % self.decisions;
        let by_id = timed(|at| {
            let n = some(at);
            // the chance in an id is not kept: its block is found by the person's list of one
            let whose = Whose::Subject(SubjectId::from_bytes(subject(n, self.decisions)));
            let found = store.read(|tx| tx.decisions(&persons, &whose, u64::MAX >> 1, 1));
            DecisionId::from_bytes(found.expect("read")[0].record.id)
        });
        let known: Vec<DecisionId> = by_id.1;
        let mut next = known.into_iter();
        let (by_id, _) = timed(|_| {
            let id = next.next().expect("an id");
            let found = store.read(|tx| tx.decision(&read, id)).expect("read");
            assert_eq!(found.expect("a decision").record.id, *id.as_bytes());
        });
        let (by_person, _) = timed(|at| {
            let whose = Whose::Subject(SubjectId::from_bytes(subject(some(at), self.decisions)));
            let found = store.read(|tx| tx.decisions(&persons, &whose, u64::MAX >> 1, 50));
            assert_eq!(found.expect("read").len() as u64, A_PERSON);
        });
        let (by_campaign, _) = timed(|at| {
            let whose = Whose::Campaign(campaign(some(at) / self.block));
            let found = store.read(|tx| tx.decisions(&read, &whose, u64::MAX >> 1, 50));
            assert!(!found.expect("read").is_empty());
        });
        for (what, times) in [
            ("by id", by_id),
            ("by person (all ten)", by_person),
            ("by campaign (newest 50)", by_campaign),
        ] {
            table.line(
                format!("found {what}, {}", self.name),
                format!("{:.2} ms, 99 of 100 within {:.2} ms", times.0, times.1),
                format!(
                    "{LOOKUPS} at random among {}",
                    grouped(self.decisions as f64)
                ),
            );
        }
    }
}

/// Why a step did not happen.
enum Ended {
    Done,
    Failed(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Median and 99th percentile in milliseconds, and what was found.
fn timed<T>(mut one: impl FnMut(u64) -> T) -> ((f64, f64), Vec<T>) {
    let (mut times, mut found) = (Vec::new(), Vec::new());
    for at in 0..LOOKUPS {
        let started = Instant::now();
        found.push(one(at));
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    let middle = median(&times);
    times.sort_by(f64::total_cmp);
    ((middle, times[times.len() * 99 / 100]), found)
}

/// A number for a number, spread over all.
const fn spread(n: u64) -> u64 {
    crate::people::mix(n ^ 0x5eed)
}

/// The person of a decision: each is decided about ten times, far apart.
fn subject(n: u64, decisions: u64) -> [u8; 16] {
    let person = n % (decisions / A_PERSON);
    let mut id = [1; 16];
    id[..8].copy_from_slice(&person.to_be_bytes());
    id[8..].copy_from_slice(&spread(person).to_be_bytes());
    id
}

fn campaign(block: u64) -> String {
    format!("campaign-{}", block / 500)
}

fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

fn open(file: &Path) -> Store {
    let home = home(&url(file));
    let options = Options {
        owner: None,
        url: DatabaseUrl::Sqlite(file.to_owned()),
        master: MasterKey::new(&Secret::new([7; 32])).expect("a master key"),
        key_directory: KeyDirectory::new(home.join("keys")),
        entropy: Arc::new(SystemEntropy::new()),
        origin: "bench.example/decisions".into(),
        now: SystemClock.now(),
        register: placet::store::RegisterPlace {
            directory: home.join("register"),
            node: "bench".into(),
        },
    };
    let unlocked = Unlocked::unlock(options).expect("unlock the registry");
    Store::open(unlocked, Arc::new(|_| ())).expect("open the registry")
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |about| about.len())
}

fn clear(file: &Path) {
    drop(std::fs::remove_dir_all(home(&url(file))));
    for ending in ["", "-wal", "-shm", "-head"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        drop(std::fs::remove_file(name));
    }
}
