//! The state of a case's consents: the registry's fold over the events listed.

use super::vector::{Case, Consent};
use crate::domain::duration::CalendarPeriod;
use crate::domain::ids::RecordId;
use crate::domain::registry::{
    Act, Answer, Channel, Circumstances, Clarity, ConsentState, Mention, SourceKind,
};
use crate::policy::gather::{Answered, Mentions, Moment, Taken, When};
use crate::policy::vocabulary::{ConsentFact, PurposeUse, SlotFact, Stated};
use crate::policy::{FactSet, Facts};
use chrono::{DateTime, Utc};

/// Sets the facts of the consents, and returns the answer for the purpose and channel asked.
pub(super) fn facts(case: &Case, moment: &Moment, facts: &mut Facts) -> Option<Answered> {
    let all = case.registry.consents.as_deref().unwrap_or_default();
    let own = held(all, case.purpose, case.channel, moment);
    if let Some((consent, answered)) = &own {
        answered.facts(moment, FactSet::ALL, facts);
        evidence(case, consent, moment, facts);
    } else if all
        .iter()
        .any(|one| is_for(one, case.purpose, case.channel))
    {
        facts.consent = ConsentFact::Requested;
    }
    elsewhere(case, all, moment, facts);
    own.map(|(_, answered)| answered)
}

/// Whether an event is about this purpose and channel: one tick may have covered several.
fn is_for(consent: &Consent, purpose: PurposeUse, channel: Channel) -> bool {
    consent.purpose == purpose && (consent.channel == channel || consent.bundle.contains(&channel))
}

/// The answer that holds, and the event that it rests on.
fn held<'a>(
    all: &'a [Consent],
    purpose: PurposeUse,
    channel: Channel,
    moment: &Moment,
) -> Option<(&'a Consent, Answered)> {
    let mut held: Option<(usize, ConsentState)> = None;
    for (at, consent) in all.iter().enumerate() {
        let Some(state) = state(consent, moment).filter(|_| is_for(consent, purpose, channel))
        else {
            continue;
        };
        // what was answered after the instant asked about had not been answered then
        if state.effective_at > moment.at && !state.status.is_no() {
            continue;
        }
        if held
            .as_ref()
            .is_none_or(|(_, before)| state.supersedes(before))
        {
            held = Some((at, state));
        }
    }
    let (at, state) = held?;
    let answered = Answered {
        answer: state.status,
        effective_at: state.effective_at,
        expired: state.expired(moment.at),
        proof: state.proof,
        imported: state.source == SourceKind::Import,
    };
    Some((all.get(at)?, answered))
}

/// An event as the registry keeps it. What a partner or a broker hands over is an import.
fn state(consent: &Consent, moment: &Moment) -> Option<ConsentState> {
    let status = consent.status.answer()?;
    let bought = ["partner", "broker"]
        .map(Some)
        .contains(&consent.source.as_deref());
    let effective_at = if status.is_no() {
        consent.collected_at.end(moment)
    } else {
        consent.collected_at.start(moment)
    };
    Some(ConsentState {
        status,
        effective_at,
        valid_until: consent
            .validity
            .as_deref()
            .map(|period| ends(period, consent.collected_at, moment)),
        notice: None,
        source: if bought {
            SourceKind::Import
        } else {
            SourceKind::WebForm
        },
        proof: consent.individual_proof == Some(true),
        clarity: Clarity::Clear,
        circumstances: Circumstances::default(),
        record: RecordId::from_bytes([0; 16]),
        position: 0,
    })
}

/// The end of a validity; at once where the period cannot be read.
fn ends(period: &str, collected: When, moment: &Moment) -> DateTime<Utc> {
    let start = collected.start(moment);
    let Ok(period) = period.parse::<CalendarPeriod>() else {
        return start;
    };
    let of_day = |day: chrono::NaiveDate| {
        let last = period.after(day.and_time(chrono::NaiveTime::MIN).and_utc())?;
        Some(When::Day(last.date_naive()).start(moment))
    };
    let end = match collected {
        When::Day(day) => of_day(day),
        When::Instant(_) => period.after(start),
    };
    end.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn evidence(case: &Case, consent: &Consent, moment: &Moment, facts: &mut Facts) {
    facts.notice_current = !consent.notice_superseded;
    let versioned = consent.notice_version.as_ref().map(|_| true);
    facts.wording_known = Stated::from(consent.wording_kept.or(versioned));
    facts.recipient_named = recipient(case, consent);
    let taken = Taken {
        clarity: clarity(consent.act.as_deref()),
        sender_named: consent.named_sender,
        mentions: consent.r223_1_mentions.as_deref().map(mentions),
        confirmed: consent.double_opt_in_confirmed,
        phone_number_verified: consent.phone_number_verified,
        explicit: consent.explicit == Some(true),
        by_parent: consent.given_by.as_deref() == Some("parent"),
        slot: match consent.exact_slot {
            Some(When::Instant(at)) => Some(at.with_timezone(&Utc)),
            _ => None,
        },
        attested: consent.attested == Some(true),
        off_hours: consent.off_hours_general == Some(true),
        bundled: consent.bundle.len() > 1,
    };
    let answer = consent.status.answer().unwrap_or(Answer::Requested);
    taken.facts(answer, moment, facts);
    if let Some(When::Day(_)) = consent.exact_slot {
        // a day is no exact time
        facts.exact_slot = SlotFact::OtherTime;
    }
}

/// What the act named is worth; every act that is not known to be unclear is clear
/// (`law/README.md`).
fn clarity(named: Option<&str>) -> Clarity {
    match named {
        Some("pre_ticked_box") => Clarity::Preticked,
        Some("browsing") => Clarity::Inactive,
        named => named
            .and_then(Act::parse)
            .map(Act::clarity)
            .unwrap_or_default(),
    }
}

fn recipient(case: &Case, consent: &Consent) -> Stated {
    let named = |recipient: &String| {
        let list = consent.recipients.as_deref().unwrap_or_default();
        list.contains(recipient)
    };
    Stated::from(case.told.recipient.as_ref().map(named))
}

/// The mentions made; words that are none are none.
fn mentions(made: &[String]) -> Mentions {
    let read = |word: &String| serde_json::from_value::<Mention>(word.as_str().into()).ok();
    Mentions::of(&made.iter().filter_map(read).collect())
}

/// Valid yeses that do not reach this use, and the answer on the terminal.
fn elsewhere(case: &Case, all: &[Consent], moment: &Moment, facts: &mut Facts) {
    let valid = |purpose, channel| {
        held(all, purpose, channel, moment)
            .is_some_and(|(_, answered)| answered.answer == Answer::Given && !answered.expired)
    };
    let others = || {
        all.iter()
            .filter(|one| one.purpose == case.purpose && one.channel != case.channel)
    };
    facts.consent_on_other_channel = others().any(|one| valid(one.purpose, one.channel));
    let for_this = all.iter().any(|one| one.purpose == case.purpose);
    facts.consent_on_other_purpose =
        !for_this && all.iter().any(|one| valid(one.purpose, one.channel));
    let on_terminal = held(all, case.purpose, Channel::StorageAccess, moment);
    facts.terminal_consent = Stated::from(on_terminal.map(|(_, answered)| {
        answered.answer == Answer::Given && !answered.expired && answered.proof
    }));
}
