//! The answers for one use, each worked out once.

use super::answers::{Answers, Memory};
use super::given::{Given, Verdict};
use super::line::{Lines, Who};
use super::roll::Roll;
use super::{App, AudienceQuery};
use crate::app::facts::{Asked, Said};
use crate::app::policies::rules::Rules;
use crate::app::refusal::FieldProblem;
use crate::domain::audience::Record;
use crate::domain::registry::{Catalogue, Channel, Purpose};
use crate::domain::time::Now;
use crate::index::{Table, View};
use crate::policy::Outcome;
use std::sync::{Arc, LazyLock};

/// In microseconds.
const MINUTE: i64 = 60 * 1_000_000;
/// Why a line is refused that names nobody.
pub(super) const UNREADABLE: &str = "IDENTIFIER_INVALID";

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

    /// Answers for lines, in their order.
    pub(super) fn lines(
        &mut self,
        app: &App,
        view: &View<Rules>,
        (given, roll): (&mut Given, &mut Roll),
        lines: &Lines<'_>,
        mut each: impl FnMut(&Record<'_>, &Verdict),
    ) {
        let (table, setting): (&Table, _) = (view, app.setting(view));
        let persons = table.people(lines.firsts(), |row| roll.touch(row));
        let at = self.now.utc();
        let asked = Asked::new(setting, &self.purpose, self.channel, &NOTHING_SAID, at);
        let (Some(asked), true) = (asked, self.fresh) else {
            let nobody = if self.fresh {
                Outcome::evaluation_error()
            } else {
                Outcome::stale()
            };
            let place = given.place(Verdict::of(&nobody));
            for (line, person) in lines.iter().zip(persons) {
                line.everybody(table, person, |person| roll.enter(person, place));
                each(line.record, given.count(place));
            }
            return;
        };
        let mut answers = Answers {
            used: asked.used(table),
            asked,
            table,
            rules: view.rules(),
            memory: &mut self.memory,
            given,
        };
        for (line, person) in lines.iter().zip(persons) {
            let place = match line.who {
                Who::One(kinds, coarse) => {
                    answers.one(person, (line.own, coarse.as_deref()), *kinds)
                }
                Who::Several(contacts) => answers.several(contacts),
                Who::Unreadable => answers.given.place(Verdict::refused(UNREADABLE)),
            };
            line.everybody(table, person, |person| roll.enter(person, place));
            each(line.record, answers.given.count(place));
        }
    }
}
