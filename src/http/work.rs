//! Work that blocks, away from the threads that answer.

use super::problem::Problem;
use actix_web::web;

/// Runs `work` on a thread that may wait.
///
/// # Errors
/// What the work refuses, or that there is no thread for it.
pub async fn block<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    match web::block(work).await {
        Ok(outcome) => outcome.map_err(Into::into),
        Err(_) => Err(Problem::unavailable()),
    }
}
