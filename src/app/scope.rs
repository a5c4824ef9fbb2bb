//! Who has a scope acts on the purposes of it, and on nothing that concerns all of them.

use super::refusal::{FieldProblem, Refusal};
use crate::access::Grant;
use crate::domain::registry::Purpose;

const CODE: &str = "out_of_scope";

/// What is wrong where somebody asks for a purpose that is not theirs; `at` is the element.
pub(super) fn beyond<P>(grant: &Grant<P>, purpose: &Purpose, at: &str) -> Option<FieldProblem> {
    let detail = "this key is not for this purpose; ask your administrator for one that is";
    let fault = || FieldProblem::new(format!("{at}/purpose"), CODE, detail);
    (!grant.is_for(purpose)).then(fault)
}

/// Refuses who has a scope what goes beyond any.
///
/// # Errors
/// Where they have one.
pub(super) fn for_all<P>(grant: &Grant<P>, at: &str) -> Result<(), Refusal> {
    if grant.is_for_all() {
        return Ok(());
    }
    let detail = "this key is for some purposes only, and this concerns all; ask your administrator for one without \
                  a scope";
    Err(Refusal::field(at, CODE, detail))
}
