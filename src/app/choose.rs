//! A customer changes their own choices in the form.
//!
//! Nothing here depends on policies: saying no works whatever state they are in.

use super::confirm::{self, Wanted as Unconfirmed};
use super::contact::Named;
use super::open::App;
use super::pace::{self, Said, Wanted, loosens};
use super::record::{Consent, write_for};
use super::refusal::{FieldProblem, Refusal};
use crate::access::{Grant, Own, OwnChoices, StopOwn};
use crate::domain::ids::{Position, RecordId, SubjectId};
use crate::domain::registry::{
    Act, Answer, Catalogue, Channel, Circumstances, ConsentState, Language, NoticeRef, Objection,
    Pace, PaceState, Purpose, Source, SourceKind,
};
use crate::domain::time::Now;
use crate::store::{Committed, Contact, Entry, Order, Pending, Records, WriteTx};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How long a choice just made can be undone by one press, on the person's own page or where an agent
/// took it down. Afterwards it is changed as any other.
#[must_use]
pub const fn undo_within(taken: SourceKind) -> TimeDelta {
    match taken {
        SourceKind::WebForm => TimeDelta::minutes(10),
        _ => TimeDelta::minutes(5),
    }
}

/// What one row of the form asks for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: Channel,
    /// Yes or no.
    pub yes: bool,
    /// The words that the page showed.
    pub shown: Option<NoticeRef>,
}

/// What a pause or a bound of one row is to be.
#[derive(Debug, Clone)]
pub struct PaceWish {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: Channel,
    /// What is to hold.
    pub wanted: Wanted,
}

/// What a form asks for, and what its page was made on.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// The rows whose answer differs from the one that the page showed.
    pub rows: Vec<Wish>,
    /// The pauses and bounds that differ from those that the page showed.
    pub paces: Vec<PaceWish>,
    /// Stop everything.
    pub stop_all: bool,
    /// The page's [`super::choices::OwnChoicesView::seen`].
    pub seen: Position,
    /// The language that the page was in.
    pub language: Language,
    /// How the person acted: `choice_saved`, `choice_undone`, `stop_all`, `one_click`.
    pub act: Act,
    /// Where it was said, and who took it down.
    pub source: Source,
    /// By what it can be found again elsewhere: the number of a call or of a paper form.
    pub reference: Option<String>,
}

/// One choice that changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Changed {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: Channel,
    /// The answer before.
    pub before: Option<Answer>,
    /// The answer now.
    pub after: Answer,
    /// The record of it.
    pub record: RecordId,
}

/// One pause or bound that changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaceChanged {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: Channel,
    /// What held before.
    pub before: Pace,
    /// What holds now.
    pub after: Pace,
}

/// All that changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Changes {
    /// Answers.
    pub answers: Vec<Changed>,
    /// Pauses and bounds.
    pub paces: Vec<PaceChanged>,
}

impl App {
    /// Writes the wishes of the person behind a link down, in one transaction; `None` where
    /// everything was so already. A yes that has to be confirmed waits for the mail to their address `to`.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with code `choice_changed` where a yes was asked for on a page that
    /// is older than the answer it would replace, `undo_too_late` where an undo would make a yes of
    /// a no that is older than [`undo_within`].
    pub async fn choose(
        &self,
        grant: &Grant<OwnChoices>,
        wishes: Wishes,
        to: Option<Contact>,
        now: Now,
    ) -> Result<Option<Committed<Changes>>, Refusal> {
        self.choose_as(grant, wishes, to, now).await
    }

    /// Stops everything for the person behind a link that can do no more; `None` where everything had
    /// stopped already.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn stop_all(
        &self,
        grant: &Grant<StopOwn>,
        (language, act): (Language, Act),
        now: Now,
    ) -> Result<Option<Committed<Changes>>, Refusal> {
        let wishes = Wishes {
            rows: Vec::new(),
            paces: Vec::new(),
            stop_all: true,
            seen: 0,
            language,
            act,
            source: Source::OWN_PAGE,
            reference: None,
        };
        self.choose_as(grant, wishes, None, now).await
    }

    async fn choose_as<P: Own + Records + 'static>(
        &self,
        grant: &Grant<P>,
        wishes: Wishes,
        to: Option<Contact>,
        now: Now,
    ) -> Result<Option<Committed<Changes>>, Refusal> {
        let own = grant
            .customer()
            .ok_or(Refusal::NotFound("a person for this link"))?;
        let order = Order {
            subjects: vec![own],
            blinds: to.iter().map(|to| to.blind).collect(),
            ..Order::at(now)
        };
        let (actor, post) = (grant.clone(), self.answer_post(to));
        let outcome = self
            .store
            .write(grant, order, move |tx| {
                let subject = tx.resolve(own);
                let subject = subject.ok_or(Refusal::NotFound("a person for this link"))?;
                write(tx, &actor, subject, (&wishes, &post))
            })
            .await;
        none_if_so_already(outcome)
    }

    /// How a yes is confirmed that has to be: by a mail to this address.
    pub(super) fn answer_post(&self, to: Option<Contact>) -> Post {
        Post {
            to: to.filter(|_| self.mails()),
            base: self.public_url().to_owned(),
        }
    }
}

/// By which way a yes is confirmed.
pub(super) struct Post {
    /// The person's address; none where no mail goes out, or none of theirs is known.
    to: Option<Contact>,
    /// The service's own address.
    base: String,
}

const NOTHING: &str = "nothing_to_change";

/// `None` where everything was so already.
pub(super) fn none_if_so_already<T>(outcome: Result<T, Refusal>) -> Result<Option<T>, Refusal> {
    match outcome {
        Err(Refusal::Conflict { code: NOTHING, .. }) => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// Writes a person's wishes down.
pub(super) fn write<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    (wishes, post): (&Wishes, &Post),
) -> Result<crate::store::Recorded<Changes>, Refusal> {
    let asked = tx.open_confirmations(grant, subject)?;
    let (mut changed, mut problems, mut last) = (Changes::default(), Vec::new(), None);
    let mut open: Vec<(Consent, RecordId)> = Vec::new();
    let to = post.to.as_ref();
    let to = to.filter(|to| tx.find(std::slice::from_ref(to)).contains(&subject));
    for wish in all(tx.catalogue(), wishes) {
        match one(tx, grant, subject, &wish, (wishes, &asked, to.is_some())) {
            Ok(Some((entry, change, consent))) => {
                last = Some(entry);
                open.extend(consent.confirm.then_some((consent, change.record)));
                changed.answers.push(change);
            }
            Ok(None) => {}
            Err(Refusal::Invalid(found)) => problems.extend(found),
            Err(other) => return Err(other),
        }
    }
    for wish in &wishes.paces {
        match one_pace(tx, grant, subject, wish, wishes) {
            Ok(Some((entry, change))) => {
                last = Some(entry);
                changed.paces.push(change);
            }
            Ok(None) => {}
            Err(Refusal::Invalid(found)) => problems.extend(found),
            Err(other) => return Err(other),
        }
    }
    if !problems.is_empty() {
        return Err(Refusal::Invalid(problems));
    }
    if wishes.stop_all && tx.standing(subject).objection.is_none() {
        last = Some(tx.object(grant, subject, Objection::DirectMarketing)?);
    }
    if let Some(to) = to {
        let wanted = open.iter().map(|(consent, record)| Unconfirmed {
            subject,
            to,
            consent,
            record: *record,
        });
        confirm::ask(tx, grant, &wanted.collect::<Vec<_>>(), &post.base)?;
    }
    let nothing = || Refusal::Conflict {
        code: NOTHING,
        what: "everything was so already".into(),
    };
    Ok(last.ok_or_else(nothing)?.with(changed))
}

/// Stop everything means every stream on offer, also such as the person was never asked about.
fn all(catalogue: &Catalogue, wishes: &Wishes) -> Vec<Wish> {
    if !wishes.stop_all {
        return wishes.rows.clone();
    }
    let stop = |purpose: &Purpose, channel: Channel| Wish {
        purpose: purpose.id.to_string(),
        channel,
        yes: false,
        shown: None,
    };
    let chosen = catalogue
        .purposes
        .values()
        .filter(|purpose| purpose.legal_basis.is_chosen());
    chosen
        .flat_map(|purpose| {
            purpose
                .channels
                .iter()
                .map(move |channel| stop(purpose, *channel))
        })
        .collect()
}

fn one<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    wish: &Wish,
    (wishes, asked, mails): (&Wishes, &[Pending], bool),
) -> Result<Option<(Entry, Changed, Consent)>, Refusal> {
    let pointer = format!("{}.{}", wish.purpose, wish.channel.as_str());
    // whoever stops everything stops what is others' as well
    let purpose = chosen(tx.catalogue(), &wish.purpose)
        .filter(|purpose| wishes.stop_all || grant.is_for(purpose))
        .ok_or_else(|| not_on_offer(&pointer))?;
    let held = tx.state(subject, &purpose.id, wish.channel).cloned();
    let before = held.as_ref().map(|held| held.status);
    let unchanged = match before {
        // a no is said again where a confirmation could still take the one before it back
        Some(before) if !wish.yes => before.is_no() && !waits(asked, wish),
        // a yes to newer words, or after an expiry, is a new answer
        Some(Answer::Given) => held
            .as_ref()
            .is_some_and(|held| !held.expired(tx.now().utc()) && held.notice == wish.shown),
        _ => false,
    };
    if unchanged {
        return Ok(None);
    }
    if wish.yes {
        refuse_stale_yes(
            &pointer,
            held.as_ref().map(|held| held.position),
            wishes.seen,
        )?;
        refuse_unfit_yes(tx.catalogue(), &pointer, &purpose, wish)?;
        if wishes.act == Act::ChoiceUndone {
            refuse_late_undo(&pointer, held.as_ref(), wishes.source.kind, tx.now())?;
        }
    }
    let confirms = wish.yes && tx.catalogue().confirms(&purpose);
    if confirms && !mails {
        let detail = "this choice is confirmed by mail, and no address of the person is known to which one goes";
        return Err(Refusal::field(pointer, "confirmation_without_mail", detail));
    }
    let consent = consent(&purpose, wish, wishes, (before, confirms));
    let after = consent.status;
    let (entry, written) = write_for(tx, grant, subject, &consent)?;
    Ok(Some((
        entry,
        Changed {
            purpose: wish.purpose.clone(),
            channel: wish.channel,
            before,
            after,
            record: written.id,
        },
        consent,
    )))
}

/// Whether the person could still confirm a yes to what a wish says no to.
fn waits(asked: &[Pending], wish: &Wish) -> bool {
    let mut items = asked.iter().flat_map(|pending| &pending.items);
    items.any(|item| item.purpose.as_str() == wish.purpose && item.channel == wish.channel)
}

fn chosen(catalogue: &Catalogue, purpose: &str) -> Option<Purpose> {
    let found = catalogue.purpose(purpose);
    found
        .filter(|purpose| purpose.legal_basis.is_chosen())
        .cloned()
}

fn not_on_offer(pointer: &str) -> Refusal {
    let detail = "this choice is not on offer";
    Refusal::field(pointer, "choice_not_on_offer", detail)
}

/// What holds less back than before may only follow from a page that showed what held, and from an
/// undo only for as long as one is open.
fn one_pace<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    wish: &PaceWish,
    wishes: &Wishes,
) -> Result<Option<(Entry, PaceChanged)>, Refusal> {
    let pointer = format!("{}.{}", wish.purpose, wish.channel.as_str());
    let purpose = chosen(tx.catalogue(), &wish.purpose)
        .filter(|purpose| purpose.channels.contains(&wish.channel) && grant.is_for(purpose))
        .ok_or_else(|| not_on_offer(&pointer))?;
    let held = tx.pace(subject, &purpose.id, wish.channel)?;
    let before = Wanted::default().over(held.as_ref(), tx.now());
    if wish.wanted.over(held.as_ref(), tx.now()) == before {
        return Ok(None);
    }
    if loosens(held.as_ref(), wish.wanted, tx.now()) {
        refuse_stale_yes(&pointer, held.map(|held| held.position), wishes.seen)?;
        if wishes.act == Act::ChoiceUndone {
            refuse_late_easing(&pointer, held.as_ref(), wishes.source.kind, tx.now())?;
        }
    }
    let said = Said {
        subject,
        identified_by: Vec::new(),
        purpose: &purpose,
        channel: wish.channel,
        wanted: wish.wanted,
        source: wishes.source.clone(),
        act: Some(wishes.act),
    };
    let (entry, state) = pace::record(tx, grant, said)?;
    Ok(Some((
        entry,
        PaceChanged {
            purpose: wish.purpose.clone(),
            channel: wish.channel,
            before,
            after: state.pace,
        },
    )))
}

fn refuse_late_easing(
    pointer: &str,
    held: Option<&PaceState>,
    taken: SourceKind,
    now: Now,
) -> Result<(), Refusal> {
    if held.is_some_and(|held| held.since + undo_within(taken) < now.utc()) {
        return Err(too_late(pointer));
    }
    Ok(())
}

fn too_late(pointer: &str) -> Refusal {
    let detail = "this choice can no longer be undone";
    Refusal::field(pointer, "undo_too_late", detail)
}

/// A page that was sent again, from a second tab or with the back button, must not undo what
/// the person said since.
fn refuse_stale_yes(
    pointer: &str,
    position: Option<Position>,
    seen: Position,
) -> Result<(), Refusal> {
    if position.is_some_and(|position| position >= seen) {
        return Err(Refusal::field(
            pointer,
            "choice_changed",
            "this choice has changed since the page was made",
        ));
    }
    Ok(())
}

/// Only a no that was said a moment ago at the same kind of place is undone into a yes.
fn refuse_late_undo(
    pointer: &str,
    held: Option<&ConsentState>,
    taken: SourceKind,
    now: Now,
) -> Result<(), Refusal> {
    let fresh = |held: &ConsentState| {
        held.status.is_no()
            && held.source == taken
            && held.effective_at + undo_within(taken) >= now.utc()
    };
    if !held.is_some_and(fresh) {
        return Err(too_late(pointer));
    }
    Ok(())
}

fn refuse_unfit_yes(
    catalogue: &Catalogue,
    pointer: &str,
    purpose: &Purpose,
    wish: &Wish,
) -> Result<(), Refusal> {
    let latest = catalogue
        .latest_notice(&purpose.id)
        .map(crate::domain::registry::Notice::reference);
    let mut problems = Vec::new();
    if !purpose.channels.contains(&wish.channel) {
        problems.push(FieldProblem::new(
            pointer,
            "choice_not_on_offer",
            "this choice is not on offer",
        ));
    }
    if latest.is_none() || latest != wish.shown {
        problems.push(FieldProblem::new(
            pointer,
            "choice_changed",
            "the words of this choice have changed since the page was made",
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(problems))
    }
}

fn consent(
    purpose: &Purpose,
    wish: &Wish,
    wishes: &Wishes,
    (before, confirm): (Option<Answer>, bool),
) -> Consent {
    let status = match (wish.yes, before) {
        // whoever is asked to confirm has said nothing yet
        (true, _) if confirm => Answer::Requested,
        (true, _) => Answer::Given,
        (false, Some(Answer::Given)) => Answer::Withdrawn,
        (false, _) => Answer::Refused,
    };
    Consent {
        named: Named::default(),
        purpose: purpose.id.clone(),
        controller: purpose.controller.clone(),
        channel: wish.channel,
        status,
        notice: wish.shown.clone(),
        language: wish.shown.is_some().then_some(wishes.language),
        source: wishes.source.clone(),
        act: Some(wishes.act),
        circumstances: Circumstances::default(),
        collected_at: None,
        valid_for: None,
        evidence: wishes
            .reference
            .as_ref()
            .map(|text| json!({ "reference": text })),
        proof: true,
        confirm,
    }
}

#[cfg(test)]
mod tests;
