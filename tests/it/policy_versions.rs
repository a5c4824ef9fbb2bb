//! Policy versions: two persons, a gate, one position from which every node decides by the new
//! one, and nothing half done.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::database::Db;
use crate::support::http::{Http, Reply};
use crate::support::process;
use crate::support::scene::{Scene, consent, email, key, permits, question, words};
use crate::support::server::{Server, cli, cli_with_input};

const PATIENCE: Duration = Duration::from_mins(2);
const REASON: &str = "a stricter rule on old notices";

/// The shipped packs with texts replaced, as path and text.
pub fn packs(changes: &[(&str, &str, &str)]) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    for (path, from, to) in changes {
        let text = files.get_mut(*path).expect("a file of the packs");
        assert!(text.contains(from), "nothing to change in {path}");
        *text = text.replace(from, to);
    }
    files
}

fn collect(root: &Path, directory: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if path.is_dir() {
            collect(root, &path, files);
        } else if name.ends_with(".cedar")
            || name.ends_with("/pack.toml")
            || name.ends_with("schema")
        {
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Nothing changes but a word: another version of the same rules.
fn reworded(word: &str) -> BTreeMap<String, String> {
    packs(&[("gdpr/stops.cedar", "// Stops:", word)])
}

/// Whoever agreed to an older notice may be written to: what the gate is for.
fn looser() -> BTreeMap<String, String> {
    packs(&[(
        "gdpr/consent.cedar",
        "context.notice_current",
        "context.person_known",
    )])
}

fn proposes(api: &Http, files: &BTreeMap<String, String>) -> Reply {
    api.post("/v1/policies", &json!({ "why": REASON, "files": files }))
}

fn approves(api: &Http, digest: &str, allow: u64) -> Reply {
    let path = format!("/v1/policies/{digest}/approve");
    api.post(&path, &json!({ "allow_permits": allow }))
}

fn digest(reply: &Reply) -> String {
    reply.json()["digest"].as_str().unwrap().to_owned()
}

fn live(api: &Http) -> String {
    let ready = api.get("/readyz").json();
    ready["policy_version"].as_str().unwrap().to_owned()
}

/// A registry, the key that proposes and the key that approves.
fn office(db: &Db) -> (Scene, Http, Http) {
    let scene = Scene::new(db);
    let second = key(db, "dpo");
    let (one, two) = (scene.api.clone(), scene.server.http().bearer(&second));
    (scene, one, two)
}

fn refused(reply: Reply, status: u16, code: &str) -> Value {
    let problem = reply.expect(status).json();
    let codes = problem.to_string();
    assert!(codes.contains(&format!("\"{code}\"")), "{codes}");
    problem
}

on_both! {
    fn a_version_takes_two_persons_and_outlives_restarts(db: &Db) {
        let (scene, anne, paul) = office(db);
        let person = email("two@policies.example");
        anne.records(&consent(&person, "newsletter", "email", "given"));
        let shipped = live(&anne);
        let files = reworded("// Every stop:");
        let draft = digest(&proposes(&anne, &files).expect(201));
        refused(proposes(&paul, &files), 409, "policy_proposed");
        refused(approves(&anne, &draft, 0), 409, "second_person_missing");
        refused(approves(&anne, &draft, 0), 409, "second_person_missing");
        assert_eq!(live(&anne), shipped, "a draft decides nothing");
        let approved = approves(&paul, &draft, 0).expect(200).json();
        assert_eq!(approved["replaces"], shipped.as_str());
        assert_eq!(approved["gate"]["persons"], 1);
        assert_eq!(live(&anne), draft);
        let answer = anne.asks(&person);
        assert!(permits(&answer));
        assert_eq!(answer["policy_version"], draft.as_str());
        // once more is once too many
        refused(approves(&paul, &draft, 0), 404, "not_found");
        let versions = anne.get("/v1/policies").expect(200).json();
        let states: Vec<_> = versions["items"].as_array().unwrap().iter()
            .map(|one| (one["digest"].as_str().unwrap(), one["state"].as_str().unwrap())).collect();
        assert_eq!(states, [(draft.as_str(), "active"), (shipped.as_str(), "retired")]);
        // what was decided by before stays readable, and the ledger tells who and why
        let old = anne.get(&format!("/v1/policies/{shipped}")).expect(200).json();
        assert!(old["files"]["gdpr/stops.cedar"].as_str().unwrap().starts_with("// Stops:"));
        let position = approved["position"].as_u64().unwrap();
        let page = paul.get("/v1/audit/entries?limit=200").expect(200).json();
        let entries = page["items"].as_array().unwrap();
        let entry = entries.iter().find(|one| one["position"] == position).unwrap();
        assert_eq!(entry["leaf"]["t"], "policy.activated", "{entry}");
        assert_eq!(entry["content"]["why"], REASON);
        assert_ne!(entry["content"]["proposed_by"], entry["content"]["actor"]);
        drop(scene);
        // the program's own packs do not come back by a restart
        let again = Scene::on(db, &key(db, "admin"));
        assert_eq!(live(&again.api), draft);
        let checked = cli(db, &["audit", "check"]);
        assert_eq!(checked.code, 0, "{checked:?}");
        let same = cli(db, &["policy", "diff", "live", &draft]);
        assert_eq!(same.code, 0, "{same:?}");
        let shown = cli(db, &["policy", "show", &shipped, "gdpr/stops.cedar"]);
        assert!(shown.stdout.starts_with("// Stops:"), "{shown:?}");
    }

    fn a_draft_that_opens_more_than_allowed_is_stopped_by_the_gate(db: &Db) {
        let (scene, anne, paul) = office(db);
        for n in 0..3 {
            let person = email(&format!("old{n}@policies.example"));
            anne.records(&consent(&person, "newsletter", "email", "given"));
        }
        anne.records(&consent(&email("no@policies.example"), "newsletter", "email", "refused"));
        let notice = json!({ "purpose": "newsletter", "change": "major", "text": words("anew") });
        anne.put("/v1/notices/newsletter/2", &notice).expect(200);
        let person = email("old1@policies.example");
        let before = anne.asks(&person);
        assert!(!permits(&before), "{before}");
        let draft = digest(&proposes(&anne, &looser()).expect(201));
        let simulated = cli(db, &["--json", "policy", "simulate", &draft]);
        assert_eq!(simulated.code, 1, "{simulated:?}");
        let told: Value = serde_json::from_str(&simulated.stdout).unwrap();
        let uses = told["uses"].as_array().unwrap();
        let used = uses.iter().find(|one| one["purpose"] == "newsletter").unwrap();
        assert_eq!((&used["to_permit"], &used["to_deny"]), (&json!(3), &json!(0)), "{told}");
        assert!(!simulated.stdout.contains('@'), "an address is in the simulation");
        let problem = refused(approves(&paul, &draft, 2), 409, "gate_closed");
        assert!(problem["detail"].as_str().unwrap().starts_with("3 uses"), "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("1 decisions"), "{problem}");
        assert_eq!(anne.asks(&person)["reason"], before["reason"], "nothing has changed");
        let approved = approves(&paul, &draft, 3).expect(200).json();
        assert_eq!(approved["gate"]["to_permit"], 3);
        assert_eq!(approved["gate"]["decisions_to_permit"], 2, "{approved}");
        assert!(permits(&anne.asks(&person)));
        assert!(!permits(&anne.asks(&email("no@policies.example"))));
        drop(scene);
    }

    /// Whoever said no since is in no simulation of today's registry: what was decided about them
    /// keeps the gate closed.
    fn the_gate_looks_at_what_was_decided(db: &Db) {
        let (scene, anne, paul) = office(db);
        let gone = email("gone@policies.example");
        anne.records(&consent(&gone, "newsletter", "email", "given"));
        let notice = json!({ "purpose": "newsletter", "change": "major", "text": words("anew") });
        anne.put("/v1/notices/newsletter/2", &notice).expect(200);
        assert!(!permits(&anne.asks(&gone)));
        anne.records(&consent(&gone, "newsletter", "email", "withdrawn"));
        let draft = digest(&proposes(&anne, &looser()).expect(201));
        let problem = refused(approves(&paul, &draft, 0), 409, "gate_closed");
        let told = problem["detail"].as_str().unwrap();
        assert!(told.starts_with("0 uses") && told.contains("1 decisions"), "{problem}");
        assert!(told.ends_with("allow_permits 1"), "{problem}");
        let approved = approves(&paul, &draft, 1).expect(200).json();
        let gate = &approved["gate"];
        assert_eq!((&gate["decisions"], &gate["decisions_to_permit"]), (&json!(1), &json!(1)));
        drop(scene);
    }

    /// What was decided is decided again; what the record does not tell is no permit.
    fn a_draft_is_tried_on_what_was_decided(db: &Db) {
        let (scene, anne, _) = office(db);
        let (old, no) = (email("past@policies.example"), email("pastno@policies.example"));
        anne.records(&consent(&old, "newsletter", "email", "given"));
        anne.records(&consent(&no, "newsletter", "email", "refused"));
        let notice = json!({ "purpose": "newsletter", "change": "major", "text": words("anew") });
        anne.put("/v1/notices/newsletter/2", &notice).expect(200);
        let outdated = anne.asks(&old);
        assert!(!permits(&outdated) && !permits(&anne.asks(&no)), "{outdated}");
        let mut simulated = question(&old, "newsletter", "email");
        simulated["at"] = json!("2026-11-01T10:00:00Z");
        anne.post("/v1/checks", &simulated).expect(200);
        let replay = |draft: &str, period: [&str; 2], allowed: &str, code| {
            let ran = cli(db, &["--json", "policy", "simulate", draft, "--from", period[0], "--to", period[1],
                "--allow-permits", allowed]);
            assert_eq!(ran.code, code, "{ran:?}");
            serde_json::from_str::<Value>(&ran.stdout).unwrap()["decisions"].clone()
        };
        let ever = ["2020-01-01", "2100-01-01"];
        let draft = digest(&proposes(&anne, &looser()).expect(201));
        let told = replay(&draft, ever, "0", 1);
        assert_eq!((&told["decisions"], &told["cannot_be_told"]), (&json!(2), &json!(0)), "{told}");
        let flips = &told["uses"][0]["flips"];
        assert_eq!(flips[0]["examples"], json!([outdated["decision_id"]]), "{told}");
        assert_eq!((&flips[0]["recorded"], &flips[0]["to"]), (&outdated["reason"], &json!("permit")));
        assert_eq!((&told["uses"][0]["to_permit"], flips.as_array().unwrap().len()), (&json!(1), 1));
        replay(&draft, ever, "5", 0);
        assert_eq!(replay(&draft, ["2020-01-01", "2020-12-31"], "5", 0)["decisions"], 0);
        // the hour was not found out then: no policy asked for it
        let by_the_hour = packs(&[(
            "gdpr/consent.cedar",
            "context.notice_current",
            "context.person_known && context.minute_of_day > 0",
        )]);
        let draft = digest(&proposes(&anne, &by_the_hour).expect(201));
        let told = replay(&draft, ever, "5", 0);
        assert_eq!((&told["decisions"], &told["cannot_be_told"]), (&json!(2), &json!(2)), "{told}");
        assert_eq!(told["uses"][0]["to_permit"], 0);
        let lone = cli(db, &["policy", "simulate", &draft, "--from", "2026-01-01"]);
        assert_eq!(lone.code, 2, "{lone:?}");
        drop(scene);
    }

    fn tampered_files_decide_nothing(db: &Db) {
        let (scene, anne, paul) = office(db);
        let person = email("tampered@policies.example");
        anne.records(&consent(&person, "newsletter", "email", "given"));
        let good = digest(&proposes(&anne, &reworded("// Every stop:")).expect(201));
        db.tamper(&format!(
            "UPDATE policy_versions SET files = replace(files, 'context.deceased', 'context.gpc') WHERE digest = '{good}'"
        ));
        refused(approves(&paul, &good, 0), 409, "draft_damaged");
        db.tamper(&format!(
            "UPDATE policy_versions SET files = replace(files, 'context.gpc\\n}};', 'context.deceased\\n}};') WHERE digest = '{good}'"
        ));
        let files = "SELECT files FROM policy_versions WHERE state = 'active'";
        let (whole, shipped) = (db.ask(files), live(&anne));
        assert!(whole.contains("context.deceased"));
        // the files of the live version, a foreign version named live without a signature
        for sql in [
            "UPDATE policy_versions SET files = replace(files, 'context.deceased', 'context.gpc') WHERE state = 'active'".to_owned(),
            format!("UPDATE registry SET policy = '{good}'"),
            "DELETE FROM policy_versions WHERE state = 'active'".to_owned(),
        ] {
            let keep = "CREATE TABLE kept AS SELECT * FROM policy_versions";
            db.tamper(keep);
            db.tamper(&sql);
            // the program's own packs are of the deleted row's digest: the same rules
            if !sql.starts_with("DELETE") {
            let checked = cli(db, &["check", "--purpose", "newsletter", "--channel", "email", "--email", "tampered@policies.example"]);
            assert_eq!(checked.code, 1, "{sql}: {checked:?}");
            assert!(checked.stdout.contains("EVALUATION_ERROR"), "{sql}: {checked:?}");
            }
            let found = cli(db, &["audit", "check"]);
            assert_eq!(found.code, 1, "{sql}: {found:?}");
            db.tamper("DELETE FROM policy_versions");
            db.tamper("INSERT INTO policy_versions SELECT * FROM kept");
            db.tamper("DROP TABLE kept");
            db.tamper(&format!("UPDATE registry SET policy = '{shipped}'"));
        }
        let whole = cli(db, &["audit", "check"]);
        assert_eq!(whole.code, 0, "{whole:?}");
        drop(scene);
    }

    /// Whoever was told that a version is in force is decided by it, on every node.
    fn after_the_acknowledgement_no_node_answers_by_the_old_version(db: &Db) {
        let (scene, anne, paul) = office(db);
        let other = Scene::on(db, &scene.key);
        let person = email("race@policies.example");
        anne.records(&consent(&person, "newsletter", "email", "given"));
        let drafts: Vec<String> = (0..3)
            .map(|n| digest(&proposes(&anne, &reworded(&format!("// Stop {n}:"))).expect(201)))
            .collect();
        for draft in &drafts {
            let done = AtomicBool::new(false);
            std::thread::scope(|scope| {
                for api in [&scene.api, &other.api] {
                    let (done, person) = (&done, &person);
                    scope.spawn(move || {
                        let mut left = 4;
                        while left > 0 {
                            let afterwards = done.load(Ordering::SeqCst);
                            let answer = api.asks(person);
                            // a node that is still compiling denies; it never answers by the old one
                            assert!(
                                !afterwards || answer["policy_version"] == draft.as_str() || answer["reason"] == "STALE",
                                "{answer}"
                            );
                            left -= usize::from(afterwards);
                        }
                    });
                }
                approves(&paul, draft, 0).expect(200);
                done.store(true, Ordering::SeqCst);
            });
            assert!(process::until(PATIENCE, || live(&other.api) == *draft));
            assert!(permits(&other.api.asks(&person)));
        }
    }

    /// Whenever the service dies, the registry has the old version or the new one, whole.
    fn a_kill_in_a_publication_leaves_old_or_new(db: &Db) {
        let (mut scene, anne, _) = office(db);
        let person = email("kill@policies.example");
        anne.records(&consent(&person, "newsletter", "email", "given"));
        let mut old = live(&anne);
        for (n, wait) in [0, 30, 120, 400].into_iter().enumerate() {
            let (one, two) = (key(db, "dpo"), key(db, "dpo"));
            let (one, two) = (scene.server.http().bearer(&one), scene.server.http().bearer(&two));
            let draft = digest(&proposes(&one, &reworded(&format!("// Kill {n}:"))).expect(201));
            let path = format!("/v1/policies/{draft}/approve");
            let acknowledged = std::thread::scope(|scope| {
                let asked = scope.spawn(|| two.try_post(&path, &json!({})));
                std::thread::sleep(Duration::from_millis(wait));
                scene.server.kill9();
                asked.join().unwrap().is_ok_and(|reply| reply.status == 200)
            });
            scene = Scene::on(db, &scene.key);
            let now = live(&scene.api);
            assert!(now == draft || (now == old && !acknowledged), "{now}");
            let answer = scene.api.asks(&person);
            assert!(permits(&answer) && answer["policy_version"] == now.as_str(), "{answer}");
            let checked = cli(db, &["audit", "check"]);
            assert_eq!(checked.code, 0, "{checked:?}");
            old = now;
        }
    }
}

#[test]
fn bad_drafts_are_refused_with_their_place_and_leave_nothing() {
    let db = Db::sqlite();
    let (scene, anne, _) = office(&db);
    let position = || anne.get("/readyz").json()["position"].clone();
    let before = position();
    let misspelt = packs(&[("gdpr/stops.cedar", "context.deceased", "context.decesed")]);
    let problem = refused(proposes(&anne, &misspelt), 422, "policy_invalid");
    assert!(
        problem.to_string().contains("gdpr/stops.cedar:"),
        "{problem}"
    );
    let holed = packs(&[("gdpr/stops.cedar", "context.deceased", "context.gpc")]);
    let problem = refused(proposes(&anne, &holed), 422, "never_broken");
    assert!(problem.to_string().contains("deceased = true"), "{problem}");
    let never = packs(&[(
        "gdpr/stops.cedar",
        "  context.deceased\n",
        "  context.deceased && 1 == 2\n",
    )]);
    refused(proposes(&anne, &never), 422, "policy_invalid");
    let mut nameless = packs(&[]);
    nameless.remove("gdpr/pack.toml");
    refused(proposes(&anne, &nameless), 422, "policy_invalid");
    let reply = anne.post("/v1/policies", &json!({ "why": "", "files": packs(&[]) }));
    refused(reply, 422, "why_missing");
    refused(proposes(&anne, &packs(&[])), 409, "policy_in_force");
    assert_eq!(position(), before);
    drop(scene);
}

#[test]
fn two_members_of_staff_publish_from_the_command_line() {
    let db = Db::sqlite();
    let scene = Scene::new(&db);
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in reworded("// All stops:") {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let directory = folder.path().display().to_string();
    for (login, role) in [("anne", "dpo"), ("paul", "admin"), ("max", "marketing")] {
        let arguments = ["user", "add", "--login", login, "--role", role];
        let made = cli_with_input(&db, &arguments, &format!("{login} has a long password\n"));
        assert_eq!(made.code, 0, "{made:?}");
    }
    let password = |login: &str| format!("{login} has a long password\n");
    let publish = |login: &str, input: &str| {
        let arguments = [
            "--json", "policy", "publish", &directory, "--as", login, "--why", REASON,
        ];
        cli_with_input(&db, &arguments, input)
    };
    assert_eq!(publish("anne", "a wrong password\n").code, 2);
    assert_eq!(
        publish("max", &password("max")).code,
        2,
        "marketing proposes nothing"
    );
    let proposed = publish("anne", &password("anne"));
    assert_eq!(proposed.code, 0, "{proposed:?}");
    let proposed: Value = serde_json::from_str(&proposed.stdout).unwrap();
    let draft = proposed["proposal"]["digest"].as_str().unwrap();
    let approve = |login: &str| {
        cli_with_input(
            &db,
            &["policy", "approve", draft, "--as", login],
            &password(login),
        )
    };
    assert_eq!(approve("anne").code, 2, "the same person");
    let approved = approve("paul");
    assert_eq!(approved.code, 0, "{approved:?}");
    assert_eq!(live(&scene.api), draft, "the service beside it follows");
    let listed = cli(&db, &["policy", "list"]);
    assert!(listed.stdout.contains(REASON), "{listed:?}");
}

#[test]
fn a_shadow_counts_and_answers_nothing() {
    let db = Db::sqlite();
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in looser() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let key = key(&db, "admin");
    {
        let scene = Scene::new(&db);
        let notice = json!({ "purpose": "newsletter", "change": "major", "text": words("anew") });
        scene.api.records(&consent(
            &email("shade@policies.example"),
            "newsletter",
            "email",
            "given",
        ));
        scene
            .api
            .put("/v1/notices/newsletter/2", &notice)
            .expect(200);
        scene.api.get("/v1/policies/shadow").expect(404);
    }
    let server = Server::start_with(
        &db,
        &["--shadow", &folder.path().display().to_string()],
        &[],
    );
    let api = server.http().bearer(&key);
    for _ in 0..3 {
        let answer = api.asks(&email("shade@policies.example"));
        assert!(!permits(&answer), "the shadow answered: {answer}");
    }
    api.asks(&email("nobody@policies.example"));
    let counted = api.get("/v1/policies/shadow").expect(200).json();
    assert_eq!(counted["checks"], 4);
    let differing = counted["differing"].as_array().unwrap();
    assert_eq!(differing.len(), 1, "{counted}");
    assert_eq!(differing[0]["checks"], 3);
    assert_eq!(differing[0]["draft"], "permit");
    assert_ne!(counted["live"], counted["draft"]);
    let metrics = api.get("/metrics").expect(200).text;
    assert!(metrics.contains("placet_shadow_checks 4"), "{metrics}");
    assert!(metrics.contains("placet_shadow_differing{"), "{metrics}");
}
