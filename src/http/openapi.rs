//! The API's description, generated from the code.

use serde::Serialize;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// One wrong field.
#[derive(Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer of the field (RFC 6901).
    #[schema(example = "/subject/email")]
    pub pointer: String,
    /// A stable word.
    pub code: String,
    /// What is wrong and how to mend it.
    pub detail: String,
}

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct ProblemBody {
    /// `urn:placet:problem:` and the code.
    #[schema(example = "urn:placet:problem:invalid")]
    pub r#type: String,
    /// What kind of thing is wrong.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and how to mend it.
    pub detail: String,
    /// A stable word.
    #[schema(example = "invalid")]
    pub code: String,
    /// Each wrong field.
    pub errors: Option<Vec<FieldError>>,
    /// `deny` where a check was asked: whatever is wrong, it is no permission.
    pub decision: Option<String>,
}

/// The frame of the description; the operations come with their handlers.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Placet",
        description = "Privacy and GDPR consent service: record, ask, prove. Every answer but a 200 with `permit` means: do not send.",
        license(name = "Apache-2.0"),
    ),
    modifiers(&Key),
    tags(
        (name = "checks", description = "May data be used?"),
        (name = "authzen", description = "May data be used? In the words of OpenID AuthZEN 1.0"),
        (name = "consents", description = "What people said"),
        (name = "subjects", description = "One person's choices and history"),
        (name = "requests", description = "What people ask for by right, and by when it is answered"),
        (name = "catalogue", description = "Purposes, notices, controllers"),
        (name = "links", description = "Links to the customers' form"),
        (name = "audit", description = "The log and its proofs"),
        (name = "operations", description = "Health and metrics"),
    ),
)]
pub struct Description;

/// Every operation that needs a key refuses in the same ways: described here once.
#[must_use]
pub fn with_refusals(mut described: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    const DOOR: &[(&str, &str)] = &[
        ("401", "No key, or one that opens nothing"),
        ("403", "The key's role may not do that"),
        (
            "429",
            "Too many requests; Retry-After says when to come back",
        ),
        ("503", "The registry cannot be reached; try again"),
    ];
    const BODY: &[(&str, &str)] = &[
        ("400", "The body cannot be read"),
        ("408", "The body came too slowly"),
        ("413", "The body is too large"),
        ("422", "Fields cannot be accepted"),
    ];
    const HEADERS: &[&str] = &["Idempotency-Key", "View-Reason", "View-Reference"];
    const RETRY: &[(&str, &str)] = &[("409", "The Idempotency-Key was used for another request")];
    for item in described.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            as_problems(operation);
            if operation.security.is_none() {
                continue;
            }
            add(operation, DOOR);
            if takes(operation, |one| {
                matches!(one.parameter_in, ParameterIn::Path)
            }) {
                add(operation, &[("404", "There is no such thing")]);
            }
            if takes(operation, |one| HEADERS.contains(&one.name.as_str())) {
                add(operation, &[("400", "A header cannot be read")]);
            }
            if operation.request_body.is_some() {
                add(operation, BODY);
            } else if takes(operation, |parameter| {
                matches!(parameter.parameter_in, ParameterIn::Query)
            }) {
                add(
                    operation,
                    &[
                        ("400", "A parameter cannot be read"),
                        ("422", "A parameter cannot be accepted"),
                    ],
                );
            }
            if takes(operation, |parameter| parameter.name == "Idempotency-Key") {
                add(operation, RETRY);
            }
        }
    }
    described
}

/// A problem has a media type of its own (RFC 9457).
fn as_problems(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else {
            continue;
        };
        if response.content.get(JSON).is_some_and(is_problem) {
            let problem = response.content.swap_remove(JSON).unwrap_or_default();
            response.content.insert(PROBLEM.to_owned(), problem);
        }
    }
}

fn is_problem(content: &Content) -> bool {
    let Some(RefOr::Ref(schema)) = &content.schema else {
        return false;
    };
    schema.ref_location.ends_with("/ProblemBody")
}

fn takes(operation: &Operation, which: impl Fn(&Parameter) -> bool) -> bool {
    operation.parameters.iter().flatten().any(which)
}

fn add(operation: &mut Operation, refusals: &[(&str, &str)]) {
    for (status, why) in refusals {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("ProblemBody")))
            .build();
        let response = ResponseBuilder::new()
            .description(*why)
            .content(PROBLEM, content)
            .build();
        operation
            .responses
            .responses
            .entry((*status).to_owned())
            .or_insert(RefOr::T(response));
    }
}

struct Key;

impl Modify for Key {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("key", scheme);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use serde_json::Value;

    /// The operations of the description, each with its path.
    fn operations() -> Vec<(String, Value)> {
        let described = crate::http::serve::description();
        let described = serde_json::to_value(described).unwrap();
        let mut found = Vec::new();
        for (path, item) in described["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                found.push((format!("{method} {path}"), operation.clone()));
            }
        }
        assert!(found.len() > 70, "{}", found.len());
        found
    }

    fn takes(operation: &Value, wanted: impl Fn(&Value) -> bool) -> bool {
        let parameters = operation["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(wanted))
    }

    #[test]
    fn a_problem_is_described_by_its_own_media_type() {
        for (name, operation) in operations() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let json = &response["content"][JSON]["schema"]["$ref"];
                let problem = json.as_str().is_some_and(|at| at.ends_with("/ProblemBody"));
                assert!(!problem, "{name} {status}");
            }
        }
    }

    #[test]
    fn what_any_operation_can_answer_is_described() {
        for (name, operation) in operations() {
            if !operation["security"].is_array() {
                continue;
            }
            let tells = |status: &str| operation["responses"][status].is_object();
            assert!(
                tells("401") && tells("403") && tells("429") && tells("503"),
                "{name}"
            );
            let path = |one: &Value| one["in"] == "path";
            assert!(tells("404") || !takes(&operation, path), "{name}");
            let header = |one: &Value| one["in"] == "header" && one["name"] != "X-Request-ID";
            assert!(tells("400") || !takes(&operation, header), "{name}");
        }
    }
}
