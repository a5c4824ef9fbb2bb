//! From the policies that determined an answer to the outcome: the first of them names the
//! reason, the others are told beside it.

use super::annotations::PolicyDescription;
use super::outcome::{Effect, Outcome, Verdict};

/// The outcome of the policies that determined it, the lowest precedence first: stops, or permits
/// where nothing stops, or none.
pub(super) fn outcome(applied: &[&PolicyDescription]) -> Outcome {
    let Some(first) = applied.first() else {
        return Outcome::no_ground();
    };
    // a permit needs permits and nothing else
    if applied.iter().all(|one| one.effect == Effect::Permit) {
        permit(first, applied)
    } else {
        deny(first, applied)
    }
}

fn permit(first: &PolicyDescription, applied: &[&PolicyDescription]) -> Outcome {
    let mut obligations: Vec<String> = Vec::new();
    for obligation in applied.iter().flat_map(|one| &one.obligations) {
        if !obligations.contains(obligation) {
            obligations.push(obligation.clone());
        }
    }
    Outcome::permit(&verdict(first), ids(applied), obligations)
}

fn deny(first: &PolicyDescription, applied: &[&PolicyDescription]) -> Outcome {
    let mut also: Vec<String> = Vec::new();
    for one in applied {
        if one.reason != first.reason && !also.contains(&one.reason) {
            also.push(one.reason.clone());
        }
    }
    Outcome::deny(&verdict(first), ids(applied), also, first.lawful_if.clone())
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
