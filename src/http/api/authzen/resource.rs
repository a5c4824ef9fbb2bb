//! Whom a resource names.

use super::shapes::Resource;
use crate::app::contact::{self, NAMES, Named};
use crate::app::{App, FieldProblem};
use crate::domain::ids::SubjectId;

/// A customer as a resource names them.
#[derive(Debug, Default)]
pub(super) struct Customer {
    /// By identifiers.
    pub named: Named,
    /// By the registry's own id.
    pub subject: Option<SubjectId>,
}

/// The type under which a search returns customers.
pub(super) const CUSTOMER: &str = "customer";

/// Reads the type, the id and the identifiers among the properties.
pub(super) fn read(app: &App, resource: &Resource) -> Result<Customer, Vec<FieldProblem>> {
    let listed = resource.properties.iter().flatten();
    let mut pairs: Vec<(&str, &str)> = listed
        .filter(|(name, _)| NAMES.contains(&name.as_str()))
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .collect();
    let mut customer = Customer::default();
    match resource.r#type.as_str() {
        kind if NAMES.contains(&kind) => pairs.push((kind, &resource.id)),
        CUSTOMER => match resource.id.parse() {
            Ok(subject) => customer.subject = Some(subject),
            Err(_) => pairs.push((form(&resource.id), &resource.id)),
        },
        _ => return Err(vec![unknown_type()]),
    }
    if !pairs.is_empty() {
        customer.named = contact::read(app.keys(), "/resource", pairs.into_iter())?;
    }
    Ok(customer)
}

/// The kind of an identifier, by its form.
fn form(id: &str) -> &'static str {
    let is_hash = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    match id {
        _ if id.contains('@') => "email",
        _ if id.starts_with('+') => "phone",
        _ if is_hash => "id_hash",
        _ => "crm_id",
    }
}

fn unknown_type() -> FieldProblem {
    let detail = format!("must be {CUSTOMER} or one of {}", NAMES.join(", "));
    FieldProblem::new("/resource/type", "type_unknown", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_told_by_its_form() {
        assert_eq!(form("anne@example.fr"), "email");
        assert_eq!(form("+33612345678"), "phone");
        assert_eq!(form(&"0f".repeat(32)), "id_hash");
        assert_eq!(form("C-1042"), "crm_id");
    }
}
