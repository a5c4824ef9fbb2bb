//! The evidence of one person for reading: the export's data into the page.

use super::pages::{
    Fact, Finding, HeldPart, HeldRow, Language, PersonEvent, PersonReportPage, Text, When, Words,
    date_time_long, person_report,
};
use crate::app::decisions::story::Story;
use crate::app::export::{HeldRecord, HeldState, PersonData, PersonReport, TimelineEntry};
use crate::app::lists::OnList;
use crate::audit::encoding::b64;
use crate::domain::event::{Reference, SubjectEvent};
use crate::domain::registry::{
    ConsentRecord, ContactRecord, Pace, PaceRecord, Purpose, Slug, Wording,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::io::{self, Write};

/// The report as one HTML file.
#[derive(Debug, Clone)]
pub struct HtmlPersonReport {
    /// In which language.
    pub language: Language,
    /// In which zone times are shown.
    pub zone: Tz,
    /// The package's file name, for the command that checks it.
    pub file_name: String,
}

impl PersonReport for HtmlPersonReport {
    fn write(&self, out: &mut dyn Write, data: &PersonData) -> io::Result<()> {
        let teller = Teller {
            language: self.language,
            words: Words::of(self.language),
            zone: self.zone,
        };
        person_report(out, &teller.page(data, &self.file_name))
    }
}

/// Tells things in a language.
struct Teller {
    language: Language,
    words: Words,
    zone: Tz,
}

impl Teller {
    fn page(&self, data: &PersonData, file_name: &str) -> PersonReportPage {
        let finding = |one: &crate::audit::package::format::Finding| Finding {
            position: one.position,
            text: one.what.clone(),
        };
        let held = data.held.as_ref().map(|held| {
            let parts = held.records.iter().map(|one| self.held(one)).collect();
            (self.zoned(held.at), parts)
        });
        PersonReportPage {
            language: self.language,
            about: self.about(data),
            findings: data.findings.iter().map(finding).collect(),
            unreadable: data.unreadable,
            held,
            events: data.timeline.iter().map(|one| self.event(one)).collect(),
            decisions: data
                .decisions
                .iter()
                .map(|one| self.decision(one))
                .collect(),
            lists: data.lists.iter().map(|one| self.list(one)).collect(),
            file_name: file_name.to_owned(),
        }
    }

    fn about(&self, data: &PersonData) -> Vec<Fact> {
        let checkpoint = &data.checkpoint;
        vec![
            self.fact("person-export", data.export.to_string()),
            self.fact("report-by", data.exported_by.clone()),
            self.fact("report-made", self.time(data.exported_at)),
            self.fact("person-records", self.words.number(data.records)),
            self.fact("report-origin", data.origin.clone()),
            self.fact("report-size", self.words.number(checkpoint.size)),
            self.fact("report-root", b64(&checkpoint.root)),
        ]
    }

    fn fact(&self, key: &str, text: impl Into<String>) -> Fact {
        (self.words.get(key), text.into())
    }

    fn zoned(&self, at: DateTime<Utc>) -> When {
        at.with_timezone(&self.zone)
    }

    fn time(&self, at: DateTime<Utc>) -> String {
        let at = self.zoned(at);
        format!("{} ({})", date_time_long(self.words, &at), at.format("%Z"))
    }

    /// A text that an operator wrote, in this language or in the one that there is.
    fn wording(&self, wording: &Wording) -> Option<Text> {
        let wanted = crate::domain::registry::Language::parse(self.language.code())?;
        let (found, text) = wording.in_or_else(wanted)?;
        Some(Text {
            text: text.to_owned(),
            lang: (found != wanted).then(|| found.as_str().to_owned()),
        })
    }

    fn held(&self, record: &HeldRecord) -> HeldPart {
        let standing = &record.standing;
        let since = [
            ("person-objection", standing.objection),
            ("person-objection-profiling", standing.objection_profiling),
            ("person-restricted", standing.restricted),
        ];
        let stands = since
            .into_iter()
            .filter_map(|(key, since)| Some(self.fact(key, self.time(since?))));
        let slowed = record.paces.iter().map(|(paced, purpose)| {
            let title = self.title(purpose.as_ref(), &paced.purpose);
            let channel = self.words.code("channel", paced.channel.as_str());
            let told = self.pace(&paced.state.pace).into_iter();
            let told: Vec<String> = told
                .map(|(label, text)| format!("{label}: {text}"))
                .collect();
            (format!("{title}, {channel}"), told.join("; "))
        });
        HeldPart {
            standing: stands.chain(slowed).collect(),
            rows: record.states.iter().map(|one| self.row(one)).collect(),
        }
    }

    fn row(&self, state: &HeldState) -> HeldRow {
        let view = &state.view;
        let title = state.purpose.as_ref();
        let title = title.and_then(|purpose| self.wording(&purpose.title));
        let since = view.since.parse().map(|since| self.time(since));
        HeldRow {
            purpose: title.unwrap_or_else(|| Text::new(&view.purpose)),
            channel: view.channel.clone(),
            status: view.status.clone(),
            reason: view.reason.clone(),
            since: since.unwrap_or_else(|_| view.since.clone()),
            notice: view.notice.clone(),
            position: state.position,
        }
    }

    fn event(&self, one: &TimelineEntry) -> PersonEvent {
        let (facts, words) = match &one.event {
            Some(SubjectEvent::Consent(record)) => self.consent(one, record),
            Some(SubjectEvent::Paced(record)) => (self.paced(one, record), None),
            Some(other) => (self.other(other), None),
            None => (self.untold(one), None),
        };
        let actor = one
            .payload
            .as_ref()
            .and_then(|payload| payload.get("actor"));
        let by = actor.map(|actor| self.fact("person-by", self.actor(actor)));
        PersonEvent {
            position: one.position,
            at: self.zoned(one.at),
            title: self.words.code("entry", &one.kind),
            facts: facts.into_iter().chain(by).collect(),
            words,
        }
    }

    fn consent(&self, one: &TimelineEntry, record: &ConsentRecord) -> (Vec<Fact>, Option<Text>) {
        let title = self.title(one.purpose.as_ref(), &record.purpose);
        let mut facts = vec![
            self.fact("report-purpose", title),
            self.fact(
                "report-channel",
                self.words.code("channel", record.channel.as_str()),
            ),
            self.fact(
                "report-status",
                self.words.code("status", record.status.as_str()),
            ),
            self.fact("person-effective", self.time(record.effective_at)),
        ];
        let place = record.source.kind.as_str();
        facts.push(self.fact("report-source", self.words.code("origin", place)));
        let told = [
            (
                "person-collected",
                record.collected_at.map(|at| self.time(at)),
            ),
            ("person-until", record.valid_until.map(|at| self.time(at))),
            (
                "person-act",
                record.act.map(|act| self.words.code("act", act.as_str())),
            ),
            ("person-place", record.source.id.clone()),
            ("person-agent", record.source.agent.clone()),
            (
                "person-language",
                record.language.map(|one| one.as_str().to_owned()),
            ),
            (
                "report-notice",
                record.notice.as_ref().map(ToString::to_string),
            ),
            ("person-circumstances", circumstances(record)),
            (
                "person-evidence",
                record.evidence.as_ref().map(ToString::to_string),
            ),
        ];
        let told = told
            .into_iter()
            .filter_map(|(key, text)| Some(self.fact(key, text?)));
        facts.extend(told);
        (facts, self.shown(one, record))
    }

    fn title(&self, purpose: Option<&Purpose>, id: &Slug) -> String {
        let title = purpose.and_then(|purpose| self.wording(&purpose.title));
        title.map_or_else(|| id.to_string(), |title| title.text)
    }

    fn paced(&self, one: &TimelineEntry, record: &PaceRecord) -> Vec<Fact> {
        let mut facts = vec![
            self.fact(
                "report-purpose",
                self.title(one.purpose.as_ref(), &record.purpose),
            ),
            self.fact(
                "report-channel",
                self.words.code("channel", record.channel.as_str()),
            ),
        ];
        facts.extend(self.pace(&record.pace));
        let place = self.words.code("origin", record.source.kind.as_str());
        let told = [
            ("person-effective", Some(self.time(record.effective_at))),
            ("report-source", Some(place)),
            (
                "person-act",
                record.act.map(|act| self.words.code("act", act.as_str())),
            ),
            ("person-place", record.source.id.clone()),
            ("person-agent", record.source.agent.clone()),
        ];
        let told = told.into_iter();
        facts.extend(told.filter_map(|(key, text)| Some(self.fact(key, text?))));
        facts
    }

    /// What it holds back, or that it holds nothing back.
    fn pace(&self, pace: &Pace) -> Vec<Fact> {
        let most = pace
            .at_most
            .map(|most| self.words.code("pace", most.as_str()));
        let told = [
            (
                "person-paused",
                pace.paused_until.map(|until| self.time(until)),
            ),
            ("person-at-most", most),
        ];
        let told = told.into_iter();
        let mut facts: Vec<Fact> = told
            .filter_map(|(key, text)| Some(self.fact(key, text?)))
            .collect();
        if facts.is_empty() {
            facts.push(self.fact("person-at-most", self.words.get("pace-all")));
        }
        facts
    }

    /// The words in the language in which they were shown, where that is known.
    fn shown(&self, one: &TimelineEntry, record: &ConsentRecord) -> Option<Text> {
        let notice = one.notice.as_ref()?;
        let Some(language) = record.language else {
            return self.wording(&notice.text);
        };
        let (found, text) = notice.text.in_or_else(language)?;
        let lang = (found.as_str() != self.language.code()).then(|| found.as_str().to_owned());
        Some(Text {
            text: text.to_owned(),
            lang,
        })
    }

    fn other(&self, event: &SubjectEvent) -> Vec<Fact> {
        match event {
            SubjectEvent::Objected { effective_at, .. }
            | SubjectEvent::Restricted { effective_at, .. } => {
                let mut facts = vec![self.fact("person-effective", self.time(*effective_at))];
                if let SubjectEvent::Objected { scope, .. } = event {
                    facts.push(self.fact("person-scope", text(&serde_json::json!(scope))));
                }
                facts
            }
            SubjectEvent::Linked(contacts) => vec![self.count("person-contacts", contacts.len())],
            SubjectEvent::Corrected(corrected) => {
                let evidence = corrected.evidence.as_ref().map(Reference::as_str);
                evidence
                    .map(|text| self.fact("person-evidence", text.to_owned()))
                    .into_iter()
                    .collect()
            }
            SubjectEvent::Merged { from, contacts } => vec![
                self.fact("person-from", from.to_string()),
                self.count("person-contacts", contacts.len()),
            ],
            SubjectEvent::Contacted(record) => self.contact(record),
            SubjectEvent::Released { contact, reason } => vec![
                self.fact("person-contact", contact.to_string()),
                self.fact("person-reason", reason.clone()),
            ],
            SubjectEvent::Viewed(view, reason) => {
                let view = text(&serde_json::json!(view));
                let mut facts = vec![self.fact("person-view", self.words.code("view", &view))];
                if let Some(reason) = reason {
                    let why = self.words.code("view-why", reason.why().as_str());
                    facts.push(self.fact("person-view-why", why));
                    let number = reason.reference().map(Reference::as_str);
                    facts.extend(number.map(|text| self.fact("person-view-for", text.to_owned())));
                }
                facts
            }
            SubjectEvent::Disputed(record) => {
                vec![self.fact("person-disputed", record.to_string())]
            }
            SubjectEvent::Died { evidence, .. } => {
                vec![self.fact("person-evidence", evidence.as_str().to_owned())]
            }
            SubjectEvent::Held(hold) => {
                let ground = self.words.code("request-ground", hold.ground.as_str());
                let ground = format!("{ground} ({})", self.words.law(hold.ground.source()));
                vec![
                    self.fact("person-hold-ground", ground),
                    self.fact("person-hold-until", hold.until.to_string()),
                    self.fact("person-hold-case", hold.reference.as_str().to_owned()),
                ]
            }
            SubjectEvent::HoldLifted { hold, .. } => {
                vec![self.fact("person-hold", hold.to_string())]
            }
            SubjectEvent::DisputeClosed { outcome, .. } => {
                let outcome = self.words.code("dispute-outcome", outcome.as_str());
                vec![self.fact("person-outcome", outcome)]
            }
            SubjectEvent::Asked(made) => {
                let mut facts = vec![self.fact("person-request", made.request.number())];
                let text = made.text.clone();
                facts.extend(text.map(|text| self.fact("person-text", text)));
                facts
            }
            SubjectEvent::Wrote(message) => vec![
                self.fact("person-request", message.request.number()),
                self.fact("person-text", message.text.clone()),
            ],
            SubjectEvent::Disclosed(export) => vec![self.fact("person-export", export.to_string())],
            SubjectEvent::Consent(_)
            | SubjectEvent::Paced(_)
            | SubjectEvent::LinkIssued
            | SubjectEvent::SignedIn(_) => Vec::new(),
        }
    }

    fn count(&self, key: &str, count: usize) -> Fact {
        self.fact(key, self.words.number(count as u64))
    }

    /// What the record says, field by field: its words are the API's.
    fn contact(&self, record: &ContactRecord) -> Vec<Fact> {
        let told = serde_json::to_value(record).unwrap_or_default();
        let fields = told.as_object().into_iter().flatten();
        fields
            .filter(|(name, _)| !["subject", "id"].contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }

    /// An entry about nobody, or one that is withheld.
    fn untold(&self, one: &TimelineEntry) -> Vec<Fact> {
        let Some(payload) = &one.payload else {
            return vec![self.fact("person-withheld", self.words.get("person-withheld-why"))];
        };
        let told = ["export", "reason", "epoch"].into_iter().zip([
            "person-export",
            "person-reason",
            "person-epoch",
        ]);
        let means = [
            ("key_epoch.begun", "person-epoch-begun"),
            ("kek.destroyed", "person-epoch-destroyed"),
        ];
        let means = means.into_iter().filter(|(kind, _)| one.kind == *kind);
        told.filter_map(|(name, key)| Some(self.fact(key, text(payload.get(name)?))))
            .chain(means.map(|(_, key)| self.fact("person-means", self.words.get(key))))
            .collect()
    }

    fn actor(&self, actor: &Value) -> String {
        let field = |name: &str| actor.get(name).and_then(Value::as_str).unwrap_or_default();
        let kind = self.words.code("actor", field("kind"));
        match field("id") {
            "" => kind,
            id => format!("{kind} {id}"),
        }
    }

    fn decision(&self, story: &Story) -> PersonEvent {
        let outcome = &story.outcome;
        let title = story.about.as_ref();
        let title = title.and_then(|(purpose, _)| self.wording(&purpose.title));
        let mut facts = vec![self.fact(
            "report-purpose",
            title.map_or_else(|| story.purpose.clone(), |title| title.text),
        )];
        let channel = story
            .channel
            .map(|one| self.words.code("channel", one.as_str()));
        let rules: Vec<String> = outcome
            .policies
            .iter()
            .map(|one| match &one.source {
                Some(source) => format!("{} ({source})", one.id),
                None => one.id.clone(),
            })
            .collect();
        let told = [
            ("report-channel", channel),
            ("column-campaign", story.campaign.clone()),
            ("person-reason", Some(outcome.reason.clone())),
            ("person-rules", Some(rules.join(", "))),
            ("why-version", Some(story.policy_version.clone())),
            (
                "person-rests-on",
                story.evidence.map(|at| self.words.number(at)),
            ),
            ("person-simulation", story.at.map(|at| self.time(at))),
            ("person-by", Some(story.asked_by.clone())),
            ("person-decision", Some(story.id.to_string())),
        ];
        let told = told
            .into_iter()
            .filter_map(|(key, text)| Some(self.fact(key, text?)));
        facts.extend(told);
        let effect = text(&serde_json::json!(outcome.effect));
        PersonEvent {
            position: story.recorded_in,
            at: self.zoned(story.made_at),
            title: self.words.code("effect", &effect),
            facts,
            words: Some(Text::new(match self.language {
                Language::Fr => &outcome.explanation.fr,
                _ => &outcome.explanation.en,
            })),
        }
    }

    fn list(&self, list: &OnList) -> PersonEvent {
        let at = list.told("recorded_at").parse().unwrap_or_default();
        let known = |name: &str| Some(list.told(name).to_owned()).filter(|text| !text.is_empty());
        let channel = self.words.code("channel", list.told("channel"));
        let broke_off = self.words.get("person-list-broke-off");
        let told = [
            ("report-purpose", known("purpose")),
            ("report-channel", Some(channel)),
            ("column-campaign", known("campaign")),
            ("person-reason", Some(list.reason.clone())),
            ("why-version", known("policy_version")),
            ("person-by", Some(self.actor(&list.actor()))),
            ("person-list", known("audience")),
            (
                "person-list-end",
                (!list.is_complete()).then_some(broke_off),
            ),
        ];
        let told = told
            .into_iter()
            .filter_map(|(key, text)| Some(self.fact(key, text?)));
        let effect = if list.permit { "permit" } else { "deny" };
        PersonEvent {
            position: list.position,
            at: self.zoned(at),
            title: self.words.code("effect", effect),
            facts: told.collect(),
            words: list.spoken().map(|words| {
                Text::new(match self.language {
                    Language::Fr => words.fr,
                    _ => words.en,
                })
            }),
        }
    }
}

/// What belongs to the act, as the API says it.
fn circumstances(record: &ConsentRecord) -> Option<String> {
    let told = &record.circumstances;
    (!told.is_empty()).then(|| text(&serde_json::json!(told)))
}

/// A value without quotation marks, where it is a text.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
