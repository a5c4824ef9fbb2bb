//! Cedar: the language that policies are written in, and what decides in case of doubt.

use super::annotations::PolicyDescription;
use super::error::PolicyError;
use super::explain;
use super::facts::Facts;
use super::outcome::{Effect, Outcome};
use super::pack::SCHEMA_PATH;
use super::schema::{ACTION, PRINCIPAL, RESOURCE};
use cedar_policy::{
    Authorizer, Decision, Entities, EntityId, EntityUid, PolicyId, PolicySet, Request, Schema,
};
use std::collections::HashMap;
use std::sync::Arc;

/// Cedar with what it needs to answer.
pub(super) struct Reference {
    authorizer: Authorizer,
    entities: Entities,
    schema: Schema,
    question: Question,
    descriptions: HashMap<PolicyId, Arc<PolicyDescription>>,
}

/// The fixed part of every request: no identifier takes part in a decision.
struct Question {
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
}

impl Reference {
    /// Cedar for these policies.
    pub(super) fn new<'a>(
        schema: Schema,
        policies: impl Iterator<Item = &'a Arc<PolicyDescription>>,
    ) -> Result<Self, PolicyError> {
        Ok(Self {
            authorizer: Authorizer::new(),
            entities: Entities::empty(),
            schema,
            question: Question {
                principal: entity(PRINCIPAL, "any")?,
                action: entity("Action", ACTION)?,
                resource: entity(RESOURCE, "any")?,
            },
            descriptions: policies
                .map(|one| (PolicyId::new(&one.id), one.clone()))
                .collect(),
        })
    }

    /// The outcome, or nothing where any part of the evaluation failed. Cedar leaves out a policy
    /// that fails, a stop too, so one failure voids the whole.
    pub(super) fn evaluate(&self, policies: &PolicySet, facts: &Facts) -> Option<Outcome> {
        let request = self.request(facts)?;
        let response = self
            .authorizer
            .is_authorized(&request, policies, &self.entities);
        if response.diagnostics().errors().next().is_some() {
            return None;
        }
        let applied = self.in_order(response.diagnostics().reason())?;
        let permitted = response.decision() == Decision::Allow;
        let effect = if permitted {
            Effect::Permit
        } else {
            Effect::Deny
        };
        // a permit needs a permit policy behind it, and only permits; a denial has none
        let agreed = applied.iter().all(|one| one.effect == effect);
        (agreed && !(permitted && applied.is_empty())).then(|| explain::outcome(&applied))
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
        let found = ids.map(|id| self.descriptions.get(id).map(|one| &**one));
        let mut applied = found.collect::<Option<Vec<_>>>()?;
        applied.sort_by(|a, b| (a.precedence, &a.id).cmp(&(b.precedence, &b.id)));
        Some(applied)
    }
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
