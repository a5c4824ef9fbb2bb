//! From facts to outcome: Cedar decides, the annotations of what applied explain.

use super::annotations::PolicyDescription;
use super::compile::compile;
use super::error::PolicyError;
use super::facts::{Facts, Thresholds};
use super::grounds;
use super::outcome::{Effect, Outcome, Verdict};
use super::pack::{Pack, SCHEMA_PATH};
use super::program::{Era, Program, Programs};
use super::schema::{ACTION, PRINCIPAL, RESOURCE};
use super::situation::Situation;
use super::vocabulary::{Channel, LegalBasis, PurposeUse};
use cedar_policy::{
    Authorizer, Decision, Entities, EntityId, EntityUid, PolicyId, Request, Schema,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Compiled policy packs that answer. Shared between threads by reference.
pub struct Engine {
    authorizer: Authorizer,
    entities: Entities,
    schema: Schema,
    question: Question,
    version: String,
    descriptions: Vec<PolicyDescription>,
    by_id: HashMap<PolicyId, usize>,
    thresholds: Thresholds,
    programs: Programs,
    /// Where nobody's law is known.
    unknown_law: Arc<Outcome>,
}

/// The fixed part of every request: no identifier takes part in a decision.
struct Question {
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
}

impl Engine {
    /// Checks a set of packs and makes it ready to answer.
    ///
    /// # Errors
    /// The first thing wrong with the packs, with file, line and column: syntax, schema, unknown
    /// fact or word, wrong type, a policy that can never apply, one that uses more of Cedar than
    /// policies may, annotations, ids, a pack without a description.
    pub fn compile(pack: &Pack) -> Result<Self, PolicyError> {
        let compiled = compile(pack)?;
        let programs = Programs::build(&compiled)?;
        let numbered = compiled.descriptions.iter().enumerate();
        let by_id = numbered
            .map(|(at, one)| (PolicyId::new(&one.id), at))
            .collect();
        let engine = Self {
            authorizer: Authorizer::new(),
            entities: Entities::empty(),
            schema: compiled.schema,
            question: question()?,
            version: pack.version().to_owned(),
            descriptions: compiled.descriptions,
            by_id,
            thresholds: compiled.thresholds,
            programs,
            unknown_law: Arc::new(Outcome::unknown_law()),
        };
        engine.try_out()?;
        Ok(engine)
    }

    /// The version of the packs, as in [`Pack::version`].
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The policies with what they say about themselves, in the order of the files.
    pub fn policies(&self) -> impl Iterator<Item = &PolicyDescription> {
        self.descriptions.iter()
    }

    /// Decides under every law that holds: what one of them denies is denied, and only what each
    /// permits is permitted. The first time for these facts Cedar is asked, afterwards the
    /// outcome is known.
    #[must_use]
    pub fn decide(&self, situation: &Situation) -> Arc<Outcome> {
        self.strictest(situation, Self::remembered_outcome)
    }

    /// Decides by asking Cedar, whatever is known: what [`Engine::decide`] is tested against.
    #[must_use]
    pub fn decide_uncached(&self, situation: &Situation) -> Arc<Outcome> {
        self.strictest(situation, |engine, era, facts| {
            Arc::new(engine.asked(era, facts))
        })
    }

    /// Decides for a use whose legal basis nobody declared (a test case, a simulation): each
    /// basis is tried, and the best one answers. See [`grounds`].
    #[must_use]
    pub fn decide_on_any_ground(&self, situation: &Situation) -> Arc<Outcome> {
        let on = |basis: &LegalBasis| {
            let mut tried = *situation;
            tried.facts.legal_basis = *basis;
            (tried.facts, self.decide(&tried))
        };
        grounds::best(LegalBasis::ALL.iter().map(on)).unwrap_or_else(|| self.unknown_law.clone())
    }

    /// How many outcomes are known by now (a figure for operations).
    #[must_use]
    pub fn remembered(&self) -> usize {
        let eras = self.programs.all.iter().flat_map(|one| &one.eras);
        eras.map(|era| era.memo.len()).sum()
    }

    /// For each fact the numbers that policies compare it with.
    pub(super) const fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    fn strictest(
        &self,
        situation: &Situation,
        decide: impl Fn(&Self, &Era, &Facts) -> Arc<Outcome>,
    ) -> Arc<Outcome> {
        let mut strictest: Option<Arc<Outcome>> = None;
        for country in situation.laws.iter() {
            let Some(program) = self.programs.of(country) else {
                return self.unknown_law.clone();
            };
            let mut facts = situation.facts;
            facts.country = country;
            for era in eras(program, situation) {
                let outcome = decide(self, era, &facts);
                strictest = Some(match strictest {
                    None => outcome,
                    Some(before) => stricter(before, outcome),
                });
            }
        }
        strictest.unwrap_or_else(|| self.unknown_law.clone())
    }

    fn remembered_outcome(&self, era: &Era, facts: &Facts) -> Arc<Outcome> {
        let key = facts.key(&self.thresholds);
        if let Some(known) = era.memo.get(key) {
            return known;
        }
        let outcome = Arc::new(self.asked(era, facts));
        era.memo.put(key, &outcome);
        outcome
    }

    fn asked(&self, era: &Era, facts: &Facts) -> Outcome {
        self.evaluate(era, facts)
            .unwrap_or_else(Outcome::evaluation_error)
    }

    /// The outcome, or nothing where any part of the evaluation failed. Cedar leaves out a policy
    /// that fails, a stop too, so one failure voids the whole.
    fn evaluate(&self, era: &Era, facts: &Facts) -> Option<Outcome> {
        let request = self.request(facts)?;
        let response = self
            .authorizer
            .is_authorized(&request, &era.policies, &self.entities);
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        let applied = self.in_order(response.diagnostics().reason())?;
        match response.decision() {
            Decision::Allow => permit(&applied),
            Decision::Deny => Some(deny(&applied)),
        }
    }

    fn request(&self, facts: &Facts) -> Option<Request> {
        let Question {
            principal,
            action,
            resource,
        } = &self.question;
        let (principal, action, resource) = (principal.clone(), action.clone(), resource.clone());
        Request::new(
            principal,
            action,
            resource,
            facts.context()?,
            Some(&self.schema),
        )
        .ok()
    }

    /// The policies that determined the answer, lowest precedence first. An id that no
    /// description has would be an answer nobody can explain: none is given.
    fn in_order<'a>(
        &'a self,
        ids: impl Iterator<Item = &'a PolicyId>,
    ) -> Option<Vec<&'a PolicyDescription>> {
        let found = ids.map(|id| self.descriptions.get(*self.by_id.get(id)?));
        let mut applied = found.collect::<Option<Vec<_>>>()?;
        applied.sort_by(|a, b| (a.precedence, &a.id).cmp(&(b.precedence, &b.id)));
        Some(applied)
    }

    /// One real request to each program and era, so that packs that cannot answer, or that permit
    /// when nothing is known, are refused at the start.
    fn try_out(&self) -> Result<(), PolicyError> {
        let facts = Facts::nothing_known(
            PurposeUse::DirectMarketingOwn,
            Channel::Email,
            LegalBasis::Consent,
        );
        for era in self.programs.all.iter().flat_map(|one| &one.eras) {
            match self.evaluate(era, &facts) {
                Some(outcome) if !outcome.is_permit() => {}
                Some(_) => {
                    return Err(PolicyError::whole(
                        SCHEMA_PATH,
                        "the packs permit an unknown person and purpose",
                        "make every permit ask for context.person_known and context.purpose_known",
                    ));
                }
                None => {
                    return Err(PolicyError::whole(
                        SCHEMA_PATH,
                        "the packs cannot answer a request",
                        "compare them with those shipped",
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The eras that the day may fall into: one, or two where the zone is not known and the law
/// changes on that day.
fn eras<'a>(program: &'a Program, situation: &Situation) -> impl Iterator<Item = &'a Era> {
    let first = program.era_of(situation.day.earliest);
    let last = program.era_of(situation.day.latest);
    program.eras.iter().take(last + 1).skip(first)
}

/// Of two answers the stricter: a denial before a permit, of two denials the earlier stop.
fn stricter(one: Arc<Outcome>, other: Arc<Outcome>) -> Arc<Outcome> {
    match (one.is_permit(), other.is_permit()) {
        (true, false) => other,
        (false, false) if other.precedence() < one.precedence() => other,
        (false, _) => one,
        (true, true) if one == other => one,
        (true, true) => Arc::new(one.and(&other)),
    }
}

fn question() -> Result<Question, PolicyError> {
    Ok(Question {
        principal: entity(PRINCIPAL, "any")?,
        action: entity("Action", ACTION)?,
        resource: entity(RESOURCE, "any")?,
    })
}

fn entity(kind: &str, id: &str) -> Result<EntityUid, PolicyError> {
    let kind = kind.parse().map_err(|_| {
        PolicyError::whole(
            SCHEMA_PATH,
            "an entity type has no valid name",
            "take the schema shipped",
        )
    })?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn verdict(first: &PolicyDescription) -> Verdict<'_> {
    Verdict {
        reason: &first.reason,
        policy_id: &first.id,
        fr: &first.fr,
        en: &first.en,
        local: &first.local,
        precedence: first.precedence,
    }
}

fn ids(applied: &[&PolicyDescription]) -> Vec<String> {
    applied.iter().map(|one| one.id.clone()).collect()
}

/// A permit needs a permit policy behind it, and nothing else beside it.
fn permit(applied: &[&PolicyDescription]) -> Option<Outcome> {
    let first = applied.first()?;
    if applied.iter().any(|one| one.effect != Effect::Permit) {
        return None;
    }
    let mut obligations: Vec<String> = Vec::new();
    for obligation in applied.iter().flat_map(|one| &one.obligations) {
        if !obligations.contains(obligation) {
            obligations.push(obligation.clone());
        }
    }
    Some(Outcome::permit(&verdict(first), ids(applied), obligations))
}

fn deny(applied: &[&PolicyDescription]) -> Outcome {
    let Some(first) = applied.first() else {
        return Outcome::no_ground();
    };
    let mut also: Vec<String> = Vec::new();
    for one in applied {
        if one.reason != first.reason && !also.contains(&one.reason) {
            also.push(one.reason.clone());
        }
    }
    Outcome::deny(&verdict(first), ids(applied), also, first.lawful_if.clone())
}
