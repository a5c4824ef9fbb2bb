//! What was checked, what failed, and where.

use super::MAX_FAILURES;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::encoding::hex;
use crate::audit::package::format::Positions;
use chrono::{DateTime, SecondsFormat};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// The checks, in the order in which they are made and told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Check {
    Archive,
    Manifest,
    Keys,
    Checkpoint,
    Signature,
    Witnesses,
    Timestamps,
    Tiles,
    Bundles,
    Entries,
    Person,
    Payloads,
    Records,
    Notices,
    Decisions,
    Lists,
    Findings,
}

impl Check {
    const ALL: [(Self, &'static str); 17] = [
        (Self::Archive, "archive is whole"),
        (Self::Manifest, "files are those of the manifest"),
        (Self::Keys, "keys followed each other"),
        (Self::Checkpoint, "checkpoint is signed"),
        (Self::Signature, "manifest is signed"),
        (Self::Witnesses, "witnesses saw the log only grow"),
        (Self::Timestamps, "timestamps are for this log"),
        (Self::Tiles, "tiles lead to the checkpoint"),
        (Self::Bundles, "published entries are those of the tiles"),
        (Self::Entries, "entries are those of the tiles, in order"),
        (Self::Person, "the person's entries are all here"),
        (Self::Payloads, "payloads are those that were committed to"),
        (Self::Records, "database agrees with what was recorded"),
        (Self::Notices, "notices are the ones that were shown"),
        (Self::Decisions, "decisions are those that were recorded"),
        (Self::Lists, "who was on lists is what was recorded"),
        (Self::Findings, "exporter found nothing wrong"),
    ];
}

/// The verdict on a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Whether everything holds.
    pub ok: bool,
    /// Every check, in order.
    pub checks: Vec<CheckOutcome>,
    /// What does not hold, at most 200.
    pub failures: Vec<Failure>,
    /// How many further failures are not listed.
    pub omitted_failures: u64,
    /// How many entries were read.
    pub entries: u64,
    /// Which entries the package says it holds.
    pub positions: Option<Positions>,
    /// Whether it is about one person: the entries that it holds are theirs, among these positions.
    pub person: bool,
    /// Which log, as its checkpoint says.
    pub origin: Option<String>,
    /// How many entries that log had.
    pub size: Option<u64>,
    /// Its root, lower-case hex.
    pub root: Option<String>,
    /// Whether the checkpoint was checked with a key known from elsewhere. If not, whoever made
    /// the package may have made the key too.
    pub key_trusted: bool,
    /// The keys that signed the log, in the order in which they came.
    pub keys: Vec<ToldKey>,
    /// What the entries say of the epochs of persons' keys, in their order.
    pub key_epochs: Vec<ToldEpoch>,
    /// What witnesses say, in the order of the sizes that they saw.
    pub witnesses: Vec<Witnessed>,
    /// What a timestamping authority says, in the order of the sizes.
    pub timestamps: Vec<Stamped>,
}

/// An authority attests that the log was signed with its first `size` entries at that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stamped {
    /// How many entries.
    pub size: u64,
    /// When, by the authority's clock, RFC 3339.
    pub at: String,
    /// Who signed it, where a CA that was given vouches for them; else the signature was not checked, or
    /// is that of somebody for whom it does not vouch.
    pub signed_by: Option<String>,
    /// The token in the package.
    pub file: String,
}

/// A key of the log, and the sizes that it signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldKey {
    /// The verifier key.
    pub key: String,
    /// The four bytes by which signature lines name it, in hex.
    pub id: String,
    /// The first size that it signs.
    pub from: u64,
    /// The last; `None` as long as it signs.
    pub until: Option<u64>,
    /// Where the key before it was lost, so that nothing vouches for this one: the operator's reason.
    pub broken: Option<String>,
}

/// An epoch of persons' keys began or was destroyed, as an entry of the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldEpoch {
    /// Its number.
    pub epoch: u64,
    /// Whether it was destroyed; else it began.
    pub destroyed: bool,
    /// When, by the log's clock, RFC 3339.
    pub at: String,
    /// The entry.
    pub position: u64,
}

/// A witness saw the log with its first `size` entries, and saw it only grow until then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witnessed {
    /// Its key.
    pub witness: String,
    /// How many entries it saw.
    pub size: u64,
    /// When, by its clock, RFC 3339.
    pub at: String,
    /// Whether whoever checks named it.
    pub trusted: bool,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckOutcome {
    /// What should be so.
    pub name: &'static str,
    /// Whether it is.
    pub ok: bool,
    /// How much was checked, or how much failed.
    pub detail: String,
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The entry.
    pub position: Option<u64>,
    /// The file.
    pub file: Option<String>,
    /// What is wrong, in plain words.
    pub what: String,
}

/// Gathers what the checks find.
pub(super) struct Recorder {
    failures: Vec<Failure>,
    counts: BTreeMap<Check, u64>,
    details: BTreeMap<Check, String>,
    key_trusted: bool,
    pub(super) entries: u64,
    pub(super) positions: Option<Positions>,
    /// It is a package about one person.
    pub(super) person: bool,
    pub(super) head: Option<Checkpoint>,
    pub(super) keys: Vec<ToldKey>,
    pub(super) key_epochs: Vec<ToldEpoch>,
    pub(super) witnesses: Vec<Witnessed>,
    pub(super) timestamps: Vec<Stamped>,
}

impl Recorder {
    pub(super) fn new(key_trusted: bool) -> Self {
        Self {
            failures: Vec::new(),
            counts: BTreeMap::new(),
            details: BTreeMap::new(),
            key_trusted,
            entries: 0,
            positions: None,
            person: false,
            head: None,
            keys: Vec::new(),
            key_epochs: Vec::new(),
            witnesses: Vec::new(),
            timestamps: Vec::new(),
        }
    }

    /// Notes a failure. Texts from the package are escaped and cut: it may hold anything.
    pub(super) fn fail(
        &mut self,
        check: Check,
        position: Option<u64>,
        file: Option<&str>,
        what: impl Into<String>,
    ) {
        *self.counts.entry(check).or_default() += 1;
        if self.failures.len() < MAX_FAILURES {
            let (file, what) = (file.map(printable), printable(&what.into()));
            self.failures.push(Failure {
                position,
                file,
                what,
            });
        }
    }

    /// Notes that a check was made to its end. One that was not does not hold.
    pub(super) fn done(&mut self, check: Check, detail: impl Into<String>) {
        self.details.insert(check, detail.into());
    }

    fn outcome(&self, check: Check, name: &'static str) -> CheckOutcome {
        let failed = self.counts.get(&check).copied().unwrap_or_default();
        let detail = match (failed, self.details.get(&check)) {
            (0, Some(detail)) => detail.clone(),
            (0, None) => "could not be checked".to_owned(),
            (1, _) => "1 failure".to_owned(),
            (n, _) => format!("{n} failures"),
        };
        let ok = failed == 0 && self.details.contains_key(&check);
        CheckOutcome { name, ok, detail }
    }

    pub(super) fn into_report(self) -> VerifyReport {
        // neighbours' leaves are none of a person's business, and a period is nobody's
        let other = if self.person {
            Check::Bundles
        } else {
            Check::Person
        };
        let made = Check::ALL.into_iter().filter(|(check, _)| *check != other);
        let checks: Vec<_> = made
            .map(|(check, name)| self.outcome(check, name))
            .collect();
        let failed: u64 = self.counts.values().sum();
        VerifyReport {
            ok: failed == 0 && checks.iter().all(|check| check.ok),
            checks,
            omitted_failures: failed.saturating_sub(self.failures.len() as u64),
            failures: self.failures,
            entries: self.entries,
            positions: self.positions,
            person: self.person,
            origin: self.head.as_ref().map(|head| printable(&head.origin)),
            size: self.head.as_ref().map(|head| head.size),
            root: self.head.as_ref().map(|head| hex(&head.root)),
            key_trusted: self.key_trusted,
            keys: self.keys,
            key_epochs: self.key_epochs,
            witnesses: self.witnesses,
            timestamps: self.timestamps,
        }
    }
}

/// An instant in seconds since 1970; of an impossible one, the number.
pub(super) fn rfc3339(at: u64) -> String {
    let known = i64::try_from(at)
        .ok()
        .and_then(|at| DateTime::from_timestamp(at, 0));
    known.map_or_else(
        || at.to_string(),
        |at| at.to_rfc3339_opts(SecondsFormat::Secs, true),
    )
}

/// Text that can stand on a terminal: no control characters, no end in sight.
pub(super) fn printable(text: &str) -> String {
    const LONGEST: usize = 300;
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().take(LONGEST).map(plain).collect()
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.ok { "HOLDS" } else { "DOES NOT HOLD" };
        writeln!(f, "The audit package {verdict}.")?;
        if let (Some(origin), Some(size), Some(root)) = (&self.origin, self.size, &self.root) {
            writeln!(f, "Log {origin}, {size} entries, root {root}")?;
        }
        if let (true, Some(Positions { end, .. })) = (self.person, self.positions) {
            writeln!(
                f,
                "One person, among entries 0 up to {end}: {} read",
                self.entries
            )?;
        } else if let Some(Positions { first, end }) = self.positions {
            writeln!(f, "Entries {first} up to {end}: {} read", self.entries)?;
        }
        if !self.key_trusted {
            writeln!(
                f,
                "The key was taken from the package itself: compare log/log.vkey with the log's key \
                 from another source, or give that key to this check."
            )?;
        }
        if self.keys.len() > 1 {
            self.keys.iter().try_for_each(|key| write!(f, "{key}"))?;
        }
        self.key_epochs
            .iter()
            .try_for_each(|one| write!(f, "{one}"))?;
        for Witnessed {
            witness,
            size,
            at,
            trusted,
        } in &self.witnesses
        {
            let vouched = if *trusted {
                ""
            } else {
                ", a key from the package"
            };
            let name = witness.split('+').next().unwrap_or_default();
            writeln!(
                f,
                "Cosigned by {name} at {at}: entries 0 up to {size}{vouched}"
            )?;
        }
        self.timestamps
            .iter()
            .try_for_each(|one| write!(f, "{one}"))?;
        for check in &self.checks {
            let mark = if check.ok { "ok    " } else { "FAILED" };
            writeln!(f, "{mark} {}: {}", check.name, check.detail)?;
        }
        self.failures
            .iter()
            .try_for_each(|failure| writeln!(f, "  {failure}"))?;
        match self.omitted_failures {
            0 => Ok(()),
            n => writeln!(f, "  and {n} more"),
        }
    }
}

impl fmt::Display for Stamped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            size,
            at,
            file,
            signed_by,
        } = self;
        if let Some(name) = signed_by {
            return writeln!(
                f,
                "Stamped at {at}, signed by {name}, whose chain to the given CA holds: entries 0 up to {size}. The \
                 token is for exactly this checkpoint."
            );
        }
        let note = file.replace(".tsr", ".note");
        writeln!(
            f,
            "Stamped at {at} by a timestamping authority: entries 0 up to {size}. The token is for exactly this \
             checkpoint; check the authority's signature, with its certificates as known from itself:\n  \
             unzip FILE.zip 'timestamps/*' && openssl ts -verify -data {note} -in {file} -CAfile CA.pem"
        )
    }
}

impl fmt::Display for ToldEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            epoch,
            at,
            position,
            ..
        } = self;
        if self.destroyed {
            writeln!(
                f,
                "Key epoch {epoch} was destroyed at {at} (entry {position}), says whoever keeps the log: what copies of the \
                 database from before hold of persons under it cannot be opened"
            )
        } else {
            writeln!(f, "Key epoch {epoch} began at {at} (entry {position})")
        }
    }
}

impl fmt::Display for ToldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = self
            .until
            .map_or_else(|| "on".to_owned(), |until| format!("to {until}"));
        if let Some(why) = &self.broken {
            let at = self.from.saturating_sub(1);
            writeln!(
                f,
                "BREAK at entry {at}: the key before was lost ({why}). Nothing vouches for the next key but whoever \
                 gave it to you"
            )?;
        }
        writeln!(
            f,
            "Key {} signs the log from {} entries {until}",
            self.id, self.from
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.position, &self.file) {
            (Some(position), Some(file)) => write!(f, "entry {position} ({file}): ")?,
            (Some(position), None) => write!(f, "entry {position}: ")?,
            (None, Some(file)) => write!(f, "{file}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.what)
    }
}
