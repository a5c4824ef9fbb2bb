//! Bytes that no client would send, and clients that never end: none gets a 5xx, none stays, none holds up
//! the others.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::until_closed;
use crate::shop::{Shop, yes};
use crate::support::database::Db;
use crate::support::server::Server;

const HURRIED: [(&str, &str); 2] = [("PLACET_HEAD_SECONDS", "1"), ("PLACET_BODY_SECONDS", "1")];

fn statuses(answer: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answer);
    let each = text.split("HTTP/1.").skip(1);
    each.filter_map(|rest| rest.get(2..5)?.parse().ok())
        .collect()
}

/// Resident memory, in bytes.
fn resident(server: &Server) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        * 1024
}

/// What is sent, and how many answers may come at most.
fn malformed() -> Vec<(Vec<u8>, usize)> {
    let get = |rest: &str| format!("GET /healthz HTTP/1.1\r\n{rest}\r\n").into_bytes();
    let post = |lines: &str, body: &str| {
        format!("POST /v1/consents HTTP/1.1\r\nhost: x\r\n{lines}\r\n{body}").into_bytes()
    };
    let many: String = (0..5000).map(|at| format!("x-{at}: y\r\n")).collect();
    let long = "y".repeat(300_000);
    let smuggled = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let chunked = "transfer-encoding: chunked\r\n";
    let mut all = vec![
        // heads
        (get("host: x\r\nhost: y\r\n"), 1),
        (get("host: x\r\n y: folded\r\n"), 1),
        (get("host: x\r\ny: a\r\n\tb\r\n"), 1),
        (get("host : x\r\n"), 1),
        (get(": x\r\n"), 1),
        (get("no colon\r\n"), 1),
        (get("host: x\r\ny: a\0b\r\n"), 1),
        (get("host: x\r\ny\0: b\r\n"), 1),
        (get("host: x\r\ny: a\rb\r\n"), 1),
        (get("host: x\r\ny: \x01\x02\x7f\r\n"), 1),
        (get(&format!("host: x\r\n{many}")), 1),
        (get(&format!("host: x\r\ny: {long}\r\n")), 1),
        (get(&format!("host: x\r\n{long}: y\r\n")), 1),
        (get(&format!("host: {long}\r\n")), 1),
        // request lines
        (
            format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
            1,
        ),
        (
            format!(
                "GET /healthz?{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
                "a=b&".repeat(15_000)
            )
            .into_bytes(),
            1,
        ),
        (
            format!("{long} / HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
            1,
        ),
        (b"GET /healthz\r\n".to_vec(), 1),
        (b"GET /healthz HTTP/0.9\r\n\r\n".to_vec(), 1),
        (b"GET /healthz HTTP/1.0\r\n\r\n".to_vec(), 1),
        (b"GET /healthz HTTP/2.0\r\n\r\n".to_vec(), 1),
        (b"GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n".to_vec(), 1),
        (b"GET /healthz HTTP/1.1 x\r\nhost: x\r\n\r\n".to_vec(), 1),
        (b"GET  /healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 1),
        (b"GET /health\0z HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 1),
        (b"GET /%00 HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 1),
        (b"GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 1),
        (b"GET /%ff%fe HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 1),
        (b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 1),
        (
            b"GET ../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
            1,
        ),
        (
            b"GET http://evil.example/healthz HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
            1,
        ),
        (b"GET http:// HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 1),
        (
            b"CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
            1,
        ),
        (b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(), 1),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), 1),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 1),
        (b"\0\0\0\0\0\0\0\0\r\n\r\n".to_vec(), 1),
        (b"\r\n\r\n\r\n\r\n".to_vec(), 1),
        (b"\n".repeat(10_000), 1),
        (vec![b'x'; 1 << 20], 1),
        // one request or two: a length that is said twice, or in two ways
        (
            post(
                &format!("content-length: 4\r\n{chunked}"),
                &format!("0\r\n\r\n{smuggled}"),
            ),
            1,
        ),
        (
            post(
                &format!("{chunked}content-length: 4\r\n"),
                &format!("0\r\n\r\n{smuggled}"),
            ),
            1,
        ),
        (
            post("content-length: 0\r\ncontent-length: 43\r\n", smuggled),
            1,
        ),
        (
            post("content-length: 43\r\ncontent-length: 0\r\n", smuggled),
            1,
        ),
        (post("content-length: 0, 43\r\n", smuggled), 1),
        (post("content-length: +0\r\n", smuggled), 1),
        (post("content-length: -1\r\n", smuggled), 1),
        (post("content-length: 0x0\r\n", smuggled), 1),
        (post("content-length: \r\n", smuggled), 1),
        (post("content-length: 99999999999999999999999\r\n", "x"), 1),
        (
            post(
                "transfer-encoding: chunked, identity\r\n",
                &format!("0\r\n\r\n{smuggled}"),
            ),
            1,
        ),
        (post("transfer-encoding: x\r\n", smuggled), 1),
        (post("transfer-encoding: xchunked\r\n", smuggled), 1),
        (
            post(
                "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
                &format!("0\r\n\r\n{smuggled}"),
            ),
            1,
        ),
        (
            post(
                "transfer-encoding : chunked\r\n",
                &format!("0\r\n\r\n{smuggled}"),
            ),
            1,
        ),
        (
            post(
                "transfer-encoding:\x0bchunked\r\n",
                &format!("0\r\n\r\n{smuggled}"),
            ),
            1,
        ),
        // chunks
        (post(chunked, "zz\r\nx\r\n0\r\n\r\n"), 1),
        (post(chunked, "ffffffffffffffffff\r\nx"), 1),
        (post(chunked, "-1\r\nx\r\n0\r\n\r\n"), 1),
        (post(chunked, "1\nx\n0\n\n"), 1),
        (post(chunked, "1 \r\nx\r\n0\r\n\r\n"), 1),
        (post(chunked, "1\r\nxx\r\n0\r\n\r\n"), 1),
        (post(chunked, &format!("1;{long}\r\nx\r\n0\r\n\r\n")), 1),
        (post(chunked, "\r\n\r\n"), 1),
        (post(chunked, "5\r\nhe"), 1),
        // what comes behind a whole request
        (
            [get("host: x\r\n"), b"garbage garbage\r\n\r\n".to_vec()].concat(),
            2,
        ),
        ([get("host: x\r\n"), b"\0\xff\xfe".to_vec()].concat(), 2),
    ];
    // a body that was announced and does not come
    all.push((
        post("content-length: 100\r\nexpect: 100-continue\r\n", ""),
        2,
    ));
    all.push((
        post(
            "expect: 200-maybe\r\ncontent-length: 0\r\nconnection: close\r\n",
            "",
        ),
        2,
    ));
    all
}

#[test]
fn what_is_no_request_is_refused_and_hung_up_on() {
    let shop = Shop::open_with(&Db::sqlite(), &HURRIED);
    let (port, before) = (shop.server.port(), shop.position());
    let rss = resident(&shop.server);
    let all = malformed();
    assert!(all.len() > 60, "{}", all.len());
    std::thread::scope(|scope| {
        for (request, most) in &all {
            scope.spawn(move || {
                let answer = until_closed(port, request);
                let shown =
                    String::from_utf8_lossy(&request[..request.len().min(200)]).into_owned();
                let found = statuses(&answer);
                assert!(found.len() <= *most, "{found:?} to {shown:?}");
                // 100 is "go on"; a version that is not spoken may be told so
                let fine = |status: &u16| *status < 500 || *status == 505;
                assert!(found.iter().all(fine), "{found:?} to {shown:?}");
            });
        }
    });
    assert_eq!(shop.position(), before, "something was written");
    assert_eq!(shop.server.http().get("/readyz").status, 200);
    let grown = resident(&shop.server).saturating_sub(rss);
    assert!(grown < 200 << 20, "{grown} bytes more");
}

/// A client that closes its side still gets its answer, or is hung up on.
#[test]
fn a_half_closed_connection_ends() {
    let shop = Shop::open_with(&Db::sqlite(), &HURRIED);
    let half = |request: &[u8]| {
        let mut socket = TcpStream::connect(("127.0.0.1", shop.server.port())).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        socket.write_all(request).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        if let Err(error) = socket.read_to_end(&mut answer) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset, "it stays open");
        }
        statuses(&answer)
    };
    let whole = half(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(whole.is_empty() || whole == [200], "{whole:?}");
    for part in [
        &b""[..],
        b"GET /he",
        b"POST /v1/consents HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nfour",
    ] {
        assert!(half(part).iter().all(|status| *status < 500));
    }
}

/// Sends one byte a turn on each of many connections, until the server has hung up on all.
struct Dribble {
    sockets: Vec<Option<TcpStream>>,
    text: &'static [u8],
    at: usize,
}

impl Dribble {
    fn begin(port: u16, count: usize, whole: &[u8], text: &'static [u8]) -> Self {
        let begun = (0..count).map(|_| {
            let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
            socket.write_all(whole).unwrap();
            socket.set_nonblocking(true).unwrap();
            Some(socket)
        });
        Self {
            sockets: begun.collect(),
            text,
            at: 0,
        }
    }

    /// How many are open after this turn.
    fn turn(&mut self) -> usize {
        let byte = self.text[self.at % self.text.len()];
        self.at += 1;
        for place in &mut self.sockets {
            let gone = place.as_mut().is_some_and(|socket| {
                let mut some = [0; 1024];
                let ended = match socket.read(&mut some) {
                    Ok(count) => count == 0,
                    Err(error) => error.kind() != ErrorKind::WouldBlock,
                };
                ended || socket.write_all(&[byte]).is_err()
            });
            if gone {
                *place = None;
            }
        }
        self.sockets.iter().flatten().count()
    }
}

#[test]
fn many_that_never_end_hold_nobody_up() {
    let shop = Shop::open_with(&Db::sqlite(), &HURRIED);
    let port = shop.server.port();
    shop.record(&yes("anne@slow.example"));
    let rss = resident(&shop.server);
    let key = shop.key("collector");
    let head = format!(
        "POST /v1/consents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n"
    );
    let mut heads = Dribble::begin(port, 400, b"GET /healthz HTTP/1.1\r\nhost: x\r\nx: ", b"y");
    let mut bodies = Dribble::begin(port, 200, head.as_bytes(), b" ");
    let mut silent = Dribble::begin(port, 100, b"", b"");
    silent.text = b"\r";
    let begun = Instant::now();
    let (mut most, mut answered) = (0, 0);
    loop {
        let open = heads.turn() + bodies.turn() + silent.sockets.iter().flatten().count();
        most = most.max(open);
        // who behaves is answered all the while
        assert_eq!(shop.newsletter("anne@slow.example").0, "permit");
        answered += 1;
        if heads.turn() + bodies.turn() == 0 {
            break;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{open} are still open"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    // those that say nothing are hung up on as well
    let mut left = silent.turn();
    while left > 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{left} say nothing and stay"
        );
        std::thread::sleep(Duration::from_millis(50));
        left = silent.turn();
    }
    assert!(
        most >= 600 && answered > 1,
        "{most} at once, {answered} answers"
    );
    let grown = resident(&shop.server).saturating_sub(rss);
    assert!(grown < 200 << 20, "{grown} bytes more");
}
