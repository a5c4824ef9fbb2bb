//! The process that asks: keep-alive connections over raw sockets, one request under way on each.

use crate::people;
use crate::server::pinned;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Requests written out before the clock runs.
const PREPARED: u64 = 50_000;
/// Run in before the clock runs.
const WARM_UP: Duration = Duration::from_millis(300);

/// What to ask.
#[derive(Clone, Serialize, Deserialize)]
pub struct Order {
    pub port: u16,
    pub path: String,
    pub key: String,
    pub connections: usize,
    pub seconds: f64,
    /// Checks in a request: 0 says a consent instead, 1 a single check.
    pub batch: u64,
    /// Whether the record of a single check may follow later.
    pub later: bool,
    /// Where the made-up people begin.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Outcome {
    pub requests: u64,
    pub seconds: f64,
    /// The mean size of the answers' bodies.
    pub bytes_a_answer: f64,
}

impl Order {
    /// Asks from a process of its own, on `core` or on any.
    pub fn run(&self, core: Option<u32>) -> Outcome {
        let mut command = pinned(core);
        command
            .arg("generate")
            .arg(serde_json::to_string(self).expect("JSON"));
        let output = command
            .stderr(std::process::Stdio::inherit())
            .output()
            .expect("run the generator");
        assert!(output.status.success(), "the generator failed");
        serde_json::from_slice(&output.stdout).expect("what the generator found")
    }

    /// The bytes of a request.
    pub fn request(&self, n: u64) -> Vec<u8> {
        let seed = self.seed + n;
        let body = match self.batch {
            0 => people::consent(seed % 100_000),
            1 if self.later => people::question(seed).replacen('{', r#"{"record":"later","#, 1),
            1 => people::question(seed),
            many => {
                let checks: Vec<String> = (0..many)
                    .map(|at| people::question(seed * many + at))
                    .collect();
                format!(r#"{{"checks":[{}]}}"#, checks.join(","))
            }
        };
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.path,
            self.key,
            body.len()
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }
}

/// `generate ORDER`.
pub fn run(args: &[String]) {
    let order: Order = serde_json::from_str(&args[0]).expect("an order");
    let prepared = if order.batch > 1 { 200 } else { PREPARED };
    let requests: Vec<Vec<u8>> = (0..prepared).map(|n| order.request(n)).collect();
    let outcome = actix_web::rt::System::new().block_on(ask(&order, requests));
    println!("{}", serde_json::to_string(&outcome).expect("JSON"));
}

async fn ask(order: &Order, requests: Vec<Vec<u8>>) -> Outcome {
    let requests = std::rc::Rc::new(requests);
    let begin = Instant::now() + WARM_UP;
    let end = begin + Duration::from_secs_f64(order.seconds);
    let connections: Vec<_> = (0..order.connections)
        .map(|at| {
            let (requests, first) = (requests.clone(), at * requests.len() / order.connections);
            actix_web::rt::spawn(connection(order.port, requests, first, begin, end))
        })
        .collect();
    let (mut count, mut bytes) = (0, 0);
    for connection in connections {
        let (requests, size) = connection.await.expect("a connection");
        count += requests;
        bytes += size;
    }
    Outcome {
        requests: count,
        seconds: order.seconds,
        bytes_a_answer: bytes as f64 / count.max(1) as f64,
    }
}

/// Requests answered between `begin` and `end`, and the bytes of their bodies.
async fn connection(
    port: u16,
    requests: std::rc::Rc<Vec<Vec<u8>>>,
    first: usize,
    begin: Instant,
    end: Instant,
) -> (u64, u64) {
    let stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("connect");
    stream.set_nodelay(true).expect("no delay");
    let (mut buffer, mut count, mut bytes) = (Vec::with_capacity(1 << 20), 0, 0);
    for request in requests.iter().cycle().skip(first) {
        let whole = write(&stream, request).await && read_whole(&stream, &mut buffer).await;
        assert!(whole, "the server hung up");
        assert!(
            head_of(&buffer).starts_with("HTTP/1.1 20"),
            "refused: {}",
            String::from_utf8_lossy(&buffer)
        );
        let size = body(&buffer).len() as u64;
        let now = Instant::now();
        if now >= end {
            break;
        }
        if now >= begin {
            count += 1;
            bytes += size;
        }
    }
    (count, bytes)
}

/// Sends a request; whether the other side took it.
pub async fn write(stream: &TcpStream, mut rest: &[u8]) -> bool {
    while !rest.is_empty() {
        match stream.try_write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                stream.writable().await.expect("writable");
            }
            Err(_) => return false,
        }
    }
    true
}

/// Reads one answer; whether it came whole.
pub async fn read_whole(stream: &TcpStream, buffer: &mut Vec<u8>) -> bool {
    buffer.clear();
    let mut whole = None;
    loop {
        stream.readable().await.expect("readable");
        match stream.try_read_buf(buffer) {
            Ok(0) => return false,
            Ok(_) => (),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return false,
        }
        whole = whole.or_else(|| length(buffer));
        if whole.is_some_and(|whole| buffer.len() >= whole) {
            return true;
        }
    }
}

/// Where the head of an answer ends, once it is there.
fn end_of_head(buffer: &[u8]) -> Option<usize> {
    let end = buffer.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(end + 4)
}

/// The head of an answer.
pub fn head_of(buffer: &[u8]) -> &str {
    let end = end_of_head(buffer).unwrap_or(0);
    std::str::from_utf8(&buffer[..end]).expect("a head in ASCII")
}

/// The body of an answer.
pub fn body(buffer: &[u8]) -> &[u8] {
    &buffer[end_of_head(buffer).unwrap_or(0)..]
}

/// How long an answer is, once its head is there.
fn length(buffer: &[u8]) -> Option<usize> {
    let end = end_of_head(buffer)?;
    let length = head_of(buffer).lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())
            .flatten()
    });
    Some(end + length.expect("a length"))
}
