//! What a batch of writes works on: the persons that it touches, loaded and locked, and the
//! entries that it is going to append. Nothing here is visible to anybody before the commit.

use super::contacts::Touch;
use super::decisions::DecisionBlock;
use super::disputes::DisputeRow;
use super::expiries::Expiry;
use super::holds::HoldRow;
use super::keys::{Epoch, MasterId, SubjectKey};
use super::paces::Paces;
use super::packages::PackageRow;
use super::policies::{PolicyActivated, PolicyInForce, PolicyRow};
use super::registers::RegisterLoad;
use super::requests::{ChallengeRow, DsrRow};
use super::rolls::SealedRoll;
use super::rows::{
    CaseRow, CatalogueRow, ConfirmationRow, CustomerSessionRow, DateFeedRow, IdentifierRow, KeyRow,
    LinkRow, MailRow, StaffRow, SubjectRow, SuppressionRow, TaskRow,
};
use super::signing::SigningRows;
use crate::audit::Hash;
use crate::domain::event::{Actor, PublicEvent, PublicKind, SubjectEvent};
use crate::domain::ids::{Blind, Position, RecordId, SubjectId};
use crate::domain::registry::{
    Catalogue, Cell, Change, Channel, ConsentState, DisputeOutcome, IdentifierKind,
    IdentifierKinds, Slug,
};
use crate::domain::time::Now;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// One answer of a loaded person.
#[derive(Clone)]
pub(super) struct Held {
    pub state: ConsentState,
    /// The pending entry that last changed it; its position is known at the commit.
    pub entry: Option<usize>,
}

/// One loaded person.
#[derive(Clone)]
pub(super) struct Subject {
    row: SubjectRow,
    /// The row is new or is no longer what the table says.
    rewritten: bool,
    /// The number of their next event.
    pub next_event: u64,
    pub key: SubjectKey,
    pub cells: BTreeMap<(Slug, Channel), Held>,
    /// Those that count, where a write asked for them.
    pub contacts: Option<Vec<Touch>>,
    /// Pauses and bounds, where a write asked for them.
    pub paces: Option<Paces>,
    pub merged_into: Option<SubjectId>,
    pub new_identifiers: Vec<IdentifierRow>,
    pub moved_identifiers: Vec<IdentifierRow>,
    /// Something of this person is going to be written, and the index is told.
    pub changed: bool,
}

impl Subject {
    /// A person whom nobody knew.
    pub fn new(row: SubjectRow, key: SubjectKey) -> Self {
        Self {
            rewritten: true,
            changed: true,
            ..Self::loaded(row, key, None)
        }
    }

    /// A person as the table has them; what else they have is loaded afterwards.
    pub fn loaded(row: SubjectRow, key: SubjectKey, merged_into: Option<SubjectId>) -> Self {
        Self {
            row,
            rewritten: false,
            next_event: 0,
            key,
            cells: BTreeMap::new(),
            contacts: None,
            paces: None,
            merged_into,
            new_identifiers: Vec::new(),
            moved_identifiers: Vec::new(),
            changed: false,
        }
    }

    pub const fn row(&self) -> &SubjectRow {
        &self.row
    }

    /// The row, to be changed: only then it is written again.
    pub const fn row_mut(&mut self) -> &mut SubjectRow {
        self.rewritten = true;
        &mut self.row
    }

    /// The row, where it has to be written.
    pub fn rewritten(&self) -> Option<&SubjectRow> {
        self.rewritten.then_some(&self.row)
    }

    /// The kinds of the identifiers that the batch brings.
    pub fn new_kinds(&self) -> IdentifierKinds {
        let rows = self.new_identifiers.iter().chain(&self.moved_identifiers);
        rows.filter_map(|row| IdentifierKind::from_code(row.kind))
            .collect()
    }

    pub fn cells(&self) -> Vec<Cell> {
        let cell = |((purpose, channel), held): (&(Slug, Channel), &Held)| Cell {
            purpose: purpose.clone(),
            channel: *channel,
            state: held.state.clone(),
        };
        self.cells.iter().map(cell).collect()
    }
}

/// An entry that is going to be appended.
pub(super) enum Pending {
    Subject {
        subject: SubjectId,
        counter: u64,
        event: SubjectEvent,
        actor: Actor,
        record: RecordId,
        now: Now,
    },
    Public {
        event: PublicEvent,
        now: Now,
    },
}

/// A row that goes with an entry; its position is filled in at the commit.
pub(super) enum Extra {
    Suppression(SuppressionRow),
    Catalogue(CatalogueRow),
    Key(KeyRow),
    Staff(StaffRow),
    /// The feed of dates of a member of staff, in place of the one before; none where it ends.
    DateFeed(Vec<u8>, Option<DateFeedRow>),
    Link(LinkRow),
    /// A mail that is to go out.
    Mail(MailRow),
    /// A consent that waits for its confirmation.
    Confirmation(ConfirmationRow),
    /// A confirmation in whose place a newer one has come.
    Replaced(Vec<u8>),
    /// A confirmation that came.
    Confirmed(Vec<u8>),
    CustomerSession(CustomerSessionRow),
    /// "This was not me".
    Dispute(DisputeRow),
    /// What came of it.
    DisputeClosed(Position, DisputeOutcome),
    /// A legal hold.
    Hold(HoldRow),
    /// One that was lifted, and when.
    HoldLifted(Position, NaiveDate),
    /// What is done about retention: the day, where it is a run.
    Retention(Option<NaiveDate>),
    /// What is done about decisions and lists whose time is over.
    Expiry(Expiry),
    /// The entry tells of an import.
    Import,
    /// A request's challenge, in whose place no earlier one counts.
    Challenge(ChallengeRow),
    /// A request, as it stands after the entry.
    Dsr(Box<DsrRow>),
    /// A package that is asked for.
    Package(Box<PackageRow>),
    /// A policy version that is proposed.
    PolicyDraft(Box<PolicyRow>),
    /// A policy version that is in force from now on.
    Policy(Box<PolicyActivated>),
    /// A register's list.
    Register(Box<RegisterLoad>),
    /// A block of decisions, and the texts that it names.
    Decisions(Arc<DecisionBlock>, Arc<[(Hash, Arc<str>)]>),
    /// Who was on a list.
    Roll(Arc<SealedRoll>),
    /// An entry about a signing key.
    SigningAct(SigningRows),
    /// A key epoch that begins.
    EpochBegun(Epoch),
    /// A key epoch that is destroyed.
    EpochDestroyed(Epoch),
    /// A master key that opens the registry as well, and the root wrapped under it.
    MasterAdded(MasterId, Vec<u8>),
    /// A master key that opens it no more.
    MasterForgotten(MasterId),
    /// Entries of the journal of decisions, whose decisions this write records.
    OutOfJournal(Vec<Vec<u8>>),
    /// The systems that are registered from now on: name and registration of each.
    Systems(Vec<(String, String)>),
    /// What systems have to do for a request, with the wrapped key of the request.
    Tasks(CaseRow, Vec<TaskRow>),
}

/// The batch.
pub(super) struct World {
    pub by_blind: HashMap<Blind, SubjectId>,
    pub subjects: HashMap<SubjectId, Subject>,
    pub catalogue: Arc<Catalogue>,
    pub catalogue_changed: bool,
    /// The key epoch of new persons.
    pub epoch: Epoch,
    pub pending: Vec<Pending>,
    pub extras: Vec<(usize, Extra)>,
    /// What the index is to be told besides the persons.
    pub changes: Vec<Change>,
    /// The policy version that this batch put in force.
    pub policy: Option<PolicyInForce>,
    /// The keyed hashes of the identifiers of whoever this batch erases.
    pub erased_contacts: Vec<Blind>,
    /// The register outside the database told this batch what it writes, and need not be told.
    pub again: bool,
    /// The policy version that decisions of this batch were made by.
    pub decided_by: Option<String>,
}

impl World {
    /// Whether every entry is a record of decisions.
    pub fn only_decisions(&self) -> bool {
        self.pending.iter().all(|entry| match entry {
            Pending::Public { event, .. } => event.kind == PublicKind::Decisions,
            Pending::Subject { .. } => false,
        })
    }

    /// The positions of the entries that are the first about somebody, where the batch's first entry has
    /// this one.
    pub fn numbers(&self, first: Position) -> HashMap<SubjectId, Position> {
        let entries = (first..).zip(&self.pending);
        let begins = entries.filter_map(|(position, entry)| match entry {
            Pending::Subject {
                subject,
                counter: 0,
                ..
            } => Some((*subject, position)),
            Pending::Subject { .. } | Pending::Public { .. } => None,
        });
        begins.collect()
    }

    /// The person that this id stands for now, after merges.
    pub fn resolve(&self, mut id: SubjectId) -> Option<SubjectId> {
        for _ in 0..64 {
            match self.subjects.get(&id)?.merged_into {
                Some(next) => id = next,
                None => return Some(id),
            }
        }
        None
    }
}
