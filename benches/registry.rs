//! Registries to measure on: opened as the service opens them, filled through its use cases.

use crate::{audience, people};
use futures_util::StreamExt;
use placet::access::{ManageAccess, Principal, authorize};
use placet::app::create_key::NewKey;
use placet::app::{App, Setup};
use placet::cli::system::{SystemClock, SystemEntropy};
use placet::domain::personal::Secret;
use placet::domain::registry::Role;
use placet::policy::PolicySource;
use placet::store::DatabaseUrl;
use placet::store::keys::{KeyDirectory, MasterKey};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Persons whose consents share a request while the million is written.
const TOGETHER: u64 = 333;

/// The master key of every registry here.
pub const MASTER: [u8; 32] = [7; 32];
/// The name of their logs.
pub const ORIGIN: &str = "bench.example/registry";

/// Where a registry is.
#[derive(Clone)]
pub struct Place {
    /// `SQLite` or `PostgreSQL`.
    pub database: &'static str,
    /// Its URL.
    pub url: String,
}

/// The API keys of a registry.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Keys {
    pub marketing: String,
    pub collector: String,
    /// Consents written a second while the registry was filled; 0 where it was not.
    pub loaded_per_second: f64,
}

/// The directory that is kept between runs.
pub fn directory() -> PathBuf {
    let chosen = std::env::var_os("PLACET_BENCH_DIR").map(PathBuf::from);
    let directory = chosen.unwrap_or_else(|| std::env::temp_dir().join("placet-bench"));
    std::fs::create_dir_all(&directory).expect("make the directory of the benches");
    directory
}

/// What belongs to one registry and to no other: its keys and its register of erasures.
pub fn home(url: &str) -> PathBuf {
    let (kind, rest) = url.split_once("://").expect("a database URL");
    let name = rest.rsplit('/').next().expect("a last part");
    directory().join(format!("{}.{kind}", name.trim_end_matches(".db")))
}

impl Place {
    /// A file in the directory of the benches.
    pub fn sqlite(name: &str) -> Self {
        let file = directory().join(format!("{name}.db"));
        let url = format!("sqlite://{}", file.display());
        Self {
            database: "SQLite",
            url,
        }
    }

    /// Where its API keys are kept between runs.
    fn keys(&self) -> PathBuf {
        home(&self.url).join("api-keys.json")
    }

    /// Removes what an earlier run left.
    pub fn clear(&self) {
        drop(std::fs::remove_dir_all(home(&self.url)));
        if let Some(file) = self.url.strip_prefix("sqlite://") {
            for ending in ["", "-wal", "-shm"] {
                drop(std::fs::remove_file(format!("{file}{ending}")));
            }
        }
    }

    /// Its keys; made, with everything else in it, by the first run.
    pub fn filled(&self, persons: u64) -> Keys {
        if let Ok(text) = std::fs::read(self.keys()) {
            return serde_json::from_slice(&text).expect("the keys of an earlier run");
        }
        self.clear();
        let keys = fill(&open(&self.url), persons);
        std::fs::write(
            self.keys(),
            serde_json::to_vec(&keys).expect("write the keys"),
        )
        .expect("keep the keys");
        keys
    }
}

/// The name of the registry whose persons are laid into the index at each start, and written nowhere.
pub const LAID: &str = "laid";

/// Opens a registry to serve.
pub fn open(url: &str) -> Arc<App> {
    let app = open_from(url, None);
    if url.ends_with(&format!("/{LAID}.db")) {
        audience::load(&app, *people::PERSONS);
    }
    app
}

/// The same, from a snapshot of the index where there is one.
pub fn open_from(url: &str, snapshot: Option<PathBuf>) -> Arc<App> {
    let setup = Setup {
        database: url.parse::<DatabaseUrl>().expect("a database URL"),
        owner: None,
        master_key: MasterKey::new(&Secret::new(MASTER)).expect("a master key"),
        key_directory: KeyDirectory::new(home(url).join("keys")),
        register: placet::store::RegisterPlace {
            directory: home(url).join("register"),
            node: "bench".into(),
        },
        policies: PolicySource::Embedded,
        public_url: "http://127.0.0.1".into(),
        origin: ORIGIN.into(),
        country: placet::policy::Country::France,
        timezone: chrono_tz::Europe::Paris,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::new()),
        snapshot,
        shard: None,
        progress: Box::new(|_, _| ()),
    };
    Arc::new(App::open(setup).expect("open the registry"))
}

fn fill(app: &Arc<App>, persons: u64) -> Keys {
    actix_web::rt::System::new().block_on(async {
        app.furnish_demo().await.expect("publish the catalogue");
        let started = Instant::now();
        write_persons(app, persons).await;
        let (marketing, collector) = (
            key(app, Role::Marketing).await,
            key(app, Role::Collector).await,
        );
        let loaded_per_second = (persons * 3) as f64 / started.elapsed().as_secs_f64();
        Keys {
            marketing,
            collector,
            loaded_per_second,
        }
    })
}

async fn write_persons(app: &App, persons: u64) {
    let requests = (0..persons)
        .step_by(usize::try_from(TOGETHER).expect("small"))
        .map(|first| async move {
            let claims = (first..persons.min(first + TOGETHER))
                .flat_map(|n| people::claims(app, n))
                .collect();
            app.record(&people::recording(), claims, app.now(), None)
                .await
                .expect("record consents");
            if first % (TOGETHER * 300) == 0 {
                eprintln!("  {first} of {persons} persons are written");
            }
        });
    // two requests under way: one is prepared while the other is committed
    futures_util::stream::iter(requests)
        .buffer_unordered(2)
        .for_each(|()| async {})
        .await;
}

async fn key(app: &Arc<App>, role: Role) -> String {
    let app = app.clone();
    let made = actix_web::web::block(move || {
        let manage =
            authorize::<ManageAccess>(&Principal::Operator).expect("the operator may manage");
        app.create_key(&manage, NewKey::plain("bench", role), app.now())
            .expect("make a key")
            .1
            .reveal()
            .to_owned()
    });
    made.await.expect("make a key")
}

/// Bytes of memory that this process holds.
pub fn resident() -> u64 {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).expect("read /proc");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("VmRSS");
    let kibibytes: u64 = line
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number");
    kibibytes * 1024
}
