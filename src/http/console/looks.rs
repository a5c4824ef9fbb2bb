//! Alarms about unusual looking, for the pages that show them.

use crate::access::{Grant, ReadAccounts};
use crate::app::Refusal;
use crate::app::accounts::manage::name_in;
use crate::http::pages::{Language, LookAlarm};
use crate::http::site::Site;

/// Those of the last days. Blocks.
pub(super) fn raised(
    site: &Site,
    grant: &Grant<ReadAccounts>,
    language: Language,
) -> Result<Vec<LookAlarm>, Refusal> {
    let alarms = site.app.looks_raised(grant, site.app.now())?;
    if alarms.is_empty() {
        return Ok(Vec::new());
    }
    let accounts = site.app.staff_accounts(grant)?;
    let told = alarms.into_iter().map(|alarm| {
        let (staff, language) = (alarm.staff, language.code());
        LookAlarm {
            login: name_in(&accounts, staff),
            why: alarm.why.as_str(),
            persons: alarm.persons,
            at: alarm.at.with_timezone(&site.timezone),
            url: format!("/console/staff?lang={language}&kind=files&who={staff}#log"),
        }
    });
    Ok(told.collect())
}
