//! `placet-prove POLICIES`: proves, over all facts at once and by cvc5, that no law in any of its eras
//! permits what a statement under `never/` forbids; that no policy can fail, and that each can apply.
//!
//! The service does the same for itself on its compiled policies, before each publication. This asks
//! the policies as they are written, through Cedar's own symbolic compiler, and shares no code with it.
//! Exit: 0 all proved, 1 something does not hold, 3 the solver failed.

#![forbid(unsafe_code)]

mod law;
mod proofs;

use anyhow::{Context as _, Result};
use cedar_policy::Schema;
use std::path::Path;
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "policies".into());
    match prove(Path::new(&folder)).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(failed) => {
            eprintln!("placet-prove: {failed:#}");
            ExitCode::from(3)
        }
    }
}

/// How many statements do not hold.
async fn prove(folder: &Path) -> Result<usize> {
    let path = folder.join("schema.cedarschema");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let (schema, _) = Schema::from_cedarschema_str(&text)?;
    let packs = law::read(folder)?;
    let mut prover = proofs::Prover::new(schema)?;
    prover.every_policy(&packs).await?;
    let never = law::statements(&packs)?;
    for law in law::laws(&packs)? {
        prover.law(&law, &never).await?;
    }
    prover.a_law_without_stops(&packs, &never).await?;
    println!("{} proofs, {} do not hold", prover.asked, prover.broken);
    Ok(prover.broken)
}
