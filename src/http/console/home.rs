//! The console's first page.

use super::{agent, background, frame, granted, session, to};
use crate::access::{
    CheckDecisions, ExportAudit, KeepRetention, Permission, ReadAccounts, ReadCatalogue,
    ReadFigures, ReadImports, ReadKeys, ReadPolicies, ReadRequests, ReadState, ServeCustomers,
    SettleDisputes,
};
use crate::app::Refusal;
use crate::app::witness::Vouchers;
use crate::audit::checkpoint::Checkpoint;
use crate::audit::note::unverified_text;
use crate::domain::registry::{self, Catalogue};
use crate::domain::time::from_micros;
use crate::http::browser::{self, Form, Visit};
use crate::http::pages::{
    CheckpointSummary, ConsoleHomePage, Count, CountKind, ExportError, ExportForm, Language,
    LookAlarm, Pick, PostForm, Text, Vouched,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::store::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{Datelike, NaiveDate};

/// What the export form held when it was posted.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub from: String,
    pub to: String,
    pub controller: String,
    pub purpose: String,
    pub campaign: String,
    pub errors: Vec<ExportError>,
}

impl Asked {
    /// What a posted form held.
    pub fn of(form: &Form, errors: Vec<ExportError>) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        Self {
            from: text("from"),
            to: text("to"),
            controller: text("controller"),
            purpose: text("purpose"),
            campaign: text("campaign"),
            errors,
        }
    }

    /// The month so far.
    pub fn this_month(site: &Site) -> Self {
        let today = site
            .app
            .now()
            .utc()
            .with_timezone(&site.timezone)
            .date_naive();
        let first = NaiveDate::from_ymd_opt(today.year(), today.month(), 1).unwrap_or(today);
        Self {
            from: first.to_string(),
            to: today.to_string(),
            ..Self::default()
        }
    }
}

/// Counts, the latest checkpoint, the export form.
#[get("/console")]
pub async fn home(site: web::Data<Site>, request: HttpRequest) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let Some(open) = session(&site, &request).await else {
        return to("/console/sign-in");
    };
    if granted::<ServeCustomers>(&open).is_ok() {
        return to(agent::PATH);
    }
    let asked = Asked::this_month(&site);
    browser::page(StatusCode::OK, page(&site, visit, &open, asked).await)
}

/// What others said last of the log, in the site's time.
pub(super) fn vouched(site: &Site, vouchers: Vouchers) -> Vec<Vouched> {
    let one = |witness, size, at: i64| Vouched {
        witness,
        size,
        at: from_micros(at.saturating_mul(1_000_000)).with_timezone(&site.timezone),
    };
    let cosigned = vouchers.cosigned.into_iter();
    let cosigned = cosigned.map(|(name, size, at)| one(Some(name), size, at));
    let stamped = vouchers.stamped.into_iter();
    cosigned
        .chain(stamped.map(|(size, at)| one(None, size, at)))
        .collect()
}

/// The page.
pub(super) async fn page(
    site: &web::Data<Site>,
    visit: Visit<'_>,
    open: &Session,
    asked: Asked,
) -> String {
    let signed = {
        let site = site.clone();
        let look =
            move || Ok::<_, Refusal>((site.app.sign_head(site.app.now())?, site.app.vouchers()?));
        block(look).await.ok()
    };
    let checkpoint = signed.and_then(|(signed, vouchers)| {
        let text = unverified_text(&signed.note).ok()?;
        let read: Checkpoint = text.parse().ok()?;
        Some(CheckpointSummary {
            origin: read.origin,
            size: read.size,
            root_short: crate::audit::encoding::hex(&read.root)
                .chars()
                .take(16)
                .collect(),
            at: from_micros(signed.signed_at).with_timezone(&site.timezone),
            vouched: vouched(site, vouchers),
        })
    });
    let catalogue = site.app.index().view().catalogue().clone();
    ConsoleHomePage {
        frame: frame(visit, open),
        counts: counts(site),
        checkpoint,
        due: due(site, open).await,
        looks: looks(site, open, visit).await,
        export: export_form("/console/exports", &catalogue, visit.language, open, asked),
        exports_packages: granted::<ExportAudit>(open).is_ok(),
        links: links(open),
        exports: background::latest(site, open, visit).await,
    }
    .render()
}

/// What there is. How many people a node knows that holds a part of them says nothing to anybody.
fn counts(site: &Site) -> Vec<Count> {
    let (index, view) = (site.app.index(), site.app.index().view());
    let purposes = view.catalogue().purposes.len();
    let all = [
        (CountKind::Subjects, view.persons() as u64),
        (CountKind::Entries, view.position()),
        (CountKind::Purposes, purposes as u64),
    ];
    let is_shown = |kind: &CountKind| index.shard().is_none() || *kind != CountKind::Subjects;
    let shown = all.into_iter().filter(|(kind, _)| is_shown(kind));
    shown.map(|(kind, value)| Count { kind, value }).collect()
}

/// The pages that whoever is in may open.
fn links(open: &Session) -> Vec<(&'static str, &'static str)> {
    fn may<P: Permission>(open: &Session) -> bool {
        granted::<P>(open).is_ok()
    }
    let reports = may::<ExportAudit>(open) || may::<ReadFigures>(open);
    let pages = [
        (reports, "/console/reports", "reports-open"),
        (
            may::<ReadCatalogue>(open),
            "/console/purposes",
            "purposes-title",
        ),
        (
            may::<ReadPolicies>(open),
            "/console/policies",
            "policies-title",
        ),
        (
            may::<CheckDecisions>(open),
            "/console/check",
            "checking-title",
        ),
        (
            may::<ReadImports>(open),
            "/console/imports",
            "imports-title",
        ),
        (
            may::<KeepRetention>(open),
            "/console/retention",
            "retention-title",
        ),
        (may::<ReadCatalogue>(open), "/console/codes", "codes-title"),
        (
            may::<SettleDisputes>(open),
            "/console/disputes",
            "disputes-title",
        ),
        (may::<ReadAccounts>(open), "/console/staff", "staff-title"),
        (may::<ReadState>(open), "/console/system", "system-title"),
        (may::<ReadKeys>(open), "/console/keys", "keys-open"),
    ];
    let open = pages.into_iter().filter(|(may, _, _)| *may);
    open.map(|(_, url, name)| (url, name)).collect()
}

/// How many requests are near their last day, and how many are late, for whoever keeps them.
async fn due(site: &web::Data<Site>, open: &Session) -> Option<(u64, u64)> {
    granted::<ReadRequests>(open).ok()?;
    let asking = site.clone();
    block(move || asking.app.requests_due(asking.app.now()))
        .await
        .ok()
}

/// The alarms about unusual looking, for whoever keeps accounts.
async fn looks(site: &web::Data<Site>, open: &Session, visit: Visit<'_>) -> Vec<LookAlarm> {
    let Ok(grant) = granted(open) else {
        return Vec::new();
    };
    let (asking, language) = (site.clone(), visit.language.for_staff());
    let read = block(move || super::looks::raised(&asking, &grant, language));
    read.await.unwrap_or_default()
}

/// The fields by which a period, a brand and a purpose are chosen.
pub(super) fn export_form(
    action: &str,
    catalogue: &Catalogue,
    language: Language,
    open: &Session,
    asked: Asked,
) -> ExportForm {
    let controllers = catalogue.controllers.values().map(|controller| Pick {
        value: controller.id.to_string(),
        label: Text::new(controller.name.clone()),
        selected: asked.controller == controller.id.as_str(),
    });
    let wanted = registry::Language::parse(language.code()).unwrap_or(registry::Language::FR);
    let purposes = catalogue.purposes.values().map(|purpose| Pick {
        value: purpose.id.to_string(),
        label: Text::new(
            purpose
                .title
                .in_or_else(wanted)
                .map_or("", |(_, text)| text),
        ),
        selected: asked.purpose == purpose.id.as_str(),
    });
    ExportForm {
        form: PostForm {
            action_url: action.into(),
            hidden: vec![("csrf".into(), open.csrf.clone())],
        },
        from: asked.from,
        to: asked.to,
        controllers: controllers.collect(),
        purposes: purposes.collect(),
        campaign: asked.campaign,
        errors: asked.errors,
    }
}
