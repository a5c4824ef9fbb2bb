//! A log and its witness, as two processes that share nothing but a port.

use std::path::Path;
use std::time::Duration;

use placet::audit::checkpoint::Checkpoint;
use placet::audit::note::NoteSigner;
use placet::audit::tree::hash_node;
use placet::audit::witness::AddCheckpoint;

use crate::support::database::Db;
use crate::support::http::Reply;
use crate::support::open_log::checkpoint;
use crate::support::process;
use crate::support::scene::{Scene, consent, email, permits};
use crate::support::server::{Server, cli};
use crate::support::witness::Witness;

const WITHIN: Duration = Duration::from_secs(60);

fn says_yes(scene: &Scene, name: &str) {
    let yes = consent(
        &email(&format!("{name}@witness.example")),
        "newsletter",
        "email",
        "given",
    );
    scene.api.records(&yes);
}

/// A furnished registry, its witness, and its server, which asks that witness.
fn witnessed(db: &Db) -> (Scene, Witness) {
    let mut scene = Scene::new(db);
    let log = scene.server.http().get("/log/vkey").expect(200).text;
    let witness = Witness::start(log.trim());
    scene.server.terminate();
    let scene = Scene::with(db, &scene.key, &["--witness", &witness.address()]);
    (scene, witness)
}

fn posts(witness: &Witness, body: &str) -> Reply {
    let http = witness.server.http();
    http.send("POST", "/add-checkpoint", "text/plain", body)
}

fn export(db: &Db, file: &Path) -> String {
    let shown = file.display().to_string();
    let made = cli(
        db,
        &[
            "audit",
            "export",
            "--from",
            "2020-01-01",
            "--to",
            "2100-01-01",
            "-o",
            &shown,
        ],
    );
    assert_eq!(made.code, 0, "{made:?}");
    shown
}

on_both! {
    fn a_cosigned_checkpoint_is_served_exported_and_verified(db: &Db) {
        let (scene, witness) = witnessed(db);
        let http = scene.server.http();
        says_yes(&scene, "anne");
        let size = checkpoint(&http).size;
        witness.await_size(&http, size);
        // the log rests: its newest checkpoint bears the cosignature as well
        let mut served = String::new();
        let cosigned = process::until(WITHIN, || {
            served = http.get("/log/checkpoint").expect(200).text;
            witness.in_note(&served).is_some()
        });
        assert!(cosigned, "{served}");
        assert_eq!(http.get("/log/checkpoint/cosigned").expect(200).text, served);
        assert_eq!(witness.last(), Some(served), "what it tells monitors is the same");
        assert_eq!(cli(db, &["audit", "check"]).code, 0);
        let folder = tempfile::tempdir().unwrap();
        let file = export(db, &folder.path().join("package.zip"));
        let log = http.get("/log/vkey").text;
        let verified = cli(db, &["audit", "verify", &file, "--key", log.trim(), "--witness", &witness.key]);
        assert_eq!(verified.code, 0, "{verified:?}");
        assert!(verified.stdout.contains("Cosigned by witness.example/w1 at 20"), "{verified:?}");
        // another witness's word was asked for
        let other = Witness::start(log.trim());
        let verified = cli(db, &["audit", "verify", &file, "--key", log.trim(), "--witness", &other.key]);
        assert_eq!(verified.code, 1, "{verified:?}");
        // a cosignature that somebody moved to another instant is found in the database, too
        db.tamper("UPDATE cosignatures SET cosigned_at = cosigned_at - 86400");
        let checked = cli(db, &["audit", "check"]);
        assert!(checked.code == 1 && checked.stdout.contains("cosignature"), "{checked:?}");
    }

    /// Away, killed, and back: nobody waits for it, and it has forgotten nothing.
    fn a_witness_that_is_away_delays_nothing_and_comes_back_as_it_was(db: &Db) {
        let (scene, mut witness) = witnessed(db);
        let http = scene.server.http();
        says_yes(&scene, "anne");
        let first = witness.await_size(&http, checkpoint(&http).size);
        witness.server.kill9();
        says_yes(&scene, "bea");
        assert!(permits(&scene.api.asks(&email("bea@witness.example"))));
        let newer = checkpoint(&http).size;
        assert!(newer > first, "signed and served without the witness");
        let told = process::until(WITHIN, || scene.server.stderr().contains("cannot be reached"));
        assert!(told, "the operator is told");
        let kept = std::fs::read(witness.state()).unwrap();
        witness.restart();
        assert_eq!(std::fs::read(witness.state()).unwrap(), kept);
        let known = witness.last().expect("what it cosigned");
        let (known, _) = witness.in_note(&known).unwrap();
        let note = http.get("/log/checkpoint").text;
        let refused = posts(&witness, &format!("old 0\n\n{note}"));
        assert_eq!((refused.status, refused.text), (409, format!("{known}\n")));
        assert!(witness.await_size(&http, newer) >= newer);
    }
}

/// What the specification asks a witness to answer, over the wire.
#[test]
fn a_witness_answers_as_specified() {
    let log = NoteSigner::from_seed("log.example/r1", &[5; 32]).unwrap();
    let sign = |signer: &NoteSigner, size: u64, root: [u8; 32]| {
        let origin = signer.verifier().name().to_owned();
        Checkpoint { origin, size, root }.sign(signer).unwrap()
    };
    let witness = Witness::start(&log.verifier().to_string());
    let status = |body: String| posts(&witness, &body).status;
    assert_eq!(witness.last(), None);
    let three = sign(&log, 3, [3; 32]);
    assert_eq!(status("old 0\n".into()), 400);
    assert_eq!(status(format!("old 00\n\n{three}")), 400);
    assert_eq!(status(format!("old 4\n\n{three}")), 400);
    let stranger = NoteSigner::from_seed("log.example/r2", &[5; 32]).unwrap();
    assert_eq!(
        status(format!("old 0\n\n{}", sign(&stranger, 3, [3; 32]))),
        404
    );
    let thief = NoteSigner::from_seed("log.example/r1", &[6; 32]).unwrap();
    assert_eq!(
        status(format!("old 0\n\n{}", sign(&thief, 3, [3; 32]))),
        403
    );
    assert_eq!(witness.last(), None, "nothing of that was kept");
    let cosigned = posts(&witness, &format!("old 0\n\n{three}")).expect(200);
    assert!(cosigned.text.starts_with("— witness.example/w1 ") && cosigned.text.ends_with('\n'));
    assert_eq!(witness.last(), Some(format!("{three}{}", cosigned.text)));
    let conflict = posts(&witness, &format!("old 0\n\n{three}")).expect(409);
    assert_eq!(conflict.header("content-type"), Some("text/x.tlog.size"));
    assert_eq!(conflict.text, "3\n");
    assert_eq!(status(format!("old 3\n\n{}", sign(&log, 3, [4; 32]))), 422);
    assert_eq!(status(format!("old 3\n\n{}", sign(&log, 4, [4; 32]))), 422);
    assert_eq!(
        status(format!("old 3\n\n{three}")),
        200,
        "the same again is cosigned again"
    );
    assert_eq!(witness.server.http().get("/add-checkpoint").status, 405);
    let endless = "x".repeat(1 << 20);
    assert_eq!(status(format!("old 3\n\n{three}{endless}")), 413);
}

/// Of many requests at once from one size, one is cosigned; the state is what it was.
#[test]
fn only_one_of_two_futures_is_cosigned() {
    let log = NoteSigner::from_seed("log.example/r1", &[5; 32]).unwrap();
    let witness = Witness::start(&log.verifier().to_string());
    let origin = "log.example/r1".to_owned();
    let cosigned: Vec<u8> = std::thread::scope(|scope| {
        let ask = |fork: u8| {
            let (witness, log, origin) = (&witness, &log, origin.clone());
            scope.spawn(move || {
                let (size, root) = (u64::from(fork) + 1, [fork; 32]);
                let note = Checkpoint { origin, size, root }.sign(log).unwrap();
                let status = posts(witness, &format!("old 0\n\n{note}")).status;
                assert!(matches!(status, 200 | 409), "{status}");
                (status == 200).then_some(fork)
            })
        };
        let all: Vec<_> = (0..12).map(ask).collect();
        all.into_iter()
            .filter_map(|one| one.join().unwrap())
            .collect()
    });
    let [fork] = cosigned[..] else {
        panic!("{cosigned:?}")
    };
    let (size, _) = witness.in_note(&witness.last().unwrap()).unwrap();
    assert_eq!(size, u64::from(fork) + 1);
}

/// Killed while it cosigns, again and again: what went out is kept, and nothing else than what was
/// asked for. Each step doubles the log, so that its proof is the new half's root.
#[test]
fn a_witness_killed_while_it_cosigns_keeps_what_it_said() {
    let log = NoteSigner::from_seed("log.example/r1", &[5; 32]).unwrap();
    let mut witness = Witness::start(&log.verifier().to_string());
    let mut head = Checkpoint {
        origin: "log.example/r1".into(),
        size: 0,
        root: [0; 32],
    };
    for round in 0..12u8 {
        let half = [round; 32];
        let (size, root) = match head.size {
            0 => (1, half),
            size => (2 * size, hash_node(&head.root, &half)),
        };
        let origin = head.origin.clone();
        let next = Checkpoint { origin, size, root };
        let proof = if head.size == 0 { vec![] } else { vec![half] };
        let (old, checkpoint) = (head.size, next.sign(&log).unwrap());
        let body = AddCheckpoint {
            old,
            proof,
            checkpoint,
        }
        .to_string();
        let http = witness.server.http();
        let asks = std::thread::spawn(move || {
            http.try_send("POST", "/add-checkpoint", "text/plain", body.into_bytes())
        });
        // sometimes before the answer, sometimes after it, and now and then for certain
        (0..u32::from(round) * 50).for_each(|_| std::thread::yield_now());
        while round % 4 == 3 && !asks.is_finished() {
            std::thread::yield_now();
        }
        witness.restart();
        let said = asks.join().unwrap().is_ok_and(|reply| reply.status == 200);
        let kept = witness
            .last()
            .map_or(0, |note| witness.in_note(&note).unwrap().0);
        assert!(
            kept == next.size || (kept == head.size && !said),
            "{kept}, {said}, {next:?}"
        );
        if kept == next.size {
            head = next;
        }
    }
    assert!(head.size > 0, "nothing was ever cosigned");
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from.join("placet.db"), to.join("placet.db")).unwrap();
    for beside in ["placet.db-wal", "placet.db-shm", "placet.db-head"] {
        let _ = std::fs::remove_file(to.join(beside));
    }
}

/// An older copy of the database comes back, and the log grows another way from there: its own key
/// signs that, and its witness does not.
#[test]
fn a_log_that_was_set_back_or_forked_is_not_cosigned() {
    let db = Db::sqlite();
    let (mut scene, witness) = witnessed(&db);
    says_yes(&scene, "anne");
    let aside = tempfile::tempdir().unwrap();
    scene.server.terminate();
    copy(db.data_dir(), aside.path());
    let asks = ["--witness", &witness.address()];
    let mut scene = Scene::with(&db, &scene.key, &asks);
    for name in ["bea", "carl", "dora"] {
        says_yes(&scene, name);
    }
    let http = scene.server.http();
    let seen = witness.await_size(&http, checkpoint(&http).size);
    let before = witness.last();
    scene.server.terminate();
    copy(aside.path(), db.data_dir());
    let scene = Scene::with(&db, &scene.key, &asks);
    let alarmed = |server: &Server, word: &str| {
        let told = process::until(WITHIN, || server.stderr().contains(word));
        assert!(told, "no alarm: {}", server.stderr());
    };
    alarmed(&scene.server, "it was set back");
    // it grows past what the witness saw, by other entries
    let mut n = 0;
    while checkpoint(&scene.server.http()).size <= seen + 3 {
        says_yes(&scene, &format!("other{n}"));
        n += 1;
    }
    alarmed(&scene.server, "it was rewritten");
    assert_eq!(witness.last(), before, "and it never goes back");
    assert!(
        witness.server.stderr().contains("does not continue"),
        "the evidence is kept"
    );
    assert!(
        permits(&scene.api.asks(&email("other0@witness.example"))),
        "an alarm stops nobody"
    );
}
