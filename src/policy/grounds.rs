//! Which legal basis answers where nobody declared one.
//!
//! A purpose of the registry has one basis (GDPR 6(1), R-011) and a failed one is never swapped
//! for another. A test case of the law, or a simulation before a purpose exists, names none: then
//! each basis is tried by itself. One that permits answers; else the one that came closest, so
//! that the reason is what is really lacking: "outside the hours" for a customer who may be
//! called, not "no consent".

use super::facts::Facts;
use super::outcome::{Outcome, reasons};
use super::vocabulary::{ConsentFact, LegalBasis};
use std::sync::Arc;

/// Precedence numbers from here on are stops that come after the legal basis.
pub(super) const AFTER_BASIS: u32 = 800;

/// How far a basis got; further is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    /// Nothing speaks for this basis.
    Nothing,
    /// Consent, which was not given: what the person would be asked for.
    NoConsent,
    /// Another basis that lacks one of its conditions.
    NearMiss,
    /// Consent, given but defective.
    DefectiveConsent,
    /// The basis holds; a later rule stops.
    LaterStop,
    /// Permitted.
    Permit,
}

/// The answer of the basis that got furthest; of several, the first tried.
pub(super) fn best(tried: impl Iterator<Item = (Facts, Arc<Outcome>)>) -> Option<Arc<Outcome>> {
    let mut best: Option<(Reached, Arc<Outcome>)> = None;
    for (facts, outcome) in tried {
        let reached = reached(&facts, &outcome);
        if best.as_ref().is_none_or(|(before, _)| *before < reached) {
            best = Some((reached, outcome));
        }
    }
    best.map(|(_, outcome)| outcome)
}

fn reached(facts: &Facts, outcome: &Outcome) -> Reached {
    let vague = ["NO_CONSENT", reasons::MISSING_FACT, reasons::NO_GROUND];
    match (outcome.is_permit(), facts.legal_basis) {
        (true, _) => Reached::Permit,
        _ if outcome.precedence() >= AFTER_BASIS => Reached::LaterStop,
        (_, LegalBasis::Consent) if facts.consent == ConsentFact::Given => {
            Reached::DefectiveConsent
        }
        (_, LegalBasis::Consent) => Reached::NoConsent,
        _ if vague.contains(&outcome.reason()) => Reached::Nothing,
        _ => Reached::NearMiss,
    }
}
