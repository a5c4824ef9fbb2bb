//! What others answer to the question whether somebody is in, on the same core, from the same core, in the same run:
//! Redis (`SISMEMBER`) and PostgreSQL (a `SELECT` by its index). They know no law, no history and no proof; they are what
//! somebody would use who needs none.

use crate::people;
use crate::postgres::Cluster;
use crate::process;
use crate::table::{Table, grouped, median};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const MEMBERS: u64 = 1_000_000;
const ROUNDS: u64 = 5;
const SECONDS: u64 = 3;
const CONNECTIONS: usize = 64;

/// Measures.
pub fn measure(cluster: Option<&Cluster>, table: &mut Table) {
    match Redis::start() {
        Some(redis) => {
            redis.load();
            let rounds: Vec<f64> = (0..ROUNDS).map(|round| redis.asked(round)).collect();
            table.line(
                "peer: Redis SISMEMBER",
                format!("{} /s", grouped(median(&rounds))),
                format!("{MEMBERS} members, {CONNECTIONS} connections, its core 0, asked from core 1; median of {ROUNDS}"),
            );
        }
        None => table.note("Redis is left out: there is no redis-server here"),
    }
    match cluster.and_then(selected) {
        Some(rate) => table.line(
            "peer: PostgreSQL indexed SELECT",
            format!("{} /s", grouped(rate)),
            format!("{MEMBERS} rows, prepared, pgbench with 8 connections, both cores; median of {ROUNDS}"),
        ),
        None => table.note("PostgreSQL's SELECT is left out: there is no pgbench here"),
    }
}

/// A server of its own, in memory alone; ends when dropped.
struct Redis {
    child: Child,
    port: u16,
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Redis {
    fn start() -> Option<Self> {
        let program = process::find(&["redis-server"])?;
        let port = process::free_port();
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program);
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
        command.args(["--save", "", "--appendonly", "no"]);
        let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = silent.spawn().ok()?;
        let redis = Self { child, port };
        process::until(Duration::from_secs(10), || redis.connected().is_some()).then_some(redis)
    }

    fn connected(&self) -> Option<TcpStream> {
        TcpStream::connect(("127.0.0.1", self.port)).ok()
    }

    fn load(&self) {
        let mut stream = self.connected().expect("it runs");
        let mut answers = BufReader::new(stream.try_clone().expect("a second hand"));
        for first in (0..MEMBERS).step_by(1_000) {
            let addresses = (first..first + 1_000).map(people::address);
            let mut words = vec!["SADD".to_owned(), "yes".to_owned()];
            words.extend(addresses);
            stream.write_all(&resp(&words)).expect("write");
            let mut line = String::new();
            answers.read_line(&mut line).expect("an answer");
            assert!(line.starts_with(':'), "{line}");
        }
    }

    /// Answers a second.
    fn asked(&self, round: u64) -> f64 {
        let end = Instant::now() + Duration::from_secs(SECONDS);
        let ask = |at: u64| {
            let mut stream = self.connected().expect("it runs");
            stream.set_nodelay(true).expect("no delay");
            let mut answers = BufReader::new(stream.try_clone().expect("a second hand"));
            let (mut count, mut line) = (0_u64, String::new());
            while Instant::now() < end {
                let person = people::mix(round ^ at << 32 ^ count) % (MEMBERS * 5 / 4);
                let words = [
                    "SISMEMBER".to_owned(),
                    "yes".into(),
                    people::address(person),
                ];
                stream.write_all(&resp(&words)).expect("write");
                line.clear();
                answers.read_line(&mut line).expect("an answer");
                assert!(line.starts_with(':'), "{line}");
                count += 1;
            }
            count
        };
        let count: u64 = std::thread::scope(|scope| {
            let asks: Vec<_> = (0..CONNECTIONS as u64)
                .map(|at| scope.spawn(move || ask(at)))
                .collect();
            asks.into_iter().map(|one| one.join().expect("asks")).sum()
        });
        count as f64 / SECONDS as f64
    }
}

/// A command as Redis reads it.
fn resp(words: &[String]) -> Vec<u8> {
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        text += &format!("${}\r\n{word}\r\n", word.len());
    }
    text.into_bytes()
}

/// Rows found a second.
fn selected(cluster: &Cluster) -> Option<f64> {
    cluster.fresh("peers");
    let make = format!(
        "CREATE TABLE p AS SELECT 'person' || n || '@example.com' AS email, n % 10 < 6 AS yes FROM generate_series(0, {}) n; \
         ALTER TABLE p ADD PRIMARY KEY (email); ANALYZE p",
        MEMBERS - 1
    );
    cluster.sql("peers", &make).then_some(())?;
    let script = format!(
        "\\set n random(0, {})\nSELECT yes FROM p WHERE email = 'person' || :n || '@example.com';\n",
        MEMBERS * 5 / 4
    );
    let rounds: Option<Vec<f64>> = (0..ROUNDS)
        .map(|_| cluster.pgbench("peers", &script, SECONDS))
        .collect();
    cluster.fresh("peers");
    Some(median(&rounds?))
}
