//! What callers may say, described by the types themselves: the name of each field, its words and
//! its shape. The API's description is made of it, so that the two cannot differ.

use super::when::When;
use crate::domain::registry::{Answer, Channel};
use crate::domain::signals::consent_mode::{ConsentMode, Signal};
use crate::policy::vocabulary::{AccountModel, PersonKind, Subscriber};
use std::collections::BTreeMap;

/// The shape of a value in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`.
    YesNo,
    /// A whole number, not negative.
    Whole,
    /// A text.
    Text,
    /// A day, or an instant with its offset.
    When,
    /// One of these words.
    Word(Vec<&'static str>),
    /// Several.
    List(Box<Shape>),
    /// Several, by names of the caller's.
    Named(Box<Shape>),
    /// One or several texts.
    Texts,
    /// `null`, which says something, or a value.
    OrNull(Box<Shape>),
    /// Fields.
    Object(Vec<Field>),
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub words: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
}

/// A type that says what it looks like.
pub trait Described {
    /// Whether a field of this type may be left out.
    const OPTIONAL: bool = false;

    /// The shape.
    fn shape() -> Shape;
}

/// Declares a struct of what callers say: its fields, with their words, are its description.
macro_rules! described {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[doc = $words:literal])+ $(#[serde($($serde:tt)*)])? pub $field:ident: $kind:ty,)*
    }) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[doc = $words])+ $(#[serde($($serde)*)])? pub $field: $kind,)*
        }

        impl $crate::policy::gather::described::Described for $name {
            fn shape() -> $crate::policy::gather::described::Shape {
                use $crate::policy::gather::described::{Described, Field, Shape};
                Shape::Object(vec![$(Field {
                    name: stringify!($field),
                    words: concat!($($words),+).trim(),
                    shape: <$kind as Described>::shape(),
                    required: !<$kind as Described>::OPTIONAL,
                }),*])
            }
        }
    };
}
pub(super) use described;

/// Types of one shape each.
macro_rules! shapes {
    ($($kind:ty => $shape:expr,)*) => {
        $(impl Described for $kind {
            fn shape() -> Shape {
                $shape
            }
        })*
    };
}

shapes! {
    bool => Shape::YesNo,
    u8 => Shape::Whole,
    u16 => Shape::Whole,
    String => Shape::Text,
    When => Shape::When,
    PersonKind => words(Self::ALL.iter().map(|one| one.as_str())),
    AccountModel => words(Self::ALL.iter().map(|one| one.as_str())),
    Subscriber => words(Self::ALL.iter().map(|one| one.as_str())),
    Channel => words(Self::ALL.iter().map(|one| one.as_str())),
    Answer => words([Self::Given, Self::Refused, Self::Withdrawn].iter().map(|one| one.as_str())),
}

/// The signals of a room that knows nothing of descriptions: all four, since a state that nobody
/// stated would have to be taken for one or the other.
impl Described for ConsentMode {
    fn shape() -> Shape {
        let fields = [
            ("ad_storage", "Storage for advertising."),
            ("ad_user_data", "Data of the person sent for advertising."),
            ("ad_personalization", "Personalised advertising."),
            ("analytics_storage", "Storage for measuring audiences."),
        ];
        let signal = |(name, words)| Field {
            name,
            words,
            shape: self::words(
                [Signal::Granted, Signal::Denied]
                    .iter()
                    .map(|one| one.as_str()),
            ),
            required: true,
        };
        Shape::Object(fields.into_iter().map(signal).collect())
    }
}

fn words(all: impl Iterator<Item = &'static str>) -> Shape {
    Shape::Word(all.collect())
}

impl<T: Described> Described for Option<T> {
    const OPTIONAL: bool = true;

    fn shape() -> Shape {
        // absent is one thing; where the value may be absent itself, null is another
        if T::OPTIONAL {
            Shape::OrNull(Box::new(T::shape()))
        } else {
            T::shape()
        }
    }
}

impl<T: Described> Described for Vec<T> {
    const OPTIONAL: bool = true;

    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<T: Described> Described for BTreeMap<String, T> {
    const OPTIONAL: bool = true;

    fn shape() -> Shape {
        Shape::Named(Box::new(T::shape()))
    }
}
