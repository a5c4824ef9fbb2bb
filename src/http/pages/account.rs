//! Pages of one's own account of staff: the code after the password, the second factor, recovery codes, sessions.

use askama::Template;

use super::frame::rendered;
use super::{Frame, PasskeyForm, PasskeyRow, PostForm, ProviderForm, When, Words, date_time_long};

/// Why a proof is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofFor {
    /// To get in.
    SignIn,
    /// For an act that asks for it.
    Act,
}

/// What was wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// It does not match, or was used.
    Wrong,
    /// Too much was tried.
    TooMany,
    /// The passkey was not accepted.
    Passkey,
    /// Its counter went back.
    Copied,
    /// The form's token had expired.
    StaleForm,
}

/// The page that asks for the code of a second factor, or for the password where there is none; posts `proof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The form, with everything that was filled in before.
    pub form: PostForm,
    /// Why it is asked for.
    pub what_for: ProofFor,
    /// Whether the password is asked for.
    pub password: bool,
    /// Whether there is anything that can be typed.
    pub typed: bool,
    /// The same at the provider, in a page of its own; whoever comes back goes on here.
    pub provider: Option<ProviderForm>,
    /// The same by a passkey, where the account has one.
    pub passkey: Option<PasskeyForm>,
    /// What was wrong.
    pub error: Option<ProofError>,
}

/// The page that sets a second factor up; posts `code`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The form of the first code; or the one that has a secret made, where there is none yet.
    pub form: PostForm,
    /// The secret: as a picture of SVG, and as text.
    pub secret: Option<(String, String)>,
    /// The form that adds a passkey; posts `name` and `passkey`.
    pub passkey: Option<PasskeyForm>,
    /// What was wrong.
    pub error: Option<ProofError>,
}

/// Recovery codes, shown this once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// The codes.
    pub codes: Vec<String>,
}

/// A session of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The kind of browser.
    pub browser: String,
    /// Since when.
    pub since: When,
    /// When it was used last.
    pub seen: When,
    /// The form that ends it; none for this one.
    pub end: Option<PostForm>,
}

/// What was wrong with a change of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    /// The present one does not match.
    Current,
    /// Too much was tried.
    TooMany,
    /// It is too short.
    TooShort,
    /// It is too long.
    TooLong,
    /// It is one of those that are tried first.
    Common,
    /// It repeats itself.
    Pattern,
    /// It is little more than a name.
    Context,
    /// It could not be changed.
    NotSaved,
    /// A passkey was not accepted.
    Passkey,
    /// A passkey has no name, or one that is too long.
    PasskeyName,
    /// The passkey is the last second factor of who needs one.
    PasskeyLast,
    /// The form's token had expired.
    StaleForm,
}

/// One's own account; posts `current` and `new`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPage {
    /// What surrounds the page.
    pub frame: Frame,
    /// What was done, by the word's key.
    pub done: Option<&'static str>,
    /// What was wrong.
    pub error: Option<PasswordFault>,
    /// The form of the password.
    pub password: PostForm,
    /// Whether there is a password.
    pub has_password: bool,
    /// The fewest characters that a new one needs.
    pub least: u64,
    /// Whether there is an authenticator app.
    pub has_app: bool,
    /// Whether this registry asks nobody for one.
    pub optional: bool,
    /// The form that has another second factor made.
    pub factor: PostForm,
    /// How many recovery codes are left.
    pub recovery_left: u64,
    /// The form that makes them anew.
    pub recovery: PostForm,
    /// The passkeys.
    pub passkeys: Vec<PasskeyRow>,
    /// The form that adds one; posts `name` and `passkey`. None where browsers have none for this address, or there
    /// are as many as there may be.
    pub add_passkey: Option<PasskeyForm>,
    /// The sessions.
    pub sessions: Vec<SessionRow>,
    /// The form that ends all others; none where there are none.
    pub end_others: Option<PostForm>,
}

#[derive(Template)]
#[template(path = "proof.html")]
struct ProofView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ProofPage,
    title: String,
}

#[derive(Template)]
#[template(path = "factor.html")]
struct FactorView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a FactorPage,
    title: String,
}

#[derive(Template)]
#[template(path = "recovery.html")]
struct RecoveryView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a RecoveryPage,
    title: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a AccountPage,
    title: String,
}

impl ProofError {
    const fn key(self, password: bool) -> &'static str {
        match self {
            Self::Wrong if password => "proof-error-password",
            Self::Wrong => "proof-error-code",
            Self::TooMany => "sign-in-error-too_many",
            Self::Passkey => "proof-error-passkey",
            Self::Copied => "sign-in-error-copied",
            Self::StaleForm => "export-error-stale_form",
        }
    }
}

impl ProofPage {
    const fn title_key(&self) -> &'static str {
        match (self.what_for, &self.passkey) {
            (ProofFor::SignIn, None) => "proof-sign-in-title",
            (ProofFor::SignIn, Some(_)) => "factor-title",
            (ProofFor::Act, _) => "proof-act-title",
        }
    }

    const fn lead_key(&self) -> &'static str {
        match (self.what_for, &self.passkey) {
            (ProofFor::SignIn, None) => "proof-sign-in-lead",
            (ProofFor::SignIn, Some(_)) => "proof-passkey-lead",
            (ProofFor::Act, _) => "proof-act-lead",
        }
    }

    fn fault(&self) -> Option<String> {
        let error = self.error?;
        Some(self.frame.words().get(error.key(self.password)))
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let title = w.get(self.title_key());
        rendered(&ProofView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&title, self.error.is_some()),
        })
    }
}

impl FactorPage {
    fn fault(&self) -> Option<String> {
        let error = self.error?;
        let key = match error {
            ProofError::Passkey => "passkey-error",
            error => error.key(false),
        };
        Some(self.frame.words().get(key))
    }

    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&FactorView {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("factor-title"), self.error.is_some()),
        })
    }
}

impl RecoveryPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&RecoveryView {
            w,
            frame: &self.frame,
            page: self,
            title: self.frame.title(&w.get("recovery-title"), false),
        })
    }
}

impl PasswordFault {
    const fn key(self) -> &'static str {
        match self {
            Self::Current => "proof-error-password",
            Self::TooMany => "sign-in-error-too_many",
            Self::TooShort => "password-error-short",
            Self::TooLong => "password-error-long",
            Self::Common => "password-error-common",
            Self::Pattern => "password-error-pattern",
            Self::Context => "password-error-context",
            Self::NotSaved => "password-error-not_saved",
            Self::Passkey => "passkey-error",
            Self::PasskeyName => "passkey-error-name",
            Self::PasskeyLast => "passkey-error-last",
            Self::StaleForm => "export-error-stale_form",
        }
    }

    /// The field that it is about.
    const fn field(self) -> &'static str {
        match self {
            Self::TooShort | Self::TooLong | Self::Common | Self::Pattern | Self::Context => "new",
            Self::PasskeyName => "passkey-name",
            Self::Passkey | Self::PasskeyLast => "passkeys",
            Self::Current | Self::TooMany | Self::NotSaved | Self::StaleForm => "current",
        }
    }
}

impl AccountPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        rendered(&AccountView {
            w,
            frame: &self.frame,
            page: self,
            title: self
                .frame
                .title(&w.get("account-title"), self.error.is_some()),
        })
    }

    fn has_factor(&self) -> bool {
        self.has_app || !self.passkeys.is_empty()
    }

    fn has_passkeys(&self) -> bool {
        self.add_passkey.is_some() || !self.passkeys.is_empty()
    }

    fn used(&self, row: &PasskeyRow) -> String {
        let w = self.frame.words();
        row.used.as_ref().map_or_else(
            || w.get("passkey-unused"),
            |at| w.get_with("account-session-seen", &[("at", &self.time(at))]),
        )
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }

    fn fault(&self) -> Option<String> {
        let (w, least) = (self.frame.words(), self.frame.words().number(self.least));
        Some(w.get_with(self.error?.key(), &[("least", &least)]))
    }

    fn field(&self) -> &'static str {
        self.error.map_or("", PasswordFault::field)
    }

    fn hint(&self) -> String {
        let w = self.frame.words();
        w.get_with("password-hint", &[("least", &w.number(self.least))])
    }

    fn left(&self) -> String {
        let w = self.frame.words();
        w.get_with("recovery-left", &[("count", &w.number(self.recovery_left))])
    }
}
