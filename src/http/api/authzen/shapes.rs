//! The standard's own objects. Receivers ignore unknown fields; a required one that is missing is
//! a broken request.

use crate::http::api::told::{FactsSchema, MessageSchema, PersonSchema};
use crate::http::json;
use crate::http::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A subject: the tool or campaign that wants to act.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AuthzenSubject)]
pub struct Subject {
    /// Of what kind it is: `campaign`, `tool` or another word of yours.
    #[schema(example = "campaign")]
    pub r#type: String,
    /// Which one.
    #[schema(example = "spring-2027")]
    pub id: String,
    /// Not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub properties: Option<Map<String, Value>>,
}

/// An action: the channel, and what for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AuthzenAction)]
pub struct Action {
    /// The channel.
    #[schema(example = "email")]
    pub name: String,
    /// `purpose`: what for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({"purpose": "newsletter"}))]
    pub properties: Option<Map<String, Value>>,
}

/// A resource: the customer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AuthzenResource)]
pub struct Resource {
    /// `customer`, or the kind of identifier in `id`: `email`, `phone`, `postal`, `crm_id`,
    /// `device_id`, `id_hash`.
    #[schema(example = "customer")]
    pub r#type: String,
    /// For a `customer` the stable id that a search gives, or an identifier by its form.
    #[schema(example = "anne@example.fr")]
    pub id: String,
    /// Further identifiers of the same customer: `email`, `phone`… Nothing else is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub properties: Option<Map<String, Value>>,
}

/// What of the context is looked at.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the context; it is read field by field")]
pub struct ContextSchema {
    /// Who the person is.
    person: Option<PersonSchema>,
    /// What is to be sent.
    message: Option<MessageSchema>,
    /// The rest.
    facts: Option<FactsSchema>,
}

/// One question.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = AuthzenEvaluation)]
pub struct EvaluationBody {
    /// Who wants to act.
    pub subject: Subject,
    /// By which channel, what for.
    pub action: Action,
    /// To whom.
    pub resource: Resource,
    /// What only the caller knows; what is not listed is not looked at.
    #[serde(default)]
    #[schema(value_type = Option<ContextSchema>)]
    pub context: Option<Map<String, Value>>,
}

/// The decision.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AuthzenDecision)]
pub struct Decision {
    /// Whether it is permitted. Anything but `true` means: do not.
    pub decision: bool,
    /// Why: `decision_id`, `reason`, `reason_user`, `policies`, `policy_version`, `position`,
    /// `valid_until`, `lawful_if`, `obligations`; or `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub context: Option<Value>,
}

/// Reads a body. Whatever is wrong with it, it is 400, as the standard wants it.
pub(super) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    json::read(bytes).map_err(Problem::as_bad_request)
}
