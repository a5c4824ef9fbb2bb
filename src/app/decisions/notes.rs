//! What is written down of decisions. Within one call, what decisions share is made once.

use super::draft::{Draft, Text};
use super::maker::Maker;
use crate::app::check::{Decided, Judgement, Question};
use crate::audit::decision::{Context, Record, shape};
use crate::domain::event::Actor;
use crate::domain::ids::SubjectId;
use crate::domain::registry::Channel;
use crate::policy::{Engine, Laws, LegalDay, Outcome, Situation};
use std::collections::HashMap;
use std::sync::Arc;

/// What a decision was about.
pub struct Judged<'a> {
    /// The person, where there is one.
    pub subject: Option<SubjectId>,
    /// What for.
    pub purpose: &'a str,
    /// By which channel.
    pub channel: Option<Channel>,
    /// The campaign that was named.
    pub campaign: Option<&'a str>,
    /// The other instant than now that was asked about, in microseconds since 1970.
    pub at: Option<i64>,
    /// What the policies saw; `None` where none was asked.
    pub situation: Option<Situation>,
}

/// What two decisions of one call must have in common to share a context.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    facts: Vec<u8>,
    /// Where the outcome lies: it is kept alive by the drafts.
    outcome: *const Outcome,
    /// Where the version's name lies, by the same rule.
    version: *const u8,
    purpose: &'a str,
    channel: Option<Channel>,
    campaign: Option<&'a str>,
    laws: Laws,
    day: Option<LegalDay>,
}

/// What one call has made so far.
pub struct Notes<'a> {
    maker: &'a Maker,
    /// What decides; where nothing did, nothing has to be looked up.
    engine: Option<&'a Engine>,
    asked_by: Arc<str>,
    contexts: HashMap<Key<'a>, Arc<Context>>,
}

impl<'a> Notes<'a> {
    /// Nothing yet.
    pub fn new(maker: &'a Maker, engine: Option<&'a Engine>, asked_by: &Actor) -> Self {
        Self {
            maker,
            engine,
            asked_by: named(asked_by).into(),
            contexts: HashMap::new(),
        }
    }

    /// What was answered to a question.
    pub fn of(&mut self, question: &'a Question, judgement: Judgement) -> Draft {
        let Judgement {
            decided,
            subject,
            situation,
        } = judgement;
        let judged = Judged {
            subject,
            purpose: &question.purpose,
            channel: Channel::parse(&question.channel),
            campaign: question.campaign.as_deref(),
            at: question.at.map(|at| at.timestamp_micros()),
            situation,
        };
        self.draft(judged, decided)
    }

    /// A decision with what is written down of it.
    pub fn draft(&mut self, judged: Judged<'a>, decided: Decided) -> Draft {
        let mut texts = Vec::new();
        let record = Record {
            id: *decided.id.as_bytes(),
            subject: judged.subject.map(|subject| *subject.as_bytes()),
            position: decided.position,
            evidence: decided.evidence,
            valid_until: decided.valid_until.map(|until| until.timestamp_micros()),
            at: judged.at,
            lawful_from: decided.lawful.from().map(|from| from.timestamp_micros()),
            context: self.context(judged, &decided, &mut texts),
        };
        Draft {
            decided,
            record,
            texts,
        }
    }

    fn context(
        &mut self,
        judged: Judged<'a>,
        decided: &Decided,
        texts: &mut Vec<Text>,
    ) -> Arc<Context> {
        let mut facts = Vec::new();
        let known = judged.situation.iter().flat_map(|one| one.facts.known());
        known.for_each(|(fact, value)| shape::pack(&mut facts, fact, value));
        let key = Key {
            facts,
            outcome: Arc::as_ptr(&decided.outcome),
            version: Arc::as_ptr(&decided.policy_version).cast(),
            purpose: judged.purpose,
            channel: judged.channel,
            campaign: judged.campaign,
            laws: judged.situation.map(|one| one.laws).unwrap_or_default(),
            day: judged.situation.map(|one| one.day),
        };
        if let Some(known) = self.contexts.get(&key) {
            return known.clone();
        }
        let context = Arc::new(self.made(&key, decided, texts));
        self.contexts.insert(key, context.clone());
        context
    }

    fn made(&self, key: &Key<'_>, decided: &Decided, texts: &mut Vec<Text>) -> Context {
        let (hash, text) = self.maker.outcome(self.engine, &decided.outcome);
        let (shape, names) = &self.maker.shape;
        if !self.maker.knows(&hash) {
            texts.push((hash, text.into()));
        }
        if !self.maker.knows(shape) {
            texts.push((*shape, names.clone()));
        }
        Context {
            asked_by: self.asked_by.clone(),
            campaign: key.campaign.map(Into::into),
            channel: key.channel.map_or("", Channel::as_str).into(),
            day: key.day.map(day_text).unwrap_or_default().into(),
            facts: key.facts.clone(),
            laws: laws_text(key.laws).into(),
            outcome: hash,
            policy_version: decided.policy_version.clone(),
            purpose: key.purpose.into(),
            shape: *shape,
        }
    }
}

/// Who asked, in one word.
fn named(actor: &Actor) -> String {
    match actor {
        Actor::Key(id) => format!("key:{id}"),
        Actor::Staff(id) => format!("staff:{id}"),
        Actor::Subject => "subject".to_owned(),
        Actor::Operator => "operator".to_owned(),
        Actor::System => "system".to_owned(),
    }
}

fn laws_text(laws: Laws) -> String {
    let codes: Vec<&str> = laws.iter().map(crate::policy::Country::as_str).collect();
    codes.join(" ")
}

fn day_text(day: LegalDay) -> String {
    if day.earliest == day.latest {
        day.earliest.to_string()
    } else {
        format!("{} {}", day.earliest, day.latest)
    }
}
