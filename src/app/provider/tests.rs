#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::known::Fault;
use super::token::Unfit;
use super::*;
use crate::app::jwt::OwnKey;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::sync::Mutex;

const ISSUER: &str = "https://id.example/realms/shop";
const NOW: i64 = 1_800_000_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn key(seed: u8) -> OwnKey {
    OwnKey::of(Secret::new([seed; 32])).unwrap()
}

/// A provider that publishes these keys, and counts who asks.
#[derive(Default)]
struct Double {
    keys: Mutex<Vec<Value>>,
    down: Mutex<bool>,
    asked: Mutex<Vec<String>>,
}

impl ProviderCourier for Double {
    fn get(&self, url: &str, _: u64) -> Result<Answer, Unreached> {
        self.asked.lock().unwrap().push(url.to_owned());
        if *self.down.lock().unwrap() {
            return Err(Unreached("it cannot be reached".into()));
        }
        let body = if url.ends_with("/openid-configuration") {
            json!({ "issuer": ISSUER, "authorization_endpoint": "https://id.example/a",
                "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k" })
        } else {
            json!({ "keys": *self.keys.lock().unwrap() })
        };
        Ok((200, body.to_string().into_bytes()))
    }

    fn post(
        &self,
        _: &str,
        _: &Secret<String>,
        _: Option<&Secret<String>>,
        _: u64,
    ) -> Result<Answer, Unreached> {
        Err(Unreached("nothing is posted here".into()))
    }
}

fn provider(double: &Arc<Double>) -> Provider {
    let settings = ProviderSettings {
        issuer: ISSUER.into(),
        client: "placet".into(),
        proof: OwnProof::Key,
        name: "Shop".into(),
        scopes: vec!["openid".into()],
        groups_claim: "groups".into(),
        name_claim: "preferred_username".into(),
        roles: Vec::new(),
        amr: vec!["otp".into()],
        acr: vec!["gold".into()],
        passwords: None,
    };
    Provider::new(settings, double.clone())
}

fn opened(keys: &[&OwnKey]) -> (Arc<Double>, Provider) {
    let double = Arc::new(Double::default());
    *double.keys.lock().unwrap() = keys.iter().map(|key| key.jwk()).collect();
    let provider = provider(&double);
    (double, provider)
}

fn id_claims() -> Value {
    json!({ "iss": ISSUER, "sub": "248289761001", "aud": "placet", "exp": NOW + 300, "iat": NOW,
        "nonce": "n", "groups": ["dpo", "all"], "preferred_username": "k.dupuis", "sid": "s-1",
        "amr": ["pwd", "otp"], "auth_time": NOW - 10 })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

fn id_token(
    provider: &Provider,
    by: &OwnKey,
    typ: &str,
    claims: &Value,
) -> Result<id_token::Told, Fault> {
    let text = by.sign(typ, claims).unwrap();
    provider.by_keys(now(), |keys| {
        id_token::read(&text, keys, &provider.settings, ("n", now()))
    })
}

#[test]
fn an_id_token_tells_who_it_is() {
    let own = key(1);
    let (_, provider) = opened(&[&own]);
    let told = id_token(&provider, &own, "JWT", &id_claims()).unwrap();
    assert_eq!(told.subject, "248289761001");
    assert_eq!(told.groups, ["dpo", "all"]);
    assert_eq!(told.name.as_deref(), Some("k.dupuis"));
    assert_eq!(told.session.as_deref(), Some("s-1"));
    assert!(told.vouched);
    assert_eq!(told.proven_at.map(|at| at.timestamp()), Some(NOW - 10));
    for (amr, acr, vouched) in [
        (json!(["pwd"]), Value::Null, false),
        (Value::Null, json!("gold"), true),
        (Value::Null, json!("silver"), false),
        (Value::Null, Value::Null, false),
    ] {
        let claims = with(with(id_claims(), "amr", amr), "acr", acr);
        let told = id_token(&provider, &own, "JWT", &claims).unwrap();
        assert_eq!(told.vouched, vouched, "{claims}");
    }
}

#[test]
fn one_thing_that_is_wrong_is_enough() {
    let own = key(1);
    let (_, provider) = opened(&[&own]);
    for (name, value, fault) in [
        (
            "iss",
            json!("https://id.example/realms/other"),
            Unfit::Issuer,
        ),
        ("aud", json!("another"), Unfit::Audience),
        ("aud", json!(["placet", "another"]), Unfit::Audience),
        ("aud", json!([]), Unfit::Audience),
        ("azp", json!("another"), Unfit::Audience),
        ("exp", json!(NOW), Unfit::Time),
        ("exp", Value::Null, Unfit::Time),
        ("iat", json!(NOW + 31), Unfit::Time),
        ("iat", json!(NOW - 301), Unfit::Time),
        ("nbf", json!(NOW + 31), Unfit::Time),
        ("nonce", json!("m"), Unfit::Nonce),
        ("nonce", Value::Null, Unfit::Nonce),
        ("sub", Value::Null, Unfit::Subject),
        ("sub", json!(""), Unfit::Subject),
        ("sub", json!("é"), Unfit::Subject),
        ("sub", json!("x".repeat(256)), Unfit::Subject),
        ("events", json!({}), Unfit::Malformed),
        ("iat", Value::Null, Unfit::Malformed),
        ("exp", json!("soon"), Unfit::Malformed),
    ] {
        let claims = with(id_claims(), name, value);
        let told = id_token(&provider, &own, "JWT", &claims);
        assert_eq!(told.unwrap_err(), fault.into(), "{claims}");
    }
    let several = with(id_claims(), "aud", json!(["placet", "another"]));
    let several = with(several, "azp", json!("placet"));
    assert!(id_token(&provider, &own, "JWT", &several).is_ok());
    let told = id_token(&provider, &own, "logout+jwt", &id_claims());
    assert_eq!(told.unwrap_err(), Unfit::Malformed.into());
    let told = id_token(&provider, &key(2), "JWT", &id_claims());
    assert_eq!(told.unwrap_err(), Unfit::Key.into());
}

#[test]
fn a_signature_is_the_keys() {
    let own = key(1);
    let (double, provider) = opened(&[&own]);
    // another key under the name of the right one
    let mut jwk = key(2).jwk();
    jwk["kid"] = own.jwk()["kid"].clone();
    *double.keys.lock().unwrap() = vec![jwk];
    let told = id_token(&provider, &own, "JWT", &id_claims());
    assert_eq!(told.unwrap_err(), Unfit::Signature.into());
}

#[test]
fn what_is_too_long_is_not_read() {
    let own = key(1);
    let (_, provider) = opened(&[&own]);
    let long = with(id_claims(), "groups", json!("x".repeat(token::MOST)));
    let told = id_token(&provider, &own, "JWT", &long);
    assert_eq!(told.unwrap_err(), Unfit::Malformed.into());
}

fn logout_claims() -> Value {
    json!({ "iss": ISSUER, "aud": "placet", "iat": NOW, "exp": NOW + 120, "jti": "j-1", "sub": "248289761001",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} } })
}

#[test]
fn a_logout_token_is_one_and_no_other() {
    let own = key(1);
    let (_, provider) = opened(&[&own]);
    let read = |typ: &str, claims: &Value| {
        let text = own.sign(typ, claims).unwrap();
        provider.by_keys(now(), |keys| {
            logout_token::read(&text, keys, &provider.settings, now())
        })
    };
    for typ in ["logout+jwt", "JWT"] {
        let leaves = read(typ, &logout_claims()).unwrap();
        assert_eq!(leaves.subject.as_deref(), Some("248289761001"));
    }
    assert_eq!(
        read("at+jwt", &logout_claims()).unwrap_err(),
        Unfit::Malformed.into()
    );
    assert_eq!(read("JWT", &id_claims()).unwrap_err(), Unfit::Kind.into());
    for (name, value, fault) in [
        ("nonce", json!("n"), Unfit::Kind),
        ("events", Value::Null, Unfit::Kind),
        ("events", json!({ "other": {} }), Unfit::Kind),
        ("jti", Value::Null, Unfit::Kind),
        ("jti", json!(""), Unfit::Kind),
        ("sub", Value::Null, Unfit::Kind),
        ("aud", json!("another"), Unfit::Audience),
        ("iss", json!("https://evil.example"), Unfit::Issuer),
        ("iat", json!(NOW - 301), Unfit::Time),
        ("exp", json!(NOW - 1), Unfit::Time),
    ] {
        let claims = with(logout_claims(), name, value);
        assert_eq!(
            read("logout+jwt", &claims).unwrap_err(),
            fault.into(),
            "{claims}"
        );
    }
    let by_session = with(
        with(logout_claims(), "sub", Value::Null),
        "sid",
        json!("s-1"),
    );
    assert_eq!(
        read("JWT", &by_session).unwrap().session.as_deref(),
        Some("s-1")
    );
}

/// A key that is new is found; one that nobody has is asked for once a minute, whoever makes it up.
#[test]
fn an_unknown_key_has_them_fetched_again_though_not_at_once() {
    let (one, other) = (key(1), key(2));
    let (double, provider) = opened(&[&one]);
    let read = |by: &OwnKey, seconds: i64| {
        let at = now() + TimeDelta::seconds(seconds);
        let claims = with(id_claims(), "iat", json!(at.timestamp()));
        let claims = with(claims, "exp", json!(at.timestamp() + 60));
        let text = by.sign("JWT", &claims).unwrap();
        provider.by_keys(at, |keys| {
            id_token::read(&text, keys, &provider.settings, ("n", at))
        })
    };
    let asked = || double.asked.lock().unwrap().len();
    assert!(read(&one, 0).is_ok());
    assert_eq!(asked(), 2);
    *double.keys.lock().unwrap() = vec![one.jwk(), other.jwk()];
    for _ in 0..3 {
        assert_eq!(read(&other, 59).unwrap_err(), Unfit::Key.into());
    }
    assert_eq!(asked(), 2);
    assert!(read(&other, 61).is_ok());
    assert_eq!(asked(), 3);
    assert!(read(&one, 62).is_ok());
    assert_eq!(asked(), 3);
    // an hour later all is asked again
    assert!(read(&one, 3_700).is_ok());
    assert_eq!(asked(), 5);
}

/// Who asks again at once is told so at once; a little later it is tried again.
#[test]
fn who_is_away_is_asked_again_after_a_while() {
    let (double, provider) = opened(&[&key(1)]);
    *double.down.lock().unwrap() = true;
    let at = |seconds: i64| provider.metadata(now() + TimeDelta::seconds(seconds));
    for seconds in 0..15 {
        assert!(matches!(at(seconds), Err(Fault::Away(_))));
    }
    assert_eq!(double.asked.lock().unwrap().len(), 1);
    *double.down.lock().unwrap() = false;
    assert!(at(15).is_ok());
}

#[test]
fn nothing_prints_a_secret() {
    let (_, provider) = opened(&[]);
    let settings = ProviderSettings {
        proof: OwnProof::Secret(Secret::new("hunter2".to_owned())),
        ..provider.settings
    };
    assert!(!format!("{settings:?}").contains("hunter2"));
}
