//! How values are written one behind the other, and read again.

use chrono::{DateTime, Utc};

/// A value that is written as bytes.
pub(in crate::index) trait Written: Sized {
    /// Writes it behind what stands there.
    fn write(&self, to: &mut Vec<u8>);

    /// Takes it off the front; `None` where it does not stand there.
    fn take(from: &mut &[u8]) -> Option<Self>;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Written for $number {
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                let (first, rest) = from.split_first_chunk()?;
                *from = rest;
                Some(Self::from_le_bytes(*first))
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, i64);

impl<const N: usize> Written for [u8; N] {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (first, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(*first)
    }
}

impl<T: Written> Written for Option<T> {
    fn write(&self, to: &mut Vec<u8>) {
        u8::from(self.is_some()).write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(None),
            1 => Some(Some(T::take(from)?)),
            _ => None,
        }
    }
}

impl<T: Written> Written for Box<T> {
    fn write(&self, to: &mut Vec<u8>) {
        T::write(self, to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        T::take(from).map(Self::new)
    }
}

impl<T: Written> Written for Box<[T]> {
    fn write(&self, to: &mut Vec<u8>) {
        (self.len() as u32).write(to);
        self.iter().for_each(|value| value.write(to));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = u32::take(from)?;
        (0..length).map(|_| T::take(from)).collect()
    }
}

/// An instant of the registry has microseconds and no less.
impl Written for DateTime<Utc> {
    fn write(&self, to: &mut Vec<u8>) {
        self.timestamp_micros().write(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Self::from_timestamp_micros(i64::take(from)?)
    }
}

impl Written for String {
    fn write(&self, to: &mut Vec<u8>) {
        (self.len() as u32).write(to);
        to.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = u32::take(from)? as usize;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        Self::from_utf8(text.to_vec()).ok()
    }
}

/// Writes a value field by field, and takes it off the same way; a field that is forgotten does not compile.
macro_rules! field_by_field {
    ($name:ty { $($field:ident),* }) => {
        impl $crate::index::snapshot::bytes::Written for $name {
            fn write(&self, to: &mut Vec<u8>) {
                let Self { $($field),* } = self;
                $($field.write(to);)*
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: $crate::index::snapshot::bytes::Written::take(from)?),* })
            }
        }
    };
}

pub(in crate::index) use field_by_field;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn again<T: Written>(value: &T) -> (T, usize) {
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        for short in 0..bytes.len() {
            let whole = T::take(&mut bytes.get(..short).unwrap());
            assert!(whole.is_none(), "{short} of {} bytes", bytes.len());
        }
        let mut rest = bytes.as_slice();
        (T::take(&mut rest).unwrap(), rest.len())
    }

    proptest! {
        #[test]
        fn what_is_written_is_taken_off_and_less_is_nothing(
            number: i64,
            byte: u8,
            list in prop::collection::vec(prop::option::of(any::<u16>()), 0..9),
            text in ".{0,9}",
            micros in 0_i64..(1 << 52),
        ) {
            prop_assert_eq!(again(&number), (number, 0));
            prop_assert_eq!(again(&[byte; 7]), ([byte; 7], 0));
            let list: Box<[Option<u16>]> = list.into();
            prop_assert_eq!(again(&list), (list.clone(), 0));
            prop_assert_eq!(again(&text), (text.clone(), 0));
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(again(&at), (at, 0));
        }
    }
}
