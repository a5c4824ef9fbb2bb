//! Where and by whom a choice was taken down.

use serde::{Deserialize, Serialize};

/// The kind of place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The customer's own form.
    WebForm,
    /// A shop.
    Store,
    /// A call centre.
    CallCentre,
    /// An application on the person's device.
    MobileApp,
    /// Paper.
    Paper,
    /// A file of another system. It never turns a *no* into a *yes*.
    Import,
    /// Another system, directly.
    Api,
}

impl SourceKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::WebForm,
        Self::Store,
        Self::CallCentre,
        Self::MobileApp,
        Self::Paper,
        Self::Import,
        Self::Api,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebForm => "web_form",
            Self::Store => "store",
            Self::CallCentre => "call_centre",
            Self::MobileApp => "mobile_app",
            Self::Paper => "paper",
            Self::Import => "import",
            Self::Api => "api",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// The place, and who took it down there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The kind of place.
    pub kind: SourceKind,
    /// Which one of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who took it down there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

impl Source {
    /// Of what a person says on their own page.
    pub const OWN_PAGE: Self = Self {
        kind: SourceKind::WebForm,
        id: None,
        agent: None,
    };
}
