//! What was held about the person at an instant: the fold of what the registry had received by then,
//! judged by the catalogue of then. What came later, with whatever claimed date, was not known.

use super::timeline::{event, recorded_at};
use crate::access::{Principal, ReadCatalogue, authorize};
use crate::app::audit_check::fold::{Folded, fold};
use crate::app::open::App;
use crate::app::record::StateView;
use crate::app::refusal::Refusal;
use crate::audit::leaf::Leaf;
use crate::audit::package::format::{EntryLine, PersonFile};
use crate::domain::ids::{Position, SubjectId};
use crate::domain::registry::{Paced, Purpose, Standing};
use crate::store::{PersonEvent, ReadTx};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

/// The state at an instant.
#[derive(Debug)]
pub struct Held {
    /// The instant.
    pub at: DateTime<Utc>,
    /// How many records the person had then: several where a merge came later.
    pub records: Vec<HeldRecord>,
}

/// What one record held.
#[derive(Debug)]
pub struct HeldRecord {
    /// One state for each purpose and channel.
    pub states: Vec<HeldState>,
    /// Objections and restriction.
    pub standing: Standing,
    /// The pauses and bounds that held something back, with the purpose as the catalogue had it.
    pub paces: Vec<(Paced, Option<Purpose>)>,
}

/// The state of one purpose and channel.
#[derive(Debug)]
pub struct HeldState {
    /// The state.
    pub view: StateView,
    /// The purpose, as the catalogue had it.
    pub purpose: Option<Purpose>,
    /// The entry that it rests on.
    pub position: Position,
}

type Histories = BTreeMap<String, Vec<PersonEvent>>;

pub(super) fn held(
    app: &App,
    tx: &mut ReadTx<'_>,
    lines: &[EntryLine],
    file: &PersonFile,
    at: DateTime<Utc>,
) -> Result<Held, Refusal> {
    // everybody may read the catalogue
    let anybody = authorize::<ReadCatalogue>(&Principal::Operator)?;
    let catalogue = tx.catalogue_at(&anybody, at)?;
    let then = tx.catalogue(&app.serve)?;
    let mut histories = histories(lines, at);
    let mut gone = BTreeSet::new();
    let sums: Vec<(String, Folded)> = file
        .records
        .iter()
        .map(|one| one.subject.clone())
        .filter_map(|id| {
            let events = histories.get(&id)?;
            let mut merged = Vec::new();
            let sum = sum(&histories, events, &mut merged, 0);
            gone.extend(merged);
            Some((id, sum))
        })
        .collect();
    histories.clear();
    let record = |sum: Folded| HeldRecord {
        standing: sum.standing.clone(),
        paces: paces(&sum, at)
            .map(|paced| {
                let purpose = then.purpose(paced.purpose.as_str()).cloned();
                (paced, purpose)
            })
            .collect(),
        states: sum
            .cells
            .iter()
            .map(|((purpose, channel), state)| HeldState {
                view: StateView::of(purpose, *channel, state, &catalogue, at),
                purpose: then.purpose(purpose.as_str()).cloned(),
                position: state.position,
            })
            .collect(),
    };
    let alone = sums.into_iter().filter(|(id, _)| !gone.contains(id));
    Ok(Held {
        at,
        records: alone.map(|(_, sum)| record(sum)).collect(),
    })
}

/// Those that held something back at that instant.
fn paces(sum: &Folded, at: DateTime<Utc>) -> impl Iterator<Item = Paced> {
    let holding = sum
        .paces
        .iter()
        .filter(move |(_, state)| state.pace.paused(at).is_some() || state.pace.at_most.is_some());
    holding.map(|((purpose, channel), state)| Paced {
        purpose: purpose.clone(),
        channel: *channel,
        state: *state,
    })
}

/// What each record had received by then.
fn histories(lines: &[EntryLine], at: DateTime<Utc>) -> Histories {
    let mut histories = Histories::new();
    for line in lines {
        let Ok(leaf) = Leaf::parse(line.leaf.as_bytes()) else {
            continue;
        };
        let (Some(event), Some(recorded)) = (event(line, leaf.kind.as_str()), recorded_at(line))
        else {
            continue;
        };
        let whose = line
            .payload
            .as_ref()
            .and_then(|payload| payload.get("subject"));
        let Some(whose) = whose.and_then(|whose| whose.as_str()) else {
            continue;
        };
        if recorded <= at {
            let events = histories.entry(whose.to_owned()).or_default();
            events.push(PersonEvent {
                position: line.position,
                counter: events.len() as u64,
                event: Some(event),
            });
        }
    }
    histories
}

/// The sum of a record with those merged into it, whose ids are told.
fn sum(
    histories: &Histories,
    events: &[PersonEvent],
    merged: &mut Vec<String>,
    depth: usize,
) -> Folded {
    const DEEPEST: usize = 64;
    let sum = fold::<Infallible>(events, |from: SubjectId| {
        let id = from.to_string();
        let other = histories.get(&id).filter(|_| depth < DEEPEST);
        merged.push(id);
        Ok(other.map_or_else(Folded::default, |other| {
            sum(histories, other, merged, depth + 1)
        }))
    });
    match sum {
        Ok(sum) => sum,
    }
}
