//! From facts to outcome: Cedar decides, the annotations of what applied explain.

use super::annotations::PolicyDescription;
use super::compile::{Compiled, compile};
use super::error::PolicyError;
use super::facts::Facts;
use super::memo::Memo;
use super::outcome::{Effect, Outcome, Verdict};
use super::pack::{Pack, SCHEMA_PATH};
use super::schema::{ACTION, PRINCIPAL, RESOURCE};
use super::vocabulary::{Channel, LegalBasis, PurposeUse};
use cedar_policy::{
    Authorizer, Decision, Entities, EntityId, EntityUid, PolicyId, PolicySet, Request, Schema,
};
use std::collections::HashMap;
use std::sync::Arc;

/// A compiled policy pack that answers. Shared between threads by reference.
pub struct Engine {
    authorizer: Authorizer,
    entities: Entities,
    policies: PolicySet,
    schema: Schema,
    question: Question,
    version: String,
    descriptions: Vec<PolicyDescription>,
    by_id: HashMap<PolicyId, usize>,
    memo: Memo,
}

/// The fixed part of every request: no identifier takes part in a decision.
struct Question {
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
}

impl Engine {
    /// Checks a pack and makes it ready to answer.
    ///
    /// # Errors
    /// The first thing wrong with the pack, with file, line and column: syntax, schema, unknown
    /// fact or word, wrong type, a policy that can never apply, annotations, ids.
    pub fn compile(pack: &Pack) -> Result<Self, PolicyError> {
        let Compiled {
            schema,
            policies,
            descriptions,
        } = compile(pack)?;
        let numbered = descriptions.iter().enumerate();
        let by_id = numbered
            .map(|(at, one)| (PolicyId::new(&one.id), at))
            .collect();
        let engine = Self {
            authorizer: Authorizer::new(),
            entities: Entities::empty(),
            policies,
            schema,
            question: question()?,
            version: pack.version().to_owned(),
            descriptions,
            by_id,
            memo: Memo::default(),
        };
        engine.try_out()?;
        Ok(engine)
    }

    /// The version of the pack, as in [`Pack::version`].
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The policies with what they say about themselves, in the order of the files.
    pub fn policies(&self) -> impl Iterator<Item = &PolicyDescription> {
        self.descriptions.iter()
    }

    /// Decides. The first time for these facts Cedar is asked, afterwards the outcome is known.
    #[must_use]
    pub fn decide(&self, facts: &Facts) -> Arc<Outcome> {
        let key = facts.key();
        if let Some(known) = self.memo.get(key) {
            return known;
        }
        let outcome = Arc::new(self.decide_uncached(facts));
        self.memo.put(key, &outcome);
        outcome
    }

    /// Decides by asking Cedar, whatever is known: what [`Engine::decide`] is tested against.
    pub fn decide_uncached(&self, facts: &Facts) -> Outcome {
        self.evaluate(facts)
            .unwrap_or_else(Outcome::evaluation_error)
    }

    /// How many outcomes are known by now (a figure for operations).
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.memo.len()
    }

    /// The outcome, or nothing where any part of the evaluation failed. Cedar leaves out a policy
    /// that fails, a stop too, so one failure voids the whole.
    fn evaluate(&self, facts: &Facts) -> Option<Outcome> {
        let request = self.request(facts)?;
        let response = self
            .authorizer
            .is_authorized(&request, &self.policies, &self.entities);
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

    /// One real request, so that a pack that cannot answer is refused at the start.
    fn try_out(&self) -> Result<(), PolicyError> {
        let facts = Facts::nothing_known(
            PurposeUse::DirectMarketingOwn,
            Channel::Email,
            LegalBasis::Consent,
        );
        match self.evaluate(&facts) {
            Some(outcome) if !outcome.is_permit() => Ok(()),
            Some(_) => Err(PolicyError::whole(
                SCHEMA_PATH,
                "the pack permits an unknown person and purpose",
                "make every permit ask for context.person_known and context.purpose_known",
            )),
            None => Err(PolicyError::whole(
                SCHEMA_PATH,
                "the pack cannot answer a request",
                "compare it with the one shipped",
            )),
        }
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
