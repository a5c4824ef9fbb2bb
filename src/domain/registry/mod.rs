//! The registry's words: who (data subject, identifier), to whom (controller), what for
//! (purpose), in which words (notice), and what was answered (consent record, state).

mod act;
mod bounds;
pub mod brand;
mod bundle;
mod catalogue;
mod channel;
mod circumstances;
mod confirmation;
mod consent;
mod contact;
mod dispute;
mod erasure;
pub mod identifier;
mod image;
mod key;
mod language;
mod mention;
mod notice;
mod pace;
mod public_key;
mod purpose;
mod redline;
mod register;
mod role;
mod slug;
mod source;
mod staff;
mod standing;
mod state;
pub mod tone;

pub use act::{Act, Clarity};
pub use bounds::{Bounds, Outside};
pub use brand::Brand;
pub use bundle::Bundle;
pub use catalogue::Catalogue;
pub use channel::Channel;
pub use circumstances::{Circumstances, GivenBy};
pub use confirmation::{Confirming, OpenRequest, confirming};
pub use consent::{Answer, ConsentRecord};
pub use contact::{COUNTED, ContactRecord, Contacts, Direction, Made};
pub use dispute::DisputeOutcome;
pub use erasure::ErasureReason;
pub use identifier::{Identifier, IdentifierError, IdentifierKind};
pub use image::{Change, PersonImage};
pub use key::{KeyImage, KeyTerms, LONGEST_KEY};
pub use language::{Language, Wording};
pub use mention::Mention;
pub use notice::{Notice, NoticeChange, NoticeRef};
pub use pace::{AtMost, LONGEST_PAUSE, Pace, PaceRecord, PaceState, Paced};
pub use public_key::{PublicKey, SignatureAlgorithm};
pub use purpose::{Controller, LegalBasis, Purpose, PurposeUse};
pub use redline::{Piece, redline};
pub use register::{
    IdentifierKinds, Register, RegisterEntries, RegisterList, Since, is_fresh, last_day, reached_by,
};
pub use role::Role;
pub use slug::{Slug, SlugError};
pub use source::{Source, SourceKind};
pub use staff::StaffTerms;
pub use standing::{Objection, Standing};
pub use state::{Cell, ConsentState, latest_yes, stricter};
