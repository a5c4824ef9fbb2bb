//! Publishes controllers, purposes and notices: from the API or from files, with the difference
//! shown before anything changes. What is published is never changed, only followed by a version.

mod upon;

pub use upon::{CHANGED, Upon};

use super::open::App;
use super::refusal::{FieldProblem, Refusal};
use crate::access::{Grant, PublishCatalogue, ReadCatalogue};
use crate::domain::duration::CalendarPeriod;
use crate::domain::registry::brand::{Host, Image, Picture};
use crate::domain::registry::{Catalogue, Controller, Notice, Purpose, Slug, Wording};
use crate::domain::time::Now;
use crate::policy::PurposeUse;
use crate::store::{Committed, Entry, IdempotencyKey, Order, Recorded, WriteTx};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// What an operator's files or a request ask to be in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Controllers.
    #[serde(default, rename = "controller", skip_serializing_if = "Vec::is_empty")]
    pub controllers: Vec<Controller>,
    /// Purposes; their version is counted by the registry.
    #[serde(default, rename = "purpose", skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// Notices, with their versions.
    #[serde(default, rename = "notice", skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

impl Publication {
    /// Puts the pictures in that its logos name as files.
    ///
    /// # Errors
    /// The name of a file, and why it is no picture.
    pub fn read_pictures(
        &mut self,
        read: impl Fn(&str) -> Result<Vec<u8>, String>,
    ) -> Result<(), String> {
        let brands = self
            .controllers
            .iter_mut()
            .filter_map(|one| one.brand.as_mut());
        for logo in brands.filter_map(|brand| brand.logo.as_mut()) {
            if let Picture::File(name) = &logo.image {
                let told = |error: &str| format!("the logo {name} {error}");
                let bytes = read(name).map_err(|error| told(&error))?;
                logo.image = Picture::Data(Image::read(&bytes).map_err(told)?);
            }
        }
        Ok(())
    }
}

/// One line of the difference between what is in force and what is asked for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Difference {
    /// `new` or `changed`.
    pub change: String,
    /// `controller`, `purpose` or `notice`.
    pub kind: String,
    /// Which one, with its version.
    pub name: String,
}

const NOTHING: &str = "nothing_to_publish";

impl App {
    /// What publishing would change.
    ///
    /// # Errors
    /// Everything in it that cannot be published.
    pub fn difference(&self, publication: &Publication) -> Result<Vec<Difference>, Refusal> {
        let catalogue = self.store.read(|tx| tx.catalogue(&self.serve))?;
        plan(&catalogue, publication).map(|plan| plan.iter().map(Step::difference).collect())
    }

    /// Publishes, in one transaction; an empty answer says that everything was in force already.
    ///
    /// # Errors
    /// Everything in it that cannot be published; nothing is then.
    pub async fn publish(
        &self,
        grant: &Grant<PublishCatalogue>,
        publication: Publication,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Vec<Difference>>, Refusal> {
        let order = Order {
            idempotency,
            ..Order::at(now)
        };
        self.publish_where(grant, publication, None, order).await
    }

    /// The same, where what it changes is in force as whoever asks has seen it.
    ///
    /// # Errors
    /// As [`App::publish`]; and [`CHANGED`] where somebody else published meanwhile.
    pub async fn publish_upon(
        &self,
        grant: &Grant<PublishCatalogue>,
        publication: Publication,
        upon: Upon,
        now: Now,
    ) -> Result<Committed<Vec<Difference>>, Refusal> {
        let order = Order::at(now);
        self.publish_where(grant, publication, Some(upon), order)
            .await
    }

    async fn publish_where(
        &self,
        grant: &Grant<PublishCatalogue>,
        publication: Publication,
        upon: Option<Upon>,
        order: Order,
    ) -> Result<Committed<Vec<Difference>>, Refusal> {
        let actor = grant.clone();
        let outcome = self
            .store
            .write(grant, order, move |tx| {
                publish_all(tx, &actor, &publication, upon.as_ref())
            })
            .await;
        match outcome {
            Err(Refusal::Conflict { code: NOTHING, .. }) => Ok(Committed {
                value: Vec::new(),
                positions: Vec::new(),
                replayed: false,
            }),
            other => other,
        }
    }

    /// What is in force, or was at an instant.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn catalogue(
        &self,
        grant: &Grant<ReadCatalogue>,
        at: Option<DateTime<Utc>>,
    ) -> Result<Catalogue, Refusal> {
        let at = at.unwrap_or(DateTime::<Utc>::MAX_UTC);
        Ok(self.store.read(|tx| tx.catalogue_at(grant, at))?)
    }
}

/// One thing to publish.
enum Step {
    Controller(Box<Controller>),
    Purpose(Purpose),
    Notice(Notice),
}

impl Step {
    fn difference(&self) -> Difference {
        let (kind, name, version) = match self {
            Self::Controller(controller) => ("controller", &controller.id, controller.version),
            Self::Purpose(purpose) => ("purpose", &purpose.id, purpose.version),
            Self::Notice(notice) => ("notice", &notice.id, notice.version),
        };
        let change = if version == 1 { "new" } else { "changed" };
        Difference {
            change: change.to_owned(),
            kind: kind.to_owned(),
            name: format!("{name}@{version}"),
        }
    }

    fn publish(
        &self,
        tx: &mut WriteTx<'_>,
        grant: &Grant<PublishCatalogue>,
    ) -> Result<Entry, Refusal> {
        Ok(match self {
            Self::Controller(controller) => tx.publish_controller(grant, controller)?,
            Self::Purpose(purpose) => tx.publish_purpose(grant, purpose)?,
            Self::Notice(notice) => tx.publish_notice(grant, notice)?,
        })
    }
}

fn publish_all(
    tx: &mut WriteTx<'_>,
    grant: &Grant<PublishCatalogue>,
    publication: &Publication,
    upon: Option<&Upon>,
) -> Result<Recorded<Vec<Difference>>, Refusal> {
    let planned = plan(tx.catalogue(), publication);
    // who sends the same twice has it in force already, and is told so
    let changes = planned.as_ref().map_or(true, |steps| !steps.is_empty());
    if let Some(upon) = upon.filter(|_| changes) {
        upon.holds(tx.catalogue())?;
    }
    let steps = planned?;
    let mut last = None;
    for step in &steps {
        last = Some(step.publish(tx, grant)?);
    }
    let nothing = || Refusal::Conflict {
        code: NOTHING,
        what: "everything is in force already".into(),
    };
    Ok(last
        .ok_or_else(nothing)?
        .with(steps.iter().map(Step::difference).collect()))
}

fn plan(catalogue: &Catalogue, publication: &Publication) -> Result<Vec<Step>, Refusal> {
    let (mut steps, mut problems) = (Vec::new(), Vec::new());
    let mut draft = catalogue.clone();
    plan_controllers(&mut draft, publication, &mut steps);
    problems.extend(look_at_brands(&draft, publication));
    for (at, purpose) in publication.purposes.iter().enumerate() {
        problems.extend(look_at_purpose(&draft, at, purpose));
        plan_purpose(&mut draft, purpose, &mut steps);
    }
    for (at, notice) in publication.notices.iter().enumerate() {
        problems.extend(look_at_notice(&draft, at, notice));
        if let std::collections::btree_map::Entry::Vacant(e) =
            draft.notices.entry(notice.reference())
        {
            e.insert(notice.clone());
            steps.push(Step::Notice(notice.clone()));
        }
    }
    if problems.is_empty() {
        Ok(steps)
    } else {
        Err(Refusal::Invalid(problems))
    }
}

/// The controller `default` comes with the first purpose that names it.
fn plan_controllers(draft: &mut Catalogue, publication: &Publication, steps: &mut Vec<Step>) {
    let mut wanted = publication.controllers.clone();
    let named_default = publication
        .purposes
        .iter()
        .map(|purpose| &purpose.controller)
        .find(|id| id.as_str() == "default");
    if let Some(id) = named_default
        && !draft.controllers.contains_key(id)
        && !wanted.iter().any(|controller| controller.id == *id)
    {
        wanted.push(Controller::named(id.clone(), "Default"));
    }
    for controller in wanted {
        let known = draft.controllers.get(&controller.id);
        if !known.is_some_and(|known| known.says_the_same(&controller)) {
            let version = known.map_or(0, |known| known.version).saturating_add(1);
            let controller = Controller {
                version,
                ..controller
            };
            draft
                .controllers
                .insert(controller.id.clone(), controller.clone());
            steps.push(Step::Controller(Box::new(controller)));
        }
    }
}

/// What brands say and look like, and that no host is two brands'.
fn look_at_brands(draft: &Catalogue, publication: &Publication) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for (at, controller) in publication.controllers.iter().enumerate() {
        let Some(brand) = &controller.brand else {
            continue;
        };
        let mut found = |field: &str, code, detail: String| {
            let pointer = format!("/controllers/{at}/brand/{field}");
            problems.push(FieldProblem::new(pointer, code, detail));
        };
        for fault in brand.faults() {
            found(&fault.field, fault.code, fault.detail);
        }
        let others = || {
            draft
                .brands()
                .filter(|(other, _)| other.id != controller.id)
        };
        for (other, theirs) in others() {
            let twice = |host: &&Host| theirs.hosts.contains(host);
            if let Some(host) = brand.hosts.iter().find(twice) {
                let detail = format!(
                    "{host} is served for {} already; a host has one brand",
                    other.id
                );
                found("hosts", "host_taken", detail);
            }
            let twice = |site: &&Host| theirs.sites.contains(site);
            if let Some(site) = brand.sites.iter().find(twice) {
                let detail = format!(
                    "{site} is a site of {} already; a site speaks for one brand",
                    other.id
                );
                found("sites", "site_taken", detail);
            }
        }
    }
    problems
}

fn plan_purpose(draft: &mut Catalogue, purpose: &Purpose, steps: &mut Vec<Step>) {
    let known = draft.purposes.get(&purpose.id);
    if known.is_some_and(|known| known.says_the_same(purpose)) {
        return;
    }
    let version = known.map_or(0, |known| known.version).saturating_add(1);
    let purpose = Purpose {
        version,
        ..purpose.clone()
    };
    draft.purposes.insert(purpose.id.clone(), purpose.clone());
    steps.push(Step::Purpose(purpose));
}

fn look_at_purpose(draft: &Catalogue, at: usize, purpose: &Purpose) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let mut found = |field: &str, code, detail: &str| {
        problems.push(FieldProblem::new(
            format!("/purposes/{at}/{field}"),
            code,
            detail,
        ));
    };
    if !draft.controllers.contains_key(&purpose.controller) {
        found(
            "controller",
            "controller_unknown",
            "no such controller; publish it first, or use default",
        );
    }
    if let Err(unknown) = PurposeUse::parse(purpose.law_use.as_str()) {
        found("use", "use_unknown", &unknown.to_string());
    }
    if !has_words(&purpose.title) {
        found(
            "title",
            "title_missing",
            "needs words in at least one language, like {\"fr\": \"…\", \"en\": \"…\"}",
        );
    }
    if purpose.channels.is_empty() {
        found(
            "channels",
            "channels_missing",
            "must name at least one channel",
        );
    }
    if purpose.channels.iter().collect::<BTreeSet<_>>().len() != purpose.channels.len() {
        found("channels", "channel_twice", "must name each channel once");
    }
    if let Some(Err(error)) = purpose
        .retention
        .as_ref()
        .map(|text| text.parse::<CalendarPeriod>())
    {
        found("retention", "period_malformed", &error.to_string());
    }
    problems
}

fn look_at_notice(draft: &Catalogue, at: usize, notice: &Notice) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let mut found = |field: &str, code, detail: String| {
        problems.push(FieldProblem::new(
            format!("/notices/{at}/{field}"),
            code,
            detail,
        ));
    };
    if !draft.purposes.contains_key(&notice.purpose) {
        found(
            "purpose",
            "purpose_unknown",
            "no such purpose is in force; publish it first".into(),
        );
    }
    if !has_words(&notice.text) {
        found(
            "text",
            "text_missing",
            "needs words in at least one language, like {\"fr\": \"…\", \"en\": \"…\"}".into(),
        );
    }
    let unnamed = |named: &String| named.trim().is_empty();
    if notice.recipients.iter().flatten().any(unnamed) {
        found(
            "recipients",
            "recipient_unnamed",
            "name each recipient as these words do, or leave the list out".into(),
        );
    }
    if let Some(published) = draft.notices.get(&notice.reference()) {
        if published != notice {
            found(
                "version",
                "notice_published",
                "this version is published and never changes; publish the next one".into(),
            );
        }
        return problems;
    }
    let next = draft.next_notice_version(&notice.id);
    if notice.version != next {
        found(
            "version",
            "version_gap",
            format!("the next version of this notice is {next}"),
        );
    }
    if let Some(other) = other_purpose(draft, &notice.id, &notice.purpose) {
        found(
            "purpose",
            "purpose_changed",
            format!(
                "earlier versions of this notice ask consent for {other}; give the notice another name"
            ),
        );
    }
    problems
}

fn other_purpose<'a>(draft: &'a Catalogue, id: &Slug, purpose: &Slug) -> Option<&'a Slug> {
    let mut earlier = draft
        .notices
        .values()
        .filter(|notice| notice.id == *id)
        .map(|notice| &notice.purpose);
    earlier.find(|known| *known != purpose)
}

fn has_words(wording: &Wording) -> bool {
    !wording.0.is_empty() && wording.0.values().all(|text| !text.trim().is_empty())
}
