//! `GET /console/policies/{digest}`: one version, pack by pack, and of a draft what it changes.

use super::simulated::Simulated;
use super::{Desk, PATH};
use crate::access::{ChangePolicies, ReadPolicies};
use crate::app::Refusal;
use crate::app::policies::told::VersionTold;
use crate::domain::registry::redline;
use crate::http::browser::{self, Visit};
use crate::http::console::{allowed, frame, granted, problem};
use crate::http::pages::{
    ChangedPolicy, ChangedTerm, Language, PackRow, PolicyFault, PolicyPage, PolicyRow, ProblemKind,
    Words,
};
use crate::http::site::Site;
use crate::http::work::block;
use crate::policy::{
    Changed, Changes, Effect, PackContents, PolicyDescription, Term, Written, contents,
};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, web};

/// What was read of a version's files.
pub(super) struct Read {
    packs: Vec<PackContents>,
    changes: Option<Changes>,
}

/// The page of one version.
#[get("/console/policies/{digest}")]
pub(super) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    digest: web::Path<String>,
) -> HttpResponse {
    let visit = Visit::of(&request, &site);
    let open = match allowed::<ReadPolicies>(&site, &request, visit).await {
        Ok((open, _)) => open,
        Err(sent_away) => return sent_away,
    };
    let desk = match Desk::at(&site, visit, &open).await {
        Ok(desk) => desk,
        Err(sent_away) => return sent_away,
    };
    desk.version_page(&digest, None, None).await
}

impl Desk<'_> {
    /// The page of a version, with what a simulation found or why nothing was done.
    pub async fn version_page(
        &self,
        digest: &str,
        simulated: Option<Simulated>,
        fault: Option<PolicyFault>,
    ) -> HttpResponse {
        let Some(one) = self.version(digest) else {
            return self.not_found();
        };
        let Ok(read) = self.read(one).await else {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return problem(status, ProblemKind::Unavailable, self.visit, self.open);
        };
        let status = match fault {
            Some(_) => StatusCode::CONFLICT,
            None => StatusCode::OK,
        };
        let by_address = simulated.is_none() && fault.is_none();
        let page = self.page(one, read, simulated, fault, by_address);
        browser::page(status, page.render())
    }

    async fn read(&self, one: &VersionTold) -> Result<Read, crate::http::problem::Problem> {
        let (site, grant) = (self.site.clone(), granted::<ReadPolicies>(self.open));
        let (digest, is_draft) = (one.about.digest.clone(), one.about.state == "draft");
        block(move || {
            let grant = grant?;
            let pack = site.app.policy_pack(&grant, &digest)?;
            let damaged = |error: crate::policy::PolicyError| Refusal::Conflict {
                code: "policy_damaged",
                what: error.to_string(),
            };
            let live = is_draft.then(|| site.app.live_pack(&grant)).transpose()?;
            let changes = live.map(|live| Changes::between(&live, &pack)).transpose();
            Ok::<_, Refusal>(Read {
                packs: contents(&pack).map_err(damaged)?,
                changes: changes.map_err(damaged)?,
            })
        })
        .await
    }

    fn page(
        &self,
        one: &VersionTold,
        read: Read,
        simulated: Option<Simulated>,
        fault: Option<PolicyFault>,
        by_address: bool,
    ) -> PolicyPage {
        let w = self.words();
        let at = format!("{PATH}/{}", one.about.digest);
        let is_draft = one.about.state == "draft";
        let mut frame = frame(self.visit, self.open);
        if !by_address {
            // another language would be another request
            frame.switch_path = None;
        }
        let may = granted::<ChangePolicies>(self.open).is_ok();
        let approves = may && !self.is_own(one);
        let approve = simulated.as_ref().filter(|_| approves).map(|found| {
            let hidden = [
                ("live", self.told.live.clone()),
                ("allow_permits", found.needed().to_string()),
            ];
            self.form(format!("{at}/approve"), &hidden)
        });
        PolicyPage {
            frame,
            digest: one.about.digest.clone(),
            facts: self.facts(one),
            changes: read.changes.map(|changes| changed(w, &changes)),
            packs: read.packs.iter().map(|pack| row(w, pack)).collect(),
            simulation: simulated.map(|found| self.view(&found)),
            simulate: is_draft.then(|| self.form(format!("{at}/simulate"), &[])),
            approve,
            own: is_draft && self.is_own(one),
            fault,
        }
    }
}

/// Everything that a draft changes, as people read it.
fn changed(w: Words, changes: &Changes) -> Vec<ChangedPolicy> {
    let schema = changes.schema.then(|| ChangedPolicy {
        what: "schema",
        id: String::new(),
        terms: Vec::new(),
    });
    let packs = changes.packs.iter().map(|one| both(w, "pack", one));
    let removed = changes.removed.iter().map(|one| side(w, "removed", one));
    let added = changes.added.iter().map(|one| side(w, "added", one));
    let altered = changes.changed.iter().map(|one| both(w, "changed", one));
    let all = schema.into_iter().chain(packs).chain(removed);
    all.chain(added).chain(altered).collect()
}

fn both(w: Words, what: &'static str, one: &Changed) -> ChangedPolicy {
    let term = |Term { what, from, to }: &Term| ChangedTerm {
        label: w.code("policies-term", &what.replace([' ', '(', ')'], "")),
        lang: None,
        pieces: redline(
            from.as_deref().unwrap_or_default(),
            to.as_deref().unwrap_or_default(),
        ),
    };
    ChangedPolicy {
        what,
        id: one.id.clone(),
        terms: one.terms.iter().map(term).collect(),
    }
}

/// A policy that one side alone has.
fn side(w: Words, what: &'static str, one: &Written) -> ChangedPolicy {
    let policy = &one.description;
    let mut terms = vec![
        ("policies-term-effect", w.code("effect", effect(policy))),
        ("policies-term-reason", policy.reason.clone()),
        ("policies-term-source", policy.source.clone()),
        ("policies-term-words", spoken(w, policy).to_owned()),
    ];
    let clauses = one.conditions.iter();
    terms.extend(clauses.map(|clause| ("policies-term-condition", clause.clone())));
    let term = |(key, text): (&str, String)| ChangedTerm {
        label: w.get(key),
        lang: None,
        pieces: if what == "added" {
            redline("", &text)
        } else {
            redline(&text, "")
        },
    };
    ChangedPolicy {
        what,
        id: policy.id.clone(),
        terms: terms.into_iter().map(term).collect(),
    }
}

const fn effect(policy: &PolicyDescription) -> &'static str {
    match policy.effect {
        Effect::Permit => "permit",
        Effect::Deny => "deny",
    }
}

fn spoken(w: Words, policy: &PolicyDescription) -> &str {
    match w.language() {
        Language::Fr => &policy.fr,
        _ => &policy.en,
    }
}

fn row(w: Words, pack: &PackContents) -> PackRow {
    let policy = |one: &PolicyDescription| PolicyRow {
        id: one.id.clone(),
        effect: effect(one),
        reason: one.reason.clone(),
        rules: one.rules.join(" "),
        source: one.source.clone(),
        from: one.from,
        until: one.until,
        words: spoken(w, one).to_owned(),
    };
    PackRow {
        folder: pack.folder.clone(),
        name: pack.name.clone(),
        jurisdiction: pack.jurisdiction.clone(),
        from: pack.from,
        until: pack.until,
        policies: pack.policies.iter().map(policy).collect(),
    }
}
