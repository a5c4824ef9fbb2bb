//! The looks, one for each thing. They change nothing.

use super::{About, Finding, Found, Standing, SystemState};
use crate::access::{Grant, ReadKeys, ReadState};
use crate::app::create_key::is_near;
use crate::app::open::App;
use crate::app::refusal::Refusal;
use crate::domain::time::Now;
use crate::store::ListedKey;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

type Looked = Result<Vec<(Standing, Found)>, Refusal>;

/// Tasks of systems are looked at so long back.
const TASKS: TimeDelta = TimeDelta::days(30);

impl App {
    /// Looks at what the database holds, as far as somebody can mend it. Blocks.
    #[must_use]
    pub fn look_at_state(
        &self,
        (state, keys): (&Grant<ReadState>, &Grant<ReadKeys>),
        now: Now,
    ) -> Vec<Finding> {
        let looks: [(About, &dyn Fn() -> Looked); 8] = [
            (About::Clock, &|| self.look_at_clock(now)),
            (About::KeyFiles, &|| self.look_at_key_files(keys)),
            (About::SigningKeys, &|| self.look_at_signing_keys(keys)),
            (About::Policies, &|| self.look_at_policies()),
            (About::ApiKeys, &|| self.look_at_api_keys(state, now)),
            (About::Registers, &|| self.look_at_registers(state, now)),
            (About::Mails, &|| self.look_at_mails()),
            (About::Requests, &|| self.look_at_requests(now)),
        ];
        let registry = Finding {
            about: About::Database,
            standing: Standing::Ok,
            found: Found::Registry(self.origin().to_owned()),
        };
        let each = looks.into_iter().flat_map(|(about, look)| {
            let failed =
                |refusal: Refusal| vec![(Standing::Failed, Found::Unknown(refusal.to_string()))];
            let found = look().unwrap_or_else(failed).into_iter();
            found.map(move |(standing, found)| Finding {
                about,
                standing,
                found,
            })
        });
        std::iter::once(registry).chain(each).collect()
    }

    /// How the systems stand that hold data, with their tasks of the last days. Blocks.
    ///
    /// # Errors
    /// Where the data cannot be read.
    pub fn systems_state(
        &self,
        grant: &Grant<ReadState>,
        now: Now,
    ) -> Result<Vec<SystemState>, Refusal> {
        let systems = self.systems()?;
        let since = now.utc() - TASKS;
        let tasks = self.store.read(|tx| tx.tasks_since(grant, since))?;
        let state = systems.iter().map(|system| {
            let theirs = tasks.iter().filter(|(of, _)| *of == system.id.as_str());
            let open = theirs.filter(|(_, progress)| progress.outcome.is_none());
            let open: Vec<_> = open.collect();
            let failing = open.iter().filter_map(|(_, progress)| progress.last);
            let failing: Vec<_> = failing.collect();
            SystemState {
                id: system.id.to_string(),
                open: open.len() as u64,
                failing: failing.len() as u64,
                why: failing.last().map(|why| why.as_str().to_owned()),
            }
        });
        Ok(state.collect())
    }

    /// A clock that was ahead for a moment holds up every later time of the log.
    fn look_at_clock(&self, now: Now) -> Looked {
        let behind = self.clock_is_behind(now)?;
        let told = behind.map(|behind| (Standing::Wrong, Found::ClockBehind(behind)));
        Ok(or_sound(told.into_iter().collect()))
    }

    fn look_at_key_files(&self, grant: &Grant<ReadKeys>) -> Looked {
        let epochs = self.key_epochs(grant)?;
        let lost = epochs
            .into_iter()
            .filter(|one| one.persons > 0 && !one.file_is_there);
        let told = lost.filter_map(|one| {
            let missing = Found::KeyFileMissing(one.file?, one.persons);
            Some((Standing::Failed, missing))
        });
        Ok(or_sound(told.collect()))
    }

    fn look_at_signing_keys(&self, grant: &Grant<ReadKeys>) -> Looked {
        let keys = self.signing_inventory(grant)?;
        let lost = keys.into_iter().filter(|key| key.state == "lost");
        let told = lost.map(|key| (Standing::Failed, Found::SigningKeyLost(key.told.id)));
        Ok(or_sound(told.collect()))
    }

    fn look_at_policies(&self) -> Looked {
        let rules = self.live_rules()?;
        Ok(vec![match rules.engine() {
            Ok(engine) if engine.is_by_cedar() => (Standing::Wrong, Found::ByCedar),
            Ok(_) => (Standing::Ok, Found::InForce(rules.version().to_string())),
            Err(error) => (Standing::Failed, Found::Broken(error.to_string())),
        }])
    }

    /// A key that ends stops whatever uses it.
    fn look_at_api_keys(&self, grant: &Grant<ReadState>, now: Now) -> Looked {
        let all = self.keys_listed(grant)?;
        let soon = ending(&all, |at| is_near(at, now.utc()));
        let over = ending(&all, |at| at <= now.utc());
        let mut told = Vec::new();
        told.extend(soon.map(|keys| (Standing::Wrong, Found::KeysEnding(keys))));
        told.extend(over.map(|keys| (Standing::Note, Found::KeysOver(keys))));
        Ok(or_sound(told))
    }

    fn look_at_registers(&self, grant: &Grant<ReadState>, now: Now) -> Looked {
        let all = self.registers(grant, now)?;
        let loaded = all.iter().filter(|one| one.loaded.is_some());
        let told = loaded.map(|one| {
            let standing = if one.fresh {
                Standing::Ok
            } else {
                Standing::Wrong
            };
            let name = one.register.as_str().to_owned();
            (standing, Found::Register(name, one.last_day(), one.fresh))
        });
        let told: Vec<_> = told.collect();
        if told.is_empty() {
            return Ok(vec![(Standing::Note, Found::NoRegister)]);
        }
        Ok(told)
    }

    fn look_at_mails(&self) -> Looked {
        let (waiting, dead) = self.mail_counts()?;
        Ok(vec![(wrong_if(dead > 0), Found::Mails(waiting, dead))])
    }

    fn look_at_requests(&self, now: Now) -> Looked {
        let (near, late) = self.requests_due(now)?;
        Ok(vec![(wrong_if(late > 0), Found::Requests(near, late))])
    }
}

const fn sound() -> (Standing, Found) {
    (Standing::Ok, Found::Sound)
}

fn or_sound(told: Vec<(Standing, Found)>) -> Vec<(Standing, Found)> {
    if told.is_empty() { vec![sound()] } else { told }
}

const fn wrong_if(wrong: bool) -> Standing {
    if wrong { Standing::Wrong } else { Standing::Ok }
}

/// The keys that open and end so, by name and day; none where there are none.
fn ending(
    all: &[ListedKey],
    ends: impl Fn(DateTime<Utc>) -> bool,
) -> Option<Vec<(String, NaiveDate)>> {
    let live = all.iter().filter(|key| key.revoked_at.is_none());
    let ending = live.filter(|key| ends(key.terms.expires_at));
    let named = ending.map(|key| {
        let day = key.terms.expires_at.date_naive();
        (key.terms.name.clone(), day)
    });
    let named: Vec<_> = named.collect();
    (!named.is_empty()).then_some(named)
}
