//! Decides questions on one view of the index, and notes down what is decided.

use super::App;
use super::check::{By, Judgement, Question, decide, decided, no_dice};
use super::decisions::{Draft, Maker, Notes};
use super::facts::{Asked, Setting};
use super::outlook::{Ahead, Case};
use super::policies::rules::Rules;
use super::refusal::FieldProblem;
use super::remembered::{Known, Place, Remembered};
use super::scope::beyond;
use crate::access::{CheckDecisions, Grant};
use crate::domain::event::Actor;
use crate::domain::ids::DecisionId;
use crate::domain::registry::{Channel, Purpose};
use crate::domain::time::{Entropy, Now};
use crate::index::{PersonView, Table, Use, View};
use crate::policy::{Engine, Outcome};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is kept from one view to the next.
pub(super) struct Memory {
    notes: Notes,
    remembered: Remembered,
}

impl Memory {
    /// Nothing yet.
    pub fn new(maker: Arc<Maker>) -> Self {
        Self {
            notes: Notes::new(maker),
            remembered: Remembered::default(),
        }
    }
}

/// Most memories that are kept.
const KEPT: usize = 8;

/// Memories of whoever decides many questions at once, kept from one call to the next.
pub(super) struct Memories {
    maker: Arc<Maker>,
    kept: Mutex<Vec<Memory>>,
}

impl Memories {
    /// None yet.
    pub fn new(maker: Arc<Maker>) -> Self {
        let kept = Mutex::default();
        Self { maker, kept }
    }

    /// One that nobody uses.
    pub fn take(&self) -> Memory {
        let kept = self.kept().pop();
        kept.unwrap_or_else(|| Memory::new(self.maker.clone()))
    }

    /// Gives it back.
    pub fn keep(&self, memory: Memory) {
        let mut kept = self.kept();
        if kept.len() < KEPT {
            kept.push(memory);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Memory>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Decides questions.
pub(super) struct Deciding<'a> {
    by: By<'a>,
    engine: Option<&'a Arc<Engine>>,
    setting: Setting<'a>,
    table: &'a Table,
    entropy: &'a dyn Entropy,
    now: Now,
    memory: &'a mut Memory,
    at_hand: Option<AtHand<'a>>,
}

/// The use that was asked about last, ready for the next person: many questions in a row are about one.
struct AtHand<'a> {
    place: Place,
    purpose: &'a Purpose,
    channel: Channel,
    asked: Asked<'a>,
    used: Use,
}

impl App {
    /// What decides questions on one view of the index.
    pub(super) fn deciding<'a>(
        &'a self,
        view: &'a View<Rules>,
        now: Now,
        effort: usize,
        memory: &'a mut Memory,
    ) -> Deciding<'a> {
        memory.remembered.renew(view, now);
        let rules = view.rules();
        Deciding {
            by: By {
                rules,
                shadow: self.shadowed(),
                judge: &self.judge,
                effort,
            },
            engine: rules.engine().ok(),
            setting: self.setting(view),
            table: view,
            entropy: self.entropy(),
            now,
            memory,
            at_hand: None,
        }
    }
}

/// Who has a scope asks about the purposes of it.
pub(super) fn refuse_beyond(
    grant: &Grant<CheckDecisions>,
    table: &Table,
    question: &Question,
) -> Result<(), Vec<FieldProblem>> {
    if grant.is_for_all() {
        return Ok(());
    }
    let purpose = table.catalogue().purpose(&question.purpose);
    let fault = purpose.and_then(|purpose| beyond(grant, purpose, ""));
    fault.map_or(Ok(()), |fault| Err(vec![fault]))
}

impl<'a> Deciding<'a> {
    /// Decides a question.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn draft(
        &mut self,
        grant: &Grant<CheckDecisions>,
        question: &'a Question,
    ) -> Result<Draft, Vec<FieldProblem>> {
        refuse_beyond(grant, self.table, question)?;
        let id = DecisionId::new(self.now, self.entropy).map_err(|_| vec![no_dice()])?;
        if let Some(draft) = self.remembered(id, grant.actor(), question) {
            return Ok(draft);
        }
        let judged = decide(self.by, self.setting, self.table, id, question, self.now)?;
        let engine = self.engine.map(AsRef::as_ref);
        Ok(self
            .memory
            .notes
            .of(engine, grant.actor(), question, judged))
    }

    /// The same, where as much was found out before about whoever the same is seen of; `None` where
    /// that cannot be.
    fn remembered(
        &mut self,
        id: DecisionId,
        actor: &Actor,
        question: &'a Question,
    ) -> Option<Draft> {
        let engine = self.engine.filter(|engine| !engine.is_by_cedar())?;
        if self.by.shadow.is_some() {
            return None;
        }
        let About::One(person) = About::of(self.table, question) else {
            return None;
        };
        let place = self.memory.remembered.of(actor, question)?;
        self.take_in_hand(place, question)?;
        let AtHand {
            purpose,
            channel,
            asked,
            used,
            ..
        } = self.at_hand.as_ref()?;
        let (purpose, channel) = (*purpose, *channel);
        let one = self.memory.remembered.get(place)?;
        let point = question.point(self.table, channel);
        let seen = one.alike(asked.moment(), asked.seen_by(used, person, &point));
        let told = |outcome: &Arc<Outcome>| {
            let named = (id, outcome.clone(), self.by.rules.version().clone());
            decided(named, self.table, purpose, channel, person, question)
        };
        let subject = person.map(|person| person.subject());
        let case = Case {
            engine,
            setting: self.setting,
            purpose,
            channel,
            table: self.table,
            persons: &[person],
            point,
        };
        let ahead = (&question.said, self.now.utc(), self.by.effort);
        if let Some(known) = one.known(&seen) {
            let situation = || asked.situation(&seen);
            self.by.judge.answered(engine, &known.outcome, situation);
            let mut told = told(&known.outcome);
            known.ahead.tell(&mut told, &case, ahead, &known.situation);
            let notes = &self.memory.notes;
            return Some(notes.again(engine, known, subject, told));
        }
        let (situation, outcome) = self.by.judge.decide(self.by.rules, asked, &seen);
        let situation = situation?;
        let mut told = told(&outcome);
        // time tells persons apart who have more than answers; others, as far as is found out here
        let plain = person.is_none_or(|person| person.is_plain());
        let lies_ahead = if plain && outcome.is_permit() {
            Ahead::of_permit(&case, ahead.0, ahead.1, &situation)
        } else {
            Ahead::Own
        };
        lies_ahead.tell(&mut told, &case, ahead, &situation);
        let lies_ahead = if plain && !outcome.is_permit() {
            Ahead::of_denial(&case, ahead.0, ahead.1, &situation, &told.lawful)
        } else {
            lies_ahead
        };
        let judgement = Judgement {
            decided: told,
            subject,
            situation: Some(situation),
        };
        let draft = self
            .memory
            .notes
            .of(Some(engine), actor, question, judgement);
        let known = Known {
            ahead: lies_ahead,
            outcome,
            context: draft.context().clone(),
            situation,
            durable: false,
        };
        let one = self.memory.remembered.get(place)?;
        one.remember(seen, known);
        Some(draft)
    }

    /// Makes a use ready, unless it is.
    fn take_in_hand(&mut self, place: Place, question: &'a Question) -> Option<()> {
        if self
            .at_hand
            .as_ref()
            .is_some_and(|held| held.place == place)
        {
            return Some(());
        }
        let purpose = self.table.catalogue().purpose(&question.purpose)?;
        let channel = Channel::parse(&question.channel)?;
        let (said, at) = (&question.said, self.now.utc());
        let asked = Asked::new(self.setting, purpose, channel, said, at)?;
        self.at_hand = Some(AtHand {
            place,
            purpose,
            channel,
            used: asked.used(self.table),
            asked,
        });
        Some(())
    }
}

/// Whom a question is about.
enum About<'a> {
    /// One person, or nobody.
    One(Option<PersonView<'a>>),
    /// Persons of whom the strictest answer counts.
    Several,
}

impl<'a> About<'a> {
    fn of(table: &'a Table, question: &Question) -> Self {
        let mut found = question
            .blinds
            .iter()
            .filter_map(|blind| table.person(blind));
        let one = found.next();
        let row = one.map(|one| one.row());
        if found.all(|other| Some(other.row()) == row) {
            Self::One(one)
        } else {
            Self::Several
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::app::audience::tests::{Act, act, happen};
    use crate::app::facts::Said;
    use crate::app::record::Claim;
    use crate::app::testing::TestApp;
    use crate::domain::registry::IdentifierKinds;
    use crate::policy::gather::Message;
    use proptest::prelude::*;

    const MESSAGES: [Option<bool>; 3] = [None, Some(true), Some(false)];

    fn question(shop: &TestApp, person: usize, purpose: &str, stops: Option<bool>) -> Question {
        let email = format!("p{person}@example.fr");
        let message = Message {
            valid_stop_contact: stops,
            ..Message::default()
        };
        Question {
            blinds: shop.named(&[("email", &email)]).blinds(),
            coarse: vec![],
            kinds: IdentifierKinds::NONE,
            subject: None,
            purpose: purpose.into(),
            channel: "email".into(),
            campaign: None,
            said: Said {
                message,
                ..Said::default()
            },
            at: None,
            reserve: false,
        }
    }

    /// What is told and what is written down, but for the decision's name.
    fn facts(draft: &Draft) -> String {
        let mut record = draft.record().clone();
        record.id = [0; 16];
        let decided = draft.told();
        let ahead = (&decided.lawful, decided.valid_until);
        format!("{record:?} {:?} {ahead:?}", decided.outcome)
    }

    /// The answer by the way that remembers nothing, and what is written down of it.
    fn worked_out(shop: &TestApp, question: &Question) -> String {
        let (view, now) = (shop.app.index().view(), shop.app.now());
        let mut memory = Memory::new(shop.app.maker.clone());
        let deciding = shop.app.deciding(&view, now, 600, &mut memory);
        let id = DecisionId::new(now, shop.app.entropy()).unwrap();
        let judged = decide(deciding.by, deciding.setting, &view, id, question, now).unwrap();
        let engine = deciding.engine.map(AsRef::as_ref);
        let grant = TestApp::grant::<CheckDecisions>();
        let notes = &mut deciding.memory.notes;
        facts(&notes.of(engine, grant.actor(), question, judged))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Whatever happens to whom, and whatever was asked before: what is remembered is what would
        /// be worked out, to the last fact that is written down.
        #[test]
        fn what_is_remembered_is_what_would_be_worked_out(
            steps in prop::collection::vec((0_usize..6, act(), 0_usize..3, 0_i64..90), 1..30),
        ) {
            let shop = TestApp::new();
            shop.publish();
            let grant = TestApp::grant::<CheckDecisions>();
            let mut memory = Memory::new(shop.app.maker.clone());
            for (person, act, message, seconds) in steps {
                happen(&shop, &format!("p{person}@example.fr"), act);
                shop.clock.pass(seconds);
                let view = shop.app.index().view();
                let uses = [("newsletter", 0), ("offers", person), ("offers", 5)];
                let asked = uses.map(|(purpose, person)| question(&shop, person, purpose, MESSAGES[message]));
                let mut deciding = shop.app.deciding(&view, shop.app.now(), 600, &mut memory);
                for asked in &asked {
                    let expected = worked_out(&shop, asked);
                    for _ in 0..2 {
                        let draft = deciding.draft(&grant, asked).unwrap();
                        prop_assert_eq!(facts(&draft), expected.clone(), "{:?}", act);
                    }
                }
            }
        }
    }

    /// Text messages have hours: who agreed when and until when differs, what lies ahead is told
    /// to each as to whoever is asked about alone.
    fn texts_may_go_out_by_day(
        retention: Option<&str>,
        steps: Vec<(usize, &'static str, &'static str, i64)>,
    ) {
        let shop = TestApp::new();
        shop.publish_keeping(retention);
        let grant = TestApp::grant::<CheckDecisions>();
        let mut memory = Memory::new(shop.app.maker.clone());
        for (person, status, valid_for, seconds) in steps {
            let email = format!("p{person}@example.fr");
            let claim = |channel: &str| Claim {
                channel: channel.into(),
                valid_for: Some(valid_for.into()),
                collected_at: Some(shop.app.now().utc()),
                ..shop.claim(&[("email", &email)], "offers", status)
            };
            shop.record(vec![claim("sms"), claim("email")]);
            shop.clock.pass(seconds);
            let view = shop.app.index().view();
            let each = (0..6).flat_map(|person| [(person, "sms"), (person, "email")]);
            let each = each.map(|(person, channel)| Question {
                channel: channel.into(),
                ..question(&shop, person, "offers", Some(true))
            });
            let each: Vec<Question> = each.collect();
            let mut deciding = shop.app.deciding(&view, shop.app.now(), 600, &mut memory);
            for asked in each.iter().chain(&each) {
                let draft = deciding.draft(&grant, asked).unwrap();
                assert_eq!(facts(&draft), worked_out(&shop, asked), "{asked:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_lies_ahead_of_a_text_is_each_ones_own(
            retention in prop::option::of(prop::sample::select(vec!["P20D", "P6M"])),
            steps in prop::collection::vec((
                0_usize..6,
                prop::sample::select(vec!["given", "given", "given", "refused"]),
                prop::sample::select(vec!["P1D", "P2D", "P40D", "P3Y"]),
                0_i64..30 * 3600,
            ), 1..20),
        ) {
            texts_may_go_out_by_day(retention, steps);
        }
    }

    /// A remembered permit is not given to somebody who has said no since, nor a remembered no to
    /// another person.
    #[test]
    fn a_no_is_seen_at_once() {
        let shop = TestApp::new();
        shop.publish();
        let grant = TestApp::grant::<CheckDecisions>();
        let mut memory = Memory::new(shop.app.maker.clone());
        let mut ask = |person| {
            let view = shop.app.index().view();
            let mut deciding = shop.app.deciding(&view, shop.app.now(), 600, &mut memory);
            let asked = question(&shop, person, "newsletter", None);
            let draft = deciding.draft(&grant, &asked).unwrap();
            draft.told().outcome.reason().to_owned()
        };
        for person in [1, 2] {
            let who = format!("p{person}@example.fr");
            happen(&shop, &who, Act::Says("newsletter", "given"));
        }
        assert_eq!([ask(1), ask(2)], ["CONSENT_VALID", "CONSENT_VALID"]);
        happen(&shop, "p1@example.fr", Act::Says("newsletter", "withdrawn"));
        assert_eq!([ask(1), ask(2)], ["CONSENT_WITHDRAWN", "CONSENT_VALID"]);
    }
}
