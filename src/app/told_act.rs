//! What a request tells of the person's act: read against the closed lists, and held against the
//! answer that it comes with. A request for a confirmation is never a yes.

#[cfg(test)]
mod tests;

use super::refusal::FieldProblem;
use crate::domain::registry::{Act, Answer, Bundle, Channel, Circumstances, GivenBy};
use crate::domain::time::Now;
use chrono::{DateTime, TimeDelta, Utc};

/// How far a collector's clock may run ahead.
pub(super) const SKEW: TimeDelta = TimeDelta::seconds(30);

/// What is told of the act, not yet looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldAct {
    /// By which act.
    pub act: Option<String>,
    /// A double opt-in: `requested` or `confirmed`, and when it was confirmed.
    pub double_opt_in: Option<(String, Option<DateTime<Utc>>)>,
    /// `person` or `parent`.
    pub given_by: Option<String>,
    /// The one date and time agreed to.
    pub exact_slot: Option<DateTime<Utc>>,
    /// Whether that agreement is attested.
    pub attested: Option<bool>,
    /// Whether it is a consent to other hours in general.
    pub off_hours_general: Option<bool>,
    /// The channels that the one tick covered.
    pub bundle: Option<Vec<String>>,
    /// Whether the consent is explicit.
    pub explicit: Option<bool>,
    /// Whether the phone number was verified.
    pub phone_number_verified: Option<bool>,
}

impl ToldAct {
    /// Only the act itself.
    #[must_use]
    pub fn by(act: Act) -> Self {
        Self {
            act: Some(act.as_str().to_owned()),
            ..Self::default()
        }
    }
}

/// The act of that name.
pub(super) fn act(
    text: Option<&str>,
    pointer: &str,
    problems: &mut Vec<FieldProblem>,
) -> Option<Act> {
    let act = Act::parse(text?);
    if act.is_none() {
        let names: Vec<&str> = Act::ALL.iter().map(|act| act.as_str()).collect();
        let detail = format!("must be one of {}", names.join(", "));
        problems.push(FieldProblem::new(
            format!("{pointer}/act"),
            "act_unknown",
            detail,
        ));
    }
    act
}

/// Where the answer stands and what is wrong with what was told of it.
pub(super) struct Look<'a> {
    pub pointer: &'a str,
    pub status: Option<Answer>,
    pub collected_at: Option<DateTime<Utc>>,
    pub now: Now,
    pub problems: &'a mut Vec<FieldProblem>,
}

impl Look<'_> {
    /// Reads what was told, naming everything that is wrong with it.
    pub fn at(&mut self, told: &ToldAct) -> (Option<Act>, Circumstances) {
        let act = act(told.act.as_deref(), self.pointer, self.problems);
        let circumstances = Circumstances {
            attested: told.attested == Some(true),
            bundle: self.bundle(told.bundle.as_deref().unwrap_or_default()),
            confirmed_at: self.confirmed_at(told.double_opt_in.as_ref()),
            exact_slot: told.exact_slot.map(|at| Now::at(at).utc()),
            explicit: told.explicit,
            given_by: self.given_by(told.given_by.as_deref()),
            off_hours_general: told.off_hours_general == Some(true),
            phone_number_verified: told.phone_number_verified,
        };
        self.of_a_yes(told);
        (act, circumstances)
    }

    fn found(&mut self, field: &str, code: &'static str, detail: impl Into<String>) {
        let pointer = format!("{}/{field}", self.pointer);
        self.problems.push(FieldProblem::new(pointer, code, detail));
    }

    fn given_by(&mut self, text: Option<&str>) -> Option<GivenBy> {
        let by = GivenBy::parse(text?);
        if by.is_none() {
            self.found("given_by", "given_by_unknown", "must be person or parent");
        }
        by
    }

    fn bundle(&mut self, told: &[String]) -> Bundle {
        let read: Vec<_> = told.iter().map(|name| Channel::parse(name)).collect();
        for (at, _) in read.iter().enumerate().filter(|(_, one)| one.is_none()) {
            let detail = "is no channel; name those that the one tick covered";
            self.found(&format!("bundle/{at}"), "channel_unknown", detail);
        }
        read.into_iter().flatten().collect()
    }

    /// The instant of the confirmation, which is the instant of the yes.
    fn confirmed_at(
        &mut self,
        told: Option<&(String, Option<DateTime<Utc>>)>,
    ) -> Option<DateTime<Utc>> {
        let (state, at) = told?;
        let wrong = match (state.as_str(), self.status, at) {
            ("requested", Some(Answer::Given), _) => (
                "not_confirmed",
                "a request that is not confirmed is no yes; send status requested now, and given with the confirmation",
            ),
            ("confirmed", Some(Answer::Requested), _) => (
                "confirmed_is_given",
                "a confirmed request is a yes; send status given",
            ),
            ("requested", _, Some(_)) => (
                "date_of_request",
                "a request has its date in collected_at; at is the date of a confirmation",
            ),
            ("requested", _, None) => return None,
            ("confirmed", _, None) => (
                "date_missing",
                "say in at when the person confirmed; the yes counts from then",
            ),
            ("confirmed", _, Some(at)) => return self.date_of(*at),
            _ => ("state_unknown", "state must be requested or confirmed"),
        };
        self.found("double_opt_in", wrong.0, wrong.1);
        None
    }

    fn date_of(&mut self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if at > self.now.utc() + SKEW {
            self.found("double_opt_in/at", "date_in_future", "lies in the future");
            return None;
        }
        if self.collected_at.is_some_and(|asked| asked > at) {
            let detail = "the confirmation lies before collected_at, when the person was asked";
            self.found("double_opt_in/at", "confirmed_before_request", detail);
            return None;
        }
        Some(Now::at(at).utc())
    }

    /// What only a yes can have, and what only goes with a slot.
    fn of_a_yes(&mut self, told: &ToldAct) {
        if told.attested == Some(true) && told.exact_slot.is_none() {
            let detail = "attests the consent to one exact time; say it in exact_slot";
            self.found("attested", "slot_missing", detail);
        }
        if !self.status.is_some_and(Answer::is_no) {
            return;
        }
        let yes_only = [
            ("double_opt_in", told.double_opt_in.is_some()),
            ("exact_slot", told.exact_slot.is_some()),
            ("attested", told.attested.is_some()),
            ("off_hours_general", told.off_hours_general.is_some()),
            ("bundle", told.bundle.is_some()),
            ("explicit", told.explicit.is_some()),
        ];
        for (field, _) in yes_only.into_iter().filter(|(_, is_told)| *is_told) {
            self.found(
                field,
                "not_of_a_no",
                "belongs to a yes; leave it out of a no",
            );
        }
    }
}
