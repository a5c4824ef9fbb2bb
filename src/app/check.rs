//! May these data be used, for this purpose, on this channel, now?
//!
//! Answered from the index alone. The answer names the position it was made on.

use super::decisions::{Draft, Judged, Notes};
use super::facts::{Asked, Said, Setting};
use super::judge::Judge;
use super::open::App;
use super::outlook::{self, Case, Lawful};
use super::policies::rules::Rules;
use super::policies::shadow::Shadow;
use super::refusal::{FieldProblem, Refusal};
use super::shard::{self, is_here};
use crate::access::{CheckDecisions, Grant};
use crate::domain::ids::{Blind, DecisionId, Position, RecordId, SubjectId};
use crate::domain::registry::{Answer, Catalogue, Channel, IdentifierKinds, NoticeRef, Purpose};
use crate::domain::time::{Now, from_micros};
use crate::index::{PersonView, Point, Table};
use crate::policy::{Outcome, Situation};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// One question.
#[derive(Debug, Clone)]
pub struct Question {
    /// The keyed hashes of the person's identifiers.
    pub blinds: Vec<Blind>,
    /// The coarser hashes under which a no may be filed. Nobody is found by them.
    pub coarse: Vec<Blind>,
    /// What kinds of identifier were named; of a bare hash that is not known.
    pub kinds: IdentifierKinds,
    /// The registry's own id of the person, where the caller has it.
    pub subject: Option<SubjectId>,
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// What only the caller knows.
    pub said: Said,
    /// Another instant than now: a simulation, never a permission to send.
    pub at: Option<DateTime<Utc>>,
    /// On a permit the contact is recorded at once. See [`App::reserve`].
    pub reserve: bool,
    /// The campaign, for the record.
    pub campaign: Option<String>,
}

/// What was decided of a question, or what is wrong with it.
pub type Drafted = Result<Draft, Vec<FieldProblem>>;

/// The answer.
#[derive(Debug, Clone)]
pub struct Decided {
    /// Its name.
    pub id: DecisionId,
    /// What the policies say.
    pub outcome: Arc<Outcome>,
    /// By which version of them.
    pub policy_version: Arc<str>,
    /// The ledger position that it was made on.
    pub position: Position,
    /// Until when a permit holds if nothing changes.
    pub valid_until: Option<DateTime<Utc>>,
    /// What would flip a denial.
    pub lawful: Lawful,
    /// The ledger entry of the answer that it rests on.
    pub evidence: Option<Position>,
    /// The notice that the person had been shown then.
    pub notice: Option<NoticeRef>,
    /// From when on a person who said no may be asked again.
    pub ask_again_after: Option<DateTime<Utc>>,
    /// Whether it is about another instant than now.
    pub simulated: bool,
    /// The contact that was recorded with it.
    pub contact: Option<RecordId>,
}

impl Question {
    /// What is known of the identifiers themselves, whoever has them.
    pub(super) fn point(&self, table: &Table, channel: Channel) -> Point {
        let filed = self.blinds.iter().chain(&self.coarse);
        table.point(channel, filed, self.kinds)
    }

    /// Whether the caller asks about now, and adds nothing to what the registry holds but what the
    /// message is like.
    pub(super) fn adds_little(&self) -> bool {
        self.said.person.is_none()
            && self.said.told.is_none()
            && self.at.is_none()
            && self.subject.is_none()
    }
}

/// What was decided, and on what; nobody outside may know it before it is on record.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    pub decided: Decided,
    /// The person, where one was found.
    pub subject: Option<SubjectId>,
    /// What the policies saw.
    pub situation: Option<Situation>,
}

impl App {
    /// Answers questions in their order: on one view of the index, and those about persons who are not in it on what the
    /// database holds. Call [`App::fresh`] first, and [`App::record_decisions`] afterwards, which gives the answers.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub async fn check(
        self: &Arc<Self>,
        grant: &Grant<CheckDecisions>,
        questions: &[Question],
        now: Now,
    ) -> Result<Vec<Drafted>, Refusal> {
        let mut drafts = self.on_the_index(grant, questions, now);
        let asked = elsewhere(grant, questions, &drafts);
        if !asked.is_empty() {
            fill(&mut drafts, self.read_in_turn(asked, now).await?);
        }
        Ok(drafts.into_iter().flatten().collect())
    }

    /// [`App::check`] for callers that may block.
    ///
    /// # Errors
    /// As there.
    pub fn check_blocking(
        &self,
        grant: &Grant<CheckDecisions>,
        questions: &[Question],
        now: Now,
    ) -> Result<Vec<Drafted>, Refusal> {
        let mut drafts = self.on_the_index(grant, questions, now);
        let asked = elsewhere(grant, questions, &drafts);
        if !asked.is_empty() {
            fill(&mut drafts, self.read_and_decide(&asked, now)?);
        }
        Ok(drafts.into_iter().flatten().collect())
    }

    /// Answers questions on one view of the index; `None` where it cannot, since it does not hold everybody whom they are
    /// about.
    fn on_the_index(
        &self,
        grant: &Grant<CheckDecisions>,
        questions: &[Question],
        now: Now,
    ) -> Vec<Option<Drafted>> {
        let table = self.index.view();
        let shard = self.index.shard();
        let mut memory = self.memories.take();
        let mut deciding = self.deciding(&table, now, effort(questions.len()), &mut memory);
        let mut decided = Vec::with_capacity(questions.len());
        for some in questions.chunks(TOGETHER) {
            prefetch(&table, some);
            decided.extend(some.iter().map(|question| {
                is_here(shard, &table, question).then(|| deciding.draft(grant, question))
            }));
        }
        self.memories.keep(memory);
        decided
    }

    /// What holds for every check.
    pub(super) fn setting<'a>(&self, table: &'a Table) -> Setting<'a> {
        Setting {
            catalogue: table.catalogue(),
            home_country: self.home_country,
            home_zone: self.home_zone,
        }
    }

    /// The answer of a node that cannot learn the head of the ledger: deny, with the reason.
    ///
    /// # Errors
    /// Where randomness is missing.
    pub fn decide_stale(
        &self,
        grant: &Grant<CheckDecisions>,
        question: &Question,
        now: Now,
    ) -> Result<Decided, Refusal> {
        let decided = self.stale(now)?;
        let table = self.index.view();
        // an unknown name may be anything; it is not written down
        let purpose = table.catalogue().purpose(&question.purpose);
        let judged = Judged {
            subject: None,
            purpose: purpose.map_or("", |purpose| purpose.id.as_str()),
            channel: Channel::parse(&question.channel),
            campaign: question
                .campaign
                .as_deref()
                .filter(|name| is_campaign(name)),
            at: question.at.map(|at| at.timestamp_micros()),
            situation: None,
        };
        let mut notes = Notes::new(self.maker.clone());
        let draft = notes.draft(None, grant.actor(), &judged, decided);
        Ok(self.answer_a_denial(draft))
    }

    fn stale(&self, now: Now) -> Result<Decided, Refusal> {
        let view = self.index.view();
        Ok(Decided {
            id: DecisionId::new(now, self.entropy())?,
            outcome: Arc::new(Outcome::stale()),
            policy_version: view.rules().version().clone(),
            position: view.position(),
            valid_until: None,
            lawful: Lawful::NotKnown,
            evidence: None,
            notice: None,
            ask_again_after: None,
            simulated: false,
            contact: None,
        })
    }
}

/// The questions that were not decided.
fn elsewhere(
    grant: &Grant<CheckDecisions>,
    questions: &[Question],
    drafts: &[Option<Drafted>],
) -> Vec<shard::Asked> {
    let asked = questions.iter().zip(drafts);
    let asked = asked.filter(|(_, draft)| draft.is_none());
    let asked = asked.map(|(question, _)| (grant.clone(), question.clone()));
    asked.collect()
}

/// Puts decisions where none are, in their order.
fn fill(drafts: &mut [Option<Drafted>], read: Vec<Drafted>) {
    let missing = drafts.iter_mut().filter(|draft| draft.is_none());
    missing
        .zip(read)
        .for_each(|(draft, read)| *draft = Some(read));
}

/// By what a question is decided, and what is asked beside it.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    /// What is in force at the view's position.
    pub rules: &'a Rules,
    /// A draft, which never answers.
    pub shadow: Option<&'a Shadow>,
    /// What decides.
    pub judge: &'a Judge,
    /// How often a denial may be asked about again, to find what would flip it.
    pub effort: usize,
}

/// What finding out may cost where so many are asked at once.
pub(super) const fn effort(questions: usize) -> usize {
    if questions > 100 {
        outlook::EFFORT_OF_MANY
    } else {
        outlook::EFFORT
    }
}

/// So many persons' rows are waited for at once.
const TOGETHER: usize = 64;

/// Begins to read the rows of whoever is asked about. Of a few each comes as soon by itself.
fn prefetch(table: &Table, questions: &[Question]) {
    if questions.len() > 4 {
        let named = questions.iter().flat_map(|question| &question.blinds);
        table.rows(named.map(Some), |row| table.prefetch(row));
    }
}

/// Answers one question on one view of the index.
pub(super) fn decide(
    By {
        rules,
        shadow,
        judge,
        effort,
    }: By<'_>,
    setting: Setting<'_>,
    table: &Table,
    id: DecisionId,
    question: &Question,
    now: Now,
) -> Result<Judgement, Vec<FieldProblem>> {
    let campaign = question.campaign.as_deref();
    let (purpose, channel) = resolve(
        table.catalogue(),
        &question.purpose,
        &question.channel,
        campaign,
    )?;
    question.said.readable()?;
    // what is asked about another instant does not happen
    let shadow = shadow.filter(|_| question.at.is_none());
    let mut drafted: Option<Arc<Outcome>> = None;
    let at = question.at.unwrap_or_else(|| now.utc());
    let point = question.point(table, channel);
    let persons = persons(table, question);
    let asked = Asked::new(setting, purpose, channel, &question.said, at);
    let judged = persons.iter().copied().map(|person| {
        let mut decide = |asked: &Asked<'_>| {
            let seen = asked.seen(table, person, &point);
            if let Some(shadow) = shadow
                && drafted.as_ref().is_none_or(|before| before.is_permit())
            {
                drafted = Some(shadow.decide(&asked.situation(&seen)));
            }
            judge.decide(rules, asked, &seen)
        };
        let in_doubt = || (None, Arc::new(Outcome::evaluation_error()));
        let judged = asked.as_ref().map(&mut decide);
        (person, judged.unwrap_or_else(in_doubt))
    });
    // identifiers that lead to several persons: whoever may not be reached decides
    let strictest = judged.min_by_key(|(_, (_, outcome))| outcome.is_permit());
    let (person, (situation, outcome)) = strictest.ok_or_else(Vec::new)?;
    if let (Some(shadow), Some(drafted)) = (shadow, &drafted) {
        shadow.count(&outcome, drafted);
    }
    let mut decided = decided(
        (id, outcome, rules.version().clone()),
        table,
        purpose,
        channel,
        person,
        question,
    );
    if let (Ok(engine), Some(situation)) = (rules.engine(), &situation) {
        let case = Case {
            engine,
            setting,
            purpose,
            channel,
            table,
            persons: &persons,
            point,
        };
        decided.look_ahead(&case, (&question.said, at, effort), situation);
    }
    Ok(Judgement {
        decided,
        subject: person.map(|person| person.subject()),
        situation,
    })
}

/// Everybody whom a question is about, once; one `None` where that is nobody.
fn persons<'a>(table: &'a Table, question: &Question) -> Vec<Option<PersonView<'a>>> {
    let by_contact = question
        .blinds
        .iter()
        .filter_map(|blind| table.person(blind));
    let by_id = question.subject.and_then(|id| table.person_of(id));
    let mut all: Vec<Option<PersonView<'a>>> = Vec::with_capacity(1);
    for found in by_contact.chain(by_id) {
        if all.iter().flatten().all(|one| one.row() != found.row()) {
            all.push(Some(found));
        }
    }
    if all.is_empty() {
        all.push(None);
    }
    all
}

/// What a campaign must be called.
pub(super) const NO_CAMPAIGN: &str =
    "must have 1 to 100 visible characters, and must name no person: @ is refused";

/// Whether a text may name a campaign: it is written down for ever, and stands in addresses.
#[must_use]
pub fn is_campaign(name: &str) -> bool {
    let fits = |sign: char| !sign.is_control() && sign != '@';
    (1..=100).contains(&name.chars().count()) && name.chars().all(fits)
}

pub(super) fn no_dice() -> FieldProblem {
    FieldProblem::new(
        "",
        "no_randomness",
        "the service cannot name a decision now; try again",
    )
}

/// The purpose and the channel that a check or a list names; its campaign, too, must have a name
/// that can be kept.
pub(super) fn resolve<'a>(
    catalogue: &'a Catalogue,
    purpose: &str,
    channel: &str,
    campaign: Option<&str>,
) -> Result<(&'a Purpose, Channel), Vec<FieldProblem>> {
    let purpose = catalogue.purpose(purpose);
    let channel = Channel::parse(channel);
    let named = campaign.is_none_or(is_campaign);
    if let (Some(purpose), Some(channel), true) = (purpose, channel, named) {
        return Ok((purpose, channel));
    }
    let mut problems = Vec::new();
    if purpose.is_none() {
        problems.push(super::record::unknown_purpose(""));
    }
    if channel.is_none() {
        problems.push(super::record::unknown_channel(""));
    }
    if !named {
        let wrong = FieldProblem::new("/campaign", "campaign_malformed", NO_CAMPAIGN);
        problems.push(wrong);
    }
    Err(problems)
}

pub(super) fn decided(
    (id, outcome, policy_version): (DecisionId, Arc<Outcome>, Arc<str>),
    table: &Table,
    purpose: &Purpose,
    channel: Channel,
    person: Option<PersonView<'_>>,
    question: &Question,
) -> Decided {
    let answer = person.and_then(|person| {
        person
            .answers(&purpose.id)
            .find(|answer| answer.channel == channel)
    });
    // what nobody answered for the very use may rest on the answer for the terminal
    let on_terminal = || {
        let mut answers = person?.answers(&purpose.id);
        answers.find(|answer| answer.channel == Channel::StorageAccess)
    };
    let yes = Some(())
        .filter(|()| outcome.is_permit())
        .and_then(|()| answer.or_else(on_terminal))
        .filter(|answer| answer.answer == Answer::Given);
    Decided {
        id,
        position: table.position(),
        valid_until: yes.and_then(|yes| yes.valid_until).map(from_micros),
        evidence: answer.map(|answer| answer.position),
        notice: answer.and_then(|answer| answer.notice.cloned()),
        ask_again_after: purpose.may_ask_from(
            answer
                .as_ref()
                .map(|held| (held.answer, from_micros(held.effective_at))),
            person.and_then(|person| person.standing()?.objection),
        ),
        lawful: Lawful::NotKnown,
        simulated: question.at.is_some(),
        contact: None,
        outcome,
        policy_version,
    }
}

impl Decided {
    /// Finds out until when a permit holds, or what would flip a denial.
    pub(super) fn look_ahead(
        &mut self,
        case: &Case<'_>,
        (said, at, effort): (&Said, DateTime<Utc>, usize),
        situation: &Situation,
    ) {
        if self.outcome.is_permit() {
            self.valid_until = outlook::until(case, said, at, situation, self.valid_until);
        } else {
            self.lawful = outlook::lawful(case, said, at, effort);
        }
    }
}
