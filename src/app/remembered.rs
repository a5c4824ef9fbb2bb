//! What checks have found out, for the checks that follow. Persons of whom the same is seen for one
//! use get the same answer for a minute, from the same function: it is not worked out again, nor is
//! what is written down of it made again.
//!
//! Only for checks to which the caller adds nothing but what the message is like, which are most; a
//! draft that runs beside the rules sees every check.

use super::audience::Months;
use super::check::Question;
use super::facts::Seen;
use super::outlook::Ahead;
use super::policies::rules::Rules;
use crate::audit::decision::Context;
use crate::domain::event::Actor;
use crate::domain::ids::Position;
use crate::domain::registry::{Catalogue, Channel, Slug};
use crate::domain::time::{Now, from_micros};
use crate::index::View;
use crate::policy::gather::{Message, Moment};
use crate::policy::{Outcome, Situation};
use hashbrown::HashMap;
use std::sync::Arc;

/// In microseconds. Hours are counted in minutes, so that nothing but what is seen changes within one.
const MINUTE: i64 = 60 * 1_000_000;
/// Most uses that are remembered: a tool asks for one campaign at a time.
const USES: usize = 32;
/// Most answers of one use.
const ANSWERS: usize = 4_096;

/// What was answered, and what is written down of it.
#[derive(Clone)]
pub(super) struct Known {
    /// What was answered.
    pub outcome: Arc<Outcome>,
    /// What is written down of it.
    pub context: Arc<Context>,
    /// On which facts.
    pub situation: Situation,
    /// What lies ahead of it, where that is the same for everybody of whom the same is seen.
    pub ahead: Ahead,
    /// Whether the texts that it names were in the database when somebody last looked.
    pub durable: bool,
}

/// Where a use is remembered. No two are ever at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    at: usize,
    /// How often all were forgotten before.
    age: u64,
}

/// One use of data by one caller.
pub(super) struct Use {
    purpose: Slug,
    channel: Channel,
    campaign: Option<String>,
    message: Message,
    actor: Actor,
    months: Months,
    answers: HashMap<Seen, Known>,
}

/// What one thread remembers.
#[derive(Default)]
pub(super) struct Remembered {
    minute: i64,
    catalogue: Option<Arc<Catalogue>>,
    version: Option<Arc<str>>,
    lists: Option<Position>,
    uses: Vec<Use>,
    age: u64,
}

impl Remembered {
    /// Forgets what may not hold in this view, at this time.
    pub fn renew(&mut self, view: &View<Rules>, now: Now) {
        let minute = now.micros().div_euclid(MINUTE);
        let same = |held: &Arc<Catalogue>| Arc::ptr_eq(held, view.catalogue());
        let version = view.rules().version();
        if self.minute != minute
            || !self.catalogue.as_ref().is_some_and(same)
            || self.version.as_ref() != Some(version)
            || self.lists != view.lists_at()
        {
            self.minute = minute;
            self.catalogue = Some(view.catalogue().clone());
            self.version = Some(version.clone());
            self.lists = view.lists_at();
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.uses.clear();
        self.age += 1;
    }

    /// The use that a question is about, where it can be remembered: purpose, channel and campaign
    /// are good names, and the caller adds little.
    pub fn of(&mut self, actor: &Actor, question: &Question) -> Option<Place> {
        if !question.adds_little() {
            return None;
        }
        let known = self.uses.iter().position(|one| one.is(actor, question));
        let at = known.or_else(|| self.begin(actor, question))?;
        Some(Place { at, age: self.age })
    }

    fn begin(&mut self, actor: &Actor, question: &Question) -> Option<usize> {
        let catalogue = self.catalogue.as_ref()?;
        let campaign = question.campaign.as_deref();
        let named =
            super::check::resolve(catalogue, &question.purpose, &question.channel, campaign);
        let (purpose, channel) = named.ok()?;
        let purpose = purpose.id.clone();
        if self.uses.len() >= USES {
            self.forget();
        }
        self.uses.push(Use {
            purpose,
            channel,
            campaign: question.campaign.clone(),
            message: question.said.message,
            actor: actor.clone(),
            months: Months::default(),
            answers: HashMap::default(),
        });
        Some(self.uses.len() - 1)
    }

    /// A use that [`Remembered::of`] has found.
    pub fn get(&mut self, place: Place) -> Option<&mut Use> {
        self.uses.get_mut(place.at)
    }
}

impl Use {
    fn is(&self, actor: &Actor, question: &Question) -> bool {
        self.purpose.as_str() == question.purpose
            && self.channel.as_str() == question.channel
            && self.campaign == question.campaign
            && self.message == question.said.message
            && self.actor == *actor
    }

    /// Of what is seen of a person, that which answers differ by.
    pub fn alike(&mut self, moment: &Moment, seen: Seen) -> Seen {
        seen.alike(|at| from_micros(self.months.alike(moment, at.timestamp_micros())))
    }

    /// What was answered before.
    pub fn known(&mut self, seen: &Seen) -> Option<&mut Known> {
        self.answers.get_mut(seen)
    }

    /// Remembers an answer.
    pub fn remember(&mut self, seen: Seen, known: Known) {
        if self.answers.len() >= ANSWERS {
            self.answers.clear();
        }
        self.answers.insert(seen, known);
    }
}
