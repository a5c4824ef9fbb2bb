//! Bars over the spans of a period. The table below has the same figures, and the picture says so.
#![allow(
    clippy::cast_precision_loss,
    reason = "a picture is some hundred points"
)]

use super::font::Weight;
use super::paper::{ElementId, INSIDE, Line, MARGIN, Note, Paper};
use crate::app::reports::Chart;
use crate::http::pages::Words;
use pdf_writer::Rect;
use pdf_writer::types::StructRole;

const HEIGHT: f32 = 110.0;
/// The room that a picture takes, with its heading.
pub(super) const ROOM: f32 = HEIGHT + 90.0;
const LEFT: f32 = 50.0;
const SIZE: f32 = 7.5;
/// Told apart by their lightness too.
const COLOURS: [[f32; 3]; 4] = [
    [0.12, 0.36, 0.62],
    [0.93, 0.62, 0.22],
    [0.55, 0.6, 0.66],
    [0.35, 0.2, 0.45],
];
/// The most names under the bars.
const NAMES: usize = 10;

/// Draws a chart.
pub(super) fn write(paper: &mut Paper, parent: ElementId, chart: &Chart, words: Words) {
    if paper.room() < HEIGHT + 40.0 {
        paper.turn();
    }
    let foot = paper.y - 16.0 - HEIGHT;
    let place = Rect::new(MARGIN, foot - 14.0, MARGIN + INSIDE, paper.y);
    let note = Note::Shows(words.get("figures-picture"), place);
    let figure = paper.element(StructRole::Figure, parent, note);
    let most = chart
        .bars
        .iter()
        .map(|(_, parts)| parts.iter().sum::<u64>());
    let most = most.max().unwrap_or(0).max(1);
    let legend = legend(paper, chart, words);
    let baseline = paper.y - SIZE;
    let text = |x: f32, baseline: f32, text: &str| (x, baseline, text.to_owned());
    let mut texts: Vec<_> = [most, most / 2, 0]
        .into_iter()
        .map(|value| {
            let y = foot + scaled(value, most) - SIZE / 3.0;
            text(MARGIN, y, &words.number(value))
        })
        .collect();
    let step = (INSIDE - LEFT) / chart.bars.len().max(1) as f32;
    let every = chart.bars.len().div_ceil(NAMES).max(1);
    for (at, (name, _)) in chart.bars.iter().enumerate().step_by(every) {
        texts.push(text(MARGIN + LEFT + step * at as f32, foot - 10.0, name));
    }
    paper.mark(figure, |pen| {
        for (x, colour, name) in &legend {
            pen.fill((*x, baseline), (SIZE, SIZE), *colour);
            pen.text(&line(x + SIZE + 3.0, baseline, name));
        }
        for (at, (_, parts)) in chart.bars.iter().enumerate() {
            let x = MARGIN + LEFT + step * at as f32 + step / 8.0;
            let mut sum = 0;
            for (part, colour) in parts.iter().zip(COLOURS.iter().cycle()) {
                let below = scaled(sum, most);
                sum += part;
                let high = scaled(sum, most) - below;
                pen.fill((x, foot + below), (step * 0.75, high), *colour);
            }
        }
        pen.fill((MARGIN + LEFT, foot - 0.5), (INSIDE - LEFT, 0.5), [0.5; 3]);
        for (x, baseline, text) in &texts {
            pen.text(&line(*x, *baseline, text));
        }
    });
    paper.y = foot - 20.0;
}

fn line(x: f32, baseline: f32, text: &str) -> Line<'_> {
    Line {
        x,
        baseline,
        size: SIZE,
        weight: Weight::Regular,
        text,
    }
}

/// What the colours stand for, one beside the other.
fn legend(paper: &Paper, chart: &Chart, words: Words) -> Vec<(f32, [f32; 3], String)> {
    let mut x = MARGIN + LEFT;
    let mut legend = Vec::new();
    for (key, colour) in chart.series.iter().zip(COLOURS.iter().cycle()) {
        let name = words.code("column", key);
        let wide = paper.face(Weight::Regular).width(&name, SIZE);
        legend.push((x, *colour, name));
        x += wide + SIZE + 20.0;
    }
    legend
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a picture is a hundred points high"
)]
fn scaled(value: u64, most: u64) -> f32 {
    HEIGHT * value as f32 / most as f32
}
