//! Tables: as wide as they must be, their header row again on every page.
#![allow(clippy::cast_precision_loss, reason = "a page is some hundred points")]

use super::flow::{ASCENT, LEADING, lines};
use super::font::Weight;
use super::paper::{BOTTOM, ElementId, INSIDE, Line, MARGIN, Note, Paper, TOP};
use crate::http::pages::FigureCell;
use pdf_writer::types::{StructRole, TableHeaderScope};

const SIZE: f32 = 8.0;
const PAD: f32 = 4.0;
const LINE: f32 = SIZE * LEADING;
/// How far a column may press others together, in points.
const WIDEST: f32 = 260.0;
const RULE: [f32; 3] = [0.75, 0.76, 0.8];
const HEAD: [f32; 3] = [0.93, 0.94, 0.96];
const BARS: [f32; 3] = [0.18, 0.36, 0.62];
const NOTHING: &str = "–";

/// What a table is made of.
pub(super) struct Grid {
    /// The columns' titles, and whether they have numbers; none where each row is headed by its
    /// first cell.
    pub head: Vec<(String, bool)>,
    pub rows: Vec<Vec<FigureCell>>,
    /// Whether a row's first cell is its header.
    pub rows_are_headed: bool,
}

/// A cell in lines.
struct Laid {
    element: ElementId,
    lines: Vec<String>,
    weight: Weight,
    right: bool,
    trend: Option<FigureCell>,
}

/// Writes a table.
pub(super) fn write(paper: &mut Paper, parent: ElementId, grid: &Grid) {
    let widths = widths(paper, grid);
    let table = paper.element(StructRole::Table, parent, Note::None);
    let titled = grid.head.iter().any(|(title, _)| !title.is_empty());
    if titled {
        let head = paper.element(StructRole::THead, table, Note::None);
        let row = head_row(paper, head, grid, &widths);
        draw(paper, &row, &widths, (None, true));
    }
    let body = paper.element(StructRole::TBody, table, Note::None);
    for cells in &grid.rows {
        let row = body_row(paper, body, grid, cells, &widths);
        draw(paper, &row, &widths, (titled.then_some(grid), false));
    }
    paper.y -= 2.0 * PAD;
}

fn head_row(paper: &mut Paper, head: ElementId, grid: &Grid, widths: &[f32]) -> Vec<Laid> {
    let row = paper.element(StructRole::TR, head, Note::None);
    let mut laid = Vec::new();
    for ((title, right), width) in grid.head.iter().zip(widths) {
        let note = Note::Heads(TableHeaderScope::Column);
        laid.push(Laid {
            element: paper.element(StructRole::TH, row, note),
            lines: lines(paper.face(Weight::Bold), title, SIZE, width - 2.0 * PAD),
            weight: Weight::Bold,
            right: *right,
            trend: None,
        });
    }
    laid
}

fn body_row(
    paper: &mut Paper,
    body: ElementId,
    grid: &Grid,
    cells: &[FigureCell],
    widths: &[f32],
) -> Vec<Laid> {
    let row = paper.element(StructRole::TR, body, Note::None);
    let mut laid = Vec::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let heads = grid.rows_are_headed && at == 0;
        let element = if heads {
            let note = Note::Heads(TableHeaderScope::Row);
            paper.element(StructRole::TH, row, note)
        } else {
            paper.element(StructRole::TD, row, Note::None)
        };
        let weight = if heads { Weight::Bold } else { Weight::Regular };
        let trend = matches!(cell, FigureCell::Trend(..)).then(|| cell.clone());
        let lines = match trend {
            Some(_) => Vec::new(),
            None => lines(paper.face(weight), shown(cell), SIZE, width - 2.0 * PAD),
        };
        laid.push(Laid {
            element,
            lines,
            weight,
            right: matches!(cell, FigureCell::Number(_)),
            trend,
        });
    }
    laid
}

fn shown(cell: &FigureCell) -> &str {
    match cell {
        FigureCell::Text(text) | FigureCell::Number(text) if !text.trim().is_empty() => text,
        _ => NOTHING,
    }
}

/// Draws a row: on this page, on the next, or over as many as it takes.
fn draw(paper: &mut Paper, row: &[Laid], widths: &[f32], (again, shaded): (Option<&Grid>, bool)) {
    let all = row
        .iter()
        .map(|cell| cell.lines.len())
        .max()
        .unwrap_or(1)
        .max(1);
    let fits = |room: f32| ((room - 2.0 * PAD) / LINE).max(0.0) as usize;
    let (mut from, whole) = (0, fits(TOP - BOTTOM - 4.0 * LINE));
    while from < all {
        let left = all - from;
        let mut room = fits(paper.room());
        if room == 0 || (room < left && left <= whole) {
            paper.turn();
            if let Some(grid) = again {
                repeat(paper, grid, widths);
            }
            room = fits(paper.room());
        }
        let many = left.min(room.max(1));
        if shaded {
            let size = (widths.iter().sum(), many as f32 * LINE + PAD);
            let corner = (MARGIN, paper.y - size.1);
            paper.artifact(|pen| pen.fill(corner, size, HEAD));
        }
        piece(paper, row, widths, from..from + many);
        from += many;
    }
}

/// Draws some lines of a row.
fn piece(paper: &mut Paper, row: &[Laid], widths: &[f32], part: std::ops::Range<usize>) {
    let height = part.len() as f32 * LINE + PAD;
    let (top, mut x) = (paper.y, MARGIN);
    for (cell, width) in row.iter().zip(widths) {
        let some: Vec<&String> = cell
            .lines
            .iter()
            .skip(part.start)
            .take(part.len())
            .collect();
        if !some.is_empty() {
            let wide: Vec<f32> = some
                .iter()
                .map(|line| {
                    paper
                        .face(cell.weight)
                        .width(line.trim_end_matches(' '), SIZE)
                })
                .collect();
            paper.mark(cell.element, |pen| {
                for (number, (line, wide)) in some.iter().zip(wide).enumerate() {
                    let indent = if cell.right { width - PAD - wide } else { PAD };
                    pen.text(&Line {
                        x: x + indent,
                        baseline: top - PAD / 2.0 - number as f32 * LINE - SIZE * ASCENT,
                        size: SIZE,
                        weight: cell.weight,
                        text: line,
                    });
                }
            });
        }
        if let (Some(FigureCell::Trend(bars, _)), 0) = (&cell.trend, part.start) {
            paper.artifact(|pen| {
                for bar in bars {
                    let (left, high) = (bar.x as f32 / 2.0, bar.height as f32 / 2.0);
                    if left + 2.0 * PAD < *width {
                        pen.fill(
                            (x + PAD + left, top - height + PAD / 2.0),
                            (1.5, high),
                            BARS,
                        );
                    }
                }
            });
        }
        x += width;
    }
    let wide: f32 = widths.iter().sum();
    paper.artifact(|pen| pen.fill((MARGIN, top - height), (wide, 0.5), RULE));
    paper.y -= height;
}

/// The header row again, for eyes: it was read already.
fn repeat(paper: &mut Paper, grid: &Grid, widths: &[f32]) {
    let mut laid = Vec::new();
    for ((title, right), width) in grid.head.iter().zip(widths) {
        let found = lines(paper.face(Weight::Bold), title, SIZE, width - 2.0 * PAD);
        laid.push((found, *right, *width));
    }
    let most = laid
        .iter()
        .map(|(lines, ..)| lines.len())
        .max()
        .unwrap_or(1);
    let height = most as f32 * LINE + PAD;
    let (top, wide) = (paper.y, widths.iter().sum());
    let ends: Vec<Vec<f32>> = laid
        .iter()
        .map(|(lines, ..)| {
            let face = paper.face(Weight::Bold);
            lines
                .iter()
                .map(|line| face.width(line.trim_end_matches(' '), SIZE))
                .collect()
        })
        .collect();
    paper.artifact(|pen| {
        pen.fill((MARGIN, top - height), (wide, height), HEAD);
        let mut x = MARGIN;
        for ((lines, right, width), ends) in laid.iter().zip(&ends) {
            for (number, (line, end)) in lines.iter().zip(ends).enumerate() {
                let indent = if *right { width - PAD - end } else { PAD };
                pen.text(&Line {
                    x: x + indent,
                    baseline: top - PAD / 2.0 - number as f32 * LINE - SIZE * ASCENT,
                    size: SIZE,
                    weight: Weight::Bold,
                    text: line,
                });
            }
            x += width;
        }
    });
    paper.y -= height;
}

/// How wide the columns are: as their texts ask, and where that is too much, as their longest words
/// ask, the rest shared out by what is left to ask for.
fn widths(paper: &Paper, grid: &Grid) -> Vec<f32> {
    let (mut least, mut asked) = (Vec::new(), Vec::new());
    for at in 0..grid.head.len() {
        let titles = grid
            .head
            .get(at)
            .map(|(title, _)| (Weight::Bold, title.as_str()));
        let heads = grid.rows_are_headed && at == 0;
        let weight = if heads { Weight::Bold } else { Weight::Regular };
        let cells = grid.rows.iter().filter_map(|row| row.get(at));
        let texts = cells.clone().map(|cell| (weight, shown(cell)));
        let trends = cells.filter_map(|cell| match cell {
            FigureCell::Trend(_, wide) => Some(*wide as f32 / 2.0),
            _ => None,
        });
        let trend = trends.fold(0.0, f32::max).min(WIDEST / 2.0);
        let (mut word, mut all) = (trend, trend);
        for (weight, text) in titles.into_iter().chain(texts) {
            let face = paper.face(weight);
            all = face.width(text, SIZE).max(all);
            let longest = text.split(' ').map(|word| face.width(word, SIZE));
            word = longest.fold(word, f32::max);
        }
        // some room for what rounding takes
        least.push(word.min(WIDEST) + 2.0 * PAD + 0.1);
        asked.push(all + 2.0 * PAD + 0.1);
    }
    let (sum, needed): (f32, f32) = (asked.iter().sum(), least.iter().sum());
    if sum <= INSIDE {
        return asked;
    }
    if needed >= INSIDE {
        return least.iter().map(|one| one * INSIDE / needed).collect();
    }
    let wanted: f32 = (sum - needed).max(1.0);
    let each = asked.iter().zip(&least);
    each.map(|(asked, least)| least + (asked - least) * (INSIDE - needed) / wanted)
        .collect()
}
