//! Durable consents: one caller beside 64 at once, on the same database.

use crate::generator::Order;
use crate::people;
use crate::postgres::Cluster;
use crate::registry::{self, Keys, Place};
use crate::server::{Server, cpu_seconds};
use crate::table::{Table, grouped, median};
use placet::app::App;
use placet::app::record::Claim;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const ROUNDS: u64 = 5;
pub const SECONDS: f64 = 2.0;
pub const MANY: usize = 64;
/// Consents of one request, which is one transaction.
const BULK: u64 = 999;

/// Measures on both databases.
pub fn measure(cluster: Option<&Cluster>, table: &mut Table) {
    fsyncs(table);
    let places = [
        Some(Place::sqlite("writes")),
        cluster.map(|cluster| cluster.fresh("writes")),
    ];
    for place in places.into_iter().flatten() {
        place.clear();
        let keys = place.filled(1);
        let app = registry::open(&place.url);
        compare(&place, "use case", table, |callers, seed| {
            in_process(&app, callers, seed)
        });
        bulk(&place, &app, table);
        processor(&place, &app, table);
        drop(app);
        let server = Server::start(&place, None, 1);
        compare(&place, "HTTP", table, |callers, seed| {
            over_http(&server, &keys, callers, seed)
        });
    }
}

/// What the disk itself does, since one caller waits for it.
fn fsyncs(table: &mut Table) {
    let path = registry::directory().join("fsync");
    let file = std::fs::File::create(&path).expect("make a file");
    let round = |_| {
        let (started, mut count) = (Instant::now(), 0_u64);
        while started.elapsed() < Duration::from_millis(500) {
            std::os::unix::fs::FileExt::write_all_at(&file, &[1; 4096], count % 1000 * 4096)
                .expect("write");
            file.sync_data().expect("sync");
            count += 1;
        }
        count as f64 / started.elapsed().as_secs_f64()
    };
    let figures: Vec<f64> = (0..ROUNDS).map(round).collect();
    table.line(
        "fdatasync of this disk",
        format!("{} /s", grouped(median(&figures))),
        "one thread, 4 KiB each",
    );
    drop(std::fs::remove_file(path));
}

fn compare(place: &Place, way: &str, table: &mut Table, rate: impl Fn(usize, u64) -> f64) {
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        alone.push(rate(1, round * 2_000_000));
        together.push(rate(MANY, round * 2_000_000 + 1_000_000));
    }
    let ratios: Vec<f64> = alone
        .iter()
        .zip(&together)
        .map(|(alone, together)| together / alone)
        .collect();
    let name = place.database;
    let figure = format!(
        "{} /s and {} /s",
        grouped(median(&alone)),
        grouped(median(&together))
    );
    table.line(
        format!("durable consents, {name}, {way}"),
        figure,
        format!("1 caller and {MANY} callers"),
    );
    table.line(
        format!("the same, ratio, {name}, {way}"),
        format!("{:.1} ×", median(&ratios)),
        format!("median of {ROUNDS} pairs; at least 20 ×"),
    );
}

/// What many callers reach together, of what the same rows reach where one request brings them in one transaction:
/// with their entries of the log and all that follows from them.
fn bulk(place: &Place, app: &Arc<App>, table: &mut Table) {
    let (mut together, mut whole) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let seed = (2 * ROUNDS + round) * 2_000_000;
        together.push(in_process(app, MANY, seed));
        whole.push(requests(app, (1, BULK), seed + 1_000_000));
    }
    let ratios = together.iter().zip(&whole).map(|(one, other)| one / other);
    let ratios: Vec<f64> = ratios.collect();
    table.line(
        format!(
            "{MANY} callers against one transaction, {}",
            place.database
        ),
        format!("{:.2} ×", median(&ratios)),
        format!(
            "{} and {} consents/s, {BULK} in a transaction; medians of {ROUNDS} pairs; at least 0.5 ×",
            grouped(median(&together)),
            grouped(median(&whole))
        ),
    );
}

/// What a consent costs this process where its commit is shared, caller and writer together. That
/// is what bounds the shared rate once the disk does not.
fn processor(place: &Place, app: &Arc<App>, table: &mut Table) {
    let round = |round| {
        let before = cpu_seconds(std::process::id());
        let written = in_process(app, MANY, (ROUNDS + round) * 2_000_000) * SECONDS;
        (cpu_seconds(std::process::id()) - before) * 1e6 / written
    };
    let figures: Vec<f64> = (0..ROUNDS).map(round).collect();
    table.line(
        format!("processor time of a consent, {}", place.database),
        format!("{:.0} µs", median(&figures)),
        format!("{MANY} callers, this process alone"),
    );
}

/// Consents a second through the use case, one a request.
pub fn in_process(app: &Arc<App>, callers: usize, seed: u64) -> f64 {
    requests(app, (callers, 1), seed)
}

/// Consents a second where each of some callers brings so many in each request.
fn requests(app: &Arc<App>, (callers, each): (usize, u64), seed: u64) -> f64 {
    actix_web::rt::System::new().block_on(async {
        let (next, begun) = (AtomicU64::new(seed), Instant::now());
        let caller = |_| async {
            let mut count = 0_u64;
            while begun.elapsed().as_secs_f64() < SECONDS {
                let first = next.fetch_add(each, Ordering::Relaxed);
                let claims = (first..first + each).map(|n| (String::new(), refusal(app, n)));
                let written = app
                    .record(&people::recording(), claims.collect(), app.now(), None)
                    .await;
                written.expect("record consents");
                count += each;
            }
            count
        };
        let counts = futures_util::future::join_all((0..callers).map(caller)).await;
        counts.iter().sum::<u64>() as f64 / begun.elapsed().as_secs_f64()
    })
}

/// Somebody refuses.
fn refusal(app: &App, n: u64) -> Claim {
    let named = people::named(app, &people::address(people::mix(n) % 100_000));
    people::claim(named, "newsletter", "email", "refused")
}

/// Consents a second over HTTP.
fn over_http(server: &Server, keys: &Keys, callers: usize, seed: u64) -> f64 {
    let order = Order {
        port: server.ready.placet,
        path: "/v1/consents".into(),
        key: keys.collector.clone(),
        connections: callers,
        seconds: SECONDS,
        batch: 0,
        later: false,
        seed: people::mix(seed) >> 32,
    };
    let outcome = order.run(None);
    outcome.requests as f64 / outcome.seconds
}
