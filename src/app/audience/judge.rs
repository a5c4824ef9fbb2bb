//! The answers for one use, each worked out once.

use super::line::{Line, Who};
use super::months::Months;
use super::{App, AudienceQuery};
use crate::app::contact::Hashes;
use crate::app::facts::{Asked, Said, Seen};
use crate::app::policies::rules::Rules;
use crate::app::refusal::FieldProblem;
use crate::domain::registry::{Catalogue, Channel, Purpose};
use crate::domain::time::Now;
use crate::index::{PersonView, Table, View};
use crate::policy::Outcome;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock};

/// In microseconds.
const MINUTE: i64 = 60 * 1_000_000;
/// Why a line is refused that names nobody.
pub(super) const UNREADABLE: &str = "IDENTIFIER_INVALID";

static NOTHING_SAID: LazyLock<Said> = LazyLock::new(Said::default);

/// The answer for a line.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Whether the person may be contacted.
    pub permit: bool,
    /// Why, or why not.
    pub reason: Arc<str>,
}

impl Verdict {
    fn of(outcome: &Outcome) -> Self {
        Self {
            permit: outcome.is_permit(),
            reason: outcome.reason().into(),
        }
    }

    fn refused(reason: &str) -> Self {
        Self {
            permit: false,
            reason: reason.into(),
        }
    }
}

/// Answers for one purpose and channel, by what is seen of a person.
pub(super) struct Judge {
    catalogue: Arc<Catalogue>,
    purpose: Purpose,
    version: Arc<str>,
    channel: Channel,
    now: Now,
    fresh: bool,
    months: Months,
    known: HashMap<Seen, Verdict, BuildHasherDefault<Mix>>,
    unreadable: Verdict,
    stale: Verdict,
}

impl Judge {
    pub(super) fn new(
        view: &View<Rules>,
        query: &AudienceQuery,
        now: Now,
    ) -> Result<Self, Vec<FieldProblem>> {
        let version = view.rules().version().clone();
        let (purpose, channel) = crate::app::check::resolve(
            view.catalogue(),
            &query.purpose,
            &query.channel,
            query.campaign.as_deref(),
        )?;
        Ok(Self {
            catalogue: view.catalogue().clone(),
            purpose: purpose.clone(),
            version,
            channel,
            now,
            fresh: false,
            months: Months::default(),
            known: HashMap::default(),
            unreadable: Verdict::refused(UNREADABLE),
            stale: Verdict::of(&Outcome::stale()),
        })
    }

    /// Before each piece: takes the time, and forgets what it, a new catalogue or another policy
    /// version may have changed.
    /// What is seen of a person is seen at the instant; what else follows from it is the same for
    /// a minute, since hours are counted in minutes.
    pub(super) fn renew(
        &mut self,
        view: &View<Rules>,
        query: &AudienceQuery,
        now: Now,
        fresh: bool,
    ) {
        let before = self.now;
        (self.now, self.fresh) = (now, fresh);
        let same_minute = before.micros().div_euclid(MINUTE) == now.micros().div_euclid(MINUTE);
        if same_minute && self.holds_at(view) {
            return;
        }
        match Self::new(view, query, now) {
            Ok(judge) => *self = Self { fresh, ..judge },
            // the purpose is gone: nothing is permitted any more
            Err(_) => self.fresh = false,
        }
    }

    /// Whether catalogue and policies are those that the answers were given by.
    fn holds_at(&self, view: &View<Rules>) -> bool {
        Arc::ptr_eq(view.catalogue(), &self.catalogue) && *view.rules().version() == self.version
    }

    /// Answers for lines, in their order.
    pub(super) fn lines(
        &mut self,
        app: &App,
        view: &View<Rules>,
        lines: &[Line<'_>],
        mut each: impl FnMut(&Line<'_>, &Verdict),
    ) {
        let Self {
            known,
            months,
            unreadable,
            stale,
            ..
        } = self;
        let table: &Table = view;
        let setting = app.setting(table);
        let at = self.now.utc();
        let asked = Asked::new(setting, &self.purpose, self.channel, &NOTHING_SAID, at);
        let persons = table.people(lines.iter().map(Line::first));
        for (line, person) in lines.iter().zip(persons) {
            let (true, Some(asked)) = (self.fresh, &asked) else {
                each(line, stale);
                continue;
            };
            let mut verdict_on = |person: Option<PersonView<'_>>, suppressed| {
                let seen = asked
                    .seen(person, suppressed)
                    .alike(|at| months.alike(asked.moment(), at));
                let outcome = || Verdict::of(&view.rules().decide(&asked.situation(&seen)));
                known.entry(seen).or_insert_with(outcome).clone()
            };
            match &line.who {
                Who::One(hashes) => {
                    let suppressed = is_suppressed(table, hashes);
                    each(line, &verdict_on(person, suppressed));
                }
                Who::Several(contacts) => {
                    each(line, &strictest(table, contacts, verdict_on));
                }
                Who::Unreadable => each(line, unreadable),
            }
        }
    }
}

fn is_suppressed(table: &Table, hashes: &Hashes) -> bool {
    hashes.filed().any(|hash| table.is_suppressed(hash))
}

/// Of the persons that several identifiers lead to: whoever may not be reached decides.
fn strictest(
    table: &Table,
    all: &[Hashes],
    mut verdict_on: impl FnMut(Option<PersonView<'_>>, bool) -> Verdict,
) -> Verdict {
    let suppressed = all.iter().any(|hashes| is_suppressed(table, hashes));
    let found = all.iter().filter_map(|hashes| table.person(&hashes.own));
    let verdicts = found.map(|person| verdict_on(Some(person), suppressed));
    let strictest = verdicts.min_by_key(|verdict| verdict.permit);
    strictest.unwrap_or_else(|| verdict_on(None, suppressed))
}

/// Mixes the few words that [`Seen`] hashes to.
#[derive(Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|byte| self.write_u64(u64::from(*byte)));
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
