//! A small HTTP client. Every status is an answer, and no redirect is followed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

const LIMIT: Duration = Duration::from_secs(60);
const LARGEST: u64 = 1 << 30;

/// A client of one server; `bearer` and `header` make one that sends more.
#[derive(Clone)]
pub struct Http {
    agent: Agent,
    base: String,
    headers: Vec<(String, String)>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The body, with whatever is no UTF-8 replaced.
    pub text: String,
}

impl Reply {
    /// The body as JSON; fails the test when it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        let Self { status, text, .. } = self;
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{status}, no JSON ({error}): {text}"))
    }

    /// A header's value, when it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The same answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Http {
    /// A client of `http://host:port`.
    pub fn new(base: &str) -> Self {
        Self::with(base, TlsConfig::default())
    }

    /// A client of `https://host:port`, whose certificate must be by this authority (PEM); it shows one of its own, if
    /// it has one with its key (PEM).
    pub fn encrypted(base: &str, authority: &str, own: Option<(&str, &str)>) -> Self {
        let read = |pem: &str| Certificate::from_pem(pem.as_bytes()).expect("a certificate");
        let own = own.map(|(shown, key)| {
            let key = PrivateKey::from_pem(key.as_bytes()).expect("a key");
            ClientCert::new_with_certs(&[read(shown)], key)
        });
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[read(authority)]))
            .client_cert(own)
            .build();
        Self::with(base, tls)
    }

    fn with(base: &str, tls: TlsConfig) -> Self {
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // reaching the server under test never goes through a proxy
            .proxy(None)
            .timeout_global(Some(LIMIT))
            .build()
            .into();
        let (base, headers) = (base.to_owned(), Vec::new());
        Self {
            agent,
            base,
            headers,
        }
    }

    /// The same client with this header in every request.
    pub fn header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// What it sends in a header.
    pub fn sent(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().rev().find(|(sent, _)| sent == name);
        found.map(|(_, value)| value.clone())
    }

    /// The same client with this key in every request.
    pub fn bearer(&self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Reply {
        self.try_get(path).expect("the server answers")
    }

    pub fn try_get(&self, path: &str) -> Result<Reply, ureq::Error> {
        let request = self.request("GET", path).body(())?;
        read(self.agent.run(request)?)
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> Reply {
        let request = self.request("DELETE", path).body(()).expect("a request");
        read(self.agent.run(request).expect("the server answers")).expect("the answer's body")
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.try_post(path, body).expect("the server answers")
    }

    /// For servers that may be killed meanwhile.
    pub fn try_post(&self, path: &str, body: &Value) -> Result<Reply, ureq::Error> {
        self.try_send(
            "POST",
            path,
            "application/json",
            body.to_string().into_bytes(),
        )
    }

    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.send("PUT", path, "application/json", body.to_string())
    }

    /// Posts a form as a browser does.
    #[track_caller]
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        self.send(
            "POST",
            path,
            "application/x-www-form-urlencoded",
            pairs.join("&"),
        )
    }

    /// Any method, any body.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.try_send(method, path, kind, body.into())
            .expect("the server answers")
    }

    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Result<Reply, ureq::Error> {
        let request = self
            .request(method, path)
            .header("content-type", kind)
            .body(body)?;
        read(self.agent.run(request)?)
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let start = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        let headers = self.headers.iter();
        headers.fold(start, |request, (name, value)| request.header(name, value))
    }
}

fn read(answer: ureq::http::Response<ureq::Body>) -> Result<Reply, ureq::Error> {
    let (head, mut body) = answer.into_parts();
    let bytes = body.with_config().limit(LARGEST).read_to_vec()?;
    Ok(Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
        bytes,
    })
}

/// Percent-encodes all but unreserved characters (RFC 3986, 2.3).
pub fn encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

/// Sends bytes as they are, for requests that no client would make; all that came back until the
/// server closed the connection or was silent for two seconds.
pub fn raw(port: u16, request: &[u8]) -> Vec<u8> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).expect("connect");
    let silence = Some(Duration::from_secs(2));
    socket.set_read_timeout(silence).expect("set a limit");
    // the server may refuse in the middle of it: what it answered counts
    let _ = socket.write_all(request);
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    answer
}
