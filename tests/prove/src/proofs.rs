//! What is asked of the solver.

use crate::law::{Law, Packs, Statement, laws, policies};
use anyhow::{Result, anyhow};
use cedar_policy::{Effect, Policy, PolicySet, RequestEnv, Schema};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledPolicy, CompiledPolicySet, Env};

/// Asks, prints each answer that is no proof, and counts.
pub struct Prover {
    schema: Schema,
    env: RequestEnv,
    solver: CedarSymCompiler<LocalSolver>,
    pub asked: usize,
    pub broken: usize,
}

impl Prover {
    /// Starts the solver: the program that `CVC5` names, or `cvc5`.
    pub fn new(schema: Schema) -> Result<Self> {
        let env = schema
            .request_envs()
            .next()
            .ok_or(anyhow!("the schema has no action"))?;
        let solver = CedarSymCompiler::new(LocalSolver::cvc5_with_args(["--tlimit-per=60000"])?)?;
        Ok(Self {
            schema,
            env,
            solver,
            asked: 0,
            broken: 0,
        })
    }

    fn tell(&mut self, holds: bool, what: &str, counterexample: &str) {
        self.asked += 1;
        if !holds {
            self.broken += 1;
            println!("does not hold: {what}{counterexample}");
        }
    }

    /// Cedar skips a policy that fails, and a stop that is skipped permits. One that can never apply is a
    /// mistake.
    pub async fn every_policy(&mut self, packs: &Packs) -> Result<()> {
        for policy in policies(packs) {
            let compiled = CompiledPolicy::compile(policy, &self.env, &self.schema)?;
            let never_fails = self.solver.check_never_errors_opt(&compiled).await?;
            self.tell(never_fails, &format!("{} never fails", policy.id()), "");
            let never_holds = self.solver.check_never_matches_opt(&compiled).await?;
            self.tell(!never_holds, &format!("{} can apply", policy.id()), "");
        }
        println!(
            "{} policies: none fails, each can apply",
            policies(packs).count()
        );
        Ok(())
    }

    /// No use is permitted by the law and forbidden by a statement of its time.
    pub async fn law(&mut self, law: &Law, never: &[Statement]) -> Result<()> {
        let rules = self.compiled(law.policies.iter().cloned())?;
        let era = law.from.map_or("always".to_owned(), |day| day.to_string());
        let said = |one: &&Statement| {
            one.from
                .is_none_or(|from| law.until.is_none_or(|next| from < next))
        };
        for one in never.iter().filter(said) {
            let found = self.permitted_against(law, &rules, &one.policy).await?;
            let what = format!("{} under {} from {era}", one.policy.id(), law.name);
            self.tell(found.is_none(), &what, &found.unwrap_or_default());
        }
        println!("{} from {era}: {} policies", law.name, law.policies.len());
        Ok(())
    }

    /// The control: without its stops, a law permits what the statements forbid, and the solver says so.
    pub async fn a_law_without_stops(&mut self, packs: &Packs, never: &[Statement]) -> Result<()> {
        let mut law = laws(packs)?.pop().ok_or(anyhow!("no country has a law"))?;
        law.policies
            .retain(|policy| policy.effect() == Effect::Permit);
        let rules = self.compiled(law.policies.iter().cloned())?;
        let mut refuted = 0;
        for one in never {
            let found = self.permitted_against(&law, &rules, &one.policy).await?;
            refuted += usize::from(found.is_some());
        }
        println!(
            "control, {} without its stops: {refuted} of {} refuted",
            law.name,
            never.len()
        );
        self.tell(refuted > 0, "the control is refuted", "");
        Ok(())
    }

    /// Facts of a use that the rules permit though the statement forbids it.
    async fn permitted_against(
        &mut self,
        law: &Law,
        rules: &CompiledPolicySet,
        statement: &Policy,
    ) -> Result<Option<String>> {
        let statement = self.compiled([in_countries(statement, &law.countries)?])?;
        let disjoint = self
            .solver
            .check_disjoint_with_counterexample_opt(rules, &statement);
        Ok(disjoint.await?.map(|env| facts(&env)))
    }

    fn compiled(&self, policies: impl IntoIterator<Item = Policy>) -> Result<CompiledPolicySet> {
        let set = PolicySet::from_policies(policies)?;
        Ok(CompiledPolicySet::compile(&set, &self.env, &self.schema)?)
    }
}

/// The statement for people of these countries.
fn in_countries(statement: &Policy, countries: &[String]) -> Result<Policy> {
    let one = |country: &String| format!("context.country == Country::\"{country}\"");
    let among: Vec<String> = countries.iter().map(one).collect();
    let text = statement.to_string();
    let body = text.trim_end().trim_end_matches(';');
    let text = format!("{body} when {{ {} }};", among.join(" || "));
    Ok(Policy::parse(Some(statement.id().clone()), text)?)
}

fn facts(env: &Env) -> String {
    let context = env
        .request
        .context()
        .and_then(|context| context.to_json_value().ok());
    context.map_or_else(String::new, |context| format!(" with {context}"))
}
