//! What a form would publish, and what ties its confirmation to what was checked.

use super::Desk;
use crate::app::publish::{Publication, Upon};
use crate::audit::encoding::hex;
use crate::domain::registry::{Notice, Purpose, Slug};

/// The next version of a purpose, or of its words.
#[derive(Debug, Clone)]
pub(super) enum Draft {
    Purpose(Box<Purpose>),
    Words(Box<Notice>),
}

impl Draft {
    /// Which purpose it is about.
    pub fn about(&self) -> &Slug {
        match self {
            Self::Purpose(purpose) => &purpose.id,
            Self::Words(notice) => &notice.purpose,
        }
    }

    /// As it is published: what the API's two routes make of their bodies.
    pub fn publication(&self) -> Publication {
        match self.clone() {
            Self::Purpose(purpose) => Publication {
                purposes: vec![*purpose],
                ..Publication::default()
            },
            Self::Words(notice) => Publication {
                notices: vec![*notice],
                ..Publication::default()
            },
        }
    }
}

impl Desk<'_> {
    /// What is in force of a purpose, as a form carries it.
    pub fn upon(&self, purpose: &Slug) -> Upon {
        Upon::of(&self.told.catalogue, purpose)
    }

    /// What a confirmation brings back: it is for this draft, on what was in force, by this member of staff, and no
    /// other. `None` where the draft cannot be written down.
    pub fn tag(&self, draft: &Draft, upon: &Upon) -> Option<String> {
        let draft = serde_json::to_string(&draft.publication()).ok()?;
        let all = format!("publish/{}/{upon}/{draft}", self.open.staff);
        Some(hex(&self.site.app.keys().form_tag(all.as_bytes())))
    }
}
