//! A consent record as linked data: the fields of ISO/IEC TS 27560:2023 in the terms of the W3C Data
//! Privacy Vocabulary (DPV 2.3), by the guide of its group (*Consent Records and Receipts as per
//! ISO/IEC TS 27560:2023 using DPV*, final report of 1 August 2024). JSON-LD 1.1; its context stands in
//! it, so that nobody has to fetch one. Pure.
//!
//! What the registry does not know is not there: processing operations, storage locations, rights,
//! and each purpose's details where the catalogue has none.

use crate::domain::ids::Position;
use crate::domain::registry::{Catalogue, LegalBasis, Purpose, Wording};
use serde_json::{Map, Value, json};

/// What the record conforms to: the profile of the guide without the law's further fields.
const RECORD: &str = "https://w3id.org/dpv/schema/dpv-27560#record";
/// The same of a receipt that holds a copy of a record.
const RECEIPT: &str = "https://w3id.org/dpv/schema/dpv-27560#receipt-record";

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The name of the log.
    pub origin: &'a str,
    /// Its place in it.
    pub position: Position,
}

/// The prefixes of every name below.
fn context() -> Value {
    json!({
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

/// A record with its context: what the leaf of a consent commits to, and what the catalogue says of
/// its purpose.
pub(super) fn record(payload: &Value, catalogue: &Catalogue, place: Place<'_>) -> Value {
    let mut record = bare(payload, catalogue, place);
    record.insert("@context".into(), context());
    Value::Object(record)
}

/// A receipt of one record. Its time is that of the record, so that it is always the same.
pub(super) fn receipt(payload: &Value, catalogue: &Catalogue, place: Place<'_>) -> Value {
    let id = text(payload, "id").unwrap_or_default();
    json!({
        "@context": context(),
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": { "@id": RECEIPT },
        "dpv:hasIdentifier": format!("{}#{}", place.origin, place.position),
        "dct:created": instant(text(payload, "recorded_at")),
        "dpv:hasRecordOfActivity": bare(payload, catalogue, place),
        "dct:title": format!("Consent receipt {id}"),
    })
}

fn bare(payload: &Value, catalogue: &Catalogue, place: Place<'_>) -> Map<String, Value> {
    let name = text(payload, "purpose").unwrap_or_default();
    let purpose = catalogue.purpose(name);
    let id = text(payload, "id").unwrap_or_default();
    let subject = text(payload, "subject").unwrap_or_default();
    let mut record = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            record.insert(name.to_owned(), value);
        }
    };
    put("@id", json!(format!("urn:uuid:{id}")));
    put("@type", json!("dpv:ConsentRecord"));
    put("dct:conformsTo", json!({ "@id": RECORD }));
    put("dct:identifier", json!(id));
    put("dct:issued", instant(text(payload, "recorded_at")));
    put(
        "dct:source",
        json!(format!("{}#{}", place.origin, place.position)),
    );
    put(
        "dpv:hasDataSubject",
        json!({ "@id": format!("urn:uuid:{subject}"), "@type": "dpv:DataSubject", "dct:identifier": subject }),
    );
    put("dpv:hasNotice", notice(payload));
    put("dpv:hasProcess", process(payload, name, purpose, catalogue));
    put("dpv:hasConsentStatus", status(payload, subject));
    record
}

fn notice(payload: &Value) -> Value {
    let Some(shown) = text(payload, "notice") else {
        return Value::Null;
    };
    let mut notice = json!({ "@type": "dpv:ConsentNotice", "dct:identifier": shown });
    if let Some(language) = text(payload, "language") {
        set(&mut notice, "dct:language", json!(language));
    }
    notice
}

/// The processing that was agreed to, or not.
fn process(payload: &Value, name: &str, purpose: Option<&Purpose>, catalogue: &Catalogue) -> Value {
    let channel = text(payload, "channel").unwrap_or_default();
    let mut said = json!({ "@type": kind(purpose), "dct:identifier": name });
    let basis = purpose.map_or(LegalBasis::Consent, |purpose| purpose.legal_basis);
    let mut process = json!({
        "@type": "dpv:Process",
        "dpv:hasLegalBasis": { "@id": legal_basis(basis) },
        "dpv:hasDataController": controller(text(payload, "controller").unwrap_or_default(), catalogue),
        "dct:medium": channel,
    });
    if let Some(purpose) = purpose {
        set(&mut said, "dct:title", wording(&purpose.title));
        set(&mut said, "dct:description", wording(&purpose.description));
        set(
            &mut said,
            "dct:hasVersion",
            json!(purpose.version.to_string()),
        );
        let data = purpose.data_categories.iter();
        let data: Vec<Value> = data
            .map(|one| json!({ "@type": "dpv:PersonalData", "dct:title": one }))
            .collect();
        set(&mut process, "dpv:hasPersonalData", json!(data));
        let others = purpose.recipients.iter();
        let others: Vec<Value> = others
            .map(|one| json!({ "@type": "dpv:Recipient", "dpv:hasName": one }))
            .collect();
        set(&mut process, "dpv:hasRecipient", json!(others));
        if let Some(retention) = &purpose.retention {
            let duration = json!({ "@type": "xsd:duration", "@value": retention });
            let storage = json!({ "@type": "dpv:StorageDuration", "rdf:value": duration });
            set(&mut process, "dpv:hasStorageCondition", storage);
        }
    }
    set(&mut process, "dpv:hasPurpose", said);
    process
}

/// What the vocabulary calls the use that the law sees in a purpose; *purpose* where it has no word.
fn kind(purpose: Option<&Purpose>) -> Value {
    let Some(purpose) = purpose else {
        return json!("dpv:Purpose");
    };
    json!(match purpose.law_use.as_str() {
        "direct_marketing_own" => "dpv:DirectMarketing",
        "partner_sharing" | "email_tracking" => "dpv:Marketing",
        "ad_personalisation" => "dpv:PersonalisedAdvertising",
        "social_ads_matching" => "dpv:TargetedAdvertising",
        _ => "dpv:Purpose",
    })
}

const fn legal_basis(basis: LegalBasis) -> &'static str {
    match basis {
        LegalBasis::Consent => "eu-gdpr:A6-1-a",
        LegalBasis::Contract => "eu-gdpr:A6-1-b",
        LegalBasis::LegalObligation => "eu-gdpr:A6-1-c",
        LegalBasis::VitalInterests => "eu-gdpr:A6-1-d",
        LegalBasis::PublicTask => "eu-gdpr:A6-1-e",
        // what the soft opt-in of ePrivacy rests on under the GDPR
        LegalBasis::SoftOptIn | LegalBasis::LegitimateInterest => "eu-gdpr:A6-1-f",
    }
}

fn controller(id: &str, catalogue: &Catalogue) -> Value {
    let mut said = json!({ "@type": "dpv:DataController", "dct:identifier": id });
    let known = catalogue.controllers.values();
    if let Some(known) = known.into_iter().find(|one| one.id.as_str() == id) {
        set(&mut said, "dpv:hasName", json!(known.name));
        if let Some(contact) = &known.contact {
            set(&mut said, "dpv:hasContact", json!(contact));
        }
        if let Some(country) = &known.country {
            set(&mut said, "dpv:hasCountry", json!(country));
        }
    }
    said
}

/// The event: which, when, by whom, by which act, until when.
fn status(payload: &Value, subject: &str) -> Value {
    let state = match text(payload, "status").unwrap_or_default() {
        "given" => "dpv:ConsentGiven",
        "refused" => "dpv:ConsentRefused",
        "withdrawn" => "dpv:ConsentWithdrawn",
        "requested" => "dpv:ConsentRequested",
        _ => "dpv:ConsentUnknown",
    };
    let until = text(payload, "valid_until");
    let duration = until.map_or_else(
        || json!({ "@type": "dpv:IndeterminateDuration" }),
        |until| json!({ "@type": "dpv:UntilTimeDuration", "rdf:value": instant(Some(until)) }),
    );
    let mut status = json!({
        "@type": state,
        "dpv:isIndicatedAtTime": instant(text(payload, "effective_at")),
        "dpv:isIndicatedBy": { "@id": format!("urn:uuid:{subject}") },
        "dpv:hasDuration": duration,
    });
    let method = payload
        .get("source")
        .and_then(|source| text(source, "kind"));
    let method: Vec<&str> = method.into_iter().chain(text(payload, "act")).collect();
    if !method.is_empty() {
        set(
            &mut status,
            "dpv:hasIndicationMethod",
            json!(method.join(": ")),
        );
    }
    status
}

fn wording(wording: &Wording) -> Value {
    let each = serde_json::to_value(wording).unwrap_or_default();
    let each = each.as_object().cloned().unwrap_or_default();
    let one = |(language, text): (String, Value)| json!({ "@language": language, "@value": text });
    each.into_iter().map(one).collect()
}

fn instant(text: Option<&str>) -> Value {
    text.map_or(
        Value::Null,
        |text| json!({ "@type": "xsd:dateTime", "@value": text }),
    )
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn set(to: &mut Value, name: &str, value: Value) {
    if let Some(fields) = to.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use std::collections::BTreeSet;

    fn payload() -> Value {
        json!({
            "id": "0192f0c1-0000-7000-8000-000000000001", "subject": "0192f0c1-0000-7000-8000-000000000002",
            "purpose": "newsletter", "channel": "email", "controller": "default", "status": "withdrawn",
            "notice": "newsletter@3", "language": "fr", "act": "unticked_box_ticked",
            "source": { "kind": "store", "id": "lille-2" }, "recorded_at": "2026-11-20T09:15:01Z",
            "effective_at": "2026-11-20T09:15:00Z", "valid_until": "2027-11-20T09:15:00Z",
        })
    }

    /// Every name with a prefix, as a key, a type or an identifier.
    fn names(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields.iter().filter(|(name, _)| *name != "@context") {
                    found.insert(name.clone());
                    if let (true, Some(text)) =
                        (["@type", "@id"].contains(&name.as_str()), value.as_str())
                    {
                        found.insert(text.to_owned());
                    }
                    names(value, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| names(item, found)),
            _ => (),
        }
    }

    #[test]
    fn every_term_is_published() {
        let published: BTreeSet<&str> = include_str!("../../tests/data/dpv-2.3-terms.txt")
            .lines()
            .collect();
        let place = Place {
            origin: "log.example/r1",
            position: 7,
        };
        let mut found = BTreeSet::new();
        for status in ["given", "refused", "withdrawn", "requested", "?"] {
            let mut payload = payload();
            payload["status"] = json!(status);
            payload.as_object_mut().unwrap().remove("valid_until");
            names(&receipt(&payload, &Catalogue::default(), place), &mut found);
        }
        names(
            &record(&payload(), &Catalogue::default(), place),
            &mut found,
        );
        let source = include_str!("linked.rs").split("mod tests").next().unwrap();
        let quoted = source.split('"').filter(|text| text.starts_with("dpv:"));
        found.extend(quoted.map(str::to_owned));
        assert!(found.iter().filter(|name| name.starts_with("dpv:")).count() > 25);
        for name in found {
            if let Some(term) = name.strip_prefix("dpv:") {
                assert!(published.contains(term), "{term}");
            }
        }
    }

    #[test]
    fn what_was_recorded_is_there() {
        let place = Place {
            origin: "log.example/r1",
            position: 7,
        };
        let record = record(&payload(), &Catalogue::default(), place);
        assert_eq!(record["dct:source"], "log.example/r1#7");
        assert_eq!(record["dpv:hasNotice"]["dct:identifier"], "newsletter@3");
        let status = &record["dpv:hasConsentStatus"];
        assert_eq!(status["@type"], "dpv:ConsentWithdrawn");
        assert_eq!(
            status["dpv:isIndicatedAtTime"]["@value"],
            "2026-11-20T09:15:00Z"
        );
        assert_eq!(
            status["dpv:hasIndicationMethod"],
            "store: unticked_box_ticked"
        );
        let process = &record["dpv:hasProcess"];
        assert_eq!(process["dpv:hasLegalBasis"]["@id"], "eu-gdpr:A6-1-a");
        assert_eq!(process["dpv:hasPurpose"]["dct:identifier"], "newsletter");
    }
}
