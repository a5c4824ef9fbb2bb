//! Rows in a snapshot.

use super::{NUMBER, PackedPace, Person, ROOM, Rare, Slot, State};
use crate::domain::ids::SubjectId;
use crate::domain::registry::{AtMost, IdentifierKinds, Standing};
use crate::index::acts::Act;
use crate::index::snapshot::bytes::{Written, field_by_field};

field_by_field!(Slot {
    purpose,
    channel,
    at
});

field_by_field!(PackedPace {
    purpose,
    channel,
    at_most,
    paused_until
});

field_by_field!(Standing {
    objection,
    objection_profiling,
    restricted
});

field_by_field!(Rare {
    standing,
    more,
    alone,
    reached,
    slots,
    paces
});

impl Written for AtMost {
    fn write(&self, to: &mut Vec<u8>) {
        (*self as u8).write(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Self::ALL.get(usize::from(u8::take(from)?)).copied()
    }
}

/// What registers say of the person is not written: their lists are read from the database.
impl Written for Person {
    fn write(&self, to: &mut Vec<u8>) {
        let Self {
            subject,
            number,
            state,
            kinds,
            listed: _,
            rare,
            acts,
        } = self;
        subject.as_bytes().write(to);
        number.write(to);
        state.0.write(to);
        kinds.bits().write(to);
        let acts = acts.iter().take(state.acts());
        acts.for_each(|act| act.write(to));
        rare.write(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let mut row = Self::unknown(SubjectId::from_bytes(Written::take(from)?));
        row.number = <[u8; NUMBER]>::take(from)?;
        row.state = State(u8::take(from)?);
        row.kinds = IdentifierKinds::of_bits(u8::take(from)?);
        if row.state.acts() > ROOM {
            return None;
        }
        for act in row.acts.iter_mut().take(row.state.acts()) {
            *act = Act::take(from)?;
        }
        row.rare = Written::take(from)?;
        Some(row)
    }
}
