//! By which act the person answered: a closed list in the law's words, so that what is no clear
//! act cannot be written down as if it were one.

use serde::{Deserialize, Serialize};

/// What an act is worth as a consent (GDPR 4(11), recital 32).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum Clarity {
    /// A clear affirmative act, or none is told.
    #[default]
    Clear,
    /// Somebody else had said yes for the person beforehand.
    Preticked,
    /// A clause in terms that the person accepted.
    Prewritten,
    /// A button that served another end as well.
    Bundled,
    /// Doing nothing, or something else.
    Inactive,
}

impl Clarity {
    /// Every value, in the order of their codes.
    pub const ALL: [Self; 5] = [
        Self::Clear,
        Self::Preticked,
        Self::Prewritten,
        Self::Bundled,
        Self::Inactive,
    ];

    /// The name in the tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Preticked => "preticked",
            Self::Prewritten => "prewritten",
            Self::Bundled => "bundled",
            Self::Inactive => "inactive",
        }
    }

    /// The value of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// Declares the acts once: the name in the API, and what the act is worth.
macro_rules! acts {
    ($($(#[$doc:meta])* $act:ident = $word:literal is $clarity:ident,)*) => {
        /// An act.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        pub enum Act {
            $($(#[$doc])* #[serde(rename = $word)] $act,)*
        }

        impl Act {
            /// Every act.
            pub const ALL: &[Self] = &[$(Self::$act),*];

            /// The name in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$act => $word,)*
                }
            }

            /// What it is worth as a consent.
            #[must_use]
            pub const fn clarity(self) -> Clarity {
                match self {
                    $(Self::$act => Clarity::$clarity,)*
                }
            }
        }
    };
}

acts! {
    /// A box that was empty was ticked.
    UntickedBoxTicked = "unticked_box_ticked" is Clear,
    /// A button that says what it does was pressed.
    ButtonClicked = "button_clicked" is Clear,
    /// A switch that was off was turned on.
    SwitchTurnedOn = "switch_turned_on" is Clear,
    /// A paper was signed.
    FormSigned = "form_signed" is Clear,
    /// Said aloud.
    Oral = "oral" is Clear,
    /// A text message was sent: `STOP`.
    SmsStop = "sms_stop" is Clear,
    /// A link in a message was followed and confirmed.
    LinkConfirmed = "link_confirmed" is Clear,
    /// A choice of the customer's own page was saved.
    ChoiceSaved = "choice_saved" is Clear,
    /// A choice just made on the customer's own page was taken back there, by its button.
    ChoiceUndone = "choice_undone" is Clear,
    /// The person said that it was not they who had answered.
    Disputed = "disputed" is Clear,
    /// Whoever had taken a yes down said that it was none.
    Corrected = "corrected" is Clear,
    /// Everything was stopped at once, on the customer's own page.
    StopAll = "stop_all" is Clear,
    /// A mail program's one click (RFC 8058).
    OneClick = "one_click" is Clear,
    /// Taken over from a file of another system, which tells of no act.
    Imported = "imported" is Clear,
    /// The box was ticked already.
    PretickedBox = "preticked_box" is Preticked,
    /// The switch was on already.
    DefaultOnSlider = "default_on_slider" is Preticked,
    /// A clause in the terms.
    PrewrittenClauseInTerms = "prewritten_clause_in_terms" is Prewritten,
    /// The button that enters a contest agreed as well.
    ContestButtonBundled = "contest_button_bundled" is Bundled,
    /// Nothing was said.
    Silence = "silence" is Inactive,
    /// Nothing was done.
    Inactivity = "inactivity" is Inactive,
    /// The page was scrolled.
    Scrolling = "scrolling" is Inactive,
    /// The visit went on.
    ContinuedBrowsing = "continued_browsing" is Inactive,
}

impl Act {
    /// The act of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_and_nothing_else() {
        for act in Act::ALL {
            assert_eq!(Act::parse(act.as_str()), Some(*act));
            assert_eq!(serde_json::json!(act), act.as_str());
        }
        assert_eq!(Act::parse("Unticked_box_ticked"), None);
        assert_eq!(Act::parse(""), None);
    }
}
