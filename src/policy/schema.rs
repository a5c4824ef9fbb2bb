//! The pack's schema, and the check that it is exactly the one the program fills: a fact or a
//! word that only one side knows would make policies that silently never apply.

use super::error::PolicyError;
use super::facts::FactName;
use super::pack::SCHEMA_PATH;
use super::vocabulary::LISTS;
use cedar_policy::ffi::DetailedError;
use cedar_policy::{Schema, SchemaFragment};
use serde_json::{Map, Value, json};

/// Entity types without words: who wants to use the data, and whose data they are.
pub(super) const PRINCIPAL: &str = "Controller";
/// See [`PRINCIPAL`].
pub(super) const RESOURCE: &str = "DataSubject";
/// The one action: may the data be used so?
pub(super) const ACTION: &str = "use";

const MEND: &str = "facts and words are the program's: take the schema that it ships";

/// Parses the schema and checks that it is the program's.
pub(super) fn parse(text: &str) -> Result<Schema, PolicyError> {
    let refused = |found: &DetailedError| PolicyError::from_cedar(SCHEMA_PATH, text, found, 0);
    let (fragment, warnings) = SchemaFragment::from_cedarschema_str(text)
        .map_err(|error| refused(&DetailedError::from(&error)))?;
    if let Some(warning) = warnings.into_iter().next() {
        return Err(refused(&DetailedError::from(&warning)));
    }
    let shape = fragment.clone().to_json_value();
    let schema = Schema::from_schema_fragments([fragment])
        .map_err(|error| refused(&DetailedError::from(&error)))?;
    let shape = shape.map_err(|error| refused(&DetailedError::from(&error)))?;
    agree(&shape, text)?;
    Ok(schema)
}

/// Compares the schema with the program's, part by part, to name what differs.
fn agree(shape: &Value, text: &str) -> Result<(), PolicyError> {
    let expected = expected();
    for part in [
        "/commonTypes/Facts/attributes",
        "/entityTypes",
        "/commonTypes",
        "/actions",
    ] {
        let found = shape.pointer(&format!("/{part}")).unwrap_or(&Value::Null);
        let wanted = expected.pointer(part).unwrap_or(&Value::Null);
        if let Some(name) = first_difference(found, wanted) {
            let offset = declaration(text, &name).unwrap_or_default();
            let what = format!("the schema differs from the program's at `{name}`");
            return Err(PolicyError::at(SCHEMA_PATH, text, offset, what, MEND));
        }
    }
    match shape.as_object() {
        Some(spaces) if spaces.len() == 1 => Ok(()),
        _ => Err(PolicyError::whole(
            SCHEMA_PATH,
            "the schema has a namespace",
            MEND,
        )),
    }
}

/// The name of the first member that the two objects do not share.
fn first_difference(found: &Value, wanted: &Value) -> Option<String> {
    let none = Map::new();
    let found = found.as_object().unwrap_or(&none);
    let wanted = wanted.as_object().unwrap_or(&none);
    let names = wanted.keys().chain(found.keys());
    let mut differing = names.filter(|name| found.get(*name) != wanted.get(*name));
    differing.next().cloned()
}

/// Where a name is declared: its first mention outside a comment.
fn declaration(text: &str, name: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split("//").next().unwrap_or_default();
        if let Some(at) = code.find(name) {
            return Some(start + at);
        }
        start += line.len();
    }
    None
}

/// The schema that the program fills, in Cedar's JSON form.
fn expected() -> Value {
    let attributes: Map<String, Value> = FactName::ALL
        .iter()
        .map(|fact| {
            let (kind, _) = fact.kind();
            (
                fact.as_str().to_owned(),
                json!({"type": "EntityOrCommon", "name": kind}),
            )
        })
        .collect();
    let mut entities: Map<String, Value> = LISTS
        .iter()
        .map(|(name, words)| ((*name).to_owned(), json!({"enum": words()})))
        .collect();
    entities.insert(PRINCIPAL.to_owned(), json!({}));
    entities.insert(RESOURCE.to_owned(), json!({}));
    json!({
        "commonTypes": {"Facts": {"type": "Record", "attributes": attributes}},
        "entityTypes": entities,
        "actions": {ACTION: {"appliesTo": {
            "principalTypes": [PRINCIPAL], "resourceTypes": [RESOURCE], "context": {"type": "Facts"},
        }}},
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../policies/schema.cedarschema");

    fn refused(from: &str, to: &str) -> PolicyError {
        assert!(SHIPPED.contains(from), "{from}");
        parse(&SHIPPED.replacen(from, to, 1)).unwrap_err()
    }

    #[test]
    fn the_shipped_schema_is_the_programs() {
        parse(SHIPPED).unwrap();
    }

    #[test]
    fn every_difference_is_refused_and_named() {
        let line = |needle: &str| SHIPPED.lines().position(|l| l.contains(needle)).unwrap() + 1;
        let error = refused("  suppressed: Bool", "  suppressed?: Bool");
        assert_eq!((error.line, error.column), (line("  suppressed: Bool"), 3));
        assert!(error.what.contains("`suppressed`"), "{error}");
        assert!(
            refused("  objection: Bool", "  objection: Stated")
                .what
                .contains("`objection`")
        );
        assert!(
            refused("\"email\", \"sms\"", "\"mail\", \"sms\"")
                .what
                .contains("`Channel`")
        );
        assert!(
            refused("entity Controller,", "entity Extra, Controller,")
                .what
                .contains("`Extra`")
        );
        assert!(
            refused("action use", "action \"use2\"")
                .what
                .contains("`use`")
        );
        assert!(
            refused("  restricted: Bool,\n", "")
                .what
                .contains("`restricted`")
        );
    }

    #[test]
    fn the_shipped_schema_says_where_each_fact_comes_from() {
        for fact in FactName::ALL {
            let words: Vec<&str> = fact.sources().iter().map(|one| one.as_str()).collect();
            let from = format!("  // From {}.\n  {}: ", words.join(", "), fact.as_str());
            assert!(SHIPPED.contains(&from), "{from}");
        }
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let error = refused("type Facts = {", "type Facts = = {");
        let line = SHIPPED
            .lines()
            .position(|l| l.starts_with("type Facts"))
            .unwrap()
            + 1;
        assert_eq!(
            (error.file.as_str(), error.line, error.column),
            (SCHEMA_PATH, line, 14)
        );
    }
}
