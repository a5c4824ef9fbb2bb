//! What was acknowledged survives `kill -9`, once; what was not can be sent again and is once, too.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use placet::audit::checkpoint::Checkpoint;
use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::dice::Dice;
use crate::support::http::Http;
use crate::support::open_log::{OpenLog, checkpoint};
use crate::support::process;
use crate::support::scene::{Scene, consent, email, records, tagged, tags};
use crate::support::waits::long;

const WRITERS: usize = 6;

/// One request of a writer, and what became of it.
#[derive(Clone)]
struct Sent {
    body: Value,
    tags: Vec<String>,
    key: Option<String>,
    /// The answer; `None` where the server died first.
    answer: Option<Value>,
    /// Whether it was answered only when it was sent again.
    late: bool,
}

/// All that was sent, over all rounds.
#[derive(Default)]
struct Diary {
    sent: Vec<Sent>,
    checkpoints: Vec<Checkpoint>,
}

impl Sent {
    /// The records that were acknowledged, each with its tag.
    fn acknowledged(&self) -> Vec<(String, Value)> {
        let answer = self.answer.iter();
        let views = answer.flat_map(|answer| match answer["consents"].as_array() {
            Some(views) => views.clone(),
            None => vec![answer.clone()],
        });
        self.tags.iter().cloned().zip(views).collect()
    }
}

/// A request that no other resembles: one record or a batch, of new or known persons, with or
/// without a key for retries.
fn request(dice: &mut Dice, name: &str) -> Sent {
    let many = if dice.one_in(3) { 1 + dice.below(4) } else { 1 };
    let key = (many > 1 || !dice.one_in(3)).then(|| format!("key-{name}"));
    let tags: Vec<String> = (0..many).map(|n| format!("{name}-{n}")).collect();
    let one = |tag: &String, dice: &mut Dice| {
        let person = match dice.below(3) {
            0 => format!("{tag}@new.example"),
            _ => format!("p{}@known.example", dice.below(40)),
        };
        // a yes over a no must be dated or come with a key
        let status = if key.is_some() {
            dice.pick(&["given", "withdrawn"])
        } else {
            "refused"
        };
        tagged(consent(&email(&person), "newsletter", "email", status), tag)
    };
    let bodies: Vec<Value> = tags.iter().map(|tag| one(tag, dice)).collect();
    let body = if many == 1 {
        bodies[0].clone()
    } else {
        json!({ "consents": bodies })
    };
    Sent {
        body,
        tags,
        key,
        answer: None,
        late: false,
    }
}

fn send(api: &Http, sent: &Sent) -> Option<Value> {
    let api = match &sent.key {
        Some(key) => api.header("idempotency-key", key),
        None => api.clone(),
    };
    let reply = api.try_post("/v1/consents", &sent.body).ok()?;
    assert_eq!(reply.status, 201, "{}", reply.text);
    Some(reply.json())
}

/// Several writers at once, until the server dies under them.
fn write_until_killed(scene: &mut Scene, round: usize) -> Vec<Sent> {
    let (sent, count) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let enough = 8 + Dice::new(round as u64).below(30);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (api, sent, count) = (scene.api.clone(), &sent, &count);
            scope.spawn(move || {
                let mut dice = Dice::new((round * 100 + writer) as u64);
                for n in 0.. {
                    let mut one = request(&mut dice, &format!("r{round}w{writer}n{n}"));
                    one.answer = send(&api, &one);
                    let dead = one.answer.is_none();
                    sent.lock().unwrap().push(one);
                    count.fetch_add(1, Ordering::SeqCst);
                    if dead {
                        return;
                    }
                }
            });
        }
        let limit = std::time::Duration::from_mins(1);
        let served = process::until(limit, || count.load(Ordering::SeqCst) >= enough);
        scene.server.kill9();
        assert!(served, "the writers were served");
    });
    sent.into_inner().unwrap()
}

/// Sends again what got no answer and has a key: as callers do.
fn send_again(api: &Http, sent: &mut [Sent]) {
    for one in sent
        .iter_mut()
        .filter(|one| one.answer.is_none() && one.key.is_some())
    {
        (one.answer, one.late) = (send(api, one), true);
        assert!(one.answer.is_some(), "a server that lives answers");
        assert_eq!(
            send(api, one),
            one.answer,
            "the same key gets the same answer"
        );
    }
}

/// By SQL: every acknowledged record once, and positions without a gap.
fn look_into_the_database(db: &Db, sent: &[Sent]) {
    let acknowledged = sent.iter().flat_map(Sent::acknowledged);
    let ids: Vec<String> = acknowledged
        .map(|(_, view)| db.bytes(&view["id"].as_str().unwrap().replace('-', "")))
        .collect();
    let n = ids.len();
    let found = db.ask(&format!(
        "SELECT count(*) || '/' || count(DISTINCT record_id) FROM subject_events WHERE record_id IN ({})",
        ids.join(",")
    ));
    assert_eq!(found, format!("{n}/{n}"), "every acknowledged record, once");
    let gapless = db.ask(
        "SELECT count(*) || ' ' || (SELECT size FROM log_head) || ' ' || (max(position) + 1) || ' ' || min(position) FROM ledger",
    );
    let numbers: Vec<&str> = gapless.split(' ').collect();
    assert!(
        numbers[0] == numbers[1] && numbers[0] == numbers[2] && numbers[3] == "0",
        "positions have gaps: {gapless}"
    );
}

/// By the API: the history of every person who was answered about.
fn look_into_the_histories(api: &Http, sent: &[Sent]) {
    let mut persons: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    for (tag, view) in sent.iter().flat_map(Sent::acknowledged) {
        let person = view["subject_id"].as_str().unwrap().to_owned();
        persons.entry(person).or_default().push((tag, view));
    }
    for (person, acknowledged) in persons {
        let history = api.history(&person);
        let found = tags(&history);
        assert!(
            found.values().all(|times| *times == 1),
            "written twice: {found:?}"
        );
        for (tag, view) in acknowledged {
            let same = |item: &&&Value| item["content"]["evidence"]["tag"] == json!(tag);
            let records = records(&history);
            let item = records
                .iter()
                .find(same)
                .unwrap_or_else(|| panic!("{tag} is lost"));
            assert_eq!(
                (&item["id"], &item["position"]),
                (&view["id"], &view["position"]),
                "{tag}"
            );
        }
    }
}

/// The tree verifies, and begins with all that was ever signed.
fn look_into_the_log(http: &Http, diary: &Diary) {
    let log = OpenLog::read(http);
    for earlier in &diary.checkpoints {
        log.continues(http, earlier);
    }
    let kinds = log.kinds();
    let consents: usize = kinds
        .iter()
        .filter(|(kind, _)| kind.starts_with("consent."))
        .map(|(_, n)| n)
        .sum();
    let acknowledged = diary.sent.iter().flat_map(Sent::acknowledged).count();
    let uncertain = diary.sent.iter().filter(|one| one.answer.is_none()).count();
    // a no that stood in the register of erasures and noes when the server died is applied at the next start,
    // and stands twice where its request is then sent again
    let late = diary.sent.iter().filter(|one| one.late);
    let again: usize = late.map(|one| one.tags.len()).sum();
    assert!(
        (acknowledged..=acknowledged + uncertain + again).contains(&consents),
        "{consents} of {acknowledged} + {uncertain} + {again}"
    );
}

on_both! {
    /// Fifty times: six writers, `kill -9`, and the books are right.
    fn kill_9_during_concurrent_writes(db: &Db) {
        let rounds = if long() { 200 } else { 50 };
        let mut scene = Scene::new(db);
        let key = scene.key.clone();
        let mut diary = Diary::default();
        for round in 0..rounds {
            let mut sent = write_until_killed(&mut scene, round);
            scene = Scene::on(db, &key);
            send_again(&scene.api, &mut sent);
            look_into_the_database(db, &sent);
            diary.sent.extend(sent);
            diary.checkpoints.push(checkpoint(&scene.api));
            // the longer the histories, the longer this takes
            if round % 10 == 9 {
                look_into_the_histories(&scene.api, &diary.sent);
                look_into_the_log(&scene.api, &diary);
            }
        }
        look_into_the_database(db, &diary.sent);
    }

    /// Told to stop, a server finishes what it was asked, and ends well.
    fn an_orderly_stop(db: &Db) {
        let mut scene = Scene::new(db);
        let person = email("orderly@known.example");
        let written = scene
            .api
            .records(&tagged(consent(&person, "newsletter", "email", "given"), "kept"));
        let status = scene.server.terminate();
        assert!(status.success(), "{status}: {}", scene.server.stderr());
        let scene = Scene::on(db, &scene.key);
        let history = scene.api.history(written["subject_id"].as_str().unwrap());
        assert_eq!(tags(&history).get("kept"), Some(&1));
    }
}
