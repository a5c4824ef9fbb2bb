//! Batches of 1,000 checks: over HTTP, and of the use case alone.

use crate::generator::Order;
use crate::people::{self, PERSONS};
use crate::registry::{self, Place};
use crate::server::Server;
use crate::table::{Table, grouped, median};
use placet::access::{CheckDecisions, Principal, authorize};
use placet::app::check::Question;
use placet::app::facts::Said;
use placet::domain::registry::{IdentifierKind, IdentifierKinds};
use std::time::Instant;

const BATCH: u64 = 1_000;
const ROUNDS: u64 = 7;

/// Measures.
pub fn measure(place: &Place, table: &mut Table) {
    over_http(place, table);
    in_process(place, table);
}

fn over_http(place: &Place, table: &mut Table) {
    let keys = place.filled(*PERSONS);
    let server = Server::start(place, Some(0), 1);
    let round = |seed| {
        let order = Order {
            port: server.ready.placet,
            path: "/v1/checks".into(),
            key: keys.marketing.clone(),
            connections: 4,
            seconds: 2.0,
            batch: BATCH,
            later: false,
            seed,
        };
        let outcome = order.run(Some(1));
        (outcome.requests * BATCH) as f64 / outcome.seconds
    };
    let figures: Vec<f64> = (0..ROUNDS).map(round).collect();
    let figure = format!("{} decisions/s", grouped(median(&figures)));
    table.line(
        "batch of 1,000 checks over HTTP",
        figure,
        "one core, 4 connections, e-mail addresses",
    );
}

fn in_process(place: &Place, table: &mut Table) {
    let app = registry::open(&place.url);
    let grant = authorize::<CheckDecisions>(&Principal::Operator).expect("the operator may check");
    let question = |n| Question {
        blinds: people::named(&app, &people::address(people::mix(n) % *PERSONS)).blinds(),
        coarse: Vec::new(),
        kinds: IdentifierKinds::NONE.with(IdentifierKind::Email),
        subject: None,
        purpose: "newsletter".into(),
        channel: "email".into(),
        campaign: None,
        said: Said::default(),
        at: None,
        reserve: false,
    };
    let questions: Vec<Question> = (0..BATCH * 100).map(question).collect();
    // texts that decisions name are on record from the first batch on
    let first = app
        .check_blocking(&grant, &questions[..BATCH as usize], app.now())
        .unwrap();
    let recorded = app.record_decisions_blocking(first);
    assert!(recorded.is_ok(), "a batch is recorded");
    let round = |_| {
        let started = Instant::now();
        for batch in questions.chunks(BATCH as usize) {
            std::hint::black_box(app.check_blocking(&grant, batch, app.now()).unwrap());
        }
        questions.len() as f64 / started.elapsed().as_secs_f64()
    };
    let figures: Vec<f64> = (0..ROUNDS).map(round).collect();
    let figure = format!("{} decisions/s", grouped(median(&figures)));
    table.line(
        "batch of 1,000 checks, use case alone",
        figure,
        "one thread, keyed hashes ready",
    );
}
