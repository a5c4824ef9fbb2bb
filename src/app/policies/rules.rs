//! What checks decide by, at one position of the ledger.

use crate::policy::{Engine, Outcome, Situation};
use std::sync::Arc;

/// The policy version in force, ready to answer; or, where it cannot be used, why. A version that
/// cannot be used denies everything: no other one may stand in for it.
#[derive(Clone)]
pub struct Rules {
    version: Arc<str>,
    engine: Result<Arc<Engine>, Arc<str>>,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rules({})", self.version)
    }
}

impl Rules {
    /// Rules that answer.
    #[must_use]
    pub fn ready(engine: Arc<Engine>) -> Self {
        Self {
            version: engine.version().into(),
            engine: Ok(engine),
        }
    }

    /// Rules that cannot be used.
    #[must_use]
    pub fn broken(version: &str, why: &str) -> Self {
        Self {
            version: version.into(),
            engine: Err(why.into()),
        }
    }

    /// The version in force, usable or not.
    #[must_use]
    pub const fn version(&self) -> &Arc<str> {
        &self.version
    }

    /// The engine; why there is none.
    ///
    /// # Errors
    /// What is wrong with the version, in words.
    pub fn engine(&self) -> Result<&Arc<Engine>, &str> {
        self.engine.as_ref().map_err(AsRef::as_ref)
    }

    /// Whether Cedar decides by itself.
    #[must_use]
    pub fn is_by_cedar(&self) -> bool {
        self.engine
            .as_ref()
            .is_ok_and(|engine| engine.is_by_cedar())
    }

    /// The outcome of one use; a denial where the rules cannot be used.
    #[must_use]
    pub fn decide(&self, situation: &Situation) -> Arc<Outcome> {
        match &self.engine {
            Ok(engine) => engine.decide(situation),
            Err(_) => Arc::new(Outcome::evaluation_error()),
        }
    }
}
