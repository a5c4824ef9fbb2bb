//! A key of software, which says whatever it is told to, against what is accepted.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests; ring signs with no dice but its own"
)]

use super::*;
use proptest::prelude::*;
use ring::digest::digest;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use serde_json::json;

const OWNER: [u8; 16] = [7; 16];
const ID: [u8; 32] = [3; 32];
const BOTH: u8 = 0b101;

fn party() -> RelyingParty {
    RelyingParty::at("https://console.example").unwrap()
}

const CHALLENGE: Challenge = Challenge([9; 32]);

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl Key {
    fn all() -> [Self; 3] {
        let es256 = include_bytes!("../../../tests/data/passkeys/es256.pk8");
        let rs256 = include_bytes!("../../../tests/data/passkeys/rs256.pk8");
        let kind = &ECDSA_P256_SHA256_ASN1_SIGNING;
        [
            Self::Es256(EcdsaKeyPair::from_pkcs8(kind, es256, &SystemRandom::new()).unwrap()),
            Self::EdDsa(Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap()),
            Self::Rs256(RsaKeyPair::from_pkcs8(rs256).unwrap()),
        ]
    }

    fn cose(&self) -> Vec<u8> {
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let x = [&[0x21, 0x58, 32], &point[1..33]].concat();
                let y = [&[0x22, 0x58, 32], &point[33..]].concat();
                [&[0xa5, 1, 2, 3, 0x26, 0x20, 1][..], &x, &y].concat()
            }
            Self::EdDsa(pair) => {
                let head = [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
                [&head, pair.public_key().as_ref()].concat()
            }
            Self::Rs256(pair) => {
                let public: RsaPublic = pair.public_key().into();
                let head = [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0];
                [&head[..], &public.n, &[0x21, 0x43], &public.e].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .unwrap()
                .as_ref()
                .to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }

    fn passkey(&self, counter: u32) -> Passkey {
        Passkey {
            id: CredentialId::of(&ID).unwrap(),
            key: PublicKey::kept(&self.cose()).unwrap(),
            counter,
            may_be_copied: false,
        }
    }
}

type RsaPublic = ring::signature::RsaPublicKeyComponents<Vec<u8>>;

/// What a browser and its authenticator say, each part to be changed.
#[derive(Clone, Debug)]
struct Said {
    ceremony: &'static str,
    challenge: String,
    origin: &'static str,
    more: &'static str,
    party: &'static str,
    flags: u8,
    counter: u32,
    rest: Vec<u8>,
    owner: Option<Vec<u8>>,
}

impl Said {
    fn shown() -> Self {
        Self {
            ceremony: "webauthn.get",
            challenge: CHALLENGE.text(),
            origin: "https://console.example",
            more: ",\"crossOrigin\":false",
            party: "console.example",
            flags: BOTH,
            counter: 6,
            rest: Vec::new(),
            owner: Some(OWNER.to_vec()),
        }
    }

    fn made(key: &Key) -> Self {
        let rest = [&[0; 16][..], &[0, 32], &ID, &key.cose()].concat();
        Self {
            ceremony: "webauthn.create",
            flags: BOTH | 1 << 6,
            rest,
            ..Self::shown()
        }
    }

    fn client(&self) -> Vec<u8> {
        format!(
            "{{\"type\":\"{}\",\"challenge\":\"{}\",\"origin\":\"{}\"{}}}",
            self.ceremony, self.challenge, self.origin, self.more
        )
        .into_bytes()
    }

    fn authenticator(&self) -> Vec<u8> {
        let party = digest(&SHA256, self.party.as_bytes());
        [
            party.as_ref(),
            &[self.flags],
            &self.counter.to_be_bytes(),
            &self.rest,
        ]
        .concat()
    }

    fn registration(&self) -> Result<Passkey, PasskeyError> {
        let text = json!({ "clientData": encoded(&self.client()), "authenticatorData": encoded(&self.authenticator()) });
        let party = party();
        let asked = Asked {
            party: &party,
            challenge: &CHALLENGE,
        };
        Registration::read(&text.to_string())?.accepted(asked)
    }

    fn parts(&self, key: &Key) -> [Vec<u8>; 3] {
        let (client, authenticator) = (self.client(), self.authenticator());
        let signed = [&authenticator[..], digest(&SHA256, &client).as_ref()].concat();
        [client, authenticator, key.sign(&signed)]
    }

    fn assertion(&self, key: &Key, passkey: &Passkey) -> Result<u32, PasskeyError> {
        shown(&ID, &self.parts(key), self.owner.as_deref(), passkey)
    }
}

fn shown(
    id: &[u8],
    [client, authenticator, signature]: &[Vec<u8>; 3],
    owner: Option<&[u8]>,
    passkey: &Passkey,
) -> Result<u32, PasskeyError> {
    let text = json!({
        "id": encoded(id), "clientData": encoded(client), "authenticatorData": encoded(authenticator),
        "signature": encoded(signature), "userHandle": owner.map(encoded),
    });
    let party = party();
    let asked = Asked {
        party: &party,
        challenge: &CHALLENGE,
    };
    Assertion::read(&text.to_string())?.verify(asked, &OWNER, passkey)
}

#[test]
fn what_was_asked_is_accepted_of_each_kind_of_key() {
    for key in Key::all() {
        let made = Said::made(&key).registration().unwrap();
        assert_eq!((made.counter, &made.key), (6, &key.passkey(6).key));
        assert_eq!(Said::shown().assertion(&key, &key.passkey(5)), Ok(6));
        // who says nothing of the owner leaves it to who asks
        let unsaid = Said {
            owner: None,
            ..Said::shown()
        };
        assert_eq!(unsaid.assertion(&key, &key.passkey(5)), Ok(6));
        let extended = Said {
            flags: BOTH | 1 << 7,
            rest: vec![0xa0],
            ..Said::shown()
        };
        assert_eq!(extended.assertion(&key, &key.passkey(5)), Ok(6));
        let never = Said {
            counter: 0,
            ..Said::shown()
        };
        assert_eq!(never.assertion(&key, &key.passkey(0)), Ok(0));
    }
}

/// Each thing that may be wrong, alone.
#[test]
fn each_thing_is_looked_at() {
    use PasskeyError::{
        Ceremony, Challenge as Other, Counter, Malformed, NotPresent, NotVerified, Origin, Owner,
        Party,
    };
    let [_, key, _] = Key::all();
    let shown = Said::shown;
    let wrong: Vec<(Said, PasskeyError)> = vec![
        (
            Said {
                ceremony: "webauthn.create",
                ..shown()
            },
            Ceremony,
        ),
        (
            Said {
                challenge: Challenge([8; 32]).text(),
                ..shown()
            },
            Other,
        ),
        (
            Said {
                challenge: String::new(),
                ..shown()
            },
            Other,
        ),
        (
            Said {
                origin: "https://console.example.evil.example",
                ..shown()
            },
            Origin,
        ),
        (
            Said {
                origin: "http://console.example",
                ..shown()
            },
            Origin,
        ),
        (
            Said {
                origin: "https://console.example:8443",
                ..shown()
            },
            Origin,
        ),
        (
            Said {
                more: ",\"crossOrigin\":true",
                ..shown()
            },
            Origin,
        ),
        (
            Said {
                more: ",\"origin\":\"https://console.example\"",
                ..shown()
            },
            Malformed,
        ),
        (
            Said {
                more: ",",
                ..shown()
            },
            Malformed,
        ),
        (
            Said {
                party: "example",
                ..shown()
            },
            Party,
        ),
        (
            Said {
                flags: 0b100,
                ..shown()
            },
            NotPresent,
        ),
        (
            Said {
                flags: 0b001,
                ..shown()
            },
            NotVerified,
        ),
        (
            Said {
                flags: 0b1_0101,
                ..shown()
            },
            Malformed,
        ),
        (
            Said {
                flags: 0b1101,
                ..shown()
            },
            Malformed,
        ),
        (
            Said {
                flags: BOTH | 1 << 6,
                ..shown()
            },
            Malformed,
        ),
        (
            Said {
                flags: BOTH | 1 << 7,
                ..shown()
            },
            Malformed,
        ),
        (
            Said {
                rest: vec![0],
                ..shown()
            },
            Malformed,
        ),
        (
            Said {
                owner: Some(vec![8; 16]),
                ..shown()
            },
            Owner,
        ),
        (
            Said {
                owner: Some(vec![7; 65]),
                ..shown()
            },
            Malformed,
        ),
        (
            Said {
                counter: 5,
                ..shown()
            },
            Counter,
        ),
        (
            Said {
                counter: 4,
                ..shown()
            },
            Counter,
        ),
        (
            Said {
                counter: 0,
                ..shown()
            },
            Counter,
        ),
    ];
    for (said, error) in wrong {
        assert_eq!(
            said.assertion(&key, &key.passkey(5)),
            Err(error),
            "{said:?}"
        );
    }
    let other = CredentialId::of(&[4; 32]).unwrap();
    let other = Passkey {
        id: other,
        ..key.passkey(5)
    };
    assert_eq!(shown().assertion(&key, &other), Err(Owner));
    let [es256, _, rs256] = Key::all();
    for stranger in [&es256, &rs256] {
        let signed = shown().assertion(stranger, &key.passkey(5));
        assert_eq!(signed, Err(PasskeyError::Signature));
    }
}

#[test]
fn what_is_made_is_looked_at_too() {
    use PasskeyError::{Ceremony, Key as Kind, Malformed, NotVerified, Origin};
    let [key, ed, _] = Key::all();
    let made = || Said::made(&key);
    let with = |cose: Vec<u8>| {
        let rest = [&[0; 16][..], &[0, 32], &ID, &cose].concat();
        Said { rest, ..made() }
    };
    let mut other_curve = key.cose();
    other_curve[6] = 2;
    let mut short = ed.cose();
    short.pop();
    let twice = [&[0xa5][..], &ed.cose()[1..], &[3, 0x27]].concat();
    let more = [&[0xa5][..], &ed.cose()[1..], &[2, 0x41, 0]].concat();
    for (said, error) in [
        (
            Said {
                ceremony: "webauthn.get",
                ..made()
            },
            Ceremony,
        ),
        (
            Said {
                origin: "https://elsewhere.example",
                ..made()
            },
            Origin,
        ),
        (
            Said {
                flags: 0b100_0001,
                ..made()
            },
            NotVerified,
        ),
        (
            Said {
                flags: BOTH,
                ..made()
            },
            Malformed,
        ),
        (
            Said {
                rest: vec![0; 18],
                ..made()
            },
            Malformed,
        ),
        (
            Said {
                rest: [&[0; 16][..], &[0xff, 0xff], &ID].concat(),
                ..made()
            },
            Malformed,
        ),
        (
            Said {
                rest: [&made().rest[..], &[0]].concat(),
                ..made()
            },
            Malformed,
        ),
        (with(other_curve), Kind),
        (with(short), Malformed),
        (with(twice), Malformed),
        (with(more), Kind),
        (with(vec![0xbf, 0xff]), Malformed),
        (
            with(vec![0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            Malformed,
        ),
        (
            with(vec![
                0xa1, 1, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            ]),
            Malformed,
        ),
        (with(vec![0xa0; 3_000]), Kind),
    ] {
        assert_eq!(said.registration(), Err(error), "{said:?}");
    }
    let long = "x".repeat(20_000);
    for text in [
        "",
        "[]",
        "{}",
        "{\"clientData\":\"\"}",
        &long,
        &format!("{{\"clientData\":\"{long}\"}}"),
    ] {
        assert!(Registration::read(text).is_err() && Assertion::read(text).is_err());
    }
}

#[test]
fn the_mark_is_that_of_id_and_key() {
    let [key, other, _] = Key::all();
    let marks = [key.passkey(0).mark(), other.passkey(0).mark()];
    assert_ne!(marks[0], marks[1]);
    assert_eq!(
        marks[0],
        key.passkey(9).mark(),
        "how often it was used is not in it"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever is changed of what was shown, it is not accepted.
    #[test]
    fn no_mutated_assertion_passes(kind in 0..3_usize, part in 0..3_usize, at in any::<prop::sample::Index>(), way in 0..4_u8, byte in 1..=255_u8) {
        let key = &Key::all()[kind];
        let mut parts = Said::shown().parts(key);
        prop_assert_eq!(shown(&ID, &parts, None, &key.passkey(5)), Ok(6));
        let changed = &mut parts[part];
        let at = at.index(changed.len());
        match way {
            0 => changed[at] ^= byte,
            1 => changed.insert(at, byte),
            2 => { changed.remove(at); }
            _ => changed.truncate(at),
        }
        prop_assert!(shown(&ID, &parts, None, &key.passkey(5)).is_err());
    }

    /// Whatever is sent, it is read or refused, and nothing falls over.
    #[test]
    fn garbage_is_refused(client in any::<Vec<u8>>(), authenticator in any::<Vec<u8>>(), rest in any::<Vec<u8>>()) {
        let [_, key, _] = Key::all();
        let parts = [client, authenticator, rest.clone()];
        prop_assert!(shown(&ID, &parts, None, &key.passkey(5)).is_err());
        let made = Said { rest: [&[0; 16][..], &[0, 32], &ID, &rest].concat(), ..Said::made(&key) };
        prop_assert!(made.registration().is_err());
    }
}
