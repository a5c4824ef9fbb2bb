//! What the log says of its own signing keys.

use crate::audit::leaf::EntryKind;
use crate::audit::note::VerifierKey;
use serde_json::{Value, json};

/// An entry about a signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAct {
    /// A key joins the one that signs; both sign until that one is retired.
    Rotated {
        /// The new one.
        key: VerifierKey,
        /// The one that signed alone until here.
        previous: VerifierKey,
        /// The last head that it signed alone, as a note.
        head: String,
    },
    /// The older of two keys signs no more.
    Retired {
        /// That one.
        key: VerifierKey,
    },
    /// A key begins anew, since the others are lost. They cannot vouch for it.
    Replaced {
        /// The new one.
        key: VerifierKey,
        /// The last that was known to sign.
        previous: VerifierKey,
        /// Why, in the operator's words.
        reason: String,
    },
}

impl KeyAct {
    /// Its kind in the leaf.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        match self {
            Self::Rotated { .. } => EntryKind::SigningKeyRotated,
            Self::Retired { .. } => EntryKind::SigningKeyRetired,
            Self::Replaced { .. } => EntryKind::SigningKeyReplaced,
        }
    }

    /// The key that it is about.
    #[must_use]
    pub const fn key(&self) -> &VerifierKey {
        match self {
            Self::Rotated { key, .. } | Self::Retired { key } | Self::Replaced { key, .. } => key,
        }
    }

    /// The key before it, where it brings a new one.
    #[must_use]
    pub const fn previous(&self) -> Option<&VerifierKey> {
        match self {
            Self::Rotated { previous, .. } | Self::Replaced { previous, .. } => Some(previous),
            Self::Retired { .. } => None,
        }
    }

    /// What the entry's payload says of it.
    #[must_use]
    pub fn payload(&self) -> Value {
        let text = ToString::to_string;
        match self {
            Self::Rotated {
                key,
                previous,
                head,
            } => json!({ "key": text(key), "previous": text(previous), "head": head }),
            Self::Retired { key } => json!({ "key": text(key) }),
            Self::Replaced {
                key,
                previous,
                reason,
            } => json!({ "key": text(key), "previous": text(previous), "reason": reason }),
        }
    }

    /// The act that an entry tells of; `None` where kind and payload do not fit, or it is about
    /// something else.
    #[must_use]
    pub fn read(kind: EntryKind, payload: &Value) -> Option<Self> {
        let text = |name: &str| payload.get(name)?.as_str();
        let vkey = |name: &str| text(name)?.parse().ok();
        let key = vkey("key")?;
        match kind {
            EntryKind::SigningKeyRotated => Some(Self::Rotated {
                key,
                previous: vkey("previous")?,
                head: text("head")?.to_owned(),
            }),
            EntryKind::SigningKeyRetired => Some(Self::Retired { key }),
            EntryKind::SigningKeyReplaced => Some(Self::Replaced {
                key,
                previous: vkey("previous")?,
                reason: text("reason")?.to_owned(),
            }),
            _ => None,
        }
    }
}
