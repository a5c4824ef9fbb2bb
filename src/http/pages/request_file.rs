//! The file of one request: facts and the count of its days, the tasks of systems, what can be done, and
//! everything that happened in one line of time.

use askama::Template;

use super::frame::rendered;
use super::request_words::{count, day_long, days, progress, waiting};
use super::{Frame, Pick, PostForm, When, Words, date_long, date_time_long};
use crate::app::requests::{RequestView, Waits, blocks};
use crate::domain::requests::{Outcome, State};
use crate::store::TaskTold;
use chrono::NaiveDate;

/// Who did or wrote something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The person, or whoever acts for them.
    Person,
    /// A member of staff, by name.
    Staff(String),
    /// A key, or the operator: by the code.
    Actor(String),
    /// The service, or another system.
    System(String),
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The entry.
    pub position: u64,
    /// When it was written.
    pub at: When,
    /// By whom.
    pub who: Who,
    /// The code of the entry's kind.
    pub kind: String,
    /// What was done, in codes: list and code.
    pub codes: Vec<(&'static str, String)>,
    /// A day that goes with it.
    pub on: Option<NaiveDate>,
    /// What was said or written.
    pub text: Option<String>,
    /// Whether only staff read it.
    pub note: bool,
    /// Where the leaf is published.
    pub proof_url: Option<String>,
}

/// What stands in the file of the person, once it is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// By what the person is known: kind and value.
    pub contacts: Vec<(String, String)>,
    /// The contact points as they were named.
    pub named: Vec<(String, String)>,
    /// Where it was received.
    pub place: Option<String>,
    /// Who asks for them, and by which mandate.
    pub mandate: Option<(String, String)>,
    /// The file of the request that it repeats: its number and address.
    pub repeats: Option<(String, String)>,
}

/// The package of a request that is answered by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageTold {
    /// How it stands: the end of a word's key.
    pub state: &'static str,
    /// When it was made, and until when it can be fetched.
    pub ready: Option<(When, When)>,
    /// How often it was fetched.
    pub downloads: u64,
    /// By which it is made, where it can be.
    pub form: Option<PostForm>,
}

/// How a contact point is put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectionActs {
    /// Those that can be, of the opened file: by keyed hash.
    pub contacts: Vec<Pick>,
    /// Whether one waits for its confirmation.
    pub waits: bool,
    /// Whether staff confirm it by a call.
    pub calls: bool,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acts {
    /// The form that every act posts to, with token and version.
    pub form: PostForm,
    /// Where an answer is written: the address, and what goes along in it.
    pub reply: PostForm,
    /// Who may take care of it.
    pub owners: Vec<Pick>,
    /// How it may be known who asks.
    pub known_by: Vec<Pick>,
    /// Why it may be doubted.
    pub doubts: Vec<Pick>,
    /// Why two further months may be needed.
    pub extensions: Vec<Pick>,
    /// On which grounds it may be refused.
    pub grounds: Vec<Pick>,
    /// Why it may need no answer.
    pub closures: Vec<Pick>,
    /// In which language the person is written to.
    pub tongues: Vec<Pick>,
    /// How a contact point is put right, where that is asked for.
    pub correction: Option<CorrectionActs>,
}

/// The file.
#[derive(Clone, Debug)]
pub struct RequestFilePage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// The request.
    pub view: RequestView,
    /// Who takes care of it.
    pub owner: Option<String>,
    /// What it waits for.
    pub waits: Waits,
    /// What systems have to do.
    pub tasks: Vec<TaskTold>,
    /// The package for the person, where the request is answered by one.
    pub package: Option<PackageTold>,
    /// What stands in the person's file; none before it is opened.
    pub opened: Option<Opened>,
    /// Whether the person was erased: then there is nothing to open.
    pub erased: bool,
    /// Why the file is opened.
    pub reasons: Vec<Pick>,
    /// The number that goes with the reason.
    pub reference: String,
    /// What can be done; none once it is over.
    pub acts: Option<Acts>,
    /// What happened, the oldest first.
    pub moments: Vec<Moment>,
    /// Words about what was wrong, or what stood against the act.
    pub fault: Option<String>,
    /// The key of what was just done.
    pub done: Option<&'static str>,
    /// The address of this file.
    pub url: String,
}

#[derive(Template)]
#[template(path = "request.html")]
struct FileView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a RequestFilePage,
    title: String,
    heading: String,
}

impl RequestFilePage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let number = self.view.request.id.number();
        let kind = w.code("request-kind", self.view.request.receipt.kind.as_str());
        let heading = w.get_with("request-title", &[("number", &number), ("kind", &kind)]);
        rendered(&FileView {
            title: self.frame.title(&heading, self.fault.is_some()),
            w,
            frame: &self.frame,
            page: self,
            heading,
        })
    }

    fn facts(&self) -> Vec<(String, String)> {
        let w = self.frame.words();
        let request = &self.view.request;
        let receipt = &request.receipt;
        let mut facts = vec![
            (
                w.get("request-state"),
                w.code("request-state", request.state_word()),
            ),
            (w.get("request-received"), day_long(w, receipt.received_on)),
            (
                w.get("request-via"),
                w.code("request-via", receipt.via.as_str()),
            ),
            (w.get("request-country"), receipt.country.clone()),
            (
                w.get("requests-owner"),
                self.owner
                    .clone()
                    .unwrap_or_else(|| w.get("request-nobody")),
            ),
            (w.get("request-waits"), waiting(w, &self.waits)),
        ];
        if receipt.mandated {
            facts.push((w.get("request-mandated"), w.get("yes")));
        }
        if receipt.duplicate {
            facts.push((w.get("request-duplicate"), w.get("yes")));
        }
        let known = request.identity.map_or_else(
            || w.get("request-known-not"),
            |known_by| w.code("request-known", known_by.as_str()),
        );
        facts.push((w.get("request-known"), known));
        facts.extend(self.outcome());
        facts
    }

    fn outcome(&self) -> Vec<(String, String)> {
        let w = self.frame.words();
        let State::Done(outcome) = self.view.request.state else {
            return Vec::new();
        };
        let (on, ground, closed) = match outcome {
            Outcome::Fulfilled(on) => (on, None, None),
            Outcome::PartlyFulfilled(on, ground) | Outcome::Refused(on, ground) => {
                (on, Some(ground), None)
            }
            Outcome::Closed(on, reason) => (on, None, Some(reason)),
        };
        let mut facts = vec![(w.get("request-ended"), day_long(w, on))];
        if let Some(ground) = ground {
            let said = w.code("request-ground", ground.as_str());
            let law = w.law(ground.source());
            let told = [("ground", said.as_str()), ("source", law.as_str())];
            facts.push((
                w.get("request-ground"),
                w.get_with("request-ground-source", &told),
            ));
        }
        let closed = closed.map(|reason| w.code("request-closed", reason.as_str()));
        facts.extend(closed.map(|said| (w.get("request-closed"), said)));
        facts
    }

    fn dates(&self) -> Vec<(String, String)> {
        let w = self.frame.words();
        let day = |key: &str, day: Option<NaiveDate>| Some((w.get(key), day_long(w, day?)));
        let left = self
            .view
            .request
            .is_open()
            .then(|| (w.get("request-left"), days(w, &self.view)));
        let dates = [
            day("request-due", self.view.due_on),
            left,
            day("request-statutory", self.view.statutory),
        ];
        dates.into_iter().flatten().collect()
    }

    fn count(&self) -> Vec<String> {
        count(self.frame.words(), &self.view.request)
    }

    fn progress(&self, task: &TaskTold) -> String {
        progress(self.frame.words(), task)
    }

    fn evidence(&self, task: &TaskTold) -> String {
        task.progress
            .evidence
            .clone()
            .unwrap_or_else(|| "–".to_owned())
    }

    fn blocks(&self, task: &TaskTold) -> bool {
        self.view.request.is_open() && blocks(task)
    }

    fn time(&self, at: &When) -> String {
        date_time_long(self.frame.words(), at)
    }

    fn letter_url(&self, moment: &Moment) -> String {
        format!("{}/letter/{}", self.url, moment.position)
    }
}

impl PackageTold {
    fn said(&self, w: Words) -> String {
        match &self.ready {
            Some((made, until)) => {
                let (made, until) = (date_time_long(w, made), date_time_long(w, until));
                let told = [("made", made.as_str()), ("until", until.as_str())];
                w.get_with("request-package-ready", &told)
            }
            None => w.code("request-package", self.state),
        }
    }
}

impl Moment {
    /// Whether staff wrote it to the person.
    fn is_letter(&self) -> bool {
        self.kind == "request.message"
            && !self.note
            && self.text.is_some()
            && matches!(self.who, Who::Staff(_) | Who::Actor(_))
    }

    fn who(&self, w: Words) -> String {
        match &self.who {
            Who::Person => w.get("request-by-person"),
            Who::Actor(code) => w.code("actor", code),
            Who::System(name) if name.is_empty() => w.get("request-by-system"),
            Who::Staff(name) | Who::System(name) => name.clone(),
        }
    }

    fn what(&self, w: Words) -> String {
        let mut said = vec![w.code("entry", &self.kind)];
        said.extend(self.codes.iter().map(|(list, code)| w.code(list, code)));
        said.extend(self.on.map(|day| date_long(w, day)));
        said.join(" · ")
    }
}

/// An answer about to be sent: the filled template, which staff may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// Of which request.
    pub number: String,
    /// What is done by sending it: the code of the act.
    pub act: String,
    /// The form, with token, version and what is done.
    pub form: PostForm,
    /// The words.
    pub text: String,
    /// Their language, as a tag.
    pub lang: String,
    /// The addresses that the news can go to.
    pub addresses: Vec<Pick>,
    /// Whether the person is erased by it.
    pub erases: bool,
    /// What stands against it.
    pub fault: Option<String>,
    /// Where it goes back to.
    pub back_url: String,
}

#[derive(Template)]
#[template(path = "request_reply.html")]
struct ReplyView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a ReplyPage,
    title: String,
    heading: String,
}

impl ReplyPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let act = w.code("request-act", &self.act);
        let heading = w.get_with("request-title", &[("number", &self.number), ("kind", &act)]);
        rendered(&ReplyView {
            title: self.frame.title(&heading, self.fault.is_some()),
            w,
            frame: &self.frame,
            page: self,
            heading,
        })
    }
}

/// An answer as a letter, to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterPage {
    /// What surrounds the page, with the account.
    pub frame: Frame,
    /// Of which request.
    pub number: String,
    /// The brand and the lines below its letters.
    pub sender: (String, Vec<String>),
    /// When it was written.
    pub at: When,
    /// The words.
    pub text: String,
    /// Where it goes back to.
    pub back_url: String,
}

#[derive(Template)]
#[template(path = "request_letter.html")]
struct LetterView<'a> {
    w: Words,
    frame: &'a Frame,
    page: &'a LetterPage,
    title: String,
}

impl LetterPage {
    /// The page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let w = self.frame.words();
        let heading = w.get_with("request-letter", &[("number", &self.number)]);
        rendered(&LetterView {
            title: self.frame.title(&heading, false),
            w,
            frame: &self.frame,
            page: self,
        })
    }

    fn date(&self) -> String {
        super::date_of(self.frame.words(), &self.at)
    }
}
