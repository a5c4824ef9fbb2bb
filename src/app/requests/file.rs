//! Files requests of data subjects, whoever they are of.

use super::tasks::plan_by_itself;
use super::view::today;
use crate::access::Grant;
use crate::app::contact::Named;
use crate::app::holds::lock_where_held;
use crate::app::mail::about::{self, Addressed};
use crate::app::open::App;
use crate::app::refusal::{FieldProblem, Refusal};
use crate::domain::calendar::local_time;
use crate::domain::ids::{DsrId, SubjectId};
use crate::domain::registry::Objection;
use crate::domain::requests::{LONGEST_TEXT, Made, Mandate, Receipt, Request, RequestKind, Via};
use crate::domain::time::Now;
use crate::store::{Committed, Entry, IdempotencyKey, Order, Records, StoreError, WriteTx};
use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;

/// The longest name of a place, an agent or a mandate, in characters.
const LONGEST_NAME: usize = 200;
/// So many requests one write takes.
pub const MOST: usize = 1_000;

/// A request as it is put, not yet looked at.
#[derive(Debug, Clone)]
pub struct FileClaim {
    /// Who it is of.
    pub named: Named,
    /// What is asked for: a word of [`RequestKind`].
    pub kind: String,
    /// How it came in: a word of [`Via`].
    pub via: String,
    /// On which day, or at which instant; now where left out.
    pub received_at: Option<String>,
    /// Whose public holidays count; the controller's own where left out.
    pub country: Option<String>,
    /// Where it was received.
    pub place: Option<String>,
    /// What the person wrote.
    pub text: Option<String>,
    /// Who asks for them.
    pub mandate: Option<Mandate>,
}

/// A request that was written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Filed {
    /// How it stands.
    pub request: Request,
    /// Which of the write's entries is its receipt.
    pub entry: usize,
}

/// A claim that reads and fits.
struct Fits {
    receipt: Receipt,
    made: Made,
    named: Named,
    pointer: String,
}

impl App {
    /// Writes requests down in one transaction. Whether anybody is known by the contact points, the answer
    /// is the same.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming every bad field of every element; nothing is written then.
    pub async fn file_requests<P: Records + 'static>(
        &self,
        grant: &Grant<P>,
        claims: Vec<(String, FileClaim)>,
        now: Now,
        idempotency: Option<IdempotencyKey>,
    ) -> Result<Committed<Vec<Filed>>, Refusal> {
        let fits = self.look_at_all(claims, now).map_err(Refusal::Invalid)?;
        let order = Order {
            blinds: fits.iter().flat_map(|one| one.named.blinds()).collect(),
            idempotency,
            ..Order::at(now)
        };
        let (actor, post, day) = (
            grant.clone(),
            self.request_post(),
            today(now, self.home_zone),
        );
        self.store
            .write(grant, order, move |tx| {
                let (mut last, mut filed) = (None, Vec::with_capacity(fits.len()));
                for one in &fits {
                    let subject = whom(tx, &actor, one)?;
                    let (receipt, made) = (one.receipt.clone(), one.made.clone());
                    let (entry, request) = receive(tx, &actor, subject, receipt, made)?;
                    let number = entry.index().saturating_sub(1);
                    let planned = planned(tx, &actor, &request, subject)?;
                    let to = Addressed::LongestKnown;
                    about::acknowledge(tx, &actor, (subject, &request), &post, to)?;
                    filed.push(Filed {
                        request,
                        entry: number,
                    });
                    let entry = planned.unwrap_or(entry);
                    let kind = one.receipt.kind;
                    last = Some(effect(tx, &actor, (subject, kind), day)?.unwrap_or(entry));
                }
                Ok(last.ok_or_else(none)?.with(filed))
            })
            .await
    }

    fn look_at_all(
        &self,
        claims: Vec<(String, FileClaim)>,
        now: Now,
    ) -> Result<Vec<Fits>, Vec<FieldProblem>> {
        let (mut fits, mut problems) = (Vec::with_capacity(claims.len()), Vec::new());
        for (pointer, claim) in claims {
            match self.look_at_request(pointer, claim, now) {
                Ok(one) => fits.push(one),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(fits)
        } else {
            Err(problems)
        }
    }

    fn look_at_request(
        &self,
        pointer: String,
        claim: FileClaim,
        now: Now,
    ) -> Result<Fits, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut told = |found: Vec<FieldProblem>| problems.extend(found);
        let (at_kind, at_via) = (format!("{pointer}/kind"), format!("{pointer}/via"));
        let kind = word(&at_kind, &claim.kind, RequestKind::ALL, RequestKind::as_str);
        let kind = kind.map_err(&mut told).ok();
        let via = word(&at_via, &claim.via, Via::ALL, Via::as_str);
        let via = via.map_err(&mut told).ok();
        let received_on =
            self.received_on(&pointer, claim.received_at.as_deref(), now, &mut problems);
        let country = match claim.country {
            Some(code) => code,
            None => self.home_country.as_str().to_owned(),
        };
        if !is_country(&country) {
            let detail = "must be a code of ISO 3166, like FR or DE-BY";
            problems.push(FieldProblem::new(
                format!("{pointer}/country"),
                "country_malformed",
                detail,
            ));
        }
        look_at_texts(
            &pointer,
            claim.text.as_deref(),
            claim.place.as_deref(),
            claim.mandate.as_ref(),
            &mut problems,
        );
        let (Some(kind), Some(via), Some(received_on), true) =
            (kind, via, received_on, problems.is_empty())
        else {
            return Err(problems);
        };
        let receipt = Receipt {
            kind,
            via,
            received_on,
            country,
            mandated: claim.mandate.is_some(),
            duplicate: false,
            known_by: None,
        };
        let made = Made {
            request: DsrId::from_bytes([0; 16]),
            duplicate_of: None,
            named: as_named(&claim.named),
            text: claim.text,
            place: claim.place,
            mandate: claim.mandate,
        };
        Ok(Fits {
            receipt,
            made,
            named: claim.named,
            pointer,
        })
    }

    /// A day as it is told, or the day on which an instant was where the controller is.
    fn received_on(
        &self,
        pointer: &str,
        told: Option<&str>,
        now: Now,
        problems: &mut Vec<FieldProblem>,
    ) -> Option<NaiveDate> {
        let today = today(now, self.home_zone);
        let Some(text) = told else { return Some(today) };
        let instant = || {
            Some(
                local_time(
                    DateTime::parse_from_rfc3339(text).ok()?.to_utc(),
                    self.home_zone,
                )
                .date,
            )
        };
        let day = text.parse().ok().or_else(instant);
        let (code, detail) = match day {
            Some(day) if day <= today => return Some(day),
            Some(_) => (
                "received_in_future",
                "lies in the future; say when it arrived",
            ),
            None => (
                "received_malformed",
                "must be a day like 2026-01-31, or an instant with its offset",
            ),
        };
        problems.push(FieldProblem::new(
            format!("{pointer}/received_at"),
            code,
            detail,
        ));
        None
    }
}

/// Who it is of: whoever is known by these contact points, else somebody new. None is linked to anybody:
/// that somebody names an address does not make it theirs.
fn whom<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    one: &Fits,
) -> Result<SubjectId, Refusal> {
    let pointer = |name: &str| format!("{}/subject{name}", one.pointer);
    match tx.find_hashes(&one.named.blinds()).as_slice() {
        [only] => Ok(*only),
        [] if one.named.contacts.is_empty() => Err(Refusal::field(
            pointer("/id_hash"),
            "person_unknown",
            "nobody is known by this hash; name the person by an identifier",
        )),
        [] => Ok(tx.subject_for(grant, &one.named.contacts)?),
        _ => Err(Refusal::field(
            pointer(""),
            "persons_differ",
            "these identifiers lead to several persons; file one request for each",
        )),
    }
}

/// Writes one request down, with that it repeats another that is open.
pub(super) fn receive<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    subject: SubjectId,
    receipt: Receipt,
    made: Made,
) -> Result<(Entry, Request), Refusal> {
    let id = DsrId::new(tx.now(), tx.entropy())?;
    let open = tx.open_dsrs(grant, subject, receipt.kind)?;
    let duplicate_of = open.first().copied();
    let receipt = Receipt {
        duplicate: duplicate_of.is_some(),
        ..receipt
    };
    let request = Request::received(id, receipt);
    let made = Made {
        request: id,
        duplicate_of,
        ..made
    };
    let entry = tx.receive_dsr(grant, subject, &request, made)?;
    Ok((entry, request))
}

/// What other systems have to do. Registrations that were tampered with keep nobody from saying no: the request
/// stands without tasks then, and cannot be called done.
pub(super) fn planned<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    request: &Request,
    subject: SubjectId,
) -> Result<Option<Entry>, Refusal> {
    match plan_by_itself(tx, grant, request, subject) {
        Err(Refusal::Store(error @ StoreError::Damaged { .. }))
            if !request.receipt.kind.needs_identity() =>
        {
            tracing::warn!(%error, "no system is told of a request");
            Ok(None)
        }
        planned => Ok(planned?.map(|(entry, _)| entry)),
    }
}

/// What holds from the next check on, before anybody looked at the request.
pub(super) fn effect<P: Records>(
    tx: &mut WriteTx<'_>,
    grant: &Grant<P>,
    (subject, kind): (SubjectId, RequestKind),
    day: NaiveDate,
) -> Result<Option<Entry>, Refusal> {
    Ok(match kind {
        RequestKind::Objection => Some(tx.object(grant, subject, Objection::DirectMarketing)?),
        RequestKind::Restriction => Some(tx.restrict(grant, subject, true)?),
        RequestKind::Erasure => lock_where_held(tx, grant, subject, day)?,
        _ => None,
    })
}

fn none() -> Refusal {
    Refusal::field(
        "/requests",
        "count_wrong",
        format!("must hold 1 to {MOST} requests"),
    )
}

fn as_named(named: &Named) -> BTreeMap<String, String> {
    let one = |contact: &crate::store::Contact| {
        let kind = contact.identifier.kind().as_str().to_owned();
        (kind, contact.identifier.reveal().to_owned())
    };
    named.contacts.iter().map(one).collect()
}

/// Reads one of a list's words.
///
/// # Errors
/// Which words there are, where it is none of them.
pub fn word<T: FromStr + Copy>(
    pointer: &str,
    text: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, Vec<FieldProblem>> {
    text.parse().map_err(|_| {
        let words: Vec<&str> = all.iter().map(|one| name(*one)).collect();
        let detail = format!("must be one of {}", words.join(", "));
        vec![FieldProblem::new(pointer, "word_unknown", detail)]
    })
}

/// Two letters, and where it is a part of a country a hyphen and one to three more.
fn is_country(code: &str) -> bool {
    let (country, part) = code.split_once('-').unwrap_or((code, "A"));
    let upper = |text: &str| {
        text.bytes()
            .all(|one| one.is_ascii_uppercase() || one.is_ascii_digit())
    };
    country.len() == 2
        && country.bytes().all(|one| one.is_ascii_uppercase())
        && (1..=3).contains(&part.len())
        && upper(part)
}

fn look_at_texts(
    pointer: &str,
    text: Option<&str>,
    place: Option<&str>,
    mandate: Option<&Mandate>,
    problems: &mut Vec<FieldProblem>,
) {
    look_at_text(&format!("{pointer}/text"), text, LONGEST_TEXT, problems);
    look_at_text(&format!("{pointer}/place"), place, LONGEST_NAME, problems);
    if let Some(mandate) = mandate {
        look_at_text(
            "/mandate/agent",
            Some(&mandate.agent),
            LONGEST_NAME,
            problems,
        );
        look_at_text(
            "/mandate/reference",
            Some(&mandate.reference),
            LONGEST_NAME,
            problems,
        );
    }
}

/// A text that is given has something in it, and not too much.
pub(super) fn look_at_text(
    pointer: &str,
    text: Option<&str>,
    most: usize,
    problems: &mut Vec<FieldProblem>,
) {
    let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= most;
    if !text.is_none_or(fits) {
        let detail = format!("must have 1 to {most} characters");
        problems.push(FieldProblem::new(pointer, "text_length", detail));
    }
}
