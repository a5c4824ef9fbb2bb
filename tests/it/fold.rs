//! The state is the fold of the history: whatever happened in whatever order, by the API, the form,
//! an import, an objection or a merge. The fold below is written from the rules alone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::dice::Dice;
use crate::support::http::Http;
use crate::support::scene::{
    OFFERED, Scene, consent, dated, email, hidden, question, tagged, tags,
};

const PERSONS: usize = 200;
const EVENTS: usize = 8;
const WORKERS: usize = 6;
const INSTANTS: &[&str] = &[
    "2026-11-01T09:00:00Z",
    "2026-11-02T09:00:00Z",
    "2026-11-02T09:00:00.000001Z",
    "2026-11-03T09:00:00Z",
];

type Instant = DateTime<Utc>;

/// What a person said last about one purpose and channel.
#[derive(Clone)]
struct Said {
    status: String,
    at: Instant,
    until: Option<Instant>,
    record: String,
    /// Brought in from another system: no act of the person towards this registry.
    imported: bool,
}

impl Said {
    fn is_no(&self) -> bool {
        self.status != "given"
    }
}

#[derive(Clone, Default)]
struct Person {
    said: BTreeMap<(String, String), Said>,
    objection: Option<Instant>,
    /// Objects to profiling, which is no use of these purposes.
    profiling: Option<Instant>,
    restricted: Option<Instant>,
    /// Until when each row is paused, and how many days lie between two contacts.
    paces: BTreeMap<(String, String), (Option<Instant>, u8)>,
}

fn instant(value: &Value) -> Option<Instant> {
    value.as_str().map(|text| text.parse().unwrap())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Person {
    /// The later act wins, of two at one instant the no; an import never turns a no into a yes.
    fn hears(&mut self, record: &Value, id: &Value) {
        let new = Said {
            status: text(&record["status"]),
            at: instant(&record["effective_at"]).unwrap(),
            until: instant(&record["valid_until"]),
            record: text(id),
            imported: record["source"]["kind"] == "import",
        };
        let row = (text(&record["purpose"]), text(&record["channel"]));
        let wins = self.said.get(&row).is_none_or(|held| {
            let reopens = held.is_no() && !new.is_no();
            new.at >= held.at && !(reopens && (new.imported || new.at == held.at))
        });
        if wins {
            self.said.insert(row, new);
        }
    }

    /// Of two records of one person the stricter choice wins, and a no counts from the later instant.
    fn absorbs(&mut self, other: &Self) {
        let yes = |person: &Self| {
            person
                .said
                .values()
                .filter(|said| !said.is_no())
                .map(|said| said.at)
                .max()
        };
        let stands = |made: Option<Instant>, against: Option<Instant>| {
            made.map(|made| against.map_or(made, |yes| yes.max(made)))
        };
        self.objection = stands(self.objection, yes(other)).max(stands(other.objection, yes(self)));
        self.profiling = stands(self.profiling, yes(other)).max(stands(other.profiling, yes(self)));
        self.restricted = self.restricted.max(other.restricted);
        for (row, theirs) in &other.paces {
            let own = self.paces.get(row).copied().unwrap_or_default();
            let both = (own.0.max(theirs.0), own.1.max(theirs.1));
            self.paces.insert(row.clone(), both);
        }
        for (row, theirs) in &other.said {
            let Some(own) = self.said.get(row) else {
                self.said.insert(row.clone(), theirs.clone());
                continue;
            };
            let own_wins = match (own.is_no(), theirs.is_no()) {
                (true, true) => own.at >= theirs.at,
                (false, false) => {
                    own.until.unwrap_or(Instant::MAX_UTC)
                        <= theirs.until.unwrap_or(Instant::MAX_UTC)
                }
                (own_no, _) => own_no,
            };
            let mut stricter = if own_wins {
                own.clone()
            } else {
                theirs.clone()
            };
            if stricter.is_no() {
                stricter.at = own.at.max(theirs.at);
            }
            self.said.insert(row.clone(), stricter);
        }
    }

    fn permits(&self, row: &(String, String)) -> bool {
        let valid = |said: &Said| {
            let expired = said.until.is_some_and(|until| until <= Utc::now());
            let lifts = |objected: Instant| !said.imported && said.at > objected;
            let objected = self.objection.is_some_and(|objected| !lifts(objected));
            !said.is_no() && !expired && !objected
        };
        let paused = |pace: &(Option<Instant>, u8)| pace.0.is_some_and(|until| until > Utc::now());
        let paused = self.paces.get(row).is_some_and(paused);
        self.restricted.is_none() && !paused && self.said.get(row).is_some_and(valid)
    }
}

/// The person of `id` after this history, in which records that were merged appear, too.
fn fold(history: &[Value], id: &str) -> Person {
    assert!(history.is_sorted_by(|a, b| a["position"].as_u64() < b["position"].as_u64()));
    let mut persons: BTreeMap<String, Person> = BTreeMap::new();
    for event in history {
        let content = &event["content"];
        let who = text(&content["subject"]);
        let person = persons.entry(who.clone()).or_default();
        match event["kind"].as_str().unwrap() {
            "consent.given" | "consent.refused" | "consent.withdrawn" => {
                person.hears(content, &event["id"]);
            }
            "objection.made" => {
                let direct = content["scope"] == "direct_marketing";
                let made = if direct {
                    &mut person.objection
                } else {
                    &mut person.profiling
                };
                *made = (*made).max(instant(&content["effective_at"]));
            }
            "restriction.set" => person.restricted = instant(&content["effective_at"]),
            "restriction.lifted" => person.restricted = None,
            "pace.set" => {
                let row = (text(&content["purpose"]), text(&content["channel"]));
                let days = match content["at_most"].as_str() {
                    None => 0,
                    Some("one_a_week") => 7,
                    Some("two_a_month") => 14,
                    Some(_) => 28,
                };
                person
                    .paces
                    .insert(row, (instant(&content["paused_until"]), days));
            }
            "subject.merged" => {
                let other = persons
                    .remove(&text(&content["from"]))
                    .expect("the history of who was merged");
                persons.get_mut(&who).unwrap().absorbs(&other);
            }
            "subject.linked" | "subject.corrected" | "contact.linked" | "subject.signed_in" => {}
            other => panic!("an event of an unknown kind: {other}"),
        }
    }
    assert_eq!(persons.len(), 1, "all merged into one");
    persons.remove(id).expect("the person")
}

/// Two addresses that may turn out to be one person's.
fn addresses(n: usize) -> [Value; 2] {
    [
        email(&format!("fold{n}.a@fold.example")),
        email(&format!("fold{n}.b@fold.example")),
    ]
}

/// What is asked about. A text message is left out: whether one may be sent depends on the hour at
/// which this test runs, too.
fn rows() -> Vec<(String, String)> {
    let channels = |(purpose, channels): &(&str, &[&str])| -> Vec<_> {
        channels
            .iter()
            .filter(|channel| **channel != "sms")
            .map(|channel| ((*purpose).to_owned(), (*channel).to_owned()))
            .collect()
    };
    OFFERED.iter().flat_map(channels).collect()
}

/// A random event; the tag of the record that it made by the API.
fn happens(api: &Http, dice: &mut Dice, n: usize, tag: &str) -> Option<String> {
    let who = dice.pick(&addresses(n));
    let (purpose, channel) = dice.pick(&rows());
    match dice.below(16) {
        0 => {
            let scope = dice.pick(&[
                "direct_marketing",
                "direct_marketing",
                "profiling_for_direct_marketing",
            ]);
            api.post("/v1/objections", &json!({ "subject": who, "scope": scope }))
                .expect(201);
        }
        1 => {
            let body = json!({ "subject": who, "restricted": dice.one_in(2) });
            api.post("/v1/restrictions", &body).expect(201);
        }
        2 | 3 => {
            let (link, _) = api.links(&who);
            let answer = dice.pick(&["yes", "no"]);
            // while processing is restricted the form offers no single choices
            let page = api.get(&link).expect(200).text;
            if hidden(&page, &format!("was.choice.{purpose}.{channel}")).is_some() {
                api.chooses(&link, &purpose, &channel, answer).expect(200);
            }
        }
        4 => {
            let (_, stop) = api.links(&who);
            api.form(&stop, &[("List-Unsubscribe", "One-Click")])
                .expect(200);
        }
        5 => {
            let days = i64::from(dice.below(3) as u8) * 20;
            let until = (days > 0).then(|| Utc::now() + chrono::TimeDelta::days(days));
            let most = dice.pick(&[json!(null), json!("one_a_week"), json!("one_a_month")]);
            let body = json!({ "subject": who, "purpose": purpose, "channel": channel,
                "paused_until": until, "at_most": most });
            api.header("idempotency-key", &format!("{tag}-pace"))
                .post("/v1/paces", &body)
                .expect(201);
        }
        _ => return Some(a_record(api, dice, n, who, (&purpose, &channel), tag)),
    }
    None
}

fn a_record(
    api: &Http,
    dice: &mut Dice,
    n: usize,
    who: Value,
    (purpose, channel): (&str, &str),
    tag: &str,
) -> String {
    let mut who = who;
    if dice.one_in(6) {
        // said about both, so that they are one person's
        who["crm_id"] = json!(format!("fold{n}"));
    }
    let status = dice.pick(&["given", "given", "refused", "withdrawn"]);
    let mut body = tagged(consent(&who, purpose, channel, status), tag);
    if !dice.one_in(4) {
        body = dated(body, dice.pick(INSTANTS));
    }
    if dice.one_in(4) {
        body["source"] = json!({ "kind": "import" });
    }
    if dice.one_in(4) {
        body["valid_for"] = json!(dice.pick(&["P1D", "P1Y", "P3Y"]));
    }
    api.header("idempotency-key", tag).records(&body);
    tag.to_owned()
}

/// What a person's life left behind: which records each address's person must show.
fn live(api: &Http, n: usize) -> BTreeSet<String> {
    let mut dice = Dice::new(n as u64);
    for (at, who) in addresses(n).iter().enumerate() {
        // both are known from the start
        api.records(&tagged(
            consent(who, "newsletter", "email", "refused"),
            &format!("{n}-start{at}"),
        ));
    }
    let mut told: BTreeSet<String> = (0..2).map(|at| format!("{n}-start{at}")).collect();
    told.extend(
        (0..EVENTS).filter_map(|event| happens(api, &mut dice, n, &format!("{n}-{event}"))),
    );
    told
}

/// Compares one person's state, standing and history with the fold; returns whom it was.
fn agrees(api: &Http, who: &Value) -> (String, Person, BTreeSet<String>) {
    let found = api.post("/v1/subjects/lookup", who).expect(200).json();
    let id = text(&found["subject_id"]);
    let history = api.history(&id);
    let person = fold(&history, &id);
    let shown = api
        .get(&format!("/v1/subjects/{id}/consents"))
        .expect(200)
        .json();
    assert_eq!(
        instant(&shown["objection_since"]),
        person.objection,
        "{history:#?}"
    );
    assert_eq!(
        instant(&shown["profiling_objection_since"]),
        person.profiling,
        "{history:#?}"
    );
    assert_eq!(
        instant(&shown["restricted_since"]),
        person.restricted,
        "{history:#?}"
    );
    let held = |pace: &&(Option<Instant>, u8)| pace.0.is_some() || pace.1 > 0;
    let paces = shown["paces"].as_array().unwrap();
    assert_eq!(paces.len(), person.paces.values().filter(held).count());
    for pace in paces {
        let row = (text(&pace["purpose"]), text(&pace["channel"]));
        assert_eq!(
            instant(&pace["paused_until"]),
            person.paces[&row].0,
            "{history:#?}"
        );
        assert_eq!(
            pace["at_most"].is_string(),
            person.paces[&row].1 > 0,
            "{history:#?}"
        );
    }
    let states = shown["consents"].as_array().unwrap();
    assert_eq!(states.len(), person.said.len());
    for state in states {
        let row = (text(&state["purpose"]), text(&state["channel"]));
        let said = &person.said[&row];
        let api = (
            text(&state["status"]),
            instant(&state["since"]),
            instant(&state["valid_until"]),
            text(&state["record_id"]),
        );
        let folded = (
            said.status.clone(),
            Some(said.at),
            said.until,
            said.record.clone(),
        );
        assert_eq!(api, folded, "{row:?} {history:#?}");
    }
    let found = tags(&history);
    assert!(found.values().all(|times| *times == 1), "{found:?}");
    (id, person, found.into_keys().collect())
}

/// Every decision about everybody: what, why and on which entry.
fn decisions(api: &Http) -> Vec<Value> {
    let everybody = (0..PERSONS).flat_map(addresses);
    let checks: Vec<Value> = everybody
        .flat_map(|who| {
            rows()
                .into_iter()
                .map(move |(purpose, channel)| question(&who, &purpose, &channel))
        })
        .collect();
    let answers = api
        .post("/v1/checks", &json!({ "checks": checks }))
        .expect(200)
        .json();
    let essence = |answer: &Value| {
        json!([
            answer["decision"],
            answer["reason"],
            answer["evidence_position"],
            answer["also"]
        ])
    };
    answers["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(essence)
        .collect()
}

on_both! {
    fn state_and_decisions_equal_the_fold_of_random_histories(db: &Db) {
        let mut scene = Scene::new(db);
        let api = scene.api.clone();
        let told: Vec<BTreeSet<String>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS).map(|worker| {
                let api = &api;
                scope.spawn(move || (worker..PERSONS).step_by(WORKERS).map(|n| (n, live(api, n))).collect::<Vec<_>>())
            }).collect();
            let all: BTreeMap<usize, BTreeSet<String>> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
            all.into_values().collect()
        });
        let decided = decisions(&api);
        let (mut answers, mut merged, mut permits) = (decided.iter(), 0, 0);
        for (n, told) in told.iter().enumerate() {
            let [a, b] = addresses(n).map(|who| agrees(&api, &who));
            merged += usize::from(a.0 == b.0);
            let shown: BTreeSet<String> = a.2.union(&b.2).cloned().collect();
            assert_eq!(&shown, told, "every record of both is in a history");
            for person in [&a.1, &b.1] {
                for row in rows() {
                    let answer = answers.next().unwrap();
                    let permit = person.permits(&row);
                    assert_eq!(answer[0] == "permit", permit, "{n} {row:?} {answer}");
                    permits += usize::from(permit);
                }
            }
        }
        assert!(merged > PERSONS / 20 && permits > PERSONS / 4, "the histories say something: {merged} merged, {permits} permits");
        // the index built anew from the database says the same
        scene.server.kill9();
        let scene = Scene::on(db, &scene.key);
        assert_eq!(decisions(&scene.api), decided);
    }
}
