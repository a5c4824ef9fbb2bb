//! A receipt is what was written, and its signature holds by the published key alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;

use super::described::Described;
use crate::shop::{Shop, yes};

fn part(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

/// The content of a JWS, when one of the published keys signed it (RFC 7515, RFC 8037).
pub fn opened(signed: &str, keys: &Value) -> Option<Value> {
    let (message, signature) = signed.rsplit_once('.')?;
    let (head, content) = message.split_once('.')?;
    let head: Value = serde_json::from_slice(&part(head)).ok()?;
    assert_eq!(head["alg"], "EdDSA");
    let key = keys["keys"]
        .as_array()?
        .iter()
        .find(|key| key["kid"] == head["kid"])?;
    assert_eq!(
        (&key["kty"], &key["crv"]),
        (&"OKP".into(), &"Ed25519".into())
    );
    let key = UnparsedPublicKey::new(&ED25519, part(key["x"].as_str()?));
    key.verify(message.as_bytes(), &part(signature)).ok()?;
    serde_json::from_slice(&part(content)).ok()
}

on_both! {
    fn it_holds(db: &Db) {
        let shop = Shop::open(db);
        let description = Described::of(&shop.server.http());
        let written = shop.record(&yes("anne@example.fr"));
        let url = written["receipt_url"].as_str().unwrap();
        let path = url.strip_prefix(&shop.server.url()).unwrap();
        let reply = shop.dpo().get(path).expect(200);
        description.check("get", "/v1/receipts/{position}/{id}", &reply);
        let receipt = reply.json();
        let reply = shop.server.http().get("/.well-known/jwks.json").expect(200);
        description.check("get", "/.well-known/jwks.json", &reply);
        let keys = reply.json();
        assert!(!reply.text.contains("\"d\""), "a private key is published");
        let signed = receipt["signed"].as_str().unwrap();
        let content = opened(signed, &keys).expect("the signature holds");
        assert_eq!(content, receipt["receipt"]);
        assert_eq!(content["record_id"], written["id"]);
        assert_eq!(content["privacy_notice"], "newsletter@1");
        assert_eq!(content["event_state"], "given");
        assert_eq!(content["log"]["position"], written["position"]);
        // one changed letter
        let forged = signed.replacen(&signed[60..64], "AAAA", 1);
        assert_ne!(forged, signed);
        let broken = std::panic::catch_unwind(|| opened(&forged, &keys)).ok().flatten();
        assert!(broken.is_none());
        // the log that it names holds its place
        let checkpoint = shop.server.http().get("/log/checkpoint").expect(200).text;
        let mut lines = checkpoint.lines();
        assert_eq!(content["log"]["origin"], lines.next().unwrap());
        assert!(lines.next().unwrap().parse::<u64>().unwrap() > content["log"]["position"].as_u64().unwrap());
    }
}
