//! A pause, or fewer messages: an extra beside yes and no, never before them.

use super::voice::Voice;
use super::{When, Words, date_of};

/// What holds back, or nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaceTold {
    /// Until when nothing is sent.
    pub paused_until: Option<When>,
    /// How often at most: the code of the API.
    pub at_most: Option<&'static str>,
}

impl PaceTold {
    /// In a few words, as one side of a change.
    pub(super) fn word(self, words: Words) -> String {
        let paused = self.paused_until.map(|until| {
            let until = date_of(words, &until);
            words.get_with("pace-paused", &[("until", &until)])
        });
        let most = self.at_most.map(|most| words.code("pace", most));
        let parts: Vec<String> = paused.into_iter().chain(most).collect();
        if parts.is_empty() {
            words.get("pace-usual")
        } else {
            parts.join(" · ")
        }
    }

    /// The sentences under the state.
    pub(super) fn sentences(self, words: Words, voice: Voice) -> Vec<String> {
        let paused = self.paused_until.map(|until| {
            let until = date_of(words, &until);
            let key = voice.say(("state-paused", "agent-state-paused"));
            words.get_with(key, &[("until", &until)])
        });
        let most = self.at_most.map(|most| words.code("pace-held", most));
        paused.into_iter().chain(most).collect()
    }
}

/// One entry of a list to pick from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PaceOption {
    pub value: String,
    pub label: String,
    pub picked: bool,
}

/// The controls of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaceControl {
    /// `offers.email`: the fields are `often.offers.email` and `pause.offers.email`.
    pub name: String,
    /// What holds now.
    pub now: PaceTold,
    /// The pauses on offer: `P1M` and the like, and the end of each.
    pub pauses: Vec<(&'static str, When)>,
    /// The bounds on offer, by their codes.
    pub bounds: Vec<&'static str>,
    /// What the person has picked on this page and not saved yet: how often, and a pause.
    pub picked: (Option<String>, Option<String>),
}

/// The value of a list where nothing is held back.
pub const NONE: &str = "none";

impl PaceControl {
    /// The value of the hidden `was.often.…`.
    pub(super) fn was_often(&self) -> &'static str {
        self.now.at_most.unwrap_or(NONE)
    }

    /// The value of the hidden `was.pause.…`: `kept` stands for the pause that runs.
    pub(super) const fn was_pause(&self) -> &'static str {
        match self.now.paused_until {
            Some(_) => "kept",
            None => NONE,
        }
    }

    /// Whether something is held back, or picked.
    pub(super) fn is_open(&self) -> bool {
        self.now != PaceTold::default() || self.picked != (None, None)
    }

    pub(super) fn often(&self, words: Words) -> Vec<PaceOption> {
        let picked = self.picked.0.as_deref().unwrap_or(self.was_often());
        let option = |value: &str, label| PaceOption {
            value: value.to_owned(),
            label,
            picked: value == picked,
        };
        let all = std::iter::once(option(NONE, words.get("pace-all")));
        let bounds = self.bounds.iter();
        all.chain(bounds.map(|one| option(one, words.code("pace", one))))
            .collect()
    }

    pub(super) fn pause(&self, words: Words) -> Vec<PaceOption> {
        let picked = self.picked.1.as_deref().unwrap_or(self.was_pause());
        let option = |value: &str, label| PaceOption {
            value: value.to_owned(),
            label,
            picked: value == picked,
        };
        let dated =
            |key: &str, until: &When| words.get_with(key, &[("until", &date_of(words, until))]);
        let none = option(NONE, words.get("pace-none"));
        let kept = self.now.paused_until.as_ref();
        let kept = kept.map(|until| option("kept", dated("pace-until", until)));
        let pauses = self
            .pauses
            .iter()
            .map(|(period, until)| option(period, dated(&format!("pace-{period}"), until)));
        std::iter::once(none).chain(kept).chain(pauses).collect()
    }
}
