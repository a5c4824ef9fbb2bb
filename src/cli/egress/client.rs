//! HTTP, to an address that was looked at and nowhere that it is sent on to.

use super::{Egress, Failed, Kind, Target};
use std::fmt;
use std::time::Duration;
use ureq::config::{Config, ConfigBuilder};
pub use ureq::http::HeaderMap as Headers;
use ureq::http::{Response, Uri};
use ureq::typestate::AgentScope;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};

/// Who has not taken the connection by then is away.
const CONNECTS: Duration = Duration::from_secs(5);
/// The longest head of an answer, in bytes.
const LONGEST_HEAD: usize = 1 << 14;
/// Connections of a line that nobody uses just now.
const KEPT: usize = 16;
/// For how long; shorter than the other side keeps them.
const KEPT_FOR: Duration = Duration::from_secs(3);
/// Most addresses of a name that are tried.
const TRIED: usize = 4;

/// What is posted, to whom, and how much is borne.
pub struct Order<'a> {
    /// To which address.
    pub url: &'a str,
    /// What is there.
    pub kind: Kind,
    /// What the body is.
    pub content_type: &'a str,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// What is posted.
    pub body: &'a [u8],
    /// How long all of it may take.
    pub within: Duration,
    /// The longest answer that is read, in bytes.
    pub most: u64,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status; a redirect is one like others.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body, as it came: nothing is unpacked.
    pub body: Vec<u8>,
}

impl Egress {
    /// Posts.
    ///
    /// # Errors
    /// Where nobody may be called there, or no whole answer came in time.
    pub fn post(&self, order: &Order<'_>) -> Result<Answer, Failed> {
        let target = Target::of(order.url, order.kind)?;
        let url = target.url.clone();
        let mut request = self
            .agent(target, order)
            .post(&url)
            .content_type(order.content_type);
        for (name, value) in order.headers {
            request = request.header(*name, *value);
        }
        taken(request.send(order.body).map_err(failed)?, order.most)
    }

    /// Gets; nothing is sent of the order but its address.
    ///
    /// # Errors
    /// As above.
    pub fn get(&self, order: &Order<'_>) -> Result<Answer, Failed> {
        let target = Target::of(order.url, order.kind)?;
        let url = target.url.clone();
        let asked = self.agent(target, order).get(&url).call();
        taken(asked.map_err(failed)?, order.most)
    }

    /// One call's own: a connection that was looked at for one is not handed to another.
    fn agent(&self, target: Target, order: &Order<'_>) -> Agent {
        let config = self
            .way(order.kind)
            .max_idle_connections(0)
            .timeout_connect(Some(CONNECTS))
            .timeout_global(Some(order.within));
        self.pinned(config.build(), target, order.kind)
    }

    /// A line to one destination, of which connections are kept for the next call: to nodes of this service, which call each
    /// other all the time.
    ///
    /// # Errors
    /// Where nobody may be called there.
    pub fn line(&self, url: &str, kind: Kind, connects: Duration) -> Result<Line, Failed> {
        let target = Target::of(url, kind)?;
        let url = target.url.trim_end_matches('/').to_owned();
        let config = self
            .way(kind)
            .max_idle_connections(KEPT)
            .max_idle_connections_per_host(KEPT)
            .max_idle_age(KEPT_FOR)
            .timeout_connect(Some(connects));
        let agent = self.pinned(config.build(), target, kind);
        Ok(Line { agent, url })
    }

    fn way(&self, kind: Kind) -> ConfigBuilder<AgentScope> {
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .tls_config(self.roots.tls(kind))
            .user_agent("placet")
            .accept_encoding("identity")
            .max_response_header_size(LONGEST_HEAD)
    }

    fn pinned(&self, config: Config, target: Target, kind: Kind) -> Agent {
        let pinned = Pinned {
            egress: self.clone(),
            target,
            kind,
        };
        Agent::with_parts(config, DefaultConnector::new(), pinned)
    }
}

/// A line to one destination.
pub struct Line {
    agent: Agent,
    url: String,
}

/// What is posted on a line, and how much is borne.
pub struct Post<'a> {
    /// To which path.
    pub path: &'a str,
    /// By what one is let in.
    pub pass: &'a str,
    /// What is posted.
    pub body: &'a [u8],
    /// How long all of it may take.
    pub within: Duration,
    /// The longest answer that is read, in bytes.
    pub most: u64,
}

impl Line {
    /// Posts.
    ///
    /// # Errors
    /// Where no whole answer came in time.
    pub fn post(&self, order: &Post<'_>) -> Result<Answer, Failed> {
        let call = self.agent.post(format!("{}{}", self.url, order.path));
        let call = call
            .content_type("application/octet-stream")
            .header("authorization", format!("Node {}", order.pass));
        let call = call.config().timeout_global(Some(order.within)).build();
        taken(call.send(order.body).map_err(failed)?, order.most)
    }
}

fn taken(mut answer: Response<Body>, most: u64) -> Result<Answer, Failed> {
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(most);
    let body = body.read_to_vec().map_err(failed)?;
    Ok(Answer {
        status,
        headers: std::mem::take(answer.headers_mut()),
        body,
    })
}

/// Knows one destination, whatever it is asked for.
struct Pinned {
    egress: Egress,
    target: Target,
    kind: Kind,
}

impl fmt::Debug for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pinned to {}", self.target.host)
    }
}

impl Resolver for Pinned {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let Target { host, port, .. } = &self.target;
        let places = self.egress.places(host, *port, self.kind, *timeout.after);
        let places = places.map_err(|failed| ureq::Error::Other(Box::new(failed)))?;
        let mut found = self.empty();
        for place in places.into_iter().take(TRIED) {
            found.push(place);
        }
        Ok(found)
    }
}

fn failed(error: ureq::Error) -> Failed {
    match error {
        ureq::Error::Timeout(_) => Failed::TimedOut,
        ureq::Error::BodyExceedsLimit(_) | ureq::Error::LargeResponseHeader(..) => Failed::TooMuch,
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => Failed::Garbage,
        ureq::Error::Other(other) => other
            .downcast::<Failed>()
            .map_or(Failed::Unreachable, |ours| *ours),
        _ => Failed::Unreachable,
    }
}
