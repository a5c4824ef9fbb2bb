//! What is written down of decisions. What decisions share is made once, also from one call to the
//! next: most decisions of a campaign are made on the same facts.

use super::draft::{Draft, Text};
use super::maker::Maker;
use crate::app::check::{Decided, Judgement, Question};
use crate::app::remembered::Known;
use crate::audit::decision::{Context, Named, Record, shape};
use crate::domain::event::Actor;
use crate::domain::ids::SubjectId;
use crate::domain::registry::Channel;
use crate::policy::{Engine, Laws, LegalDay, Outcome, Situation};
use hashbrown::{Equivalent, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Contexts that are kept. Where there are more, all are made anew.
const KEPT: usize = 4_096;

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

/// What two decisions must have in common to share a context.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    facts: &'a [u8],
    /// Where the outcome lies: it is kept alive with the context.
    outcome: *const Outcome,
    /// Where the version's name lies, by the same rule.
    version: *const u8,
    asked_by: &'a str,
    purpose: &'a str,
    channel: Option<Channel>,
    campaign: Option<&'a str>,
    laws: Laws,
    day: Option<LegalDay>,
}

/// A [`Key`] that is kept.
struct KeptKey {
    facts: Vec<u8>,
    outcome: Arc<Outcome>,
    version: Arc<str>,
    asked_by: Arc<str>,
    purpose: Box<str>,
    channel: Option<Channel>,
    campaign: Option<Box<str>>,
    laws: Laws,
    day: Option<LegalDay>,
}

impl KeptKey {
    fn key(&self) -> Key<'_> {
        Key {
            facts: &self.facts,
            outcome: Arc::as_ptr(&self.outcome),
            version: Arc::as_ptr(&self.version).cast(),
            asked_by: &self.asked_by,
            purpose: &self.purpose,
            channel: self.channel,
            campaign: self.campaign.as_deref(),
            laws: self.laws,
            day: self.day,
        }
    }
}

impl Hash for KeptKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl PartialEq for KeptKey {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for KeptKey {}

impl Equivalent<KeptKey> for Key<'_> {
    fn equivalent(&self, kept: &KeptKey) -> bool {
        *self == kept.key()
    }
}

/// What has been written down so far.
pub struct Notes {
    maker: Arc<Maker>,
    contexts: HashMap<KeptKey, Arc<Context>>,
    /// Who asked last, and their name.
    asked_by: Option<(Actor, Arc<str>)>,
    /// Room for the facts of one decision.
    facts: Vec<u8>,
}

impl Notes {
    /// Nothing yet.
    pub fn new(maker: Arc<Maker>) -> Self {
        Self {
            maker,
            contexts: HashMap::default(),
            asked_by: None,
            facts: Vec::new(),
        }
    }

    /// What was answered to a question. `engine` is what decided; where nothing did, nothing has to
    /// be looked up.
    pub fn of(
        &mut self,
        engine: Option<&Engine>,
        actor: &Actor,
        question: &Question,
        judgement: Judgement,
    ) -> Draft {
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
        self.draft(engine, actor, &judged, decided)
    }

    /// A decision of which everything but itself was written down before.
    pub fn again(
        &self,
        engine: &Engine,
        known: &mut Known,
        subject: Option<SubjectId>,
        decided: Decided,
    ) -> Draft {
        let texts = if known.durable {
            Vec::new()
        } else {
            self.texts(Some(engine), &decided.outcome)
        };
        known.durable = texts.is_empty();
        Draft {
            record: record(&decided, subject, None, known.context.clone()),
            decided,
            texts,
        }
    }

    /// A decision with what is written down of it.
    pub fn draft(
        &mut self,
        engine: Option<&Engine>,
        actor: &Actor,
        judged: &Judged<'_>,
        decided: Decided,
    ) -> Draft {
        let context = self.context(engine, actor, judged, &decided);
        Draft {
            record: record(&decided, judged.subject, judged.at, context),
            texts: self.texts(engine, &decided.outcome),
            decided,
        }
    }

    /// The texts that a decision names and that may not be in the database yet.
    fn texts(&self, engine: Option<&Engine>, outcome: &Outcome) -> Vec<Text> {
        let (hash, text) = self.maker.outcome(engine, outcome);
        let (shape, names) = &self.maker.shape;
        let mut texts = Vec::new();
        if !self.maker.knows(&hash) {
            texts.push((hash, text.into()));
        }
        if !self.maker.knows(shape) {
            texts.push((*shape, names.clone()));
        }
        texts
    }

    fn context(
        &mut self,
        engine: Option<&Engine>,
        actor: &Actor,
        judged: &Judged<'_>,
        decided: &Decided,
    ) -> Arc<Context> {
        let asked_by = self.asked_by(actor);
        self.facts.clear();
        let known = judged.situation.iter().flat_map(|one| one.facts.known());
        known.for_each(|(fact, value)| shape::pack(&mut self.facts, fact, value));
        let key = Key {
            facts: &self.facts,
            outcome: Arc::as_ptr(&decided.outcome),
            version: Arc::as_ptr(&decided.policy_version).cast(),
            asked_by: &asked_by,
            purpose: judged.purpose,
            channel: judged.channel,
            campaign: judged.campaign,
            laws: judged.situation.map(|one| one.laws).unwrap_or_default(),
            day: judged.situation.map(|one| one.day),
        };
        if let Some(known) = self.contexts.get(&key) {
            return known.clone();
        }
        let context = Arc::new(Context {
            asked_by: asked_by.clone(),
            campaign: key.campaign.map(Into::into),
            channel: key.channel.map_or("", Channel::as_str).into(),
            day: key.day.map(day_text).unwrap_or_default().into(),
            facts: key.facts.to_vec(),
            laws: laws_text(key.laws).into(),
            outcome: self.maker.outcome(engine, &decided.outcome).0,
            policy_version: decided.policy_version.clone(),
            purpose: key.purpose.into(),
            shape: self.maker.shape.0,
            named: Named::default(),
        });
        let kept = KeptKey {
            facts: key.facts.to_vec(),
            outcome: decided.outcome.clone(),
            version: decided.policy_version.clone(),
            asked_by: asked_by.clone(),
            purpose: key.purpose.into(),
            channel: key.channel,
            campaign: key.campaign.map(Into::into),
            laws: key.laws,
            day: key.day,
        };
        if self.contexts.len() >= KEPT {
            self.contexts.clear();
        }
        self.contexts.insert(kept, context.clone());
        context
    }

    fn asked_by(&mut self, actor: &Actor) -> Arc<str> {
        if let Some((known, name)) = &self.asked_by
            && known == actor
        {
            return name.clone();
        }
        let name: Arc<str> = named(actor).into();
        self.asked_by = Some((actor.clone(), name.clone()));
        name
    }
}

fn record(
    decided: &Decided,
    subject: Option<SubjectId>,
    at: Option<i64>,
    context: Arc<Context>,
) -> Record {
    Record {
        id: *decided.id.as_bytes(),
        subject: subject.map(|subject| *subject.as_bytes()),
        position: decided.position,
        evidence: decided.evidence,
        valid_until: decided.valid_until.map(|until| until.timestamp_micros()),
        at,
        lawful_from: decided.lawful.from().map(|from| from.timestamp_micros()),
        context,
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
