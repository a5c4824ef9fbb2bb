//! The command line: results on standard output, messages on standard error; 0 where all went
//! well, 1 where a check found something wrong, 2 on wrong use, 3 where the service or the
//! database failed.

mod accounts;
mod api_keys;
mod audience;
mod audit;
mod backup;
mod catalogue;
mod check;
mod clients;
pub mod config;
mod courier;
mod digest;
mod doctor;
mod doors;
mod egress;
mod erase;
mod health;
mod hold;
mod hosts;
mod import;
mod keys;
mod link;
mod mail;
mod master_key;
mod nodes;
mod output;
mod period;
mod policy;
mod progress;
mod provider;
mod public_key;
mod register;
mod report;
mod restore;
mod retention;
mod serve;
mod signals;
pub mod system;
mod systems;
mod tls;
mod why;
mod witness;

use crate::app::open::OpenError;
use crate::app::timestamps::Authority;
use crate::app::{App, Setup};
use crate::policy::PolicySource;
use crate::store::keys::KeyDirectory;
use crate::store::{DatabaseUrl, RegisterPlace};
use clap::{Args, Parser, Subcommand};
use config::{Config, ConfigError};
use output::{Exit, Failure};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Privacy and GDPR consent service: record, ask, prove.
#[derive(Parser)]
#[command(name = "placet", version, about, long_about = None, after_help = "Example: placet serve --demo")]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Settings that every command takes; each is also a variable `PLACET_…` and a line of `placet.toml`.
#[derive(Args, Default, Clone)]
pub struct Settings {
    /// Configuration file [default: placet.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the data are: <sqlite://PATH> or postgres://… [default: sqlite:// in the data directory]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Directory of the embedded database and of the key file [default: ./placet-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// The master key's file [default: master.key in the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub master_key_file: Option<String>,
    /// Directory of the key files of epochs [default: keys, beside the master key's file]
    #[arg(long, global = true, value_name = "DIR")]
    pub key_directory: Option<String>,
    /// Directory of the register of erasures and noes, best on another disk [default: erasure-register in
    /// the data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub erasure_register: Option<String>,
    /// Directory of the policy packs [default: the packs that ship with placet]
    #[arg(long, global = true, value_name = "DIR")]
    pub policies: Option<String>,
    /// The address that customers' links begin with [default: http:// and the listening address]
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve everything
    Serve(serve::ServeArgs),
    /// API keys
    ApiKey {
        #[command(subcommand)]
        command: api_keys::ApiKeyCommand,
    },
    /// Clients that prove themselves by a key of their own (OAuth 2)
    Client {
        #[command(subcommand)]
        command: clients::ClientCommand,
    },
    /// Staff accounts
    User {
        #[command(subcommand)]
        command: accounts::UserCommand,
    },
    /// Tell which role may do what
    #[command(after_help = "Example: placet roles")]
    Roles,
    /// Links to customers' own choices
    Link {
        #[command(subcommand)]
        command: link::LinkCommand,
    },
    /// Mails that are to go out
    Mail {
        #[command(subcommand)]
        command: mail::MailCommand,
    },
    /// Purposes and notices as files
    Catalogue {
        #[command(subcommand)]
        command: catalogue::CatalogueCommand,
    },
    /// The systems that hold data about customers
    Systems {
        #[command(subcommand)]
        command: systems::SystemsCommand,
    },
    /// Ask for one decision, explained in words
    Check(check::CheckArgs),
    /// Filter a file of persons: who may be contacted
    Audience(audience::AudienceArgs),
    /// Tell what was decided, and why
    Why(why::WhyArgs),
    /// Erase a person: everything of theirs goes (GDPR art. 17)
    Erase(erase::EraseArgs),
    /// Legal holds: what keeps a person from being erased (GDPR art. 17(3))
    Hold {
        #[command(subcommand)]
        command: hold::HoldCommand,
    },
    /// What is due to be erased since its time is over
    Retention {
        #[command(subcommand)]
        command: retention::RetentionCommand,
    },
    /// Bring existing consents in
    Import(import::ImportArgs),
    /// The lists of opt-out registers
    Register {
        #[command(subcommand)]
        command: register::RegisterCommand,
    },
    /// The log: check it against the database, export, verify
    Audit {
        #[command(subcommand)]
        command: audit::AuditCommand,
    },
    /// The keys of the registry: tell, change
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
    },
    /// Be a witness for logs on other machines
    Witness {
        #[command(subcommand)]
        command: witness::WitnessCommand,
    },
    /// Copy the database beside a running service
    Backup(backup::BackupArgs),
    /// Bring a backup back, and apply to it what the erasure register has
    Restore(restore::RestoreArgs),
    /// Make a report: figures over a period, as at a position of the log
    Report(report::ReportArgs),
    /// Work on policy packs
    Policy {
        #[command(subcommand)]
        command: policy::PolicyCommand,
    },
    /// Look at everything that a registry rests on, and say how to mend what is wrong
    #[command(
        after_help = "Example: placet doctor\n\nIt changes nothing, beside a running service too. Exits 1 where something is wrong, 3 where the database cannot be opened"
    )]
    Doctor,
    /// Print the effective configuration with its origin, and no secret
    #[command(after_help = "Example: PLACET_LISTEN=0.0.0.0:80 placet config")]
    Config,
    /// Ask the service on this machine whether it is ready
    #[command(after_help = "Example: placet health")]
    Health,
    /// Print the API's description (`OpenAPI` 3.1)
    #[command(after_help = "Example: placet openapi > openapi.json")]
    Openapi,
}

/// Runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let used_wrongly = error.use_stderr();
            drop(error.print());
            return ExitCode::from(if used_wrongly { 2 } else { 0 });
        }
    };
    match run(cli) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            output::say(&format!("placet: {failure}"));
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    let settings = cli.settings;
    let command = cli
        .command
        .unwrap_or(Command::Serve(serve::ServeArgs::default()));
    let serve_flags = if let Command::Serve(args) = &command {
        args.flags()
    } else {
        Vec::new()
    };
    let config = Config::load(&settings, &serve_flags)?;
    match command {
        Command::Serve(args) => serve::run(&args, &config),
        Command::ApiKey { command } => api_keys::run(&command, &config, settings.json),
        Command::Client { command } => clients::run(&command, &config, settings.json),
        Command::User { command } => accounts::user(&command, &config, settings.json),
        Command::Roles => accounts::roles(settings.json),
        Command::Link { command } => link::run(&command, &config, settings.json),
        Command::Mail { command } => mail::run(&command, &config, settings.json),
        Command::Catalogue { command } => catalogue::run(&command, &config, settings.json),
        Command::Systems { command } => systems::run(&command, &config, settings.json),
        Command::Check(args) => check::run(&args, &config, settings.json),
        Command::Audience(args) => audience::run(&args, &config, settings.json),
        Command::Why(args) => why::run(&args, &config, settings.json),
        Command::Erase(args) => erase::run(&args, &config, settings.json),
        Command::Hold { command } => hold::run(&command, &config, settings.json),
        Command::Retention { command } => retention::run(&command, &config, settings.json),
        Command::Import(args) => Ok(Exit::from_code(import::run(
            &args,
            || open(&config),
            settings.json,
        ))),
        Command::Register { command } => register::run(&command, &config, settings.json),
        Command::Audit { command } => Ok(Exit::from_code(audit::run(
            &command,
            || open_as_it_is(&config),
            settings.json,
        ))),
        Command::Keys { command } => keys::run(&command, &config, settings.json),
        Command::Witness { command } => witness::run(&command),
        Command::Backup(args) => backup::run(&args, &config, settings.json),
        Command::Restore(args) => restore::run(&args, &config, settings.json),
        Command::Report(args) => report::run(&args, &config, settings.json),
        Command::Policy { command } => policy::run(&command, &config, settings.json),
        Command::Doctor => doctor::run(&config, settings.json),
        Command::Health => health::run(&config),
        Command::Config => config.print(settings.json),
        Command::Openapi => output::print(
            &crate::http::serve::description()
                .to_pretty_json()
                .unwrap_or_default(),
        ),
    }
}

/// Opens the service for a command: no index, no server.
fn open(config: &Config) -> Result<App, Failure> {
    open_by(config, App::open_plain)
}

/// The same for commands that look into what is wrong: also where the keys of epochs are not all there.
fn open_as_it_is(config: &Config) -> Result<App, Failure> {
    open_by(config, App::open_as_it_is)
}

fn open_by(config: &Config, open: fn(Setup) -> Result<App, OpenError>) -> Result<App, Failure> {
    let setup = setup(
        config,
        &config.public_url("http://127.0.0.1:8080"),
        Box::new(|_, _| ()),
    )?;
    restore::unfinished(&setup.database)?;
    let authority = authority(config)?;
    let keeping = retention::keeping(config)?;
    let provider = provider::of(config)?;
    let mut app = open(setup)?;
    if let Some(provider) = provider {
        app.keep_provider(provider);
    }
    app.keep_data(keeping);
    if let Some(hosts) = hosts::of(config)? {
        app.keep_at(hosts.console, hosts.api);
    }
    if let Some(authority) = authority {
        app.stamp_with(authority);
    }
    Ok(app)
}

/// The timestamping authority that is configured.
fn authority(config: &Config) -> Result<Option<Authority>, ConfigError> {
    let wrong = |name, mend: &str| ConfigError::Value {
        name,
        mend: mend.into(),
    };
    let url = config.get("timestamp_url");
    if url.is_empty() {
        return Ok(None);
    }
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(wrong(
            "timestamp_url",
            "must be an http:// or https:// address",
        ));
    }
    let chain = match config.get("timestamp_chain").as_str() {
        "" => String::new(),
        file => std::fs::read_to_string(file)
            .ok()
            .filter(|text| text.contains("-----BEGIN CERTIFICATE-----"))
            .ok_or_else(|| {
                wrong(
                    "timestamp_chain",
                    "must name a file with certificates in PEM",
                )
            })?,
    };
    let courier = Arc::new(courier::HttpCourier::new(egress::Egress::of(config)?));
    Ok(Some(Authority::new(url, chain, courier)))
}

/// Where everything is.
struct Places {
    data_dir: PathBuf,
    database: DatabaseUrl,
    /// As the tables' owner reaches it, where the service has a role of its own.
    owner: Option<DatabaseUrl>,
    master_key: master_key::Source,
    key_directory: PathBuf,
    register: RegisterPlace,
}

fn places(config: &Config) -> Result<Places, Failure> {
    let data_dir = PathBuf::from(config.get("data_dir"));
    let database = url(config, "database_url")?;
    let database = database.unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.join("placet.db")));
    let owner = url(config, "database_owner_url")?;
    let master_key = master_key::Source::of(config, &data_dir)?;
    let key_directory = match config.get("key_directory").as_str() {
        "" => master_key.beside(&data_dir).join("keys"),
        directory => PathBuf::from(directory),
    };
    let register = register(config, &data_dir)?;
    Ok(Places {
        data_dir,
        database,
        owner,
        master_key,
        key_directory,
        register,
    })
}

/// The address of a database, where the setting gives one.
fn url(config: &Config, name: &'static str) -> Result<Option<DatabaseUrl>, Failure> {
    let text = config.get(name);
    if text.is_empty() {
        return Ok(None);
    }
    let mend = |mend: &str| ConfigError::Value {
        name,
        mend: mend.into(),
    };
    Ok(Some(text.parse().map_err(mend)?))
}

fn setup(
    config: &Config,
    public_url: &str,
    progress: Box<dyn Fn(u64, u64) + Send + Sync>,
) -> Result<Setup, Failure> {
    let places = places(config)?;
    master_key::make_directory(&places.data_dir)?;
    let entropy = Arc::new(system::SystemEntropy::new());
    let master_key = places.master_key.load_or_make(entropy.as_ref())?;
    let policies = match config.get("policies").as_str() {
        "" => PolicySource::Embedded,
        directory => PolicySource::Directory(directory.into()),
    };
    let shard = nodes::shard(config, &places.database)?;
    Ok(Setup {
        database: places.database,
        owner: places.owner,
        master_key,
        key_directory: KeyDirectory::new(places.key_directory),
        register: places.register,
        policies,
        public_url: public_url.trim_end_matches('/').to_owned(),
        origin: config.origin(entropy.as_ref())?,
        country: config.read(
            "country",
            "must be one of the countries whose law is held, like FR",
        )?,
        timezone: config.read("timezone", "must be a zone like Europe/Paris")?,
        clock: Arc::new(system::SystemClock),
        entropy,
        snapshot: Some(crate::app::snapshot::place_in(&places.data_dir)),
        shard,
        progress,
    })
}

/// Where the register outside the database is, and by which name this node writes there: the same after
/// a restart, another's on another machine.
fn register(config: &Config, data_dir: &Path) -> Result<RegisterPlace, Failure> {
    let directory = match config.get("erasure_register").as_str() {
        "" => data_dir.join("erasure-register"),
        directory => PathBuf::from(directory),
    };
    let whole = std::path::absolute(&directory)?;
    Ok(RegisterPlace {
        directory,
        node: format!("{} {}", serve::machine(), whole.display()),
    })
}
