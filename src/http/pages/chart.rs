//! Bars as inline SVG, made here: no script, and colours from the page's own style. The table beside
//! them has the same figures.

use askama::Template;

use super::Words;
use super::frame::rendered;

/// The picture's size, and where its bars stand.
const WIDTH: u64 = 760;
const LEFT: u64 = 70;
const TOP: u64 = 12;
const HEIGHT: u64 = 180;
/// The most names under the bars.
const NAMES: usize = 10;

/// Bars whose parts stand one on the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarChart {
    series: Vec<String>,
    bars: Vec<Bar>,
    ticks: Vec<Tick>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Bar {
    /// The middle of its foot.
    x: u64,
    /// What it is called, where there is room for it.
    name: Option<String>,
    parts: Vec<Part>,
}

/// A part of a bar, or a bar of a small picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which part, from the bottom.
    pub class: usize,
    /// Its place and size.
    pub x: u64,
    /// As above.
    pub y: u64,
    /// As above.
    pub width: u64,
    /// As above.
    pub height: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tick {
    y: u64,
    label: String,
}

#[derive(Template)]
#[template(path = "chart.html")]
struct ChartView<'a> {
    chart: &'a BarChart,
    label: &'a str,
}

impl BarChart {
    /// Lays bars out. The parts of each stand in the order of `series`.
    #[must_use]
    pub fn new(series: Vec<String>, bars: &[(String, Vec<u64>)], words: Words) -> Self {
        let most = bars.iter().map(|(_, parts)| parts.iter().sum()).max();
        let most = most.unwrap_or(0).max(1);
        let step = (WIDTH - LEFT) / u64::try_from(bars.len()).unwrap_or(1).max(1);
        let every = bars.len().div_ceil(NAMES).max(1);
        let bar = |(at, (name, parts)): (usize, &(String, Vec<u64>))| {
            let x = LEFT + step * at as u64;
            Bar {
                x: x + step / 2,
                name: at.is_multiple_of(every).then(|| name.clone()),
                parts: stacked(parts, most, x, step),
            }
        };
        let tick = |value: u64| Tick {
            y: TOP + HEIGHT - scaled(value, most),
            label: words.number(value),
        };
        Self {
            series,
            bars: bars.iter().enumerate().map(bar).collect(),
            ticks: vec![tick(most), tick(most / 2), tick(0)],
        }
    }

    /// The picture as HTML.
    #[must_use]
    pub fn render(&self, label: &str) -> String {
        rendered(&ChartView { chart: self, label })
    }
}

fn scaled(value: u64, most: u64) -> u64 {
    // a count times the height of a picture is far from the end of the numbers
    value.saturating_mul(HEIGHT) / most
}

fn stacked(parts: &[u64], most: u64, x: u64, step: u64) -> Vec<Part> {
    let (mut sum, mut stack) = (0, Vec::new());
    for (class, value) in parts.iter().enumerate() {
        let below = scaled(sum, most);
        sum += value;
        let above = scaled(sum, most);
        stack.push(Part {
            class,
            x: x + step / 8,
            y: TOP + HEIGHT - above,
            width: (step - step / 4).max(1),
            height: above - below,
        });
    }
    stack
}

/// Small bars in a cell, twenty high.
#[must_use]
pub fn spark(counts: &[u64]) -> Vec<Part> {
    const HIGH: u64 = 20;
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(at, count): (u64, &u64)| {
        let height = count.saturating_mul(HIGH).div_ceil(most);
        let (x, y, width) = (at * 4, HIGH - height, 3);
        Part {
            class: 0,
            x,
            y,
            width,
            height,
        }
    };
    (0..).zip(counts).map(bar).collect()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::http::pages::Language;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the figures: every part is inside the picture, and a bar has no gap.
        #[test]
        fn bars_stay_in_their_picture(bars in prop::collection::vec(prop::collection::vec(0u64..1 << 50, 3), 0..140)) {
            let bars: Vec<_> = bars.into_iter().map(|parts| (String::from("x"), parts)).collect();
            let chart = BarChart::new(vec![], &bars, Words::of(Language::En));
            for bar in &chart.bars {
                for part in &bar.parts {
                    prop_assert!(part.y >= TOP && part.y + part.height <= TOP + HEIGHT);
                    prop_assert!(part.x >= LEFT && part.x + part.width <= WIDTH);
                }
                prop_assert!(bar.parts.windows(2).all(|two| two[1].y + two[1].height == two[0].y));
            }
            prop_assert!(chart.bars.iter().filter(|bar| bar.name.is_some()).count() <= NAMES);
        }
    }

    #[test]
    fn the_smallest_count_is_seen() {
        let bars = spark(&[0, 1, 1_000]);
        let heights: Vec<u64> = bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [0, 1, 20]);
        assert!(spark(&[]).is_empty());
    }
}
