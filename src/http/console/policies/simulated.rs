//! What a simulation found, as the page shows it: a table, and the same as a picture.

use super::Desk;
use crate::app::policies::replay::Replay;
use crate::app::policies::simulate::{Simulation, Use};
use crate::http::form::text;
use crate::http::pages::{BarChart, FlipRow, SimulationView, Text, UseRow, Words};

/// A draft tried on everybody, and on what was decided of late.
pub(super) struct Simulated {
    pub found: Simulation,
    pub replay: Replay,
}

impl Simulated {
    /// How many new permits an approval has to allow: what the gate will count.
    pub fn needed(&self) -> u64 {
        self.found.to_permit().max(self.replay.to_permit())
    }
}

impl Desk<'_> {
    pub fn view(&self, one: &Simulated) -> SimulationView {
        let w = self.words();
        let rows: Vec<UseRow> = one.found.uses.iter().map(|each| self.row(each)).collect();
        let series = ["policies-to-permit", "policies-to-deny"].map(|key| w.get(key));
        let bar = |row: &UseRow| {
            let name = format!("{}, {}", row.purpose.text, w.code("channel", &row.channel));
            (name, vec![row.to_permit, row.to_deny])
        };
        let bars: Vec<(String, Vec<u64>)> = rows.iter().map(bar).collect();
        let chart = BarChart::new(series.to_vec(), &bars, w);
        SimulationView {
            persons: one.found.persons,
            circumstances: one
                .found
                .circumstances
                .iter()
                .map(|name| tried(w, name))
                .collect(),
            picture: chart.render(&w.get("policies-picture")),
            to_permit: one.found.to_permit(),
            to_deny: one.found.to_deny(),
            decisions: one.replay.decisions,
            decisions_to_permit: one.replay.to_permit(),
            decisions_to_deny: one.replay.to_deny(),
            cannot_be_told: one.replay.cannot_be_told,
            needed: one.needed(),
            rows,
        }
    }

    fn row(&self, one: &Use) -> UseRow {
        let w = self.words();
        let view = self.site.app.index().view();
        let purpose = view.catalogue().purpose(&one.purpose);
        let flips = one.flips.iter().map(|flips| FlipRow {
            circumstances: tried(w, flips.circumstances),
            to: flips.to,
            live: flips.live.clone(),
            draft: flips.draft.clone(),
            persons: flips.persons,
        });
        UseRow {
            purpose: purpose.map_or_else(
                || Text::new(&one.purpose),
                |purpose| text(&purpose.title, self.visit.language),
            ),
            channel: one.channel.clone(),
            to_permit: one.to_permit,
            to_deny: one.to_deny,
            flips: flips.collect(),
        }
    }
}

/// The circumstances in which a use was tried, in words.
fn tried(w: Words, name: &str) -> String {
    match name {
        "nothing said, now" => w.get("policies-tried-nothing"),
        _ => w.get("policies-tried-order"),
    }
}
