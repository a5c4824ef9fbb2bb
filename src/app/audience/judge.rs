//! The answers for one use, each worked out once.

use super::ahead::Ahead;
use super::answers::{Answers, Memory};
use super::given::{Given, Place, Verdict};
use super::line::InOrder;
use super::roll::Roll;
use super::{App, AudienceQuery};
use crate::app::facts::{Asked, Said};
use crate::app::policies::rules::Rules;
use crate::app::refusal::FieldProblem;
use crate::domain::registry::{Catalogue, Channel, Purpose};
use crate::domain::time::{Now, from_micros};
use crate::index::{Table, View};
use crate::policy::Outcome;
use chrono::{DateTime, Utc};
use std::sync::{Arc, LazyLock};

/// In microseconds.
const MINUTE: i64 = 60 * 1_000_000;

static NOTHING_SAID: LazyLock<Said> = LazyLock::new(Said::default);

/// Answers for one purpose and channel, by what is seen of a person.
pub(super) struct Judge {
    catalogue: Arc<Catalogue>,
    purpose: Purpose,
    version: Arc<str>,
    by_cedar: bool,
    channel: Channel,
    now: Now,
    fresh: bool,
    memory: Memory,
    ahead: Ahead,
}

impl Judge {
    pub(super) fn new(
        view: &View<Rules>,
        query: &AudienceQuery,
        now: Now,
    ) -> Result<Self, Vec<FieldProblem>> {
        let (purpose, channel) = crate::app::check::resolve(
            view.catalogue(),
            &query.purpose,
            &query.channel,
            query.campaign.as_deref(),
        )?;
        Ok(Self {
            catalogue: view.catalogue().clone(),
            purpose: purpose.clone(),
            version: view.rules().version().clone(),
            by_cedar: view.rules().is_by_cedar(),
            channel,
            now,
            fresh: false,
            memory: Memory::default(),
            ahead: Ahead::default(),
        })
    }

    /// The same for a view that has taken in all that was acknowledged before.
    pub(super) fn at_the_head(
        view: &View<Rules>,
        query: &AudienceQuery,
        now: Now,
    ) -> Result<Self, Vec<FieldProblem>> {
        let judge = Self::new(view, query, now)?;
        Ok(Self {
            fresh: true,
            ..judge
        })
    }

    /// What the list is for.
    pub(super) const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// Before each piece: takes the time, and forgets what it, a new catalogue or other policies
    /// may have changed.
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
        let rules = view.rules();
        Arc::ptr_eq(view.catalogue(), &self.catalogue)
            && *rules.version() == self.version
            && rules.is_by_cedar() == self.by_cedar
    }

    /// Answers for lines: `each` is told the number of one and the place of its answer.
    pub(super) fn lines(
        &mut self,
        app: &App,
        view: &View<Rules>,
        (given, roll): (&mut Given, &mut Roll),
        lines: InOrder<'_>,
        mut each: impl FnMut(u32, Place),
    ) {
        let (table, setting): (&Table, _) = (view, app.setting(view));
        let asked_at = |at| Asked::new(setting, &self.purpose, self.channel, &NOTHING_SAID, at);
        let (Some(asked), true) = (asked_at(self.now.utc()), self.fresh) else {
            let place = given.place(self.no());
            for few in lines.few() {
                for (number, line, row) in few.rows(table, roll, false) {
                    line.enter(table, row, place, roll);
                    each(number, place);
                }
            }
            return;
        };
        let worth_while = self.ahead.follow(table, roll, lines.len());
        let mut answers = Answers {
            used: asked.used(table),
            asked,
            table,
            rules: view.rules(),
            memory: &mut self.memory,
            given,
        };
        if worth_while && let Some(at_last) = asked_at(last_of_minute(self.now)) {
            let until = at_last.used(table);
            self.ahead.work_out(&mut answers, roll, &until);
        }
        let held = self.ahead.is_held();
        for few in lines.few() {
            for (number, line, row) in few.rows(table, roll, held) {
                let kept = row.filter(|_| held && line.is_plain(table));
                let place = kept.and_then(|row| roll.take_ahead(row));
                let place = place.unwrap_or_else(|| {
                    let place = answers.of(line, row);
                    line.enter(table, row, place, roll);
                    place
                });
                each(number, place);
            }
        }
    }

    /// The answer for everybody where nothing can be decided.
    fn no(&self) -> Verdict {
        Verdict::of(&if self.fresh {
            Outcome::evaluation_error()
        } else {
            Outcome::stale()
        })
    }
}

/// The last instant of a minute.
fn last_of_minute(now: Now) -> DateTime<Utc> {
    let minute = now.micros().div_euclid(MINUTE);
    from_micros((minute + 1) * MINUTE - 1)
}
