//! The tables of a package: what each is called and which columns it has. Names are for machines and do not
//! change; people are shown words for them.

/// What a field says; nothing where there is nothing.
pub type Cell = Option<String>;

/// How a field is shown to people. Machines get it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// As it is.
    Text,
    /// As an instant.
    Time,
    /// As a day.
    Day,
    /// As the word of a list.
    Code(&'static str),
    /// Not at all: it helps machines, and says nothing that another field does not.
    Nothing,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// How it is shown.
    pub shows: Shows,
}

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident = $name:literal { $($column:ident: $shows:expr,)* })*) => {
        /// A table of a package.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Table {
            $($(#[$doc])* $table,)*
        }

        impl Table {
            /// Every one, in their order.
            pub const ALL: &[Self] = &[$(Self::$table,)*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$table => $name,)* }
            }

            /// Its columns.
            #[must_use]
            pub const fn columns(self) -> &'static [Column] {
                match self { $(Self::$table => &[$(Column { name: stringify!($column), shows: $shows },)*],)* }
            }
        }
    };
}

use Shows::{Code, Day, Nothing, Text, Time};

tables! {
    /// By what the person is known.
    Contacts = "contacts" { kind: Code("kind"), value: Text, }
    /// What they said, as it stands.
    Choices = "choices" {
        purpose: Text, channel: Code("channel"), status: Code("receipt-said"), since: Time, until: Time,
        source: Code("source"), purpose_id: Nothing, notice: Nothing, reason: Nothing, record: Nothing,
    }
    /// Everything that they said and that happened to their record.
    History = "history" {
        recorded_at: Time, event: Code("did"), purpose: Text, channel: Code("channel"), until: Time,
        source: Code("source"), place: Text, words: Text, happened_at: Nothing, purpose_id: Nothing,
        notice: Nothing, language: Nothing, circumstances: Nothing, evidence: Nothing, details: Nothing,
        by: Nothing, position: Nothing, record: Nothing,
    }
    /// Who reached whom.
    Messages = "messages" {
        at: Time, event: Code("did"), direction: Code("direction"), channel: Code("channel"), purpose: Text,
        campaign: Text, purpose_id: Nothing, answered: Nothing, refused: Nothing, contact: Nothing,
        position: Nothing,
    }
    /// What was decided about them, and why.
    Decisions = "decisions" {
        made_at: Time, purpose: Text, channel: Code("channel"), decision: Code("decided"), because: Text,
        campaign: Text, purpose_id: Nothing, reason: Nothing, rules: Nothing, policy_version: Nothing,
        asked_by: Nothing, decision_id: Nothing,
    }
    /// The lists that they were on.
    Lists = "lists" {
        at: Time, purpose: Text, channel: Code("channel"), decision: Code("decided"), because: Text,
        campaign: Text, reason: Nothing, policy_version: Nothing, list: Nothing,
    }
    /// Their requests.
    Requests = "requests" {
        number: Text, kind: Code("copy-right"), received_on: Day, answered_on: Day, via: Nothing, state: Nothing,
        statutory_due_on: Nothing,
    }
    /// What was written about them.
    Correspondence = "correspondence" { at: Time, number: Text, by: Code("writer"), text: Text, }
    /// Who else read their file.
    Accesses = "accesses" { at: Time, by: Code("reader"), part: Code("part"), why: Nothing, reference: Nothing, }
}
