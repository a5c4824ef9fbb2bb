//! What was decided, and why.

use super::kept::Kept;
use serde::{Deserialize, Serialize};

/// Reason codes that the engine itself gives; all others come from the policies.
pub mod reasons {
    /// No policy speaks about these facts: default deny.
    pub const NO_GROUND: &str = "NO_GROUND";
    /// The evaluation failed somewhere: denied, and worth an alarm.
    pub const EVALUATION_ERROR: &str = "EVALUATION_ERROR";
    /// The node could not learn the head of the ledger: denied until it can.
    pub const STALE: &str = "STALE";
    /// A fact that the law asks for was not given; the policies use it too.
    pub const MISSING_FACT: &str = "MISSING_FACT";
}

/// Permit or deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The use is permitted, under the obligations named.
    Permit,
    /// The use is not permitted.
    Deny,
}

/// What would make a denied use lawful.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LawfulIf {
    /// Machine form, such as `consent` or `fact:recipient_named`.
    pub code: String,
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

/// The outcome of one decision. Only this layer can make a permit: the fields are private and
/// the one public constructor denies.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    effect: Effect,
    reason: String,
    policy_id: String,
    explanation_fr: String,
    explanation_en: String,
    also: Vec<String>,
    determining: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lawful_if: Option<LawfulIf>,
    obligations: Vec<String>,
    /// Orders outcomes of several jurisdictions or grounds; the lower is the earlier stop.
    #[serde(skip)]
    precedence: u32,
    #[serde(skip)]
    local: Vec<(String, String)>,
    #[serde(skip)]
    kept: Kept,
    #[serde(skip)]
    recorded: Kept,
}

/// What a policy says when it decides: its annotations, as far as an outcome carries them.
pub(super) struct Verdict<'a> {
    pub(super) reason: &'a str,
    pub(super) policy_id: &'a str,
    pub(super) fr: &'a str,
    pub(super) en: &'a str,
    pub(super) local: &'a [(String, String)],
    pub(super) precedence: u32,
}

impl Outcome {
    /// A permit, on the policies named.
    pub(super) fn permit(
        verdict: &Verdict<'_>,
        determining: Vec<String>,
        obligations: Vec<String>,
    ) -> Self {
        let denied = Self::deny(verdict, determining, Vec::new(), None);
        Self {
            effect: Effect::Permit,
            obligations,
            ..denied
        }
    }

    /// A denial, on the policies named.
    pub(super) fn deny(
        verdict: &Verdict<'_>,
        determining: Vec<String>,
        also: Vec<String>,
        lawful_if: Option<LawfulIf>,
    ) -> Self {
        Self {
            effect: Effect::Deny,
            reason: verdict.reason.to_owned(),
            policy_id: verdict.policy_id.to_owned(),
            explanation_fr: verdict.fr.to_owned(),
            explanation_en: verdict.en.to_owned(),
            also,
            determining,
            lawful_if,
            obligations: Vec::new(),
            precedence: verdict.precedence,
            local: verdict.local.to_vec(),
            kept: Kept::default(),
            recorded: Kept::default(),
        }
    }

    /// Both permits in one: the reason of this one, the obligations of both. Whoever is bound by
    /// two laws does what either asks.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        (both.kept, both.recorded) = (Kept::default(), Kept::default());
        let append = |to: &mut Vec<String>, from: &[String]| {
            for item in from {
                if !to.contains(item) {
                    to.push(item.clone());
                }
            }
        };
        append(&mut both.obligations, &other.obligations);
        append(&mut both.determining, &other.determining);
        both
    }

    /// The precedence of the policy that gave the reason.
    pub(super) const fn precedence(&self) -> u32 {
        self.precedence
    }

    /// The explanation in a further language (ISO 639-1), where the policy has one.
    #[must_use]
    pub fn explanation_in(&self, language: &str) -> Option<&str> {
        let found = self.local.iter().find(|(code, _)| code == language);
        found.map(|(_, text)| text.as_str())
    }

    /// A denial of the engine's own, with no policy behind it.
    fn own(reason: &str, policy_id: &str, fr: &str, en: &str) -> Self {
        let verdict = Verdict {
            reason,
            policy_id,
            fr,
            en,
            local: &[],
            precedence: 0,
        };
        Self::deny(&verdict, Vec::new(), Vec::new(), None)
    }

    /// No policy permits and none says why: what is not permitted is denied.
    pub(super) fn no_ground() -> Self {
        let fr = "Aucune règle ne permet cet usage : ce qui n'est pas permis est refusé.";
        let en = "No rule permits this use: what is not permitted is denied.";
        Self::own(reasons::NO_GROUND, "default-deny", fr, en)
    }

    /// The evaluation failed: nothing is permitted on a part of the rules.
    pub fn evaluation_error() -> Self {
        let fr = "Les règles n'ont pas pu être évaluées ; dans le doute, la réponse est non.";
        let en = "The rules could not be evaluated; in doubt the answer is no.";
        Self::own(reasons::EVALUATION_ERROR, "engine", fr, en)
    }

    /// Nobody said whose law holds, or no pack holds it.
    pub(super) fn unknown_law() -> Self {
        let fr = "Fait manquant : country. Le pays de la personne n'est pas connu, ou ses règles ne sont pas chargées.";
        let en = "Missing fact: country. The person's country is not known, or its rules are not loaded.";
        let mut outcome = Self::own(reasons::MISSING_FACT, "jurisdiction", fr, en);
        outcome.lawful_if = Some(LawfulIf {
            code: "fact:country".to_owned(),
            fr: "Le pays de la personne est donné, et ses règles permettent cet usage.".to_owned(),
            en: "The person's country is given, and its rules allow this use.".to_owned(),
        });
        outcome
    }

    /// The node could not learn the head of the ledger, so it may not know of a withdrawal. Made
    /// by the caller, the only one that knows how recent its facts are.
    pub fn stale() -> Self {
        let fr = "L'état du registre n'a pas pu être vérifié à l'instant ; dans le doute, la réponse est non.";
        let en =
            "The state of the registry could not be verified just now; in doubt the answer is no.";
        Self::own(reasons::STALE, "freshness", fr, en)
    }

    /// Whether it is the answer of a node that could not learn the head of the ledger.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.reason == reasons::STALE
    }

    /// Permit or deny.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// Whether the use is permitted.
    #[must_use]
    pub fn is_permit(&self) -> bool {
        self.effect == Effect::Permit
    }

    /// The reason code, of the policy with the lowest precedence number among those that applied.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The policy that gave the reason.
    #[must_use]
    pub fn policy_id(&self) -> &str {
        &self.policy_id
    }

    /// The explanation in French.
    #[must_use]
    pub fn explanation_fr(&self) -> &str {
        &self.explanation_fr
    }

    /// The explanation in English.
    #[must_use]
    pub fn explanation_en(&self) -> &str {
        &self.explanation_en
    }

    /// Other reason codes that applied as well, in order of precedence, each once.
    #[must_use]
    pub fn also(&self) -> &[String] {
        &self.also
    }

    /// Ids of all policies that determined the outcome, in order of precedence.
    #[must_use]
    pub fn determining(&self) -> &[String] {
        &self.determining
    }

    /// What would lift the reason given. The reasons in [`Outcome::also`] then still stand.
    #[must_use]
    pub const fn lawful_if(&self) -> Option<&LawfulIf> {
        self.lawful_if.as_ref()
    }

    /// What a permit obliges the caller to do; empty on a denial.
    #[must_use]
    pub fn obligations(&self) -> &[String] {
        &self.obligations
    }

    /// The text that `make` makes of this outcome. It is made once and kept, since an outcome is
    /// given many times; there is one such text, so that there must be one maker.
    #[must_use]
    pub fn text(&self, make: impl FnOnce(&Self) -> String) -> &str {
        self.kept.text(|| make(self))
    }

    /// The text of this outcome in the records of decisions, by the same rule as
    /// [`Outcome::text`].
    #[must_use]
    pub fn recorded(&self, make: impl FnOnce(&Self) -> String) -> &str {
        self.recorded.text(|| make(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_caller_can_make_denies() {
        let outcome = Outcome::stale();
        assert_eq!(outcome.effect(), Effect::Deny);
        assert_eq!(outcome.reason(), "STALE");
        assert!(outcome.obligations().is_empty());
    }
}
