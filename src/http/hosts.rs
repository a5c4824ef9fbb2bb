//! The three host names: one for customers, one for staff, one for tools. What a page of one could be made
//! to do ends at its host, since cookies and origins do. Where none is set everything answers everywhere.

use super::problem::Problem;
use super::site::Site;
use crate::domain::registry::brand::Host;
use actix_web::dev::ServiceRequest;
use actix_web::http::uri::Authority;
use actix_web::http::{StatusCode, header};

/// The names, all different.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// Of customers' pages; brands have more of their own.
    pub customers: Host,
    /// Of the console.
    pub console: Host,
    /// Of the API and the log.
    pub api: Host,
}

/// For whom something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Whoever watches the service, and its other nodes, by whatever name.
    Everywhere,
    /// What pages of customers and staff load.
    Pages,
    /// A customer's page.
    Customers,
    /// A page of the console.
    Console,
    /// What tools ask.
    Api,
}

/// What begins so is not for customers.
const ROOMS: [(&str, Room); 15] = [
    ("/healthz", Room::Everywhere),
    ("/readyz", Room::Everywhere),
    ("/nodes", Room::Everywhere),
    ("/assets", Room::Pages),
    ("/console", Room::Console),
    ("/calendar", Room::Console),
    ("/v1", Room::Api),
    ("/access/v1", Room::Api),
    ("/log", Room::Api),
    ("/metrics", Room::Api),
    ("/openapi.json", Room::Api),
    ("/oauth", Room::Api),
    ("/.well-known/oauth-authorization-server", Room::Api),
    ("/.well-known/jwks.json", Room::Api),
    ("/.well-known/authzen-configuration", Room::Api),
];

impl Room {
    /// That of an address.
    pub(super) fn of(path: &str) -> Self {
        let begins = |start: &str| {
            let rest = path.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found = ROOMS.iter().find(|(start, _)| begins(start));
        found.map_or(Self::Customers, |(_, room)| *room)
    }
}

/// Why a request is not answered at the host that it names; `None` where it is.
#[must_use]
pub fn refusal(site: &Site, request: &ServiceRequest) -> Option<Problem> {
    let hosts = site.hosts.as_ref()?;
    // as it is routed: with what is written in hexadecimal read
    let room = Room::of(request.match_info().as_str());
    if room == Room::Everywhere {
        return None;
    }
    let Some(named) = named(request) else {
        return Some(no_host());
    };
    let customers = || {
        let view = site.app.index().view();
        hosts.customers.is_named_by(named) || view.catalogue().at_host(named).is_some()
    };
    let (console, api) = (
        hosts.console.is_named_by(named),
        hosts.api.is_named_by(named),
    );
    let here = match room {
        Room::Console => console,
        Room::Api => api,
        Room::Pages => console || customers(),
        Room::Customers | Room::Everywhere => customers(),
    };
    if here {
        return None;
    }
    let known = console || api || customers();
    Some(if known { elsewhere() } else { unknown() })
}

/// The one host that a request names: in its target, where that is a whole address, and in its header.
fn named(request: &ServiceRequest) -> Option<&str> {
    let mut headers = request.headers().get_all(header::HOST);
    let header = headers.next()?.to_str().ok()?;
    let target = request.uri().authority().map(Authority::as_str);
    let one = headers.next().is_none() && target.is_none_or(|target| target == header);
    one.then_some(header)
}

fn no_host() -> Problem {
    let detail = "send one Host header, and in the request line a path alone or the same host";
    let title = "The request does not say which host it is for";
    Problem::new(StatusCode::BAD_REQUEST, "host_malformed", title, detail)
}

fn elsewhere() -> Problem {
    let detail = "this address is served at another host of this service: customers' pages, the console and the \
                  API have one each; ask your administrator which";
    let title = "Nothing is here at this host";
    Problem::new(StatusCode::NOT_FOUND, "not_at_this_host", title, detail)
}

fn unknown() -> Problem {
    let detail = "this service has no such host; whoever runs it names its hosts by customer_host, console_host and \
                  api_host, and those of brands in the catalogue";
    let title = "This service is not known by that host";
    let status = StatusCode::MISDIRECTED_REQUEST;
    Problem::new(status, "host_unknown", title, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_that_of_the_whole_first_part() {
        for (path, room) in [
            ("/", Room::Customers),
            ("/c/x", Room::Customers),
            ("/consoles", Room::Customers),
            ("/v12", Room::Customers),
            ("/console", Room::Console),
            ("/console/keys", Room::Console),
            ("/v1/checks", Room::Api),
            ("/access/v1/evaluation", Room::Api),
            ("/accessibility", Room::Customers),
            ("/assets/style.css", Room::Pages),
            ("/healthz", Room::Everywhere),
            ("/healthz/x", Room::Everywhere),
            ("/.well-known/change-password", Room::Customers),
        ] {
            assert_eq!(Room::of(path), room, "{path}");
        }
    }
}
