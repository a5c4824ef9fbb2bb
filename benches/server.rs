//! The process that answers: the service and, beside it, a bare handler to compare with. Both
//! run on the one core that the process is pinned to, and never at the same time.

use crate::registry::{self, Place};
use actix_web::{App as Web, HttpResponse, HttpServer, post, web};
use placet::domain::meter::Rate;
use placet::http::api::checks::CheckBody;
use placet::http::leaving::Leaving;
use placet::http::limits::Limits;
use placet::http::metrics::Metrics;
use placet::http::pages::Language;
use placet::http::site::{Patience, Site};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// What a server says of itself when it is ready.
#[derive(Serialize, Deserialize)]
pub struct Ready {
    pub placet: u16,
    pub bare: u16,
    pub persons: usize,
    pub seconds: f64,
    pub bytes: u64,
}

/// A server in a process of its own; ends when dropped.
pub struct Server {
    child: Child,
    pub ready: Ready,
}

impl Server {
    /// Starts a server on `core`, or on any; its bare handler answers `size` bytes.
    pub fn start(place: &Place, core: Option<u32>, size: usize) -> Self {
        let mut command = pinned(core);
        command.args(["serve", &place.url, &size.to_string()]);
        // its log as in service, kept to look at
        let log = registry::directory().join("server.log");
        command.stderr(std::fs::File::create(log).expect("make a log"));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start a server");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("read its output");
        Self {
            child,
            ready: serde_json::from_str(&line).expect("the server started"),
        }
    }

    /// Seconds of processor time that it has used.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.child.id())
    }
}

/// Seconds of processor time that a process has used, all its threads together.
pub fn cpu_seconds(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("read /proc");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("fields")
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number");
    // a hundred ticks a second on every Linux that Rust runs on
    (ticks(11) + ticks(12)) / 100.0
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// This program again, on one core.
pub fn pinned(core: Option<u32>) -> Command {
    let program = std::env::current_exe().expect("this program");
    let Some(core) = core else {
        return Command::new(program);
    };
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}

/// `serve URL SIZE`: serves until standard input ends.
pub fn run(args: &[String]) {
    let (url, size) = (&args[0], args[1].parse().expect("a size"));
    // as the service is run: events at the level info are written, others only weighed
    tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter("warn,placet=info")
        .init();
    let (before, started) = (registry::resident(), Instant::now());
    let app = registry::open(url);
    let (seconds, bytes) = (
        started.elapsed().as_secs_f64(),
        registry::resident().saturating_sub(before),
    );
    let persons = app.index().view().persons();
    let site = web::Data::new(Site {
        hosts: None,
        patience: Patience::default(),
        limits: Limits::of(Rate::MOST, 0),
        proxies: Vec::new(),
        tray: None,
        asks_for_certificates: false,
        app,
        metrics: Metrics::new().expect("metrics"),
        timezone: chrono_tz::Europe::Paris,
        language: Language::default(),
        ready: Arc::new(AtomicBool::new(true)),
        leaving: Leaving::default(),
    });
    actix_web::rt::System::new().block_on(async move {
        let (ours, bare) = (listener(), listener());
        let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
        let ready = Ready {
            placet: port(&ours),
            bare: port(&bare),
            persons,
            seconds,
            bytes,
        };
        actix_web::rt::spawn(placet::http::serve::serve(site, (ours, None), 1).expect("serve"));
        actix_web::rt::spawn(serve_bare(bare, size));
        println!("{}", serde_json::to_string(&ready).expect("JSON"));
        std::io::stdout().flush().expect("say so");
        // the starter's end, however it comes, closes our input
        web::block(|| std::io::stdin().lines().for_each(drop))
            .await
            .expect("wait");
    });
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a free port")
}

/// The same body read, a constant answered.
#[post("/v1/checks")]
async fn constant(body: web::Json<CheckBody>, answer: web::Data<String>) -> HttpResponse {
    std::hint::black_box(&body.0);
    HttpResponse::Ok()
        .content_type("application/json")
        .body(answer.as_bytes().to_vec())
}

async fn serve_bare(listener: TcpListener, size: usize) {
    let answer = web::Data::new("x".repeat(size));
    let server = HttpServer::new(move || Web::new().app_data(answer.clone()).service(constant));
    server
        .workers(1)
        .listen(listener)
        .expect("listen")
        .run()
        .await
        .expect("serve");
}
