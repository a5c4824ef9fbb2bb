//! What holds whatever the rules say. The statements under `never/` are written as stops and decide
//! nothing. Before a set of packs is published, uses that its rules permit are drawn by the thousand,
//! and each is turned into those that a statement forbids, one changed fact away: a permit there
//! breaks the statement, and is named with its facts.
//!
//! Drawn at random, nearly every use is denied. So the draws start from the uses that the cases
//! of the law permit, and move over the borders of the numbers that the policies compare with.

use super::annotations::PolicyDescription;
use super::cases::{self, Case};
use super::compile::compile;
use super::compiled::Condition;
use super::dice::Draw;
use super::engine::Engine;
use super::error::PolicyError;
use super::facts::Facts;
use super::gather::LegalCalendar;
use super::manifest::NEVER;
use super::pack::{Pack, SCHEMA_PATH};
use super::schema::{ACTION, PRINCIPAL, RESOURCE};
use super::situation::{Laws, LegalDay, Situation};
use super::vocabulary::{Channel, Country, LegalBasis};
use super::words::facts_read;
use cedar_policy::{Authorizer, Entities, EntityUid, PolicyId, PolicySet, Request, Schema};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most facts that a draw changes before the statements are held against it.
const STEPS: usize = 4;
/// Permitted uses that later draws may start from.
const KEPT: usize = 2_048;

/// The statements of a set of packs, ready to be held against its rules.
pub struct Never {
    authorizer: Authorizer,
    schema: Schema,
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
    statements: Vec<Arc<PolicyDescription>>,
    /// When each of them holds, as compiled.
    conditions: Vec<Condition>,
    policies: PolicySet,
    /// The facts that statements read.
    read: Vec<String>,
}

/// A permit that a statement forbids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The statement.
    pub statement: PolicyDescription,
    /// The reason of the permit.
    pub permitted: String,
    /// The facts of the use: those that differ from a use of which nothing is known.
    pub facts: Vec<(&'static str, String)>,
    /// Whose law was asked, and for which day.
    pub law: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { statement, .. } = self;
        writeln!(
            f,
            "{}:{}: {} is broken: {}",
            statement.file, statement.line, statement.id, statement.en
        )?;
        write!(f, "permitted ({}) {} where", self.permitted, self.law)?;
        for (name, value) in &self.facts {
            write!(f, "\n  {name} = {value}")?;
        }
        Ok(())
    }
}

/// How far the search went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Searched {
    /// Uses drawn.
    pub draws: usize,
    /// How many of them the rules permit.
    pub permits: usize,
    /// Uses that a statement forbids, each asked of the rules.
    pub forbidden: usize,
    /// Statements held against them.
    pub statements: usize,
}

impl Never {
    /// The statements of a set of packs.
    ///
    /// # Errors
    /// As [`Engine::compile`]; and where there is no statement at all.
    pub fn compile(pack: &Pack) -> Result<Self, PolicyError> {
        let compiled = compile(pack)?;
        let mut policies = PolicySet::new();
        let mut read: Vec<String> = Vec::new();
        let (statements, conditions): (Vec<_>, Vec<_>) = compiled
            .never
            .into_iter()
            .map(|one| (one.description, one.condition))
            .unzip();
        for one in &statements {
            let Some(policy) = compiled.policies.policy(&PolicyId::new(&one.id)) else {
                continue;
            };
            let known = read.clone();
            read.extend(
                facts_read(policy)
                    .into_iter()
                    .filter(|name| !known.contains(name)),
            );
            let twice = "give the policy another @id";
            let failed = |error: cedar_policy::PolicySetError| {
                PolicyError::whole(&one.file, error.to_string(), twice)
            };
            policies.add(policy.clone()).map_err(failed)?;
        }
        if statements.is_empty() {
            let what = "no statement says what is never permitted";
            let mend = "keep the folder never/ as it is shipped, and add to it";
            return Err(PolicyError::whole(NEVER, what, mend));
        }
        Ok(Self {
            authorizer: Authorizer::new(),
            schema: compiled.schema,
            principal: uid(PRINCIPAL, "any")?,
            action: uid("Action", ACTION)?,
            resource: uid(RESOURCE, "any")?,
            statements,
            conditions,
            policies,
            read,
        })
    }

    /// The statements, in the order of the files.
    #[must_use]
    pub fn statements(&self) -> &[Arc<PolicyDescription>] {
        &self.statements
    }

    /// When each of the statements holds, in their order.
    pub(super) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Draws uses and looks for a permit that a statement forbids. The same seed draws the same.
    ///
    /// # Errors
    /// [`Broken`], the first one found.
    pub fn search(
        &self,
        engine: &Engine,
        cases: &[Case],
        draws: usize,
        seed: u64,
    ) -> Result<Searched, Box<Broken>> {
        let mut search = Search {
            never: self,
            engine,
            draw: Draw::of_seed(seed),
            days: days(engine),
            pool: Vec::new(),
            told: Searched {
                draws,
                permits: 0,
                forbidden: 0,
                statements: self.statements.len(),
            },
        };
        for start in search.starts(cases) {
            search.around(&start)?;
        }
        for _ in 0..draws {
            search.one()?;
        }
        Ok(search.told)
    }

    /// The first statement that forbids a use under one of its laws.
    fn forbidden(&self, situation: &Situation) -> Option<&PolicyDescription> {
        let under = |country| Facts {
            country,
            ..situation.facts
        };
        let mut countries = situation.laws.iter();
        countries.find_map(|country| self.forbids(&under(country), situation.day.latest))
    }

    /// A use that is permitted though a statement forbids it.
    pub(super) fn broken(&self, engine: &Engine, situation: &Situation) -> Option<Box<Broken>> {
        let statement = self.forbidden(situation)?;
        let outcome = engine.decide(situation);
        outcome.is_permit().then(|| {
            Box::new(Broken {
                statement: statement.clone(),
                permitted: outcome.reason().to_owned(),
                facts: situation.facts.stated(),
                law: law(situation),
            })
        })
    }

    /// The first statement of that day that forbids these facts. Where it cannot be told, the first of all:
    /// in doubt the statement counts as broken, and the packs are refused.
    fn forbids(&self, facts: &Facts, day: NaiveDate) -> Option<&PolicyDescription> {
        let ask = || {
            let (principal, action) = (self.principal.clone(), self.action.clone());
            let resource = self.resource.clone();
            let context = facts.context()?;
            let request = Request::new(principal, action, resource, context, Some(&self.schema));
            let answer =
                self.authorizer
                    .is_authorized(&request.ok()?, &self.policies, &Entities::empty());
            let failed = answer.diagnostics().errors().next().is_some();
            (!failed).then(|| answer.diagnostics().reason().cloned().collect::<Vec<_>>())
        };
        let Some(held) = ask() else {
            return self.statements.first().map(|one| &**one);
        };
        let id = |one: &&PolicyDescription| {
            one.holds_on(day) && held.iter().any(|held| one.id == held.to_string())
        };
        self.statements.iter().map(|one| &**one).find(id)
    }
}

struct Search<'a> {
    never: &'a Never,
    engine: &'a Engine,
    draw: Draw,
    /// Days on which the law is another than on the day before.
    days: Vec<NaiveDate>,
    /// Permitted uses.
    pool: Vec<Situation>,
    told: Searched,
}

impl Search<'_> {
    /// Fills the pool with the uses that the cases permit, on each legal basis that permits them;
    /// returns one for each permit, channel and use.
    fn starts(&mut self, cases: &[Case]) -> Vec<Situation> {
        let mut kinds = BTreeSet::new();
        let mut starts = Vec::new();
        for case in cases.iter().filter(|case| case.expected.permit) {
            let asked = cases::run(self.engine, &LegalCalendar, case).situation;
            for basis in LegalBasis::ALL {
                let mut tried = asked;
                tried.facts.legal_basis = *basis;
                let outcome = self.engine.decide(&tried);
                if !outcome.is_permit() {
                    continue;
                }
                self.pool.push(tried);
                let (use_, channel) = (tried.facts.purpose_use, tried.facts.channel);
                if kinds.insert((outcome.policy_id().to_owned(), use_, channel)) {
                    starts.push(tried);
                }
            }
        }
        starts
    }

    /// One draw: a permitted use, moved a few facts away, perhaps to another country or day.
    fn one(&mut self) -> Result<(), Box<Broken>> {
        let Some(mut drawn) = self.draw.of(&self.pool) else {
            return Ok(());
        };
        if self.draw.below(3) == 0
            && let Some(country) = self.draw.of(Country::ALL)
        {
            drawn.laws = Laws::of(drawn.facts.channel, Some(country), Some(country));
        }
        if self.draw.below(3) == 0
            && let Some(day) = self.draw.of(&self.days)
        {
            drawn.day = LegalDay::known(day);
        }
        for _ in 0..self.draw.below(STEPS + 1) {
            let near = self.engine.borders().neighbours(&drawn.facts);
            if let Some((_, facts)) = self.draw.of(&near) {
                drawn.facts = facts;
            }
        }
        if self.draw.below(8) == 0 {
            drawn.facts.channel = self.draw.of(Channel::ALL).unwrap_or(drawn.facts.channel);
        }
        if !self.engine.decide(&drawn).is_permit() {
            return Ok(());
        }
        self.told.permits += 1;
        if self.pool.len() < KEPT {
            self.pool.push(drawn);
        }
        self.around(&drawn)
    }

    /// A permitted use, and everything one fact away from it that a statement forbids.
    fn around(&mut self, permitted: &Situation) -> Result<(), Box<Broken>> {
        self.hold(permitted)?;
        for (name, facts) in self.engine.borders().neighbours(&permitted.facts) {
            if self.never.read.iter().any(|read| read == name) {
                self.hold(&Situation {
                    facts,
                    ..*permitted
                })?;
            }
        }
        Ok(())
    }

    /// What a statement forbids under the law of one of the countries is not permitted.
    fn hold(&mut self, situation: &Situation) -> Result<(), Box<Broken>> {
        if self.never.forbidden(situation).is_none() {
            return Ok(());
        }
        self.told.forbidden += 1;
        self.never
            .broken(self.engine, situation)
            .map_or(Ok(()), Err)
    }
}

fn days(engine: &Engine) -> Vec<NaiveDate> {
    let days = engine.policies().flat_map(|one| [one.from, one.until]);
    let around = |day: NaiveDate| [day.pred_opt(), Some(day), day.succ_opt()];
    let mut days: Vec<NaiveDate> = days.flatten().flat_map(around).flatten().collect();
    days.sort_unstable();
    days.dedup();
    days
}

fn law(situation: &Situation) -> String {
    let countries: Vec<&str> = situation.laws.iter().map(Country::as_str).collect();
    format!(
        "under {} on {}",
        countries.join(" and "),
        situation.day.earliest
    )
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, PolicyError> {
    format!("{kind}::\"{id}\"").parse().map_err(|_| {
        let what = "an entity type has no valid name";
        PolicyError::whole(SCHEMA_PATH, what, "take the schema shipped")
    })
}
