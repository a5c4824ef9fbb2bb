//! What the database holds, as far as an operator can mend it. It is opened only where that changes nothing: where
//! it is there, and its tables are those of this program.

use super::{Finding, Standing, found, out};
use crate::access::{LoadRegisters, ManageAccess, Principal, ReadKeys, authorize};
use crate::app::clock::ClockJump;
use crate::app::create_key::is_near;
use crate::app::{App, Refusal};
use crate::cli::config::Config;
use crate::cli::{Places, open_as_it_is};
use crate::domain::time::Now;
use crate::store::{DatabaseUrl, Tables, tables_of};
use chrono::{DateTime, Utc};

const EXPOSED: &str = "what is said to it goes unencrypted over a network: let database_url (and database_owner_url) end with \
                       ?sslmode=verify-full, and &sslrootcert=FILE where the authority is your own";

type Looked = Result<Vec<Finding>, Refusal>;

pub(super) fn look(config: &Config, places: &Places) -> Vec<Finding> {
    let about = "database";
    if let DatabaseUrl::Sqlite(file) = &places.database
        && !file.exists()
    {
        let told = format!("{} is not there: placet serve makes it", file.display());
        return vec![found(about, Standing::Failed, told)];
    }
    let standing = match tables_of(&places.database) {
        Ok(Tables::OfThisProgram) => None,
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
    if !places.master_key.exists() {
        return Vec::new();
    }
    match open_as_it_is(config) {
        Ok(app) => {
            let mut all = opened(&app);
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
    let now = app.now();
    let looks: [(&'static str, &dyn Fn() -> Looked); 8] = [
        ("clock", &|| clock(app, now)),
        ("key files", &|| key_files(app)),
        ("signing keys", &|| signing_keys(app)),
        ("policies", &|| policies(app)),
        ("API keys", &|| api_keys(app, now)),
        ("opt-out registers", &|| registers(app, now)),
        ("mails", &|| mails(app)),
        ("requests of data subjects", &|| requests(app, now)),
    ];
    let mut all = vec![found("database", Standing::Ok, app.origin())];
    for (about, look) in looks {
        all.extend(
            look().unwrap_or_else(|refusal| {
                vec![found(about, Standing::Failed, refusal.to_string())]
            }),
        );
    }
    all
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

/// A clock that was ahead for a moment holds up every later time of the log.
fn clock(app: &App, now: Now) -> Looked {
    let about = "clock";
    let jump = app.watch_clock(now)?;
    Ok(vec![match jump {
        Some(back @ ClockJump::Back(_)) => found(about, Standing::Wrong, back.to_string()),
        _ => found(about, Standing::Ok, "not behind the log"),
    }])
}

/// A key that ends stops whatever uses it.
fn api_keys(app: &App, now: Now) -> Looked {
    let about = "API keys";
    let grant = authorize::<ManageAccess>(&Principal::Operator)?;
    let all = app.keys_listed(&grant)?;
    let live: Vec<_> = all.iter().filter(|key| key.revoked_at.is_none()).collect();
    let told = |what: &str, ends: &dyn Fn(DateTime<Utc>) -> bool| {
        let ending = live.iter().filter(|key| ends(key.terms.expires_at));
        let named: Vec<String> = ending
            .map(|key| format!("{} ({})", key.terms.name, key.terms.expires_at.date_naive()))
            .collect();
        (!named.is_empty()).then(|| format!("{what}: {}", named.join(", ")))
    };
    let soon = told("end within 30 days, make new ones", &|at| {
        is_near(at, now.utc())
    });
    let over = told("are over, revoke them", &|at| at <= now.utc());
    let mut findings: Vec<Finding> = soon
        .map(|told| found(about, Standing::Wrong, told))
        .into_iter()
        .collect();
    findings.extend(over.map(|told| found(about, Standing::Note, told)));
    if findings.is_empty() {
        findings.push(found(about, Standing::Ok, "none ends within 30 days"));
    }
    Ok(findings)
}

fn key_files(app: &App) -> Looked {
    let about = "key files";
    let grant = authorize::<ReadKeys>(&Principal::Operator)?;
    let epochs = app.key_epochs(&grant)?;
    let lost = epochs
        .iter()
        .filter(|one| one.persons > 0 && !one.file_is_there)
        .filter_map(|one| Some((one.file.as_ref()?, one.persons)));
    let told: Vec<Finding> = lost
        .map(|(file, persons)| {
            let told = format!(
                "{file} is not there, and {persons} persons' keys are wrapped under it: copy it back from where \
                 key files are kept apart"
            );
            found(about, Standing::Failed, told)
        })
        .collect();
    if told.is_empty() {
        return Ok(vec![found(
            about,
            Standing::Ok,
            "every one in use is there",
        )]);
    }
    Ok(told)
}

fn signing_keys(app: &App) -> Looked {
    let about = "signing keys";
    let grant = authorize::<ReadKeys>(&Principal::Operator)?;
    let keys = app.signing_inventory(&grant)?;
    let lost = keys.iter().filter(|key| key.state == "lost");
    let told: Vec<Finding> = lost
        .map(|key| {
            let told = format!(
                "{} signs the log and cannot be opened: placet keys replace-lost-signing",
                key.told.id
            );
            found(about, Standing::Failed, told)
        })
        .collect();
    if told.is_empty() {
        return Ok(vec![found(about, Standing::Ok, "the log can be signed")]);
    }
    Ok(told)
}

fn policies(app: &App) -> Looked {
    let about = "policies";
    let rules = app.live_rules()?;
    Ok(vec![match rules.engine() {
        Ok(engine) if engine.is_by_cedar() => {
            let told =
                "the compiled form differed from Cedar: checks are right and slow; report it";
            found(about, Standing::Wrong, told)
        }
        Ok(_) => found(about, Standing::Ok, rules.version().to_string()),
        Err(error) => found(
            about,
            Standing::Failed,
            format!("every check is denied: {error}"),
        ),
    }])
}

fn registers(app: &App, now: Now) -> Looked {
    let about = "opt-out registers";
    let grant = authorize::<LoadRegisters>(&Principal::Operator)?;
    let all = app.registers(&grant, now)?;
    let loaded: Vec<_> = all.iter().filter(|one| one.loaded.is_some()).collect();
    if loaded.is_empty() {
        let told = "none is loaded: uses that need one are denied (placet register load)";
        return Ok(vec![found(about, Standing::Note, told)]);
    }
    let told = loaded.into_iter().map(|one| {
        let (name, last) = (one.register.as_str(), one.last_day());
        let until = last.map(|day| day.to_string()).unwrap_or_default();
        if one.fresh {
            return found(
                about,
                Standing::Ok,
                format!("{name}, to be used until {until}"),
            );
        }
        let told = format!(
            "{name} could be used until {until}: load a newer list; uses that need it are denied"
        );
        found(about, Standing::Wrong, told)
    });
    Ok(told.collect())
}

fn mails(app: &App) -> Looked {
    let (waiting, dead) = app.mail_counts()?;
    Ok(vec![if dead > 0 {
        let told = format!("{dead} were given up, {waiting} wait: see why, then placet mail retry");
        found("mails", Standing::Wrong, told)
    } else {
        found("mails", Standing::Ok, format!("{waiting} wait"))
    }])
}

fn requests(app: &App, now: Now) -> Looked {
    let about = "requests of data subjects";
    let (near, late) = app.requests_due(now)?;
    Ok(vec![if late > 0 {
        let told = format!("{late} are late, {near} due within seven days: tell the DPO");
        found(about, Standing::Wrong, told)
    } else {
        found(
            about,
            Standing::Ok,
            format!("{near} due within seven days, none late"),
        )
    }])
}
