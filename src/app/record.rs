//! Writes consents down: given, refused, withdrawn. One request is one transaction; one bad
//! element refuses them all, and every bad element is named.
//!
//! Nothing here depends on policies or on the index: a broken policy stops permissions, never a no.
//! What is in force is read in the transaction that writes.

use super::confirm::{self, Wanted};
use super::contact::Named;
use super::open::App;
use super::refusal::{FieldProblem, Refusal};
use super::scope::beyond;
use super::told_act::{Look, SKEW, ToldAct};
use crate::access::Grant;
use crate::domain::duration::CalendarPeriod;
use crate::domain::ids::{RecordId, SubjectId};
use crate::domain::registry::{
    Act, Answer, Catalogue, Channel, Circumstances, ConsentRecord, ConsentState, IdentifierKind,
    Language, NoticeRef, Purpose, Slug, Source, SourceKind,
};
use crate::domain::time::{Now, rfc3339};
use crate::store::{Committed, Contact, Entry, IdempotencyKey, Order, Records, WriteTx};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The longest evidence, as JSON text.
const LONGEST_EVIDENCE: usize = 8 * 1024;
/// The longest free text (agent, place).
const LONGEST_TEXT: usize = 200;

/// One consent as a request puts it, not yet looked at.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Whom it is about.
    pub named: Named,
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// The answer.
    pub status: String,
    /// The words that were shown.
    pub notice: Option<String>,
    /// In which language.
    pub language: Option<String>,
    /// Where, and by whom.
    pub source: Source,
    /// By which act, and what belongs to it.
    pub told: ToldAct,
    /// When, as the collector claims it.
    pub collected_at: Option<DateTime<Utc>>,
    /// For how long.
    pub valid_for: Option<String>,
    /// What the collector keeps as evidence.
    pub evidence: Option<serde_json::Value>,
    /// By which way the person is asked to confirm it first: `email`.
    pub confirm: Option<String>,
}

/// One consent that reads and fits what is in force.
#[derive(Debug, Clone)]
pub struct Consent {
    pub(super) named: Named,
    pub(super) purpose: Slug,
    pub(super) controller: Slug,
    pub(super) channel: Channel,
    pub(super) status: Answer,
    pub(super) notice: Option<NoticeRef>,
    pub(super) language: Option<Language>,
    pub(super) source: Source,
    pub(super) act: Option<Act>,
    pub(super) circumstances: Circumstances,
    pub(super) collected_at: Option<DateTime<Utc>>,
    pub(super) valid_for: Option<CalendarPeriod>,
    pub(super) evidence: Option<serde_json::Value>,
    pub(super) proof: bool,
    /// The person is asked to confirm it by mail.
    pub(super) confirm: bool,
}

impl Consent {
    /// When the person acted, as the collector claims it: the confirmation of a double opt-in is
    /// the act.
    pub(super) fn acted_at(&self) -> Option<DateTime<Utc>> {
        self.circumstances.confirmed_at.or(self.collected_at)
    }
}

/// The state of one purpose and channel, with its reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StateView {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// `requested`, `given`, `refused` or `withdrawn`.
    pub status: String,
    /// Why the state is what it is, in the words of the decision reasons.
    pub reason: String,
    /// Since when.
    pub since: String,
    /// Until when a yes holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// From when on a person who said no may be asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_again_after: Option<String>,
    /// The words that were shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    /// Where it was taken down.
    pub source: String,
    /// Whether there is proof for this person.
    pub proof: bool,
    /// What belongs to the person's act, as far as was told.
    #[serde(default, skip_serializing_if = "Circumstances::is_empty")]
    pub circumstances: Circumstances,
    /// The record that it rests on.
    pub record_id: String,
}

/// What was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Written {
    /// The record.
    pub id: RecordId,
    /// The person.
    pub subject_id: SubjectId,
    /// When the registry received it.
    pub recorded_at: String,
    /// The state after it.
    pub state: StateView,
    /// Which of the write's entries it is.
    pub entry: usize,
}

impl StateView {
    /// A state as of `at`.
    #[must_use]
    pub fn of(
        purpose: &Slug,
        channel: Channel,
        state: &ConsentState,
        catalogue: &Catalogue,
        at: DateTime<Utc>,
    ) -> Self {
        let known = catalogue.purpose(purpose.as_str());
        let rest = |known: &Purpose| {
            let said = (state.status, state.effective_at);
            known.may_ask_from(Some(said), None)
        };
        Self {
            purpose: purpose.to_string(),
            channel: channel.as_str().to_owned(),
            status: state.status.as_str().to_owned(),
            reason: reason(purpose, state, catalogue, at).to_owned(),
            since: rfc3339(state.effective_at),
            valid_until: state.valid_until.map(rfc3339),
            ask_again_after: known.and_then(rest).map(rfc3339),
            notice: state.notice.as_ref().map(ToString::to_string),
            source: state.source.as_str().to_owned(),
            proof: state.proof,
            circumstances: state.circumstances,
            record_id: state.record.to_string(),
        }
    }
}

fn reason(
    purpose: &Slug,
    state: &ConsentState,
    catalogue: &Catalogue,
    at: DateTime<Utc>,
) -> &'static str {
    match state.status {
        Answer::Requested => "DOUBLE_OPT_IN_PENDING",
        Answer::Refused => "CONSENT_REFUSED",
        Answer::Withdrawn => "CONSENT_WITHDRAWN",
        Answer::Given if state.expired(at) => "CONSENT_EXPIRED",
        Answer::Given if !state.proof => "CONSENT_NO_PROOF",
        Answer::Given if !catalogue.covers(purpose, state.notice.as_ref()) => "NOTICE_OUTDATED",
        Answer::Given => "CONSENT_VALID",
    }
}

impl App {
    /// Writes consents down in one transaction.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming every bad field of every element; nothing is written then.
    pub async fn record<P: Records + 'static>(
        &self,
        grant: &Grant<P>,
        claims: Vec<(String, Claim)>,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Vec<Written>>, Refusal> {
        let blinds = claims
            .iter()
            .flat_map(|(_, claim)| claim.named.blinds())
            .collect();
        let dated = idempotency.is_some();
        let order = Order {
            blinds,
            idempotency,
            ..Order::at(now)
        };
        let mails = self.mails();
        let (actor, base) = (grant.clone(), self.public_url().to_owned());
        self.store
            .write(grant, order, move |tx| {
                let consents = look_at(tx.catalogue(), &claims, now)?;
                refuse_beyond(&actor, tx.catalogue(), &consents)?;
                if !mails {
                    refuse_confirmations(&consents)?;
                }
                let written = write_all(tx, &actor, &consents, dated)?;
                confirm::ask(tx, &actor, &wanted(&consents, written.value()), &base)?;
                Ok(written)
            })
            .await
    }

    /// Only looks: names everything that is wrong with any element. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn examine(&self, claims: &[(String, Claim)]) -> Result<Vec<FieldProblem>, Refusal> {
        let catalogue = self.store.read(|tx| tx.catalogue(&self.serve))?;
        match look_at(&catalogue, claims, self.now()) {
            Err(Refusal::Invalid(problems)) => Ok(problems),
            outcome => outcome.map(|_| Vec::new()),
        }
    }
}

/// Who has a scope writes down what belongs to it.
fn refuse_beyond<P>(
    grant: &Grant<P>,
    catalogue: &Catalogue,
    consents: &[(String, Consent)],
) -> Result<(), Refusal> {
    let fault = |(pointer, consent): &(String, Consent)| {
        beyond(grant, catalogue.purpose(consent.purpose.as_str())?, pointer)
    };
    let problems: Vec<_> = consents.iter().filter_map(fault).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(problems))
}

/// Nobody is asked for a confirmation by a mail that does not go out.
fn refuse_confirmations(consents: &[(String, Consent)]) -> Result<(), Refusal> {
    let asking = consents.iter().filter(|(_, consent)| consent.confirm);
    let problem = |(pointer, _): &(String, Consent)| {
        let detail = "this service sends no mail; its operator sets smtp_url";
        FieldProblem::new(format!("{pointer}/confirm"), "no_mail", detail)
    };
    let problems: Vec<_> = asking.map(problem).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::Invalid(problems))
}

/// What of the consents just written the persons are asked to confirm.
fn wanted<'a>(consents: &'a [(String, Consent)], written: &[Written]) -> Vec<Wanted<'a>> {
    let both = consents.iter().zip(written);
    let asked = both.filter(|((_, consent), _)| consent.confirm);
    let wanted = asked.filter_map(|((_, consent), one)| {
        Some(Wanted {
            subject: one.subject_id,
            to: confirm::mail_address(&consent.named.contacts)?,
            consent,
            record: one.id,
        })
    });
    wanted.collect()
}

/// Looks at every element and names everything that is wrong with any.
fn look_at(
    catalogue: &Catalogue,
    claims: &[(String, Claim)],
    now: Now,
) -> Result<Vec<(String, Consent)>, Refusal> {
    let (mut consents, mut problems) = (Vec::with_capacity(claims.len()), Vec::new());
    for (pointer, claim) in claims {
        match look(catalogue, pointer, claim.clone(), now) {
            Ok(consent) => consents.push((pointer.clone(), consent)),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok(consents)
    } else {
        Err(Refusal::Invalid(problems))
    }
}

fn write_all<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    consents: &[(String, Consent)],
    dated: bool,
) -> Result<crate::store::Recorded<Vec<Written>>, Refusal> {
    let (mut written, mut problems, mut last) =
        (Vec::with_capacity(consents.len()), Vec::new(), None);
    for (pointer, consent) in consents {
        match write_one(tx, grant, pointer, consent, dated) {
            Ok((entry, one)) => {
                written.push(one);
                last = Some(entry);
            }
            Err(Refusal::Invalid(found)) => problems.extend(found),
            Err(other) => return Err(other),
        }
    }
    match last {
        Some(entry) if problems.is_empty() => Ok(entry.with(written)),
        _ => Err(Refusal::Invalid(problems)),
    }
}

fn write_one<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    pointer: &str,
    consent: &Consent,
    dated: bool,
) -> Result<(Entry, Written), Refusal> {
    let subject = person(tx, grant, pointer, &consent.named)?;
    refuse_undated_reversal(tx, subject, pointer, consent, dated)?;
    write_for(tx, grant, subject, consent)
}

/// Appends the record of one consent of a known person.
pub(super) fn write_for<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    consent: &Consent,
) -> Result<(Entry, Written), Refusal> {
    let now = tx.now();
    let record = record_of(RecordId::new(now, tx.entropy())?, subject, consent, now);
    let (id, recorded_at) = (record.id, rfc3339(record.recorded_at));
    let (entry, state) = tx.consent(grant, record)?;
    let state = StateView::of(
        &consent.purpose,
        consent.channel,
        &state,
        tx.catalogue(),
        now.utc(),
    );
    let index = entry.index();
    Ok((
        entry,
        Written {
            id,
            subject_id: subject,
            recorded_at,
            state,
            entry: index,
        },
    ))
}

/// The person whom a request names; made where there is none yet.
pub(super) fn person<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    pointer: &str,
    named: &Named,
) -> Result<SubjectId, Refusal> {
    let by_hash = tx.find_hashes(&named.hashes);
    if !named.hashes.is_empty() && by_hash.is_empty() {
        return Err(Refusal::field(
            format!("{pointer}/subject/id_hash"),
            "person_unknown",
            "nobody is known by this hash; name the person by an identifier",
        ));
    }
    if named.contacts.is_empty() {
        return match by_hash.as_slice() {
            [one] => Ok(*one),
            _ => Err(Refusal::field(
                format!("{pointer}/subject/id_hash"),
                "persons_differ",
                "the hashes are of different persons; name them by identifiers to merge them",
            )),
        };
    }
    let subject = tx.subject_for(grant, &named.contacts)?;
    if by_hash.iter().any(|other| *other != subject) {
        return Err(Refusal::field(
            format!("{pointer}/subject/id_hash"),
            "persons_differ",
            "the hash is another person's; name both by identifiers to merge them",
        ));
    }
    Ok(subject)
}

/// Promise 1: a retry is no act of the person. Where the person has said no, a yes must say
/// when the person acted, or come with a key that tells a retry from a new request.
fn refuse_undated_reversal(
    tx: &WriteTx<'_>,
    subject: SubjectId,
    pointer: &str,
    consent: &Consent,
    dated: bool,
) -> Result<(), Refusal> {
    let held = tx.state(subject, &consent.purpose, consent.channel);
    let lifted =
        |objected| held.is_some_and(|held| held.status.is_yes() && held.effective_at > objected);
    let standing = tx.standing(subject);
    let objects = standing.objection.max(standing.objection_profiling);
    let said_no = held.is_some_and(|held| held.status.is_no())
        || objects.is_some_and(|objected| !lifted(objected));
    let reverses = consent.status.is_yes() && said_no;
    if reverses && consent.acted_at().is_none() && !dated {
        return Err(Refusal::field(
            format!("{pointer}/collected_at"),
            "act_not_dated",
            "this person has said no; to record a later yes, say in collected_at when the person gave it, \
             or send an Idempotency-Key, so that a retry is not taken for a new answer",
        ));
    }
    Ok(())
}

pub(super) fn record_of(
    id: RecordId,
    subject: SubjectId,
    consent: &Consent,
    now: Now,
) -> ConsentRecord {
    let effective_at = consent
        .acted_at()
        .map_or(now.utc(), |claimed| claimed.min(now.utc()));
    ConsentRecord {
        id,
        subject,
        identified_by: consent.named.kinds(),
        controller: consent.controller.clone(),
        purpose: consent.purpose.clone(),
        channel: consent.channel,
        status: consent.status,
        notice: consent.notice.clone(),
        language: consent.language,
        source: consent.source.clone(),
        act: consent.act,
        circumstances: consent.circumstances,
        collected_at: consent.collected_at,
        recorded_at: now.utc(),
        effective_at,
        valid_until: consent
            .valid_for
            .and_then(|period| period.after(effective_at)),
        proof: consent.proof,
        evidence: consent.evidence.clone(),
    }
}

/// Reads one claim against the catalogue; names everything that is wrong with it.
pub(super) fn look(
    catalogue: &Catalogue,
    pointer: &str,
    claim: Claim,
    now: Now,
) -> Result<Consent, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let purpose = catalogue.purpose(&claim.purpose);
    let channel = Channel::parse(&claim.channel);
    let confirm = look_at_confirm(pointer, &claim, &mut problems)
        || is_to_confirm(catalogue, pointer, purpose, &claim, &mut problems);
    let status = Answer::parse(&claim.status).map(|status| match status {
        // whoever is asked to confirm has said nothing yet
        Answer::Given if confirm => Answer::Requested,
        status => status,
    });
    if purpose.is_none() {
        problems.push(unknown_purpose(pointer));
    }
    if channel.is_none() {
        problems.push(unknown_channel(pointer));
    }
    if status.is_none() {
        problems.push(FieldProblem::new(
            format!("{pointer}/status"),
            "status_unknown",
            "must be given, refused, withdrawn, or requested for a double opt-in to be confirmed",
        ));
    }
    look_at_fit(pointer, purpose, channel, status, &mut problems);
    let notice = look_at_notice(catalogue, pointer, purpose, status, &claim, &mut problems);
    let language = look_at_language(
        catalogue,
        pointer,
        notice.as_ref(),
        claim.language.as_deref(),
        &mut problems,
    );
    let valid_for = look_at_validity(pointer, claim.valid_for.as_deref(), &mut problems);
    look_at_date(pointer, claim.collected_at, now, &mut problems);
    look_at_sizes(pointer, &claim, &mut problems);
    let mut look = Look {
        pointer,
        status,
        collected_at: claim.collected_at,
        now,
        problems: &mut problems,
    };
    let (act, circumstances) = look.at(&claim.told);
    let (Some(purpose), Some(channel), Some(status), true) =
        (purpose, channel, status, problems.is_empty())
    else {
        return Err(problems);
    };
    let proof = status.is_no() || notice.is_some();
    Ok(Consent {
        named: claim.named,
        purpose: purpose.id.clone(),
        controller: purpose.controller.clone(),
        channel,
        status,
        notice,
        language,
        source: claim.source,
        act,
        circumstances,
        collected_at: claim.collected_at.map(|at| Now::at(at).utc()),
        valid_for,
        evidence: claim.evidence,
        proof,
        confirm,
    })
}

/// Whether the person is to be asked by mail.
fn look_at_confirm(pointer: &str, claim: &Claim, problems: &mut Vec<FieldProblem>) -> bool {
    let Some(way) = claim.confirm.as_deref() else {
        return false;
    };
    let is_mail = |kind: &IdentifierKind| *kind == IdentifierKind::Email;
    let kinds = || claim.named.contacts.iter().map(|one| one.identifier.kind());
    let wrong = if way != "email" {
        Some(("confirm_unknown", "must be email"))
    } else if claim.status != "given" {
        let detail = "goes with the status given: a no needs no confirmation";
        Some(("confirm_of_no_yes", detail))
    } else if claim.told.double_opt_in.is_some() {
        let detail = "this service asks and confirms by itself; leave double_opt_in out";
        Some(("confirmed_elsewhere", detail))
    } else if kinds().filter(is_mail).count() != 1 {
        let detail = "name the person by one e-mail address, to which the mail goes";
        Some(("address_missing", detail))
    } else {
        None
    };
    let problem = |(code, detail)| FieldProblem::new(format!("{pointer}/confirm"), code, detail);
    problems.extend(wrong.map(problem));
    true
}

/// Whether the purpose wants a yes to be confirmed by mail, and nobody says that it was. What a file brings
/// was said before, under the rules of that time.
fn is_to_confirm(
    catalogue: &Catalogue,
    pointer: &str,
    purpose: Option<&Purpose>,
    claim: &Claim,
    problems: &mut Vec<FieldProblem>,
) -> bool {
    let wanted = purpose.is_some_and(|purpose| catalogue.confirms(purpose))
        && claim.status == "given"
        && claim.source.kind != SourceKind::Import
        && claim.told.double_opt_in.is_none();
    let is_mail = |one: &&Contact| one.identifier.kind() == IdentifierKind::Email;
    if wanted && claim.named.contacts.iter().filter(is_mail).count() != 1 {
        let detail = "a yes to this purpose is confirmed by mail: name the person by one e-mail address, \
             or say in double_opt_in that and when they confirmed elsewhere";
        let pointer = format!("{pointer}/subject");
        problems.push(FieldProblem::new(pointer, "confirmation_needed", detail));
    }
    wanted
}

/// The purpose is not in force.
#[must_use]
pub fn unknown_purpose(pointer: &str) -> FieldProblem {
    FieldProblem::new(
        format!("{pointer}/purpose"),
        "purpose_unknown",
        "no such purpose is in force; GET /v1/purposes lists those that are",
    )
}

/// The channel is not in the vocabulary.
#[must_use]
pub fn unknown_channel(pointer: &str) -> FieldProblem {
    let names: Vec<&str> = Channel::ALL
        .iter()
        .map(|channel| channel.as_str())
        .collect();
    FieldProblem::new(
        format!("{pointer}/channel"),
        "channel_unknown",
        format!("must be one of {}", names.join(", ")),
    )
}

fn look_at_fit(
    pointer: &str,
    purpose: Option<&Purpose>,
    channel: Option<Channel>,
    status: Option<Answer>,
    problems: &mut Vec<FieldProblem>,
) {
    let (Some(purpose), Some(channel), Some(status)) = (purpose, channel, status) else {
        return;
    };
    if !status.is_no() && !purpose.channels.contains(&channel) {
        let names: Vec<&str> = purpose
            .channels
            .iter()
            .map(|channel| channel.as_str())
            .collect();
        let detail = format!("this purpose is declared for {} only", names.join(", "));
        problems.push(FieldProblem::new(
            format!("{pointer}/channel"),
            "channel_not_of_purpose",
            detail,
        ));
    }
    if !status.is_no() && !purpose.legal_basis.is_chosen() {
        let detail =
            "this purpose does not rest on a choice, so that there is no consent to record";
        problems.push(FieldProblem::new(
            format!("{pointer}/purpose"),
            "purpose_without_choice",
            detail,
        ));
    }
}

fn look_at_notice(
    catalogue: &Catalogue,
    pointer: &str,
    purpose: Option<&Purpose>,
    status: Option<Answer>,
    claim: &Claim,
    problems: &mut Vec<FieldProblem>,
) -> Option<NoticeRef> {
    let pointer = format!("{pointer}/notice");
    let Some(text) = claim.notice.as_deref() else {
        if status.is_some_and(|status| !status.is_no()) && claim.source.kind != SourceKind::Import {
            let detail = "say which words the person was shown, like newsletter@3; a consent cannot be proved without (GDPR art. 7(1))";
            problems.push(FieldProblem::new(pointer, "notice_missing", detail));
        }
        return None;
    };
    let reference: NoticeRef = match text.parse() {
        Ok(reference) => reference,
        Err(mend) => {
            problems.push(FieldProblem::new(pointer, "notice_malformed", mend));
            return None;
        }
    };
    match (catalogue.notices.get(&reference), purpose) {
        (None, _) => problems.push(FieldProblem::new(
            pointer,
            "notice_unknown",
            "this version was never published; GET /v1/notices lists those that were",
        )),
        (Some(notice), Some(purpose)) if notice.purpose != purpose.id => {
            problems.push(FieldProblem::new(
                pointer,
                "notice_of_other_purpose",
                "this notice asks consent for another purpose",
            ));
        }
        _ => return Some(reference),
    }
    None
}

fn look_at_language(
    catalogue: &Catalogue,
    pointer: &str,
    notice: Option<&NoticeRef>,
    text: Option<&str>,
    problems: &mut Vec<FieldProblem>,
) -> Option<Language> {
    let text = text?;
    let pointer = format!("{pointer}/language");
    let Some(language) = Language::parse(text) else {
        problems.push(FieldProblem::new(
            pointer,
            "language_malformed",
            "must be a code of two lower-case letters, like fr",
        ));
        return None;
    };
    let notice = notice.and_then(|reference| catalogue.notices.get(reference));
    if notice.is_some_and(|notice| !notice.speaks(language)) {
        problems.push(FieldProblem::new(
            pointer,
            "language_not_of_notice",
            "the notice was never published in this language",
        ));
        return None;
    }
    Some(language)
}

fn look_at_validity(
    pointer: &str,
    text: Option<&str>,
    problems: &mut Vec<FieldProblem>,
) -> Option<CalendarPeriod> {
    match text?.parse() {
        Ok(period) => Some(period),
        Err(error) => {
            let error: crate::domain::duration::PeriodError = error;
            problems.push(FieldProblem::new(
                format!("{pointer}/valid_for"),
                "period_malformed",
                error.to_string(),
            ));
            None
        }
    }
}

fn look_at_date(
    pointer: &str,
    claimed: Option<DateTime<Utc>>,
    now: Now,
    problems: &mut Vec<FieldProblem>,
) {
    if claimed.is_some_and(|claimed| claimed > now.utc() + SKEW) {
        let detail = format!(
            "lies in the future; the registry's clock says {}",
            rfc3339(now.utc())
        );
        problems.push(FieldProblem::new(
            format!("{pointer}/collected_at"),
            "date_in_future",
            detail,
        ));
    }
}

/// What is wrong with the place where something was taken down.
pub(super) fn look_at_source(pointer: &str, source: &Source, problems: &mut Vec<FieldProblem>) {
    let texts = [("source/id", &source.id), ("source/agent", &source.agent)];
    for (name, text) in texts {
        if text.as_ref().is_some_and(|text| text.len() > LONGEST_TEXT) {
            let detail = format!("may have at most {LONGEST_TEXT} bytes");
            problems.push(FieldProblem::new(
                format!("{pointer}/{name}"),
                "too_long",
                detail,
            ));
        }
    }
}

fn look_at_sizes(pointer: &str, claim: &Claim, problems: &mut Vec<FieldProblem>) {
    look_at_source(pointer, &claim.source, problems);
    if claim
        .evidence
        .as_ref()
        .is_some_and(|evidence| evidence.to_string().len() > LONGEST_EVIDENCE)
    {
        let detail = format!(
            "may have at most {LONGEST_EVIDENCE} bytes; keep large evidence elsewhere and name it here"
        );
        problems.push(FieldProblem::new(
            format!("{pointer}/evidence"),
            "too_long",
            detail,
        ));
    }
}
