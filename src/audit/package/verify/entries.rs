//! `entries.jsonl`, one line after another: every position once, in order, none missing.

use super::archive::Archive;
use super::decisions::Blocks;
use super::entry::EntryCheck;
use super::lines::{Line, Lines};
use super::report::{Check, Recorder};
use super::rolls::Lists;
use super::tiles::TileSet;
use crate::audit::Hash;
use crate::audit::encoding::hex;
use crate::audit::package::format::{ENTRIES, EntryLine, Positions};
use std::collections::HashSet;
use std::io::{Read, Seek};

/// Checks every entry of the period; the blocks of decisions and the lists that they record.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    range: Positions,
    tiles: Option<&TileSet>,
    notices: &HashSet<Hash>,
    log: &mut Recorder,
) -> (Blocks, Lists) {
    let Some(file) = archive.stream(ENTRIES) else {
        log.fail(Check::Manifest, None, Some(ENTRIES), "is missing");
        return <(Blocks, Lists)>::default();
    };
    let limit = file.size().saturating_add(1);
    let mut lines = Lines::new(file.take(limit));
    let mut walk = Walk {
        next: range.first,
        end: range.end,
        entry: EntryCheck::new(tiles, notices),
    };
    while walk.line(lines.next(), log) {}
    let (hash, size) = lines.finish();
    let said = walk.close(tiles.is_some(), log);
    archive.compare(ENTRIES, &hex(&hash), size, log);
    said
}

struct Walk<'a> {
    next: u64,
    end: u64,
    entry: EntryCheck<'a>,
}

impl Walk<'_> {
    /// Takes one line; false at the end.
    fn line(&mut self, line: Line<'_>, log: &mut Recorder) -> bool {
        match line {
            Line::End => return false,
            Line::Damaged => {
                self.fail(log, "the file is damaged from about here on");
                return false;
            }
            Line::Broken => {
                self.fail(log, "line is too long or has no end");
                self.next += 1;
            }
            Line::Whole(bytes) => self.whole(bytes, log),
        }
        true
    }

    fn whole(&mut self, bytes: &[u8], log: &mut Recorder) {
        let (line, fault) = EntryLine::parse(bytes);
        if let Some(fault) = fault {
            self.fail(log, &fault.to_string());
        }
        let Some(line) = line else {
            self.next = self.next.saturating_add(1);
            return;
        };
        if self.position(line.position, log) {
            log.entries += 1;
            self.entry.check(&line, log);
        }
    }

    /// Whether the position is one of the period; a gap or a step back is named.
    fn position(&mut self, found: u64, log: &mut Recorder) -> bool {
        let expected = self.next;
        if found != expected {
            let what = format!("entry {found} stands where entry {expected} should");
            log.fail(Check::Entries, Some(expected), Some(ENTRIES), what);
        }
        if found >= self.end {
            log.fail(
                Check::Entries,
                Some(found),
                Some(ENTRIES),
                "is outside the period",
            );
            return false;
        }
        self.next = self.next.max(found.saturating_add(1));
        true
    }

    fn close(self, proven: bool, log: &mut Recorder) -> (Blocks, Lists) {
        if self.next < self.end {
            let what = format!("entries {} up to {} are missing", self.next, self.end);
            log.fail(Check::Entries, Some(self.next), Some(ENTRIES), what);
        }
        self.entry.close(proven, log)
    }

    fn fail(&self, log: &mut Recorder, what: &str) {
        log.fail(Check::Entries, Some(self.next), Some(ENTRIES), what);
    }
}
