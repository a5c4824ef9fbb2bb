//! From the files of a pack to a checked set of policies. Anything doubtful refuses the pack.

use super::annotations::{Fault, PolicyDescription, describe};
use super::compiled::{Rule, lower};
use super::error::{PolicyError, position};
use super::manifest::{self, Manifests, NEVER, folder};
use super::outcome::Effect;
use super::pack::{Pack, PackFile, SCHEMA_PATH};
use super::program::within_pack;
use super::schema;
use cedar_policy::ffi::DetailedError;
use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

/// A pack that passed every check.
pub(super) struct Compiled {
    pub(super) schema: Schema,
    pub(super) policies: PolicySet,
    /// In the order of the files.
    pub(super) rules: Vec<Rule>,
    /// The statements under `never/`, which are no rules. In the order of the files.
    pub(super) never: Vec<Rule>,
    pub(super) manifests: Manifests,
}

/// A policy with the place where it begins.
struct Placed<'a> {
    file: &'a PackFile,
    offset: usize,
    policy: Policy,
    description: PolicyDescription,
}

/// Parses, describes and validates a pack.
pub(super) fn compile(pack: &Pack) -> Result<Compiled, PolicyError> {
    let schema = schema::parse(pack.schema())?;
    let manifests = manifest::read(pack)?;
    let mut placed = Vec::new();
    for file in pack.policy_files() {
        placed.extend(policies_of(file)?);
    }
    if placed.is_empty() {
        return Err(PolicyError::whole(
            SCHEMA_PATH,
            "the pack holds no policy",
            "write at least one",
        ));
    }
    check_unique(&placed)?;
    let policies = together(&placed)?;
    validate(&schema, &policies, &placed)?;
    let lowered = placed.into_iter().map(|one| one.lowered(&manifests));
    let lowered: Vec<Rule> = lowered.collect::<Result<_, _>>()?;
    let (never, rules): (Vec<_>, Vec<_>) = lowered
        .into_iter()
        .partition(|one| folder(&one.description.file) == NEVER);
    Ok(Compiled {
        schema,
        policies,
        rules,
        never,
        manifests,
    })
}

/// The policies of one file, in the order of the text.
fn policies_of(file: &PackFile) -> Result<Vec<Placed<'_>>, PolicyError> {
    let parsed = PolicySet::from_str(&file.text).map_err(|error| {
        PolicyError::from_cedar(&file.path, &file.text, &DetailedError::from(&error), 0)
    })?;
    if parsed.num_of_templates() > 0 {
        let what = "the file holds a template (?principal or ?resource)";
        return Err(PolicyError::whole(&file.path, what, "write the policy out"));
    }
    let mut policies: Vec<&Policy> = parsed.policies().collect();
    policies.sort_by_key(|policy| number(policy));
    let mut placed = Vec::with_capacity(policies.len());
    let mut from = 0;
    for policy in policies {
        let text = policy.to_cedar().unwrap_or_default();
        let offset = find_from(&file.text, from, &text);
        from = offset + text.len();
        placed.push(place(file, offset, policy)?);
    }
    Ok(placed)
}

/// Cedar numbers the policies of a text `policy0`, `policy1`…
fn number(policy: &Policy) -> usize {
    let id: &str = policy.id().as_ref();
    let digits = id.strip_prefix("policy").unwrap_or_default();
    digits.parse().unwrap_or(usize::MAX)
}

/// Where a policy's own text stands in the file, searched after the policy before it.
fn find_from(text: &str, from: usize, wanted: &str) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.find(wanted).map_or(from, |at| from + at)
}

fn place<'a>(
    file: &'a PackFile,
    offset: usize,
    policy: &Policy,
) -> Result<Placed<'a>, PolicyError> {
    let (line, _) = position(&file.text, offset);
    let refused = |(what, mend): Fault| PolicyError::at(&file.path, &file.text, offset, what, mend);
    let description = describe(policy, &file.path, line).map_err(refused)?;
    if folder(&file.path) == NEVER && description.effect == Effect::Permit {
        let (what, mend) = (
            "a permit stands under never/",
            "write what is never permitted",
        );
        return Err(refused((what.into(), mend.into())));
    }
    let policy = policy.new_id(PolicyId::new(&description.id));
    Ok(Placed {
        file,
        offset,
        policy,
        description,
    })
}

fn check_unique(placed: &[Placed<'_>]) -> Result<(), PolicyError> {
    let mut seen: HashMap<&str, &PolicyDescription> = HashMap::new();
    for one in placed {
        if let Some(first) = seen.insert(&one.description.id, &one.description) {
            let what = format!("@id \"{}\" stands twice", first.id);
            let mend = format!(
                "the first is at {}:{}; ids are unique in a pack",
                first.file, first.line
            );
            return Err(one.refused(what, mend));
        }
    }
    Ok(())
}

fn together(placed: &[Placed<'_>]) -> Result<PolicySet, PolicyError> {
    let mut set = PolicySet::new();
    for one in placed {
        set.add(one.policy.clone())
            .map_err(|error| one.refused(error.to_string(), "give the policy another @id"))?;
    }
    Ok(set)
}

/// Strict validation; a warning refuses as an error does, since Cedar only warns about a policy
/// that can never apply. Errors are named first: a warning is often their consequence.
fn validate(schema: &Schema, set: &PolicySet, placed: &[Placed<'_>]) -> Result<(), PolicyError> {
    let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
    let errors = result
        .validation_errors()
        .map(|found| locate(placed, found.policy_id(), &DetailedError::from(found)));
    let warnings = result
        .validation_warnings()
        .map(|found| locate(placed, found.policy_id(), &DetailedError::from(found)));
    match topmost(errors).or_else(|| topmost(warnings)) {
        Some(first) => Err(first),
        None => Ok(()),
    }
}

/// The place of what the validator found in a policy.
fn locate(placed: &[Placed<'_>], id: &PolicyId, found: &DetailedError) -> PolicyError {
    let id: &str = id.as_ref();
    match placed.iter().find(|one| one.description.id == id) {
        Some(one) => PolicyError::from_cedar(&one.file.path, &one.file.text, found, one.offset),
        None => PolicyError::whole(SCHEMA_PATH, found.message.clone(), "see the message"),
    }
}

fn topmost(found: impl Iterator<Item = PolicyError>) -> Option<PolicyError> {
    found.min_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)))
}

impl Placed<'_> {
    /// The policy as what answers checks reads it.
    fn lowered(mut self, manifests: &Manifests) -> Result<Rule, PolicyError> {
        let mend = "write conditions with && || ! and comparisons of a fact with a literal";
        let condition = lower(&self.policy).map_err(|what| self.refused(what, mend))?;
        within_pack(&mut self.description, manifests);
        Ok(Rule {
            condition,
            description: Arc::new(self.description),
        })
    }

    fn refused(&self, what: impl Into<String>, mend: impl Into<String>) -> PolicyError {
        PolicyError::at(&self.file.path, &self.file.text, self.offset, what, mend)
    }
}
