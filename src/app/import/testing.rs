//! A registry in a directory of its own, with a purpose and files of made-up people.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests"
)]

use super::{ImportFile, ImportReport};
use crate::access::{Grant, ImportConsents, Permission, Principal, authorize};
use crate::app::contact::{self, Named};
use crate::app::facts::Said;
use crate::app::history::Choices;
use crate::app::publish::Publication;
use crate::app::{App, Refusal, Setup};
use crate::domain::import::{Mapping, Reader};
use crate::domain::personal::Secret;
use crate::domain::time::{Clock, Entropy, NoEntropy, Now};
use crate::policy::PolicySource;
use crate::store::DatabaseUrl;
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::Arc;

pub const NOW: &str = "2026-11-22T09:00:00Z";

struct Fixed;
impl Clock for Fixed {
    fn now(&self) -> Now {
        Now::at(NOW.parse().unwrap())
    }
}

struct Dice;
impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        SystemRandom::new().fill(bytes).map_err(|_| NoEntropy)
    }
}

/// Who may do anything that an operator may.
pub fn grant<P: Permission>() -> Grant<P> {
    authorize(&Principal::Operator).unwrap()
}

/// Waits for a use case.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

pub struct Bench {
    pub app: App,
    pub directory: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let app = open(directory.path());
        wait(app.publish(&grant(), catalogue(), app.now(), None)).unwrap();
        Self { app, directory }
    }

    /// The same registry after the process was started anew.
    pub fn reopened(self) -> Self {
        let Self { app, directory } = self;
        drop(app);
        Self {
            app: open(directory.path()),
            directory,
        }
    }

    pub fn import(&self, map: &Mapping, file: &str, dry_run: bool) -> ImportReport {
        self.try_import(map, file, dry_run).unwrap()
    }

    pub fn try_import(
        &self,
        map: &Mapping,
        file: &str,
        dry_run: bool,
    ) -> Result<ImportReport, Refusal> {
        let now = self.app.now();
        let rows = Reader::new(file.as_bytes(), map, now.utc()).unwrap();
        let about = ImportFile {
            sha256: "ab".repeat(32),
            map: "test".into(),
        };
        self.app.import(
            &grant::<ImportConsents>(),
            rows,
            &about,
            map,
            dry_run,
            now,
            &|_| {},
        )
    }

    pub fn named(&self, email: &str) -> Named {
        contact::read(self.app.keys(), "", [("email", email)].into_iter()).unwrap()
    }

    pub fn choices(&self, email: &str) -> Option<Choices> {
        let (subject, _) = self.app.lookup(&grant(), &self.named(email), None).ok()?;
        Some(
            self.app
                .states(&grant(), subject, self.app.now(), None)
                .unwrap(),
        )
    }

    /// Status, proof and source of the newsletter by e-mail.
    pub fn newsletter(&self, email: &str) -> Option<(String, bool)> {
        let choices = self.choices(email)?;
        let found = choices
            .states
            .iter()
            .find(|state| state.purpose == "newsletter" && state.channel == "email");
        found.map(|state| (state.status.clone(), state.proof))
    }

    /// The reason of a decision about the newsletter by e-mail.
    pub fn decision(&self, email: &str) -> String {
        wait(self.app.fresh()).unwrap();
        let question = crate::app::check::Question {
            blinds: self.named(email).blinds(),
            coarse: self.named(email).coarse(),
            kinds: self.named(email).identifier_kinds(),
            subject: None,
            purpose: "newsletter".into(),
            channel: "email".into(),
            campaign: None,
            said: Said::default(),
            at: None,
            reserve: false,
        };
        let drafts = self
            .app
            .check_blocking(&grant(), &[question], self.app.now())
            .unwrap();
        let answers = wait(
            self.app
                .record_decisions(drafts, crate::app::decisions::When::Now),
        );
        answers
            .unwrap()
            .into_iter()
            .next()
            .unwrap()
            .unwrap()
            .outcome
            .reason()
            .to_owned()
    }

    /// How many entries the ledger has.
    pub fn entries(&self) -> u64 {
        self.app
            .store
            .read(|tx| tx.position(&self.app.serve))
            .unwrap()
    }
}

pub fn open(directory: &std::path::Path) -> App {
    App::open(Setup {
        owner: None,
        database: DatabaseUrl::Sqlite(directory.join("placet.db")),
        master_key: crate::store::keys::MasterKey::new(&Secret::new([7; 32])).unwrap(),
        key_directory: crate::store::keys::KeyDirectory::new(directory.join("keys")),
        register: crate::store::RegisterPlace {
            directory: directory.join("register"),
            node: "test".into(),
        },
        policies: PolicySource::Embedded,
        public_url: "http://localhost".into(),
        origin: "localhost/test".into(),
        country: crate::policy::Country::France,
        timezone: chrono_tz::Europe::Paris,
        clock: Arc::new(Fixed),
        entropy: Arc::new(Dice),
        snapshot: None,
        shard: None,
        progress: Box::new(|_, _| {}),
    })
    .unwrap()
}

fn catalogue() -> Publication {
    toml::from_str(
        r#"
[[purpose]]
id = "newsletter"
controller = "default"
use = "direct_marketing_own"
title = { en = "Newsletter" }
description = { en = "News" }
legal_basis = "consent"
channels = ["email"]
data_categories = ["contact"]
recipients = []
[[purpose]]
id = "offers"
controller = "default"
use = "direct_marketing_own"
title = { en = "Offers" }
description = { en = "Offers" }
legal_basis = "consent"
channels = ["email", "sms"]
data_categories = ["contact"]
recipients = []
[[notice]]
id = "newsletter"
version = 1
purpose = "newsletter"
change = "major"
text = { en = "Yes to the newsletter" }
"#,
    )
    .unwrap()
}

/// A mapping with a status, a time, and all that a proof needs.
pub fn mapping() -> Mapping {
    Mapping::load(
        r#"
source = "shop"
timezone = "UTC"
file = { delimiter = ",", encoding = "utf-8" }
[[identifiers]]
kind = "email"
column = "email"
[[identifiers]]
kind = "crm_id"
column = "crm"
[[consent]]
purpose = "newsletter"
channel = "email"
collected_at = { column = "at", format = "rfc3339" }
withdrawn_at = { column = "at", format = "rfc3339" }
notice_column = "notice"
language = "en"
evidence = [{ column = "ip", name = "ip", proves = "act" }]
[[consent.status_from]]
column = "status"
values = { yes = "given", no = "refused", gone = "withdrawn", "-" = "skip" }
"#,
    )
    .unwrap()
}

/// A file of that mapping from rows `email crm status day`, the day of November 2026 or `-`.
pub fn file(rows: &[(&str, &str, &str, &str)]) -> String {
    let mut text = "email,crm,status,at,notice,ip\n".to_owned();
    for (email, crm, status, day) in rows {
        let at = if *day == "-" {
            String::new()
        } else {
            format!("2026-11-{day}T10:00:00Z")
        };
        text.push_str(&format!(
            "{email},{crm},{status},{at},newsletter@1,192.0.2.1\n"
        ));
    }
    text
}
