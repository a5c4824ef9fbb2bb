//! A policy's conditions in words, clause by clause, for people who do not read Cedar. The part of
//! Cedar that policies may use is small ([`super::compiled`]), so that every condition has words.

use cedar_policy::Policy;
use cedar_policy::pst::{BinaryOp, Clause, Expr, Literal, UnaryOp};

/// The conditions that must all hold for a policy to apply, in their order. Empty for a policy
/// that always applies.
pub(super) fn conditions(policy: &Policy) -> Vec<String> {
    let Ok(read) = policy.to_pst() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for clause in read.body().clauses() {
        match clause {
            Clause::When(condition) => split(condition, &mut found),
            Clause::Unless(condition) => found.push(negated(condition)),
        }
    }
    found
}

/// The names of the facts that a policy reads, each once.
pub(super) fn facts_read(policy: &Policy) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(read) = policy.to_pst() {
        for clause in read.body().clauses() {
            let (Clause::When(condition) | Clause::Unless(condition)) = clause;
            collect(condition, &mut names);
        }
    }
    names
}

fn collect(expr: &Expr, names: &mut Vec<String>) {
    match expr {
        Expr::UnaryOp { expr, .. } => collect(expr, names),
        Expr::BinaryOp { left, right, .. } => {
            collect(left, names);
            collect(right, names);
        }
        Expr::GetAttr { attr, .. } if !names.iter().any(|name| name == attr.as_str()) => {
            names.push(attr.to_string());
        }
        _ => {}
    }
}

/// What stands between `&&`, each by itself.
fn split(expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::BinaryOp {
            op: BinaryOp::And,
            left,
            right,
        } => {
            split(left, found);
            split(right, found);
        }
        other => found.push(words(other)),
    }
}

fn words(expr: &Expr) -> String {
    match expr {
        Expr::Literal(literal) => value(literal),
        Expr::GetAttr { attr, .. } => attr.to_string(),
        Expr::UnaryOp {
            op: UnaryOp::Not,
            expr,
        } => negated(expr),
        Expr::BinaryOp { op, left, right } => match verb(*op) {
            Some(verb) => format!("{} {verb} {}", grouped(left, *op), grouped(right, *op)),
            None => expr.to_string(),
        },
        other => other.to_string(),
    }
}

fn negated(expr: &Expr) -> String {
    match expr {
        Expr::GetAttr { attr, .. } => format!("not {attr}"),
        other => format!("not ({})", words(other)),
    }
}

/// A part of a condition, in brackets where its own *and* or *or* could be read otherwise.
fn grouped(expr: &Expr, within: BinaryOp) -> String {
    match expr {
        Expr::BinaryOp {
            op: op @ (BinaryOp::And | BinaryOp::Or),
            ..
        } if *op != within => format!("({})", words(expr)),
        other => words(other),
    }
}

const fn verb(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Eq => "is",
        BinaryOp::NotEq => "is not",
        BinaryOp::Less => "is under",
        BinaryOp::LessEq => "is at most",
        BinaryOp::Greater => "is over",
        BinaryOp::GreaterEq => "is at least",
        _ => return None,
    })
}

fn value(literal: &Literal) -> String {
    match literal {
        Literal::Bool(truth) => truth.to_string(),
        Literal::Long(number) => number.to_string(),
        Literal::String(text) => text.to_string(),
        Literal::EntityUID(word) => word.eid.to_string(),
        other => Expr::Literal(other.clone()).to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn said(condition: &str) -> Vec<String> {
        let text = format!("forbid (principal, action, resource) {condition};");
        conditions(&Policy::parse(None, text).unwrap())
    }

    #[test]
    fn conditions_are_told_one_by_one() {
        let told = said(
            "when { context.suppressed && !context.informed_once && context.age < 15 && \
             (context.channel == Channel::\"sms\" || context.channel != Channel::\"email\" && context.gpc) }",
        );
        assert_eq!(
            told,
            [
                "suppressed",
                "not informed_once",
                "age is under 15",
                "channel is sms or (channel is not email and gpc)",
            ]
        );
        assert_eq!(
            said("unless { context.gpc && context.age >= 3 }"),
            ["not (gpc and age is at least 3)"]
        );
        assert!(said("").is_empty());
    }

    #[test]
    fn the_facts_read_are_named_once() {
        let text = "forbid (principal, action, resource) when { context.age < 3 || !context.gpc || context.age > 5 };";
        assert_eq!(
            facts_read(&Policy::parse(None, text).unwrap()),
            ["age", "gpc"]
        );
    }
}
