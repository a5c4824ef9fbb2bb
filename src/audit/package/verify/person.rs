//! A package about one person: that every entry which the log has of them is there, and nobody
//! else's.
//!
//! Each entry of a person bears the tag of its number, which nobody can tell or link without the
//! person's view key. With it, the tags 0, 1, 2, … are made again: one that no entry bears is an
//! entry left out. The last of them tells of this very disclosure, so that the end cannot be cut off.

use super::archive::Archive;
use super::entry::EntryCheck;
use super::manifest::{self, Asked};
use super::report::{Check, Recorder};
use super::{decisions, rolls, tiles};
use crate::audit::checkpoint::Checkpoint;
use crate::audit::commitment::event_tag;
use crate::audit::encoding::unhex;
use crate::audit::leaf::{EntryKind, Leaf};
use crate::audit::package::format::{ENTRIES, EntryLine, PERSON, PersonFile, PersonRecord};
use crate::audit::package::plan::sparse_tiles;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{Read, Seek};

/// The most missing entries that are looked for beyond those that are there.
const MOST_MISSING: u64 = 10_000;

/// Checks all that is peculiar to such a package, and its entries and decisions.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    asked: &Asked,
    checkpoint: Option<&Checkpoint>,
    log: &mut Recorder,
) {
    let lines = lines(archive, asked, log);
    let tiles = checkpoint.map(|checkpoint| {
        let positions: BTreeSet<u64> = lines.iter().map(|line| line.position).collect();
        let needed = sparse_tiles(&positions, checkpoint.size);
        tiles::read(archive, needed, checkpoint, log)
    });
    let notices = manifest::read_notices(archive, log);
    let mut entries = EntryCheck::new(tiles.as_ref(), &notices);
    lines.iter().for_each(|line| entries.check(line, log));
    let (blocks, lists) = entries.close(tiles.is_some(), log);
    let Some(file) = file(archive, log) else {
        return;
    };
    let whose: HashSet<String> = file.records.iter().map(|one| one.subject.clone()).collect();
    decisions::check(archive, blocks, Some(&whose), log);
    rolls::check_person(archive, &lists, log);
    if asked.query.get("export").and_then(Value::as_str) != Some(&file.export) {
        fail(log, None, "is of another export than the manifest");
    }
    Disclosure::new(&file, &lines).check(log);
}

fn fail(log: &mut Recorder, position: Option<u64>, what: impl Into<String>) {
    let file = position.map_or(PERSON, |_| ENTRIES);
    log.fail(Check::Person, position, Some(file), what);
}

fn file<R: Read + Seek>(archive: &mut Archive<R>, log: &mut Recorder) -> Option<PersonFile> {
    let bytes = archive.read(PERSON, log)?;
    let file = serde_json::from_slice::<PersonFile>(&bytes).ok();
    let file = file.filter(|file| !file.records.is_empty());
    if file.is_none() {
        fail(log, None, "does not say whose entries these are");
    }
    file
}

/// The entries, in the order of the log.
fn lines<R: Read + Seek>(
    archive: &mut Archive<R>,
    asked: &Asked,
    log: &mut Recorder,
) -> Vec<EntryLine> {
    let bytes = archive.read(ENTRIES, log).unwrap_or_default();
    let (mut found, mut next) = (Vec::new(), asked.positions.first);
    let whole = bytes.strip_suffix(b"\n");
    if whole.is_none() && !bytes.is_empty() {
        let what = "the last line has no end";
        log.fail(Check::Entries, None, Some(ENTRIES), what);
    }
    let lines = whole
        .unwrap_or(&bytes)
        .split(|byte| *byte == b'\n')
        .filter(|_| !bytes.is_empty());
    for line in lines {
        let (line, fault) = EntryLine::parse(line);
        let position = line.as_ref().map(|line| line.position);
        if let Some(fault) = fault {
            log.fail(
                Check::Entries,
                position.or(Some(next)),
                Some(ENTRIES),
                fault.to_string(),
            );
        }
        let Some(line) = line else { continue };
        if line.position < next || line.position >= asked.positions.end {
            let what = "stands out of order, twice, or outside the log that was looked through";
            log.fail(Check::Entries, position, Some(ENTRIES), what);
        }
        next = next.max(line.position.saturating_add(1));
        log.entries += 1;
        found.push(line);
    }
    found
}

/// An entry with its leaf read.
struct Told<'a> {
    line: &'a EntryLine,
    leaf: Leaf,
}

impl Told<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        self.line.payload.as_ref()?.get(name)?.as_str()
    }
}

struct Disclosure<'a> {
    file: &'a PersonFile,
    tagged: HashMap<[u8; 16], Told<'a>>,
    others: Vec<Told<'a>>,
    /// Records that an entry says were merged, and that entry.
    merged: BTreeMap<String, u64>,
}

impl<'a> Disclosure<'a> {
    fn new(file: &'a PersonFile, lines: &'a [EntryLine]) -> Self {
        let (mut tagged, mut others) = (HashMap::new(), Vec::new());
        for line in lines {
            // one that does not read has been named already
            let Ok(leaf) = Leaf::parse(line.leaf.as_bytes()) else {
                continue;
            };
            match leaf.tag {
                Some(tag) => drop(tagged.insert(tag, Told { line, leaf })),
                None => others.push(Told { line, leaf }),
            }
        }
        Self {
            file,
            tagged,
            others,
            merged: BTreeMap::new(),
        }
    }

    fn check(mut self, log: &mut Recorder) {
        let file = self.file;
        let ends: Vec<String> = file
            .records
            .iter()
            .map(|record| self.record(record, log))
            .collect();
        for told in self.tagged.values() {
            fail(
                log,
                Some(told.line.position),
                "is no entry of this person: no number has its tag under the person's view key",
            );
        }
        self.merges(log);
        self.about_nobody(log);
        let mut said = ends.join("; ");
        if !file.unreadable.is_empty() {
            let count = file.unreadable.len();
            said.push_str(&format!(
                "; of {count} merged record(s) the key is gone: nothing of them is shown"
            ));
        }
        log.done(Check::Person, said);
    }

    /// Every number of a record has its entry, in order, and the last tells of this disclosure.
    fn record(&mut self, record: &PersonRecord, log: &mut Recorder) -> String {
        let Some(key) = unhex::<32>(&record.view_key) else {
            fail(log, None, "a view key is none");
            return String::new();
        };
        let (mut latest, mut missing, mut last) = (None, 0, None);
        for number in 0..record.count {
            let Some(told) = self.tagged.remove(&event_tag(&key, number)) else {
                missing += 1;
                let what = format!("the person's entry number {number} is left out");
                fail(log, None, what);
                if missing > MOST_MISSING {
                    break;
                }
                continue;
            };
            self.one(record, &told, latest, log);
            latest = Some(told.line.position);
            last = Some((number, told));
        }
        if missing > 0 && last.is_none() {
            let what = "no entry has a tag under this view key: it is not this person's";
            fail(log, None, what);
        }
        let end = record.count.saturating_sub(1);
        let told = last.filter(|(number, told)| {
            *number == end && told.leaf.kind == EntryKind::SubjectDisclosed
        });
        if told.is_none_or(|(_, told)| told.field("export") != Some(&self.file.export)) {
            let what = "the person's last entry does not tell of this disclosure: later entries may \
                        have been cut off";
            fail(log, None, what);
        }
        format!(
            "the person's entries 0 to {end} are all here, none left out; number {end} records this disclosure"
        )
    }

    fn one(
        &mut self,
        record: &PersonRecord,
        told: &Told<'_>,
        latest: Option<u64>,
        log: &mut Recorder,
    ) {
        let position = told.line.position;
        if latest.is_some_and(|latest| latest >= position) {
            let what = "stands before the entry that comes before it by its number";
            fail(log, Some(position), what);
        }
        if told.line.payload.is_some() && told.field("subject") != Some(&record.subject) {
            fail(log, Some(position), "is recorded of another person");
        }
        if told.leaf.kind == EntryKind::SubjectMerged
            && let Some(from) = told.field("from")
        {
            self.merged.insert(from.to_owned(), position);
        }
    }

    /// A record that was merged is here or is said to be gone, and no other is.
    fn merges(&self, log: &mut Recorder) {
        let file = self.file;
        let others = file.records.iter().skip(1).map(|one| &one.subject);
        let named: BTreeSet<&String> = others.chain(&file.unreadable).collect();
        for (from, position) in &self.merged {
            if !named.contains(from) {
                let what = "merged a record whose entries are left out";
                fail(log, Some(*position), what);
            }
        }
        for one in named {
            if !self.merged.contains_key(one) {
                fail(log, None, "names a record that no entry merged");
            }
        }
    }

    /// Entries about nobody: the export, blocks of decisions, filtered lists, the suppression list, and
    /// the epochs of the keys under which the person's key is wrapped.
    fn about_nobody(&self, log: &mut Recorder) {
        let mut recorded = false;
        for told in &self.others {
            match told.leaf.kind {
                EntryKind::DecisionsRecorded
                | EntryKind::AudienceEnded
                | EntryKind::SuppressionAdded
                | EntryKind::KeyEpochBegun
                | EntryKind::KekDestroyed => {}
                EntryKind::ExportMade if told.field("export") == Some(&self.file.export) => {
                    recorded = true;
                }
                _ => fail(
                    log,
                    Some(told.line.position),
                    "is no entry about this person",
                ),
            }
        }
        if !recorded {
            fail(log, None, "the entry that records this export is left out");
        }
    }
}
