//! The description of what callers say beside a check: made of the types that read it.

use crate::policy::gather::{Described, Field, Message, PersonTold, Shape, Told};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema,
    SchemaFormat, Type,
};
use utoipa::{PartialSchema, ToSchema};

/// Declares a schema that follows a type of the policies' room.
macro_rules! follows {
    ($($(#[$doc:meta])* $schema:ident as $name:literal is $kind:ty: $words:literal,)*) => {$(
        $(#[$doc])*
        pub struct $schema;

        impl PartialSchema for $schema {
            fn schema() -> RefOr<Schema> {
                RefOr::T(schema(<$kind as Described>::shape(), $words))
            }
        }

        impl ToSchema for $schema {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )*};
}

follows! {
    /// What is to be sent.
    MessageSchema as "Message" is Message: "What is to be sent. What is not stated is neutral.",
    /// Who the person is.
    PersonSchema as "Person" is PersonTold: "Who the person is, as far as you know.",
    /// The rest.
    FactsSchema as "Facts" is Told: "What only you know of this use. What is not stated is left open; where the law needs it, the check denies with MISSING_FACT and names it.",
}

fn schema(shape: Shape, words: &str) -> Schema {
    match shape {
        Shape::YesNo => plain(Type::Boolean, words),
        Shape::Whole => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .description(Some(words))
            .into(),
        Shape::Text => plain(Type::String, words),
        Shape::When => either([day(), instant()], words),
        Shape::Word(all) => ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(all))
            .description(Some(words))
            .into(),
        Shape::List(item) => ArrayBuilder::new()
            .items(RefOr::T(schema(*item, "")))
            .description(Some(words))
            .into(),
        Shape::Named(item) => ObjectBuilder::new()
            .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(schema(
                *item, "",
            )))))
            .description(Some(words))
            .into(),
        Shape::Texts => {
            let texts = ArrayBuilder::new().items(RefOr::T(plain(Type::String, "")));
            either([plain(Type::String, ""), texts.into()], words)
        }
        Shape::OrNull(inner) => either([plain(Type::Null, ""), schema(*inner, "")], words),
        Shape::Object(fields) => object(fields, words),
    }
}

fn plain(kind: Type, words: &str) -> Schema {
    let described = (!words.is_empty()).then_some(words);
    let object = ObjectBuilder::new().schema_type(kind);
    object.description(described).into()
}

fn either(both: [Schema; 2], words: &str) -> Schema {
    let described = (!words.is_empty()).then_some(words);
    let one_of = both
        .into_iter()
        .fold(OneOfBuilder::new(), OneOfBuilder::item);
    one_of.description(described).into()
}

fn day() -> Schema {
    formatted(
        KnownFormat::Date,
        "A day where the person is, as 2026-03-10",
    )
}

fn instant() -> Schema {
    formatted(KnownFormat::DateTime, "An instant with its offset")
}

fn formatted(format: KnownFormat, words: &str) -> Schema {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .description(Some(words))
        .into()
}

/// Unknown fields are refused, so that a misspelt one is not taken for unsaid.
fn object(fields: Vec<Field>, words: &str) -> Schema {
    let described = (!words.is_empty()).then_some(words);
    let start = ObjectBuilder::new()
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        .description(described);
    let whole = fields.into_iter().fold(start, |object, field| {
        let object = object.property(field.name, RefOr::T(schema(field.shape, field.words)));
        if field.required {
            object.required(field.name)
        } else {
            object
        }
    });
    whole.into()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests"
    )]
    use super::*;
    use serde_json::{Value, json};

    fn described<T: PartialSchema>() -> Value {
        serde_json::to_value(T::schema()).unwrap()
    }

    /// A value that the description allows.
    fn example(of: &Value) -> Value {
        if let Some(either) = of["oneOf"].as_array() {
            return example(either.last().unwrap());
        }
        if let Some(words) = of["enum"].as_array() {
            return words[0].clone();
        }
        match (of["type"].as_str().unwrap(), of["format"].as_str()) {
            ("boolean", _) => json!(true),
            ("integer", _) => json!(3),
            ("string", Some("date-time")) => json!("2026-03-10T09:00:00+01:00"),
            ("string", _) => json!("text"),
            ("array", _) => json!([example(&of["items"])]),
            ("object", _) if of["properties"].is_object() => {
                let fields = of["properties"].as_object().unwrap();
                let one = |(name, field): (&String, &Value)| (name.clone(), example(field));
                Value::Object(fields.iter().map(one).collect())
            }
            ("object", _) => json!({ "any": example(&of["additionalProperties"]) }),
            other => panic!("{other:?}"),
        }
    }

    /// What the description allows is read, so that the two say the same.
    #[test]
    fn what_is_described_is_read() {
        let read: Message = serde_json::from_value(example(&described::<MessageSchema>())).unwrap();
        assert_eq!(read.subject_honest, Some(true));
        let read: PersonTold =
            serde_json::from_value(example(&described::<PersonSchema>())).unwrap();
        assert_eq!(read.age, Some(3));
        let read: Told = serde_json::from_value(example(&described::<FactsSchema>())).unwrap();
        assert_eq!((read.call_attempts.len(), read.purpose_id), (1, Some(3)));
        assert!(read.rpo_registered_at.unwrap().is_some() && read.pressure_cap.is_some());
    }

    #[test]
    fn every_field_has_words_and_a_shape_and_nothing_else_is_allowed() {
        for whole in [
            described::<MessageSchema>(),
            described::<PersonSchema>(),
            described::<FactsSchema>(),
        ] {
            assert_eq!(whole["additionalProperties"], json!(false));
            for (name, field) in whole["properties"].as_object().unwrap() {
                assert!(
                    field["description"]
                        .as_str()
                        .is_some_and(|words| words.len() > 4),
                    "{name}: {field}"
                );
                let shaped = field["type"].is_string() || field["oneOf"].is_array();
                assert!(shaped, "{name}: {field}");
            }
        }
        let facts = described::<FactsSchema>();
        assert_eq!(
            facts["properties"]["call_attempts"]["items"]["required"],
            json!(["date"])
        );
        assert_eq!(facts["required"], Value::Null);
    }
}
