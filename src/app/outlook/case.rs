//! One question, ready to be asked again.

use crate::app::facts::{Asked, Passed, Said, Setting};
use crate::domain::registry::{Channel, Purpose};
use crate::index::{PersonView, Point, Table};
use crate::policy::{Engine, Facts, Situation};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// What a person may do, as what it changes in the facts after some time.
pub(super) type Deed = fn(&mut Facts, Passed);

/// A question on one view of the index.
pub(in crate::app) struct Case<'a> {
    /// What decides.
    pub engine: &'a Engine,
    /// What holds for every check.
    pub setting: Setting<'a>,
    /// What for.
    pub purpose: &'a Purpose,
    /// By which channel.
    pub channel: Channel,
    /// The index.
    pub table: &'a Table,
    /// Everybody whom the identifiers lead to; one `None` where that is nobody.
    pub persons: &'a [Option<PersonView<'a>>],
    /// What is known of the identifiers themselves.
    pub point: Point,
}

/// What the engine answers to a case.
pub(super) struct Answer {
    /// The facts of the strictest answer.
    pub situation: Situation,
    /// Whether everybody may be reached.
    pub permit: bool,
}

impl Case<'_> {
    /// What is asked, at an instant.
    pub(super) fn asked<'s>(&'s self, said: &'s Said, at: DateTime<Utc>) -> Option<Asked<'s>> {
        let asked = Asked::new(self.setting, self.purpose, self.channel, said, at)?;
        Some(asked.as_needed(self.engine))
    }

    /// The engine's answer at an instant, where this is said; of several persons the strictest.
    pub(super) fn ask(&self, said: &Said, at: DateTime<Utc>) -> Option<Answer> {
        self.ask_after(said, (&[], at), at)
    }

    /// The same where the person has done these deeds, at the instant beside them.
    pub(super) fn ask_after(
        &self,
        said: &Said,
        (deeds, done): (&[Deed], DateTime<Utc>),
        at: DateTime<Utc>,
    ) -> Option<Answer> {
        let asked = self.asked(said, at)?;
        let mut last = None;
        for person in self.persons {
            let mut situation = asked.situation(&asked.seen(self.table, *person, &self.point));
            for deed in deeds {
                deed(&mut situation.facts, asked.passed_since(done));
            }
            let permit = self.engine.decide(&situation).is_permit();
            last = Some(Answer { situation, permit });
            if !permit {
                break;
            }
        }
        last
    }

    /// Whether everybody may be reached whatever the loaded lists of registers say.
    pub(super) fn permits_unlisted(&self, said: &Said, at: DateTime<Utc>) -> bool {
        let Some(asked) = self.asked(said, at) else {
            return false;
        };
        self.persons.iter().all(|person| {
            let seen = asked.seen(self.table, *person, &self.point).unlisted();
            self.engine.decide(&asked.situation(&seen)).is_permit()
        })
    }

    /// Whether the answers of everybody say the same about the use at every instant from one to another.
    pub(super) fn is_steady(
        &self,
        said: &Said,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
    ) -> bool {
        let used = |at| {
            let asked = Asked::new(self.setting, self.purpose, self.channel, said, at)?;
            Some(asked.used(self.table))
        };
        let (Some(from), Some(to)) = (used(from), used(to)) else {
            return false;
        };
        let mut persons = self.persons.iter().flatten();
        persons.all(|person| person.is_steady(&from, &to))
    }

    /// The person's zone.
    pub(super) fn zone(&self, said: &Said) -> Option<Tz> {
        let asked = Asked::new(
            self.setting,
            self.purpose,
            self.channel,
            said,
            DateTime::UNIX_EPOCH,
        );
        asked?.moment().zone
    }
}
