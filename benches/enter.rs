//! What asking to sign in takes for an address that the registry knows, and for one that it does not: the
//! program itself over HTTP, in turns, each from a network of its own. Whoever could tell the two apart by
//! their time would know who is a customer.

use crate::service::Service;
use crate::table::{Table, median};
use serde_json::{Value, json};
use std::time::Instant;

/// Requests of either kind.
const EACH: usize = 1_000;
/// Asked before the clock counts.
const WARM_UP: usize = 50;

/// Measures.
pub fn measure(table: &mut Table) {
    let service = Service::start(None);
    fill(&service);
    for number in 0..WARM_UP {
        asks(&service, number, number % 2 == 0);
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in WARM_UP..WARM_UP + EACH {
        // who comes first changes from turn to turn
        let first = number % 2 == 0;
        for is_known in [first, !first] {
            let took = asks(&service, number, is_known);
            let side = if is_known { &mut known } else { &mut unknown };
            side.push(took);
        }
    }
    let (with, without) = (median(&known), median(&unknown));
    let (least, most) = around_the_median(&known, &unknown);
    table.line(
        "asking to sign in, known / unknown address",
        format!("{with:.0} µs / {without:.0} µs"),
        format!(
            "{EACH} of either in turns over HTTP, SQLite; median of the differences within a turn \
             between {least:+.1} and {most:+.1} µs with 99 % confidence, middle half of the known {:.0} µs wide",
            spread(&known)
        ),
    );
}

/// Between what the median of the differences within a turn lies, with 99 % confidence: by how many of them are
/// larger or smaller, whatever their distribution is. Nothing tells the two apart if zero is within.
fn around_the_median(known: &[f64], unknown: &[f64]) -> (f64, f64) {
    let pairs = known.iter().zip(unknown);
    let mut differences: Vec<f64> = pairs.map(|(with, without)| with - without).collect();
    differences.sort_by(f64::total_cmp);
    let count = differences.len();
    // 2.576 standard deviations of a fair coin's heads
    let off = (1_288 * count.isqrt()).div_ceil(1_000);
    (differences[count / 2 - off], differences[count / 2 + off])
}

/// How far apart the quarter and the three quarters are.
fn spread(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() * 3 / 4] - sorted[sorted.len() / 4]
}

fn address(number: usize, known: bool) -> String {
    // of one length, so that nothing but the registry tells them apart
    let host = if known { "aknown" } else { "nobody" };
    format!("person{number:05}@{host}.example")
}

fn fill(service: &Service) {
    let key = service.key("collector");
    let yes = |number| {
        json!({ "subject": { "email": address(number, true) }, "purpose": "newsletter",
            "channel": "email", "status": "given", "notice": "newsletter@1" })
    };
    let all: Vec<Value> = (0..WARM_UP + EACH).map(yes).collect();
    for consents in all.chunks(500) {
        let body = json!({ "consents": consents });
        let (status, said) = service.post("/v1/consents", &key, &body);
        assert_eq!(status, 201, "{said}");
    }
}

/// Microseconds until an answer is there.
fn asks(service: &Service, number: usize, known: bool) -> f64 {
    // a network is a /24, and asks at most thirty times
    let network = format!(
        "10.{}.{}.1",
        u8::from(known) + 2 * (number / 250) as u8,
        number % 250
    );
    let request = service.agent().post(service.url("/sign-in"));
    let request = request
        .header("x-forwarded-for", network)
        .header("sec-fetch-site", "same-origin");
    let form = [("address", address(number, known))];
    let started = Instant::now();
    let answer = request.send_form(form).expect("an answer");
    let status = answer.status();
    let page = answer.into_body().read_to_vec().expect("a page");
    let took = started.elapsed().as_secs_f64() * 1e6;
    assert!(status.is_success() && !page.is_empty(), "{status}");
    took
}
