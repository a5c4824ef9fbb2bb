//! The only place that names Diesel: one writer that commits in groups, readers that see one
//! unchanging state, two databases behind one seam, keys at rest.
//!
//! No commit without a ledger entry: [`Store::write`] takes a use case that must return a
//! [`Recorded`]. No store call without a grant: what reads or writes takes one.

mod agents;
mod api_keys;
mod audit;
mod background;
mod backup;
mod bulk;
mod cases;
mod catalogue;
mod confirmations;
mod connection;
mod contacts;
mod cosignatures;
mod crowd;
mod customers;
mod decisions;
mod disputes;
mod doors;
mod drafts;
mod encrypted;
mod epochs;
mod erase;
mod error;
mod expiries;
mod feeds;
mod figures;
mod flush;
mod follow;
mod guesses;
mod holds;
mod imports;
mod index_key;
pub mod keys;
mod load;
mod log;
mod mails;
mod mark;
mod masters;
mod migrate;
mod open;
mod outside;
mod own_history;
mod paces;
mod packages;
mod passkeys;
mod people;
mod policies;
mod programs;
mod provider;
mod published;
mod read;
mod records;
mod registers;
mod requests;
mod retention;
mod rolls;
mod rows;
mod schema;
mod sessions;
mod sign_ins;
mod signing;
mod staff;
mod suppress;
mod systems;
mod tasks;
mod timestamps;
mod turn;
mod tx;
mod unlock;
mod url;
mod view_alarms;
mod views;
mod wall;
mod ways_in;
mod world;
mod writer;

pub use agents::NotTaken;
pub use api_keys::{ListedKey, ListsKeys};
pub use audit::{
    Beyond, PersonEvent, PublishedItem, Reached, StoredCheckpoint, StoredHead, StoredKey,
    StoredPace, StoredPerson, StoredStaff, StoredState, StoredSuppression, StoredTile,
};
pub use background::{BackgroundExport, ExportFailure, ExportGone, ExportMade, ExportState};
pub use backup::{CopyHead, in_use, look_at, look_into, tables_of};
pub use catalogue::{notice_bytes, notice_hash};
pub use confirmations::{Asked, NewConfirmation, Pending};
pub use contacts::{NotReleased, Reaches};
pub use cosignatures::StoredCosignature;
pub use crowd::MOST_WRITES;
pub use decisions::{
    BLOCKS as DECISION_BLOCKS, DecisionBlock, ExpiredDecisions, FoundDecision, JournalEntry,
    JournalPart, Journalled, LONGEST_SPAN, MOST as MOST_DECISIONS, ReadsDecisions, Whose,
};
pub use disputes::StoredDispute;
pub use doors::{Link, LinkPower, Via};
pub use encrypted::encrypted_line;
pub use epochs::{Destruction, EpochAnswer, EpochFault, Rewrapped, StoredEpoch};
pub use erase::{Erased, ErasedRecord, Erasure, NEVER_AGAIN};
pub use error::StoreError;
pub use expiries::{DecisionsGone, Expiring, Expiry};
pub use feeds::AlarmOf;
pub use figures::{ConsentCount, CountsFigures, PublicEntry};
pub use follow::Whom;
pub use guesses::Counter;
pub use holds::StoredHold;
pub use log::{LogHead, PersonalPayload, ReadsLog, StoredEntry, StoredPayload};
pub use mails::{ClaimedMail, Failure, NewMail, Outcome as MailOutcome};
pub use masters::{MasterAdded, MasterAnswer, MasterForgotten, StoredMaster, WrongMaster};
pub use migrate::Tables;
pub use open::Store;
pub use outside::{Applied, Demand, Gap, LaterAct, Marks, OutsideFault, RegisterPlace};
pub use packages::{LeftOut, PackageMade, PackageStage, Parts, SeesPackages, StoredPackage};
pub use passkeys::{Ceremony, KeptPasskey, PASSKEYS, PasskeyChange, PasskeyShown};
pub use people::{HistoryEntry, Reads, StoredIdentifier};
pub use policies::{
    Activation, Approved, PolicyInForce, PolicyRecord, Proposed, ReadsPolicies, StoredPolicy,
};
pub use provider::{AskedProvider, Ended, Identified, Identity, NewAsk};
pub use published::Published;
pub use read::ReadTx;
pub use records::StoredRecord;
pub use registers::{NotLoaded, RegisterLoad, StoredRegister, TellsRegisters};
pub use requests::{
    DsrFilter, DsrMessage, NamesStaff, NewChallenge, OwnedDsr, Reach, ReachedBy, ReadsRequests,
    SeesRequests, StaffName, StoredChallenge, StoredDsr, TaskTold,
};
pub use retention::{Aged, Keepers, RetentionAct};
pub use rolls::{AuditedSheet, ExpiredLists, FoundOnList, SealedRoll, Sheets};
pub use sessions::{NewStaffSession, Provided, Session};
pub use sign_ins::{
    AskedSignIn, CustomerSession, IDLE, Looked, NewSession, NewSignIn, OpenSignIn, Ready, Spend,
    Tried,
};
pub use signing::StoredKeyAct;
pub use staff::{StaffAccount, Typed, session_name};
pub use systems::system_digest;
pub use tasks::{NewTask, Plans, Private, StoredTask};
pub use timestamps::StoredTimestamp;
pub use tx::{Contact, Entry, Posts, Recorded, Records, WriteTx};
pub use unlock::{Options, Unlocked};
pub use url::{DatabaseUrl, parted, without_password};
pub use views::{SeesFiles, Viewing};
pub use writer::{Commit, Committed, IdempotencyKey, Order};
