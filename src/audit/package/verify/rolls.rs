//! `rolls.jsonl`: the sheets of each list's roll, in order, make the root that the list's entry commits
//! to. `lists.jsonl` in a package about one person: each line names such an entry and one of its answers.

use super::archive::Archive;
use super::decisions::read;
use super::report::{Check, Recorder};
use crate::audit::package::format::{LISTS, ListLine, ROLLS};
use crate::audit::roll::line::SheetLine;
use crate::audit::roll::{Answer, Said};
use crate::audit::tree::Frontier;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// What the entries say of the lists that they end.
#[derive(Default)]
pub(super) struct Lists(BTreeMap<u64, Said>);

impl Lists {
    /// Takes note of the payload of an entry that ends a list.
    pub(super) fn note(&mut self, position: u64, payload: &Value) {
        self.0
            .extend(Said::of(payload).map(|said| (position, said)));
    }
}

fn fail(log: &mut Recorder, position: Option<u64>, file: &str, what: &str) {
    log.fail(Check::Lists, position, Some(file), what);
}

/// Checks every roll of the package.
pub(super) fn check<R: Read + Seek>(archive: &mut Archive<R>, lists: Lists, log: &mut Recorder) {
    let mut walk = Walk {
        lists,
        open: None,
        lines: 0,
        changed: 0,
    };
    read(archive, (ROLLS, Check::Lists), log, |bytes, log| {
        walk.line(bytes, log);
    });
    walk.close_roll(log);
    let missing = walk.lists.0.iter().filter(|(_, said)| said.sheets > 0);
    for (position, _) in missing {
        fail(log, Some(*position), ROLLS, "who was on it is missing");
    }
    let (lines, changed) = (walk.lines, walk.changed);
    let mut told = format!("{lines} persons on lists");
    if changed > 0 {
        told.push_str(&format!(
            "; {changed} parts as erasures or time left them, which the entries do not vouch for"
        ));
    }
    log.done(Check::Lists, told);
}

/// Checks what a package about one person says of lists.
pub(super) fn check_person<R: Read + Seek>(
    archive: &mut Archive<R>,
    lists: &Lists,
    log: &mut Recorder,
) {
    let mut named = Vec::new();
    read(archive, (LISTS, Check::Lists), log, |bytes, log| {
        let Ok(line) = serde_json::from_slice::<ListLine>(bytes) else {
            return fail(log, None, LISTS, "a line names no list");
        };
        let answer = Answer {
            permit: line.permit,
            reason: line.reason,
        };
        let said = lists.0.get(&line.list);
        if !said.is_some_and(|said| said.answers.contains(&answer)) {
            let what = "no entry of the package ends this list with that answer";
            fail(log, Some(line.list), LISTS, what);
        }
        named.push(line.list);
    });
    for position in lists.0.keys().filter(|list| !named.contains(list)) {
        fail(log, Some(*position), LISTS, "ends a list that is not named");
    }
    log.done(Check::Lists, format!("{} lists", named.len()));
}

struct Walk {
    lists: Lists,
    /// The list whose sheets are being read.
    open: Option<(u64, Frontier)>,
    lines: u64,
    changed: u64,
}

impl Walk {
    fn line(&mut self, bytes: &[u8], log: &mut Recorder) {
        let Ok(line) = serde_json::from_slice::<SheetLine>(bytes) else {
            return fail(log, None, ROLLS, "a line is no sheet");
        };
        if self
            .open
            .as_ref()
            .is_none_or(|(list, _)| *list != line.list)
        {
            self.close_roll(log);
            self.open = Some((line.list, Frontier::new()));
        }
        let Some((_, tree)) = &mut self.open else {
            return;
        };
        if line.index != tree.size() {
            fail(log, Some(line.list), ROLLS, "its sheets are not in order");
        }
        let (Some(hash), Some(sheet)) = (line.tree_hash(), line.content()) else {
            return fail(log, Some(line.list), ROLLS, "a sheet does not read");
        };
        tree.append(hash);
        self.lines += sheet.listed().len() as u64;
        self.changed += u64::from(line.hash.is_some());
    }

    fn close_roll(&mut self, log: &mut Recorder) {
        let Some((list, tree)) = self.open.take() else {
            return;
        };
        let Some(said) = self.lists.0.remove(&list) else {
            let what = "who was on a list stands here, but no entry says so";
            return fail(log, Some(list), ROLLS, what);
        };
        if (said.sheets, said.root) != (tree.size(), tree.root()) {
            let what = "who was on it is not what was recorded";
            fail(log, Some(list), ROLLS, what);
        }
    }
}
