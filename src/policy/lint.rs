//! The part of Cedar that policies may use: booleans, comparisons, words and whole numbers, read
//! from the context and compared with literals. Nothing that computes, nothing that can fail.
//!
//! This keeps every policy readable, every outcome a function of the facts' classes (see
//! [`super::facts::Thresholds`]), and a later compiled form small.

use super::facts::Thresholds;
use super::schema::ACTION;
use super::vocabulary::Whole;
use cedar_policy::Policy;
use cedar_policy::pst::{
    ActionConstraint, BinaryOp, Clause, Expr, Literal, PrincipalConstraint, ResourceConstraint,
    UnaryOp, Var,
};

/// What a policy uses that it may not.
type Refused = String;

/// Checks one policy, and notes the numbers that it compares facts with.
pub(super) fn check(policy: &Policy, thresholds: &mut Thresholds) -> Result<(), Refused> {
    let read = policy.to_pst().map_err(|error| error.to_string())?;
    let body = read.body();
    scope(&body.principal, &body.action, &body.resource)?;
    for clause in body.clauses() {
        let (Clause::When(condition) | Clause::Unless(condition)) = clause;
        truth(condition, thresholds)?;
    }
    Ok(())
}

fn scope(
    principal: &PrincipalConstraint,
    action: &ActionConstraint,
    resource: &ResourceConstraint,
) -> Result<(), Refused> {
    let any = matches!(principal, PrincipalConstraint::Any)
        && matches!(resource, ResourceConstraint::Any)
        && match action {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(uid) => uid.eid == ACTION,
            ActionConstraint::In(_) => false,
        };
    if any {
        return Ok(());
    }
    Err("the policy is about certain principals, actions or resources".to_owned())
}

/// An expression that is true or false.
fn truth(expr: &Expr, thresholds: &mut Thresholds) -> Result<(), Refused> {
    match expr {
        Expr::Literal(Literal::Bool(_)) => Ok(()),
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => truth(expr, thresholds),
        Expr::BinaryOp {
            op: BinaryOp::And | BinaryOp::Or,
            left,
            right,
        } => {
            truth(left, thresholds)?;
            truth(right, thresholds)
        }
        Expr::BinaryOp { op, left, right } if is_comparison(*op) => {
            comparison(left, right, thresholds)
        }
        other => fact(other).map(drop),
    }
}

fn is_comparison(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Eq
            | BinaryOp::NotEq
            | BinaryOp::Less
            | BinaryOp::LessEq
            | BinaryOp::Greater
            | BinaryOp::GreaterEq
    )
}

/// A fact on the left, a literal on the right.
fn comparison(left: &Expr, right: &Expr, thresholds: &mut Thresholds) -> Result<(), Refused> {
    let fact = fact(left)?;
    match right {
        Expr::Literal(Literal::Bool(_) | Literal::EntityUID(_) | Literal::String(_)) => Ok(()),
        Expr::Literal(Literal::Long(number)) => {
            let number = u16::try_from(*number)
                .ok()
                .filter(|number| *number <= Whole::MOST)
                .ok_or_else(|| format!("`{number}` is not between 0 and {}", Whole::MOST))?;
            let known = thresholds.add(&fact, number);
            known
                .then_some(())
                .ok_or_else(|| format!("`{fact}` is no fact"))
        }
        other => Err(format!("`{other}` stands where a literal belongs")),
    }
}

/// `context.name`.
fn fact(expr: &Expr) -> Result<String, Refused> {
    if let Expr::GetAttr { expr: of, attr } = expr
        && matches!(&**of, Expr::Var(Var::Context))
    {
        return Ok(attr.to_string());
    }
    Err(format!(
        "`{expr}` is outside the part of Cedar that policies use"
    ))
}
