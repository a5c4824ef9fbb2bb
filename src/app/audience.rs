//! Which persons of a list may be contacted: a check for each line, on millions of them.
//!
//! Every line gets the answer that a check would give it: the same view of the registry, the same
//! function from what is seen of a person to the facts, the same policies. What is saved is work
//! done twice: persons of whom the same is seen (`Glance`, `Seen`) get one answer.

mod ahead;
mod answers;
mod elsewhere;
mod given;
mod judge;
mod line;
mod months;
mod roll;
mod run;
mod stream;
mod tally;
#[cfg(test)]
pub(super) mod tests;
mod wire;

pub(super) use months::Months;
pub use stream::{AudienceError, Reading, Streams};
pub use tally::Tally;

use super::open::App;
use super::refusal::{FieldProblem, Refusal};
use super::scope::beyond;
use crate::access::{CheckDecisions, Grant};
use crate::audit::encoding::hex;
use crate::audit::roll::Listed;
use crate::domain::audience::Layout;
use crate::domain::event::{PublicEvent, PublicKind};
use crate::domain::ids::AudienceId;
use crate::store::{Entry, Order, SealedRoll, StoreError, WriteTx};
use given::{Given, NO_ANSWER, Place};
use judge::Judge;
use line::Lines;
use roll::Roll;
use run::Run;
use serde_json::{Value, json};
use std::sync::Arc;

/// Lines that are answered for on one view of the index: as long as that is held, writers wait.
const AT_ONCE: usize = 8 * 1024;
/// Lines that are passed on at once.
const PASSED: usize = 4 * 1024;

/// What a list is to be used for.
#[derive(Debug, Clone)]
pub struct AudienceQuery {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// The campaign, for the record.
    pub campaign: Option<String>,
}

/// Where lines go.
#[derive(Debug, Default)]
pub struct Lists {
    /// Those permitted, byte for byte.
    pub permitted: Vec<u8>,
    /// Those refused, each with its reason; `None` where nobody wants them.
    pub refused: Option<Vec<u8>>,
}

/// A list on its way through the filter.
pub struct Audience<'a> {
    app: &'a App,
    grant: Grant<CheckDecisions>,
    id: AudienceId,
    query: AudienceQuery,
    layout: Layout,
    judge: Judge,
    lines: Lines,
    /// Of each line the place of its answer among those given.
    places: Vec<Place>,
    /// How many of the lines were passed on or refused.
    passed: usize,
    given: Given,
    roll: Roll,
    /// Who was on it and is not in the index, which holds a part of the persons.
    elsewhere: Vec<Listed>,
    tally: Tally,
    digest: ring::digest::Context,
}

impl App {
    /// Begins to filter a list, and records that it does: no permit without its record.
    ///
    /// # Errors
    /// Where purpose or channel is unknown, or the log cannot be written.
    pub fn audience(
        &self,
        grant: &Grant<CheckDecisions>,
        query: AudienceQuery,
        layout: Layout,
    ) -> Result<Audience<'_>, Refusal> {
        let now = self.now();
        let judge = self.judge_of(grant, &query).map_err(Refusal::Invalid)?;
        let audience = Audience {
            app: self,
            grant: grant.clone(),
            id: AudienceId::new(now, self.entropy())?,
            query,
            layout,
            judge,
            lines: Lines::default(),
            places: Vec::new(),
            passed: 0,
            given: Given::default(),
            roll: Roll::default(),
            elsewhere: Vec::new(),
            tally: Tally::default(),
            digest: ring::digest::Context::new(&ring::digest::SHA256),
        };
        audience.begun()?;
        Ok(audience)
    }

    /// Whether purpose and channel are known and the caller's, so that a list can be refused before it is read.
    ///
    /// # Errors
    /// What is not.
    pub fn audience_query(
        &self,
        grant: &Grant<CheckDecisions>,
        query: &AudienceQuery,
    ) -> Result<(), Vec<FieldProblem>> {
        self.judge_of(grant, query).map(drop)
    }

    fn judge_of(
        &self,
        grant: &Grant<CheckDecisions>,
        query: &AudienceQuery,
    ) -> Result<Judge, Vec<FieldProblem>> {
        let judge = Judge::new(&self.index.view(), query, self.now())?;
        match beyond(grant, judge.purpose(), "") {
            Some(fault) => Err(vec![fault]),
            None => Ok(judge),
        }
    }
}

impl Audience<'_> {
    /// Takes into the record what was passed on besides lines: a heading.
    fn heading(&mut self, heading: &[u8]) {
        self.digest.update(heading);
    }

    /// Answers for whole records that `piece` begins with, and returns how many bytes those are: not all of them
    /// where there are very many. `last` where nothing follows. `fresh` says whether the index has taken in all that was
    /// acknowledged before; where it has not, lines are refused.
    pub fn answer(&mut self, piece: &[u8], last: bool, fresh: impl Fn() -> bool) -> usize {
        let mut records = self.layout.records(piece, last);
        self.lines.read(self.app.keys(), &self.layout, &mut records);
        self.places.clear();
        self.places.resize(self.lines.len(), NO_ANSWER);
        self.passed = 0;
        let mut elsewhere = Vec::new();
        // also where there is no line: the tally says on what it was answered
        for from in (0..self.lines.len().max(1)).step_by(AT_ONCE) {
            self.answer_some(from, fresh(), &mut elsewhere);
        }
        if let Some(shard) = self.app.index().shard() {
            self.answer_elsewhere(shard, &elsewhere);
        }
        records.taken()
    }

    /// Answers for lines from a place in the order of their hashes on, as far as everybody whom they name is held here.
    fn answer_some(&mut self, from: usize, fresh: bool, elsewhere: &mut Vec<u32>) {
        let view = self.app.index().view();
        self.judge.renew(&view, &self.query, self.app.now(), fresh);
        let (position, version) = (view.position(), view.rules().version());
        self.tally.at(&self.given, position, version);
        let to = self.lines.len().min(from + AT_ONCE);
        let all = self.lines.in_order(from..to);
        // a node that holds a part of the persons does not know everybody whom lines name
        let shard = self.app.index().shard().filter(|_| fresh);
        let parted = shard.map(|shard| all.parted(|named| named.is_here(shard, &view)));
        let lines = parted
            .as_ref()
            .map_or(all, |(here, _)| self.lines.some(here));
        let told = (&mut self.given, &mut self.roll);
        let places = &mut self.places;
        self.judge
            .lines(self.app, &view, told, lines, |line, place| {
                if let Some(answered) = places.get_mut(line as usize) {
                    *answered = place;
                }
            });
        elsewhere.extend(parted.into_iter().flat_map(|(_, others)| others));
    }

    /// Passes on the next of the lines that were answered for, or refuses them; `piece` is where they stand.
    /// Whether there were any.
    pub fn pass(&mut self, piece: &[u8], lists: &mut Lists) -> bool {
        let before = lists.permitted.len();
        let mut run = Run::new(piece);
        let (first, end) = (self.passed, self.lines.len().min(self.passed + PASSED));
        let places = self.places.get(first..end).unwrap_or_default();
        for (line, place) in self.lines.ranges(first).iter().zip(places) {
            let verdict = self.given.count(*place);
            if verdict.permit {
                run.add(line, &mut lists.permitted);
            } else if let Some(refused) = &mut lists.refused {
                let record = piece.get(line.clone()).unwrap_or_default();
                self.layout.with_reason(record, &verdict.reason, refused);
            }
        }
        run.pass(&mut lists.permitted);
        self.digest
            .update(lists.permitted.get(before..).unwrap_or_default());
        self.passed = end;
        first < end
    }

    /// Ends the run: records what came of it, and says it.
    ///
    /// # Errors
    /// Where the log cannot be written; the entry about its beginning then stands alone.
    pub fn finish(self) -> Result<Tally, Refusal> {
        self.ended(true)
    }

    /// Ends a run that broke off: what was answered until then is recorded.
    ///
    /// # Errors
    /// As [`Audience::finish`].
    pub fn broke_off(self) -> Result<Tally, Refusal> {
        self.ended(false)
    }

    fn ended(self, complete: bool) -> Result<Tally, Refusal> {
        let permitted = self.permitted_mark();
        let tally = self.tally.clone().counted(&self.given);
        let mut came_of_it =
            self.named(json!({ "complete": complete, "permitted_mark": permitted }));
        if let (Some(all), Ok(Value::Object(tally))) =
            (came_of_it.as_object_mut(), serde_json::to_value(&tally))
        {
            all.extend(tally);
        }
        let roll = Arc::new(self.sealed_roll()?);
        let grant = self.grant.clone();
        self.write(move |tx| tx.end_list(&grant, came_of_it.clone(), &roll))?;
        Ok(tally)
    }

    /// Who was on the list, ready to be written with the entry that ends it.
    fn sealed_roll(&self) -> Result<SealedRoll, StoreError> {
        // who was erased while the list was filtered does not go onto its roll, as far as can be learned
        let _learned = self.app.catches_up();
        let others = self.listed_elsewhere()?;
        let listed = self.roll.listed(&self.app.index().view(), &others);
        let (keys, entropy) = (self.app.keys(), self.app.entropy());
        SealedRoll::seal(&listed, self.given.answers(), keys, entropy)
    }

    /// The mark of the permitted lines.
    fn permitted_mark(&self) -> String {
        let sha256 = self.digest.clone().finish();
        self.app.keys().file_mark(&hex(sha256.as_ref()))
    }

    fn begun(&self) -> Result<(), Refusal> {
        let payload = self.named(json!({}));
        let event = PublicEvent::new(PublicKind::AudienceBegun, self.grant.actor(), payload);
        self.write(move |tx| tx.public(event.clone()))
    }

    /// What an entry says of the list, with which list it is.
    fn named(&self, mut payload: Value) -> Value {
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("audience".into(), json!(self.id));
            fields.insert("purpose".into(), json!(self.query.purpose));
            fields.insert("channel".into(), json!(self.query.channel));
            fields.insert("campaign".into(), json!(self.query.campaign));
        }
        payload
    }

    fn write(
        &self,
        entry: impl Fn(&mut WriteTx<'_>) -> Entry + Send + Sync + 'static,
    ) -> Result<(), Refusal> {
        let order = Order::at(self.app.now());
        let recorded = self
            .app
            .store
            .write_blocking(&self.grant, order, move |tx| {
                Ok::<_, StoreError>(entry(tx).with(()))
            });
        recorded.map(drop).map_err(Refusal::from)
    }
}
