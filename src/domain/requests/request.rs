//! A request, folded from what was done with it.

use super::act::{Act, Receipt, WrongAct};
use super::ground::Ground;
use super::words::{ClosedAs, CorrectedKind, ExtensionReason, KnownBy, RequestKind};
use crate::domain::ids::{DsrId, StaffId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// For somebody to take it up.
    Received,
    /// For the person to say who they are.
    IdentityWanted,
    /// For the answer.
    InWork,
    /// For nothing.
    Done(Outcome),
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Fulfilled(NaiveDate),
    /// It was done but for a part.
    PartlyFulfilled(NaiveDate, Ground),
    /// It was refused.
    Refused(NaiveDate, Ground),
    /// It needed no answer.
    Closed(NaiveDate, ClosedAs),
}

/// When the person was asked who they are, and when they answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Since when the period stands still.
    pub asked: NaiveDate,
    /// Until when.
    pub answered: Option<NaiveDate>,
}

/// Two further months.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Extension {
    /// On which day the person was told.
    pub told_on: NaiveDate,
    /// Why.
    pub reason: ExtensionReason,
}

/// A corrected contact point that waits for its confirmation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Correction {
    /// Since which day.
    pub since: NaiveDate,
    /// Of which sort.
    pub what: CorrectedKind,
}

/// How a request stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: DsrId,
    /// How many acts there were, its receipt the first.
    pub version: u32,
    /// As it came in.
    pub receipt: Receipt,
    /// What is waited for.
    pub state: State,
    /// How it is known who asks.
    pub identity: Option<KnownBy>,
    /// What was asked of the person.
    pub questions: Vec<Question>,
    /// Two further months.
    pub extension: Option<Extension>,
    /// Who takes care of it.
    pub owner: Option<StaffId>,
    /// A corrected contact point that waits for its confirmation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub correction: Option<Correction>,
}

impl Request {
    /// A request that came in.
    #[must_use]
    pub fn received(id: DsrId, receipt: Receipt) -> Self {
        Self {
            id,
            version: 1,
            identity: receipt.known_by,
            receipt,
            state: State::Received,
            questions: Vec::new(),
            extension: None,
            owner: None,
            correction: None,
        }
    }

    /// Whether it waits for something.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, State::Done(_))
    }

    /// The word for what is waited for, or for how it ended.
    #[must_use]
    pub const fn state_word(&self) -> &'static str {
        match self.state {
            State::IdentityWanted => "identity_wanted",
            State::Received | State::InWork if self.extension.is_some() => "extended",
            State::Received => "received",
            State::InWork => "in_work",
            State::Done(Outcome::Fulfilled(_)) => "fulfilled",
            State::Done(Outcome::PartlyFulfilled(..)) => "partly_fulfilled",
            State::Done(Outcome::Refused(..)) => "refused",
            State::Done(Outcome::Closed(..)) => "closed",
        }
    }

    /// The words that [`Self::state_word`] can be.
    pub const STATES: [&str; 8] = [
        "received",
        "identity_wanted",
        "in_work",
        "extended",
        "fulfilled",
        "partly_fulfilled",
        "refused",
        "closed",
    ];

    /// The request after an act.
    ///
    /// # Errors
    /// What stands against it.
    pub fn after(&self, act: &Act) -> Result<Self, WrongAct> {
        if !self.is_open() {
            return Err(WrongAct::Done);
        }
        if act.on().is_some_and(|on| on < self.receipt.received_on) {
            return Err(WrongAct::BeforeReceipt);
        }
        let mut next = self.clone();
        next.version = next.version.saturating_add(1);
        match *act {
            Act::AskIdentity { on, .. } => next.ask(on)?,
            Act::Challenge { .. } if next.identity.is_some() => return Err(WrongAct::Identified),
            Act::Challenge { .. } => {}
            Act::Identify { on, known_by } => next.identify(on, known_by)?,
            Act::Extend { on, reason } => next.extend(on, reason)?,
            Act::Assign { owner } => next.assign(owner),
            Act::Correct { on, what } => next.correct(on, what)?,
            Act::Confirm { .. } => next.confirm()?,
            Act::DropCorrection { .. } if next.correction.is_none() => {
                return Err(WrongAct::NoCorrection);
            }
            Act::DropCorrection { .. } => next.correction = None,
            Act::Fulfil { on, except } => next.fulfil(on, except)?,
            Act::Refuse { on, ground } => next.refuse(on, ground)?,
            Act::Close { on, reason } => next.close(on, reason)?,
        }
        Ok(next)
    }

    fn ask(&mut self, asked: NaiveDate) -> Result<(), WrongAct> {
        if self.state == State::IdentityWanted {
            return Err(WrongAct::AskedAlready);
        }
        if self.identity == Some(KnownBy::SignIn) {
            return Err(WrongAct::SignedIn);
        }
        self.questions.push(Question {
            asked,
            answered: None,
        });
        (self.state, self.identity) = (State::IdentityWanted, None);
        Ok(())
    }

    fn identify(&mut self, on: NaiveDate, known_by: KnownBy) -> Result<(), WrongAct> {
        if known_by == KnownBy::Document && self.questions.is_empty() {
            return Err(WrongAct::NoDoubt);
        }
        if known_by == KnownBy::Mandate && !self.receipt.mandated {
            return Err(WrongAct::NoMandate);
        }
        if let Some(question) = self.questions.last_mut() {
            // an answer before the question answers it on its day
            question.answered.get_or_insert(on.max(question.asked));
        }
        (self.state, self.identity) = (State::InWork, Some(known_by));
        Ok(())
    }

    fn extend(&mut self, told_on: NaiveDate, reason: ExtensionReason) -> Result<(), WrongAct> {
        if self.extension.is_some() {
            return Err(WrongAct::ExtendedAlready);
        }
        let first = self.deadline().and_then(|deadline| deadline.first.day());
        if first.is_some_and(|last| told_on > last) {
            return Err(WrongAct::ExtensionLate);
        }
        self.extension = Some(Extension { told_on, reason });
        Ok(())
    }

    fn assign(&mut self, owner: Option<StaffId>) {
        self.owner = owner;
        if self.state == State::Received && owner.is_some() {
            self.state = State::InWork;
        }
    }

    /// Whoever asks must be known: who could have anybody's contact point moved would have their choices.
    fn correct(&mut self, since: NaiveDate, what: CorrectedKind) -> Result<(), WrongAct> {
        if self.receipt.kind != RequestKind::Rectification {
            return Err(WrongAct::NotARectification);
        }
        if self.identity.is_none() {
            return Err(WrongAct::NotIdentified);
        }
        (self.state, self.correction) = (State::InWork, Some(Correction { since, what }));
        Ok(())
    }

    fn confirm(&mut self) -> Result<(), WrongAct> {
        if self.identity.is_none() {
            return Err(WrongAct::NotIdentified);
        }
        self.correction
            .take()
            .map(drop)
            .ok_or(WrongAct::NoCorrection)
    }

    fn fulfil(&mut self, on: NaiveDate, except: Option<Ground>) -> Result<(), WrongAct> {
        let kind = self.receipt.kind;
        if kind.needs_identity() && self.identity.is_none() {
            return Err(WrongAct::NotIdentified);
        }
        if self.correction.is_some() {
            return Err(WrongAct::CorrectionUnconfirmed);
        }
        let outcome = match except {
            Some(ground) if !ground.fits(kind) => return Err(WrongAct::GroundDoesNotFit),
            Some(ground) => Outcome::PartlyFulfilled(on, ground),
            None => Outcome::Fulfilled(on),
        };
        self.state = State::Done(outcome);
        Ok(())
    }

    fn refuse(&mut self, on: NaiveDate, ground: Ground) -> Result<(), WrongAct> {
        if !ground.fits(self.receipt.kind) {
            return Err(WrongAct::GroundDoesNotFit);
        }
        if ground == Ground::NotIdentified && self.identity.is_some() {
            return Err(WrongAct::GroundDoesNotFit);
        }
        (self.state, self.correction) = (State::Done(Outcome::Refused(on, ground)), None);
        Ok(())
    }

    fn close(&mut self, on: NaiveDate, reason: ClosedAs) -> Result<(), WrongAct> {
        match reason {
            ClosedAs::Duplicate if !self.receipt.duplicate => return Err(WrongAct::NoDuplicate),
            ClosedAs::Unanswered if self.state != State::IdentityWanted => {
                return Err(WrongAct::NothingAsked);
            }
            _ => {}
        }
        (self.state, self.correction) = (State::Done(Outcome::Closed(on, reason)), None);
        Ok(())
    }
}
