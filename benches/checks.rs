//! Single checks over HTTP on one core, beside a bare handler that reads the same body and
//! answers a constant of the same size, in turns.

use crate::generator::{Order, Outcome};
use crate::people::PERSONS;
use crate::registry::Place;
use crate::server::Server;
use crate::table::{Table, grouped, median};

const ROUNDS: u64 = 7;
/// Requests under way: as many as a tool that sends a campaign has, so that the one core is busy.
const CONNECTIONS: usize = 256;

/// What one side did in one round.
struct Round {
    per_second: f64,
    per_cpu_second: f64,
}

/// Measures.
pub fn measure(place: &Place, table: &mut Table) {
    let keys = place.filled(*PERSONS);
    let order = Order {
        port: 0,
        path: "/v1/checks".into(),
        key: keys.marketing,
        connections: CONNECTIONS,
        seconds: 3.0,
        batch: 1,
        later: false,
        seed: 0,
    };
    let size = answer_size(place, &order);
    let server = Server::start(place, Some(0), size);
    let (mut ours, mut later, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let seed = round * 1_000_003;
        ours.push(one(
            &server,
            &Order {
                port: server.ready.placet,
                seed,
                ..order.clone()
            },
        ));
        later.push(one(
            &server,
            &Order {
                port: server.ready.placet,
                later: true,
                seed,
                ..order.clone()
            },
        ));
        bare.push(one(
            &server,
            &Order {
                port: server.ready.bare,
                seed,
                ..order.clone()
            },
        ));
    }
    tell(place, table, [&ours, &later, &bare], size);
}

/// The usual size of an answer, for the constant.
fn answer_size(place: &Place, order: &Order) -> usize {
    let server = Server::start(place, Some(0), 1);
    let outcome = Order {
        port: server.ready.placet,
        seconds: 1.0,
        ..order.clone()
    }
    .run(Some(1));
    outcome.bytes_a_answer as usize
}

fn one(server: &Server, order: &Order) -> Round {
    let before = server.cpu_seconds();
    let Outcome {
        requests, seconds, ..
    } = order.run(Some(1));
    let used = server.cpu_seconds() - before;
    // the warm-up used the processor as well
    let cpu = used * seconds / (seconds + 0.3);
    Round {
        per_second: requests as f64 / seconds,
        per_cpu_second: requests as f64 / cpu,
    }
}

fn tell(place: &Place, table: &mut Table, [ours, later, bare]: [&[Round]; 3], size: usize) {
    let all = |rounds: &[Round], figure: fn(&Round) -> f64| {
        rounds.iter().map(figure).collect::<Vec<f64>>()
    };
    let ratio = |ours: &[Round], figure: fn(&Round) -> f64| {
        let pairs: Vec<f64> = ours
            .iter()
            .zip(bare)
            .map(|(ours, bare)| figure(ours) / figure(bare))
            .collect();
        format!("{:.0} %", median(&pairs) * 100.0)
    };
    let (wall, cpu): (fn(&Round) -> f64, fn(&Round) -> f64) =
        (|r| r.per_second, |r| r.per_cpu_second);
    let figures = |rounds: &[Round]| {
        format!(
            "{} /s, {} /CPU s",
            grouped(median(&all(rounds, wall))),
            grouped(median(&all(rounds, cpu)))
        )
    };
    let name = place.database;
    table.line(
        format!("single check, on record before the answer, {name}"),
        figures(ours),
        format!(
            "{CONNECTIONS} connections, one core, {} persons",
            grouped(*PERSONS as f64)
        ),
    );
    table.line(
        format!("single check, on record later, {name}"),
        figures(later),
        "the same with `\"record\": \"later\"`",
    );
    table.line(
        "bare handler",
        figures(bare),
        format!("same body parsed, {size} bytes answered"),
    );
    table.line(
        format!("check against bare, {name}"),
        format!("{} (by CPU time {})", ratio(ours, wall), ratio(ours, cpu)),
        format!("median of {ROUNDS} pairs; at least 70 %"),
    );
    table.line(
        format!("check on record later against bare, {name}"),
        format!("{} (by CPU time {})", ratio(later, wall), ratio(later, cpu)),
        format!("median of {ROUNDS} pairs"),
    );
}
