//! What the database holds, as far as an operator can mend it. It is opened only where that changes nothing: where
//! it is there, and its tables are those of this program, or of a newer one that lets it work on.

use super::{Finding, Standing, found, out};
use crate::access::{Principal, ReadKeys, ReadState, authorize};
use crate::app::App;
use crate::app::clock::ClockJump;
use crate::app::state::{self, About, Found};
use crate::cli::config::Config;
use crate::cli::{Places, open_as_it_is};
use crate::store::{DatabaseUrl, Tables, tables_of};
use chrono::NaiveDate;

const EXPOSED: &str = "what is said to it goes unencrypted over a network: let database_url (and database_owner_url) end with \
                       ?sslmode=verify-full, and &sslrootcert=FILE where the authority is your own";

const EXPANDED: &str =
    "its tables are those of a newer version, which lets this one work on while it is replaced";

pub(super) fn look(config: &Config, places: &Places) -> Vec<Finding> {
    let about = "database";
    if let DatabaseUrl::Sqlite(file) = &places.database
        && !file.exists()
    {
        let told = format!("{} is not there: placet serve makes it", file.display());
        return vec![found(about, Standing::Failed, told)];
    }
    let mut all = Vec::new();
    let standing = match tables_of(&places.database) {
        Ok(Tables::OfThisProgram) => None,
        Ok(Tables::Expanded) => {
            all.push(found(about, Standing::Note, EXPANDED));
            None
        }
        Ok(Tables::Older) => Some(
            "its tables are those of an older version: the next start of this one brings them up to date; \
             back up before that",
        ),
        Ok(Tables::Newer) => Some("its tables are those of a newer version: run that one"),
        Err(error) => return vec![found(about, Standing::Failed, error.to_string())],
    };
    if let Some(told) = standing {
        return vec![found(about, Standing::Wrong, told)];
    }
    // without its key nothing is opened, and none is made for it
    if !places.master_key.is_there() {
        return all;
    }
    match open_as_it_is(config) {
        Ok(app) => {
            all.extend(opened(&app));
            if matches!(places.database, DatabaseUrl::Postgres(_)) {
                all.push(rights(&app));
            }
            if places.database.is_exposed() {
                all.push(found("line to the database", Standing::Note, EXPOSED));
            }
            all.extend(out::registered(config, &app.systems().unwrap_or_default()));
            all
        }
        Err(failure) => vec![found(about, Standing::Failed, failure.to_string())],
    }
}

fn opened(app: &App) -> Vec<Finding> {
    let looking = authorize::<ReadState>(&Principal::Operator);
    let (Ok(state), Ok(keys)) = (looking, authorize::<ReadKeys>(&Principal::Operator)) else {
        return Vec::new();
    };
    let all = app.look_at_state((&state, &keys), app.now());
    let told =
        |one: state::Finding| found(about(one.about), one.standing, told(one.about, one.found));
    all.into_iter().map(told).collect()
}

const fn about(what: About) -> &'static str {
    match what {
        About::Database => "database",
        About::Clock => "clock",
        About::KeyFiles => "key files",
        About::SigningKeys => "signing keys",
        About::Policies => "policies",
        About::ApiKeys => "API keys",
        About::Registers => "opt-out registers",
        About::Mails => "mails",
        About::Requests => "requests of data subjects",
    }
}

/// What was found, and how it is mended.
fn told(about: About, what: Found) -> String {
    match what {
        Found::Registry(text) | Found::InForce(text) | Found::Unknown(text) => text,
        Found::Sound => sound(about).to_owned(),
        Found::ClockBehind(behind) => ClockJump::Back(behind).to_string(),
        Found::KeyFileMissing(file, persons) => format!(
            "{file} is not there, and {persons} persons' keys are wrapped under it: copy it back from where \
             key files are kept apart"
        ),
        Found::SigningKeyLost(id) => {
            format!("{id} signs the log and cannot be opened: placet keys replace-lost-signing")
        }
        Found::ByCedar => {
            "the compiled form differed from Cedar: checks are right and slow; report it".to_owned()
        }
        Found::Broken(error) => format!("every check is denied: {error}"),
        Found::KeysEnding(keys) => {
            format!("end within 30 days, make new ones: {}", named(&keys))
        }
        Found::KeysOver(keys) => format!("are over, revoke them: {}", named(&keys)),
        Found::NoRegister => {
            "none is loaded: uses that need one are denied (placet register load)".to_owned()
        }
        Found::Register(name, last, fresh) => register(&name, last, fresh),
        Found::Mails(waiting, 0) => format!("{waiting} wait"),
        Found::Mails(waiting, dead) => {
            format!("{dead} were given up, {waiting} wait: see why, then placet mail retry")
        }
        Found::Requests(near, 0) => format!("{near} due within seven days, none late"),
        Found::Requests(near, late) => {
            format!("{late} are late, {near} due within seven days: tell the DPO")
        }
    }
}

const fn sound(about: About) -> &'static str {
    match about {
        About::Clock => "not behind the log",
        About::KeyFiles => "every one in use is there",
        About::SigningKeys => "the log can be signed",
        About::ApiKeys => "none ends within 30 days",
        _ => "as it should be",
    }
}

fn named(keys: &[(String, NaiveDate)]) -> String {
    let named = keys.iter().map(|(name, day)| format!("{name} ({day})"));
    named.collect::<Vec<_>>().join(", ")
}

fn register(name: &str, last: Option<NaiveDate>, fresh: bool) -> String {
    let until = last.map(|day| day.to_string()).unwrap_or_default();
    if fresh {
        return format!("{name}, to be used until {until}");
    }
    format!("{name} could be used until {until}: load a newer list; uses that need it are denied")
}

/// A role of its own keeps the service from the past, whatever somebody makes it do.
fn rights(app: &App) -> Finding {
    let about = "rights in the database";
    match app.can_rewrite_log() {
        Ok(false) => found(
            about,
            Standing::Ok,
            "the service adds to the log and cannot change it",
        ),
        Ok(true) => found(
            about,
            Standing::Note,
            "the service could change what the log says: give it a role that owns nothing, and the owner's address as database_owner_url",
        ),
        Err(error) => found(about, Standing::Failed, error.to_string()),
    }
}
