//! A pause, or fewer contacts, beside a yes. It holds back and grants nothing: no answer changes by it, and
//! when a pause ends what the person chose before holds again by itself.
//!
//! Nothing here depends on policies.

use super::contact::Named;
use super::open::App;
use super::record::{look_at_source, person, unknown_channel, unknown_purpose};
use super::refusal::{FieldProblem, Refusal};
use super::scope::beyond;
use crate::access::{Grant, RecordConsents};
use crate::domain::ids::{RecordId, SubjectId};
use crate::domain::registry::{
    Act, AtMost, Catalogue, Channel, LONGEST_PAUSE, Pace, PaceRecord, PaceState, Purpose, Slug,
    Source,
};
use crate::domain::time::{Now, rfc3339};
use crate::store::{Committed, Entry, IdempotencyKey, Order, Recorded, Records, WriteTx};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is to hold from now on: left out, it stays as it is; none, it holds no longer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(clippy::option_option, reason = "absent and none say different things")]
pub struct Wanted {
    /// Until when nothing is to be sent.
    pub paused_until: Option<Option<DateTime<Utc>>>,
    /// How often at most.
    pub at_most: Option<Option<AtMost>>,
}

/// A request, not yet looked at.
#[derive(Debug, Clone)]
#[allow(clippy::option_option, reason = "absent and none say different things")]
pub struct PaceClaim {
    /// Whose.
    pub named: Named,
    /// What for.
    pub purpose: String,
    /// By which channel; by each that the purpose has where left out.
    pub channel: Option<String>,
    /// Until when.
    pub paused_until: Option<Option<DateTime<Utc>>>,
    /// How often at most, by its name.
    pub at_most: Option<Option<String>>,
    /// Where it was taken down.
    pub source: Source,
    /// By which act.
    pub act: Option<String>,
}

/// What holds for one purpose and channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaceView {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// Until when nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<String>,
    /// How often at most: `one_a_week`, `two_a_month`, `one_a_month`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<String>,
    /// Since when.
    pub since: String,
}

/// What was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WrittenPaces {
    /// The person.
    pub subject_id: SubjectId,
    /// What holds now, a channel each.
    pub paces: Vec<PaceView>,
}

impl PaceView {
    /// What holds at an instant; `None` where nothing does.
    #[must_use]
    pub fn of(
        purpose: &Slug,
        channel: Channel,
        state: &PaceState,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let (paused_until, at_most) = (state.pace.paused(at), state.pace.at_most);
        (paused_until.is_some() || at_most.is_some()).then(|| Self {
            purpose: purpose.to_string(),
            channel: channel.as_str().to_owned(),
            paused_until: paused_until.map(rfc3339),
            at_most: at_most.map(|most| most.as_str().to_owned()),
            since: rfc3339(state.since),
        })
    }
}

/// What a claim asks for, where it reads and fits.
struct Fits {
    purpose: Purpose,
    channels: Vec<Channel>,
    wanted: Wanted,
    act: Option<Act>,
}

impl App {
    /// Records a pause or a bound that a person asked for, or that they want it no longer. It takes effect
    /// with the next check.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming every bad field.
    pub async fn set_pace(
        &self,
        grant: &Grant<RecordConsents>,
        claim: PaceClaim,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<WrittenPaces>, Refusal> {
        let retries_are_told = idempotency.is_some();
        let order = Order {
            blinds: claim.named.blinds(),
            idempotency,
            ..Order::at(now)
        };
        let actor = grant.clone();
        self.store
            .write(grant, order, move |tx| {
                write(tx, &actor, &claim, retries_are_told)
            })
            .await
    }
}

fn write(
    tx: &mut WriteTx<'_>,
    grant: &Grant<RecordConsents>,
    claim: &PaceClaim,
    retries_are_told: bool,
) -> Result<Recorded<WrittenPaces>, Refusal> {
    let fits = look(tx.catalogue(), claim, tx.now()).map_err(Refusal::Invalid)?;
    if let Some(fault) = beyond(grant, &fits.purpose, "") {
        return Err(Refusal::Invalid(vec![fault]));
    }
    let subject = person(tx, grant, "", &claim.named)?;
    let (mut paces, mut last) = (Vec::new(), None);
    for channel in &fits.channels {
        let held = tx.pace(subject, &fits.purpose.id, *channel)?;
        if !retries_are_told && loosens(held.as_ref(), fits.wanted, tx.now()) {
            return Err(undated());
        }
        let said = Said {
            subject,
            identified_by: claim.named.kinds(),
            purpose: &fits.purpose,
            channel: *channel,
            wanted: fits.wanted,
            source: claim.source.clone(),
            act: fits.act,
        };
        let (entry, state) = record(tx, grant, said)?;
        last = Some(entry);
        paces.extend(PaceView::of(
            &fits.purpose.id,
            *channel,
            &state,
            tx.now().utc(),
        ));
    }
    let written = WrittenPaces {
        subject_id: subject,
        paces,
    };
    let none = || Refusal::field("/channel", "channel_unknown", "the purpose has no channel");
    Ok(last.ok_or_else(none)?.with(written))
}

/// A retry is no act of the person: what ends a pause or lifts a bound must tell one from a new request.
fn undated() -> Refusal {
    Refusal::field(
        "/paused_until",
        "act_not_dated",
        "this person asked for a longer pause or for fewer contacts; to record that they want otherwise \
         now, send an Idempotency-Key, so that a retry is not taken for a new wish",
    )
}

/// One wish of a known person.
pub(super) struct Said<'a> {
    pub subject: SubjectId,
    pub identified_by: Vec<String>,
    pub purpose: &'a Purpose,
    pub channel: Channel,
    pub wanted: Wanted,
    pub source: Source,
    pub act: Option<Act>,
}

/// Records it with all that holds from now on.
pub(super) fn record<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    said: Said<'_>,
) -> Result<(Entry, PaceState), Refusal> {
    let held = tx.pace(said.subject, &said.purpose.id, said.channel)?;
    let record = PaceRecord {
        id: RecordId::new(tx.now(), tx.entropy())?,
        subject: said.subject,
        identified_by: said.identified_by,
        controller: said.purpose.controller.clone(),
        purpose: said.purpose.id.clone(),
        channel: said.channel,
        pace: said.wanted.over(held.as_ref(), tx.now()),
        source: said.source,
        act: said.act,
        effective_at: tx.now().utc(),
    };
    Ok(tx.set_pace(grant, record)?)
}

impl Wanted {
    /// All that would hold with it.
    pub(super) fn over(self, held: Option<&PaceState>, now: Now) -> Pace {
        let held = held.map(|held| held.pace).unwrap_or_default();
        let paused = self.paused_until.unwrap_or(held.paused_until);
        Pace {
            paused_until: paused.filter(|until| *until > now.utc()),
            at_most: self.at_most.unwrap_or(held.at_most),
        }
    }
}

/// Whether it would hold less back than what holds now.
pub(super) fn loosens(held: Option<&PaceState>, wanted: Wanted, now: Now) -> bool {
    let Some(held) = held else { return false };
    let running = Pace {
        paused_until: held.pace.paused(now.utc()),
        at_most: held.pace.at_most,
    };
    let after = wanted.over(Some(held), now);
    after.stricter(running) != after
}

fn look(catalogue: &Catalogue, claim: &PaceClaim, now: Now) -> Result<Fits, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let purpose = catalogue.purpose(&claim.purpose);
    if purpose.is_none() {
        problems.push(unknown_purpose(""));
    }
    if purpose.is_some_and(|purpose| !purpose.legal_basis.is_chosen()) {
        let detail = "rests on no choice of the person; only what they choose about can be paused";
        problems.push(FieldProblem::new("/purpose", "not_chosen", detail));
    }
    let channels = look_at_channel(purpose, claim, &mut problems);
    let wanted = Wanted {
        paused_until: look_at_pause(claim.paused_until, now, &mut problems),
        at_most: look_at_most(claim.at_most.as_ref(), &mut problems),
    };
    if claim.paused_until.is_none() && claim.at_most.is_none() {
        let detail = "say paused_until, at_most, or both; null ends what holds";
        problems.push(FieldProblem::new("/paused_until", "field_missing", detail));
    }
    let act = super::told_act::act(claim.act.as_deref(), "", &mut problems);
    look_at_source("", &claim.source, &mut problems);
    match purpose {
        Some(purpose) if problems.is_empty() => Ok(Fits {
            purpose: purpose.clone(),
            channels,
            wanted,
            act,
        }),
        _ => Err(problems),
    }
}

fn look_at_channel(
    purpose: Option<&Purpose>,
    claim: &PaceClaim,
    problems: &mut Vec<FieldProblem>,
) -> Vec<Channel> {
    let all = purpose.map(|purpose| purpose.channels.clone());
    let all: Vec<Channel> = all.into_iter().flatten().collect();
    let Some(text) = &claim.channel else {
        return all;
    };
    let channel = Channel::parse(text);
    if channel.is_none() {
        problems.push(unknown_channel(""));
    } else if purpose.is_some() && !all.iter().any(|one| Some(*one) == channel) {
        let detail = "is no channel of this purpose; GET /v1/purposes lists those that are";
        problems.push(FieldProblem::new(
            "/channel",
            "channel_not_of_purpose",
            detail,
        ));
    }
    channel.into_iter().collect()
}

#[allow(clippy::option_option, reason = "absent and none say different things")]
fn look_at_pause(
    told: Option<Option<DateTime<Utc>>>,
    now: Now,
    problems: &mut Vec<FieldProblem>,
) -> Option<Option<DateTime<Utc>>> {
    let until = told.flatten().map(|until| Now::at(until).utc());
    let wrong = match until {
        Some(until) if until <= now.utc() => "lies in the past; null ends a pause",
        Some(until) if until > now.utc() + LONGEST_PAUSE => {
            "is more than a year ahead; who wants nothing for longer says no"
        }
        _ => return told.map(|_| until),
    };
    let problem = FieldProblem::new("/paused_until", "pause_out_of_range", wrong);
    problems.push(problem);
    None
}

#[allow(clippy::option_option, reason = "absent and none say different things")]
fn look_at_most(
    told: Option<&Option<String>>,
    problems: &mut Vec<FieldProblem>,
) -> Option<Option<AtMost>> {
    let Some(text) = told? else {
        return Some(None);
    };
    let most = AtMost::parse(text);
    if most.is_none() {
        let names: Vec<&str> = AtMost::ALL.iter().map(|one| one.as_str()).collect();
        let detail = format!("must be one of {}, or null", names.join(", "));
        problems.push(FieldProblem::new("/at_most", "at_most_unknown", detail));
    }
    Some(most)
}

#[cfg(test)]
pub(in crate::app) mod tests;
