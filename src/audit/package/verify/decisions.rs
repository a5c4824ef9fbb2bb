//! `decisions.jsonl`: the decisions of each block, in order, make the root that the block's entry
//! commits to; the texts that they name are there.

use super::archive::Archive;
use super::lines::{Line, Lines};
use super::report::{Check, Recorder};
use crate::audit::Hash;
use crate::audit::decision::line::DecisionLine;
use crate::audit::encoding::{hex, unb64};
use crate::audit::package::format::{DECISION_TEXTS, DECISIONS};
use crate::audit::tree::{Frontier, sha256};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{Read, Seek};

/// What the entries say of their blocks: how many decisions, and the root; and up to which entry blocks were taken out,
/// since their time was over.
#[derive(Default)]
pub(super) struct Blocks {
    recorded: BTreeMap<u64, (Option<u64>, Option<Hash>)>,
    gone: BTreeMap<u64, Option<u64>>,
}

impl Blocks {
    /// Takes note of the payload of an entry that records a block.
    pub(super) fn note(&mut self, position: u64, payload: &Value) {
        let root = payload.get("root").and_then(Value::as_str).and_then(unb64);
        let count = payload.get("decisions").and_then(Value::as_u64);
        self.recorded.insert(position, (count, root));
    }

    /// Takes note of the payload of an entry that says that blocks were taken out.
    pub(super) fn note_gone(&mut self, position: u64, payload: &Value) {
        let through = payload.get("through").and_then(Value::as_u64);
        self.gone.insert(position, through);
    }
}

/// Checks every decision of the package; with `about`, that each is about one of these persons'
/// records.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    blocks: Blocks,
    about: Option<&HashSet<String>>,
    log: &mut Recorder,
) {
    let mut walk = Walk {
        about,
        blocks,
        expired: 0,
        said_by: BTreeSet::new(),
        open: None,
        texts: HashSet::new(),
        decisions: 0,
        withheld: 0,
    };
    let there = read(archive, (DECISIONS, Check::Decisions), log, |bytes, log| {
        walk.line(bytes, log)
    });
    walk.close_block(log);
    for position in std::mem::take(&mut walk.blocks.recorded).into_keys() {
        fail(log, Some(position), "its decisions are missing");
    }
    let mut texts = HashSet::new();
    read(
        archive,
        (DECISION_TEXTS, Check::Decisions),
        log,
        |bytes, log| match text(bytes) {
            Some(hash) => drop(texts.insert(hash)),
            None => fail(log, None, "a text is not the one that its hash names"),
        },
    );
    let missing = walk.texts.difference(&texts).count();
    if missing > 0 {
        fail(
            log,
            None,
            &format!("{missing} texts that decisions name are missing"),
        );
    }
    if there {
        log.done(Check::Decisions, walk.told());
    } else {
        log.done(Check::Decisions, "none".to_owned());
    }
}

/// Reads a file line by line; whether it is there.
pub(super) fn read<R: Read + Seek>(
    archive: &mut Archive<R>,
    (path, check): (&str, Check),
    log: &mut Recorder,
    mut take: impl FnMut(&[u8], &mut Recorder),
) -> bool {
    let Some(file) = archive.stream(path) else {
        return false;
    };
    let limit = file.size().saturating_add(1);
    let mut lines = Lines::new(file.take(limit));
    loop {
        match lines.next() {
            Line::End => break,
            Line::Whole(bytes) => take(bytes, log),
            Line::Broken => log.fail(check, None, Some(path), "a line has no end"),
            Line::Damaged => {
                log.fail(check, None, Some(path), "is damaged");
                break;
            }
        }
    }
    let (hash, size) = lines.finish();
    archive.compare(path, &hex(&hash), size, log);
    true
}

fn text(line: &[u8]) -> Option<Hash> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        sha256: String,
        text: String,
    }
    let named: Named = serde_json::from_slice(line).ok()?;
    let hash = sha256(&[named.text.as_bytes()]);
    (hex(&hash) == named.sha256).then_some(hash)
}

fn fail(log: &mut Recorder, position: Option<u64>, what: &str) {
    log.fail(Check::Decisions, position, Some(DECISIONS), what);
}

struct Walk<'a> {
    about: Option<&'a HashSet<String>>,
    blocks: Blocks,
    /// The block whose decisions are being read.
    open: Option<(u64, Frontier)>,
    texts: HashSet<Hash>,
    decisions: u64,
    withheld: u64,
    /// Decisions that were taken out since their time was over, and the entries that say so.
    expired: u64,
    said_by: BTreeSet<u64>,
}

impl Walk<'_> {
    fn line(&mut self, bytes: &[u8], log: &mut Recorder) {
        let Ok(line) = serde_json::from_slice::<DecisionLine>(bytes) else {
            fail(log, None, "a line is no decision");
            return;
        };
        if line.expired.is_some() {
            self.close_block(log);
            return self.gone(&line, log);
        }
        if self
            .open
            .as_ref()
            .is_none_or(|(block, _)| *block != line.block)
        {
            self.close_block(log);
            self.open = Some((line.block, Frontier::new()));
        }
        let Some((_, tree)) = &mut self.open else {
            return;
        };
        if line.index != tree.size() {
            fail(log, Some(line.block), "its decisions are not in order");
        }
        let Some(hash) = line.tree_hash() else {
            fail(log, Some(line.block), "a decision contradicts itself");
            return;
        };
        tree.append(hash);
        let whose = line.record.as_ref().map(|record| record.get("subject"));
        if let (Some(about), Some(whose)) = (self.about, whose)
            && !whose
                .and_then(Value::as_str)
                .is_some_and(|whose| about.contains(whose))
        {
            fail(log, Some(line.block), "a decision is about somebody else");
        }
        self.texts.extend(line.texts());
        self.decisions += 1;
        self.withheld += u64::from(line.record.is_none());
    }

    /// A block that is not there any more. Where the entry that is to say so is in the package, it does.
    fn gone(&mut self, line: &DecisionLine, log: &mut Recorder) {
        let Some(said_by) = line.is_expired().filter(|_| self.about.is_none()) else {
            return fail(log, Some(line.block), "a decision contradicts itself");
        };
        let Some((count, _)) = self.blocks.recorded.remove(&line.block) else {
            let what = "decisions are said to be gone that no entry records";
            return fail(log, Some(line.block), what);
        };
        let through = self.blocks.gone.get(&said_by).copied();
        if said_by <= line.block || through.is_some_and(|through| through < Some(line.block)) {
            let what = "no entry says that the time of its decisions is over";
            return fail(log, Some(line.block), what);
        }
        self.expired += count.unwrap_or_default();
        self.said_by.insert(said_by);
    }

    fn told(&self) -> String {
        let (decisions, withheld, expired) = (self.decisions, self.withheld, self.expired);
        let told = format!("{decisions} decisions, {withheld} withheld");
        let Some(last) = self.said_by.last() else {
            return told;
        };
        let proven = self
            .said_by
            .iter()
            .all(|by| self.blocks.gone.contains_key(by));
        let whose = if proven {
            ""
        } else {
            ", which is not in this package"
        };
        format!("{told}; {expired} taken out since their time was over, by entry {last}{whose}")
    }

    fn close_block(&mut self, log: &mut Recorder) {
        let Some((block, tree)) = self.open.take() else {
            return;
        };
        match self.blocks.recorded.remove(&block) {
            None => fail(
                log,
                Some(block),
                "decisions stand here that no entry records",
            ),
            Some(said) if said != (Some(tree.size()), Some(tree.root())) => {
                fail(
                    log,
                    Some(block),
                    "its decisions are not those that were recorded",
                );
            }
            Some(_) => {}
        }
    }
}
