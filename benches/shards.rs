//! An index over two nodes, on PostgreSQL: what they hold, and what it costs to ask about somebody whom the node that is
//! asked does not hold. Beside it one node that holds all, on the same cores.

use crate::generator::Order;
use crate::people::{self, CELLS, PERSONS};
use crate::postgres::Cluster;
use crate::process::free_port;
use crate::service::Service;
use crate::table::{Table, grouped};
use serde_json::{Value, json};
use std::time::Instant;

/// Lines of the list.
const LINES: u64 = 100_000;
/// How often a single check is timed.
const TIMED: u64 = 3_000;

/// Measures.
pub fn measure(cluster: Option<&Cluster>, table: &mut Table) {
    let Some(cluster) = cluster else { return };
    let persons = *PERSONS;
    let whole = Service::start(Some(cluster.fresh("shards").url));
    fill(&whole, persons);
    let key = whole.key("marketing");
    let bytes = resident(&whole);
    let ports = [free_port(), free_port()];
    let [first, second] = ports.map(|port| format!("http://127.0.0.1:{port}"));
    let known = format!("1/2={first},2/2={second}");
    let parted = |at: usize, nodes: &str| {
        let shard = format!("{}/2", at + 1);
        let told = [
            ("PLACET_INDEX_SHARD", shard.as_str()),
            ("PLACET_INDEX_NODES", nodes),
            ("PLACET_EGRESS_ALLOW", "127.0.0.0/8"),
        ];
        whole.beside(ports[at], &told)
    };
    // a node that was just started, to compare with those that were
    let whole_again = whole.beside(free_port(), &[]);
    let started = resident(&whole_again);
    let both = [parted(0, &known), parted(1, &known)];
    let halves = both.each_ref().map(resident);
    table.line(
        "memory of a node that holds all / halves",
        format!(
            "{} / {}, {} MiB",
            started >> 20,
            halves[0] >> 20,
            halves[1] >> 20
        ),
        format!(
            "{} persons, the whole process, right after the start; the one that wrote them {} MiB",
            grouped(persons as f64),
            bytes >> 20
        ),
    );
    asks(table, "a node that holds all", &whole_again, &key);
    asks(table, "half, the other node asked", &both[0], &key);
    drop(both);
    let alone = parted(0, "");
    asks(table, "half, the database asked", &alone, &key);
}

fn asks(table: &mut Table, who: &str, service: &Service, key: &str) {
    let mut order = Order {
        port: service.port(),
        path: "/v1/checks".into(),
        key: key.to_owned(),
        connections: 64,
        seconds: 4.0,
        batch: 1,
        later: false,
        seed: 7,
    };
    let single = order.run(None);
    order.batch = 500;
    order.connections = 4;
    let batches = order.run(None);
    let mut took: Vec<f64> = (0..TIMED).map(|n| timed(service, key, n)).collect();
    took.sort_by(f64::total_cmp);
    let at = |part: usize| took[took.len() * part / 100];
    let list = list(service, key);
    table.line(
        format!("checks of {who}"),
        format!(
            "{} /s alone, {} /s in batches of 500",
            grouped(single.requests as f64 / single.seconds),
            grouped(batches.requests as f64 * 500.0 / batches.seconds)
        ),
        format!(
            "nodes, PostgreSQL and who asks on the same cores; one at a time {:.2} ms, 99 of 100 within {:.2} ms; a list of {} lines {list:.2} s",
            at(50),
            at(99),
            grouped(LINES as f64)
        ),
    );
}

/// Milliseconds until a check is answered.
fn timed(service: &Service, key: &str, n: u64) -> f64 {
    let question: Value = serde_json::from_str(&people::question(n)).expect("a question");
    let started = Instant::now();
    let (status, said) = service.post("/v1/checks", key, &question);
    assert_eq!(status, 200, "{said}");
    started.elapsed().as_secs_f64() * 1e3
}

/// Seconds until a list is filtered.
fn list(service: &Service, key: &str) -> f64 {
    let lines: Vec<String> = (0..LINES).map(people::address).collect();
    let body = format!("email\n{}\n", lines.join("\n"));
    let url = service.url("/v1/audiences?purpose=newsletter&channel=email");
    let started = Instant::now();
    let answer = service
        .agent()
        .post(url)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "text/csv")
        .send(body.as_str())
        .expect("an answer");
    assert!(answer.status().is_success());
    let passed = answer
        .into_body()
        .into_with_config()
        .limit(1 << 30)
        .read_to_vec();
    assert!(passed.expect("lines").len() > 1_000);
    started.elapsed().as_secs_f64()
}

fn fill(service: &Service, persons: u64) {
    let key = service.key("collector");
    let said = |n: u64| {
        let answer = move |at: u64| match people::mix(n ^ at << 48) % 10 {
            0..6 => "given",
            _ => "refused",
        };
        (0..).zip(CELLS).map(move |(at, (purpose, channel))| {
            json!({ "subject": { "email": people::address(n) }, "purpose": purpose, "channel": channel,
                "status": answer(at), "notice": format!("{purpose}@1") })
        })
    };
    let all: Vec<u64> = (0..persons).collect();
    for some in all.chunks(333) {
        let consents: Vec<Value> = some.iter().copied().flat_map(said).collect();
        let (status, said) = service.post("/v1/consents", &key, &json!({ "consents": consents }));
        assert_eq!(status, 201, "{said}");
    }
}

fn resident(service: &Service) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.process()));
    let status = status.expect("read /proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.expect("VmRSS").trim().trim_end_matches(" kB");
    kibibytes.parse::<u64>().expect("a number") * 1024
}
