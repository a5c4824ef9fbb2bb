//! An hour of mixed load on the program as it is installed, on both databases at once: does it hold more memory at the
//! end than at the beginning, or more files?
//!
//! The persons are the same all the time, but for those who come and are erased, so that nothing has a reason to grow
//! in memory. `PLACET_BENCH_SOAK` says how many seconds it lasts.

use crate::people;
use crate::postgres::Cluster;
use crate::service::Service;
use crate::table::{Table, grouped, median};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{Scope, scope, sleep};
use std::time::{Duration, Instant};

const PERSONS: u64 = 30_000;
const LINES: u64 = 20_000;

/// `None` where it came about; otherwise the status that was answered, 0 where the answer broke off.
type Outcome = Option<u16>;

fn unless(came_about: bool, status: u16) -> Outcome {
    (!came_about).then_some(status)
}

/// What is looked at every five seconds.
#[derive(Clone, Copy)]
struct Look {
    kibibytes: f64,
    files: f64,
    threads: f64,
}

/// One registry under load.
struct Load<'a> {
    service: &'a Service,
    keys: [String; 3],
    over: &'a AtomicBool,
    /// Of each kind, how many there were of each outcome.
    counts: Mutex<BTreeMap<&'static str, BTreeMap<Outcome, u64>>>,
    /// How long each check took, in seconds.
    checks: Mutex<Vec<f32>>,
    next: AtomicU64,
}

fn lasts() -> Duration {
    let chosen = std::env::var("PLACET_BENCH_SOAK").ok();
    Duration::from_secs(chosen.map_or(3_600, |text| text.parse().expect("seconds")))
}

/// Measures.
pub fn measure(cluster: Option<&Cluster>, table: &mut Table) {
    let postgres = cluster.map(|cluster| ("PostgreSQL", Some(cluster.fresh("soak").url)));
    let databases = [Some(("SQLite", None)), postgres].into_iter().flatten();
    let services: Vec<_> = databases
        .map(|(name, database)| (name, Service::start(database)))
        .collect();
    let (over, lasts) = (AtomicBool::new(false), lasts());
    let loads: Vec<_> = services
        .iter()
        .map(|(name, service)| (*name, Load::of(service, &over)))
        .collect();
    let mut looks: Vec<Vec<Look>> = vec![Vec::new(); loads.len()];
    scope(|scope| {
        for (_, load) in &loads {
            load.begin(scope);
        }
        let begun = Instant::now();
        while begun.elapsed() < lasts {
            for ((_, load), looks) in loads.iter().zip(&mut looks) {
                looks.push(Look::at(load.service.process()));
            }
            sleep(Duration::from_secs(5));
        }
        over.store(true, Ordering::Relaxed);
    });
    for ((name, load), looks) in loads.iter().zip(&looks) {
        tell(table, name, load, looks);
    }
}

fn tell(table: &mut Table, name: &str, load: &Load<'_>, looks: &[Look]) {
    let sixth = (looks.len() / 6).max(1);
    let of = |looks: &[Look], what: fn(&Look) -> f64| {
        median(&looks.iter().map(what).collect::<Vec<f64>>())
    };
    // the first sixth is left out: caches fill
    let second = looks
        .iter()
        .skip(sixth)
        .take(sixth)
        .copied()
        .collect::<Vec<_>>();
    let last = &looks[looks.len() - sixth..];
    let figure = |what: fn(&Look) -> f64| (of(&second, what), of(last, what));
    let (memory, files) = (figure(|look| look.kibibytes), figure(|look| look.files));
    let threads = figure(|look| look.threads);
    let most = looks.iter().map(|look| look.kibibytes).fold(0.0, f64::max);
    table.line(
        format!("{} s of mixed load, {name}: memory", lasts().as_secs()),
        format!("{:.1} → {:.1} MiB", memory.0 / 1024.0, memory.1 / 1024.0),
        format!(
            "medians of the second and the last sixth, {:.1} at most; files {} → {}, threads {} → {}",
            most / 1024.0, files.0, files.1, threads.0, threads.1
        ),
    );
    let counts = load.counts.lock().expect("counts");
    let told: Vec<String> = counts.iter().map(|(kind, of)| counted(kind, of)).collect();
    let mut checks = load.checks.lock().expect("checks");
    checks.sort_by(f32::total_cmp);
    let part = |part: f64| checks[((checks.len() - 1) as f64 * part) as usize] * 1e3;
    table.line(
        format!("its single checks, {name}"),
        format!("{:.1} / {:.1} ms (half / 99 %)", part(0.5), part(0.99)),
        told.join(", "),
    );
}

fn counted(kind: &str, outcomes: &BTreeMap<Outcome, u64>) -> String {
    let failed = outcomes.iter().filter_map(|(outcome, count)| {
        let status = (*outcome)?;
        Some(format!("{count} answered {status}"))
    });
    let failed: Vec<String> = failed.collect();
    let failed = if failed.is_empty() {
        "none failed".into()
    } else {
        failed.join(", ")
    };
    let all: u64 = outcomes.values().sum();
    format!("{} {kind} ({failed})", grouped(all as f64))
}

impl Look {
    fn at(process: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
        let field = |name: &str| -> f64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let word = line.and_then(|rest| rest.split_whitespace().next());
            word.and_then(|word| word.parse().ok()).expect("a figure")
        };
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).expect("it runs");
        Self {
            kibibytes: field("VmRSS:"),
            threads: field("Threads:"),
            files: files.count() as f64,
        }
    }
}

impl<'a> Load<'a> {
    fn of(service: &'a Service, over: &'a AtomicBool) -> Self {
        let load = Self {
            service,
            keys: ["collector", "marketing", "dpo"].map(|role| service.key(role)),
            over,
            counts: Mutex::default(),
            checks: Mutex::default(),
            next: AtomicU64::new(0),
        };
        for first in (0..PERSONS).step_by(500) {
            let some = (first..first + 500).map(|n| load.says(n, "given"));
            let body = json!({ "consents": some.collect::<Vec<Value>>() });
            let (status, said) = service.post("/v1/consents", &load.keys[0], &body);
            assert_eq!(status, 201, "{said}");
        }
        load
    }

    fn says(&self, n: u64, status: &str) -> Value {
        // a yes after a no is taken where it is dated only
        json!({ "subject": { "email": people::address(n) }, "purpose": "newsletter", "channel": "email",
            "status": status, "notice": "newsletter@1", "collected_at": chrono::Utc::now() })
    }

    fn begin<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        let every = |millis: u64, kind: &'static str, act: fn(&Self, u64) -> Outcome| {
            scope.spawn(move || {
                while !self.over.load(Ordering::Relaxed) {
                    let outcome = act(self, self.next.fetch_add(1, Ordering::Relaxed));
                    let mut counts = self.counts.lock().expect("counts");
                    *counts.entry(kind).or_default().entry(outcome).or_default() += 1;
                    drop(counts);
                    sleep(Duration::from_millis(millis));
                }
            });
        };
        every(4, "checks", Self::checks);
        every(4, "checks", Self::checks);
        every(20, "changes", Self::changes);
        every(20, "changes", Self::changes);
        every(1_000, "batches", Self::asks_for_many);
        every(5_000, "lists", Self::filters);
        every(2_000, "erasures", Self::comes_and_goes);
        every(5_000, "reads", Self::reads);
        every(500, "pages", Self::opens_pages);
    }

    fn question(n: u64) -> Value {
        json!({ "subject": { "email": people::address(people::mix(n) % PERSONS) }, "purpose": "newsletter", "channel": "email" })
    }

    fn checks(&self, n: u64) -> Outcome {
        let begun = Instant::now();
        let (status, _) = self
            .service
            .post("/v1/checks", &self.keys[1], &Self::question(n));
        let took = begun.elapsed().as_secs_f32();
        self.checks.lock().expect("checks").push(took);
        unless(status == 200, status)
    }

    fn changes(&self, n: u64) -> Outcome {
        let answer = if n.is_multiple_of(2) {
            "given"
        } else {
            "withdrawn"
        };
        let says = self.says(people::mix(n) % PERSONS, answer);
        let (status, _) = self.service.post("/v1/consents", &self.keys[0], &says);
        unless(status == 201, status)
    }

    fn asks_for_many(&self, n: u64) -> Outcome {
        let checks: Vec<Value> = (0..1_000)
            .map(|at| Self::question(n * 1_000 + at))
            .collect();
        let body = json!({ "checks": checks });
        let (status, _) = self.service.post("/v1/checks", &self.keys[1], &body);
        unless(status == 200, status)
    }

    fn filters(&self, n: u64) -> Outcome {
        let lines = (0..LINES).map(|at| people::address(people::mix(n + at) % (PERSONS * 2)));
        let list = format!("email\n{}\n", lines.collect::<Vec<String>>().join("\n"));
        let path = format!("/v1/audiences?purpose=newsletter&channel=email&campaign=c{n}");
        let request = self.service.agent().post(self.service.url(&path));
        let request = request.header("authorization", format!("Bearer {}", self.keys[1]));
        let Ok(answer) = request.header("content-type", "text/csv").send(list) else {
            return Some(0);
        };
        let status = answer.status().as_u16();
        let whole = answer.into_body().read_to_string();
        unless(whole.is_ok_and(|text| text.contains("# placet")), status)
    }

    fn comes_and_goes(&self, n: u64) -> Outcome {
        let says = self.says(PERSONS * 3 + n, "given");
        let (status, said) = self.service.post("/v1/consents", &self.keys[0], &says);
        let subject = said["subject_id"].as_str().unwrap_or_default();
        let path = format!("/v1/subjects/{subject}/erasure");
        let body = json!({ "reason": "data_subject_request", "keep_suppression": false });
        if status != 201 {
            return Some(status);
        }
        let (status, _) = self.service.post(&path, &self.keys[2], &body);
        unless(status == 201, status)
    }

    fn reads(&self, n: u64) -> Outcome {
        let body = json!({ "email": people::address(n % PERSONS) });
        let (_, found) = self
            .service
            .post("/v1/subjects/lookup", &self.keys[2], &body);
        let subject = found["subject_id"].as_str().unwrap_or_default();
        let paths = [
            format!("/v1/subjects/{subject}/consents"),
            format!("/v1/subjects/{subject}/decisions"),
            "/v1/audit/entries?limit=100".to_owned(),
        ];
        paths.iter().find_map(|path| self.gets(path, &self.keys[2]))
    }

    fn opens_pages(&self, _: u64) -> Outcome {
        ["/sign-in", "/texts", "/console/sign-in", "/openapi.json"]
            .iter()
            .find_map(|path| self.gets(path, ""))
    }

    fn gets(&self, path: &str, key: &str) -> Outcome {
        let request = self.service.agent().get(self.service.url(path));
        let request = request.header("authorization", format!("Bearer {key}"));
        let Ok(answer) = request.call() else {
            return Some(0);
        };
        let status = answer.status();
        let whole = answer.into_body().read_to_vec();
        unless(whole.is_ok() && status.is_success(), status.as_u16())
    }
}
