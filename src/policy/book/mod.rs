//! The book of rules: for each numbered rule of the law which policies put it into practice and
//! which cases test it, or where else it lives and why it is no rule on a decision.
//!
//! Nothing is written twice: policies name their rules, cases name theirs, and the one file
//! written by hand ([`elsewhere`]) speaks only of the rules that no policy names.

mod elsewhere;
mod markdown;
mod rule;
#[cfg(test)]
mod tests;
mod vectors;

pub use elsewhere::How;
pub use markdown::markdown;
pub use rule::Rule;

use super::annotations::PolicyDescription;
use super::cases::CaseFile;
use elsewhere::Elsewhere;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The law beside the packs, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawText {
    /// `law/rules.json`: the numbered rules.
    pub rules: String,
    /// `law/elsewhere.toml`: what no policy puts into practice.
    pub elsewhere: String,
}

/// One rule, accounted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// Whether its source was confirmed.
    pub confirmed: bool,
    /// Where it is put into practice, or why it is not.
    pub place: Place,
    /// The cases that are examples of it: file and id.
    pub cases: Vec<(String, String)>,
}

/// Where a rule lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In policies: file and id of each.
    Policies(Vec<(String, String)>),
    /// Somewhere else, or nowhere.
    Elsewhere(Elsewhere),
}

/// Every rule, in the order of the law's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Book {
    /// The entries.
    pub rules: Vec<Entry>,
}

impl Book {
    /// Accounts for every rule.
    ///
    /// # Errors
    /// Everything that is wrong, a sentence each: a rule that nobody accounts for or two do, a
    /// rule named that does not exist, an encoded rule without a case.
    pub fn make<'a>(
        law: &LawText,
        policies: impl Iterator<Item = &'a PolicyDescription>,
        files: &[CaseFile],
    ) -> Result<Self, Vec<String>> {
        let whole = |what: String| vec![what];
        let rules = rule::read(&law.rules).map_err(whole)?;
        let elsewhere = elsewhere::read(&law.elsewhere).map_err(whole)?;
        let encoded = encoded(policies);
        let cases = vectors::by_rule(files).map_err(whole)?;
        let known: BTreeSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        let mut wrong = unknown(&known, &encoded, "a policy");
        wrong.extend(unknown(&known, &elsewhere, elsewhere::PATH));
        wrong.extend(unknown(&known, &cases, "a case"));
        let mut entries = Vec::with_capacity(rules.len());
        for rule in rules {
            match entry(rule, &encoded, &elsewhere, &cases) {
                Ok(entry) => entries.push(entry),
                Err(what) => wrong.push(what),
            }
        }
        if wrong.is_empty() {
            Ok(Self { rules: entries })
        } else {
            Err(wrong)
        }
    }
}

type ByRule = BTreeMap<String, Vec<(String, String)>>;

fn encoded<'a>(policies: impl Iterator<Item = &'a PolicyDescription>) -> ByRule {
    let mut by_rule = ByRule::new();
    for policy in policies {
        for rule in &policy.rules {
            let place = (policy.file.clone(), policy.id.clone());
            by_rule.entry(rule.clone()).or_default().push(place);
        }
    }
    by_rule
}

fn unknown<T>(known: &BTreeSet<&str>, named: &BTreeMap<String, T>, by: &str) -> Vec<String> {
    let strangers = named.keys().filter(|id| !known.contains(id.as_str()));
    strangers
        .map(|id| format!("{id}: {by} names it, and {} has no such rule", rule::PATH))
        .collect()
}

fn entry(
    rule: Rule,
    encoded: &ByRule,
    elsewhere: &BTreeMap<String, Elsewhere>,
    cases: &ByRule,
) -> Result<Entry, String> {
    let id = &rule.id;
    let cases = cases.get(id).cloned().unwrap_or_default();
    let place = match (encoded.get(id), elsewhere.get(id)) {
        (Some(_), Some(_)) => {
            let path = elsewhere::PATH;
            return Err(format!("{id}: a policy encodes it; take it out of {path}"));
        }
        (None, None) => {
            let path = elsewhere::PATH;
            return Err(format!(
                "{id}: no policy encodes it; say in {path} where it lives and why"
            ));
        }
        (Some(_), None) if cases.is_empty() => {
            return Err(format!(
                "{id}: no case names it; add it to the rule_refs of one"
            ));
        }
        (Some(policies), None) => Place::Policies(policies.clone()),
        (None, Some(elsewhere)) => Place::Elsewhere(elsewhere.clone()),
    };
    let confirmed = rule.is_confirmed();
    Ok(Entry {
        rule,
        confirmed,
        place,
        cases,
    })
}
