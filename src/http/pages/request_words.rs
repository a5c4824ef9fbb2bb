//! How requests are said: their days, what they wait for, how the last day was counted.

use super::{Words, date_long};
use crate::app::requests::{Card, RequestView, Waits};
use crate::domain::requests::{CorrectedKind, Request, Rest};
use crate::store::TaskTold;
use chrono::{Datelike, NaiveDate};

/// A day with its weekday.
#[must_use]
pub fn day_long(w: Words, day: NaiveDate) -> String {
    let weekday = w.get(&format!("weekday-{}", day.weekday().number_from_monday()));
    let date = date_long(w, day);
    w.get_with("date-weekday", &[("weekday", &weekday), ("date", &date)])
}

/// How many days are left, or that it is late, or that the period stands still.
pub(super) fn days(w: Words, view: &RequestView) -> String {
    match view.days_left {
        Some(0) => w.get("request-today"),
        Some(left) if left < 0 => w.count("request-days-late", left.unsigned_abs()),
        Some(left) => w.count("request-days-left", left.unsigned_abs()),
        None => w.get("request-stands"),
    }
}

/// What a request waits for.
pub(super) fn waiting(w: Words, waits: &Waits) -> String {
    match waits {
        Waits::Person => w.get("request-waits-person"),
        Waits::Owner => w.get("request-waits-owner"),
        Waits::Identity => w.get("request-waits-identity"),
        Waits::Correction(what) => w.code("request-waits-correction", what.as_str()),
        Waits::Answer => w.get("request-waits-answer"),
        Waits::Nothing => w.get("request-waits-nothing"),
        Waits::Task(task) => {
            let key = match task.progress.outcome {
                Some(_) => "request-waits-failed",
                None => "request-waits-task",
            };
            let verb = w.code("request-verb", task.verb.as_str());
            w.get_with(key, &[("system", task.system.as_str()), ("verb", &verb)])
        }
    }
}

/// What whoever has a card does next.
pub(super) fn next(w: Words, card: &Card) -> String {
    let key = match &card.waits {
        Waits::Correction(CorrectedKind::Phone) => "request-next-correction",
        Waits::Person | Waits::Nothing | Waits::Correction(CorrectedKind::Email) => {
            "request-next-wait"
        }
        Waits::Owner => "request-next-owner",
        Waits::Identity => "request-next-identity",
        Waits::Task(task) if task.progress.outcome.is_some() => "request-next-failed",
        Waits::Task(_) => "request-next-task",
        Waits::Answer => "request-next-answer",
    };
    let said = w.get(key);
    let request = &card.view.request;
    let may_extend =
        request.extension.is_none() && card.view.days_left.is_some_and(|days| days >= 0);
    if may_extend && card.view.first_due == card.view.due_on {
        return format!("{said} {}", w.get("request-next-extend"));
    }
    said
}

/// How far a task is, or what came of it.
pub(super) fn progress(w: Words, task: &TaskTold) -> String {
    use crate::domain::systems::Outcome;
    let progress = &task.progress;
    let Some(outcome) = &progress.outcome else {
        let key = if progress.awaited {
            "request-task-awaited"
        } else {
            "request-task-open"
        };
        let step = w.code("request-step", progress.step.as_str());
        return w.get_with(key, &[("step", &step)]);
    };
    let said = w.code("request-outcome", outcome.as_str());
    let more = match outcome {
        Outcome::Done => return said,
        Outcome::Partly { why } => why.clone(),
        Outcome::Refused { ground } => ground.clone(),
        Outcome::LegalHold { ground, until } => match until {
            Some(day) => {
                let day = date_long(w, *day);
                let told = [("ground", ground.as_str()), ("until", day.as_str())];
                w.get_with("request-hold-until", &told)
            }
            None => ground.clone(),
        },
        Outcome::NotVerified { left } => w.count("request-rows-left", *left),
        Outcome::Failed { why } => w.code("request-failure", why.as_str()),
    };
    w.get_with("request-outcome-why", &[("outcome", &said), ("why", &more)])
}

/// The count of the days in words, step by step, the last day at the end.
pub(super) fn count(w: Words, request: &Request) -> Vec<String> {
    let receipt = &request.receipt;
    let day = |day: NaiveDate| day_long(w, day);
    let via = w.code("request-via", receipt.via.as_str());
    let received = day(receipt.received_on);
    let told = [("day", received.as_str()), ("via", via.as_str())];
    let mut said = vec![w.get_with("request-count-received", &told)];
    let Some(deadline) = request.deadline() else {
        said.push(w.get("request-count-unknown"));
        return said;
    };
    let month = day(deadline.statutory);
    said.push(w.get_with("request-count-month", &[("day", &month)]));
    for question in &request.questions {
        let asked = day(question.asked);
        said.push(match question.answered {
            Some(answered) => {
                let days = (answered - question.asked).num_days().max(0).unsigned_abs();
                let days = w.count("request-days", days);
                let answered = day(answered);
                let told = [
                    ("asked", asked.as_str()),
                    ("answered", answered.as_str()),
                    ("days", days.as_str()),
                ];
                w.get_with("request-count-pause", &told)
            }
            None => w.get_with("request-count-stands", &[("asked", &asked)]),
        });
    }
    said.extend(
        request
            .rests(deadline.first)
            .into_iter()
            .map(|rest| moved(w, rest)),
    );
    if let Some(first) = deadline.first.day() {
        said.push(w.get_with("request-count-first", &[("day", &day(first))]));
    }
    if let (Some(extended), Some(extension)) = (deadline.extended, request.extension) {
        let told_on = day(extension.told_on);
        let reason = w.code("request-extension", extension.reason.as_str());
        let told = [("day", told_on.as_str()), ("reason", reason.as_str())];
        said.push(w.get_with("request-count-extended", &told));
        said.extend(
            request
                .rests(extended)
                .into_iter()
                .map(|rest| moved(w, rest)),
        );
        if let Some(last) = extended.day() {
            said.push(w.get_with("request-count-last", &[("day", &day(last))]));
        }
    }
    said
}

fn moved(w: Words, (day, rest): (NaiveDate, Rest)) -> String {
    let why = match rest {
        Rest::Saturday => w.get("request-rest-saturday"),
        Rest::Sunday => w.get("request-rest-sunday"),
        Rest::Holiday(name) => w.get_with("request-rest-holiday", &[("name", name)]),
    };
    let day = date_long(w, day);
    w.get_with("request-count-moved", &[("day", &day), ("why", &why)])
}
