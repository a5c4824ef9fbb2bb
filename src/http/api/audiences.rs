//! `POST /v1/audiences`: which persons of a list may be contacted?

use crate::access::{CheckDecisions, Grant};
use crate::app::audience::{AudienceError, AudienceQuery, Reading, Streams, Tally};
use crate::app::{FieldProblem, Refusal};
use crate::domain::audience::{Format, Header};
use crate::http::door::Allowed;
use crate::http::limits;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::site::Site;
use crate::http::stream::{self, Break};
use actix_web::rt::time::timeout;
use actix_web::{HttpRequest, HttpResponse, http::header, post, web};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::json;
use std::io::{self, Read, Write};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, channel};
use utoipa::{IntoParams, ToSchema};

/// Pieces of the list that wait for the filter.
const AHEAD: usize = 16;

/// What the list is to be used for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AudienceParams {
    /// What for.
    pub purpose: String,
    /// By which channel.
    pub channel: String,
    /// The campaign, for the record.
    pub campaign: Option<String>,
    /// The column that names the person, where several could.
    pub column: Option<String>,
}

/// What came of a list: the last line of the answer.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the answer")]
pub struct AudienceCounts {
    /// Lines in all.
    lines: u64,
    /// Lines permitted.
    permitted: u64,
    /// Lines refused, by reason.
    #[schema(value_type = Object)]
    refused: serde_json::Value,
    /// The policies' version.
    policy_version: String,
    /// The ledger position of the first answers.
    from_position: u64,
    /// The ledger position of the last answers.
    to_position: u64,
}

/// Filter a list of persons. Permitted lines come back as they were sent, while the list is still
/// being sent: read the answer meanwhile. The last line says what came of it: `# placet {counts}`
/// after CSV, `{"placet": {counts}}` after JSON lines. An answer without it is not whole.
#[utoipa::path(
    tag = "checks",
    params(AudienceParams),
    request_body(content = String, content_type = "text/csv", description = "A list; its first line names a column `email`, `phone`, `postal`, `crm_id`, `device_id` or `id_hash`. Or JSON lines with these fields, as `application/x-ndjson`."),
    security(("key" = [])),
    responses(
        (status = 200, description = "The permitted lines, then the counts", body = String, content_type = "text/csv"),
        (status = 401, description = "No key, or one that opens nothing", body = crate::http::openapi::ProblemBody),
        (status = 403, description = "The key may not check", body = crate::http::openapi::ProblemBody),
        (status = 422, description = "Purpose, channel or header cannot be used", body = crate::http::openapi::ProblemBody),
        (status = 503, description = "The list cannot be recorded now", body = crate::http::openapi::ProblemBody),
    ),
)]
#[post("/v1/audiences")]
pub async fn filter(
    door: Allowed<CheckDecisions>,
    site: web::Data<Site>,
    request: HttpRequest,
    params: Query<AudienceParams>,
    list: web::Payload,
) -> Result<HttpResponse, Problem> {
    let reading = reading(&request, params.column.as_deref())?;
    let place = limits::list_of(&site, &door.grant)?;
    let query = AudienceQuery {
        purpose: params.purpose.clone(),
        channel: params.channel.clone(),
        campaign: params.campaign.clone(),
    };
    let input = receive(list, site.patience.body);
    let (out, broken, mut answer) = stream::pipe();
    let work = web::block(move || {
        let _until_it_ends = place;
        work(&site, &door.grant, query, reading, input, out, broken)
    });
    let work = actix_web::rt::spawn(work);
    match answer.recv().await {
        Some(Ok(first)) => Ok(HttpResponse::Ok()
            .content_type(content_type(reading.format))
            .streaming(stream::body(first, answer))),
        _ => Err(match work.await {
            Ok(Ok(Err(error))) => problem(error),
            _ => Problem::unavailable(),
        }),
    }
}

/// Filters, and writes what came of it behind the last line.
fn work(
    site: &Site,
    grant: &Grant<CheckDecisions>,
    query: AudienceQuery,
    reading: Reading,
    mut input: Input,
    mut out: impl Write,
    broken: Break,
) -> Result<(), AudienceError> {
    let streams = Streams {
        input: &mut input,
        permitted: &mut out,
        refused: None,
        progress: &|_| (),
    };
    let ended = site
        .app
        .filter_list(grant, query, reading, streams)
        .and_then(|tally| counts(&mut out, reading.format, &tally).map_err(AudienceError::Output));
    if let Err(error) = &ended {
        tracing::warn!(%error, "a list was not filtered to its end");
        // nothing half done looks whole: what the writer still holds is not sent
        broken.off("the list broke off");
    }
    ended
}

fn counts(out: &mut impl Write, format: Format, tally: &Tally) -> io::Result<()> {
    match format {
        Format::Csv => writeln!(out, "# placet {}", json!(tally))?,
        Format::JsonLines => writeln!(out, "{}", json!({ "placet": tally }))?,
    }
    out.flush()
}

fn problem(error: AudienceError) -> Problem {
    match error {
        AudienceError::Refused(refusal) => refusal.into(),
        AudienceError::Header(error) => {
            let problem = FieldProblem::new("", "header_unusable", error.to_string());
            Problem::invalid(vec![problem])
        }
        AudienceError::Input(_) | AudienceError::Output(_) => Problem::unavailable(),
    }
}

fn reading(request: &HttpRequest, column: Option<&str>) -> Result<Reading, Problem> {
    let content = request.headers().get(header::CONTENT_TYPE);
    let content = content
        .and_then(|content| content.to_str().ok())
        .unwrap_or("text/csv");
    let format = match content.split(';').next().unwrap_or_default().trim() {
        "text/csv" => Format::Csv,
        "application/x-ndjson" | "application/jsonl" => Format::JsonLines,
        _ => {
            let detail = "send the list as text/csv or application/x-ndjson";
            return Err(Problem::malformed(
                "Content-Type".into(),
                "content_type_unknown",
                detail.into(),
            ));
        }
    };
    let name = |column| {
        let mend = "must be one of email, phone, postal, crm_id, device_id, id_hash";
        Header::name(column).ok_or_else(|| Refusal::field("column", "column_unknown", mend))
    };
    let only = column.map(name).transpose()?;
    Ok(Reading { format, only })
}

const fn content_type(format: Format) -> &'static str {
    match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::JsonLines => "application/x-ndjson",
    }
}

/// The list as it arrives, for a thread that may wait.
struct Input {
    pieces: Receiver<io::Result<web::Bytes>>,
    piece: web::Bytes,
}

fn receive(mut list: web::Payload, patience: Duration) -> Input {
    let (sender, pieces) = channel(AHEAD);
    actix_web::rt::spawn(async move {
        loop {
            let piece = match timeout(patience, list.next()).await {
                Ok(Some(piece)) => piece.map_err(|_| io::ErrorKind::UnexpectedEof.into()),
                Ok(None) => return,
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            };
            let ends = piece.is_err();
            if sender.send(piece).await.is_err() || ends {
                return;
            }
        }
    });
    Input {
        pieces,
        piece: web::Bytes::new(),
    }
}

impl Read for Input {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.piece = piece?,
                None => return Ok(0),
            }
        }
        let taken = self.piece.split_to(self.piece.len().min(room.len()));
        room.iter_mut()
            .zip(taken.iter())
            .for_each(|(to, from)| *to = *from);
        Ok(taken.len())
    }
}
