//! The settings of an index over several nodes, and the way to the others.

use super::config::{Config, ConfigError};
use super::egress::{Egress, Failed, Kind, Line, Post};
use crate::app::shard::nodes::{Matter, Nodes, Sealed, Unheard};
use crate::domain::shard::Shard;
use crate::store::DatabaseUrl;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Who has not taken a connection by then is away.
const CONNECTS: Duration = Duration::from_millis(500);
/// Who has not answered checks by then is away. Another node is asked then, or the database.
const CHECKS: Duration = Duration::from_secs(1);
/// The same for lines of a list.
const LINES: Duration = Duration::from_secs(20);
/// For how long a node that was away is not asked.
const AWAY: Duration = Duration::from_secs(2);
/// The longest answer that is read, in bytes: ten thousand decisions.
const LONGEST: u64 = 64 << 20;

/// Whom this node holds in memory, where that is not everybody.
///
/// # Errors
/// Where the setting is none, or there can be no node beside this one.
pub fn shard(config: &Config, database: &DatabaseUrl) -> Result<Option<Shard>, ConfigError> {
    let (name, told) = ("index_shard", config.get("index_shard"));
    if told.is_empty() {
        return Ok(None);
    }
    let wrong = |mend: String| ConfigError::Value { name, mend };
    let shard = told
        .parse()
        .map_err(|error| wrong(format!("is {told:?} and {error}")))?;
    match database {
        DatabaseUrl::Postgres(_) => Ok(Some(shard)),
        DatabaseUrl::Sqlite(_) => Err(wrong(
            "needs PostgreSQL, over which other nodes hold the other parts; leave it out with SQLite"
                .into(),
        )),
    }
}

/// The other nodes, where there are such: `1/2=http://10.0.0.7:8080,2/2=…`.
///
/// # Errors
/// Where the setting cannot be read, or a node of this part alone.
pub fn others(
    config: &Config,
    own: Option<Shard>,
    egress: &Egress,
) -> Result<Option<Others>, ConfigError> {
    let (name, told) = ("index_nodes", config.list("index_nodes"));
    let wrong = |mend: String| ConfigError::Value { name, mend };
    if told.is_empty() {
        return Ok(None);
    }
    let own = own.ok_or_else(|| wrong("needs index_shard: which part this node holds".into()))?;
    let mut by_shard: BTreeMap<Shard, Vec<Node>> = BTreeMap::new();
    for one in &told {
        let mend =
            "must be parts and addresses with commas between them, like 2/8=http://10.0.0.7:8080";
        let (shard, url) = one
            .split_once('=')
            .ok_or_else(|| wrong(format!("has {one:?}, and {mend}")))?;
        let shard: Shard = shard
            .parse()
            .map_err(|error| wrong(format!("has {one:?}, whose part {error}")))?;
        if shard.count() != own.count() {
            let mend = format!("has {one:?}, but index_shard is {own}: both must be of as many");
            return Err(wrong(mend));
        }
        let line = egress.line(url, Kind::Signed, CONNECTS);
        let line = line.map_err(|error| wrong(format!("has {one:?}: {error}")))?;
        by_shard.entry(shard).or_default().push(Node::new(line));
    }
    let since = Instant::now();
    Ok(Some(Others { by_shard, since }))
}

/// The other nodes.
pub struct Others {
    by_shard: BTreeMap<Shard, Vec<Node>>,
    since: Instant,
}

/// One of them.
struct Node {
    line: Line,
    /// Until when it is not asked, in milliseconds.
    away_until: AtomicU64,
    /// How often those of its part were asked, so that each is in its turn.
    asked: AtomicUsize,
}

impl Node {
    const fn new(line: Line) -> Self {
        Self {
            line,
            away_until: AtomicU64::new(0),
            asked: AtomicUsize::new(0),
        }
    }

    fn ask(&self, letter: &Sealed<'_>) -> Result<Vec<u8>, Unheard> {
        let (path, within) = match letter.matter {
            Matter::Checks => ("/nodes/checks", CHECKS),
            Matter::Lines => ("/nodes/lines", LINES),
        };
        let order = Post {
            path,
            pass: letter.pass,
            body: letter.bytes,
            within,
            most: LONGEST,
        };
        let post = || self.line.post(&order);
        let answer = match post() {
            // a connection that was kept may have been closed meanwhile
            Err(Failed::Unreachable | Failed::Garbage) => post(),
            other => other,
        };
        let answer = answer.map_err(|error| {
            tracing::warn!(%error, matter = letter.matter.name(), "another node does not answer");
            Unheard::Away
        })?;
        match answer.status {
            200 => Ok(answer.body),
            429 | 503 => Err(Unheard::Busy),
            status => {
                tracing::warn!(
                    status,
                    matter = letter.matter.name(),
                    "another node does not answer"
                );
                Err(Unheard::Garbled)
            }
        }
    }
}

impl Others {
    fn passed(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Nodes for Others {
    fn carry(&self, to: Shard, letter: &Sealed<'_>) -> Result<Vec<u8>, Unheard> {
        let nodes = self.by_shard.get(&to).ok_or(Unheard::Away)?;
        let first = nodes.first().ok_or(Unheard::Away)?;
        let turn = first.asked.fetch_add(1, Ordering::Relaxed);
        let mut outcome = Err(Unheard::Away);
        for at in 0..nodes.len() {
            let Some(node) = nodes.get((turn + at) % nodes.len()) else {
                continue;
            };
            if node.away_until.load(Ordering::Relaxed) > self.passed() {
                continue;
            }
            outcome = node.ask(letter);
            match outcome {
                Ok(_) | Err(Unheard::Busy) => break,
                Err(_) => {
                    let until = self.passed() + AWAY.as_millis() as u64;
                    node.away_until.store(until, Ordering::Relaxed);
                }
            }
        }
        outcome
    }
}
