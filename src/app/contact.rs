//! Whom a request names: identifiers, or keyed hashes of them.

use super::refusal::{FieldProblem, Refusal};
use crate::domain::ids::Blind;
use crate::domain::registry::{Identifier, IdentifierKind, IdentifierKinds};
use crate::store::Contact;
use crate::store::keys::Keyring;

/// The names by which a request can name a person.
pub const NAMES: &[&str] = &["email", "phone", "postal", "crm_id", "device_id", "id_hash"];

/// A person as a request names them.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// By identifiers.
    pub contacts: Vec<Contact>,
    /// By keyed hashes alone.
    pub hashes: Vec<Blind>,
}

impl Named {
    /// What kinds of identifier these are; of a bare hash that is not known.
    #[must_use]
    pub fn identifier_kinds(&self) -> IdentifierKinds {
        let contacts = self.contacts.iter();
        contacts.map(|contact| contact.identifier.kind()).collect()
    }

    /// Every keyed hash.
    #[must_use]
    pub fn blinds(&self) -> Vec<Blind> {
        self.contacts
            .iter()
            .map(|contact| contact.blind)
            .chain(self.hashes.iter().copied())
            .collect()
    }

    /// The coarser hashes under which a no to these contact points may be filed as well: matching
    /// is asymmetric, a *yes* reaches only the very address that it was given for. Where only a hash
    /// is known there is no coarser one.
    #[must_use]
    pub fn coarse(&self) -> Vec<Blind> {
        let contacts = self.contacts.iter();
        contacts.filter_map(|contact| contact.coarse).collect()
    }

    /// The kinds of identifier, for the record.
    #[must_use]
    pub fn kinds(&self) -> Vec<String> {
        let kinds = self
            .contacts
            .iter()
            .map(|contact| contact.identifier.kind().as_str().to_owned());
        kinds
            .chain(self.hashes.iter().map(|_| "id_hash".to_owned()))
            .collect()
    }
}

/// The contact of an identifier: with its keyed hash.
#[must_use]
pub fn contact(keys: &Keyring, identifier: Identifier) -> Contact {
    let coarse = identifier.for_suppression();
    Contact {
        blind: keys.blind(identifier.canonical()),
        coarse: (coarse != identifier).then(|| keys.blind(coarse.canonical())),
        identifier,
    }
}

/// The keyed hash as text, as `id_hash` takes it.
#[must_use]
pub fn hash_text(blind: &Blind) -> String {
    crate::audit::encoding::hex(&blind.0)
}

/// Reads `name: text` pairs; every problem is named by its field under `pointer`.
///
/// # Errors
/// Every identifier that is none, or that there is no identifier at all.
pub fn read<'a>(
    keys: &Keyring,
    pointer: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Named, Vec<FieldProblem>> {
    let (mut named, mut problems) = (Named::default(), Vec::new());
    for (name, text) in pairs {
        match read_one(keys, name, text) {
            Ok(One::Contact(contact)) => named.contacts.push(contact),
            Ok(One::Hash(blind)) => named.hashes.push(blind),
            Err((code, detail)) => {
                // a name that is none of ours may be the person's own key, typed in its place
                let known = NAMES.iter().find(|known| **known == name);
                let pointer = format!("{pointer}/{}", known.unwrap_or(&"id"));
                problems.push(FieldProblem::new(pointer, code, detail));
            }
        }
    }
    if named.contacts.is_empty() && named.hashes.is_empty() && problems.is_empty() {
        let detail = format!("name the person by at least one of {}", NAMES.join(", "));
        problems.push(FieldProblem::new(pointer, "identifier_missing", detail));
    }
    if problems.is_empty() {
        Ok(named)
    } else {
        Err(problems)
    }
}

/// The keyed hashes of one identifier.
#[derive(Debug, Clone)]
pub struct Hashes {
    /// Its own: by it the person is found.
    pub own: Blind,
    /// The coarser one under which a no may be filed as well; few have one.
    pub coarse: Option<Box<Blind>>,
    /// What kind of identifier it is; of a bare hash that is not known.
    pub kinds: IdentifierKinds,
}

impl Hashes {
    /// Every hash under which a no may be filed.
    pub fn filed(&self) -> impl Iterator<Item = &Blind> + Clone {
        std::iter::once(&self.own).chain(self.coarse.as_deref())
    }
}

/// An identifier that is written as nearly all are: it has one keyed hash, and no coarser one.
pub enum Plain<'t> {
    /// The input of the hash, and what kind of identifier it is.
    Text([&'t [u8]; 3], IdentifierKinds),
    /// The hash.
    Hash(Blind),
}

/// Reads an identifier that is written as nearly all are; `None` says nothing, the text is then to be
/// [read](hashes_of).
#[must_use]
#[inline]
pub fn plain<'t>(name: &str, text: &'t [u8]) -> Option<Plain<'t>> {
    match name {
        "email" => {
            let email = IdentifierKinds::NONE.with(IdentifierKind::Email);
            Some(Plain::Text(Identifier::email_as_it_stands(text)?, email))
        }
        "id_hash" => Some(Plain::Hash(Blind(crate::audit::encoding::unhex(text)?))),
        _ => None,
    }
}

/// The keyed hash of an identifier that is written as nearly all are; `None` as of [`plain`].
#[must_use]
#[inline]
pub fn hash_of_plain(keys: &Keyring, name: &str, text: &[u8]) -> Option<Hashes> {
    let (own, kinds) = match plain(name, text)? {
        Plain::Text(canonical, kinds) => (keys.blind(canonical), kinds),
        Plain::Hash(hash) => (hash, IdentifierKinds::NONE),
    };
    Some(Hashes {
        own,
        coarse: None,
        kinds,
    })
}

/// The keyed hashes of one identifier; `None` where it is none.
#[must_use]
pub fn hashes_of(keys: &Keyring, name: &str, text: &str) -> Option<Hashes> {
    let (own, coarse, kinds) = match read_one(keys, name, text).ok()? {
        One::Contact(contact) => {
            let kinds = IdentifierKinds::NONE.with(contact.identifier.kind());
            (contact.blind, contact.coarse, kinds)
        }
        One::Hash(blind) => (blind, None, IdentifierKinds::NONE),
    };
    let coarse = coarse.map(Box::new);
    Some(Hashes { own, coarse, kinds })
}

enum One {
    Contact(Contact),
    Hash(Blind),
}

fn read_one(keys: &Keyring, name: &str, text: &str) -> Result<One, (&'static str, String)> {
    if name == "id_hash" {
        let hash = crate::audit::encoding::unhex(text);
        let mend = || {
            (
                "id_hash_malformed",
                "must be the 64 hexadecimal digits that POST /v1/subjects/lookup gives".to_owned(),
            )
        };
        return hash.map(Blind).map(One::Hash).ok_or_else(mend);
    }
    let Some(kind) = IdentifierKind::parse(name) else {
        return Err((
            "identifier_unknown",
            format!("is none of {}", NAMES.join(", ")),
        ));
    };
    match Identifier::parse(kind, text) {
        Ok(identifier) => Ok(One::Contact(contact(keys, identifier))),
        Err(error) => Err((error.code(), error.mend().to_owned())),
    }
}

/// The same, as a refusal.
///
/// # Errors
/// As [`read`].
pub fn read_or_refuse<'a>(
    keys: &Keyring,
    pointer: &str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Named, Refusal> {
    read(keys, pointer, pairs).map_err(Refusal::Invalid)
}
