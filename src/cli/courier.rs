//! The way out to witnesses and timestamping authorities, whose answers are signed.

use super::egress::{Egress, Kind, Order};
use crate::app::timestamps::StampCourier;
use crate::app::witness::{Courier, Reply, Unreached};
use std::time::Duration;

/// Who has not answered by then is away.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer that is read, in bytes: some cosignatures.
const LONGEST: u64 = 1 << 14;

/// The longest timestamp that is read, in bytes: a token with its certificates.
const LONGEST_TOKEN: u64 = 1 << 16;

/// Carries what is asked of them.
pub struct HttpCourier(Egress);

impl HttpCourier {
    /// A courier.
    #[must_use]
    pub const fn new(egress: Egress) -> Self {
        Self(egress)
    }

    fn ask(
        &self,
        url: &str,
        content_type: &str,
        body: &[u8],
        most: u64,
    ) -> Result<(u16, Vec<u8>), Unreached> {
        let order = Order {
            url,
            kind: Kind::Signed,
            content_type,
            headers: &[],
            body,
            within: PATIENCE,
            most,
        };
        let answer = self.0.post(&order);
        let answer = answer.map_err(|failed| Unreached(failed.to_string()))?;
        Ok((answer.status, answer.body))
    }
}

impl Courier for HttpCourier {
    fn post(&self, url: &str, body: String) -> Result<Reply, Unreached> {
        let kind = "text/plain; charset=utf-8";
        let (status, body) = self.ask(url, kind, body.as_bytes(), LONGEST)?;
        // what is no text is no cosignature
        let body = String::from_utf8(body).unwrap_or_default();
        Ok(Reply { status, body })
    }
}

impl StampCourier for HttpCourier {
    fn stamp(&self, url: &str, request: Vec<u8>) -> Result<(u16, Vec<u8>), Unreached> {
        self.ask(url, "application/timestamp-query", &request, LONGEST_TOKEN)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// A server that says one thing to whoever comes, and what it heard.
    fn says(answer: &'static [u8]) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/add-checkpoint", listener.local_addr().unwrap());
        let heard = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut heard = Vec::new();
            while !heard.ends_with(b"old 0\n") {
                let mut some = [0; 1024];
                let count = socket.read(&mut some).unwrap();
                heard.extend_from_slice(some.get(..count).unwrap());
            }
            // the other side may hang up on what is too long
            drop(socket.write_all(answer));
            String::from_utf8(heard).unwrap()
        });
        (url, heard)
    }

    fn posts(answer: &'static [u8]) -> Result<Reply, Unreached> {
        let (url, heard) = says(answer);
        let reply = HttpCourier::new(Egress::to_this_machine()).post(&url, "old 0\n".into());
        let heard = heard.join().unwrap();
        assert!(
            heard.starts_with("POST /add-checkpoint HTTP/1.1\r\n"),
            "{heard}"
        );
        reply
    }

    #[test]
    fn every_status_is_an_answer_and_no_redirect_is_followed() {
        let reply = posts(b"HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n7\n").unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (409, "7\n"));
        let moved =
            b"HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(posts(moved).unwrap().status, 307);
    }

    #[test]
    fn an_answer_without_end_is_none() {
        let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1 << 15));
        let endless: &'static str = endless.leak();
        assert!(posts(endless.as_bytes()).is_err());
    }

    #[test]
    fn nobody_there() {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(
            HttpCourier::new(Egress::to_this_machine())
                .post(&format!("http://{free}/"), String::new())
                .is_err()
        );
    }
}
