//! Acts and answers in a snapshot.

use super::{Act, PackedCell, Said};
use crate::domain::registry::Answer;
use crate::index::cell::Manner;
use crate::index::snapshot::bytes::{Written, field_by_field};

field_by_field!(Act { at, rest });

field_by_field!(PackedCell {
    purpose,
    notice,
    channel,
    answer,
    manner,
    effective_at,
    valid_until,
    position
});

field_by_field!(Said {
    purpose,
    notice,
    channel,
    answer,
    manner,
    after,
    lasts
});

impl Written for Manner {
    fn write(&self, to: &mut Vec<u8>) {
        self.bits().write(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(Self::of_bits(u16::take(from)?))
    }
}

impl Written for Answer {
    fn write(&self, to: &mut Vec<u8>) {
        (*self as u8).write(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Requested,
            1 => Self::Given,
            2 => Self::Refused,
            3 => Self::Withdrawn,
            _ => return None,
        })
    }
}
