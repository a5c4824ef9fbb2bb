//! From a row of a file to consents that read and fit what is in force.

use super::ImportFile;
use crate::app::contact::{Named, contact};
use crate::app::record::{Claim, Consent, look};
use crate::app::refusal::{FieldProblem, Refusal};
use crate::app::told_act::ToldAct;
use crate::domain::import::{ImportClaim, ImportRow, ImportStatus, LineError, Mapping};
use crate::domain::registry::{Act, Answer, Catalogue, Channel, NoticeRef, Source, SourceKind};
use crate::domain::time::Now;
use crate::store::keys::Keyring;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A line about one person.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub number: u64,
    pub named: Named,
    pub consents: Vec<Consent>,
}

/// What lines are read with.
pub(super) struct Lines<'a> {
    pub keys: &'a Keyring,
    pub catalogue: &'a Catalogue,
    pub source: &'a str,
    pub file: &'a ImportFile,
    pub now: Now,
}

impl Lines<'_> {
    /// The line, and what is wrong with it. Of a line that is wrong somewhere only the noes are
    /// kept: a no is taken where it can be understood, a yes where the whole line can.
    pub fn read(&self, row: ImportRow) -> (Line, Option<LineError>) {
        let contacts = row
            .identifiers
            .into_iter()
            .map(|identifier| contact(self.keys, identifier));
        let named = Named {
            contacts: contacts.collect(),
            hashes: Vec::new(),
        };
        let (mut consents, mut wrong) = (Vec::with_capacity(row.claims.len()), None);
        for claim in row.claims {
            match self.consent(&named, row.line, claim) {
                Ok(consent) => consents.push(consent),
                Err(problems) => {
                    wrong = wrong.or(problems.first().map(|problem| error(row.line, problem)));
                }
            }
        }
        if wrong.is_some() {
            consents.retain(|consent| consent.status.is_no());
        }
        (
            Line {
                number: row.line,
                named,
                consents,
            },
            wrong,
        )
    }

    fn consent(
        &self,
        named: &Named,
        line: u64,
        claim: ImportClaim,
    ) -> Result<Consent, Vec<FieldProblem>> {
        let (proof, told) = (claim.proof, told(&claim));
        let mut evidence: Map<String, Value> = claim
            .evidence
            .into_iter()
            .map(|(name, text)| (name, text.into()))
            .collect();
        evidence.insert("file_sha256".into(), self.file.sha256.as_str().into());
        evidence.insert("line".into(), json!(line));
        let claim = Claim {
            named: named.clone(),
            purpose: claim.purpose,
            channel: claim.channel,
            status: answer(claim.status).as_str().to_owned(),
            notice: claim.notice,
            language: claim.language.map(|tag| primary(&tag)),
            source: Source {
                kind: SourceKind::Import,
                id: Some(self.source.to_owned()),
                agent: None,
            },
            told,
            collected_at: claim.collected_at,
            valid_for: None,
            evidence: Some(Value::Object(evidence)),
            confirm: None,
        };
        let consent = look(self.catalogue, "", claim, self.now)?;
        Ok(Consent {
            proof: consent.status.is_no() || proof,
            ..consent
        })
    }
}

/// What the mapping tells of the act. A file that tells of none was taken over.
fn told(claim: &ImportClaim) -> ToldAct {
    let act = claim.manner.act.unwrap_or(Act::Imported);
    let confirmed = claim
        .confirmed_at
        .map(|at| ("confirmed".to_owned(), Some(at)));
    let yes = claim.status == ImportStatus::Given;
    ToldAct {
        double_opt_in: confirmed,
        given_by: claim.manner.given_by.map(|by| by.as_str().to_owned()),
        explicit: claim.manner.explicit.filter(|_| yes),
        phone_number_verified: claim.manner.phone_number_verified,
        ..ToldAct::by(act)
    }
}

const fn answer(status: ImportStatus) -> Answer {
    match status {
        ImportStatus::Given => Answer::Given,
        ImportStatus::Refused => Answer::Refused,
        ImportStatus::Withdrawn => Answer::Withdrawn,
    }
}

/// `pt` of `pt-BR`: notices are published by language, not by region (RFC 4647, 3.4).
fn primary(tag: &str) -> String {
    tag.split('-').next().unwrap_or(tag).to_owned()
}

fn error(line: u64, problem: &FieldProblem) -> LineError {
    let field = problem.pointer.trim_start_matches('/');
    let (what, mend) = problem
        .detail
        .split_once("; ")
        .unwrap_or((&problem.detail, "Correct the cell, or the mapping."));
    LineError {
        line,
        column: None,
        code: problem.code,
        what: format!("the {field}: {what}"),
        mend: mend.to_owned(),
    }
}

/// Refuses a mapping that names what is not in force, naming everything.
///
/// # Errors
/// [`Refusal::Invalid`]; nothing has been read then.
pub(super) fn check_mapping(catalogue: &Catalogue, mapping: &Mapping) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    for (purpose, channel) in mapping.claims().collect::<BTreeSet<_>>() {
        problems.extend(misfit(catalogue, purpose, channel));
    }
    for notice in mapping.notices().collect::<BTreeSet<_>>() {
        let known = notice
            .parse::<NoticeRef>()
            .is_ok_and(|notice| catalogue.notices.contains_key(&notice));
        if !known {
            let detail = format!(
                "the notice {notice} was never published; publish it first, or name another in the mapping"
            );
            problems.push(FieldProblem::new(
                "/mapping/consent/notice",
                "notice_unknown",
                detail,
            ));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(problems))
    }
}

fn misfit(catalogue: &Catalogue, purpose: &str, channel: &str) -> Option<FieldProblem> {
    let Some(known) = catalogue.purpose(purpose) else {
        let detail = format!(
            "the purpose {purpose} is not in force; publish it first, or name another in the mapping"
        );
        return Some(FieldProblem::new(
            "/mapping/consent/purpose",
            "purpose_unknown",
            detail,
        ));
    };
    let of_purpose =
        Channel::parse(channel).is_some_and(|channel| known.channels.contains(&channel));
    if of_purpose {
        return None;
    }
    let names: Vec<&str> = known
        .channels
        .iter()
        .map(|channel| channel.as_str())
        .collect();
    let detail = format!(
        "the purpose {purpose} is not declared for {channel}, only for {}; correct the mapping",
        names.join(", ")
    );
    Some(FieldProblem::new(
        "/mapping/consent/channel",
        "channel_not_of_purpose",
        detail,
    ))
}
