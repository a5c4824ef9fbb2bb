//! A passkey of software: a key that says whatever the test has it say. Each seed is another one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::dice::Dice;

/// Somebody is there, and the device knows who.
const VERIFIED: u8 = 0b101;
const ATTESTED: u8 = 1 << 6;

/// A passkey, and what its device and its browser say.
#[derive(Clone)]
pub struct Passkey {
    id: Vec<u8>,
    seed: [u8; 32],
    /// Whose it is, once it was made.
    pub owner: Option<Vec<u8>>,
    /// How often it was used.
    pub counter: u32,
    /// Whether the device says that it knows who it is.
    pub verified: bool,
    /// The page's origin, as the browser says it.
    pub origin: String,
}

impl Passkey {
    pub fn new(seed: u64, origin: &str) -> Self {
        let mut dice = Dice::new(seed);
        let mut bytes = || -> [u8; 32] { std::array::from_fn(|_| dice.roll().to_le_bytes()[0]) };
        Self {
            id: bytes().to_vec(),
            seed: bytes(),
            owner: None,
            counter: 0,
            verified: true,
            origin: origin.to_owned(),
        }
    }

    /// What the page's script would send of a new one.
    pub fn made(&mut self, asked: &Value) -> String {
        let owner = asked["user"]["id"].as_str().expect("a user");
        self.owner = URL_SAFE_NO_PAD.decode(owner).ok();
        let key = self.pair();
        let head = [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
        let rest = [
            &[0; 16][..],
            &[0, 32],
            &self.id,
            &head,
            key.public_key().as_ref(),
        ]
        .concat();
        let authenticator = self.authenticator(&asked["rp"]["id"], ATTESTED, &rest);
        json!({
            "clientData": encoded(&self.client("webauthn.create", asked)),
            "authenticatorData": encoded(&authenticator),
        })
        .to_string()
    }

    /// What it would send of this one.
    pub fn shown(&mut self, asked: &Value) -> String {
        self.counter += 1;
        let client = self.client("webauthn.get", asked);
        let authenticator = self.authenticator(&asked["rpId"], 0, &[]);
        let signed = [&authenticator[..], digest(&SHA256, &client).as_ref()].concat();
        json!({
            "id": encoded(&self.id),
            "clientData": encoded(&client),
            "authenticatorData": encoded(&authenticator),
            "signature": encoded(self.pair().sign(&signed).as_ref()),
            "userHandle": self.owner.as_deref().map(encoded),
        })
        .to_string()
    }

    fn pair(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&self.seed).expect("a key")
    }

    fn client(&self, ceremony: &str, asked: &Value) -> Vec<u8> {
        let said = json!({ "type": ceremony, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": false });
        said.to_string().into_bytes()
    }

    fn authenticator(&self, party: &Value, flags: u8, rest: &[u8]) -> Vec<u8> {
        let party = digest(&SHA256, party.as_str().expect("a party").as_bytes());
        let known = if self.verified { VERIFIED } else { 1 };
        [
            party.as_ref(),
            &[flags | known],
            &self.counter.to_be_bytes(),
            rest,
        ]
        .concat()
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
