//! The witness as a server (C2SP tlog-witness 1.0.0): `POST /add-checkpoint`, and for monitors
//! `GET /<SHA-256 of the origin>/checkpoint`.

use super::state::State;
use super::{Log, ServeArgs, key_file};
use crate::audit::encoding::hex;
use crate::audit::note::{Cosigner, NoteError, VerifierKey, signed_only, unverified_text};
use crate::audit::tree::sha256;
use crate::audit::witness::{AddCheckpoint, Refused, judge, origin_of};
use crate::cli::output::{Exit, Failure, say};
use crate::cli::serve::start_log;
use crate::cli::system::SystemClock;
use crate::domain::time::Clock;
use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, HttpServer, web};
use std::net::TcpListener;
use std::sync::{Mutex, PoisonError};

/// The longest request that is read: 63 hashes and a note of many signatures.
const LONGEST: usize = 1 << 18;
/// Signing takes microseconds and the disk does one thing at a time.
const WORKERS: usize = 2;

/// A witness at work.
struct Witness {
    cosigner: Cosigner,
    logs: Vec<Log>,
    state: Mutex<State>,
    clock: Box<dyn Clock>,
}

/// Why no cosignature went out.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the state could not be kept: {0}")]
    Disk(#[from] std::io::Error),
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl Witness {
    /// Judges a request and cosigns. Judging, keeping and signing are one step: no other request
    /// comes between.
    fn add_checkpoint(&self, body: &[u8]) -> Result<String, Failed> {
        let text = std::str::from_utf8(body).map_err(|_| Refused::Malformed)?;
        let request: AddCheckpoint = text.parse()?;
        let origin = origin_of(&request.checkpoint).ok_or(Refused::Malformed)?;
        let keys = self.keys_of(origin);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let judged = judge(&request, &keys, state.head(origin).as_ref());
        if judged == Err(Refused::Proof) {
            // signed by the log and no continuation of it: evidence, to be kept
            tracing::error!(request = text, "a log does not continue what was cosigned");
        }
        judged?;
        let note = signed_only(&request.checkpoint, &keys)?;
        let at = self.clock.now().utc().timestamp().unsigned_abs();
        let line = self.cosigner.sign(unverified_text(&note)?, at)?;
        state.keep(origin, format!("{note}{line}"))?;
        Ok(line)
    }

    fn keys_of(&self, origin: &str) -> Vec<VerifierKey> {
        let logs = self.logs.iter().filter(|log| log.origin == origin);
        logs.map(|log| log.key.clone()).collect()
    }

    fn checkpoint(&self, origin_hash: &str) -> Option<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut origins = state.origins();
        let origin = origins.find(|origin| hex(&sha256(&[origin.as_bytes()])) == origin_hash)?;
        state.note(origin).map(str::to_owned)
    }
}

async fn add_checkpoint(witness: web::Data<Witness>, body: web::Bytes) -> HttpResponse {
    let outcome = web::block(move || witness.add_checkpoint(&body)).await;
    match outcome {
        Ok(Ok(line)) => plain(StatusCode::OK, line),
        Ok(Err(Failed::Refused(Refused::Conflict(size)))) => HttpResponse::Conflict()
            .content_type("text/x.tlog.size")
            .body(format!("{size}\n")),
        Ok(Err(Failed::Refused(refused))) => {
            let status = StatusCode::from_u16(refused.status());
            plain(
                status.unwrap_or(StatusCode::BAD_REQUEST),
                format!("{refused}\n"),
            )
        }
        Ok(Err(failed)) => {
            tracing::error!(%failed, "not cosigned");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "not cosigned\n".into())
        }
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "too busy\n".into()),
    }
}

async fn checkpoint(witness: web::Data<Witness>, origin: web::Path<String>) -> HttpResponse {
    match web::block(move || witness.checkpoint(&origin)).await {
        Ok(Some(note)) => plain(StatusCode::OK, note),
        Ok(None) => plain(StatusCode::NOT_FOUND, "no such log was cosigned\n".into()),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "too busy\n".into()),
    }
}

fn plain(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(text)
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(LONGEST))
        .service(web::resource("/add-checkpoint").route(web::post().to(add_checkpoint)))
        .route("/{origin}/checkpoint", web::get().to(checkpoint));
}

/// Serves until it is told to stop.
///
/// # Errors
/// Where it cannot start.
pub(super) fn run(args: &ServeArgs) -> Result<Exit, Failure> {
    start_log("info");
    let witness = web::Data::new(Witness {
        cosigner: key_file::load(&args.key)?,
        logs: args.logs.clone(),
        state: Mutex::new(State::open(&args.state)?),
        clock: Box::new(SystemClock),
    });
    let listener = TcpListener::bind(&args.listen)
        .map_err(|error| Failure::failed(format!("cannot listen on {}: {error}", args.listen)))?;
    let address = listener.local_addr()?;
    let key = witness.cosigner.key().to_string();
    actix_web::rt::System::new().block_on(async move {
        let server =
            HttpServer::new(move || App::new().app_data(witness.clone()).configure(routes));
        let server = server.workers(WORKERS).listen(listener)?.run();
        say(&format!("witness {key}\nlistening on http://{address}"));
        server.await
    })?;
    Ok(Exit::Ok)
}
