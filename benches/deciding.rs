//! The decision alone: one row of facts at a time, and by columns.

use crate::table::{Table, median};
use placet::policy::{
    Block, Channel, ConsentFact, Country, Engine, Facts, Laws, LegalBasis, LegalDay, Pack,
    ProofFact, PurposeUse, Situation,
};
use std::time::Instant;

const ROWS: usize = 65_536;
const ROUNDS: usize = 9;

/// Measures.
pub fn measure(table: &mut Table) {
    let engine = Engine::compile(&Pack::embedded().expect("packs")).expect("valid packs");
    let rows: Vec<Situation> = (0..ROWS as u64).map(situation).collect();
    one_by_one(&engine, &rows, table);
    by_columns(&engine, &rows, table);
    by_cedar(&engine, &rows, table);
}

/// A newsletter by e-mail in France: six yeses in ten, some objections and suppressions.
fn situation(n: u64) -> Situation {
    let mixed = crate::people::mix(n);
    let one_in = |shift: u32, of: u64| (mixed >> shift).is_multiple_of(of);
    let consent = match mixed % 10 {
        0..6 => ConsentFact::Given,
        6..8 => ConsentFact::Refused,
        _ => ConsentFact::Withdrawn,
    };
    let channel = Channel::Email;
    Situation {
        facts: Facts {
            person_known: !one_in(8, 5),
            purpose_known: true,
            channel_of_purpose: true,
            consent,
            consent_expired: one_in(16, 20),
            notice_current: !one_in(24, 20),
            consent_proof: ProofFact::Individual,
            objection: one_in(32, 50),
            suppressed: one_in(40, 50),
            ..Facts::nothing_known(PurposeUse::DirectMarketingOwn, channel, LegalBasis::Consent)
        },
        laws: Laws::of(channel, Some(Country::France), Some(Country::France)),
        day: LegalDay::known("2026-11-23".parse().expect("a day")),
    }
}

/// Nanoseconds a row, the median of some rounds.
fn nanoseconds(rows: usize, mut round: impl FnMut()) -> f64 {
    round();
    let mut one = |_| {
        let started = Instant::now();
        round();
        started.elapsed().as_secs_f64() * 1e9 / rows as f64
    };
    median(&(0..ROUNDS).map(&mut one).collect::<Vec<f64>>())
}

fn one_by_one(engine: &Engine, rows: &[Situation], table: &mut Table) {
    let figure = nanoseconds(ROWS, || {
        for row in rows {
            std::hint::black_box(engine.decide(row));
        }
    });
    table.line(
        "decision, all reasons",
        format!("{:.3} µs", figure / 1e3),
        "`Engine::decide` on ready facts, one thread",
    );
}

fn by_columns(engine: &Engine, rows: &[Situation], table: &mut Table) {
    let mut survey = engine.survey(&rows[0]);
    let mut blocks: Vec<Block> = Vec::new();
    for row in rows.chunks(Block::ROWS) {
        let mut block = Block::new(survey.needs());
        row.iter().for_each(|row| {
            block.push(&row.facts.codes());
        });
        blocks.push(block);
    }
    let figure = nanoseconds(ROWS, || {
        for block in &mut blocks {
            std::hint::black_box(survey.decide(block));
        }
    });
    table.line(
        "decision by columns",
        format!("{figure:.1} ns"),
        format!(
            "a row, its outcome named; {:.0} ms for 10 M rows",
            figure * 10.0
        ),
    );
    let filled = nanoseconds(ROWS, || {
        for (block, rows) in blocks.iter_mut().zip(rows.chunks(Block::ROWS)) {
            block.clear();
            rows.iter().for_each(|row| {
                block.push(&row.facts.codes());
            });
        }
    });
    table.line(
        "filling the columns",
        format!("{filled:.1} ns"),
        "a row, from `Facts`",
    );
}

fn by_cedar(engine: &Engine, rows: &[Situation], table: &mut Table) {
    let some = &rows[..512];
    let figure = nanoseconds(some.len(), || {
        for row in some {
            std::hint::black_box(engine.decide_by_cedar(row));
        }
    });
    table.line(
        "decision by Cedar",
        format!("{:.0} µs", figure / 1e3),
        "the reference: one check in a thousand is repeated by it",
    );
}
