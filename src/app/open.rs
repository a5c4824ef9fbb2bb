//! Opening the service: policy, keys, registry, index; then everything that a use case needs.

use super::accounts::Accounts;
use super::again::{Again, AppliedAgain, Look};
use super::background::Shelf;
use super::clock::ClockWatch;
use super::deciding::Memories;
use super::decisions::{Books, Maker, Recorder};
use super::epochs::EpochWatch;
use super::follow::{self, HeadWatch};
use super::judge::Judge;
use super::key_uses::KeyUses;
use super::looks::Looking;
use super::masters::MasterLook;
use super::oauth::Held;
use super::policies::load::Loader;
use super::policies::note;
use super::policies::rules::Rules;
use super::policies::shadow::Shadow;
use super::provider::Provider;
use super::retention::{DueList, Keeping};
use super::signing;
use super::state::{Disk, Rounds};
use super::timestamps::Authority;
use super::view::Views;
use crate::access::{Grant, Principal, Serve, authorize};
use crate::audit::note::{NoteError, NoteSigner};
use crate::domain::ids::Position;
use crate::domain::registry::brand::Host;
use crate::domain::shard::Shard;
use crate::domain::time::{Clock, Entropy, random};
use crate::domain::tip::Loss;
use crate::index::Index;
use crate::policy::{Country, Engine, Pack, PolicyError, PolicySource};
use crate::store::keys::{KeyDirectory, Keyring, MasterId, MasterKey};
use crate::store::{Commit, DatabaseUrl, Options, RegisterPlace, Store, StoreError, Unlocked};
use chrono_tz::Tz;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// How the service is opened. Time, randomness and secrets are handed in.
pub struct Setup {
    /// Where the data are.
    pub database: DatabaseUrl,
    /// The same as its owner reaches it, where the service has a role of its own in the database.
    pub owner: Option<DatabaseUrl>,
    /// The master key.
    pub master_key: MasterKey,
    /// Where the files of key epochs are.
    pub key_directory: KeyDirectory,
    /// Where the register is that lies outside the database.
    pub register: RegisterPlace,
    /// Where the policies are.
    pub policies: PolicySource,
    /// The address that customers' links begin with, without a slash at the end.
    pub public_url: String,
    /// The name of the log, where the registry is new.
    pub origin: String,
    /// The country of controllers that name none.
    pub country: Country,
    /// The time zone of persons of that country whose own nobody gave.
    pub timezone: Tz,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The dice.
    pub entropy: Arc<dyn Entropy>,
    /// Where a snapshot of the index may be.
    pub snapshot: Option<PathBuf>,
    /// Whom this node holds in memory, where that is not everybody.
    pub shard: Option<Shard>,
    /// Told how far the index is built: persons read, persons in all.
    pub progress: Box<dyn Fn(u64, u64) + Send + Sync>,
}

/// The service could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A policy does not parse or validate.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The data cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signing key cannot be made.
    #[error("the signing key cannot be made: {0}")]
    Signing(String),
}

/// The open service.
pub struct App {
    /// The way to other systems, where this node goes it.
    pub(super) reach: Option<Arc<dyn super::systems::Reach>>,
    /// The way to other nodes, where there are such.
    pub(super) nodes: Option<Arc<dyn super::shard::nodes::Nodes>>,
    pub(super) elsewhere: super::shard::Counts,
    pub(super) readings: super::shard::Readings,
    pub(super) store: Arc<Store>,
    pub(super) index: Arc<Index<Rules>>,
    /// Where a snapshot of the index may be.
    pub(super) snapshot: Option<PathBuf>,
    /// At which entry of the ledger the one stood that it was taken from; 0 where it was from none.
    pub(super) taken_from: Position,
    /// Whether the index holds everybody and follows.
    pub(super) indexed: bool,
    pub(super) loader: Arc<Loader>,
    pub(super) policy_signer: NoteSigner,
    pub(super) shadow: Option<Arc<Shadow>>,
    pub(super) judge: Arc<Judge>,
    pub(super) head: HeadWatch,
    pub(super) recorder: Recorder,
    pub(super) maker: Arc<Maker>,
    pub(super) memories: Memories,
    pub(super) first_signer: NoteSigner,
    pub(super) authority: Option<Authority>,
    pub(super) clock_watch: ClockWatch,
    pub(super) views: Views,
    pub(super) looking: Looking,
    pub(super) rounds: Rounds,
    pub(super) disk: Option<Arc<dyn Disk>>,
    pub(super) key_uses: KeyUses,
    pub(super) held_tokens: Held,
    pub(super) epoch_watch: EpochWatch,
    /// The master key by which this was opened.
    pub(super) master: MasterId,
    /// By which one it would be opened again, where that is looked at.
    pub(super) master_look: Option<MasterLook>,
    /// A number by which this process is told from others.
    pub(super) node: i64,
    pub(super) shelf: Option<Shelf>,
    pub(super) stopping: AtomicBool,
    pub(super) serve: Grant<Serve>,
    pub(super) home_country: Country,
    pub(super) home_zone: Tz,
    /// How long data are kept, and what was due when it was counted last.
    pub(super) keeping: Keeping,
    /// What holds for the accounts and sessions of staff.
    pub(super) accounts: Accounts,
    /// By which staff sign in as well, where there is one.
    pub(super) provider: Option<Provider>,
    pub(super) due_seen: Mutex<Option<DueList>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    public_url: String,
    /// The host of the console, where it has its own.
    pub(super) console_host: Option<Host>,
    pub(super) api_host: Option<Host>,
    /// Whether mails go out.
    mail: bool,
    applied_again: Option<AppliedAgain>,
}

/// For what the service is opened.
enum Opening {
    /// To serve.
    Serving,
    /// For a command.
    Plain(Look),
    /// To look into what is wrong.
    AsItIs,
}

impl Opening {
    fn look(self) -> Option<Look> {
        match self {
            Self::Serving => Some(Look::USUAL),
            Self::Plain(look) => Some(look),
            Self::AsItIs => None,
        }
    }
}

impl App {
    /// Opens the service for use from the command line: no index, nothing that follows.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_plain(setup: Setup) -> Result<Self, OpenError> {
        Self::assemble(setup, Opening::Plain(Look::USUAL))
    }

    /// The same for whoever looks into what is wrong: also where keys of epochs are missing, and what
    /// is kept under them stays shut.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_as_it_is(setup: Setup) -> Result<Self, OpenError> {
        Self::assemble(setup, Opening::AsItIs)
    }

    /// Opens the service to serve: builds the index from the registry and follows the ledger.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(setup: Setup) -> Result<Self, OpenError> {
        Self::assemble(setup, Opening::Serving)
    }

    /// Opens the service after a restore, applies again what the register has, and ends the sessions that came back.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_restored(setup: Setup, look: Look) -> Result<Self, OpenError> {
        let app = Self::assemble(setup, Opening::Plain(look))?;
        app.store.end_all_ways_in(&app.serve)?;
        Ok(app)
    }

    /// Whether the service could change what the log says, by its rights in the database. An embedded one knows no
    /// rights: there it could.
    ///
    /// # Errors
    /// Where the database fails.
    pub fn can_rewrite_log(&self) -> Result<bool, StoreError> {
        self.store.can_rewrite(&self.serve)
    }

    fn assemble(setup: Setup, opening: Opening) -> Result<Self, OpenError> {
        let indexed = matches!(opening, Opening::Serving);
        // what is wrong with the packs is told before anything is made or changed
        let own = setup.policies.load()?;
        let engine = Engine::compile(&own)?;
        let master = setup.master_key.id();
        let unlocked = Unlocked::unlock(Options {
            url: setup.database,
            owner: setup.owner,
            master: setup.master_key,
            key_directory: setup.key_directory,
            entropy: setup.entropy.clone(),
            origin: setup.origin,
            now: setup.clock.now(),
            register: setup.register,
        })?;
        let keys = unlocked.keys().clone();
        let failed = |error: NoteError| OpenError::Signing(error.to_string());
        let policy_signer = note::signer(&keys).map_err(failed)?;
        let loader = Arc::new(Loader::new(own, engine, policy_signer.verifier().clone()));
        // a command holds whom it needs, or everybody
        let shard = setup.shard.filter(|_| indexed);
        let index = Arc::new(Index::of_shard(loader.own_rules(), shard));
        let (told, loads) = (index.clone(), loader.clone());
        // where entries of other nodes come before, the next check catches up with them all
        let observer = Arc::new(move |commit: Commit| {
            let rules = commit.policy.map(|held| loads.rules(&held));
            let _in_order = told.apply(&commit.stretch, commit.changes, rules);
        });
        let store = Arc::new(Store::open(unlocked, observer)?);
        let serve = authorize::<Serve>(&Principal::System)
            .map_err(|error| OpenError::Signing(error.to_string()))?;
        let first_signer =
            NoteSigner::from_seed(store.origin(), keys.signing_seed().expose()).map_err(failed)?;
        let maker = Arc::new(Maker::new());
        let node = random(setup.entropy.as_ref()).map_err(StoreError::from)?;
        let node = i64::from_le_bytes(node);
        let recorder = Recorder::start(Books {
            store: store.clone(),
            clock: setup.clock.clone(),
            entropy: setup.entropy.clone(),
            grant: serve.clone(),
            maker: maker.clone(),
            node,
        })?;
        if indexed {
            store.read(|tx| signing::look(tx, &serve, &first_signer, &keys))?;
        }
        let mut applied_again = None;
        if let Some(look) = opening.look() {
            store.read(|tx| tx.hold_every_epoch(&serve))?;
            let again = Again {
                store: &store,
                recorder: &recorder,
                clock: setup.clock.as_ref(),
                serve: &serve,
            };
            applied_again = again.apply(&look, indexed)?;
        }
        let following = (store.clone(), index.clone(), loader.clone());
        let mut taken_from = 0;
        if indexed {
            let snapshot = setup.snapshot.as_deref();
            taken_from = follow::build(&following, &serve, snapshot, &*setup.progress)?;
        }
        let idle = indexed.then_some(follow::IDLE);
        let head = HeadWatch::start(following, serve.clone(), idle);
        Ok(Self {
            recorder,
            applied_again,
            memories: Memories::new(maker.clone()),
            views: Views::default(),
            looking: Looking::default(),
            rounds: Rounds::default(),
            disk: None,
            key_uses: KeyUses::default(),
            held_tokens: Held::default(),
            epoch_watch: EpochWatch::default(),
            master,
            master_look: None,
            node,
            reach: None,
            nodes: None,
            elsewhere: super::shard::Counts::default(),
            readings: super::shard::Readings::default(),
            shelf: None,
            stopping: AtomicBool::new(false),
            maker,
            store,
            index,
            snapshot: setup.snapshot,
            taken_from,
            indexed,
            loader,
            policy_signer,
            shadow: None,
            judge: Arc::new(Judge::new(indexed)),
            head,
            first_signer,
            authority: None,
            clock_watch: ClockWatch::default(),
            serve,
            home_country: setup.country,
            home_zone: setup.timezone,
            clock: setup.clock,
            entropy: setup.entropy,
            public_url: setup.public_url,
            console_host: None,
            api_host: None,
            mail: false,
            keeping: Keeping::default(),
            accounts: Accounts::default(),
            provider: None,
            due_seen: Mutex::new(None),
        })
    }

    /// Asks a draft beside the live version from now on.
    ///
    /// # Errors
    /// Where it cannot be used.
    pub fn shadow(&mut self, draft: &Pack) -> Result<(), PolicyError> {
        let rules = Rules::ready(Arc::new(Engine::compile(draft)?));
        self.shadow = Some(Arc::new(Shadow::new(rules)));
        Ok(())
    }

    /// What was applied again when this was opened.
    #[must_use]
    pub const fn applied_again(&self) -> Option<&AppliedAgain> {
        self.applied_again.as_ref()
    }

    /// Says that mails go out: somebody carries them.
    pub const fn has_mail(&mut self) {
        self.mail = true;
    }

    /// Whether mails go out.
    #[must_use]
    pub const fn mails(&self) -> bool {
        self.mail
    }

    /// The draft that is asked beside the live version.
    #[must_use]
    pub fn shadowed(&self) -> Option<&Shadow> {
        self.shadow.as_deref()
    }

    /// Leaves the data as a stopped service should: every decision in the log, the database whole.
    /// Nothing is decided any more.
    ///
    /// # Errors
    /// Where the database fails; nothing is lost then.
    pub fn settle(&self) -> Result<(), StoreError> {
        // an export that is made would keep the database from being settled
        self.stopping.store(true, Ordering::Relaxed);
        self.recorder.stop();
        self.keep_key_uses()?;
        self.store.settle(&self.serve)
    }

    /// Asked by long work between its steps.
    ///
    /// # Errors
    /// Where the service stops.
    pub(super) fn goes_on(&self) -> Result<(), StoreError> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err(StoreError::Stopping);
        }
        Ok(())
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> crate::domain::time::Now {
        self.clock.now()
    }

    /// The clock.
    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// The dice.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        self.entropy.as_ref()
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keyring {
        self.store.keys()
    }

    /// What checks decide by just now.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.index.view().rules().clone()
    }

    /// The index.
    #[must_use]
    pub fn index(&self) -> &Index<Rules> {
        &self.index
    }

    /// The address that customers' links begin with.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.store.origin()
    }

    /// Waits until the index has taken in everything that was committed before this call.
    /// Whatever was acknowledged before is then seen.
    ///
    /// # Errors
    /// [`follow::Stale`] where the head of the log cannot be learned in time.
    pub async fn fresh(&self) -> Result<(), follow::Stale> {
        self.head.fresh().await
    }

    /// Whether that is so already, as far as it can be told without waiting.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.head.at_mark()
    }

    /// The same for a caller that may block: whether the index has taken in everything that was
    /// committed before this call.
    #[must_use]
    pub fn catches_up(&self) -> bool {
        self.head.catches_up()
    }

    /// Why this node may not go on, where that was found: the log went another way than it followed, or the tables are
    /// for newer programs. It permits nothing any more, and has to be started anew.
    #[must_use]
    pub fn loss(&self) -> Option<Loss> {
        self.head.loss()
    }

    /// Whether the head of the log could be read when it was last tried.
    #[must_use]
    pub fn reads_the_head(&self) -> bool {
        self.head.healthy()
    }
}
