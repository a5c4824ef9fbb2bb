//! A pause, or fewer messages, on the page of choices.

use crate::app::choices::{OwnChoicesView, PurposeChoices};
use crate::app::choose::{PaceChanged, PaceWish, Wish};
use crate::app::pace::Wanted;
use crate::domain::calendar::end_of_day;
use crate::domain::duration::CalendarPeriod;
use crate::domain::registry::{AtMost, Channel, LONGEST_PAUSE, Pace};
use crate::domain::time::{Now, rfc3339};
use crate::http::browser::Form;
use crate::http::pages::{Answer, NONE, PaceControl, PaceTold, RowState, When};
use crate::http::site::Site;
use chrono::{DateTime, Utc};

/// The pauses on offer.
const PAUSES: [&str; 3] = ["P1M", "P3M", "P6M"];

/// The controls of a row whose answer is a yes; a no needs neither.
pub(super) fn control(
    choices: &PurposeChoices,
    channel: Channel,
    state: &RowState,
    at: DateTime<Utc>,
    when: &impl Fn(DateTime<Utc>) -> When,
) -> Option<PaceControl> {
    if state.answer() != Some(Answer::Yes) {
        return None;
    }
    let held = choices.pace(channel).map(|held| held.pace);
    let held = held.unwrap_or_default();
    let ends = PAUSES
        .into_iter()
        .filter_map(|period| Some((period, when(end_of(period, when(at))?))));
    Some(PaceControl {
        name: format!("{}.{}", choices.purpose.id, channel.as_str()),
        now: PaceTold {
            paused_until: held.paused(at).map(when),
            at_most: held.at_most.map(AtMost::as_str),
        },
        pauses: ends.collect(),
        bounds: AtMost::ALL.map(AtMost::as_str).to_vec(),
        picked: (None, None),
    })
}

/// A pause ends as a day begins, where the registry is.
fn end_of(period: &str, at: When) -> Option<DateTime<Utc>> {
    let period: CalendarPeriod = period.parse().ok()?;
    let day = period.after_day(at.date_naive())?;
    end_of_day(day.pred_opt()?, at.timezone())
}

/// What holds back, for a page.
pub(super) fn told(site: &Site, pace: &Pace) -> PaceTold {
    let until = pace.paused_until;
    PaceTold {
        paused_until: until.map(|until| until.with_timezone(&site.timezone)),
        at_most: pace.at_most.map(AtMost::as_str),
    }
}

/// What was picked and is not saved.
pub(super) fn picked(form: &Form, name: &str) -> (Option<String>, Option<String>) {
    let field = |list: &str| form.get(&format!("{list}.{name}"));
    let often = field("often").filter(|text| *text == NONE || AtMost::parse(text).is_some());
    let pause = field("pause");
    let pause = pause.filter(|text| [NONE, "kept"].contains(text) || PAUSES.contains(text));
    (often.map(str::to_owned), pause.map(str::to_owned))
}

/// The fields that lead back to what held before.
pub(super) fn back(change: &PaceChanged) -> [(String, String); 2] {
    let name = format!("{}.{}", change.purpose, change.channel.as_str());
    let none = || NONE.to_owned();
    let often = change.before.at_most;
    let pause = change.before.paused_until;
    [
        (
            format!("often.{name}"),
            often.map_or_else(none, |most| most.as_str().to_owned()),
        ),
        (format!("pause.{name}"), pause.map_or_else(none, rfc3339)),
    ]
}

/// What the form asks for: only what differs from what its page showed, and only beside a yes.
///
/// # Errors
/// The field of the row whose value is none of those on offer; empty for one that the page has not.
pub(super) fn wishes(
    form: &Form,
    view: &OwnChoicesView,
    answers: &[Wish],
    at: When,
) -> Result<Vec<PaceWish>, String> {
    let mut wishes = Vec::new();
    for offered in &view.purposes {
        let purpose = offered.purpose.id.as_str();
        for (channel, ..) in &offered.rows {
            let name = format!("{purpose}.{}", channel.as_str());
            let wanted = wanted(form, &name, at).ok_or_else(|| format!("choice.{name}"))?;
            let says_no =
                |wish: &Wish| !wish.yes && wish.purpose == purpose && wish.channel == *channel;
            if wanted != Wanted::default() && !answers.iter().any(says_no) {
                wishes.push(PaceWish {
                    purpose: purpose.to_owned(),
                    channel: *channel,
                    wanted,
                });
            }
        }
    }
    Ok(wishes)
}

fn wanted(form: &Form, name: &str, at: When) -> Option<Wanted> {
    let changed = |list: &str| {
        let field = format!("{list}.{name}");
        let was = form.get(&format!("was.{field}"));
        form.get(&field).filter(|value| was != Some(*value))
    };
    let mut wanted = Wanted::default();
    if let Some(text) = changed("often") {
        wanted.at_most = Some(match text {
            NONE => None,
            other => Some(AtMost::parse(other)?),
        });
    }
    if let Some(text) = changed("pause") {
        wanted.paused_until = Some(match text {
            NONE => None,
            period if PAUSES.contains(&period) => Some(end_of(period, at)?),
            instant => Some(earlier(instant, at)?),
        });
    }
    Some(wanted)
}

/// The end of a pause that ran before, by which an undo leads back.
fn earlier(text: &str, at: When) -> Option<DateTime<Utc>> {
    let until = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    let until = Now::at(until).utc();
    (until <= at.to_utc() + LONGEST_PAUSE).then_some(until)
}
