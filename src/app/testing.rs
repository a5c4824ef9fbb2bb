//! A small registry in a temporary folder, for the tests of this layer.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use super::contact::{Named, read};
use super::open::{App, OpenError, Setup};
use super::publish::Publication;
use super::record::Claim;
use super::snapshot::place_in;
use super::told_act::ToldAct;
use crate::access::{Grant, Permission, Principal, authorize};
use crate::audit::tree::sha256;
use crate::domain::personal::Secret;
use crate::domain::registry::{Act, Source, SourceKind};
use crate::domain::shard::Shard;
use crate::domain::time::{Clock, Entropy, NoEntropy, Now, from_micros};
use crate::policy::PolicySource;
use crate::store::keys::{KeyDirectory, MasterKey};
use crate::store::{DatabaseUrl, RegisterPlace};
use diesel::Connection;
use diesel::connection::SimpleConnection;
use serde_json::json;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;

/// The name of the log.
pub const ORIGIN: &str = "log.example/test";

/// The seeds of registries that are opened again.
static REOPENED: AtomicU64 = AtomicU64::new(1_000);

/// A clock that a test moves.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Now {
        Now::at(from_micros(self.0.load(Ordering::SeqCst)))
    }
}

impl TestClock {
    /// 22 November 2026, 12:00 UTC.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_795_348_800_000_000)))
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

/// Dice that always fall the same.
pub struct TestDice {
    seed: u64,
    thrown: AtomicU64,
}

impl TestDice {
    /// Dice of that seed.
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            seed,
            thrown: AtomicU64::new(0),
        })
    }
}

impl Entropy for TestDice {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        for chunk in bytes.chunks_mut(32) {
            let number = self.thrown.fetch_add(1, Ordering::SeqCst);
            let block = sha256(&[&self.seed.to_be_bytes(), &number.to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

/// The key directory beside a database file.
fn beside(file: &Path) -> PathBuf {
    file.with_file_name("keys")
}

/// A registry in a folder that goes with it.
pub struct TestApp {
    /// The service.
    pub app: App,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its database file.
    pub file: PathBuf,
    _folder: TempDir,
}

impl TestApp {
    /// A new registry.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        Self::opened(folder, keys, 1, App::open)
    }

    /// A registry from a copy of another one's file, tampered with, opened as a comparison
    /// opens it.
    pub fn copy_of(file: &Path, seed: u64, tamper: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("placet.db");
        std::fs::copy(file, &copy).unwrap();
        sql(&copy, tamper);
        Self::opened(folder, beside(file), seed, App::open_as_it_is)
    }

    /// Another service on the same file, which builds its index anew, at the same instant: from a snapshot where
    /// there is one beside it.
    pub fn reopened(other: &Self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        other.app.recorder.stop();
        other.app.store.settle(&other.app.serve).unwrap();
        std::fs::copy(&other.file, folder.path().join("placet.db")).unwrap();
        let snapshot = place_in(other.file.parent().unwrap());
        if snapshot.exists() {
            std::fs::copy(snapshot, place_in(folder.path())).unwrap();
        }
        // its dice fall otherwise than those of any before: it has a name of its own in the register
        let seed = REOPENED.fetch_add(1, Ordering::SeqCst);
        let again = Self::opened(folder, beside(&other.file), seed, App::open);
        let passed = other.clock.now().micros() - again.clock.now().micros();
        again.clock.pass(passed / 1_000_000);
        again
    }

    /// Another node on the same database, with the same clock, which holds a part of the persons.
    pub fn beside(other: &Self, shard: Shard) -> App {
        let seed = REOPENED.fetch_add(1, Ordering::SeqCst);
        let setup = Self::setup(&other.file, beside(&other.file), seed, other.clock.clone());
        App::open(Setup {
            shard: Some(shard),
            snapshot: None,
            ..setup
        })
        .unwrap()
    }

    fn opened(
        folder: TempDir,
        keys: PathBuf,
        seed: u64,
        open: fn(Setup) -> Result<App, OpenError>,
    ) -> Self {
        let (file, clock) = (folder.path().join("placet.db"), TestClock::new());
        let app = open(Self::setup(&file, keys, seed, clock.clone()));
        Self {
            app: app.unwrap(),
            clock,
            file,
            _folder: folder,
        }
    }

    /// How a registry in that file is opened.
    pub fn setup(file: &Path, keys: PathBuf, seed: u64, clock: Arc<TestClock>) -> Setup {
        Setup {
            owner: None,
            database: DatabaseUrl::Sqlite(file.to_owned()),
            master_key: MasterKey::new(&Secret::new([7; 32])).unwrap(),
            register: RegisterPlace {
                directory: keys.with_file_name("register"),
                node: "test".into(),
            },
            key_directory: KeyDirectory::new(keys),
            policies: PolicySource::Embedded,
            public_url: "http://localhost:8080".into(),
            origin: ORIGIN.into(),
            country: crate::policy::Country::France,
            timezone: chrono_tz::Europe::Paris,
            clock,
            entropy: TestDice::new(seed),
            snapshot: Some(place_in(file.parent().unwrap())),
            shard: None,
            progress: Box::new(|_, _| {}),
        }
    }

    /// A permission of the operator's.
    pub fn grant<P: Permission>() -> Grant<P> {
        authorize(&Principal::Operator).unwrap()
    }

    /// Waits for a use case.
    pub fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(future)
    }

    /// A person by identifiers.
    pub fn named(&self, pairs: &[(&str, &str)]) -> Named {
        read(self.app.keys(), "/subject", pairs.iter().copied()).unwrap()
    }

    /// Publishes the purposes `newsletter` and `offers`, with a notice each.
    pub fn publish(&self) {
        self.publish_keeping(None);
    }

    /// The same, where `offers` keeps data for a period.
    pub fn publish_keeping(&self, retention: Option<&str>) {
        let publication: Publication = serde_json::from_value(json!({
            "purpose": [
                {"id": "newsletter", "controller": "default", "use": "direct_marketing_own", "title": {"en": "Letter"},
                 "legal_basis": "consent", "channels": ["email", "sms"]},
                {"id": "offers", "controller": "default", "use": "direct_marketing_own", "title": {"en": "Offers"},
                 "legal_basis": "consent", "channels": ["email", "sms"], "retention": retention},
            ],
            "notice": [
                {"id": "newsletter", "version": 1, "purpose": "newsletter", "change": "major", "text": {"en": "Yes, send me the letter."}},
                {"id": "offers", "version": 1, "purpose": "offers", "change": "major", "text": {"en": "Yes, send me offers."}},
            ],
        }))
        .unwrap();
        Self::wait(
            self.app
                .publish(&Self::grant(), publication, self.app.now(), None),
        )
        .unwrap();
    }

    /// A claim by e-mail as a shop makes it.
    pub fn claim(&self, who: &[(&str, &str)], purpose: &str, status: &str) -> Claim {
        Claim {
            named: self.named(who),
            purpose: purpose.into(),
            channel: "email".into(),
            status: status.into(),
            notice: Some(format!("{purpose}@1")),
            language: Some("en".into()),
            source: Source {
                kind: SourceKind::Store,
                id: Some("lille-2".into()),
                agent: None,
            },
            told: ToldAct::by(Act::UntickedBoxTicked),
            collected_at: None,
            valid_for: Some("P1Y".into()),
            evidence: None,
            confirm: None,
        }
    }

    /// Records claims in one transaction and returns the positions of all their entries.
    pub fn record(&self, claims: Vec<Claim>) -> Vec<u64> {
        let claims = claims
            .into_iter()
            .enumerate()
            .map(|(at, claim)| (format!("/consents/{at}"), claim))
            .collect();
        let grant = Self::grant::<crate::access::RecordConsents>();
        Self::wait(self.app.record(&grant, claims, self.app.now(), None))
            .unwrap()
            .positions
    }
}

/// Runs SQL on a connection of its own, as somebody with the database's password would.
pub fn sql(file: &Path, statements: &str) {
    let mut conn = diesel::SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF")
        .unwrap();
    conn.batch_execute(statements).unwrap();
}
