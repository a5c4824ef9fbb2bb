//! What a draft changes, in words: policies added, removed and changed, and the packs' own terms.

use super::annotations::PolicyDescription;
use super::compile::compile;
use super::error::PolicyError;
use super::manifest::{Manifest, folder};
use super::pack::Pack;
use super::words::conditions;
use cedar_policy::PolicyId;
use serde::Serialize;
use std::collections::BTreeMap;

/// What lies between two sets of packs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// The version compared from.
    pub from: String,
    /// The version compared to.
    pub to: String,
    /// Whether the lists of facts and words differ.
    pub schema: bool,
    /// Packs whose terms differ, or that one side has.
    pub packs: Vec<Changed>,
    /// Policies that only the second has.
    pub added: Vec<Written>,
    /// Policies that only the first has.
    pub removed: Vec<Written>,
    /// Policies that both have, and that differ.
    pub changed: Vec<Changed>,
}

/// A policy as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// What it says about itself.
    #[serde(flatten)]
    pub description: PolicyDescription,
    /// What must hold for it to apply, clause by clause.
    pub conditions: Vec<String>,
}

/// One policy or pack whose words differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The policy's id, or the pack's folder.
    pub id: String,
    /// What differs.
    pub terms: Vec<Term>,
}

/// One thing that differs. Of a clause that was added or taken away the other side is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Term {
    /// What: `reason`, `source`, `condition`, …
    pub what: String,
    /// What it was.
    pub from: Option<String>,
    /// What it is.
    pub to: Option<String>,
}

impl Changes {
    /// Compares two sets of packs.
    ///
    /// # Errors
    /// As [`super::Engine::compile`], of either.
    pub fn between(from: &Pack, to: &Pack) -> Result<Self, PolicyError> {
        let (before, after) = (Book::read(from)?, Book::read(to)?);
        let missing = |here: &Book, there: &Book| {
            let only = here.policies.iter();
            let only = only.filter(|(id, _)| !there.policies.contains_key(*id));
            only.map(|(_, one)| one.clone()).collect()
        };
        Ok(Self {
            from: from.version().to_owned(),
            to: to.version().to_owned(),
            schema: from.schema() != to.schema(),
            packs: changed(&before.packs, &after.packs),
            added: missing(&after, &before),
            removed: missing(&before, &after),
            changed: before.changed(&after),
        })
    }

    /// Whether nothing differs that has words. Comments and the order of files have none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !self.schema
            && self.packs.is_empty()
            && self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
    }
}

type Terms = BTreeMap<String, String>;

/// A set of packs as people read it.
struct Book {
    packs: BTreeMap<String, Terms>,
    policies: BTreeMap<String, Written>,
}

impl Book {
    fn read(pack: &Pack) -> Result<Self, PolicyError> {
        let compiled = compile(pack)?;
        let mut policies = BTreeMap::new();
        let rules = compiled.rules.iter().map(|rule| &rule.description);
        for one in rules.chain(compiled.never.iter().map(|rule| &rule.description)) {
            let policy = compiled.policies.policy(&PolicyId::new(&one.id));
            let written = Written {
                conditions: policy.map(conditions).unwrap_or_default(),
                description: (**one).clone(),
            };
            policies.insert(one.id.clone(), written);
        }
        let manifests = compiled.manifests.iter();
        Ok(Self {
            packs: manifests
                .map(|(folder, one)| (folder.clone(), pack_terms(one)))
                .collect(),
            policies,
        })
    }

    fn changed(&self, after: &Self) -> Vec<Changed> {
        let terms = |book: &Self| {
            let policies = book.policies.iter();
            policies
                .map(|(id, one)| (id.clone(), policy_terms(&one.description)))
                .collect::<BTreeMap<_, _>>()
        };
        let both = |id: &String| self.policies.contains_key(id) && after.policies.contains_key(id);
        let mut found: BTreeMap<String, Vec<Term>> = changed(&terms(self), &terms(after))
            .into_iter()
            .filter(|one| both(&one.id))
            .map(|one| (one.id, one.terms))
            .collect();
        for (id, before) in &self.policies {
            if let Some(after) = after.policies.get(id) {
                let clauses = clauses(&before.conditions, &after.conditions);
                if !clauses.is_empty() {
                    found.entry(id.clone()).or_default().extend(clauses);
                }
            }
        }
        let changed = |(id, terms)| Changed { id, terms };
        found.into_iter().map(changed).collect()
    }
}

/// What differs between two sets of named terms.
fn changed(from: &BTreeMap<String, Terms>, to: &BTreeMap<String, Terms>) -> Vec<Changed> {
    let none = Terms::new();
    let mut ids: Vec<&String> = from.keys().chain(to.keys()).collect();
    ids.sort();
    ids.dedup();
    let terms = |id: &String| {
        let (from, to) = (from.get(id).unwrap_or(&none), to.get(id).unwrap_or(&none));
        let mut names: Vec<&String> = from.keys().chain(to.keys()).collect();
        names.sort();
        names.dedup();
        let differ = names
            .into_iter()
            .filter(|name| from.get(*name) != to.get(*name));
        let term = |name: &String| Term {
            what: name.clone(),
            from: from.get(name).cloned(),
            to: to.get(name).cloned(),
        };
        differ.map(term).collect::<Vec<_>>()
    };
    let one = |id: &String| Changed {
        id: id.clone(),
        terms: terms(id),
    };
    let all = ids.into_iter().map(one);
    all.filter(|one| !one.terms.is_empty()).collect()
}

/// The clauses that one side only has. Clauses that stand in another order say the same.
fn clauses(from: &[String], to: &[String]) -> Vec<Term> {
    let term = |from: Option<&String>, to: Option<&String>| Term {
        what: "condition".to_owned(),
        from: from.cloned(),
        to: to.cloned(),
    };
    let gone = from.iter().filter(|one| !to.contains(one));
    let new = to.iter().filter(|one| !from.contains(one));
    gone.map(|one| term(Some(one), None))
        .chain(new.map(|one| term(None, Some(one))))
        .collect()
}

fn policy_terms(one: &PolicyDescription) -> Terms {
    let effect = if one.effect == super::Effect::Permit {
        "permits"
    } else {
        "denies"
    };
    let mut terms = Terms::from(
        [
            ("effect", effect.to_owned()),
            ("reason", one.reason.clone()),
            ("precedence", one.precedence.to_string()),
            ("rules", one.rules.join(" ")),
            ("source", one.source.clone()),
            ("pack", folder(&one.file).to_owned()),
            ("words (fr)", one.fr.clone()),
            ("words (en)", one.en.clone()),
            ("obligations", one.obligations.join(" ")),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    let mut add = |name: String, value: Option<String>| {
        value.and_then(|value| terms.insert(name, value));
    };
    add("from".into(), one.from.map(|day| day.to_string()));
    add("until".into(), one.until.map(|day| day.to_string()));
    add("fact".into(), one.fact.clone());
    for (language, text) in &one.local {
        add(format!("words ({language})"), Some(text.clone()));
    }
    let lawful = one.lawful_if.as_ref();
    add("lawful if".into(), lawful.map(|one| one.code.clone()));
    add("lawful if (fr)".into(), lawful.map(|one| one.fr.clone()));
    add("lawful if (en)".into(), lawful.map(|one| one.en.clone()));
    terms
}

fn pack_terms(one: &Manifest) -> Terms {
    let countries: Vec<&str> = one
        .countries
        .iter()
        .map(|country| country.as_str())
        .collect();
    let mut terms = Terms::from(
        [
            ("name", one.name.clone()),
            ("jurisdiction", one.jurisdiction.clone()),
            ("countries", countries.join(" ")),
            ("builds on", one.builds_on.join(" ")),
            ("everywhere", one.everywhere.to_string()),
            ("sources", one.sources.join("; ")),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    for (name, day) in [("from", one.effective_from), ("until", one.effective_until)] {
        day.and_then(|day| terms.insert(name.to_owned(), day.to_string()));
    }
    terms
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    fn changed_by(path: &str, from: &str, to: &str) -> Changes {
        let shipped = Pack::embedded().unwrap();
        let mut hits = 0;
        let files = shipped.files().map(|(name, text)| {
            let text = if name == path {
                hits += text.matches(from).count();
                text.replacen(from, to, 1)
            } else {
                text.to_owned()
            };
            (name.to_owned(), text)
        });
        let draft = Pack::from_files(files.collect()).unwrap();
        assert!(hits > 0, "nothing was changed");
        Changes::between(&shipped, &draft).unwrap()
    }

    #[test]
    fn the_same_packs_do_not_differ() {
        let shipped = Pack::embedded().unwrap();
        assert!(Changes::between(&shipped, &shipped).unwrap().is_empty());
        let comment = changed_by("gdpr/stops.cedar", "// Stops", "// All stops");
        assert!(comment.is_empty() && comment.from != comment.to);
    }

    #[test]
    fn a_changed_number_is_a_clause_for_a_clause() {
        let found = changed_by(
            "fr/data.cedar",
            "context.months_since_last_contact >= 36",
            "context.months_since_last_contact >= 24",
        );
        assert!(found.added.is_empty() && found.removed.is_empty() && found.packs.is_empty());
        let [only] = found.changed.as_slice() else {
            unreachable!("{found:?}")
        };
        assert_eq!(only.id, "fr-retention");
        let terms: Vec<_> = only
            .terms
            .iter()
            .map(|t| (t.from.as_deref(), t.to.as_deref()))
            .collect();
        assert_eq!(
            terms,
            [
                (Some("months_since_last_contact is at least 36"), None),
                (None, Some("months_since_last_contact is at least 24")),
            ]
        );
    }

    #[test]
    fn words_ids_and_dates_of_packs_are_told() {
        let renamed = changed_by("gdpr/stops.cedar", "gdpr-restricted", "gdpr-limited");
        assert_eq!(renamed.added[0].description.id, "gdpr-limited");
        assert_eq!(renamed.removed[0].description.id, "gdpr-restricted");
        assert_eq!(renamed.removed[0].conditions, ["restricted"]);
        let moved = changed_by("gdpr/pack.toml", "2018-05-25", "2018-05-26");
        let from = moved.packs[0]
            .terms
            .iter()
            .find(|term| term.what == "from")
            .unwrap();
        assert_eq!(from.to.as_deref(), Some("2018-05-26"));
        let reworded = changed_by(
            "gdpr/stops.cedar",
            "@reason(\"RESTRICTED\")",
            "@reason(\"DECEASED\")",
        );
        assert_eq!(reworded.changed[0].terms[0].what, "reason");
    }
}
