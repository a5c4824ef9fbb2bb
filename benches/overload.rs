//! Five times as many checks as one core can answer: what is answered, how late, and how soon it is over.
//!
//! Requests come at their own pace, whether others are answered or not, over as many connections as it takes. Each is
//! a batch of a hundred checks: the core that asks could not ask for five times as many single ones.

use crate::generator::{Order, body, head_of, read_whole, write};
use crate::people::PERSONS;
use crate::registry::Place;
use crate::server::{Server, pinned};
use crate::table::{Table, grouped};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

const BATCH: u64 = 100;
/// Nobody has more.
const CONNECTIONS: usize = 4_000;
/// Half the peak, five times it, and half of it again.
const PHASES: [(f64, f64); 3] = [(0.5, 4.0), (5.0, 15.0), (0.5, 8.0)];

/// What to ask, and how often.
#[derive(Clone, Serialize, Deserialize)]
struct Flood {
    order: Order,
    peak: f64,
}

/// One answer: when it came, after how long, and whether it was one.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Answer {
    at: f64,
    late: f64,
    answered: bool,
}

/// What came of it.
#[derive(Default, Serialize, Deserialize)]
struct Outcome {
    answers: Vec<Answer>,
    /// For which no connection was free.
    unsent: Vec<f64>,
    /// Refusals that said something else than `deny`.
    wrong: u64,
}

/// Measures.
pub fn measure(place: &Place, table: &mut Table) {
    let keys = place.filled(*PERSONS);
    let server = Server::start(place, Some(0), 1);
    let order = Order {
        port: server.ready.placet,
        path: "/v1/checks".into(),
        key: keys.marketing,
        connections: 16,
        seconds: 4.0,
        batch: BATCH,
        later: false,
        seed: 0,
    };
    let outcome = order.run(Some(1));
    let peak = outcome.requests as f64 / outcome.seconds;
    let flood = Flood { order, peak };
    let output = pinned(Some(1))
        .arg("flood")
        .arg(serde_json::to_string(&flood).expect("JSON"))
        .stderr(std::process::Stdio::inherit())
        .output()
        .expect("run the flood");
    assert!(output.status.success(), "the flood failed");
    let outcome: Outcome = serde_json::from_slice(&output.stdout).expect("what came of it");
    tell(table, place.database, peak, &outcome);
}

fn tell(table: &mut Table, name: &str, peak: f64, outcome: &Outcome) {
    assert_eq!(outcome.wrong, 0, "who is turned away is told to deny");
    let peak_told = format!("{} checks/s", grouped(peak * BATCH as f64));
    table.line(
        format!("peak of one core, batches of {BATCH}, {name}"),
        peak_told,
        "16 connections",
    );
    let (mut from, mut starts) = (0.0, Vec::new());
    for (times, seconds) in PHASES {
        starts.push(from);
        let of = |answered: bool| -> Vec<f64> {
            let until = from + seconds;
            let ours = outcome
                .answers
                .iter()
                .filter(|one| (from..until).contains(&one.at));
            let mut late: Vec<f64> = ours
                .filter(|one| one.answered == answered)
                .map(|one| one.late)
                .collect();
            late.sort_by(f64::total_cmp);
            late
        };
        let (answered, refused) = (of(true), of(false));
        let unsent = outcome
            .unsent
            .iter()
            .filter(|at| (from..from + seconds).contains(*at))
            .count();
        table.line(
            format!("at {times} times the peak, {name}"),
            format!(
                "{} checks/s answered, {:.0} % of the peak",
                grouped(answered.len() as f64 * BATCH as f64 / seconds),
                answered.len() as f64 / seconds / peak * 100.0
            ),
            format!(
                "answers within {}; {} requests/s turned away within {}; {} requests/s found none of {CONNECTIONS} connections free",
                percentiles(&answered),
                grouped(refused.len() as f64 / seconds),
                percentiles(&refused),
                grouped(unsent as f64 / seconds),
            ),
        );
        from += seconds;
    }
    let calm = starts[2];
    let late = outcome
        .answers
        .iter()
        .filter(|one| one.at > calm && (!one.answered || one.late > 0.05));
    let last = late.map(|one| one.at - calm).fold(0.0, f64::max);
    table.line(
        format!("after it, {name}"),
        format!("{last:.1} s"),
        "until the last request that was turned away or answered after more than 50 ms",
    );
}

fn percentiles(late: &[f64]) -> String {
    let of = |part: f64| late.get(((late.len() as f64 - 1.0) * part) as usize);
    let told = |part| of(part).map_or("-".into(), |late| format!("{:.0}", late * 1e3));
    format!("{} / {} ms (half / 99 %)", told(0.5), told(0.99))
}

/// `flood FLOOD`.
pub fn run(args: &[String]) {
    let flood: Flood = serde_json::from_str(&args[0]).expect("a flood");
    let outcome = actix_web::rt::System::new().block_on(ask(flood));
    println!("{}", serde_json::to_string(&outcome).expect("JSON"));
}

/// Connections that are free, and what was seen.
struct Shared {
    free: RefCell<Vec<TcpStream>>,
    open: RefCell<usize>,
    outcome: RefCell<Outcome>,
    begun: Instant,
    port: u16,
}

async fn ask(flood: Flood) -> Outcome {
    let requests: Vec<Rc<Vec<u8>>> = (0..200).map(|n| Rc::new(flood.order.request(n))).collect();
    let shared = Rc::new(Shared {
        free: RefCell::default(),
        open: RefCell::new(0),
        outcome: RefCell::default(),
        begun: Instant::now(),
        port: flood.order.port,
    });
    let (mut sent, mut due) = (0_usize, Duration::ZERO);
    for (times, seconds) in PHASES {
        let count = (flood.peak * times * seconds) as u32;
        for _ in 0..count {
            due += Duration::from_secs_f64(seconds / f64::from(count));
            // what is due is sent, however late this thread is itself
            if due > shared.begun.elapsed() {
                actix_web::rt::time::sleep(due.saturating_sub(shared.begun.elapsed())).await;
            }
            let request = requests[sent % requests.len()].clone();
            actix_web::rt::spawn(one(shared.clone(), request, due));
            sent += 1;
            if sent.is_multiple_of(64) {
                tokio::task::yield_now().await;
            }
        }
    }
    actix_web::rt::time::sleep(Duration::from_secs(3)).await;
    shared.outcome.take()
}

async fn one(shared: Rc<Shared>, request: Rc<Vec<u8>>, due: Duration) {
    let free = shared.free.borrow_mut().pop();
    let stream = match free {
        Some(stream) => stream,
        None if *shared.open.borrow() >= CONNECTIONS => {
            shared.outcome.borrow_mut().unsent.push(due.as_secs_f64());
            return;
        }
        None => {
            *shared.open.borrow_mut() += 1;
            match TcpStream::connect(("127.0.0.1", shared.port)).await {
                Ok(stream) => stream,
                Err(_) => return *shared.open.borrow_mut() -= 1,
            }
        }
    };
    let mut buffer = Vec::with_capacity(64 * 1024);
    if !write(&stream, &request).await || !read_whole(&stream, &mut buffer).await {
        *shared.open.borrow_mut() -= 1;
        return;
    }
    let (head, whole) = (head_of(&buffer), shared.begun.elapsed());
    let answered = head.starts_with("HTTP/1.1 200");
    let mut outcome = shared.outcome.borrow_mut();
    if !answered {
        let said: Option<serde_json::Value> = serde_json::from_slice(body(&buffer)).ok();
        let denied = said.is_some_and(|said| said["decision"] == "deny");
        outcome.wrong += u64::from(!denied || !head.starts_with("HTTP/1.1 503"));
    }
    outcome.answers.push(Answer {
        at: due.as_secs_f64(),
        late: (whole.saturating_sub(due)).as_secs_f64(),
        answered,
    });
    if head.to_ascii_lowercase().contains("connection: close") {
        *shared.open.borrow_mut() -= 1;
    } else {
        shared.free.borrow_mut().push(stream);
    }
}
