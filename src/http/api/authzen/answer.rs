//! The decision in the standard's form.

use super::shapes::Decision;
use crate::app::FieldProblem;
use crate::app::check::Decided;
use crate::domain::time::rfc3339;
use crate::http::api::lawful::LawfulIf;
use serde_json::{Value, json};

/// The decision, with its reason.
pub(super) fn decision(decided: &Decided) -> Decision {
    let outcome = &decided.outcome;
    let mut context = json!({
        "decision_id": decided.id,
        "reason": outcome.reason(),
        "reason_user": { "fr": outcome.explanation_fr(), "en": outcome.explanation_en() },
        "also": outcome.also(),
        "policies": outcome.determining(),
        "policy_version": decided.policy_version,
        "position": decided.position,
        "obligations": obligations(outcome.obligations()),
    });
    if let Some(fields) = context.as_object_mut() {
        let more = [
            (
                "valid_until",
                decided.valid_until.map(|at| json!(rfc3339(at))),
            ),
            (
                "ask_again_after",
                decided.ask_again_after.map(|at| json!(rfc3339(at))),
            ),
            ("evidence_position", decided.evidence.map(|at| json!(at))),
            (
                "lawful_if",
                LawfulIf::of(decided).map(|lawful| json!(lawful)),
            ),
            (
                "evidence_notice",
                decided.notice.as_ref().map(|one| json!(one.to_string())),
            ),
        ];
        fields.extend(
            more.into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
    }
    Decision {
        decision: outcome.is_permit(),
        context: Some(context),
    }
}

/// Obligations in the form of the obligations profile: who cannot do one must not act.
fn obligations(words: &[String]) -> Vec<Value> {
    let one = |word: &String| json!({ "id": word, "type": "custom", "properties": {} });
    words.iter().map(one).collect()
}

/// A question that does not read: no permission, and what is wrong with it.
pub(super) fn error(problems: &[FieldProblem]) -> Decision {
    let said = |problem: &FieldProblem| format!("{} {}", problem.pointer, problem.detail);
    let said: Vec<String> = problems.iter().map(said).collect();
    Decision {
        decision: false,
        context: Some(json!({ "error": { "status": 422, "message": said.join("; ") } })),
    }
}
