//! The way to the systems: each kind by its own file.

use super::{folder, mysql, postgres, sqlite, webhook};
use crate::app::systems::{Answer, Call, Fault, Posted, Reach, Reply};
use crate::cli::egress::{Egress, Failed, Host, Kind};
use crate::domain::ids::{CaseId, TaskId};
use crate::domain::personal::{Personal, Secret};
use crate::domain::systems::{
    Address, Erasing, Failure, Outcome, Password, Sql, Step, System, Verb, Via, outcome_of,
};
use crate::domain::time::Clock;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The largest answer that is read, in bytes.
pub(super) const LARGEST: u64 = 16 << 20;

/// Goes to each system by its own way.
pub struct Ways {
    /// The time of signatures.
    pub clock: Arc<dyn Clock>,
    /// The way out.
    pub egress: Egress,
}

/// What a system over the network needs.
#[derive(Clone, Copy)]
pub(super) struct Outward<'a> {
    pub clock: &'a dyn Clock,
    pub egress: &'a Egress,
}

impl Outward<'_> {
    /// The addresses of a database server, each looked at.
    pub fn places(
        self,
        at: &Address,
        usual: u16,
        bounds: Bounds,
    ) -> Result<Vec<SocketAddr>, Fault> {
        let (host, port) = (Host::of(&at.host).map_err(fault)?, at.port.unwrap_or(usual));
        let found = self
            .egress
            .places(&host, port, Kind::Server, bounds.timeout);
        found.map_err(fault)
    }
}

/// Why nothing came of a call.
pub(super) fn fault(failed: Failed) -> Fault {
    let why = match &failed {
        Failed::NotAllowed(_) | Failed::Address(_) => Failure::NotAllowed,
        Failed::Nameless | Failed::Unreachable => Failure::Unreachable,
        Failed::TimedOut => Failure::TimedOut,
        Failed::TooMuch => Failure::TooMuch,
        Failed::Garbage => Failure::Garbage,
    };
    let told = matches!(why, Failure::NotAllowed);
    Fault {
        why,
        detail: told.then(|| failed.to_string()),
    }
}

/// Bounds of a call.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// Until when.
    pub until: Instant,
    /// How long in all.
    pub timeout: Duration,
    /// Most rows.
    pub rows: u32,
}

impl Bounds {
    fn of(system: &System) -> Self {
        let timeout = Duration::from_secs(system.timeout.into());
        Self {
            until: Instant::now() + timeout,
            timeout,
            rows: system.most_rows,
        }
    }

    /// Whether statements may have changed so many rows, each as many as are allowed.
    pub fn allow(&self, changed: u64, statements: &[String]) -> Result<(), Fault> {
        if changed > u64::from(self.rows).saturating_mul(statements.len() as u64) {
            return Err(Failure::TooManyRows.into());
        }
        Ok(())
    }
}

/// What is run in a database.
pub(super) enum Work<'a> {
    /// Reads.
    Read(&'a str),
    /// Changes, in one transaction.
    Change(&'a [String]),
    /// Sees whether these can be run, and runs the first, which reads.
    Try(&'a str, Vec<&'a str>),
}

fn work<A>(sql: &Sql<A>, verb: Verb, step: Step) -> Work<'_> {
    match (step, verb) {
        (Step::Act, Verb::Mask) => Work::Change(&sql.mask),
        (Step::Act, _) => Work::Change(&sql.erase),
        (Step::Verify, _) => Work::Read(sql.recheck.as_ref().unwrap_or(&sql.read)),
        (Step::Locate, _) => Work::Read(&sql.read),
    }
}

fn trial<A>(sql: &Sql<A>, erasing: Erasing) -> Work<'_> {
    let changes = match erasing {
        Erasing::Erase => sql.erase.as_slice(),
        Erasing::Mask => sql.mask.as_slice(),
        Erasing::Keep => &[],
    };
    let others = sql.recheck.iter().chain(changes);
    Work::Try(&sql.read, others.map(String::as_str).collect())
}

impl Ways {
    fn outward(&self) -> Outward<'_> {
        Outward {
            clock: self.clock.as_ref(),
            egress: &self.egress,
        }
    }
}

impl Reach for Ways {
    fn call(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        let bounds = Bounds::of(call.system);
        let (verb, step, out) = (call.verb, call.step, self.outward());
        match &call.system.via {
            Via::Postgres(sql) => {
                postgres::run(&sql.at, &work(sql, verb, step), call.keys, bounds, out)
            }
            Via::Mysql(sql) => mysql::run(&sql.at, &work(sql, verb, step), call.keys, bounds, out),
            Via::Sqlite(sql) => sqlite::run(&sql.at, &work(sql, verb, step), call.keys, bounds),
            Via::Webhook(hook) => webhook::call(hook, call, bounds, out),
            Via::Folder(at) => folder::call(at, call),
            Via::Manual(_) => Ok(Answer::Later(None)),
        }
    }

    fn probe(&self, system: &System) -> Result<(), Fault> {
        let bounds = Bounds::of(system);
        let nobody = Personal::new(vec!["0".to_owned()]);
        let (erasing, out) = (system.on_erasure, self.outward());
        match &system.via {
            Via::Postgres(sql) => {
                postgres::run(&sql.at, &trial(sql, erasing), &nobody, bounds, out)
            }
            Via::Mysql(sql) => mysql::run(&sql.at, &trial(sql, erasing), &nobody, bounds, out),
            Via::Sqlite(sql) => sqlite::run(&sql.at, &trial(sql, erasing), &nobody, bounds),
            Via::Webhook(hook) => return webhook::probe(hook, bounds, out),
            Via::Folder(at) => return folder::probe(at),
            Via::Manual(_) => return Ok(()),
        }
        .map(drop)
    }

    fn heard(&self, system: &System, posted: &Posted<'_>) -> Option<(i64, Result<Reply, Fault>)> {
        let Via::Webhook(hook) = &system.via else {
            return None;
        };
        let at = webhook::signed_at(hook, posted, self.clock.now().utc().timestamp())?;
        Some((at, reply(posted.body)))
    }

    fn settle(&self, system: &System, task: TaskId) {
        if let Via::Folder(at) = &system.via {
            folder::settle(at, task);
        }
    }
}

/// A secret, from where the registration says.
pub(super) fn secret(at: &Password) -> Result<Secret<String>, Fault> {
    let missing = || Fault {
        why: Failure::SecretMissing,
        detail: Some(match at {
            Password::Env(name) => format!("variable {name}"),
            Password::File(name) => format!("file {name}"),
        }),
    };
    let text = match at {
        Password::Env(name) => std::env::var(name).map_err(|_| missing())?,
        Password::File(name) => std::fs::read_to_string(name).map_err(|_| missing())?,
    };
    let text = Secret::new(text);
    let trimmed = text.expose().trim();
    if trimmed.is_empty() {
        return Err(missing());
    }
    Ok(Secret::new(trimmed.to_owned()))
}

/// A task as it is sent to a system.
#[derive(Serialize)]
pub(super) struct Sent<'a> {
    task: TaskId,
    request: CaseId,
    step: Step,
    #[serde(rename = "do")]
    verb: Verb,
    by: &'a str,
    identifiers: &'a [String],
}

impl<'a> Sent<'a> {
    pub fn of(call: &'a Call<'_>) -> Self {
        Self {
            task: call.task,
            request: call.case,
            step: call.step,
            verb: call.verb,
            by: call.system.asks_by.as_str(),
            identifiers: call.keys.reveal(),
        }
    }
}

/// What a system answers to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    outcome: String,
    #[serde(default)]
    count: u64,
    #[serde(default)]
    rows: Vec<Value>,
    ground: Option<String>,
    until: Option<NaiveDate>,
}

/// Understands an answer.
pub(super) fn understand(body: &[u8]) -> Result<Answer, Fault> {
    reply(body).map(Answer::Said)
}

fn reply(body: &[u8]) -> Result<Reply, Fault> {
    let told: Told = serde_json::from_slice(body).map_err(|_| Failure::Garbage)?;
    if told.rows.iter().any(|row| !row.is_object()) {
        return Err(Failure::Garbage.into());
    }
    let outcome = outcome_of(&told.outcome, told.ground.as_deref(), told.until)
        .map_err(|_| Failure::Garbage)?;
    if matches!(outcome, Outcome::Failed { .. }) {
        return Err(Failure::SaysFailed.into());
    }
    Ok(Reply {
        outcome,
        count: told.count,
        rows: Personal::new(told.rows),
    })
}
