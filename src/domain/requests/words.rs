//! The closed lists that a request is described by.

use serde::{Deserialize, Serialize};

/// A word that is none of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("is none of the words")]
pub struct UnknownWord;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $one:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $text)] $one,)*
        }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$one,)*];

            /// Its word in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$one => $text,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::requests::UnknownWord;
            fn from_str(text: &str) -> Result<Self, $crate::domain::requests::UnknownWord> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or($crate::domain::requests::UnknownWord)
            }
        }
    )*};
}
pub(super) use words;

words! {
    /// What is asked for.
    RequestKind {
        /// A copy of the data, and what art. 15 tells with it.
        Access = "access",
        /// The data to take along (art. 20).
        Portability = "portability",
        /// That the data go (art. 17).
        Erasure = "erasure",
        /// That the data are put right (art. 16).
        Rectification = "rectification",
        /// That the data are kept and not used (art. 18).
        Restriction = "restriction",
        /// That the data serve no direct marketing (art. 21(2)).
        Objection = "objection",
    }

    /// How it came in.
    Via {
        /// The customer pages.
        WebForm = "web_form",
        /// An e-mail.
        Mail = "mail",
        /// A letter.
        Letter = "letter",
        /// A call.
        Phone = "phone",
        /// At the counter.
        Store = "store",
        /// Another system.
        Api = "api",
    }

    /// Why it is doubted who asks (art. 12(6)): without a doubt nothing more may be asked.
    Doubt {
        /// The sender is none of the contact points that are known.
        SenderUnknown = "sender_unknown",
        /// What they say of themselves does not fit what is known.
        DetailsDiffer = "details_differ",
        /// The mandate could not be verified.
        MandateUnverified = "mandate_unverified",
        /// Several persons may be meant.
        SeveralPersons = "several_persons",
    }

    /// How it is known who asks.
    KnownBy {
        /// They were signed in.
        SignIn = "sign_in",
        /// They read what was sent to a contact point that was known before.
        KnownContact = "known_contact",
        /// They stood at the counter.
        InPerson = "in_person",
        /// They showed a document, after a doubt was recorded. No copy is kept.
        Document = "document",
        /// The agent's mandate was verified.
        Mandate = "mandate",
        /// Staff reached them at a contact point that was known before, by a call or a letter, and they
        /// answered there.
        CallBack = "call_back",
    }

    /// Why two further months are needed (art. 12(3)).
    ExtensionReason {
        /// The request is complex.
        Complexity = "complexity",
        /// There are many requests.
        NumberOfRequests = "number_of_requests",
    }

    /// Why a request is closed without an answer.
    ClosedAs {
        /// The person no longer wants it.
        Withdrawn = "withdrawn",
        /// Another, open one of the same person asks the same.
        Duplicate = "duplicate",
        /// The person did not say who they are.
        Unanswered = "unanswered",
    }

    /// What sort of contact point is put right.
    CorrectedKind {
        /// A mail address: it is confirmed by what is sent there.
        Email = "email",
        /// A phone number: it is confirmed by a call to it.
        Phone = "phone",
    }

    /// By what it is known that a corrected contact point is the person's.
    ConfirmedBy {
        /// They read what was sent to it.
        Mail = "mail",
        /// Staff called it, and the person answered there.
        CallBack = "call_back",
    }

    /// Who wrote a message.
    WrittenBy {
        /// The person, or whoever acts for them.
        Person = "person",
        /// Staff, to the person.
        Staff = "staff",
        /// Staff, for staff.
        Note = "note",
    }
}

impl KnownBy {
    /// Whether the service alone can know it: staff record what they saw, and never what they did not.
    #[must_use]
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::SignIn | Self::KnownContact)
    }
}

impl RequestKind {
    /// Whether it must be known who asks before it can be done: data go to whoever asked, or are gone. A
    /// no needs no proof.
    #[must_use]
    pub const fn needs_identity(self) -> bool {
        !matches!(self, Self::Restriction | Self::Objection)
    }
}
