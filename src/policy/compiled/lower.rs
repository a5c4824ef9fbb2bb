//! From Cedar's syntax tree to a [`Condition`]. This is the one definition of the part of Cedar
//! that policies may use: booleans, and facts compared with literals. Nothing that computes,
//! nothing that can fail. Whatever stands not here is refused when the packs are compiled.

use super::super::facts::FactName;
use super::super::schema::ACTION;
use super::super::vocabulary::{Whole, code_of_word};
use super::condition::Condition;
use super::test::Test;
use cedar_policy::Policy;
use cedar_policy::pst::{
    ActionConstraint, BinaryOp, Clause, EntityUID, Expr, Literal, PrincipalConstraint,
    ResourceConstraint, UnaryOp, Var,
};

/// What a policy uses that it may not.
type Refused = String;

/// When a policy holds.
pub(in crate::policy) fn lower(policy: &Policy) -> Result<Condition, Refused> {
    let read = policy.to_pst().map_err(|error| error.to_string())?;
    let body = read.body();
    scope(&body.principal, &body.action, &body.resource)?;
    let clauses = body.clauses().iter().map(|clause| match clause {
        Clause::When(condition) => truth(condition),
        Clause::Unless(condition) => truth(condition).map(Condition::negated),
    });
    Ok(Condition::all(clauses.collect::<Result<Vec<_>, _>>()?))
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
fn truth(expr: &Expr) -> Result<Condition, Refused> {
    match expr {
        Expr::Literal(Literal::Bool(holds)) => Ok(Condition::settled(*holds)),
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => truth(expr).map(Condition::negated),
        Expr::BinaryOp { op, left, right } => match op {
            BinaryOp::And => Ok(Condition::all([truth(left)?, truth(right)?])),
            BinaryOp::Or => Ok(Condition::any([truth(left)?, truth(right)?])),
            _ => comparison(*op, fact(left)?, right),
        },
        other => is(fact(other)?, true),
    }
}

/// `context.name`.
fn fact(expr: &Expr) -> Result<FactName, Refused> {
    if let Expr::GetAttr { expr: of, attr } = expr
        && matches!(&**of, Expr::Var(Var::Context))
    {
        return FactName::parse(attr).ok_or_else(|| format!("`{attr}` is no fact"));
    }
    Err(outside(expr))
}

/// A fact on the left, a literal on the right.
fn comparison(op: BinaryOp, fact: FactName, literal: &Expr) -> Result<Condition, Refused> {
    let equal = match literal {
        Expr::Literal(Literal::Long(number)) => return ordered(op, fact, *number),
        Expr::Literal(Literal::Bool(value)) => is(fact, *value)?,
        Expr::Literal(Literal::EntityUID(uid)) => word(fact, uid)?,
        other => return Err(format!("`{other}` stands where a literal belongs")),
    };
    match op {
        BinaryOp::Eq => Ok(equal),
        BinaryOp::NotEq => Ok(equal.negated()),
        _ => Err(format!("`{}` has no order", fact.as_str())),
    }
}

fn is(fact: FactName, value: bool) -> Result<Condition, Refused> {
    of_kind(fact, "Bool")?;
    let code = u16::from(value);
    Ok(Test::range(fact, code, code).into())
}

fn word(fact: FactName, uid: &EntityUID) -> Result<Condition, Refused> {
    let list = uid.ty.to_string();
    of_kind(fact, &list)?;
    let code = code_of_word(&list, &uid.eid).ok_or_else(|| format!("`{uid}` is no word"))?;
    Ok(Test::range(fact, code, code).into())
}

/// A number compared with one of those that a fact can be.
fn ordered(op: BinaryOp, fact: FactName, number: i64) -> Result<Condition, Refused> {
    of_kind(fact, "Long")?;
    let number = u16::try_from(number)
        .ok()
        .filter(|number| *number <= Whole::MOST)
        .ok_or_else(|| format!("`{number}` is not between 0 and {}", Whole::MOST))?;
    let at_most = Condition::from(Test::range(fact, 0, number));
    let at_least = Condition::from(Test::range(fact, number, Whole::MOST));
    match op {
        BinaryOp::LessEq => Ok(at_most),
        BinaryOp::Greater => Ok(at_most.negated()),
        BinaryOp::GreaterEq => Ok(at_least),
        BinaryOp::Less => Ok(at_least.negated()),
        BinaryOp::Eq => Ok(Test::range(fact, number, number).into()),
        BinaryOp::NotEq => Ok(Condition::from(Test::range(fact, number, number)).negated()),
        _ => Err("numbers are compared and nothing else".to_owned()),
    }
}

fn of_kind(fact: FactName, wanted: &str) -> Result<(), Refused> {
    let (kind, _) = fact.kind();
    if kind == wanted {
        return Ok(());
    }
    Err(format!("`{}` is no {wanted}", fact.as_str()))
}

fn outside(expr: &Expr) -> Refused {
    format!("`{expr}` is outside the part of Cedar that policies use")
}
