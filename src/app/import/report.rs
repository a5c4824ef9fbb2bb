//! What an import did, or would do.

use super::verdict::Verdict;
use crate::domain::ids::Position;
use crate::domain::import::ErrorReport;
use crate::domain::registry::Answer;
use serde::{Deserialize, Serialize};

/// How many lines with a blocked yes are listed; the rest is counted.
pub const LISTED: usize = 10_000;

/// The counts. A row can make several claims, so that claims add up to more than rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Records of the file, refused ones included.
    pub rows: u64,
    /// Rows that claim nothing, as the mapping says.
    pub skipped_rows: u64,
    /// Rows about somebody of an earlier row. The same rules decide between them.
    pub duplicate_rows: u64,
    /// Claims written as a new yes.
    pub new_given: u64,
    /// Claims written as a new refusal.
    pub new_refused: u64,
    /// Claims written as a new withdrawal.
    pub new_withdrawn: u64,
    /// Claims written that put the held answer on firmer ground.
    pub strengthened: u64,
    /// Claims whose answer is held already.
    pub unchanged: u64,
    /// Noes kept out: older than the yes that is held.
    pub older: u64,
    /// Yeses kept out: the person has said no.
    pub would_reopen: u64,
    /// Yeses written without proof, and marked so.
    pub without_proof: u64,
    /// Persons who were not known.
    pub persons_new: u64,
    /// Records that were found to be another's person and merged into theirs.
    pub persons_merged: u64,
}

/// What an import did, or would do.
#[derive(Debug, Default)]
pub struct ImportReport {
    /// The counts.
    pub counts: Counts,
    /// The lines that were refused.
    pub errors: ErrorReport,
    /// The lines whose yes was kept out since the person has said no; at most [`LISTED`].
    pub would_reopen_lines: Vec<u64>,
    /// The entry that tells of it; none on a dry run.
    pub position: Option<Position>,
}

/// What one chunk adds to a report.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub counts: Counts,
    pub would_reopen_lines: Vec<u64>,
}

impl Tally {
    /// Counts what became of a claim.
    pub fn count(&mut self, line: u64, answer: Answer, proof: bool, verdict: Verdict) {
        let slot = match (verdict, answer) {
            // a file has no requests: the words of a mapping name none
            (Verdict::New, Answer::Given | Answer::Requested) => &mut self.counts.new_given,
            (Verdict::New, Answer::Refused) => &mut self.counts.new_refused,
            (Verdict::New, Answer::Withdrawn) => &mut self.counts.new_withdrawn,
            (Verdict::Strengthens, _) => &mut self.counts.strengthened,
            (Verdict::Unchanged, _) => &mut self.counts.unchanged,
            (Verdict::Older, _) => &mut self.counts.older,
            (Verdict::WouldReopen, _) => &mut self.counts.would_reopen,
        };
        *slot += 1;
        self.counts.without_proof += u64::from(verdict.writes() && !proof);
        if verdict == Verdict::WouldReopen && self.would_reopen_lines.last() != Some(&line) {
            self.would_reopen_lines.push(line);
        }
    }
}

impl ImportReport {
    /// Adds what one chunk did.
    pub(super) fn add(&mut self, tally: Tally) {
        let (sum, more) = (&mut self.counts, tally.counts);
        sum.new_given += more.new_given;
        sum.new_refused += more.new_refused;
        sum.new_withdrawn += more.new_withdrawn;
        sum.strengthened += more.strengthened;
        sum.unchanged += more.unchanged;
        sum.older += more.older;
        sum.would_reopen += more.would_reopen;
        sum.without_proof += more.without_proof;
        sum.persons_new += more.persons_new;
        sum.persons_merged += more.persons_merged;
        let room = LISTED.saturating_sub(self.would_reopen_lines.len());
        self.would_reopen_lines
            .extend(tally.would_reopen_lines.into_iter().take(room));
    }
}
