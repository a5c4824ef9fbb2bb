//! `placet serve`.

use super::config::{Config, ConfigError};
use super::courier::HttpCourier;
use super::egress::Egress;
use super::output::{Exit, Failure, say};
use super::signals::Signals;
use super::{authority, hosts, mail, master_key, nodes, setup, tls};
use crate::app::App;
use crate::app::systems::Reach;

use crate::app::background::{Press, Shelf};
use crate::app::demo::Demo;
use crate::app::mail::{Stationery, Tray};
use crate::app::witness::{Courier, Witness};
use crate::domain::meter::Rate;
use crate::domain::time::Entropy;
use crate::http::copy::CopyBinder;
use crate::http::leaving::{Leaving, until_ended};
use crate::http::limits::Limits;
use crate::http::metrics::Metrics;
use crate::http::pages::{Language, MailWords};
use crate::http::press::Presses;
use crate::http::serve::serve;
use crate::http::site::{Patience, Site};
use crate::jobs::alarms::Alarms;
use crate::jobs::certificate::Certificate;
use crate::jobs::checkpoints::Checkpoints;
use crate::jobs::decisions::Decisions;
use crate::jobs::epochs::Epochs;
use crate::jobs::exports::Exports;
use crate::jobs::keys::Keys;
use crate::jobs::looks::Looks;
use crate::jobs::mails::Mails;
use crate::jobs::packages::Packages;
use crate::jobs::retention::Retention;
use crate::jobs::snapshots::Snapshots;
use crate::jobs::systems::Systems;
use crate::jobs::timestamps::Timestamps;
use crate::jobs::witnesses::Witnesses;
use crate::policy::{Pack, PolicySource};
use crate::store::{DatabaseUrl, StoreError};
use actix_web::web;
use chrono::TimeDelta;
use clap::Args;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Serves everything on one address.
#[derive(Args, Default)]
#[command(
    after_help = "Examples:\n  placet serve --demo\n  placet serve --listen 0.0.0.0:8080 --database-url postgres://placet@db/placet"
)]
pub struct ServeArgs {
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Fill a throw-away database with a made-up brand and print what to try
    #[arg(long)]
    demo: bool,
    /// Threads that answer [default: one a core]
    #[arg(long, value_name = "N")]
    workers: Option<String>,
    /// Ask a draft beside the live version and count where they differ: a directory, `shipped`, or
    /// a stored version
    #[arg(long, value_name = "DRAFT")]
    shadow: Option<String>,
    /// A witness that is asked to cosign checkpoints; may be given several times
    #[arg(long = "witness", value_name = "VKEY=URL")]
    witnesses: Vec<String>,
    /// A timestamping authority (RFC 3161) that stamps checkpoints, hourly and at exports
    #[arg(long, value_name = "URL")]
    timestamp_url: Option<String>,
    /// The authority's certificates, PEM, to go into audit packages
    #[arg(long, value_name = "FILE")]
    timestamp_chain: Option<String>,
}

impl ServeArgs {
    /// The flags that are settings.
    pub fn flags(&self) -> Vec<(&'static str, Option<String>)> {
        let mut flags = vec![
            ("listen", self.listen.clone()),
            ("workers", self.workers.clone()),
            ("timestamp_url", self.timestamp_url.clone()),
            ("timestamp_chain", self.timestamp_chain.clone()),
        ];
        if !self.witnesses.is_empty() {
            flags.push(("witnesses", Some(self.witnesses.join(" "))));
        }
        if self.demo {
            // whatever is configured: the demo touches nobody's data
            let directory = demo_directory();
            flags.push((
                "database_url",
                Some(format!(
                    "sqlite://{}",
                    directory.join("placet.db").display()
                )),
            ));
            flags.push((
                "master_key_file",
                Some(directory.join("master.key").display().to_string()),
            ));
            flags.push(("master_key_command", Some(String::new())));
            flags.push((
                "key_directory",
                Some(directory.join("keys").display().to_string()),
            ));
            flags.push((
                "erasure_register",
                Some(directory.join("erasure-register").display().to_string()),
            ));
            flags.push(("data_dir", Some(directory.display().to_string())));
            flags.push(("smtp_url", Some("folder".into())));
            // whoever tries it has no telephone in hand; the console says so
            flags.push(("staff_second_factor", Some("optional".into())));
            flags.push(("second_person", Some("not_required".into())));
            flags.push(("drain_seconds", Some("0".into())));
        }
        flags
    }
}

fn demo_directory() -> PathBuf {
    std::env::temp_dir().join(format!("placet-demo-{}", std::process::id()))
}

/// Removes the demo's database when the demo ends.
struct ThrowAway(Option<PathBuf>);

impl Drop for ThrowAway {
    fn drop(&mut self) {
        if let Some(directory) = &self.0 {
            drop(std::fs::remove_dir_all(directory));
        }
    }
}

/// Serves until it is told to stop.
///
/// # Errors
/// Where it cannot start.
pub fn run(args: &ServeArgs, config: &Config) -> Result<Exit, Failure> {
    start_log(&config.get("log"));
    let _thrown_away = ThrowAway(args.demo.then(demo_directory));
    let listen = config.get("listen");
    let listener = TcpListener::bind(&listen).map_err(|error| {
        Failure::failed(format!(
            "cannot listen on {listen}: {error}; choose another with --listen"
        ))
    })?;
    let address = listener.local_addr()?;
    let encrypted = tls::line(config)?;
    let scheme = if encrypted.is_some() { "https" } else { "http" };
    let here = format!("{scheme}://{address}");
    let setup = setup(config, &config.public_url(&here), progress())?;
    super::restore::unfinished(&setup.database)?;
    let drain = drain(config, &setup.database)?;
    let rooms = super::doctor::Rooms {
        data: PathBuf::from(config.get("data_dir")),
        register: setup.register.directory.clone(),
    };
    if args.demo {
        master_key::make_directory(&demo_directory())?;
    }
    let witnesses = witnesses(config)?;
    let authority = authority(config)?;
    let provider = super::provider::of(config)?;
    let others = nodes::others(config, setup.shard, &Egress::of(config)?)?;
    let mut app = App::open(setup)?;
    if let Some(others) = others {
        app.keep_nodes(Arc::new(others));
    }
    app.look_for_master(super::places(config)?.master_key.looking());
    if let Some(authority) = authority {
        app.stamp_with(authority);
    }
    if let Some(name) = &args.shadow {
        let draft = shadowed(&app, name)?;
        app.shadow(&draft)
            .map_err(|error| Failure::usage(error.to_string()))?;
    }
    let post = mail::post(config)?;
    if post.is_some() {
        app.has_mail();
    }
    if let Some(hosts) = hosts::of(config)? {
        app.keep_at(hosts.console, hosts.api);
    }
    app.keep_exports(shelf(config, app.entropy())?);
    app.keep_data(super::retention::keeping(config)?);
    app.keep_accounts(super::accounts::accounts(config)?);
    if let Some(provider) = provider {
        app.keep_provider(provider);
    }
    app.keep_disk(Arc::new(rooms));
    let reach: Arc<dyn Reach> = Arc::new(super::systems::ways(config)?);
    app.keep_reach(reach.clone());
    let app = Arc::new(app);
    app.activate_policy()?;
    app.warn_of_stale_registers();
    let tray = post.as_ref().and_then(|post| post.tray.clone());
    let site = web::Data::new(site(app.clone(), config, tray)?);
    let words = Arc::new(MailWords {
        timezone: site.timezone,
    });
    let tongue = site.language.for_staff().code();
    let told = post.as_ref().map(|post| post.postman.clone());
    let telling = told
        .clone()
        .map(|postman| (postman, words.clone() as Arc<dyn Stationery>, tongue));
    let _looks = Looks::start(app.clone(), telling)?;
    let told = told.map(|postman| Alarms::start(app.clone(), postman, words.clone(), tongue));
    let _alarms = told.transpose()?;
    let carried = post.map(|post| Mails::start(app.clone(), post.postman, words));
    let _mails = carried.transpose()?;
    let _checkpoints = Checkpoints::start(app.clone())?;
    let _decisions = Decisions::start(app.clone())?;
    let _epochs = Epochs::start(app.clone(), node_name(&address))?;
    let _keys = Keys::start(app.clone())?;
    let courier: Arc<dyn Courier> = Arc::new(HttpCourier::new(Egress::of(config)?));
    let _systems = Systems::start(app.clone(), reach)?;
    let _timestamps = Timestamps::start(app.clone())?;
    let press: Arc<dyn Press> = Arc::new(Presses {
        timezone: site.timezone,
    });
    let _exports = Exports::start(&app, &press)?;
    let binder = CopyBinder {
        timezone: site.timezone,
    };
    let _packages = Packages::start(app.clone(), Arc::new(binder))?;
    let _retention = Retention::start(app.clone())?;
    let _snapshots = Snapshots::start(app.clone(), PathBuf::from(config.get("data_dir")))?;
    let _witnesses = Witnesses::start(&app, witnesses, &courier)?;
    let line = encrypted.as_ref().map(|(line, _)| line.clone());
    let renewed =
        encrypted.map(|(line, files)| Certificate::start(app.clone(), files.renewal(line)));
    let _certificate = renewed.transpose()?;
    let workers = match config.read("workers", "must be a number")? {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        workers => workers,
    };
    // PostgreSQL's connections cannot be used or closed within the runtime that serves: the
    // service is kept until that has ended
    let (demo, kept, followed) = (args.demo, app.clone(), app.clone());
    actix_web::rt::System::new().block_on(async move {
        let demo = if demo {
            Some(furnish(app).await?)
        } else {
            None
        };
        let mut signals = Signals::listen()?;
        let leaving = site.leaving.clone();
        let server = serve(site, (listener, line.as_deref()), workers)?;
        say(&format!("listening on {here}"));
        if let Some(demo) = demo {
            tell(&demo)?;
        }
        let ends = (async || signals.next().await, until_lost(&followed));
        until_ended(server, (&leaving, drain), ends).await?;
        Ok::<_, Failure>(())
    })?;
    kept.settle()?;
    match kept.loss() {
        Some(loss) => Err(StoreError::from(loss).into()),
        None => Ok(Exit::Ok),
    }
}

/// How often it is looked whether this node may go on.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Comes back where this node may not go on: it is started anew by whoever keeps it running.
async fn until_lost(app: &App) {
    let loss = loop {
        match app.loss() {
            Some(loss) => break loss,
            None => actix_web::rt::time::sleep(LOOKS_EVERY).await,
        }
    };
    tracing::error!("{}", StoreError::from(loss));
}

/// On a server's database there may be other nodes, to which whoever asks goes while this one leaves: long enough for a
/// balancer to notice, and for connections that nobody uses to end; short enough for the ten seconds that Docker gives.
const DRAIN: Duration = Duration::from_secs(6);

/// For how long it answers on, once it was told to end.
fn drain(config: &Config, database: &DatabaseUrl) -> Result<Duration, ConfigError> {
    if !config.get("drain_seconds").is_empty() {
        let seconds = config.number("drain_seconds", 0..=600)?;
        return Ok(Duration::from_secs(seconds.unsigned_abs()));
    }
    Ok(match database {
        DatabaseUrl::Postgres(_) => DRAIN,
        // nobody else answers
        DatabaseUrl::Sqlite(_) => Duration::ZERO,
    })
}

/// By which this node is known to whoever rotates keys: its machine and its address.
fn node_name(address: &SocketAddr) -> String {
    format!("{} {address}", machine()).trim().to_owned()
}

/// The name of this machine; empty where the system tells none.
pub(super) fn machine() -> String {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    told.trim().to_owned()
}

/// Where exports of the background are kept.
fn shelf(config: &Config, entropy: &dyn Entropy) -> Result<Shelf, Failure> {
    let mend = "must be a number of hours, from 1 to 720";
    let hours: u16 = config.read("export_hours", mend)?;
    if !(1..=720).contains(&hours) {
        let (name, mend) = ("export_hours", mend.into());
        return Err(ConfigError::Value { name, mend }.into());
    }
    let directory = PathBuf::from(config.get("data_dir")).join("exports");
    Shelf::open(
        &directory,
        &machine(),
        TimeDelta::hours(hours.into()),
        entropy,
    )
    .map_err(|error| {
        Failure::failed(format!(
            "exports cannot be kept in {}: {error}",
            directory.display()
        ))
    })
}

/// The draft to be asked beside the live version.
fn shadowed(app: &App, name: &str) -> Result<Pack, Failure> {
    let source = match name {
        digest if digest.starts_with("sha256:") => {
            return Ok(app.policy_pack(&super::policy::named::grant()?, digest)?);
        }
        "shipped" => PolicySource::Embedded,
        directory => PolicySource::Directory(directory.into()),
    };
    source
        .load()
        .map_err(|error| Failure::usage(error.to_string()))
}

fn site(app: Arc<App>, config: &Config, tray: Option<Arc<dyn Tray>>) -> Result<Site, Failure> {
    Ok(Site {
        app,
        tray,
        proxies: proxies(config)?,
        hosts: hosts::of(config)?,
        patience: patience(config)?,
        limits: limits(config)?,
        metrics: Metrics::new().map_err(|error| Failure::failed(error.to_string()))?,
        timezone: config.read("timezone", "must be a zone like Europe/Paris")?,
        language: Language::from_code(&config.get("language")).ok_or(ConfigError::Value {
            name: "language",
            mend: "must be fr, en, de, es, it or nl".into(),
        })?,
        asks_for_certificates: !config.get("tls_client_ca").is_empty(),
        ready: Arc::new(AtomicBool::new(true)),
        leaving: Leaving::default(),
    })
}

/// How long a request may take to arrive.
fn patience(config: &Config) -> Result<Patience, ConfigError> {
    let seconds = |name: &'static str| {
        let mend = "must be a number of seconds, from 1 to 600";
        let read: u64 = config.read(name, mend)?;
        let fits = (1..=600)
            .contains(&read)
            .then_some(Duration::from_secs(read));
        let mend = mend.into();
        fits.ok_or(ConfigError::Value { name, mend })
    };
    Ok(Patience {
        head: seconds("head_seconds")?,
        body: seconds("body_seconds")?,
    })
}

/// How often somebody may ask.
fn limits(config: &Config) -> Result<Limits, ConfigError> {
    let each_second = |name| {
        let read = config.number(name, 0..=i64::from(Rate::MOST))?;
        Ok(u32::try_from(read).unwrap_or(Rate::MOST))
    };
    let (client, network) = (each_second("client_limit")?, each_second("network_limit")?);
    Ok(Limits::of(client, network))
}

/// The proxies that are believed.
fn proxies(config: &Config) -> Result<Vec<IpAddr>, ConfigError> {
    let wrong = |_| ConfigError::Value {
        name: "trusted_proxies",
        mend: "must be addresses with commas between them, like 10.0.0.7,::1".into(),
    };
    let listed = config.list("trusted_proxies");
    listed
        .iter()
        .map(|one| one.parse().map_err(wrong))
        .collect()
}

/// The witnesses that are configured.
fn witnesses(config: &Config) -> Result<Vec<Witness>, ConfigError> {
    let wrong = |mend: &str| ConfigError::Value {
        name: "witnesses",
        mend: mend.into(),
    };
    let listed = config.get("witnesses");
    let each = listed
        .split_whitespace()
        .map(|text| text.parse().map_err(wrong));
    each.collect()
}

async fn furnish(app: Arc<App>) -> Result<Demo, Failure> {
    let mut demo = app.furnish_demo().await?;
    let opened = web::block(move || app.open_demo_doors(&mut demo).map(|()| demo)).await;
    Ok(opened.map_err(|error| Failure::failed(error.to_string()))??)
}

fn tell(demo: &Demo) -> Result<Exit, Failure> {
    let base = demo.console_url.trim_end_matches("/console/sign-in");
    let body = format!(
        r#"{{"subject":{{"email":"{}"}},"purpose":"newsletter","channel":"email"}}"#,
        demo.customer
    );
    super::output::print(&format!(
        "Three things to try:\n\n\
         1. A customer's form:   {}\n\n\
         2. The DPO's console:   {}\n   user {}   password {}\n\n\
         3. May the newsletter be sent? (before and after saying no in the form)\n   \
         curl -s {base}/v1/checks -H 'Authorization: Bearer {}' -H 'Content-Type: application/json' -d '{body}'\n\n\
         A shop agent signs in at the same console: user {} password {}\n\n\
         A key that records consents: {}",
        demo.form_url,
        demo.console_url,
        demo.login,
        demo.password,
        demo.marketing_key,
        demo.agent,
        demo.agent_password,
        demo.collector_key,
    ))
}

/// How far the index is built, once a second where it takes longer.
fn progress() -> Box<dyn Fn(u64, u64) + Send + Sync> {
    let started = Instant::now();
    let told = std::sync::Mutex::new(started);
    Box::new(move |done, total| {
        let mut last = told
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.elapsed().as_secs() >= 1 {
            *last = Instant::now();
            say(&format!("building the index: {done} of {total} persons"));
        }
    })
}

const QUIET: &str = "actix_http::h1::dispatcher=off";

/// Starts the log on standard error.
pub(super) fn start_log(filter: &str) {
    use tracing_subscriber::EnvFilter;
    // at finer levels libraries repeat what was sent to them: a level alone is about our own words
    let filter = match filter.parse::<tracing::Level>() {
        Ok(level) if level > tracing::Level::INFO => format!("info,placet={level}"),
        _ => filter.to_owned(),
    };
    // a client that speaks no HTTP is no error of ours, and could fill the log
    let filter = format!("{QUIET},{filter}");
    let filter =
        EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(format!("{QUIET},info")));
    let started = tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .try_init();
    if started.is_err() {
        say("the log was started before");
    }
}
