//! The consent states that a batch changed.

use crate::domain::ids::Position;
use crate::store::rows::StateRow;
use crate::store::world::World;

/// Gives every changed state the position of its entry.
pub(super) fn changed_states(world: &mut World, first: Position) -> Vec<StateRow> {
    let mut rows = Vec::new();
    for (id, subject) in &mut world.subjects {
        for ((purpose, channel), held) in &mut subject.cells {
            let Some(entry) = held.entry.take() else {
                continue;
            };
            held.state.position = first.saturating_add(entry as u64);
            rows.push(StateRow::of(*id, purpose, *channel, &held.state));
        }
    }
    rows.sort_by(|a, b| a.subject_id.cmp(&b.subject_id));
    rows
}
