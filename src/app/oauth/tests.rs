//! Tokens over time, and forged ones, on a clock that the test holds.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::assertion::{Addressed, Presented, Unfit};
use super::keys::{PERIOD, counting};
use super::token::read;
use super::{AHEAD, LIFE};
use crate::access::CheckDecisions;
use crate::app::admit::{Badge, Shut};
use crate::app::create_key::NewKey;
use crate::app::jwt::OwnKey;
use crate::app::testing::TestApp;
use crate::domain::ids::KeyId;
use crate::domain::peer::Peer;
use crate::domain::personal::Secret;
use crate::domain::registry::{PublicKey, Role};
use crate::domain::time::from_micros;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const ISSUER: &str = "https://choices.example.com";
const ENDPOINT: &str = "https://choices.example.com/oauth/token";

fn own(seed: u8) -> OwnKey {
    OwnKey::of(Secret::new([seed; 32])).unwrap()
}

fn at(seconds: i64) -> DateTime<Utc> {
    from_micros(seconds * 1_000_000)
}

fn client() -> KeyId {
    KeyId::from_bytes([0xab; 16])
}

fn addressed() -> Addressed<'static> {
    Addressed {
        issuer: ISSUER,
        endpoint: ENDPOINT,
    }
}

fn claims(now: i64) -> Value {
    json!({ "iss": client(), "sub": client(), "aud": ISSUER, "iat": now, "exp": now + 60, "jti": "0123456789" })
}

fn proved(text: &str, key: &PublicKey, now: i64) -> Result<(), Unfit> {
    let presented = Presented::read(text)?;
    presented.proved(key, &addressed(), at(now)).map(drop)
}

#[test]
fn an_assertion_is_for_this_service_and_short() {
    let (key, now) = (own(1), 1_795_000_000);
    let said = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims(now);
        change(&mut claims);
        proved(&key.sign("JWT", &claims).unwrap(), &key.public, now)
    };
    let set = |name: &str, value: Value| said(&|claims| claims[name] = value.clone());
    assert_eq!(said(&|_| ()), Ok(()));
    assert_eq!(set("aud", json!(ENDPOINT)), Ok(()));
    assert_eq!(set("aud", json!([ISSUER])), Ok(()));
    assert_eq!(set("iat", json!(now + 30)), Ok(()));
    for aud in [json!([ISSUER, ENDPOINT]), json!([]), json!(7)] {
        assert_eq!(set("aud", aud), Err(Unfit::Malformed));
    }
    for aud in [
        "https://choices.example.com/",
        "https://CHOICES.example.com",
        "",
    ] {
        assert_eq!(set("aud", json!(aud)), Err(Unfit::Audience), "{aud}");
    }
    let other = KeyId::from_bytes([8; 16]);
    assert_eq!(set("iss", json!(other)), Err(Unfit::Issuer));
    let capitals = client().to_string().to_uppercase();
    assert_eq!(set("iss", json!(capitals)), Err(Unfit::Issuer));
    let life = LIFE.num_seconds();
    for (name, value) in [
        ("exp", now),
        ("exp", now - 1),
        ("exp", now + life + 1),
        ("exp", i64::MAX),
        ("iat", now + 31),
        ("iat", now - life),
        ("nbf", now + 31),
    ] {
        assert_eq!(set(name, json!(value)), Err(Unfit::Time), "{name} {value}");
    }
    // without iat it may not lie far ahead all the same
    let unsaid = |exp: i64| {
        said(&|claims| {
            claims["exp"] = json!(exp);
            claims.as_object_mut().unwrap().remove("iat");
        })
    };
    assert_eq!(unsaid(now + life), Ok(()));
    assert_eq!(unsaid(now + life + 31), Err(Unfit::Time));
    assert_eq!(set("jti", json!("short")), Err(Unfit::Id));
    for name in ["iss", "sub", "aud", "exp", "jti"] {
        let left_out = said(&|claims| drop(claims.as_object_mut().unwrap().remove(name)));
        assert_eq!(left_out, Err(Unfit::Malformed), "{name}");
    }
}

#[test]
fn a_token_counts_for_five_minutes_and_where_it_was_made() {
    let (key, now) = (own(1), 1_795_000_000);
    let keys = [&key.public];
    let whole = json!({ "iss": ISSUER, "aud": ISSUER, "sub": client(), "client_id": client(), "scope": "dpo",
        "iat": now, "nbf": now, "exp": now + 300, "jti": "x" });
    let token = |change: &dyn Fn(&mut Value)| {
        let mut claims = whole.clone();
        change(&mut claims);
        key.sign("at+jwt", &claims).unwrap()
    };
    let good = token(&|_| ());
    let holds = |text: &str, at_: i64| read(text, &keys, ISSUER, at(at_)).is_some();
    assert!(
        holds(&good, now) && holds(&good, now + 299) && holds(&good, now - AHEAD.num_seconds())
    );
    assert!(!holds(&good, now + 300) && !holds(&good, now - AHEAD.num_seconds() - 1));
    for (name, value) in [
        ("iss", json!("https://other.example.com")),
        ("aud", json!("https://other.example.com")),
        ("aud", json!([ISSUER])),
        ("sub", json!(KeyId::from_bytes([8; 16]))),
        ("exp", json!(now + 301)),
        ("admin", json!(true)),
    ] {
        assert!(
            !holds(&token(&|claims| claims[name] = value.clone()), now),
            "{name} {value}"
        );
    }
    for typ in ["JWT", "AT+JWT", "application/at+jwt", "consent-receipt+jwt"] {
        assert!(!holds(&key.sign(typ, &whole).unwrap(), now), "{typ}");
    }
    // another key of the same name
    let mut named = own(2).public;
    named.kid.clone_from(&key.public.kid);
    assert!(read(&good, &[&named], ISSUER, at(now)).is_none());
    assert!(read(&good, &[], ISSUER, at(now)).is_none());
}

/// A key is published a whole period before it signs, and counts until what it signed last has ended.
#[test]
fn keys_change_without_a_gap() {
    let change = PERIOD.num_seconds() * 3_000;
    assert_eq!(counting(at(change - 1)), 2_999..=3_000);
    assert_eq!(counting(at(change)), 2_999..=3_001);
    let over = LIFE + AHEAD;
    assert!(counting(at(change) + over - TimeDelta::seconds(1)).contains(&2_999));
    assert!(!counting(at(change) + over).contains(&2_999));
    assert!(counting(at(change) - PERIOD).contains(&3_000));
}

#[test]
fn a_held_token_opens_only_what_its_client_may_now() {
    let home = TestApp::new();
    let app = &home.app;
    let key = own(3);
    let new = super::NewClient {
        terms: NewKey::plain("crm", Role::Marketing),
        key: key.public.clone(),
    };
    let id = app
        .add_client(&TestApp::grant(), new.clone(), app.now())
        .unwrap();
    // of two clients with one key none could be told from the other
    assert!(app.add_client(&TestApp::grant(), new, app.now()).is_err());
    let token = app.token(id, Role::Marketing, None, app.now()).unwrap();
    let badge = app.badge(&token).unwrap();
    assert!(matches!(badge, Badge::Token(held) if held.client == id));
    assert_eq!(app.held_tokens.count(), 1);
    assert_eq!(app.badge(&token).unwrap(), badge);
    // changed by a letter it is another text, and not held
    let (head, tail) = token.split_at(token.len() - 1);
    let other = if tail == "A" { "B" } else { "A" };
    assert!(matches!(
        app.badge(&format!("{head}{other}")),
        Err(Shut::Token)
    ));
    assert_eq!(app.held_tokens.count(), 1);
    // held or not, its end is its end
    home.clock.pass(LIFE.num_seconds());
    let late = app.admit::<CheckDecisions>(app.badge(&token).unwrap_or(badge), Peer::default);
    assert!(matches!(late, Err(Shut::Token)));
}

/// What `none`, a shared secret or another algorithm signs is nobody's.
#[test]
fn the_algorithm_is_the_keys() {
    let (key, now) = (own(1), 1_795_000_000);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let good = key.sign("JWT", &claims(now)).unwrap();
    let signature = good.rsplit_once('.').unwrap().1;
    for alg in ["none", "None", "HS256", "ES256", "RS256", "eddsa", ""] {
        let head = json!({ "alg": alg, "typ": "JWT", "kid": key.public.kid });
        let forged = format!("{}.{}.{signature}", part(&head), part(&claims(now)));
        assert_eq!(proved(&forged, &key.public, now), Err(Unfit::Key), "{alg}");
    }
}
