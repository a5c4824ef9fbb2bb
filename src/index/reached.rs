//! A person's contacts, packed: eight bytes each, apart from the row, for those who have any.

use super::names::Names;
use super::snapshot::bytes::{Written, field_by_field};
use crate::domain::registry::{Channel, Contacts, Slug};
use crate::domain::time::from_micros;
use chrono::{DateTime, Utc};

/// Bits of the instant, in milliseconds since 1970: enough until the year 2248.
const INSTANT: u32 = 43;
/// Bits of the channel.
const CHANNEL: u32 = 5;

/// One contact to the person: instant, channel, number of the purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed(u64);

impl Packed {
    /// An instant between two milliseconds becomes the later one, so that it counts no shorter.
    fn of(at: DateTime<Utc>, channel: Channel, purpose: u16) -> Self {
        let late = i64::from(!at.timestamp_subsec_nanos().is_multiple_of(1_000_000));
        let millis = at.timestamp_millis().saturating_add(late);
        let millis = u64::try_from(millis).unwrap_or(0) & ((1 << INSTANT) - 1);
        let channel = u64::from(channel.code()) << INSTANT;
        Self(millis | channel | u64::from(purpose) << (INSTANT + CHANNEL))
    }

    fn at(self) -> DateTime<Utc> {
        let millis = i64::try_from(self.0 & ((1 << INSTANT) - 1)).unwrap_or_default();
        from_micros(millis.saturating_mul(1_000))
    }

    fn channel(self) -> Option<Channel> {
        let code = (self.0 >> INSTANT) & ((1 << CHANNEL) - 1);
        Channel::ALL.get(usize::try_from(code).ok()?).copied()
    }

    fn purpose(self) -> u16 {
        u16::try_from(self.0 >> (INSTANT + CHANNEL)).unwrap_or(u16::MAX)
    }
}

/// What counts of one person's contacts.
#[derive(Debug, Default)]
pub(super) struct Reached {
    made: Box<[Packed]>,
    last_from_person: Option<DateTime<Utc>>,
    refused_in_call: Option<DateTime<Utc>>,
}

impl Reached {
    /// Packs what counts; `None` where nothing does.
    pub fn of(contacts: &Contacts, purposes: &mut Names<Slug>) -> Option<Self> {
        if contacts.is_empty() {
            return None;
        }
        let pack = |made: &crate::domain::registry::Made| {
            let purpose = made.purpose.as_ref();
            let number = purpose.map_or(Names::<Slug>::NONE, |purpose| purposes.give(purpose));
            Packed::of(made.at, made.channel, number)
        };
        Some(Self {
            made: contacts.made.iter().map(pack).collect(),
            last_from_person: contacts.last_from_person,
            refused_in_call: contacts.refused_in_call,
        })
    }
}

impl Written for Packed {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        u64::take(from).map(Self)
    }
}

field_by_field!(Reached {
    made,
    last_from_person,
    refused_in_call
});

/// A contact to the person as a check sees it.
#[derive(Debug, Clone, Copy)]
pub struct MadeView<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// By which channel.
    pub channel: Channel,
    /// What for.
    pub purpose: Option<&'a Slug>,
}

/// A person's contacts as a check sees them.
#[derive(Debug, Clone, Copy)]
pub struct ReachedView<'a> {
    pub(super) reached: &'a Reached,
    pub(super) table: &'a super::Table,
}

impl<'a> ReachedView<'a> {
    /// Those to the person, of the last three months.
    pub fn made(&self) -> impl Iterator<Item = MadeView<'a>> + use<'a> {
        let (reached, table) = (self.reached, self.table);
        reached.made.iter().filter_map(move |made| {
            Some(MadeView {
                at: made.at(),
                channel: made.channel()?,
                purpose: table.purpose_name(made.purpose()),
            })
        })
    }

    /// The person's own last one, however long ago.
    #[must_use]
    pub const fn last_from_person(&self) -> Option<DateTime<Utc>> {
        self.reached.last_from_person
    }

    /// The last no in a call, however long ago.
    #[must_use]
    pub const fn refused_in_call(&self) -> Option<DateTime<Utc>> {
        self.reached.refused_in_call
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_read(
            micros in 0i64..(1 << 52),
            channel in prop::sample::select(Channel::ALL),
            purpose: u16,
        ) {
            let at = from_micros(micros);
            let packed = Packed::of(at, channel, purpose);
            let late = packed.at() - at;
            prop_assert!(late >= chrono::TimeDelta::zero() && late < chrono::TimeDelta::milliseconds(1));
            prop_assert_eq!((packed.channel(), packed.purpose()), (Some(channel), purpose));
        }
    }
}
