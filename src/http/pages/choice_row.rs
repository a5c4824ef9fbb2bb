//! One question, a purpose on a channel, and the state in which it stands.

use super::voice::Voice;
use super::{PaceControl, When, Words, date_of};

/// What a person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Where a choice was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kind of the consent record's source: `web_form`, `store`, `import` …
    pub kind: String,
    /// The place as the customer knows it, for example the name of the shop's town.
    pub place: Option<String>,
}

/// How a no came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKind {
    /// The person was asked and said no.
    Refused,
    /// The person withdrew an earlier yes.
    Withdrawn,
    /// The person stopped everything.
    Stopped,
    /// The person objected (GDPR 21).
    Objected,
}

/// The present state of one purpose on one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowState {
    /// A consent in force.
    Yes {
        /// When it was given, where known.
        since: Option<When>,
        /// Where it was given, where known.
        source: Option<Source>,
    },
    /// The person's own no.
    No {
        /// When it was said.
        since: When,
        /// How it was said.
        how: NoKind,
    },
    /// Nobody ever asked.
    NeverAsked,
    /// The consent of that date has run out.
    Expired {
        /// When it had been given.
        since: When,
    },
    /// The notice changed in substance after the consent of that date.
    NewWords {
        /// When it had been given.
        since: When,
    },
    /// A yes of that date that waits for its confirmation by mail.
    Waiting {
        /// When it was said.
        since: When,
    },
    /// A consent is on record, without proof that would carry it.
    Unproven,
    /// In force as a customer's (soft opt-in, ePrivacy 13(2)).
    Customer,
    /// In force on legitimate interest (GDPR 6(1)(f)).
    Interest,
}

impl RowState {
    /// The answer that is preselected: the state in force, where a person or the law
    /// gave one. What merely lacks a yes is left open, so that saving the page
    /// records no refusal which nobody made.
    #[must_use]
    pub const fn answer(&self) -> Option<Answer> {
        match self {
            Self::Yes { .. } | Self::Customer | Self::Interest => Some(Answer::Yes),
            Self::No { .. } => Some(Answer::No),
            Self::NeverAsked
            | Self::Waiting { .. }
            | Self::Expired { .. }
            | Self::NewWords { .. }
            | Self::Unproven => None,
        }
    }

    pub(super) fn is(&self, answer: Answer) -> bool {
        self.answer() == Some(answer)
    }

    /// The value of the hidden `was.<field>`: `yes`, `no` or `none`.
    #[must_use]
    pub const fn was(&self) -> &'static str {
        match self.answer() {
            Some(Answer::Yes) => "yes",
            Some(Answer::No) => "no",
            None => "none",
        }
    }

    /// The state in words.
    pub(super) fn sentence(&self, words: Words, voice: Voice) -> String {
        let said = |keys| words.get(voice.say(keys));
        let dated =
            |keys, at: &When| words.get_with(voice.say(keys), &[("since", &date_of(words, at))]);
        match self {
            Self::Yes { since, source } => yes_sentence(words, since.as_ref(), source.as_ref()),
            Self::No { since, how } => dated(how.key(), since),
            Self::NeverAsked => said(("state-never-asked", "agent-state-never-asked")),
            Self::Expired { since } => dated(("state-expired", "agent-state-expired"), since),
            Self::NewWords { since } => dated(("state-new-words", "agent-state-new-words"), since),
            Self::Waiting { since } => dated(("state-waiting", "agent-state-waiting"), since),
            Self::Unproven => said(("state-unproven", "agent-state-unproven")),
            Self::Customer => said(("state-customer", "agent-state-customer")),
            Self::Interest => said(("state-interest", "agent-state-interest")),
        }
    }
}

impl NoKind {
    const fn key(self) -> (&'static str, &'static str) {
        match self {
            Self::Refused => ("state-refused", "agent-state-refused"),
            Self::Withdrawn => ("state-withdrawn", "agent-state-withdrawn"),
            Self::Stopped => ("state-stopped", "agent-state-stopped"),
            Self::Objected => ("state-objected", "agent-state-objected"),
        }
    }
}

fn yes_sentence(words: Words, since: Option<&When>, source: Option<&Source>) -> String {
    let Some(since) = since.map(|at| date_of(words, at)) else {
        return words.get("state-yes-undated");
    };
    match source {
        None => words.get_with("state-yes", &[("since", &since)]),
        Some(source) => {
            let source = source.phrase(words);
            words.get_with(
                "state-yes-source",
                &[("since", &since), ("source", &source)],
            )
        }
    }
}

impl Source {
    pub(super) fn phrase(&self, words: Words) -> String {
        words.place(&self.kind, self.place.as_deref())
    }
}

/// Why a yes cannot be said here. A no always can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// The person has no contact point for the channel.
    NoContact,
    /// Processing is restricted (GDPR 18).
    Restricted,
    /// The person is too young to consent alone (GDPR 8).
    Minor,
    /// Another reason.
    Other,
}

impl Lock {
    pub(super) const fn key(self) -> (&'static str, &'static str) {
        match self {
            Self::NoContact => ("lock-no_contact", "lock-no_contact"),
            Self::Restricted => ("lock-restricted", "agent-lock-restricted"),
            Self::Minor => ("lock-minor", "agent-lock-minor"),
            Self::Other => ("lock-other", "lock-other"),
        }
    }
}

/// One question: a purpose on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceRow {
    /// The field's name, also used for ids: `[A-Za-z0-9._-]`. Posted as `yes` or `no`,
    /// with `was.<field_name>` beside it.
    pub field_name: String,
    /// The channel's code (`email`, `phone_live` …), or `none` where there is none.
    pub channel: String,
    /// The present state.
    pub state: RowState,
    /// Why a yes is impossible, where it is.
    pub locked: Option<Lock>,
    /// What the person has chosen on this page and not saved yet, where the page is made again in
    /// another language.
    pub picked: Option<Answer>,
    /// A pause, or fewer messages, where the answer is a yes.
    pub pace: Option<PaceControl>,
    /// The day before which somebody who said no is not to be asked again.
    pub ask_again: Option<When>,
}

impl ChoiceRow {
    /// What a pause or a bound holds back, in sentences.
    pub(super) fn held_back(&self, words: Words, voice: Voice) -> Vec<String> {
        let pace = self.pace.as_ref();
        pace.map(|pace| pace.now.sentences(words, voice))
            .unwrap_or_default()
    }

    /// Whether the control of `answer` is selected.
    pub(super) fn selects(&self, answer: Answer) -> bool {
        self.picked.or(self.state.answer()) == Some(answer)
    }

    /// "Not to be asked before …": said to who asks on the customer's behalf. The customer's own page
    /// is free.
    pub(super) fn rest(&self, words: Words, voice: Voice) -> Option<String> {
        let from = self.ask_again.as_ref().filter(|_| voice.asks())?;
        let key = "agent-not-before";
        Some(words.get_with(key, &[("from", &date_of(words, from))]))
    }

    /// Whether somebody may be asked this now.
    pub(super) fn askable(&self) -> bool {
        self.open() && self.ask_again.is_none()
    }

    /// A locked row keeps its controls while a yes is in force, so that it can be stopped.
    pub(super) fn open(&self) -> bool {
        self.locked.is_none() || self.state.is(Answer::Yes)
    }
}
